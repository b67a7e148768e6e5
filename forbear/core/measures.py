"""Measures that waive, adjust and capitalise: each a total function of a position and its parameters.

Each gives the position after it, or a refusal that says what is wrong and what would be right. Amounts are minor
units, rates ppm a year. Who bears the cost and what goes with what is told in combinations.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from forbear.core.accrual import Freeze
from forbear.core.dates import due_in, month_after, month_of
from forbear.core.money import PPM, Rounding, divide, major, percent
from forbear.core.position import NOTHING, Conditional, Limits, Position, refuse, unlawful_minor
from forbear.core.refusal import Refusal

RATE_MOST_PPM = 10 * PPM
"""A rate above 1,000 % a year is a slip of the pen."""


@dataclass(frozen=True, kw_only=True)
class Earned:
    """Relief on condition: `shares` equal shares, one after each `every` kept payments."""

    shares: int = 1
    every: int = 1


@dataclass(frozen=True, kw_only=True)
class Waive:
    """WVF: `part` is penalty, fees or interest; `earned` None waives at once."""

    part: str
    amount_minor: int
    earned: Earned | None = None

    @property
    def name(self) -> str:
        return f"waive-{self.part}"


@dataclass(frozen=True, kw_only=True)
class Forgive:
    """FGV: principal, now or earned."""

    amount_minor: int
    earned: Earned | None = None
    name: ClassVar[str] = "forgive-principal"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """RATE: the rate from each row on (rows count from 1), or from each day on."""

    from_rows: tuple[tuple[int, int], ...] = ()
    from_days: tuple[tuple[date, int], ...] = ()
    name: ClassVar[str] = "rate"


@dataclass(frozen=True, kw_only=True)
class FreezeAccrual:
    """FRZ: no accrual on the days from `from_on` to `until_on`, both counted."""

    from_on: date
    until_on: date
    parts: tuple[str, ...] = ("interest", "penalty", "fees")
    name: ClassVar[str] = "freeze"


@dataclass(frozen=True, kw_only=True)
class DueDay:
    """DUE: the due day of a month, 1 to 31, the last day where a month is shorter; or the day she is paid on and how
    many days after it, and then never fewer."""

    day: int
    days_after: int = 0
    name: ClassVar[str] = "due-day"


@dataclass(frozen=True, kw_only=True)
class ReAge:
    """REAGE: days past due := 0."""

    name: ClassVar[str] = "re-age"


@dataclass(frozen=True, kw_only=True)
class Capitalise:
    """CAP: the parts (interest, fees, penalty) that become principal, each whole."""

    parts: tuple[str, ...]
    name: ClassVar[str] = "capitalise"


@dataclass(frozen=True, kw_only=True)
class DeferPrincipal:
    """FORB: principal set aside."""

    amount_minor: int
    name: ClassVar[str] = "defer-principal"


def waive(position: Position, asked: Waive, limits: Limits) -> Position | Refusal:
    """WVF: F' = F − w, Q' = Q − w, and likewise for accrued interest; the lender bears it (domain practice).

    Earned: w is set aside at once, bears nothing, is not asked for while the plan is kept, and falls away share by
    share. Refused: a part that cannot be waived, w of zero or less, w above what there is, shares that the rows to come
    cannot earn.
    """
    if asked.part not in ("penalty", "fees", "interest"):
        return refuse("waive", "part", "part", "part", part=asked.part)
    return _relieved(position, asked.name, asked.part, asked.amount_minor, asked.earned)


def forgive(position: Position, asked: Forgive, limits: Limits) -> Position | Refusal:
    """FGV: P' = P − w, arrears first, the rows worked out anew; now, or earned: w/shares after each `every` kept
    payments (民法典 art. 575). The lender bears it.

    Refused: w of zero or less or above the principal that bears interest, shares the rows to come cannot earn.
    """
    return _relieved(position, asked.name, "principal", asked.amount_minor, asked.earned)


def rate(position: Position, asked: Rate, limits: Limits) -> Position | Refusal:
    """RATE: r' < r along a path; level rows are worked out anew at each step for the periods left. The lender bears it.

    Rows count from 1; a row's rate holds from the due day before it. Before the first step the rate stays as it is.
    Refused: no path, days or rows out of order, a rate below zero, absurd, or above the contract's at its start.
    """
    steps = list(asked.from_days)
    for row, ppm in asked.from_rows:
        if not 1 <= row <= limits.term_max_months:
            return refuse("rate", "row", "row", "from_rows", row=row, most=limits.term_max_months)
        steps.append((position.as_of if row == 1 else position.due_on(row - 1), ppm))
    days = [on for on, _ in steps]
    if not steps or days != sorted(set(days)) or days[0] < position.as_of:
        return refuse("rate", "path", "path", "rate")
    for on, ppm in steps:
        if not 0 <= ppm <= RATE_MOST_PPM:
            return refuse("rate", "rate", "rate", "rate", rate=percent(ppm))
        if ppm > position.rate_on(on):
            facts = {"rate": percent(ppm), "limit": percent(position.rate_on(on))}
            return refuse("rate", "rate_raised", "rate_lower", "rate", **facts)
    before = tuple((on, ppm) for on, ppm in position.rates if on < days[0])
    return replace(position, rates=(*before, *steps), instalment_minor=None)


def freeze(position: Position, asked: FreezeAccrual, limits: Limits) -> Position | Refusal:
    """FRZ: accrual of the parts stops on the days from `from_on` to `until_on`, both counted (a moratorium such as
    Breathing Space SI 2020/1311, or the time of a review). The lender bears it. It may overlap another freeze.

    Refused: the last day before the first, a first day before `as_of` (what has accrued is waived, not frozen), a
    part that does not accrue.
    """
    if asked.until_on < asked.from_on:
        return refuse("freeze", "days", "days", "until_on")
    if asked.from_on < position.as_of:
        return refuse("freeze", "past", "past", "from_on", on=position.as_of.isoformat())
    if not asked.parts or not set(asked.parts) <= {"interest", "penalty", "fees"}:
        return refuse("freeze", "part", "part", "parts", part=", ".join(asked.parts))
    frozen = Freeze(from_on=asked.from_on, until_on=asked.until_on, parts=asked.parts)
    return replace(position, frozen=(*position.frozen, frozen))


def due_day(position: Position, asked: DueDay, limits: Limits) -> Position | Refusal:
    """DUE: rows fall due on another day of the month; the first on that day in the month it was due in, or in the next
    where that is not after `as_of`. The first row bears interest for its real length (stub interest by the day
    count), and no old due day between is lost: its principal is among the rows. The instalment stays.

    Refused: a day that is none of 1 to 31, more than 27 days after pay day; rows that do not come by months.
    """
    if not 1 <= asked.day <= 31 or not 0 <= asked.days_after <= 27:
        return refuse("due-day", "day", "day", "day", day=asked.day)
    day = asked.day + asked.days_after
    if asked.days_after and day > 28:
        day -= 28  # every month has 28 days, so the day in the next one is never too early
    if position.every_days:
        return refuse("due-day", "not_monthly", "day", "day")
    month = month_of(position.next_due_on)
    moved_on = due_in(month, day)
    if moved_on <= position.as_of:
        moved_on = due_in(month_after(month, 1), day)
    return replace(position, next_due_on=moved_on, due_day=day)


def re_age(position: Position, asked: ReAge, limits: Limits) -> Position | Refusal:
    """REAGE: days past due := 0. An act of credit reporting, not of arithmetic: no amount changes, and no other measure
    does it. Only after as many kept payments as the rulebook asks (relief.re_age_kept_least).

    Refused: too few kept payments, nothing past due.
    """
    if position.days_past_due == 0:
        return refuse("re-age", "not_late", "nothing", "re-age")
    if position.kept_payments < limits.re_age_kept_least:
        facts = {"kept": position.kept_payments, "least": limits.re_age_kept_least}
        return refuse("re-age", "not_kept", "keep", "re-age", **facts)
    return replace(position, days_past_due=0, re_aged_on=(*position.re_aged_on, position.as_of))


def capitalise(position: Position, asked: Capitalise, limits: Limits) -> Position | Refusal:
    """CAP: P' = P + I + F + Q for the parts named; principal in arrears becomes principal not due; the rows are worked
    out anew. The borrower bears it: from here on these parts bear interest. Days past due stay as they are.

    Refused: a part the rulebook does not let become principal (capitalise.parts), a part of which something lies above
    its cap (民间借贷规定 art. 27; 银发〔2003〕251号 for penalty), no part, or nothing in them.
    """
    if not asked.parts or not set(asked.parts) <= {"interest", "fees", "penalty"}:
        return refuse("capitalise", "part", "part", "parts", part=", ".join(asked.parts))
    for part in asked.parts:
        if part not in limits.capitalise:
            return refuse("capitalise", "not_lawful", "not_capitalised", part, part=part)
        if above := unlawful_minor(position, part, limits):
            return refuse("capitalise", "above_cap", "take_off", part, part=part, amount=major(above))
    added = sum(getattr(position, f"{part}_minor") for part in set(asked.parts))
    if added == 0:
        return refuse("capitalise", "nothing", "nothing", "parts")
    for part in asked.parts:
        position = _with_part(position, part, 0)
    return replace(
        position,
        not_due_minor=position.not_due_minor + position.arrears_minor + added,
        arrears_minor=0,
        capitalised_minor=position.capitalised_minor + added,
        instalment_minor=None,
    )


def defer_principal(position: Position, asked: DeferPrincipal, limits: Limits) -> Position | Refusal:
    """FORB: P = P_bearing + P_d; P_d bears no interest and falls due whole with the last row (a balloon). The lender
    bears its time value. Not more than a share of principal (relief.deferred_share_max; HAMP and Flex: 30 %).

    Refused: zero or less, above the share, or nothing left that bears interest.
    """
    if refusal := _amount("defer-principal", asked.amount_minor):
        return refusal
    principal = position.owed.principal_minor
    most = divide(principal * limits.deferred_share_max_ppm, PPM, Rounding.DOWN) - position.deferred_minor
    most = min(most, position.not_due_minor + position.arrears_minor)
    if asked.amount_minor > most:
        return refuse("defer-principal", "above", "at_most", "amount", amount=major(max(0, most)))
    taken = _less_principal(position, asked.amount_minor)
    return replace(taken, deferred_minor=position.deferred_minor + asked.amount_minor, instalment_minor=None)


def _relieved(position: Position, name: str, part: str, amount_minor: int, earned: Earned | None) -> Position | Refusal:
    if refusal := _amount(name, amount_minor):
        return refusal
    principal = position.not_due_minor + position.arrears_minor
    there = principal if part == "principal" else getattr(position, f"{part}_minor")
    if amount_minor > there:
        return refuse(name, "more_than_there_is", "at_most", "amount", amount=major(there))
    if earned is not None and (earned.shares < 1 or earned.every < 1):
        return refuse(name, "shares", "shares", "earned")
    if earned is not None and earned.shares * earned.every > position.periods:
        return refuse(name, "not_earned", "fewer", "earned", most=position.periods)
    if part == "principal":
        left = replace(_less_principal(position, amount_minor), instalment_minor=None)
    else:
        left = _with_part(position, part, there - amount_minor)
    if earned is None:
        given = replace(NOTHING, **{f"{part}_minor": amount_minor})
        return replace(left, forgiven=left.forgiven + given)
    relief = Conditional(
        part=part,
        amount_minor=amount_minor,
        shares=earned.shares,
        every=earned.every,
        since=position.kept_payments,
    )
    return replace(left, conditional=(*left.conditional, relief))


def _with_part(position: Position, part: str, amount_minor: int) -> Position:
    fields: dict[str, Any] = {f"{part}_minor": amount_minor}
    return replace(position, **fields)


def _less_principal(position: Position, amount_minor: int) -> Position:
    of_arrears = min(position.arrears_minor, amount_minor)
    return replace(
        position,
        arrears_minor=position.arrears_minor - of_arrears,
        not_due_minor=position.not_due_minor - (amount_minor - of_arrears),
    )


def _amount(name: str, amount_minor: int) -> Refusal | None:
    return refuse(name, "amount", "amount", "amount") if amount_minor <= 0 else None
