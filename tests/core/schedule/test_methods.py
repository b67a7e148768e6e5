"""Each method, day count and frequency with figures worked out by hand; what cannot be is refused at its field."""

from dataclasses import replace
from datetime import date

import pytest

from forbear.adapters.conventions import load_convention
from forbear.core.dates import DayCount
from forbear.core.periods import Every, Unit, due_days
from forbear.core.refusal import Refusal
from forbear.core.schedule import Schedule, schedule
from forbear.core.schedule_events import (
    Disbursement,
    Event,
    GraceInterest,
    GracePrincipal,
    InterestPause,
    OverduePenalty,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    Reschedule,
)
from forbear.core.schedule_terms import Method, Terms

CN = load_convention("cn")
LOAN = Terms(
    principal_minor=12_000_00, rate_ppm=120_000, rows=3, every=Every(1, Unit.MONTHS), disbursed_on=date(2026, 1, 31)
)


def rows(terms: Terms, *events: Event) -> list[tuple[int, int, int]]:
    """(principal, interest, balance) of each row."""
    made = schedule(terms, CN, events)
    assert isinstance(made, Schedule)
    return [(row.principal_minor, row.interest_minor, row.balance_minor) for row in made.rows]


def dues(every: Every, begin: date, count: int, first: date | None = None) -> list[str]:
    return [date.fromordinal(day).isoformat() for day in due_days(every, begin, count, first)]


def test_equal_instalments():
    """12000 at 1 % a month over 3: 12000 × 0.34002211 = 4080.27."""
    assert rows(LOAN) == [(3960_27, 120_00, 8039_73), (3999_87, 80_40, 4039_86), (4039_86, 40_40, 0)]


def test_equal_principal():
    terms = replace(LOAN, method=Method.EQUAL_PRINCIPAL)
    assert rows(terms) == [(4000_00, 120_00, 8000_00), (4000_00, 80_00, 4000_00), (4000_00, 40_00, 0)]


def test_flat():
    terms = replace(LOAN, method=Method.FLAT, principal_minor=100_00)
    assert rows(terms) == [(33_33, 1_00, 66_67), (33_33, 1_00, 33_34), (33_34, 1_00, 0)]


def test_interest_only():
    terms = replace(LOAN, method=Method.INTEREST_ONLY)
    assert rows(terms) == [(0, 120_00, 12000_00), (0, 120_00, 12000_00), (12000_00, 120_00, 0)]


def test_balloon():
    """6000 of 12000 left for the end: 60.00 of interest on it a month and half the level instalment, 2040.13."""
    terms = replace(LOAN, method=Method.BALLOON, balloon_minor=6000_00)
    assert rows(terms) == [(1980_13, 120_00, 10019_87), (1999_93, 100_20, 8019_94), (8019_94, 80_20, 0)]


def test_fixed_amount():
    terms = replace(LOAN, method=Method.FIXED_AMOUNT, instalment_minor=5000_00, rows=600)
    assert rows(terms) == [(4880_00, 120_00, 7120_00), (4928_80, 71_20, 2191_20), (2191_20, 21_91, 0)]


def test_grace_on_principal_and_interest():
    terms = replace(LOAN, method=Method.EQUAL_PRINCIPAL, rows=4)
    grace = (GracePrincipal(from_row=1, rows=2), GraceInterest(from_row=1, rows=1))
    assert rows(terms, *grace) == [
        (0, 0, 12000_00),
        (0, 240_00, 12000_00),
        (6000_00, 120_00, 6000_00),
        (6000_00, 60_00, 0),
    ]


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [
        ("1/12", 120_00),
        ("30/360", 120_00),
        ("act/360", 112_00),
        ("act/364", 110_77),
        ("act/365", 110_47),
        ("act/act", 110_47),
    ],
)
def test_day_counts(day_count: str, interest: int):
    """31 January to 28 February 2026: 28 days, or a twelfth."""
    assert rows(replace(LOAN, day_count=DayCount(day_count)))[0][1] == interest


