"""A campaign: whatever somebody changes in the database is found against a kept checkpoint, and nothing else is.

Every kind of change is made again and again at random places, by hands that know nothing, by insiders who re-hash all
of it with the installation's keys, by forgers with another log key and with the stolen one. FORBEAR_LONG makes 20,000
of them and 1,000 clean logs; what was made and found is printed.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from django.db import connection, transaction

from forbear.actions.record_audit import audited
from forbear.adapters.ed25519 import Ed25519Key
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import memory_desk
from forbear.adapters.vault import Folder, SealedVault
from forbear.core import events as e
from forbear.core.chain import leaf_hash
from forbear.core.evidence import PaperFacts
from forbear.core.facts import Retention
from forbear.core.log_facts import HOUSE
from forbear.store.blobs import DjangoRegister
from forbear.store.models import AttestationRow, Blob, CheckpointRow, Command, DataKey, Event, Head, Secret, TreeNode
from tests.contracts.bench import LOG_KEY, START, opened, without_triggers, write, wrote
from tests.record.insider import Insider

LONG = bool(os.environ.get("FORBEAR_LONG"))
MUTATIONS = 20_000 if LONG else 190
CLEAN = 1_000 if LONG else 12
DESK = memory_desk(at=START)
FORGER = Ed25519Key(LOG_KEY.origin, bytes(32))
CASES = ("c_abcd", "c_bbbb", "c_cccc")


def vault(bench):
    return SealedVault(Folder(bench.home / "papers"), DjangoRegister(bench.keys), RandomIds())


def tell(bench, rng, events):
    """Three cases of random length, their events mixed, a paper in the vault, now and then the messages of a case
    erased; with checkpoints here and there and one at the end.
    """
    seqs = dict.fromkeys(CASES, -1)
    for n in range(events):
        case_id = CASES[n] if n < 3 else rng.choice(CASES)
        bench.clock.advance(seconds=rng.randrange(3))
        facts = [opened(case_id)] if seqs[case_id] < 0 else [_fact(rng, n) for _ in range(rng.choice((1, 1, 2)))]
        if n == 3:
            facts = [_paper(bench, case_id)]
        elif (n == 8 or rng.random() < 0.1) and (keys := bench.ledger.keys_of(case_id, "message")):
            facts.append(e.DataErased(retention_class=Retention.MESSAGE, why="asked", keys=keys))
        given = {"expected": seqs[case_id], "key": f"k{n}", "case_id": case_id, "at": bench.clock.now()}
        assert isinstance(bench.ledger.append(write(*facts, **given)), tuple)
        seqs[case_id] += len(facts)
        if rng.random() < 0.2:
            bench.log.checkpoint()
    return bench.log.checkpoint()


def _fact(rng, n):
    return rng.choice((wrote(f"message {n}"), e.NoteWritten(text=f"note {n}"), e.EnforcementPaused()))


def _paper(bench, case_id):
    blob = vault(bench).keep(case_id, "finance", b"x")
    facts = PaperFacts(name="x", mime="image/png", size=1, sha256="0" * 64, blob=blob, health=False)
    return e.PaperReceived(item=1, paper="f_1", facts=facts)


class Hand:
    """Somebody's hand in the database of one log, at random places."""

    def __init__(self, bench, rng):
        self.bench, self.insider, self.rng = bench, Insider(bench), rng
        self.size = bench.ledger.size()

    def leaf(self):
        return self.rng.randrange(self.size)

    def flipped(self, data):
        changed = bytearray(data)
        changed[self.rng.randrange(len(changed))] ^= 1 << self.rng.randrange(8)
        return bytes(changed)

    def body(self):
        row = Event.objects.get(leaf=self.leaf())
        Event.objects.filter(leaf=row.leaf).update(body=self.flipped(row.body))

    def hash(self):
        row = Event.objects.get(leaf=self.leaf())
        Event.objects.filter(leaf=row.leaf).update(leaf_hash=self.flipped(row.leaf_hash))

    def body_and_hash(self):
        row = Event.objects.get(leaf=self.leaf())
        body = self.flipped(row.body)
        Event.objects.filter(leaf=row.leaf).update(body=body, leaf_hash=leaf_hash(body))

    def rewritten(self):
        kinds = {
            "at": lambda said: said.update(at=said["at"].replace("T02:", "T01:")),
            "actor": lambda said: said["actor"].update(id="p_other"),
            "role": lambda said: said["actor"].update(kind="agent" if said["actor"]["kind"] != "agent" else "borrower"),
            "auth": lambda said: said["actor"].update(auth="staff" if said["actor"]["auth"] != "staff" else "none"),
            "channel": lambda said: said["chan"].update(kind="hotline"),
            "cause": lambda said: said.update(cause=f"x{self.rng.random()}"),
            "command": lambda said: said.update(cmd="another"),
            "occurred": lambda said: said.update(occ="2026-01-01T00:00:00.000Z"),
        }
        self.insider.rewrite(self.leaf(), kinds[self.rng.choice(sorted(kinds))])

    def rewritten_and_signed_by_a_forger(self):
        self.rewritten()
        self.insider.resign(FORGER)

    def rewritten_and_signed_with_the_stolen_key(self):
        self.rewritten()
        self.insider.resign(LOG_KEY)

    def rewritten_without_checkpoints(self):
        self.rewritten()
        CheckpointRow.objects.all().delete()

    def deleted(self):
        self.sql("delete from event where leaf = %s", self.leaf())

    def cut(self):
        self.insider.cut(self.rng.randrange(1, self.size))

    def cut_and_signed_with_the_stolen_key(self):
        self.cut()
        self.insider.resign(LOG_KEY)

    def swapped(self):
        rows = list(Event.objects.values_list("leaf", "case_id"))
        one, case_id = self.rng.choice(rows)
        other = self.rng.choice([leaf for leaf, of in rows if of != case_id])
        self.insider.swap(one, other)
        self.insider.resign(LOG_KEY)

    def another_case(self):
        self.sql("update event set case_id = 'c_other', seq = 0 where leaf = %s", self.leaf())

    def renumbered(self):
        self.sql("update event set seq = seq + 1000 where leaf = %s", self.leaf())

    def retyped(self):
        self.sql("update event set type = 'case.closed' where leaf = %s", self.leaf())

    def secret(self):
        return self.rng.choice(list(Secret.objects.all()))

    def ciphertext(self):
        row = self.secret()
        Secret.objects.filter(leaf=row.leaf, n=row.n).update(ct=self.flipped(row.ct))

    def ciphertext_moved(self):
        one = self.secret()
        other = self.rng.choice([row for row in Secret.objects.all() if bytes(row.ct) != bytes(one.ct)])
        Secret.objects.filter(leaf=one.leaf, n=one.n).update(ct=other.ct)

    def secret_deleted(self):
        row = self.secret()
        self.sql("delete from secret where leaf = %s and n = %s", row.leaf, row.n)

    def secret_under_another_key(self):
        row = self.secret()
        Secret.objects.filter(leaf=row.leaf, n=row.n).update(key_id="k_other")

    def live_key(self):
        return self.rng.choice(list(DataKey.objects.filter(destroyed_leaf=None)))

    def key_cleared(self):
        leaf = self.rng.choice((None, -1, self.leaf(), *DataKey.objects.values_list("destroyed_leaf", flat=True)))
        DataKey.objects.filter(key_id=self.live_key().key_id).update(wrapped=None, destroyed_leaf=leaf)

    def key_cleared_with_all_it_sealed(self):
        key = self.live_key()
        DataKey.objects.filter(key_id=key.key_id).update(wrapped=None, destroyed_leaf=self.size - 1)
        self.sql("delete from secret where key_id = %s", key.key_id)

    def key_garbled(self):
        DataKey.objects.filter(key_id=self.live_key().key_id).update(wrapped=self.flipped(self.live_key().wrapped))

    def key_deleted(self):
        self.sql("delete from data_key where key_id = %s", self.live_key().key_id)

    def key_of_another_class(self):
        DataKey.objects.filter(key_id=self.live_key().key_id).update(retention="recording")

    def key_of_another_case(self):
        DataKey.objects.filter(key_id=self.live_key().key_id).update(case_id="c_other")

    def key_said_to_be_destroyed(self):
        DataKey.objects.filter(key_id=self.live_key().key_id).update(destroyed_leaf=self.leaf())

    def file_forgotten(self):
        Blob.objects.all().delete()

    def file_elsewhere(self):
        Blob.objects.update(path="xx/b_other")

    def command(self):
        row = self.rng.choice(list(Command.objects.all()))
        change = self.rng.choice(("delete from command where key = %s", "update command set count = 0 where key = %s"))
        self.sql(change, row.key)

    def command_renamed(self):
        row = self.rng.choice(list(Command.objects.all()))
        self.sql("update command set key = 'another' where key = %s", row.key)

    def head(self):
        change = self.rng.choice(({"size": self.size - 1}, {"size": self.size + 1}, {"last_at": None}))
        Head.objects.update(**change)

    def leaf_far_away(self):
        self.sql("update event set leaf = leaf + %s where leaf = %s", 2 ** self.rng.randrange(10, 60), self.leaf())

    def command_before_the_first(self):
        self.sql("update command set leaf = -1 - leaf where key = %s", self.rng.choice(list(Command.objects.all())).key)

    def others_said_to_have_signed(self):
        size = self.rng.choice((-1, self.size + 1, 2**62))
        AttestationRow.objects.create(size=size, by=self.rng.choice(("tsa", "w")), data=b"x", at=START)

    def another_key_announced(self):
        fact = e.LogKeyChanged(before=LOG_KEY.vkey, after=FORGER.vkey)
        self.bench.ledger.append(write(fact, expected=-1, key="announced", case_id=HOUSE, at=self.bench.clock.now()))

    def frontier(self):
        Head.objects.update(frontier=self.flipped(Head.objects.get().frontier))

    def subtree(self):
        TreeNode.objects.create(level=8, n=self.rng.randrange(9), hash=bytes(32))

    def checkpoint(self):
        row = self.rng.choice(list(CheckpointRow.objects.all()))
        data = bytearray(row.note.encode())
        data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(7)
        CheckpointRow.objects.filter(size=row.size).update(note=data.decode("utf-8", "replace"))

    def checkpoint_by_a_forger(self):
        self.insider.resign(FORGER)

    def sql(self, statement, *values):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


