"""From a cash flow to an offer: the exact rows, what is forgiven, the yearly cost, every rule it was held against."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from forbear.core.cashflow import Flow
from forbear.core.codec import evolved
from forbear.core.money import PPM, Rounding, divide, major, percent
from forbear.core.plan import Instalment, Measure, Plan, Why, annual_cost_ppm, check_columns
from forbear.core.rules import Finding, Param
from forbear.core.situation import Situation

PARTS = {"fees": "fees_minor", "interest": "interest_minor", "penalty": "penalty_minor", "principal": "principal_minor"}
_PLACES = tuple(PARTS)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A cash flow drawn up: the exact plan, every rule it was held against, those it touches, one "what if"."""

    plan: Plan
    findings: tuple[Finding, ...]
    bound: tuple[str, ...]
    counterfactual: Why


def drawn(flow: Flow, case: Situation, counterfactual: Why) -> Drawn:
    """The plan that pays a cash flow; asserts that it loses no fen and that every rule it names holds."""
    plan = _plan_of(flow, case)
    held = list(_findings(plan, flow, case))
    findings = tuple(finding for finding, _ in held)
    assert all(finding.ok for finding in findings), "no offer breaks a rule it names"
    return Drawn(
        plan=plan,
        findings=findings,
        bound=tuple(finding.rule for finding, touches in held if touches),
        counterfactual=counterfactual,
    )


def _plan_of(flow: Flow, case: Situation) -> Plan:
    """The rows of a cash flow, each payment parted in the rulebook's order of allocation."""
    kept, run, size = flow.terms.kept, case.arithmetic, len(flow.amounts_minor)
    order = [_PLACES.index(name) for name in case.order]
    left = run.column([kept.fees_minor, kept.interest_minor, kept.penalty_minor, kept.principal_minor])
    columns = run.columns(7, size)
    amounts, accrued = run.column(flow.amounts_minor), run.column(flow.accrued_minor)
    count = run.part(amounts, accrued, flow.ends_at, run.column(order), left, columns)
    index, fees, interest, penalty, principal, balance, accrues = (run.plain(column[:count]) for column in columns)
    assert not any(run.plain(left)), "a plan pays all that is kept"
    due_on = [case.time.due_on[i] for i in index]
    rows = tuple(map(Instalment, due_on, principal, interest, penalty, fees, balance, accrues))
    plan = Plan(
        as_of=case.question.as_of,
        owed=case.owed,
        first_due_on=rows[0].due_on,
        ends_on=rows[-1].due_on,
        instalments=rows,
        forgiven=flow.terms.forgiven,
        measures=tuple(_measures(flow, case)),
        annual_cost_ppm=annual_cost_ppm(
            kept.total_minor, _spans(flow, index, case), case.time.denominator, flow.terms.rate_ppm
        ),
        total_minor=flow.total_minor,
        instalment_max_minor=flow.burden_minor,
        rate_ppm=flow.terms.rate_ppm,
    )
    columns = principal, interest, penalty, fees, balance, due_on
    check_columns(plan, case.owed, case.question.as_of, columns, sum(flow.accrued_minor))
    return plan


def _spans(flow: Flow, index: Sequence[int], case: Situation) -> list[tuple[int, int]]:
    """(time since the payment before, amount) of each payment."""
    passed = [0, *accumulate(case.time.parts)]
    ends = [passed[at + 1] for at in index]
    amounts = flow.amounts_minor
    return [(end - start, amounts[at]) for start, end, at in zip([0, *ends], ends, index, strict=False)]


def _measures(flow: Flow, case: Situation) -> Iterator[Measure]:
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
    if terms.rate_ppm != case.loan.rate_ppm and not terms.settlement:
        yield Measure(measure="rate", rate_ppm=terms.rate_ppm)
    skipped = flow.first_at - case.time.first
    if skipped:
        yield Measure(measure="deferral", months=skipped)
    if flow.resting:
        yield Measure(measure="interest-only", months=flow.resting)
    if not terms.settlement:
        yield Measure(measure="term", months=flow.months)
    if flow.shape == "stepped" and len(set(flow.amounts_minor[flow.first_at : -1])) > 1:
        yield Measure(measure="step")
    if flow.follows_income:
        yield Measure(measure="income-following")


