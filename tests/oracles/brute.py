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
COLUMNS = 6
RANGE = 2**62
"""No product of these loops reaches it: whole numbers of 64 bits stay exact."""


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a lender expects of a plan: the claim today, and for each band of burden and each month, band after band,
    the worth in ppm of what is paid (`kept`) and of what is still open when the plan breaks (`broken`). The band is the
    share that all payments are of `room[end]`, what the months up to the end could bear.
    """

    claim: int
    bands: int
    kept: Sequence[int]
    broken: Sequence[int]
    room: Sequence[int]


NOTHING = Worth(claim=0, bands=1, kept=(), broken=(), room=())
"""Where nobody asks what a plan is worth to a lender: all are worth the same."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The plain numbers of an account, money in minor units.

    `kept`: the debt after relief as (fees, interest, penalty, principal); `order`: which part a payment pays first.
    `parts[t]` over `denominator` is the part of a year up to due date t; `caps[t]` what month t can bear; no payment
    before `first`; the last month is `last`; `pauses`: how many months from `first` on may stay empty by agreement; in
    the first `resting` months from `first` the interest is paid and nothing else.
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
    resting: int = 0
    worth: Worth = NOTHING


@dataclass(frozen=True, kw_only=True)
class Found:
    """One plan as the criteria see it: largest payment, total, month of the last payment, lender's value; and how."""

    burden: int
    total: int
    end: int
    value: int
    pause: int
    ceiling: int

    @property
    def criteria(self) -> tuple[int, int, int, int]:
        """Less is better in each."""
        return self.burden, self.total, self.end, -self.value


@dataclass(frozen=True)
class Every:
    """All plans of an account, a row each: burden, total, end, value turned round (less is better), pause, ceiling."""

    rows: np.ndarray

    def best(self, by: Sequence[str], until: int | None = None, at_most: int | None = None) -> Found | None:
        """The first plan by criteria in this order, then by value, of those that end by a month and never take more
        than an amount."""
        rows = self.rows
        if until is not None:
            rows = rows[rows[:, 2] <= until]
        if at_most is not None:
            rows = rows[rows[:, 0] <= at_most]
        if not len(rows):
            return None
        places = [("burden", "total", "end").index(name) for name in by] + [3]
        first = np.lexsort([rows[:, place] for place in reversed(places)])[0]
        return _found(rows[first].tolist())

    def lightest_by_term(self) -> list[Found]:
        """For every month that a plan may end by, where a later one makes a difference, the lightest plan; ties go to
        the cheapest, then the soonest, then the one worth most."""
        order = np.lexsort([self.rows[:, place] for place in (3, 1, 0, 2)])
        ends = self.rows[order, 2]
        first_of_end = order[np.flatnonzero(np.diff(ends, prepend=-1))]
        lightest: list[list[int]] = []
        for row in self.rows[first_of_end].tolist():
            if not lightest or row[:2] < lightest[-1][:2]:
                lightest.append(row)
        return [_found(row) for row in lightest]

    def better_than(self, *criteria: int) -> Found | None:
        """A plan at least as good in each of (burden, total, end, value turned round) and better in one, or None; the
        last may be left out."""
        mine = self.rows[:, : len(criteria)]
        beating = (mine <= criteria).all(axis=1) & (mine < criteria).any(axis=1)
        return Every(self.rows[beating]).best(("burden", "total", "end"))


def _found(row: Sequence[int]) -> Found:
    burden, total, end, turned, pause, ceiling = row
    return Found(burden=burden, total=total, end=end, value=-turned, pause=pause, ceiling=ceiling)


