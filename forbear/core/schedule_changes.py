"""What changes a schedule: each event of schedule_events.py and its effect on the rows of a course."""

from collections.abc import Sequence
from datetime import date
from functools import singledispatch

from forbear.core.convention import DayEffect
from forbear.core.money import PPM, Rounding, divide
from forbear.core.periods import due_day, later_days
from forbear.core.rows import HALF_EVEN, LEVEL, MODES, REST, SHARE, quotient
from forbear.core.schedule_course import Course, CourseCharge, CourseRow
from forbear.core.schedule_events import (
    Charge,
    Disbursement,
    InterestHandling,
    InterestPause,
    OverduePenalty,
    RateChange,
    ReAge,
    ReAmortise,
    Reschedule,
)
from forbear.core.schedule_plan import level, share, tried_with


def renew(course: Course, first: int, day: int, span: int = 0, most: int | None = None, more: int = 0) -> None:
    """Make the instalment anew for the rows from `first`, from the balance they begin with.

    `span` is the factor of earlier periods that the first new row's interest covers as well (the trial adjustment,
    where there is one, finds the same by itself), `more` what each row takes besides; a row for which more has been
    paid keeps its instalment, and one that is to become smaller is never made larger than `most`.
    """
    course.settle(day)
    rows = [i for i in range(first, len(course.rows)) if course.rows[i].kind != REST]
    if not rows:
        return
    balance = _balance_before(course, first)
    if all(course.rows[i].kind == SHARE for i in rows):
        amount = share(balance, len(rows), course.convention)
        _set(course, rows, amount if most is None else min(amount, most))
        return
    factors, over = course.level_factors(rows)
    if not course.convention.trial_adjustment:
        factors[0] += span if over == course.denominator else span * over // course.denominator
    amount = level(balance, course.left, factors, over, course.convention) + more
    changed = [i for i in rows if not _overpaid(course.rows[i], amount)]

    def difference(tried: int) -> int:
        _set(course, changed, tried)
        course.settle(day)
        last = course.rows[-1]
        return last.interest + last.principal - course.left - tried

    if course.convention.trial_adjustment and changed:
        amount = tried_with(amount, difference, len(rows), course.convention, len(rows) - len(changed))
    amount = amount if most is None else min(amount, most)
    _set(course, changed, amount)
    course.instalment = amount


def _overpaid(row: CourseRow, amount: int) -> bool:
    """A row for which more than the new instalment has been paid keeps the old one."""
    return bool(row.paid) and row.paid_principal + row.paid_interest > amount


def _set(course: Course, rows: Sequence[int], amount: int) -> None:
    for index in rows:
        course.rows[index].amount = amount


def _balance_before(course: Course, index: int) -> int:
    """What rows from this one on have to pay back: the balance it begins with and what goes out in its period."""
    row = course.rows[index]
    out = sum(amount for day, amount in course.out if day < row.due)
    return out - sum(earlier.principal for earlier in course.rows[:index])


@singledispatch
def change(event: object, course: Course, day: int) -> None:
    """Apply an event to a course as known on `day`."""
    raise TypeError(f"no change: {event!r}")


@change.register
def _charge(event: Charge, course: Course, day: int) -> None:
    course.charges.append(CourseCharge(event.on.toordinal(), event.amount_minor * course.unit, event.penalty))


@change.register
def _disbursement(event: Disbursement, course: Course, day: int) -> None:
    on = event.on.toordinal()
    course.out.append((on, event.amount_minor * course.unit))
    course.settle(day)
    renew(course, course.row_from(on), day)


@change.register
def _rate(event: RateChange, course: Course, day: int) -> None:
    effect = course.convention.rate_effect
    begin = event.first_on.toordinal() - course.shift(effect)
    index = course.row_from(begin)
    if effect is DayEffect.WHOLE_ROW:
        index = course.row_due_from(begin)
        begin = course.rows[index].start if index < len(course.rows) else begin
    course.rates.append((begin, event.rate_ppm))
    if index < len(course.rows) and not course.flat:
        renew(course, index, day)


@change.register
def _pause(event: InterestPause, course: Course, day: int) -> None:
    shift = course.shift(course.convention.pause_effect)
    course.pauses.append((event.from_on.toordinal() - shift, event.to_on.toordinal() + 1 - shift))


