"""When the answer for several loans is no: why, the nearest thing that works, and what can be done today."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forbear.core.budget import bearing, floor_minor, with_more
from forbear.core.joint_situation import JointSituation, joint_situation
from forbear.core.money import Rounding, divide, major
from forbear.core.refusal import Refusal
from forbear.core.several import JointFlow
from forbear.core.situation import SETTLEMENT_KINDS, situation, term_asked, with_better_proof
from forbear.core.ways_on import request_refused, without_surplus


def wish_refused(joint: JointSituation, flows: Mapping[str, JointFlow]) -> tuple[Refusal, ...]:
    """Offers exist, but not what she asked for: the nearest there is, and of each loan why it is not settled."""
    request, said = joint.question.request, []
    asked = request.instalment_minor is not None or term_asked(request) is not None
    if asked and "as-requested" not in flows:
        nearest = flows["lightest"]
        facts = {"instalment": major(nearest.burden_minor), "months": str(nearest.months)}
        rule = joint.rules.param("plan.term_max_months").rule
        said.append(Refusal(rule=rule, reason="plan.refusal.request", way_on="plan.way.request", facts=facts))
    return (*said, *settlements_refused(joint, flows))


def settlements_refused(joint: JointSituation, flows: Mapping[str, JointFlow]) -> Iterator[Refusal]:
    """Of each loan that she asks to settle and that no plan settles: too early, none given, or too dear."""
    if not SETTLEMENT_KINDS & set(joint.question.request.kinds):
        return
    for place, case in enumerate(joint.cases):
        settled = [flow.flows[place] for flow in flows.values() if flow.flows[place].terms.settlement]
        own = {"settled": settled[0]} if settled else {}
        yield from (replace(refusal, where=case.loan.contract) for refusal in request_refused(case, own))


def no_joint_plan(joint: JointSituation) -> Iterator[Refusal]:
    """Why no joint plan ends in time, the least rise of income that brings one, and what needs no surplus."""
    most = max(joint.caps, default=0)
    more, asks = _more(joint)
    facts = {"count": str(len(joint.cases)), "most": major(most), **more}
    income = "plan.way.income-and-ask" if asks else "plan.way.income"
    raised = min(joint.search().least(2 * joint.owed_minor, joint.last), key=lambda f: f.criteria, default=None)
    if most == 0:
        floor = joint.rules.param("budget.floor", joint.question.household.place)
        facts["floor"] = major(floor_minor(joint.question.household, joint.rules))
        yield Refusal(rule=floor.rule, reason="plan.refusal.no-surplus", way_on=income, facts=facts)
    elif raised is None:
        rule = joint.rules.param("plan.term_max_months").rule
        yield Refusal(rule=rule, reason="several.refusal.too-little", way_on=income, facts=facts)
    elif raised.burden_minor > joint.ceiling_minor:
        rule = joint.rules.param("plan.instalment_not_raised").rule
        least = {"instalment": major(joint.ceiling_minor), "needed": major(raised.burden_minor)}
        facts = {**facts, **least, "months": str(raised.months)}
        yield Refusal(rule=rule, reason="plan.refusal.would-raise", way_on="plan.way.ask-more", facts=facts)
    else:
        yield _only_level(joint, raised)
    if _shown_income_helps(joint):
        rule = joint.rules.param("budget.interim_months").rule
        yield Refusal(rule=rule, reason="plan.refusal.unproven", way_on="plan.way.prove-income")
    yield from without_surplus(joint.asking)


def _only_level(joint: JointSituation, lightest: JointFlow) -> Refusal:
    """A plan would fit that follows her income, but her lender gives none of that shape."""
    bound = 2 * joint.owed_minor
    level = min(joint.search([bound] * len(joint.caps)).least(bound, joint.last), key=lambda f: f.criteria)
    facts = {
        "needed": major(level.burden_minor),
        "months": str(level.months),
        "least": major(min(joint.caps[joint.first : joint.last + 1])),
        "instalment": major(lightest.burden_minor),
    }
    rule = joint.rules.param("plan.shapes").rule
    return Refusal(rule=rule, reason="plan.refusal.only-level", way_on="plan.way.only-level", facts=facts)


def _shown_income_helps(joint: JointSituation) -> bool:
    """Whether there would be a plan if every income had been shown by payslip and bank."""
    cases = tuple(situation(with_better_proof(case.question), joint.rules) for case in joint.cases)
    shown = joint_situation(joint.question, joint.rules, cases, joint.arithmetic)
    return shown.caps != joint.caps and bool(shown.search().fastest(shown.ceiling_minor))


def _more(joint: JointSituation) -> tuple[dict[str, str], bool]:
    """The least rise of each month's income, in whole units, that brings a joint plan under the contracts' sum, or
    under any where that is not enough: bisection; and whether she must also ask to pay more than before."""
    unit, bound = joint.unit_minor, 2 * joint.owed_minor
    deficit = max((m.need_minor + m.debts_minor - m.income_minor for m in joint.months), default=0)
    rules = bearing(joint.asking.question.household, joint.rules, joint.owed_minor)

    def works(units: int, ceiling: int) -> bool:
        return bool(joint.search(with_more(rules, joint.months, units * unit)).fastest(ceiling))

    for ceiling in (joint.ceiling_minor, bound):
        low, high = 0, divide(max(0, deficit) + 4 * bound, unit, Rounding.UP)
        if works(high, ceiling):
            while high - low > 1:
                middle = (low + high) >> 1
                low, high = (low, middle) if works(middle, ceiling) else (middle, high)
            return {"more": major(high * unit)}, ceiling > joint.ceiling_minor
    return {"more": major(bound)}, True
