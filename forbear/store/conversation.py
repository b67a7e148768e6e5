"""Drafts, kept replies and the search over what was said, on Django.

A draft is sealed under the key of its case's messages. The index of words is a projection of the record: keyed marks,
written by the ledger in the transaction of the facts they come from, gone with the key that their words lie under.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import digest as hmac_digest

from django.db import IntegrityError, connections, transaction

from forbear.actions.ports import Draft
from forbear.core.canned_replies import CannedReply
from forbear.core.contact import Channel
from forbear.core.events import DataErased, Recorded
from forbear.core.facts import Retention
from forbear.core.message_search import index_marks, said_in
from forbear.store.models import CannedReplyRow, DraftRow, MessageMark
from forbear.store.privacy import DataKeys, Keys, every, open_text, seal_text

MARK_BYTES = 16
ROWS_AT_ONCE = 5000
_FIND = """
select leaf from message_mark where mark in ({marks}) {older} group by leaf having count(*) = %s
 order by leaf desc limit %s
"""
_INSERT = "insert into message_mark (mark, leaf, case_id) values (%s, %s, %s)"


# ---- words that are found --------------------------------------------------------------------------------------


def apply(recorded: Sequence[Recorded], keys: Keys, using: str) -> None:
    """Bring the index up to date with new events of one case, in the transaction that records them."""
    rows: list[tuple[bytes, int, str]] = []
    for event in recorded:
        if isinstance(event.fact, DataErased) and event.fact.retention_class is Retention.MESSAGE:
            rows = []
            MessageMark.objects.using(using).filter(case_id=event.case_id).delete()
            DraftRow.objects.using(using).filter(case_id=event.case_id).delete()
        rows += _rows(event, keys)
    _insert(rows, using)


def rebuild(events: Iterable[Recorded], keys: Keys, using: str) -> None:
    """Make the index anew from all events, opened as far as their keys are there."""
    MessageMark.objects.using(using).all().delete()
    index(events, keys, using)


def index(events: Iterable[Recorded], keys: Keys, using: str) -> None:
    """Enter the words of events that are in the index nowhere."""
    rows: list[tuple[bytes, int, str]] = []
    for event in events:
        rows += _rows(event, keys)
        if len(rows) >= ROWS_AT_ONCE:
            _insert(rows, using)
            rows = []
    _insert(rows, using)


def _rows(event: Recorded, keys: Keys) -> list[tuple[bytes, int, str]]:
    said = said_in(event.fact)
    key = every(keys.index)[0]
    return [(_mark(key, word), event.leaf, event.case_id) for word in sorted(index_marks(said))] if said else []


def words_anew(events: Sequence[Recorded], keys: Keys, using: str, *, change: bool = True) -> int:
    """Make the marks of these events anew where they are not of the newest key; returns how many events those were.
    Those of one event are always of one key, so that a search finds all its words or none.
    """
    wanted = {event.leaf: {(mark, case_id) for mark, _, case_id in _rows(event, keys)} for event in events}
    there: dict[int, set[tuple[bytes, str]]] = {}
    rows = MessageMark.objects.using(using).filter(leaf__in=list(wanted))
    for leaf, mark, case_id in rows.values_list("leaf", "mark", "case_id"):
        there.setdefault(leaf, set()).add((bytes(mark), case_id))
    old = [leaf for leaf, found in wanted.items() if there.get(leaf, set()) != found]
    if old and change:
        rows.filter(leaf__in=old).delete()
        _insert([(mark, leaf, case_id) for leaf in old for mark, case_id in sorted(wanted[leaf])], using)
    return len(old)


def _insert(rows: Sequence[tuple[bytes, int, str]], using: str) -> None:
    """By plain SQL: a command holds the one write lock."""
    if rows:
        with connections[using].cursor() as cursor:
            cursor.executemany(_INSERT, rows)


def _mark(key: bytes, word: str) -> bytes:
    return hmac_digest(key, f"message\x00{word}".encode(), sha256)[:MARK_BYTES]


class DjangoMessageIndex:
    """The MessageIndex port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._keys = keys
        self._using = using

    def leaves(self, marks: Collection[str], before_leaf: int | None, limit: int) -> tuple[int, ...]:
        wanted = [_mark(key, word) for key in every(self._keys.index) for word in sorted(set(marks))]
        if not wanted:
            return ()
        older = "" if before_leaf is None else "and leaf < %s"
        sql = _FIND.format(marks=", ".join(["%s"] * len(wanted)), older=older)
        values = [*wanted, *([] if before_leaf is None else [before_leaf]), len(set(marks)), limit]
        with connections[self._using].cursor() as cursor:
            cursor.execute(sql, values)
            return tuple(leaf for (leaf,) in cursor.fetchall())


# ---- words on their way ----------------------------------------------------------------------------------------


class DjangoDrafts:
    """The Drafts port (forbear/actions/ports.py)."""

    def __init__(self, keys: Keys, using: str = "default") -> None:
        self._data_keys = DataKeys(keys, using)
        self._using = using
        self._rows = DraftRow.objects.using(using)

    def keep(self, draft: Draft) -> None:
        with transaction.atomic(using=self._using):
            key_id, key = self._data_keys.for_writing(draft.case_id, Retention.MESSAGE.value)
            words = json.dumps({name: getattr(draft, name) for name in ("text", "subject", "channel", "reply", "key")})
            sealed = seal_text(key, _place(draft.case_id, draft.staff), words)
            row = DraftRow(case_id=draft.case_id, staff=draft.staff, key_id=key_id, sealed=sealed, at=draft.at)
            self._rows.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["case_id", "staff"],
                update_fields=["key_id", "sealed", "at"],
            )

    def of(self, case_id: str, staff: str) -> Draft | None:
        row = self._rows.filter(case_id=case_id, staff=staff).values("key_id", "sealed", "at").first()
        key = self._data_keys.by_id([row["key_id"]]).get(row["key_id"]) if row else None
        if row is None or key is None:
            return None
        words = json.loads(open_text(key, _place(case_id, staff), row["sealed"]))
        channel = Channel(words.pop("channel"))
        return Draft(case_id=case_id, staff=staff, at=row["at"], channel=channel, **words)

    def writers(self, case_id: str) -> tuple[tuple[str, datetime], ...]:
        rows = list(self._rows.filter(case_id=case_id).order_by("-at", "-staff").values_list("staff", "at", "key_id"))
        there = self._data_keys.by_id({key_id for _, _, key_id in rows})
        return tuple((staff, at) for staff, at, key_id in rows if key_id in there)

    def drop(self, case_id: str, staff: str) -> None:
        self._rows.filter(case_id=case_id, staff=staff).delete()


def _place(case_id: str, staff: str) -> str:
    return f"draft:{case_id}:{staff}"


# ---- replies kept ----------------------------------------------------------------------------------------------


class DjangoCannedReplies:
    """The CannedReplies port (forbear/actions/ports.py)."""

    def __init__(self, using: str = "default") -> None:
        self._using = using
        self._rows = CannedReplyRow.objects.using(using)

    def add(self, reply: CannedReply) -> bool:
        columns = {name: getattr(reply, name) for name in _COLUMNS}
        try:
            with transaction.atomic(using=self._using):
                self._rows.bulk_create([CannedReplyRow(**columns)])
        except IntegrityError:
            return False
        return True

    def all(self) -> tuple[CannedReply, ...]:
        rows = self._rows.order_by("name", "version").values(*_COLUMNS)
        return tuple(sorted((CannedReply(**row) for row in rows), key=lambda one: (one.name, one.version)))


_COLUMNS = ("name", "version", "language", "text", "by", "at")
