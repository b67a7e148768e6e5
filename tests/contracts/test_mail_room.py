"""What every MailRoom does, in memory, on SQLite and on PostgreSQL; the database tells nothing without keys."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from forbear.actions.ports import MailRoom, MailRow, MailShown, MailState
from forbear.adapters.memory import CountingIds
from forbear.adapters.memory_ledger import MemoryLedger
from forbear.adapters.memory_mail import MemoryMailRoom
from forbear.store.blobs import DjangoRegister
from forbear.store.erasures import ErasureList
from forbear.store.leaving import DjangoKeeping
from forbear.store.mail import DjangoMailRoom, KeyGone, signer
from tests.contracts.bench import START, Bench, at_once, database_bytes

SHOWN = MailShown(sender="canary@x.example", subject="Canary-主题", text="Canary words", files=("Canary.jpg",))


def row(name: str = "m_1", text: bytes = b"one", **other: Any) -> MailRow:
    given: dict[str, Any] = {
        "outcome": "new",
        "state": MailState.WAITING,
        "came_at": START,
        "blob": f"b_{name}",
        "size": len(text),
        "owner": name,
        "why": "unknown",
        "shown": SHOWN,
    }
    digest = sha256(text)
    return MailRow(mail=name, content=digest.digest(), sha256=digest.hexdigest(), **(given | other))


@pytest.fixture
def room(bench: Bench) -> MailRoom:
    if isinstance(bench.ledger, MemoryLedger):
        return MemoryMailRoom(bench.ledger)
    assert bench.keys is not None
    return DjangoMailRoom(bench.keys)


def test_what_was_entered_is_found_as_it_was(room: MailRoom):
    assert room.enter(row())
    assert room.get("m_1") == room.first(row().content) == row()
    assert (room.get("m_2"), room.first(b"\1" * 32)) == (None, None)


def test_a_mail_of_the_same_content_comes_in_once(room: MailRoom):
    assert room.enter(row())
    assert not room.enter(row("m_2"))
    assert room.get("m_2") is None
    assert room.enter(row("m_3", outcome="duplicate", state=MailState.ASIDE))
    assert room.first(row().content) == row()


def test_it_stands_otherwise_when_changed(room: MailRoom):
    room.enter(row())
    filed = replace(row(), state=MailState.FILED, owner="c_1", case_id="c_1", why="", settled_by="lin")
    room.change(filed)
    assert room.get("m_1") == filed


def test_a_list_is_newest_first_and_in_pages(room: MailRoom):
    for number in range(5):
        room.enter(row(f"m_{number}", b"%d" % number, came_at=START.replace(minute=number % 3)))
    room.enter(row("m_9", b"nine", state=MailState.ASIDE, outcome="dropped"))
    assert [one.mail for one in room.list("waiting")] == ["m_2", "m_4", "m_1", "m_3", "m_0"]
    assert [one.mail for one in room.list("waiting", 1, 2)] == ["m_4", "m_1"]
    counts = {"new": 5, "dropped": 1, "state:waiting": 5, "state:aside": 1}
    assert dict(room.counts()) == counts


def test_without_its_key_nothing_of_it_is_left_to_read(bench: Bench, room: MailRoom):
    room.enter(row(owner="c_1", case_id="c_1"))
    bench.forget("c_1", "message")
    found = room.get("m_1")
    assert found is not None
    assert (found.shown, found.content, found.sha256, found.state) == (None, b"", "", MailState.WAITING)


def test_two_that_take_the_same_mail_in_at_once_enter_one(stored: Bench):
    assert stored.keys is not None
    room = DjangoMailRoom(stored.keys)
    told = at_once([lambda n=number: room.enter(row(f"m_{n}")) for number in range(6)])  # type: ignore[misc]
    assert sorted(map(bool, told)) == [False] * 5 + [True], told
    assert dict(room.counts()) == {"new": 1, "state:waiting": 1}


def test_the_database_tells_nothing_of_a_mail(stored: Bench):
    assert stored.keys is not None
    DjangoMailRoom(stored.keys).enter(row())
    lies = database_bytes(stored)
    for told in ("canary@x.example", "Canary", row().sha256):
        assert told.encode() not in lies
    assert row().content not in lies


def test_a_signature_is_of_its_key_and_of_its_text():
    one, other = signer(b"1" * 32), signer(b"2" * 32)
    assert one("reply:a.b") == one("reply:a.b") != other("reply:a.b")
    assert one("reply:a.b") != one("reply:a.c")
    assert len(one("x")) == 20 and set(one("x")) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_a_mail_whose_key_went_before_its_row_was_there_is_not_taken(stored):
    """In the night keys that belong to nobody go; the sender's server sends it again, and nothing is lost."""
    room, register = DjangoMailRoom(stored.keys), DjangoRegister(stored.keys)
    key_id, _ = register.key_for("m_new", "message")
    register.enter("b_new", key_id, 9, "ew/b_new")
    new = replace(row(), mail="m_new", owner="m_new", blob="b_new", case_id="")
    keeping = DjangoKeeping(stored.keys, CountingIds("1"), stored.home / "uploads", ErasureList(stored.home / "list"))
    assert keeping.forget_loose(new.came_at, new.came_at) == [("m_new", "message")]
    with pytest.raises(KeyGone):
        room.enter(new)
    assert room.get("m_new") is None
    key_id, _ = register.key_for("m_new", "message")
    register.enter("b_again", key_id, 9, "in/b_again")
    assert room.enter(replace(new, blob="b_again"))
    assert keeping.forget_loose(new.came_at, new.came_at) == [], "whose row is there keeps its key"
