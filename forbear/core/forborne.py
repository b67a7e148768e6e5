"""Forborne, cured, on probation, watched: what a measure of forbearance means for the lender's books, by dated facts.

EU and IFRS 9 style (EBA Q&A 2014_1018, 2014_878, 2013_618): a debt that was non-performing when helped is cured a year
after the measure at the earliest, nothing being late; then it is on probation for two years; there a second measure or
more than 30 days late make it non-performing again. One that was performing is on probation from the measure on.
China (商业银行金融资产风险分类办法 2023): a restructured debt is watched for a year and two payments at least, anew
from a missed payment on; restructured again while watched, it is doubtful (可疑) at best. Advice, no decision.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forbear.core.agreement import Terms
from forbear.core.dates import add_months
from forbear.core.payments import Payment
from forbear.core.rules import Rulebook


class Phase(StrEnum):
    """Where a forborne debt stands: CURE is non-performing, PROBATION performing, LEFT no longer forborne."""

    CURE = "cure"
    PROBATION = "probation"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure as it was granted; `due_on`: the days its payments fall due."""

    on: date
    non_performing: bool
    due_on: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unpaid:
    """An instalment that was not paid when due; `until_on`: the day it was, None for still open."""

    due_on: date
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ForborneRules:
    cure_months: int
    probation_months: int
    reclass_days: int


@dataclass(frozen=True, kw_only=True)
class WatchRules:
    months: int
    payments: int


@dataclass(frozen=True, kw_only=True)
class Forborne:
    """As of a day. `cure_on`: when it is cured at the earliest, None where it never was non-performing;
    `probation_ends_on`: when it leaves at the earliest, nothing more being late; `second_measure_on`: the last measure
    on top of another; `returned_on`: when probation made it non-performing again.
    """

    since_on: date
    phase: Phase
    cure_on: date | None
    performing_on: date | None
    probation_ends_on: date
    second_measure_on: date | None = None
    returned_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Watch:
    """`until_on`: the last day of being watched at the earliest; `doubtful_on`: restructured anew while watched."""

    from_on: date
    until_on: date
    over: bool
    second_measure_on: date | None = None
    doubtful_on: date | None = None


def forborne_rules(rules: Rulebook) -> ForborneRules | None:
    """Where the rulebook has them."""
    if not rules.stack("forborne.cure_months"):
        return None
    return ForborneRules(
        cure_months=rules.integer("forborne.cure_months"),
        probation_months=rules.integer("forborne.probation_months"),
        reclass_days=rules.integer("forborne.reclass_days"),
    )


def watch_rules(rules: Rulebook) -> WatchRules | None:
    """Where the rulebook has them."""
    if not rules.stack("restruct.watch_months"):
        return None
    return WatchRules(months=rules.integer("restruct.watch_months"), payments=rules.integer("restruct.watch_payments"))


def unpaid_when_due(terms: Terms, payments: Sequence[Payment], on: date) -> tuple[Unpaid, ...]:
    """The instalments of an agreement that were open by more than its tolerance the day after they fell due, up to a
    day. What counts is the day she paid, not the day it was booked; money beyond the tolerance short is not paid.
    """
    spared_on = min((p.paid_on for p in payments if p.spared_minor), default=None)
    found = []
    for number, instalment in enumerate(terms.plan.instalments, start=1):
        if instalment.due_on >= on:
            break
        paid_on = _paid_on(number, instalment.amount_minor - terms.tolerance_minor, payments)
        if spared_on is not None and (paid_on is None or spared_on < paid_on):
            paid_on = spared_on
        if paid_on is None or paid_on > instalment.due_on:
            found.append(Unpaid(due_on=instalment.due_on, until_on=paid_on))
    return tuple(found)


def _paid_on(number: int, needed_minor: int, payments: Sequence[Payment]) -> date | None:
    paid_minor = 0
    if needed_minor <= 0:
        return date.min
    for payment in sorted(payments, key=lambda one: one.paid_on):
        paid_minor += sum(line.amount_minor for line in payment.lines if line.instalment == number)
        if paid_minor >= needed_minor:
            return payment.paid_on
    return None


def days_late(unpaid: Sequence[Unpaid], on: date) -> int:
    """Days past due at the end of a day: of the oldest that is open then."""
    open_then = [one.due_on for one in unpaid if one.due_on < on and (one.until_on is None or one.until_on > on)]
    return (on - min(open_then)).days if open_then else 0


def serial(measures: Sequence[Measure], on: date, months: int) -> int:
    """How many measures were granted in the `months` up to a day: one after another is no help that lasts."""
    return sum(1 for one in measures if add_months(on, -months) < one.on <= on)


def forborne(measures: Sequence[Measure], unpaid: Sequence[Unpaid], rules: ForborneRules, on: date) -> Forborne | None:
    """How a debt stands on a day; None while nothing was granted. Measures in order of their days."""
    granted = [one for one in measures if one.on <= on]
    if not granted:
        return None
    state = _granted(granted[0], rules)
    for day, measure in _steps(granted[1:], unpaid, rules, on):
        state = _performing(state, unpaid, rules, day)
        if state.phase is Phase.PROBATION and _left(state, unpaid, rules) < day:
            state = _granted(measure, rules) if measure else state  # the old one is over: forborne anew
        elif measure is not None:
            state = _second(state, measure, rules)
        elif state.phase is Phase.PROBATION and state.cure_on is not None:
            anew = _granted(Measure(on=day, non_performing=True), rules)
            seconds = {"since_on": state.since_on, "second_measure_on": state.second_measure_on}
            state = _with(anew, **seconds, returned_on=day)
    state = _performing(state, unpaid, rules, on)
    left = state.phase is Phase.PROBATION and _left(state, unpaid, rules) <= on
    return _with(state, phase=Phase.LEFT) if left else state


