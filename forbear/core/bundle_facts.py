"""The fact of an export: the seal of a bundle, the last event in it.

Part of the table of contents (core/events.py), which names them all; the same rules hold.
"""

from dataclasses import dataclass

from forbear.core.facts import Fact, Retention, private


@dataclass(frozen=True, kw_only=True)
class CaseExported(Fact):
    """All that is held of the case was given out as a bundle (core/bundle.py), as of this event.

    `head`: the number of events before it, so that a bundle cut short is seen; `files`: how many files it holds;
    `content`: the SHA-256 in hexadecimal over the list of these files, so that none can be swapped; `reason`: why
    somebody of the desk made it, "" where she did.
    """

    type = "case.exported"
    head: int
    files: int
    content: str | None = private(Retention.MESSAGE)
    reason: str | None = private(Retention.MESSAGE)
