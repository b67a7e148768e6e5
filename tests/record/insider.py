"""Somebody who owns the database, knows the software and, where a test says so, holds the installation's keys."""

import json
from collections.abc import Callable

from django.db import connection

from forbear.adapters.ed25519 import Ed25519Key
from forbear.core.chain import canonical, encoded, leaf_hash
from forbear.core.checkpoint import Checkpoint, read_vkey, signed
from forbear.core.log_audit import NODE_LEVELS
from forbear.core.merkle import Frontier
from forbear.store.models import CheckpointRow, Command, Event, Head, Secret, TreeNode
from forbear.store.privacy import DataKeys, disclosure_place, open_bytes, seal_bytes
from tests.contracts.bench import Bench


def note_of(key: Ed25519Key, size: int, root: bytes, origin: str = "") -> str:
    """A checkpoint as this key signs it."""
    body = Checkpoint(origin or key.origin, size, root).body
    return signed(body, key.origin, read_vkey(key.vkey).hash + key.sign(body.encode()))


def leaves() -> list[bytes]:
    """The leaf hashes as they lie there."""
    return [bytes(hashed) for hashed in Event.objects.order_by("leaf").values_list("leaf_hash", flat=True)]


class Insider:
    """`bench`: the stores; without triggers already."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def rewrite(self, leaf: int, change: Callable[[dict], None]) -> None:
        """Change what an event says and make everything fit again: hashes, the chain, ciphertexts, tree and head."""
        case_id = Event.objects.get(leaf=leaf).case_id
        previous = b""
        for event in Event.objects.filter(case_id=case_id).order_by("seq"):
            if event.leaf >= leaf:
                said = json.loads(bytes(event.body))
                if event.leaf == leaf:
                    change(said)
                said["prev"] = encoded(previous)
                before, body = bytes(event.leaf_hash), canonical(said)
                Event.objects.filter(leaf=event.leaf).update(body=body, leaf_hash=leaf_hash(body))
                self._seal_again(event.leaf, before, leaf_hash(body))
                previous = leaf_hash(body)
            else:
                previous = bytes(event.leaf_hash)
        self.remake_tree()

    def append(self, like: int, **other: object) -> None:
        """An event of his own, made after the one at a leaf, at the end of that one's case and of the log."""
        row, size = Event.objects.get(leaf=like), Head.objects.get().size
        last = Event.objects.filter(case_id=row.case_id).order_by("-seq")[0]
        said = json.loads(bytes(row.body)) | {"seq": last.seq + 1, "prev": encoded(bytes(last.leaf_hash)), "_sd": []}
        said |= {"cmd": f"his-{size}", "at": json.loads(bytes(Event.objects.get(leaf=size - 1).body))["at"], **other}
        body, hashed = canonical(said), leaf_hash(canonical(said))
        Event(size, row.case_id, last.seq + 1, said["type"], body, hashed).save(force_insert=True)
        Command.objects.create(key=said["cmd"], req_hash=bytes(32), leaf=size, count=1)
        self.remake_tree()

    def cut(self, size: int) -> None:
        """Drop the last events with all that tells of them."""
        last = Event.objects.filter(leaf=size - 1).get()
        with connection.cursor() as cursor:
            for table in ("secret", "event"):
                cursor.execute(f"delete from {table} where leaf >= %s", (size,))
            cursor.execute("delete from command where leaf >= %s and count > 0", (size,))
        at = json.loads(bytes(last.body))["at"]
        Head.objects.update(last_at=at)
        self.remake_tree()

    def swap(self, one: int, other: int) -> None:
        """Two events of different cases change places in the log; their chains do not notice."""
        first, second = Event.objects.get(leaf=one), Event.objects.get(leaf=other)
        rows = {row: list(Secret.objects.filter(leaf=row).values("n", "name", "key_id", "ct")) for row in (one, other)}
        with connection.cursor() as cursor:
            cursor.execute("delete from secret where leaf in (%s, %s)", (one, other))
            cursor.execute("delete from event where leaf in (%s, %s)", (one, other))
        for leaf, event in ((one, second), (other, first)):
            Event.objects.bulk_create(
                [
                    Event(
                        leaf=leaf,
                        case_id=event.case_id,
                        seq=event.seq,
                        type=event.type,
                        body=event.body,
                        leaf_hash=event.leaf_hash,
                    )
                ]
            )
        for leaf, moved in ((one, rows[other]), (other, rows[one])):
            Secret.objects.bulk_create([Secret(leaf=leaf, **row) for row in moved])
        self.remake_tree()

    def remake_tree(self) -> None:
        """Frontier, size and kept subtrees as the events now call for."""
        nodes = []
        frontier = Frontier().plus_all(
            leaves(),
            lambda level, n, made: nodes.append((level, n, made)) if level and level % NODE_LEVELS == 0 else None,
        )
        TreeNode.objects.all().delete()
        TreeNode.objects.bulk_create([TreeNode(level=level, n=n, hash=made) for level, n, made in nodes])
        Head.objects.update(size=frontier.size, frontier=frontier.packed)

    def resign(self, key: Ed25519Key) -> None:
        """Make every kept checkpoint anew over the log as it is now, those it has events for."""
        hashes = leaves()
        for row in list(CheckpointRow.objects.all()):
            CheckpointRow.objects.filter(size=row.size).delete()
            if row.size <= len(hashes):
                note = note_of(key, row.size, Frontier().plus_all(hashes[: row.size]).root)
                CheckpointRow.objects.create(size=row.size, note=note, at=row.at)

    def _seal_again(self, leaf: int, before: bytes, after: bytes) -> None:
        keys = DataKeys(self._bench.keys)
        for row in Secret.objects.filter(leaf=leaf):
            key = keys.by_id([row.key_id])[row.key_id]
            text = open_bytes(key, disclosure_place(before, row.n), row.ct)
            Secret.objects.filter(leaf=leaf, n=row.n).update(ct=seal_bytes(key, disclosure_place(after, row.n), text))
