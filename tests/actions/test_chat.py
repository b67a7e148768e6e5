"""The chat's promises: one message however often it comes, nobody left waiting unseen, an order that stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from forbear.actions import chat
from forbear.actions.agenda import work
from forbear.actions.contact import open_case
from forbear.actions.ports import Desk
from forbear.actions.record import By, Done, load
from forbear.adapters.memory import clock_of, memory_desk
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.notices import NoticeKind
from forbear.core.refusal import Refusal
from forbear.town.book import made_up_book

LIN, WU = Actor(Role.AGENT, "lin", Auth.STAFF), Actor(Role.AGENT, "wu", Auth.STAFF)
AUDITOR = Actor(Role.AUDITOR, "he", Auth.STAFF)


class Talk:
    """Conversations on a desk in memory, at ten in the morning."""

    def __init__(self) -> None:
        self.desk: Desk = memory_desk(
            at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC), rows=made_up_book(7, 6, date(2026, 3, 1))
        )
        self.keys = 0
        self.held = [held for c in self.desk.loans.all_contracts() if (held := self.desk.loans.find(c))]
        self.cases = [self.opened(number) for number in range(4)]

    def opened(self, number: int) -> str:
        held = self.held[number]
        done = open_case(self.desk, self.by(self.her(number), f"o{number}"), loan_id=held.loan_id, language="zh")
        assert isinstance(done, Done)
        return done.case_id

    def her(self, number: int) -> Actor:
        return Actor(Role.BORROWER, self.held[number].borrower_id, Auth.CODE)

    def by(self, actor: Actor, key: str = "") -> By:
        self.keys += 1
        return By(actor=actor, channel=Channel.CHAT, key=key or f"k{self.keys}")

    def posts(self, number: int, text: str, key: str = "") -> Done | Refusal:
        return chat.post(self.desk, self.by(self.her(number), key), self.cases[number], text)

    def answers(self, who: Actor, number: int, text: str) -> Done | Refusal:
        return chat.answer(self.desk, self.by(who), self.cases[number], text)

    def joins(self, who: Actor, number: int) -> Done | Refusal:
        done = chat.join(self.desk, self.by(who), self.cases[number])
        if isinstance(done, Done):
            self.here(who, number)
        return done

    def here(self, who: Actor, number: int) -> None:
        self.desk.presence.here(self.cases[number], who.id, self.desk.clock.now())

    def passes(self, **time: int) -> None:
        clock_of(self.desk).advance(**time)
        while work(self.desk):
            pass

    def line(self) -> list[int]:
        return [self.cases.index(room.case_id) for room in self.desk.rooms.line()]

    def facts(self, number: int, kind: type[e.Fact]) -> list[Any]:
        return [event.fact for event in load(self.desk, self.cases[number]).events if isinstance(event.fact, kind)]


@pytest.fixture(autouse=True)
def without_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bot answers is tests/actions/bot's."""
    monkeypatch.setattr(chat, "heard", lambda desk, case_id: None)


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_post_repeated_fifty_times_by_a_bad_line_is_one_message(talk: Talk):
    outcomes = [talk.posts(0, "在吗", key="same") for _ in range(50)]
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert [outcome.replayed for outcome in outcomes if isinstance(outcome, Done)] == [False] + [True] * 49
    assert [fact.text for fact in talk.facts(0, e.MessageWritten)] == ["在吗"]


def test_a_flood_is_slowed_with_a_clear_sentence_and_is_taken_later(talk: Talk):
    outcomes = [talk.posts(0, f"第{n}条", key=f"flood-{n}") for n in range(chat.POSTS + 3)]
    slowed = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [(refusal.rule, refusal.way_on) for refusal in slowed] == [("chat.too_fast", "chat.way_on.wait")] * 3
    assert isinstance(talk.posts(1, "别人不受影响"), Done)
    talk.passes(minutes=1)
    for n in range(chat.POSTS, chat.POSTS + 3):
        assert isinstance(talk.posts(0, f"第{n}条", key=f"flood-{n}"), Done)
    assert [fact.text for fact in talk.facts(0, e.MessageWritten)] == [f"第{n}条" for n in range(chat.POSTS + 3)]


