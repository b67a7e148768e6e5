"""The Renderer port by a process of its own for each file: limited, confined, killed at a deadline, and not believed.

What the child does is in rendering_child.py. It starts with an empty environment in an empty directory of its own and
gets the file as an anonymous file in memory; nothing of a paper is written to the disk in clear.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from struct import unpack
from tempfile import TemporaryDirectory
from threading import Timer

from forbear.actions.ports import PageImage, Rendered, RendererAway
from forbear.core.evidence import FILE_BYTES_MAX, PAGES_MAX
from forbear.core.reading import Fault, FaultCode

CHILD = Path(__file__).with_name("rendering_child.py")
DEADLINE_SECONDS = 90
OUTPUT_BYTES_MAX = 160 * 1024 * 1024
SIDE_MAX = 2200
TURNS = (0, 90, 180, 270)
VALUE_MAX = 200
TRIES = 2


class CutOff(Exception):
    """The child ended before its work did. `signal`: what killed it, 0 for none."""

    def __init__(self, signal: int) -> None:
        super().__init__(f"the renderer was cut off by signal {signal}")
        self.signal = signal


class RendererProcess:
    """The Renderer port (forbear/actions/ports.py). `deadline_seconds`: how long a file may take by the clock."""

    def __init__(self, deadline_seconds: int = DEADLINE_SECONDS) -> None:
        self._deadline_seconds = deadline_seconds

    def pages(self, data: bytes, mime: str) -> Rendered:
        if not data:
            return _fault(FaultCode.DAMAGED)
        if len(data) > FILE_BYTES_MAX:
            return _fault(FaultCode.TOO_LARGE)
        cut = CutOff(0)
        for _ in range(TRIES):
            try:
                return _rendered(self._run(data, mime))
            except CutOff as error:
                cut = error
            if cut.signal == SIGXCPU:
                return _fault(FaultCode.TOO_LARGE)
        if cut.signal == SIGKILL:
            raise RendererAway(str(cut)) from cut
        return _fault(FaultCode.DAMAGED)  # it brings down a library twice: no picture can be made of it

    def _run(self, data: bytes, mime: str) -> bytes:
        """What the child says, whole; raises CutOff, or RendererAway when there can be no child at all."""
        with TemporaryDirectory(prefix="forbear-") as empty, _in_memory(data) as given:
            command = [sys.executable, "-I", str(CHILD), mime, str(PAGES_MAX)]
            try:
                child = subprocess.Popen(  # noqa: S603 (our own program, its arguments are ours)
                    command,
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    cwd=empty,
                    env={"LANG": "C.UTF-8", "TMPDIR": empty, "OMP_NUM_THREADS": "1"},
                    start_new_session=True,
                )
            except OSError as error:
                raise RendererAway(f"the renderer does not start: {error}") from error
            try:
                alarm = Timer(self._deadline_seconds, child.kill)
                alarm.start()
                said = b"".join(_read(child))
            finally:
                alarm.cancel()
                child.kill()
                status = child.wait()
        if not said.endswith(b"E\0\0\0\0"):
            raise CutOff(-status if status < 0 else 0)
        return said


@contextmanager
def _in_memory(data: bytes) -> Iterator[int]:
    """An anonymous file that never touches the disk, open at its beginning."""
    handle = os.memfd_create("paper", os.MFD_CLOEXEC)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.lseek(handle, 0, os.SEEK_SET)
        yield handle
    finally:
        os.close(handle)


def _read(child: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The child's output until it ends or says more than any paper has to."""
    assert child.stdout is not None
    total = 0
    with child.stdout as out:
        while piece := os.read(out.fileno(), 1024 * 1024):
            total += len(piece)
            if total > OUTPUT_BYTES_MAX:
                child.kill()  # before its pipe closes, or it might still end by itself and seem to have failed
                return
            yield piece


# ---- what the child said, looked at as if a stranger had said it ---------------------------------------------------


def _rendered(said: bytes) -> Rendered:
    pages: list[PageImage] = []
    about: tuple[tuple[str, str], ...] = ()
    faults: list[Fault] = []
    page: dict[str, int] = {}
    clean = b""
    try:
        for kind, payload in _frames(said):
            if kind == b"P":
                page = {name: int(value) for name, value in json.loads(payload).items()}
            elif kind == b"J":
                pages.append(_page(page, len(pages) + 1, payload))
            elif kind == b"C":
                clean = payload
            elif kind == b"A":
                about = tuple((str(name)[:40], str(value)[:VALUE_MAX]) for name, value in json.loads(payload))
            elif kind == b"F":
                faults.append(Fault(code=FaultCode(payload.decode("ascii"))))
    except (AttributeError, KeyError, TypeError, ValueError):
        return _fault(FaultCode.DAMAGED)
    if faults:
        return Rendered(about=about, faults=tuple(faults))
    return Rendered(pages=tuple(pages), about=about, clean=clean) if pages else _fault(FaultCode.DAMAGED)


def _page(page: dict[str, int], number: int, jpeg: bytes) -> PageImage:
    """A page as announced; ValueError when it cannot be one."""
    sound = jpeg.startswith(b"\xff\xd8\xff") and jpeg.endswith(b"\xff\xd9") and page["number"] == number <= PAGES_MAX
    if not sound or not (0 < page["width"] <= SIDE_MAX and 0 < page["height"] <= SIDE_MAX and page["turned"] in TURNS):
        raise ValueError(page)
    return PageImage(
        number=number, width=page["width"], height=page["height"], turned_degrees=page["turned"], jpeg=jpeg
    )


def _frames(said: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(said):
        kind, (size,) = said[at : at + 1], unpack(">I", said[at + 1 : at + 5].ljust(4, b"\xff"))
        if at + 5 + size > len(said):
            raise ValueError("a frame is longer than what there is")
        yield kind, said[at + 5 : at + 5 + size]
        at += 5 + size


def _fault(code: FaultCode) -> Rendered:
    return Rendered(faults=(Fault(code=code),))
