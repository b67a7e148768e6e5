"""Yearly costs in the two conventions that regulations print: examples of the directive and of Regulation Z."""

import pytest

from forbear.core.cost import effective_annual_ppm, nominal_monthly_ppm


@pytest.mark.parametrize(
    ("flows", "rate_ppm"),
    [
        ([(0, 1000_00), (365, -1120_00)], 120_000),
        ([(0, 500_00), (5, -510_00)], 3_244_363),
        ([(0, 1000_00), (365, -1000_00)], 0),
        ([(0, 1000_00), (365, -900_00)], 0),
        ([(0, 1000_00), (730, -1210_00)], 100_000),
    ],
)
def test_effective(flows: list[tuple[int, int]], rate_ppm: int):
    assert effective_annual_ppm(flows) == rate_ppm


@pytest.mark.parametrize(
    ("payments", "rate_ppm"),
    [([101_00], 120_000), ([50_75, 50_75], 119_802), ([100_00], 0), ([50_00, 40_00], 0)],
)
def test_nominal_monthly(payments: list[int], rate_ppm: int):
    assert nominal_monthly_ppm(100_00, payments) == rate_ppm
