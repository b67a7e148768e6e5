"""What the end of a case is for the periods of keeping: a broken agreement is none, the end of its debt is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from forbear.actions import leaving
from forbear.actions.debt_end import debt_open, end_debt
from forbear.actions.record import Done, carry_out
from forbear.core import events as e
from forbear.core.contact import SYSTEM
from forbear.core.facts import Retention
from forbear.core.leaving import ended_on
from forbear.core.payments import BreakReason
from forbear.core.refusal import Refusal
from tests import kept
from tests.kept import AGENT, CHEN, LOAN, ROW, Kept

BROKE_ON = date(2026, 3, 2)


def broken() -> Kept:
    one = Kept()
    facts = [e.PlanBroken(why=BreakReason.UNPAID, reason="x", fallback=None), e.CaseClosed(why="broken")]
    done = carry_out(one.desk, one.by(CHEN), one.case_id, {"broken": 1}, lambda _: facts)
    assert isinstance(done, Done)
    return one


def end(one: Kept) -> date | None:
    today = one.today
    return ended_on(one.file.events, one.file.case, today, one.desk.rulebooks.on(today), kept.ZONE)


def until(one: Kept) -> dict[Retention, date | None]:
    return {line.retention: line.until_on for line in leaving.kept_of(one.desk, one.file)}


def later(one: Kept, days: int) -> None:
    kept.clock_of(one.desk).move_to(one.desk.clock.now() + timedelta(days=days))


def looks(one: Kept) -> None:
    assert not isinstance(leaving.leave_due(one.desk, one.by(SYSTEM), one.case_id), Refusal)


def test_a_broken_agreement_begins_no_period():
    one = broken()
    later(one, 400)
    assert one.file.case.closed == "broken" and debt_open(one.file)
    assert end(one) is None, "more than data.idle_days, and still what is owed is claimed"
    assert until(one)[Retention.AGREEMENT] is None
    looks(one)
    assert one.desk.ledger.keys_of(one.case_id, Retention.AGREEMENT) == 1


@pytest.mark.parametrize("why", list(e.DebtEnd))
def test_the_lender_says_that_the_debt_ended(why: e.DebtEnd):
    one = broken()
    later(one, 100)
    on = BROKE_ON + timedelta(days=60)
    for wrong in (BROKE_ON - timedelta(days=1), one.today + timedelta(days=1)):
        refused = one.does(end_debt, AGENT, why, wrong)
        assert isinstance(refused, Refusal) and refused.where == "ended_on"
    refused = one.does(end_debt, one.her, why, on)
    assert isinstance(refused, Refusal) and refused.rule == "desk.role"
    assert isinstance(one.does(end_debt, AGENT, why, on), Done)
    assert end(one) == on and not debt_open(one.file)
    assert until(one)[Retention.STATEMENT] == on + timedelta(days=1095)
    assert until(one)[Retention.AGREEMENT] == on + timedelta(days=3650)
    again = one.does(end_debt, AGENT, why, on)
    assert isinstance(again, Refusal) and again.rule == "leaving.debt"


def test_the_loan_book_says_that_nothing_is_owed():
    one = broken()
    paid = dict.fromkeys(("principal_minor", "interest_minor", "penalty_minor", "fees_minor"), 0)
    later(one, 50)
    before = replace(LOAN, **paid, as_of=BROKE_ON - timedelta(days=1))
    one.desk.loans.put([replace(ROW, loan=before)])
    looks(one)
    assert end(one) is None, "a book of before it was broken says nothing"
    on = BROKE_ON + timedelta(days=40)
    one.desk.loans.put([replace(ROW, loan=replace(before, as_of=on))])
    looks(one)
    looks(one)
    told = [event.fact for event in one.file.events if isinstance(event.fact, e.DebtEnded)]
    assert told == [e.DebtEnded(why=e.DebtEnd.PAID, ended_on=on)] and end(one) == on


def test_what_can_be_claimed_no_more_has_ended_three_years_after_the_last_demand():
    one = broken()
    later(one, 300)
    called = e.CallBegun(call="t_1", direction=e.Direction.OUT)
    assert isinstance(carry_out(one.desk, one.by(AGENT), one.case_id, {"c": 1}, lambda _: [called]), Done)
    demanded = one.today
    later(one, 1094)
    assert end(one) is None
    later(one, 2)
    assert end(one) == date(demanded.year + 3, demanded.month, demanded.day)
    rules = one.desk.rulebooks.on(one.today)
    assert rules.stack("limitation.years")[-1].value == 3


def test_a_completed_agreement_ends_the_case_as_before():
    one = Kept()
    assert end(one) is None
    assert isinstance(one.pays(one.terms.plan.total_minor), Done)
    assert one.file.case.closed == "completed" and end(one) == one.today
    refused = one.does(end_debt, AGENT, e.DebtEnd.PAID, one.today)
    assert isinstance(refused, Refusal) and refused.rule == "leaving.debt"
