"""Where a waterfall ended, as exact rows with the balloon, and as sentences.

The debt of these rows is the one after capitalising: what joined the principal is repaid as principal, with interest.
"""

from collections.abc import Iterator
from datetime import date

from forbear.core.dates import due_in, month_after, month_of
from forbear.core.money import PPM, Rounding, divide, major, percent
from forbear.core.plan import Instalment, Measure, Plan, Why, annual_cost_ppm, check_plan
from forbear.core.waterfall import ARREARS, NOTHING, Outcome, Step

_NAMES = {
    Step.CAPITALISE: "capitalise",
    Step.DEFER_ARREARS: "deferred-arrears",
    Step.RATE: "rate",
    Step.TERM: "term",
    Step.FORBEAR: "deferred-principal",
}


def plan_of(outcome: Outcome, as_of: date, first_due_on: date) -> Plan:
    """The plan: one payment a month from `first_due_on`, on its day, each month a twelfth of a year.

    Interest of a month is rounded down to the minor unit, so that no rate limit is crossed; arrears that are left are
    paid in equal parts and bear none. The last row takes the rounding of the level payment and the balloon.
    """
    owed = outcome.terms.owed
    rows = tuple(_rows(outcome, first_due_on))
    spans, before = [], 0
    for row in rows:
        index = (row.due_on.year - first_due_on.year) * 12 + row.due_on.month - first_due_on.month + 1
        spans.append((index - before, row.amount_minor))
        before = index
    plan = Plan(
        as_of=as_of,
        owed=owed,
        first_due_on=rows[0].due_on,
        ends_on=rows[-1].due_on,
        instalments=rows,
        forgiven=NOTHING,
        measures=tuple(_measures(outcome)),
        annual_cost_ppm=annual_cost_ppm(owed.total_minor, spans, 12, outcome.terms.rate_ppm),
        total_minor=sum(row.amount_minor for row in rows),
        instalment_max_minor=max(row.amount_minor for row in rows),
        rate_ppm=outcome.terms.rate_ppm,
    )
    check_plan(plan, owed, as_of, sum(row.accrues_minor for row in rows))
    return plan


def told(outcome: Outcome) -> tuple[Why, ...]:
    """One sentence for each step that did something, then whether the target was reached, then what a person should
    know beside it: debts above the back-end ratio, the trial months."""
    return tuple(_told(outcome))


def _told(outcome: Outcome) -> Iterator[Why]:
    for done in outcome.steps:
        if not done.skipped:
            facts = {
                "amount": major(done.amount_minor),
                "rate": percent(done.rate_ppm or 0),
                "months": str(done.months or 0),
                "payment": major(done.payment_minor),
            }
            yield Why(key=f"waterfall.step.{done.step.value}", facts=facts)
    payment = major(outcome.terms.payment_minor)
    facts = {"payment": payment, "before": major(outcome.before.payment_minor), "target": major(outcome.target_minor)}
    yield Why(key="waterfall.why.reached" if outcome.reached else "waterfall.why.above", facts=facts)
    most_ppm, ratio_ppm = outcome.waterfall.back_max_ppm, outcome.back_ratio_ppm
    if most_ppm is not None and ratio_ppm is not None and ratio_ppm > most_ppm:
        yield Why(key="waterfall.why.back", facts={"ratio": percent(ratio_ppm), "limit": percent(most_ppm)})
    if outcome.waterfall.trial_months:
        facts = {"months": str(outcome.waterfall.trial_months), "payment": payment}
        yield Why(key="waterfall.why.trial", facts=facts)


def _rows(outcome: Outcome, first_due_on: date) -> Iterator[Instalment]:
    terms, level = outcome.terms, outcome.terms.payment_minor
    left = {part: getattr(terms.arrears, f"{part}_minor") for part in ARREARS}
    balance, accrues, months = terms.principal_minor, 0, terms.months
    whole = terms.arrears.total_minor
    for index in range(months):
        interest = divide(balance * terms.rate_ppm, 12 * PPM, Rounding.DOWN)
        accrues += interest
        last = index == months - 1
        due = sum(left.values()) - divide(whole * (months - 1 - index), months, Rounding.UP)
        paid = _parted(left, min(max(0, due), sum(left.values()) if last else level - interest))
        principal = balance if last else min(balance, level - interest - sum(paid.values()))
        balance -= principal
        paid["interest"] += interest
        if last:
            principal += terms.deferred.principal_minor
            paid = {part: paid[part] + getattr(terms.deferred, f"{part}_minor") for part in ARREARS}
        if principal + sum(paid.values()) == 0:
            continue
        yield Instalment(
            due_on=due_in(month_after(month_of(first_due_on), index), first_due_on.day),
            principal_minor=principal,
            interest_minor=paid["interest"],
            penalty_minor=paid["penalty"],
            fees_minor=paid["fees"],
            balance_minor=0 if last else balance + terms.deferred.principal_minor,
            accrues_minor=accrues,
        )
        accrues = 0


def _parted(left: dict[str, int], amount_minor: int) -> dict[str, int]:
    """What an amount pays of the arrears, fees first, then interest, then penalty; takes it out of `left`."""
    paid = {}
    for part in ARREARS:
        paid[part] = min(amount_minor, left[part])
        left[part] -= paid[part]
        amount_minor -= paid[part]
    return paid


def _measures(outcome: Outcome) -> Iterator[Measure]:
    for done in outcome.steps:
        if not done.skipped:
            amount = done.amount_minor or None
            yield Measure(measure=_NAMES[done.step], amount_minor=amount, months=done.months, rate_ppm=done.rate_ppm)
