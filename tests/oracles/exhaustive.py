"""Every way at all to pay off a tiny debt: each month nothing, any whole number of units its bound allows, or the rest.

Nothing is assumed about when or how much is paid, so it shows that paying as early as the bounds allow loses nothing.
"""

from functools import cache

from tests.oracles.brute import INTEREST, PRINCIPAL, Account

Way = tuple[int, int, int]
"""(largest payment, total, month of the last payment)."""


def every_way(account: Account) -> frozenset[Way]:
    """All (largest, total, end) that can be reached under `account.ceiling`; a few months and a few units only."""

    @cache
    def ways(month: int, left: tuple[int, ...], empty: int) -> frozenset[Way]:
        if month > account.last or empty > account.gap:
            return frozenset()
        grown = list(left)
        interest = left[PRINCIPAL] * account.rate_ppm * account.parts[month] // (account.denominator * 1_000_000)
        grown[INTEREST] += interest
        if month < account.first:
            return ways(month + 1, tuple(grown), 0)
        bound, owed = min(account.caps[month], account.ceiling), sum(grown)
        found = set(ways(month + 1, tuple(grown), empty + 1))
        if owed <= bound:
            found.add((owed, owed, month))
        for amount in range(account.unit, min(bound, owed - 1) + 1, account.unit):
            if amount >= account.least:
                after = ways(month + 1, _paid(grown, amount, account.order), 0)
                found |= {(max(amount, largest), amount + total, end) for largest, total, end in after}
        return frozenset(found)

    return ways(0, account.kept, 0)


def _paid(left: list[int], amount: int, order: tuple[int, ...]) -> tuple[int, ...]:
    after = list(left)
    for part in order:
        paid = min(amount, after[part])
        after[part] -= paid
        amount -= paid
    return tuple(after)
