"""The Vault port: every file encrypted under the key of its case and retention class, on a shelf of this installation.

A file is `FBV1`, a random salt, then chunks of 64 KiB under AES-256-GCM. The salt and the file's id make a key of the
file's own; a chunk's nonce is its number and whether it is the last, so none can be moved, dropped, added or taken
from another file. Both ways hold one chunk at a time. A file appears under its random name whole or not at all, and
forgetting its key forgets it. Shelves: Folder here, Bucket in bucket.py.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forbear.actions.ports import DamagedFile as DamagedFile
from forbear.actions.ports import Ids, Kept, VaultFull

MAGIC = b"FBV1"
SALT_BYTES = 16
START_BYTES = len(MAGIC) + SALT_BYTES
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_BYTES = CHUNK_BYTES + TAG_BYTES


class Register(Protocol):
    """Which file lies where under which key: the store's part of the vault."""

    def key_for(self, case_id: str, retention: str) -> tuple[str, bytes]:
        """The (id, key of 32 bytes) to encrypt with now."""

    def enter(self, blob_id: str, key_id: str, size: int, path: str) -> None:
        """The file is there."""

    def find(self, blob_id: str) -> tuple[bytes, int, str] | None:
        """(key, size, path); None when there is no such file or its key was destroyed."""

    def entered(self, blob_ids: Sequence[str]) -> Mapping[str, str]:
        """The paths of those that are entered and whose key is there."""

    def closed(self, case_id: str, retention: str) -> Sequence[tuple[str, str]]:
        """(blob id, path) of the files of a case and class whose key was destroyed."""

    def strike(self, blob_id: str) -> None:
        """The file is there no more."""


class Shelf(Protocol):
    """Where sealed files lie, by paths such as "q7/b_…q7"."""

    def put(self, path: str, parts: Iterable[bytes]) -> None:
        """Store what comes whole or not at all, also when `parts` fails; raises VaultFull."""

    def read(self, path: str, start: int) -> Iterator[bytes]:
        """The bytes from `start` on in pieces of any size; FileNotFoundError, at the latest with the first piece."""

    def there(self, path: str) -> bool:
        """Whether something lies there."""

    def delete(self, path: str) -> None:
        """Away with it; nothing happens when it is gone already."""


def _place(blob_id: str) -> str:
    return f"{blob_id[-2:]}/{blob_id}"


