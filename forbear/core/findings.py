"""Every rule a plan was held against: its limit, the plan's value, its source, and whether the plan touches it."""

from collections.abc import Callable, Iterator
from typing import Any

from forbear.core.allocation import PARTS
from forbear.core.cashflow import Flow
from forbear.core.codec import evolved
from forbear.core.money import PPM, Rounding, divide, major, percent
from forbear.core.plan import Plan
from forbear.core.relief import cost_caps, interest_cap
from forbear.core.rules import Finding, Param
from forbear.core.situation import Situation

Held = tuple[Finding, bool]
"""A finding, and whether the plan touches its limit: nothing more could be had without breaking the rule."""


def held_against(plan: Plan, flow: Flow, amounts: Any, case: Situation) -> list[Held]:
    """Price, relief, term, gaps, least and highest instalment, the household's floor and what its months can bear.

    `amounts`: what the flow pays each month, as a column of the case's arithmetic."""
    relief = case.held_relief.get(id(flow.terms))
    if relief is None:
        # Terms are made once a case and shared by its plans; so is what the rules say of them.
        relief = case.held_relief[id(flow.terms)] = () if flow.terms.settlement else tuple(_relief(flow, case))
    return [*_price(plan, case), *relief, *held_by_month(plan, flow, amounts, case)]


def held_by_month(plan: Plan, flow: Flow, amounts: Any, case: Situation) -> list[Held]:
    """The part of `held_against` that looks at months alone: term, gaps, instalments, the floor, what a month bears."""
    least, gap, bare, tight = case.arithmetic.nearest(
        amounts, flow.ends_at, case.time.first, flow.resting, case.room[0], case.spare_column
    )
    return [*_payments(plan, flow, int(least), int(gap), case), *_household(flow, bare, tight, case)]


def _price(plan: Plan, case: Situation) -> Iterator[Held]:
    for param in cost_caps(case.rules):
        yield _at_most(case, param, plan.annual_cost_ppm, int(param.value), percent, "percent")


def _relief(flow: Flow, case: Situation) -> Iterator[Held]:
    """Each waiver beside the amount the ladder allows for this cause and lateness, and the rate beside its floor."""
    ladder, terms = case.param("relief.ladder"), flow.terms
    above = case.rungs[0].forgiven  # no relief at all still leaves out what no lender may ask for
    if above.penalty_minor:
        uplift, waived = case.param("penalty.uplift_max"), terms.forgiven.penalty_minor
        yield _at_least(case, uplift, waived, above.penalty_minor, major, "amount", ".above")
    if above.interest_minor and (cap := interest_cap(case.loan, case.rules)):
        yield _at_least(case, cap, terms.forgiven.interest_minor, above.interest_minor, major, "amount", ".above")
    for part in PARTS:
        name = f"{part}_minor"
        allowed = divide(getattr(case.owed, name) * int(case.step[part]), PPM, Rounding.DOWN)
        waived = getattr(terms.forgiven, name)
        allowed = max(allowed, getattr(above, name))
        if waived:
            yield _at_most(case, ladder, waived, allowed, major, "amount", f".{part}")
    if terms.rate_ppm < case.loan.rate_ppm:
        floor_ppm = min(int(case.step["rate_floor"]), case.most.rate_ppm)
        yield _at_least(case, ladder, terms.rate_ppm, floor_ppm, percent, "percent", ".rate_floor")


def _payments(plan: Plan, flow: Flow, least_minor: int, gap_months: int, case: Situation) -> Iterator[Held]:
    """`least_minor`: the least regular instalment, 0 where there is none."""
    if flow.terms.settlement:
        most = case.param("settlement.payments_max")
        yield _at_most(case, most, len(plan.instalments), flow.terms.months, str, "payments")
    else:
        term = case.param("plan.term_max_months")
        yield _at_most(case, term, flow.months, int(term.value), str, "months")
    gap = case.param("plan.gap_max_months")
    yield _at_most(case, gap, gap_months, int(gap.value), str, "months")
    if least_minor:
        least = case.param("plan.instalment_least")
        yield _at_least(case, least, least_minor, int(least.value), major, "amount")
    if not flow.terms.settlement:
        raised = case.param("plan.instalment_not_raised")
        yield _at_most(case, raised, flow.burden_minor, case.ceiling_minor, major, "amount")


def _household(flow: Flow, bare: int, tight: int, case: Situation) -> Iterator[Held]:
    """What is left in the barest month beside the floor, and the tightest instalment beside what its month can bear."""
    left = case.spare[bare] - flow.amounts_minor[bare]
    floor = case.param("budget.floor", case.question.household.place)
    yield _at_least(case, floor, left, case.months[bare].floor_minor, major, "amount")
    buffer, cap, paid = case.param("budget.buffer"), case.caps[tight], flow.amounts_minor[tight]
    finding, _ = _at_most(case, buffer, paid, cap, major, "amount")
    # An instalment is a whole step; nothing more fits where not even one more step does.
    yield finding, cap - paid < flow.terms.unit_minor


Text = Callable[[int], str]

CITED_MOST = 10_000
"""Limits a rulebook remembers in words; then it forgets them all and begins anew."""


def _at_most(case: Situation, param: Param, value: int, limit: int, text: Text, unit: str, suffix: str = "") -> Held:
    cited = case.cited.get((id(param), suffix, limit)) or _cited(case, param, limit, text, unit, suffix)
    return evolved(cited, {"ok": value <= limit, "value": text(value)}), value == limit


def _at_least(case: Situation, param: Param, value: int, limit: int, text: Text, unit: str, suffix: str = "") -> Held:
    cited = case.cited.get((id(param), suffix, limit)) or _cited(case, param, limit, text, unit, suffix)
    return evolved(cited, {"ok": value >= limit, "value": text(value)}), value == limit


def _cited(case: Situation, param: Param, limit: int, text: Text, unit: str, suffix: str) -> Finding:
    """The rule, its source and its limit in words: once for a rulebook on a day, however many plans are held to it."""
    made = Finding(
        rule=param.rule + suffix,
        ok=True,
        limit=text(limit),
        value="",
        source=str(param.source),
        unit=unit,
        status=param.status.value,
        key=param.key + suffix,
    )
    if len(case.cited) >= CITED_MOST:
        case.cited.clear()
    case.cited[id(param), suffix, limit] = made
    return made