HELPERS = ("leaf", "flipped", "secret", "live_key", "sql")
KINDS = sorted(name for name in vars(Hand) if name not in HELPERS and name[0] != "_")


def flaws(bench, note):
    desk = replace(DESK, clock=bench.clock, ledger=bench.ledger, log=bench.log, vault=vault(bench))
    return audited(desk, [("the checkpoint kept elsewhere", note)]).flaws


def undone(act: Callable[[], object]) -> object:
    """What `act` answers; the database is as it was afterwards."""
    with transaction.atomic():
        answer = act()
        transaction.set_rollback(True)
    return answer


def test_every_change_is_found(stored, campaign):
    rng = Random(6)
    note = tell(stored, rng, 14)
    without_triggers()
    assert flaws(stored, note) == ()
    made, missed = Counter(), Counter()
    count = MUTATIONS if stored.kind == "sqlite" else MUTATIONS // 5
    for n in range(count):
        kind = KINDS[n % len(KINDS)]

        def change(kind=kind):
            getattr(Hand(stored, rng), kind)()
            return flaws(stored, note)

        made[kind] += 1
        missed[kind] += not undone(change)
    campaign(f"changes of the database, {stored.kind}", made=made.total(), kinds=len(made), missed=missed.total())
    assert +missed == Counter()
    assert set(made) == set(KINDS)
    assert flaws(stored, note) == ()


def test_clean_logs_raise_no_alarm(stored, campaign):
    rng, alarms, events = Random(7), [], 0
    clean = CLEAN if stored.kind == "sqlite" else CLEAN // 4
    for _ in range(clean):

        def one():
            note = tell(stored, rng, rng.randrange(3, 30))
            return stored.ledger.size(), flaws(stored, note)

        size, found = undone(one)
        events, alarms = events + size, alarms + list(found)
    campaign(f"clean logs, {stored.kind}", logs=clean, events=events, false_alarms=len(alarms))
    assert alarms == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_change_changes_something(sqlite_database, tmp_path, kind):
    """Else the campaign would prove nothing of it."""
    from tests.contracts.bench import make_bench

    bench, rng = make_bench("sqlite", tmp_path), Random(8)
    tell(bench, rng, 8)
    without_triggers()

    def rows():
        tables = (Event, Secret, DataKey, Blob, Command, Head, TreeNode, CheckpointRow, AttestationRow)
        return [sorted(map(str, table.objects.values_list())) for table in tables]

    before = rows()
    getattr(Hand(bench, rng), kind)()
    assert rows() != before
