"""What accrues over a span of time, as exact whole numbers that are added in any order and rounded once, when posted.

A rate in ppm a year on an amount over a part of a year is amount × ppm × part over (year × 1,000,000). `Accrued` keeps
that numerator beside its one denominator. Cutting a span in two and adding gives the very same numbers, so that an
account can be accrued by the day, by the month or in one go, and by columns without a rounding in between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import lcm

from forbear.core.dates import DayCount, year_part
from forbear.core.money import PPM, Rounding, divide, percent
from forbear.core.rules import Finding, Param

ACCRUES = ("interest", "penalty", "fees")
"""What can grow with time; principal does not."""


class PenaltyBase(StrEnum):
    """What penalty interest is charged on. Never on penalty, and never on a card's late fee (银发〔2016〕111号).

    PRINCIPAL is the rule; PRINCIPAL_AND_INTEREST (复利) holds only where the contract says so and the law allows it
    (银发〔2003〕251号).
    """

    PRINCIPAL = "overdue-principal"
    PRINCIPAL_AND_INTEREST = "overdue-principal-and-interest"


@dataclass(frozen=True, kw_only=True)
class Accrued:
    """Unrounded numerators over one `denominator`: interest/denominator minor units, and so on. Not negative."""

    interest: int = 0
    penalty: int = 0
    fees: int = 0
    denominator: int = 1

    def __add__(self, other: "Accrued") -> "Accrued":
        """Exact; two denominators are brought to their least common multiple."""
        whole = lcm(self.denominator, other.denominator)
        mine, its = whole // self.denominator, whole // other.denominator
        return Accrued(
            interest=self.interest * mine + other.interest * its,
            penalty=self.penalty * mine + other.penalty * its,
            fees=self.fees * mine + other.fees * its,
            denominator=whole,
        )


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What was posted, in whole minor units, and the exact `rest`, maybe negative, that the next posting takes up."""

    interest_minor: int
    penalty_minor: int
    fees_minor: int
    rest: Accrued


def post(accrued: Accrued, rounding: Rounding = Rounding.HALF_UP) -> Posted:
    """Round each part once. Posted + rest is exactly what had accrued, so posting often loses nothing."""
    whole = accrued.denominator
    interest, penalty, fees = (divide(getattr(accrued, part), whole, rounding) for part in ACCRUES)
    rest = Accrued(
        interest=accrued.interest - interest * whole,
        penalty=accrued.penalty - penalty * whole,
        fees=accrued.fees - fees * whole,
        denominator=whole,
    )
    return Posted(interest_minor=interest, penalty_minor=penalty, fees_minor=fees, rest=rest)


