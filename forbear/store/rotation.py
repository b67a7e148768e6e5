"""Changing the keys of an installation while everything works on; marks by the index key: rotation_marks.py.

A new generation of the key appears as a file, and from then on everybody seals with it (store/privacy.py: Ring). What
older ones sealed is sealed anew row by row, each only while it still is as it was read; a kill loses nothing, and
beginning again goes on. The old generation goes when no row needs it any more and a person says so.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from forbear.store.disk import on_disk
from forbear.store.models import (
    BorrowerRow,
    CallRow,
    ChallengeRow,
    DataKey,
    DevMessage,
    LoanRow,
    TextInRow,
    TextPieceRow,
    WebhookRow,
)
from forbear.store.privacy import Ring, WrongKey, generations, make, open_bytes, open_with, seal_bytes

ROWS_AT_ONCE = 500
STILL_SECONDS = 600
"""So long after a new generation appeared somebody may still be writing with the one before."""


@dataclass(frozen=True)
class Sealed:
    """A column that a key of the installation seals, and what each value is bound to."""

    key: str
    table: type[models.Model]
    column: str
    place: Callable[[Any], str]


SEALED = (
    Sealed("kek", DataKey, "wrapped", lambda row: row.key_id),
    Sealed("book", BorrowerRow, "sealed", lambda row: f"borrower:{row.id}"),
    Sealed("book", LoanRow, "sealed", lambda row: f"loan:{row.id}"),
    Sealed("book", ChallengeRow, "phone", lambda row: f"challenge.phone:{row.id}"),
    Sealed("book", TextInRow, "sealed", lambda row: f"text_in:{row.id}"),
    Sealed("book", TextPieceRow, "sealed", lambda row: f"text_piece:{row.joint}:{row.part}"),
    Sealed("book", CallRow, "sealed", lambda row: f"call:{row.call}"),
    Sealed("book", DevMessage, "sealed", lambda row: f"dev_message:{row.reference}"),
    Sealed("book", WebhookRow, "sealed", lambda row: f"webhook:{row.id}"),
)
"""Every column there is under the two keys; tests/contracts/test_rotation.py holds it to what is sealed."""


class NotYet(Exception):
    """The old generation cannot go; the text says why."""


def begin(folder: Path, name: str) -> Path:
    """A new generation of a key; the one begun before where its work was not finished."""
    files = generations(folder, name)
    if len(files) > 1:
        return files[0]
    number = int(files[0].suffix[1:] or 1) + 1
    make(folder, f"{name}.{number}")
    return folder / f"{name}.{number}"


def seal_anew(ring: Ring, using: str) -> Iterator[int]:
    """Seal with the newest generation whatever an older one sealed; yields how many after each batch of rows."""
    for sealed in (one for one in SEALED if one.key == ring.name):
        last: Any = None
        while rows := _batch(sealed, last, using):
            yield sum(_anew(sealed, row, ring, using) for row in rows)
            last = rows[-1].pk


def _batch(sealed: Sealed, last: Any, using: str) -> list[Any]:
    rows = sealed.table._default_manager.using(using).exclude(**{f"{sealed.column}__isnull": True}).order_by("pk")
    return list((rows if last is None else rows.filter(pk__gt=last))[:ROWS_AT_ONCE])


def _anew(sealed: Sealed, row: Any, ring: Ring, using: str) -> int:
    """1 where a row was sealed anew, 0 where that was not needed, or somebody else changed it just now."""
    value, place = bytes(getattr(row, sealed.column)), sealed.place(row).encode()
    if not value or _opens(ring.generations[0], place, value):
        return 0
    new = seal_bytes(ring, place, open_bytes(ring, place, value))
    unchanged = sealed.table._default_manager.using(using).filter(**{"pk": row.pk, sealed.column: value})
    return int(unchanged.update(**{sealed.column: new}))


def _opens(key: bytes, place: bytes, value: bytes) -> bool:
    try:
        open_with(AESGCM(key), place, value)
    except WrongKey:
        return False
    return True


def older(ring: Ring, using: str) -> int:
    """How many rows the newest generation does not open."""
    count = 0
    for sealed in (one for one in SEALED if one.key == ring.name):
        last: Any = None
        while rows := _batch(sealed, last, using):
            values = [(sealed.place(row).encode(), bytes(getattr(row, sealed.column))) for row in rows]
            count += sum(1 for place, value in values if value and not _opens(ring.generations[0], place, value))
            last = rows[-1].pk
    return count


def destroy_older(
    ring: Ring, now: datetime, using: str, *, still: int = STILL_SECONDS, left: Callable[[], int] = lambda: 0
) -> int:
    """Destroy every generation but the newest; returns how many went. Raises NotYet while a row needs one, or somebody
    may still be writing with one. `still`: seconds that what was made with one may be out; `left`: how many marks need
    one, beside what it seals.
    """
    newest, *others = generations(ring.folder, ring.name)
    if not others and not any(ring.folder.glob(f".{ring.name}*-gone")):
        return 0
    age = now.timestamp() - newest.stat().st_mtime
    if age < still:
        minutes = int(still - age) // 60 + 1
        wait = f"{minutes} min" if minutes < 120 else f"{minutes // 60 + 1} hours"
        out = (
            "somebody may still be writing with the key before"
            if still == STILL_SECONDS
            else "what the key before made is still out"
        )
        raise NotYet(f"{newest.name} is new; {out}: wait {wait}.")
    if rows := older(ring, using) + left():
        raise NotYet(f"{rows} rows still need a key before {newest.name}; run `forbear keys rotate` again.")
    for file in others:  # under another name first: a key of nothing but zeros must never be one that is taken
        os.rename(file, file.with_name(f".{file.name}-gone"))
    on_disk(ring.folder)
    for file in ring.folder.glob(f".{ring.name}*-gone"):
        _wipe(file)
    for file in ring.folder.glob(f".{ring.name}[-.]*"):  # drafts that a kill left; one may be of a key that goes
        if now.timestamp() - file.stat().st_mtime > STILL_SECONDS:
            file.unlink(missing_ok=True)
    return len(others)


def _wipe(file: Path) -> None:
    with file.open("r+b") as content:
        size = len(content.read())
        content.seek(0)
        content.write(bytes(size))
        content.flush()
        os.fsync(content.fileno())
    file.unlink()
