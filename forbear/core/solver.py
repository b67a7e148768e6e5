"""Every plan worth offering: cash flow first, label second.

All plans are made with the relief the rules allow the case, so the only choice left is how fast to pay. Over every
ceiling of the instalment the search gives the plan that ends soonest and costs least; the named offers are points of
that one line: its lightest end, its cheapest end, its soonest end, the best middle for both sides, what she asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from forbear.core.budget import MonthBudget
from forbear.core.cashflow import PLAIN, Arithmetic, Flow
from forbear.core.counterfactual import counterfactual
from forbear.core.loan import Owed
from forbear.core.money import major
from forbear.core.named_plans import undominated
from forbear.core.offers import Drawn, drawn
from forbear.core.plan import Offer, Why
from forbear.core.predicates import refusals
from forbear.core.refusal import Refusal
from forbear.core.rules import PredicateScope, Rulebook
from forbear.core.shapes import asked_for, flows_of, usual_shapes
from forbear.core.situation import (
    Question,
    Situation,
    longest_pause,
    pause_asked,
    paused,
    pauses_to_try,
    shape_asked,
    situation,
    term_asked,
)
from forbear.core.ways_on import (
    no_plan,
    nothing_to_pay,
    own_plan_above,
    own_plan_below,
    own_plan_leaves,
    own_plan_outside,
    pause_refused,
    pause_shortened,
    request_refused,
    shape_refused,
    what_if_refused,
    without_surplus,
)

__all__ = ["Answer", "Question", "Tried", "own_plan", "solve", "sweep", "what_if"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the solver found. `offers` may be empty; then `refusals` says why and what can be done instead.

    `if_nothing_changes` is what is owed `wait_days` later; `affordable` runs to the last instalment of any offer.
    `nothing_minor` is what the lender may expect where nothing is agreed: advice to agents beside an offer's value.
    """

    owed: Owed
    days_past_due: int
    if_nothing_changes: Owed
    wait_days: int
    affordable: tuple[MonthBudget, ...]
    offers: tuple[Offer, ...]
    refusals: tuple[Refusal, ...]
    lender_best: Offer | None
    rulebook_digest: str
    effective_on: date
    nothing_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What one amount a month leads to: the largest payment, all of them, the months and the last day."""

    ceiling_minor: int
    burden_minor: int
    total_minor: int
    months: int
    ends_on: date


def solve(question: Question, rulebook: Rulebook, arithmetic: Arithmetic = PLAIN, *, lender: bool = True) -> Answer:
    """Every named offer for a case; none is beaten by another plan in largest payment, total, end and value at once.

    `lender`: whether the plan that serves the lender best is looked for too; only the desk ever shows it.
    """
    case = situation(question, rulebook, arithmetic)
    nothing = nothing_to_pay(case)
    said = [nothing] if nothing else list(_case_refused(case))
    offers: tuple[Offer, ...] = ()
    best: Offer | None = None
    if not said:
        case, flows, made = _with_wishes(case, said)
        if flows:
            said.extend(request_refused(case, flows))
            offers = tuple(_offer(name, flow, case, made(flow)) for name, flow in flows.items())
            if lender:
                choice = _lender_best(case)
                best = None if made(choice).refused else _offer("lender-best", choice, case, made(choice))
        else:
            said.extend(without_surplus(case) if said else no_plan(case))
    days = case.rules.integer("plan.wait_days")
    return Answer(
        owed=case.owed,
        days_past_due=case.days_late,
        if_nothing_changes=case.later,
        wait_days=days,
        affordable=_shown(case, offers),
        offers=offers,
        refusals=tuple(said),
        lender_best=best,
        rulebook_digest=case.rules.digest,
        effective_on=case.rules.effective_on,
        nothing_minor=case.nothing_minor,
    )


def _case_refused(case: Situation) -> Sequence[Refusal]:
    """What the lender's own rules say against the case; its facts are put together only where there are any."""
    asks = case.rules.predicates(PredicateScope.CASE)
    return refusals(case.rules, PredicateScope.CASE, case.facts) if asks else ()


