"""The hole in the wall for leaving: which cases to look at, what belongs to no case, traces in the database's files.

Part of forbear/actions/ports.py, which names it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol


class Keeping(Protocol):
    def to_look(self, on: date, limit: int) -> tuple[str, ...]:
        """Cases whose day to be looked at is `on` or before, the longest overdue first. A new case is looked at too."""

    def look_again(self, case_id: str, on: date | None) -> None:
        """The day of the next look; None for a case that holds nothing any more."""

    def forget_loose(self, before: datetime, now: datetime) -> Sequence[tuple[str, str]]:
        """Delete what belongs to no case and came before: mails, texts, parts of texts; codes, sessions and counts
        whose time is over. Returns (owner, class) of each key destroyed, so that the vault can be swept.
        """

    def forget_book(self, borrower_id: str, now: datetime) -> bool:
        """Delete her from the loan book, where nothing is owed on any of her loans and no case names her any more."""

    def sweep_uploads(self) -> int:
        """Delete the files on their way whose row is gone; returns how many."""

    def counts(self) -> Mapping[str, int]:
        """How many rows each table has, and how many files each folder of the data directory."""

    def scrub(self) -> None:
        """Take the traces of what was deleted out of the database's own files; raises when somebody is in the way."""
