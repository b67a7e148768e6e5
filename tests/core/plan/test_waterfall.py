"""Waterfalls: published examples to the cent, each limit and refusal by hand, and what holds for every loan.

Published: the Treasury's three examples of Making Home Affordable (2009, reprinted on silvermortgage.blogspot.com) and
the example of HUD Mortgagee Letter 2009-23 for a partial claim.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.adapters.rulebook import load_layers, load_rulebook
from forbear.core.loan import Owed
from forbear.core.plan import check_plan
from forbear.core.refusal import Refusal
from forbear.core.rules import NoRule
from forbear.core.waterfall import (
    Before,
    Outcome,
    Step,
    Target,
    Waterfall,
    level_minor,
    named_waterfalls,
    run_waterfall,
    waterfall_of,
)
from forbear.core.waterfall_rows import plan_of, told
from forbear.words import LANGUAGES, say

SHIPPED = resources.files("forbear").joinpath("rulebook")
IN_2012, IN_2025 = (load_layers(SHIPPED, ["base", "us/mortgage"], on) for on in (date(2012, 6, 1), date(2025, 6, 1)))
HAMP, FHA, FLEX = waterfall_of("hamp", IN_2012), waterfall_of("fha", IN_2012), waterfall_of("flex", IN_2025)
HOUSE = waterfall_of("house", load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2)))
ON, FIRST = date(2026, 3, 2), date(2026, 4, 1)


def owed(principal: int, interest: int = 0, penalty: int = 0, fees: int = 0) -> Owed:
    return Owed(principal_minor=principal, interest_minor=interest, penalty_minor=penalty, fees_minor=fees)


def home(principal: int, rate_ppm: int, income: int, **more: object) -> Before:
    """A mortgage of 30 years at its first payment, with 250.00 of taxes and insurance."""
    given = {
        "owed": owed(principal),
        "rate_ppm": rate_ppm,
        "months_left": 360,
        "payment_minor": level_minor(principal, rate_ppm, 360),
        "gross_income_minor": income,
        "housing_costs_minor": 250_00,
    }
    return Before(**given | more)


def ran(waterfall: Waterfall, before: Before) -> Outcome:
    found = run_waterfall(waterfall, before)
    assert isinstance(found, Outcome)
    return found


def refused(waterfall: Waterfall, before: Before) -> Refusal:
    found = run_waterfall(waterfall, before)
    assert isinstance(found, Refusal)
    for language in LANGUAGES:
        assert say(language, found.reason, **found.facts) and say(language, found.way_on, **found.facts)
    return found


def did(outcome: Outcome) -> list[tuple[str, int]]:
    """The steps that did something and the payment after each."""
    return [(step.step.value, step.payment_minor) for step in outcome.steps if not step.skipped]


@pytest.mark.parametrize(
    ("principal", "rate_ppm", "months", "payment"),
    [
        (200_000_00, 75_000, 360, 1_398_43),
        (200_000_00, 40_000, 360, 954_83),
        (200_000_00, 20_000, 420, 662_53),
        (450_000_00, 90_000, 360, 3_620_80),
        (450_000_00, 20_000, 480, 1_362_72),
        (12_000_00, 0, 36, 333_33),
        (1, 4_000_000, 1, 1),
    ],
)
def test_the_level_payment_is_as_published(principal, rate_ppm, months, payment):
    assert level_minor(principal, rate_ppm, months) == payment


def test_the_first_treasury_example_stops_at_the_rate():
    """31 % of 4,000.00 is 1,240.00, less 250.00 leaves 990.00. 4.375 % gives 998.57, 4.25 % the first below: 983.88.
    The Treasury rounds on to 4 % and 954.83; a waterfall stops at the first step that is enough."""
    found = ran(HAMP, home(200_000_00, 75_000, 4_000_00))
    assert (found.target_minor, did(found), found.reached) == (990_00, [("rate", 983_88)], True)
    assert (found.terms.rate_ppm, found.terms.months) == (42_500, 360)
    assert level_minor(200_000_00, 43_750, 360) == 998_57
    skipped = [(step.step, step.skipped) for step in found.steps if step.skipped]
    assert skipped == [
        (Step.CAPITALISE, "waterfall.skipped.nothing"),
        (Step.TERM, "waterfall.skipped.reached"),
        (Step.FORBEAR, "waterfall.skipped.reached"),
    ]


def test_the_second_treasury_example_goes_on_to_the_term():
    """930.00 − 250.00 = 680.00; 2 % over 30 years is 739.24, so months are added. 404 give 680.68, 405 679.50."""
    found = ran(HAMP, home(200_000_00, 75_000, 3_000_00))
    assert did(found) == [("rate", 739_24), ("term", 679_50)]
    assert (found.terms.rate_ppm, found.terms.months, found.reached) == (20_000, 405, True)
    assert level_minor(200_000_00, 20_000, 404) == 680_68


def test_the_third_treasury_example_puts_principal_off():
    """1,395.00 − 250.00 = 1,145.00; 2 % over 40 years is still 1,362.72. 1,145.00 carries 378,105.36 of principal."""
    found = ran(HAMP, home(450_000_00, 90_000, 4_500_00))
    assert did(found) == [("rate", 1_663_29), ("term", 1_362_72), ("forbear", 1_145_00)]
    assert found.terms.deferred == owed(450_000_00 - 378_105_36) == owed(71_894_64)
    assert found.reached and found.bound_by == ()


def test_the_example_of_the_partial_claim():
    """HUD: 31 % of 3,500.00 is 1,085.00, less 300.00 leaves 785.00, which carries 130,931 at 6 %: 19,069 is deferred,
    with 3,660.00 of arrears a claim of 22,729 of at most 45,000; back end 1,885 of 3,500, 53.9 %, below 55 %."""
    before = Before(
        owed=owed(150_000_00, interest=3_660_00),
        rate_ppm=60_000,
        months_left=324,
        payment_minor=920_00,
        gross_income_minor=3_500_00,
        housing_costs_minor=300_00,
        other_debts_minor=800_00,
    )
    found = ran(FHA, before)
    assert [step for step, _ in did(found)] == ["defer-arrears", "term", "forbear"]
    assert (found.terms.payment_minor, found.terms.months, found.reached) == (785_00, 360, True)
    assert found.terms.principal_minor == 130_931_41
    assert found.terms.deferred == owed(19_068_59, interest=3_660_00)
    assert found.terms.deferred.total_minor == 22_728_59
    assert found.back_ratio_ppm == 538_571 and FHA.back_max_ppm == 550_000
    assert "waterfall.why.back" not in [why.key for why in told(found)]
    heavy = ran(FHA, replace(before, other_debts_minor=841_00))
    assert told(heavy)[-2].facts == {"ratio": "55.0286", "limit": "55.00"}
    tight = ran(FHA, replace(before, gross_income_minor=2_600_00))
    assert tight.terms.deferred.total_minor == 45_000_00
    assert (tight.reached, tight.bound_by) == (False, ("term_max", "forbear_max"))


def test_a_flex_by_hand():
    """80 % of 1,199.49 is 959.59. 6,000.00 of interest and 500.00 of fees join 195,000.00: 201,500.00. From 6 % down
    to the floor of 4.5 % over 336 months: 1,055.82; 413 months give 960.29, 414 959.32."""
    before = Before(
        owed=owed(195_000_00, interest=6_000_00, fees=500_00), rate_ppm=60_000, months_left=336, payment_minor=1_199_49
    )
    found = ran(FLEX, before)
    assert (found.target_minor, found.terms.principal_minor) == (959_59, 201_500_00)
    assert did(found) == [("capitalise", 1_239_47), ("rate", 1_055_82), ("term", 959_32)]
    assert (found.terms.rate_ppm, found.terms.months) == (45_000, 414)
    assert level_minor(201_500_00, 45_000, 413) == 960_29


def test_a_flex_may_end_above_its_cut():
    """480 months at the floor, and the home is worth so much that no principal is put off."""
    payment = level_minor(200_000_00, 50_000, 470)
    before = Before(
        owed=owed(200_000_00), rate_ppm=50_000, months_left=470, payment_minor=payment, loan_to_value_ppm=700_000
    )
    found = ran(FLEX, before)
    assert did(found) == [("rate", 906_00), ("term", 899_13)]
    assert (found.reached, found.bound_by) == (False, ("rate_floor", "term_max"))
    assert found.steps[-1].skipped == "waterfall.skipped.loan-to-value"
    deferring = ran(FLEX, replace(before, loan_to_value_ppm=800_000))
    assert deferring.reached and deferring.terms.payment_minor == deferring.target_minor


def test_where_capitalising_is_not_lawful_arrears_are_spread():
    """The house's own waterfall in China, towards what the budget can bear. 12,000.00 over 12 months at 24 % is
    1,134.72, and 60.00 of the arrears of 720.00 each month; at 4 % 1,081.80; then 22 months: 599.33; 21 are 626.90."""
    before = Before(
        owed=owed(12_000_00, interest=600_00, penalty=120_00),
        rate_ppm=240_000,
        months_left=12,
        payment_minor=1_200_00,
        affordable_minor=600_00,
    )
    unlawful = replace(HOUSE, capitalises=frozenset())
    found = ran(unlawful, before)
    assert HOUSE.target is Target.AFFORDABLE
    assert found.steps[0].skipped == "waterfall.skipped.unlawful"
    assert found.steps[0].payment_minor == 1_134_72 + 60_00
    assert found.terms.principal_minor == 12_000_00
    assert did(found) == [("rate", 1_081_80), ("term", 599_33)]
    assert found.terms.months == 22 and level_minor(12_000_00, 40_000, 21, 720_00) == 626_90


def test_the_rows_carry_the_balloon_and_lose_nothing():
    found = ran(HAMP, home(450_000_00, 90_000, 4_500_00))
    plan = plan_of(found, ON, FIRST)
    check_plan(plan, found.terms.owed, ON)
    assert len(plan.instalments) == 480 and plan.ends_on == date(2066, 3, 1)
    assert {row.amount_minor for row in plan.instalments[:-1]} == {1_145_00}
    first, last = plan.instalments[0], plan.instalments[-1]
    assert (first.interest_minor, first.principal_minor) == (630_17, 514_83)
    assert last.principal_minor - found.terms.deferred.principal_minor < 1_145_00
    assert plan.owed.principal_minor == 450_000_00
    assert [m.measure for m in plan.measures] == ["rate", "term", "deferred-principal"]


def test_every_outcome_can_be_said():
    for waterfall, before in (
        (HAMP, home(450_000_00, 90_000, 4_500_00)),
        (FLEX, home(200_000_00, 60_000, 0, owed=owed(200_000_00, interest=900_00), loan_to_value_ppm=0)),
        (FHA, home(200_000_00, 60_000, 3_000_00, owed=owed(200_000_00, interest=900_00))),
    ):
        found = ran(waterfall, before)
        for language in LANGUAGES:
            assert all(say(language, why.key, **why.facts) for why in told(found))
            assert all(say(language, step.skipped) for step in found.steps if step.skipped)
    # 30 % of 200,000.00 may be put off, 900.00 of it arrears: 140,900.00 at 6 % over 360 months.
    assert told(found)[-1].facts == {"months": "3", "payment": "844.77"}


@pytest.mark.parametrize(
    ("changes", "reason", "where"),
    [
        ({"owed": owed(0)}, "nothing-owed", ""),
        ({"owed": owed(-1)}, "input", "principal"),
        ({"owed": owed(1, penalty=-1)}, "input", "penalty"),
        ({"payment_minor": 10**14}, "input", "payment"),
        ({"rate_ppm": 4_000_001}, "input", "rate"),
        ({"rate_ppm": -1}, "input", "rate"),
        ({"months_left": 601}, "input", "months_left"),
        ({"months_left": 0}, "input", "months_left"),
        ({"gross_income_minor": None}, "no-income", ""),
        ({"gross_income_minor": 800_00}, "nothing-left", ""),
        ({"gross_income_minor": 9_000_00}, "already-met", ""),
    ],
)
def test_what_no_waterfall_can_take_is_refused(changes, reason, where):
    found = refused(HAMP, replace(home(200_000_00, 75_000, 4_000_00), **changes))
    assert (found.rule, found.reason, found.where) == ("waterfall.hamp", f"waterfall.refusal.{reason}", where)


def test_a_waterfall_of_the_budget_needs_a_budget():
    before = home(200_000_00, 75_000, 4_000_00)
    assert refused(HOUSE, before).reason == "waterfall.refusal.no-budget"
    assert refused(HOUSE, replace(before, affordable_minor=0)).reason == "waterfall.refusal.nothing-left"


def test_a_payment_is_never_raised():
    """Two years of arrears joined to a loan that runs at the floor of the rate and the longest term."""
    before = home(200_000_00, 20_000, 1_000_00, months_left=480, owed=owed(200_000_00, interest=150_000_00))
    before = replace(before, payment_minor=605_65, housing_costs_minor=0)
    assert refused(HAMP, before).reason == "waterfall.refusal.would-raise"


def test_a_loan_in_its_last_month_gets_a_longer_term():
    found = ran(HAMP, home(10_000_00, 75_000, 1_000_00, months_left=1, payment_minor=10_062_50, housing_costs_minor=0))
    assert found.terms.months == 34 and found.terms.payment_minor == 302_77 <= found.target_minor


def test_the_rulebook_names_its_waterfalls():
    assert {"hamp", "fha"} <= set(named_waterfalls(IN_2012)) and "flex" not in named_waterfalls(IN_2012)
    assert {"flex", "house", "hamp"} <= set(named_waterfalls(IN_2025))
    assert (HAMP.target, HAMP.target_ppm, HAMP.trial_months) == (Target.INCOME_SHARE, 310_000, 3)
    assert (FLEX.target, FLEX.target_ppm, FLEX.trial_months) == (Target.PAYMENT_CUT, 200_000, 3)
    with pytest.raises(NoRule):
        waterfall_of("flex", IN_2012)
    with pytest.raises(NoRule):
        waterfall_of("niagara", IN_2025)


INCOME = st.integers(500_00, 12_000_00)
LOANS = st.builds(
    Before,
    owed=st.builds(owed, st.integers(1, 900_000_00), *[st.integers(0, 30_000_00)] * 3),
    rate_ppm=st.sampled_from([0, 1, 20_000, 45_000, 61_300, 90_000, 240_000, 4_000_000]),
    months_left=st.integers(1, 500),
    payment_minor=st.integers(1, 9_000_00),
    gross_income_minor=INCOME,
    housing_costs_minor=st.integers(0, 900_00),
    affordable_minor=st.integers(0, 5_000_00),
    loan_to_value_ppm=st.sampled_from([None, 700_000, 800_000, 1_200_000]),
)
NAMED = st.sampled_from([HAMP, FLEX, FHA, HOUSE, replace(HOUSE, capitalises=frozenset({"interest"}))])


def exact_payment(outcome: Outcome) -> Fraction:
    """The level payment by the annuity formula in fractions, written apart from the product's."""
    terms = outcome.terms
    rate = Fraction(terms.rate_ppm, 12_000_000)
    level = terms.principal_minor / Fraction(terms.months)
    if rate:
        level = terms.principal_minor * rate / (1 - (1 + rate) ** -terms.months)
    return level + Fraction(terms.arrears.total_minor, terms.months)