@dataclass(frozen=True, kw_only=True)
class Bearing:
    """What the amounts of a span bear, in ppm a year. `penalty_rate_ppm` is the whole rate in place of the contract's.

    `fee_rate_ppm` is a fee by time on all principal, such as a guarantee fee.
    """

    rate_ppm: int
    penalty_rate_ppm: int
    day_count: DayCount
    fee_rate_ppm: int = 0
    penalty_base: PenaltyBase = PenaltyBase.PRINCIPAL


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """No accrual of the `parts` on the days from `from_on` to `until_on`, both counted (a moratorium, a review).

    Interest of a day is that of the time from the day before it, so one frozen day stops one day of accrual.
    """

    from_on: date
    until_on: date
    parts: tuple[str, ...] = ACCRUES


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A fee of a fixed amount that is added on a day, such as a late fee."""

    on: date
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Span:
    """Time over which the amounts stand still: after `start_on`, up to and with `end_on`. Amounts in minor units.

    `current_minor` is principal not yet due, `overdue_minor` principal past due, `overdue_interest_minor` contract
    interest past due, which bears penalty only under PRINCIPAL_AND_INTEREST.
    """

    start_on: date
    end_on: date
    current_minor: int
    overdue_minor: int = 0
    overdue_interest_minor: int = 0


def accrue(span: Span, bearing: Bearing, freezes: Sequence[Freeze] = (), charges: Iterable[Charge] = ()) -> Accrued:
    """What a span adds. accrue(a to c) = accrue(a to b) + accrue(b to c), number by number.

    Principal not due bears the contract rate. What is overdue bears the penalty rate, booked as penalty; where that is
    not above the contract rate, overdue principal goes on bearing the contract rate, booked as interest.
    """
    penal = bearing.penalty_rate_ppm > bearing.rate_ppm
    contractual = span.current_minor if penal else span.current_minor + span.overdue_minor
    penalised = span.overdue_minor if penal else 0
    if penal and bearing.penalty_base is PenaltyBase.PRINCIPAL_AND_INTEREST:
        penalised += span.overdue_interest_minor
    whole, year = year_part(bearing.day_count, span.start_on, span.end_on)
    part_of = dict.fromkeys(ACCRUES, whole)
    for part in ACCRUES if freezes else ():
        stopped = [freeze for freeze in freezes if part in freeze.parts]
        part_of[part], _ = running(bearing.day_count, span.start_on, span.end_on, stopped)
    fixed_minor = sum(charge.amount_minor for charge in charges if span.start_on < charge.on <= span.end_on)
    principal = span.current_minor + span.overdue_minor
    return Accrued(
        interest=contractual * bearing.rate_ppm * part_of["interest"],
        penalty=penalised * bearing.penalty_rate_ppm * part_of["penalty"],
        fees=principal * bearing.fee_rate_ppm * part_of["fees"] + fixed_minor * year * PPM,
        denominator=year * PPM,
    )


def running(day_count: DayCount, start_on: date, end_on: date, freezes: Sequence[Freeze] = ()) -> tuple[int, int]:
    """The time from one day to another without what is frozen, as (numerator, denominator) of a year.

    Freezes may overlap; a day frozen twice is frozen once.
    """
    part, year = year_part(day_count, start_on, end_on)
    reached_on = start_on
    for freeze in sorted(freezes, key=lambda f: f.from_on):
        first_on = max(reached_on, freeze.from_on - timedelta(days=1))
        last_on = min(end_on, freeze.until_on)
        if last_on > first_on:
            part -= year_part(day_count, first_on, last_on)[0]
            reached_on = last_on
    return part, year


def penalty_above_cap(penalty_minor: int, rate_ppm: int, penalty_rate_ppm: int, uplift_max_ppm: int) -> int:
    """How much of accrued penalty lies above the cap: contract rate × (1 + uplift). Minor units, rounded up; 0 within.

    The cap is not applied in silence: what is above it is shown, and is neither capitalised nor asked for
    (银发〔2003〕251号 art. 3: 30 to 50 % above the contract rate).
    """
    asked, lawful = penalty_rate_ppm * PPM, rate_ppm * (PPM + uplift_max_ppm)
    if asked <= lawful or penalty_minor <= 0:
        return 0
    return divide(penalty_minor * (asked - lawful), asked, Rounding.UP)


def interest_above_cap(interest_minor: int, rate_ppm: int, cap_ppm: int) -> int:
    """How much of accrued interest lies above a cap on the yearly rate: its share (rate − cap) / rate, rounded up; 0
    within. What is above is neither principal nor asked for (民间借贷规定 art. 25 and 27, 法发〔2017〕22号 art. 2)."""
    if rate_ppm <= cap_ppm or interest_minor <= 0:
        return 0
    return divide(interest_minor * (rate_ppm - cap_ppm), rate_ppm, Rounding.UP)


def penalty_finding(param: Param, rate_ppm: int, penalty_rate_ppm: int) -> Finding:
    """The penalty rate held against penalty.uplift_max, in percent; `ok` is False where some penalty is above it."""
    most_ppm = divide(rate_ppm * (PPM + int(param.value)), PPM, Rounding.DOWN)
    return Finding(
        rule=param.rule,
        ok=penalty_rate_ppm * PPM <= rate_ppm * (PPM + int(param.value)),
        limit=percent(most_ppm),
        value=percent(penalty_rate_ppm),
        source=str(param.source),
        unit="percent",
        status=param.status.value,
        key=param.key,
    )
