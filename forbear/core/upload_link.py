"""Room 3, evidence: a link by which papers can be sent without signing in: what it opens, until when, how it ends.

A link is good for some items of one checklist. It ends with its time, when a person revokes it, when a new one is
sent, after too many wrong codes, and with what it was sent for: a new statement asks for papers anew, a closed case
for none. Whatever ended it, outside there is one answer, so that a link that was found or guessed tells nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forbear.core.contact import Actor
from forbear.core.evidence import Item, PaperState
from forbear.core.refusal import Refusal

WRONG_CODES_MAX = 5
"""Over the whole life of a link, whatever codes were sent for it."""


class LinkEnd(StrEnum):
    """Why a link was ended before its time."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    LOCKED = "locked"


class LinkState(StrEnum):
    """How a link stands; only an open one opens anything."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    LOCKED = "locked"
    OVER = "over"
    """what it was sent for is over: a new statement, or the case is closed"""


@dataclass(frozen=True, kw_only=True)
class UploadLink:
    """A link as the record tells it; its secret stands nowhere. `submission`: the statement whose checklist it means;
    `ended`: a LinkEnd, "" while nobody ended it.
    """

    link: str
    items: tuple[int, ...]
    submission: int
    sent_at: datetime
    expires_at: datetime
    by: Actor
    ended: str = ""


def state_of(link: UploadLink, now: datetime, submissions: int, closed: bool, wrong: int = 0) -> LinkState:
    """How a link stands. `submissions`, `closed`: of its case; `wrong`: wrong codes tried on it so far."""
    if link.ended:
        return LinkState(link.ended)
    if wrong >= WRONG_CODES_MAX:
        return LinkState.LOCKED
    if closed or link.submission != submissions:
        return LinkState.OVER
    return LinkState.EXPIRED if now >= link.expires_at else LinkState.OPEN


def may_use(link: UploadLink, now: datetime, submissions: int, closed: bool, wrong: int) -> Refusal | None:
    """None for an open link; one and the same refusal for every other."""
    return None if state_of(link, now, submissions, closed, wrong) is LinkState.OPEN else dead_link()


def dead_link() -> Refusal:
    """The refusal of a link that opens nothing: never there, run out, ended or locked."""
    return Refusal("upload_link.dead", "evidence.refusal.dead_link", "evidence.way_on.new_link")


def items_to_send(items: tuple[Item, ...], papers: Mapping[int, PaperState]) -> tuple[int, ...]:
    """The items of a checklist that papers can still be sent for."""
    done = (PaperState.ACCEPTED, PaperState.WAIVED)
    return tuple(item.number for item in items if papers.get(item.number) not in done)


def may_send(
    chosen: tuple[int, ...], items: tuple[Item, ...], papers: Mapping[int, PaperState], closed: bool
) -> Refusal | None:
    """Whether a link can be sent for these items: at least one, each on the list and not done with."""
    if closed or not items:
        return Refusal("upload_link.closed", "evidence.refusal.link_closed", "evidence.way_on.message")
    if not chosen:
        return Refusal("upload_link.none", "evidence.refusal.link_items", "evidence.way_on.tick", where="items")
    if not set(chosen) <= set(items_to_send(items, papers)):
        return Refusal("upload_link.items", "evidence.refusal.item", "evidence.way_on.list", where="items")
    return None
