"""Where a debt stands: its parts, what has been agreed about it, and how it is to be paid from here.

A measure of relief turns one position into another (measures, replans); the course of a position is the exact rows it
leads to (course). Nothing is changed in place, so every step can be shown and taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from forbear.core.accrual import Freeze, interest_above_cap, penalty_above_cap
from forbear.core.allocation import NOTHING, PARTS, order_on
from forbear.core.dates import DayCount, due_in, month_after, month_of
from forbear.core.loan import Loan, Owed, days_past_due, overdue_principal, owed_on, unpaid
from forbear.core.money import LIMIT_MINOR, Rounding, divide, major
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

__all__ = ["NOTHING", "Fate", "Position", "limits_of", "position_of"]


ROWS_MOST = 5_200
"""A century of weeks."""


class Fate(StrEnum):
    """What becomes of the interest a payment of a temporary measure does not cover.

    CAPITALISED: added to principal, bears interest. PARKED: owed, bears none, due with the last row. SPREAD: owed,
    bears none, paid over the rows after the measure. WAIVED: not owed. FROZEN: does not accrue at all.
    """

    CAPITALISED = "capitalised"
    PARKED = "parked"
    SPREAD = "spread"
    WAIVED = "waived"
    FROZEN = "frozen"


class Exit(StrEnum):
    """How a temporary measure ends: the same end re-amortised, a longer term, or what was missed spread on top."""

    RE_AMORTISE = "re-amortise"
    TERM = "term"
    SPREAD = "arrears-spread"


@dataclass(frozen=True, kw_only=True)
class Phase:
    """The first rows of the plan under a temporary measure. `payment_minor` None: each row pays its interest."""

    measure: str
    periods: int
    payment_minor: int | None
    fate: Fate


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """Relief that is earned: `amount_minor` of a part bears no interest and is not asked for while the plan is kept;
    of its `shares` equal shares one falls away for good after each `every` payments kept `since` it was given."""

    part: str
    amount_minor: int
    shares: int
    every: int
    since: int = 0

    def vested_minor(self, kept_payments: int) -> int:
        """What is forgiven for good when so many payments have been kept in all: whole shares, the last brings the
        rest."""
        earned = min((kept_payments - self.since) // self.every, self.shares)
        return divide(self.amount_minor * earned, self.shares, Rounding.DOWN)


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """`amount_minor` in `payments` parts by `expires_on`; the rest is forgiven only on full receipt."""

    amount_minor: int
    payments: int
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Payments that step. Either `listed` amounts, the last of which goes on; or growth by `growth_ppm` every `every`
    rows from a first payment that is solved for in steps of `unit_minor`."""

    listed: tuple[int, ...] = ()
    growth_ppm: int = 0
    every: int = 1
    unit_minor: int = 1


