"""The one Merkle tree over every event of every case (RFC 6962 §2.1, RFC 9162 §2.1): root, frontier, proofs.

Leaf hashes are those of chain.py. What is stored of the tree is handed in as `hash_at(level, index)`: the hash of the
full subtree of 2^level leaves number `index`, counted from 0; subtrees that are not full are put together here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""

HashAt = Callable[[int, int], bytes]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: SHA-256 over a one byte and both hashes (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of the tree over these leaves."""
    return Frontier().plus_all(leaf_hashes).root


@dataclass(frozen=True)
class Frontier:
    """All that is needed of a tree to append to it: its size, and the full subtrees it is made of, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        assert self.size >= 0 and len(self.hashes) == self.size.bit_count(), "a frontier that fits no tree of its size"

    def plus(self, leaf_hash: bytes) -> "Frontier":
        """The tree with one leaf more."""
        return self.plus_all((leaf_hash,))

    def plus_all(
        self, leaf_hashes: Iterable[bytes], full: Callable[[int, int, bytes], None] | None = None
    ) -> "Frontier":
        """The tree with these leaves more; `full` is told (level, index, hash) of each subtree that becomes full."""
        size, hashes = self.size, list(self.hashes)
        for made in leaf_hashes:
            level, rest = 0, size
            if full:
                full(0, rest, made)
            while rest & 1:
                made = node_hash(hashes.pop(), made)
                level, rest = level + 1, rest >> 1
                if full:
                    full(level, rest, made)
            hashes.append(made)
            size += 1
        return Frontier(size, tuple(hashes))

    @property
    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, found = self.hashes
        for left in reversed(rest):
            found = node_hash(left, found)
        return found

    @property
    def packed(self) -> bytes:
        """The hashes one after the other, as they are stored beside the size."""
        return b"".join(self.hashes)


def unpacked(size: int, packed: bytes) -> Frontier:
    """The frontier whose `packed` this is; raises ValueError where it is none of a tree of this size."""
    if size < 0 or len(packed) != HASH_BYTES * size.bit_count():
        raise ValueError(f"{len(packed)} bytes are no frontier of a tree of {size} leaves")
    return Frontier(size, tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)))


# ---- proofs: made where the tree is ----------------------------------------------------------------------------


def root_of(start: int, end: int, hash_at: HashAt) -> bytes:
    """The hash over leaves `start` to `end` (without), a range as the tree itself has it; at least one leaf."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return hash_at(level, start >> level)
    middle = start + _left(size)
    return node_hash(root_of(start, middle, hash_at), root_of(middle, end, hash_at))


def inclusion_proof(index: int, size: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """The path from leaf `index` to the root of the tree of the first `size` leaves (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"a log of {size} has no leaf {index}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(root_of(middle, end, hash_at))
            end = middle
        else:
            path.append(root_of(start, middle, hash_at))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """What shows that the tree of `old` leaves is the beginning of that of `new` (RFC 6962 §2.1.2); empty where there
    is nothing to show: for no leaf, and for a tree with itself.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a log of {new} has no beginning of {old}")
    if old in (0, new):
        return ()
    start, end = 0, new
    path: list[bytes] = []
    while old != end:
        middle = start + _left(end - start)
        if old <= middle:
            path.append(root_of(middle, end, hash_at))
            end = middle
        else:
            path.append(root_of(start, middle, hash_at))
            start = middle
    if start:  # else the verifier has this hash already: it is the old root
        path.append(root_of(start, end, hash_at))
    return tuple(reversed(path))


def _left(size: int) -> int:
    """How many leaves the left side of a tree of `size` has: the largest power of two below it."""
    return 1 << (size - 1).bit_length() - 1


# ---- proofs: checked where only the root is known --------------------------------------------------------------


def verify_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` leads from the leaf to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf_hash
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `new_size` begins with that of `old_size` (RFC 9162 §2.1.4.2). Every tree begins with the
    one without leaves, and one of equal size is the same tree or none.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == new_size:
        return not path and old_root == new_root
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old, new = steps[0], steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
