"""The erasure list: what was destroyed, one JSON line each, in a file apart from the database and from its backups.

A backup brings back what was erased after it was made; whoever restores replays this list first (store/restoring.py).
It holds opaque ids alone. A line is on the disk before the erasure is: one too many is harmless, one missing is not.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from typing import Any

from forbear.core.facts import Retention
from forbear.store.disk import on_disk

MARK_KEY = "erasures"
"""The file in the folder of keys that makes the mark of an installation."""
TAIL_BYTES = 64 * 1024
KNOWN = frozenset((*Retention, "loan"))


@dataclass(frozen=True, kw_only=True)
class Erased:
    """`owner`: a case, or a mail or call without one; `retention`: the class; `keys`: ids of the destroyed data keys;
    `at`: ISO 8601. A loan that left the book has the class "loan" and its id as owner.
    """

    at: str
    owner: str
    retention: str
    keys: tuple[str, ...] = ()


class DamagedList(Exception):
    """The erasure list cannot be read; the text says where."""


class ErasureList:
    """The list in a file; one that is not there is empty. Each line has its number, so that a missing one is seen, and
    the mark of its installation (`mark`), so that another's is.
    """

    def __init__(self, file: Path, mark: str = "") -> None:
        self.file = Path(file)
        self.mark = mark

    def add(self, erased: Erased) -> None:
        """Write a line and have it on the disk; several processes may, and several machines on one disk."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            flock(handle, LOCK_EX)
            size = os.fstat(handle).st_size
            end = os.pread(handle, TAIL_BYTES, max(0, size - TAIL_BYTES))
            told = {"n": _last_number(end) + 1, "of": self.mark, **asdict(erased)}
            line = json.dumps(told, separators=(",", ":")).encode() + b"\n"
            if size and not end.endswith(b"\n"):  # a line that a crash cut short ends here
                line = b"\n" + line
            os.write(handle, line)
            os.fsync(handle)
            if not size:
                on_disk(self.file.parent)
        finally:
            os.close(handle)

    def __iter__(self) -> Iterator[Erased]:
        """Every line, in its order. A last line without an end was cut by a crash before anything was erased."""
        yield from (_erased(told) for _, told in self._lines())

    def whole(self, mark: str) -> tuple[Erased, ...]:
        """As a restore needs it: all of it, and of the installation with this mark ("" where that is not known); raises
        DamagedList where a line is missing, is another's, or has no end.
        """
        found, before = [], 0
        for number, told in self._lines():
            if mark and (told.get("of") or mark) != mark:
                raise DamagedList(f"{self.file}, line {number}: this is the erasure list of another installation")
            if told.get("n", before + 1) != before + 1:
                raise DamagedList(f"{self.file}, line {number}: lines before it are missing; take a whole copy")
            before = told.get("n", before)
            found.append(_erased(told))
        if self.file.read_bytes()[-1:] not in (b"\n", b""):
            cut = "it was cut while it was copied, or its machine died while writing it"
            raise DamagedList(f"{self.file}: the last line has no end: {cut}. Take a whole copy, or take that line out")
        return tuple(found)

    def _lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        try:
            lines = self.file.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for number, line in enumerate(lines[:-1], start=1):
            if not line:
                continue
            try:
                told = json.loads(line)
                _erased(told)
                yield number, told
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                if line.startswith(b"{") and number < len(lines) - 1 and lines[number].startswith(b"{"):
                    continue  # cut by a crash, written again by the retry that follows
                raise DamagedList(f"{self.file}, line {number}: this is no line of an erasure list") from error


def own_mark(keys: Path) -> str:
    """The mark of an installation, by its folder of keys; "" for one of before there was such a mark."""
    file = keys / MARK_KEY
    return sha256(b"forbear erasures" + file.read_bytes()).hexdigest()[:16] if file.exists() else ""


def _erased(told: dict[str, Any]) -> Erased:
    given = {name: told[name] for name in ("at", "owner", "retention")}
    if told["retention"] not in KNOWN or not all(isinstance(value, str) for value in (*given.values(), *told["keys"])):
        raise ValueError("no class, or no ids")
    return Erased(**given, keys=tuple(told["keys"]))


def _last_number(end: bytes) -> int:
    """The number of the last whole line; 0 where there is none, or none with a number."""
    for line in reversed(end.split(b"\n")[:-1]):
        try:
            return int(json.loads(line).get("n", 0))
        except (ValueError, AttributeError):
            continue
    return 0