@change.register
def _reschedule(event: Reschedule, course: Course, day: int) -> None:
    first = course.row_due_from(event.from_on.toordinal())
    if event.due_on is not None:
        _move(course, first, event.due_on.toordinal())
    for row in course.rows[first : first + event.grace_principal]:
        row.kind = REST
    for row in course.rows[first : first + event.grace_interest]:
        row.deferred = True
    _extend(course, event.extra_rows + event.grace_principal)
    if event.instalment_minor is not None:
        _fix(course, first, event, day)
    elif event.extra_rows or event.grace_principal:
        renew(course, first, day)
    if event.rate_ppm is not None:
        change(RateChange(first_on=event.from_on, rate_ppm=event.rate_ppm), course, day)


def _fix(course: Course, first: int, event: Reschedule, day: int) -> None:
    """An instalment agreed for the rows up to a day; those after it are made anew."""
    assert event.instalment_minor is not None, "an instalment is agreed"
    until = event.until_on.toordinal() if event.until_on else course.rows[-1].due
    rows = [i for i in range(first, len(course.rows)) if course.rows[i].due <= until]
    _set(course, rows, event.instalment_minor * course.unit)
    if rows and rows[-1] + 1 < len(course.rows):
        renew(course, rows[-1] + 1, day)


def _move(course: Course, first: int, due: int) -> None:
    """Another due day for a row; the later ones follow it at the loan's frequency."""
    every = course.terms.every
    course.due_day = due_day(every, date.fromordinal(due).day)
    later = later_days(every, due, course.due_day, len(course.rows) - first - 1)
    before = course.rows[first].start
    for row, (start, end) in zip(
        course.rows[first:], zip([before, due, *later], [due, *later], strict=False), strict=True
    ):
        row.start, row.due = start, end
    course.rows[first].regular = False


def _extend(course: Course, count: int) -> None:
    """More rows at the end, of the kind the last one has."""
    last = course.rows[-1]
    kind = next((row.kind for row in reversed(course.rows) if row.kind != REST), last.kind)
    start = last.due
    for due in later_days(course.terms.every, last.due, course.due_day, count):
        course.rows.append(CourseRow(start, due, True, kind, last.amount))
        start = due


@change.register
def _penalty(event: OverduePenalty, course: Course, day: int) -> None:
    """A penalty is a charge on the day its row fell due, so that it stands in that row."""
    as_of = event.as_of.toordinal()
    course.settle(as_of)
    for row in course.rows:
        late = as_of - row.due - event.free_days
        if row.due >= as_of or late <= 0:
            continue
        principal = max(0, row.principal - row.paid_principal)
        interest = max(0, row.interest - row.paid_interest)
        base = {"principal": principal, "interest": interest, "total": principal + interest}[event.base]
        amount = penalty_of(base, event.share_ppm, event.rate_ppm, late, MODES[course.convention.interest_rounding])
        if base and event.amount_minor:
            amount = event.amount_minor * course.unit
        if amount:
            course.charges.append(CourseCharge(row.due, amount, True))


def penalty_of(base: int, share_ppm: int, rate_ppm: int, days: int, mode: int) -> int:
    """A share of an amount, or a yearly rate on it for days over 365, in one quotient rounded once."""
    return quotient(base * (share_ppm * 365 + rate_ppm * days), PPM * 365, mode)


@change.register
def _re_amortise(event: ReAmortise, course: Course, day: int) -> None:
    on = event.on.toordinal()
    course.settle(on)
    past = [row for row in course.rows if row.due <= on and row.start < row.due]
    first = next((i for i, row in enumerate(course.rows) if row.due > on), None)
    assert first is not None, "a loan is re-amortised before its last row is due"
    principal = sum(row.principal - row.paid_principal for row in past)
    interest, span, weight = _overdue(course, past, on)
    if principal == interest == 0:
        return
    _close(past)
    later = course.rows[first:]
    more, split = 0, event.interest is InterestHandling.EQUAL_SPLIT
    if split:
        part = quotient(weight, len(later), HALF_EVEN)
        more = course.interest_of([part])
        for row in later:
            row.moved_weight += part
    elif event.interest is not InterestHandling.WAIVED:
        later[0].moved += interest
    if all(rate == 0 for _, rate in course.rates) or course.rows[-1].kind == SHARE:
        for row, part in zip(later, _split_to_multiple(course, principal, len(later)), strict=True):
            row.amount += part
        return
    renew(course, first, on, 0 if split or event.interest is InterestHandling.WAIVED else span, more=more)


