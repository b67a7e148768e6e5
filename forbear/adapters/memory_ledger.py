"""The record, the agenda and the queue in memory: what tests, stories and rehearsals run on, and the shortest account
of what the ports promise. The contract suite (tests/contracts) holds them and the database to the same behaviour.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import RLock
from typing import Any
from unicodedata import normalize

from forbear.actions.lines import is_open, moving_part, queue_line, watch_on
from forbear.actions.ports import LANES, CaseLine, Conflict, Due, GivenUp, Ids, KeyReused, Lane, Leased, Write
from forbear.adapters.memory_contacts import MemoryContacts
from forbear.core.audit import Audit, Beginning, StoredCommand, StoredLeaf, audit
from forbear.core.case import Case, Stage, fold
from forbear.core.codec import instant, plain
from forbear.core.envelope import read_event, seal_fact
from forbear.core.erasure_audit import Erasure, FilesMissing, Kept, read_erasure
from forbear.core.events import DataErased, Recorded, Retention
from forbear.core.loanbook import contract_key
from forbear.core.log_audit import HeldTo
from forbear.core.log_facts import HOUSE


@dataclass
class _Stored:
    case_id: str
    body: bytes
    leaf_hash: bytes
    type: str
    disclosed: list[tuple[str, str]]
    """(retention class, disclosure text); gone once forgotten"""


class MemoryLedger:
    """The Ledger port. `log`: the log's name."""

    def __init__(self, ids: Ids, agenda: "MemoryAgenda", cases: "MemoryCases", log: str) -> None:
        self._ids, self._agenda, self._cases, self._log = ids, agenda, cases, log
        self._leaves: list[_Stored] = []
        self._of_case: dict[str, list[int]] = {}
        self._commands: dict[str, tuple[bytes, int, int]] = {}
        self._last_at: datetime | None = None
        self._keys: dict[tuple[str, str], int] = {}
        """by (case, retention class): the number of its live key, negative once that was destroyed"""
        self._lock = RLock()
        self._contacts = MemoryContacts(self.all, self.live_key)

    @property
    def contacts(self) -> MemoryContacts:
        return self._contacts

    def append(self, write: Write) -> tuple[Recorded, ...] | Conflict | KeyReused:
        with self._lock:
            known = self.command(write.key, write.request)
            if known is not None:
                return known
            actual = len(self._of_case.get(write.case_id, ())) - 1
            reached = write.seen is not None and self.contacts.seen(write.seen.borrower_id) != write.seen
            return Conflict(actual) if actual != write.expected or reached else self._store(write)

    def command(self, key: str, request: bytes) -> tuple[Recorded, ...] | KeyReused | None:
        with self._lock:
            if key not in self._commands:
                return None
            made_for, leaf, count = self._commands[key]
            return self._read(range(leaf, leaf + count)) if made_for == request else KeyReused(key)

    def events(self, case_id: str) -> tuple[Recorded, ...]:
        with self._lock:
            return self._read(self._of_case.get(case_id, ()))

    def after(self, case_id: str, seq: int) -> tuple[Recorded, ...]:
        return self.events(case_id)[seq + 1 :]

    def bodies(self, case_id: str) -> tuple[tuple[bytes, bytes], ...]:
        with self._lock:
            stored = [self._leaves[leaf] for leaf in self._of_case.get(case_id, ())]
            return tuple((event.body, event.leaf_hash) for event in stored)

    def disclosures(self, case_id: str) -> dict[int, tuple[str, ...]]:
        with self._lock:
            stored = [self._leaves[leaf] for leaf in self._of_case.get(case_id, ())]
            return {n: tuple(text for _, text in one.disclosed) for n, one in enumerate(stored) if one.disclosed}

    def all(self, from_leaf: int = 0) -> Iterator[Recorded]:
        while from_leaf < self.size():
            yield from self._read([from_leaf])
            from_leaf += 1

    def at(self, leaves: Sequence[int]) -> tuple[Recorded, ...]:
        with self._lock:
            return self._read(sorted(leaf for leaf in set(leaves) if 0 <= leaf < len(self._leaves)))

    def size(self) -> int:
        return len(self._leaves)

    def leaf_hashes(self) -> list[bytes]:
        """Every leaf's hash, in the log's order."""
        with self._lock:
            return [leaf.leaf_hash for leaf in self._leaves]

    def verify(
        self, held: HeldTo | None = None, since: Beginning | None = None, files: FilesMissing | None = None
    ) -> Audit:
        """In memory the whole log is looked at each time."""
        with self._lock:
            commands = [StoredCommand(key, leaf, count) for key, (_, leaf, count) in self._commands.items()]
            seqs = {leaf: seq for leaves in self._of_case.values() for seq, leaf in enumerate(leaves)}
            stored = [_as_stored(leaf, seqs.get(leaf, -1), one) for leaf, one in enumerate(self._leaves)]
            kept = Kept(self._erasures, files=files)
            return audit(stored, commands, size=self.size(), last_at=self._last_at, kept=kept, held=held)

    def _erasures(self, first: int) -> list[Erasure]:
        told = (read_erasure(leaf, one.body) for leaf, one in enumerate(self._leaves) if leaf >= first)
        return [one for one in told if one]

    def key_for(self, case_id: str, retention: str) -> int:
        """The number of the key to seal with now; made on first use, and anew after the one before was destroyed."""
        with self._lock:
            number = self._keys.get((case_id, retention), 0)
            if number <= 0:
                number = self._keys[case_id, retention] = 1 - number
            return number

    def live_key(self, case_id: str, retention: str) -> int:
        """The number of the live key; 0 for none."""
        return max(0, self._keys.get((case_id, retention), 0))

    def keys_of(self, case_id: str, retention: str) -> int:
        return 1 if self.live_key(case_id, retention) else 0

    def cases_with(self, retention: str) -> tuple[str, ...]:
        return tuple(sorted(case_id for (case_id, kept), key in self._keys.items() if kept == retention and key > 0))

    def forget(self, case_id: str, retention: str) -> None:
        """What destroying a data key does, without the fact that would tell of it."""
        with self._lock:
            self._forget(case_id, retention, self.size())

    def _forget(self, case_id: str, retention: str, leaf: int) -> None:
        """What was recorded before `leaf` loses its class; what follows in the same command has a new key."""
        self._keys[case_id, retention] = -abs(self._keys.get((case_id, retention), 0))
        for before in (one for one in self._of_case.get(case_id, ()) if one < leaf):
            event = self._leaves[before]
            left = [(kept, text) for kept, text in event.disclosed if kept != retention]
            if left != event.disclosed:
                self._forget_asked(before)
            event.disclosed = left

    def _forget_asked(self, leaf: int) -> None:
        """What the command asked that recorded a leaf: the hash of it could be tried for what is erased."""
        for key, (_, first, count) in self._commands.items():
            if first <= leaf < first + count:
                self._commands[key] = (b"", first, count)

    def _store(self, write: Write) -> tuple[Recorded, ...]:
        """Everything that can fail comes first; nothing after the first change does."""
        at = max(_exact(write.at), self._last_at or _exact(write.at))
        leaves = self._of_case.get(write.case_id, [])
        stored: list[_Stored] = []
        for fact in write.facts:
            before = stored[-1] if stored else self._leaves[leaves[-1]] if leaves else None
            sealed = seal_fact(
                fact,
                log=self._log,
                case_id=write.case_id,
                seq=write.expected + 1 + len(stored),
                previous=before.leaf_hash if before else b"",
                at=at,
                occurred_at=_exact(write.occurred_at) if write.occurred_at else None,
                actor=write.actor,
                channel=write.channel,
                command=write.key,
                cause=write.cause,
                salt=self._ids.salt,
            )
            groups = zip(fact.private(), sealed.disclosures, strict=True)
            disclosed = [(retention, text) for (_, _, retention), (_, text) in groups]
            stored.append(_Stored(write.case_id, sealed.body, sealed.leaf_hash, fact.type, disclosed))
        first = len(self._leaves)
        recorded = tuple(_event(first + place, one) for place, one in enumerate(stored))
        line = self._cases.prepared(recorded) if write.case_id != HOUSE else None
        dues = self._agenda.prepared(write.dues)
        self._leaves += stored
        self._of_case.setdefault(write.case_id, []).extend(event.leaf for event in recorded)
        self._commands[write.key] = (write.request, first, len(recorded))
        self._last_at = at
        self._cases.keep(line)
        self._agenda.keep(dues)
        for event in recorded:
            for retention in {kept for kept, _ in self._leaves[event.leaf].disclosed}:
                self.key_for(event.case_id, retention)
            if isinstance(event.fact, DataErased):
                self._forget(event.case_id, event.fact.retention_class, event.leaf)
        return recorded

    def _read(self, leaves: Sequence[int]) -> tuple[Recorded, ...]:
        return tuple(_event(leaf, self._leaves[leaf]) for leaf in leaves)


