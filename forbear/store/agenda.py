"""The Agenda port on Django: one table of everything due at a time, leased by one UPDATE, the same on both databases.

A lease is a time, not a lock: a worker that dies leaves one that runs out, and the item is taken again. `tries` is the
fencing token: whoever lost its lease can no longer put the item off or give it up under the hands of the next.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Min
from django.db.models.functions import Coalesce, Greatest

from forbear.actions.ports import LANES, Due, GivenUp, Lane, Leased
from forbear.core.codec import plain
from forbear.store.models import AgendaItem

PUT_AT_ONCE = 200

_LEASE = """
with taken as materialized (
    select id from agenda
     where state = 'due' and due_at <= %s and (lease_until is null or lease_until <= %s) {kinds}
     order by due_at, id limit %s {skip}
)
update agenda set lease_until = %s, tries = tries + 1
 where id in (select id from taken)
returning id, kind, key, case_id, body, due_at, lease_until, tries, state, error
"""
_SKIP = {"postgresql": "for update skip locked"}
"""On PostgreSQL several workers lease at once, each past what another is just taking; SQLite has one writer anyway."""


def _kinds(lane: Lane | None) -> str:
    """The condition on the kind for a lane; the kinds are words of ours."""
    if lane is None:
        return ""
    named = ", ".join(f"'{kind}'" for kind, of in LANES.items() if lane in (of, Lane.REST))
    return f"and kind {'not in' if lane is Lane.REST else 'in'} ({named})"


class DjangoAgenda:
    """The Agenda port (forbear/actions/ports.py)."""

    def __init__(self, using: str = "default") -> None:
        self._using = using
        self._items = AgendaItem.objects.using(using)

    def put(self, dues: Sequence[Due]) -> int:
        return put_dues(dues, self._using)

    def lease(self, now: datetime, limit: int, seconds: int, lane: Lane | None = None) -> tuple[Leased, ...]:
        sql = _LEASE.format(kinds=_kinds(lane), skip=_SKIP.get(connections[self._using].vendor, ""))
        rows = self._items.raw(sql, [now, now, limit, now + timedelta(seconds=seconds)])
        return tuple(_leased(row) for row in sorted(rows, key=lambda row: (row.due_at, row.id)))

    def renew(self, item: Leased, now: datetime, seconds: int) -> None:
        mine = self._items.filter(id=item.id, state="due", tries=item.tries)
        mine.update(lease_until=now + timedelta(seconds=seconds))

    def done(self, item: Leased) -> None:
        self._items.filter(id=item.id, state="due").update(state="done", lease_until=None)

    def retry(self, item: Leased, due_at: datetime, error: str) -> None:
        mine = self._items.filter(id=item.id, state="due", tries=item.tries)
        mine.update(due_at=due_at, lease_until=None, error=error)

    def give_up(self, item: Leased, error: str) -> None:
        mine = self._items.filter(id=item.id, state="due", tries=item.tries)
        mine.update(state="failed", lease_until=None, error=error)

    def given_up(self) -> tuple[GivenUp, ...]:
        rows = self._items.filter(state="failed").order_by("due_at", "id")
        return tuple(GivenUp(row.id, row.kind, row.case_id, row.body, row.due_at, row.tries, row.error) for row in rows)

    def settle(self, id: int) -> None:
        self._items.filter(id=id, state="failed").update(state="settled")

    def next_due_at(self) -> datetime | None:
        free_at = Greatest("due_at", Coalesce("lease_until", "due_at"))
        return self._items.filter(state="due").aggregate(at=Min(free_at))["at"]


def put_dues(dues: Sequence[Due], using: str) -> int:
    """Put what is not there yet by key; returns how many were new. Joins the transaction it is called in."""
    connection = connections[using]
    new = 0
    for start in range(0, len(dues), PUT_AT_ONCE):
        rows = [_columns(due, connection) for due in dues[start : start + PUT_AT_ONCE]]
        values = ", ".join(["(%s, %s, %s, %s, %s, null, 0, 'due', '')"] * len(rows))
        columns = "key, kind, case_id, body, due_at, lease_until, tries, state, error"
        sql = f"insert into agenda ({columns}) values {values} on conflict (key) do nothing"  # noqa: S608 (no value)
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in rows for value in row])
            new += cursor.rowcount
    return new


def _columns(due: Due, connection: object) -> tuple[object, ...]:
    body = AgendaItem._meta.get_field("body")
    due_at = AgendaItem._meta.get_field("due_at")
    return (
        due.key,
        due.kind,
        due.case_id,
        body.get_db_prep_save(plain(due.body), connection),
        due_at.get_db_prep_save(due.due_at, connection),
    )


def _leased(row: AgendaItem) -> Leased:
    return Leased(row.id, row.kind, row.key, row.case_id, row.body, row.due_at, row.tries)
