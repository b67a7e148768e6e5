"""Who waits in the chat and who of the desk is in it: what the line of waiting people is made of.

A pure fold over public facts, so that it can be made anew from the record and outlives erasure.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from forbear.core import events as e
from forbear.core.contact import Channel, Role


@dataclass(frozen=True, kw_only=True)
class Room:
    """The chat of a case. `since`: she has waited for an answer from then on, None where nothing is unanswered;
    `asked`: it has to be a person's; `person`: who of the desk is in it, "" for nobody; `seq`: of what moved it last.
    """

    case_id: str
    since: datetime | None = None
    asked: bool = False
    person: str = ""
    seq: int = -1

    @property
    def waits(self) -> bool:
        """Whether she stands in the line: not answered, and nobody in the conversation."""
        return self.since is not None and not self.person


MOVES = (
    e.PersonAsked,
    e.MessageWritten,
    e.HandedOver,
    e.PersonJoined,
    e.PersonLeft,
    e.CaseClosed,
)
"""The facts that move a room."""


def moved(room: Room, event: e.Recorded) -> Room:
    """The room after one more event. Her place in the line is where she first asked: a conversation that comes back to
    the line comes back to that place, before those who began to wait later.
    """
    at, room = event.at, replace(room, seq=event.seq)
    match event.fact:
        case e.HandedOver():
            return replace(room, since=room.since or at, asked=True, person="")
        case e.PersonAsked() if event.channel is Channel.CHAT:
            return replace(room, since=room.since or at, asked=True)
        case e.MessageWritten() if event.actor.kind is Role.BORROWER:
            return replace(room, since=room.since or at) if event.channel is Channel.CHAT else room
        case e.MessageWritten(voice=e.Voice.PERSON):
            return replace(room, since=None, asked=False)
        case e.MessageWritten(voice=e.Voice.BOT) if not room.asked and not room.person:
            return replace(room, since=None)
        case e.PersonJoined():
            return replace(room, person=event.actor.id)
        case e.PersonLeft(waits=waits):
            return replace(room, person="", since=(room.since or at) if waits else None, asked=waits)
        case e.CaseClosed():
            return replace(room, since=None, asked=False, person="")
    return room


def room_of(case_id: str, events: tuple[e.Recorded, ...]) -> Room:
    """The chat of a case from its whole record."""
    room = Room(case_id=case_id)
    for event in events:
        if isinstance(event.fact, MOVES):
            room = moved(room, event)
    return room
