"""Months, due dates and day counts, on the days of the calendar that go wrong elsewhere."""

from datetime import date

import pytest

from forbear.core.dates import DayCount, add_months, due_in, month_after, month_part, working_day_after, year_part


def test_a_due_day_the_month_does_not_have_becomes_its_last():
    assert due_in("2026-02", 31) == date(2026, 2, 28)
    assert due_in("2028-02", 30) == date(2028, 2, 29)
    assert due_in("2026-04", 31) == date(2026, 4, 30)


def test_months_step_over_the_year_and_back():
    assert month_after("2026-11", 3) == "2027-02"
    assert month_after("2026-01", -1) == "2025-12"
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("day_count", "start_on", "end_on", "part"),
    [
        (DayCount.THIRTY_360, date(2026, 1, 31), date(2026, 2, 28), (28, 360)),
        (DayCount.THIRTY_360, date(2026, 3, 2), date(2026, 4, 28), (56, 360)),
        (DayCount.ACTUAL_365, date(2028, 2, 1), date(2028, 3, 1), (29, 365)),
        (DayCount.ACTUAL_360, date(2026, 2, 1), date(2026, 3, 1), (28, 360)),
        (DayCount.ACTUAL_364, date(2026, 1, 1), date(2026, 12, 31), (364, 364)),
        (DayCount.ACTUAL_ACTUAL, date(2027, 12, 31), date(2028, 1, 2), (1 * 366 + 1 * 365, 365 * 366)),
        (DayCount.ACTUAL_ACTUAL, date(2027, 1, 1), date(2029, 1, 1), (2 * 365 * 366, 365 * 366)),
    ],
)
def test_a_span_is_an_exact_part_of_a_year(day_count, start_on, end_on, part):
    assert year_part(day_count, start_on, end_on) == part


def test_months_count_as_equal_only_where_the_day_count_says_so():
    assert month_part(DayCount.THIRTY_360, date(2026, 1, 31), date(2026, 2, 28)) == (30, 360)
    assert month_part(DayCount.ACTUAL_365, date(2026, 1, 31), date(2026, 2, 28)) == (28, 365)


def test_working_days_leave_out_weekends_and_closed_days():
    assert working_day_after(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert working_day_after(date(2026, 4, 3), 2, closed=[date(2026, 4, 6)]) == date(2026, 4, 8)
    assert working_day_after(date(2026, 3, 2), 10) == date(2026, 3, 16)
