"""The clocks: UTC inside, the lender's date outside, and a file that moves the whole house."""

import os
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from forbear.adapters.clock import FileClock, SystemClock
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import CountingIds, MovedClock


def test_the_machines_time_is_utc():
    before = time.time()
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert before <= now.timestamp() <= time.time()


def test_a_file_sets_the_time_and_it_runs_on_from_when_it_was_written(tmp_path):
    file = tmp_path / "clock"
    file.write_text("2027-05-01T23:30:00+08:00\n")
    an_hour_ago = time.time() - 3600
    os.utime(file, (an_hour_ago, an_hour_ago))
    clock = FileClock(file)
    late = clock.now() - datetime(2027, 5, 1, 16, 30, tzinfo=UTC)
    assert timedelta(0) <= late < timedelta(seconds=30)
    assert clock.today() == date(2027, 5, 2), "half past midnight at the lender's place"


def test_writing_the_file_anew_moves_the_clock(tmp_path):
    file = tmp_path / "clock"
    clock = FileClock(file)
    assert abs(clock.now().timestamp() - time.time()) < 30, "no file is the real time"
    for year in (2030, 2028):
        file.write_text(f"{year}-01-01T00:00:00Z")
        assert (clock.now().year, clock.now().tzinfo) == (year, UTC)
    file.write_text("")
    assert abs(clock.now().timestamp() - time.time()) < 30


def test_a_time_without_a_zone_is_told(tmp_path):
    file = tmp_path / "clock"
    file.write_text("2027-05-01T23:30:00")
    with pytest.raises(ValueError, match="write a time with its zone, such as"):
        FileClock(file).now()


def test_a_moved_clock_stands_until_it_is_moved_and_never_goes_back():
    clock = MovedClock(datetime.fromisoformat("2026-03-02T23:59:59+08:00"))
    assert (clock.now(), clock.today()) == (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 2))
    clock.advance(seconds=1)
    assert clock.today() == date(2026, 3, 3)
    with pytest.raises(AssertionError, match="a clock does not run back"):
        clock.move_to(datetime(2026, 3, 2, tzinfo=UTC))


def test_random_ids_have_128_bits_and_can_be_read_out():
    ids = RandomIds()
    made = {ids.new("c") for _ in range(500)}
    assert len(made) == 500
    assert all(
        len(one) == 28 and one.startswith("c_") and set(one[2:]) <= set("abcdefghijklmnopqrstuvwxyz234567")
        for one in made
    )
    assert len({ids.salt() for _ in range(500)}) == 500
    assert len(ids.salt()) == 16


def test_counted_ids_follow_from_their_seed():
    one, other = CountingIds("7"), CountingIds("7")
    assert [one.new("c"), one.salt(), one.new("b")] == [other.new("c"), other.salt(), other.new("b")]
    assert CountingIds("8").new("c") != CountingIds("7").new("c")
