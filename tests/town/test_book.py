"""The made-up book: the same for the same seed, well by its own rules, and shaped as lenders' books are."""

import re
from collections import Counter
from datetime import date
from random import Random

import pytest

from forbear.core import identity
from forbear.core.loan import days_past_due, owed_on
from forbear.core.loanbook import RawRow, check_book, written
from forbear.core.money import PPM, Rounding, divide
from forbear.town.book import balance_after, level_instalment, made_up_book
from forbear.town.households import HARVEST_MONTHS, TROUBLES, made_up_household

AS_OF = date(2026, 3, 2)
BOOK = made_up_book(1, 240, AS_OF)
LARGE = made_up_book(2, 2_000, AS_OF)


def test_the_same_seed_makes_the_same_book_and_another_seed_another():
    assert made_up_book(1, 240, AS_OF) == BOOK
    assert made_up_book(1, 60, AS_OF) == BOOK[:60]
    assert not set(made_up_book(2, 240, AS_OF)) & set(BOOK)


def test_a_known_row_stays_as_it_is():
    assert written(BOOK[0]) == {
        "contract": "HC-2025-0000001",
        "currency": "CNY",
        "signed_on": "2025-02-12",
        "principal": "7468.28",
        "interest": "89.62",
        "penalty": "89.62",
        "fees": "0.00",
        "annual_rate_percent": "14.40",
        "penalty_rate_percent": "21.60",
        "day_count": "30/360",
        "oldest_unpaid_due_on": "2026-02-12",
        "instalment": "7557.94",
        "instalments_left": "1",
        "due_day": "12",
        "as_of": "2026-03-02",
        "name": "段嘉鹏",
        "id_number": "990000197808050010",
        "phone": "15403273774",
        "email": "",
        "language": "zh",
        "place": "cn/hunan/changsha",
        "guarantors": "",
        "co_borrowers": "",
    }


@pytest.mark.parametrize("book", [BOOK, LARGE], ids=["small", "large"])
def test_every_row_passes_the_checks_of_an_import(book):
    raws = [RawRow(line, written(row)) for line, row in enumerate(book, start=2)]
    checked = check_book(tuple(raws[0].values), raws)
    assert checked.faults == ()
    assert tuple(item.row for item in checked.rows) == book


def test_240_accounts_are_216_people_of_whom_24_have_two_loans():
    assert sorted(Counter(Counter(row.id_number for row in BOOK).values()).items()) == [(1, 192), (2, 24)]
    assert len({row.phone for row in BOOK}) == 216


def test_nobody_real_is_in_it():
    assert {row.id_number[:2] for row in LARGE} == {"99"}
    assert {row.phone[:3] for row in LARGE} == {"154"}
    assert {row.email.split("@")[1] for row in LARGE if row.email} == {"example.com"}
    assert all(identity.check_id_number(row.id_number) == row.id_number for row in LARGE)
    assert all(identity.phone(row.phone) == row.phone for row in LARGE)


def test_everybody_was_of_age_when_she_signed():
    assert all(row.loan.signed_on.year - identity.birth_date(row.id_number).year > 18 for row in LARGE)


def test_names_are_varied():
    names = {row.name for row in LARGE}
    assert len(names) > 1_500
    assert {len(name) for name in names if "·" not in name} == {2, 3, 4}
    assert [rare for rare in "彧翀堃喆犇赟" if not any(rare in name for name in names)] == []
    assert [two for two in ("欧阳", "诸葛", "尉迟") if not any(name.startswith(two) for name in names)] == []
    assert any("·" in name for name in names)


def test_instalments_pay_the_loan_off_to_the_fen():
    for row in LARGE:
        loan = row.loan
        left = balance_after(loan.principal_minor, loan.rate_ppm, loan.instalment_minor, loan.instalments_left - 1)
        last = left + divide(left * loan.rate_ppm, 12 * PPM, Rounding.HALF_UP)
        assert 0 < last <= loan.instalment_minor, loan.contract


