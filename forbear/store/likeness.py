"""Papers known again across cases, without keeping what they show: marks under the installation's index key.

A file's mark is a keyed hash of its digest. A page's are keyed hashes of the bands of its difference hash, and the hash
itself under a keyed pad, which keeps the distance between two hashes (core/likeness.py).
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from hmac import digest as hmac_digest

from forbear.core.likeness import BITS, alike, bands
from forbear.store.models import PaperMark
from forbear.store.privacy import Keys

MARK_BYTES = 16
HASH_BYTES = BITS // 8


class DjangoPaperMarks:
    """The PaperMarks port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._key = keys.index
        self._pad = int.from_bytes(hmac_digest(keys.index, b"page\x00pad", sha256), "big")
        self._rows = PaperMark.objects.using(using)

    def enter(self, case_id: str, paper: str, digests: Sequence[str], hashes: Sequence[int]) -> None:
        self.forget(paper)
        self._rows.bulk_create(
            PaperMark(mark=mark, case_id=case_id, paper=paper, hash=padded)
            for mark, padded in self._marks(digests, hashes)
        )

    def elsewhere(self, case_id: str, digests: Sequence[str], hashes: Sequence[int]) -> tuple[str, ...]:
        wanted = dict(self._marks(digests, hashes))
        rows = self._rows.filter(mark__in=list(wanted)).exclude(case_id=case_id).values_list("case_id", "mark", "hash")
        found = {case for case, mark, padded in rows if self._same(bytes(padded), wanted[bytes(mark)])}
        return tuple(sorted(found))

    def forget(self, paper: str) -> None:
        self._rows.filter(paper=paper).delete()

    def _marks(self, digests: Sequence[str], hashes: Sequence[int]) -> Iterator[tuple[bytes, bytes]]:
        for told in digests:
            yield self._mark(f"file\x00{told}"), b""
        for hashed in hashes:
            padded = (hashed ^ self._pad).to_bytes(HASH_BYTES, "big")
            for number, band in enumerate(bands(hashed)):
                yield self._mark(f"page\x00{number}\x00{band}"), padded

    def _mark(self, text: str) -> bytes:
        return hmac_digest(self._key, text.encode(), sha256)[:MARK_BYTES]

    def _same(self, one: bytes, other: bytes) -> bool:
        return one == other or (bool(one and other) and alike(int.from_bytes(one, "big"), int.from_bytes(other, "big")))
