"""The record on Django: facts in, chained and sealed events stored, the same facts out again.

One lock on `head` makes the order of leaves the order of commits, so that no reader ever meets a gap. Everything one
command does stands in one transaction: events, disclosures, what becomes due, the queue's line, the idempotency key.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections, transaction

from forbear.actions.ports import Conflict, Ids, KeyReused, Write
from forbear.core.audit import Audit, Beginning
from forbear.core.case import Case, fold
from forbear.core.chain import Sealed
from forbear.core.codec import instant
from forbear.core.envelope import Damaged, read_event, seal_fact
from forbear.core.erasure_audit import FilesMissing
from forbear.core.events import DataErased, Recorded
from forbear.core.log_audit import HeldTo
from forbear.core.log_facts import HOUSE
from forbear.store import contact_budget, conversation, erasure, leaving, log, projections, rebuilding, rooms
from forbear.store.agenda import put_dues
from forbear.store.contact_budget import DjangoContacts
from forbear.store.erasures import Erased
from forbear.store.group_commit import GroupCommit
from forbear.store.models import Event, Head
from forbear.store.privacy import DataKeys, Keys, WrongKey, disclosure_place, open_with, seal_bytes
from forbear.store.verify import verify

READ_AT_ONCE = 500
"""Events fetched together when the whole log is read, cases when it is folded."""
CASES_AT_ONCE = 20
"""Cases held to their rows while writers wait: a moment each time."""
STATES_KEPT = 1000
"""States of cases kept in memory for the next append to them: public parts only."""
_EVENTS = "select e.leaf, e.body, e.leaf_hash from event e where {where} order by e.leaf"
_DISCLOSURES = """
select s.leaf, s.n, s.key_id, s.ct, k.wrapped
  from event e join secret s on s.leaf = e.leaf left join data_key k on k.key_id = s.key_id
 where {where} order by s.leaf, s.n
