"""Keys: four of the installation in files of their own, and one random data key for each (case, retention class).

The installation's keys lie in FORBEAR_HOME/keys, never in the database; a data key lies in the database wrapped under
the key-encryption key. Forgetting a data key is forgetting all that was sealed with it, in every backup as well.
"""

import os
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac_digest
from pathlib import Path
from time import time_ns
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections, transaction

from forbear.store.disk import make_once
from forbear.store.models import DataKey, Secret

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True)
class Keys:
    """The installation's four keys, 32 bytes each."""

    kek: bytes = field(repr=False)
    """wraps the data keys"""
    book: bytes = field(repr=False)
    """seals personal columns of mutable tables: the loan book, challenges, the development outbox"""
    index: bytes = field(repr=False)
    """makes the blind indexes by which sealed columns are found"""
    code: bytes = field(repr=False)
    """makes one-time codes"""


class KeysMissing(Exception):
    """The installation's keys are not as they should be; the text says which file and what to do."""


class WrongKey(Exception):
    """Something sealed does not open with the key that belongs to it: the wrong key file, or changed data."""


# ---- the installation's keys -----------------------------------------------------------------------------------


def load_keys(home: Path) -> Keys:
    """The keys of an installation, made on its first start; raises KeysMissing when one is not there later.

    A key that got lost is never replaced in silence: what it sealed would stay closed for ever.
    """
    folder = Path(home) / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "made").exists():
        for name in CHANGED_BY_ROTATION:
            if not generations(folder, name):
                make(folder, name)
        (folder / "made").touch(mode=0o600)
    return Keys(**{name: Ring(folder, name) for name in CHANGED_BY_ROTATION})


def load_later_key(home: Path, name: str) -> bytes:
    """A key that installations have since a later version, such as the log's: made once, and missed ever after."""
    folder = Path(home) / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / f"{name}.made").exists():
        if not (folder / name).exists():
            make(folder, name)
        (folder / f"{name}.made").touch(mode=0o600)
    return read(folder / name)


CHANGED_BY_ROTATION = ("kek", "book", "index", "code")
"""Keys of which several generations may be there at once (store/rotation.py)."""


class Ring(bytes):
    """A key with its generations: the files kek, kek.2, kek.3, …; the newest seals, and each of them opens.

    As bytes it is the newest when it was loaded. Every use looks whether the folder changed since, so that a process
    that runs on seals with a new generation from the moment it is there.
    """

    folder: Path
    name: str
    _looked: tuple[int, bool]
    _found: tuple[bytes, ...]

    def __new__(cls, folder: Path, name: str) -> "Ring":
        found = tuple(read(file) for file in generations(folder, name))
        ring = super().__new__(cls, found[0] if found else read(folder / name))
        ring.folder, ring.name, ring._found, ring._looked = folder, name, found, (0, False)
        return ring

    @property
    def generations(self) -> tuple[bytes, ...]:
        """Every generation there is now, the newest first."""
        changed = self.folder.stat().st_mtime_ns
        if self._looked != (changed, True):
            # A folder that changed within the last moments may change again without another time on it.
            settled = time_ns() - changed > SETTLED_NS
            self._found, self._looked = _all(self.folder, self.name), (changed, settled)
        return self._found


SETTLED_NS = 2_000_000_000


def every(key: bytes) -> tuple[bytes, ...]:
    """The generations of a key there are now, the newest first; a key without any is its own."""
    return key.generations if isinstance(key, Ring) else (key,)


def _all(folder: Path, name: str) -> tuple[bytes, ...]:
    found = []
    for file in generations(folder, name):
        with suppress(FileNotFoundError):  # destroyed at this very moment
            found.append(read(file))
    return tuple(found) or (read(folder / name),)


def generations(folder: Path, name: str) -> tuple[Path, ...]:
    """The files of a key's generations, the newest first."""
    numbers = [int(file.name.partition(".")[2]) for file in folder.glob(f"{name}.*") if file.suffix[1:].isdecimal()]
    files = [folder / f"{name}.{number}" for number in sorted(numbers, reverse=True)]
    return (*files, *((folder / name,) if (folder / name).exists() else ()))


def make(folder: Path, name: str) -> None:
    """A key of chance, unless there is one; nothing is sealed with a key that a power cut could take away."""
    make_once(folder / name, os.urandom(KEY_BYTES))


def read(file: Path) -> bytes:
    """A key of 32 bytes; raises KeysMissing."""
    try:
        key = file.read_bytes()
    except FileNotFoundError as error:
        raise KeysMissing(f"{file} is missing; restore it from the backup of the keys.") from error
    if len(key) != KEY_BYTES:
        raise KeysMissing(
            f"{file} has {len(key)} bytes instead of {KEY_BYTES}; restore it from the backup of the keys."
        )
    return key


# ---- sealing ---------------------------------------------------------------------------------------------------


