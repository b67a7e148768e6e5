"""Drafts, kept replies and the index of words, in memory and in the databases: sealed, exact, gone when erased."""

from datetime import UTC, datetime, timedelta

import pytest

from forbear.actions.ports import CannedReplies, Draft, Drafts, MessageIndex
from forbear.adapters.memory_conversation import MemoryCannedReplies, MemoryDrafts, MemoryMessageIndex
from forbear.adapters.memory_ledger import MemoryLedger
from forbear.core import events as e
from forbear.core.canned_replies import CannedReply
from forbear.core.contact import Channel
from forbear.core.facts import Retention
from forbear.core.message_search import read_query
from forbear.store.conversation import DjangoCannedReplies, DjangoDrafts, DjangoMessageIndex
from forbear.store.models import DraftRow, MessageMark
from tests.contracts.bench import WORDS, Bench, at_once, database_bytes, opened, write, wrote

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ERASED = e.DataErased(retention_class=Retention.MESSAGE, why="asked", keys=1)


@pytest.fixture
def drafts(bench: Bench) -> Drafts:
    return MemoryDrafts(bench.ledger) if isinstance(bench.ledger, MemoryLedger) else DjangoDrafts(bench.keys)  # type: ignore[arg-type]


@pytest.fixture
def index(bench: Bench) -> MessageIndex:
    memory = isinstance(bench.ledger, MemoryLedger)
    return MemoryMessageIndex(bench.ledger) if memory else DjangoMessageIndex(bench.keys)  # type: ignore[arg-type]


@pytest.fixture
def replies(bench: Bench) -> CannedReplies:
    return MemoryCannedReplies() if bench.kind == "memory" else DjangoCannedReplies()


def draft(text: str = WORDS, staff: str = "lin", minutes: int = 0, **other: object) -> Draft:
    given = {
        "case_id": "c_1",
        "subject": "延期",
        "channel": Channel.EMAIL,
        "reply": "a@1",
        "key": "desk:lin:q_1",
    } | other
    return Draft(staff=staff, text=text, at=AT + timedelta(minutes=minutes), **given)  # type: ignore[arg-type]


def begun(bench: Bench) -> None:
    bench.ledger.append(write(opened(), wrote(), e.NoteWritten(text="手术 paid 1,500"), expected=-1, key="a"))
    english = e.MessageWritten(message="m_2", text="I have to pay for surgery", subject="Re: 延期", sender="a@b.cn")
    bench.ledger.append(write(opened("c_2"), english, expected=-1, key="b", case_id="c_2"))


def found(index: MessageIndex, typed: str, before: int | None = None, limit: int = 9) -> tuple[int, ...]:
    return index.leaves(read_query(typed).marks, before, limit)  # type: ignore[union-attr]


# ---- words that are found --------------------------------------------------------------------------------------


def test_words_of_messages_and_notes_are_found_newest_first(bench: Bench, index: MessageIndex):
    begun(bench)
    assert found(index, "手术") == (2, 1)
    assert found(index, "术") == (2, 1)
    assert found(index, "1500") == (2,)
    assert found(index, "SURGERY pay") == (4,)
    assert found(index, "延期") == found(index, "a@b.cn") == (4,)
    assert found(index, "surg") == found(index, "手术 surgery") == ()
    assert index.leaves([], None, 9) == ()


def test_the_hits_come_a_page_at_a_time(bench: Bench, index: MessageIndex):
    facts = [e.NoteWritten(text=f"第{number}次手术") for number in range(5)]
    bench.ledger.append(write(opened(), *facts, expected=-1, key="a"))
    assert found(index, "手术", limit=2) == (5, 4)
    assert found(index, "手术", before=4, limit=2) == (3, 2)
    assert found(index, "手术", before=2, limit=2) == (1,)


def test_what_is_erased_is_found_no_more_and_another_case_is(bench: Bench, index: MessageIndex):
    begun(bench)
    bench.ledger.append(write(ERASED, expected=2, key="c"))
    assert found(index, "手术") == ()
    assert found(index, "surgery") == (4,)
    bench.ledger.append(write(wrote("新的手术"), expected=3, key="d"))
    assert found(index, "手术") == (6,)


