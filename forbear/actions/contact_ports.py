"""The holes in the wall that room 1, contact, needs for what is said: drafts, replies, search, limits, chat and bot.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from forbear.core.canned_replies import CannedReply
from forbear.core.chat import Room
from forbear.core.contact import Channel, Reach
from forbear.core.contact_budget import Attempt

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody of the desk is writing to her and has not sent; `channel` as chosen, `reply`: name@version,
    `key`: the idempotency key under which the form it stands in will be sent.
    """

    case_id: str
    staff: str
    text: str
    at: datetime
    subject: str = ""
    channel: Channel = Channel.WEB
    reply: str = ""
    key: str = ""


class Drafts(Protocol):
    """One draft a case and person, sealed under the key of the case's messages and forgotten with it."""

    def keep(self, draft: Draft) -> None:
        """In place of the one before."""

    def of(self, case_id: str, staff: str) -> Draft | None: ...

    def writers(self, case_id: str) -> tuple[tuple[str, datetime], ...]:
        """Who has a draft in a case and since when it stands so, newest first; the words are their own."""

    def drop(self, case_id: str, staff: str) -> None:
        """It was sent, or thrown away."""


class CannedReplies(Protocol):
    """Every version of every reply, for ever."""

    def add(self, reply: CannedReply) -> bool:
        """Keep a version; False when that version of the name is there already: somebody was quicker."""

    def all(self) -> tuple[CannedReply, ...]:
        """Every version, by name and version."""


class MessageIndex(Protocol):
    """Where words may stand in what was said, kept with the record in the same transaction and made anew from it.

    It holds keyed marks and no words; with the key of a case's messages go its marks.
    """

    def leaves(self, marks: Collection[str], before_leaf: int | None, limit: int) -> tuple[int, ...]:
        """Leaves of facts that have all of these marks (core/message_search.py), newest first, at most `limit`, all of
        them before `before_leaf` where one is given.
        """


# ---- limits on contact -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CaseReach:
    """What one case says of reaching her. `reach`: None where she chose nothing or it is erased; `chosen`: the leaf at
    which she chose it; `rests_until_on`: the last day of the rest, None while no day is known.
    """

    case_id: str
    loan_id: str
    rests: bool
    rests_until_on: date | None
    reach: Reach | None
    chosen: int


@dataclass(frozen=True)
class Seen:
    """How many contacts with a borrower were on record when something was decided on them. Among the facts of a
    command it makes the command be decided anew where there are more by then.
    """

    borrower_id: str
    contacts: int


class Contacts(Protocol):
    """Every contact with a borrower over all her cases and contracts, and how she may be reached: kept by the ledger in
    the transaction of the facts, found without reading a case.
    """

    def tried(self, borrower_id: str, since: datetime) -> tuple[Attempt, ...]:
        """Her contacts from a moment on, in order of time."""

    def seen(self, borrower_id: str) -> Seen:
        """How many there are on record in all."""

    def reaches(self, borrower_id: str) -> tuple[CaseReach, ...]:
        """What each of her cases says, in order of their ids."""

    def number(self, number: str) -> str:
        """What stands for a telephone number in an Attempt; it does not tell the number."""

    def outside(self, key: str, borrower_id: str, attempt: Attempt) -> bool:
        """Keep a contact about a loan that has no case; False when the key was used before."""


# ---- chat and bot ----------------------------------------------------------------------------------------------


class Rooms(Protocol):
    """The chats of all cases, a projection of the record (core/chat.py)."""

    def of(self, case_id: str) -> Room:
        """The chat of a case; an empty one where nobody ever wrote in it."""

    def line(self) -> tuple[Room, ...]:
        """Who waits for a person, the longest first."""

    def place(self, room: Room) -> int:
        """The place in the line of a room that waits, from 1, without looking at the whole line."""

    def of_person(self, person: str) -> tuple[Room, ...]:
        """The conversations somebody of the desk is in, whoever waits longest first."""


class Presence(Protocol):
    """Who has a chat open now, and who is typing: never in the record, forgotten by itself. `who`: a person of the
    desk, "" for the borrower.
    """

    def here(self, case_id: str, who: str, now: datetime) -> None:
        """A page of theirs is open and was heard of now."""

    def gone(self, case_id: str, who: str, now: datetime) -> None:
        """Their page says that it closes; a reload says so too, so it counts only when nothing more is heard."""

    def seen_at(self, case_id: str, who: str) -> datetime | None:
        """When they were last heard of; None for never, or long ago."""

    def type(self, case_id: str, who: str, now: datetime) -> None:
        """They are typing."""

    def typing(self, case_id: str, now: datetime) -> tuple[str, ...]:
        """Who is typing."""


class Handovers(Protocol):
    def use(self, once: str, until: datetime, now: datetime) -> bool:
        """Take a hand-over token's own id; False when it was taken before. Remembered until `until` at least."""


class LanguageModel(Protocol):
    @property
    def there(self) -> bool:
        """Whether there is one at all; nothing of it shows where there is none."""

    def answer(self, task: str, text: str) -> str | None:
        """A model's words to a text without anybody's names and numbers (core/masking.py); None for whatever reason."""


class NoModel:
    """Where no model is set up."""

    there = False

    def answer(self, task: str, text: str) -> str | None:
        return None
