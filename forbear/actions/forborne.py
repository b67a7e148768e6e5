"""Forborne, cure and probation dates of a loan over all its cases, and how often it was helped: for the books and for
whoever decides. What was granted is a fact (`MeasureGranted`), the dates are worked out of it (core/forborne.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forbear.actions.plan import loan_today
from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.core import events as e
from forbear.core.file import Agreed, CaseFile
from forbear.core.forborne import (
    Forborne,
    Measure,
    Unpaid,
    Watch,
    forborne,
    forborne_rules,
    serial,
    unpaid_when_due,
    watch_rules,
    watched,
)
from forbear.core.loan import days_past_due


@dataclass(frozen=True, kw_only=True)
class Books:
    """How the loan stands for the books on a day; `count`: measures within the last `months`, this many in all."""

    on: date
    forborne: Forborne | None
    watch: Watch | None
    count: int
    months: int
    measures: tuple[Measure, ...]


def measure_granted(desk: Desk, file: CaseFile, offered: Agreed) -> list[e.Fact]:
    """The fact that an agreement's signature makes of the debt: forborne, how late it was, and whether once more."""
    today = desk.clock.today()
    rules = desk.rulebooks.on(today)
    days = days_past_due(loan_today(desk, file, today), today)
    before = serial(_measures(desk, file), today, rules.integer("forborne.serial_months"))
    non_performing = days > rules.integer("forborne.npe_days")
    return [
        e.MeasureGranted(
            number=offered.number, on=today, days_past_due=days, non_performing=non_performing, second=before > 0
        )
    ]


def books(desk: Desk, file: CaseFile, on: date | None = None) -> Books:
    """As of a day (today), by the rules of that day."""
    today = on or desk.clock.today()
    rules = desk.rulebooks.on(today)
    measures, unpaid = tuple(_measures(desk, file)), tuple(_unpaid(desk, file, today))
    eu, cn = forborne_rules(rules), watch_rules(rules)
    months = rules.integer("forborne.serial_months")
    return Books(
        on=today,
        forborne=forborne(measures, unpaid, eu, today) if eu else None,
        watch=watched(measures, unpaid, cn, today) if cn else None,
        count=serial(measures, today, months),
        months=months,
        measures=measures,
    )


def _files(desk: Desk, file: CaseFile) -> list[CaseFile]:
    """Every case of the loan, the oldest first."""
    lines = desk.cases.of_loan(file.loan_id) if file.loan_id else ()
    others = [load(desk, line.case_id) for line in reversed(lines) if line.case_id != file.case.case_id]
    return sorted([*others, file], key=lambda one: (one.case.opened_at is None, one.case.opened_at))


def _measures(desk: Desk, file: CaseFile) -> list[Measure]:
    found = []
    for one in _files(desk, file):
        for granted in one.promise.measures:
            agreed = next((a for a in one.agreements if a.number == granted.number), None)
            if agreed is not None and agreed.state == "taken-back":
                continue  # it counts as not signed: no help was given
            rows = agreed.terms.plan.instalments if agreed and agreed.terms else ()
            due_on = tuple(row.due_on for row in rows)
            found.append(Measure(on=granted.on, non_performing=granted.non_performing, due_on=due_on))
    return sorted(found, key=lambda measure: measure.on)


def _unpaid(desk: Desk, file: CaseFile, on: date) -> Iterator[Unpaid]:
    """Late instalments of every agreement that was in force, up to the day its successor took over."""
    for one in _files(desk, file):
        signed = [agreed for agreed in one.agreements if agreed.terms and agreed.signed_at]
        for agreed in signed:
            assert agreed.terms is not None, "only those with terms"
            newer = [m.on for m in one.promise.measures if m.number > agreed.number]
            until_on = min(newer, default=on)
            for unpaid in unpaid_when_due(agreed.terms, one.standing_payments(agreed.number), until_on):
                replaced = agreed.state == "replaced" and unpaid.until_on is None
                yield Unpaid(due_on=unpaid.due_on, until_on=until_on if replaced else unpaid.until_on)
