"""The log's key in files: keys/log, then keys/log.2 and so on, of which the newest signs; and how the next one comes.

The next key waits in a file of its own until the log has announced it and the key before has signed over that. Then it
takes its name in one step, and every process signs with it. Killed anywhere and run again, it goes on with the same.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forbear.actions.ports import LogKey
from forbear.store.privacy import KeysMissing, generations, load_later_key, make, read

NAME = "log"
NEXT = "next-log"
Make = Callable[[str, bytes], LogKey]


class FiledLogKey:
    """The LogKey port: the newest generation there is, looked for each time. `key`: makes one of name and bytes."""

    def __init__(self, home: Path, origin: str, key: Make) -> None:
        load_later_key(home, NAME)
        self._folder, self._origin, self._key = Path(home) / "keys", origin, key
        self._known: dict[Path, LogKey] = {}

    def now(self) -> LogKey:
        return self._of(generations(self._folder, NAME)[0])

    def own(self) -> list[str]:
        found = []
        with suppress(KeysMissing):  # read first: then one that takes its place at this moment is read twice
            found.append(self._key(self._origin, read(self._folder / NEXT)).vkey)
        return [*found, *(self._of(file).vkey for file in generations(self._folder, NAME))]

    def _of(self, file: Path) -> LogKey:
        if file not in self._known:
            self._known[file] = self._key(self._origin, read(file))
        return self._known[file]

    @property
    def origin(self) -> str:
        return self._origin

    @property
    def vkey(self) -> str:
        return self.now().vkey

    def sign(self, body: bytes) -> bytes:
        return self.now().sign(body)


def change(home: Path, origin: str, key: Make, announce: Callable[[str], str]) -> tuple[str, str]:
    """Another key from here on: (public key before, public key now). `announce`: records the public key it is given and
    has the key before sign a checkpoint over that.
    """
    with _alone(Path(home) / "keys") as folder:
        return _change(folder, home, origin, key, announce)


def _change(folder: Path, home: Path, origin: str, key: Make, announce: Callable[[str], str]) -> tuple[str, str]:
    before = FiledLogKey(home, origin, key).vkey
    if not (folder / NEXT).exists():
        make(folder, NEXT)
    after = key(origin, read(folder / NEXT)).vkey
    announce(after)
    number = int(generations(folder, NAME)[0].suffix[1:] or 1) + 1
    os.rename(folder / NEXT, folder / f"{NAME}.{number}")
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return before, after


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Two who change the key at once do it one after the other."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)
