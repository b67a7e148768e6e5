"""`Ledger.verify`: a clean log is told apart from one in which anything at all was changed, on every kind of ledger.

Whoever changes something here owns the database and has taken its triggers off first.
"""

from dataclasses import replace

import pytest
from django.db import connection

from forbear.core import events as e
from forbear.core.chain import leaf_hash
from forbear.core.facts import Retention
from forbear.store import verify
from forbear.store.models import Command, DataKey, Event, Head, Secret, TreeNode
from forbear.store.privacy import DataKeys, disclosure_place, open_bytes, seal_bytes
from tests.contracts.bench import START, due, opened, without_triggers, write, wrote


def told(bench):
    """Two cases, five events, seven disclosures, five commands, of which one only put something on the agenda."""
    bench.ledger.append(write(opened("c_1"), expected=-1, key="a"))
    bench.ledger.append(write(opened("c_2"), expected=-1, key="b", case_id="c_2"))
    bench.ledger.append(write(wrote("one"), wrote("two"), expected=0, key="c"))
    bench.ledger.append(write(expected=2, key="d", dues=(due("d1"),)))
    bench.ledger.append(write(wrote("three"), expected=2, key="e"))


def counts(audit):
    return audit.events, audit.cases, audit.commands, audit.disclosures, audit.erased


def test_an_empty_log_is_well(bench):
    audit = bench.ledger.verify()
    assert (counts(audit), audit.flaws) == ((0, 0, 0, 0, 0), ())


def test_a_log_that_nobody_touched_is_well(bench):
    told(bench)
    audit = bench.ledger.verify()
    assert (counts(audit), audit.flaws) == ((5, 2, 5, 9, 0), ())


def erase(bench, retention="message", case_id="c_1"):
    """As the desk does it: a fact, and what it says."""
    fact = e.DataErased(retention_class=Retention(retention), why="asked", keys=1)
    seq = bench.ledger.events(case_id)[-1].seq
    bench.ledger.append(write(fact, expected=seq, key=f"erase-{case_id}-{seq}", case_id=case_id))


def test_what_was_rightly_erased_is_counted_and_no_flaw(bench):
    told(bench)
    erase(bench)
    audit = bench.ledger.verify()
    assert (counts(audit), audit.flaws) == ((6, 2, 6, 6, 3), ())


def test_what_was_taken_without_a_fact_is_named(bench):
    told(bench)
    bench.forget("c_1", "message")
    gone = "c_1: a disclosure of class message is gone, and the record holds no erasure of it since"
    found = [(flaw.leaf, flaw.problem) for flaw in bench.ledger.verify().flaws if flaw.leaf >= 0]
    assert found == [(2, gone), (3, gone), (4, gone)]


def test_erased_disclosures_may_be_deleted_and_no_others(stored):
    told(stored)
    erase(stored)
    assert not Secret.objects.filter(leaf__in=(2, 3, 4)).exists()
    without_triggers()
    Secret.objects.filter(leaf=1, n=0).delete()
    (flaw,) = stored.ledger.verify().flaws
    assert (flaw.leaf, flaw.problem) == (
        1,
        "c_2: a disclosure of class identity is gone, and the record holds no erasure of it since",
    )


def test_a_disclosure_recorded_after_the_erasure_is_missed(stored):
    told(stored)
    erase(stored)
    stored.ledger.append(write(wrote("later"), expected=4, key="f"))
    without_triggers()
    Secret.objects.filter(leaf=6).delete()
    assert [flaw.leaf for flaw in stored.ledger.verify().flaws] == [6]


def test_what_is_said_after_an_erasure_in_the_same_command_stays(bench):
    told(bench)
    fact = e.DataErased(retention_class=Retention.MESSAGE, why="asked", keys=1)
    bench.ledger.append(write(fact, wrote("your messages are gone"), expected=3, key="f"))
    assert [event.fact for event in bench.ledger.events("c_1")[3:]] == [
        wrote(None),
        fact,
        wrote("your messages are gone"),
    ]
    assert bench.ledger.verify().flaws == ()


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def rehashed(leaf):
    """Change an event's words and its hash to fit, as somebody who knows the software would."""
    body = bytes(Event.objects.get(leaf=leaf).body).replace(b'"cause":""', b'"cause":"x"')
    Event.objects.filter(leaf=leaf).update(body=body, leaf_hash=leaf_hash(body))


def swapped():
    one, other = Event.objects.get(leaf=2), Event.objects.get(leaf=3)
    Event.objects.filter(leaf=2).update(body=other.body, leaf_hash=other.leaf_hash)
    Event.objects.filter(leaf=3).update(body=one.body, leaf_hash=one.leaf_hash)


def moved_ciphertext():
    one, other = Secret.objects.get(leaf=2, n=0), Secret.objects.get(leaf=3, n=0)
    Secret.objects.filter(leaf=2).update(ct=other.ct)
    Secret.objects.filter(leaf=3).update(ct=one.ct)


def far_away():
    sql("update event set leaf = 4611686018427387904 where leaf = 4")


def before_the_first():
    """A whole case that no walk from the first leaf on comes across."""
    row = Event.objects.get(leaf=1)
    body = bytes(row.body).replace(b'"case":"c_2"', b'"case":"c_9"')
    if connection.vendor == "sqlite":
        sql("pragma ignore_check_constraints = 1")
    else:
        sql("alter table event drop constraint event_leaf_from_0")
    sql(
        "insert into event (leaf, case_id, seq, type, body, leaf_hash) values (-1, 'c_9', 0, %s, %s, %s)",
        row.type, body, leaf_hash(body),
    )  # fmt: skip


