"""The holes in the wall through which papers go: where files are kept, what looks for viruses in them, what makes clean
pictures of them, what reads those. A part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from forbear.core.page_quality import Measured
from forbear.core.reading import Fault, Line, Page


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file that was kept: its random id, its size in bytes, and its SHA-256 in hexadecimal, taken on the way in."""

    blob: str
    size: int
    sha256: str


class VaultFull(Exception):
    """There is no room for the file; nothing of it was kept. It can be tried again once there is."""


class Vault(Protocol):
    """Files of cases, each encrypted under the key of its case and retention class. Both ways in constant memory."""

    def keep_stream(self, case_id: str, retention: str, chunks: Iterable[bytes]) -> Kept:
        """Keep what comes, in pieces of any size, whole or not at all; raises VaultFull. A failing `chunks` leaves
        nothing behind either.
        """

    def open_stream(self, blob_id: str, start: int = 0) -> Iterator[bytes]:
        """The file's bytes from `start` on, each piece proven before it is handed out; KeyError when there is no such
        file or its key was destroyed.
        """

    def keep(self, case_id: str, retention: str, data: bytes) -> str:
        """keep_stream for a small file; returns its random id."""

    def open(self, blob_id: str) -> bytes:
        """open_stream for a small file."""

    def sweep(self, case_id: str, retention: str) -> int:
        """Delete the files of a case whose key of this class was destroyed; returns how many. Twice is once."""


# ---- viruses ---------------------------------------------------------------------------------------------------


class ScannerAway(Exception):
    """The virus scanner cannot answer: nothing is let in until it can (fail closed)."""


@dataclass(frozen=True)
class Verdict:
    """What a scanner says of a file: `infected` names what it found, "" for nothing."""

    infected: str = ""


class Scanner(Protocol):
    def verdict(self, chunks: Iterable[bytes]) -> Verdict:
        """Look through a file; raises ScannerAway."""


class NoScanner:
    """The Scanner of an installation that has none configured: it finds nothing."""

    def verdict(self, chunks: Iterable[bytes]) -> Verdict:
        return Verdict()


# ---- pictures --------------------------------------------------------------------------------------------------


class RendererAway(Exception):
    """The renderer was killed or could not start, through no fault of the file as far as one can tell: try again."""


@dataclass(frozen=True, kw_only=True)
class PageImage:
    """A clean, upright picture of a page: JPEG, at most 2,200 pixels on its long side, made of pixels alone. `number`
    counts from 1; `turned_degrees`: how far what came was turned clockwise to stand as its file says (0, 90, 180, 270).
    """

    number: int
    width: int
    height: int
    turned_degrees: int
    jpeg: bytes


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What became of a file: its pages, or the faults for which there are none. `about`: what the file says of itself
    and what was left out of the pictures, as (name, value); docs/papers.md lists the names.
    """

    pages: tuple[PageImage, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()

    def told(self, name: str) -> str:
        """A value of `about`; "" where the file says nothing of it."""
        return next((value for known, value in self.about if known == name), "")


class Renderer(Protocol):
    def pages(self, data: bytes, mime: str) -> Rendered:
        """Clean pictures of a file of one of the types of core/evidence.py. A bad file is told by faults, never by an
        exception; raises RendererAway when the work itself was cut off.
        """


# ---- reading ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A page as a machine saw it: how it was turned, its lines row by row, its measures, its upright picture (JPEG)."""

    page: Page
    lines: tuple[Line, ...]
    measured: Measured
    picture: bytes


class ReaderAway(Exception):
    """The reader was stopped in the middle of a page, through no fault of the page: it can be read again."""


class Reader(Protocol):
    def read(self, picture: bytes, number: int) -> Looked | None:
        """Read one page's picture (JPEG); `number`: which page of its paper it is, from 1. None where only a person
        can: no machine reads here, or this page ended the machine twice. Raises ReaderAway.
        """

    def close(self) -> None:
        """Give back what it holds; a page being read raises ReaderAway. The next page starts it again."""


class Nobody:
    """The Reader where no machine reads: a person does."""

    def read(self, picture: bytes, number: int) -> Looked | None:
        return None

    def close(self) -> None:
        return None