Held = tuple[Finding, bool]
"""A finding, and whether the plan touches its limit."""


def _findings(plan: Plan, flow: Flow, case: Situation) -> Iterator[Held]:
    rules = case.rules
    for param in rules.stack("cap.annual_cost"):
        yield _at_most(case, param, plan.annual_cost_ppm, int(param.value), percent, "percent")
    if flow.terms.settlement:
        yield _at_most(
            case, rules.param("settlement.payments_max"), len(plan.instalments), flow.terms.months, str, "payments"
        )
    else:
        yield from _relief_findings(plan, flow, case)
        term = rules.param("plan.term_max_months")
        yield _at_most(case, term, flow.months, int(term.value), str, "months")
    gap = rules.param("plan.gap_max_months")
    yield _at_most(case, gap, _longest_gap(flow, case.time.first), int(gap.value), str, "months")
    regular = [amount for amount in flow.amounts_minor[case.time.first + flow.resting : -1] if amount]
    if regular:
        least, smallest = rules.param("plan.instalment_least"), min(regular)
        ok, touches = smallest >= int(least.value), smallest == int(least.value)
        yield _finding(case, least, ok, major(least.value), major(smallest), "amount"), touches
    if not flow.terms.settlement:
        raised = rules.param("plan.instalment_not_raised")
        yield _at_most(case, raised, flow.burden_minor, case.ceiling_minor, major, "amount")
    yield from _household_findings(flow, case)


def _relief_findings(plan: Plan, flow: Flow, case: Situation) -> Iterator[Held]:
    """Each waiver beside the amount the ladder allows for this cause and lateness, and the rate beside its floor."""
    ladder = case.rules.param("relief.ladder")
    for part, name in PARTS.items():
        allowed = divide(getattr(case.owed, name) * int(case.step[part]), PPM, Rounding.DOWN)
        waived = getattr(plan.forgiven, name)
        if waived:
            yield _at_most(case, ladder, waived, allowed, major, "amount", f".{part}")
    if plan.rate_ppm < case.loan.rate_ppm:
        floor_ppm = min(int(case.step["rate_floor"]), case.most.rate_ppm)
        ok, touches = plan.rate_ppm >= floor_ppm, plan.rate_ppm == floor_ppm
        yield _finding(case, ladder, ok, percent(floor_ppm), percent(plan.rate_ppm), "percent", ".rate_floor"), touches


def _household_findings(flow: Flow, case: Situation) -> Iterator[Held]:
    """What is left in the barest month beside the floor, and the tightest instalment beside what its month can bear."""
    paid = flow.amounts_minor
    left, bare = min((case.spare[at] - amount, at) for at, amount in enumerate(paid) if amount)
    least = case.months[bare].floor_minor
    floor = case.rules.param("budget.floor", case.question.household.place)
    yield _finding(case, floor, left >= least, major(least), major(left), "amount"), left == least
    room, tight = min((case.caps[at] - amount, at) for at, amount in enumerate(paid) if amount)
    buffer = case.rules.param("budget.buffer")
    finding, _ = _at_most(case, buffer, paid[tight], case.caps[tight], major, "amount")
    # An instalment is a whole step; nothing more fits where not even one more step does.
    yield finding, room < flow.terms.unit_minor


def _longest_gap(flow: Flow, first: int) -> int:
    longest = since = 0
    for amount in flow.amounts_minor[first:]:
        since = 0 if amount else since + 1
        longest = max(longest, since)
    return longest


def _at_most(
    case: Situation, param: Param, value: int, limit: int, text: Callable[[int], str], unit: str, suffix: str = ""
) -> Held:
    return _finding(case, param, value <= limit, text(limit), text(value), unit, suffix), value == limit


def _finding(case: Situation, param: Param, ok: bool, limit: str, value: str, unit: str, suffix: str = "") -> Finding:
    """The rule and its source are put in words once for a case, the figures once for a plan."""
    cited = case.cited.get((param.layer, param.key, suffix))
    if cited is None:
        cited = case.cited[param.layer, param.key, suffix] = Finding(
            rule=param.rule + suffix,
            ok=ok,
            limit=limit,
            value=value,
            source=str(param.source),
            unit=unit,
            status=param.status.value,
            key=param.key + suffix,
        )
    return evolved(cited, {"ok": ok, "limit": limit, "value": value})
