"""Several loans of one household, one budget, one answer: joint offers, and each loan's part of them as exact rows.

Each loan keeps its own relief, due day and rules. The household's month bears the sum; the sum of a month is never
above that of the contracts unless she asks to pay more, so what one loan no longer takes may go to the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.core.budget import Household, MonthBudget, floor_minor
from forbear.core.loan import Loan, Owed, owed_on
from forbear.core.money import PPM, Rounding, divide, major
from forbear.core.offers import drawn
from forbear.core.payoff import value
from forbear.core.plan import Cause, Offer, Request, Why
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.core.several import JointFlow, Share, Way, fill_jointly, joint_plans, lightest_until, ways
from forbear.core.situation import (
    SETTLEMENT_KINDS,
    SHAPE_KINDS,
    Question,
    Situation,
    pause_asked,
    paused,
    situation,
    term_asked,
    with_better_proof,
)
from forbear.core.ways_on import nothing_to_pay, pause_refused, without_surplus


@dataclass(frozen=True, kw_only=True)
class JointQuestion:
    """What is asked: the loans, in the order of the file, and the rest as in a question of one. Amount and months of
    the request are those of all loans together."""

    as_of: date
    loans: tuple[Loan, ...]
    cause: Cause
    since: date | None
    until: date | None
    request: Request
    household: Household


@dataclass(frozen=True, kw_only=True)
class LoanPart:
    """One loan: what is owed on it and its part of every joint offer, under the same names; none where nothing of it is
    left to pay."""

    contract: str
    owed: Owed
    days_past_due: int
    if_nothing_changes: Owed
    offers: tuple[Offer, ...]


@dataclass(frozen=True, kw_only=True)
class JointOffer:
    """All parts of one name together. `months`: (month, sum paid), months without a payment left out;
    `counterfactual`: what a little more or less a month would change, or waiting."""

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


@dataclass(frozen=True, kw_only=True)
class JointAnswer:
    """What was found for all loans. `offers` may be empty; then `refusals` says why and what can be done instead."""

    loans: tuple[LoanPart, ...]
    wait_days: int
    affordable: tuple[MonthBudget, ...]
    offers: tuple[JointOffer, ...]
    refusals: tuple[Refusal, ...]
    rulebook_digest: str
    effective_on: date


@dataclass(frozen=True, kw_only=True)
class _Joint:
    """The question with all that the rulebook makes of it. `cases` are the loans with something to pay."""

    question: JointQuestion
    rules: Rulebook
    cases: tuple[Situation, ...]
    shares: tuple[Share, ...]
    caps: tuple[int, ...]
    ceiling_minor: int
    chosen: tuple[Way, ...]

    @property
    def last(self) -> int:
        return max(share.last for share in self.shares)


def solve_jointly(question: JointQuestion, rulebook: Rulebook) -> JointAnswer:
    """Named joint offers and each loan's part of them; a pause asked for is for all loans at once."""
    assert question.loans, "a question is about a loan"
    rules = rulebook.on(question.as_of)
    cases = [situation(_single(question, loan), rules) for loan in question.loans]
    refusals: list[Refusal] = []
    for case in cases:
        if (nothing := nothing_to_pay(case)) is not None:
            refusals.append(replace(nothing, where=case.loan.contract))
    payable = tuple(case for case in cases if nothing_to_pay(case) is None)
    found: dict[str, JointFlow] = {}
    if payable:
        joint = _joint(question, rules, payable)
        found = _with_pause(joint, refusals)
        refusals.extend(_asked_refused(joint, found) if found else _no_plan(joint))
    parts: dict[str, list[Offer]] = {case.loan.contract: [] for case in cases}
    for name, flow in list(found.items()):
        offers, against = _parts(name, flow, joint)
        if against:
            # A lender's own rule against one part leaves no joint plan of that name.
            refusals.extend(refusal for refusal in against if refusal not in refusals)
            del found[name]
        for case, offer in zip(payable, offers, strict=True):
            if not against:
                parts[case.loan.contract].append(offer)
    days = rules.integer("plan.wait_days")
    return JointAnswer(
        loans=tuple(
            LoanPart(
                contract=case.loan.contract,
                owed=case.owed,
                days_past_due=case.days_late,
                if_nothing_changes=owed_on(case.loan, question.as_of + timedelta(days=days)),
                offers=tuple(parts[case.loan.contract]),
            )
            for case in cases
        ),
        wait_days=days,
        affordable=_shown(cases, found),
        offers=tuple(_joint_offer(name, flow, joint) for name, flow in found.items()),
        refusals=tuple(refusals),
        rulebook_digest=rules.digest,
        effective_on=rules.effective_on,
    )


