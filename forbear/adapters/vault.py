"""The Vault port in a local directory: every file encrypted under the key of its case and retention class.

A file is `FBV1`, a random salt, then chunks of 64 KiB under AES-256-GCM. The salt and the file's id make a key of the
file's own; a chunk's nonce is its number and whether it is the last, so none can be moved, dropped, added or taken
from another file. A file appears under its random name whole or not at all, and forgetting its key forgets it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forbear.actions.ports import Ids

MAGIC = b"FBV1"
SALT_BYTES = 16
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16


class DamagedFile(Exception):
    """A kept file is not what was put in; `blob_id` says which."""

    def __init__(self, blob_id: str, problem: str) -> None:
        super().__init__(f"{blob_id}: {problem}")
        self.blob_id = blob_id


class Register(Protocol):
    """Which file lies where under which key: the store's part of the vault."""

    def key_for(self, case_id: str, retention: str) -> tuple[str, bytes]:
        """The (id, key of 32 bytes) to encrypt with now."""

    def enter(self, blob_id: str, key_id: str, size: int, path: str) -> None:
        """The file is there."""

    def find(self, blob_id: str) -> tuple[bytes, int, str] | None:
        """(key, size, path); None when there is no such file or its key was destroyed."""


class LocalVault:
    """The Vault port (forbear/actions/ports.py) in `folder`."""

    def __init__(self, folder: Path, register: Register, ids: Ids) -> None:
        self._folder = Path(folder)
        self._register = register
        self._ids = ids

    def keep(self, case_id: str, retention: str, data: bytes) -> str:
        blob_id = self._ids.new("b")
        key_id, key = self._register.key_for(case_id, retention)
        path = f"{blob_id[-2:]}/{blob_id}"
        salt = os.urandom(SALT_BYTES)
        _write(self._folder / path, [MAGIC, salt, *_encrypted(_own(key, salt, blob_id), data)])
        self._register.enter(blob_id, key_id, len(data), path)
        return blob_id

    def open(self, blob_id: str) -> bytes:
        found = self._register.find(blob_id)
        if found is None:
            raise KeyError(blob_id)
        key, size, path = found
        try:
            stored = (self._folder / path).read_bytes()
        except FileNotFoundError as error:
            raise DamagedFile(blob_id, "the file is gone") from error
        start = len(MAGIC) + SALT_BYTES
        if stored[: len(MAGIC)] != MAGIC or len(stored) < start:
            raise DamagedFile(blob_id, "this is no file of the vault")
        try:
            data = b"".join(_decrypted(_own(key, stored[len(MAGIC) : start], blob_id), stored[start:]))
        except InvalidTag as error:
            raise DamagedFile(blob_id, "the file was changed") from error
        if len(data) != size:
            raise DamagedFile(blob_id, "the file has another size than the one kept")
        return data


def _own(key: bytes, salt: bytes, blob_id: str) -> AESGCM:
    """A key of the file's own, so that nonces can count from 0 in every file."""
    return AESGCM(HKDF(SHA256(), 32, salt, b"forbear vault " + blob_id.encode()).derive(key))


def _encrypted(cipher: AESGCM, data: bytes) -> Iterator[bytes]:
    last = max(0, len(data) - 1) // CHUNK_BYTES
    for number in range(last + 1):
        chunk = data[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        yield cipher.encrypt(_nonce(number, number == last), chunk, MAGIC)


def _decrypted(cipher: AESGCM, stored: bytes) -> Iterator[bytes]:
    sealed_bytes = CHUNK_BYTES + TAG_BYTES
    last = max(0, len(stored) - 1) // sealed_bytes
    for number in range(last + 1):
        chunk = stored[number * sealed_bytes : (number + 1) * sealed_bytes]
        yield cipher.decrypt(_nonce(number, number == last), chunk, MAGIC)


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _write(target: Path, parts: list[bytes]) -> None:
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