def test_a_year_s_end_splits_act_act():
    """12 December 2023 to 12 January 2024: 20 days of 365 and 11 of 366, or by Fineract's habit 19 and 12."""
    terms = replace(LOAN, disbursed_on=date(2023, 12, 12), day_count=DayCount.ACTUAL_ACTUAL, principal_minor=10**9)
    assert rows(terms)[0][1] == 101_819_00
    assert schedule(terms, load_convention("fineract")).rows[0].interest_minor == 101_810_02


@pytest.mark.parametrize(
    ("every", "begin", "first", "expected"),
    [
        (Every(1, Unit.MONTHS), date(2026, 1, 31), None, ["2026-02-28", "2026-03-31", "2026-04-30"]),
        (Every(1, Unit.MONTHS), date(2024, 1, 30), None, ["2024-02-29", "2024-03-30", "2024-04-30"]),
        (Every(12, Unit.MONTHS), date(2024, 2, 29), None, ["2025-02-28", "2026-02-28", "2027-02-28"]),
        (Every(1, Unit.MONTHS), date(2026, 1, 31), date(2026, 2, 28), ["2026-02-28", "2026-03-31", "2026-04-30"]),
        (Every(1, Unit.MONTHS), date(2026, 1, 31), date(2026, 3, 15), ["2026-03-15", "2026-04-15", "2026-05-15"]),
        (Every(2, Unit.WEEKS), date(2026, 2, 20), None, ["2026-03-06", "2026-03-20", "2026-04-03"]),
        (Every(10, Unit.DAYS), date(2024, 2, 20), None, ["2024-03-01", "2024-03-11", "2024-03-21"]),
        (Every(1, Unit.MONTH_END), date(2026, 1, 17), None, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (Every(1, Unit.MONTH_END), date(2026, 1, 31), None, ["2026-02-28", "2026-03-31", "2026-04-30"]),
        (Every(1, Unit.MONTH_END), date(2026, 1, 17), date(2026, 2, 15), ["2026-02-15", "2026-03-31", "2026-04-30"]),
        (Every(3, Unit.MONTH_END), date(2026, 1, 17), None, ["2026-03-31", "2026-06-30", "2026-09-30"]),
        (Every(1, Unit.MONTH_START), date(2026, 1, 17), None, ["2026-02-01", "2026-03-01", "2026-04-01"]),
    ],
)
def test_due_days(every: Every, begin: date, first: date | None, expected: list[str]):
    assert dues(every, begin, 3, first) == expected


def test_rows_that_are_added_keep_the_due_day():
    """Money out on the 31st, first due on the 15th: the day is the 15th. First due on 28 February: it is the 31st."""
    for first, last in ((date(2026, 3, 15), date(2026, 6, 15)), (date(2026, 2, 28), date(2026, 5, 31))):
        terms = replace(LOAN, first_due_on=first)
        made = schedule(terms, CN, (Reschedule(from_on=first, extra_rows=1),))
        assert isinstance(made, Schedule)
        assert (len(made.rows), made.rows[-1].due_on) == (4, last)


def test_a_pause_bears_no_interest():
    """10 of the 30 days of the first period, 30/360."""
    pause = InterestPause(from_on=date(2026, 2, 1), to_on=date(2026, 2, 10))
    terms = replace(LOAN, disbursed_on=date(2026, 2, 1))
    assert [row[1] for row in rows(terms, pause)] == [80_00, 80_00, 39_99]


def test_an_early_payment_pays_interest_to_its_day_and_lowers_the_instalment():
    terms = replace(LOAN, disbursed_on=date(2026, 2, 1))
    found = schedule(terms, CN, (Payment(on=date(2026, 2, 16), amount_minor=6060_00),))
    assert isinstance(found, Schedule)
    first = found.rows[0]
    assert (first.principal_minor, first.interest_minor, first.paid_minor) == (6000_00, 90_00, 6060_00)
    assert [row.total_minor for row in found.rows] == [6090_00, 3045_07, 3045_08]


def test_a_penalty_by_the_day_on_what_is_overdue():
    terms = replace(LOAN, disbursed_on=date(2026, 2, 1), method=Method.EQUAL_PRINCIPAL)
    event = OverduePenalty(as_of=date(2026, 3, 11), rate_ppm=180_000)
    found = schedule(terms, CN, (event,))
    assert isinstance(found, Schedule)
    assert [row.penalty_minor for row in found.rows] == [19_73, 0, 0]


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"principal_minor": 0}, "principal", "amount"),
        ({"principal_minor": 10**14}, "principal", "amount"),
        ({"rate_ppm": 4_000_001}, "annual_rate_percent", "rate"),
        ({"rows": 0}, "instalments", "rows"),
        ({"rows": 601}, "instalments", "rows"),
        ({"every": Every(0, Unit.DAYS)}, "every", "every"),
        ({"first_due_on": date(2026, 1, 31)}, "first_due_on", "after"),
        ({"period_from": date(2026, 2, 1)}, "period_from", "not-after"),
        ({"principal_minor": 1, "method": Method.FLAT}, "principal", "small"),
        ({"method": Method.BALLOON, "balloon_minor": 12_000_01}, "balloon", "balloon"),
        ({"method": Method.FIXED_AMOUNT, "instalment_minor": 120_00}, "instalment", "never"),
    ],
)
def test_terms_that_make_no_schedule(changes: dict, where: str, reason: str):
    made = schedule(replace(LOAN, **changes), CN)
    assert isinstance(made, Refusal)
    assert (made.where, made.reason) == (where, f"schedule.refusal.{reason}")


