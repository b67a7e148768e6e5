"""A loan of the book as a position: what is in arrears, what is to come, what is frozen, in which order it is paid."""

from dataclasses import replace
from datetime import date, timedelta

from forbear.adapters.rulebook import load_rulebook
from forbear.core.accrual import Freeze
from forbear.core.course import Course, course
from forbear.core.loan import owed_on
from forbear.core.position import limits_of, position_of
from tests.core.loans import LOAN

CARD = load_rulebook("cn", "bank-card", "example", date(2026, 3, 2))


def test_three_rows_overdue_and_twenty_one_to_come():
    """Principal of the overdue rows: 2,026.20 − 756.36, − 731.22, − 705.58 = 1,269.84 + 1,294.98 + 1,320.62."""
    position = position_of(LOAN, LOAN.as_of, CARD)
    assert position.arrears_minor == 1_269_84 + 1_294_98 + 1_320_62
    assert position.not_due_minor + position.arrears_minor == 38_200_00
    assert (position.periods, position.next_due_on, position.days_past_due) == (21, date(2026, 3, 28), 64)
    assert position.owed == owed_on(LOAN, LOAN.as_of)
    found = course(position)
    assert isinstance(found, Course)
    assert (len(found.rows), found.rows[-1].due_on) == (21, date(2027, 11, 28))


def test_a_row_that_falls_due_between_the_book_and_the_day_is_in_arrears():
    """The fourth row: 2,026.20 − 679.43 of interest on 34,314.56."""
    later = position_of(LOAN, date(2026, 3, 31), CARD)
    assert later.arrears_minor == 1_269_84 + 1_294_98 + 1_320_62 + 1_346_77
    assert (later.periods, later.next_due_on) == (20, date(2026, 4, 28))
    assert later.owed == owed_on(LOAN, date(2026, 3, 31))


def test_a_contract_that_has_run_out_is_all_in_arrears():
    matured = position_of(replace(LOAN, instalments_left=0, instalment_minor=0), LOAN.as_of)
    assert (matured.not_due_minor, matured.arrears_minor, matured.periods) == (0, 38_200_00, 1)
    assert matured.next_due_on == date(2026, 3, 28)
    found = course(matured)
    assert isinstance(found, Course)
    assert [row.principal_minor for row in found.rows] == [38_200_00]


def test_the_order_is_that_of_the_days_past_due():
    assert position_of(LOAN, LOAN.as_of, CARD).order[0] == "fees"
    late = replace(LOAN, oldest_unpaid_due_on=LOAN.as_of - timedelta(days=91))
    assert position_of(late, LOAN.as_of, CARD).order[0] == "principal"


def test_frozen_time_is_frozen_before_and_after():
    freeze = Freeze(from_on=LOAN.as_of, until_on=date(2026, 4, 28))
    frozen = position_of(LOAN, date(2026, 3, 31), CARD, freezes=[freeze])
    assert frozen.owed == owed_on(LOAN, LOAN.as_of)
    found = course(frozen)
    assert isinstance(found, Course)
    assert found.rows[0].accrues_minor == 0 < found.rows[1].accrues_minor


def test_the_limits_come_from_the_rulebook():
    limits = limits_of(CARD)
    assert (limits.capitalise, limits.penalty_uplift_max_ppm, limits.rate_max_ppm) == ((), 500_000, 240_000)
    assert (limits.term_max_months, limits.deferred_share_max_ppm, limits.re_age_kept_least) == (60, 300_000, 3)
    assert (limits.temporary_months_max, limits.not_raised) == (24, True)
