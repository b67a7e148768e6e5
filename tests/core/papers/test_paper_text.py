"""Amounts, days and months as print shows them and readers of pictures give them."""

from datetime import date

import pytest

from forbear.core import paper_text as text


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("1,234.56", [(123_456, "")]),
        ("1234.56", [(123_456, "")]),
        ("1 234,56", [(123_456, "")]),
        ("1.234,56", [(123_456, "")]),
        ("1,234,56", [(123_456, "")]),
        ("￥9,297.00", [(929_700, "")]),
        ("-593.04", [(59_304, "-")]),
        ("- 593.04", [(59_304, "-")]),
        ("¥-593.04", [(59_304, "-")]),
        ("+11,626.54", [(1_162_654, "+")]),
        ("1,234.56-", [(123_456, "-")]),
        ("-593.043451.10", []),
        ("-593.04 3451.10", [(59_304, "-"), (345_110, "")]),
        ("1,2O4.5S", [(120_455, "")]),
        ("20260504 593.04", [(59_304, "")]),
        ("2026.05.04", []),
        ("12.345", []),
        ("4500", []),
        ("123456789012.00", [(12_345_678_901_200, "")]),
        ("9999999999999.00", []),
    ],
)
def test_amounts(printed: str, found: list[tuple[int, str]]):
    assert [(minor, sign) for minor, sign, _, _ in text.amounts(text.even(printed))] == found


@pytest.mark.parametrize(
    ("printed", "minor"),
    [
        ("9,297.00元", 929_700), ("RMB 4500", 450_000), ("12,000", 1_200_000), ("-88.50", -8_850),
        ("1, 234.56", 123_456),
        ("工资", None), ("2026-05", None), ("12.345", None), ("3 月 1,200.00", None), ("", None), ("1,23", 123),
    ],
)  # fmt: skip
def test_one_amount(printed: str, minor: int | None):
    assert text.one_amount(text.even(printed)) == minor


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("2026-05-04 10:22:33", ["2026-05-04"]),
        ("2026年5月4日", ["2026-05-04"]),
        ("2026 年 5 月 4", ["2026-05-04"]),
        ("20260504", ["2026-05-04"]),
        ("2O26/O5/l4", ["2026-05-14"]),
        ("15 Jul 2026", ["2026-07-15"]),
        ("15Jul2026", ["2026-07-15"]),
        ("July 15th, 2026", ["2026-07-15"]),
        ("2026.05.01至2026.08.28", ["2026-05-01", "2026-08-28"]),
        ("2026-05-01 - 2026-08-28", ["2026-05-01", "2026-08-28"]),
        ("05/09/2026", ["2026-09-05"]),
        ("2026-02-30", []),
        ("6222202605041234", []),
        ("15 Xyz 2026", []),
    ],
)
def test_days(printed: str, found: list[str]):
    assert [on.isoformat() for on, _, _ in text.days(text.even(printed))] == found


def test_slashed_days_are_month_first_only_where_nothing_else_can_be_meant():
    assert text.writes_month_first(["09/05/2026", "09/25/2026"])
    assert not text.writes_month_first(["09/05/2026", "25/09/2026"])
    assert not text.writes_month_first(["09/05/2026"])
    assert text.days("09/05/2026", month_first=True)[0][0] == date(2026, 9, 5)


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("2026年7月份工资条", ["2026-07"]),
        ("2026-07", ["2026-07"]),
        ("202607", ["2026-07"]),
        ("March 2026", ["2026-03"]),
        ("Sept. 2026", ["2026-09"]),
        ("07/2026", ["2026-07"]),
        ("2026-07-01", []),
        ("2026年13月", []),
        ("1908.07", []),
        ("2025年07月至2026年03月", ["2025-07", "2026-03"]),
    ],
)
def test_months(printed: str, found: list[str]):
    assert [month for month, _, _ in text.months(text.even(printed))] == found


def test_a_dotted_month_is_one_only_where_it_is_expected():
    assert [month for month, _, _ in text.months("2026.07", dotted=True)] == ["2026-07"]


def test_a_phrase_of_four_may_have_one_character_misread():
    assert text.place("公民身份号码", "x公民身分号码1") == (1, 7)
    assert text.place("公民身份号码", "公民身分号玛") is None
    assert text.place("姓名", "姓各") is None
    assert text.place("Net pay", "NETPAY 3.00") == (0, 6)
    assert text.place("工资条", "工 资 条") == (0, 5)


def test_letters_are_digits_only_in_runs_of_figures():
    assert text.as_figures("2O26-05-l4") == "2026-05-14"
    assert text.as_figures("15Jul2026 SOLD Bill") == "15Jul2026 SOLD Bill"
    assert text.distance("HUANG LIXIA", "HUANG IXIA") == 1
