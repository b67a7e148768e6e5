"""UploadLinks and Uploads on Django: a link's secret only as its hash, a file on its way encrypted in a directory.

A file on its way is a row of sealed records, one an addition: four bytes of length, then nonce, ciphertext and tag,
bound to the upload and to the offset of its bytes. The table says how much of the file counts; what lies behind that,
after a crash between disk and database, is written over. The row's lock makes additions one after another.
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F

from forbear.actions.ports import LinkRow, Upload
from forbear.store.disk import on_disk
from forbear.store.models import UploadLinkRow, UploadRow
from forbear.store.privacy import DataKeys, Keys, marks, open_bytes, seal_bytes

LENGTH_BYTES = 4
SEAL_BYTES = 12 + 16
"""What sealing adds: nonce and tag."""


class DjangoUploadLinks:
    """The UploadLinks port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._key = keys.code
        self._rows = UploadLinkRow.objects.using(using)

    def put(self, link: str, case_id: str) -> None:
        self._rows.create(link=link, token_hash=_hash(self.token(link)), case_id=case_id)

    def token(self, link: str) -> str:
        """That of the key which made it; a new link takes the newest. Raises KeyError where that key is gone."""
        made = self._rows.filter(link=link).values_list("token_hash", flat=True).first()
        tokens = [_token(secret) for secret in marks(self._key, f"upload-link\x00{link}".encode())]
        if made is None:
            return tokens[0]
        fitting = [token for token in tokens if _hash(token) == bytes(made)]
        if not fitting:
            raise KeyError(f"the key that made the link {link} is gone: send her a new one")
        return fitting[0]

    def by_token(self, token: str) -> LinkRow | None:
        return self._row(token_hash=_hash(token))

    def get(self, link: str) -> LinkRow | None:
        return self._row(link=link)

    def count_try(self, link: str, wrong_max: int) -> bool:
        return bool(self._rows.filter(link=link, wrong__lt=wrong_max).update(wrong=F("wrong") + 1))

    def forgive(self, link: str) -> None:
        self._rows.filter(link=link).update(wrong=F("wrong") - 1)

    def _row(self, **which: Any) -> LinkRow | None:
        row = self._rows.filter(**which).values_list("link", "case_id", "wrong").first()
        return LinkRow(*row) if row else None


def _token(secret: bytes) -> str:
    return urlsafe_b64encode(secret).decode("ascii").rstrip("=")


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


class DjangoUploads:
    """The Uploads port (forbear/actions/ports.py), its files in `folder`."""

    def __init__(self, folder: Path, keys: Keys, using: str = "default") -> None:
        self._folder = Path(folder)
        self._data_keys = DataKeys(keys, using)
        self._using = using
        self._rows = UploadRow.objects.using(using)

    def begin(self, upload: Upload) -> Upload:
        with transaction.atomic(using=self._using):
            row = self._rows.filter(id=upload.id).values().first()
            if row is not None and self._key(row) is None:  # its key was destroyed: what came cannot be read again
                self._rows.filter(id=upload.id).delete()
                row = None
            if row is None:
                key_id, key = self._data_keys.for_writing(upload.case_id, upload.retention)
                columns = {name: getattr(upload, name) for name in _PLAIN}
                new = UploadRow(**columns, key_id=key_id, sealed=_sealed(key, upload))
                self._rows.bulk_create([new], ignore_conflicts=True)
            else:
                key = self._key(row)
                assert key is not None, "looked at above"
                told = {"paper": upload.paper, "touched_at": upload.touched_at, "sealed": _sealed(key, upload)}
                self._rows.filter(id=upload.id).update(**told)
        found = self.get(upload.id)
        assert found is not None, "begun by us, or by whoever was quicker"
        return found

    def get(self, id: str) -> Upload | None:
        row = self._rows.filter(id=id).values().first()
        return self._upload(row) if row else None

    def add(self, id: str, offset: int, data: bytes, at: datetime) -> bool:
        length = LENGTH_BYTES + len(data) + SEAL_BYTES if data else 0
        with transaction.atomic(using=self._using):
            standing = self._rows.filter(id=id, received=offset, size__gte=offset + len(data))
            moved = {"received": offset + len(data), "stored": F("stored") + length, "touched_at": at}
            if not standing.update(**moved):
                return False
            row = self._rows.filter(id=id).values().get()
            key = self._key(row)
            if key is None:
                transaction.set_rollback(True, using=self._using)
                return False
            if data:
                sealed = seal_bytes(key, _place(id, offset), data)
                self._write(id, row["stored"] - length, len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        return True

    def whole(self, id: str) -> bytes:
        row = self._rows.filter(id=id).values().first()
        key = self._key(row) if row else None
        if row is None or key is None:
            raise KeyError(id)
        with suppress(FileNotFoundError):
            data = b"".join(_opened(key, id, self._file(id).read_bytes()[: row["stored"]]))
            if len(data) == row["received"]:
                return data
        if row["received"] == 0:
            return b""
        raise KeyError(id)

    def drop(self, id: str) -> None:
        self._rows.filter(id=id).delete()
        with suppress(FileNotFoundError):
            self._file(id).unlink()

    def of_case(self, case_id: str) -> tuple[Upload, ...]:
        rows = self._rows.filter(case_id=case_id).order_by("-touched_at", "-id").values()
        return tuple(found for row in rows if (found := self._upload(row)) is not None)

    def sweep(self, before: datetime) -> int:
        old = list(self._rows.filter(touched_at__lt=before).values_list("id", flat=True))
        for id in old:
            self.drop(id)
        return len(old)

    def _key(self, row: Mapping[str, Any]) -> bytes | None:
        return self._data_keys.by_id([row["key_id"]]).get(row["key_id"])

    def _upload(self, row: Mapping[str, Any]) -> Upload | None:
        key = self._key(row)
        if key is None:
            return None
        name, digest = json.loads(open_bytes(key, _place(row["id"], -1), row["sealed"]))
        columns = {column: row[column] for column in (*_PLAIN, "received")}
        return Upload(**columns, name=name, sha256=digest)

    def _file(self, id: str) -> Path:
        assert id.isalnum(), "an id of ours"
        return self._folder / id

    def _write(self, id: str, place: int, record: bytes) -> None:
        """On the disk before the table counts it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file(id), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, place)
            rest = memoryview(record)
            while rest:
                written = os.pwrite(handle, rest, place)
                place, rest = place + written, rest[written:]
            os.fsync(handle)
        finally:
            os.close(handle)
        if place == len(record):
            on_disk(self._folder)


_PLAIN = ("id", "case_id", "item", "size", "retention", "paper", "touched_at")


def _sealed(key: bytes, upload: Upload) -> bytes:
    told = json.dumps([upload.name, upload.sha256], ensure_ascii=False)
    return seal_bytes(key, _place(upload.id, -1), told.encode("utf-8", "replace"))


def _place(id: str, offset: int) -> bytes:
    """What a record is bound to; -1 for the name."""
    return f"upload:{id}:{offset}".encode()


def _opened(key: bytes, id: str, stored: bytes) -> Iterator[bytes]:
    place, offset = 0, 0
    while place < len(stored):
        start = place + LENGTH_BYTES
        end = start + int.from_bytes(stored[place:start], "big")
        data = open_bytes(key, _place(id, offset), stored[start:end])
        yield data
        place, offset = end, offset + len(data)
