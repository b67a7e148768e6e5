"""What somebody who owns the database takes in silence (a key, a disclosure, a file) is named; an erasure is not.

No hash of the record covers what it only commits to, so each of these was invisible once the commitments were all that
was looked at. Whole audits and those of what is new find them, on both databases.
"""

from dataclasses import replace

import pytest
from django.db import connection

from forbear.actions.record_audit import audited
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import memory_desk
from forbear.adapters.vault import DamagedFile, Folder, SealedVault
from forbear.config import record_watch
from forbear.core import events as e
from forbear.core.evidence import PaperFacts
from forbear.core.facts import Retention
from forbear.store import verify
from forbear.store.blobs import DjangoRegister
from forbear.store.models import Blob, DataKey, Secret
from tests.contracts.bench import opened, without_triggers, write, wrote

GONE = "c_1: a disclosure of class {} is gone, and the record holds no erasure of it since"


class Stand:
    """Case c_1 with two messages, a health paper and its file; c_2 with a message that was rightly erased."""

    def __init__(self, bench, home):
        self.bench, self.home = bench, home
        self.vault = SealedVault(Folder(home / "papers"), DjangoRegister(bench.keys), RandomIds())
        for case_id in ("c_1", "c_2"):
            self.say(case_id, opened(case_id), seq=-1)
            self.say(case_id, wrote("one"), seq=0)
        self.blob = self.vault.keep("c_1", "health", b"a picture")
        facts = PaperFacts(name="x.jpg", mime="image/jpeg", size=9, sha256="0" * 64, blob=self.blob, health=True)
        self.say("c_1", e.PaperReceived(item=1, paper="f_1", facts=facts), seq=1)
        self.say("c_1", wrote("two"), seq=2)
        self.erase("c_2", "message", seq=1)
        bench.log.checkpoint()
        without_triggers()
        self.began = audited(self.desk()).end

    def say(self, case_id, fact, seq):
        given = {"expected": seq, "key": f"{case_id}-{seq}", "case_id": case_id, "at": self.bench.clock.now()}
        assert isinstance(self.bench.ledger.append(write(fact, **given)), tuple)

    def erase(self, case_id, retention, seq):
        self.say(case_id, e.DataErased(retention_class=Retention(retention), why="asked", keys=1), seq)
        self.vault.sweep(case_id, retention)

    def desk(self):
        return replace(
            memory_desk(at=self.bench.clock.now(), ledger=self.bench.ledger, log=self.bench.log), vault=self.vault
        )

    def found(self, since=None):
        """(leaf, problem) of each flaw; a look at what is new where `since` is given."""
        return [(flaw.leaf, flaw.problem) for flaw in audited(self.desk(), since=since).flaws]

    def key(self, case_id, retention):
        return DataKey.objects.get(case_id=case_id, retention=retention)


@pytest.fixture
def stand(stored, tmp_path):
    return Stand(stored, tmp_path)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_nothing_was_taken(stand):
    assert stand.found() == stand.found(stand.began) == []
    assert stand.began.disclosures == 9


def test_a_key_is_cleared(stand):
    key = stand.key("c_1", "message")
    DataKey.objects.filter(key_id=key.key_id).update(wrapped=None)
    named = (
        -1,
        f"c_1: the key {key.key_id} of class message was destroyed, and the record holds no erasure that did it",
    )
    assert stand.found(stand.began) == [named]
    assert stand.found() == [(1, GONE.format("message")), (5, GONE.format("message")), named]


def test_a_key_is_cleared_as_if_an_erasure_had_done_it(stand):
    """Of another case, of no erasure, of no event, of what belongs to no case, of the erasure of another key."""
    key = stand.key("c_1", "message")
    for leaf in (6, 0, 99, -1):
        DataKey.objects.filter(key_id=key.key_id).update(wrapped=None, destroyed_leaf=leaf)
        said = f"c_1: the key {key.key_id} of class message was destroyed, and the record holds no erasure that did it"
        two = [(6, "c_2: the erasure of class message says that it destroyed 1 keys, and 2 are")] if leaf == 6 else []
        assert stand.found(stand.began) == [(-1, said), *two]
        assert (-1, said) in stand.found()
    stand.say("c_2", wrote("again"), seq=2)
    DataKey.objects.filter(key_id=key.key_id).update(case_id="c_2", destroyed_leaf=6)
    said = "c_2: the erasure of class message says that it destroyed 1 keys, and 2 are"
    assert (6, said) in stand.found(stand.began)
    assert (6, said) in stand.found()


def test_a_key_is_deleted(stand):
    key = stand.key("c_1", "identity")
    DataKey.objects.filter(key_id=key.key_id).delete()
    said = (0, f"the key {key.key_id} of 3 disclosures is not there")
    assert stand.found(stand.began) == [said]
    assert (0, "the key of its disclosure 0 is not there") in stand.found()


def test_a_disclosure_is_deleted(stand):
    sql("delete from secret where leaf = 5")
    assert stand.found() == [(5, GONE.format("message"))]
    assert stand.found(stand.began) == [
        (-1, "1 disclosures of events before 7 are gone since the last audit; run `forbear audit`")
    ]


