"""Room 3, evidence: an item of the checklist, a file that came for it, and how complete they are.

What is asked for is the rulebook's matter (core/checklist.py); an item names its alternatives, of which one is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

FILE_BYTES_MAX = 20 * 1024 * 1024
FILES_PER_ITEM_MAX = 30
PAGES_MAX = 60
"""of one file: three months of a busy account are some forty"""

SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
    "image/heic": (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc"),
    "application/pdf": (b"%PDF-",),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing asked for. `need`: identity, income, cause, …; `kinds`: papers of which one is enough; `health`: kept
    apart and short; `optional`: helps, but nothing waits for it.

    `name` is the item in the rulebook (cause/illness), `reason` the words that say why it is asked ("" in old facts),
    `months` how many months a paper of a kind covers, `sides` how many sides it has; kinds without an entry: any, one.
    """

    number: int
    need: str
    kinds: tuple[str, ...]
    health: bool = False
    optional: bool = False
    name: str = ""
    reason: str = ""
    months: Mapping[str, int] = field(default_factory=dict)
    sides: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Held:
    """An item that was not asked for again. `by`: lender (its own records), case (a person accepted a paper or did
    without it in this case, on the day `on`), other-case (the same in another case of hers with this lender).
    """

    name: str
    need: str
    by: str
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """A file as it came: its name, type found in its bytes, size, digest, and where the vault keeps it."""

    name: str
    mime: str
    size: int
    sha256: str
    blob: str
    health: bool


class PaperState(StrEnum):
    WANTED = "wanted"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAIVED = "waived"


def complete(items: tuple[Item, ...], states: Mapping[int, PaperState]) -> bool:
    """Whether everything that is not optional is there (received and not refused) or waived."""
    there = (PaperState.RECEIVED, PaperState.ACCEPTED, PaperState.WAIVED)
    return all(item.optional or states.get(item.number) in there for item in items)


def file_type(head: bytes) -> str | None:
    """The type that a file's first bytes show, whatever its name says; None when it can be no paper."""
    for mime, marks in SIGNATURES.items():
        if mime == "image/heic":
            if head[4:12] in marks:
                return mime
        elif any(head.startswith(mark) for mark in marks) and (mime != "image/webp" or head[8:12] == b"WEBP"):
            return mime
    return None
