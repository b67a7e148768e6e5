"""Papers known again across cases, without keeping what they show: marks under the installation's index key.

A file's mark is a keyed hash of its digest; a page's are keyed hashes of the numbers of its sketch, or of the bands of
its difference hash, with that hash under a keyed pad which keeps the distance between two (core/likeness.py).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from hmac import digest as hmac_digest

from forbear.core.likeness import BITS, SKETCH_LEAST, Look, alike, bands
from forbear.store.models import PaperMark
from forbear.store.privacy import Keys, every, marking

MARK_BYTES = 16
HASH_BYTES = BITS // 8


class DjangoPaperMarks:
    """The PaperMarks port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._key = keys.index
        self._using = using
        self._rows = PaperMark.objects.using(using)

    def enter(self, case_id: str, borrower_id: str, paper: str, digests: Sequence[str], looks: Sequence[Look]) -> None:
        with marking(self._using):
            self.forget(paper)
            whose = {"case_id": case_id, "borrower_id": borrower_id, "paper": paper}
            made = marks_of(every(self._key)[0], digests, looks)
            self._rows.bulk_create(PaperMark(mark=mark, page=page, hash=pad, **whose) for mark, page, pad in made)

    def elsewhere(self, borrower_id: str, digests: Sequence[str], looks: Sequence[Look]) -> tuple[str, ...]:
        others, keys = self._rows.exclude(borrower_id=borrower_id), every(self._key)
        files = [_file(key, told) for told in digests for key in keys]
        found = set(others.filter(mark__in=files).values_list("case_id", flat=True))
        for look in looks:
            wanted = dict(found for key in keys for found in _page(key, look))
            rows = others.filter(mark__in=list(wanted)).values_list("case_id", "paper", "page", "mark", "hash")
            if look.figures:
                agreeing = Counter((case, paper, page) for case, paper, page, _, _ in rows)
                found |= {case for (case, _, _), count in agreeing.items() if count >= SKETCH_LEAST}
            else:
                found |= {case for case, _, _, mark, padded in rows if _alike(padded, wanted[bytes(mark)])}
        return tuple(sorted(found))

    def forget(self, paper: str) -> None:
        self._rows.filter(paper=paper).delete()


def marks_of(key: bytes, digests: Sequence[str], looks: Sequence[Look]) -> list[tuple[bytes, int, bytes]]:
    """(mark, page, padded hash) of a paper's files and pages under one generation of the key."""
    files = [(_file(key, told), 0, b"") for told in digests]
    pages = [(mark, page, padded) for page, look in enumerate(looks, start=1) for mark, padded in _page(key, look)]
    return files + pages


def _file(key: bytes, digest: str) -> bytes:
    return _mark(key, f"file\x00{digest}")


def _page(key: bytes, look: Look) -> Iterator[tuple[bytes, bytes]]:
    """(mark, padded hash) of a page; the hash is empty where it is known by its figures."""
    if look.figures:
        yield from ((_mark(key, f"figure\x00{n}\x00{value}"), b"") for n, value in enumerate(look.figures))
    if not look.picture:
        return
    hashed, pad = int(look.picture, 16), int.from_bytes(hmac_digest(key, b"page\x00pad", sha256), "big")
    padded = (hashed ^ pad).to_bytes(HASH_BYTES, "big")
    yield from ((_mark(key, f"band\x00{n}\x00{value}"), padded) for n, value in enumerate(bands(hashed)))


def _mark(key: bytes, text: str) -> bytes:
    return hmac_digest(key, text.encode(), sha256)[:MARK_BYTES]


def _alike(one: bytes, other: bytes) -> bool:
    return alike(int.from_bytes(one, "big"), int.from_bytes(other, "big"))
