"""A report of what is kept of whom, why and until when: per case, over the whole database, and what is overdue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from forbear.actions.leaving import kept_of
from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.core.facts import Retention
from forbear.core.identity import masked_name

LATE_DAYS = 2
"""So long after its day something is deleted at the latest while a worker runs; after that it is overdue."""


@dataclass(frozen=True, kw_only=True)
class KeptLine:
    """A class of a case that is kept: whose (masked), until when (None while the case goes on), by which rule, what law
    or hold keeps it, and whether it should be gone.
    """

    case_id: str
    name: str
    retention: str
    until_on: date | None
    starts: str
    days: int
    rule: str
    source: str
    force: str
    status: str
    law: str
    law_until_on: date | None
    holds: int
    overdue: bool


def report(desk: Desk, case_id: str = "") -> Iterator[KeptLine]:
    """What is kept, case by case in order; of one case where it is named."""
    cases = [case_id] if case_id else sorted({one for kept in Retention for one in desk.ledger.cases_with(kept)})
    for one in cases:
        yield from _of_case(desk, one)


def _of_case(desk: Desk, case_id: str) -> Iterator[KeptLine]:
    file, today = load(desk, case_id), desk.clock.today()
    if not file.events:  # a mail or a call that belongs to no case
        return
    late = today - timedelta(days=LATE_DAYS)
    for kept in kept_of(desk, file):
        if kept.there:
            yield KeptLine(
                case_id=case_id,
                name=masked_name(file.party.name) if file.party else "",
                retention=kept.retention.value,
                until_on=kept.until_on,
                starts=kept.period.starts.value,
                days=kept.period.days,
                rule=kept.period.rule,
                source=kept.period.source,
                force=kept.period.force,
                status=kept.period.status,
                law=kept.law.source if kept.law else "",
                law_until_on=kept.law_until_on,
                holds=len(kept.holds),
                overdue=kept.over(late) and not kept.holds,
            )


def overdue(desk: Desk, most: int) -> tuple[KeptLine, ...]:
    """What should be gone and is not, in the cases whose look is overdue; of so many cases at most."""
    late = desk.clock.today() - timedelta(days=LATE_DAYS)
    found = (line for case_id in desk.keeping.to_look(late, most) for line in _of_case(desk, case_id))
    return tuple(line for line in found if line.overdue)


def counts(desk: Desk) -> Mapping[Retention, int]:
    """How many cases hold something of each class."""
    return {retention: len(desk.ledger.cases_with(retention)) for retention in Retention}