def test_a_health_paper_is_deleted_and_nobody_can_say_any_more_that_it_was_one(stand):
    sql("delete from secret where leaf = 4")
    assert stand.found() == [(4, GONE.format("finance or health"))]


def test_a_rightful_erasure_meanwhile_is_no_alarm(stand):
    stand.erase("c_1", "message", seq=3)
    assert stand.found(stand.began) == stand.found() == []
    assert audited(stand.desk(), since=stand.began).end.disclosures == 7


def test_what_an_erasure_destroyed_is_brought_back(stand):
    """From an old backup: the key alone, and then with what it sealed."""
    key, secret = stand.key("c_1", "message"), Secret.objects.get(leaf=5)
    stand.erase("c_1", "message", seq=3)
    ended = audited(stand.desk()).end
    DataKey.objects.filter(key_id=key.key_id).update(wrapped=key.wrapped)
    there = f"c_1: the key {key.key_id} of class message is there, and the table says it was destroyed"
    none = "c_1: the erasure of class message says that it destroyed 1 keys, and {} are"
    assert stand.found(ended) == [(-1, there)]
    assert stand.found() == [(-1, there)]
    DataKey.objects.filter(key_id=key.key_id).update(destroyed_leaf=None)
    assert stand.found() == [(7, none.format(0))]
    secret.save(force_insert=True)
    assert stand.found() == [
        (5, "c_1: a disclosure of class message is there, and the record says it was erased"),
        (7, none.format(0)),
    ]


def test_a_key_is_given_another_class_so_that_it_goes_sooner(stand):
    key = stand.key("c_1", "identity")
    DataKey.objects.filter(key_id=key.key_id).update(retention="recording")
    mine, other = ", ".join(["identity"] * 3), ", ".join(["recording"] * 3)
    assert stand.found() == [(0, f"c_1: its disclosures of class {mine} lie under keys of {other}")]


def test_a_key_is_given_to_another_case(stand):
    key = stand.key("c_1", "health")
    DataKey.objects.filter(key_id=key.key_id).update(case_id="c_2")
    assert stand.found() == [(4, "c_1: its disclosures of class health lie under keys of health of c_2")]


def test_a_file_is_gone_from_the_vault_or_its_entry_is(stand):
    said = f"c_1: the file {stand.blob} is gone, and the record holds no erasure of finance, health since"
    row = Blob.objects.get()
    (stand.home / "papers" / row.path).rename(stand.home / "aside")
    assert stand.found() == [(4, said)]
    (stand.home / "aside").rename(stand.home / "papers" / row.path)
    assert stand.found() == []
    Blob.objects.all().delete()
    assert stand.found() == [(4, said)]


def test_the_entry_of_a_file_points_at_another(stand):
    other = Blob.objects.get(blob_id=stand.vault.keep("c_1", "health", b"another picture"))
    Blob.objects.filter(blob_id=stand.blob).update(path=other.path)
    with pytest.raises(DamagedFile):
        stand.vault.open(stand.blob)
    assert stand.found() == [
        (4, f"c_1: the file {stand.blob} is gone, and the record holds no erasure of finance, health since")
    ]


def test_a_file_that_was_erased_or_that_no_fact_names_is_not_missed(stand):
    loose = stand.vault.keep("c_1", "health", b"not wanted after all")
    stand.vault.drop(loose)
    stand.erase("c_1", "health", seq=3)
    assert stand.found() == stand.found(stand.began) == []
    assert Blob.objects.count() == 0


def test_a_file_lies_under_a_key_that_is_not_there(stand):
    Blob.objects.update(key_id="k_none")
    assert (-1, f"the key of the file {stand.blob} is not there") in stand.found(stand.began)


def test_the_key_of_a_mail_that_belongs_to_no_case_may_go_without_a_fact(stand):
    stand.bench.ledger._data_keys.for_writing("m_1", "message")
    stand.bench.ledger._data_keys.destroy("m_1", "message", -1)
    assert stand.found() == stand.found(stand.began) == []


def test_an_erasure_while_the_audit_runs_is_no_alarm(stand, monkeypatch):
    """The audit began before it; what it destroyed is gone when the audit comes there."""
    plain, done = verify._secrets, []

    def meanwhile(*given):
        if not done:
            done.append(stand.erase("c_1", "message", seq=3))
        return plain(*given)

    monkeypatch.setattr(verify, "_secrets", meanwhile)
    assert stand.found() == []
    assert done == [None]


def test_the_worker_sees_it_at_its_next_look(stand, tmp_path):
    mark = tmp_path / record_watch.MARK
    assert record_watch.look(stand.desk(), mark) == ()
    DataKey.objects.filter(case_id="c_1", retention="message").update(wrapped=None)
    (said,) = record_watch.look(stand.desk(), mark)
    assert said.endswith("of class message was destroyed, and the record holds no erasure that did it")
    assert len(record_watch.look(stand.desk(), mark)) == 4, "the look at everything names each event"
    assert len(record_watch.look(stand.desk(), mark)) == 4, "and does so until somebody has mended it"
