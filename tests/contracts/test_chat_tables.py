"""The line of waiting people, presence and hand-over tokens: the database keeps them as memory does, on both kinds."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from forbear.actions.ports import Write
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory_chat import MemoryHandovers, MemoryPresence
from forbear.core import events as e
from forbear.core.chat import Room, room_of
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.events import Fact
from forbear.store.ledger import DjangoLedger
from forbear.store.news import DjangoNews
from forbear.store.presence import DjangoHandovers, DjangoPresence
from forbear.store.privacy import load_keys
from forbear.store.rooms import DjangoRooms

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HER, LIN = Actor(Role.BORROWER, "p_1", Auth.CODE), Actor(Role.AGENT, "lin", Auth.STAFF)


class Record:
    """A record on the database, written fact by fact, a second apart."""

    def __init__(self, folder: Any) -> None:
        self.ledger = DjangoLedger(load_keys(folder), RandomIds(), "test/log")
        self.seqs: dict[str, int] = {}
        self.times = 0

    def has(self, case_id: str, actor: Actor, *facts: Fact, channel: Channel = Channel.CHAT) -> None:
        self.times += 1
        expected = self.seqs.get(case_id, -1)
        written = self.ledger.append(
            Write(
                case_id=case_id,
                expected=expected,
                key=f"k{self.times}",
                request=bytes(32),
                at=NOW + timedelta(seconds=self.times),
                occurred_at=None,
                actor=actor,
                channel=channel,
                cause="",
                facts=facts,
            )
        )
        assert isinstance(written, tuple)
        self.seqs[case_id] = written[-1].seq


@pytest.fixture
def record(database: Any, tmp_path: Any) -> Record:
    made = Record(tmp_path)
    for case_id in ("c_1", "c_2", "c_3"):
        made.has(case_id, HER, e.CaseOpened(language="zh", keep_until_on=NOW.date(), loan_id=f"l_{case_id}"))
    return made


def asked(text: str) -> tuple[Fact, ...]:
    return e.MessageWritten(message=f"m_{text}", text=text), e.PersonAsked(by_on=NOW.date())


def test_the_line_is_kept_in_the_transaction_of_its_facts_and_made_anew_the_same(record: Record):
    rooms = DjangoRooms()
    for case_id in ("c_2", "c_1", "c_3"):
        record.has(case_id, HER, *asked("a"))
    record.has("c_1", LIN, e.PersonJoined())
    record.has("c_3", HER, *asked("b"), channel=Channel.WEB)
    record.has("c_2", SYSTEM, e.MessageWritten(message="m", text="x", voice=e.Voice.AUTO))
    assert [room.case_id for room in rooms.line()] == ["c_2", "c_3"]
    assert [rooms.place(room) for room in rooms.line()] == [1, 2]
    assert rooms.of_person("lin") == (room_of("c_1", record.ledger.events("c_1")),)
    before = [rooms.of(case_id) for case_id in ("c_1", "c_2", "c_3")]
    assert before == [room_of(case_id, record.ledger.events(case_id)) for case_id in ("c_1", "c_2", "c_3")]
    record.ledger.rebuild()
    assert [rooms.of(case_id) for case_id in ("c_1", "c_2", "c_3")] == before
    record.has("c_1", SYSTEM, e.PersonLeft(waits=True))
    assert [room.case_id for room in rooms.line()] == ["c_2", "c_1", "c_3"]
    record.has("c_2", LIN, e.MessageWritten(message="m_2", text="您好"))
    record.has("c_3", SYSTEM, e.CaseClosed(why="unfinished"))
    assert [room.case_id for room in rooms.line()] == ["c_1"]
    assert rooms.of("c_9") == Room(case_id="c_9")


def test_what_a_bot_answers_leaves_the_line_and_what_it_hands_over_stays(record: Record):
    rooms = DjangoRooms()
    said = e.MessageWritten(message="m_1", text="怎么办")
    bot = e.MessageWritten(message="m_2", text="这样办", voice=e.Voice.BOT)
    record.has("c_1", HER, said)
    assert [room.case_id for room in rooms.line()] == ["c_1"]
    record.has("c_1", SYSTEM, bot)
    assert rooms.line() == ()
    handed = e.HandedOver(why=e.HandoverWhy.ASKED, position=1, expected_at=NOW, answer_by=Channel.CHAT)
    record.has("c_1", HER, said)
    record.has("c_1", SYSTEM, handed, bot)
    assert [room.case_id for room in rooms.line()] == ["c_1"]


def test_events_after_a_seq_are_the_end_of_all_events(record: Record):
    record.has("c_1", HER, *asked("a"))
    everything = record.ledger.events("c_1")
    assert [event.seq for event in everything] == [0, 1, 2]
    for seq in range(-1, 4):
        assert record.ledger.after("c_1", seq) == everything[seq + 1 :]
    assert record.ledger.after("c_9", -1) == ()


def test_news_come_in_order_and_each_once(record: Record):
    news = DjangoNews()
    last = news.last()
    record.has("c_2", HER, *asked("a"))
    record.has("c_1", LIN, e.PersonJoined())
    found = news.after(last)
    assert [(new.case_id, new.seq, new.type) for new in found] == [
        ("c_2", 1, "message.written"),
        ("c_2", 2, "person.asked"),
        ("c_1", 1, "chat.joined"),
    ]
    assert news.after(found[0].leaf) == found[1:]
    assert news.after(found[-1].leaf) == ()
    assert dict(news.seqs(["c_1", "c_2", "c_9"])) == {"c_1": 1, "c_2": 2}


@pytest.fixture(params=["memory", "database"])
def presence(request: pytest.FixtureRequest, database: Any) -> Any:
    return MemoryPresence() if request.param == "memory" else DjangoPresence()


def test_presence_is_what_was_heard_last(presence: Any):
    assert presence.seen_at("c_1", "") is None
    presence.here("c_1", "", NOW)
    presence.here("c_1", "lin", NOW + timedelta(seconds=40))
    presence.gone("c_1", "lin", NOW + timedelta(seconds=50))
    assert presence.seen_at("c_1", "") == NOW
    assert presence.seen_at("c_1", "lin") == NOW + timedelta(seconds=50) - timedelta(seconds=100)
    presence.here("c_1", "lin", NOW + timedelta(seconds=55))
    assert presence.seen_at("c_1", "lin") == NOW + timedelta(seconds=55)
    presence.type("c_1", "", NOW + timedelta(seconds=60))
    assert presence.typing("c_1", NOW + timedelta(seconds=65)) == ("",)
    assert presence.typing("c_1", NOW + timedelta(seconds=66)) == ()
    assert presence.typing("c_2", NOW + timedelta(seconds=60)) == ()


def test_other_processes_of_the_site_know_who_is_there_and_who_types(database: Any):
    one, other = DjangoPresence(), DjangoPresence()
    assert other.elsewhere(NOW) == []
    one.type("c_1", "lin", NOW + timedelta(seconds=1))
    assert other.seen_at("c_1", "lin") == NOW + timedelta(seconds=1)
    assert other.elsewhere(NOW + timedelta(seconds=2)) == [("c_1", "lin")]
    assert other.elsewhere(NOW + timedelta(seconds=4)) == []
    assert other.typing("c_1", NOW + timedelta(seconds=2)) == ("lin",)


def test_typing_costs_no_transaction_of_its_own(database: Any):
    presence = DjangoPresence()
    presence.here("c_1", "", NOW)
    with connection.execute_wrapper(_forbidden):
        for n in range(50):
            presence.type("c_1", "", NOW + timedelta(milliseconds=10 * n))
    presence.write(NOW + timedelta(seconds=2))
    assert DjangoPresence().seen_at("c_1", "") == NOW + timedelta(milliseconds=490)


def _forbidden(execute: Any, sql: str, *rest: Any) -> Any:
    raise AssertionError(f"asked the database: {sql}")


@pytest.mark.parametrize("kind", ["memory", "database"])
def test_a_hand_over_token_is_taken_once_by_whoever_is_first(database: Any, kind: str):
    handovers: Any = MemoryHandovers() if kind == "memory" else DjangoHandovers()
    until, taken = NOW + timedelta(minutes=6), []

    def take() -> None:
        taken.append(handovers.use("one", until, NOW))
        connection.close()

    threads = [Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 5 + [True]
    assert handovers.use("two", until, NOW)
    assert not handovers.use("one", until, until)
