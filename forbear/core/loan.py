"""A loan as the lender's book knows it on a day, and what is owed on a later day when nobody pays.

Interest and penalty accrue as exact fractions, instalment by instalment as they fall due, and each is rounded once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from forbear.core.accrual import Accrued, Bearing, Charge, Freeze, PenaltyBase, Span, accrue, post
from forbear.core.dates import DayCount, due_after
from forbear.core.money import PPM, Rounding, divide

__all__ = ["DayCount", "Loan", "Owed", "accrued_on", "days_past_due", "overdue_principal", "owed_on", "unpaid"]


@dataclass(frozen=True, kw_only=True)
class Owed:
    """The four parts of a debt in minor units. `interest` is contract interest, `penalty` is default interest."""

    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int

    @property
    def total_minor(self) -> int:
        """The sum of the four parts."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor

    def __add__(self, other: "Owed") -> "Owed":
        """Part by part."""
        return Owed(
            principal_minor=self.principal_minor + other.principal_minor,
            interest_minor=self.interest_minor + other.interest_minor,
            penalty_minor=self.penalty_minor + other.penalty_minor,
            fees_minor=self.fees_minor + other.fees_minor,
        )

    def __sub__(self, other: "Owed") -> "Owed":
        """Part by part."""
        return Owed(
            principal_minor=self.principal_minor - other.principal_minor,
            interest_minor=self.interest_minor - other.interest_minor,
            penalty_minor=self.penalty_minor - other.penalty_minor,
            fees_minor=self.fees_minor - other.fees_minor,
        )


@dataclass(frozen=True, kw_only=True)
class Loan:
    """One contract. `principal_minor` is all that is outstanding, due or not; the other parts are accrued on `as_of`.

    `penalty_rate_ppm` is the whole rate that overdue principal bears, in place of the contract rate.
    `oldest_unpaid_due_on` is None when nothing is overdue; `instalments_left` counts every unpaid instalment.
    """

    contract: str
    currency: str
    signed_on: date
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    rate_ppm: int
    penalty_rate_ppm: int
    day_count: DayCount
    oldest_unpaid_due_on: date | None
    instalment_minor: int
    instalments_left: int
    due_day: int
    as_of: date


def owed_on(loan: Loan, on: date, freezes: Sequence[Freeze] = ()) -> Owed:
    """What is owed on a day not before `loan.as_of` when nothing is paid; nothing accrues in frozen time.

    Principal not yet due bears the contract rate. Overdue principal bears the penalty rate, booked as penalty; where
    the penalty rate is not above the contract rate, it goes on bearing the contract rate, booked as interest.
    """
    posted = post(accrued_on(loan, on, freezes))
    return Owed(
        principal_minor=loan.principal_minor,
        interest_minor=loan.interest_minor + posted.interest_minor,
        penalty_minor=loan.penalty_minor + posted.penalty_minor,
        fees_minor=loan.fees_minor + posted.fees_minor,
    )


def accrued_on(
    loan: Loan,
    on: date,
    freezes: Sequence[Freeze] = (),
    charges: Sequence[Charge] = (),
    penalty_base: PenaltyBase = PenaltyBase.PRINCIPAL,
    fee_rate_ppm: int = 0,
) -> Accrued:
    """What has accrued since `loan.as_of`, unrounded. `fee_rate_ppm`: a fee by time on all principal."""
    assert on >= loan.as_of, "what was owed earlier is in the ledger, not in the loan"
    bearing = Bearing(
        rate_ppm=loan.rate_ppm,
        penalty_rate_ppm=loan.penalty_rate_ppm,
        day_count=loan.day_count,
        fee_rate_ppm=fee_rate_ppm,
        penalty_base=penalty_base,
    )
    return reduce(add, (accrue(span, bearing, freezes, charges) for span in _stretches(loan, on)))


def days_past_due(loan: Loan, on: date) -> int:
    """Calendar days since the oldest unpaid instalment fell due; 0 when nothing is overdue."""
    if loan.oldest_unpaid_due_on is None:
        return 0
    return max(0, (on - loan.oldest_unpaid_due_on).days)


def overdue_principal(loan: Loan, on: date) -> int:
    """The principal of the instalments that have fallen due by a day and are unpaid."""
    return sum(principal_minor for due_on, principal_minor, _ in unpaid(loan) if due_on <= on)


def unpaid(loan: Loan) -> Iterator[tuple[date, int, int]]:
    """The unpaid contractual instalments in order: (due on, principal, interest). The last holds all that is left."""
    left_minor = loan.principal_minor
    first_on = loan.oldest_unpaid_due_on or _next_due(loan)
    for index in range(max(1, loan.instalments_left)):
        month_interest = divide(left_minor * loan.rate_ppm, 12 * PPM, Rounding.HALF_UP)
        part_minor = min(left_minor, max(0, loan.instalment_minor - month_interest))
        if index >= loan.instalments_left - 1:
            part_minor = left_minor
        due_on = due_after(first_on, index, loan.due_day) if index else first_on
        yield due_on, part_minor, month_interest
        left_minor -= part_minor


def _stretches(loan: Loan, on: date) -> Iterator[Span]:
    """From `as_of` to `on`, cut where an instalment falls due. Of interest past due only what is unpaid counts."""
    overdue_minor, fallen_minor, start_on = 0, 0, loan.as_of
    for due_on, principal_minor, interest_minor in unpaid(loan):
        if due_on > on:
            break
        if due_on > start_on:
            yield _span(loan, start_on, due_on, overdue_minor, fallen_minor)
            start_on = due_on
        overdue_minor += principal_minor
        fallen_minor += interest_minor
        if due_on <= loan.as_of:
            fallen_minor = min(fallen_minor, loan.interest_minor)
    yield _span(loan, start_on, on, overdue_minor, fallen_minor)


def _span(loan: Loan, start_on: date, end_on: date, overdue_minor: int, interest_minor: int) -> Span:
    return Span(
        start_on=start_on,
        end_on=end_on,
        current_minor=loan.principal_minor - overdue_minor,
        overdue_minor=overdue_minor,
        overdue_interest_minor=interest_minor,
    )


def _next_due(loan: Loan) -> date:
    this_month = due_after(loan.as_of, 0, loan.due_day)
    return this_month if this_month > loan.as_of else due_after(loan.as_of, 1, loan.due_day)
