"""The development outbox: what would have been sent, newest first, sealed, a repeat once."""

from dataclasses import replace
from datetime import timedelta

from forbear.actions.ports import Message
from forbear.adapters.memory import MovedClock
from forbear.core.contact import Channel
from forbear.store.outbox import DevOutbox, Kept
from tests.contracts.bench import PHONE, START, WORDS, database_bytes

FIRST = Message(channel=Channel.SMS, to=PHONE, subject="", body=WORDS, reference="n_1")


def test_messages_are_kept_newest_first_and_a_repeat_once(stored):
    clock = MovedClock(START)
    outbox = DevOutbox(stored.keys, clock)
    outbox.send(FIRST)
    clock.advance(minutes=1)
    outbox.send(replace(FIRST, body="again"))
    second = replace(FIRST, channel=Channel.EMAIL, subject="s", reference="n_2")
    outbox.send(second)
    assert outbox.messages() == (
        Kept(message=second, sent_at=START + timedelta(minutes=1)),
        Kept(message=FIRST, sent_at=START),
    )
    assert outbox.messages(offset=1, limit=1) == (Kept(message=FIRST, sent_at=START),)


def test_they_lie_there_sealed(stored):
    DevOutbox(stored.keys, MovedClock(START)).send(FIRST)
    lying_there = database_bytes(stored)
    assert PHONE.encode() not in lying_there
    assert WORDS.encode() not in lying_there
