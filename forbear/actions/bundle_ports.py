"""The hole in the wall through which a bundle gets its sentences: the desk's own timeline, told one fact at a time.

Part of forbear/actions/ports.py, which names them all.
"""

from dataclasses import dataclass
from typing import Protocol

from forbear.core.events import Recorded
from forbear.core.file import CaseFile


@dataclass(frozen=True)
class Line:
    """A fact as people read it. `details`: (label, value) pairs; `quote`: words as they were said."""

    who: str
    sentence: str
    channel: str = ""
    details: tuple[tuple[str, str], ...] = ()
    quote: str = ""


class Teller(Protocol):
    def __call__(self, file: CaseFile, event: Recorded, language: str) -> Line:
        """An event of a case in words. `file` is what the reader may know: what is withheld is not in it."""


def bare(file: CaseFile, event: Recorded, language: str) -> Line:
    """The Teller of a desk without pages: the names of facts as they stand in the record."""
    return Line(event.actor.kind.value, event.fact.type, event.channel.value)
