"""The telephone system's door, from an exchange that signs as documented: what is right is kept once, whatever the
order; what is wrong is named, counted and kept nowhere; and nobody's case is touched before the caller is known.
"""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest

from forbear.actions.ports import Desk, Telephony
from forbear.actions.record import load
from forbear.adapters.memory import clock_of
from forbear.town.borrower import Borrower
from forbear.web.api.events import description
from tests.web.api.exchange import SECRET, Exchange, wav

NUMBER = "13800138000"


@pytest.fixture
def exchange(desk: Desk, settings: Any) -> Exchange:
    settings.CTI_SECRETS = [SECRET]
    return Exchange(desk.clock)


def only(desk: Desk) -> Any:
    (call,) = desk.calls.recent(desk.clock.now() - timedelta(days=1))
    return call


def check(name: str, body: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": description()["components"]}
    jsonschema.validate(body, schema)


def test_a_call_is_told_and_kept(desk: Desk, exchange: Exchange):
    status, told = exchange.tells(event="newCall", callId="c1", **{"from": NUMBER}, user=["101"], recorded=True)
    assert (status, told["event"], told["ignored"]) == (200, "begun", [])
    check("CallTold", told)
    clock_of(desk).advance(seconds=9)
    assert exchange.tells(event="answer", callId="c1", user=["101"])[0] == 200
    clock_of(desk).advance(seconds=60)
    assert exchange.tells(event="hangup", callId="c1", cause="normalClearing")[0] == 200
    call = only(desk)
    assert (call.call, call.e164, call.seconds, call.recorded) == (told["call"], "+8613800138000", 60, True)
    assert "c1" not in told["call"] and desk.ledger.size() == 0


def test_zammads_own_form_is_understood(desk: Desk, exchange: Exchange):
    form = [("event", "newCall"), ("from", NUMBER), ("to", "4000000000"), ("direction", "in"), ("callId", "z1")]
    body = urlencode([*form, ("user[]", "101"), ("user[]", "102")]).encode()
    assert exchange.sends(body, kind="application/x-www-form-urlencoded")[0] == 200
    assert only(desk).extensions == ("101", "102")


def test_a_repeat_is_answered_as_the_first_time(desk: Desk, exchange: Exchange):
    first = exchange.tells(id="one", event="newCall", callId="c1")
    clock_of(desk).advance(seconds=30)
    assert exchange.tells(id="one", event="newCall", callId="c1") == first
    status, body = exchange.tells(id="one", event="hangup", callId="c1")
    assert (status, body["error"]["field"]) == (409, "webhook-id")
    assert only(desk).ended_at is None and desk.calls.counts() == {"repeated": 2}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"webhook-signature": "v1,AAAA"}, "webhook-signature"),
        ({"webhook-signature": "v2,AAAA v1a,BBBB"}, "webhook-signature"),
        ({"webhook-signature": "v1,é"}, "webhook-signature"),
        ({"webhook-signature": ""}, "webhook-signature"),
        ({"webhook-id": "another"}, "webhook-signature"),
        ({"webhook-id": ""}, "webhook-signature"),
        ({"webhook-timestamp": "1"}, "webhook-signature"),
        ({"webhook-timestamp": "soon"}, "webhook-signature"),
    ],
)
def test_a_wrong_signature_gets_nothing(desk: Desk, exchange: Exchange, change: dict[str, str], field: str):
    body = b'{"event": "newCall", "callId": "c1"}'
    headers = {**exchange.signed(body), **change}
    answer = exchange.client.post("/api/telephone/events", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["error"]["field"]) == (401, field)
    assert desk.calls.recent(desk.clock.now()) == () and sum(desk.calls.counts().values()) == 1


def test_another_body_under_the_same_signature_gets_nothing(desk: Desk, exchange: Exchange):
    headers = exchange.signed(b'{"event": "newCall", "callId": "c1"}')
    answer = exchange.client.post("/api/telephone/events", b"{}", content_type="application/json", headers=headers)
    assert (answer.status_code, desk.calls.counts()) == (401, {"signature": 1})


@pytest.mark.parametrize(("seconds", "status"), [(-300, 200), (300, 200), (-301, 401), (301, 401)])
def test_clocks_may_lie_five_minutes_apart(desk: Desk, exchange: Exchange, seconds: int, status: int):
    at = desk.clock.now() + timedelta(seconds=seconds)
    assert exchange.tells(event="newCall", callId="c1", at=at)[0] == status


def test_a_secret_is_changed_without_a_gap(desk: Desk, exchange: Exchange, settings: Any):
    settings.CTI_SECRETS = ["a new secret of enough characters", SECRET]
    assert exchange.tells(event="newCall", callId="c1")[0] == 200
    assert (
        Exchange(desk.clock, b"a new secret of enough characters").tells(id="new", event="answer", callId="c1")[0]
        == 200
    )
    settings.CTI_SECRETS = ["a new secret of enough characters"]
    assert exchange.tells(event="hangup", callId="c1")[0] == 401