def what_if(
    question: Question, rulebook: Rulebook, instalment_minor: int, arithmetic: Arithmetic = PLAIN
) -> Offer | Refusal:
    """The plan with at most this much a month, or why there is none and the nearest amount that has one."""
    case = situation(question, rulebook, arithmetic)
    nothing = nothing_to_pay(case)
    if nothing is not None:
        return nothing
    case = replace(case, ceiling_minor=instalment_minor)
    flow = None
    if months := min(pause_asked(case), longest_pause(case)):
        flow = paused(case, months).search().fill(instalment_minor)
    flow = flow or case.search().fill(instalment_minor)
    above_all_months = instalment_minor > max(case.caps[case.time.first : case.last + 1], default=0)
    if flow is None or (above_all_months and flow.burden_minor < instalment_minor and len(flow.payments) > 1):
        refused, nearest_minor = what_if_refused(case, instalment_minor)
        # An amount is named only where it leads to a plan; where a rule stands in its way she is told the rule.
        there = what_if(question, rulebook, nearest_minor, arithmetic) if nearest_minor > instalment_minor else None
        return there if isinstance(there, Refusal) else refused
    made = _drawing(case)(flow)
    return made.refused[0] if made.refused else _offer("what-if", flow, case, made)


def sweep(
    question: Question, rulebook: Rulebook, ceilings_minor: Sequence[int], arithmetic: Arithmetic = PLAIN
) -> tuple[Tried | None, ...]:
    """What each of many amounts a month leads to, None where it does not end in time: for a slider and its chart."""
    case = situation(question, rulebook, arithmetic)
    search = case.search()
    found = (search.end_under(ceiling) for ceiling in ceilings_minor)
    return tuple(
        Tried(
            ceiling_minor=ceiling,
            burden_minor=burden,
            total_minor=total,
            months=end - case.time.first + 1,
            ends_on=case.time.due_on[end],
        )
        if end >= 0
        else None
        for ceiling, (end, burden, total) in zip(ceilings_minor, found, strict=True)
    )


def own_plan(question: Question, rulebook: Rulebook, payments_by_month: Sequence[tuple[str, int]]) -> Offer | Refusal:
    """The borrower's own table of payments, (month, amount) each, as an offer, or what keeps it from being one.

    Payments beyond what is owed are left out; the last one is what is left.
    """
    case = situation(question, rulebook)
    nothing = nothing_to_pay(case)
    if nothing is not None:
        return nothing
    places = {month: index for index, month in enumerate(case.time.months[: case.last + 1])}
    table = [0] * len(case.caps)
    for month, amount_minor in payments_by_month:
        if places.get(month, -1) < case.time.first:
            return own_plan_outside(case, month)
        table[places[month]] += amount_minor
        if table[places[month]] > case.caps[places[month]]:
            return own_plan_above(case, month, table[places[month]])
    ceiling = max(case.ceiling_minor, *table)
    case = replace(case, ceiling_minor=ceiling)
    flow = case.search(replace(case.most, unit_minor=1, least_minor=1), table).fill(ceiling)
    if flow is None:
        return own_plan_leaves(case, sum(table))
    for payment in flow.payments[:-1]:
        if payment.amount_minor < case.most.least_minor:
            return own_plan_below(case, case.time.months[payment.index], payment.amount_minor)
    made = _drawing(case)(flow)
    return made.refused[0] if made.refused else _offer("own-plan", flow, case, made)


Drawing = Callable[[Flow], Drawn]


def _drawing(case: Situation) -> Drawing:
    """Draws up cash flows, each once. Terms of one case are told apart by identity: they are made once, and comparing
    them by value costs more than it saves."""
    known: dict[tuple[int, ...], Drawn] = {}

    def made(flow: Flow) -> Drawn:
        key = (id(flow.terms), *flow.amounts_minor)
        found = known.get(key)
        if found is None:
            found = known[key] = drawn(flow, case, counterfactual(flow, case))
        return found

    return made


