"""Plans that follow an irregular income: against every way to pay on tiny debts, against HiGHS on real ones."""

from random import Random

import pytest

from tests.oracles.brute import Account, every_plan, one_plan
from tests.oracles.domination import dominates
from tests.oracles.exhaustive import Way, every_way
from tests.oracles.flows import fastest, lightest
from tests.oracles.linear import least_largest, least_total

INTEREST_FIRST, PRINCIPAL_FIRST = (0, 1, 2, 3), (3, 1, 2, 0)
TINY, TINY_CHUNK = 1_200, 200
REAL = 150


def tiny(number: int) -> Account:
    """A few units owed over a few months, at a rate that makes each month count."""
    rng = Random(number)
    unit = rng.choice([1, 10, 10, 10])
    months = rng.randrange(2, 7 if unit == 10 else 5)
    bounds = [0, 4, 9, 10, 12, 25, 30, 38, 50, 77] if unit == 10 else [0, 1, 2, 3, 5, 8, 13]
    return Account(
        kept=(rng.choice([0, 3]), rng.randrange(9), rng.choice([0, 7]), rng.randrange(1, 90 if unit == 10 else 15)),
        order=rng.choice([INTEREST_FIRST, PRINCIPAL_FIRST]),
        rate_ppm=rng.choice([0, 120_000, 900_000, 1_000_000]),
        parts=tuple(rng.choice([28, 30, 31, 62]) for _ in range(months)),
        denominator=rng.choice([60, 360]),
        caps=tuple(rng.choice(bounds) for _ in range(months)),
        ceiling=rng.choice([20, 33, 50, 100]),
        unit=unit,
        least=rng.choice([1, unit, 2 * unit]),
        gap=rng.choice([0, 1, 2, 9]),
        first=rng.randrange(2),
        last=months - 1,
    )


def in_units(way: Way, unit: int) -> Way:
    """The largest payment as the whole unit it fits in: a ceiling is a whole unit, the last payment need not be."""
    return -(-way[0] // unit) * unit, way[1], way[2]


def frontier(ways: set[Way]) -> set[Way]:
    """What no other way beats."""
    return {way for way in ways if not any(dominates(other, way) for other in ways)}


@pytest.mark.parametrize("chunk", range(TINY // TINY_CHUNK))
def test_no_way_at_all_to_pay_beats_paying_as_early_as_the_bounds_allow(chunk):
    feasible = 0
    for number in range(chunk * TINY_CHUNK, (chunk + 1) * TINY_CHUNK):
        account = tiny(number)
        ways = {in_units(way, account.unit) for way in every_way(account)}
        feasible += bool(ways)
        flow = fastest(account, account.ceiling)
        assert (flow and flow.total_minor) == min((total for _, total, _ in ways), default=None), number
        assert (flow and flow.ends_at) == min((end for _, _, end in ways), default=None), number
        for until in range(account.last + 1):
            light = lightest(account, until)
            least = min((largest for largest, _, end in ways if end <= until), default=None)
            assert (light and in_units(light.criteria, account.unit)[0]) == least, (number, until)
        plans = every_plan(account).rows[:, :3].tolist()
        assert frontier({in_units(tuple(plan), account.unit) for plan in plans}) == frontier(ways), number
    assert feasible > TINY_CHUNK // 4


def real(number: int) -> Account:
    """A debt of a thousand to two hundred thousand yuan against an income with bare months."""
    rng = Random(number)
    kind = ("principal first", "no arrears", "arrears first")[number % 3]
    months = rng.randrange(6, 15) if kind == "arrears first" else rng.randrange(6, 61)
    principal = rng.randrange(1_000_00, 200_000_00)
    arrears = 0 if kind == "no arrears" else principal // 100
    bare = 0 if kind == "no arrears" else rng.choice([0, 25, 40])
    least = principal // 20 if kind == "no arrears" else 0
    caps = [0 if rng.randrange(100) < bare else least + rng.randrange(principal * 4 // months) for _ in range(months)]
    return Account(
        kept=(rng.randrange(arrears + 1), rng.randrange(9 * arrears + 1), rng.randrange(4 * arrears + 1), principal),
        order=PRINCIPAL_FIRST if kind == "principal first" else INTEREST_FIRST,
        rate_ppm=rng.choice([0, 1, 36_000, 72_000, 180_000, 240_000, 360_000]),
        parts=tuple(rng.randrange(28, 32) for _ in range(months)),
        denominator=365,
        caps=tuple(caps),
        ceiling=rng.choice([max(caps), principal * 2 // months]),
        unit=1,
        least=1,
        gap=months,
        first=0,
        last=months - 1,
    )


@pytest.mark.parametrize("number", range(REAL))
def test_highs_finds_nothing_cheaper_and_nothing_lighter(number):
    """Each month's interest is rounded down to the fen, so the total is at most a fen a month below the program's; the
    largest payment by as much, shared out among the payments that are as large. HiGHS is exact to about a fen in 10^8.
    """
    account = real(number)
    total, largest = least_total(account, account.last), least_largest(account, account.last)
    flow, light = fastest(account, account.ceiling), lightest(account, account.last)
    assert (total is None) is (largest is None) is (flow is None) is (light is None)
    if total is not None and largest is not None and flow is not None and light is not None:
        near, months = total / 10**8, account.last + 1
        shared = sum(p.amount_minor == light.burden_minor for p in light.payments)
        assert -near <= total - flow.total_minor <= months + near
        assert -1 - near <= largest - light.burden_minor <= months / shared + near


def test_the_plans_of_highs_and_of_the_loops_are_not_the_same_by_being_none():
    found = [one_plan(real(number), real(number).ceiling) for number in range(REAL)]
    assert sum(plan is not None for plan in found) > REAL // 2
