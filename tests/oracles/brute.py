"""Every plan there is for one account, by plain loops: each whole unit of instalment, each deferral, month by month.

Written apart from the product: it knows nothing of `fill`, of bisection or of names, only plain numbers. All four parts
of the debt are carried along, so that the order of allocation is paid as written and not by a shortcut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np

FEES, INTEREST, PENALTY, PRINCIPAL = range(4)
PARTS = ("fees", "interest", "penalty", "principal")
RANGE = 2**62
"""No product of these loops reaches it: whole numbers of 64 bits stay exact."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The plain numbers of an account, money in minor units.

    `kept`: the debt after relief as (fees, interest, penalty, principal); `order`: which part a payment pays first.
    `parts[t]` over `denominator` is the part of a year up to due date t; `caps[t]` what month t can bear; no payment
    before `first`; the last month is `last`; `pauses`: how many months from `first` on may stay empty by agreement.
    """

    kept: tuple[int, int, int, int]
    order: tuple[int, ...]
    rate_ppm: int
    parts: tuple[int, ...]
    denominator: int
    caps: tuple[int, ...]
    ceiling: int
    unit: int
    least: int
    gap: int
    first: int
    last: int
    pauses: tuple[int, ...] = (0,)


@dataclass(frozen=True, kw_only=True, order=True)
class Found:
    """One plan as the criteria see it: largest payment, total, month of the last payment; and how it is paid."""

    burden: int
    total: int
    end: int
    pause: int
    ceiling: int


@dataclass(frozen=True)
class Every:
    """All plans of an account, a row each: burden, total, end, pause, ceiling."""

    rows: np.ndarray

    def best(self, by: Sequence[str], until: int | None = None, at_most: int | None = None) -> Found | None:
        """The first plan by criteria in this order, of those that end by a month and never take more than an amount."""
        rows = self.rows
        if until is not None:
            rows = rows[rows[:, 2] <= until]
        if at_most is not None:
            rows = rows[rows[:, 0] <= at_most]
        if not len(rows):
            return None
        places = [("burden", "total", "end").index(name) for name in by]
        burden, total, end, pause, ceiling = rows[
            np.lexsort([rows[:, place] for place in reversed(places)])[0]
        ].tolist()
        return Found(burden=burden, total=total, end=end, pause=pause, ceiling=ceiling)

    def better_than(self, burden: int, total: int, end: int) -> Found | None:
        """A plan at least as good in all three and better in one; None where there is none."""
        rows = self.rows
        as_good = (rows[:, 0] <= burden) & (rows[:, 1] <= total) & (rows[:, 2] <= end)
        better = (rows[:, 0] < burden) | (rows[:, 1] < total) | (rows[:, 2] < end)
        return Every(rows[as_good & better]).best(("burden", "total", "end"))


def every_plan(account: Account) -> Every:
    """All plans of an account. Ceilings above what any month can bear bind nobody and are left out."""
    bearable = max(account.caps[account.first : account.last + 1], default=0)
    top = min(account.ceiling, -(-bearable // account.unit) * account.unit)
    ceilings = list(range(account.unit, top + 1, account.unit))
    if top % account.unit:
        ceilings.append(top)
    largest = account.kept[PRINCIPAL] * max(1, account.rate_ppm) * max(account.parts, default=1)
    assert largest < RANGE and sum(account.kept) * 4 < RANGE, "too large for whole numbers of 64 bits"
    rows = np.empty((len(ceilings) * len(account.pauses), 5), np.int64)
    count = _every_plan(rows, *_arrays(account), np.array(ceilings, np.int64), np.array(account.pauses, np.int64))
    return Every(rows[:count])


def one_plan(account: Account, ceiling: int, pause: int = 0) -> Found | None:
    """The plan under one ceiling, which need not be a whole unit."""
    rows = np.empty((1, 5), np.int64)
    count = _every_plan(rows, *_arrays(account), np.array([ceiling], np.int64), np.array([pause], np.int64))
    return Every(rows[:count]).best(("burden",))


def _arrays(account: Account) -> tuple[object, ...]:
    limits = (account.unit, account.least, account.gap, account.first, account.last)
    return (
        np.array(account.kept, np.int64),
        np.array(account.order, np.int64),
        account.rate_ppm,
        account.denominator * 1_000_000,
        np.array(account.parts, np.int64),
        np.array(account.caps, np.int64),
        np.array(limits, np.int64),
    )


@numba.njit(cache=True)
def _every_plan(rows, kept, order, rate_ppm, year, parts, caps, limits, ceilings, pauses):  # type: ignore[no-untyped-def]
    """Fill `rows`; returns how many there are."""
    unit, least, gap, first, last = limits
    count = 0
    left = np.empty(4, np.int64)
    for pause in pauses:
        for ceiling in ceilings:
            left[:] = kept
            burden = total = empty = 0
            for month in range(last + 1):
                left[INTEREST] += left[PRINCIPAL] * rate_ppm * parts[month] // year
                if month < first:
                    continue
                most = 0 if month < first + pause else min(caps[month], ceiling)
                owed = left[0] + left[1] + left[2] + left[3]
                amount = most // unit * unit
                if owed <= most:
                    rows[count, 0] = max(burden, owed)
                    rows[count, 1] = total + owed
                    rows[count, 2] = month
                    rows[count, 3] = pause
                    rows[count, 4] = ceiling
                    count += 1
                    break
                if amount == 0 or amount < least:
                    empty += 1
                    if empty > gap:
                        break
                    continue
                empty = 0
                burden = max(burden, amount)
                total += amount
                for part in order:
                    paid = min(amount, left[part])
                    left[part] -= paid
                    amount -= paid
    return count
