"""Events as several telephone systems spell them, read into the same one; what makes no sense is named."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forbear.core.contact_facts import Direction
from forbear.core.cti import Read, read_event
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Step

SENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RINGS = CallEvent(
    step=Step.BEGUN, call="c1", at=SENT, number="13800138000", extensions=("101",), queue="hardship", recorded=True
)


@pytest.mark.parametrize(
    "given",
    [
        {"event": "newCall", "callId": "c1", "direction": "in", "from": "13800138000", "to": "4000000000",
         "user[]": ["101"], "queue": "hardship", "recorded": True},
        {"Event": "Newchannel", "Uniqueid": "c1", "CallerIDNum": "13800138000", "Extension": "101",
         "Queue": "hardship", "recorded": "yes"},
        {"event-name": "CHANNEL_CREATE", "uuid": "c1", "Call-Direction": "inbound",
         "Caller-Caller-ID-Number": "13800138000", "users": ["101"], "queue": "hardship", "recorded": "1"},
        {"state": "Ringing", "CallId": "c1", "CallDirection": "Inbound", "CallerNumber": "13800138000",
         "Agent": "101", "QueueName": "hardship", "recorded": "on"},
    ],
)  # fmt: skip
def test_systems_spell_it_their_way(given: dict[str, Any]):
    assert read_event(given, SENT) == Read(RINGS)


def test_a_call_of_ours_has_the_other_side_as_its_number():
    given = {"event": "answer", "callId": "c1", "direction": "out", "from": "101", "to": "13800138000"}
    read = read_event(given, SENT)
    assert isinstance(read, Read)
    assert (read.event.direction, read.event.number, read.event.queue) == (Direction.OUT, "13800138000", "")


def test_unknown_names_are_told_and_no_fault():
    read = read_event({"event": "hangup", "callId": "c1", "mood": "sunny", "nested": {"a": 1}}, SENT)
    assert isinstance(read, Read) and read.unknown == ("mood", "nested")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "event"),
        ({"event": "dance", "callId": "c1"}, "event"),
        ({"event": "hangup"}, "callId"),
        ({"event": "hangup", "callId": "x" * 201}, "callId"),
        ({"event": "hangup", "callId": "\x00"}, "callId"),
        ({"event": "hangup", "callId": {"a": 1}}, "call"),
        ({"event": "hangup", "callId": "c1", "user": [["101"]]}, "user"),
        ({"event": "hangup", "callId": "c1", "direction": "sideways"}, "direction"),
        ({"event": "newCall", "callId": "c1", "recorded": "perhaps"}, "recorded"),
        ({"event": "newCall", "callId": "c1", "from": 1.5}, "from"),
    ],
)
def test_what_makes_no_sense_is_named(given: dict[str, Any], field: str):
    refusal = read_event(given, SENT)
    assert isinstance(refusal, Refusal) and refusal.where == field


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("2026-03-02T08:59:30+08:00", -30),
        ("1772413170", -30),
        ("1772413170123", -30),
        (1772413170, -30),
        ("2026-03-02T00:59:30", 0),
        ("2026-03-02T01:05:01Z", 0),
        ("2020-01-01T00:00:00Z", 0),
        ("99999999999", 0),
        ("yesterday", 0),
        ("", 0),
    ],
)
def test_a_clock_that_goes_wrong_does_not_count(at: Any, seconds: int):
    read = read_event({"event": "hangup", "callId": "c1", "at": at}, SENT)
    assert isinstance(read, Read) and read.event.at == SENT + timedelta(seconds=seconds)
