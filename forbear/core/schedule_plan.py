"""A schedule as first drawn up: flat sequences of days, factors and amounts, and the rows when nothing happens.

Amounts here are minor units times 10^inner_digits of the convention. The course of a loan to which things do happen
(schedule_course.py) begins from this plan and gives the same rows.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from forbear.core.convention import Convention, LevelOn
from forbear.core.money import PPM
from forbear.core.periods import Every, Years, begins_whole, due_days, periods, year_denominator
from forbear.core.rows import (
    HALF_EVEN,
    LEVEL,
    MODES,
    REST,
    SHARE,
    level_instalment,
    level_on_digits,
    quotient,
    row_interest,
    run_rows,
    to_multiple,
)
from forbear.core.schedule_terms import Method, Terms

DECIMALS = 10**12
"""Where a convention keeps 12 digits, a factor has 12 decimals."""


TRIALS_MOST = 3

Difference = Callable[[int], int]
"""The last row's total less the instalment, for an instalment."""


class Plan(NamedTuple):
    """Parallel sequences, one entry a row; `kinds` and `amounts` as in rows.py, `deferred` rows pay no interest."""

    years: Years
    balance: int
    starts: list[int]
    dues: list[int]
    regular: list[bool]
    factors: list[int]
    denominator: int
    kinds: list[int]
    amounts: list[int]
    deferred: list[bool]
    instalment: int


class Figures(NamedTuple):
    """Due days, interest and principal of each row."""

    dues: list[int]
    interests: list[int]
    principals: list[int]


def plan(
    terms: Terms, convention: Convention, grace_principal: Sequence[int] = (), grace_interest: Sequence[int] = ()
) -> Plan:
    """The plan of these terms; grace names rows by their place from 0. The down payment is not in it."""
    began_on = terms.period_from or terms.disbursed_on
    years = Years(terms.day_count, terms.every, convention.month_part, convention.year_split, began_on)
    begin = began_on.toordinal()
    dues = due_days(terms.every, began_on, terms.rows, terms.first_due_on)
    if convention.counts_both_ends:
        begin -= 1
    starts = [begin, *dues[:-1]]
    regular = [True] * len(dues)
    regular[0] = not convention.counts_both_ends and begins_whole(terms.every, began_on, dues[0])
    parts = periods(years, starts, dues, regular)
    year = year_denominator(terms.day_count)
    if len(set(parts)) == 1:
        factors = [factor(terms.rate_ppm, parts[0], year, convention)] * len(parts)
    else:
        factors = [factor(terms.rate_ppm, part, year, convention) for part in parts]
    denominator = factor_denominator(year, convention)
    balance = terms.principal_minor * 10**convention.inner_digits
    kinds, amounts, instalment = _amounts(terms, convention, balance, factors, denominator, grace_principal)
    deferred = [False] * len(dues)
    for row in grace_interest:
        deferred[row] = True
    return Plan(years, balance, starts, dues, regular, factors, denominator, kinds, amounts, deferred, instalment)


def figures(made: Plan, terms: Terms, convention: Convention) -> Figures:
    """The rows of a plan to which nothing happens, without the empty ones at the end."""
    multiple, mode = convention.interest_multiple_minor, MODES[convention.interest_rounding]
    if terms.method is Method.FLAT:
        interests, principals = flat_rows(made, convention, multiple, mode)
    else:
        interests, principals = [0] * len(made.factors), [0] * len(made.factors)
        run_rows(
            made.balance,
            made.factors,
            made.denominator,
            made.kinds,
            made.amounts,
            multiple,
            mode,
            convention.carries_excess_interest,
            interests,
            principals,
        )
    last = len(interests) - 1
    if any(made.deferred):
        waiting = 0
        for row, waits in enumerate(made.deferred):
            waiting += interests[row]
            interests[row] = 0 if waits and row < last else waiting
            waiting -= interests[row]
    while last > 0 and interests[last] == 0 and principals[last] == 0:
        last -= 1
    return Figures(made.dues[: last + 1], interests[: last + 1], principals[: last + 1])


def flat_rows(made: Plan, convention: Convention, multiple: int, mode: int) -> tuple[list[int], list[int]]:
    """Interest on the first amount throughout; the last row takes what is left of principal and of all interest."""
    base, left = made.balance, made.balance
    interests, principals, charged, last = [], [], 0, len(made.dues) - 1
    for row, of_year in enumerate(made.factors):
        interest = row_interest(base, of_year, made.denominator, multiple, mode)
        if row == last:
            whole = row_interest(base, sum(made.factors), made.denominator, multiple, mode)
            interest, principal = max(0, whole - charged), left
        elif made.kinds[row] == REST:
            principal = 0
        else:
            principal = min(left, flat_principal(made.amounts[row], interest, convention))
        charged += interest
        left -= principal
        interests.append(interest)
        principals.append(principal)
    return interests, principals


def flat_principal(share: int, interest: int, convention: Convention) -> int:
    """A flat row's principal: principal and interest together come to a multiple first."""
    multiple = convention.instalment_multiple_minor * 10**convention.inner_digits
    whole = to_multiple(share + interest, multiple, MODES[convention.instalment_rounding])
    return max(0, whole - interest)


