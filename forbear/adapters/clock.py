"""The Clock port: the machine's clock, or one that a file sets, so that a whole installation can live in another year.

Only this module asks the machine for the time.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path

from forbear.actions.ports import ZONE


class MachineClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 (this is the one place)

    def today(self) -> date:
        return self.now().astimezone(ZONE).date()


class FileClock(MachineClock):
    """Starts at the time written in a file when it was written, and runs on from there; written anew, it moves.

    Every process that reads the same file sees the same time. The time is ISO 8601 with its zone.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        with self._file.open(encoding="ascii") as opened:
            written = datetime.fromtimestamp(_modified(opened.fileno()), UTC)
            start = datetime.fromisoformat(opened.read().strip())
        assert start.tzinfo is not None, f"the time in {self._file} carries its zone"
        return start.astimezone(UTC) + (super().now() - written)


def _modified(descriptor: int) -> float:
    """When the open file was written, in seconds since 1970: of this very file, though another may replace it now."""
    return os.fstat(descriptor).st_mtime
