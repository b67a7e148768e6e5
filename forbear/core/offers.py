"""From a cash flow to an offer: the exact rows, what is forgiven, the yearly cost, every rule it was held against."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from forbear.core.cashflow import Calendar, Flow
from forbear.core.loan import Loan
from forbear.core.money import PPM, Rounding, divide, major, percent
from forbear.core.plan import Instalment, Measure, Offer, Plan, Why, annual_cost_ppm, check_plan
from forbear.core.rules import Finding, Param
from forbear.core.situation import Situation

PARTS = {"fees": "fees_minor", "interest": "interest_minor", "penalty": "penalty_minor", "principal": "principal_minor"}


def offer_of(name: str, flow: Flow, case: Situation, why: Sequence[Why]) -> Offer:
    """The offer that pays a cash flow; asserts that it loses no fen and that every rule it names holds."""
    plan = _plan_of(flow, case)
    check_plan(plan, case.owed, case.question.as_of, sum(p.new_interest_minor for p in flow.payments))
    findings = tuple(_findings(plan, flow, case))
    assert all(finding.ok for finding in findings), "no offer breaks a rule it names"
    return Offer(name=name, plan=plan, why=tuple(why), findings=findings)


def term_months(flow: Flow) -> int:
    """Months from the first payment to the last, both counted."""
    return flow.ends_at - flow.payments[0].index + 1


def _plan_of(flow: Flow, case: Situation) -> Plan:
    """The rows of a cash flow, each payment parted in the rulebook's order of allocation."""
    kept, order = flow.terms.kept, case.rules.texts("alloc.order")
    left = {name: getattr(kept, PARTS[name]) for name in order}
    rows = []
    for payment in flow.payments:
        left["interest"] += payment.new_interest_minor
        rest, paid = payment.amount_minor, {}
        for name in order:
            paid[PARTS[name]] = min(rest, left[name])
            left[name] -= paid[PARTS[name]]
            rest -= paid[PARTS[name]]
        assert rest == 0, "a payment is never more than what is left"
        row = Instalment(
            due_on=case.time.due_on[payment.index],
            balance_minor=left["principal"],
            accrues_minor=payment.new_interest_minor,
            **paid,
        )
        rows.append(row)
    spans = _spans(flow, case.time)
    return Plan(
        as_of=case.question.as_of,
        owed=case.owed,
        first_due_on=rows[0].due_on,
        ends_on=rows[-1].due_on,
        instalments=tuple(rows),
        forgiven=flow.terms.forgiven,
        measures=tuple(_measures(flow, case.time, case.loan)),
        annual_cost_ppm=annual_cost_ppm(kept.total_minor, spans, case.time.denominator, flow.terms.rate_ppm),
        total_minor=flow.total_minor,
        instalment_max_minor=flow.burden_minor,
        rate_ppm=flow.terms.rate_ppm,
    )


def _spans(flow: Flow, time: Calendar) -> list[tuple[int, int]]:
    spans, start = [], 0
    for payment in flow.payments:
        spans.append((sum(time.parts[start : payment.index + 1]), payment.amount_minor))
        start = payment.index + 1
    return spans


def _measures(flow: Flow, time: Calendar, loan: Loan) -> Iterator[Measure]:
    """The name of each relief in the cash flow, in the order it is applied: waive, then adjust, then re-plan."""
    terms, forgiven = flow.terms, flow.terms.forgiven
    if terms.settlement:
        yield Measure(measure="settlement", amount_minor=flow.total_minor)
    waived = (
        ("waive-penalty", forgiven.penalty_minor),
        ("waive-fees", forgiven.fees_minor),
        ("waive-interest", forgiven.interest_minor),
        ("forgive-principal", forgiven.principal_minor),
    )
    for name, amount_minor in waived:
        if amount_minor:
            yield Measure(measure=name, amount_minor=amount_minor)
    if terms.rate_ppm != loan.rate_ppm and not terms.settlement:
        yield Measure(measure="rate", rate_ppm=terms.rate_ppm)
    skipped = flow.payments[0].index - time.first
    if skipped:
        yield Measure(measure="deferral", months=skipped)
    if not terms.settlement:
        yield Measure(measure="term", months=term_months(flow))
    if len({payment.amount_minor for payment in flow.payments[:-1]}) > 1 or len(flow.payments) < term_months(flow):
        yield Measure(measure="income-following")