def test_answers_her_page_never_showed_are_told_by_a_message_once(talk: Talk):
    talk.posts(0, "在吗")
    talk.posts(1, "在吗")
    begun = {number: {fact.notice for fact in talk.facts(number, e.NoticeQueued)} for number in (0, 1)}
    for number in (0, 1):
        talk.answers(LIN, number, "在的")
        talk.answers(LIN, number, "您请讲")
    chat.seen(talk.desk, talk.by(talk.her(1)), talk.cases[1], load(talk.desk, talk.cases[1]).case.seq)

    def told(number: int) -> list[tuple[NoticeKind, Channel]]:
        queued = talk.facts(number, e.NoticeQueued)
        return [(fact.kind, fact.channel) for fact in queued if fact.notice not in begun[number]]

    talk.passes(minutes=9)
    assert (told(0), told(1)) == ([], [])
    talk.passes(minutes=2)
    assert (told(0), told(1)) == ([(NoticeKind.MESSAGE, Channel.SMS)], [])


def test_who_waits_stands_in_order_and_leaves_the_line_by_an_answer(talk: Talk):
    for number in (2, 0, 1):
        talk.posts(number, "有人吗")
        talk.passes(seconds=10)
    assert talk.line() == [2, 0, 1]
    rooms = [talk.desk.rooms.of(talk.cases[number]) for number in (2, 0, 1, 3)]
    assert [talk.desk.rooms.place(room) if room.waits else 0 for room in rooms] == [1, 2, 3, 0]
    talk.posts(2, "还有一句")
    assert talk.line() == [2, 0, 1]
    talk.joins(LIN, 0)
    assert talk.line() == [2, 1]
    assert [talk.cases.index(room.case_id) for room in talk.desk.rooms.of_person("lin")] == [0]
    talk.answers(WU, 2, "您好")
    assert talk.line() == [1]


def test_chatwoot_14870_whoever_answers_is_in_the_conversation(talk: Talk):
    """Answered by a person, it no longer waits and is nobody's but hers who answered."""
    talk.posts(0, "有人吗")
    talk.answers(LIN, 0, "您好，我是客服")
    room = talk.desk.rooms.of(talk.cases[0])
    assert (room.person, room.since, room.waits) == ("lin", None, False)


def test_two_people_do_not_take_the_same_conversation(talk: Talk):
    talk.posts(0, "有人吗")
    assert isinstance(talk.joins(LIN, 0), Done)
    taken = talk.joins(WU, 0)
    assert isinstance(taken, Refusal) and (taken.rule, taken.facts) == ("chat.taken", {"person": "lin"})
    refused = talk.joins(AUDITOR, 0)
    assert isinstance(refused, Refusal) and refused.rule == "desk.role"
    talk.passes(minutes=3)
    assert isinstance(talk.joins(WU, 0), Done)
    assert talk.desk.rooms.of(talk.cases[0]).person == "wu"


@pytest.mark.parametrize("thread", ["chatwoot-7204", "chatwoot-13516"])
def test_a_conversation_of_somebody_who_went_offline_returns_to_the_line(talk: Talk, thread: str):
    """7204: cases stuck on agents who are gone; 13516: after a while they return by themselves."""
    talk.posts(0, "有人吗")
    talk.passes(seconds=30)
    talk.posts(1, "我也在等")
    talk.joins(LIN, 0)
    talk.answers(LIN, 0, "您好")
    if thread == "chatwoot-7204":  # gone before she writes: at once
        talk.passes(minutes=5)
        talk.posts(0, "那怎么办")
    else:  # gone after she wrote, unanswered: within three minutes
        talk.posts(0, "那怎么办")
        assert talk.line() == [1]
        talk.passes(minutes=3)
    assert talk.line() == [1, 0]
    assert talk.facts(0, e.PersonLeft) == [e.PersonLeft(waits=True)]
    assert talk.desk.rooms.of(talk.cases[0]).person == ""


def test_she_stays_with_somebody_who_is_there_and_slow(talk: Talk):
    talk.joins(LIN, 0)
    talk.posts(0, "请慢慢看")
    for _ in range(10):
        talk.here(LIN, 0)
        talk.passes(minutes=1)
    assert (talk.line(), talk.facts(0, e.PersonLeft)) == ([], [])
    talk.passes(minutes=5)
    assert talk.line() == [0]


