"""Presence and Handovers on Django: who has a chat open and who types, and tokens that open something once.

Presence lives in memory and is written down at most once a second, many at a time, so that other processes of the site
and the worker know it too: typing costs no transaction of its own.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from threading import RLock

from django.db import connections

from forbear.store.models import ChatPresence, HandoverTaken

TYPING = timedelta(seconds=6)
"""How long somebody counts as typing after the last sign of it."""
FRESH = timedelta(seconds=20)
"""A page heard of again so soon is not written down again."""
WRITE_EVERY = timedelta(seconds=1)
FORGOTTEN = timedelta(hours=1)
LEAVING = timedelta(seconds=100)
"""A page that says it closes counts as last heard of so long ago (core: two minutes of silence are enough)."""

_SIGN = """
insert into chat_presence (case_id, who, seen_at, typed_at) values (%s, %s, %s, %s)
on conflict (case_id, who) do update set seen_at = excluded.seen_at,
    typed_at = coalesce(excluded.typed_at, chat_presence.typed_at)
"""
_TAKE = "insert into handover_taken (once, until) values (%s, %s) on conflict (once) do nothing"

Key = tuple[str, str]


class DjangoPresence:
    """The Presence port (forbear/actions/contact_ports.py). `heard`: called at once with who types, in any thread."""

    def __init__(self, using: str = "default") -> None:
        self._using = using
        self._lock = RLock()
        self._seen: dict[Key, datetime] = {}
        self._typed: dict[Key, datetime] = {}
        self._pending: dict[Key, tuple[datetime, datetime | None]] = {}
        self._written_at: datetime | None = None
        self._read_at: datetime | None = None
        self.behind = False
        """Whether a thread of the site writes down what was noted (config/wakes.py); else whoever notes does."""
        self.heard: Callable[[str, str], None] = lambda case_id, who: None

    def here(self, case_id: str, who: str, now: datetime) -> None:
        with self._lock:
            before = self._seen.get((case_id, who))
            if before is not None and timedelta(0) <= now - before < FRESH:
                return
            self._note((case_id, who), now, None)
        self._write(now)

    def gone(self, case_id: str, who: str, now: datetime) -> None:
        with self._lock:
            self._note((case_id, who), now - LEAVING, None)
        self._write(now)

    def seen_at(self, case_id: str, who: str) -> datetime | None:
        with self._lock:
            known = self._seen.get((case_id, who))
            pending = self._pending.get((case_id, who))
        row = ChatPresence.objects.using(self._using).filter(case_id=case_id, who=who).values_list("seen_at", flat=True)
        if pending:
            return pending[0]
        return row.first() or known

    def type(self, case_id: str, who: str, now: datetime) -> None:
        with self._lock:
            self._note((case_id, who), now, now)
        self.heard(case_id, who)
        self._write(now)

    def typing(self, case_id: str, now: datetime) -> tuple[str, ...]:
        with self._lock:
            return tuple(who for (case, who), at in self._typed.items() if case == case_id and now - at < TYPING)

    # ---- between processes -------------------------------------------------------------------------------------

    def write(self, now: datetime) -> None:
        """Write down what was noted, all of it in one statement, not more than once a second."""
        with self._lock:
            if not self._pending or (self._written_at and timedelta(0) <= now - self._written_at < WRITE_EVERY):
                return
            some, self._pending, self._written_at = self._pending, {}, now
            self._seen = {key: at for key, at in self._seen.items() if now - at < FORGOTTEN}
            self._typed = {key: at for key, at in self._typed.items() if now - at < TYPING}
        at = ChatPresence._meta.get_field("seen_at")
        connection = connections[self._using]
        rows = [
            (*key, at.get_db_prep_save(seen, connection), typed and at.get_db_prep_save(typed, connection))
            for key, (seen, typed) in sorted(some.items())
        ]
        with connection.cursor() as cursor:
            cursor.executemany(_SIGN, rows)
        ChatPresence.objects.using(self._using).filter(seen_at__lt=now - FORGOTTEN).delete()

    def elsewhere(self, now: datetime) -> list[Key]:
        """Who began to type at another process of the site since this was asked last; at most once a second."""
        with self._lock:
            if self._read_at and timedelta(0) <= now - self._read_at < WRITE_EVERY:
                return []
            after, self._read_at = self._read_at or now, now
        rows = ChatPresence.objects.using(self._using).filter(typed_at__gt=after - WRITE_EVERY)
        found = []
        for case_id, who, typed_at in rows.values_list("case_id", "who", "typed_at"):
            with self._lock:
                known = self._typed.get((case_id, who))
                if known is None or known < typed_at:
                    self._typed[case_id, who] = typed_at
                    found.append((case_id, who))
        return found

    def _write(self, now: datetime) -> None:
        if not self.behind:
            self.write(now)

    def _note(self, key: Key, seen: datetime, typed: datetime | None) -> None:
        self._seen[key] = seen
        if typed:
            self._typed[key] = typed
        before = self._pending.get(key)
        self._pending[key] = (seen, typed or (before[1] if before else None))


class DjangoHandovers:
    """The Handovers port (forbear/actions/contact_ports.py)."""

    def __init__(self, using: str = "default") -> None:
        self._using = using

    def use(self, once: str, until: datetime, now: datetime) -> bool:
        rows = HandoverTaken.objects.using(self._using)
        rows.filter(until__lt=now).delete()
        connection = connections[self._using]
        ends = HandoverTaken._meta.get_field("until").get_db_prep_save(until, connection)
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [sha256(once.encode()).digest(), ends])
            return bool(cursor.rowcount == 1)