def test_without_a_secret_the_door_is_shut(desk: Desk, exchange: Exchange, settings: Any):
    settings.CTI_SECRETS = []
    assert exchange.tells(event="newCall", callId="c1")[0] == exchange.records("c1", wav())[0] == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b"{", 400), (b"\x00\xff", 400),
     (b"[" * 50_000, 400), (b"{}", 422), (b"x" * 1_000_000, 413)],
)  # fmt: skip
def test_what_cannot_be_read_is_said(desk: Desk, exchange: Exchange, body: bytes, status: int):
    got, answer = exchange.sends(body)
    assert got == status and answer["error"]["message"]["zh"] and answer["error"]["message"]["en"]
    check("Error", answer)
    assert desk.calls.recent(desk.clock.now()) == () and sum(desk.calls.counts().values()) == 1


def test_unknown_keys_are_named_and_counted(desk: Desk, exchange: Exchange):
    status, told = exchange.tells(event="newCall", callId="c1", mood="sunny")
    assert (status, told["ignored"], desk.calls.counts()) == (200, ["mood"], {"unknown-keys": 1})


# ---- recordings ------------------------------------------------------------------------------------------------


def test_a_recording_is_kept_encrypted_until_the_caller_is_known(desk: Desk, exchange: Exchange):
    exchange.whole("c1", NUMBER)
    status, told = exchange.records("c1", wav())
    assert status == 201
    check("RecordingKept", told)
    (kept,) = only(desk).recordings
    assert desk.vault.open(kept.blob) == wav() and kept.held
    assert exchange.records("c1", wav())[0] == 201 and len(only(desk).recordings) == 1


def test_a_recording_is_not_what_was_named(desk: Desk, exchange: Exchange):
    exchange.whole("c1", NUMBER)
    status, answer = exchange.records("c1", wav(), named=b"something else")
    assert (status, answer["error"]["code"], only(desk).recordings) == (422, "telephone.hash", ())
    assert len(desk.vault._files) == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sound", "status"), [(b"", 422), (b"RIFF", 422), (b"<html>hello world", 415), (b"\x00" * 50, 415)]
)
def test_what_is_no_sound_is_not_kept(desk: Desk, exchange: Exchange, sound: bytes, status: int):
    exchange.whole("c1", NUMBER)
    assert exchange.records("c1", sound)[0] == status
    assert only(desk).recordings == () and len(desk.vault._files) == 0  # type: ignore[attr-defined]


def test_chatwoot_15598_a_recording_nobody_agreed_to_is_kept_nowhere(desk: Desk, exchange: Exchange):
    exchange.whole("c1", NUMBER, recorded=False)
    status, answer = exchange.records("c1", wav())
    assert (status, answer["error"]["code"]) == (409, "telephone.not_recorded")
    assert (only(desk).recordings, desk.calls.counts()) == ((), {"not-recorded": 1})
    assert len(desk.vault._files) == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("recorded", "kept"), [(True, 1), (False, 0)])
def test_a_recording_before_its_call_waits_for_what_the_beginning_says(
    desk: Desk, exchange: Exchange, recorded: bool, kept: int
):
    assert exchange.records("c1", wav())[0] == 201
    assert len(only(desk).recordings) == 1
    exchange.whole("c1", NUMBER, recorded=recorded)
    assert len(only(desk).recordings) == len(desk.vault._files) == kept  # type: ignore[attr-defined]


def test_where_the_exchange_says_nothing_the_setting_does(desk: Desk, exchange: Exchange):
    exchange.tells(event="newCall", callId="c1")
    object.__setattr__(desk, "telephony", Telephony(records=True))
    exchange.tells(event="newCall", callId="c2")
    exchange.tells(event="newCall", callId="c1")
    assert [exchange.records(call, wav())[0] for call in ("c1", "c2")] == [409, 201]


def test_a_recording_longer_than_its_limit_is_refused_before_it_is_read(desk: Desk, exchange: Exchange):
    named = f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"
    headers = {**exchange.signed(f"c1\n{named}".encode()), "Content-Digest": named, "Content-Length": str(201 << 20)}
    answer = exchange.client.put("/api/telephone/recordings/c1", b"", headers=headers)
    assert (answer.status_code, desk.calls.counts()) == (413, {"recording-long": 1})


def test_nobodys_case_is_touched_and_nothing_of_it_told(desk: Desk, exchange: Exchange, she: Borrower):
    she.arrives()
    before = load(desk, she.case_id).case.seq
    exchange.whole("c1", she.row.phone)
    exchange.records("c1", wav())
    status, told = exchange.tells(event="newCall", callId="c2", **{"from": f"+86 {she.row.phone}"})
    assert load(desk, she.case_id).case.seq == before and status == 200
    assert she.row.name not in json.dumps(told, ensure_ascii=False) and she.case_id not in json.dumps(told)
