"""From a joint flow to offers: each loan's part as an exact plan under its own rules, and all of them as one plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from forbear.core.cashflow import Flow
from forbear.core.counterfactual import step_minor
from forbear.core.findings import Held, held_by_month
from forbear.core.joint_situation import JointSituation, summed
from forbear.core.loan import Owed, owed_on
from forbear.core.money import major
from forbear.core.offers import Drawn, drawn
from forbear.core.plan import Instalment, Measure, Offer, Plan, Why, annual_cost_ppm
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding
from forbear.core.several import JointFlow
from forbear.core.shapes import flattened
from forbear.core.situation import Situation

YEAR_DAYS = 365

SUM_RULES = frozenset({"plan.term_max_months", "plan.gap_max_months", "plan.instalment_not_raised"})
"""Rules on payments that bind the sum of the loans; the least instalment binds each loan."""


@dataclass(frozen=True, kw_only=True)
class JointOffer:
    """All parts of one name together. `months`: (month, sum paid), months without a payment left out;
    `counterfactual`: what a little more or less a month would change, or waiting.

    `plan`: the same as one plan, a row a due date with what all loans take that day; its `instalment_max_minor` is the
    largest sum of a month, its yearly cost counts real days over 365. `findings`, `bound`: the rules on the sum.
    """

    name: str
    policy: str
    why: tuple[Why, ...]
    months: tuple[tuple[str, int], ...]
    first_due_on: date
    ends_on: date
    instalment_max_minor: int
    total_minor: int
    forgiven: Owed
    counterfactual: Why
    plan: Plan
    findings: tuple[Finding, ...]
    bound: tuple[str, ...]
    value_minor: int | None = None

    def as_offer(self) -> Offer:
        """The same in the shape of one loan's offer."""
        return Offer(
            name=self.name,
            plan=self.plan,
            why=self.why,
            findings=self.findings,
            counterfactual=self.counterfactual,
            value_minor=self.value_minor,
            bound=self.bound,
        )


@dataclass(frozen=True, kw_only=True)
class JointDrawn:
    """A joint flow drawn up: each loan's plan in the order of the cases, and what the lender's own rules say."""

    flow: JointFlow
    parts: tuple[Drawn, ...]
    counterfactual: Why
    refused: tuple[Refusal, ...]


def drawn_jointly(flow: JointFlow, joint: JointSituation) -> JointDrawn:
    """Every part as an exact plan; asserts that none loses a fen or breaks a rule it names."""
    what_if = counterfactual(flow, joint)
    parts, against = [], []
    for place, (case, own, worth) in enumerate(zip(joint.cases, flow.flows, joint.values(flow), strict=True)):
        made = drawn(replace(own, value_minor=worth), _beside(case, place, flow, joint), what_if)
        against += [replace(refusal, where=case.loan.contract) for refusal in made.refused]
        parts.append(made)
    return JointDrawn(flow=flow, parts=tuple(parts), counterfactual=what_if, refused=tuple(against))


def offers_of(name: str, made: JointDrawn, joint: JointSituation) -> tuple[JointOffer, tuple[Offer, ...]]:
    """A joint plan by its name, and each loan's part of it."""
    flow, cases = made.flow, joint.cases
    worth = joint.values(flow)
    parts = tuple(
        Offer(
            name=name,
            plan=one.plan,
            why=_part_why(case, one.plan),
            findings=one.findings,
            counterfactual=one.counterfactual,
            value_minor=value_minor,
            bound=one.bound,
        )
        for case, one, value_minor in zip(cases, made.parts, worth, strict=True)
    )
    plans = [one.plan for one in made.parts]
    plan = _whole(flow, plans, joint)
    held = list(_held(plan, flow, joint))
    return (
        JointOffer(
            name=name,
            policy=flow.way.policy,
            why=tuple(_sentences(name, flow, joint, plan)),
            months=tuple((joint.months[index].month, amount) for index, amount in flow.by_month.items()),
            first_due_on=plan.first_due_on,
            ends_on=plan.ends_on,
            instalment_max_minor=flow.burden_minor,
            total_minor=flow.total_minor,
            forgiven=plan.forgiven,
            counterfactual=made.counterfactual,
            plan=plan,
            findings=tuple(finding for finding, _ in held),
            bound=tuple(finding.rule for finding, touches in held if touches),
            value_minor=sum(worth),
        ),
        parts,
    )


