"""The Rooms port on Django: the line of waiting people, written in the transaction of the facts that move it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import connections
from django.db.models import Q, QuerySet

from forbear.core.chat import MOVES, Room, moved, room_of
from forbear.core.events import Recorded
from forbear.store.models import ChatRoom, Event

_THERE = "select 1 from chat_room where case_id = %s"
_CHAT = tuple(fact.type for fact in MOVES if fact.type.startswith("chat."))


def apply(recorded: Sequence[Recorded], using: str) -> None:
    """Bring the room of a case up to date with its new events. A case that never chats has none."""
    moves = [event for event in recorded if isinstance(event.fact, MOVES)]
    if not moves:
        return
    case_id = moves[0].case_id
    rows = ChatRoom.objects.using(using)
    with connections[using].cursor() as cursor:  # nearly no case has a room, and everyone who writes waits here
        cursor.execute(_THERE, [case_id])
        there = cursor.fetchone()
    before = rows.get(case_id=case_id) if there else None
    room = _room(before) if before else Room(case_id=case_id)
    for event in moves:
        room = moved(room, event)
    columns = {name: value for name, value in asdict(room).items() if name != "case_id"}
    if before:
        rows.filter(case_id=case_id).update(**columns)
    elif says_something(room.since, room.person):
        rows.create(case_id=case_id, **columns)


def rebuild(public: Callable[[str], tuple[Recorded, ...]], using: str) -> None:
    """Make every room anew from the record; `public`: a case's events with their private groups closed."""
    rows = ChatRoom.objects.using(using)
    rows.all().delete()
    types = (*_CHAT, "message.written", "person.asked")
    spoken = Event.objects.using(using).filter(type__in=types).order_by("case_id")
    for case_id in spoken.values_list("case_id", flat=True).distinct():
        enter(room_of(case_id, public(case_id)), using)


def enter(room: Room, using: str) -> None:
    """The room of a case that has none."""
    if says_something(room.since, room.person):
        ChatRoom.objects.using(using).create(**asdict(room))


def says_something(since: datetime | None, person: str) -> bool:
    """Whether somebody waits or is spoken to."""
    return since is not None or bool(person)


class DjangoRooms:
    """The Rooms port (forbear/actions/contact_ports.py)."""

    def __init__(self, using: str = "default") -> None:
        self._rows = ChatRoom.objects.using(using)

    def of(self, case_id: str) -> Room:
        row = self._rows.filter(case_id=case_id).first()
        return _room(row) if row else Room(case_id=case_id)

    def line(self) -> tuple[Room, ...]:
        return _all(self._rows.filter(person="", since__isnull=False).order_by("since", "case_id"))

    def place(self, room: Room) -> int:
        waiting = self._rows.filter(person="", since__isnull=False)
        before = Q(since__lt=room.since) | Q(since=room.since, case_id__lt=room.case_id)
        return waiting.filter(before).count() + 1

    def of_person(self, person: str) -> tuple[Room, ...]:
        rooms = _all(self._rows.filter(person=person)) if person else ()
        return tuple(sorted(rooms, key=lambda room: (room.since is None, room.since, room.case_id)))


def _all(rows: "QuerySet[ChatRoom]") -> tuple[Room, ...]:
    return tuple(_room(row) for row in rows)


def _room(row: ChatRoom) -> Room:
    return Room(case_id=row.case_id, since=row.since, asked=row.asked, person=row.person, seq=row.seq)
