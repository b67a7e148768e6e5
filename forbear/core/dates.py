"""Calendar arithmetic: months, due dates, day counts and working days. Nothing here asks what day it is.

A month is a text such as "2026-03", which sorts as the calendar does. A span of time is a pair of whole numbers,
numerator over denominator of a year, so that interest stays exact until it is rounded once.
"""

from calendar import isleap, monthrange
from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum


class DayCount(StrEnum):
    """How the days between two dates become a part of a year."""

    TWELFTHS = "1/12"
    THIRTY_360 = "30/360"
    ACTUAL_360 = "act/360"
    ACTUAL_364 = "act/364"
    ACTUAL_365 = "act/365"
    ACTUAL_ACTUAL = "act/act"


_YEAR_DAYS = {DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364, DayCount.ACTUAL_365: 365}
_LEAP_AND_COMMON = 365 * 366


def month_of(on: date) -> str:
    """The month a day lies in: 2026-03-02 → "2026-03"."""
    return f"{on.year:04d}-{on.month:02d}"


def month_after(month: str, count: int) -> str:
    """The month `count` months later, or earlier when `count` is negative."""
    return _month(month_number(month) + count)


def month_number(month: str) -> int:
    """Months since the year 0, so that the difference of two numbers is the distance of two months."""
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def due_in(month: str, due_day: int) -> date:
    """The due day of a month; a day the month does not have becomes its last."""
    return _day_of(month_number(month), due_day)


def due_after(on: date, count: int, due_day: int) -> date:
    """The due day of the month `count` months after that of `on`."""
    return _day_of(on.year * 12 + on.month - 1 + count, due_day)


def add_months(on: date, count: int) -> date:
    """The same day `count` months later; a day the month does not have becomes its last."""
    return due_after(on, count, on.day)


def year_part(day_count: DayCount, start_on: date, end_on: date) -> tuple[int, int]:
    """The time from `start_on` to `end_on` as (numerator, denominator) of a year; the denominator is one per day count.

    30/360 and 1/12 count every month as 30 days, the 31st as the 30th. act/act counts each day over its own year.
    """
    assert start_on <= end_on, "time runs forward"
    if day_count in (DayCount.THIRTY_360, DayCount.TWELFTHS):
        months = (end_on.year - start_on.year) * 12 + end_on.month - start_on.month
        return months * 30 + min(end_on.day, 30) - min(start_on.day, 30), 360
    if day_count is DayCount.ACTUAL_ACTUAL:
        parts = 0
        for year in range(start_on.year, end_on.year + 1):
            first, last = max(start_on, date(year, 1, 1)), min(end_on, date(year + 1, 1, 1))
            parts += (last - first).days * (365 if isleap(year) else 366)
        return parts, _LEAP_AND_COMMON
    return (end_on - start_on).days, _YEAR_DAYS[day_count]


def month_part(day_count: DayCount, start_on: date, end_on: date) -> tuple[int, int]:
    """The time between two due dates one month apart: exactly a twelfth where months count as equal."""
    if day_count in (DayCount.THIRTY_360, DayCount.TWELFTHS):
        return 30, 360
    return year_part(day_count, start_on, end_on)


def cost_year(day_count: DayCount, denominator: int) -> int:
    """What parts of a year are over when the cost of a year is told: a real year. Days over 360 or 364 make a year of
    365 dearer than the rate they bear, and the cost says so; where months are equal a year is twelve of them."""
    return 365 if day_count in (DayCount.ACTUAL_360, DayCount.ACTUAL_364) else denominator


def working_day_after(on: date, count: int, closed: Collection[date] = ()) -> date:
    """The day `count` working days after `on`: Monday to Friday, without the days in `closed`."""
    day = on
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            count -= 1
    return day


def _day_of(number: int, day: int) -> date:
    year, month = divmod(number, 12)
    return date(year, month + 1, day if day <= 28 else min(day, monthrange(year, month + 1)[1]))


def _month(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{year:04d}-{month + 1:02d}"
