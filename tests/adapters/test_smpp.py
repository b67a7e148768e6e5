"""The SMPP line against a short message center written by hand: what goes, what comes, and a line that breaks."""

import struct
from dataclasses import replace
from queue import SimpleQueue

import pytest

from forbear.actions.ports import Message, Receipt, Undelivered, Unreachable
from forbear.adapters import smpp
from forbear.adapters.memory import MovedClock
from forbear.adapters.smpp import Smpp
from forbear.adapters.sms_settings import Settings
from forbear.core.contact import Channel
from forbear.core.sms import Fate
from tests.adapters.smpp_peer import Center
from tests.contracts.bench import START

LETTER = Message(channel=Channel.SMS, to="19900001234", subject="", body="Your code is 12345678", reference="k_1")
WAIT = 20


@pytest.fixture
def center():
    made = Center()
    yield made
    made.close()


def account(center, **own):
    values = {
        "host": "127.0.0.1",
        "port": center.port,
        "system_id": "forbear",
        "password": "secret",
        "source": "10690001",
    }
    return Smpp(Settings({"gateway": "smpp", "smpp": values | own}), MovedClock(START))


@pytest.fixture
def line(center):
    """A bound line; `line.receipts` and `line.texts` get what comes, `line.refuse` is raised at the next ones."""
    made = account(center)
    made.receipts, made.texts, made.refuse = SimpleQueue(), SimpleQueue(), []

    def take(where):
        def taken(thing):
            if made.refuse:
                raise made.refuse.pop()
            where.put(thing)

        return taken

    made.listen(take(made.receipts), take(made.texts))
    center.bound.get(timeout=WAIT)
    yield made
    made.close()


def test_a_short_text_goes_in_the_seven_bit_alphabet(center, line):
    assert line.send(replace(LETTER, body="Pay 5€ [ok]")) == "ab1"
    assert center.submitted == [
        {
            "source": (0, 1, "10690001"),
            "to": (1, 1, "8619900001234"),
            "esm": 0,
            "registered": 1,
            "coding": 0,
            "words": b"Pay 5\x1be \x1b<ok\x1b>",
            "tlvs": {},
        }
    ]


def test_a_long_text_goes_in_parts_that_cut_no_pair(center, line):
    body = "中" * 66 + "😀" + "文" * 60
    assert line.send(replace(LETTER, body=body)) == "ab1 ab2"
    first, second = center.submitted
    assert (first["coding"], first["esm"], second["esm"]) == (8, 0x40, 0x40)
    assert first["words"][:3] == second["words"][:3] == b"\x05\x00\x03"
    assert (first["words"][4:6], second["words"][4:6], first["words"][3]) == (
        b"\x02\x01",
        b"\x02\x02",
        second["words"][3],
    )
    assert [one["words"][6:].decode("utf-16-be") for one in center.submitted] == [body[:66], body[66:]]
    line.send(replace(LETTER, body="a" * 161))
    assert [len(one["words"]) for one in center.submitted[2:]] == [6 + 153, 6 + 8]
    assert center.submitted[2]["words"][3] != first["words"][3]


def test_parts_by_sar(center):
    made = account(center, concatenation="sar")
    made.send(replace(LETTER, body="中" * 71))
    made.close()
    first, second = center.submitted
    assert (first["esm"], len(first["words"]), len(second["words"])) == (0, 134, 8)
    assert [(one["tlvs"][0x020E], one["tlvs"][0x020F]) for one in center.submitted] == [
        (b"\x02", b"\x01"),
        (b"\x02", b"\x02"),
    ]
    assert first["tlvs"][0x020C] == second["tlvs"][0x020C]


@pytest.mark.parametrize(("status", "number"), [(0x58, None), (0x14, None), (0x08, None), (0x45, None), (0x0B, True)])
def test_what_the_center_answers_is_tried_again_or_not(center, line, status, number):
    center.statuses = [status]
    with pytest.raises(Undelivered, match=f"answered 0x{status:08x}") as caught:
        line.send(LETTER)
    assert getattr(caught.value, "number", None) is number
    assert isinstance(caught.value, Unreachable) is (number is True)
    assert line.send(LETTER) == "ab2"


def tlv(tag, value):
    return struct.pack(">HH", tag, len(value)) + value


STAT = "id:{id} sub:001 dlvrd:001 submit date:2603021000 done date:2603021000 stat:{stat} err:{err} text:Your code"


def stat(state, id="AB1", err="000"):
    return STAT.format(id=id, stat=state, err=err).encode()