def _with_wishes(case: Situation, said: list[Refusal]) -> tuple[Situation, dict[str, Flow], Drawing]:
    """The named cash flows: with the pause or the shape she asks for where a plan can bear it, else without and
    saying so. A pause that is too long is tried shorter."""
    usual = usual_shapes(case.rules)
    pauses = pauses_to_try(case)
    for months in pauses:
        resting = paused(case, months)
        made = _drawing(resting)
        flows = _named(resting, usual, made, [])
        if flows:
            if months != pause_asked(case) or shape_asked(case):
                _not_as_requested(resting, flows)
            if months != pause_asked(case):
                said.append(pause_shortened(case, pause_asked(case), months))
            return resting, flows, made
    made = _drawing(case)
    shape = shape_asked(case)
    if shape and (flows := _named(case, (shape,), made, [])):
        if pauses:
            _not_as_requested(case, flows)
            said.append(pause_refused(case, pauses[0]))
        return case, flows, made
    flows = _named(case, usual, made, said)
    if flows and pauses:
        said.append(pause_refused(case, pauses[0]))
    if flows and shape:
        said.append(shape_refused(case, shape))
    if pauses or shape:
        _not_as_requested(case, flows)
    return case, flows, made


def _not_as_requested(case: Situation, flows: dict[str, Flow]) -> None:
    """A plan without the pause or the shape she asks for does not bear that name; a settlement she asks for does, and
    what beats it takes its name."""
    if "as-requested" in flows and not _settled(case):
        del flows["as-requested"]


def _named(case: Situation, shapes: Sequence[str], made: Drawing, said: list[Refusal]) -> dict[str, Flow]:
    """Name → cash flow. Where the lender's own rules refuse one that was picked, the same names are picked again
    among all plans of every number of months that they leave. What they said of the plan she asked for is kept, and
    all they said where they leave none."""
    found = [flow for shape in shapes for flow in flows_of(case, shape, case.ceiling_minor, case.last)]
    settled = _settled(case)
    flows = _picked(case, shapes, found, settled, _asked(case, shapes, found, settled))
    if not any(made(flow).refused for flow in flows.values()):
        return flows
    every = [*found, *_menu(case, shapes), *_asked(case, shapes, found, ())]
    left = [flow for flow in every if not made(flow).refused]
    settled = [flow for flow in settled if not made(flow).refused]
    asked = [flow for flow in _asked(case, shapes, found, settled) if not made(flow).refused]
    kept = _picked(case, (), left, settled, asked)
    told = [flow for name, flow in flows.items() if name == "as-requested" or not kept]
    for refusal in (refusal for flow in told for refusal in made(flow).refused):
        if refusal not in said:
            said.append(refusal)
    return kept


def _picked(
    case: Situation, shapes: Sequence[str], found: Sequence[Flow], settled: Sequence[Flow], asked: Sequence[Flow]
) -> dict[str, Flow]:
    """Ties go to the plan that is better in the next of: largest payment, total, end, value."""
    everything = [*found, *settled, *asked]
    if not everything:
        return {}
    flows = {
        "lightest": min(everything, key=lambda f: f.ranked),
        "cheapest": min(everything, key=lambda f: (f.total_minor, *f.ranked)),
        "soonest": min(everything, key=lambda f: (f.ends_at, *f.ranked)),
    }
    if found:
        middle = _balanced(case, shapes, found)
        if all(middle.ranked != other.ranked for other in flows.values()):
            flows["balanced"] = middle
    if asked:
        flows["as-requested"] = asked[0]
    return undominated(flows)


def _menu(case: Situation, shapes: Sequence[str]) -> list[Flow]:
    """The lightest plan of every number of months, where payments may follow the income."""
    search = case.search()
    points = search.menu(case.ceiling_minor) if "income-following" in shapes else ()
    return [flow for ceiling, *_ in points if (flow := search.fill(ceiling)) is not None]


def _balanced(case: Situation, shapes: Sequence[str], found: Sequence[Flow]) -> Flow:
    """Of the lightest plan of every number of months the one where the product of what each side gains against its
    worst plan is greatest (Nash): her largest payment below the heaviest, the lender's value above the poorest.

    Ties: least total, then soonest. Better in anything and worse in nothing makes the product or the tie better.
    """
    search = case.search()
    points = search.menu(case.ceiling_minor) if "income-following" in shapes else ()
    figures = [*points, *((0, f.ends_at, f.burden_minor, f.total_minor, f.value_minor) for f in found)]
    _, _, burdens, _, worths = zip(*figures, strict=True)
    above, below = max(burdens) + 1, min(worths) - 1
    keys = [((m - above) * (v - below), total, end) for _, end, m, total, v in figures]
    place = keys.index(min(keys))
    if place >= len(points):
        return found[place - len(points)]
    middle = search.fill(points[place][0])
    assert middle is not None, "a plan of the menu ends in time"
    return middle


