"""Accrual in exact numbers: two parts of a span add up to it, rounding happens once, penalty above its cap is seen."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.rulebook import load_rulebook
from forbear.core.accrual import (
    Accrued,
    Bearing,
    Charge,
    Freeze,
    PenaltyBase,
    Span,
    accrue,
    penalty_above_cap,
    penalty_finding,
    post,
    running,
)
from forbear.core.dates import DayCount
from forbear.core.loan import accrued_on, owed_on
from forbear.core.money import Rounding
from forbear.words import LANGUAGES, say
from tests.core.loans import LOAN

BEARING = Bearing(rate_ppm=240_000, penalty_rate_ppm=360_000, day_count=DayCount.ACTUAL_365)
MARCH = Span(
    start_on=date(2026, 3, 1),
    end_on=date(2026, 3, 31),
    current_minor=10_000_00,
    overdue_minor=1_000_00,
    overdue_interest_minor=200_00,
)
DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))
ACTUAL = replace(LOAN, day_count=DayCount.ACTUAL_365)


def test_thirty_days_by_hand():
    """Interest 10,000.00 × 24 % × 30/365 = 197.2602…; penalty 1,000.00 × 36 % × 30/365 = 29.5890…"""
    found = accrue(MARCH, BEARING)
    assert found.denominator == 365 * 1_000_000
    assert Fraction(found.interest, found.denominator) == Fraction(10_000_00 * 24 * 30, 100 * 365)
    assert Fraction(found.penalty, found.denominator) == Fraction(1_000_00 * 36 * 30, 100 * 365)
    posted = post(found)
    assert (posted.interest_minor, posted.penalty_minor, posted.fees_minor) == (197_26, 29_59, 0)
    assert post(found, Rounding.UP).interest_minor == 197_27


def test_penalty_on_interest_only_where_the_contract_says_so():
    """1,200.00 instead of 1,000.00 bears 36 %: 35.5068… for 30 days."""
    compound = replace(BEARING, penalty_base=PenaltyBase.PRINCIPAL_AND_INTEREST)
    assert post(accrue(MARCH, compound)).penalty_minor == 35_51
    assert post(accrue(MARCH, compound)).interest_minor == post(accrue(MARCH, BEARING)).interest_minor


def test_penalty_has_no_base_that_holds_penalty_or_fees():
    """A late fee of a card bears nothing (银发〔2016〕111号): a charge of March is the same charge in April."""
    assert {base.value for base in PenaltyBase} == {"overdue-principal", "overdue-principal-and-interest"}
    charge = Charge(on=date(2026, 3, 10), amount_minor=50_00)
    april = replace(MARCH, start_on=date(2026, 3, 31), end_on=date(2026, 4, 30))
    assert post(accrue(MARCH, BEARING, charges=[charge])).fees_minor == 50_00
    assert post(accrue(april, BEARING, charges=[charge])).fees_minor == 0


def test_without_a_penalty_rate_overdue_principal_bears_the_contract_rate():
    """11,000.00 × 24 % × 30/365 = 216.9863…; nothing is booked as penalty."""
    posted = post(accrue(MARCH, replace(BEARING, penalty_rate_ppm=240_000)))
    assert (posted.interest_minor, posted.penalty_minor) == (216_99, 0)


def test_a_fee_by_time_is_on_all_principal():
    """11,000.00 × 3.65 % × 30/365 = 33.00."""
    assert post(accrue(MARCH, replace(BEARING, fee_rate_ppm=36_500))).fees_minor == 33_00


def test_frozen_days_do_not_accrue_and_both_ends_count():
    """Ten days of thirty, 11 to 20 March, are frozen: 20/365 of a year is left; frozen twice is frozen once."""
    ten = Freeze(from_on=date(2026, 3, 11), until_on=date(2026, 3, 20))
    assert running(DayCount.ACTUAL_365, MARCH.start_on, MARCH.end_on, [ten]) == (20, 365)
    assert running(DayCount.ACTUAL_365, MARCH.start_on, MARCH.end_on, [ten, ten]) == (20, 365)
    assert post(accrue(MARCH, BEARING, [ten])).interest_minor == 131_51
    penalty_only = replace(ten, parts=("penalty",))
    frozen = accrue(MARCH, BEARING, [penalty_only])
    assert frozen.interest == accrue(MARCH, BEARING).interest
    assert Fraction(frozen.penalty, frozen.denominator) == Fraction(1_000_00 * 36 * 20, 100 * 365)


def test_one_frozen_day_stops_one_day():
    day = Freeze(from_on=date(2026, 3, 31), until_on=date(2026, 3, 31))
    assert running(DayCount.ACTUAL_365, MARCH.start_on, MARCH.end_on, [day]) == (29, 365)


@given(
    DAYS, st.integers(0, 900), st.integers(0, 900), st.sampled_from(list(DayCount)), st.integers(0, 10**9),
    st.lists(st.tuples(DAYS, st.integers(0, 90)), max_size=3),
    st.lists(st.tuples(DAYS, st.integers(0, 99)), max_size=2),
)  # fmt: skip
def test_two_parts_of_a_span_are_the_span(start_on, first, second, day_count, amount, frozen, charged):
    bearing = replace(BEARING, day_count=day_count, fee_rate_ppm=1_234, penalty_base=PenaltyBase.PRINCIPAL_AND_INTEREST)
    middle_on, end_on = start_on + timedelta(days=first), start_on + timedelta(days=first + second)
    freezes = [Freeze(from_on=on, until_on=on + timedelta(days=length)) for on, length in frozen]
    charges = [Charge(on=on, amount_minor=minor) for on, minor in charged]
    whole = Span(
        start_on=start_on,
        end_on=end_on,
        current_minor=amount,
        overdue_minor=amount // 3,
        overdue_interest_minor=amount // 7,
    )
    one = accrue(replace(whole, end_on=middle_on), bearing, freezes, charges)
    other = accrue(replace(whole, start_on=middle_on), bearing, freezes, charges)
    assert one + other == other + one == accrue(whole, bearing, freezes, charges)


@given(st.lists(st.tuples(st.integers(0, 10**15), st.sampled_from([360, 364, 365, 365 * 366])), max_size=6))
def test_adding_is_exact_and_in_any_order(pieces):
    parts = [Accrued(interest=n, penalty=n // 2, fees=n // 3, denominator=d * 1_000_000) for n, d in pieces]
    forward, backward = sum(parts, Accrued()), sum(reversed(parts), Accrued())
    assert forward == backward
    assert Fraction(forward.interest, forward.denominator) == sum(Fraction(p.interest, p.denominator) for p in parts)


@given(st.integers(0, 10**18), st.sampled_from(list(Rounding)))
def test_posting_loses_nothing(numerator, rounding):
    whole = Accrued(interest=numerator, penalty=numerator // 3, fees=numerator // 7, denominator=365_000_000)
    posted = post(whole, rounding)
    again = Accrued(interest=posted.interest_minor, penalty=posted.penalty_minor, fees=posted.fees_minor, denominator=1)
    assert again + posted.rest == whole


def test_posting_by_the_day_is_posting_by_the_month():
    """Thirty posted days, each taking up the rest of the one before, are one posted month."""
    rest, interest = Accrued(denominator=365_000_000), 0
    for day in range(30):
        span = replace(MARCH, start_on=date(2026, 3, 1 + day), end_on=date(2026, 3, 1) + timedelta(days=day + 1))
        posted = post(rest + accrue(span, BEARING), Rounding.HALF_UP)
        interest, rest = interest + posted.interest_minor, posted.rest
    assert interest == 197_26


def test_a_loan_accrues_exactly_across_its_due_days():
    on, between = date(2026, 6, 30), date(2026, 4, 11)
    whole = accrued_on(ACTUAL, on)
    moved = replace(ACTUAL, as_of=between)
    assert accrued_on(ACTUAL, between) + accrued_on(moved, on) == whole
    assert owed_on(ACTUAL, on).interest_minor == 1_146_00 + post(whole).interest_minor


def test_a_frozen_loan_does_not_grow():
    freeze = Freeze(from_on=ACTUAL.as_of, until_on=date(2026, 4, 30))
    assert owed_on(ACTUAL, date(2026, 4, 30), [freeze]) == owed_on(ACTUAL, ACTUAL.as_of)
    day_later = owed_on(ACTUAL, date(2026, 5, 1), [freeze])
    assert 0 < day_later.total_minor - owed_on(ACTUAL, ACTUAL.as_of).total_minor < 40_00


def test_penalty_on_overdue_interest_of_a_loan():
    """Three rows are overdue on 2 March with 756.36 + 731.22 + 705.58 of interest, of which 1,146.00 is unpaid: until
    12 March it bears 35.64 % for ten days, 11.1899…, beside the penalty on principal."""
    on = date(2026, 3, 12)
    plain, compound = accrued_on(ACTUAL, on), accrued_on(ACTUAL, on, penalty_base=PenaltyBase.PRINCIPAL_AND_INTEREST)
    assert compound.penalty - plain.penalty == 1_146_00 * 356_400 * 10
    assert compound.interest == plain.interest


def test_penalty_above_the_cap_is_shown_not_hidden():
    """At 24 % with an uplift of 50 % the cap is 36 %: of 100.00 of penalty at 48 % a quarter, 25.00, is above."""
    assert penalty_above_cap(100_00, 240_000, 480_000, 500_000) == 25_00
    assert penalty_above_cap(100_00, 240_000, 360_000, 500_000) == 0
    assert penalty_above_cap(100_00, 240_000, 360_001, 500_000) == 1
    assert penalty_above_cap(0, 240_000, 480_000, 500_000) == 0
    assert penalty_above_cap(100_00, 0, 480_000, 500_000) == 100_00


def test_the_finding_names_rule_limit_and_value():
    param = load_rulebook("cn", "bank-card", "example", date(2026, 3, 2)).param("penalty.uplift_max")
    above, within = penalty_finding(param, 237_600, 400_000), penalty_finding(param, 237_600, 356_400)
    assert (above.ok, above.limit, above.value, above.rule) == (False, "35.64", "40.00", "cn.penalty.uplift_max")
    assert within.ok
    for language in LANGUAGES:
        assert say(language, f"rules.{above.key}.all")
