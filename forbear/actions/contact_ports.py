"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from forbear.core.mail import Mail

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


# ---- mail ------------------------------------------------------------------------------------------------------


class MailState(StrEnum):
    """How a mail that came in stands. COMING: kept, and not yet where it belongs; WAITING: for a person; FILED: with
    its case; ASIDE: nobody has to see it; ASSIGNED, DISCARDED: by a person.
    """

    COMING = "coming"
    WAITING = "waiting"
    FILED = "filed"
    ASIDE = "aside"
    ASSIGNED = "assigned"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True)
class MailShown:
    """What of a mail a person may read before it belongs to a case; words only, nothing in it is followed or run."""

    sender: str = ""
    subject: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    message_id: str = ""
    reason: str = ""
    """What a person said when she settled it."""


@dataclass(frozen=True, kw_only=True)
class MailRow:
    """A mail that came in. `mail`: its id (m_…), the message's in its case; `content`: what it is known again by;
    `owner`: under whose key it lies: its case, or itself; `sha256`: of the raw bytes in the vault as `blob`.
    """

    mail: str
    content: bytes
    sha256: str
    outcome: str
    state: MailState
    came_at: datetime
    blob: str
    size: int
    owner: str
    case_id: str = ""
    why: str = ""
    settled_by: str = ""
    shown: MailShown | None = None
    """None once its key was destroyed."""


class MailRoom(Protocol):
    """Every mail that came in, sealed under the key of its case, or under one of its own as long as it has none."""

    def enter(self, row: MailRow) -> bool:
        """Take it in; False where a mail of this content is here already, unless this one is a duplicate by itself."""

    def change(self, row: MailRow) -> None:
        """It stands otherwise now."""

    def first(self, content: bytes) -> MailRow | None:
        """The first mail of this content."""

    def get(self, mail: str) -> MailRow | None: ...

    def list(self, state: str, offset: int = 0, limit: int = 50) -> tuple[MailRow, ...]:
        """Of a state, newest first."""

    def counts(self) -> Mapping[str, int]:
        """How many there are by outcome, and by state under "state:<state>"."""


class MailReader(Protocol):
    def read(self, raw: bytes, sender: str | None = None, recipients: Sequence[str] = ()) -> Mail:
        """A raw mail; never raises over what is in it. `sender`, `recipients`: of its envelope, where it is known."""


@dataclass(frozen=True, kw_only=True)
class MailHeaders:
    """What a mail of ours carries besides its words. `envelope_from`: where it comes back to, "" for nobody; `stop`:
    an address that ends such mails with one press; `answers`: whether it answers a mail by itself; `own_mark`: by
    which it is known again should it come back.
    """

    message_id: str = ""
    envelope_from: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    own_mark: str = ""
    stop: str = ""
    automatic: bool = True
    answers: bool = False


class Mailbox(Protocol):
    """A mailbox of ours on another server."""

    def waiting(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """(id, raw mail) of what lies there, oldest first; raises MailboxAway."""

    def done(self, id: str) -> None:
        """It is kept here: put it aside there."""


class MailboxAway(Exception):
    """The mailbox's server does not answer, or does not let us in; the text names no person."""


# ---- text messages ---------------------------------------------------------------------------------------------


# ---- chat and bot ----------------------------------------------------------------------------------------------


# ---- telephone -------------------------------------------------------------------------------------------------


# ---- webhooks --------------------------------------------------------------------------------------------------