def _settled(case: Situation) -> list[Flow]:
    """The settlement she asked for: the lightest in the fewest months first, then the lightest of all. A settlement
    bears no interest, so each costs the same; it may go above the contract's instalment."""
    if case.settlement is None:
        return []
    search = case.search(case.settlement, shape="settlement")
    most = max(case.caps, default=0)
    fastest = search.fill(most)
    if fastest is None:
        return []
    found = search.least(most, fastest.ends_at), search.least(most, search.last)
    return [flow for flow in found if flow is not None]


def _asked(case: Situation, shapes: Sequence[str], found: Sequence[Flow], settled: Sequence[Flow]) -> list[Flow]:
    """The plan that meets the request: her amount, within her months; where only months are named, the lightest."""
    request, months = case.question.request, term_asked(case.question.request)
    if settled:
        return [settled[0]]
    if not found:
        return []
    # Where payments step up, her amount is that of the first months (core/shapes.py) and bounds no later one.
    amount = None if tuple(shapes) == ("stepped",) else request.instalment_minor
    if amount is None and months is None:
        wished = pause_asked(case) or (shape_asked(case) and shape_asked(case) in shapes)
        return [min(found, key=lambda f: f.ranked)] if wished else []
    until = case.last if months is None else min(case.last, case.time.first + months - 1)
    ceiling = case.ceiling_minor if amount is None else amount
    named = amount is not None
    within = [flow for shape in shapes for flow in asked_for(case, shape, ceiling, until, named)]
    if not within:
        return []
    if amount is None:
        return [min(within, key=lambda f: f.ranked)]
    # Her own amount, unless a smaller one ends as soon and costs no more.
    return [min(within, key=lambda f: (f.ends_at, f.total_minor, f.burden_minor))]


def _lender_best(case: Situation) -> Flow:
    """The plan a lender alone would choose: of every step of relief and every term the one it expects most of."""
    best: tuple[int, int, int] | None = None
    for rung, terms in enumerate(case.rungs):
        search = case.search(terms)
        menu = search.menu(case.ceiling_minor)
        fastest = [(case.ceiling_minor, *search.priced(case.ceiling_minor))] if menu else []
        for ceiling, _, _, _, worth in [*menu, *fastest]:
            if best is None or worth > best[0]:
                best = worth, rung, ceiling
    flow = None if best is None else case.search(case.rungs[best[1]]).fill(best[2])
    if flow is None:
        flow = next(iter(_settled(case)), None)
    assert flow is not None, "where there is an offer there is a plan that serves the lender best"
    return flow


def _offer(name: str, flow: Flow, case: Situation, made: Drawn) -> Offer:
    """An offer over a cash flow drawn up."""
    return Offer(
        name=name,
        plan=made.plan,
        why=tuple(_sentences(name, flow, case)),
        findings=made.findings,
        counterfactual=made.counterfactual,
        value_minor=flow.value_minor,
        bound=made.bound,
    )


def _sentences(name: str, flow: Flow, case: Situation) -> Iterator[Why]:
    """One sentence why this offer bears its name, then what the household gains by it."""
    facts = {
        "instalment": major(flow.burden_minor),
        "total": major(flow.total_minor),
        "months": str(flow.months),
        "ends_on": case.time.due_on[flow.ends_at].isoformat(),
    }
    yield Why(key=f"plan.why.{name}", facts=facts)
    if flow.terms.forgiven.total_minor:
        yield Why(key="plan.why.forgiven", facts={"amount": major(flow.terms.forgiven.total_minor)})
    if flow.follows_income:
        yield Why(key="plan.why.income-following", facts={})


def _shown(case: Situation, offers: Sequence[Offer]) -> tuple[MonthBudget, ...]:
    """The months up to the last instalment of any offer, at least a year of them."""
    last_on = max((offer.plan.ends_on for offer in offers), default=None)
    if last_on is None:
        return case.months[:12]
    return case.months[: max(12, 1 + case.time.due_on.index(last_on))]