def _parts(name: str, flow: JointFlow, joint: _Joint) -> tuple[list[Offer], list[Refusal]]:
    """Each loan's part of a joint plan, and what the lender's own rules say against it."""
    offers: list[Offer] = []
    against: list[Refusal] = []
    for case, own in zip(joint.cases, flow.flows, strict=True):
        # The rule binds the sum of the month, so the part is held against the ceiling of the sum.
        held = replace(case, ceiling_minor=max(joint.ceiling_minor, flow.burden_minor))
        worth = value(own.amounts_minor, own.ends_at, own.total_minor, case.worth)
        made = drawn(replace(own, value_minor=worth), held, _counterfactual(flow, joint))
        against += [replace(refusal, where=case.loan.contract) for refusal in made.refused]
        offers.append(
            Offer(
                name=name,
                plan=made.plan,
                why=(_part_why(case, own.burden_minor),),
                findings=made.findings,
                counterfactual=made.counterfactual,
                value_minor=worth,
                bound=made.bound,
            )
        )
    return offers, against


def summed(debts: Sequence[Owed]) -> Owed:
    """The sum of debts, part by part."""
    return Owed(
        principal_minor=sum(owed.principal_minor for owed in debts),
        interest_minor=sum(owed.interest_minor for owed in debts),
        penalty_minor=sum(owed.penalty_minor for owed in debts),
        fees_minor=sum(owed.fees_minor for owed in debts),
    )


def _single(question: JointQuestion, loan: Loan) -> Question:
    """One loan's question; what she asks for is about all of them, and is asked of the sum."""
    return Question(
        as_of=question.as_of,
        loan=loan,
        cause=question.cause,
        since=question.since,
        until=question.until,
        request=Request(),
        household=question.household,
    )


def _joint(question: JointQuestion, rules: Rulebook, cases: tuple[Situation, ...]) -> _Joint:
    shares = tuple(Share(terms=case.most, time=case.time) for case in cases)
    contracts = sum(case.ceiling_minor for case in cases)
    return _Joint(
        question=question,
        rules=rules,
        cases=cases,
        shares=shares,
        caps=max((case.caps for case in cases), key=len),
        ceiling_minor=max(contracts, question.request.instalment_minor or 0),
        chosen=ways(shares, rules.texts("several.policies")),
    )


def _with_pause(joint: _Joint, refusals: list[Refusal]) -> dict[str, JointFlow]:
    """The named plans; after the pause she asks for where that can be borne, else without it and saying so."""
    asking = replace(joint.cases[0], question=replace(joint.cases[0].question, request=joint.question.request))
    months = pause_asked(asking)
    if months:
        resting = replace(joint, caps=_rested(joint, months))
        if found := _named(resting):
            return found
    found = _named(joint)
    if found and months:
        refusals.append(pause_refused(asking, months))
    return found


def _rested(joint: _Joint, months: int) -> tuple[int, ...]:
    """No payment on any loan in the first months one of them could use."""
    first = min(joint.cases, key=lambda case: case.time.first)
    return paused(replace(first, caps=joint.caps), months).caps


def _named(joint: _Joint) -> dict[str, JointFlow]:
    found = joint_plans(joint.shares, joint.caps, joint.ceiling_minor, joint.chosen)
    asked = _asked(joint, found)
    if asked is None:
        return found
    better = [flow for flow in found.values() if _dominates(flow, asked)]
    return {**found, "as-requested": min([*better, asked], key=lambda f: f.criteria)}