def _as_stored(leaf: int, seq: int, one: _Stored) -> StoredLeaf:
    texts, under = tuple(text for _, text in one.disclosed), tuple(kept for kept, _ in one.disclosed)
    return StoredLeaf(leaf, one.case_id, seq, one.type, one.body, one.leaf_hash, texts, under=under)


def _event(leaf: int, stored: _Stored) -> Recorded:
    return read_event(leaf, stored.body, stored.leaf_hash, tuple(text for _, text in stored.disclosed))


def _exact(value: datetime) -> datetime:
    return datetime.fromisoformat(instant(value))


# ---- the agenda ------------------------------------------------------------------------------------------------


@dataclass
class _Item:
    id: int
    due: Due
    due_at: datetime
    lease_until: datetime | None = None
    tries: int = 0
    state: str = "due"
    error: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


class MemoryAgenda:
    """The Agenda port."""

    def __init__(self) -> None:
        self._items: dict[str, _Item] = {}
        self._by_id: dict[int, _Item] = {}
        self._lock = RLock()

    def put(self, dues: Sequence[Due]) -> int:
        return self.keep(self.prepared(dues))

    def prepared(self, dues: Sequence[Due]) -> list[_Item]:
        """The items as they will stand; fails on what cannot be kept."""
        return [_Item(0, due, _utc(due.due_at), body=plain(due.body)) for due in dues]

    def keep(self, items: Sequence[_Item]) -> int:
        with self._lock:
            before = len(self._items)
            for item in items:
                if item.due.key not in self._items:
                    item.id = len(self._items) + 1
                    self._items[item.due.key] = self._by_id[item.id] = item
            return len(self._items) - before

    def lease(self, now: datetime, limit: int, seconds: int, lane: Lane | None = None) -> tuple[Leased, ...]:
        with self._lock:
            free = [i for i in self._open() if i.due_at <= now and (i.lease_until is None or i.lease_until <= now)]
            free = [i for i in free if lane is None or LANES.get(i.due.kind, Lane.REST) is lane]
            taken = sorted(free, key=lambda item: (item.due_at, item.id))[:limit]
            for item in taken:
                item.lease_until = now + timedelta(seconds=seconds)
                item.tries += 1
            return tuple(Leased(i.id, i.due.kind, i.due.key, i.due.case_id, i.body, i.due_at, i.tries) for i in taken)

    def renew(self, item: Leased, now: datetime, seconds: int) -> None:
        with self._lock:
            mine = self._by_id[item.id]
            if mine.state == "due" and mine.tries == item.tries:
                mine.lease_until = now + timedelta(seconds=seconds)

    def done(self, item: Leased) -> None:
        with self._lock:
            mine = self._by_id[item.id]
            if mine.state == "due":
                mine.state, mine.lease_until = "done", None

    def retry(self, item: Leased, due_at: datetime, error: str) -> None:
        with self._lock:
            mine = self._by_id[item.id]
            if mine.state == "due" and mine.tries == item.tries:
                mine.due_at, mine.lease_until, mine.error = _utc(due_at), None, error

    def give_up(self, item: Leased, error: str) -> None:
        with self._lock:
            mine = self._by_id[item.id]
            if mine.state == "due" and mine.tries == item.tries:
                mine.state, mine.lease_until, mine.error = "failed", None, error

    def given_up(self) -> tuple[GivenUp, ...]:
        with self._lock:
            failed = [item for item in self._items.values() if item.state == "failed"]
            return tuple(
                GivenUp(i.id, i.due.kind, i.due.case_id, i.body, i.due_at, i.tries, i.error)
                for i in sorted(failed, key=lambda item: (item.due_at, item.id))
            )

    def settle(self, id: int) -> None:
        with self._lock:
            if id in self._by_id and self._by_id[id].state == "failed":
                self._by_id[id].state = "settled"

    def next_due_at(self) -> datetime | None:
        with self._lock:
            return min((max(i.due_at, i.lease_until or i.due_at) for i in self._open()), default=None)

    def _open(self) -> list[_Item]:
        return [item for item in self._items.values() if item.state == "due"]


