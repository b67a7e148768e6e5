"""Faults that random play found, each as the shortest game that shows it."""

from random import Random

import pytest

from forbear.actions import breach, contact, conversation, payments, statement
from forbear.actions.record import By, Done
from forbear.core.case import Stage
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.payments import BreakReason, Standing
from forbear.core.refusal import Refusal
from tests.attack.world import BANK, REVIEWERS, World


@pytest.fixture
def world() -> World:
    made = World()
    made.opens_loan(made.loan_id(0))
    return made


def test_opening_again_under_the_same_key_answers_with_the_events_of_then(world: World):
    """It answered with everything that had happened in the case since."""
    act, by, first = world.commands[0]
    case_id = world.case_ids[0]
    conversation.ask_person(world.desk, By(actor=world.her(case_id), channel=Channel.WEB, key="k"), case_id, "请打给我")
    again = act(by)
    assert (again.events, again.replayed) == (first.events, True)
    assert [event.fact.type for event in again.events] == ["case.opened", "identity.proved"]


def test_opening_under_another_key_means_the_open_case_and_writes_nothing(world: World):
    her = Actor(Role.BORROWER, world.desk.loans.loan(world.loan_id(0)).borrower_id, Auth.CODE)
    by = By(actor=her, channel=Channel.WEB, key="another")
    size = world.desk.ledger.size()
    again = contact.open_case(world.desk, by, loan_id=world.loan_id(0), language="zh")
    assert again == Done(world.case_ids[0], ())
    assert world.desk.ledger.size() == size


@pytest.mark.parametrize("amount_minor", [10**18, -(10**18), 2**53])
def test_an_amount_beyond_all_measure_is_refused_with_a_sentence(world: World, amount_minor: int):
    """Taking the hash of what was asked stopped at numbers that the record does not hold."""
    (case_id,) = world.case_ids
    by = By(actor=BANK, channel=Channel.SYSTEM, key="k")
    paid_on = world.today
    refusal = payments.take_payment(world.desk, by, case_id, amount_minor=amount_minor, paid_on=paid_on, reference="r")
    assert isinstance(refusal, Refusal) and (refusal.rule, refusal.where) == ("payments.amount", "amount")
    answer = {"kinds": [], "instalment_minor": amount_minor, "months": None}
    by = By(actor=world.her(case_id), channel=Channel.WEB, key="w")
    refusal = statement.give_answer(world.desk, by, case_id, statement.Question.WISH, answer)
    assert isinstance(refusal, Refusal) and refusal.rule == "statement.amount"


def test_a_plan_is_not_declared_broken_while_a_new_request_is_on_the_desk(world: World):
    """Handing in a new request rests collection until it is decided; a reviewer could break the plan all the same."""
    (case_id,) = world.case_ids
    rng = Random(4)
    while world.file(case_id).case.stage is not Stage.PAYMENTS:
        world.onward(case_id, rng)
    desk, her = world.desk, world.her(case_id)
    while world.file(case_id).case.standing is not Standing.CURE_ENDED:
        world.pass_days(5)

    def breaks(key: str, why: BreakReason = BreakReason.UNPAID, who: Actor = REVIEWERS[0]) -> Done | Refusal:
        by = By(actor=who, channel=Channel.WEB, key=key)
        return breach.declare_broken(desk, by, case_id, why, "未收到付款")

    world.attempt(lambda by: payments.renegotiate(desk, by, case_id, "又少了一份工"), her)
    told = statement.TOLD_BEFORE_SUBMITTING
    world.attempt(lambda by: statement.submit_statement(desk, by, case_id, told), her)
    refusal = breaks("first")
    assert isinstance(refusal, Refusal) and refusal.rule == "payments.wish"
    assert isinstance(breaks("second", BreakReason.BORROWER_ASKED), Done)
    assert isinstance(breaks("third", BreakReason.BORROWER_ASKED, REVIEWERS[1]), Done)
    assert world.file(case_id).case.closed == "broken"