def _granted(measure: Measure, rules: ForborneRules) -> Forborne:
    if measure.non_performing:
        cure_on = add_months(measure.on, rules.cure_months)
        ends_on = add_months(cure_on, rules.probation_months)
        return Forborne(
            since_on=measure.on, phase=Phase.CURE, cure_on=cure_on, performing_on=None, probation_ends_on=ends_on
        )
    ends_on = add_months(measure.on, rules.probation_months)
    return Forborne(
        since_on=measure.on, phase=Phase.PROBATION, cure_on=None, performing_on=measure.on, probation_ends_on=ends_on
    )


def _steps(
    measures: Sequence[Measure], unpaid: Sequence[Unpaid], rules: ForborneRules, on: date
) -> Iterator[tuple[date, Measure | None]]:
    """What may change the course up to a day, in order: another measure, or the day an instalment is too late."""
    steps: list[tuple[date, Measure | None]] = [(one.on, one) for one in measures]
    for one in unpaid:
        too_late_on = one.due_on + timedelta(days=rules.reclass_days + 1)
        if too_late_on <= on and (one.until_on is None or one.until_on >= too_late_on):
            steps.append((too_late_on, None))
    yield from sorted(steps, key=lambda step: (step[0], step[1] is None))


def _cured_on(state: Forborne, unpaid: Sequence[Unpaid]) -> date | None:
    """The first day from `cure_on` on at which nothing is late; None while something is."""
    assert state.cure_on is not None, "it was non-performing"
    day = state.cure_on
    for one in sorted(unpaid, key=lambda one: one.due_on):
        if one.due_on < day and (one.until_on is None or one.until_on > day):
            if one.until_on is None:
                return None
            day = one.until_on
    return day


def _performing(state: Forborne, unpaid: Sequence[Unpaid], rules: ForborneRules, on: date) -> Forborne:
    """The state with its cure, if that has come by a day."""
    if state.phase is not Phase.CURE:
        return state
    cured_on = _cured_on(state, unpaid)
    if cured_on is None or cured_on > on:
        return state
    return _with(
        state,
        phase=Phase.PROBATION,
        performing_on=cured_on,
        probation_ends_on=add_months(cured_on, rules.probation_months),
    )


def _second(state: Forborne, measure: Measure, rules: ForborneRules) -> Forborne:
    """Another measure: in probation after a cure it is non-performing again; else what was begun begins anew."""
    fell = state.phase is Phase.CURE or state.cure_on is not None or measure.non_performing
    anew = _granted(Measure(on=measure.on, non_performing=fell), rules)
    returned = measure.on if state.phase is Phase.PROBATION and fell else state.returned_on
    return _with(anew, since_on=state.since_on, second_measure_on=measure.on, returned_on=returned)


def _left(state: Forborne, unpaid: Sequence[Unpaid], rules: ForborneRules) -> date:
    """The day it is no longer forborne: the end of probation, or later, once nothing is more than 30 days late."""
    day = state.probation_ends_on
    for one in sorted(unpaid, key=lambda one: one.due_on):
        worst_on = one.due_on + timedelta(days=rules.reclass_days)
        if worst_on < day and (one.until_on is None or one.until_on > day):
            day = one.until_on or date.max
    return day


def _with(state: Forborne, **changes: object) -> Forborne:
    return Forborne(**{**vars(state), **changes})


def watched(measures: Sequence[Measure], unpaid: Sequence[Unpaid], rules: WatchRules, on: date) -> Watch | None:
    """How long a restructured debt is watched, as of a day; None while nothing was granted.

    It begins with the first payment due after the measure, holds the months and the payments of the rule, and begins
    anew at a payment that was not made when due.
    """
    granted = [one for one in measures if one.on <= on]
    if not granted:
        return None
    found: Watch | None = None
    for number, measure in enumerate(granted):
        ends_on = granted[number + 1].on if number + 1 < len(granted) else on
        again = found is not None and not found.over
        doubtful = measure.on if again else (found.doubtful_on if found and not found.over else None)
        found = _watch(measure, unpaid, rules, ends_on)
        found = Watch(**{**vars(found), "second_measure_on": measure.on if again else None, "doubtful_on": doubtful})
    return found


def _watch(measure: Measure, unpaid: Sequence[Unpaid], rules: WatchRules, on: date) -> Watch:
    dues = [due_on for due_on in measure.due_on if due_on > measure.on] or [measure.on]
    missed = [one.due_on for one in unpaid if one.due_on in dues and one.due_on < on]
    from_on = dues[0]
    for due_on in sorted(missed):
        if due_on <= _until(from_on, dues, rules):
            from_on = due_on
    until_on = _until(from_on, dues, rules)
    return Watch(from_on=from_on, until_on=until_on, over=until_on < on)


def _until(from_on: date, dues: Sequence[date], rules: WatchRules) -> date:
    """A year, and as many payments as the rule asks for after the start."""
    coming = [due_on for due_on in dues if due_on >= from_on]
    last = coming[min(rules.payments, len(coming)) - 1] if coming else from_on
    return max(add_months(from_on, rules.months), last)
