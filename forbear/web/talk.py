"""What both sides' live chats are made of: the lines as their reader sees them, and the answers a page asks for.

A page keeps the last seq it has shown and asks for what comes after it; a stream (forbear/config/asgi.py) only says
that there is something to ask for. What is asked twice is answered twice and shown once.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from forbear.actions import chat
from forbear.actions.chat import Line
from forbear.actions.ports import Desk
from forbear.actions.record import Done
from forbear.core import events as e
from forbear.core.chat import Room, room_of
from forbear.core.contact import Role
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web import text
from forbear.words import say

STREAM = "X-Forbear-Wake"
"""An answer with this header becomes a stream of the case it names, where the server can keep one open."""
SHOWN_MOST = 200
"""Lines of a page as it is opened; older ones stay in the timeline and on the page of messages."""
LATE_SECONDS_LEAST, LATE_MOST = 5, timedelta(days=7)
_LOUD = {"chat.too_fast": 429}


@dataclass(frozen=True, kw_only=True)
class Side:
    """Whose eyes: `who` is a person of the desk, "" for the borrower."""

    desk: Desk
    file: CaseFile
    who: str = ""

    @property
    def case_id(self) -> str:
        return self.file.case.case_id

    @property
    def hers(self) -> bool:
        return self.who == ""


def lines_of(side: Side, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines as plain words. `kind`: mine, theirs, or event for who came and went."""
    return [_said(side, line) if line.spoken else _happened(side, line) for line in lines]


def pulled(request: HttpRequest, side: Side) -> HttpResponse:
    """What came after the seq that the page has shown, and how the conversation stands."""
    after = number(request.GET.get("after", ""))
    if after is None:
        return JsonResponse({"error": _words("chat.page.fault.after")}, status=422)
    now = side.desk.clock.now()
    side.desk.presence.here(side.case_id, side.who, now)
    return JsonResponse({"lines": lines_of(side, chat.since(side.file, after)), **standing(side, now)})


def standing(side: Side, now: datetime) -> dict[str, Any]:
    """Up to which seq this is, who waits or is there, and who types. `delivered`: the last line of mine that the other
    side has.
    """
    room = room_of(side.case_id, side.file.events)
    delivered = (said.seq for said in side.file.spoken if said.hers is side.hers and said.delivered_at)
    return {
        "seq": side.file.case.seq,
        "delivered": max(delivered, default=-1),
        "state": _state(side, room, now),
        "typing": types(side, now),
        "closed": bool(side.file.case.closed),
        "person": room.person,
    }


def types(side: Side, now: datetime) -> bool:
    """Whether the other side is typing."""
    return any((who == "") is not side.hers for who in side.desk.presence.typing(side.case_id, now))


def watched(side: Side) -> HttpResponse:
    """The stream of a case. A server that keeps none open answers this at once, and the page asks again after a
    while: that is the poll.
    """
    now = side.desk.clock.now()
    side.desk.presence.here(side.case_id, side.who, now)
    response = HttpResponse(
        f"retry: 4000\nevent: beat\ndata: {side.file.case.seq}\n\n", content_type="text/event-stream"
    )
    response.headers[STREAM] = f"{side.case_id} {side.file.case.seq} {side.who}".strip()
    return response


def typed(side: Side) -> HttpResponse:
    """A sign that somebody types; it goes to the other side and nowhere else."""
    side.desk.presence.type(side.case_id, side.who, side.desk.clock.now())
    return HttpResponse(status=204)


def shown(request: HttpRequest, side: Side, see: Callable[[int], Done | Refusal]) -> HttpResponse:
    """The page has shown everything up to a seq."""
    after = number(request.POST.get("after", ""))
    if after is None:
        return JsonResponse({"error": _words("chat.page.fault.after")}, status=422)
    side.desk.presence.here(side.case_id, side.who, side.desk.clock.now())
    see(after)
    return HttpResponse(status=204)