@dataclass(frozen=True, kw_only=True)
class Position:
    """A debt on `as_of`, amounts in minor units, each fen in one place.

    `not_due_minor` and `arrears_minor` are principal that bears interest; `deferred_minor` principal that bears none
    and falls due with the last row; `parked_minor` interest that does so. `interest_minor`, `penalty_minor` and
    `fees_minor` have accrued, are unpaid and bear nothing. `rates`: (first day, ppm a year), rising days.
    `contract_rate_ppm` and `penalty_rate_ppm` are those under which the accrued parts have accrued.
    `periods` rows are still to come, the first on `next_due_on`, temporary ones (`phases`) included.
    `instalment_minor` None: level, worked out anew. `arrears_over`: rows over which what is in arrears is paid, None
    for all after the phases; 1 is what the contract asks. `forgiven` is what measures took off for good;
    `capitalised_minor` what they added to principal.
    """

    as_of: date
    currency: str
    debtor: str
    guaranteed: bool
    not_due_minor: int
    arrears_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    rates: tuple[tuple[date, int], ...]
    contract_rate_ppm: int
    penalty_rate_ppm: int
    day_count: DayCount
    periods: int
    next_due_on: date
    due_day: int
    contract_minor: int
    instalment_minor: int | None
    days_past_due: int
    deferred_minor: int = 0
    parked_minor: int = 0
    every_months: int = 1
    every_days: int = 0
    order: tuple[str, ...] = PARTS
    rounding: Rounding = Rounding.HALF_UP
    arrears_over: int | None = 1
    frozen: tuple[Freeze, ...] = ()
    phases: tuple[Phase, ...] = ()
    exit: Exit | None = None
    steps: Steps | None = None
    conditional: tuple[Conditional, ...] = ()
    settlement: Settlement | None = None
    kept_payments: int = 0
    re_aged_on: tuple[date, ...] = ()
    relieved_on: tuple[date, ...] = ()
    forgiven: Owed = NOTHING
    capitalised_minor: int = 0

    @property
    def owed(self) -> Owed:
        """All that is to be paid: deferred principal and parked interest too, conditional relief not."""
        return Owed(
            principal_minor=self.not_due_minor + self.arrears_minor + self.deferred_minor,
            interest_minor=self.interest_minor + self.parked_minor,
            penalty_minor=self.penalty_minor,
            fees_minor=self.fees_minor,
        )

    @property
    def rate_ppm(self) -> int:
        """The rate in force on `as_of`."""
        return self.rate_on(self.as_of)

    def rate_on(self, on: date) -> int:
        """The rate for the time that begins on a day."""
        return [ppm for from_on, ppm in self.rates if from_on <= on][-1]

    def due_on(self, row: int) -> date:
        """The due day of a row, counted from 1; 0 and less look back. 31 becomes the last day of a shorter month."""
        if row == 1:
            return self.next_due_on
        if self.every_days:
            return self.next_due_on + timedelta(days=self.every_days * (row - 1))
        return due_in(month_after(month_of(self.next_due_on), self.every_months * (row - 1)), self.due_day)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the rulebook lets measures do. `capitalise`: the parts that may become principal."""

    capitalise: tuple[str, ...] = ()
    penalty_uplift_max_ppm: int | None = None
    rate_max_ppm: int | None = None
    term_max_months: int = 60
    deferred_share_max_ppm: int = 300_000
    re_age_kept_least: int = 3
    temporary_months_max: int = 24
    not_raised: bool = True


def limits_of(rules: Rulebook) -> Limits:
    """The limits in force on the rulebook's day."""
    uplift = rules.stack("penalty.uplift_max")
    caps = [int(param.value) for param in rules.stack("cap.annual_cost")]
    return Limits(
        capitalise=rules.texts("capitalise.parts"),
        penalty_uplift_max_ppm=min((int(param.value) for param in uplift), default=None),
        rate_max_ppm=min(caps, default=None),
        term_max_months=rules.integer("plan.term_max_months"),
        deferred_share_max_ppm=rules.integer("relief.deferred_share_max"),
        re_age_kept_least=rules.integer("relief.re_age_kept_least"),
        temporary_months_max=rules.integer("relief.temporary_months_max"),
        not_raised=rules.flag("plan.instalment_not_raised"),
    )


def position_of(
    loan: Loan, as_of: date, rules: Rulebook | None = None, debtor: str = "", freezes: Sequence[Freeze] = ()
) -> Position:
    """A loan of the book on a day, nobody having paid: principal of instalments fallen due is in arrears.

    Nothing accrued and nothing accrues in frozen time. Where the contract has run out, all of it is in arrears and one
    row is left to pay it.
    """
    owed, late = owed_on(loan, as_of, freezes), days_past_due(loan, as_of)
    coming = [due_on for due_on, _, _ in unpaid(loan) if due_on > as_of]
    arrears = overdue_principal(loan, as_of)
    return Position(
        as_of=as_of,
        currency=loan.currency,
        debtor=debtor,
        guaranteed=False,
        not_due_minor=owed.principal_minor - arrears,
        arrears_minor=arrears,
        interest_minor=owed.interest_minor,
        penalty_minor=owed.penalty_minor,
        fees_minor=owed.fees_minor,
        rates=((as_of, loan.rate_ppm),),
        contract_rate_ppm=loan.rate_ppm,
        penalty_rate_ppm=loan.penalty_rate_ppm,
        day_count=loan.day_count,
        periods=max(1, len(coming)),
        next_due_on=coming[0] if coming else next_due(as_of, loan.due_day),
        due_day=loan.due_day,
        contract_minor=loan.instalment_minor,
        instalment_minor=loan.instalment_minor or None,
        days_past_due=late,
        order=order_on(rules, late) if rules else PARTS,
        frozen=tuple(freezes),
    )


