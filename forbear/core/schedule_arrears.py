"""What is overdue on a day, row by row, and the penalty that the contract's penalty rate makes of it.

Penalty accrues on what is unpaid of a row from the day it fell due, exact and unrounded. Whenever somebody looks or
pays it is posted: all that has accrued so far, rounded once, less what was posted before, so that looking often costs
nothing. It stands in the row that is overdue.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from forbear.core.dates import year_part
from forbear.core.money import PPM
from forbear.core.rows import MODES, row_interest
from forbear.core.schedule_course import Course, CourseCharge, CourseRow
from forbear.core.schedule_terms import Arrears


def accrue_penalty(course: Course, day: int) -> None:
    """Post the penalty of every row that is overdue, up to a day; nothing where the contract has no penalty rate."""
    terms, convention = course.terms, course.convention
    if not terms.penalty_rate_ppm:
        return
    course.settle(day)
    mode, multiple = MODES[convention.interest_rounding], convention.interest_multiple_minor
    for row in course.rows:
        since = max(row.due, row.penalty_until)
        if since >= day:
            continue
        base = row.principal - row.paid_principal
        if terms.penalty_on_interest:
            base += row.interest - row.paid_interest
        part, year = _time(course, since, day)
        row.penalty_weight += max(0, base) * terms.penalty_rate_ppm * part
        row.penalty_until = day
        posted = row_interest(1, row.penalty_weight, year * PPM, multiple, mode)
        if row.penalty is None and posted:
            row.penalty = CourseCharge(row.due, 0, penalty=True)
            course.charges.append(row.penalty)
        if row.penalty is not None:
            row.penalty.amount = posted


def arrears(course: Course, day: int) -> Arrears:
    """What fell due before a day and is unpaid on it, and for how many days the oldest of it has been."""
    course.settle(day)
    principal = interest = 0
    oldest = day
    for row in course.rows:
        if row.due < day and row.principal + row.interest > row.paid_principal + row.paid_interest:
            principal += max(0, row.principal - row.paid_principal)
            interest += max(0, row.interest - row.paid_interest)
            oldest = min(oldest, row.due)
    charged = {False: 0, True: 0}
    for charge in course.charges:
        at = row_of(course.rows, charge.day)
        due = course.rows[at].due if at < len(course.rows) else charge.day
        if due < day and charge.amount > charge.paid:
            charged[charge.penalty] += charge.amount - charge.paid
            oldest = min(oldest, due)
    return Arrears(
        on=date.fromordinal(day),
        days=day - oldest,
        principal_minor=principal,
        interest_minor=interest,
        fees_minor=charged[False],
        penalty_minor=charged[True],
    )


def row_of(rows: Sequence[CourseRow], day: int) -> int:
    """The row a charge of this day falls into: the first due on or after it that has a period, or one after all."""
    return next((i for i, row in enumerate(rows) if row.due >= day and row.start < row.due), len(rows))


def _time(course: Course, begin: int, end: int) -> tuple[int, int]:
    """The time between two days as parts of a year by the loan's day count, without what an interest pause stops."""
    cuts = {begin, end, *(day for pause in course.pauses for day in pause if begin < day < end)}
    total, year = 0, 1
    for first, after in pairwise(sorted(cuts)):
        part, year = year_part(course.terms.day_count, date.fromordinal(first), date.fromordinal(after))
        if not any(stops <= first and after <= goes_on for stops, goes_on in course.pauses):
            total += part
    return total, year
