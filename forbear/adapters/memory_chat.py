"""The ports of the chat in memory: rooms folded from the record on every look, presence and tokens in dictionaries."""

from datetime import datetime, timedelta

from forbear.adapters.memory_ledger import MemoryLedger
from forbear.core.chat import Room, room_of

TYPING = timedelta(seconds=6)
LEAVING = timedelta(seconds=100)


class MemoryRooms:
    """The Rooms port."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def of(self, case_id: str) -> Room:
        return room_of(case_id, self._ledger.events(case_id))

    def line(self) -> tuple[Room, ...]:
        return tuple(sorted((room for room in self._all() if room.waits), key=_longest))

    def place(self, room: Room) -> int:
        return sum(_longest(other) < _longest(room) for other in self.line()) + 1

    def of_person(self, person: str) -> tuple[Room, ...]:
        return tuple(sorted((room for room in self._all() if person and room.person == person), key=_longest))

    def _all(self) -> list[Room]:
        cases = dict.fromkeys(event.case_id for event in self._ledger.all())
        return [room_of(case_id, self._ledger.events(case_id)) for case_id in cases]


def _longest(room: Room) -> tuple[bool, float, str]:
    return room.since is None, room.since.timestamp() if room.since else 0.0, room.case_id


class MemoryPresence:
    """The Presence port."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], datetime] = {}
        self._typed: dict[tuple[str, str], datetime] = {}

    def here(self, case_id: str, who: str, now: datetime) -> None:
        self._seen[case_id, who] = now

    def gone(self, case_id: str, who: str, now: datetime) -> None:
        self._seen[case_id, who] = now - LEAVING

    def seen_at(self, case_id: str, who: str) -> datetime | None:
        return self._seen.get((case_id, who))

    def type(self, case_id: str, who: str, now: datetime) -> None:
        self._seen[case_id, who] = self._typed[case_id, who] = now

    def typing(self, case_id: str, now: datetime) -> tuple[str, ...]:
        return tuple(who for (case, who), at in self._typed.items() if case == case_id and now - at < TYPING)


class MemoryHandovers:
    """The Handovers port."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def use(self, once: str, until: datetime, now: datetime) -> bool:
        if once in self._taken:
            return False
        self._taken.add(once)
        return True
