"""Forborne, cured, on probation, watched: the examples of the supervisor's answers, worked out from dated facts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.dates import add_months
from forbear.core.forborne import (
    ForborneRules,
    Measure,
    Phase,
    Unpaid,
    WatchRules,
    days_late,
    forborne,
    serial,
    unpaid_when_due,
    watched,
)
from forbear.core.payments import position, split
from tests.core.test_payments import ISSUED, ORDER, THREE, paid, terms

EU = ForborneRules(cure_months=12, probation_months=24, reclass_days=30)
CN = WatchRules(months=12, payments=2)
GRANT = date(2026, 1, 15)


def bad(on: date = GRANT) -> Measure:
    return Measure(on=on, non_performing=True)


def good(on: date = GRANT) -> Measure:
    return Measure(on=on, non_performing=False)


def test_a_debt_that_was_non_performing_stays_forborne_three_years_at_least():
    """EBA Q&A 2014_1018: a year until it is cured, then two years of probation from performing."""
    first = forborne([bad()], [], EU, GRANT)
    assert (first.phase, first.cure_on) == (Phase.CURE, date(2027, 1, 15))
    assert first.probation_ends_on == date(2029, 1, 15)
    assert forborne([bad()], [], EU, date(2027, 1, 14)).phase is Phase.CURE
    cured = forborne([bad()], [], EU, date(2027, 1, 15))
    assert (cured.phase, cured.performing_on) == (Phase.PROBATION, date(2027, 1, 15))
    assert forborne([bad()], [], EU, date(2029, 1, 14)).phase is Phase.PROBATION
    assert forborne([bad()], [], EU, date(2029, 1, 15)).phase is Phase.LEFT


def test_a_debt_that_was_performing_is_on_probation_two_years_from_the_grant():
    """EBA Q&A 2014_878."""
    found = forborne([good()], [], EU, date(2027, 6, 1))
    assert (found.phase, found.performing_on, found.cure_on) == (Phase.PROBATION, GRANT, None)
    assert found.probation_ends_on == date(2028, 1, 15)
    assert forborne([good()], [], EU, date(2028, 1, 15)).phase is Phase.LEFT


def test_a_second_measure_in_probation_after_a_cure_makes_it_non_performing():
    """EBA Q&A 2013_618."""
    second = date(2027, 9, 1)
    found = forborne([bad(), good(second)], [], EU, date(2027, 9, 2))
    assert (found.phase, found.second_measure_on, found.returned_on) == (Phase.CURE, second, second)
    assert (found.since_on, found.cure_on, found.probation_ends_on) == (GRANT, date(2028, 9, 1), date(2030, 9, 1))


@pytest.mark.parametrize(
    ("paid_after", "on", "phase", "returned_on"),
    [
        (30, date(2027, 8, 1), Phase.PROBATION, None),
        (None, date(2027, 6, 30), Phase.PROBATION, None),
        (None, date(2027, 7, 1), Phase.CURE, date(2027, 7, 1)),
        (40, date(2027, 8, 1), Phase.CURE, date(2027, 7, 1)),
    ],
)
def test_more_than_thirty_days_late_in_that_probation_makes_it_non_performing(paid_after, on, phase, returned_on):
    """EBA Q&A 2013_618: the 31st day, not the 30th. Due on 31 May 2027: the 31st day after is 1 July."""
    due_on = date(2027, 5, 31)
    until_on = due_on + timedelta(days=paid_after) if paid_after else None
    found = forborne([bad()], [Unpaid(due_on=due_on, until_on=until_on)], EU, on)
    assert (found.phase, found.returned_on) == (phase, returned_on)


def test_late_payments_do_not_return_a_debt_that_never_was_non_performing():
    found = forborne([good()], [Unpaid(due_on=date(2027, 5, 31))], EU, date(2027, 9, 1))
    assert (found.phase, found.returned_on) == (Phase.PROBATION, None)


def test_it_is_cured_only_once_nothing_is_late():
    late = Unpaid(due_on=date(2026, 12, 20), until_on=date(2027, 2, 3))
    assert forborne([bad()], [late], EU, date(2027, 2, 2)).phase is Phase.CURE
    cured = forborne([bad()], [late], EU, date(2027, 2, 3))
    assert (cured.performing_on, cured.probation_ends_on) == (date(2027, 2, 3), date(2029, 2, 3))
    assert forborne([bad()], [Unpaid(due_on=date(2026, 12, 20))], EU, date(2030, 1, 1)).phase is Phase.CURE


def test_probation_does_not_end_while_something_is_thirty_days_late():
    late = Unpaid(due_on=date(2027, 12, 1), until_on=date(2028, 3, 10))
    assert forborne([good()], [late], EU, date(2028, 3, 9)).phase is Phase.PROBATION
    assert forborne([good()], [late], EU, date(2028, 3, 10)).phase is Phase.LEFT


def test_help_after_the_end_of_probation_is_the_first_help_again():
    found = forborne([good(), good(date(2029, 5, 1))], [], EU, date(2029, 6, 1))
    assert (found.since_on, found.second_measure_on, found.phase) == (date(2029, 5, 1), None, Phase.PROBATION)


def test_before_anything_was_granted_there_is_nothing():
    assert forborne([good()], [], EU, date(2026, 1, 14)) is None
    assert watched([good()], [], CN, date(2026, 1, 14)) is None


# ---- China -----------------------------------------------------------------------------------------------------

MONTHLY = tuple(date(2026 + month // 12, month % 12 + 1, 18) for month in range(1, 25))


def monthly(on: date = GRANT) -> Measure:
    return Measure(on=on, non_performing=True, due_on=MONTHLY)


def test_a_restructured_debt_is_watched_a_year_from_its_first_payment():
    found = watched([monthly()], [], CN, date(2026, 6, 1))
    assert (found.from_on, found.until_on, found.over) == (date(2026, 2, 18), date(2027, 2, 18), False)
    assert not watched([monthly()], [], CN, date(2027, 2, 18)).over
    assert watched([monthly()], [], CN, date(2027, 2, 19)).over


def test_where_payments_are_far_apart_two_of_them_are_watched():
    yearly = Measure(on=GRANT, non_performing=True, due_on=(date(2026, 12, 1), date(2028, 1, 1), date(2029, 1, 1)))
    assert watched([yearly], [], CN, date(2026, 6, 1)).until_on == date(2028, 1, 1)


def test_a_missed_payment_begins_the_watch_anew():
    missed = Unpaid(due_on=date(2026, 8, 18), until_on=date(2026, 8, 30))
    assert watched([monthly()], [missed], CN, date(2026, 9, 1)).until_on == date(2027, 8, 18)


def test_restructured_again_while_watched_it_is_doubtful():
    found = watched([monthly(), monthly(date(2026, 10, 1))], [], CN, date(2026, 11, 1))
    assert (found.second_measure_on, found.doubtful_on) == (date(2026, 10, 1), date(2026, 10, 1))
    later = watched([monthly(), Measure(on=date(2027, 6, 1), non_performing=False)], [], CN, date(2027, 7, 1))
    assert (later.second_measure_on, later.doubtful_on) == (None, None)


# ---- what is late, from dated payments ---------------------------------------------------------------------------


def test_what_was_unpaid_when_due_follows_the_days_she_paid():
    agreed = terms(THREE)  # 103.70 on 28 March, 102.00 on 28 April, 101.00 on 28 May
    rows = position(agreed, [])
    late_on = date(2026, 4, 20)
    first = split(rows, 10_370, late_on, ORDER, ISSUED)
    payments = [paid(1, first, 10_370, late_on)]
    assert unpaid_when_due(agreed, payments, date(2026, 5, 15)) == (
        Unpaid(due_on=date(2026, 3, 28), until_on=late_on),
        Unpaid(due_on=date(2026, 4, 28), until_on=None),
    )
    found = unpaid_when_due(agreed, payments, date(2026, 5, 15))
    assert [days_late(found, on) for on in (date(2026, 3, 28), date(2026, 4, 19), late_on, date(2026, 5, 1))] == [
        *(0, 22, 0, 3)
    ]


def test_short_by_the_tolerance_is_paid():
    agreed = terms(THREE)
    short = split(position(agreed, []), 10_270, date(2026, 3, 28), ORDER, ISSUED)
    assert unpaid_when_due(agreed, [paid(1, short, 10_270, date(2026, 3, 28))], date(2026, 4, 20)) == ()


def test_help_after_help_is_counted_within_its_months():
    granted = [good(date(2024, 3, 1)), good(date(2025, 3, 1)), good(date(2026, 3, 1))]
    assert [serial(granted, on, 24) for on in (date(2026, 2, 28), date(2026, 3, 1), date(2027, 3, 2))] == [2, 2, 1]


DAYS = st.integers(0, 1500).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


@given(
    st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=5),
    st.lists(st.tuples(DAYS, st.none() | st.integers(1, 90)), max_size=6),
    DAYS,
)
def test_the_dates_never_contradict_each_other(measures, unpaid, on):
    granted = sorted((Measure(on=day, non_performing=is_bad) for day, is_bad in measures), key=lambda one: one.on)
    late = [Unpaid(due_on=day, until_on=day + timedelta(days=n) if n else None) for day, n in unpaid]
    found = forborne(granted, late, EU, on)
    assert (found is None) == all(one.on > on for one in granted)
    if found is not None:
        assert found.since_on <= on
        assert found.phase is not Phase.CURE or found.cure_on is not None
        assert found.performing_on is None or found.performing_on <= on
        assert (found.phase is Phase.CURE) == (found.performing_on is None)
        least = found.performing_on or found.cure_on
        assert found.probation_ends_on >= least + timedelta(days=730)


# ---- day by day --------------------------------------------------------------------------------------------------


def day_by_day(measures, unpaid, on):
    """An independent reckoning, one day after the other, by the words of the answers: (phase, since, cure on,
    performing on, probation ends on, returned on)."""
    phase, since, cure, performing, ends, returned = None, None, None, None, None, None
    day = measures[0].on
    while day <= on:
        late = max(((day - one.due_on).days for one in unpaid if one.due_on < day and _open(one, day)), default=0)
        if phase is Phase.CURE and day >= cure and late == 0:
            phase, performing, ends = Phase.PROBATION, day, add_months(day, 24)
        for measure in measures:
            if measure.on != day:
                continue
            fresh = phase in (None, Phase.LEFT)
            fell = measure.non_performing or (not fresh and cure is not None)
            if not fresh and phase is Phase.PROBATION and fell:
                returned = day
            since, returned = (day, None) if fresh else (since, returned)
            phase, cure, performing = Phase.PROBATION, None, day
            ends = add_months(day, 24)
            if fell:
                phase, cure, performing = Phase.CURE, add_months(day, 12), None
                ends = add_months(cure, 24)
        just_too_late = any(one.due_on == day - timedelta(days=31) and _open_until(one, day) for one in unpaid)
        if phase is Phase.PROBATION and cure is not None and just_too_late:
            phase, cure, performing, returned = Phase.CURE, add_months(day, 12), None, day
            ends = add_months(cure, 24)
        if phase is Phase.PROBATION and day >= ends and late <= 30:
            phase = Phase.LEFT
        day += timedelta(days=1)
    return phase, since, cure, performing, ends, returned


def _open(one, day):
    return one.until_on is None or one.until_on > day


def _open_until(one, day):
    return one.until_on is None or one.until_on >= day


@given(
    st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=4, unique_by=lambda pair: pair[0]),
    st.lists(st.tuples(DAYS, st.none() | st.integers(1, 90)), max_size=5, unique_by=lambda pair: pair[0]),
    DAYS,
)
def test_the_dates_are_those_of_a_reckoning_day_by_day(measures, unpaid, on):
    granted = sorted((Measure(on=day, non_performing=is_bad) for day, is_bad in measures), key=lambda one: one.on)
    late = [Unpaid(due_on=day, until_on=day + timedelta(days=n) if n else None) for day, n in unpaid]
    found = forborne(granted, late, EU, on)
    if found is not None:
        told = (found.phase, found.since_on, found.cure_on, found.performing_on, found.probation_ends_on)
        assert (*told, found.returned_on) == day_by_day(granted, late, on)
