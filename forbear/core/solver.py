"""Every plan worth offering: cash flow first, label second.

All plans are made with the relief the rules allow the case, so the only choice left is how fast to pay. Over every
ceiling of the instalment `fill` gives the plan that ends soonest and costs least; the named offers are points of that
one line: its lightest end, its cheapest end, its soonest end, the term in the geometric middle, what she asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isqrt

from forbear.core.budget import MonthBudget
from forbear.core.cashflow import Flow, fill, least_ceiling
from forbear.core.loan import Owed, owed_on
from forbear.core.money import major
from forbear.core.offers import offer_of, term_months
from forbear.core.plan import Offer, Why
from forbear.core.refusal import Refusal
from forbear.core.relief import least_relief_first
from forbear.core.rules import Rulebook
from forbear.core.situation import Question, Situation, pause_asked, paused, situation, term_asked
from forbear.core.ways_on import (
    no_plan,
    nothing_to_pay,
    own_plan_above,
    own_plan_below,
    own_plan_leaves,
    own_plan_outside,
    pause_refused,
    request_refused,
    what_if_refused,
)

__all__ = ["Answer", "Question", "own_plan", "solve", "what_if"]

NAMES = ("lightest", "cheapest", "soonest", "balanced", "as-requested")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the solver found. `offers` may be empty; then `refusals` says why and what can be done instead.

    `if_nothing_changes` is what is owed `wait_days` later; `affordable` runs to the last instalment of any offer.
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


def solve(question: Question, rulebook: Rulebook) -> Answer:
    """Every named offer for a case, none of them worse than another in largest instalment, total and end at once."""
    case = situation(question, rulebook)
    nothing = nothing_to_pay(case)
    refusals: list[Refusal] = [] if nothing is None else [nothing]
    offers: tuple[Offer, ...] = ()
    best: Flow | None = None
    if nothing is None:
        case, flows = _with_pause(case, refusals)
        if not flows:
            refusals.extend(no_plan(case))
        else:
            refusals.extend(request_refused(case, flows))
            offers = tuple(offer_of(name, flow, case, _why(name, flow, case)) for name, flow in flows.items())
            best = _lender_best(case)
    days = case.rules.integer("plan.wait_days")
    return Answer(
        owed=case.owed,
        days_past_due=case.days_late,
        if_nothing_changes=owed_on(question.loan, question.as_of + timedelta(days=days)),
        wait_days=days,
        affordable=_shown(case, offers),
        offers=offers,
        refusals=tuple(refusals),
        lender_best=offer_of("lender-best", best, case, _why("lender-best", best, case)) if best else None,
        rulebook_digest=case.rules.digest,
        effective_on=case.rules.effective_on,
    )


def what_if(question: Question, rulebook: Rulebook, instalment_minor: int) -> Offer | Refusal:
    """The plan with at most this much a month, or why there is none and the nearest amount that has one."""
    case = situation(question, rulebook)
    nothing = nothing_to_pay(case)
    if nothing is not None:
        return nothing
    case = replace(case, ceiling_minor=instalment_minor)
    flow = None
    if months := pause_asked(case):
        flow = fill(case.most, case.time, paused(case, months).caps, instalment_minor)
    flow = flow or fill(case.most, case.time, case.caps, instalment_minor)
    above_all_months = instalment_minor > max(case.caps[case.time.first : case.last + 1], default=0)
    if flow is None or (above_all_months and flow.burden_minor < instalment_minor and len(flow.payments) > 1):
        return what_if_refused(case, instalment_minor)
    return offer_of("what-if", flow, case, _why("what-if", flow, case))


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
    case = replace(case, caps=tuple(table), ceiling_minor=ceiling)
    flow = fill(replace(case.most, unit_minor=1, least_minor=1), case.time, case.caps, ceiling)
    if flow is None:
        return own_plan_leaves(case, sum(table))
    for payment in flow.payments[:-1]:
        if payment.amount_minor < case.most.least_minor:
            return own_plan_below(case, case.time.months[payment.index], payment.amount_minor)
    return offer_of("own-plan", flow, case, _why("own-plan", flow, case))


def _with_pause(case: Situation, refusals: list[Refusal]) -> tuple[Situation, dict[str, Flow]]:
    """The named cash flows; with the pause she asks for where a plan can bear it, else without and saying so."""
    months = pause_asked(case)
    if months:
        resting = paused(case, months)
        flows = _named(resting)
        if flows:
            return resting, flows
    flows = _named(case)
    if flows and months:
        refusals.append(pause_refused(case, months))
    return case, flows


def _named(case: Situation) -> dict[str, Flow]:
    """Name → cash flow. Ties: lightest by total then end; cheapest by burden then end; soonest by burden then total."""
    found: list[Flow] = []
    lightest = least_ceiling(case.most, case.time, case.caps, case.ceiling_minor, case.last)
    fastest = fill(case.most, case.time, case.caps, case.ceiling_minor)
    if lightest is None or fastest is None:
        lightest = fastest = None
    else:
        soonest = least_ceiling(case.most, case.time, case.caps, case.ceiling_minor, fastest.ends_at)
        assert soonest is not None, "the ceiling that ends soonest exists, for the fastest plan is under one"
        found += [lightest, fastest, soonest]
    settled = _settled(case)
    asked = _asked(case, found, settled)
    found += settled
    if not found:
        return {}
    flows = {
        "lightest": min(found + asked, key=lambda f: f.criteria),
        "cheapest": min(found + asked, key=lambda f: (f.total_minor, f.burden_minor, f.ends_at)),
        "soonest": min(found + asked, key=lambda f: (f.ends_at, f.burden_minor, f.total_minor)),
    }
    middle = _balanced(case, lightest, fastest)
    if middle is not None and all(middle.criteria != other.criteria for other in flows.values()):
        flows["balanced"] = middle
    if asked:
        flows["as-requested"] = asked[0]
    return _undominated(flows)


def _settled(case: Situation) -> list[Flow]:
    """The settlement she asked for, paid as fast as she can; it may go above the contract's instalment."""
    if case.settlement is None:
        return []
    flow = fill(case.settlement, case.time, case.caps, max(case.caps, default=0))
    return [flow] if flow else []


