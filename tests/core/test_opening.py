"""The hours of the desk over lunch, weekends, holidays and days worked in their place, and the line of who waits."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from forbear.adapters.rulebooks import FiledRulebooks
from forbear.core.opening import InLine, Opening, in_line, opening

ZONE = ZoneInfo("Asia/Shanghai")


def hours(on: date = date(2026, 10, 1)) -> Opening:
    return opening(FiledRulebooks("cn", "consumer-finance", "example").on(on), ZONE)


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (local(3, 2, 9), True),
        (local(3, 2, 8, 59), False),
        (local(3, 2, 12), False),
        (local(3, 2, 12, 59), False),
        (local(3, 2, 13), True),
        (local(3, 2, 18), False),
        (local(3, 7, 10), False),  # a Saturday
        (local(10, 5, 10), False),  # a Monday of the National Day holiday
        (local(10, 10, 10), True),  # a Saturday worked in its place
        (local(2, 28, 10), True),
        (local(2, 28, 12, 30), False),
    ],
)
def test_open_or_not(at: datetime, open_: bool):
    assert hours().is_open(at) is open_


def test_open_minutes_skip_lunch_night_and_holiday():
    assert hours().after(local(3, 2, 11, 50), 20) == local(3, 2, 13, 10)
    assert hours().after(local(3, 2, 17, 55), 10) == local(3, 3, 9, 5)
    assert hours().after(local(9, 30, 17, 55), 10) == local(10, 8, 9, 5)
    assert hours().after(local(10, 9, 18), 0) == local(10, 10, 9)


def test_the_place_in_the_line():
    at = local(3, 2, 10)
    assert in_line(hours(), at, 0, 2, 10) == InLine(1, local(3, 2, 10, 10).astimezone(UTC), True)
    assert in_line(hours(), at, 2, 2, 10) == InLine(3, local(3, 2, 10, 20).astimezone(UTC), True)
    assert in_line(hours(), local(3, 6, 20), 0, 2, 10) == InLine(1, local(3, 9, 9).astimezone(UTC), False)
    assert in_line(hours(), local(3, 6, 20), 4, 2, 10) == InLine(5, local(3, 9, 9, 20).astimezone(UTC), False)


def test_a_desk_that_never_opens_promises_a_week():
    never = Opening({}, frozenset(), frozenset(), ZONE)
    assert never.after(local(3, 2, 10), 5) is None
    assert in_line(never, local(3, 2, 10), 0, 1, 10).expected_at == local(3, 9, 10)
