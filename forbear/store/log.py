"""The Merkle log in the database: its frontier grows in the transaction of the append; proofs are read from its nodes.

A checkpoint is signed only where the log as it stands goes on from the newest one kept: whoever changed the record
before it gets no signature for that.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import connections

from forbear.actions.ports import Clock, LogBroken, LogKey, TimestampLies, Timestamps
from forbear.core.checkpoint import (
    SIZE_MAX,
    BadNote,
    Check,
    Checkpoint,
    parse_note,
    read_checkpoint,
    read_vkey,
    signed,
    verify_note,
)
from forbear.core.log_audit import NODE_LEVELS, Announced, HeldTo, Outside, held_to, signed_by_one
from forbear.core.log_facts import HOUSE, LogKeyChanged
from forbear.core.log_keys import Step
from forbear.core.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    node_hash,
    unpacked,
    verify_consistency,
)
from forbear.store.models import AttestationRow, CheckpointRow, Event, Head, TreeNode

READ_AT_ONCE = 500
LOOKED_FOR = 100
"""Among so many checkpoints after it the one is looked for that the key before signed over an announcement."""
_INSERT_NODE = "insert into tree_node (level, n, hash) values (%s, %s, %s)"


def grown(size: int, packed: bytes, leaf_hashes: Sequence[bytes], using: str) -> bytes:
    """The frontier with these leaves more, as it is stored; subtrees that became full are kept. Called by the append
    in its own transaction, under the lock of the head.
    """
    nodes: list[tuple[int, int, bytes]] = []

    def full(level: int, n: int, made: bytes) -> None:
        if level and level % NODE_LEVELS == 0:
            nodes.append((level, n, made))

    try:
        frontier = unpacked(size, packed).plus_all(leaf_hashes, full)
    except ValueError as error:
        raise LogBroken(f"the head's frontier is damaged ({error}); run `forbear audit`") from error
    if nodes:
        with connections[using].cursor() as cursor:
            cursor.executemany(_INSERT_NODE, nodes)
    return frontier.packed


class DjangoLog:
    """The Log port. `check`: Ed25519's check; `earlier`: public keys that the log had before; `witnesses`: public
    keys of those whose cosignatures count.
    """

    def __init__(
        self,
        key: LogKey,
        check: Check,
        clock: Clock,
        timestamps: Timestamps,
        *,
        earlier: Sequence[str] = (),
        witnesses: Sequence[str] = (),
        using: str = "default",
    ) -> None:
        self._key, self._check, self._clock, self._using = key, check, clock, using
        self._timestamps, self._witnesses, self._earlier = timestamps, tuple(witnesses), tuple(earlier)

    def checkpoint(self) -> str:
        # The newest one kept is read before the head: whoever cuts another meanwhile cuts it over no less than that.
        by, before = self._key.now(), self.latest()
        frontier = self._frontier()
        if foreign := self._foreign(self._announced()):
            raise LogBroken(foreign)
        if before and self._goes_on(before, frontier).size == frontier.size:
            return before
        body = Checkpoint(self._key.origin, frontier.size, frontier.root).body
        key = read_vkey(by.vkey)
        note = signed(body, key.name, key.hash + by.sign(body.encode()))
        if self._key.vkey != by.vkey:
            return self.checkpoint()  # the key before signs nothing longer than what the new one has signed
        made = CheckpointRow(size=frontier.size, note=note, at=self._clock.now())
        CheckpointRow.objects.using(self._using).bulk_create([made], ignore_conflicts=True)
        return self._note(frontier.size)

    def _frontier(self) -> Frontier:
        head = Head.objects.using(self._using).values_list("size", "frontier").first()
        size, packed = head or (0, b"")
        try:
            return unpacked(size, bytes(packed))
        except ValueError as error:
            raise LogBroken(f"the head's frontier is damaged ({error}); run `forbear audit`") from error

    def _note(self, size: int) -> str:
        notes = CheckpointRow.objects.using(self._using).filter(size=size).values_list("note", flat=True)
        return notes.first() or ""

    def latest(self) -> str:
        newest = CheckpointRow.objects.using(self._using).order_by("-size").values_list("note", flat=True)
        return newest.first() or ""

    def at(self, size: int) -> str:
        """The note over this many leaves with all that others signed of it; "" where none was kept."""
        note = self._note(size)
        return note and note + "".join(self.cosignatures(size))

    def inclusion(self, leaf: int, size: int) -> tuple[bytes, ...]:
        return self.inclusions([leaf], size)[leaf]

    def inclusions(self, leaves: Sequence[int], size: int) -> Mapping[int, tuple[bytes, ...]]:
        self._reaches(size)
        hash_at = self._hash_at()
        return {leaf: inclusion_proof(leaf, size, hash_at) for leaf in leaves}

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        self._reaches(new)
        return consistency_proof(old, new, self._hash_at())

    def held(self, against: Sequence[tuple[str, str]] = (), since: int = 0) -> HeldTo:
        notes: list[tuple[str, str]] = []
        outside: list[Outside] = []
        faults: list[str] = []
        sizes: dict[str, int] = {}
        for size, note, others in self._kept(since):
            where = f"the checkpoint kept of {size}"
            lines = (bytes(data).decode("utf-8", "replace") for by, data in others if by != "tsa")
            notes.append((where, note + "".join(lines)))
            sizes[where] = size
            for token in (data for by, data in others if by == "tsa"):
                try:
                    at = self._timestamps.read(bytes(token), note.encode())
                    outside.append(Outside(size, at, "the timestamp authority"))
                except TimestampLies as lie:
                    faults.append(f"the timestamp of the checkpoint over {size} events: {lie}")
        announced = self._announced()
        news = [one for one in announced if one.leaf >= since]
        found = held_to([*notes, *against], self._vkeys(announced), self._witnesses, self._check, news)
        faults += [*filter(None, [self._foreign(announced)]), *self._alone(since)]
        last = announced[-1] if announced else None
        if last and self._key.vkey not in (last.before, last.after) and last.after not in self._earlier:
            faults.append(f"the log says that its key is {last.after}, and this installation has another")
        faults += [f"{k.where} is over {k.size} events" for k in found.kept if sizes.get(k.where, k.size) != k.size]
        return HeldTo(found.kept, (*outside, *found.outside), (*found.faults, *faults))

    def _kept(self, since: int) -> Iterator[tuple[int, str, list[tuple[str, bytes]]]]:
        """(size, note, what others say of it) of every checkpoint kept over `since` leaves or more, some at once."""
        since = since or -SIZE_MAX  # a whole look misses none, whatever size it is entered under
        kept = CheckpointRow.objects.using(self._using).order_by("size").values_list("size", "note")
        while some := list(kept.filter(size__gte=since)[:READ_AT_ONCE]):
            others: dict[int, list[tuple[str, bytes]]] = {}
            rows = AttestationRow.objects.using(self._using).filter(size__gte=since, size__lte=some[-1][0])
            for size, by, data in rows.order_by("by").values_list("size", "by", "data"):
                others.setdefault(size, []).append((by, data))
            yield from ((size, note, others.get(size, [])) for size, note in some)
            since = some[-1][0] + 1

    def steps(self) -> Sequence[Step]:
        found = []
        for one in self._announced():
            over = CheckpointRow.objects.using(self._using).filter(size__gt=one.leaf).order_by("size")
            note = next(
                (note for note in over.values_list("note", flat=True)[:LOOKED_FOR] if self._by(one.before, note)), ""
            )
            if note:
                size = read_checkpoint(parse_note(note).body).size
                body = Event.objects.using(self._using).values_list("body", flat=True).get(leaf=one.leaf)
                found.append(Step(one.leaf, bytes(body), note, self.inclusion(one.leaf, size)))
        return found

    def _by(self, vkey: str, note: str) -> bool:
        try:
            verify_note(note, vkey, self._check)
        except BadNote:
            return False
        return True

    # ---- what others sign ------------------------------------------------------------------------------------

    def attest(self, size: int, by: str, data: bytes, at: datetime) -> None:
        """Keep what somebody else says of a checkpoint; the first word of each is kept."""
        row = AttestationRow(size=size, by=by, data=data, at=at)
        AttestationRow.objects.using(self._using).bulk_create([row], ignore_conflicts=True)

    def attested(self, by: str) -> tuple[int, bytes, datetime] | None:
        """The newest (size, data, time) by somebody."""
        rows = AttestationRow.objects.using(self._using).filter(by=by).order_by("-size")
        found = rows.values_list("size", "data", "at").first()
        return (found[0], bytes(found[1]), found[2]) if found else None

    def token(self, size: int) -> bytes:
        """The timestamp token over the note of this size; b"" for none."""
        rows = AttestationRow.objects.using(self._using).filter(size=size, by="tsa")
        return bytes(rows.values_list("data", flat=True).first() or b"")

    def cosignatures(self, size: int) -> list[str]:
        """The signature lines of witnesses under the note of this size."""
        rows = AttestationRow.objects.using(self._using).filter(size=size).exclude(by="tsa").order_by("by")
        return [bytes(data).decode("utf-8", "replace") for data in rows.values_list("data", flat=True)]

    # ---- the tree ----------------------------------------------------------------------------------------------

    def _goes_on(self, note: str, frontier: Frontier) -> Checkpoint:
        """The checkpoint kept last, where the log as it stands goes on from it; else LogBroken."""
        try:
            before, _ = signed_by_one(note, self._vkeys(self._announced()), self._check)
        except BadNote as bad:
            raise LogBroken(f"the newest checkpoint kept is not the log's own: {bad}") from bad
        path = consistency_proof(before.size, frontier.size, self._hash_at()) if before.size <= frontier.size else ()
        if not verify_consistency(before.size, before.root, frontier.size, frontier.root, path):
            raise LogBroken(
                f"the log does not go on from the checkpoint over {before.size} events: it was changed since"
            )
        return before

    def _announced(self) -> list[Announced]:
        """The changes of key that the log tells of, in their order."""
        rows = Event.objects.using(self._using).filter(case_id=HOUSE, type=LogKeyChanged.type).order_by("leaf")
        found = []
        for leaf, body in rows.values_list("leaf", "body"):
            with suppress(ValueError, KeyError, TypeError, RecursionError):  # damaged: the audit names it by its bytes
                said = json.loads(bytes(body))["pub"]
                found.append(Announced(leaf, str(said["before"]), str(said["after"])))
        return found

    def _foreign(self, announced: Sequence[Announced]) -> str:
        """What is wrong where the log announces a key that is none of ours; "" for nothing. Whoever owns the database
        can append that, and a checkpoint of ours over it would lead everybody from our key to his.
        """
        ours = {*self._key.own(), *self._earlier}
        for one in announced:
            for vkey in (one.before, one.after):
                if vkey not in ours:
                    said = f"the log announces at leaf {one.leaf} the key {vkey}, which is none of this installation"
                    return f"{said}: if it was, bring its file back to keys, or name it in FORBEAR_LOG_KEYS"
        return ""

    def _alone(self, since: int) -> list[str]:
        """What others signed of checkpoints that are not kept: put there, it would keep them from being asked again."""
        kept = CheckpointRow.objects.using(self._using).values("size")
        rows = AttestationRow.objects.using(self._using).filter(size__gte=since or -SIZE_MAX).exclude(size__in=kept)
        return [
            f"what {by} signed of a checkpoint over {size} events is kept, and the checkpoint is not"
            for size, by in rows.order_by("size", "by").values_list("size", "by")
        ]

    def _vkeys(self, announced: Sequence[Announced]) -> list[str]:
        """Our key, and the keys before it as far as each announced the next; then those that were lost or are older."""
        found = [self._key.vkey]
        for one in reversed(announced):
            if one.after == found[-1]:
                found.append(one.before)
        return [*found, *self._earlier]

    def _reaches(self, size: int) -> None:
        there = Head.objects.using(self._using).values_list("size", flat=True).first() or 0
        if not 0 <= size <= there:
            raise ValueError(f"the log has {there} events, not {size}")

    def _hash_at(self) -> Callable[[int, int], bytes]:
        """Reads nodes and leaves 256 at a time; what one proof read serves the next of the same call."""
        tiles: dict[tuple[int, int], list[bytes]] = {}

        def hash_at(level: int, n: int) -> bytes:
            kept, above = divmod(level, NODE_LEVELS)
            first = n << above
            tile = first >> NODE_LEVELS
            if (kept, tile) not in tiles:
                tiles[kept, tile] = self._tile(kept, tile)
            start = first - (tile << NODE_LEVELS)
            found = tiles[kept, tile][start : start + (1 << above)]
            if len(found) != 1 << above:
                raise LogBroken(f"the subtree {n} of 2^{level} leaves is not all there; run `forbear audit`")
            while len(found) > 1:
                found = [node_hash(*pair) for pair in zip(found[::2], found[1::2], strict=True)]
            return found[0]

        return hash_at

    def _tile(self, kept: int, tile: int) -> list[bytes]:
        first, end = tile << NODE_LEVELS, (tile + 1) << NODE_LEVELS
        rows: Any
        if kept:
            rows = TreeNode.objects.using(self._using).filter(level=kept * NODE_LEVELS, n__gte=first, n__lt=end)
            rows = rows.order_by("n").values_list("n", "hash")
        else:
            rows = Event.objects.using(self._using).filter(leaf__gte=first, leaf__lt=end)
            rows = rows.order_by("leaf").values_list("leaf", "leaf_hash")
        found = list(rows)
        if [place for place, _ in found] != list(range(first, first + len(found))):
            raise LogBroken(f"of the leaves or subtrees from {first} on one is missing; run `forbear audit`")
        return [bytes(hashed) for _, hashed in found]
