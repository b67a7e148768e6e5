"""Measures that plan the rows anew, each with figures worked by hand on 12,000.00 at 1 % a month."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from forbear.core.combinations import Planned, combine, cost_of_consolidating, planned
from forbear.core.course import Course, course
from forbear.core.dates import DayCount
from forbear.core.position import Position
from forbear.core.refusal import Refusal
from forbear.core.replans import (
    ArrearsSpread,
    Consolidate,
    Holiday,
    InterestOnly,
    ReAmortise,
    Reduced,
    Settle,
    Shortfall,
    Step,
    Term,
    Token,
    Variant,
    arrears_spread,
    consolidate,
    holiday,
    re_amortise,
    received,
    reduced,
    settle,
    step,
    term,
    token,
)
from tests.core.measures.positions import AS_OF, BASE, LATE, NARROW, WIDE, amounts, annuity
from tests.core.measures.test_waivers import refused, rows


def carried_through(*asked) -> Course:
    """The course of the base position under a list of measures."""
    position = combine(BASE, asked, WIDE)
    assert isinstance(position, Position), position
    found = course(position)
    assert isinstance(found, Course), found
    return found


REST = annuity(12_000_00, 120_000, 9)
"""A(12,000.00, 1 %, 9) = 1,400.88: what nine rows pay where principal has not moved."""


def test_a_holiday_whose_interest_becomes_principal():
    """12,000.00 → 12,120.00 → 12,241.20 → 12,363.61 = 12,000.00 × 1.01³; then A(12,363.61, 1 %, 9) = 1,443.33."""
    found = carried_through(Holiday(periods=3, variant=Variant.CAPITALISED), ReAmortise())
    assert found.capitalised_minor == 363_61
    assert len(found.rows) == 9 and found.rows[0].due_on == date(2026, 7, 28)
    assert amounts(found.rows)[:8] == [1_443_33] * 8 == [annuity(12_363_61, 120_000, 9)] * 8
    assert found.rows[0].interest_minor == found.rows[0].accrues_minor == 123_64


def test_a_holiday_with_simple_interest_at_the_end():
    """3 × 120.00 = 360.00 bears nothing and is due with the last row."""
    found = carried_through(Holiday(periods=3, variant=Variant.SIMPLE_AT_END), ReAmortise())
    assert amounts(found.rows)[:8] == [REST] * 8 == [1_400_88] * 8
    assert found.rows[0].interest_minor == 120_00
    assert found.rows[-1].interest_minor - 360_00 == 13_87
    assert sum(row.accrues_minor for row in found.rows) == sum(row.interest_minor for row in found.rows)


def test_a_holiday_with_simple_interest_over_the_term():
    """360.00 over nine rows: 40.00 each on top of 1,400.88."""
    found = carried_through(Holiday(periods=3, variant=Variant.SIMPLE_OVER_TERM), ReAmortise())
    assert amounts(found.rows)[:8] == [REST + 40_00] * 8
    assert found.rows[0].interest_minor == 160_00


def test_a_holiday_without_interest():
    found = carried_through(Holiday(periods=3, variant=Variant.INTEREST_FREE), ReAmortise())
    assert amounts(found.rows)[:8] == [REST] * 8
    assert found.accrued_minor == sum(row.interest_minor for row in found.rows)
    at_end = carried_through(Holiday(periods=3, variant=Variant.SIMPLE_AT_END), ReAmortise())
    assert at_end.accrued_minor - found.accrued_minor == 360_00


def test_a_holiday_and_three_rows_more_end_three_months_later():
    """The end moves with the holiday: A(12,363.61, 1 %, 12) = 1,098.49."""
    found = carried_through(Holiday(periods=3, variant=Variant.CAPITALISED), Term(periods=15))
    assert found.rows[-1].due_on == date(2027, 6, 28)
    assert amounts(found.rows)[0] == annuity(12_363_61, 120_000, 12) == 1_098_49


def test_what_a_holiday_missed_can_be_caught_up_in_shares():
    """Missed principal: 946.19, then 11,053.81 at 1 % leaves 955.65, then 965.21; 2,867.05 and 360.00 over 6 rows."""
    found = carried_through(Holiday(periods=3, variant=Variant.SIMPLE_OVER_TERM), ArrearsSpread(periods=6))
    first = found.rows[0]
    assert first.interest_minor == 120_00 + 60_00
    on_current = 91_33  # 1 % of 12,000.00 − 2,867.05, half up
    assert first.principal_minor == (1_066_19 - on_current) + 477_84
    assert max(amounts(found.rows)[6:]) <= 1_066_19
    assert sum(row.principal_minor for row in found.rows) == 12_000_00


def test_capitalising_in_a_holiday_needs_a_rulebook_that_allows_it():
    refused(holiday(BASE, Holiday(periods=3, variant=Variant.CAPITALISED), NARROW), "not_lawful")


def test_interest_only_then_level():
    """120.00 for three rows, principal stays; then 1,400.88."""
    found = carried_through(InterestOnly(periods=3), ReAmortise())
    assert amounts(found.rows)[:3] == [120_00] * 3
    assert [row.balance_minor for row in found.rows[:3]] == [12_000_00] * 3
    assert amounts(found.rows)[3:11] == [REST] * 8


@pytest.mark.parametrize(
    ("shortfall", "waived", "capitalised", "level", "last_more"),
    [
        (Shortfall.WAIVED, 180_00, 0, 1_400_88, 0),
        (Shortfall.PARKED, 0, 0, 1_400_88, 180_00),
        (Shortfall.CAPITALISED, 0, 181_81, 1_422_11, 0),
    ],
)
def test_a_payment_below_interest_says_what_becomes_of_the_rest(shortfall, waived, capitalised, level, last_more):
    """60.00 of 120.00 a row for three rows. Made principal: 12,060.00, 12,120.60 (120.60 − 60.00), 12,181.81."""
    found = carried_through(Reduced(periods=3, amount_minor=60_00, shortfall=shortfall), ReAmortise())
    assert amounts(found.rows)[:3] == [60_00] * 3
    assert (found.waived_minor, found.capitalised_minor) == (waived, capitalised)
    assert amounts(found.rows)[3:11] == [level] * 8 == [annuity(12_000_00 + capitalised, 120_000, 9)] * 8
    assert abs(found.rows[-1].amount_minor - last_more - level) <= 9


def test_a_reduced_payment_as_a_share_above_interest_pays_principal():
    """Half of 1,066.19 is 533.09: 120.00 of interest, 413.09 of principal."""
    found = carried_through(Reduced(periods=3, share_ppm=500_000, shortfall=Shortfall.WAIVED), ReAmortise())
    assert (found.rows[0].amount_minor, found.rows[0].principal_minor) == (533_09, 413_09)
    assert found.waived_minor == 0


def test_a_token_payment_while_interest_stands_still():
    """10.00 for three rows goes to principal: 11,970.00 is left, A(11,970.00, 1 %, 9) = 1,397.38."""
    found = carried_through(Token(periods=3, amount_minor=10_00), ReAmortise())
    assert [row.principal_minor for row in found.rows[:3]] == [10_00] * 3
    assert found.rows[2].balance_minor == 11_970_00
    assert amounts(found.rows)[3:11] == [annuity(11_970_00, 120_000, 9)] * 8 == [1_397_38] * 8


def test_a_temporary_measure_without_exit_or_rows_after_it_has_no_course():
    alone = holiday(BASE, Holiday(periods=3, variant=Variant.SIMPLE_AT_END), NARROW)
    assert isinstance(alone, Position)
    refused(course(alone), "no_exit")
    whole = holiday(BASE, Holiday(periods=12, variant=Variant.SIMPLE_AT_END), NARROW)
    assert isinstance(whole, Position)
    ended = re_amortise(whole, ReAmortise(), NARROW)
    assert isinstance(ended, Position)
    refused(course(ended), "no_rows_after")


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (holiday(BASE, Holiday(periods=0, variant=Variant.SIMPLE_AT_END), NARROW), "no_rows"),
        (holiday(BASE, Holiday(periods=25, variant=Variant.SIMPLE_AT_END), NARROW), "too_long"),
        (token(BASE, Token(periods=1, amount_minor=0), NARROW), "amount"),
        (token(BASE, Token(periods=1, amount_minor=1_066_19), NARROW), "not_reduced"),
        (reduced(BASE, Reduced(periods=1, shortfall=Shortfall.WAIVED), NARROW), "amount_or_share"),
        (reduced(BASE, Reduced(periods=1, shortfall=Shortfall.WAIVED, amount_minor=-5), NARROW), "amount"),
        (reduced(BASE, Reduced(periods=1, shortfall=Shortfall.WAIVED, share_ppm=1_000_000), NARROW), "not_reduced"),
        (reduced(BASE, Reduced(periods=1, shortfall=Shortfall.CAPITALISED, amount_minor=5), NARROW), "not_lawful"),
        (term(BASE, Term(periods=12), NARROW), "not_longer"),
        (term(BASE, Term(periods=61), NARROW), "too_long"),
        (arrears_spread(LATE, ArrearsSpread(periods=0), NARROW), "periods"),
        (arrears_spread(LATE, ArrearsSpread(periods=13), NARROW), "periods"),
        (arrears_spread(BASE, ArrearsSpread(periods=3), NARROW), "nothing"),
        (step(BASE, Step(growth_ppm=-1), NARROW), "growth"),
        (step(BASE, Step(growth_ppm=100_000, every=0), NARROW), "growth"),
        (step(BASE, Step(listed=(500_00, 0)), NARROW), "list"),
        (step(BASE, Step(listed=(1_00,) * 13), NARROW), "list"),
    ],
)
def test_what_cannot_be_is_refused_in_both_languages(found, reason):
    refused(found, reason)


def test_a_longer_term():
    """A(12,000.00, 1 %, 24) = 564.88; arrears of 300.00, 200.00 and 50.00 come in 24 even shares."""
    clear = term(BASE, Term(periods=24), NARROW)
    assert amounts(rows(clear))[:23] == [564_88] * 23 == [annuity(12_000_00, 120_000, 24)] * 23
    first = rows(term(LATE, Term(periods=24), NARROW))[0]
    assert (first.interest_minor, first.penalty_minor, first.fees_minor) == (120_00 + 12_50, 8_33, 2_08)


def test_re_amortising_puts_arrears_into_the_rows_to_come():
    """The principal of LATE is 12,000.00 as before: 1,066.19, and 550.00 in twelve shares."""
    found = rows(re_amortise(LATE, ReAmortise(), NARROW))
    assert found[0].amount_minor == 1_066_19 + 25_00 + 16_67 + 4_17
    assert found[-1].due_on == date(2027, 3, 28)
    assert sum(row.amount_minor - row.interest_minor for row in found) == 12_000_00 + 250_00


def test_arrears_spread_on_top_of_the_contract():
    """600.00, 300.00, 200.00 and 50.00 over ten rows: 115.00 more, and interest on overdue principal as it falls."""
    found = rows(arrears_spread(LATE, ArrearsSpread(periods=10), NARROW))
    assert found[0].amount_minor == 1_066_19 + 115_00 + 6_00
    assert found[1].amount_minor == 1_066_19 + 115_00 + 5_40
    assert max(amounts(found)[10:]) <= 1_066_19


def test_steps_that_grow_are_solved_for_the_least_first_payment():
    """Rows of p₁·1.1^⌊k/3⌋: p₁ = 12,000.00 / Σ 1.1^⌊k/3⌋·1.01^−(k+1) = 922.20 in fen; whole yuan make it 923.00."""
    worth = sum(Fraction(11, 10) ** (k // 3) / Fraction(101, 100) ** (k + 1) for k in range(12))
    found = rows(step(BASE, Step(growth_ppm=100_000, every=3), NARROW))
    assert abs(found[0].amount_minor - Fraction(12_000_00) / worth) < 1
    assert amounts(found)[:9:3] == [922_20, 1_014_42, 1_115_86]
    assert found[-1].amount_minor <= 1_227_45
    whole = rows(step(BASE, Step(growth_ppm=100_000, every=3, unit_minor=100), NARROW))
    assert whole[0].amount_minor == 923_00


def test_a_first_step_one_fen_lower_does_not_pay_the_debt():
    position = step(
        BASE, Step(listed=tuple(amount for amount in (922_19, 1_014_41, 1_115_85, 1_227_43) for _ in "123")), NARROW
    )
    assert isinstance(position, Position)
    refused(course(position), "list_short")


def test_listed_steps():
    """500.00 twice, then 1,200.00: 12,000.00 → 11,620.00 → 11,236.20; ten rows of 1,200.00 are enough."""
    found = rows(step(BASE, Step(listed=(500_00, 500_00, 1_200_00)), NARROW))
    assert [row.balance_minor for row in found[:2]] == [11_620_00, 11_236_20]
    assert amounts(found)[2:-1] == [1_200_00] * (len(found) - 3)
    assert found[-1].amount_minor <= 1_200_00 and found[-1].balance_minor == 0


LAST_DAY = date(2026, 6, 30)


def test_a_settlement_in_three_parts_forgives_only_on_full_receipt():
    """Of 12,550.00 it pays 9,000.00: penalty 200.00, fees 50.00, interest 300.00, principal 3,000.00 fall away."""
    position = settle(LATE, Settle(payments=3, expires_on=LAST_DAY, amount_minor=9_000_00), NARROW)
    assert isinstance(position, Position)
    found = course(position)
    assert isinstance(found, Course)
    assert amounts(found.rows) == [3_000_00] * 3
    assert found.forgiven.penalty_minor == 200_00 and found.forgiven.fees_minor == 50_00
    assert (found.forgiven.interest_minor, found.forgiven.principal_minor) == (300_00, 3_000_00)
    paid = [(row.due_on, row.amount_minor) for row in found.rows]
    assert received(position, paid[:2], date(2026, 6, 28)) == position
    done = received(position, paid, LAST_DAY)
    assert (done.owed.total_minor, done.forgiven) == (0, found.forgiven)


def test_a_settlement_not_received_in_full_leaves_the_old_debt_less_what_was_paid():
    """6,000.00 of 9,000.00 by the last day: fees 50.00, interest 300.00, penalty 200.00, then 5,450.00 of principal."""
    position = settle(LATE, Settle(payments=3, expires_on=LAST_DAY, share_ppm=717_132), NARROW)
    assert isinstance(position, Position)
    lapsed = received(position, [(date(2026, 4, 28), 3_000_00), (date(2026, 5, 28), 3_000_00)], date(2026, 7, 1))
    assert lapsed.owed.total_minor == 12_550_00 - 6_000_00 == lapsed.owed.principal_minor
    assert lapsed.forgiven.total_minor == 0 and lapsed.settlement is None
    late = received(position, [(date(2026, 7, 1), 9_001_00)], date(2026, 7, 1))
    assert (late.forgiven.total_minor, late.owed.total_minor) == (0, 12_550_00 - 9_001_00)


def test_a_settlement_as_a_share_says_of_what():
    of_principal = settle(LATE, Settle(payments=1, expires_on=LAST_DAY, share_ppm=500_000, of="principal"), NARROW)
    assert isinstance(of_principal, Position) and of_principal.settlement
    assert of_principal.settlement.amount_minor == 6_000_00


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Settle(payments=3, expires_on=date(2026, 6, 27), amount_minor=9_000_00), "expiry"),
        (Settle(payments=1, expires_on=LAST_DAY, amount_minor=12_550_00), "not_less"),
        (Settle(payments=0, expires_on=LAST_DAY, amount_minor=1), "amount"),
        (Settle(payments=1, expires_on=LAST_DAY), "amount_or_share"),
    ],
)
def test_a_settlement_that_cannot_be_is_refused(asked, reason):
    refused(settle(LATE, asked, NARROW), reason)


def test_two_contracts_become_one():
    """12,000.00 + 12,000.00 with 550.00 of arrears, 24 rows at 6 %: A(24,000.00, 0.5 %, 24) = 1,063.69, and 22.92."""
    asked = Consolidate(others=(LATE,), rate_ppm=60_000, periods=24)
    found = consolidate(BASE, asked, NARROW)
    assert isinstance(found, Position)
    assert (found.owed.principal_minor, found.owed.total_minor, found.days_past_due) == (24_000_00, 24_550_00, 64)
    first = rows(found)[0]
    assert first.amount_minor == annuity(24_000_00, 60_000, 24) + 12_50 + 8_33 + 2_08 == 1_063_69 + 22_91
    costs = cost_of_consolidating(BASE, asked, NARROW)
    old, new = costs
    assert old == sum(amounts(rows(BASE))) + sum(amounts(rows(LATE)))
    assert new == sum(amounts(rows(found)))
    shown = planned(BASE, [asked], NARROW)
    assert isinstance(shown, Planned)
    assert shown.figures.change_minor == new - old


@pytest.mark.parametrize(
    ("other", "changes", "reason"),
    [
        (replace(LATE, currency="EUR"), {}, "not_same"),
        (replace(LATE, debtor="p_2"), {}, "not_same"),
        (replace(LATE, as_of=date(2026, 3, 27)), {}, "not_same"),
        (replace(LATE, guaranteed=True), {}, "guarantor"),
        (replace(LATE, contract_rate_ppm=100_000), {}, "above_cap"),
        (LATE, {"rate_ppm": 120_001}, "rate_raised"),
        (LATE, {"periods": 0}, "too_long"),
        (LATE, {"others": ()}, "alone"),
    ],
)
def test_contracts_that_cannot_be_joined(other, changes, reason):
    asked = replace(Consolidate(others=(other,), rate_ppm=60_000, periods=24), **changes)
    refused(consolidate(BASE, asked, replace(NARROW, penalty_uplift_max_ppm=500_000)), reason)
    assert reason == "above_cap" or isinstance(cost_of_consolidating(BASE, asked, NARROW), Refusal)


def test_a_guarantor_who_agreed_stays_bound():
    asked = Consolidate(others=(replace(LATE, guaranteed=True),), rate_ppm=60_000, periods=24, guarantors_agreed=True)
    found = consolidate(BASE, asked, NARROW)
    assert isinstance(found, Position) and found.guaranteed


def test_rows_by_the_week_and_by_the_quarter():
    """Seven days of act/365 at 12 % on 12,000.00 are 27.62 (27.616…); a quarter of 30/360 is 3 %: 360.00."""
    free = replace(BASE, instalment_minor=None)
    found = rows(replace(free, every_days=7, day_count=DayCount.ACTUAL_365, next_due_on=date(2026, 4, 4)))
    assert [row.due_on for row in found[:2]] == [date(2026, 4, 4), date(2026, 4, 11)]
    assert found[0].interest_minor == 27_62
    found = rows(replace(free, every_months=3, next_due_on=date(2026, 6, 28), periods=4))
    assert (found[0].interest_minor, found[-1].due_on) == (360_00, date(2027, 3, 28))
    assert found[0].amount_minor == annuity(12_000_00, 360_000, 4)


def test_a_position_that_is_none_has_no_course():
    refused(course(replace(BASE, not_due_minor=-1)), "negative")
    refused(course(replace(BASE, periods=0)), "no_rows")
    refused(course(replace(BASE, periods=5_201)), "too_long")
    refused(course(replace(BASE, fees_minor=10**14)), "too_large")
    refused(course(replace(BASE, next_due_on=AS_OF)), "dates")


def test_absurd_rates_are_exact_and_nothing_at_all_is_no_row():
    """400 % a year over 12 rows: A = 12,000.00·r/(1−(1+r)^−12) with r = 1/3; without principal there is no row."""
    wild = replace(BASE, rates=((AS_OF, 4_000_000),), instalment_minor=None)
    assert amounts(rows(wild))[0] == annuity(12_000_00, 4_000_000, 12) == 4_130_85
    assert rows(replace(BASE, not_due_minor=0)) == ()
