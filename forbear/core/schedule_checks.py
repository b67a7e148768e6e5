"""What makes no schedule: amounts, rates, numbers and days out of bounds, each refused at its field.

`refuse` looks at the terms, `refuse_event` at an event just before it takes effect, when the rows it meets are known.
The sentences are in forbear/words/*/schedule.toml; facts are texts as the file writes them.
"""

from collections.abc import Sequence
from datetime import date
from functools import singledispatch

from forbear.core.convention import Convention
from forbear.core.money import LIMIT_MINOR, PPM, major, percent
from forbear.core.periods import Every, Unit, due_days
from forbear.core.refusal import Refusal
from forbear.core.rows import MODES, REST, quotient
from forbear.core.schedule_course import Course
from forbear.core.schedule_events import (
    AsOf,
    Charge,
    Disbursement,
    DownPayment,
    Event,
    GraceInterest,
    GracePrincipal,
    InterestPause,
    OverduePenalty,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    Reschedule,
)
from forbear.core.schedule_terms import ROWS_MOST, Method, Terms

RATE_MOST_PPM = 4 * PPM
"""400 % a year; above it a rate is a slip of the pen."""

COUNT_MOST = {Unit.DAYS: 366, Unit.WEEKS: 52}
MONTHS_MOST = 120


def refuse(terms: Terms, convention: Convention) -> Refusal | None:
    """The first thing wrong with the terms, or None."""
    if not 0 < terms.principal_minor < LIMIT_MINOR:
        return _no("amount", "principal", most=major(LIMIT_MINOR))
    if not 0 <= terms.rate_ppm <= RATE_MOST_PPM:
        return _no("rate", "annual_rate_percent", most=percent(RATE_MOST_PPM))
    if terms.penalty_rate_ppm and not terms.rate_ppm <= terms.penalty_rate_ppm <= RATE_MOST_PPM:
        least, most = percent(terms.rate_ppm), percent(RATE_MOST_PPM)
        return _no("penalty-rate", "penalty_rate_percent", least=least, most=most)
    if not 1 <= terms.rows <= ROWS_MOST:
        return _no("rows", "instalments", most=ROWS_MOST)
    if refusal := _refuse_every(terms.every, "every"):
        return refusal
    begin = terms.period_from or terms.disbursed_on
    first = due_days(terms.every, begin, 1, terms.first_due_on)[0]
    if first <= terms.disbursed_on.toordinal():
        return _no("after", "first_due_on", day=terms.disbursed_on.isoformat())
    if begin > terms.disbursed_on:
        return _no("not-after", "period_from", day=terms.disbursed_on.isoformat())
    if not 0 <= terms.balloon_minor <= terms.principal_minor:
        return _no("balloon", "balloon", most=major(terms.principal_minor))
    return _refuse_small(terms, convention)


def _refuse_every(every: Every, where: str) -> Refusal | None:
    most = COUNT_MOST.get(every.unit, MONTHS_MOST)
    return None if 1 <= every.count <= most else _no("every", where, most=most)


def _refuse_small(terms: Terms, convention: Convention) -> Refusal | None:
    """An instalment that rounds to nothing is no instalment; nor is a fixed one above all that is owed needed."""
    if terms.method is Method.FIXED_AMOUNT:
        return (
            None if 0 < terms.instalment_minor < LIMIT_MINOR else _no("amount", "instalment", most=major(LIMIT_MINOR))
        )
    multiple = convention.instalment_multiple_minor
    share = quotient(terms.principal_minor, terms.rows * multiple, MODES[convention.instalment_rounding])
    by_principal = terms.method in (Method.EQUAL_PRINCIPAL, Method.FLAT)
    if share == 0 and (by_principal or (terms.method is Method.EQUAL_INSTALMENTS and terms.rate_ppm == 0)):
        return _no("small", "principal", rows=terms.rows, unit=major(multiple))
    return None


def refuse_grace(terms: Terms, event: GracePrincipal | GraceInterest, where: str) -> Refusal | None:
    """Grace from the start lies inside the schedule and leaves a row after it."""
    inside = event.from_row >= 1 and event.rows >= 1 and event.from_row + event.rows <= terms.rows
    return None if inside else _no("grace", f"{where}.periods", rows=terms.rows - 1)


def refuse_events(terms: Terms, events: Sequence[Event]) -> Refusal | None:
    """What can be said of events without knowing the rows they meet."""
    begin = terms.disbursed_on
    for place, event in enumerate(events):
        where = f"events[{place}]"
        if isinstance(event, GracePrincipal | GraceInterest):
            if refusal := refuse_grace(terms, event, where):
                return refusal
        elif isinstance(event, AsOf) and event.overdue_interest and terms.penalty_rate_ppm:
            return _no("penalty-twice", f"{where}.recalculate_on_overdue")
        elif not isinstance(event, DownPayment) and (on := _first_day(event)) < begin:
            return _no("before", f"{where}.{_day_field(event)}", day=begin.isoformat(), given=on.isoformat())
    return None


@singledispatch
def refuse_event(event: object, course: Course, where: str) -> Refusal | None:
    """What is wrong with an event when its day has come, or None."""
    return None


@refuse_event.register
def _payment(event: Payment, course: Course, where: str) -> Refusal | None:
    return None if event.amount_minor is None else _refuse_amount(event.amount_minor, where)


