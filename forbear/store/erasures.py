"""The erasure list: what was destroyed, one JSON line each, in a file apart from the database and from its backups.

A backup brings back what was erased after it was made; whoever restores replays this list first (store/restoring.py).
It holds opaque ids alone. A line is on the disk before the erasure is: one too many is harmless, one missing is not.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


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
    """The list in a file; one that is not there is empty."""

    def __init__(self, file: Path) -> None:
        self.file = Path(file)

    def add(self, erased: Erased) -> None:
        """Write a line and have it on the disk."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps(asdict(erased), separators=(",", ":")).encode() + b"\n"
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":  # a line that a crash cut short ends here
                line = b"\n" + line
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)

    def __iter__(self) -> Iterator[Erased]:
        """Every line, in its order. A last line without an end was cut by a crash before anything was erased."""
        try:
            lines = self.file.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for number, line in enumerate(lines[:-1], start=1):
            if not line:
                continue
            try:
                told = json.loads(line)
                yield Erased(**{**told, "keys": tuple(told["keys"])})
            except (ValueError, TypeError, KeyError) as error:
                if number < len(lines) - 1 and lines[number].startswith(b"{"):
                    continue  # cut by a crash, written again by the retry that follows
                raise DamagedList(f"{self.file}, line {number}: this is no line of an erasure list") from error
