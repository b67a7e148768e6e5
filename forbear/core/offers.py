"""From a cash flow to an offer: the exact rows, what is forgiven, the yearly cost, every rule it was held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from forbear.core.cashflow import Flow
from forbear.core.dates import cost_year
from forbear.core.findings import PARTS, held_against
from forbear.core.plan import Instalment, Measure, Plan, Why, annual_cost_ppm, check_columns
from forbear.core.predicate_facts import plan_facts
from forbear.core.predicates import refusals
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding, PredicateScope
from forbear.core.situation import Situation

_PLACES = tuple(PARTS)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A cash flow drawn up: the exact plan, every rule it was held against, those it touches, one "what if", and what
    the lender's own rules say against it."""

    plan: Plan
    findings: tuple[Finding, ...]
    bound: tuple[str, ...]
    counterfactual: Why
    refused: tuple[Refusal, ...]


def drawn(flow: Flow, case: Situation, counterfactual: Why) -> Drawn:
    """The plan that pays a cash flow; asserts that it loses no fen and that every rule it names holds.

    A lender's own predicates, and its value of doing nothing where that binds, may still refuse it.
    """
    plan = _plan_of(flow, case)
    held = held_against(plan, flow, case)
    findings = tuple(finding for finding, _ in held)
    assert all(finding.ok for finding in findings), "no offer breaks a rule it names"
    return Drawn(
        plan=plan,
        findings=findings,
        bound=tuple(finding.rule for finding, touches in held if touches),
        counterfactual=counterfactual,
        refused=tuple(_refused(plan, flow, case)),
    )


def _refused(plan: Plan, flow: Flow, case: Situation) -> Iterator[Refusal]:
    if case.rules.predicates(PredicateScope.PLAN):
        yield from refusals(case.rules, PredicateScope.PLAN, case.facts | plan_facts(plan))
    if case.least_value_minor is not None and flow.value_minor < case.least_value_minor:
        rule = case.rules.param("value.npv_binding").rule
        yield Refusal(rule=rule, reason="plan.refusal.npv", way_on="plan.way.npv")


def _plan_of(flow: Flow, case: Situation) -> Plan:
    """The rows of a cash flow, each payment parted in the rulebook's order of allocation."""
    kept, run, size = flow.terms.kept, case.arithmetic, len(flow.amounts_minor)
    order = [_PLACES.index(name) for name in case.order]
    left = run.column([kept.fees_minor, kept.interest_minor, kept.penalty_minor, kept.principal_minor])
    columns = run.columns(7, size)
    amounts, accrued = flow.columns or (run.column(flow.amounts_minor), run.column(flow.accrued_minor))
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
            kept.total_minor,
            _spans(flow, index, case),
            cost_year(case.loan.day_count, case.time.denominator),
            flow.terms.rate_ppm,
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
