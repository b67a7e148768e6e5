"""What papers go through, in memory: a vault, a scanner that knows the one harmless test virus, a renderer of one page.

The contract suite (tests/contracts/test_vault_contract.py) holds the vault to what the others do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from io import BytesIO

from forbear.actions.ports import Ids, Kept, Looked, PageImage, ReaderAway, Rendered, ScannerAway, Verdict
from forbear.adapters.memory_ledger import MemoryLedger

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class MemoryVault:
    """The Vault port. `ledger`: whose erasures it follows."""

    def __init__(self, ids: Ids, ledger: MemoryLedger) -> None:
        self._ids, self._ledger = ids, ledger
        self._files: dict[str, tuple[str, str, int, bytes]] = {}

    def keep_stream(self, case_id: str, retention: str, chunks: Iterable[bytes]) -> Kept:
        data = b"".join(chunks)
        blob_id = self._ids.new("b")
        self._files[blob_id] = (case_id, retention, self._ledger.key_for(case_id, retention), data)
        return Kept(blob=blob_id, size=len(data), sha256=sha256(data).hexdigest())

    def open_stream(self, blob_id: str, start: int = 0) -> Iterator[bytes]:
        if blob_id not in self._files or self._gone(blob_id):
            raise KeyError(blob_id)
        return iter([self._files[blob_id][3][start:]])

    def keep(self, case_id: str, retention: str, data: bytes) -> str:
        return self.keep_stream(case_id, retention, [data]).blob

    def open(self, blob_id: str) -> bytes:
        return b"".join(self.open_stream(blob_id))

    def size(self, blob_id: str) -> int:
        return len(self.open(blob_id))

    def missing(self, blob_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(blob_id for blob_id in blob_ids if self._gone(blob_id))

    def drop(self, blob_id: str) -> None:
        self._files.pop(blob_id, None)

    def sweep(self, case_id: str, retention: str) -> int:
        gone = [blob for blob, file in self._files.items() if file[:2] == (case_id, retention) and self._gone(blob)]
        for blob_id in gone:
            del self._files[blob_id]
        return len(gone)

    def _gone(self, blob_id: str) -> bool:
        if blob_id not in self._files:
            return True
        case_id, retention, key, _ = self._files[blob_id]
        return self._ledger.live_key(case_id, retention) != key


class MemoryScanner:
    """The Scanner port; while `away`, it cannot answer."""

    def __init__(self) -> None:
        self.away = False

    def verdict(self, chunks: Iterable[bytes]) -> Verdict:
        if self.away:
            raise ScannerAway("the scanner is out of order")
        return Verdict("Eicar-Test" if EICAR in b"".join(chunks) else "")


class MemoryRenderer:
    """The Renderer port: what `answers` has for a file's bytes, else one white page."""

    def __init__(self) -> None:
        self.answers: dict[bytes, Rendered] = {}

    def pages(self, data: bytes, mime: str) -> Rendered:
        return self.answers.get(data) or Rendered(pages=(white_page(),), about=(("format", mime),))


@cache
def white_page() -> PageImage:
    """A page of 620 by 877 pixels with nothing on it."""
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (620, 877), "white").save(out, "JPEG")
    return PageImage(number=1, width=620, height=877, turned_degrees=0, jpeg=out.getvalue())


class MemoryReader:
    """The Reader port: says what it was told a picture shows, by the SHA-256 of its bytes, and else reads nothing;
    `asked` counts, while `away` it is stopped.
    """

    def __init__(self, shown: Mapping[str, Looked] | None = None) -> None:
        self.shown = dict(shown or {})
        self.asked = 0
        self.away = False

    def read(self, picture: bytes, number: int) -> Looked | None:
        self.asked += 1
        if self.away:
            raise ReaderAway("the reader is out of order")
        looked = self.shown.get(sha256(picture).hexdigest())
        if looked is None:
            return None
        lines = tuple(replace(line, page=number) for line in looked.lines)
        return replace(looked, page=replace(looked.page, number=number), lines=lines)

    def close(self) -> None:
        return None