def test_the_index_made_anew_is_the_one_that_grew(stored: Bench):
    begun(stored)
    stored.ledger.append(write(ERASED, expected=2, key="c"))
    grown = sorted((bytes(mark), leaf, case) for mark, leaf, case in MessageMark.objects.values_list())
    assert len(grown) > 9
    MessageMark.objects.filter(leaf=4).delete()
    MessageMark.objects.create(mark=b"x" * 16, leaf=1, case_id="c_1")
    stored.ledger.rebuild()
    assert sorted((bytes(mark), leaf, case) for mark, leaf, case in MessageMark.objects.values_list()) == grown


def test_events_are_read_at_their_leaves(bench: Bench):
    begun(bench)
    assert [event.leaf for event in bench.ledger.at((4, 1, 99))] == [1, 4]
    assert bench.ledger.at((1,))[0].fact == wrote()
    assert bench.ledger.at(()) == ()


def test_a_refused_append_leaves_no_mark(stored: Bench):
    begun(stored)
    marks = MessageMark.objects.count()
    stored.ledger.append(write(wrote("别处的话"), expected=0, key="late"))
    assert MessageMark.objects.count() == marks


# ---- words on their way ----------------------------------------------------------------------------------------


def test_a_draft_is_there_until_it_is_dropped_and_each_has_her_own(bench: Bench, drafts: Drafts):
    begun(bench)
    drafts.keep(draft("第一稿"))
    drafts.keep(draft(minutes=1))
    drafts.keep(draft("别人的", staff="chen", minutes=2))
    assert drafts.of("c_1", "lin") == draft(minutes=1)
    assert drafts.of("c_2", "lin") is None
    assert drafts.writers("c_1") == (("chen", AT + timedelta(minutes=2)), ("lin", AT + timedelta(minutes=1)))
    drafts.drop("c_1", "lin")
    drafts.drop("c_1", "lin")
    assert drafts.of("c_1", "lin") is None
    assert drafts.writers("c_1") == (("chen", AT + timedelta(minutes=2)),)


def test_a_draft_is_forgotten_with_the_messages_of_its_case(bench: Bench, drafts: Drafts):
    begun(bench)
    drafts.keep(draft())
    bench.ledger.append(write(ERASED, expected=2, key="c"))
    assert (drafts.of("c_1", "lin"), drafts.writers("c_1")) == (None, ())
    drafts.keep(draft("新的"))
    assert drafts.of("c_1", "lin") == draft("新的")


def test_a_draft_whose_key_went_another_way_does_not_open(bench: Bench, drafts: Drafts):
    begun(bench)
    drafts.keep(draft())
    bench.forget("c_1", "message")
    assert (drafts.of("c_1", "lin"), drafts.writers("c_1")) == (None, ())


def test_the_database_holds_no_word_of_draft_or_index(stored: Bench):
    begun(stored)
    DjangoDrafts(stored.keys).keep(draft())  # type: ignore[arg-type]
    assert DraftRow.objects.count() == 1
    kept = database_bytes(stored)
    for word in (WORDS, "手术", "surgery", "延期"):
        assert word.encode() not in kept
        assert word.encode("unicode_escape") not in kept


# ---- replies kept ----------------------------------------------------------------------------------------------


def reply(version: int, text: str = "您好，{name}。") -> CannedReply:
    return CannedReply(name="延期", version=version, language="zh", text=text, by="zhao", at=AT)


def test_every_version_stays(bench: Bench, replies: CannedReplies):
    assert [replies.add(reply(2, "新的")), replies.add(reply(1))] == [True, True]
    assert replies.add(reply(2, "又一个")) is False
    assert replies.all() == (reply(1), reply(2, "新的"))


def test_of_two_writers_at_once_one_keeps_the_version(bench: Bench, replies: CannedReplies):
    answers = at_once([lambda text=text: replies.add(reply(1, text)) for text in "甲乙丙丁"])  # type: ignore[misc]
    assert sorted(answers) == [False, False, False, True]
    assert len(replies.all()) == 1