@pytest.mark.parametrize(
    ("principal_minor", "rate_ppm", "months", "instalment_minor"),
    [(1_000_000, 240_000, 12, 94_560), (1_200_000, 0, 12, 100_000), (1_000_000, 120_000, 1, 1_010_000)],
)
def test_a_level_instalment_is_the_least_that_ends_in_time(principal_minor, rate_ppm, months, instalment_minor):
    assert level_instalment(principal_minor, rate_ppm, months) == instalment_minor
    assert balance_after(principal_minor, rate_ppm, instalment_minor, months) <= 0
    assert balance_after(principal_minor, rate_ppm, instalment_minor - 1, months) > 0


def test_arrears_agree_with_the_dates_and_parts_with_the_days():
    for row in LARGE:
        loan = row.loan
        late = days_past_due(loan, AS_OF)
        assert (loan.oldest_unpaid_due_on is None) == (late == 0)
        assert (loan.penalty_minor > 0) <= (late > 0)
        assert loan.penalty_rate_ppm * 2 == loan.rate_ppm * 3
        assert loan.due_day == (loan.oldest_unpaid_due_on or loan.signed_on).day or loan.due_day > 28
        assert owed_on(loan, AS_OF).total_minor == (
            loan.principal_minor + loan.interest_minor + loan.penalty_minor + loan.fees_minor
        )


def share(book, holds):
    return sum(1 for row in book if holds(row)) * 100 // len(book)


def test_days_late_are_spread_as_in_a_real_book():
    late = Counter()
    for row in LARGE:
        days = days_past_due(row.loan, AS_OF)
        late[next(most for most in (0, 30, 60, 90, 180, 360, 900) if days <= most)] += 1
    wanted = {0: 5, 30: 45, 60: 15, 90: 9, 180: 13, 360: 8, 900: 5}
    assert {most: abs(late[most] / 20 - percent) < 3 for most, percent in wanted.items()} == dict.fromkeys(wanted, True)


def test_sizes_and_rates_are_spread_as_in_a_real_book():
    owed = sorted(row.loan.principal_minor for row in LARGE)
    assert 350_000 < owed[len(owed) // 2] < 750_000
    assert owed[0] >= 40_000
    assert owed[-1] <= 20_000_000
    assert 6 <= share(LARGE, lambda row: row.loan.principal_minor > 3_500_000) <= 14
    assert {row.loan.rate_ppm for row in LARGE} == {72_000, 108_000, 144_000, 180_000, 216_000, 237_600, 240_000}


def test_households_are_plausible_and_the_same_for_the_same_chance():
    made = [made_up_household(row, Random(i)) for i, row in enumerate(LARGE)]
    assert made[:50] == [made_up_household(row, Random(i)) for i, row in enumerate(LARGE[:50])]
    assert {one.trouble for one in made} == set(TROUBLES)
    for one in made:
        home = one.household
        amounts = [line.monthly_minor or line.amount_minor for line in (*home.income, *home.outgoings)]
        assert min(amounts) > 0
        assert all((line.monthly_minor is None) == (line.month is not None) for line in (*home.income, *home.outgoings))
        assert one.since < AS_OF
        assert one.until is None or one.until > AS_OF
        assert 1 <= home.adults <= 4
        assert one.cause is TROUBLES[one.trouble][1]


def test_a_farm_has_its_money_in_the_months_of_harvest():
    farms = [made_up_household(row, Random(i)) for i, row in enumerate(LARGE)]
    months = {
        line.month[5:]
        for one in farms
        if one.trouble == "harvest-failed"
        for line in one.household.income
        if line.source == "harvest"
    }
    assert months == {f"{month:02d}" for month in HARVEST_MONTHS}


def test_job_loss_leaves_no_wages_of_her_own():
    lost = [made_up_household(row, Random(i)) for i, row in enumerate(BOOK)]
    sources = [line.source for one in lost if one.trouble == "job-loss" for line in one.household.income]
    assert "wages" not in sources
    assert "benefit" in sources


def test_identity_numbers_and_phones_look_as_documented():
    text = "".join(f"{row.id_number} {row.phone}\n" for row in BOOK)
    assert len(re.findall(r"^99\d{4}(19|20)\d{9}[\dX] 154\d{8}$", text, re.M)) == 240