def taken(outcome: Done | Refusal) -> HttpResponse:
    """The answer to a message: the seq it has in the case, or why it was not taken; `again`: the same later is well."""
    if isinstance(outcome, Done):
        said = [event.seq for event in outcome.events if isinstance(event.fact, e.MessageWritten)]
        return JsonResponse({"seq": said[-1] if said else outcome.seq}, status=200 if outcome.replayed else 201)
    again = outcome.rule in ("chat.too_fast", "record.busy")
    status = _LOUD.get(outcome.rule, 409 if outcome.rule.startswith("record.") else 422)
    answer = JsonResponse({"error": text.refused(outcome, text.reader_language()), "again": again}, status=status)
    if again:
        answer.headers["Retry-After"] = "10"
    return answer


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, and not a form."""
    return request.headers.get("Accept", "") == "application/json"


def sent_at(request: HttpRequest, now: datetime) -> datetime | None:
    """When she pressed the button, for a message that waited for the line: by how long ago that was, so that a clock
    that is wrong does not matter. None where that is now, or can be no time.
    """
    ago = number(request.POST.get("ago", ""))
    if ago is None or ago < LATE_SECONDS_LEAST or timedelta(seconds=ago) > LATE_MOST:
        return None
    return now - timedelta(seconds=ago)


def number(given: str) -> int | None:
    """A seq or a count as sent; -1 is before the first."""
    return int(given) if re.fullmatch(r"-1|[0-9]{1,9}", given) else None


# ---- words -------------------------------------------------------------------------------------------------------


def _words(key: str, **facts: object) -> str:
    return say(text.reader_language(), key, **facts)


def _said(side: Side, line: Line) -> dict[str, Any]:
    said = line.spoken
    assert said is not None, "a line that says something"
    mine = said.hers is side.hers
    return {
        "seq": line.seq,
        "kind": "mine" if mine else "theirs",
        "who": _speaker(side, line, mine),
        "when": text.moment(said.sent_at or said.at, text.reader_language()),
        "channel": ""
        if line.event.channel.value == "chat"
        else _words(f"chat.page.channel.{line.event.channel.value}"),
        "text": said.text,
    }


def _speaker(side: Side, line: Line, mine: bool) -> str:
    said = line.spoken
    assert said is not None, "a line that says something"
    if said.hers:
        return _words("chat.page.who.you") if side.hers else (side.file.party.name if side.file.party else "–")
    if said.voice is not e.Voice.PERSON:
        return _words(f"chat.page.who.{said.voice.value}")
    if side.hers:
        return _words("chat.page.who.person")
    return _words("chat.page.who.you") if said.by.id == side.who else said.by.id


def _happened(side: Side, line: Line) -> dict[str, Any]:
    fact, to = line.event.fact, "her" if side.hers else "desk"
    facts: dict[str, object] = {}
    if isinstance(fact, e.HandedOver):
        at = text.moment(fact.expected_at, text.reader_language())
        channel = _words(f"chat.page.by.{fact.answer_by.value}")
        key, facts = "handed_over", {"position": fact.position, "at": at, "channel": channel}
    elif isinstance(fact, e.PersonJoined):
        key, facts = "joined", {"person": line.event.actor.id}
    else:
        key = "left_waits" if isinstance(fact, e.PersonLeft) and fact.waits else "left"
        facts = {"person": line.event.actor.id if line.event.actor.kind is not Role.SYSTEM else "–"}
    when = text.moment(line.event.at, text.reader_language())
    return {
        "seq": line.seq,
        "kind": "event",
        "who": "",
        "when": when,
        "channel": "",
        "text": _words(f"chat.page.event.{to}.{key}", **facts),
    }


def _state(side: Side, room: Room, now: datetime) -> str:
    """One sentence: who is there, or her place in the line."""
    if side.file.case.closed:
        return _words("chat.page.state.closed")
    if not side.hers:
        seen_at = side.desk.presence.seen_at(side.case_id, "")
        there = seen_at is not None and now - seen_at < chat.SILENT
        return _words("chat.page.state.desk.there" if there else "chat.page.state.desk.away")
    if room.person:
        return _words("chat.page.state.her.person")
    if room.waits and (place := chat.place_in_line(side.desk, side.case_id)):
        return _words("chat.page.state.her.next" if place == 1 else "chat.page.state.her.place", place=place)
    return _words("chat.page.state.her.open")
