"""The Clock port: the machine's time, or one that a file sets. Nothing else in the product may ask what time it is."""

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

from forbear.actions.ports import ZONE


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    def today(self) -> date:
        return self.now().astimezone(ZONE).date()


class FileClock:
    """The time written in a file (ISO, with its zone), running on from the moment it was written; every process that
    reads the file has the same time, and writing it anew moves them all. An empty or missing file is the real time.
    """

    def __init__(self, file: Path) -> None:
        self._file = Path(file)

    def now(self) -> datetime:
        try:
            with self._file.open(encoding="ascii") as opened:
                # Of this very file: another may take its place while we read.
                written_at, text = os.fstat(opened.fileno()).st_mtime, opened.read().strip()
        except FileNotFoundError:
            text = ""
        real = time.time()
        if not text:
            return datetime.fromtimestamp(real, UTC)
        start = datetime.fromisoformat(text)
        if start.tzinfo is None:
            raise ValueError(
                f"{self._file} says {text!r}; write a time with its zone, such as 2026-03-02T09:00:00+08:00"
            )
        return datetime.fromtimestamp(start.timestamp() + max(real - written_at, 0), UTC)

    def today(self) -> date:
        return self.now().astimezone(ZONE).date()
