"""Several loans of one household, one budget, one answer: joint offers, and each loan's part of them as exact rows.

Each loan keeps its own relief, due day and rules. The household's month bears the sum; the sum of a month is never
above that of the contracts unless she asks to pay more, so what one loan no longer takes may go to the next. Names,
shapes, wishes and ties are those of one loan (core/solver.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.core.budget import MonthBudget
from forbear.core.cashflow import PLAIN, Arithmetic
from forbear.core.joint_offers import JointDrawn, JointOffer, drawn_jointly, offers_of
from forbear.core.joint_shapes import asked_for, best, cheap, flows_of, light, menu_of, soon, within
from forbear.core.joint_situation import JointQuestion, JointSituation, joint_situation, loans_of, summed
from forbear.core.joint_ways_on import no_joint_plan, wish_refused
from forbear.core.loan import Owed, owed_on
from forbear.core.named_plans import NAMES, undominated
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.core.several import JointFlow, JointSearch, Share
from forbear.core.shapes import usual_shapes
from forbear.core.situation import Situation, pause_asked, paused, pauses_to_try, shape_asked, term_asked
from forbear.core.ways_on import pause_refused, pause_shortened, shape_refused, without_surplus

__all__ = ["JointAnswer", "JointOffer", "JointQuestion", "LoanPart", "solve_jointly", "summed"]


@dataclass(frozen=True, kw_only=True)
class LoanPart:
    """One loan: what is owed on it and its part of every joint offer, under the same names; none where nothing of it is
    left to pay."""

    contract: str
    owed: Owed
    days_past_due: int
    if_nothing_changes: Owed
    offers: tuple[Offer, ...]
    lender_best: Offer | None = None


@dataclass(frozen=True, kw_only=True)
class JointAnswer:
    """What was found for all loans. `offers` may be empty; then `refusals` says why and what can be done instead; one
    that is about a single loan names its contract in `where`. The rest as in an answer of one loan."""

    loans: tuple[LoanPart, ...]
    wait_days: int
    affordable: tuple[MonthBudget, ...]
    offers: tuple[JointOffer, ...]
    refusals: tuple[Refusal, ...]
    rulebook_digest: str
    effective_on: date
    lender_best: JointOffer | None = None
    nothing_minor: int | None = None

    @property
    def owed(self) -> Owed:
        """All that is owed, part by part."""
        return summed([part.owed for part in self.loans])

    @property
    def if_nothing_changes(self) -> Owed:
        """The same `wait_days` later, when nobody does anything."""
        return summed([part.if_nothing_changes for part in self.loans])

    @property
    def days_past_due(self) -> int:
        """Of the loan that is latest."""
        return max(part.days_past_due for part in self.loans)


Drawing = Callable[[JointFlow], JointDrawn]


def solve_jointly(
    question: JointQuestion, rulebook: Rulebook, arithmetic: Arithmetic = PLAIN, *, lender: bool = True
) -> JointAnswer:
    """Named joint offers and each loan's part of them; none is beaten by another plan of the ways given in largest
    month, total, end and value at once. `lender`: whether the plan that serves the lender best is looked for too."""
    assert question.loans, "a question is about a loan"
    rules = rulebook.on(question.as_of)
    loans = loans_of(question, rules)
    said = list(loans.said)
    offers: list[JointOffer] = []
    parts: dict[str, list[Offer]] = {case.loan.contract: [] for case in loans.all}
    joint, chosen = None, None
    if loans.payable:
        joint = joint_situation(question, rules, loans.payable, arithmetic)
        resting, found, made = _with_wishes(joint, said)
        said += wish_refused(resting, found) if found else _nothing_fits(joint, said, loans.said)
        for name, flow in found.items():
            offer, each = offers_of(name, made(flow), resting)
            offers.append(offer)
            for case, part in zip(joint.cases, each, strict=True):
                parts[case.loan.contract].append(part)
        chosen = _lender_best(resting) if lender and found else None
    days = rules.integer("plan.wait_days")
    return JointAnswer(
        loans=tuple(
            LoanPart(
                contract=case.loan.contract,
                owed=case.owed,
                days_past_due=case.days_late,
                if_nothing_changes=owed_on(case.loan, question.as_of + timedelta(days=days)),
                offers=tuple(parts[case.loan.contract]),
                lender_best=chosen[1].get(case.loan.contract) if chosen else None,
            )
            for case in loans.all
        ),
        wait_days=days,
        affordable=_shown(loans.all, joint, offers),
        offers=tuple(offers),
        refusals=tuple(said),
        rulebook_digest=rules.digest,
        effective_on=rules.effective_on,
        lender_best=chosen[0] if chosen else None,
        nothing_minor=joint.nothing_minor if joint else None,
    )


def _nothing_fits(joint: JointSituation, said: Sequence[Refusal], before: Sequence[Refusal]) -> Sequence[Refusal]:
    """Why there is no offer: the lender's own rules, where they left none, else what the months lack."""
    return list(without_surplus(joint.asking)) if len(said) > len(before) else list(no_joint_plan(joint))


