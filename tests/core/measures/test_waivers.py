"""Measures that waive, adjust and capitalise, each with figures worked by hand on 12,000.00 at 1 % a month."""

from dataclasses import replace
from datetime import date

import pytest

from forbear.core.combinations import combine
from forbear.core.course import course
from forbear.core.measures import (
    Capitalise,
    DeferPrincipal,
    DueDay,
    Earned,
    Forgive,
    FreezeAccrual,
    Rate,
    ReAge,
    Waive,
    capitalise,
    defer_principal,
    due_day,
    forgive,
    freeze,
    rate,
    re_age,
    waive,
)
from forbear.core.position import Limits, Position, kept, revived
from forbear.core.refusal import Refusal
from forbear.core.replans import ReAmortise, re_amortise
from forbear.words import LANGUAGES, say
from tests.core.measures.positions import AS_OF, BASE, LATE, NARROW, WIDE, amounts, annuity


def refused(found: object, reason: str) -> None:
    """Refused for this reason, and both reason and way on are said in both languages."""
    assert isinstance(found, Refusal), found
    assert found.reason == f"measures.refusal.{reason}"
    for language in LANGUAGES:
        assert say(language, found.reason, **found.facts) and say(language, found.way_on, **found.facts)


def rows(position: object):
    assert isinstance(position, Position), position
    found = course(position)
    assert not isinstance(found, Refusal), found
    return found.rows


def test_the_contract_itself():
    """A(12,000.00, 1 %, 12) = 1,066.19: interest 120.00 in the first row; the last row takes the rounding, 1,066.14."""
    found = rows(BASE)
    assert amounts(found) == [1_066_19] * 11 + [1_066_14]
    assert (found[0].interest_minor, found[0].principal_minor, found[0].balance_minor) == (120_00, 946_19, 11_053_81)


def test_what_is_in_arrears_is_due_with_the_first_row_of_the_contract():
    """600.00 overdue principal + 300.00 + 200.00 + 50.00 on top, and 120.00 interest on all 12,000.00."""
    first = rows(LATE)[0]
    assert (first.interest_minor, first.penalty_minor, first.fees_minor) == (120_00 + 300_00, 200_00, 50_00)
    assert first.principal_minor == 600_00 + (1_066_19 - 114_00)


def test_waiving_takes_off_what_is_named():
    found = waive(LATE, Waive(part="penalty", amount_minor=150_00), NARROW)
    assert isinstance(found, Position)
    assert (found.penalty_minor, found.forgiven.penalty_minor, found.forgiven.total_minor) == (50_00, 150_00, 150_00)
    assert found.owed.total_minor == LATE.owed.total_minor - 150_00


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Waive(part="penalty", amount_minor=200_01), "more_than_there_is"),
        (Waive(part="fees", amount_minor=0), "amount"),
        (Waive(part="interest", amount_minor=-1), "amount"),
        (Waive(part="principal", amount_minor=1), "part"),
        (Waive(part="fees", amount_minor=1, earned=Earned(shares=0, every=1)), "shares"),
        (Waive(part="fees", amount_minor=1, earned=Earned(shares=5, every=3)), "not_earned"),
    ],
)
def test_a_waiver_that_cannot_be_is_refused(asked, reason):
    refused(waive(LATE, asked, NARROW), reason)


def test_an_earned_waiver_falls_away_share_by_share():
    """200.00 of penalty in 3 shares, one after each 2 kept payments: 66.66, 133.33, 200.00; it is not asked for."""
    found = waive(LATE, Waive(part="penalty", amount_minor=200_00, earned=Earned(shares=3, every=2)), NARROW)
    assert isinstance(found, Position)
    assert found.penalty_minor == 0 == sum(row.penalty_minor for row in rows(found))
    assert [kept(found, n).forgiven.penalty_minor for n in (1, 2, 3, 4, 5, 6, 9)] == [
        0, 66_66, 66_66, 133_33, 133_33, 200_00, 200_00,
    ]  # fmt: skip
    assert kept(kept(found, 3), 1) == kept(found, 4)