def at_no_place(table):
    """A row of another table before the first leaf."""
    row = table.objects.exclude(leaf=0).first()
    names = [field.attname for field in table._meta.concrete_fields]
    values = {name: getattr(row, name) for name in names} | {"leaf": -1}
    if table is Command:
        values["key"] = "planted"
    table(**values).save(force_insert=True)


TAMPERINGS = {
    "an event at a leaf far away": far_away,
    "an event before the first": before_the_first,
    "a disclosure before the first": lambda: at_no_place(Secret),
    "a command before the first": lambda: at_no_place(Command),
    "a disclosure with a number that is none": lambda: sql("update secret set n = -1 where leaf = 4"),
    "a data key garbled": lambda: sql("update data_key set wrapped = %s where case_id = 'c_1'", b"x" * 60),
    "a data key emptied": lambda: sql("update data_key set wrapped = %s where case_id = 'c_1'", b""),
    "a subtree at no place": lambda: TreeNode.objects.create(level=8, n=-1, hash=bytes(32)),

    "an event deleted in the middle": lambda: sql("delete from event where leaf = 2"),
    "the last event deleted": lambda: sql("delete from event where leaf = 4"),
    "the first event deleted": lambda: sql("delete from event where leaf = 0"),
    "an event rehashed": lambda: rehashed(2),
    "two events swapped": swapped,
    "an event put under another case": lambda: sql("update event set case_id = 'c_3', seq = 0 where leaf = 4"),
    "an event renumbered": lambda: sql("update event set seq = 9 where leaf = 4"),
    "an event called something else": lambda: sql("update event set type = 'note.written' where leaf = 4"),
    "a ciphertext moved": moved_ciphertext,
    "a disclosure under no key": lambda: sql("update secret set key_id = 'k_none' where leaf = 4"),
    "a disclosure without an event": lambda: sql("update secret set leaf = 1, n = 7 where leaf = 4"),
    "the head shortened": lambda: Head.objects.update(size=4),
    "the head lengthened": lambda: Head.objects.update(size=6),
    "the head's time changed": lambda: Head.objects.update(last_at=START.replace(year=2027)),
    "a command forgotten": lambda: Command.objects.filter(key="c").delete(),
    "the last command forgotten": lambda: Command.objects.filter(key="e").delete(),
    "a command renamed": lambda: Command.objects.filter(key="c").update(key="x"),
    "a command shortened": lambda: Command.objects.filter(key="c").update(count=1),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_it_is_found(stored, what):
    told(stored)
    without_triggers()
    assert stored.ledger.verify().flaws == ()
    TAMPERINGS[what]()
    assert stored.ledger.verify().flaws != ()


def test_a_key_that_does_not_open_is_named_with_what_lies_under_it(stored):
    told(stored)
    key = DataKey.objects.get(case_id="c_1", retention="message")
    DataKey.objects.filter(key_id=key.key_id).update(wrapped=bytes(60))
    shut = f"c_1: the key {key.key_id} of class message does not open; is keys/kek the one of this database?"
    assert [(flaw.leaf, flaw.problem) for flaw in stored.ledger.verify().flaws] == [
        (-1, shut),
        *((leaf, "the key of its disclosure 0 does not open") for leaf in (2, 3, 4)),
    ]
    assert list(stored.ledger.bent()) == [], "what cannot be read is the audit's"


def test_a_log_that_grows_while_it_is_looked_at_is_well(stored, monkeypatch):
    """The 256th event, with which a subtree is kept, comes while an audit walks the log."""
    told(stored)
    looked = verify._leaves

    def meanwhile(*given):
        yield from looked(*given)
        facts = [wrote(f"{n}") for n in range(300)]
        assert isinstance(stored.ledger.append(write(*facts, expected=3, key="meanwhile")), tuple)

    monkeypatch.setattr(verify, "_leaves", meanwhile)
    audit = stored.ledger.verify()
    assert (TreeNode.objects.count(), audit.events, audit.flaws) == (1, 5, ())


def test_an_insider_with_the_keys_who_says_something_else_is_found(stored):
    told(stored)
    without_triggers()
    row = Secret.objects.get(leaf=2)
    event_hash = bytes(Event.objects.get(leaf=2).leaf_hash)
    key = DataKeys(stored.keys).by_id([row.key_id])[row.key_id]
    text = open_bytes(key, disclosure_place(event_hash, 0), row.ct)
    other = text[:-2] + (b"AA" if text[-2:] != b"AA" else b"BB")
    Secret.objects.filter(leaf=2).update(ct=seal_bytes(key, disclosure_place(event_hash, 0), other))
    assert [flaw.leaf for flaw in stored.ledger.verify().flaws] == [2]


def test_in_memory_a_changed_event_is_found_as_well(tmp_path):
    from tests.contracts.bench import make_bench

    bench = make_bench("memory", tmp_path)
    told(bench)
    leaves = bench.ledger._leaves
    untouched = leaves[3]
    for changed in (
        replace(untouched, body=untouched.body.replace(b'"cause":""', b'"cause":"x"')),
        replace(untouched, leaf_hash=bytes(32)),
        replace(untouched, type="note.written"),
        replace(untouched, disclosed=[]),
        replace(untouched, disclosed=leaves[2].disclosed),
    ):
        leaves[3] = changed
        assert bench.ledger.verify().flaws != ()
    leaves[3] = untouched
    assert bench.ledger.verify().flaws == ()