def _asked(joint: _Joint, found: Mapping[str, JointFlow]) -> JointFlow | None:
    """The lightest plan within her months, or the fastest under her amount within them."""
    request, months = joint.question.request, term_asked(joint.question.request)
    if not found or (request.instalment_minor is None and months is None):
        return None
    first = min(share.time.first for share in joint.shares)
    until = joint.last if months is None else min(joint.last, first + months - 1)
    if request.instalment_minor is None:
        return lightest_until(joint.shares, joint.caps, joint.ceiling_minor, joint.chosen, until)
    asked = request.instalment_minor
    full = [f for way in joint.chosen if (f := fill_jointly(joint.shares, joint.caps, asked, way, until)) is not None]
    if not full:
        return None
    fast = min(full, key=lambda f: (f.total_minor, f.ends_at, f.burden_minor))
    # Her own amount, unless a smaller one ends as soon and costs no more.
    light = lightest_until(joint.shares, joint.caps, asked, joint.chosen, fast.ends_at)
    return light if light is not None and light.total_minor <= fast.total_minor else fast


def _dominates(one: JointFlow, other: JointFlow) -> bool:
    return one.criteria != other.criteria and all(a <= b for a, b in zip(one.criteria, other.criteria, strict=True))


def _joint_offer(name: str, flow: JointFlow, joint: _Joint) -> JointOffer:
    cases = joint.cases
    longest = max((case.time for case in cases), key=lambda time: len(time.months))
    ends = [case.time.due_on[own.ends_at] for case, own in zip(cases, flow.flows, strict=True)]
    starts = [case.time.due_on[own.payments[0].index] for case, own in zip(cases, flow.flows, strict=True)]
    facts = {
        "instalment": major(flow.burden_minor),
        "total": major(flow.total_minor),
        "ends_on": max(ends).isoformat(),
        "count": str(len(cases)),
        "contract": cases[flow.way.order[0]].loan.contract,
    }
    said = [Why(key=f"several.why.{name}", facts=facts), Why(key=f"several.way.{flow.way.policy}", facts=facts)]
    forgiven = summed([own.terms.forgiven for own in flow.flows])
    if forgiven.total_minor:
        said.append(Why(key="plan.why.forgiven", facts={"amount": major(forgiven.total_minor)}))
    return JointOffer(
        name=name,
        policy=flow.way.policy,
        why=tuple(said),
        months=tuple((longest.months[index], amount) for index, amount in flow.by_month.items()),
        first_due_on=min(starts),
        ends_on=max(ends),
        instalment_max_minor=flow.burden_minor,
        total_minor=flow.total_minor,
        forgiven=forgiven,
        counterfactual=_counterfactual(flow, joint),
    )


def _counterfactual(flow: JointFlow, joint: _Joint) -> Why:
    """A step, or five, more a month where that ends sooner; else one to four steps less where that ends later but in
    time; else what waiting costs. The step is the largest of 1, 2, 5, 10, … units within a fifth of the largest sum."""
    unit = max(share.terms.unit_minor for share in joint.shares)
    sizes = [unit * factor * 10**zeros for zeros in range(7) for factor in (1, 2, 5)]
    step = max([size for size in sizes if size * 5 <= flow.burden_minor], default=unit)
    for steps in (1, 5, -1, -2, -3, -4):
        most = min(flow.burden_minor + steps * step, joint.ceiling_minor)
        other = fill_jointly(joint.shares, joint.caps, most, flow.way)
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
    days = joint.rules.integer("plan.wait_days")
    later = [owed_on(case.loan, case.question.as_of + timedelta(days=days)).total_minor for case in joint.cases]
    more = sum(later) - sum(case.owed.total_minor for case in joint.cases)
    return Why(key="several.counterfactual.waiting", facts={"days": str(days), "more": major(more)})


def _part_why(case: Situation, burden_minor: int) -> Why:
    return Why(key="several.why.part", facts={"contract": case.loan.contract, "instalment": major(burden_minor)})


def _shown(cases: Sequence[Situation], found: Mapping[str, JointFlow]) -> tuple[MonthBudget, ...]:
    """The months up to the last instalment of any offer, at least a year of them."""
    months = max((case.months for case in cases), key=len)
    return months[: max(12, 1 + max((flow.ends_at for flow in found.values()), default=0))]