def _utc(value: datetime) -> datetime:
    return datetime.fromisoformat(instant(value))


# ---- the queue -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    line: CaseLine
    case: Case


class MemoryCases:
    """The Cases port."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    def prepared(self, recorded: Sequence[Recorded]) -> _Line | None:
        """The line after these new events of one case."""
        if not recorded:
            return None
        before = self._lines.get(recorded[0].case_id)
        case = fold(recorded, before.case if before else None)
        if before is None:
            return _Line(queue_line(recorded[0], case), case)
        line = replace(before.line, **moving_part(case))
        if any(isinstance(e.fact, DataErased) and e.fact.retention_class is Retention.IDENTITY for e in recorded):
            line = replace(line, loan_id="", borrower_id="", contract="", name="")
        return _Line(line, case)

    def keep(self, line: _Line | None) -> None:
        if line is not None:
            self._lines[line.line.case_id] = line

    def line(self, case_id: str) -> CaseLine | None:
        found = self._lines.get(case_id)
        return found.line if found else None

    def of_loan(self, loan_id: str) -> tuple[CaseLine, ...]:
        return _newest_first(one.line for one in self._lines.values() if one.line.loan_id == loan_id)

    def of_borrower(self, borrower_id: str) -> tuple[CaseLine, ...]:
        return _newest_first(one.line for one in self._lines.values() if one.line.borrower_id == borrower_id)

    def queue(
        self, *, waits_for: str = "", stage: str = "", search: str = "", offset: int = 0, limit: int = 50
    ) -> tuple[CaseLine, ...]:
        lines = [one.line for one in self._lines.values() if search or stage == Stage.CLOSED or is_open(one.case)]
        if waits_for:
            lines = [line for line in lines if line.waits_for == waits_for]
        if stage:
            lines = [line for line in lines if line.stage == stage]
        if search:
            lines = [line for line in lines if _fits(line, search)]
        lines.sort(key=lambda line: (line.due_on or date.max, line.changed_at, line.case_id))
        return tuple(lines[offset : offset + limit])

    def counts(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for one in self._lines.values():
            if is_open(one.case):
                for name in (one.line.waits_for, f"stage:{one.line.stage}"):
                    counts[name] = counts.get(name, 0) + 1
        return counts

    def to_watch(self, on: date) -> tuple[str, ...]:
        days = {case_id: watch_on(one.case) for case_id, one in self._lines.items()}
        return tuple(sorted(case_id for case_id, day in days.items() if day is not None and day <= on))


def _newest_first(lines: Iterable[CaseLine]) -> tuple[CaseLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.opened_at, line.case_id), reverse=True))


def _fits(line: CaseLine, search: str) -> bool:
    return contract_key(line.contract) == contract_key(search) or _plain(line.name) == _plain(search)


def _plain(name: str) -> str:
    return "".join(normalize("NFKC", name).split()).casefold()