def next_due(after_on: date, due_day: int) -> date:
    """The first due day after a day."""
    this_month = due_in(month_of(after_on), due_day)
    return this_month if this_month > after_on else due_in(month_after(month_of(after_on), 1), due_day)


def unlawful_minor(position: Position, part: str, limits: Limits) -> int:
    """How much of an accrued part lies above its cap: penalty above the uplift, interest above the cap on yearly cost
    (民间借贷规定 art. 27: what is above it is not principal). It is measured at the rates it accrued under, whatever
    the rate is from now on; what was taken off the part counts first against what is above."""
    if part not in ("penalty", "interest"):
        return 0
    left = int(getattr(position, f"{part}_minor"))
    taken_off = int(getattr(position.forgiven, f"{part}_minor"))
    taken_off += conditional_minor([c for c in position.conditional if c.part == part], position.kept_payments)
    rate, above = position.contract_rate_ppm, 0
    if part == "penalty" and limits.penalty_uplift_max_ppm is not None:
        uplift = limits.penalty_uplift_max_ppm
        above = penalty_above_cap(left + taken_off, rate, position.penalty_rate_ppm, uplift)
    if part == "interest" and limits.rate_max_ppm is not None:
        above = interest_above_cap(left + taken_off, rate, limits.rate_max_ppm)
    return min(left, max(0, above - taken_off))


def faults(position: Position) -> Refusal | None:
    """What makes a position none: amounts below zero or beyond any debt, no rows to come or more than a century of
    them, dates or rates out of order."""
    amounts = (
        *(position.not_due_minor, position.arrears_minor, position.deferred_minor, position.parked_minor),
        *(position.interest_minor, position.penalty_minor, position.fees_minor, position.contract_minor),
        *(ppm for _, ppm in position.rates),
    )
    if min(amounts) < 0:
        return refuse("position", "negative", "amount")
    if max(amounts) >= LIMIT_MINOR:
        return refuse("position", "too_large", "below", "amount", amount=major(LIMIT_MINOR))
    if position.periods < 1:
        return refuse("position", "no_rows", "rows", "periods")
    if position.periods > ROWS_MOST:
        return refuse("position", "too_long", "shorter", "periods", most=ROWS_MOST)
    days = [from_on for from_on, _ in position.rates]
    if position.next_due_on <= position.as_of or days != sorted(set(days)) or days[0] > position.as_of:
        return refuse("position", "dates", "dates", "next_due_on")
    return None


def refuse(measure: str, why: str, way: str, where: str = "", **facts: str | int) -> Refusal:
    """A measure's refusal, in the words of the catalogue."""
    return Refusal(f"measure.{measure}", f"measures.refusal.{why}", f"measures.way_on.{way}", facts, where)


def kept(position: Position, payments: int) -> Position:
    """The position after so many more kept payments: what has been earned is forgiven for good, no more, no less."""
    before, after = position.kept_payments, position.kept_payments + payments
    earned: dict[str, int] = dict.fromkeys(PARTS, 0)
    for relief in position.conditional:
        earned[relief.part] += relief.vested_minor(after) - relief.vested_minor(before)
    forgiven = position.forgiven + Owed(**{f"{part}_minor": amount for part, amount in earned.items()})
    return replace(position, kept_payments=after, forgiven=forgiven)


def revived(position: Position) -> Position:
    """The position after a breach was declared: relief not yet earned is owed again, the earned part stays forgiven
    (in proportion to kept payments, so that losing it is no penalty above 30 %, 民法典 art. 585)."""
    back: dict[str, int] = dict.fromkeys(PARTS, 0)
    for relief in position.conditional:
        back[relief.part] += relief.amount_minor - relief.vested_minor(position.kept_payments)
    return replace(
        position,
        not_due_minor=position.not_due_minor + back["principal"],
        interest_minor=position.interest_minor + back["interest"],
        penalty_minor=position.penalty_minor + back["penalty"],
        fees_minor=position.fees_minor + back["fees"],
        conditional=(),
    )


def conditional_minor(reliefs: Sequence[Conditional], kept_payments: int = 0) -> int:
    """What is still to be earned."""
    return sum(relief.amount_minor - relief.vested_minor(kept_payments) for relief in reliefs)
