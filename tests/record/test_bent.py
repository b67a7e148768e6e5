"""What pages read beside the record is held to it, and a log that was re-made to what the last audit here saw."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from forbear.actions.log import announce_key
from forbear.actions.record_audit import audited
from forbear.adapters.memory import memory_desk
from forbear.config import record_watch
from forbear.core import events as e
from forbear.core.contact import Channel, Reach
from forbear.core.facts import Retention
from forbear.core.log_facts import HOUSE
from forbear.store.models import CaseRow, ChatRoom, CheckpointRow, ContactCaseRow, ContactRow, MessageMark
from tests.contracts.bench import LOG_KEY, START, opened, without_triggers, write, wrote
from tests.record.insider import Insider


@pytest.fixture
def desk(stored):
    """Two cases: c_1 wrote, chose how to be reached, was called and asked for a person; c_2 was erased in part."""
    calls = e.CallBegun(call="t_1", direction=e.Direction.OUT, number="13812345678")
    told = [
        opened("c_1"),
        wrote("the rent is due"),
        e.ReachChosen(language="zh", reach=Reach(language="zh", phone="13812345678")),
    ]
    told += [calls, e.CallEnded(call="t_1", connected=True, seconds=60), e.PersonAsked(by_on=START.date())]
    for seq, fact in enumerate(told):
        append(stored, "c_1", fact, seq - 1)
    for seq, fact in enumerate((opened("c_2"), wrote("two"), erased("message"), erased("identity"))):
        append(stored, "c_2", fact, seq - 1)
    stored.log.checkpoint()
    return memory_desk(at=START + timedelta(minutes=1), ledger=stored.ledger, log=stored.log)


def append(bench, case_id, fact, seq):
    channel = Channel.CHAT if isinstance(fact, e.PersonAsked) else Channel.WEB
    given = {"expected": seq, "key": f"{case_id}.{seq}", "case_id": case_id, "channel": channel}
    assert isinstance(bench.ledger.append(write(fact, **given)), tuple)


def erased(retention):
    return e.DataErased(retention_class=Retention(retention), why="asked", keys=1)


def test_rows_that_nobody_bent_are_those_of_the_record(desk):
    assert list(desk.ledger.bent()) == []
    assert CaseRow.objects.count() == 2, "looking changed nothing"
    assert MessageMark.objects.exists() and ContactRow.objects.exists() and ContactCaseRow.objects.exists()


BENT = {
    "the queue": (
        lambda: CaseRow.objects.filter(case_id="c_1").update(stage="closed"),
        lambda: CaseRow.objects.filter(case_id="c_1").update(open=False),
        lambda: CaseRow.objects.filter(case_id="c_1").update(borrower_id="p_other"),
        lambda: CaseRow.objects.filter(case_id="c_1").update(name=b"x" * 40),
        lambda: CaseRow.objects.filter(case_id="c_1").update(name_index=b"x" * 32),
        lambda: CaseRow.objects.filter(case_id="c_1").delete(),
    ),
    "the words to search": (
        lambda: MessageMark.objects.filter(case_id="c_1").delete(),
        lambda: MessageMark.objects.create(mark=b"x" * 16, leaf=1, case_id="c_1"),
    ),
    "the contacts": (
        lambda: ContactRow.objects.filter(case_id="c_1").delete(),
        lambda: ContactRow.objects.filter(case_id="c_1").update(at=START - timedelta(days=9)),
    ),
    "the ways to reach her": (
        lambda: ContactCaseRow.objects.filter(case_id="c_1").update(rests=True),
        lambda: ContactCaseRow.objects.filter(case_id="c_1").update(reach=b""),
    ),
    "the line of waiting people": (
        lambda: ChatRoom.objects.filter(case_id="c_1").delete(),
        lambda: ChatRoom.objects.filter(case_id="c_1").update(person="lin"),
    ),
}


@pytest.mark.parametrize("what", BENT)
def test_each_bent_row_is_named_and_making_them_anew_mends_it(desk, what):
    for bend in BENT[what]:
        bend()
        assert list(desk.ledger.bent()) == [("c_1", what)]
        desk.ledger.rebuild()
        assert list(desk.ledger.bent()) == []


def test_a_line_of_a_case_that_the_record_does_not_have_is_named(desk):
    row = CaseRow.objects.get(case_id="c_1")
    row.pk = "c_ghost"
    row.save(force_insert=True)
    assert list(desk.ledger.bent()) == [("c_ghost", "the queue")]


def test_a_line_of_the_log_itself_is_one_of_no_case(desk):
    announce_key(replace(desk, log_key=LOG_KEY), LOG_KEY.vkey)
    assert list(desk.ledger.bent()) == []
    row = CaseRow.objects.get(case_id="c_1")
    row.pk = HOUSE
    row.save(force_insert=True)
    assert list(desk.ledger.bent()) == [(HOUSE, "the queue")]


@pytest.mark.parametrize("stored", ["sqlite"], indirect=True)
def test_a_row_that_is_none_is_named_and_no_look_ends_in_a_fault_of_ours(desk, tmp_path):
    """SQLite takes a word for a number; PostgreSQL keeps the kinds of its columns."""
    mark, told = tmp_path / record_watch.MARK, "a row of the database cannot be read, and nothing behind it was looked"
    assert record_watch.look(desk, mark) == ()
    without_triggers()
    for statement in (
        "update event set leaf = 'x' where leaf = 9",
        "update event set body = 'x' where leaf = 3",
        "update event set leaf_hash = 7.5 where leaf = 3",
        "update secret set n = 'x' where leaf = 1",
        "update head set size = 'x'",
        "update checkpoint set size = 'x'",
    ):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("pragma ignore_check_constraints = 1")
                cursor.execute(statement)
            found = record_watch.with_bent(desk, audited(desk)).flaws
            transaction.set_rollback(True)
        assert found, statement
        assert any(flaw.problem.startswith(told) for flaw in found) or "body" in statement, statement
    assert record_watch.look(desk, mark) == ()


def test_the_worker_tells_it_once_a_day(desk, tmp_path):
    mark = tmp_path / record_watch.MARK
    assert record_watch.look(desk, mark) == ()
    CaseRow.objects.filter(case_id="c_1").update(stage="closed")
    assert record_watch.look(desk, mark) == ()
    desk.clock.advance(days=1)
    assert record_watch.look(desk, mark) == ("c_1: the queue does not say what the record says; run `forbear rebuild`",)
    desk.ledger.rebuild()
    assert record_watch.look(desk, mark) == ()


def test_a_log_made_anew_with_its_checkpoints_gone_is_held_to_what_the_last_audit_here_saw(desk, stored, tmp_path):
    mark = tmp_path / record_watch.MARK
    assert record_watch.look(desk, mark) == ()
    without_triggers()
    Insider(stored).rewrite(1, lambda said: said.update(cause="changed"))
    CheckpointRow.objects.all().delete()
    assert audited(desk).flaws == (), "the database alone tells nothing"
    desk.clock.advance(days=1)
    said = "what the last audit here saw, over 10 events has another root: an event before it was changed since"
    both = ("the head's frontier is not that of the events", said)
    assert record_watch.look(desk, mark) == both
    assert record_watch.look(desk, mark) == both, "and it is not forgotten by having been told"