class SealedVault:
    """The Vault port (forbear/actions/ports.py) on a shelf."""

    def __init__(self, shelf: Shelf, register: Register, ids: Ids) -> None:
        self._shelf = shelf
        self._register = register
        self._ids = ids

    def keep_stream(self, case_id: str, retention: str, chunks: Iterable[bytes]) -> Kept:
        blob_id = self._ids.new("b")
        key_id, key = self._register.key_for(case_id, retention)
        path = _place(blob_id)
        salt = os.urandom(SALT_BYTES)
        incoming = _Incoming(chunks)
        self._shelf.put(path, _sealed(_own(key, salt, blob_id), salt, incoming))
        self._register.enter(blob_id, key_id, incoming.size, path)
        return Kept(blob=blob_id, size=incoming.size, sha256=incoming.digest.hexdigest())

    def open_stream(self, blob_id: str, start: int = 0) -> Iterator[bytes]:
        found = self._register.find(blob_id)
        if found is None:
            raise KeyError(blob_id)
        return self._opened(blob_id, *found, start)

    def keep(self, case_id: str, retention: str, data: bytes) -> str:
        return self.keep_stream(case_id, retention, [data]).blob

    def open(self, blob_id: str) -> bytes:
        return b"".join(self.open_stream(blob_id))

    def size(self, blob_id: str) -> int:
        found = self._register.find(blob_id)
        if found is None:
            raise KeyError(blob_id)
        return found[1]

    def missing(self, blob_ids: Sequence[str]) -> frozenset[str]:
        entered = self._register.entered(blob_ids)
        # An entry that points at another's file is as good as none: what lies there opens under its own id alone.
        return frozenset(b for b in blob_ids if entered.get(b) != _place(b) or not self._shelf.there(entered[b]))

    def drop(self, blob_id: str) -> None:
        if found := self._register.find(blob_id):
            self._shelf.delete(found[2])
            self._register.strike(blob_id)

    def sweep(self, case_id: str, retention: str) -> int:
        closed = self._register.closed(case_id, retention)
        for blob_id, path in closed:
            self._shelf.delete(path)
            self._register.strike(blob_id)
        return len(closed)

    def _opened(self, blob_id: str, key: bytes, size: int, path: str, start: int) -> Iterator[bytes]:
        last = max(0, size - 1) // CHUNK_BYTES
        number = min(start // CHUNK_BYTES, last)
        try:
            head = b"".join(_exactly(self._shelf.read(path, 0), START_BYTES))
            if not head.startswith(MAGIC) or len(head) < START_BYTES:
                raise DamagedFile(blob_id, "this is no file of the vault")
            cipher = _own(key, head[len(MAGIC) :], blob_id)
            skip = start - number * CHUNK_BYTES
            for piece in _grouped(self._shelf.read(path, START_BYTES + number * SEALED_BYTES), SEALED_BYTES):
                data = cipher.decrypt(_nonce(number, number == last), piece, MAGIC)
                if skip < len(data):
                    yield data[skip:]
                skip, number = max(0, skip - len(data)), number + 1
        except FileNotFoundError as error:
            raise DamagedFile(blob_id, "the file is gone") from error
        except InvalidTag as error:
            raise DamagedFile(blob_id, "the file was changed") from error
        if number != last + 1:
            raise DamagedFile(blob_id, "the file was cut")


class _Incoming:
    """What comes in, counted and hashed while it is cut into chunks; there is always one, if an empty one."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0
        self.digest = sha256()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in _grouped(self._chunks, CHUNK_BYTES):
            self.size += len(chunk)
            self.digest.update(chunk)
            yield chunk


def _sealed(cipher: AESGCM, salt: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The file as it lies there. The last chunk is marked, so each waits until it is known whether one follows."""
    yield MAGIC + salt
    number, waiting = 0, b""
    for place, chunk in enumerate(chunks):
        if place:
            yield cipher.encrypt(_nonce(number, False), waiting, MAGIC)
            number += 1
        waiting = chunk
    yield cipher.encrypt(_nonce(number, True), waiting, MAGIC)


def _own(key: bytes, salt: bytes, blob_id: str) -> AESGCM:
    """A key of the file's own, so that nonces can count from 0 in every file."""
    return AESGCM(HKDF(SHA256(), 32, salt, b"forbear vault " + blob_id.encode()).derive(key))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _grouped(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one as long as it is."""
    held = bytearray()
    for piece in pieces:
        for at in range(0, len(piece), size):  # a piece may be a whole file: never held twice
            held += piece[at : at + size]
            if len(held) >= size:
                yield bytes(held[:size])
                del held[:size]
    if held:
        yield bytes(held)


def _exactly(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The first `size` bytes."""
    for piece in pieces:
        yield piece[:size]
        size -= len(piece)
        if size <= 0:
            return


class Folder:
    """The shelf in a local directory, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    def put(self, path: str, parts: Iterable[bytes]) -> None:
        try:
            _write(self._folder / path, parts)
        except OSError as error:
            if error.errno in (ENOSPC, EDQUOT, EFBIG):
                raise VaultFull(f"{self._folder}: {error.strerror}") from error
            raise

    def read(self, path: str, start: int) -> Iterator[bytes]:
        with (self._folder / path).open("rb") as file:
            file.seek(start)
            while piece := file.read(SEALED_BYTES):
                yield piece

    def there(self, path: str) -> bool:
        return (self._folder / path).is_file()

    def delete(self, path: str) -> None:
        with suppress(FileNotFoundError):
            (self._folder / path).unlink()


def _write(target: Path, parts: Iterable[bytes]) -> None:
    """Under another name first, on the disk before it gets its own."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, target)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
