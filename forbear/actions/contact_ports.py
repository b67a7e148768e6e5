"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from datetime import datetime
from typing import Protocol

from forbear.core.chat import Room

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


# ---- mail ------------------------------------------------------------------------------------------------------


# ---- text messages ---------------------------------------------------------------------------------------------


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


# ---- telephone -------------------------------------------------------------------------------------------------


# ---- webhooks --------------------------------------------------------------------------------------------------
