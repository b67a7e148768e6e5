"""Room 7, payments: what was paid against the signed schedule, what is late, and what would settle it today.

A payment's split is decided once, when it comes in, and stored with it; a mistake is put right by a reversal that
names it. The schedule itself is never touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from forbear.core.agreement import Terms
from forbear.core.allocation import NOTHING, over_instalments
from forbear.core.loan import Loan, Owed
from forbear.core.money import Rounding, divide
from forbear.core.plan import Instalment


class BreakReason(StrEnum):
    """Why a person declared a plan broken. What she has to be asked about first: false papers, income she left out."""

    UNPAID = "unpaid"
    FALSE_PAPERS = "false-papers"
    UNDISCLOSED_INCOME = "undisclosed-income"
    BORROWER_ASKED = "borrower-asked"


ASKED_FIRST = frozenset({BreakReason.FALSE_PAPERS, BreakReason.UNDISCLOSED_INCOME})
"""What a person says of her: she hears it and can answer before anybody decides (actions/breach_question.py)."""


class Standing(StrEnum):
    """How an agreement stands."""

    ON_TRACK = "on-track"
    LATE = "late"
    NOTICED = "default-noticed"
    CURE_ENDED = "cure-ended"
    BROKEN = "broken"
    COMPLETED = "completed"


@dataclass(frozen=True, kw_only=True)
class Line:
    """The part of a payment that went to one instalment."""

    instalment: int
    principal_minor: int = 0
    interest_minor: int = 0
    penalty_minor: int = 0
    fees_minor: int = 0

    @property
    def amount_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor


@dataclass(frozen=True, kw_only=True)
class Payment:
    """`over_minor`: came in beyond all that was owed and goes back; `spared_minor`: no longer owed, as everything
    was settled: interest that had not accrued (民法典 677), or a last coin within the tolerance.
    """

    payment: str
    agreement: int
    amount_minor: int
    paid_on: date
    reference: str
    lines: tuple[Line, ...]
    over_minor: int = 0
    spared_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class Row:
    """An instalment with what has been paid on it; `number` counts from 1."""

    number: int
    instalment: Instalment
    paid: Line
    spared: bool = False

    @property
    def open_minor(self) -> int:
        """What is still to be paid on it."""
        return 0 if self.spared else self.instalment.amount_minor - self.paid.amount_minor


def position(terms: Terms, payments: Sequence[Payment]) -> tuple[Row, ...]:
    """The schedule with all payments that stand (not reversed) laid on it. Interest is spared by settling early as long
    as that settlement stands whole: where a payment before it turns out to be none, it does not.
    """
    brought = sum(line.amount_minor for payment in payments for line in payment.lines)
    most_minor = max((payment.spared_minor for payment in payments), default=0)
    spared = most_minor > 0 and brought + most_minor >= terms.plan.total_minor
    rows = []
    for number, instalment in enumerate(terms.plan.instalments, start=1):
        lines = [line for payment in payments for line in payment.lines if line.instalment == number]
        paid = Line(
            instalment=number,
            principal_minor=sum(line.principal_minor for line in lines),
            interest_minor=sum(line.interest_minor for line in lines),
            penalty_minor=sum(line.penalty_minor for line in lines),
            fees_minor=sum(line.fees_minor for line in lines),
        )
        rows.append(Row(number=number, instalment=instalment, paid=paid, spared=spared))
    return tuple(rows)


@dataclass(frozen=True)
class Split:
    """How a payment is taken: its lines, the numbers it settles, what is left over, interest spared by paying early."""

    lines: tuple[Line, ...]
    settled: tuple[int, ...]
    over_minor: int = 0
    spared_minor: int = 0
    all_settled: bool = False


def order_at(terms: Terms, rows: Sequence[Row], on: date) -> tuple[str, ...]:
    """The order a payment of the day is taken in: the agreed one, or the late one once the oldest open instalment is
    as many days late as the agreement says (cards: principal first from 91 days on)."""
    row = next_row(rows)
    days_late = 0 if row is None else max(0, (on - row.instalment.due_on).days)
    return terms.orders.at(days_late)


def split(
    rows: Sequence[Row],
    amount_minor: int,
    paid_on: date,
    order: Sequence[str],
    opened_on: date,
    tolerance_minor: int = 0,
) -> Split:
    """Take a payment: to the instalments in the order they fall due, within one in the order of the rulebook.

    Beyond what has fallen due it pays the coming instalments in advance; if it covers the settlement figure of the
    day, everything is settled and interest not yet accrued is spared. So is everything where no more than the tolerance
    of the agreement is left open at its very end: that does not count as unpaid, and it is let go.
    """
    assert amount_minor > 0, "a payment is more than nothing"
    left_minor = sum(row.open_minor for row in rows)
    settlement_minor = settlement_owed(rows, paid_on, opened_on).total_minor
    if 0 < settlement_minor < left_minor and settlement_minor <= amount_minor:
        return _settle(rows, amount_minor, paid_on, opened_on)
    taken = over_instalments([_open(row) for row in rows], amount_minor, order)
    met = [(row, parts) for row, parts in zip(rows, taken.parts, strict=True) if parts.total_minor]
    lines = tuple(Line(instalment=row.number, **vars(parts)) for row, parts in met)
    short_minor = max(left_minor - amount_minor, 0)
    if short_minor <= tolerance_minor:
        every = tuple(row.number for row in rows if row.open_minor)
        return Split(lines, every, over_minor=taken.over_minor, spared_minor=short_minor, all_settled=True)
    settled = tuple(row.number for row, parts in met if parts.total_minor == row.open_minor)
    return Split(lines, settled, over_minor=taken.over_minor)


def _open(row: Row) -> Owed:
    """What is still to be paid on an instalment, by part; nothing where interest was spared by settling early."""
    if row.spared:
        return NOTHING
    return Owed(
        principal_minor=row.instalment.principal_minor - row.paid.principal_minor,
        interest_minor=row.instalment.interest_minor - row.paid.interest_minor,
        penalty_minor=row.instalment.penalty_minor - row.paid.penalty_minor,
        fees_minor=row.instalment.fees_minor - row.paid.fees_minor,
    )


def _settle(rows: Sequence[Row], amount_minor: int, paid_on: date, opened_on: date) -> Split:
    lines = []
    interests, ahead = _interest_owed(rows, paid_on, opened_on)
    for row, interest_minor in reversed(tuple(zip(rows, interests, strict=True))):
        if row.open_minor == 0:
            continue
        owed = _open(row)
        off = min(ahead, owed.principal_minor)
        ahead -= off
        taken = replace(owed, principal_minor=owed.principal_minor - off, interest_minor=interest_minor)
        lines.append(Line(instalment=row.number, **vars(taken)))
    paid_minor = sum(line.amount_minor for line in lines)
    spared_minor = sum(row.open_minor for row in rows) - paid_minor
    settled = tuple(row.number for row in rows if row.open_minor)
    return Split(tuple(reversed(lines)), settled, amount_minor - paid_minor, spared_minor, all_settled=True)


def settlement_owed(rows: Sequence[Row], on: date, opened_on: date) -> Owed:
    """What settles everything on a day: all that is open, but interest only up to that day (民法典 677). Interest that
    was paid ahead of its time counts against principal.
    """
    whole = sum((_open(row) for row in rows), NOTHING)
    interests, ahead = _interest_owed(rows, on, opened_on)
    principal_minor = max(whole.principal_minor - ahead, 0)
    return replace(whole, principal_minor=principal_minor, interest_minor=sum(interests))


def _interest_owed(rows: Sequence[Row], on: date, opened_on: date) -> tuple[list[int], int]:
    """Interest to be paid on each row to settle on a day, oldest first: all there is, less what has not accrued yet;
    and what was paid already of interest that has not accrued.

    New interest accrues evenly over the days up to its row; what has accrued is rounded half up.
    """
    unaccrued, begins_on = 0, opened_on
    for row in rows:
        days, elapsed = (row.instalment.due_on - begins_on).days, (on - begins_on).days
        accrued = divide(row.instalment.accrues_minor * min(max(elapsed, 0), days), max(days, 1), Rounding.HALF_UP)
        unaccrued += row.instalment.accrues_minor - accrued
        begins_on = row.instalment.due_on
    open_each = [row.instalment.interest_minor - row.paid.interest_minor if row.open_minor else 0 for row in rows]
    rest = max(sum(open_each) - unaccrued, 0)
    ahead = max(unaccrued - sum(open_each), 0)
    owed = []
    for open_minor in open_each:
        owed.append(min(open_minor, rest))
        rest -= owed[-1]
    return owed, ahead


Pauses = Sequence[tuple[date, date]]
"""Times in which an agreement stands still: (first day, last day) of each."""


def days_after(due_on: date, on: date, pauses: Pauses = ()) -> int:
    """Days since a day, without those of a pause; 0 or less before it."""
    days = (on - due_on).days
    for first_on, last_on in pauses:
        days -= max(0, (min(last_on, on) - max(first_on, due_on + timedelta(days=1))).days + 1)
    return days


def grace_until(due_on: date, grace_days: int, pauses: Pauses = ()) -> date:
    """The last day on which what fell due then is not late yet; days of a pause come on top."""
    on = due_on + timedelta(days=grace_days)
    while days_after(due_on, on + timedelta(days=1), pauses) <= grace_days:
        on += timedelta(days=1)
    return on


def late(
    rows: Sequence[Row], today: date, *, grace_days: int, tolerance_minor: int, pauses: Pauses = ()
) -> tuple[int, ...]:
    """Numbers of instalments still open by more than the tolerance when the days of grace are over."""
    return tuple(
        row.number
        for row in rows
        if row.open_minor > tolerance_minor and days_after(row.instalment.due_on, today, pauses) > grace_days
    )


def next_row(rows: Sequence[Row]) -> Row | None:
    """The first instalment that is still open."""
    return next((row for row in rows if row.open_minor), None)


def due_minor(rows: Sequence[Row], on: date) -> int:
    """All that has fallen due by `on` and is open."""
    return sum(row.open_minor for row in rows if row.instalment.due_on <= on)


def paid_minor(payments: Sequence[Payment]) -> int:
    """What the payments that stand have brought towards the agreement."""
    return sum(payment.amount_minor - payment.over_minor for payment in payments)


def remaining_loan(terms: Terms, rows: Sequence[Row], contract: Loan, on: date) -> Loan:
    """What is left of an agreement as a loan of its own, to make a new plan of: it bears the agreed rate, no more."""
    owed = settlement_owed(rows, on, terms.plan.as_of)
    row = next_row(rows)
    overdue = row is not None and row.instalment.due_on <= on
    return replace(
        contract,
        principal_minor=owed.principal_minor,
        interest_minor=owed.interest_minor,
        penalty_minor=owed.penalty_minor,
        fees_minor=owed.fees_minor,
        rate_ppm=terms.plan.rate_ppm,
        penalty_rate_ppm=terms.plan.rate_ppm,
        oldest_unpaid_due_on=row.instalment.due_on if row and overdue else None,
        instalment_minor=max((r.instalment.amount_minor for r in rows), default=0),
        instalments_left=sum(1 for r in rows if r.open_minor),
        as_of=on,
    )
