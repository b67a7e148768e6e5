"""When the answer is no: which rule said so, what would change it, and what can be done today. Never a dead end.

Facts are texts in the record's neutral form (amounts "675.00", dates ISO); the word catalogue says them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forbear.core.budget import bearing, floor_minor, with_more
from forbear.core.cashflow import Flow
from forbear.core.money import Rounding, divide, major
from forbear.core.refusal import Refusal
from forbear.core.situation import SETTLEMENT_KINDS, Situation, longest_pause, situation, term_asked, with_better_proof


def nothing_to_pay(case: Situation) -> Refusal | None:
    """Where nothing is owed, or the rules waive all that is: there is nothing to plan."""
    if case.owed.total_minor == 0:
        return _refusal(case, "plan.instalment_least", "nothing-owed", "check-balance", {})
    if case.most.kept.total_minor == 0:
        waived = {"amount": major(case.owed.total_minor)}
        return _refusal(case, "relief.ladder", "all-waived", "ask-person", waived)
    return None


def no_plan(case: Situation) -> tuple[Refusal, ...]:
    """Why no plan ends in time, the nearest thing that would, and the ways on that need no surplus."""
    return tuple(_no_plan(case))


def without_surplus(case: Situation) -> Iterator[Refusal]:
    """What can be done while there is too little: a token payment, a pause, free advice."""
    token = case.rules.integer("relief.token_minor")
    months = case.rules.integer("relief.token_months")
    near = case.caps[case.time.first : case.time.first + months]
    if near and min(near) >= token and token * months <= case.owed.total_minor:
        facts = {"amount": major(token), "months": str(months)}
        yield _refusal(case, "relief.token_minor", "instead", "token", facts)
    pause = {"months": str(case.rules.integer("relief.deferral_usual"))}
    yield _refusal(case, "relief.deferral_usual", "instead", "pause-instead", pause)
    yield _refusal(case, "relief.debt_advice", "instead", "debt-advice", {})


def request_refused(case: Situation, flows: Mapping[str, Flow]) -> tuple[Refusal, ...]:
    """Where offers exist but not the one she asked for: the nearest one there is."""
    request = case.question.request
    refused = []
    asked = request.instalment_minor is not None or term_asked(request) is not None
    if asked and "as-requested" not in flows:
        nearest = flows["lightest"]
        facts = {
            "instalment": major(nearest.burden_minor),
            "months": str(nearest.months),
        }
        refused.append(_refusal(case, "plan.term_max_months", "request", "request", facts))
    if case.settlement is not None and not any(flow.terms.settlement for flow in flows.values()):
        facts = {
            "amount": major(case.settlement.kept.total_minor),
            "payments": str(case.settlement.months),
        }
        refused.append(_refusal(case, "settlement.payments_max", "settlement", "settlement", facts))
    if case.settlement is None and SETTLEMENT_KINDS & set(request.kinds):
        refused.append(_no_settlement(case))
    return tuple(refused)


def _no_settlement(case: Situation) -> Refusal:
    """She asks for a settlement where the lender gives none, or none as early as this."""
    days = [int(row["dpd_from"]) for row in case.rules.rows("settlement.ladder")]
    if not days:
        return _refusal(case, "settlement.ladder", "settlement-none", "choose-plan", {})
    facts = {"days": str(min(days)), "late": str(case.days_late)}
    return _refusal(case, "settlement.ladder", "settlement-early", "choose-plan", facts)


def pause_refused(case: Situation, months: int) -> Refusal:
    """Plans exist, but not after the pause she asks for."""
    facts = {"months": str(months), "limit": str(case.most.months)}
    return _refusal(case, "plan.term_max_months", "pause", "pause", facts)


def pause_shortened(case: Situation, asked: int, months: int) -> Refusal:
    """Plans exist after a shorter pause than she asks for; they are made with it."""
    longest = longest_pause(case)
    if asked > longest:
        facts = {"months": str(longest), "shorter": str(months)}
        return _refusal(case, "relief.deferral_options", "pause-long", "pause-shorter", facts)
    facts = {"months": str(asked), "limit": str(case.most.months), "shorter": str(months)}
    return _refusal(case, "plan.term_max_months", "pause", "pause-shorter", facts)


def shape_refused(case: Situation, shape: str) -> Refusal:
    """Plans exist, but none of the shape she asks for."""
    reason = "interest-only" if shape == "interest-only" else "shape"
    return _refusal(case, "plan.shapes", reason, reason, {"months": str(case.most.months)})


def what_if_refused(case: Situation, instalment_minor: int) -> tuple[Refusal, int]:
    """The amount is above what any month can bear, or too small to end in time: the nearest amount that ends in time,
    in minor units too where it is above the one asked for, else 0.
    """
    most = max(case.caps[case.time.first : case.last + 1], default=0)
    lightest = case.search().least(most, case.last)
    asked = {"asked": major(instalment_minor)}
    if lightest is None:
        return _needed(case), 0
    if instalment_minor > most:
        return _refusal(case, "budget.buffer", "above-affordable", "at-most", {**asked, "amount": major(most)}), 0
    facts = {**asked, "amount": major(lightest.burden_minor), "months": str(case.most.months)}
    return _refusal(case, "plan.term_max_months", "below-least", "at-least", facts), lightest.burden_minor


def own_plan_outside(case: Situation, month: str) -> Refusal:
    """Her table has a payment in a month no plan may use."""
    facts = {"month": month, "first": case.time.months[case.time.first], "last": case.time.months[case.last]}
    return replace(_refusal(case, "plan.term_max_months", "own-outside", "own-outside", facts), where=month)


def own_plan_above(case: Situation, month: str, amount_minor: int) -> Refusal:
    """Her table takes more in a month than leaves the household enough."""
    most = case.caps[case.time.months.index(month)]
    facts = {"month": month, "asked": major(amount_minor), "amount": major(most)}
    return replace(_refusal(case, "budget.buffer", "own-above", "own-above", facts), where=month)


def own_plan_below(case: Situation, month: str, amount_minor: int) -> Refusal:
    """Her table has a payment smaller than the least the lender takes."""
    facts = {"month": month, "asked": major(amount_minor), "amount": major(case.most.least_minor)}
    return replace(_refusal(case, "plan.instalment_least", "own-below", "own-below", facts), where=month)


def own_plan_leaves(case: Situation, paid_minor: int) -> Refusal:
    """Her table does not pay off the debt, or leaves too long a gap between two payments."""
    facts = {
        "paid": major(paid_minor),
        "needed": major(case.most.kept.total_minor),
        "gap": str(case.most.gap_months),
    }
    return _refusal(case, "plan.term_max_months", "own-leaves", "own-leaves", facts)


def _no_plan(case: Situation) -> Iterator[Refusal]:
    most = max(case.caps, default=0)
    if most == 0:
        floor = {"floor": major(floor_minor(case.question.household, case.rules))}
        yield _with_more(case, "budget.floor", "no-surplus", floor)
    elif (lightest := case.search().least(most, case.last)) is None:
        yield _needed(case)
    elif lightest.burden_minor <= case.ceiling_minor:
        yield _only_level(case, lightest)
    else:
        facts = {
            "instalment": major(case.loan.instalment_minor),
            "needed": major(lightest.burden_minor),
            "months": str(lightest.months),
        }
        yield _refusal(case, "plan.instalment_not_raised", "would-raise", "ask-more", facts)
    shown = situation(with_better_proof(case.question), case.rules, case.arithmetic)
    if shown.caps != case.caps and shown.search().fill(shown.ceiling_minor) is not None:
        yield _refusal(case, "budget.interim_months", "unproven", "prove-income", {})
    yield from without_surplus(case)


def _only_level(case: Situation, lightest: Flow) -> Refusal:
    """A plan would fit that follows her income, but her lender gives none of that shape."""
    facts = {
        **_least(case, _level(case)),
        "least": major(min(case.caps[case.time.first : case.last + 1])),
        "instalment": major(lightest.burden_minor),
    }
    return _refusal(case, "plan.shapes", "only-level", "only-level", facts)


def _needed(case: Situation) -> Refusal:
    return _with_more(case, "plan.term_max_months", "too-little", {"most": major(max(case.caps, default=0))})


def _with_more(case: Situation, key: str, reason: str, facts: Mapping[str, str]) -> Refusal:
    """A no that more income would change; where that alone would not do, for the payment would rise, it says so."""
    more, asks = _more(case)
    return _refusal(case, key, reason, "income-and-ask" if asks else "income", {**facts, **more})


def _more(case: Situation) -> tuple[dict[str, str], bool]:
    """The least rise of each month's income, or fall of its costs, in whole units, that brings a plan; and
    whether she must also ask to pay more a month than before."""
    unit, bound = case.most.unit_minor, case.owed.total_minor * 2
    deficit = max((m.need_minor + m.debts_minor - m.income_minor for m in case.months), default=0)
    level = _level(case)
    # What the barest month lacks of a level instalment is a fair first try, the buffer on it left out.
    guess = max(0, deficit) + (0 if level is None else level.burden_minor) - min(case.caps, default=0)
    for ceiling in (case.ceiling_minor, bound):
        low, high = 0, divide(max(0, deficit) + 4 * bound, unit, Rounding.UP)
        if not _helps(case, high * unit, ceiling):
            continue
        trial, step = guess // unit, 1
        while high - low > 1:
            trial = trial if low < trial < high else (low + high) >> 1
            if _helps(case, trial * unit, ceiling):
                high, trial = trial, trial - step
            else:
                low, trial = trial, trial + step
            step *= 4
        return {"more": major(high * unit), **_least(case, level)}, ceiling > case.ceiling_minor
    return {"more": major(case.owed.total_minor), **_least(case, level)}, True


def _helps(case: Situation, more_minor: int, ceiling_minor: int) -> bool:
    """Whether this much more income each month brings a plan."""
    rules = bearing(case.question.household, case.rules, case.owed.total_minor)
    caps = with_more(rules, case.months, more_minor)
    return case.search(caps=caps).end_under(ceiling_minor)[0] >= 0


def _level(case: Situation) -> Flow | None:
    """The lightest plan if every month could bear anything."""
    bound = case.owed.total_minor * 2
    return case.search(caps=[bound] * len(case.caps)).least(bound, case.last)


def _least(case: Situation, level: Flow | None) -> dict[str, str]:
    """The least level instalment that would do if every month could bear it."""
    if level is None:
        return {"needed": major(case.owed.total_minor), "months": "1"}
    return {"needed": major(level.burden_minor), "months": str(level.months)}


def _refusal(case: Situation, key: str, reason: str, way: str, facts: Mapping[str, str]) -> Refusal:
    param = case.rules.param(key, case.question.household.place if key == "budget.floor" else "")
    return Refusal(rule=param.rule, reason=f"plan.refusal.{reason}", way_on=f"plan.way.{way}", facts=dict(facts))