def _drawing(joint: JointSituation) -> Drawing:
    """Draws up joint flows, each once."""
    known: dict[tuple[object, ...], JointDrawn] = {}

    def made(flow: JointFlow) -> JointDrawn:
        key = tuple((id(own.terms), own.amounts_minor) for own in flow.flows)
        found = known.get(key)
        if found is None:
            found = known[key] = drawn_jointly(flow, joint)
        return found

    return made


def _with_wishes(joint: JointSituation, said: list[Refusal]) -> tuple[JointSituation, dict[str, JointFlow], Drawing]:
    """The named flows: with the pause or the shape she asks for where a plan can bear it, else without and saying so.
    A pause that is too long is tried shorter."""
    asking, usual = joint.asking, usual_shapes(joint.rules)
    pauses = pauses_to_try(asking)
    shape = shape_asked(asking)
    for months in pauses:
        resting = joint.paused(paused(asking, months).caps)
        made = _drawing(resting)
        if flows := _named(resting, usual, made, []):
            if months != pause_asked(asking) or shape:
                _not_as_requested(flows)
            if months != pause_asked(asking):
                said.append(pause_shortened(asking, pause_asked(asking), months))
            return resting, flows, made
    made = _drawing(joint)
    if shape and (flows := _named(joint, (shape,), made, [])):
        if pauses:
            _not_as_requested(flows)
            said.append(pause_refused(asking, pauses[0]))
        return joint, flows, made
    flows = _named(joint, usual, made, said)
    if flows and pauses:
        said.append(pause_refused(asking, pauses[0]))
    if flows and shape:
        said.append(shape_refused(asking, shape))
    if pauses or shape:
        _not_as_requested(flows)
    return joint, flows, made


def _not_as_requested(flows: dict[str, JointFlow]) -> None:
    """A plan without the pause or the shape she asks for does not bear that name; one with settlements does."""
    if "as-requested" in flows and not flows["as-requested"].settles:
        del flows["as-requested"]


def _named(joint: JointSituation, shapes: Sequence[str], made: Drawing, said: list[Refusal]) -> dict[str, JointFlow]:
    """Name → flow. Where the lender's own rules refuse one that was picked, the same names are picked again among all
    plans of every number of months that they leave; what they said of the plan she asked for is kept, and all they said
    where they leave none."""
    found = [flow for shape in shapes for flow in flows_of(joint, shape, joint.ceiling_minor, joint.last)]
    menu = menu_of(joint, shapes, joint.ceiling_minor)
    settled = _settled(joint)
    flows = _picked(joint, found, menu, settled, _asked(joint, shapes, found, settled))
    if not any(made(flow).refused for flow in flows.values()):
        return flows
    left = [flow for flow in [*found, *menu, *_asked(joint, shapes, found, ())] if not made(flow).refused]
    settled = [flow for flow in settled if not made(flow).refused]
    asked = [flow for flow in _asked(joint, shapes, found, settled) if not made(flow).refused]
    kept = _picked(joint, left, (), settled, asked)
    told = [flow for name, flow in flows.items() if name == "as-requested" or not kept]
    for refusal in (refusal for flow in told for refusal in made(flow).refused):
        if refusal not in said:
            said.append(refusal)
    return kept


def _picked(
    joint: JointSituation,
    found: Sequence[JointFlow],
    menu: Sequence[JointFlow],
    settled: Sequence[JointFlow],
    asked: Sequence[JointFlow],
) -> dict[str, JointFlow]:
    """Ties go to the plan that is better in the next of: largest month, total, end, value."""
    everything = [*found, *settled, *asked]
    if not everything:
        return {}
    flows = {name: best(joint, everything, key) for name, key in zip(NAMES, (light, cheap, soon), strict=False)}
    if found:
        middle = _balanced([*menu, *found])
        if all(middle.ranked != other.ranked for other in flows.values()):
            flows["balanced"] = middle
    if asked:
        flows["as-requested"] = asked[0]
    return undominated(flows)


def _balanced(plans: Sequence[JointFlow]) -> JointFlow:
    """The plan where the product of what each side gains against its worst plan is greatest (Nash): her largest month
    below the heaviest, the lender's value above the poorest. Ties: least total, then soonest."""
    heaviest = max(flow.burden_minor for flow in plans)
    poorest = min(flow.value_minor for flow in plans)

    def key(flow: JointFlow) -> tuple[int, int, int]:
        gains = (heaviest - flow.burden_minor + 1) * (flow.value_minor - poorest + 1)
        return -gains, flow.total_minor, flow.ends_at

    return min(plans, key=key)


