"""A month taken apart adds up to the month: each line, each rule, and what it does not reach."""

from dataclasses import replace

import pytest

from forbear.core.budget import Evidence, Income, OtherDebt, Outgoing, budget
from forbear.core.budget_explained import DebtCounted, IncomeCounted, explain_month
from tests.core.budget_rules import IRS, RULES, ruled
from tests.core.plan_household import HOME

GIG = Income(source="gig", monthly_minor=1_000_00, evidence=Evidence.D)
DEBTS = (
    OtherDebt(creditor="bank", balance_minor=12_000_00, monthly_minor=400_00, priority=False),
    OtherDebt(creditor="court", balance_minor=5_000_00, monthly_minor=300_00, priority=True),
)


def test_a_month_line_by_line():
    """September: wages in full, the harvest at 80 %; the floor adds 160 to rent and food."""
    said = explain_month(HOME, RULES, "2026-09", "2026-04")
    assert said.month == budget(HOME, RULES, "2026-04", 6)[-1]
    assert said.income == (
        IncomeCounted(
            source="wages",
            evidence=Evidence.A,
            month_minor=5_200_00,
            share_ppm=1_000_000,
            counted_minor=5_200_00,
            rule="stated",
        ),
        IncomeCounted(
            source="harvest",
            evidence=Evidence.C,
            month_minor=8_000_00,
            share_ppm=800_000,
            counted_minor=6_400_00,
            rule="stated",
        ),
    )
    assert [(n.kind, n.nature, n.priority, n.stated_minor) for n in said.needs] == [
        ("rent", "fixed", True, 1_500_00),
        ("food", "flexible", False, 1_400_00),
    ]
    assert (said.by_guidelines_minor, said.raised_minor, said.short_of) == (0, 160_00, "")
    assert said.debts == (DebtCounted(creditor="bank", priority=False, balance_minor=12_000_00, month_minor=400_00),)
    assert {param.key for param in said.rules} >= {"budget.floor", "budget.buffer", "budget.income_share.long"}


def test_a_cost_of_the_month_stands_in_it_and_in_no_other():
    april = explain_month(HOME, RULES, "2026-04")
    assert [(n.kind, n.nature) for n in april.needs][-1] == ("medical", "beside")
    assert len(explain_month(HOME, RULES, "2026-05").needs) == 2


def test_what_is_only_said_counts_for_the_first_months_and_then_not():
    home = replace(HOME, income=(GIG,))
    first, later = (explain_month(home, RULES, month, "2026-04").income[0] for month in ("2026-09", "2026-10"))
    assert (first.share_ppm, first.counted_minor) == (700_000, 700_00)
    assert (later.share_ppm, later.counted_minor) == (0, 0)


@pytest.mark.parametrize(
    ("wage", "short_of", "short"),
    [(3_759_99, "other-debts", 1), (3_760_00, "", 0), (3_359_99, "priority", 400_01), (3_059_99, "need", 700_01)],
)
def test_a_shortfall_says_what_the_income_does_not_reach(wage, short_of, short):
    """Need 3,060, then the court's 300, then the bank's 400."""
    home = replace(HOME, income=(replace(HOME.income[0], monthly_minor=wage),), other_debts=DEBTS)
    said = explain_month(home, RULES, "2026-05")
    assert (said.short_of, said.month.short_minor) == (short_of, short)
    assert [debt.creditor for debt in said.debts] == ["court", "bank"]


def test_shares_among_creditors_are_shown_and_the_whole_adds_up():
    rules = ruled(other_debts="pro-rata")
    said = explain_month(replace(HOME, other_debts=DEBTS), rules, "2026-05", ours_minor=24_000_00)
    assert [(debt.creditor, debt.month_minor) for debt in said.debts] == [("court", 300_00), ("bank", 552_00)]
    month = said.month
    assert month.affordable_minor == 1_104_00
    assert month.need_minor + month.debts_minor + month.buffer_minor + month.affordable_minor == month.income_minor


def test_what_guidelines_add_is_told_apart_from_what_the_floor_adds():
    said = explain_month(HOME, ruled(**IRS, floor_factor=0), "2026-05")
    assert said.by_guidelines_minor == 1_753_00 - 1_400_00
    assert said.raised_minor == 0
    assert [group.group for group in said.guidelines] == ["national", "local"]


def test_the_stress_that_bounds_is_named():
    assert explain_month(HOME, ruled(stress_binds=True), "2026-05").bound_by_stress
    assert not explain_month(HOME, RULES, "2026-05").bound_by_stress


def test_a_paper_shows_a_line():
    rent = Outgoing(kind="rent", monthly_minor=1_500_00, paper="f_1")
    assert explain_month(replace(HOME, outgoings=(rent,)), RULES, "2026-05").needs[0].shown
