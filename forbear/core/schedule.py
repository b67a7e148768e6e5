"""The contractual schedule of a loan, in any convention, through anything that happens to it.

`schedule(terms, convention, events)` is the whole of it. Amounts are minor units, exact; each figure is rounded once.
docs/schedule.md explains every method, convention and event; lending.md's twelve points are its source.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate, repeat
from operator import sub

from forbear.core.convention import Convention
from forbear.core.money import Rounding, divide
from forbear.core.refusal import Refusal
from forbear.core.rows import SHARE
from forbear.core.schedule_arrears import accrue_penalty, arrears, row_of
from forbear.core.schedule_changes import change, renew, share_of
from forbear.core.schedule_checks import refuse, refuse_event, refuse_events
from forbear.core.schedule_course import Course, CourseCharge, CourseRow
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
from forbear.core.schedule_payments import pay
from forbear.core.schedule_plan import Figures, Plan, figures, plan
from forbear.core.schedule_terms import Arrears, Method, Row, Schedule, Terms


def schedule(terms: Terms, convention: Convention, events: Sequence[Event] = ()) -> Schedule | Refusal:
    """The rows of a loan; a Refusal names the field at fault where terms or events make no schedule."""
    if refusal := refuse(terms, convention) or refuse_events(terms, events):
        return refusal
    made = planned(terms, convention, events)
    if isinstance(made, Refusal):
        return made
    late = terms.period_from is not None and terms.period_from < terms.disbursed_on
    if not late and all(isinstance(event, GracePrincipal | GraceInterest) for event in events):
        return _plain(figures(made, terms, convention), made, convention)
    course = Course(made, terms, convention)
    known = made.starts[0]
    if late:
        renew(course, 0, known)
    looked = max((_day(event) for event in events if isinstance(event, AsOf)), default=-1)
    found: Arrears | None = None
    happened = sorted(enumerate(events), key=lambda entry: _when(entry[1]))
    for number, (place, event) in enumerate(happened, 1):
        if refusal := refuse_event(event, course, f"events[{place}]"):
            return refusal
        if isinstance(event, Payment | AsOf | ReAge | ReAmortise | OverduePenalty):
            known = max(known, _day(event))
            accrue_penalty(course, _day(event))
        _happen(event, course, events, known)
        if _day(event) == looked and (number == len(happened) or _day(happened[number][1]) > looked):
            found = arrears(course, looked)
    course.settle(known)
    shown = _shown(course.instalment, course.convention)
    return Schedule(rows=_rows(course), instalment_minor=shown, arrears=_told(found, course.convention))


def _told(found: Arrears | None, convention: Convention) -> Arrears | None:
    """What is overdue in minor units."""
    if found is None or convention.inner_digits == 0:
        return found
    return Arrears(
        on=found.on,
        days=found.days,
        principal_minor=_shown(found.principal_minor, convention),
        interest_minor=_shown(found.interest_minor, convention),
        fees_minor=_shown(found.fees_minor, convention),
        penalty_minor=_shown(found.penalty_minor, convention),
    )


def _happen(event: Event, course: Course, events: Sequence[Event], known: int) -> None:
    """Let one event take effect; what is agreed from the start has done so already."""
    if isinstance(event, Payment):
        pay(course, event)
    elif isinstance(event, AsOf):
        if event.overdue_interest is not None:
            course.overdue_interest = event.overdue_interest
    elif isinstance(event, DownPayment):
        _down(course, event, course.out[0])
    elif not isinstance(event, GracePrincipal | GraceInterest):
        change(event, course, known)
        for down in events if isinstance(event, Disbursement) else ():
            if isinstance(down, DownPayment):
                _down(course, down, course.out[-1])


def planned(terms: Terms, convention: Convention, events: Sequence[Event] = ()) -> Plan | Refusal:
    """The plan of the terms with the grace that was agreed from the start; a fixed amount that never pays it off is
    refused."""
    principal, interest = [
        [row - 1 for e in events if isinstance(e, kind) for row in range(e.from_row, e.from_row + e.rows)]
        for kind in (GracePrincipal, GraceInterest)
    ]
    made = plan(terms, convention, principal, interest)
    if terms.method is Method.FIXED_AMOUNT:
        found = figures(made, terms, convention)
        count = len(found.dues)
        if count == terms.rows and found.principals[-1] + found.interests[-1] > made.instalment:
            return Refusal("schedule.input", "schedule.refusal.never", facts={"rows": terms.rows}, where="instalment")
        made = plan(replace(terms, rows=count), convention, principal, interest)
    return made


def _plain(found: Figures, made: Plan, convention: Convention) -> Schedule:
    left = accumulate(found.principals, sub, initial=made.balance)
    next(left)
    amounts: tuple[Iterable[int], ...] = found.principals, found.interests, left
    if convention.inner_digits:
        amounts = tuple([_shown(amount, convention) for amount in column] for column in amounts)
    principals, interests, balances = amounts
    no, days = repeat(0), map(date.fromordinal, found.dues)
    # As Row(...) does, but without a call of Python for each: half the time of a schedule went there.
    rows = tuple(map(tuple.__new__, repeat(Row), zip(days, principals, interests, no, no, no, balances, strict=False)))
    return Schedule(rows=rows, instalment_minor=_shown(made.instalment, convention))


def _shown(amount: int, convention: Convention) -> int:
    """An amount in minor units, rounded half even where places are carried below them."""
    if convention.inner_digits == 0:
        return amount
    return divide(amount, 10**convention.inner_digits, Rounding.HALF_EVEN)


_ORDER: dict[type, int] = {Charge: 0, Disbursement: 1, Reschedule: 2, RateChange: 2, InterestPause: 2, Payment: 3}


def _when(event: Event) -> tuple[int, int]:
    return _day(event), _ORDER.get(type(event), 4)


def _day(event: Event) -> int:
    """The day on which an event is applied: a change on its first day, a look on its own."""
    if isinstance(event, RateChange):
        return event.first_on.toordinal()
    if isinstance(event, InterestPause | Reschedule):
        return event.from_on.toordinal()
    if isinstance(event, OverduePenalty):
        return event.as_of.toordinal()
    if isinstance(event, DownPayment | GracePrincipal | GraceInterest):
        return 0
    return event.on.toordinal()


def _down(course: Course, event: DownPayment, out: tuple[int, int]) -> None:
    """A row on the day money goes out, and the others made anew for what it leaves."""
    day, amount = out
    part = share_of(amount, event.share_ppm)
    at = sum(1 for row in course.rows if row.due <= day)
    row = CourseRow(day, day, False, SHARE, part, fixed_interest=0)
    if event.paid:
        row.paid.append((day, part))
    course.rows.insert(at, row)
    if part:
        renew(course, at + 1, day)


def _rows(course: Course) -> tuple[Row, ...]:
    rows = course.rows
    last = len(rows) - 1
    while last > 0 and rows[last].interest == rows[last].principal == 0:
        last -= 1
    by_row: dict[int, list[CourseCharge]] = {}
    for charge in course.charges:
        if charge.amount:
            by_row.setdefault(row_of(rows[: last + 1], charge.day), []).append(charge)
    found = [_row(course, index, rows[index].due, rows[index], by_row.get(index, ())) for index in range(last + 1)]
    if after := by_row.get(last + 1):
        nothing = CourseRow(rows[last].due, rows[last].due, False, SHARE, 0)
        found.append(_row(course, last, max(charge.day for charge in after), nothing, after))
    return tuple(found)


def _row(course: Course, index: int, due: int, row: CourseRow, charges: Sequence[CourseCharge]) -> Row:
    def shown(amount: int) -> int:
        return _shown(amount, course.convention)

    return Row(
        due_on=date.fromordinal(due),
        principal_minor=shown(row.principal),
        interest_minor=shown(row.interest),
        fees_minor=shown(sum(c.amount for c in charges if not c.penalty)),
        penalty_minor=shown(sum(c.amount for c in charges if c.penalty)),
        paid_minor=shown(row.paid_interest + row.paid_principal + sum(c.paid for c in charges)),
        balance_minor=shown(course.balance_after(index)),
    )
