"""A household's months: nothing is averaged, nothing goes below the floor, a shortfall is zero and no error."""

from dataclasses import FrozenInstanceError, replace

import pytest

from forbear.core.budget import Evidence, Income, OtherDebt, bearing, budget, pro_rata, with_more
from tests.core.budget_rules import RULES, ruled
from tests.core.plan_household import HARVEST, HOME, WAGES


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


# ---- a shortfall, stress ---------------------------------------------------------------------------------------


def test_a_shortfall_bears_nothing_and_says_by_how_much():
    home = replace(HOME, income=(replace(WAGES, monthly_minor=3_000_00),))
    april, may = budget(home, RULES, "2026-04", 2)
    assert (april.affordable_minor, april.buffer_minor, april.short_minor) == (0, 0, 1_360_00)
    assert (may.affordable_minor, may.short_minor) == (0, 460_00)


def test_a_month_is_looked_at_with_a_tenth_less_income():
    """May: 5,200 × 0.9 = 4,680, less the floor 3,060 and the bank's 400, leaves 1,220; 1,566 would not hold."""
    april, may, *_, september = budget(HOME, RULES, "2026-04", 6)
    assert (may.stress_minor, may.affordable_minor, may.holds_under_stress) == (1_220_00, 1_566_00, False)
    assert (april.stress_minor, april.holds_under_stress) == (320_00, False)
    assert (september.stress_minor, september.holds_under_stress) == (6_980_00, False)
    assert budget(HOME, ruled(stress=0), "2026-05", 1)[0].holds_under_stress


def test_the_stress_bounds_where_the_rulebook_says_so():
    bound = budget(HOME, ruled(stress_binds=True), "2026-04", 6)
    assert [m.affordable_minor for m in bound] == [m.stress_minor for m in budget(HOME, RULES, "2026-04", 6)]
    assert budget(HOME, ruled(stress_binds=True, stress=20_000), "2026-05", 1)[0].affordable_minor == 1_566_00


# ---- other debts -----------------------------------------------------------------------------------------------

DEBTS = (
    OtherDebt(creditor="court", balance_minor=5_000_00, monthly_minor=300_00, priority=True),
    OtherDebt(creditor="bank", balance_minor=12_000_00, monthly_minor=400_00, priority=False),
    OtherDebt(creditor="card", balance_minor=8_000_00, monthly_minor=250_00, priority=False),
)


def test_as_agreed_every_other_debt_is_paid_before_ours():
    (may,) = budget(replace(HOME, other_debts=DEBTS), RULES, "2026-05", 1)
    assert (may.debts_minor, may.affordable_minor) == (950_00, 1_071_00)


def test_pro_rata_a_surplus_is_shared_by_balance_after_the_priority_debts():
    """5,200 − 3,060 − 300 = 1,840; less a tenth 1,656; ours 20,000 of 40,000 is half of it."""
    rules = ruled(other_debts="pro-rata")
    (may,) = budget(replace(HOME, other_debts=DEBTS), rules, "2026-05", 1, 20_000_00)
    assert (may.buffer_minor, may.affordable_minor, may.debts_minor) == (184_00, 828_00, 300_00 + 828_00)
    alone = budget(replace(HOME, other_debts=DEBTS[:1]), rules, "2026-05", 1, 20_000_00)
    assert alone[0].affordable_minor == 1_656_00


def test_a_share_needs_what_is_owed_to_us():
    with pytest.raises(AssertionError, match="a share among creditors needs what is owed to this one"):
        budget(HOME, ruled(other_debts="pro-rata"), "2026-05", 1)


@pytest.mark.parametrize(
    ("surplus", "balances", "offers"),
    [
        (100_00, (1, 1, 1), (33_34, 33_33, 33_33)),
        (300_00, (1_000_00, 2_000_00, 3_000_00), (50_00, 100_00, 150_00)),
        (10, (7, 2, 1), (7, 2, 1)),
        (1, (1, 2), (0, 1)),
        (0, (5, 5), (0, 0)),
        (100, (0, 5), (0, 100)),
        (100, (0, 0), (0, 0)),
        (100, (), ()),
    ],
)
def test_what_creditors_are_offered_of_a_surplus(surplus, balances, offers):
    assert pro_rata(surplus, balances) == offers


def test_with_more_income_each_month_bears_what_budget_says_of_that_household():
    for rules in (RULES, ruled(stress_binds=True), ruled(other_debts="pro-rata")):
        months = budget(HOME, rules, "2026-04", 12, 9_000_00)
        richer = replace(HOME, income=(*HOME.income, Income(source="x", monthly_minor=333_33, evidence=Evidence.A)))
        more = with_more(bearing(HOME, rules, 9_000_00), months, 333_33)
        assert more == [m.affordable_minor for m in budget(richer, rules, "2026-04", 12, 9_000_00)]


def test_nobody_changes_a_line_by_hand():
    for line in (HOME.income[0], HOME.outgoings[0], HOME.other_debts[0]):
        with pytest.raises(FrozenInstanceError):
            line.monthly_minor = 1
    with pytest.raises(FrozenInstanceError):
        HOME.outgoings = ()