def seal_bytes(key: bytes, context: bytes, data: bytes) -> bytes:
    """AES-256-GCM: nonce, ciphertext, tag. `context` says where the value stands, so that it opens nowhere else."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(every(key)[0]).encrypt(nonce, data, context)


def open_bytes(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """What seal_bytes sealed, under whichever generation of a key; raises WrongKey."""
    *others, last = every(key)
    for one in others:
        with suppress(WrongKey):
            return open_with(AESGCM(one), context, sealed)
    return open_with(AESGCM(last), context, sealed)


def open_with(cipher: AESGCM, context: bytes, sealed: bytes) -> bytes:
    """open_bytes for many values under one key: setting a key up takes longer than opening a value."""
    sealed = bytes(sealed)
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise WrongKey(f"a value sealed as {context!r} does not open") from error


def disclosure_place(leaf_hash: bytes, n: int) -> bytes:
    """What a disclosure is bound to: moved to another event, or to another number of its own, it does not open."""
    return leaf_hash + n.to_bytes(4, "big")


def seal_text(key: bytes, context: str, text: str) -> bytes:
    """A text of a mutable table, sealed; `context` such as "case_line.name:c_7f3k"."""
    return seal_bytes(key, context.encode(), text.encode())


def open_text(key: bytes, context: str, sealed: bytes) -> str:
    """What seal_text sealed; raises WrongKey."""
    return open_bytes(key, context.encode(), sealed).decode()


def blind(key: bytes, kind: str, text: str) -> bytes:
    """A blind index: equal for equal texts of a kind (spaces, width and case aside), and without the key a riddle."""
    return blinds(key, kind, text)[0]


def blinds(key: bytes, kind: str, text: str) -> tuple[bytes, ...]:
    """The blind index under every generation of the key: what a row may be found by while the key is changed."""
    plain = "".join(normalize("NFKC", text).split()).casefold()
    return marks(key, f"{kind}\x00{plain}".encode())


def marks(key: bytes, said: bytes) -> tuple[bytes, ...]:
    """HMAC-SHA-256 under every generation of a key, the newest first."""
    return tuple(hmac_digest(one, said, sha256) for one in every(key))


MARKING = 0x666F7262656172
"""PostgreSQL's advisory lock of whoever writes marks that must not stand there twice."""


@contextmanager
def marking(using: str, *, anew: bool = False) -> Iterator[None]:
    """A transaction that makes marks and looks whether they are there. While the index key is changed (`anew`) none is
    between its look and its row: it began before the new key was there, and its marks are made anew after it, or it
    takes the new key. SQLite has one writer at a time anyway.
    """
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            with connections[using].cursor() as cursor:
                cursor.execute(f"select pg_advisory_xact_lock{'' if anew else '_shared'}(%s)", [MARKING])
        yield


# ---- data keys -------------------------------------------------------------------------------------------------


_LIVE = "select key_id, wrapped from data_key where case_id = %s and class = %s and destroyed_leaf is null"


class DataKeys:
    """The key of each (case, retention class), by the database `using`."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._kek = keys.kek
        self._using = using

    def for_writing(self, case_id: str, retention: str) -> tuple[str, bytes]:
        """The (id, key) to seal with now; made on first use, and made anew after the one before was destroyed."""
        row = self._live(case_id, retention)
        if row is None:
            key_id = "k_" + b32encode(os.urandom(16)).decode("ascii").rstrip("=").lower()
            wrapped = seal_bytes(self._kek, key_id.encode(), os.urandom(KEY_BYTES))
            made = DataKey(key_id=key_id, case_id=case_id, retention=retention, wrapped=wrapped)
            DataKey.objects.using(self._using).bulk_create([made], ignore_conflicts=True)
            row = self._live(case_id, retention)
            assert row is not None, "made by us, or by whoever was quicker"
        return row[0], self.unwrapped(row[0], row[1])

    def _live(self, case_id: str, retention: str) -> tuple[str, bytes] | None:
        """By plain SQL: it is asked for every private group that is recorded, under the one write lock."""
        with connections[self._using].cursor() as cursor:
            cursor.execute(_LIVE, (case_id, retention))
            row: tuple[str, bytes] | None = cursor.fetchone()
        return row

    def of_case(self, case_id: str, retention: str) -> int:
        """How many live keys there are: 0 or 1."""
        return 0 if self._live(case_id, retention) is None else 1

    def cases_with(self, retention: str) -> tuple[str, ...]:
        """The cases with a live key of a class, in order."""
        live = DataKey.objects.using(self._using).filter(retention=retention, destroyed_leaf=None)
        return tuple(live.order_by("case_id").values_list("case_id", flat=True))

    def destroy(self, case_id: str, retention: str, leaf: int) -> None:
        """Destroy the live key and delete what it sealed in the record; `leaf`: the event that says so."""
        live = DataKey.objects.using(self._using).filter(case_id=case_id, retention=retention, destroyed_leaf=None)
        for key_id in list(live.values_list("key_id", flat=True)):
            DataKey.objects.using(self._using).filter(key_id=key_id).update(wrapped=None, destroyed_leaf=leaf)
            Secret.objects.using(self._using).filter(key_id=key_id).delete()

    def by_id(self, key_ids: Iterable[str]) -> Mapping[str, bytes]:
        """The keys that are still there; destroyed ones are left out."""
        rows = DataKey.objects.using(self._using).filter(key_id__in=set(key_ids)).values_list("key_id", "wrapped")
        return {key_id: self.unwrapped(key_id, wrapped) for key_id, wrapped in rows if wrapped is not None}

    def unwrapped(self, key_id: str, wrapped: bytes) -> bytes:
        """A data key as it lies in the database, opened; raises WrongKey."""
        try:
            return open_bytes(self._kek, key_id.encode(), wrapped)
        except WrongKey as error:
            raise WrongKey(f"the data key {key_id} does not open: is keys/kek the one of this database?") from error