@pytest.mark.parametrize(
    ("words", "tlvs", "receipt"),
    [
        (stat("DELIVRD"), b"", Receipt(carrier="ab1", fate=Fate.DELIVERED, code="DELIVRD")),
        (stat("UNDELIV"), b"", Receipt(carrier="ab1", fate=Fate.LOST, code="UNDELIV")),
        (stat("MK:0012"), b"", Receipt(carrier="ab1", fate=Fate.LOST, code="MK:0012")),
        (b"", tlv(0x1E, b"AB7\0") + tlv(0x427, b"\x02"), Receipt(carrier="ab7", fate=Fate.DELIVERED, code="DELIVRD")),
        (stat("ENROUTE") , tlv(0x1403, b"460"), None),
    ],
)  # fmt: skip
def test_a_receipt(center, line, words, tlvs, receipt):
    asked = center.deliver(words, esm=0x04, tlvs=tlvs)
    assert center.answers.get(timeout=WAIT) == (asked, 0)
    assert (line.receipts.empty() and receipt is None) or line.receipts.get() == receipt


def test_a_number_that_takes_nothing_as_this_carrier_says_it(center):
    made, receipts = account(center, wrong_number=["001"]), SimpleQueue()
    made.listen(receipts.put, print)
    center.bound.get(timeout=WAIT)
    center.deliver(stat("UNDELIV", err="001"), esm=0x04)
    assert receipts.get(timeout=WAIT) == Receipt(carrier="ab1", fate=Fate.REFUSED, code="001")
    made.close()


@pytest.mark.parametrize(
    ("words", "coding", "text"),
    [
        (b"ok \x1be", 0, "ok €"),
        ("好的😀".encode("utf-16-be"), 8, "好的😀"),
        (b"caf\xe9", 3, "café"),
        (b"\xff\xfe\x00", 8, "\ufffe�"),
        (b"", 0, ""),
    ],
)
def test_a_text_that_comes(center, line, words, coding, text):
    center.deliver(words, coding=coding)
    found = line.texts.get(timeout=WAIT)
    assert (found.text, found.number, found.parts) == (text, "+8619900001234", 1)
    center.deliver(words, coding=coding)
    assert line.texts.get(timeout=WAIT).id == found.id


def test_a_long_text_that_comes_in_parts(center, line):
    for n, piece in ((2, "二"), (1, "一")):
        center.deliver(b"\x05\x00\x03\x07\x02" + bytes((n,)) + piece.encode("utf-16-be"), esm=0x40, coding=8)
        center.deliver(b"\x06\x08\x04\x01\x07\x02" + bytes((n,)) + piece.encode("utf-16-be"), esm=0x40, coding=8)
        sar = tlv(0x20C, b"\x00\x09") + tlv(0x20E, b"\x02") + tlv(0x20F, bytes((n,)))
        center.deliver(b"", coding=8, tlvs=sar + tlv(0x424, piece.encode("utf-16-be")))
    found = [line.texts.get(timeout=WAIT) for _ in range(6)]
    assert [(one.text, one.part, one.parts) for one in found] == [("二", 2, 2)] * 3 + [("一", 1, 2)] * 3
    assert [one.joint for one in found[:3]] == [one.joint for one in found[3:]]
    assert len({one.joint for one in found}) == 3


def test_what_could_not_be_taken_is_asked_for_again(center, line):
    line.refuse = [Undelivered("busy"), ValueError("odd")]
    for status in (0x64, 0x64, 0):
        asked = center.deliver(b"ok")
        assert center.answers.get(timeout=WAIT) == (asked, status)
    assert line.texts.get().text == "ok"


def test_a_line_that_is_asked_whether_it_is_there(center, line):
    center.enquire()
    assert center.enquired.get(timeout=WAIT)


@pytest.mark.parametrize("garbage", [b"\x00\x00\x00\x04", b"\xff" * 64, struct.pack(">LLLL", 16, 0x7777, 0, 1)])
def test_a_line_that_breaks_or_sends_garbage_is_bound_again(center, line, monkeypatch, garbage):
    monkeypatch.setattr(smpp, "BACK_OFF_SECONDS", (0,))
    center.send_raw(garbage)
    center.bound.get(timeout=WAIT)
    assert line.send(LETTER) == "ab1"
    center.drop()
    center.bound.get(timeout=WAIT)
    assert line.send(LETTER) == "ab2"


def test_a_silent_line_is_asked_and_then_bound_again(center, monkeypatch):
    monkeypatch.setattr(smpp, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(smpp, "BACK_OFF_SECONDS", (0,))
    monkeypatch.setattr(center, "_take", deaf(center, center._take))
    made = account(center)
    made.listen(print, print)
    for _ in range(3):
        center.bound.get(timeout=WAIT)
    made.close()


def deaf(center, take):
    """A center that binds and then says nothing more."""

    def taken(line, command, *rest):
        if command == 0x09:
            take(line, command, *rest)

    return taken


def test_a_wrong_password_and_a_center_that_is_away(center, monkeypatch, caplog):
    monkeypatch.setattr(smpp, "ANSWER_SECONDS", 0.3)
    made = account(center, password="another-password")
    with pytest.raises(Undelivered, match="not bound"):
        made.send(LETTER)
    made.close()
    assert "refused with 0x0000000e" in caplog.text
    assert "another-password" not in caplog.text and "secret" not in caplog.text
