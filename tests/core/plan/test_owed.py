"""What is owed when nobody pays: contract interest on what is not due, penalty on what is overdue, rounded once."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from forbear.core.loan import DayCount, Owed, days_past_due, owed_on
from tests.core.loans import LOAN


def test_on_the_day_of_the_figures_nothing_has_been_added():
    assert owed_on(LOAN, LOAN.as_of) == Owed(
        principal_minor=38_200_00, interest_minor=1_146_00, penalty_minor=312_55, fees_minor=0
    )


def test_until_the_end_of_march_by_hand():
    """Three instalments are overdue; a fourth falls due on 28 March, after 26 of the 28 days (30/360)."""
    left, overdue = 38_200_00, []
    for _ in range(4):
        interest = round(Fraction(left * 2376, 120_000))
        overdue.append(2_026_20 - interest)
        left -= overdue[-1]
    three, four = sum(overdue[:3]), sum(overdue)
    days = 26, 2
    interest = Fraction((38_200_00 - three) * days[0] + (38_200_00 - four) * days[1], 360) * Fraction(2376, 10_000)
    penalty = Fraction(three * days[0] + four * days[1], 360) * Fraction(3564, 10_000)
    found = owed_on(LOAN, date(2026, 3, 31))
    assert found.interest_minor == 1_146_00 + int(interest + Fraction(1, 2))
    assert found.penalty_minor == 312_55 + int(penalty + Fraction(1, 2))
    assert (found.principal_minor, found.fees_minor) == (38_200_00, 0)


def test_a_matured_loan_bears_penalty_on_all_of_it():
    loan = replace(LOAN, instalments_left=0, day_count=DayCount.ACTUAL_365)
    found = owed_on(loan, date(2026, 4, 1))
    assert found.penalty_minor - loan.penalty_minor == round(Fraction(38_200_00 * 3564 * 30, 10_000 * 365))
    assert found.interest_minor == loan.interest_minor


def test_where_no_penalty_was_agreed_overdue_principal_keeps_the_contract_rate():
    loan = replace(LOAN, penalty_rate_ppm=0)
    found = owed_on(loan, date(2026, 4, 2))
    assert found.penalty_minor == loan.penalty_minor
    assert found.interest_minor - loan.interest_minor == round(Fraction(38_200_00 * 2376, 120_000))


def test_cutting_the_time_in_two_changes_nothing_but_the_rounding():
    half = owed_on(LOAN, date(2026, 3, 20))
    later = owed_on(
        replace(LOAN, as_of=date(2026, 3, 20), interest_minor=half.interest_minor, penalty_minor=half.penalty_minor),
        date(2026, 5, 5),
    )
    whole = owed_on(LOAN, date(2026, 5, 5))
    assert abs(later.interest_minor - whole.interest_minor) <= 1
    assert abs(later.penalty_minor - whole.penalty_minor) <= 1


def test_days_past_due_count_from_the_oldest_unpaid_instalment():
    assert days_past_due(LOAN, date(2026, 3, 2)) == 64
    assert days_past_due(replace(LOAN, oldest_unpaid_due_on=None), date(2026, 3, 2)) == 0
    assert days_past_due(LOAN, date(2025, 12, 1)) == 0
