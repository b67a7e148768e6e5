"""A refusal that a rule hands back stops the action that asked for it."""

from datetime import UTC, datetime

from forbear.actions.conversation import write_note
from forbear.actions.record import By
from forbear.adapters.memory import memory_desk
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.refusal import Refusal


def test_a_refusal_is_true_so_that_a_guard_holds():
    assert bool(Refusal("some.rule", "some.reason")) is True


def test_a_guard_of_an_action_stops_an_auditor_and_writes_nothing():
    desk = memory_desk(at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    auditor = By(actor=Actor(Role.AUDITOR, "s_1", Auth.STAFF), channel=Channel.WEB, key="note-1")
    outcome = write_note(desk, auditor, "c_1", "a note")
    assert isinstance(outcome, Refusal)
    assert outcome.rule == "desk.role"
    assert desk.ledger.size() == 0
