"""Present value, the change against the books and advice: by hand, against fractions, and back from the yearly cost."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.adapters.rulebook import load_layers, load_rulebook
from forbear.core.dates import DayCount
from forbear.core.loan import Owed
from forbear.core.plan import Instalment, Plan, annual_cost_ppm
from forbear.core.present_value import (
    Bearing,
    flows_of,
    modification,
    npv_advice,
    npv_rule,
    present_value_minor,
)
from forbear.words import LANGUAGES, say

CN = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))
US = load_layers(resources.files("forbear").joinpath("rulebook"), ["base", "us/mortgage"], date(2026, 3, 2))
OLD = replace(npv_rule(CN), binding=False)
TEN = 100_000


def test_three_payments_by_hand():
    """12 % a year is 1 % a month: 1,000.00 / 1.01 + 1,000.00 / 1.0201 + 1,000.00 / 1.030301 = 2,940.985…"""
    flows = [(1, 1_000_00)] * 3
    assert present_value_minor(flows, 12, 120_000) == 2_940_99
    assert present_value_minor(flows, 12, 0) == 3_000_00
    assert present_value_minor([], 12, 120_000) == 0
    assert present_value_minor([(24, 1_020_00)], 12, 10_000) == 1_000_00


def test_a_loss_and_the_ten_percent_by_hand():
    """2,940.99 on the books; paid a month later at no new interest it is 2,911.87, a loss of 29.12, 0.9901 %."""
    found = modification(2_940_99, [(2, 1_000_00), (1, 1_000_00), (1, 1_000_00)], 12, 120_000, TEN)
    assert present_value_minor([(1, 1_000_00)], 12, 120_000) == 990_10
    assert (found.present_value_minor, found.change_minor) == (2_912_15, -28_84)
    assert (found.change_ppm, found.ten_percent) == (-9_806, False)


@pytest.mark.parametrize(
    ("value", "share", "flag"),
    [(900_00, -100_000, True), (900_01, -99_990, False), (1_100_00, 100_000, True), (1_099_99, 99_990, False)],
)
def test_the_flag_stands_at_ten_percent_up_or_down(value, share, flag):
    found = modification(1_000_00, [(0, value)], 12, 240_000, TEN)
    assert (found.change_minor, found.change_ppm, found.ten_percent) == (value - 1_000_00, share, flag)


def test_the_flag_does_not_round():
    """99.99999 % of the threshold rounds to it and is still below."""
    found = modification(10**12, [(0, 9 * 10**11 + 1)], 12, 0, TEN)
    assert (found.change_ppm, found.ten_percent) == (-100_000, False)


def test_nothing_on_the_books_has_no_share():
    found = modification(0, [(1, 100)], 12, 0, TEN)
    assert (found.change_minor, found.change_ppm, found.ten_percent) == (100, 0, False)
    assert CN.integer("value.modification_threshold") == TEN


FLOWS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 50_000_00)), min_size=1, max_size=120)


@settings(max_examples=150, deadline=None)
@given(FLOWS, st.integers(0, 4_000_000))
def test_it_is_the_exact_fraction_rounded_once(flows, rate_ppm):
    exact, factor = Fraction(0), Fraction(1)
    for part, amount in flows:
        factor *= 1 + Fraction(rate_ppm * part, 12_000_000)
        exact += amount / factor
    distance = abs(exact - present_value_minor(flows, 12, rate_ppm))
    assert distance <= Fraction(1, 2) + Fraction(len(flows), 2**65)


@settings(max_examples=150, deadline=None)
@given(FLOWS, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_a_higher_rate_is_never_worth_more(flows, one, other):
    low, high = sorted((one, other))
    assert present_value_minor(flows, 12, high) <= present_value_minor(flows, 12, low) <= sum(a for _, a in flows)


@settings(max_examples=100, deadline=None)
@given(st.integers(1_000_00, 90_000_00), st.integers(2, 60), st.integers(1, 400))
def test_at_its_own_cost_a_plan_is_worth_the_debt_carried_into_it(carried, months, more):
    """The yearly cost is the least whole ppm at which nothing is overpaid, so one ppm less is worth as much or more."""
    flows = [(1, carried * (1000 + more) // 1000 // months + 1)] * months
    cost = annual_cost_ppm(carried, flows, 12, 100_000)
    assert present_value_minor(flows, 12, cost) <= carried <= present_value_minor(flows, 12, cost - 1)


def plan(*dues: date) -> Plan:
    parts = {"interest_minor": 0, "penalty_minor": 0, "fees_minor": 0}
    rows = tuple(
        Instalment(due_on=on, principal_minor=100_00, balance_minor=100_00 * (len(dues) - 1 - i), **parts)
        for i, on in enumerate(dues)
    )
    debt = Owed(principal_minor=100_00 * len(dues), **parts)
    return Plan(
        as_of=date(2026, 1, 15), owed=debt, first_due_on=dues[0], ends_on=dues[-1], instalments=rows,
        forgiven=Owed(principal_minor=0, **parts), measures=(), annual_cost_ppm=0,
        total_minor=debt.principal_minor, instalment_max_minor=100_00,
    )  # fmt: skip


def test_the_times_of_a_plan_are_those_of_its_calendar():
    """From 15 January to the end of February 43 days of 30/360; then a month each, two where one is left out."""
    made = plan(date(2026, 2, 28), date(2026, 3, 31), date(2026, 5, 31))
    assert flows_of(made, DayCount.THIRTY_360) == (((43, 100_00), (30, 100_00), (60, 100_00)), 360)
    assert flows_of(made, DayCount.ACTUAL_365) == (((44, 100_00), (31, 100_00), (61, 100_00)), 365)


@pytest.mark.parametrize(
    ("worth", "binding", "must", "bearing", "ok"),
    [
        (101, False, False, Bearing.ABOVE, True),
        (101, True, False, Bearing.ABOVE, True),
        (101, False, True, Bearing.MUST, True),
        (100, True, True, Bearing.EQUAL, True),
        (99, False, False, Bearing.ADVICE, True),
        (99, False, True, Bearing.ADVICE, True),
        (99, True, False, Bearing.MAY_REFUSE, False),
        (99, True, True, Bearing.MAY_REFUSE, False),
    ],
)
def test_what_a_value_means(worth, binding, must, bearing, ok):
    advice = npv_advice(worth, 100, replace(OLD, binding=binding, must=must))
    assert (advice.bearing, advice.finding.ok, advice.difference_minor) == (bearing, ok, worth - 100)
    assert (advice.finding.limit, advice.finding.value) == ("1.00", f"{worth // 100}.{worth % 100:02d}")
    for language in LANGUAGES:
        assert say(language, advice.why.key, **advice.why.facts)


def test_the_rulebook_says_how_it_bears():
    """Shipped: advice everywhere; under HAMP a plan that is worth more must be offered."""
    assert (npv_rule(CN).binding, npv_rule(CN).must, npv_rule(CN, "house").must) == (False, False, False)
    hamp = npv_rule(US, "hamp")
    assert (hamp.binding, hamp.must, hamp.param.rule) == (False, True, "us.mortgage.waterfall.hamp.npv_must")
    assert npv_advice(100, 200, hamp).bearing is Bearing.ADVICE
    assert npv_advice(200, 100, hamp).finding.source.startswith("Making Home Affordable Handbook")