def _findings(plan: Plan, flow: Flow, case: Situation) -> Iterator[Finding]:
    rules = case.rules
    for param in rules.stack("cap.annual_cost"):
        yield _at_most(param, plan.annual_cost_ppm, int(param.value), percent, "percent")
    if flow.terms.settlement:
        yield _at_most(rules.param("settlement.payments_max"), len(flow.payments), flow.terms.months, str, "payments")
    else:
        yield from _relief_findings(plan, flow, case)
        term = rules.param("plan.term_max_months")
        yield _at_most(term, term_months(flow), int(term.value), str, "months")
    gap = rules.param("plan.gap_max_months")
    yield _at_most(gap, _longest_gap(flow, case.time), int(gap.value), str, "months")
    regular = [payment.amount_minor for payment in flow.payments[:-1]]
    if regular:
        least = rules.param("plan.instalment_least")
        yield _finding(least, min(regular) >= int(least.value), major(least.value), major(min(regular)), "amount")
    if not flow.terms.settlement:
        raised = rules.param("plan.instalment_not_raised")
        yield _at_most(raised, flow.burden_minor, case.ceiling_minor, major, "amount")
    yield from _household_findings(flow, case)


def _relief_findings(plan: Plan, flow: Flow, case: Situation) -> Iterator[Finding]:
    """Each waiver beside the amount the ladder allows for this cause and lateness, and the rate beside its floor."""
    ladder = case.rules.param("relief.ladder")
    for part, name in PARTS.items():
        allowed = divide(getattr(case.owed, name) * int(case.step[part]), PPM, Rounding.DOWN)
        waived = getattr(plan.forgiven, name)
        if waived:
            yield _at_most(ladder, waived, allowed, major, "amount", f".{part}")
    if plan.rate_ppm < case.loan.rate_ppm:
        floor_ppm = min(int(case.step["rate_floor"]), case.most.rate_ppm)
        ok = plan.rate_ppm >= floor_ppm
        yield _finding(ladder, ok, percent(floor_ppm), percent(plan.rate_ppm), "percent", ".rate_floor")


def _household_findings(flow: Flow, case: Situation) -> Iterator[Finding]:
    """What is left in the barest month beside the floor, and the tightest instalment beside what its month can bear."""
    months = [(case.months[p.index], p.amount_minor) for p in flow.payments]
    left, bare = min(((m.income_minor - m.debts_minor - paid, m) for m, paid in months), key=lambda pair: pair[0])
    floor = case.rules.param("budget.floor", case.question.household.place)
    yield _finding(floor, left >= bare.floor_minor, major(bare.floor_minor), major(left), "amount")
    tight, paid = min(months, key=lambda pair: pair[0].affordable_minor - pair[1])
    yield _at_most(case.rules.param("budget.buffer"), paid, tight.affordable_minor, major, "amount")


def _longest_gap(flow: Flow, time: Calendar) -> int:
    indexes = [time.first - 1, *(payment.index for payment in flow.payments)]
    return max(after - before - 1 for before, after in pairwise(indexes))


def _at_most(param: Param, value: int, limit: int, text: Callable[[int], str], unit: str, suffix: str = "") -> Finding:
    return _finding(param, value <= limit, text(limit), text(value), unit, suffix)


def _finding(param: Param, ok: bool, limit: str, value: str, unit: str, suffix: str = "") -> Finding:
    return Finding(
        rule=param.rule + suffix,
        ok=ok,
        limit=limit,
        value=value,
        source=str(param.source),
        unit=unit,
        status=param.status.value,
        key=param.key + suffix,
    )
