"""What papers show of an income, and how much of it counts: by grade, by month, nothing averaged away."""

from dataclasses import replace

import pytest

from forbear.core.budget import Evidence, Household, Income, budget
from forbear.core.household import Period, a_month
from forbear.core.income import counting, grade, months_apart, observed, seasonal, usual_minor
from tests.core.budget_rules import RULES, ruled

HOME = Household(place="cn/sichuan/chengdu", adults=1, children=0, income=(), outgoings=(), other_debts=())


def months(*amounts: int, first: int = 1) -> tuple[tuple[str, int], ...]:
    """2026-01 and on, amounts in yuan."""
    return tuple((f"2026-{first + index:02d}", amount * 100) for index, amount in enumerate(amounts))


@pytest.mark.parametrize(
    ("slips", "credits", "found"),
    [
        (months(5000), months(5000), "A"),
        (months(5000), months(4500), "A"),  # 10 % of the larger apart
        (months(5000), months(4499), "D"),  # farther apart, and one month is not three
        (months(5000, 5000, 5000), months(5000, 4000, 5000), "B"),
        (months(5000, 5000, 5000), (), "B"),
        (months(5000, 7000, 3000), (), "B"),  # the employer says so, however it varies
        (months(5000, 5000), (), "D"),
        ((), months(5000, 4800, 4500), "B"),
        ((), months(5000, 4800, 4499), "D"),  # varies, and three months are not six
        ((), months(5000, 2000, 4500, 6000, 100, 3000), "C"),
        ((), months(5000, 2000, 4500, 6000, 100), "D"),
        ((), months(0, 0, 9000, 0, 0, 0), "C"),
        ((), months(0, 0, 0), "B"),  # shown to be nothing
        ((), (), "D"),
        (months(5000, first=1), months(5000, first=2), "D"),  # no month has both
    ],
)
def test_a_grade_by_slips_and_credits(slips, credits, found):
    assert grade(slips, credits, RULES) is Evidence(found)


def test_where_employer_and_bank_differ_the_smaller_is_taken_and_the_month_named():
    slips, credits = months(5000, 5000, 5000), months(5100, 3000, 4900)
    assert observed(slips, credits) == months(5000, 3000, 4900)
    assert months_apart(slips, credits, RULES) == ("2026-02",)
    item = Income(source="wages", evidence=Evidence.B, slips=slips, credits=credits)
    assert counted(item) == [4_300_00] * 12  # mean 4,300.00 below median 4,900.00


def test_the_limits_of_a_grade_are_the_rulebooks():
    assert grade(months(5000), months(4499), ruled(evidence_apart=110_000)) is Evidence.A
    assert grade(months(5000), months(4999), ruled(evidence_apart=0)) is Evidence.D


@pytest.mark.parametrize(
    ("amounts", "mean_or_median", "quartile"),
    [
        ([100], 100, 100),
        ([100, 201], 150, 100),
        ([300, 100, 200], 200, 100),
        ([1, 1, 1, 100], 1, 1),
        ([100, 100, 100, 1], 75, 1),
        ([10, 20, 30, 40, 50], 30, 20),
        ([10, 20, 30, 40, 50, 60, 70, 80], 45, 20),
        ([10, 20, 30, 40, 50, 60, 70, 80, 90], 50, 30),
    ],
)
def test_an_income_that_varies_counts_carefully(amounts, mean_or_median, quartile):
    assert usual_minor(amounts, "min-mean-median") == mean_or_median
    assert usual_minor(amounts, "lower-quartile") == quartile


def counted(item: Income, rules=RULES, first="2026-04", count=12) -> list[int]:
    return [month.income_minor for month in budget(replace(HOME, income=(item,)), rules, first, count)]


IRREGULAR = months(2400, 4000, 3200, 2800, 3600, 3000)  # mean 3,166.66, median 3,100.00, lower quartile 2,800.00


def test_six_months_on_a_statement_count_as_what_they_usually_show():
    item = Income(source="rides", evidence=Evidence.C, monthly_minor=4_000_00, credits=IRREGULAR)
    assert counted(item) == [3_100_00] * 12
    assert counted(item, ruled(irregular="lower-quartile")) == [2_800_00] * 12
    assert counting(item, RULES).scope == "C/observed"


def test_fewer_months_bound_it_too_and_count_with_the_share_of_the_grade():
    item = Income(source="rides", evidence=Evidence.C, monthly_minor=4_000_00, credits=IRREGULAR[:3])
    assert counted(item) == [3_200_00 * 8 // 10] * 12
    assert counting(item, RULES).scope == "C"


def test_nothing_counts_for_more_than_was_stated():
    item = Income(source="rides", evidence=Evidence.C, monthly_minor=2_000_00, credits=IRREGULAR)
    assert counted(item) == [2_000_00] * 12


def test_a_season_stays_in_its_months_and_each_counts_the_least_it_was_seen_to_bring():
    year = [0, 0, 0, 0, 0, 1_000_00, 0, 0, 8_000_00, 6_000_00, 0, 0]
    seen = tuple((f"{y}-{m:02d}", amount) for y in (2024, 2025) for m, amount in enumerate(year, 1))
    item = Income(source="harvest", evidence=Evidence.B, credits=(*seen, ("2026-06", 900_00)))
    expected = {"06": 900_00, "09": 8_000_00, "10": 6_000_00}
    got = {
        m.month: m.income_minor for m in budget(Household(**{**vars(HOME), "income": (item,)}), RULES, "2026-04", 24)
    }
    assert got == {month: expected.get(month[5:], 0) for month in got}
    assert seasonal(seen)
    assert not seasonal(IRREGULAR)


def test_a_month_of_the_year_that_was_never_seen_brings_nothing():
    item = Income(source="stall", evidence=Evidence.C, credits=months(3000, 0, 3000, 3000, 3000, 3000))
    assert counted(item, first="2026-07") == [0] * 6 + [3_000_00, 0, 3_000_00, 3_000_00, 3_000_00, 3_000_00]


@pytest.mark.parametrize(
    ("amount", "period", "month"),
    [
        (100_00, Period.WEEKLY, 433_33),
        (300_00, Period.WEEKLY, 1_300_00),
        (100_00, Period.FORTNIGHTLY, 216_67),
        (100_00, Period.FOUR_WEEKLY, 108_33),
        (100_00, Period.MONTHLY, 100_00),
        (100_00, Period.QUARTERLY, 33_33),
        (50, Period.QUARTERLY, 17),
        (100_00, Period.YEARLY, 8_33),
        (6, Period.YEARLY, 1),  # half a cent goes up
        (5, Period.YEARLY, 0),
        (0, Period.WEEKLY, 0),
    ],
)
def test_what_an_amount_is_a_month(amount, period, month):
    assert a_month(amount, period) == month
