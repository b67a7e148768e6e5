"""What pages read, held to the record: the rows of some cases are made anew, compared with those there, and put back.

Whoever owns the database can change what a reader sees beside the record: a line of the queue, a mark by which a word
is found, the line of waiting people, the contacts with her. Each is derived, and so is told from what it should be.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from forbear.core.case import fold
from forbear.core.chat import room_of
from forbear.core.events import Recorded
from forbear.core.log_facts import HOUSE
from forbear.store import contact_budget, conversation, projections, rooms
from forbear.store.models import CaseRow, ChatRoom, ContactCaseRow, ContactRow, Event, MessageMark
from forbear.store.privacy import DataKeys, Keys, WrongKey, open_bytes

DERIVED: Mapping[str, type[models.Model]] = {
    "the queue": CaseRow,
    "the words to search": MessageMark,
    "the line of waiting people": ChatRoom,
    "the contacts": ContactRow,
    "the ways to reach her": ContactCaseRow,
}
"""Every table that is made from the record alone, by what it is to a reader."""
SEALED: Mapping[type[models.Model], Mapping[str, str]] = {
    CaseRow: {"contract": "case_line.contract", "name": "case_line.name"},
    ContactCaseRow: {"reach": "contact_case.reach"},
}
"""Columns that no two sealings make alike: what they say is compared."""
_NOT_SAID = ("id", "key_id")


def bent(cases: Mapping[str, Sequence[Recorded]], keys: Keys, using: str) -> list[tuple[str, str]]:
    """(case, what) of these cases whose rows are not those that their events make. Inside a transaction that holds the
    head; nothing is changed by it.
    """
    with transaction.atomic(using=using):
        there = _said(cases, keys, using)
        for table in DERIVED.values():
            _rows(table, using).filter(case_id__in=cases).delete()
        for case_id, events in cases.items():
            _remake(case_id, events, keys, using)
        right = _said(cases, keys, using)
        transaction.set_rollback(True, using=using)
    return [place for place in right if right[place] != there[place]]


def strays(using: str) -> Iterator[tuple[str, str]]:
    """(case, what) of rows about cases that the record does not have."""
    for what, table in DERIVED.items():
        cases = Event.objects.using(using).filter(seq=0).exclude(case_id=HOUSE).values("case_id")
        rows = _rows(table, using).exclude(case_id__in=cases)
        for case_id in rows.exclude(case_id="").values_list("case_id", flat=True).distinct().order_by("case_id"):
            yield case_id, what


def _remake(case_id: str, events: Sequence[Recorded], keys: Keys, using: str) -> None:
    case = fold(events)
    CaseRow.objects.using(using).bulk_create([projections.new_row(events[0], case, keys, using)])
    conversation.index(events, keys, using)
    rooms.enter(room_of(case_id, events), using)
    told = [event for event in events if event.fact.type in contact_budget.KINDS]
    contact_budget.remake(case_id, told, case, keys, using)


def _said(cases: Mapping[str, Sequence[Recorded]], keys: Keys, using: str) -> dict[tuple[str, str], list[str]]:
    """What the rows of each case say, table by table, in an order of their own."""
    found: dict[tuple[str, str], list[str]] = {(case_id, what): [] for case_id in cases for what in DERIVED}
    data_keys = DataKeys(keys, using)
    for what, table in DERIVED.items():
        rows = list(_rows(table, using).filter(case_id__in=cases).values())
        live = data_keys.by_id({row["key_id"] for row in rows if row.get("key_id")})
        for row in rows:
            if table is ChatRoom and not rooms.says_something(row["since"], row["person"]):
                continue  # a chat that is over may keep its row
            for column, place in SEALED.get(table, {}).items():
                row[column] = _opened(live.get(row["key_id"]), f"{place}:{row['case_id']}", row[column])
            said = {name: _plain(value) for name, value in row.items() if name not in _NOT_SAID}
            found[row["case_id"], what].append(str(sorted(said.items())))
    return {place: sorted(said) for place, said in found.items()}


def _opened(key: bytes | None, place: str, sealed: bytes) -> bytes:
    """b"" where the key was destroyed, as a reader sees it."""
    try:
        return open_bytes(key, place.encode(), sealed) if key and sealed else b""
    except WrongKey:
        return b"it does not open"


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _rows(table: type[models.Model], using: str) -> Any:
    return table._default_manager.using(using)