ON = date(2026, 2, 10)


@pytest.mark.parametrize(
    ("event", "where", "reason"),
    [
        (Payment(on=date(2026, 1, 30), amount_minor=1), "events[0].date", "before"),
        (Payment(on=ON, amount_minor=0), "events[0].amount", "amount"),
        (Disbursement(on=date(2026, 4, 30), amount_minor=1), "events[0].date", "late"),
        (GracePrincipal(from_row=1, rows=3), "events[0].periods", "grace"),
        (RateChange(first_on=ON, rate_ppm=4_000_001), "events[0].new_rate_percent", "rate"),
        (RateChange(first_on=date(2026, 5, 1), rate_ppm=1), "events[0].from_date", "late"),
        (InterestPause(from_on=ON, to_on=date(2026, 2, 9)), "events[0].to_date", "not-before"),
        (Reschedule(from_on=date(2026, 3, 31), due_on=date(2026, 2, 28)), "events[0].due_date", "after"),
        (Reschedule(from_on=ON, extra_rows=598), "events[0].extra_terms", "extra"),
        (ReAge(on=ON, first_on=date(2026, 2, 9), rows=1, every=LOAN.every), "events[0].first_due_date", "not-before"),
        (ReAge(on=ON, first_on=ON, rows=0, every=LOAN.every), "events[0].instalments", "rows"),
        (ReAmortise(on=date(2026, 4, 30)), "events[0].date", "late"),
    ],
)
def test_events_that_cannot_be(event: Event, where: str, reason: str):
    made = schedule(LOAN, CN, (event,))
    assert isinstance(made, Refusal)
    assert (made.where, made.reason) == (where, f"schedule.refusal.{reason}")


def test_pauses_do_not_overlap():
    first = InterestPause(from_on=ON, to_on=date(2026, 2, 20))
    made = schedule(LOAN, CN, (first, InterestPause(from_on=date(2026, 2, 20), to_on=date(2026, 2, 25))))
    assert isinstance(made, Refusal)
    assert (made.where, made.reason) == ("events[1].from_date", "schedule.refusal.overlap")