def test_payments_kept_before_relief_was_given_do_not_earn_it():
    given = Waive(part="penalty", amount_minor=200_00, earned=Earned(shares=2, every=2))
    found = waive(replace(LATE, kept_payments=5), given, NARROW)
    assert isinstance(found, Position)
    assert [kept(found, n).forgiven.penalty_minor for n in (0, 1, 2, 3, 4)] == [0, 0, 100_00, 100_00, 200_00]


def test_a_breach_revives_only_what_was_not_earned():
    found = waive(LATE, Waive(part="penalty", amount_minor=200_00, earned=Earned(shares=4, every=3)), NARROW)
    assert isinstance(found, Position)
    broken = revived(kept(found, 7))
    assert (broken.penalty_minor, broken.forgiven.penalty_minor, broken.conditional) == (100_00, 100_00, ())


def test_forgiven_principal_comes_first_from_arrears_and_the_rows_are_worked_out_anew():
    """1,000.00 of which 600.00 were overdue: A(11,000.00, 1 %, 12) = 977.34."""
    found = forgive(LATE, Forgive(amount_minor=1_000_00), NARROW)
    assert isinstance(found, Position)
    assert (found.arrears_minor, found.not_due_minor) == (0, 11_000_00)
    clear = replace(found, interest_minor=0, penalty_minor=0, fees_minor=0)
    assert annuity(11_000_00, 120_000, 12) == 977_34
    assert amounts(rows(clear))[:11] == [977_34] * 11
    refused(forgive(LATE, Forgive(amount_minor=12_000_01), NARROW), "more_than_there_is")


def test_principal_earned_over_a_year():
    """2,000.00 in 4 shares, one after each 3 kept payments: 500.00 each; 10,000.00 is paid off, 888.49 a row."""
    found = forgive(BASE, Forgive(amount_minor=2_000_00, earned=Earned(shares=4, every=3)), NARROW)
    assert isinstance(found, Position)
    assert [kept(found, n).forgiven.principal_minor for n in (2, 3, 6, 9, 12)] == [
        0,
        500_00,
        1_000_00,
        1_500_00,
        2_000_00,
    ]
    assert amounts(rows(found))[0] == annuity(10_000_00, 120_000, 12) == 888_49


def test_a_lower_rate():
    """A(12,000.00, 0.5 %, 12) = 1,032.80, and 1,000.00 a row without interest."""
    halved = rate(BASE, Rate(from_rows=((1, 60_000),)), NARROW)
    assert amounts(rows(halved))[:11] == [1_032_80] * 11 == [annuity(12_000_00, 60_000, 12)] * 11
    free = rate(BASE, Rate(from_rows=((1, 0),)), NARROW)
    assert amounts(rows(free)) == [1_000_00] * 12


def test_a_path_of_rates_is_level_within_each_step():
    """Nothing for six rows: 1,000.00; then 6,000.00 at 0.5 % a month over six rows: 1,017.57."""
    found = rows(rate(BASE, Rate(from_rows=((1, 0), (7, 60_000))), NARROW))
    assert amounts(found)[:6] == [1_000_00] * 6
    assert amounts(found)[6:11] == [annuity(6_000_00, 60_000, 6)] * 5 == [1_017_57] * 5
    assert found[6].interest_minor == 30_00


def test_a_rate_from_a_day_within_a_row_counts_days_on_both_sides():
    """From 13 April: 15 days at 1 % a month and 15 at 0.5 %: 60.00 + 30.00."""
    found = rate(BASE, Rate(from_days=((date(2026, 4, 13), 60_000),)), NARROW)
    first = rows(found)[0]
    assert first.interest_minor == 90_00


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Rate(), "path"),
        (Rate(from_rows=((1, 100_000), (1, 90_000))), "path"),
        (Rate(from_rows=((3, 100_000), (2, 90_000))), "path"),
        (Rate(from_days=((date(2026, 3, 27), 100_000),)), "path"),
        (Rate(from_rows=((0, 1),)), "row"),
        (Rate(from_rows=((1, -1),)), "rate"),
        (Rate(from_rows=((1, 120_001),)), "rate_raised"),
    ],
)
def test_a_path_that_cannot_be_is_refused(asked, reason):
    refused(rate(BASE, asked, NARROW), reason)