def test_a_page_that_closes_counts_as_gone_unless_it_comes_back(talk: Talk):
    talk.joins(LIN, 0)
    talk.desk.presence.gone(talk.cases[0], "lin", talk.desk.clock.now())
    talk.passes(seconds=10)
    talk.posts(0, "在吗")
    assert talk.desk.rooms.of(talk.cases[0]).person == "lin"
    talk.desk.presence.gone(talk.cases[0], "lin", talk.desk.clock.now())
    talk.passes(seconds=25)
    talk.posts(0, "还在吗")
    assert talk.line() == [0]


def test_whoever_leaves_says_whether_she_still_waits(talk: Talk):
    talk.joins(LIN, 0)
    talk.posts(0, "最后一个问题")
    chat.leave(talk.desk, talk.by(LIN), talk.cases[0])
    assert talk.line() == [0]
    talk.answers(LIN, 0, "是这样的")
    chat.leave(talk.desk, talk.by(LIN), talk.cases[0])
    assert chat.leave(talk.desk, talk.by(WU), talk.cases[0]) == Done(talk.cases[0], ())
    assert (talk.line(), [fact.waits for fact in talk.facts(0, e.PersonLeft)]) == ([], [True, False])


def test_what_is_shown_is_delivered_once_and_only_the_other_sides(talk: Talk):
    talk.posts(0, "一")
    talk.answers(LIN, 0, "二")
    seq, case = load(talk.desk, talk.cases[0]).case.seq, talk.cases[0]
    for _ in range(2):
        by = chat.seen_by(talk.her(0), case, seq, Channel.CHAT)
        assert isinstance(chat.seen(talk.desk, by, case, seq), Done)
    refused = chat.seen(talk.desk, chat.seen_by(AUDITOR, case, seq, Channel.CHAT), case, seq)
    assert isinstance(refused, Refusal) and refused.rule == "desk.role"
    said = {one.text: one for one in load(talk.desk, case).spoken}
    assert said["二"].delivered_at == talk.desk.clock.now()
    assert said["一"].delivered_at is None
    assert len(talk.facts(0, e.MessageDelivered)) == 1


def test_a_page_gets_what_comes_after_its_seq_and_nothing_of_the_desks_own(talk: Talk):
    from forbear.actions.conversation import write_note

    talk.posts(0, "一")
    write_note(talk.desk, talk.by(LIN), talk.cases[0], "只给同事看")
    talk.answers(LIN, 0, "二")
    everything = chat.since(talk.desk, talk.cases[0], -1)
    told = [line.spoken.text if line.spoken else type(line.event.fact).__name__ for line in everything.lines]
    assert told == ["一", "PersonJoined", "二"]
    for line in everything.lines:
        rest = chat.since(talk.desk, talk.cases[0], line.seq)
        assert rest.lines == tuple(later for later in everything.lines if later.seq > line.seq)
    assert chat.since(talk.desk, talk.cases[0], everything.seq) == chat.News(seq=everything.seq, lines=(), delivered=())


def test_an_answer_goes_where_she_is(talk: Talk):
    assert chat.channel_to_her(talk.desk, talk.cases[0]) is Channel.WEB
    talk.desk.presence.here(talk.cases[0], "", talk.desk.clock.now())
    assert chat.channel_to_her(talk.desk, talk.cases[0]) is Channel.CHAT
    talk.passes(minutes=2)
    assert chat.channel_to_her(talk.desk, talk.cases[0]) is Channel.WEB


def test_nobody_writes_in_another_persons_case(talk: Talk):
    """Papercups let anybody into any conversation whose id she knew."""
    refused = chat.post(talk.desk, talk.by(talk.her(1)), talk.cases[0], "我是谁")
    assert isinstance(refused, Refusal) and refused.rule == "record.no_case"
    assert talk.facts(0, e.MessageWritten) == []


def test_a_message_that_waited_for_the_line_keeps_when_it_was_written(talk: Talk):
    wrote_at = talk.desk.clock.now() - timedelta(minutes=7)
    by = replace(talk.by(talk.her(0)), occurred_at=wrote_at)
    chat.post(talk.desk, by, talk.cases[0], "地铁里写的")
    (said,) = load(talk.desk, talk.cases[0]).spoken[:1]
    assert (said.sent_at, said.at) == (wrote_at, talk.desk.clock.now())
