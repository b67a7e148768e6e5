"""The Merkle log: it grows with every append, its checkpoints are notes and its proofs hold, on every kind of store."""

import importlib

import pytest
from django.db import connection

from forbear.actions.ports import LogBroken
from forbear.adapters.ed25519 import check
from forbear.core.checkpoint import read_checkpoint, verify_note
from forbear.core.merkle import EMPTY_ROOT, root, unpacked, verify_consistency, verify_inclusion
from forbear.store.models import CheckpointRow, Head, TreeNode
from tests.contracts.bench import LOG, LOG_KEY, START, opened, without_triggers, write, wrote


def grow(bench, events, *, case_id="c_1", at_once=1):
    """The case and so many messages, `at_once` in a command."""
    bench.ledger.append(write(opened(case_id), expected=-1, key=f"{case_id}-open", case_id=case_id))
    for n in range(0, events, at_once):
        facts = [wrote(f"{n + k}") for k in range(min(at_once, events - n))]
        bench.ledger.append(write(*facts, expected=n, key=f"{case_id}-{n}", case_id=case_id))


def leaf_hashes(bench):
    return [event.leaf_hash for event in bench.ledger.all()]


def checkpoint(note):
    return read_checkpoint(verify_note(note, LOG_KEY.vkey, check))


def test_an_empty_log_has_a_checkpoint(bench):
    assert bench.log.latest() == ""
    found = checkpoint(bench.log.checkpoint())
    assert (found.origin, found.size, found.root) == (LOG, 0, EMPTY_ROOT)


def test_a_checkpoint_is_over_every_event_and_one_a_size(bench):
    grow(bench, 4)
    note = bench.log.checkpoint()
    found = checkpoint(note)
    assert (found.origin, found.size, found.root) == (LOG, 5, root(leaf_hashes(bench)))
    assert bench.log.checkpoint() == bench.log.latest() == bench.log.at(5) == note
    grow(bench, 1, case_id="c_2")
    assert checkpoint(bench.log.checkpoint()).size == 7
    assert bench.log.at(5) == note
    assert bench.log.at(6) == ""


def test_proofs_hold_and_reach_over_kept_subtrees(bench):
    """600 leaves: two subtrees of 256 are kept, the third is not full."""
    grow(bench, 300, at_once=100)
    old = checkpoint(bench.log.checkpoint())
    grow(bench, 298, case_id="c_2", at_once=149)
    leaves, new = leaf_hashes(bench), checkpoint(bench.log.checkpoint())
    assert (old.size, new.size, new.root) == (301, 600, root(leaves))
    some = (0, 1, 255, 256, 300, 511, 512, 599)
    for leaf, path in bench.log.inclusions(some, 600).items():
        assert verify_inclusion(leaves[leaf], leaf, 600, path, new.root)
    assert verify_inclusion(leaves[7], 7, 301, bench.log.inclusion(7, 301), old.root)
    for size in (0, 1, 256, 301, 512, 599, 600):
        path = bench.log.consistency(size, 600)
        assert verify_consistency(size, root(leaves[:size]), 600, new.root, path)
    for ask in (lambda: bench.log.inclusion(600, 601), lambda: bench.log.consistency(2, 601)):
        with pytest.raises(ValueError, match="the log has 600 events, not 601"):
            ask()
    assert bench.ledger.verify(bench.log.held()).flaws == ()


def test_what_others_sign_is_kept_with_the_first_word_of_each(bench):
    grow(bench, 1)
    note = bench.log.checkpoint()
    assert (bench.log.token(2), bench.log.attested("tsa")) == (b"", None)
    bench.log.attest(2, "tsa", b"token", START)
    bench.log.attest(2, "tsa", b"other", START)
    bench.log.attest(2, "witness.example", "— witness.example AAAAAAAA\n".encode(), START)
    assert (bench.log.token(2), bench.log.attested("tsa")) == (b"token", (2, b"token", START))
    assert bench.log.at(2) == note + "— witness.example AAAAAAAA\n"


def test_a_changed_log_is_not_signed_again(stored):
    grow(stored, 4)
    note = stored.log.checkpoint()
    head = Head.objects.get()
    assert unpacked(head.size, bytes(head.frontier)).root == checkpoint(note).root
    without_triggers()
    Head.objects.update(frontier=bytes(32) + bytes(head.frontier)[32:])
    stored.ledger.append(write(wrote(), expected=4, key="more"))
    with pytest.raises(LogBroken, match="the log does not go on from the checkpoint over 5 events"):
        stored.log.checkpoint()
    Head.objects.update(frontier=b"short")
    with pytest.raises(LogBroken, match="frontier is damaged"):
        stored.log.checkpoint()
    with pytest.raises(LogBroken, match="frontier is damaged"):
        stored.ledger.append(write(wrote(), expected=5, key="again"))
    assert stored.ledger.size() == 6
    assert CheckpointRow.objects.count() == 1


def test_another_checkpoint_is_cut_while_one_is(stored):
    """As the worker's thread and a decision at the same moment: neither takes the other for a log that went back."""
    grow(stored, 2)
    stored.log.checkpoint()
    latest = stored.log.latest

    def meanwhile():
        stored.log.latest = latest
        grow(stored, 3, case_id="c_2")
        stored.log.checkpoint()
        return latest()

    stored.log.latest = meanwhile
    assert checkpoint(stored.log.checkpoint()).size == 7
    assert stored.ledger.verify(stored.log.held()).flaws == ()


def test_the_tables_only_grow(stored):
    grow(stored, 256, at_once=256)
    stored.log.checkpoint()
    for statement in (
        "delete from checkpoint",
        "update checkpoint set note = ''",
        "delete from tree_node",
        "update tree_node set n = 2",
    ):
        with pytest.raises(Exception, match="the record only grows"), connection.cursor() as cursor:
            cursor.execute(statement)
    assert (CheckpointRow.objects.count(), TreeNode.objects.count()) == (1, 1)


def test_a_database_of_an_earlier_version_gets_its_tree(stored):
    grow(stored, 300, at_once=300)
    head, nodes = Head.objects.values().get(), list(TreeNode.objects.values("level", "n", "hash"))
    migration = importlib.import_module("forbear.store.migrations.0013_log")
    with connection.schema_editor() as editor:
        migration.unguard(None, editor)
        TreeNode.objects.all().delete()
        Head.objects.update(frontier=b"")
        from django.apps import apps

        migration.fill(apps, editor)
        migration.guard(None, editor)
    assert Head.objects.values().get() == head
    assert list(TreeNode.objects.values("level", "n", "hash")) == nodes
    assert len(nodes) == 1
    assert stored.ledger.verify(stored.log.held()).flaws == ()