def _settled(joint: JointSituation) -> list[JointFlow]:
    """The settlement she asks for: every loan that may be settled is, the others are paid as ever; first the lightest
    of those that settle soonest, then the lightest, the cheapest and the soonest of all. Where that cannot be borne the
    dearest settlement is left out, and so on. It may go above the contracts' sum."""
    places = list(joint.settleable)
    most = max(joint.caps, default=0)
    while places:
        search = joint.settling(places)
        full = search.fastest(most)
        if full:
            end = min(max(flow.flows[place].ends_at for place in places) for flow in full)
            first = _ending_by(search, places, end).least(most, joint.last)
            soonest = [best(joint, [_with_terms(flow, search) for flow in first], light)] if first else []
            return [*soonest, *within(joint, search, most, joint.last)]
        places.remove(max(places, key=lambda place: search.shares[place].terms.kept.total_minor))
    return []


def _ending_by(search: JointSearch, places: Sequence[int], end: int) -> JointSearch:
    """The same search with those loans paid off by month `end`."""

    def bound(place: int, share: Share) -> Share:
        months = min(share.terms.months, end - share.time.first + 1)
        return replace(share, terms=replace(share.terms, months=months)) if place in places else share

    return replace(search, shares=tuple(bound(place, share) for place, share in enumerate(search.shares)))


def _with_terms(flow: JointFlow, search: JointSearch) -> JointFlow:
    """The flow with the terms of a search, so that they are told apart by identity."""
    flows = (replace(own, terms=share.terms) for own, share in zip(flow.flows, search.shares, strict=True))
    return replace(flow, flows=tuple(flows))


def _asked(
    joint: JointSituation, shapes: Sequence[str], found: Sequence[JointFlow], settled: Sequence[JointFlow]
) -> list[JointFlow]:
    """The plan that meets the request: her amount, within her months; where only months are named, the lightest."""
    asking = joint.asking
    request, months = joint.question.request, term_asked(joint.question.request)
    if settled:
        return [settled[0]]
    if not found:
        return []
    # Where payments step up, her amount is that of the first months (core/shapes.py) and bounds no later one.
    amount = None if tuple(shapes) == ("stepped",) else request.instalment_minor
    if amount is None and months is None:
        wished = pause_asked(asking) or (shape_asked(asking) and shape_asked(asking) in shapes)
        return [best(joint, found, light)] if wished else []
    until = joint.last if months is None else min(joint.last, joint.first + months - 1)
    ceiling = joint.ceiling_minor if amount is None else amount
    able = [flow for s in shapes for flow in asked_for(joint, s, ceiling, until, by_amount=amount is not None)]
    if not able:
        return []
    if amount is None:
        return [best(joint, able, light)]
    # Her own amount, unless a smaller one ends as soon and costs no more.
    return [best(joint, able, lambda f: (f.ends_at, f.total_minor, f.burden_minor))]


def _lender_best(joint: JointSituation) -> tuple[JointOffer, dict[str, Offer]] | None:
    """The plan a lender alone would choose: of every number of steps of relief, taken on all loans alike, and of every
    number of months the one it expects most of; with each loan's part. None where its own rules refuse it."""
    chosen: tuple[JointFlow, JointSituation] | None = None
    for rung in range(max(len(case.rungs) for case in joint.cases)):
        stage = joint.on_rung(rung)
        for plans in (*stage.search().menu(stage.ceiling_minor), stage.search().fastest(stage.ceiling_minor)):
            flow = max(map(stage.valued, plans), key=lambda one: one.value_minor, default=None)
            if flow is not None and (chosen is None or flow.value_minor > chosen[0].value_minor):
                chosen = flow, stage
    if chosen is None and (settled := _settled(joint)):
        chosen = settled[0], joint
    assert chosen is not None, "where there is an offer there is a plan that serves the lender best"
    flow, stage = chosen
    made = drawn_jointly(flow, stage)
    if made.refused:
        return None
    offer, parts = offers_of("lender-best", made, stage)
    return offer, {case.loan.contract: part for case, part in zip(joint.cases, parts, strict=True)}


def _shown(
    cases: Sequence[Situation], joint: JointSituation | None, offers: Sequence[JointOffer]
) -> tuple[MonthBudget, ...]:
    """The months up to the last instalment of any offer, at least a year of them."""
    months = joint.months if joint else max((case.months for case in cases), key=len)
    last = max((offer.months[-1][0] for offer in offers), default="")
    return months[: max(12, sum(1 for month in months if month.month <= last))]