def every_plan(account: Account) -> Every:
    """All plans of an account. Ceilings above what any month can bear bind nobody and are left out."""
    bearable = max(account.caps[account.first : account.last + 1], default=0)
    top = min(account.ceiling, -(-bearable // account.unit) * account.unit)
    ceilings = list(range(account.unit, top + 1, account.unit))
    if top % account.unit:
        ceilings.append(top)
    largest = account.kept[PRINCIPAL] * max(1, account.rate_ppm) * max(account.parts, default=1)
    assert largest < RANGE and sum(account.kept) * 4 < RANGE, "too large for whole numbers of 64 bits"
    rows = np.empty((len(ceilings) * len(account.pauses), COLUMNS), np.int64)
    count = _every_plan(rows, *_arrays(account), np.array(ceilings, np.int64), np.array(account.pauses, np.int64))
    return Every(rows[:count])


def one_plan(account: Account, ceiling: int, pause: int = 0) -> Found | None:
    """The plan under one ceiling, which need not be a whole unit."""
    rows = np.empty((1, COLUMNS), np.int64)
    count = _every_plan(rows, *_arrays(account), np.array([ceiling], np.int64), np.array([pause], np.int64))
    return Every(rows[:count]).best(("burden",))


def _arrays(account: Account) -> tuple[object, ...]:
    limits = (account.unit, account.least, account.gap, account.first, account.last, account.resting)
    worth = account.worth
    return (
        np.array(account.kept, np.int64),
        np.array(account.order, np.int64),
        account.rate_ppm,
        account.denominator * 1_000_000,
        np.array(account.parts, np.int64),
        np.array(account.caps, np.int64),
        np.array(limits, np.int64),
        (worth.claim, worth.bands),
        *(np.asarray(column, np.int64) for column in (worth.kept, worth.broken, worth.room)),
    )


@numba.njit(cache=True)
def _every_plan(  # type: ignore[no-untyped-def]
    rows, kept, order, rate_ppm, year, parts, caps, limits, claim, worth_kept, worth_broken, room, ceilings, pauses
):
    """Fill `rows`; returns how many there are."""
    unit, least, gap, first, last, resting = limits
    count = 0
    left = np.empty(4, np.int64)
    paid_in = np.zeros(last + 1, np.int64)
    for pause in pauses:
        for ceiling in ceilings:
            left[:] = kept
            burden = total = empty = since = 0
            for month in range(last + 1):
                paid_in[month] = 0
                interest = left[PRINCIPAL] * rate_ppm * parts[month] // year
                left[INTEREST] += interest
                since += interest
                if month < first:
                    continue
                most = 0 if month < first + pause else min(caps[month], ceiling)
                owed = left[0] + left[1] + left[2] + left[3]
                amount = most // unit * unit
                if owed <= most:
                    paid_in[month] = owed
                    rows[count, 0] = max(burden, owed)
                    rows[count, 1] = total + owed
                    rows[count, 2] = month
                    rows[count, 3] = -_value(paid_in, month, total + owed, claim, worth_kept, worth_broken, room)
                    rows[count, 4] = pause
                    rows[count, 5] = ceiling
                    count += 1
                    break
                if month < first + resting:
                    amount = since
                    if amount > most:
                        break
                elif amount < least:
                    amount = 0
                if amount == 0:
                    empty += 1
                    if empty > gap:
                        break
                    continue
                empty = since = 0
                burden = max(burden, amount)
                total += amount
                paid_in[month] = amount
                for part in order:
                    paid = min(amount, left[part])
                    left[part] -= paid
                    amount -= paid
    return count


@numba.njit(cache=True)
def _value(paid_in, end, total, claim, kept, broken, room):  # type: ignore[no-untyped-def]
    """Each payment by its chance, and what is open by the chance that the plan breaks there; in whole minor units."""
    months = len(room)
    if months == 0:
        return 0
    still_open, bands = claim
    band = bands - 1 if total >= room[end] else total * bands // room[end]
    expected = 0
    for month in range(end + 1):
        expected += kept[band * months + month] * paid_in[month]
        expected += broken[band * months + month] * max(0, still_open)
        still_open -= paid_in[month]
    return expected // 1_000_000
