"""A position to try measures on: 12,000.00 at 12 % a year, twelve rows of 1,066.19; and strategies for others."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from hypothesis import strategies as st

from forbear.core.dates import DayCount, due_in, month_after, month_of
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
)
from forbear.core.money import Rounding
from forbear.core.position import Limits, Position
from forbear.core.replans import (
    ArrearsSpread,
    Holiday,
    InterestOnly,
    ReAmortise,
    Reduced,
    Settle,
    Shortfall,
    Step,
    Term,
    Token,
    Variant,
)
from tools.measures_page import EXAMPLE

AS_OF = EXAMPLE.as_of
WIDE = Limits(capitalise=("interest", "fees", "penalty"))
"""Limits under which capitalising is lawful."""
NARROW = Limits()

LATE = replace(EXAMPLE, kept_payments=0)
"""600.00 of principal overdue, 300.00 of interest, 200.00 of penalty and 50.00 of fees; no payment kept yet."""
BASE = replace(
    LATE,
    not_due_minor=12_000_00,
    arrears_minor=0,
    interest_minor=0,
    penalty_minor=0,
    fees_minor=0,
    days_past_due=0,
)
"""The same with nothing overdue."""


def annuity(principal_minor: int, rate_ppm: int, rows: int) -> int:
    """A = P·r/(1−(1+r)^−n) for r a month, half up: the textbook's formula, not the product's recursion."""
    r = Fraction(rate_ppm, 12_000_000)
    exact = Fraction(principal_minor, rows) if r == 0 else principal_minor * r / (1 - (1 + r) ** -rows)
    return floor(exact + Fraction(1, 2))


def amounts(rows) -> list[int]:
    return [row.amount_minor for row in rows]


money = st.integers(0, 90_000_00)


@st.composite
def positions(draw) -> Position:
    as_of = draw(st.dates(date(2021, 1, 1), date(2029, 12, 31)))
    due_day = draw(st.integers(1, 31))
    this_month = due_in(month_of(as_of), due_day)
    next_due_on = this_month if this_month > as_of else due_in(month_after(month_of(as_of), 1), due_day)
    contract_minor = draw(st.integers(1, 9_000_00))
    rate = draw(st.sampled_from([0, 1, 72_000, 120_000, 237_600, 4_000_000]))
    return Position(
        as_of=as_of,
        currency="CNY",
        debtor="p_1",
        guaranteed=False,
        not_due_minor=draw(money),
        arrears_minor=draw(st.sampled_from([0, 1, 333_33, 2_000_00])),
        interest_minor=draw(st.integers(0, 3_000_00)),
        penalty_minor=draw(st.integers(0, 3_000_00)),
        fees_minor=draw(st.sampled_from([0, 1, 20_00])),
        rates=((as_of, rate),),
        contract_rate_ppm=rate,
        penalty_rate_ppm=draw(st.sampled_from([0, 180_000, 356_400])),
        day_count=draw(st.sampled_from(list(DayCount))),
        periods=draw(st.integers(1, 40)),
        next_due_on=next_due_on,
        due_day=due_day,
        contract_minor=contract_minor,
        instalment_minor=draw(st.sampled_from([None, contract_minor])),
        days_past_due=draw(st.integers(0, 400)),
        rounding=draw(st.sampled_from(list(Rounding))),
        every_months=draw(st.sampled_from([1, 1, 1, 3])),
        every_days=draw(st.sampled_from([0, 0, 0, 7, 14])),
        order=draw(st.permutations(("fees", "interest", "penalty", "principal")).map(tuple)),
        arrears_over=draw(st.sampled_from([None, 1])),
        kept_payments=draw(st.integers(0, 5)),
    )


some = st.integers(-1, 3_000_00)
earned = st.one_of(st.none(), st.builds(Earned, shares=st.integers(0, 4), every=st.integers(0, 6)))
first_rows = st.integers(0, 12)


@st.composite
def measures(draw, position: Position):
    """One measure, sensible or not."""
    day = st.dates(position.as_of - timedelta(days=9), position.as_of + timedelta(days=900))
    rate = st.integers(-1, 300_000)
    return draw(
        st.one_of(
            st.builds(Waive, part=st.sampled_from(["penalty", "fees", "interest"]), amount_minor=some, earned=earned),
            st.builds(Forgive, amount_minor=some, earned=earned),
            st.builds(Rate, from_rows=st.lists(st.tuples(st.integers(0, 30), rate), max_size=3).map(tuple)),
            st.builds(Rate, from_days=st.lists(st.tuples(day, rate), max_size=3).map(lambda s: tuple(sorted(s)))),
            st.builds(FreezeAccrual, from_on=day, until_on=day),
            st.builds(DueDay, day=st.integers(0, 32)),
            st.just(ReAge()),
            st.builds(
                Capitalise, parts=st.sets(st.sampled_from(["interest", "fees", "penalty"])).map(sorted).map(tuple)
            ),
            st.builds(DeferPrincipal, amount_minor=some),
            st.builds(Holiday, periods=first_rows, variant=st.sampled_from(list(Variant))),
            st.builds(InterestOnly, periods=first_rows),
            st.builds(Reduced, periods=first_rows, shortfall=st.sampled_from(list(Shortfall)), amount_minor=some),
            st.builds(Token, periods=first_rows, amount_minor=st.integers(0, 500)),
            st.builds(Term, periods=st.integers(0, 70)),
            st.just(ReAmortise()),
            st.builds(ArrearsSpread, periods=st.integers(0, 14)),
            st.builds(
                Step, growth_ppm=st.integers(-1, 500_000), every=st.integers(0, 6), unit_minor=st.sampled_from([1, 100])
            ),
            st.builds(Step, listed=st.lists(st.integers(0, 9_000_00), min_size=1, max_size=6).map(tuple)),
            st.builds(Settle, payments=st.integers(0, 4), expires_on=day, share_ppm=st.integers(0, 1_100_000)),
        )
    )


@st.composite
def lists(draw, position: Position):
    """A few measures, the later ones of a name left out so that some lists can be carried through."""
    drawn = draw(st.lists(measures(position), max_size=5))
    return list({each.name: each for each in drawn}.values())