@change.register
def _re_age(event: ReAge, course: Course, day: int) -> None:
    on, first = event.on.toordinal(), event.first_on.toordinal()
    course.settle(on)
    past = [row for row in course.rows if row.due <= on and row.due < first]
    future = course.rows[len(past) :]
    out = sum(amount for day, amount in course.out if day <= on)
    owed = out - sum(row.paid_principal for row in course.rows)
    overdue, span, _ = _overdue(course, past, on)
    pool = overdue + _still_to_pay(course, future, on, event.interest)
    _close(past)
    course.rows = list(past)
    equal = event.interest in (InterestHandling.EQUAL_PAYABLE, InterestHandling.EQUAL_FULL)
    start = past[-1].due if past else course.out[0][0]
    collected = [entry for row in future for entry in row.paid]
    if collected or (equal and (not past or past[-1].due < on)):
        special = CourseRow(start, on, False, SHARE, 0, fixed_interest=sum(row.paid_interest for row in future))
        special.paid, special.paid_interest = collected, special.fixed_interest or 0
        special.amount = special.paid_principal
        course.rows.append(special)
    _new_rows(course, event, start, owed, overdue, pool, span, equal)


def _new_rows(
    course: Course, event: ReAge, start: int, owed: int, overdue: int, pool: int, span: int, equal: bool
) -> None:
    first, on = event.first_on.toordinal(), event.on.toordinal()
    dues = [first, *later_days(event.every, first, event.first_on.day, event.rows - 1)]
    at = len(course.rows)
    for due, begin in zip(dues, [start, *dues], strict=False):
        course.rows.append(CourseRow(begin, due, begin != start, SHARE if equal else LEVEL, 0))
    rows = course.rows[at:]
    if not equal:
        rows[0].moved = overdue
        renew(course, at, on, span)
        return
    _split_charges(course, on, dues)
    whole = share(owed + pool, len(rows), course.convention)
    for row, interest in zip(rows, _split(pool, len(rows)), strict=True):
        row.fixed_interest = interest
        row.amount = max(0, whole - interest)


def _still_to_pay(course: Course, future: list[CourseRow], on: int, handling: InterestHandling) -> int:
    """Interest of rows not yet due that is split with what is overdue: up to the day, or all of it."""
    if handling is InterestHandling.EQUAL_FULL:
        return sum(max(0, row.interest - row.paid_interest) for row in future)
    if handling is not InterestHandling.EQUAL_PAYABLE:
        return 0
    running = [i for i, row in enumerate(course.rows) if row.start < on < row.due]
    total = 0
    for index in running:
        row = course.rows[index]
        total += max(0, course.interest_of(course.weights(index, on, on)) + row.carried_in - row.paid_interest)
    return total


def _overdue(course: Course, past: Sequence[CourseRow], on: int) -> tuple[int, int, int]:
    """The interest unpaid of rows past due: each rounded in its row, the factor of their periods, and unrounded."""
    interest = span = weight = 0
    for index, row in enumerate(course.rows):
        if any(row is one for one in past):
            interest += row.interest - row.paid_interest
            if row.interest > row.paid_interest and row.fixed_interest is None:
                span += course.stretch(row, row.start, row.due)
                weight += sum(course.weights(index, row.due, on)) - row.paid_interest * course.denominator
    return interest, span, weight


def _close(rows: Sequence[CourseRow]) -> None:
    """Rows keep what was paid of them; the rest is no longer due there."""
    for row in rows:
        row.kind, row.amount, row.fixed_interest = SHARE, row.paid_principal, row.paid_interest
        row.deferred = False


def _split(total: int, count: int) -> list[int]:
    """Equal parts rounded half even; the last takes the rest."""
    part = quotient(total, count, HALF_EVEN)
    return [part] * (count - 1) + [total - part * (count - 1)]


def _split_to_multiple(course: Course, total: int, count: int) -> list[int]:
    multiple = course.convention.instalment_multiple_minor * course.unit
    mode = MODES[course.convention.instalment_rounding]
    part = quotient(total, count * multiple, mode) * multiple
    return [part] * (count - 1) + [total - part * (count - 1)]


def _split_charges(course: Course, on: int, dues: Sequence[int]) -> None:
    """Unpaid charges up to a day fall in equal parts into the new rows."""
    for penalty in (False, True):
        open_ones = [c for c in course.charges if c.penalty is penalty and c.day <= on and c.paid < c.amount]
        total = sum(charge.amount - charge.paid for charge in open_ones)
        for charge in open_ones:
            charge.amount = charge.paid
        if total:
            parts = _split(total, len(dues))
            course.charges.extend(CourseCharge(d, p, penalty) for d, p in zip(dues, parts, strict=True))


def share_of(amount: int, share_ppm: int) -> int:
    """A down payment: a share of what goes out, half even."""
    return divide(amount * share_ppm, PPM, Rounding.HALF_EVEN)
