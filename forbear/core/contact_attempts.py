"""Which facts of a case are contacts with her or attempts at it, for the count over all her cases.

What she set going herself stands in the record with its purpose and is not counted (core/contact_budget.py).
"""

from dataclasses import dataclass
from datetime import datetime

from forbear.core import events as e
from forbear.core.contact import Channel, Purpose, Role

DIGITS_SAME = 10
"""Numbers that end alike are one: with or without country code, spaces and zeros before."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A contact that begins to count. `ref`: by what later facts of the case name it; `number`: its last digits."""

    ref: str
    at: datetime
    channel: Channel
    connected: bool | None
    purpose: Purpose
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What became of one that counts: whether somebody spoke, or when it really went out; None where that stays."""

    ref: str
    connected: bool | None = None
    at: datetime | None = None


def counted(event: e.Recorded) -> Counted | Turned | None:
    """What an event is for the count; None for what is no contact of ours with her."""
    at = event.occurred_at or event.at
    match event.fact:
        case e.CallBegun(call=call, direction=e.Direction.OUT, purpose=why, number=number):
            ends = number_end(number or "")
            return Counted(ref=f"call:{call}", at=at, channel=Channel.HOTLINE, connected=None, purpose=why, number=ends)
        case e.CallEnded(call=call, connected=connected):
            return Turned(ref=f"call:{call}", connected=connected)
        case e.NoticeQueued(notice=notice, channel=channel, purpose=why):
            return Counted(ref=f"notice:{notice}", at=at, channel=channel, connected=True, purpose=why)
        case e.NoticeSent(notice=notice):
            return Turned(ref=f"notice:{notice}", at=at)
        case e.ContactTried(channel=channel, connected=connected, purpose=why):
            return Counted(ref=f"event:{event.seq}", at=at, channel=channel, connected=connected, purpose=why)
        case e.MessageWritten(purpose=why, call="") if event.actor.kind is not Role.BORROWER:
            if event.channel in (Channel.HOTLINE, Channel.CHAT):
                return Counted(ref=f"event:{event.seq}", at=at, channel=event.channel, connected=True, purpose=why)
    return None


def number_end(number: str) -> str:
    """By what a telephone number is known again: its last ten digits, "" for no number."""
    return "".join(character for character in number if character in "0123456789")[-DIGITS_SAME:]
