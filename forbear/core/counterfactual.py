"""One "what if" for a plan: what a little more each month would save, or what a little less would cost.

Sentences are keys of the word catalogue with facts as text: plan.counterfactual.*.
"""

from forbear.core.cashflow import Flow
from forbear.core.money import major
from forbear.core.plan import Why
from forbear.core.situation import Situation

SHARE = 5
"""A step is about a fifth of the payment at most: large enough to feel, small enough to manage."""


def counterfactual(flow: Flow, case: Situation) -> Why:
    """A step more a month where that ends sooner; else a step less where that still ends in time; else waiting."""
    if flow.terms.settlement:
        return _in_full(flow, case)
    step = step_minor(flow.burden_minor, flow.terms.unit_minor)
    search = case.search(flow.terms, resting=flow.resting, shape=flow.shape)
    for ceiling in (flow.burden_minor + step, min(flow.burden_minor + 5 * step, case.ceiling_minor)):
        end, burden, total = search.end_under(ceiling) if ceiling <= case.ceiling_minor else (-1, 0, 0)
        if 0 <= end < flow.ends_at:
            facts = {
                "more": major(burden - flow.burden_minor),
                "instalment": major(burden),
                "months": str(flow.ends_at - end),
                "less": major(flow.total_minor - total),
                "ends_on": case.time.due_on[end].isoformat(),
            }
            return Why(key="plan.counterfactual.sooner", facts=facts)
    end, burden, total = search.end_under(flow.burden_minor - step)
    if end > flow.ends_at:
        facts = {
            "less_each": major(flow.burden_minor - burden),
            "instalment": major(burden),
            "months": str(end - flow.ends_at),
            "more": major(total - flow.total_minor),
            "ends_on": case.time.due_on[end].isoformat(),
        }
        return Why(key="plan.counterfactual.lighter", facts=facts)
    return _waiting(case)


def step_minor(amount_minor: int, unit_minor: int) -> int:
    """A round step of 1, 2 or 5 times a power of ten units, a fifth of the amount at most, one unit at least."""
    step = unit_minor
    for factor in (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000):
        if factor * unit_minor * SHARE > amount_minor:
            break
        step = factor * unit_minor
    return step


def _in_full(flow: Flow, case: Situation) -> Why:
    """A settlement beside paying all that is left after relief, as fast as the household can."""
    end, burden, total = case.search().end_under(case.ceiling_minor)
    if end < 0:
        return _waiting(case)
    facts = {
        "months": str(end - case.time.first + 1),
        "instalment": major(burden),
        "more": major(total - flow.total_minor),
        "ends_on": case.time.due_on[end].isoformat(),
    }
    return Why(key="plan.counterfactual.in-full", facts=facts)


def _waiting(case: Situation) -> Why:
    """What doing nothing costs: where no other amount changes anything, the day still does."""
    days = case.rules.integer("plan.wait_days")
    facts = {"days": str(days), "more": major(case.later.total_minor - case.owed.total_minor)}
    return Why(key="plan.counterfactual.waiting", facts=facts)
