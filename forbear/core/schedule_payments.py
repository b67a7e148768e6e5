"""A payment meets a loan: what is due first, oldest row first, then ahead, as the convention or the payment says."""

from forbear.core.convention import Early
from forbear.core.rows import LEVEL
from forbear.core.schedule_changes import renew
from forbear.core.schedule_course import Course, CourseRow
from forbear.core.schedule_events import Payment


def pay(course: Course, payment: Payment) -> None:
    """Book a payment on its day; what is above all that is owed is left out."""
    day = payment.on.toordinal()
    course.settle(day)
    early = payment.early or course.convention.early
    grows = early is not Early.NEXT_INSTALMENT
    until = _until(course, day, payment.to_period_end)
    left = outstanding(course, day, until)
    if payment.amount_minor is not None:
        left = min(left, payment.amount_minor * course.unit)
    for index, row in enumerate(course.rows):
        if row.due > day or left == 0:
            break
        left = _charges(course, index, day, left)
        left = _interest(row, row.interest, left)
        left = _principal(course, row, row.principal, day, left)
    left = _late_charges(course, day, left)
    course.settle(day)
    if left == 0:
        return
    if grows:
        _grow(course, early, day, until, left)
    else:
        _fill(course, day, until, left)
    course.settle(day)


def outstanding(course: Course, day: int, until: int) -> int:
    """All that pays the loan off on a day: charges, interest payable and principal."""
    total = sum(charge.amount - charge.paid for charge in course.charges if charge.day <= day)
    for index, row in enumerate(course.rows):
        interest = row.interest if row.due <= day else payable(course, index, day, until)
        total += max(0, interest - row.paid_interest) + row.principal - row.paid_principal
    return total


def payable(course: Course, index: int, day: int, until: int) -> int:
    """The interest of a row that is payable before it is due: its own up to a day, and what waited for it."""
    row = course.rows[index]
    if row.start > day or row.deferred:
        return row.paid_interest
    if row.fixed_interest is not None:
        return row.fixed_interest
    if course.flat:
        return row.interest
    return course.interest_of(course.weights(index, min(until, row.due), day)) + row.carried_in


def _until(course: Course, day: int, to_period_end: bool) -> int:
    """The day up to which a running row's interest is payable."""
    if not to_period_end:
        return day
    return next((row.due for row in course.rows if row.start < day <= row.due), day)


def _fill(course: Course, day: int, until: int, left: int) -> None:
    """Money ahead of time fills the rows to come, each up to its instalment; the last up to the balance."""
    last = len(course.rows) - 1
    for index, row in enumerate(course.rows):
        if row.due <= day or left == 0:
            continue
        left = _charges(course, index, day, left)
        left = _interest(row, payable(course, index, day, until), left)
        most = row.amount - row.paid_interest if row.kind == LEVEL else row.principal
        if index == last:
            most = row.paid_principal + left
        left = _principal(course, row, most, day, left)


def _grow(course: Course, early: Early, day: int, until: int, left: int) -> None:
    """Money above what is due makes the row of its day, or else the next, larger; later rows follow the strategy."""
    index = next((i for i, row in enumerate(course.rows) if row.due >= day), len(course.rows) - 1)
    row = course.rows[index]
    left = _charges(course, index, day, left)
    if course.convention.interest_to_date_first and row.due > day:
        left = _interest(row, payable(course, index, day, until), left)
    balance = course.balance_after(index) + row.principal
    planned = row.principal
    row.skips = row.skips or early is Early.SKIP_NEXT
    _principal(course, row, balance, day, left)
    if row.paid_principal > planned and early is Early.REDUCE_INSTALMENT and index + 1 < len(course.rows):
        renew(course, index + 1, day, most=course.rows[index + 1].amount)


def _interest(row: CourseRow, due: int, left: int) -> int:
    part = min(left, max(0, due - row.paid_interest))
    row.paid_interest += part
    return left - part


def _principal(course: Course, row: CourseRow, due: int, day: int, left: int) -> int:
    """Book principal on a row, up to what is due of it and never more than is owed in all."""
    owed = sum(amount for _, amount in course.out) - sum(one.paid_principal for one in course.rows)
    part = max(0, min(left, due - row.paid_principal, owed))
    if part:
        row.paid.append((day, part))
    return left - part


def _charges(course: Course, index: int, day: int, left: int) -> int:
    """Penalties, then fees, up to a day that fall into a row."""
    before = course.rows[index - 1].due if index else 0
    return _pay_charges(course, before, min(day, course.rows[index].due), left)


def _late_charges(course: Course, day: int, left: int) -> int:
    """Charges after the last row is due."""
    return _pay_charges(course, course.rows[-1].due, day, left)


def _pay_charges(course: Course, after: int, until: int, left: int) -> int:
    for charge in sorted(course.charges, key=lambda charge: not charge.penalty):
        if after < charge.day <= until:
            part = min(left, charge.amount - charge.paid)
            charge.paid += part
            left -= part
    return left
