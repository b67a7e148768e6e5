"""Links to send papers and files on their way, in memory (see forbear/adapters/memory.py)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from threading import RLock

from forbear.actions.ports import LinkRow, Upload


class MemoryUploadLinks:
    """The UploadLinks port."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rows: dict[str, LinkRow] = {}
        self._lock = RLock()

    def put(self, link: str, case_id: str) -> None:
        self._rows[link] = LinkRow(link, case_id)

    def token(self, link: str) -> str:
        return urlsafe_b64encode(sha256(f"link:{self._seed}:{link}".encode()).digest()).decode().rstrip("=")

    def by_token(self, token: str) -> LinkRow | None:
        return next((row for row in self._rows.values() if self.token(row.link) == token), None)

    def get(self, link: str) -> LinkRow | None:
        return self._rows.get(link)

    def count_try(self, link: str, wrong_max: int) -> bool:
        with self._lock:
            row = self._rows.get(link)
            if row is None or row.wrong >= wrong_max:
                return False
            self._rows[link] = replace(row, wrong=row.wrong + 1)
            return True

    def forgive(self, link: str) -> None:
        with self._lock:
            self._rows[link] = replace(self._rows[link], wrong=self._rows[link].wrong - 1)


class MemoryUploads:
    """The Uploads port; while `full` holds, the disk takes nothing."""

    def __init__(self, full: Callable[[], bool] = lambda: False) -> None:
        self.full = full
        self._rows: dict[str, Upload] = {}
        self._bytes: dict[str, bytes] = {}
        self._lock = RLock()

    def begin(self, upload: Upload) -> Upload:
        with self._lock:
            known = self._rows.get(upload.id)
            if known is not None:
                upload = replace(known, name=upload.name, paper=upload.paper, touched_at=upload.touched_at)
            self._rows[upload.id] = upload
            self._bytes.setdefault(upload.id, b"")
            return upload

    def get(self, id: str) -> Upload | None:
        return self._rows.get(id)

    def add(self, id: str, offset: int, data: bytes, at: datetime) -> bool:
        with self._lock:
            row = self._rows.get(id)
            if row is None or row.received != offset or offset + len(data) > row.size:
                return False
            if self.full():
                raise OSError(28, "No space left on device")
            self._bytes[id] += data
            self._rows[id] = replace(row, received=offset + len(data), touched_at=at)
            return True

    def whole(self, id: str) -> bytes:
        return self._bytes[id]

    def drop(self, id: str) -> None:
        with self._lock:
            self._rows.pop(id, None)
            self._bytes.pop(id, None)

    def of_case(self, case_id: str) -> tuple[Upload, ...]:
        rows = [row for row in self._rows.values() if row.case_id == case_id]
        return tuple(sorted(rows, key=lambda row: (row.touched_at, row.id), reverse=True))

    def sweep(self, before: datetime) -> int:
        with self._lock:
            old = [row.id for row in self._rows.values() if row.touched_at < before]
            for id in old:
                self.drop(id)
            return len(old)
