"""Before a decision what went before it is signed; on a record that was changed behind its back nothing is decided."""

from datetime import date

from forbear.actions.ports import LogBroken
from forbear.actions.record import CHECKPOINT_BEFORE, By, carry_out
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.checkpoint import parse_note, read_checkpoint
from forbear.core.contact import SYSTEM, Channel
from forbear.core.decision import Outcome
from forbear.core.refusal import Refusal
from tests.contracts.bench import START, opened, write

MADE = e.DecisionMade(outcome=Outcome.REFUSED, rulebook="digest", appeal_by_on=date(2026, 4, 1))
BY = By(actor=SYSTEM, channel=Channel.SYSTEM, key="decide")


def signed_over(desk):
    note = desk.log.latest()
    return read_checkpoint(parse_note(note).body).size if note else None


def test_a_checkpoint_is_cut_before_a_decision_and_not_before_everything():
    desk = memory_desk(at=START)
    desk.ledger.append(write(opened(), expected=-1, key="open"))
    carry_out(
        desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key="note"), "c_1", {}, lambda _: [e.NoteWritten(text="x")]
    )
    assert signed_over(desk) is None
    done = carry_out(desk, BY, "c_1", {}, lambda _: [MADE])
    assert done.events[0].fact.type == "decision.made"
    assert signed_over(desk) == 2, "over the case as it was when it was decided"


def test_nothing_is_decided_on_a_record_that_was_changed():
    desk = memory_desk(at=START)
    desk.ledger.append(write(opened(), expected=-1, key="open"))

    def broken():
        raise LogBroken("the log does not go on")

    desk.log.checkpoint = broken
    refused = carry_out(desk, BY, "c_1", {}, lambda _: [MADE])
    assert isinstance(refused, Refusal)
    assert (refused.rule, refused.reason, refused.way_on) == ("record.log", "log.refusal.broken", "log.way_on.audit")
    assert desk.ledger.size() == 1
    assert isinstance(carry_out(desk, BY, "c_1", {}, lambda _: [e.NoteWritten(text="x")]).events, tuple)


def test_the_facts_it_is_cut_before_are_there():
    kinds = {kind.type for kind in e.Fact.__subclasses__()}
    assert CHECKPOINT_BEFORE - kinds <= {"case.exported"}
