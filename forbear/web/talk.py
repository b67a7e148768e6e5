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
from django.urls import reverse

from forbear.actions import chat
from forbear.actions.bot import choices_now
from forbear.actions.chat import Line
from forbear.actions.ports import CaseLine, Desk
from forbear.actions.record import Done, load
from forbear.core import events as e
from forbear.core.chat import Room
from forbear.core.contact import Role
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
    """Whose eyes, on which case: `who` is a person of the desk, "" for the borrower."""

    desk: Desk
    line: CaseLine
    who: str = ""

    @property
    def case_id(self) -> str:
        return self.line.case_id

    @property
    def hers(self) -> bool:
        return self.who == ""


def news(side: Side, after: int) -> dict[str, Any]:
    """What came after a seq and how the conversation stands, as plain words. `delivered`: messages that arrived."""
    found, now = chat.since(side.desk, side.case_id, after), side.desk.clock.now()
    room = side.desk.rooms.of(side.case_id)
    return {
        "seq": found.seq,
        "lines": [_said(side, line) if line.spoken else _happened(side, line) for line in found.lines],
        "delivered": found.delivered,
        "state": _state(side, room, now),
        "typing": any((who == "") is not side.hers for who in side.desk.presence.typing(side.case_id, now)),
        "person": room.person,
        "choices": _choices(side, found.lines),
        "closed": side.line.stage == "closed",
    }


def _choices(side: Side, lines: Sequence[Line]) -> list[dict[str, str]] | None:
    """The quick replies under the bot's last words: what each says, and where it leads if to a page. None where nothing
    new was said, so that those on the page stay.
    """
    said = [line.spoken for line in lines if line.spoken]
    if not side.hers or not said:
        return None
    if said[-1].voice is not e.Voice.BOT:
        return []
    offered = choices_now(side.desk, load(side.desk, side.case_id), text.reader_language())
    pages = {one.page: reverse(f"borrower:{one.page}", args=[side.case_id]) for one in offered if one.page}
    return [{"text": one.text, "url": pages.get(one.page, "")} for one in offered]


def whole(side: Side) -> dict[str, Any]:
    """The page as it is opened: the last lines there are, with what arrived marked on them."""
    found = news(side, -1)
    arrived = set(found["delivered"])
    lines = [{**line, "arrived": line["id"] in arrived} for line in found["lines"][-SHOWN_MOST:]]
    return {**found, "lines": lines}


def pulled(request: HttpRequest, side: Side) -> HttpResponse:
    """What came after ?after=, the seq that the page has shown."""
    after = number(request.GET.get("after", ""))
    if after is None:
        return _which_seq()
    side.desk.presence.here(side.case_id, side.who, side.desk.clock.now())
    return JsonResponse(news(side, after))


def watched(side: Side) -> HttpResponse:
    """The stream of a case. A server that keeps none open answers this at once, and the page asks again after a
    while: that is the poll.
    """
    side.desk.presence.here(side.case_id, side.who, side.desk.clock.now())
    response = HttpResponse(f"retry: 4000\nevent: beat\ndata: {side.line.seq}\n\n", content_type="text/event-stream")
    response.headers[STREAM] = f"{side.case_id} {side.line.seq} {side.who}".strip()
    return response


def typed(side: Side) -> HttpResponse:
    """A sign that somebody types; it goes to the other side and nowhere else."""
    side.desk.presence.type(side.case_id, side.who, side.desk.clock.now())
    return HttpResponse(status=204)


def shown(request: HttpRequest, side: Side, see: Callable[[int], Done | Refusal]) -> HttpResponse:
    """The page has shown everything up to a seq; the answer is what came after it, as of a pull."""
    after = number(request.POST.get("after", ""))
    if after is None:
        return _which_seq()
    side.desk.presence.here(side.case_id, side.who, side.desk.clock.now())
    see(after)
    return JsonResponse(news(side, after))


def taken(request: HttpRequest, side: Side, outcome: Done | Refusal) -> HttpResponse:
    """The answer to a message: `taken`, the seq it has in the case, and what came after the one the page has shown; or
    why it was not taken, and whether `again`, the same later, is well.
    """
    if isinstance(outcome, Done):
        said = [event.seq for event in outcome.events if isinstance(event.fact, e.MessageWritten)]
        after = number(request.POST.get("after", ""))
        rest = news(side, after) if after is not None else {}
        return JsonResponse(
            {**rest, "taken": said[-1] if said else outcome.seq}, status=200 if outcome.replayed else 201
        )
    again = outcome.rule in ("chat.too_fast", "record.busy")
    status = _LOUD.get(outcome.rule, 409 if outcome.rule.startswith("record.") else 422)
    answer = JsonResponse({"error": text.refused(outcome, text.reader_language()), "again": again}, status=status)
    if again:
        answer.headers["Retry-After"] = "10"
    return answer


def _which_seq() -> HttpResponse:
    return JsonResponse({"error": _words("chat.page.fault.after")}, status=422)


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
        "id": said.message,
        "kind": "mine" if mine else "theirs",
        "who": _speaker(side, line),
        "when": text.moment(said.sent_at or said.at, text.reader_language()),
        "channel": ""
        if line.event.channel.value == "chat"
        else _words(f"chat.page.channel.{line.event.channel.value}"),
        "text": said.text,
    }


def _speaker(side: Side, line: Line) -> str:
    said = line.spoken
    assert said is not None, "a line that says something"
    if said.hers:
        return _words("chat.page.who.you") if side.hers else (side.line.name or "–")
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
        "id": "",
        "kind": "event",
        "who": "",
        "when": when,
        "channel": "",
        "text": _words(f"chat.page.event.{to}.{key}", **facts),
    }


def _state(side: Side, room: Room, now: datetime) -> str:
    """One sentence: who is there, or her place in the line."""
    if side.line.stage == "closed":
        return _words("chat.page.state.closed")
    if not side.hers:
        seen_at = side.desk.presence.seen_at(side.case_id, "")
        there = seen_at is not None and now - seen_at < chat.SILENT
        return _words("chat.page.state.desk.there" if there else "chat.page.state.desk.away")
    if room.person:
        return _words("chat.page.state.her.person")
    if room.waits:
        place = side.desk.rooms.place(room)
        return _words("chat.page.state.her.next" if place == 1 else "chat.page.state.her.place", place=place)
    return _words("chat.page.state.her.open")