def counterfactual(flow: JointFlow, joint: JointSituation) -> Why:
    """A step, or five, more a month where that ends sooner; else one to four steps less where that ends later but in
    time; else what waiting costs. It is what she would get if she asked for that amount."""
    if flow.settles:
        return _in_full(flow, joint)
    step = step_minor(flow.burden_minor, joint.unit_minor)
    for steps in (1, 5, -1, -2, -3, -4):
        most = min(flow.burden_minor + steps * step, joint.ceiling_minor)
        other = _with_at_most(most, flow, joint, later=steps < 0)
        if other is None or (other.total_minor - flow.total_minor) * steps > 0:
            continue
        if (other.ends_at - flow.ends_at) * steps < 0:
            facts = {
                "change": major(abs(other.burden_minor - flow.burden_minor)),
                "instalment": major(other.burden_minor),
                "months": str(abs(other.ends_at - flow.ends_at)),
                "difference": major(abs(other.total_minor - flow.total_minor)),
            }
            return Why(key=f"several.counterfactual.{'sooner' if steps > 0 else 'lighter'}", facts=facts)
    return _waiting(joint)


def _with_at_most(most_minor: int, flow: JointFlow, joint: JointSituation, *, later: bool) -> JointFlow | None:
    """The soonest plan of the flow's shape with at most so much a month."""
    if most_minor <= 0:
        return None
    shaped = flow.shape in ("level", "stepped")
    ends = range(flow.ends_at + 1, joint.last + 1) if later else (flow.ends_at,)
    for until in ends if shaped else (joint.last,):
        caps = flattened(joint.asking, until, flow.block) if shaped else joint.caps
        found = joint.search(caps, shape=flow.shape, resting=flow.resting).fastest(most_minor, until)
        if found:
            return min(found, key=lambda f: (f.ends_at, f.total_minor, f.burden_minor))
    return None


def _in_full(flow: JointFlow, joint: JointSituation) -> Why:
    """A plan with settlements beside paying all that is left after relief on every loan, as fast as may be."""
    found = joint.search().fastest(joint.ceiling_minor)
    if not found:
        return _waiting(joint)
    other = min(found, key=lambda f: (f.ends_at, f.total_minor, f.burden_minor))
    facts = {
        "months": str(other.ends_at - joint.first + 1),
        "instalment": major(other.burden_minor),
        "more": major(other.total_minor - flow.total_minor),
    }
    return Why(key="several.counterfactual.in-full", facts=facts)


def _waiting(joint: JointSituation) -> Why:
    days = joint.rules.integer("plan.wait_days")
    later = [owed_on(case.loan, joint.question.as_of + timedelta(days=days)).total_minor for case in joint.cases]
    return Why(
        key="several.counterfactual.waiting", facts={"days": str(days), "more": major(sum(later) - joint.owed_minor)}
    )


# ---- a part ----------------------------------------------------------------------------------------------------


def _beside(case: Situation, place: int, flow: JointFlow, joint: JointSituation) -> Situation:
    """The loan's case with what the other loans leave it of each month: what the household keeps is looked at once all
    are paid. The ceiling binds the sum, which is looked at there."""
    own = flow.flows[place].amounts_minor
    others = [
        flow.by_month.get(index, 0) - (own[index] if index < len(own) else 0) for index in range(len(case.time.months))
    ]
    return replace(
        case,
        caps=tuple(cap - paid for cap, paid in zip(joint.caps, others, strict=False)),
        spare=tuple(spare - paid for spare, paid in zip(joint.asking.spare, others, strict=False)),
        months=joint.months,
        ceiling_minor=max(joint.ceiling_minor, case.ceiling_minor),
    )


def _part_why(case: Situation, plan: Plan) -> tuple[Why, ...]:
    facts = {"contract": case.loan.contract, "instalment": major(plan.instalment_max_minor)}
    said = [Why(key="several.why.part", facts=facts)]
    if plan.forgiven.total_minor:
        said.append(Why(key="plan.why.forgiven", facts={"amount": major(plan.forgiven.total_minor)}))
    return tuple(said)


# ---- all of them -----------------------------------------------------------------------------------------------


def _whole(flow: JointFlow, plans: Sequence[Plan], joint: JointSituation) -> Plan:
    """The plans of all loans as one, a row a due date; asserts that no fen is lost between them."""
    as_of, owed, forgiven = joint.question.as_of, summed([p.owed for p in plans]), summed([p.forgiven for p in plans])
    left, rows = owed.principal_minor - forgiven.principal_minor, []
    every = sorted((row for plan in plans for row in plan.instalments), key=attrgetter("due_on"))
    for due_on, together in groupby(every, key=attrgetter("due_on")):
        same = list(together)
        principal = sum(row.principal_minor for row in same)
        left -= principal
        rows.append(
            Instalment(
                due_on=due_on,
                principal_minor=principal,
                interest_minor=sum(row.interest_minor for row in same),
                penalty_minor=sum(row.penalty_minor for row in same),
                fees_minor=sum(row.fees_minor for row in same),
                balance_minor=left,
                accrues_minor=sum(row.accrues_minor for row in same),
            )
        )
    assert left == 0 and sum(row.amount_minor for row in rows) == flow.total_minor, "the parts sum to the whole"
    days = zip(rows, [as_of, *(row.due_on for row in rows)], strict=False)
    spans = [((row.due_on - before).days, row.amount_minor) for row, before in days]
    carried = owed.total_minor - forgiven.total_minor
    guess = max(own.terms.rate_ppm for own in flow.flows)
    return Plan(
        as_of=as_of,
        owed=owed,
        first_due_on=rows[0].due_on,
        ends_on=rows[-1].due_on,
        instalments=tuple(rows),
        forgiven=forgiven,
        measures=tuple(_measures(flow, forgiven, joint)),
        annual_cost_ppm=plans[0].annual_cost_ppm
        if len(plans) == 1
        else annual_cost_ppm(carried, spans, YEAR_DAYS, guess),
        total_minor=flow.total_minor,
        instalment_max_minor=flow.burden_minor,
        rate_ppm=flow.flows[0].terms.rate_ppm if len({own.terms.rate_ppm for own in flow.flows}) == 1 else 0,
    )