@refuse_event.register
def _charge(event: Charge, course: Course, where: str) -> Refusal | None:
    return _refuse_amount(event.amount_minor, where)


@refuse_event.register
def _disbursement(event: Disbursement, course: Course, where: str) -> Refusal | None:
    if refusal := _refuse_amount(event.amount_minor, where):
        return refusal
    if sum(amount for _, amount in course.out) + event.amount_minor * course.unit >= LIMIT_MINOR * course.unit:
        return _no("amount", f"{where}.amount", most=major(LIMIT_MINOR))
    return _refuse_late(event.on, course, f"{where}.date", 1)


@refuse_event.register
def _down_payment(event: DownPayment, course: Course, where: str) -> Refusal | None:
    return None if 0 <= event.share_ppm < PPM else _no("share", f"{where}.percent")


@refuse_event.register
def _penalty(event: OverduePenalty, course: Course, where: str) -> Refusal | None:
    if event.amount_minor:
        return _refuse_amount(event.amount_minor, where)
    sound = 0 <= event.share_ppm <= PPM and 0 <= event.rate_ppm <= RATE_MOST_PPM and event.free_days >= 0
    return None if sound else _no("rate", f"{where}.percent", most=percent(RATE_MOST_PPM))


@refuse_event.register
def _rate(event: RateChange, course: Course, where: str) -> Refusal | None:
    if not 0 <= event.rate_ppm <= RATE_MOST_PPM:
        return _no("rate", f"{where}.new_rate_percent", most=percent(RATE_MOST_PPM))
    return _refuse_late(event.first_on, course, f"{where}.from_date", 0)


@refuse_event.register
def _pause(event: InterestPause, course: Course, where: str) -> Refusal | None:
    if event.to_on < event.from_on:
        return _no("not-before", f"{where}.to_date", day=event.from_on.isoformat())
    shift = course.shift(course.convention.pause_effect)
    first, after = event.from_on.toordinal() - shift, event.to_on.toordinal() + 1 - shift
    if any(first < end and begin < after for begin, end in course.pauses):
        return _no("overlap", f"{where}.from_date")
    return _refuse_late(event.from_on, course, f"{where}.from_date", 0)


@refuse_event.register
def _reschedule(event: Reschedule, course: Course, where: str) -> Refusal | None:
    if refusal := _refuse_late(event.from_on, course, f"{where}.from_date", 0):
        return refusal
    first = course.row_due_from(event.from_on.toordinal())
    left = len(course.rows) - first
    if event.due_on is not None and event.due_on.toordinal() <= course.rows[first].start:
        return _no("after", f"{where}.due_date", day=date.fromordinal(course.rows[first].start).isoformat())
    if not 0 <= event.extra_rows <= ROWS_MOST - len(course.rows):
        return _no("extra", f"{where}.extra_terms", most=ROWS_MOST - len(course.rows))
    if not 0 <= event.grace_principal <= left or event.grace_principal + len(course.rows) > ROWS_MOST:
        return _no("grace", f"{where}.grace_principal", rows=left)
    if not 0 <= event.grace_interest < max(1, left + event.extra_rows + event.grace_principal):
        return _no("grace", f"{where}.grace_interest", rows=left - 1)
    if event.rate_ppm is not None and not 0 <= event.rate_ppm <= RATE_MOST_PPM:
        return _no("rate", f"{where}.new_rate_percent", most=percent(RATE_MOST_PPM))
    return None if event.instalment_minor is None else _refuse_amount(event.instalment_minor, where, "instalment")


@refuse_event.register
def _re_age(event: ReAge, course: Course, where: str) -> Refusal | None:
    if event.first_on < event.on:
        return _no("not-before", f"{where}.first_due_date", day=event.on.isoformat())
    if not 1 <= event.rows <= ROWS_MOST:
        return _no("rows", f"{where}.instalments", most=ROWS_MOST)
    return _refuse_every(event.every, f"{where}.every")


@refuse_event.register
def _re_amortise(event: ReAmortise, course: Course, where: str) -> Refusal | None:
    later = [row for row in course.rows if row.due > event.on.toordinal()]
    if later and all(row.kind == REST for row in later):
        return _no("nothing-left", f"{where}.date")
    return _refuse_late(event.on, course, f"{where}.date", 1)


def _refuse_amount(amount: int, where: str, field: str = "amount") -> Refusal | None:
    return None if 0 < amount < LIMIT_MINOR else _no("amount", f"{where}.{field}", most=major(LIMIT_MINOR))


def _refuse_late(on: date, course: Course, where: str, before: int) -> Refusal | None:
    """A change comes while rows are still to come: on the last due day at the latest, or before it."""
    last = course.rows[-1].due - before
    return None if on.toordinal() <= last else _no("late", where, day=date.fromordinal(last).isoformat())


def _first_day(event: Event) -> date:
    for field in ("on", "as_of", "first_on", "from_on"):
        if (found := getattr(event, field, None)) is not None:
            assert isinstance(found, date), "an event's days are dates"
            return found
    raise AssertionError(f"an event has a day: {event}")


def _day_field(event: Event) -> str:
    return "from_date" if isinstance(event, RateChange | InterestPause | Reschedule) else "date"


def _no(reason: str, where: str, **facts: str | int) -> Refusal:
    return Refusal("schedule.input", f"schedule.refusal.{reason}", facts=facts, where=where)
