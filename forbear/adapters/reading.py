"""The Reader port by a process of its own: one thread, bounded memory, started again when it dies or grows.

The child (adapters/reading_child.py) gets an empty environment, pictures through a pipe, and nothing else: no keys, no
database, no network is needed. It starts with the first page, and rests after a quiet while to give its memory back.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from select import select
from struct import pack, unpack
from threading import RLock, Timer
from time import monotonic

from forbear.actions.ports import Looked, Nobody, Reader, ReaderAway
from forbear.core.codec import Malformed, typed
from forbear.core.page_quality import Measured
from forbear.core.reading import Line, Page

PACKAGES = ("rapidocr", "onnxruntime", "cv2")
MEMORY_MOST = 600 * 1024 * 1024
"""Of the child, resident. Models and one page take some 400 MB; see docs/papers.md for what was measured."""
PAGE_SECONDS = 100
"""A page of fifty rows takes seven seconds on a core of its own; a child that takes this long hangs."""
REST_AFTER_SECONDS = 300
TRIES = 2
LOOK_EVERY_SECONDS = 0.05
ANSWER_MOST = 64 * 1024 * 1024


def reader() -> Reader:
    """The Reader of this installation: Nobody where the packages of the extra `ocr` are not there."""
    return ReaderProcess() if all(find_spec(package) for package in PACKAGES) else Nobody()


class _Died(Exception):
    """The child ended, grew too large or took too long; the page it was reading is not read."""


class ReaderProcess:
    """The Reader port (forbear/actions/ports.py). `memory_most`: bytes the child may take; beyond, it is replaced."""

    def __init__(self, memory_most: int = MEMORY_MOST, page_seconds: int = PAGE_SECONDS) -> None:
        self._memory_most, self._page_seconds = memory_most, page_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = RLock()
        self._rest: Timer | None = None
        self._closed = False
        self.memory_seen = 0
        """The most bytes a child was seen to take."""

    def read(self, picture: bytes, number: int) -> Looked | None:
        with self._lock:
            self._stay()
            for _ in range(TRIES):
                try:
                    looked = self._asked(picture, number)
                except _Died:
                    self._end()
                    if self._closed:
                        raise ReaderAway("the reader was stopped") from None
                    continue
                self._rest_later()
                return looked
            return None

    def close(self) -> None:
        """Stop the child, also in the middle of a page, which then raises ReaderAway."""
        self._closed = True
        self._stay()
        if child := self._child:
            child.kill()
        with self._lock:
            self._end()
            self._closed = False

    @property
    def pid(self) -> int:
        """The child's process id; 0 while it rests."""
        return self._child.pid if self._child else 0

    # ---- one page ----------------------------------------------------------------------------------------------

    def _asked(self, picture: bytes, number: int) -> Looked | None:
        child = self._child = self._child or self._started()
        deadline = monotonic() + self._page_seconds
        assert child.stdin and child.stdout, "the child was started with pipes"
        try:
            child.stdin.write(pack(">II", number, len(picture)) + picture)
            child.stdin.flush()
        except OSError as error:
            raise _Died from error
        head, image = unpack(">II", self._taken(8, deadline))
        if head + image > ANSWER_MOST:
            raise _Died
        said, jpeg = self._taken(head, deadline), self._taken(image, deadline)
        looked = _looked(said, jpeg)
        if self._resident() > self._memory_most * 3 // 4:  # it did well, but the next page might be one too many
            self._end()
        return looked

    def _taken(self, count: int, deadline: float) -> bytes:
        """So many bytes of the child's answer; while it works, its memory and the clock are watched."""
        child = self._child
        assert child and child.stdout, "a child was asked"
        taken = bytearray()
        while len(taken) < count:
            if select([child.stdout], [], [], LOOK_EVERY_SECONDS)[0]:
                piece = os.read(child.stdout.fileno(), count - len(taken))
                if not piece:
                    raise _Died
                taken += piece
            elif self._resident() > self._memory_most or monotonic() > deadline:
                raise _Died
        return bytes(taken)

    def _resident(self) -> int:
        """Bytes of memory the child takes; 0 where the system does not say."""
        assert self._child, "there is a child"
        try:
            pages = int(Path(f"/proc/{self._child.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        resident = pages * os.sysconf("SC_PAGE_SIZE")
        self.memory_seen = max(self.memory_seen, resident)
        return resident

    # ---- the child ---------------------------------------------------------------------------------------------

    def _started(self) -> "subprocess.Popen[bytes]":
        root = Path(__file__).resolve().parents[2]
        environment = {
            "PYTHONPATH": str(root),
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
            "READER_MEMORY": str(self._memory_most),
        }
        command = [sys.executable, "-m", "forbear.adapters.reading_child"]
        return subprocess.Popen(  # noqa: S603 (our own program)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd="/", bufsize=0
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()

    def _rest_later(self) -> None:
        self._rest = Timer(REST_AFTER_SECONDS, self._rest_now)
        self._rest.daemon = True
        self._rest.start()

    def _stay(self) -> None:
        if self._rest:
            self._rest.cancel()

    def _rest_now(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._lock.release()


def _looked(said: bytes, jpeg: bytes) -> Looked | None:
    """The child's answer, not believed unseen."""
    try:
        answer = json.loads(said)
        if answer is None:
            return None
        return Looked(
            page=typed(Page, answer["page"]),
            lines=typed(tuple[Line, ...], answer["lines"]),
            measured=typed(Measured, answer["measured"]),
            picture=jpeg,
        )
    except (ValueError, KeyError, TypeError, Malformed) as error:
        raise _Died from error