@settings(max_examples=300, deadline=None)
@given(NAMED, LOANS)
def test_no_waterfall_raises_the_payment_or_passes_a_limit(waterfall, before):
    found = run_waterfall(waterfall, before)
    if isinstance(found, Refusal):
        return
    terms = found.terms
    assert abs(exact_payment(found) - terms.payment_minor) <= Fraction(1, 2)
    assert terms.payment_minor <= before.payment_minor
    assert found.reached == (terms.payment_minor <= found.target_minor)
    assert bool(found.bound_by) <= (not found.reached)
    assert min(before.rate_ppm, waterfall.rate_floor_ppm or before.rate_ppm) <= terms.rate_ppm <= before.rate_ppm
    assert before.months_left <= terms.months <= max(before.months_left, waterfall.term_max_months)
    principal = terms.principal_minor + terms.deferred.principal_minor
    assert terms.deferred.total_minor * 1_000_000 <= principal * waterfall.forbear_max_ppm
    assert terms.owed.total_minor == before.owed.total_minor
    assert terms.arrears.principal_minor == 0


@settings(max_examples=300, deadline=None)
@given(NAMED, LOANS)
def test_it_stops_at_the_first_step_that_is_enough(waterfall, before):
    found = run_waterfall(waterfall, before)
    if isinstance(found, Refusal):
        return
    whole = [step for step in found.steps if not step.skipped and step.step in (Step.RATE, Step.TERM, Step.FORBEAR)]
    assert all(step.payment_minor > found.target_minor for step in whole[:-1])
    if not whole or not found.reached:
        return
    last, terms = whole[-1], found.terms
    if last.step is Step.RATE:
        steps = -(-(before.rate_ppm - terms.rate_ppm) // waterfall.rate_step_ppm)
        before_it = replace(terms, rate_ppm=before.rate_ppm - (steps - 1) * waterfall.rate_step_ppm)
    elif last.step is Step.TERM:
        before_it = replace(terms, months=terms.months - 1)
    else:
        fuller = replace(found, terms=replace(terms, principal_minor=terms.principal_minor + 1))
        whole_principal = terms.principal_minor + terms.deferred.principal_minor
        all_there_is = terms.deferred.total_minor == whole_principal * waterfall.forbear_max_ppm // 1_000_000
        assert exact_payment(fuller) > found.target_minor
        assert exact_payment(found) <= found.target_minor or all_there_is
        return
    assert before_it.payment_minor > found.target_minor


@settings(max_examples=200, deadline=None)
@given(LOANS, INCOME, INCOME)
def test_more_income_never_means_more_relief(before, one, other):
    less, more = sorted((one, other))
    found = [run_waterfall(HAMP, replace(before, gross_income_minor=income)) for income in (less, more)]
    if all(isinstance(item, Outcome) for item in found):
        poor, rich = found
        assert poor.terms.payment_minor <= rich.terms.payment_minor or not rich.reached
        assert poor.terms.rate_ppm <= rich.terms.rate_ppm and poor.terms.months >= rich.terms.months
        assert poor.terms.deferred.total_minor >= rich.terms.deferred.total_minor


@settings(max_examples=60, deadline=None)
@given(NAMED, LOANS)
def test_every_outcome_has_exact_rows(waterfall, before):
    found = run_waterfall(waterfall, before)
    if isinstance(found, Refusal):
        return
    plan = plan_of(found, ON, FIRST)
    check_plan(plan, found.terms.owed, ON)
    assert all(row.amount_minor <= found.terms.payment_minor for row in plan.instalments[:-1])