def level(
    balance: int,
    left: int,
    factors: Sequence[int],
    denominator: int,
    convention: Convention,
    multiple: int | None = None,
) -> int:
    """The level instalment in this convention's arithmetic."""
    mode = MODES[convention.instalment_rounding]
    unit: int = 10**convention.inner_digits
    by = (multiple or convention.instalment_multiple_minor) * unit
    if convention.significant_digits:
        return level_on_digits(balance, left, factors, denominator, by, mode, convention.significant_digits)
    return level_instalment(balance, left, factors, denominator, by, mode)


def share(balance: int, count: int, convention: Convention) -> int:
    """One of `count` equal parts of principal, to the minor unit."""
    unit: int = 10**convention.inner_digits
    return quotient(balance, count * unit, MODES[convention.instalment_rounding]) * unit


def factor(rate_ppm: int, part: int, denominator: int, convention: Convention) -> int:
    """A part of a year at a yearly rate, over factor_denominator()."""
    if convention.significant_digits:
        return quotient(rate_ppm * part * DECIMALS, PPM * denominator, HALF_EVEN)
    return rate_ppm * part


def factor_denominator(denominator: int, convention: Convention) -> int:
    """What every factor is a numerator over."""
    return DECIMALS if convention.significant_digits else PPM * denominator


def twelfths(rate_ppm: int, every: Every, convention: Convention) -> tuple[int, int]:
    """A period's factor as so many twelfths of a year, or days of 365, and what it is a numerator over."""
    part, year = (every.months, 12) if every.months else (every.days, 365)
    return factor(rate_ppm, part, year, convention), factor_denominator(year, convention)


def trial_moves(difference: int, rows: int) -> bool:
    """Whether the last row is so far from the others that another instalment is tried: more than half a unit a row."""
    return rows > 1 and abs(difference) > rows // 2


def _amounts(
    terms: Terms,
    convention: Convention,
    balance: int,
    factors: Sequence[int],
    denominator: int,
    grace: Sequence[int],
) -> tuple[list[int], list[int], int]:
    """What each row takes, and the instalment (0 where there is none)."""
    count = len(factors)
    unit = 10**convention.inner_digits
    kind = {Method.EQUAL_PRINCIPAL: SHARE, Method.FLAT: SHARE, Method.INTEREST_ONLY: REST}.get(terms.method, LEVEL)
    kinds = [kind] * count
    for row in grace:
        kinds[row] = REST
    paying: Sequence[int] = range(count)
    if grace or kind == REST:
        paying = [row for row in paying if kinds[row] != REST] or [count - 1]
    amount = 0
    if kind == SHARE:
        amount = share(balance, len(paying), convention)
    elif terms.method is Method.FIXED_AMOUNT:
        amount = terms.instalment_minor * unit
    elif kind == LEVEL:
        left = terms.balloon_minor * unit
        chosen = factors if len(paying) == count else [factors[row] for row in paying]
        over = denominator
        if convention.level_on is LevelOn.FIRST_PERIOD:
            chosen = [factors[0]] * len(paying)
        elif convention.level_on is LevelOn.TWELFTHS:
            of_year, over = twelfths(terms.rate_ppm, terms.every, convention)
            chosen = [of_year] * len(paying)
        amount = level(balance, left, chosen, over, convention)
        if convention.trial_adjustment:
            amount = _tried(amount, left, balance, factors, denominator, kinds, convention, len(paying))
    return kinds, [amount] * count, amount


def _tried(
    amount: int,
    left: int,
    balance: int,
    factors: Sequence[int],
    denominator: int,
    kinds: Sequence[int],
    convention: Convention,
    rows: int,
) -> int:
    """The instalment after the trial: moved by the last row's difference over all rows where that brings it nearer."""

    interests, principals = [0] * len(kinds), [0] * len(kinds)

    def difference(tried: int) -> int:
        run_rows(
            balance,
            factors,
            denominator,
            kinds,
            [tried] * len(kinds),
            convention.interest_multiple_minor,
            MODES[convention.interest_rounding],
            convention.carries_excess_interest,
            interests,
            principals,
        )
        return interests[-1] + principals[-1] - left - tried

    return tried_with(amount, difference, rows, convention)


def tried_with(amount: int, difference: Difference, rows: int, convention: Convention, kept: int = 0) -> int:
    """The trial: EMI' = EMI + d/n to the multiple, taken where |d| becomes smaller, at most three times over.

    `kept` of the rows keep an instalment of their own, for which more has been paid; d is shared by the others.
    """
    mode, multiple = MODES[convention.instalment_rounding], convention.instalment_multiple_minor
    found = difference(amount)
    for _ in range(TRIALS_MOST):
        if not trial_moves(found, rows):
            break
        moved = to_multiple(amount + quotient(found, max(1, rows - kept), mode), multiple, mode)
        if moved == amount or abs(now := difference(moved)) >= abs(found):
            break
        amount, found = moved, now
    return amount