def test_frozen_days():
    """9 to 18 April are ten of thirty days: 80.00 of 120.00; the instalment stays, so 40.00 more goes to principal."""
    found = freeze(BASE, FreezeAccrual(from_on=date(2026, 4, 9), until_on=date(2026, 4, 18)), NARROW)
    first = rows(found)[0]
    assert (first.interest_minor, first.amount_minor) == (80_00, 1_066_19)


def test_a_frozen_february_accrues_nothing_however_short_it_is():
    frozen = FreezeAccrual(from_on=date(2027, 1, 29), until_on=date(2027, 2, 28))
    found = rows(freeze(BASE, frozen, NARROW))
    assert [row.interest_minor == 0 for row in found] == [False] * 10 + [True, False]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (FreezeAccrual(from_on=date(2026, 5, 1), until_on=date(2026, 4, 30)), "days"),
        (FreezeAccrual(from_on=date(2026, 3, 27), until_on=date(2026, 4, 30)), "past"),
        (FreezeAccrual(from_on=date(2026, 4, 1), until_on=date(2026, 4, 30), parts=("principal",)), "part"),
    ],
)
def test_a_freeze_that_cannot_be_is_refused(asked, reason):
    refused(freeze(BASE, asked, NARROW), reason)


def test_a_due_day_moved_forward_shortens_the_first_row():
    """From 28 March to 10 April are 12 days of 30/360: 48.00 of interest, the instalment stays."""
    first, second = rows(due_day(BASE, DueDay(day=10), NARROW))[:2]
    assert (first.due_on, first.interest_minor, first.amount_minor) == (date(2026, 4, 10), 48_00, 1_066_19)
    assert (second.due_on, second.interest_minor) == (date(2026, 5, 10), 109_82)


def test_an_old_due_day_between_today_and_the_new_one_is_not_lost():
    """On 20 April the row of 28 April is still to come; moved to the 10th it falls due on 10 May: 20 days, 80.00."""
    on_20 = replace(BASE, as_of=date(2026, 4, 20), rates=((date(2026, 4, 20), 120_000),))
    found = rows(due_day(on_20, DueDay(day=10), NARROW))
    assert (found[0].due_on, found[0].interest_minor) == (date(2026, 5, 10), 80_00)
    assert sum(row.principal_minor for row in found) == 12_000_00


def test_the_31st_is_the_last_day_of_a_shorter_month():
    found = rows(due_day(BASE, DueDay(day=31), NARROW))
    assert [row.due_on for row in found][:2] == [date(2026, 4, 30), date(2026, 5, 31)]
    assert found[10].due_on == date(2027, 2, 28)
    for pay_day, after, due in ((10, 5, 15), (25, 3, 28), (28, 3, 3), (31, 1, 4)):
        moved = due_day(BASE, DueDay(day=pay_day, days_after=after), NARROW)
        assert isinstance(moved, Position) and moved.due_day == due
    refused(due_day(BASE, DueDay(day=10, days_after=28), NARROW), "day")
    for day in (0, 32):
        refused(due_day(BASE, DueDay(day=day), NARROW), "day")


def test_re_ageing_changes_days_past_due_and_no_amount():
    found = re_age(replace(LATE, kept_payments=3), ReAge(), NARROW)
    assert isinstance(found, Position)
    assert (found.days_past_due, found.re_aged_on, found.owed) == (0, (AS_OF,), LATE.owed)
    assert rows(found) == rows(LATE)
    refused(re_age(replace(LATE, kept_payments=2), ReAge(), NARROW), "not_kept")
    refused(re_age(BASE, ReAge(), NARROW), "not_late")


def test_no_other_measure_re_ages():
    for found in (
        capitalise(LATE, Capitalise(parts=("interest",)), WIDE),
        re_amortise(LATE, ReAmortise(), WIDE),
        forgive(LATE, Forgive(amount_minor=600_00), WIDE),
    ):
        assert isinstance(found, Position)
        assert found.days_past_due == 64


