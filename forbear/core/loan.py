"""A loan as the lender's book knows it on a day, and what is owed on a later day when nobody pays.

Interest and penalty accrue as exact fractions, instalment by instalment as they fall due, and each is rounded once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forbear.core.dates import DayCount, due_in, month_after, month_of, year_part
from forbear.core.money import PPM, Rounding, divide

__all__ = ["DayCount", "Loan", "Owed", "days_past_due", "owed_on"]


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


def owed_on(loan: Loan, on: date) -> Owed:
    """What is owed on a day not before `loan.as_of` when nothing is paid.

    Principal not yet due bears the contract rate. Overdue principal bears the penalty rate, booked as penalty; where
    the penalty rate is not above the contract rate, it goes on bearing the contract rate, booked as interest.
    """
    assert on >= loan.as_of, "what was owed earlier is in the ledger, not in the loan"
    penal = loan.penalty_rate_ppm > loan.rate_ppm
    interest, penalty, denominator = 0, 0, 1
    for start_on, end_on, overdue_minor in _stretches(loan, on):
        part, denominator = year_part(loan.day_count, start_on, end_on)
        at_contract_rate = loan.principal_minor - overdue_minor if penal else loan.principal_minor
        interest += at_contract_rate * loan.rate_ppm * part
        penalty += overdue_minor * loan.penalty_rate_ppm * part if penal else 0
    return Owed(
        principal_minor=loan.principal_minor,
        interest_minor=loan.interest_minor + divide(interest, denominator * PPM, Rounding.HALF_UP),
        penalty_minor=loan.penalty_minor + divide(penalty, denominator * PPM, Rounding.HALF_UP),
        fees_minor=loan.fees_minor,
    )


def days_past_due(loan: Loan, on: date) -> int:
    """Calendar days since the oldest unpaid instalment fell due; 0 when nothing is overdue."""
    if loan.oldest_unpaid_due_on is None:
        return 0
    return max(0, (on - loan.oldest_unpaid_due_on).days)


def _stretches(loan: Loan, on: date) -> Iterator[tuple[date, date, int]]:
    """From `as_of` to `on`, cut where an instalment falls due: (start, end, principal overdue in between)."""
    overdue_minor, start_on = 0, loan.as_of
    for due_on, principal_minor in _unpaid(loan):
        if due_on > on:
            break
        if due_on > start_on:
            yield start_on, due_on, overdue_minor
            start_on = due_on
        overdue_minor += principal_minor
    yield start_on, on, overdue_minor


def _unpaid(loan: Loan) -> Iterator[tuple[date, int]]:
    """The unpaid contractual instalments in order: (due on, principal in it). The last one holds all that is left."""
    left_minor = loan.principal_minor
    first_on = loan.oldest_unpaid_due_on or _next_due(loan)
    for index in range(max(1, loan.instalments_left)):
        month_interest = divide(left_minor * loan.rate_ppm, 12 * PPM, Rounding.HALF_UP)
        part_minor = min(left_minor, max(0, loan.instalment_minor - month_interest))
        if index >= loan.instalments_left - 1:
            part_minor = left_minor
        due_on = due_in(month_after(month_of(first_on), index), loan.due_day) if index else first_on
        yield due_on, part_minor
        left_minor -= part_minor


def _next_due(loan: Loan) -> date:
    this_month = due_in(month_of(loan.as_of), loan.due_day)
    return this_month if this_month > loan.as_of else due_in(month_after(month_of(loan.as_of), 1), loan.due_day)
