"""Room 1 at the desk, live: who waits in the chat, in order, and the conversation with one of them."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions import chat as verbs
from forbear.core.chat import Room
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web import talk
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, may_work, staff_of, staff_required
from forbear.web.desk.page import Tried, case_page, sent_on, short_name, tried_from
from forbear.web.talk import Side


@staff_required(WORKERS)
@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """Who waits, the longest first, and the conversations of whoever looks."""
    return render(request, "desk/chat_line.html", {**_waiting(request), "me": staff_of(request)})


@staff_required(WORKERS)
@require_safe
def line_fresh(request: HttpRequest) -> HttpResponse:
    """The same list for the page that asks every few seconds."""
    return render(request, "desk/parts/chat_line.html", _waiting(request))


def _waiting(request: HttpRequest) -> dict[str, Any]:
    desk, me = desk_of(request), staff_of(request).id
    return {
        "line": [_shown(request, room, place) for place, room in enumerate(desk.rooms.line(), 1)],
        "mine": [_shown(request, room, 0) for room in desk.rooms.of_person(me)],
        "key": desk.ids.new("q"),
    }


def _shown(request: HttpRequest, room: Room, place: int) -> dict[str, Any]:
    found = desk_of(request).cases.line(room.case_id)
    now = desk_of(request).clock.now()
    minutes = int((now - room.since).total_seconds()) // 60 if room.since else None
    return {
        "room": room,
        "place": place,
        "name": short_name(found.name) if found else "–",
        "contract": found.contract[-7:] if found else "",
        "minutes": minutes,
    }


@staff_required()
@require_safe
def chat(request: HttpRequest, case_id: str) -> HttpResponse:
    """The conversation, live; without JavaScript a page with a form."""
    return _chat(request, case_for_staff(request, case_id))


def _chat(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    side = _side(request, file.case.case_id)
    if may_work(request):
        side.desk.presence.here(side.case_id, side.who, side.desk.clock.now())
        _see(request, side.case_id, file.case.seq)
    found = talk.whole(side)
    inside = found["person"] == side.who
    return case_page(request, file, "messages", tried, template="chat", talk=found, inside=inside)


@staff_required(WORKERS)
@require_safe
def pull(request: HttpRequest, case_id: str) -> HttpResponse:
    """What came after ?after=, as JSON."""
    return talk.pulled(request, _side(request, case_id))


@staff_required(WORKERS)
@require_safe
def wake(request: HttpRequest, case_id: str) -> HttpResponse:
    """The stream that says when there is something to pull."""
    return talk.watched(_side(request, case_id))


@staff_required(WORKERS)
@require_POST
def typing(request: HttpRequest, case_id: str) -> HttpResponse:
    """Somebody of the desk is typing."""
    return talk.typed(_side(request, case_id))


@staff_required(WORKERS)
@require_POST
def seen(request: HttpRequest, case_id: str) -> HttpResponse:
    """The page has shown everything up to `after`."""
    side = _side(request, case_id)
    return talk.shown(request, side, lambda after: _see(request, case_id, after))


@staff_required(WORKERS)
@require_POST
def gone(request: HttpRequest, case_id: str) -> HttpResponse:
    """The page closes."""
    side = _side(request, case_id)
    side.desk.presence.gone(case_id, side.who, side.desk.clock.now())
    return HttpResponse(status=204)


@staff_required(WORKERS)
@require_POST
def answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """Write to her; whoever writes is in the conversation."""
    side = _side(request, case_id)
    by = by_staff(request, verbs.channel_to_her(side.desk, case_id), seen=False)
    by = replace(by, occurred_at=talk.sent_at(request, side.desk.clock.now()))
    outcome = verbs.answer(side.desk, by, case_id, request.POST.get("text", ""))
    if talk.wants_json(request):
        return talk.taken(request, side, outcome)
    if isinstance(outcome, Refusal):
        return _chat(request, case_for_staff(request, case_id), tried_from(request, "chat", outcome))
    return HttpResponseRedirect(_address(case_id))


@staff_required(WORKERS)
@require_POST
def join(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take the conversation, and see it."""
    side = _side(request, case_id)
    outcome = verbs.join(side.desk, by_staff(request, Channel.CHAT, part="join", seen=False), case_id)
    if isinstance(outcome, Refusal):
        return _chat(request, case_for_staff(request, case_id), tried_from(request, "join", outcome))
    side.desk.presence.here(case_id, side.who, side.desk.clock.now())
    return HttpResponseRedirect(_address(case_id))


@staff_required(WORKERS)
@require_POST
def leave(request: HttpRequest, case_id: str) -> HttpResponse:
    """Leave it: where she still waits, she stands in the line again."""
    side = _side(request, case_id)
    outcome = verbs.leave(side.desk, by_staff(request, Channel.CHAT, part="leave", seen=False), case_id)
    if isinstance(outcome, Refusal):
        return _chat(request, case_for_staff(request, case_id), tried_from(request, "join", outcome))
    return sent_on(request, outcome, reverse("desk:chat_line"), "chat_left")


def _side(request: HttpRequest, case_id: str) -> Side:
    line = desk_of(request).cases.line(case_id)
    if line is None:
        raise Http404
    return Side(desk=desk_of(request), line=line, who=staff_of(request).id)


def _see(request: HttpRequest, case_id: str, after: int) -> Any:
    by = verbs.seen_by(staff_of(request), case_id, after, Channel.CHAT)
    return verbs.seen(desk_of(request), by, case_id, after)


def _address(case_id: str) -> str:
    return reverse("desk:chat", args=[case_id])
