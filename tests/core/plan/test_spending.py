"""Outgoings against guidelines: below nobody asks, above is a question and never a silent cut."""

from dataclasses import replace

import pytest

from forbear.core.budget import Evidence, Household, Income, Outgoing, budget
from forbear.core.spending import guidelines
from tests.core.budget_rules import IRS, RULES, SFS, ruled

FAMILY = Household(
    place="cn/sichuan/chengdu",
    adults=2,
    children=2,
    older_children=1,
    income=(Income(source="wages", monthly_minor=9_000_00, evidence=Evidence.A),),
    outgoings=(
        Outgoing(kind="rent", monthly_minor=2_500_00),
        Outgoing(kind="food", monthly_minor=1_200_00),
        Outgoing(kind="cleaning", monthly_minor=20_00),
        Outgoing(kind="clothing", monthly_minor=100_00),
    ),
    other_debts=(),
)


def by_group(home: Household, rules) -> dict:
    return {group.group: group for group in guidelines(home, rules)}


def test_groups_by_person_add_up():
    """Two adults, one child, one child of 16: 454 + 333 + 197 + 235 = 1,219 for food and housekeeping."""
    groups = by_group(FAMILY, ruled(**SFS))
    assert {name: group.guideline_minor for name, group in groups.items()} == {
        "communications-leisure": (250 + 179 + 87 + 140) * 100,
        "food-housekeeping": 1_219_00,
        "personal": (95 + 67 + 47 + 105) * 100,
    }
    assert {name: group.stated_minor for name, group in groups.items()} == {
        "communications-leisure": 0,
        "food-housekeeping": 1_220_00,
        "personal": 100_00,
    }
    assert [name for name, group in groups.items() if group.asks] == ["food-housekeeping"]
    assert groups["personal"].rule == "base.budget.guideline"


def test_above_the_guideline_it_counts_as_stated_and_at_it_nobody_asks():
    rules = ruled(**SFS)
    assert budget(FAMILY, rules, "2026-04", 1) == budget(FAMILY, RULES, "2026-04", 1)
    at = replace(FAMILY, outgoings=(Outgoing(kind="food", monthly_minor=1_219_00),))
    assert not by_group(at, rules)["food-housekeeping"].above


def test_an_explanation_answers_the_question():
    told = replace(FAMILY.outgoings[1], explanation="Coeliac: bread of her own.")
    home = replace(FAMILY, outgoings=(told,))
    group = by_group(replace(home, outgoings=(replace(told, monthly_minor=1_220_00),)), ruled(**SFS))[
        "food-housekeeping"
    ]
    assert (group.above, group.asks, group.explanation) == (True, False, "Coeliac: bread of her own.")


@pytest.mark.parametrize(
    ("people", "minor"),
    [
        ((1, 0), 839_00),
        ((2, 0), 1_481_00),
        ((1, 2), 1_753_00),
        ((2, 2), 2_129_00),
        ((2, 3), 2_523_00),
        ((3, 4), 3_311_00),
    ],
)
def test_a_standard_by_number_of_persons(people, minor):
    home = replace(FAMILY, adults=people[0], children=people[1], older_children=0)
    assert by_group(home, ruled(**IRS))["national"].guideline_minor == minor


def test_a_national_standard_counts_in_full_and_a_local_one_is_the_lesser_until_explained():
    """Four people: 2,129 national though 1,300 is spent; the rent of 2,500 counts 2,300 until explained."""
    rules = ruled(**IRS, floor_factor=0)
    groups = by_group(FAMILY, rules)
    assert (groups["national"].stated_minor, groups["national"].counted_minor) == (1_300_00, 2_129_00)
    assert (groups["local"].guideline_minor, groups["local"].counted_minor, groups["local"].asks) == (
        2_300_00,
        2_300_00,
        True,
    )
    assert budget(FAMILY, rules, "2026-04", 1)[0].need_minor == 2_129_00 + 2_300_00 + 20_00
    rent, *rest = FAMILY.outgoings
    told = replace(FAMILY, outgoings=(replace(rent, explanation="No smaller flat near the clinic."), *rest))
    assert budget(told, rules, "2026-04", 1)[0].need_minor == 2_129_00 + 2_500_00 + 20_00
    more = replace(FAMILY, outgoings=(*rest, Outgoing(kind="food", monthly_minor=2_000_00)))
    assert by_group(more, rules)["national"].counted_minor == 3_300_00


def test_a_cost_of_one_month_stands_outside_of_the_guideline():
    coat = Outgoing(kind="clothing", month="2026-05", amount_minor=900_00)
    home = replace(FAMILY, outgoings=(*FAMILY.outgoings, coat))
    assert not by_group(home, ruled(**SFS))["personal"].above
    assert budget(home, ruled(**SFS), "2026-05", 1)[0].outgoings_minor == 4_720_00


def test_a_kind_of_person_nobody_knows_stops():
    rules = ruled(guideline=({"group": "food", "person": "dog", "minor": 1},))
    with pytest.raises(AssertionError, match="dog is none of first-adult"):
        guidelines(FAMILY, rules)
