"""The rows' arithmetic: rounding by hand, level instalments against fractions, compiled and plain alike."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.compiled import arithmetic, rows_fit
from forbear.adapters.compiled import run_rows as compiled_rows
from forbear.core.rows import DOWN, HALF_EVEN, HALF_UP, LEVEL, REST, SHARE, UP, level_instalment, quotient, run_rows

MODES = (HALF_UP, HALF_EVEN, UP, DOWN)


@pytest.mark.parametrize(
    ("numerator", "denominator", "by_mode"),
    [
        (7, 2, (4, 4, 4, 3)),
        (5, 2, (3, 2, 3, 2)),
        (-5, 2, (-3, -2, -3, -2)),
        (-7, 2, (-4, -4, -4, -3)),
        (7, 3, (2, 2, 3, 2)),
        (8, 3, (3, 3, 3, 2)),
        (9, 3, (3, 3, 3, 3)),
        (0, 5, (0, 0, 0, 0)),
        (1, 1, (1, 1, 1, 1)),
        (3 * 10**30 + 1, 2, (15 * 10**29 + 1, 15 * 10**29, 15 * 10**29 + 1, 15 * 10**29)),
    ],
)
def test_a_quotient_is_rounded_as_named(numerator: int, denominator: int, by_mode: tuple[int, ...]):
    assert tuple(quotient(numerator, denominator, mode) for mode in MODES) == by_mode


@given(
    st.integers(1, 10**12),
    st.integers(1, 10**9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=40) | st.integers(0, 10**7).map(lambda one: [one] * 36),
    st.sampled_from([1, 10, 100]),
)
def test_a_level_instalment_takes_the_balance_down_to_what_is_left(
    balance: int, denominator: int, factors: list[int], multiple: int
):
    left = balance // 3
    growth = worth = Fraction(1)
    for factor in reversed(factors[1:]):
        growth *= 1 + Fraction(factor, denominator)
        worth += growth
    exact = (balance * growth * (1 + Fraction(factors[0], denominator)) - left) / worth / multiple
    assert level_instalment(balance, left, factors, denominator, multiple, UP) == ceil(exact) * multiple
    assert level_instalment(balance, left, factors, denominator, multiple, DOWN) == floor(exact) * multiple


@given(
    st.integers(0, 2**50),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from([LEVEL, SHARE, REST]), st.integers(0, 2**45)), min_size=1),
    st.integers(1, 2**20),
    st.sampled_from([1, 10]),
    st.sampled_from(MODES),
    st.booleans(),
)
def test_compiled_rows_are_the_plain_rows(
    balance: int, rows: list[tuple[int, int, int]], denominator: int, multiple: int, mode: int, carries: bool
):
    factors, kinds, amounts = map(list, zip(*rows, strict=True))
    interests, principals = [0] * len(rows), [0] * len(rows)
    run_rows(balance, factors, denominator, kinds, amounts, multiple, mode, carries, interests, principals)
    assert sum(principals) == balance
    if rows_fit(balance, factors, denominator, multiple):
        run, (column, columns) = compiled_rows(), (arithmetic().column, arithmetic().columns)
        filled = columns(2, len(rows))
        given_columns = column(factors), denominator, column(kinds), column(amounts)
        run(balance, *given_columns, multiple, mode, carries, *filled)
        assert [list(part) for part in filled] == [interests, principals]


def test_what_does_not_fit_is_known():
    assert rows_fit(10**14, [99] * 36, 5_000, 1)
    assert not rows_fit(10**14, [240_000 * 31] * 36, 365 * 10**6, 1)
    assert not rows_fit(1, [0], 2**61, 1)
