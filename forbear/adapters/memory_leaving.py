"""The Keeping port in memory: what the tables of forbear/store/leaving.py promise, in a few lines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from forbear.actions.ports import Ledger


class MemoryKeeping:
    """The Keeping port; a case of the ledger that was never looked at is due at once. `scrubbed`: how often."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._looks: dict[str, date | None] = {}
        self.scrubbed = 0

    def to_look(self, on: date, limit: int) -> tuple[str, ...]:
        for event in self._ledger.all():
            if event.seq == 0:
                self._looks.setdefault(event.case_id, event.at.date())
        due = [(day, case_id) for case_id, day in self._looks.items() if day is not None and day <= on]
        return tuple(case_id for _, case_id in sorted(due)[:limit])

    def look_again(self, case_id: str, on: date | None) -> None:
        self._looks[case_id] = on

    def forget_loose(self, before: datetime, now: datetime) -> Sequence[tuple[str, str]]:
        return ()

    def forget_book(self, borrower_id: str, now: datetime) -> bool:
        return False

    def sweep_uploads(self) -> int:
        return 0

    def counts(self) -> Mapping[str, int]:
        return {"event": self._ledger.size()}

    def scrub(self) -> None:
        self.scrubbed += 1