def _asked_refused(joint: _Joint, found: Mapping[str, JointFlow]) -> Iterator[Refusal]:
    """Offers exist, but not what she asked for: the nearest there is; settlements and shapes are made loan by loan."""
    request, term = joint.question.request, joint.rules.param("plan.term_max_months")
    asked = request.instalment_minor is not None or term_asked(request) is not None
    if asked and "as-requested" not in found:
        nearest = found["lightest"]
        facts = {"instalment": major(nearest.burden_minor), "months": str(nearest.ends_at + 1)}
        yield Refusal(rule=term.rule, reason="plan.refusal.request", way_on="plan.way.request", facts=facts)
    if SETTLEMENT_KINDS & set(request.kinds):
        rule = joint.rules.param("settlement.payments_max").rule
        yield Refusal(rule=rule, reason="several.refusal.settlement", way_on="several.on.settlement")
    if SHAPE_KINDS.keys() & set(request.kinds):
        rule = joint.rules.param("plan.shapes").rule
        yield Refusal(rule=rule, reason="several.refusal.shape", way_on="several.on.shape")


def _no_plan(joint: _Joint) -> Iterator[Refusal]:
    """Why no joint plan ends in time, the least rise of income that brings one, and what needs no surplus."""
    case, most = joint.cases[0], max(joint.caps, default=0)
    more, asks = _more(joint)
    facts = {"count": str(len(joint.cases)), "most": major(most), **more}
    income = "plan.way.income-and-ask" if asks else "plan.way.income"
    bound = 2 * sum(one.owed.total_minor for one in joint.cases)
    raised = lightest_until(joint.shares, joint.caps, bound, joint.chosen, joint.last)
    if most == 0:
        floor = joint.rules.param("budget.floor", joint.question.household.place)
        facts["floor"] = major(floor_minor(joint.question.household, joint.rules))
        yield Refusal(rule=floor.rule, reason="plan.refusal.no-surplus", way_on=income, facts=facts)
    elif raised is not None:
        rule = joint.rules.param("plan.instalment_not_raised").rule
        least = {"instalment": major(joint.ceiling_minor), "needed": major(raised.burden_minor)}
        facts = {**facts, **least, "months": str(raised.ends_at + 1)}
        yield Refusal(rule=rule, reason="plan.refusal.would-raise", way_on="plan.way.ask-more", facts=facts)
    else:
        rule = joint.rules.param("plan.term_max_months").rule
        yield Refusal(rule=rule, reason="several.refusal.too-little", way_on=income, facts=facts)
    if _shown_income_helps(joint):
        rule = joint.rules.param("budget.interim_months").rule
        yield Refusal(rule=rule, reason="plan.refusal.unproven", way_on="plan.way.prove-income")
    yield from without_surplus(case)


def _shown_income_helps(joint: _Joint) -> bool:
    caps = situation(with_better_proof(joint.cases[0].question), joint.rules).caps
    return any(fill_jointly(joint.shares, caps, joint.ceiling_minor, way) for way in joint.chosen)


def _more(joint: _Joint) -> tuple[dict[str, str], bool]:
    """The least rise of each month's income, in whole units, that brings a joint plan under the contracts' sum, or
    under any where that is not enough: bisection; and whether she must also ask to pay more than before."""
    unit = max(share.terms.unit_minor for share in joint.shares)
    bound = 2 * sum(case.owed.total_minor for case in joint.cases)
    months = max((case.months for case in joint.cases), key=len)
    deficit = max((m.need_minor + m.debts_minor - m.income_minor for m in months), default=0)
    buffer_ppm = joint.rules.integer("budget.buffer")

    def works(units: int, ceiling: int) -> bool:
        surplus = [max(0, m.income_minor + units * unit - m.need_minor - m.debts_minor) for m in months]
        caps = [whole - divide(whole * buffer_ppm, PPM, Rounding.UP) for whole in surplus]
        return any(fill_jointly(joint.shares, caps, ceiling, way) for way in joint.chosen)

    for ceiling in (joint.ceiling_minor, bound):
        low, high = 0, divide(max(0, deficit) + 4 * bound, unit, Rounding.UP)
        if works(high, ceiling):
            while high - low > 1:
                middle = (low + high) >> 1
                low, high = (low, middle) if works(middle, ceiling) else (middle, high)
            return {"more": major(high * unit)}, ceiling > joint.ceiling_minor
    return {"more": major(bound)}, True
