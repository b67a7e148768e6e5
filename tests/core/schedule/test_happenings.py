"""Whatever happens to a loan, its rows stay sound: nothing lost, nothing negative, nothing left; or it is refused."""

import random
from dataclasses import astuple, replace
from datetime import date, timedelta

import pytest

from forbear.core.refusal import Refusal
from forbear.core.schedule import schedule
from forbear.core.schedule_events import AsOf, Disbursement, Payment
from forbear.core.schedule_terms import Arrears
from tests.core.schedule.happenings import convention, happenings, loan


@pytest.mark.parametrize("seed", range(8))
def test_rows_stay_sound_whatever_happens(seed: int):
    chance, made_some = random.Random(seed), 0
    for _ in range(500):
        terms, habits = loan(chance), convention(chance)
        events = happenings(chance, terms)
        made = schedule(terms, habits, events)
        if isinstance(made, Refusal):
            continue
        made_some += 1
        lent = terms.principal_minor + sum(e.amount_minor for e in events if isinstance(e, Disbursement))
        said = (terms, habits.name, events)
        assert sum(row.principal_minor for row in made.rows) == lent, said
        assert made.rows[-1].balance_minor == 0, said
        if made.arrears is not None:
            assert min(astuple(made.arrears)[1:]) >= 0, said
        before = date.min
        for row in made.rows:
            parts = (row.principal_minor, row.interest_minor, row.fees_minor, row.penalty_minor, row.balance_minor)
            assert min(parts) >= 0, said
            assert row.due_on >= before, said
            assert row.paid_minor <= row.total_minor, said
            before = row.due_on
    assert made_some > 200


@pytest.mark.parametrize("seed", range(4))
def test_a_look_at_the_first_day_changes_nothing(seed: int):
    """The course of a loan to which nothing happens gives the rows of its plan."""
    chance = random.Random(100 + seed)
    for _ in range(250):
        terms, habits = loan(chance), convention(chance)
        plain = schedule(terms, habits)
        looked = schedule(terms, habits, (AsOf(on=terms.disbursed_on),))
        nothing = Arrears(
            on=terms.disbursed_on, days=0, principal_minor=0, interest_minor=0, fees_minor=0, penalty_minor=0
        )
        assert looked == replace(plain, arrears=nothing)


@pytest.mark.parametrize("seed", range(2))
def test_looking_often_costs_nothing(seed: int):
    """Penalty is rounded from all that accrued, so that no look in between changes it by a fen."""
    chance, some = random.Random(200 + seed), 0
    for _ in range(150):
        terms, habits = replace(loan(chance), penalty_rate_ppm=4_000_000), convention(chance)
        ends_on = terms.disbursed_on + timedelta(days=chance.randint(20, 600))
        days = (ends_on - terms.disbursed_on).days
        paid = Payment(
            on=terms.disbursed_on + timedelta(days=chance.randint(1, days)), amount_minor=chance.randint(1, 10**6)
        )
        looks = tuple(AsOf(on=terms.disbursed_on + timedelta(days=chance.randint(0, days))) for _ in range(6))
        once, often = (schedule(terms, habits, (paid, AsOf(on=ends_on), *more)) for more in ((), looks))
        assert once == often
        some += bool(once.arrears.penalty_minor)
    assert some > 80
