"""The contacts with every borrower in memory: what the port promises, read off the record as it grows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock

from forbear.actions.ports import CaseReach, Seen
from forbear.core.case import Case, fold
from forbear.core.contact import Reach
from forbear.core.contact_attempts import Counted, Turned, counted, number_end
from forbear.core.contact_budget import Attempt
from forbear.core.events import CaseOpened, ReachChosen, Recorded
from forbear.core.facts import Retention


@dataclass
class _Known:
    borrower_id: str
    loan_id: str
    case: Case | None = None
    reach: Reach | None = None
    chosen: int = -1


class MemoryContacts:
    """The Contacts port. `read`: the record's events from a leaf on; `kept`: whether a case has its key of a class."""

    def __init__(self, read: Callable[[int], Iterator[Recorded]], kept: Callable[[str, str], int]) -> None:
        self._read, self._kept = read, kept
        self._leaf = 0
        self._cases: dict[str, _Known] = {}
        self._contacts: dict[str, dict[str, Attempt]] = {}
        self._outside: set[str] = set()
        self._lock = RLock()

    def tried(self, borrower_id: str, since: datetime) -> tuple[Attempt, ...]:
        with self._lock:
            hers = self._known().get(borrower_id, {}).values()
            return tuple(sorted((one for one in hers if one.at >= since), key=lambda one: (one.at, one.ref)))

    def seen(self, borrower_id: str) -> Seen:
        with self._lock:
            return Seen(borrower_id, len(self._known().get(borrower_id, {})))

    def reaches(self, borrower_id: str) -> tuple[CaseReach, ...]:
        with self._lock:
            self._known()
            found = [(case_id, one) for case_id, one in sorted(self._cases.items()) if one.borrower_id == borrower_id]
            return tuple(self._said(case_id, one) for case_id, one in found)

    def number(self, number: str) -> str:
        return number_end(number)

    def outside(self, key: str, borrower_id: str, attempt: Attempt) -> bool:
        with self._lock:
            if key in self._outside:
                return False
            self._outside.add(key)
            self._known().setdefault(borrower_id, {})[key] = replace(attempt, ref=key)
            return True

    def _said(self, case_id: str, known: _Known) -> CaseReach:
        there = self._kept(case_id, Retention.IDENTITY.value)
        assert known.case is not None, "it began"
        return CaseReach(
            case_id=case_id,
            loan_id=known.loan_id,
            rests=known.case.collection_rests,
            rests_until_on=known.case.stayed_until_on,
            reach=known.reach if there else None,
            chosen=known.chosen,
        )

    def _known(self) -> dict[str, dict[str, Attempt]]:
        """The contacts by borrower, after what was recorded since the last look."""
        for event in self._read(self._leaf):
            self._leaf = event.leaf + 1
            self._take(event)
        return self._contacts

    def _take(self, event: Recorded) -> None:
        fact = event.fact
        if isinstance(fact, CaseOpened):
            party = fact.party
            self._cases[event.case_id] = _Known(party.borrower_id if party else "", fact.loan_id or "")
        known = self._cases[event.case_id]
        known.case = fold([event], known.case)
        if isinstance(fact, ReachChosen):
            known.reach, known.chosen = fact.reach, event.leaf
        hers = self._contacts.setdefault(known.borrower_id, {})
        match counted(event):
            case Counted() as new:
                ref = f"{event.case_id}:{new.ref}"
                hers[ref] = Attempt(
                    at=new.at,
                    channel=new.channel,
                    connected=new.connected,
                    purpose=new.purpose,
                    loan=known.loan_id,
                    number=new.number,
                    ref=ref,
                )
            case Turned(ref=ref, connected=connected, at=at) if (mine := f"{event.case_id}:{ref}") in hers:
                before = hers[mine]
                spoken = before.connected if connected is None else connected
                hers[mine] = replace(before, connected=spoken, at=at or before.at)
