"""From a cash flow to an offer: the exact rows, what is forgiven, the yearly cost, every rule it was held against."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from forbear.core.cashflow import Flow
from forbear.core.findings import held_against
from forbear.core.money import PPM
from forbear.core.plan import Measure, Plan, Why, annual_cost_ppm, check_columns, rows_of
from forbear.core.predicate_facts import plan_facts
from forbear.core.predicates import refusals
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding, PredicateScope
from forbear.core.situation import Situation


class Drawn(NamedTuple):
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
    run = case.arithmetic
    columns = flow.columns or (run.column(flow.amounts_minor), run.column(flow.accrued_minor))
    plan = _plan_of(flow, columns, case)
    held = held_against(plan, flow, columns[0], case)
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


def _plan_of(flow: Flow, columns: tuple[Any, Any], case: Situation) -> Plan:
    """The rows of a cash flow, each payment parted in the rulebook's order of allocation. `columns`: what is paid and
    what accrues each month."""
    kept, run = flow.terms.kept, case.arithmetic
    left = run.column([kept.fees_minor, kept.interest_minor, kept.penalty_minor, kept.principal_minor])
    parted = run.columns(7, len(flow.amounts_minor))
    count = run.part(*columns, flow.ends_at, case.allocation, left, parted)
    index, fees, interest, penalty, principal, balance, accrues = run.table(parted, count)
    assert not any(run.plain(left)), "a plan pays all that is kept"
    due_on = [case.time.due_on[i] for i in index]
    rows = rows_of(due_on, principal, interest, penalty, fees, balance, accrues)
    plan = Plan(
        as_of=case.question.as_of,
        owed=case.owed,
        first_due_on=rows[0].due_on,
        ends_on=rows[-1].due_on,
        instalments=rows,
        forgiven=flow.terms.forgiven,
        measures=tuple(_measures(flow, case)),
        annual_cost_ppm=_annual_cost_ppm(flow, columns[0], case),
        total_minor=flow.total_minor,
        instalment_max_minor=flow.burden_minor,
        rate_ppm=flow.terms.rate_ppm,
    )
    checked = principal, interest, penalty, fees, balance, due_on
    check_columns(plan, case.owed, case.question.as_of, checked, sum(flow.accrued_minor))
    return plan


def _annual_cost_ppm(flow: Flow, amounts: Any, case: Situation) -> int:
    """What the plan costs a year, by the case's arithmetic where that may be trusted with it."""
    carried, year, most_ppm = flow.terms.kept.total_minor, case.cost_year, case.cost_most_ppm(flow.terms.rate_ppm)
    found = -1
    if case.costs_fit:
        found = case.arithmetic.cost(carried, amounts, case.parts, flow.ends_at, year * PPM, most_ppm)
    payments = zip(case.time.parts, flow.amounts_minor, strict=False)
    return found if found >= 0 else annual_cost_ppm(carried, tuple(payments), year, most_ppm)


def _measures(flow: Flow, case: Situation) -> Iterator[Measure]:
    """The name of each relief in the cash flow, in the order it is applied: waive, then adjust, then re-plan."""
    terms = flow.terms
    if terms.settlement:
        yield Measure(measure="settlement", amount_minor=flow.total_minor)
    yield from case.relief_in(terms)
    skipped = flow.first_at - case.time.first
    if skipped:
        yield Measure(measure="deferral", months=skipped)
    if flow.resting > skipped:  # without interest these months are a pause like any other
        yield Measure(measure="interest-only", months=flow.resting - skipped)
    if not terms.settlement:
        yield Measure(measure="term", months=flow.months)
    if flow.shape == "stepped" and len(set(flow.amounts_minor[flow.first_at : -1])) > 1:
        yield Measure(measure="step")
    if flow.follows_income:
        yield Measure(measure="income-following")