def _measures(flow: JointFlow, forgiven: Owed, joint: JointSituation) -> Iterator[Measure]:
    """The name of each relief on the sum; a lowered rate is that of a loan, and stands with its part."""
    settled = [own.total_minor for own in flow.flows if own.terms.settlement]
    if settled:
        yield Measure(measure="settlement", amount_minor=sum(settled))
    parts = ("waive-penalty", "penalty"), ("waive-fees", "fees"), ("waive-interest", "interest")
    for name, part in (*parts, ("forgive-principal", "principal")):
        if amount_minor := getattr(forgiven, f"{part}_minor"):
            yield Measure(measure=name, amount_minor=amount_minor)
    skipped = flow.first_at - joint.first
    if skipped:
        yield Measure(measure="deferral", months=skipped)
    if flow.resting > skipped:  # without interest these months are a pause like any other
        yield Measure(measure="interest-only", months=flow.resting - skipped)
    yield Measure(measure="term", months=flow.months)
    if flow.block and _steps_up(flow, joint.first + flow.block):
        yield Measure(measure="step")
    if follows_income(flow, joint):
        yield Measure(measure="income-following")


def _steps_up(flow: JointFlow, edge: int) -> bool:
    """Whether the months before the step pay less than those after it."""
    early = [amount for index, amount in flow.by_month.items() if index < edge]
    return bool(early) and max(early) < flow.burden_minor


def follows_income(flow: JointFlow, joint: JointSituation) -> bool:
    """Whether a month before the last bears less than the largest sum, so that it asks less."""
    months = range(flow.first_at, flow.ends_at)
    return flow.shape == "income-following" and any(joint.caps[index] < flow.burden_minor for index in months)


def _held(plan: Plan, flow: JointFlow, joint: JointSituation) -> Iterator[Held]:
    """The rules on the sum of the loans: term, gaps, no more than before, and what the household keeps."""
    amounts = [flow.by_month.get(index, 0) for index in range(flow.ends_at + 1)]
    together = Flow(
        terms=joint.cases[0].most,
        amounts_minor=tuple(amounts),
        accrued_minor=(0,) * len(amounts),
        burden_minor=flow.burden_minor,
        total_minor=flow.total_minor,
        resting=flow.resting,
    )
    keys = SUM_RULES - {"plan.instalment_not_raised"} if flow.settles else SUM_RULES
    column = joint.asking.arithmetic.column(amounts)
    for finding, touches in held_by_month(plan, together, column, joint.asking):
        if finding.key in keys or finding.key.startswith("budget."):
            assert finding.ok, "no joint offer breaks a rule it names"
            yield finding, touches


def _sentences(name: str, flow: JointFlow, joint: JointSituation, plan: Plan) -> Iterator[Why]:
    """Why this plan bears its name, which loan the rest of a month goes to, and what the household gains by it."""
    facts = {
        "instalment": major(flow.burden_minor),
        "total": major(flow.total_minor),
        "months": str(flow.months),
        "ends_on": plan.ends_on.isoformat(),
        "count": str(len(joint.cases)),
        "contract": joint.cases[flow.way.order[0]].loan.contract,
    }
    alone = len(joint.cases) == 1
    yield Why(key=f"plan.why.{name}" if alone else f"several.why.{name}", facts=facts)
    if flow.settles and not alone:
        settled = [
            case.loan.contract for case, own in zip(joint.cases, flow.flows, strict=True) if own.terms.settlement
        ]
        key = "several.why.settled_all" if len(settled) == len(joint.cases) else "several.why.settled"
        yield Why(key=key, facts={"contracts": ", ".join(settled)})
    elif not alone:
        yield Why(key=f"several.way.{flow.way.policy}", facts=facts)
    if plan.forgiven.total_minor:
        yield Why(key="plan.why.forgiven", facts={"amount": major(plan.forgiven.total_minor)})
    if follows_income(flow, joint):
        yield Why(key="plan.why.income-following")
