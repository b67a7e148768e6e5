"""The checkpoint before an agreement, a signature or an export gets a timestamp of its own; nobody waits for it."""

import pytest

from forbear.actions.agenda import STAMP_AGAIN_SECONDS, work
from forbear.actions.log import cut, have_signed
from forbear.actions.ports import Lane, TimestampAway, TimestampLies
from forbear.actions.record import STAMPED, By, carry_out
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
from forbear.core.refusal import Refusal
from tests.contracts.bench import START, opened, write

EXPORTED = e.CaseExported(head=1, files=0)


class Tsa:
    """An authority that answers as it is told, and keeps what it was asked."""

    def __init__(self):
        self.problem, self.asked = None, []

    def stamp(self, data):
        self.asked.append(data.decode())
        if self.problem:
            raise self.problem
        return b"token over " + data

    def read(self, token, data):
        if token != b"token over " + data:
            raise TimestampLies("imprint", "other bytes")
        return START


@pytest.fixture
def desk():
    found = memory_desk(at=START, timestamps=Tsa())
    found.ledger.append(write(opened(), expected=-1, key="open"))
    return found


def act(desk, fact, key="export"):
    done = carry_out(desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key=key), "c_1", {}, lambda _: [fact])
    assert not isinstance(done, Refusal)
    return done


def test_it_is_asked_for_at_once_and_over_the_checkpoint_before(desk):
    act(desk, EXPORTED)
    assert desk.timestamps.asked == [], "the act does not wait for it"
    assert work(desk, lane=Lane.REST) == 0, "nor does anything else that is due"
    assert work(desk, lane=Lane.TELLING) == 1
    note = desk.log.at(1)
    assert desk.timestamps.asked == [note]
    assert desk.timestamps.read(desk.log.token(1), note.encode()) == START
    desk.clock.advance(seconds=1)
    act(desk, EXPORTED, "again")
    work(desk)
    assert desk.log.token(2), "ten minutes are not waited for"


def test_a_witness_before_it_changes_nothing_of_what_is_stamped(desk):
    act(desk, EXPORTED)
    alone = desk.log.at(1)
    desk.log.attest(1, "witness.example", "— witness.example c2lnbmF0dXJl\n".encode(), START)
    work(desk)
    assert desk.timestamps.asked == [alone]


@pytest.mark.parametrize("problem", [TimestampAway("refused"), TimestampLies("nonce", "another answer")])
def test_an_authority_that_is_away_or_lies_stops_nothing_and_is_asked_until_it_answers(desk, problem):
    desk.timestamps.problem = problem
    act(desk, EXPORTED)
    for _ in range(20):
        assert work(desk) == 1
        desk.clock.advance(seconds=STAMP_AGAIN_SECONDS)
    assert desk.log.token(1) == b""
    assert desk.agenda.given_up() == (), "nobody of the desk is bothered"
    desk.timestamps.problem = None
    work(desk)
    assert desk.log.token(1)
    assert work(desk) == 0


def test_one_checkpoint_is_stamped_once(desk):
    cut(desk)
    assert have_signed(desk) == ()
    act(desk, EXPORTED)
    assert work(desk) == 0
    assert len(desk.timestamps.asked) == 1


def test_a_note_or_a_decision_asks_for_none_and_without_an_authority_nothing_is_due(desk):
    act(desk, e.NoteWritten(text="x"))
    assert work(desk) == 0
    plain = memory_desk(at=START)
    plain.ledger.append(write(opened(), expected=-1, key="open"))
    act(plain, EXPORTED)
    assert work(plain) == 0
    assert set(STAMPED) == {"agreement.issued", "agreement.signed", "case.exported"}