def _asked(case: Situation, found: Sequence[Flow], settled: Sequence[Flow]) -> list[Flow]:
    """The plan that meets the request: her amount, within her months; where only months are named, the lightest."""
    request, months = case.question.request, term_asked(case.question.request)
    if settled:
        return [settled[0]]
    if not found or (request.instalment_minor is None and months is None):
        return [found[0]] if found and pause_asked(case) else []
    until = case.last if months is None else min(case.last, case.time.first + months - 1)
    ceiling = case.ceiling_minor if request.instalment_minor is None else request.instalment_minor
    lightest = least_ceiling(case.most, case.time, case.caps, ceiling, until)
    if lightest is None or request.instalment_minor is None:
        return [lightest] if lightest else []
    full = fill(case.most, case.time, case.caps, ceiling, until)
    if full is None:
        return [lightest]
    same_end = least_ceiling(case.most, case.time, case.caps, ceiling, full.ends_at)
    # Her own amount, unless a smaller one ends as soon and costs no more.
    return [same_end if same_end and same_end.total_minor <= full.total_minor else full]


def _balanced(case: Situation, lightest: Flow | None, fastest: Flow | None) -> Flow | None:
    """The term in the geometric middle of the soonest and the lightest: where, for a level plan without interest, the
    product of what each side gains against its worst end is greatest."""
    if lightest is None or fastest is None:
        return None
    base = case.time.first - 1
    months = isqrt((lightest.ends_at - base) * (fastest.ends_at - base))
    return least_ceiling(case.most, case.time, case.caps, case.ceiling_minor, base + months)


def _undominated(flows: Mapping[str, Flow]) -> dict[str, Flow]:
    """Where one named plan is worse than another in nothing but better in nothing either, the better takes its name."""
    kept = {}
    for name in NAMES:
        if name in flows:
            flow = flows[name]
            better = [other for other in flows.values() if _dominates(other, flow)]
            if not better:
                kept[name] = flow
            elif name != "balanced":
                kept[name] = min((f for f in better if not any(_dominates(o, f) for o in better)), key=_criteria)
    return kept


def _dominates(one: Flow, other: Flow) -> bool:
    return one.criteria != other.criteria and all(a <= b for a, b in zip(one.criteria, other.criteria, strict=True))


def _criteria(flow: Flow) -> tuple[int, int, int]:
    return flow.criteria


def _lender_best(case: Situation) -> Flow | None:
    """The plan with the least relief the household can bear, as fast as it can: what a lender alone would choose."""
    for terms in least_relief_first(case.loan, case.owed, case.most, case.rules):
        flow = fill(terms, case.time, case.caps, case.ceiling_minor)
        if flow is not None:
            return flow
    return None


def _why(name: str, flow: Flow, case: Situation) -> tuple[Why, ...]:
    return tuple(_sentences(name, flow, case))


def _sentences(name: str, flow: Flow, case: Situation) -> Iterator[Why]:
    """One sentence why this offer bears its name, then what the household gains by it."""
    facts = {
        "instalment": major(flow.burden_minor),
        "total": major(flow.total_minor),
        "months": str(term_months(flow)),
        "ends_on": case.time.due_on[flow.ends_at].isoformat(),
    }
    yield Why(key=f"plan.why.{name}", facts=facts)
    if flow.terms.forgiven.total_minor:
        yield Why(key="plan.why.forgiven", facts={"amount": major(flow.terms.forgiven.total_minor)})
    if len({payment.amount_minor for payment in flow.payments[:-1]}) > 1 or len(flow.payments) < term_months(flow):
        yield Why(key="plan.why.income-following", facts={})


def _shown(case: Situation, offers: Sequence[Offer]) -> tuple[MonthBudget, ...]:
    """The months up to the last instalment of any offer, at least a year of them."""
    last_on = max((offer.plan.ends_on for offer in offers), default=None)
    if last_on is None:
        return case.months[:12]
    return case.months[: max(12, 1 + case.time.due_on.index(last_on))]
