"""A household's months: nothing is averaged, nothing goes below the floor, a shortfall is zero and no error."""

from dataclasses import replace
from datetime import date

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing, budget

RULES = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))
WAGES = Income(source="wages", monthly_minor=5_200_00, evidence=Evidence.A)
HARVEST = Income(source="harvest", month="2026-09", amount_minor=8_000_00, evidence=Evidence.C)
HOME = Household(
    place="cn/sichuan/chengdu",
    adults=2,
    children=1,
    income=(WAGES, HARVEST),
    outgoings=(
        Outgoing(kind="rent", monthly_minor=1_500_00),
        Outgoing(kind="food", monthly_minor=1_400_00),
        Outgoing(kind="medical", month="2026-04", amount_minor=900_00),
    ),
    other_debts=(OtherDebt(creditor="bank", balance_minor=12_000_00, monthly_minor=400_00, priority=False),),
)


def test_each_month_by_hand():
    """Floor: 850.00 × 3 × 1.2 = 3,060.00, above the 2,900.00 of rent and food; the medical bill comes beside it."""
    april, may, *_, september = budget(HOME, RULES, "2026-04", 6)
    assert (april.month, april.income_minor, april.outgoings_minor) == ("2026-04", 5_200_00, 3_800_00)
    assert (april.floor_minor, april.need_minor, april.debts_minor) == (3_060_00, 3_960_00, 400_00)
    assert (april.buffer_minor, april.affordable_minor) == (84_00, 756_00)
    assert (may.need_minor, may.affordable_minor) == (3_060_00, 1_566_00)
    assert (september.income_minor, september.affordable_minor) == (11_600_00, 7_326_00)


def test_a_month_without_income_stays_without():
    home = replace(HOME, income=(HARVEST,))
    months = budget(home, RULES, "2026-04", 12)
    assert [m.affordable_minor > 0 for m in months] == [m.month == "2026-09" for m in months]
    assert [m.income_minor for m in months if m.month != "2026-09"] == [0] * 11


def test_outgoings_below_the_floor_count_as_the_floor():
    home = replace(HOME, outgoings=())
    assert budget(home, RULES, "2026-05", 1)[0].need_minor == 3_060_00


@pytest.mark.parametrize(
    ("grade", "interim", "later"),
    [("A", 1_000_00, 1_000_00), ("B", 1_000_00, 1_000_00), ("C", 800_00, 800_00), ("D", 700_00, 0)],
)
def test_income_counts_by_how_well_it_is_shown(grade, interim, later):
    home = replace(HOME, income=(Income(source="x", monthly_minor=1_000_00, evidence=Evidence(grade)),))
    months = budget(home, RULES, "2026-04", 7)
    assert [m.income_minor for m in months] == [interim] * 6 + [later]


def test_a_place_without_a_value_of_its_own_takes_its_province_then_its_country():
    places = ("cn/sichuan/chengdu", "cn/sichuan/mianyang", "cn/gansu/lanzhou")
    floors = [budget(replace(HOME, place=place), RULES, "2026-04", 1)[0].floor_minor for place in places]
    assert floors == [850_00 * 3 * 12 // 10, 720_00 * 3 * 12 // 10, 800_00 * 3 * 12 // 10]
