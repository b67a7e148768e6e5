"""Every plan a case may choose from, family by family: with relief, of a shape she asks for, or a settlement.

Written apart from the product: a shape is what each month may bear, a settlement other terms, both plain numbers again;
what is best of them is found by looking at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.oracles.brute import FEES, INTEREST, PENALTY, PRINCIPAL, Account, Every, Found, every_plan, one_plan

LIGHT, CHEAP, SOON = ("burden", "total", "end"), ("total", "burden", "end"), ("end", "burden", "total")
FORGIVEN_FIRST = (PENALTY, FEES, INTEREST, PRINCIPAL)
MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The shapes her plan may have, and what goes with them: `blocks` of months before a step up, the amount before it
    at most (0 for any), months of interest alone.
    """

    shapes: tuple[str, ...]
    blocks: tuple[int, ...] = ()
    early_most: int = 0
    resting: int = 0


def with_bare_months(account: Account, months: int) -> Account:
    """The same with nothing to be paid in the first months a plan could use."""
    bare = account.first + months
    caps = tuple(0 if month < bare else cap for month, cap in enumerate(account.caps))
    return replace(account, caps=caps, pauses=(0,))


def settled(account: Account, owed: Sequence[int], share_ppm: int, payments: int) -> Account:
    """The settlement: a share of all that is owed, rounded up, without interest and in so many months at most; each
    payment may be all that the month can bear. The rest is forgiven: penalty, fees, interest, then principal."""
    forgiven = sum(owed) - -(-sum(owed) * share_ppm // MILLION)
    kept = list(owed)
    for part in FORGIVEN_FIRST:
        taken = min(forgiven, kept[part])
        kept[part] -= taken
        forgiven -= taken
    fees, interest, penalty, principal = kept
    return replace(
        account,
        kept=(fees, interest, penalty, principal),
        rate_ppm=0,
        ceiling=max(account.caps, default=0),
        last=min(len(account.caps), account.first + payments) - 1,
    )


@dataclass(frozen=True)
class Family:
    """All plans of one kind: for each way to shape the payments the numbers of months it is made for, and its plans."""

    members: tuple[tuple[range, Every], ...]

    @property
    def all(self) -> Every:
        """Every plan of every member."""
        rows = [every.rows for _, every in self.members]
        return Every(np.concatenate(rows)) if rows else NONE

    def candidates(self, pause: int) -> list[Found]:
        """With this pause the lightest of every number of months, the cheapest and the soonest."""
        found: list[Found | None] = []
        for ends, every in self.members:
            own = Every(every.rows[every.rows[:, 4] == pause])
            light = own.lightest_by_term() if len(ends) > 1 else [own.best(LIGHT)]
            found += [*light, own.best(SOON), own.best(CHEAP)]
        return [plan for plan in found if plan is not None]


NONE = Every(np.empty((0, 6), np.int64))


def family(account: Account, wish: Wish) -> Family:
    """Every plan of the shapes wished for."""
    return Family(tuple((ends, every_plan(one)) for ends, one in shaped(account, wish)))


def shaped(account: Account, wish: Wish) -> Iterator[tuple[range, Account]]:
    """(last months, account): one account for all numbers of months where the shape is free of them, else each."""
    ends = range(account.first, account.last + 1)
    for shape in wish.shapes:
        if shape == "income-following":
            yield ends, account
        elif shape == "interest-only":
            yield ends, replace(account, resting=wish.resting)
        else:
            for until in ends:
                for block in (0,) if shape == "level" else wish.blocks:
                    flat = flattened(account.caps, account.first, until, block, wish.early_most)
                    yield range(until, until + 1), replace(account, last=until, caps=flat)


def flattened(caps: Sequence[int], first: int, until: int, block: int, early_most: int) -> tuple[int, ...]:
    """The same in each of the first `block` months, and the same in each after them: as much as the barest of them
    bears, the last one apart, which may bear less but not more. `early_most` (0: nothing) bounds the first ones."""
    barest = {True: caps[until], False: caps[until]}
    for early in barest:
        stretch = [caps[month] for month in range(first, until) if (month < first + block) is early]
        barest[early] = min(stretch, default=caps[until])
    if block and early_most:
        barest[True] = min(barest[True], early_most)
    flat = [barest[month < first + block] for month in range(len(caps))]
    flat[until] = min(flat[until], caps[until])
    return tuple(flat)


def balanced(candidates: Sequence[Found]) -> set[tuple[int, int, int, int]]:
    """The criteria of the plans with the greatest product of what she gains against the heaviest and the lender against
    the poorest, one fen more each; of those the cheapest, then the soonest."""
    heaviest = max(plan.burden for plan in candidates)
    poorest = min(plan.value for plan in candidates)

    def key(plan: Found) -> tuple[int, int, int]:
        return -(heaviest - plan.burden + 1) * (plan.value - poorest + 1), plan.total, plan.end

    best = min(map(key, candidates))
    return {plan.criteria for plan in candidates if key(plan) == best}


def most_worth(account: Account, rungs: Sequence[tuple[tuple[int, int, int, int], int]]) -> list[Found]:
    """Of every rung of relief (parts kept, yearly rate) the lightest plan of every number of months and the one at the
    ceiling: those worth most to the lender."""
    found: list[Found] = []
    for kept, rate_ppm in rungs:
        one = replace(account, kept=kept, rate_ppm=rate_ppm, pauses=(0,))
        every = every_plan(one)
        found += [plan for plan in (*every.lightest_by_term(), one_plan(one, one.ceiling)) if plan is not None]
    most = max((plan.value for plan in found), default=0)
    return [plan for plan in found if plan.value == most]
