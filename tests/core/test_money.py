"""Money: one rounding function, one way to split, and the two text forms of files."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.money import Rounding, allocate, divide, major, percent


@pytest.mark.parametrize(
    ("numerator", "mode", "quotient"),
    [
        (5, Rounding.HALF_UP, 3),
        (5, Rounding.HALF_EVEN, 2),
        (7, Rounding.HALF_EVEN, 4),
        (5, Rounding.UP, 3),
        (5, Rounding.DOWN, 2),
        (-5, Rounding.HALF_UP, -3),
        (-5, Rounding.HALF_EVEN, -2),
        (-5, Rounding.UP, -3),
        (-5, Rounding.DOWN, -2),
        (0, Rounding.UP, 0),
    ],
)
def test_a_half_goes_where_the_mode_says(numerator, mode, quotient):
    assert divide(numerator, 2, mode) == quotient


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9), st.sampled_from(list(Rounding)))
def test_a_quotient_is_within_one_unit_and_within_half_where_the_mode_is_a_half(numerator, denominator, mode):
    off = abs(divide(numerator, denominator, mode) - Fraction(numerator, denominator))
    assert off <= Fraction(1, 2) if mode in (Rounding.HALF_UP, Rounding.HALF_EVEN) else off < 1


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_the_parts_sum_to_the_whole_and_each_is_within_one_unit_of_its_share(total, weights):
    parts = allocate(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_the_largest_remainder_gets_the_odd_unit_and_a_tie_goes_to_the_earlier_part():
    assert allocate(100, [1, 1, 1]) == (34, 33, 33)
    assert allocate(10, [1, 2, 4]) == (1, 3, 6)
    assert allocate(0, [3, 0]) == (0, 0)


def test_amounts_and_rates_as_files_write_them():
    assert major(186620) == "1866.20"
    assert major(-5) == "-0.05"
    assert percent(237_600) == "23.76"
    assert percent(35_645) == "3.5645"
    assert percent(0) == "0.00"
