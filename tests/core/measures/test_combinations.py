"""Which measures go together: the one order of operations, contradictions refused, exits, a person for the second."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from forbear.core.combinations import (
    ABOUT,
    EXCLUDES,
    EXITS,
    TEMPORARY,
    Planned,
    combine,
    excluded,
    planned,
    told,
)
from forbear.core.measures import Capitalise, DeferPrincipal, Earned, Forgive, FreezeAccrual, Rate, Waive
from forbear.core.position import Position
from forbear.core.refusal import Refusal
from forbear.core.replans import (
    ArrearsSpread,
    Consolidate,
    Holiday,
    InterestOnly,
    ReAmortise,
    Settle,
    Step,
    Term,
    Variant,
)
from forbear.words import LANGUAGES, say
from tests.core.measures.positions import AS_OF, BASE, LATE, NARROW, WIDE, amounts, annuity
from tests.core.measures.test_waivers import refused

WATERFALL = (
    Waive(part="fees", amount_minor=20_00),
    Rate(from_rows=((1, 60_000),)),
    Capitalise(parts=("interest", "fees")),
    DeferPrincipal(amount_minor=2_000_00),
    Term(periods=24),
)
"""Waive 20.00, 6 % a year, add 300.00 and the 30.00 of fees left, set 2,000.00 aside, 24 rows."""


def test_the_waterfall_in_any_order_is_waive_adjust_capitalise_re_plan():
    """12,330.00 less 2,000.00 is 10,330.00: A(10,330.00, 0.5 %, 24) = 457.83, and penalty of 200.00 in 24 shares."""
    results = {combine(LATE, order, WIDE) for order in permutations(WATERFALL)}
    assert len(results) == 1
    (found,) = results
    assert isinstance(found, Position)
    assert (found.not_due_minor, found.deferred_minor, found.capitalised_minor) == (10_330_00, 2_000_00, 330_00)
    assert found.forgiven.fees_minor == 20_00
    shown = planned(LATE, WATERFALL, WIDE)
    assert isinstance(shown, Planned)
    assert shown.figures.first_minor == annuity(10_330_00, 60_000, 24) + 8_33 == 457_83 + 8_33
    assert shown.figures.highest_minor == shown.figures.last_minor > 2_000_00
    assert shown.figures.ends_on == date(2028, 3, 28)


def test_what_has_become_principal_can_no_longer_be_waived():
    """Capitalised first, no fee is left to waive (the fault other systems had): so waiving always comes first."""
    fees = Waive(part="fees", amount_minor=50_00)
    whole = combine(LATE, [Capitalise(parts=("interest", "fees")), fees, Term(periods=24)], WIDE)
    assert isinstance(whole, Position)
    assert (whole.forgiven.fees_minor, whole.capitalised_minor) == (50_00, 300_00)


def test_the_figures_by_hand():
    """1,066.19 × 11 + 1,066.14 = 12,794.23 by contract; with 600.00 forgiven 11,400.00 cost A = 1,012.88 a row."""
    shown = planned(BASE, [Forgive(amount_minor=600_00)], NARROW)
    assert isinstance(shown, Planned)
    figures = shown.figures
    assert (figures.first_minor, figures.highest_minor, figures.rows) == (1_012_88, 1_012_88, 12)
    assert figures.forgiven_minor == 600_00
    assert figures.total_minor == 11 * 1_012_88 + figures.last_minor
    assert figures.change_minor == figures.total_minor - 12_794_23
    assert figures.interest_minor == figures.total_minor - 11_400_00
    assert (figures.first_due_on, figures.ends_on) == (date(2026, 4, 28), date(2027, 3, 28))
    assert abs(figures.annual_cost_ppm - 120_000) < 30


@pytest.mark.parametrize("pair", EXCLUDES, ids=lambda pair: f"{pair.one}+{pair.other}")
def test_every_excluded_pair_says_why_in_both_languages(pair):
    for language in LANGUAGES:
        assert say(language, f"measures.why.{pair.why}")
    assert excluded(pair.one)[pair.other] == excluded(pair.other)[pair.one] == pair.why


SETTLE = Settle(payments=1, expires_on=date(2026, 5, 1), amount_minor=1_00)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ([SETTLE, Term(periods=24)], "why.settlement-alone"),
        ([SETTLE, Rate(from_rows=((1, 0),))], "why.settlement-alone"),
        ([Term(periods=24), ReAmortise()], "why.two-ends"),
        ([ArrearsSpread(periods=6), ReAmortise()], "why.arrears-twice"),
        ([ArrearsSpread(periods=6), Capitalise(parts=("fees",))], "why.arrears-twice"),
        ([Step(listed=(5_000_00,)), ReAmortise()], "why.level-and-step"),
        ([Consolidate(others=(BASE,), rate_ppm=0, periods=12), Term(periods=24)], "why.two-ends"),
        ([Waive(part="penalty", amount_minor=1_00), Capitalise(parts=("penalty",))], "refusal.penalty_both"),
        ([Rate(from_rows=((1, 0),)), Rate(from_rows=((1, 0),))], "refusal.twice"),
        ([Holiday(periods=3, variant=Variant.INTEREST_FREE)], "refusal.no_exit"),
        ([Holiday(periods=3, variant=Variant.INTEREST_FREE), Step(listed=(5_000_00,))], "refusal.no_exit"),
    ],
)  # fmt: skip
def test_a_list_that_contradicts_itself_is_refused_in_any_order(asked, reason):
    for order in permutations(asked):
        found = combine(LATE, order, WIDE)
        assert isinstance(found, Refusal), found
        assert found.reason == f"measures.{reason}"
        for language in LANGUAGES:
            assert say(language, found.reason, **found.facts) and say(language, found.way_on, **found.facts)


def test_a_settlement_goes_with_waivers_and_a_freeze():
    """200.00 of penalty waived, 12,350.00 left; 9,000.00 settles it."""
    asked = [
        Settle(payments=1, expires_on=date(2026, 5, 1), amount_minor=9_000_00),
        Waive(part="penalty", amount_minor=200_00),
        FreezeAccrual(from_on=AS_OF, until_on=date(2026, 5, 1)),
    ]
    shown = planned(LATE, asked, WIDE)
    assert isinstance(shown, Planned)
    assert (shown.figures.total_minor, shown.figures.forgiven_minor) == (9_000_00, 3_550_00)


def test_forgiven_and_deferred_principal_are_slices_of_their_own():
    """9,000.00 forgiven leaves 3,000.00, of which 30 % may be set aside; what is forgiven is never deferred too."""
    slices = [DeferPrincipal(amount_minor=900_00), Forgive(amount_minor=9_000_00)]
    found = combine(BASE, slices, NARROW)
    assert isinstance(found, Position)
    assert (found.forgiven.principal_minor, found.deferred_minor, found.not_due_minor) == (9_000_00, 900_00, 2_100_00)
    same = [DeferPrincipal(amount_minor=3_600_00), Forgive(amount_minor=9_000_00, earned=Earned(shares=2, every=6))]
    refused(combine(BASE, same, NARROW), "above")


def test_two_temporary_measures_need_a_person():
    two = [
        Holiday(periods=2, variant=Variant.INTEREST_FREE),
        InterestOnly(periods=3),
        ReAmortise(),
    ]
    refused(combine(BASE, two, WIDE), "serial")
    assert isinstance(combine(BASE, two, WIDE, signed_off=True), Position)


def test_a_second_temporary_measure_within_24_months_needs_a_person():
    one = [InterestOnly(periods=3), ReAmortise()]
    before = replace(BASE, relieved_on=(date(2024, 3, 29),))
    refused(combine(before, one, WIDE), "serial")
    assert isinstance(combine(before, one, WIDE, signed_off=True), Position)
    long_ago = replace(BASE, relieved_on=(date(2024, 3, 28),))
    assert isinstance(combine(long_ago, one, WIDE), Position)


def test_no_plan_raises_the_payment_unless_she_asks():
    """Three months off and the same end raise 1,066.19 to 1,400.88."""
    asked = [Holiday(periods=3, variant=Variant.INTEREST_FREE), ReAmortise()]
    refused(planned(BASE, asked, WIDE), "raised")
    shown = planned(BASE, asked, WIDE, asked_to_pay_more=True)
    assert isinstance(shown, Planned)
    assert shown.figures.highest_minor == 1_400_91
    assert shown.figures.raised_minor == 1_400_91 - 1_066_19
    assert amounts(shown.course.rows)[0] == 1_400_88


def test_the_table_of_measures_is_whole():
    names = [about.name for about in ABOUT]
    assert len(set(names)) == len(names)
    assert {pair.one for pair in EXCLUDES} | {pair.other for pair in EXCLUDES} | set(EXITS) | set(TEMPORARY) <= set(
        names
    )
    for about in ABOUT:
        for key in told(about).values():
            assert all(say(language, key) for language in LANGUAGES)