"""
_HEAD = "select size, last_at, frontier from head where one = 1"
_HEAD_MOVED = "update head set size = %s, last_at = %s, frontier = %s where one = 1"
_LAST = "select seq, leaf_hash from event where case_id = %s order by seq desc limit 1"
_COMMAND = "select req_hash, leaf, count from command where key = %s"
_INSERT_EVENT = "insert into event (leaf, case_id, seq, type, body, leaf_hash) values (%s, %s, %s, %s, %s, %s)"
_INSERT_DISCLOSURE = "insert into secret (leaf, n, name, key_id, ct) values (%s, %s, %s, %s, %s)"


Appended = tuple[Recorded, ...] | Conflict | KeyReused


class DjangoLedger:
    """The Ledger port (forbear/actions/ports.py). `log`: the log's name, which stands in every event for ever;
    `erased`: told of every erasure before it is done (store/erasures.py).
    """

    def __init__(
        self,
        keys: Keys,
        ids: Ids,
        log: str,
        using: str = "default",
        *,
        erased: Callable[[Erased], None] = lambda told: None,
    ) -> None:
        self._erased = erased
        self._keys = keys
        self._data_keys = DataKeys(keys, using)
        self._ids = ids
        self._name = log
        self._using = using
        self._states: dict[bytes, Case] = {}
        self._contacts = DjangoContacts(keys, using)
        self._group: GroupCommit[Write, Appended] = GroupCommit(self._append_all)

    @property
    def keys(self) -> Keys:
        """The installation's keys."""
        return self._keys

    @property
    def contacts(self) -> DjangoContacts:
        return self._contacts

    def append(self, write: Write) -> Appended:
        """Together with what other threads of this process append at the same moment (group_commit.py); alone where
        the caller has a transaction open already.
        """
        alone = connections[self._using].in_atomic_block
        return self._append_all([write])[0] if alone else self._group.do(write)

    def _append_all(self, writes: Sequence[Write]) -> list[Appended]:
        """All in one transaction and under one lock, or none."""
        with transaction.atomic(using=self._using):
            head = self._locked_head()
            answers = [self._append(write, head) for write in writes]
            connection = connections[self._using]
            last_at = connection.ops.adapt_datetimefield_value(head.last_at)
            with connection.cursor() as cursor:
                cursor.execute(_HEAD_MOVED, (head.size, last_at, head.frontier))
            return answers

    def _append(self, write: Write, head: Head) -> Appended:
        known = self.command(write.key, write.request)
        if known is not None:
            return known
        (seq, previous), *_ = self._rows(_LAST, (write.case_id,)) or [(-1, b"")]
        if seq != write.expected or (write.seen and self.contacts.seen(write.seen.borrower_id) != write.seen):
            return Conflict(seq)
        return self._store(write, head, bytes(previous))

    def command(self, key: str, request: bytes) -> tuple[Recorded, ...] | KeyReused | None:
        rows = self._rows(_COMMAND, (key,))
        if not rows:
            return None
        ((made_for, leaf, count),) = rows
        if bytes(made_for) != request:
            return KeyReused(key)
        return self._read("e.leaf >= %s and e.leaf < %s", leaf, leaf + count)

    def events(self, case_id: str) -> tuple[Recorded, ...]:
        return _in_place(case_id, self._read("e.case_id = %s", case_id))

    def after(self, case_id: str, seq: int) -> tuple[Recorded, ...]:
        return _in_place(case_id, self._read("e.case_id = %s and e.seq > %s", case_id, seq), seq + 1)

    def public(self, case_id: str) -> tuple[Recorded, ...]:
        """A case's events with their private groups left closed: all that the state of work needs."""
        return _in_place(case_id, self._read("e.case_id = %s", case_id, opened=False))

    def bodies(self, case_id: str) -> tuple[tuple[bytes, bytes], ...]:
        rows = self._rows("select body, leaf_hash from event where case_id = %s order by seq", (case_id,))
        return tuple((bytes(body), bytes(leaf_hash)) for body, leaf_hash in rows)

    def disclosures(self, case_id: str) -> dict[int, tuple[str, ...]]:
        rows = self._rows("select leaf, seq, leaf_hash from event where case_id = %s", (case_id,))
        hashes = {leaf: bytes(leaf_hash) for leaf, _, leaf_hash in rows}
        texts = self._disclosed("e.case_id = %s", (case_id,), hashes)
        return {seq: tuple(texts[leaf]) for leaf, seq, _ in rows if leaf in texts}

    def all(self, from_leaf: int = 0) -> Iterator[Recorded]:
        while chunk := self.between(from_leaf, from_leaf + READ_AT_ONCE):
            yield from chunk
            from_leaf = chunk[-1].leaf + 1

    def at(self, leaves: Sequence[int]) -> tuple[Recorded, ...]:
        among = f"e.leaf in ({', '.join(['%s'] * len(leaves))})"
        return self._read(among, *leaves) if leaves else ()

    def between(self, from_leaf: int, to_leaf: int) -> tuple[Recorded, ...]:
        """The events of these leaves, the last one left out."""
        return self._read("e.leaf >= %s and e.leaf < %s", from_leaf, to_leaf)

    def of_types(self, case_id: str, types: Sequence[str]) -> tuple[Recorded, ...]:
        """A case's events of these types."""
        return self._read(f"e.case_id = %s and e.type in {_listed(types)}", case_id)

    def size(self) -> int:
        return Head.objects.using(self._using).values_list("size", flat=True).first() or 0

    def keys_of(self, case_id: str, retention: str) -> int:
        return self._data_keys.of_case(case_id, retention)

    def cases_with(self, retention: str) -> tuple[str, ...]:
        return self._data_keys.cases_with(retention)

    def verify(
        self, held: HeldTo | None = None, since: Beginning | None = None, files: FilesMissing | None = None
    ) -> Audit:
        return verify(self._data_keys, self._using, held, since, files)

    def rebuild(self) -> int:
        """Make the queue's lines and the index of words anew from the record, while writers wait; returns how many
        cases there are.
        """
        with transaction.atomic(using=self._using):
            self._locked_head()
            cases = self._case_ids()
            conversation.rebuild(self.all(), self._keys, self._using)
            rooms.rebuild(self.public, self._using)
            made = projections.rebuild(self._states_of(cases), self._keys, self._using)
            contact_budget.clear(self._using)
            for opened, case in self._states_of(cases):
                told = self.of_types(opened.case_id, contact_budget.KINDS)
                contact_budget.remake(opened.case_id, told, case, self._keys, self._using)
            return made

    def bent(self) -> Iterator[tuple[str, str]]:
        """(case, what) of every row that pages read and that is not what the record makes of it; writers wait some
        cases at a time, and nothing is changed. A case that is damaged itself is the audit's.
        """
        cases = self._case_ids()
        for start in range(0, len(cases), CASES_AT_ONCE):
            with transaction.atomic(using=self._using):
                self._locked_head()
                read = dict(self._sound(cases[start : start + CASES_AT_ONCE]))
                found = rebuilding.bent(read, self._keys, self._using)
            yield from found
        yield from rebuilding.strays(self._using)

    def _sound(self, cases: Sequence[str]) -> Iterator[tuple[str, tuple[Recorded, ...]]]:
        for case_id in cases:
            with suppress(Damaged, WrongKey):
                yield case_id, self.events(case_id)

    def _case_ids(self) -> list[str]:
        first = Event.objects.using(self._using).filter(seq=0).exclude(case_id=HOUSE).order_by("leaf")
        return list(first.values_list("case_id", flat=True))

    def _states_of(self, cases: Sequence[str]) -> Iterator[tuple[Recorded, Case]]:
        """The first event, opened, and the state of each case."""
        for start in range(0, len(cases), READ_AT_ONCE):
            some = cases[start : start + READ_AT_ONCE]
            among = f"e.case_id in ({', '.join(['%s'] * len(some))})"
            openings = {event.case_id: event for event in self._read(f"e.seq = 0 and {among}", *some)}
            states: dict[str, Case] = {}
            for event in self._read(among, *some, opened=False):
                states[event.case_id] = fold([event], states.get(event.case_id))
            yield from ((openings[case_id], states[case_id]) for case_id in some)

    # ---- writing -----------------------------------------------------------------------------------------------

    def _locked_head(self) -> Head:
        """The head, locked until the transaction ends (SQLite locks the whole database: BEGIN IMMEDIATE)."""
        lock = " for update" if connections[self._using].features.has_select_for_update else ""
        rows = self._rows(_HEAD + lock, ())
        if not rows:
            Head.objects.using(self._using).bulk_create([Head(one=1)], ignore_conflicts=True)
            rows = self._rows(_HEAD + lock, ())
        ((size, last_at, frontier),) = rows
        if last_at is not None and last_at.tzinfo is None:  # SQLite keeps UTC without saying so
            last_at = last_at.replace(tzinfo=UTC)
        return Head(size=size, last_at=last_at, frontier=bytes(frontier))

    def _store(self, write: Write, head: Head, previous: bytes) -> tuple[Recorded, ...]:
        at = _exact(write.at)
        if head.last_at is not None and head.last_at > at:
            at = head.last_at  # a clock that was set back does not take the record with it
        occurred_at = _exact(write.occurred_at) if write.occurred_at else None
        sealed: list[Sealed] = []
        for fact in write.facts:
            event = seal_fact(
                fact,
                log=self._name,
                case_id=write.case_id,
                seq=write.expected + 1 + len(sealed),
                previous=sealed[-1].leaf_hash if sealed else previous,
                at=at,
                occurred_at=occurred_at,
                actor=write.actor,
                channel=write.channel,
                command=write.key,
                cause=write.cause,
                salt=self._ids.salt,
            )
            sealed.append(event)
        recorded = tuple(
            Recorded(
                leaf=head.size + place,
                case_id=write.case_id,
                seq=event.seq,
                at=at,
                occurred_at=occurred_at,
                actor=write.actor,
                channel=write.channel,
                command=write.key,
                cause=write.cause,
                leaf_hash=event.leaf_hash,
                fact=fact,
            )
            for place, (fact, event) in enumerate(zip(write.facts, sealed, strict=True))
        )
        before = self._state(write.case_id, previous) if write.case_id != HOUSE else None
        self._insert(write, head.size, recorded, sealed)
        put_dues(write.dues, self._using)
        if recorded and write.case_id != HOUSE:
            self._project(recorded, before)
        head.frontier = log.grown(head.size, head.frontier, [event.leaf_hash for event in sealed], self._using)
        head.size, head.last_at = head.size + len(recorded), at
        return recorded

    def _project(self, recorded: Sequence[Recorded], before: Case | None) -> None:
        """What pages read of a case follows its new events."""
        case_id, after = recorded[0].case_id, fold(recorded, before)
        if recorded[0].seq == 0:
            leaving.watch(case_id, recorded[0].at.date(), self._using)
        projections.apply(recorded, after, self._keys, self._using)
        conversation.apply(recorded, self._keys, self._using)
        rooms.apply(recorded, self._using)
        contact_budget.apply(recorded, before, after, self._keys, self._using)
        self._remember(recorded[-1].leaf_hash, after)

    def _erase(self, event: Recorded) -> None:
        """Do what a DataErased says, and have the erasure list know of it first."""
        if isinstance(event.fact, DataErased):
            kept = event.fact.retention_class
            keys = erasure.erase(event.case_id, kept, event.leaf, self._data_keys, self._using)
            told = Erased(at=instant(event.at), owner=event.case_id, retention=kept.value, keys=keys)
            self._erased(told)
            read_event.cache_clear()  # what was opened lately is in this process's memory

    def _state(self, case_id: str, last_hash: bytes) -> Case | None:
        """The case's state up to the event with this hash. A leaf hash stands for the whole history of its case, so
        what was folded up to it once need not be folded again, by whichever transaction.
        """
        if not last_hash:
            return None
        known = self._states.get(last_hash)
        return known if known is not None else fold(self.public(case_id))

    def _remember(self, last_hash: bytes, case: Case) -> None:
        if len(self._states) >= STATES_KEPT:
            self._states.clear()
        self._states[last_hash] = case

    def _insert(self, write: Write, leaf: int, recorded: Sequence[Recorded], sealed: Sequence[Sealed]) -> None:
        """The rows of the record, by plain SQL: a command holds the one write lock, so its statements are few. What
        follows an erasure in the same command, such as the letter about it, lies under a new key.
        """
        command = (write.key, write.request, leaf, len(recorded))
        ends = [place for place, event in enumerate(recorded, 1) if isinstance(event.fact, DataErased)]
        start = 0
        for end in (*ends, len(recorded)):
            self._insert_events(recorded[start:end], sealed[start:end])
            if start < end:
                self._erase(recorded[end - 1])
            start = end
        with connections[self._using].cursor() as cursor:
            cursor.execute("insert into command (key, req_hash, leaf, count) values (%s, %s, %s, %s)", command)

    def _insert_events(self, recorded: Sequence[Recorded], sealed: Sequence[Sealed]) -> None:
        secrets: list[tuple[object, ...]] = []
        for event, made in zip(recorded, sealed, strict=True):
            groups = zip(event.fact.private(), made.disclosures, strict=True)
            for n, ((_, _, retention), (name, text)) in enumerate(groups):
                key_id, key = self._data_keys.for_writing(event.case_id, retention)
                ct = seal_bytes(key, disclosure_place(made.leaf_hash, n), text.encode("ascii"))
                secrets.append((event.leaf, n, name, key_id, ct))
        events = [
            (e.leaf, e.case_id, e.seq, e.fact.type, s.body, s.leaf_hash) for e, s in zip(recorded, sealed, strict=True)
        ]
        with connections[self._using].cursor() as cursor:
            cursor.executemany(_INSERT_EVENT, events)
            cursor.executemany(_INSERT_DISCLOSURE, secrets)

    # ---- reading -----------------------------------------------------------------------------------------------

    def _read(self, where: str, *values: object, opened: bool = True) -> tuple[Recorded, ...]:
        """The events that a condition on `e` holds for, in the log's order; every page reads a case by this."""
        rows = self._rows(_EVENTS.format(where=where), values)
        texts = self._disclosed(where, values, {leaf: bytes(own) for leaf, _, own in rows}) if opened else {}
        return tuple(read_event(leaf, bytes(body), bytes(own), tuple(texts.get(leaf, ()))) for leaf, body, own in rows)

    def _disclosed(self, where: str, values: Sequence[object], hashes: dict[int, bytes]) -> dict[int, list[str]]:
        """The disclosure texts of each leaf, as far as their keys are there."""
        ciphers: dict[str, AESGCM] = {}
        texts: dict[int, list[str]] = {}
        for leaf, n, key_id, ct, wrapped in self._rows(_DISCLOSURES.format(where=where), values):
            if wrapped is None or leaf not in hashes:
                continue
            if key_id not in ciphers:
                ciphers[key_id] = AESGCM(self._data_keys.unwrapped(key_id, wrapped))
            try:
                text = open_with(ciphers[key_id], disclosure_place(hashes[leaf], n), ct)
            except (WrongKey, OverflowError) as error:
                raise Damaged(leaf, f"its disclosure {n} does not open in this place") from error
            texts.setdefault(leaf, []).append(text.decode("ascii"))
        return texts

    def _rows(self, sql: str, values: Sequence[object]) -> list[Any]:
        with connections[self._using].cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())


def _listed(kinds: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{kind}'" for kind in kinds) + ")"


def _exact(value: datetime) -> datetime:
    """The time as the record keeps it, to the millisecond: what is answered now is what will be read later."""
    return datetime.fromisoformat(instant(value))


def _in_place(case_id: str, recorded: tuple[Recorded, ...], first: int = 0) -> tuple[Recorded, ...]:
    for seq, event in enumerate(recorded, first):
        if event.case_id != case_id or event.seq != seq:
            raise Damaged(event.leaf, f"it stands as event {seq} of {case_id} and is another")
    return recorded