def test_capitalising_by_hand():
    """12,000.00 + 300.00 + 50.00 = 12,350.00; A(12,350.00, 1 %, 12) = 1,097.28; penalty is due with the first row."""
    found = capitalise(LATE, Capitalise(parts=("interest", "fees")), WIDE)
    assert isinstance(found, Position)
    assert (found.not_due_minor, found.arrears_minor, found.capitalised_minor) == (12_350_00, 0, 350_00)
    assert (found.interest_minor, found.fees_minor, found.penalty_minor) == (0, 0, 200_00)
    assert amounts(rows(found))[:2] == [1_097_28 + 200_00, 1_097_28]
    assert annuity(12_350_00, 120_000, 12) == 1_097_28


def test_what_is_unlawful_is_not_capitalised():
    """Penalty at 24 % on a rate of 12 % with an uplift of 50 %: a quarter of it is above the cap; interest at 12 %
    where the cap is 9 %: a quarter of it as well."""
    limits = replace(WIDE, penalty_uplift_max_ppm=500_000, rate_max_ppm=90_000)
    heavy = replace(LATE, penalty_rate_ppm=240_000)
    found = capitalise(heavy, Capitalise(parts=("penalty",)), limits)
    refused(found, "above_cap")
    assert isinstance(found, Refusal) and found.facts["amount"] == "50.00"
    found = capitalise(LATE, Capitalise(parts=("interest",)), limits)
    refused(found, "above_cap")
    assert isinstance(found, Refusal) and found.facts["amount"] == "75.00"
    refused(capitalise(LATE, Capitalise(parts=("interest",)), NARROW), "not_lawful")
    refused(capitalise(LATE, Capitalise(parts=("principal",)), WIDE), "part")
    refused(capitalise(LATE, Capitalise(parts=()), WIDE), "part")
    refused(capitalise(BASE, Capitalise(parts=("interest",)), WIDE), "nothing")


def test_once_what_is_above_the_cap_is_taken_off_the_rest_may_be_capitalised():
    """75.00 of 300.00 is above: with 74.99 waived a fen still is, with 75.00 none; a lower rate mends nothing."""
    limits = replace(WIDE, rate_max_ppm=90_000)
    whole, cut = Capitalise(parts=("interest",)), Rate(from_rows=((1, 60_000),))
    refused(combine(LATE, [cut, whole], limits), "above_cap")
    refused(combine(LATE, [cut, whole, Waive(part="interest", amount_minor=74_99)], limits), "above_cap")
    found = combine(LATE, [cut, whole, Waive(part="interest", amount_minor=75_00)], limits)
    assert isinstance(found, Position)
    assert (found.capitalised_minor, found.forgiven.interest_minor) == (225_00, 75_00)


def test_penalty_lawful_under_its_contract_stays_lawful_under_a_lower_rate():
    found = combine(
        LATE,
        [Rate(from_rows=((1, 10_000),)), Capitalise(parts=("penalty",))],
        replace(WIDE, penalty_uplift_max_ppm=500_000),
    )
    assert isinstance(found, Position)


def test_principal_set_aside_comes_back_whole_with_the_last_row():
    """3,000.00 of 12,000.00: A(9,000.00, 1 %, 12) = 799.64; the last row is 3,000.00 more."""
    found = rows(defer_principal(BASE, DeferPrincipal(amount_minor=3_000_00), NARROW))
    assert amounts(found)[:11] == [799_64] * 11 == [annuity(9_000_00, 120_000, 12)] * 11
    assert 3_799_00 < found[-1].amount_minor < 3_800_00
    assert found[-2].balance_minor == found[-1].principal_minor
    assert sum(row.principal_minor for row in found) == 12_000_00


def test_no_more_is_set_aside_than_the_share():
    assert isinstance(defer_principal(BASE, DeferPrincipal(amount_minor=3_600_00), NARROW), Position)
    refused(defer_principal(BASE, DeferPrincipal(amount_minor=3_600_01), NARROW), "above")
    refused(defer_principal(BASE, DeferPrincipal(amount_minor=0), Limits()), "amount")
