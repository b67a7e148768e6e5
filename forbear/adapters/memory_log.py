"""The Merkle log in memory: made anew from the leaves each time it is asked, which is the shortest account of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from forbear.actions.ports import Clock, LogKey
from forbear.adapters.ed25519 import check
from forbear.core.checkpoint import Checkpoint, read_vkey, signed
from forbear.core.log_audit import HeldTo, held_to
from forbear.core.log_keys import Step
from forbear.core.merkle import consistency_proof, inclusion_proof, root


class MemoryLog:
    """The Log port. `leaves`: every leaf's hash as of now."""

    def __init__(self, key: LogKey, leaves: Callable[[], list[bytes]], clock: Clock) -> None:
        self._key, self._leaves, self._clock = key, leaves, clock
        self._notes: dict[int, str] = {}
        self._attested: dict[tuple[int, str], tuple[bytes, datetime]] = {}

    def checkpoint(self) -> str:
        leaves = self._leaves()
        body = Checkpoint(self._key.origin, len(leaves), root(leaves)).body
        note = signed(body, self._key.origin, read_vkey(self._key.vkey).hash + self._key.sign(body.encode()))
        return self._notes.setdefault(len(leaves), note)

    def latest(self) -> str:
        return self._notes[max(self._notes)] if self._notes else ""

    def at(self, size: int) -> str:
        signed_by = (data.decode() for (of, by), (data, _) in self._attested.items() if of == size and by != "tsa")
        return self._notes[size] + "".join(signed_by) if size in self._notes else ""

    def held(self, against: Sequence[tuple[str, str]] = (), since: int = 0) -> HeldTo:
        notes = [(f"the checkpoint kept of {size}", self._notes[size]) for size in sorted(self._notes) if size >= since]
        return held_to([*notes, *against], (self._key.vkey,), (), check)

    def inclusion(self, leaf: int, size: int) -> tuple[bytes, ...]:
        return inclusion_proof(leaf, self._there(size), self._hash_at)

    def inclusions(self, leaves: Sequence[int], size: int) -> Mapping[int, tuple[bytes, ...]]:
        return {leaf: self.inclusion(leaf, size) for leaf in leaves}

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(old, self._there(new), self._hash_at)

    def steps(self) -> Sequence[Step]:
        return ()

    def attest(self, size: int, by: str, data: bytes, at: datetime) -> None:
        self._attested.setdefault((size, by), (data, at))

    def attested(self, by: str) -> tuple[int, bytes, datetime] | None:
        sizes = [of for of, who in self._attested if who == by]
        return (max(sizes), *self._attested[max(sizes), by]) if sizes else None

    def token(self, size: int) -> bytes:
        return self._attested.get((size, "tsa"), (b"", None))[0]

    def _there(self, size: int) -> int:
        there = len(self._leaves())
        if not 0 <= size <= there:
            raise ValueError(f"the log has {there} events, not {size}")
        return size

    def _hash_at(self, level: int, n: int) -> bytes:
        return root(self._leaves()[n << level : (n + 1) << level])
