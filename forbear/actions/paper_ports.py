"""The holes in the wall through which papers go: where files are kept, what looks for viruses in them, what makes clean
pictures of them, what reads those, how files and links are on their way, by what a paper is known again. A part of
forbear/actions/ports.py, which names them all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from forbear.core.likeness import Look
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


class DamagedFile(Exception):
    """A kept file is not what was put in; `blob_id` says which."""

    def __init__(self, blob_id: str, problem: str) -> None:
        super().__init__(f"{blob_id}: {problem}")
        self.blob_id = blob_id


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

    def size(self, blob_id: str) -> int:
        """How many bytes a file has; KeyError as open_stream."""

    def missing(self, blob_ids: Sequence[str]) -> frozenset[str]:
        """Those that cannot be opened: no such file, its key destroyed, or nothing where it should lie. No byte of a
        file is read.
        """

    def drop(self, blob_id: str) -> None:
        """Delete one file: it is kept elsewhere, or was not wanted after all. Nothing happens when it is gone."""

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
    """A clean, upright picture of a page: JPEG, at most 2,200 pixels on its long side, made of pixels alone.

    `number` counts from 1, and a long screenshot is several pages. `turned_degrees`: how far what came was turned
    clockwise to stand as its file says (0, 90, 180, 270).
    """

    number: int
    width: int
    height: int
    turned_degrees: int
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What became of a file: its pages, or the faults for which there are none. `clean`: a PDF without what acts or
    hides, b"" for a picture.

    `about` has what the file says of itself, as (name, value), where it says it: format, width, height, pages,
    software, make, model, producer, creator, created, modified, fonts.N (of page N, separated by spaces), saved (how
    often a PDF was saved over, from 1), signed, restricted, turned (degrees), trailing (bytes after a picture's end),
    removed (what is not in the pictures: exif place xmp JavaScript EmbeddedFiles …), problem (a library's own words).
    """

    pages: tuple[PageImage, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    clean: bytes = field(default=b"", repr=False)

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


# ---- papers on their way ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LinkRow:
    """A link to send papers, beside what its case says of it. `wrong`: wrong codes tried on it."""

    link: str
    case_id: str
    wrong: int = 0


class UploadLinks(Protocol):
    """Finds a link by its secret, which is kept only as a hash; what it is good for stands in its case."""

    def put(self, link: str, case_id: str) -> None: ...

    def token(self, link: str) -> str:
        """The secret of a link, 256 bits in 43 characters, derived from its id under a key: never stored."""

    def by_token(self, token: str) -> LinkRow | None:
        """The link that a secret opens, whether it still does or not."""

    def get(self, link: str) -> LinkRow | None: ...

    def count_try(self, link: str, wrong_max: int) -> bool:
        """Count one try as wrong, in one step; False when that would be one too many."""

    def forgive(self, link: str) -> None:
        """The try counted last was right after all."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file on its way. `size` and `sha256` as its sender told them before; `received`: bytes that are here;
    `retention`: the class it is kept under; `paper`: the paper that it becomes a page of, "" for one of its own.
    """

    id: str
    case_id: str
    item: int
    name: str
    size: int
    sha256: str
    retention: str
    paper: str
    touched_at: datetime
    received: int = 0


class Uploads(Protocol):
    """Files on their way, each encrypted under the key of its case, until they are whole or given up."""

    def begin(self, upload: Upload) -> Upload:
        """As it now stands: the one begun before under this id, with the name and paper now wanted, or a new one."""

    def get(self, id: str) -> Upload | None: ...

    def add(self, id: str, offset: int, data: bytes, at: datetime) -> bool:
        """Put bytes at an offset; False, and nothing is changed, when it is not the offset the file stands at, when
        they are more than its size, or there is no such upload. What was added outlasts a crash. Raises OSError when
        the disk takes nothing.
        """

    def whole(self, id: str) -> bytes:
        """All that came; KeyError when there is none or its key was destroyed."""

    def drop(self, id: str) -> None:
        """Forget it, if it is there."""

    def of_case(self, case_id: str) -> tuple[Upload, ...]:
        """The case's files on their way, the one touched last first."""

    def sweep(self, before: datetime) -> int:
        """Drop what nobody touched since then; returns how many."""


class PaperMarks(Protocol):
    """By what papers are known again across people; nothing of what they show can be had from it without the key.

    `digests`: SHA-256 of files, in hexadecimal; `looks`: of pages. Papers of one person may be in all her cases.
    """

    def enter(self, case_id: str, borrower_id: str, paper: str, digests: Sequence[str], looks: Sequence[Look]) -> None:
        """Know this paper from now on; what was known of it before is replaced."""

    def elsewhere(self, borrower_id: str, digests: Sequence[str], looks: Sequence[Look]) -> tuple[str, ...]:
        """Cases of other people that hold one of these files, or the same page; in order."""

    def forget(self, paper: str) -> None:
        """Know it no more: it was erased."""
