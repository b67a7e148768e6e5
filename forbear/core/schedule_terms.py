"""What a schedule is drawn up from and what it is: the terms of a loan, its rows, and the methods of repayment."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from forbear.core.dates import DayCount
from forbear.core.periods import Every

ROWS_MOST = 600
"""No schedule of this product is longer: fifty years of months."""


class Method(StrEnum):
    """How principal comes back: with level instalments, in equal parts, with interest on the first amount throughout,
    at the end, level but for a last part, or with a fixed amount for as long as it takes."""

    EQUAL_INSTALMENTS = "equal-instalments"
    EQUAL_PRINCIPAL = "equal-principal"
    FLAT = "flat"
    INTEREST_ONLY = "interest-only"
    BALLOON = "balloon"
    FIXED_AMOUNT = "fixed-amount"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A loan as the contract has it. `first_due_on` moves the first row; `period_from` begins the first period on
    another day than the money goes out. `balloon_minor` is the principal left for the last row of a balloon loan,
    `instalment_minor` the amount of a fixed-amount loan, whose `rows` is only the most there may be.
    `penalty_rate_ppm` is the whole yearly rate on overdue principal, and where `penalty_on_interest` on overdue
    interest too (复利), in place of the contract's; 0 where the contract has none.
    """

    principal_minor: int
    rate_ppm: int
    rows: int
    every: Every
    disbursed_on: date
    day_count: DayCount = DayCount.THIRTY_360
    method: Method = Method.EQUAL_INSTALMENTS
    first_due_on: date | None = None
    period_from: date | None = None
    balloon_minor: int = 0
    instalment_minor: int = 0
    penalty_rate_ppm: int = 0
    penalty_on_interest: bool = False


class Row(NamedTuple):
    """One row of a schedule; `balance_minor` is the principal that is planned to be left after it, `paid_minor` what
    has been paid on it so far."""

    due_on: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    penalty_minor: int
    paid_minor: int
    balance_minor: int

    @property
    def total_minor(self) -> int:
        """What is due on the day: the sum of the parts."""
        return self.principal_minor + self.interest_minor + self.fees_minor + self.penalty_minor


@dataclass(frozen=True, kw_only=True)
class Arrears:
    """What fell due before the day `on` and is unpaid on it; `days` since the oldest of it fell due."""

    on: date
    days: int
    principal_minor: int
    interest_minor: int
    fees_minor: int
    penalty_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.principal_minor + self.interest_minor + self.fees_minor + self.penalty_minor


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """All rows, the instalment they were made with last (0 where the method has none), and what was overdue when it
    was last looked at (None: nobody looked)."""

    rows: tuple[Row, ...]
    instalment_minor: int
    arrears: Arrears | None = None
