"""The Calls port and a Dialer in memory, for tests, stories and rehearsals: the same answers as the database's."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from threading import RLock

from forbear.actions.ports import Answered, DialerAway
from forbear.core.telephone_call import TelephoneCall


class MemoryCalls:
    """The Calls port."""

    def __init__(self) -> None:
        self._calls: dict[str, TelephoneCall] = {}
        self._answers: dict[str, Answered] = {}
        self._counts: Counter[str] = Counter()
        self._extensions: dict[str, str] = {}
        self._lock = RLock()

    def get(self, call: str) -> TelephoneCall | None:
        return self._calls.get(call)

    def by_system(self, system: str) -> TelephoneCall | None:
        return next((one for one in list(self._calls.values()) if system and one.system == system), None)

    def put(self, call: TelephoneCall) -> bool:
        with self._lock:
            stored, same = self._calls.get(call.call), self.by_system(call.system)
            if (stored.version if stored else 0) != call.version or (same and same.call != call.call):
                return False
            self._calls[call.call] = replace(call, version=call.version + 1)
            return True

    def of_extension(self, extension: str, since: datetime) -> tuple[TelephoneCall, ...]:
        return tuple(one for one in self.recent(since) if extension and extension in one.extensions)

    def of_case(self, case_id: str) -> tuple[TelephoneCall, ...]:
        return tuple(one for one in self._newest() if case_id and one.case_id == case_id)

    def recent(self, since: datetime, limit: int = 200) -> tuple[TelephoneCall, ...]:
        return tuple(one for one in self._newest() if one.first_at >= since)[:limit]

    def forget(self, call: str) -> None:
        self._calls.pop(call, None)

    def answered(self, id: str) -> Answered | None:
        return self._answers.get(id)

    def remember(self, id: str, answered: Answered, at: datetime) -> None:
        self._answers.setdefault(id, answered)

    def count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def counts(self) -> Mapping[str, int]:
        return dict(sorted(self._counts.items()))

    def extension_of(self, person: str) -> str:
        return self._extensions.get(person, "")

    def set_extension(self, person: str, extension: str) -> None:
        self._extensions[person] = extension

    def _newest(self) -> list[TelephoneCall]:
        return sorted(self._calls.copy().values(), key=lambda one: (one.first_at, one.call), reverse=True)


class MemoryDialer:
    """The Dialer port: `asked` in order; while `away`, it takes nothing."""

    there = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.away = False

    def originate(self, *, extension: str, number: str, reference: str) -> None:
        if self.away:
            raise DialerAway("the telephone system is out of order")
        self.asked.append((extension, number, reference))
