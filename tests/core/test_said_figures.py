"""Amounts, days and spans of time in running text."""

from datetime import date

import pytest

from forbear.core.refusal import Refusal
from forbear.core.said_figures import amounts_in, count_said, day_said, half_width, months_said

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("工资四千五", [450_000]),
        ("每月工资 4,500 元，老公3000", [450_000, 300_000]),
        ("大概3000块", [300_000]),
        ("1.2万", [1_200_000]),
        ("一万二", [1_200_000]),
        ("two thousand five hundred", [250_000]),
        ("four thousand and 4.5k a month", [400_000, 450_000]),
        ("￥４５００", [450_000]),
        ("二十块", [2_000]),
        ("欠12000每月还600分24个月", [1_200_000, 60_000]),
        ("一个孩子两个大人", []),
        ("千万不要", []),
        ("2026年3月 5000", [500_000]),
        ("四五千", ["amounts.amount.several"]),
        ("4000到5000", ["amounts.amount.several"]),
        ("4,50", ["amounts.amount.comma"]),
        ("$500", ["amounts.amount.other_currency"]),
        ("两千多", ["amounts.amount.about"]),
        ("-500", ["amounts.amount.negative"]),
    ],
)
def test_amounts_are_found_where_they_stand(text: str, found: list[int | str]):
    got = [one.minor.rule if isinstance(one.minor, Refusal) else one.minor for one in amounts_in(half_width(text))]
    assert got == found


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("去年12月", date(2025, 12, 1)),
        ("2025年12月1日", date(2025, 12, 1)),
        ("三个月前", date(2025, 12, 2)),
        ("上个月", date(2026, 2, 1)),
        ("12月", date(2025, 12, 1)),
        ("two months ago", date(2026, 1, 2)),
        ("December 2025", date(2025, 12, 1)),
        ("一月十五号", date(2026, 1, 15)),
        ("半年前", date(2025, 9, 2)),
        ("yesterday", date(2026, 3, 1)),
        ("不知道", None),
    ],
)
def test_a_day_that_is_over(text: str, on: date | None):
    assert day_said(text, TODAY, back=True) == on


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("六月", date(2026, 6, 30)),
        ("大概三个月", date(2026, 6, 2)),
        ("明年3月", date(2027, 3, 31)),
        ("until June", date(2026, 6, 30)),
        ("2026年8月", date(2026, 8, 31)),
        ("年底", date(2026, 12, 31)),
        ("in two months", date(2026, 5, 2)),
        ("2027-01-15", date(2027, 1, 15)),
        ("不清楚", None),
    ],
)
def test_a_day_ahead(text: str, on: date | None):
    assert day_said(text, TODAY, back=False) == on


def test_a_day_that_is_none_is_refused():
    refused = day_said("2025-13-40", TODAY, back=True)
    assert isinstance(refused, Refusal) and refused.rule == "amounts.day.impossible"


@pytest.mark.parametrize(
    ("text", "months"),
    [("24个月", 24), ("两年", 24), ("半年", 6), ("一年半", 18), ("18 months", 18), ("two years", 24), ("36期", 36),
     ("500元", None)],
)  # fmt: skip
def test_a_span_of_time(text: str, months: int | None):
    assert months_said(text) == months


def test_a_count_by_itself():
    assert [count_said(text) for text in ("2", "两个", "three", "没有")] == [2, 2, 3, None]
