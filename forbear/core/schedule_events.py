"""What can happen to a loan after its schedule is drawn up; each event is a value, schedule.py gives it its effect.

Row numbers count from 1. A day "first_on" is the first that accrues at the new rate; pauses include both their days.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.core.convention import Early
from forbear.core.periods import Every


class InterestHandling(StrEnum):
    """What becomes of interest when rows are made anew: what is overdue moves into the first new row and interest
    goes on; what is payable today, or all that was still to come, is split over the new rows and no more accrues; what
    is overdue is split over the rows left; or it is waived."""

    DEFAULT = "default"
    EQUAL_PAYABLE = "equal-amortization-payable-interest"
    EQUAL_FULL = "equal-amortization-full-interest"
    EQUAL_SPLIT = "equal-amortization-interest-split"
    WAIVED = "waive-interest"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Money received. What is due goes first, oldest row first: charges, interest, principal; what is above goes where
    `early`, or else the convention, says. `amount_minor` None pays everything off; `to_period_end`: the interest of
    the running row is paid whole, not up to the day."""

    on: date
    amount_minor: int | None
    early: Early | None = None
    to_period_end: bool = False


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """The day the schedule is looked at: rows due before it and unpaid are overdue. `overdue_interest` None: as the
    convention has it."""

    on: date
    overdue_interest: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Disbursement:
    """More money goes out; the rows from the one it falls in are made anew."""

    on: date
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class DownPayment:
    """A share of every disbursement is due, and unless `paid` is false also paid, on its day."""

    share_ppm: int
    paid: bool = True


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A fee, or a penalty, due with the first row on or after its day; after the last row it is a row of its own."""

    on: date
    amount_minor: int
    penalty: bool = False


@dataclass(frozen=True, kw_only=True)
class OverduePenalty:
    """A penalty on each row overdue on `as_of`: a share of what is unpaid of it (`share_ppm`), a yearly rate for the
    days since it fell due less `free_days` (`rate_ppm`), or an amount. `base`: principal, interest, "total" for both.
    """

    as_of: date
    base: str = "principal"
    share_ppm: int = 0
    rate_ppm: int = 0
    free_days: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class GracePrincipal:
    """Rows that pay interest alone; the later ones take the principal between them."""

    from_row: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class GraceInterest:
    """Rows that pay no interest; what they would have paid falls whole into the first row after them."""

    from_row: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class RateChange:
    """Another yearly rate; the instalment is made anew from the row the change falls in."""

    first_on: date
    rate_ppm: int


@dataclass(frozen=True, kw_only=True)
class InterestPause:
    """Days that bear no interest; instalments stay, the last row is smaller by what is saved."""

    from_on: date
    to_on: date


@dataclass(frozen=True, kw_only=True)
class Reschedule:
    """From the row due on `from_on`: another due day (later ones follow it, instalments stay), more rows, rows without
    principal (as many more at the end), rows whose interest waits, another rate, another instalment (up to `until_on`,
    after which it is made anew)."""

    from_on: date
    due_on: date | None = None
    extra_rows: int = 0
    grace_principal: int = 0
    grace_interest: int = 0
    rate_ppm: int | None = None
    instalment_minor: int | None = None
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ReAge:
    """On `on` all that is outstanding goes into `rows` new rows from `first_on`; older rows keep what was paid."""

    on: date
    first_on: date
    rows: int
    every: Every
    interest: InterestHandling = InterestHandling.DEFAULT


@dataclass(frozen=True, kw_only=True)
class ReAmortise:
    """On `on` what is overdue is spread over the rows still to come; their due days and number stay."""

    on: date
    interest: InterestHandling = InterestHandling.DEFAULT


Event = (
    Payment
    | AsOf
    | Disbursement
    | DownPayment
    | Charge
    | OverduePenalty
    | GracePrincipal
    | GraceInterest
    | RateChange
    | InterestPause
    | Reschedule
    | ReAge
    | ReAmortise
)
