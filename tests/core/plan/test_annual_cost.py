"""The yearly cost of a plan against published examples, and against the definition by exact fractions."""

from fractions import Fraction

import pytest

from forbear.core.plan import annual_cost_ppm


def monthly(*amounts: int) -> list[tuple[int, int]]:
    return [(1, amount) for amount in amounts]


def left_at_the_end(carried: int, payments: list[tuple[int, int]], denominator: int, ppm: int) -> Fraction:
    balance = Fraction(carried)
    for part, amount in payments:
        balance += balance * Fraction(ppm * part, 1_000_000 * denominator) - amount
    return balance


@pytest.mark.parametrize(
    ("carried", "payments", "percent"),
    [
        (5_000_00, monthly(*[230_00] * 24), "9.69"),
        (5_000_00, monthly(*[230_00] * 23, 280_00), "10.50"),
    ],
    ids=["Regulation Z appendix J (c)(1)", "with a larger last payment"],
)
def test_published_examples(carried, payments, percent):
    found = annual_cost_ppm(carried, payments, 12, 200_000)
    hundredths = (found + 50) // 100
    assert f"{hundredths // 100}.{hundredths % 100:02d}" == percent


@pytest.mark.parametrize("guess", [0, 1, 90_000, 240_000, 1_000_000])
def test_it_is_the_least_rate_at_which_nothing_is_overpaid(guess):
    payments = [(56, 728_00), *[(30, 728_00)] * 58]
    found = annual_cost_ppm(38_773_00, payments, 360, guess)
    assert left_at_the_end(38_773_00, payments, 360, found) >= 0
    assert left_at_the_end(38_773_00, payments, 360, found - 1) < 0


def test_a_plan_that_asks_no_more_than_was_carried_costs_nothing():
    assert annual_cost_ppm(1_200_00, monthly(*[100_00] * 12), 12, 240_000) == 0
    assert annual_cost_ppm(0, [], 12, 240_000) == 0
