"""What was recorded since: one look-up by primary key that tells a live page that its case has moved on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connections

AT_ONCE = 1000
_AFTER = "select leaf, case_id, seq, type from event where leaf > %s order by leaf limit %s"
_SEQS = "select case_id, max(seq) from event where case_id in ({}) group by case_id"
_LAST = "select coalesce(max(leaf), -1) from event"


@dataclass(frozen=True)
class News:
    """One event of a case, by its public type alone."""

    leaf: int
    case_id: str
    seq: int
    type: str


class DjangoNews:
    """Leaves are numbered in the order of commits (store/ledger.py), so that none turns up late below one seen."""

    def __init__(self, using: str = "default") -> None:
        self._using = using

    def last(self) -> int:
        """The last leaf there is, -1 for none."""
        with connections[self._using].cursor() as cursor:
            cursor.execute(_LAST)
            return int(cursor.fetchone()[0])

    def after(self, leaf: int) -> tuple[News, ...]:
        """At most a thousand events after a leaf, in order."""
        with connections[self._using].cursor() as cursor:
            cursor.execute(_AFTER, [leaf, AT_ONCE])
            return tuple(News(*row) for row in cursor.fetchall())

    def seqs(self, cases: Collection[str]) -> Mapping[str, int]:
        """The last seq of each case."""
        if not cases:
            return {}
        with connections[self._using].cursor() as cursor:
            cursor.execute(_SEQS.format(", ".join(["%s"] * len(cases))), list(cases))
            return dict(cursor.fetchall())

    def close(self) -> None:
        """Give the connection back; the next look opens one."""
        connections[self._using].close()
