"""Calls at the desk: the bar on every page when somebody's extension rings, the page of calls, calls to her, and
their recordings. Until the caller is identified a number shows the first sign of a name and nothing else.
"""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forbear.actions.click_to_call import dial, say_how_it_ended
from forbear.actions.hotline import Match, hear, matches, not_this_one
from forbear.actions.ports import ZONE, Desk
from forbear.core.clocks import start_of
from forbear.core.contact import Channel
from forbear.core.contact_facts import Direction
from forbear.core.conversation import Call
from forbear.core.cti import EXTENSION
from forbear.core.file import CaseFile
from forbear.core.identity import masked_phone
from forbear.core.phone_numbers import Shown, number_of
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import TelephoneCall
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.page import case_page, tab_address, tried_from
from forbear.web.sound import sound
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say

ON_SCREEN = timedelta(hours=4)
"""A call whose hang-up never came is on nobody's screen longer than this."""
AFTERWARDS = timedelta(minutes=10)
"""So long a call that ended and was not identified stays there."""


@dataclass(frozen=True)
class ToldCall:
    """A call as it is shown: `state` ringing, talking, ended or missed; `whose`: what its number says, in words;
    `borrower`: the one borrower it shows, "" for none or several; `back`: the number to call back where she has no case
    yet, from which she would be called.
    """

    call: str
    case_id: str
    at: datetime
    state: str
    direction: str
    number: str
    queue: str
    seconds: int
    recorded: bool
    recordings: int
    whose: str
    borrower: str
    back: str
    extensions: str


def told_call(desk: Desk, call: TelephoneCall, language: str) -> ToldCall:
    """A call in words."""
    found = () if call.case_id else matches(desk, call)
    alone = found[0] if len(found) == 1 else None
    return ToldCall(
        call=call.call,
        case_id=call.case_id,
        at=call.began_at,
        state=_state(call),
        direction=call.direction.value,
        number=_number(desk, call, language),
        queue=call.queue,
        seconds=call.seconds,
        recorded=call.recorded is True,
        recordings=len(call.recordings),
        whose=_whose(call, found, language),
        borrower=alone.borrower_id if alone else "",
        back=call.e164 if alone and not alone.cases and call.missed else "",
        extensions=", ".join(call.extensions),
    )


def _state(call: TelephoneCall) -> str:
    if call.missed:
        return "missed"
    if call.ended_at is not None:
        return "ended"
    return "talking" if call.answered_at is not None else "ringing"


def _number(desk: Desk, call: TelephoneCall, language: str) -> str:
    """The number, masked, or why there is none."""
    if call.e164:
        return masked_phone(call.e164.removeprefix("+86") if call.e164.startswith("+861") else call.e164)
    shown = number_of(call.number, desk.telephony.country)
    if shown.shown is Shown.INTERNAL:
        return say(language, "telephone.number.internal", extension=shown.extension)
    return say(language, f"telephone.number.{shown.shown.value}")


def _whose(call: TelephoneCall, found: tuple[Match, ...], language: str) -> str:
    if call.case_id:
        return say(language, "telephone.whose.identified")
    if not found:
        return say(language, "telephone.whose.nobody")
    firsts = [f"{match.held.row.name[:1]}…" for match in found]
    if len(found) == 1:
        return say(language, "telephone.whose.one", first=firsts[0])
    listed = ("、" if language == "zh" else ", ").join(firsts[:4])
    return say(language, "telephone.whose.several", count=len(found), firsts=listed)


# ---- the bar on every page -------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_safe
def bar(request: HttpRequest) -> HttpResponse:
    """Asked every three seconds by every page: the calls at my extension; 304 while nothing changes."""
    desk, me, language = desk_of(request), staff_of(request), reader_language()
    now = desk.clock.now()
    found = desk.calls.of_extension(desk.calls.extension_of(me.id), now - ON_SCREEN)
    shown = [told_call(desk, call, language) for call in reversed(found) if _on_screen(call, now)]
    stamp = f'"{sha256(repr((language, shown)).encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == stamp:
        answer = HttpResponse(status=304)
    else:
        answer = render(
            request, "desk/parts/calls_bar.html", {"calls": shown, "headers": json.dumps({"If-None-Match": stamp})}
        )
    answer.headers["ETag"] = stamp
    return answer


def _on_screen(call: TelephoneCall, now: datetime) -> bool:
    if call.ended_at is None:
        return True
    return not call.case_id and call.answered_at is not None and now - call.ended_at < AFTERWARDS


@staff_required(WORKERS)
@require_POST
def not_this(request: HttpRequest, call: str) -> HttpResponse:
    """The caller is somebody else than whose number it is."""
    outcome = not_this_one(
        desk_of(request), by_staff(request, Channel.HOTLINE, seen=False), call, request.POST.get("borrower", "")
    )
    if isinstance(outcome, Refusal):
        messages.warning(request, refused_in(reader_language(), outcome))
    return HttpResponseRedirect(reverse("desk:calls"))


# ---- the page of calls -----------------------------------------------------------------------------------------


@staff_required()
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Today's calls: which go on, which nobody answered, which wait until it is known whose they are."""
    desk, language = desk_of(request), reader_language()
    today, now = desk.clock.today(), desk.clock.now()
    found = [told_call(desk, call, language) for call in desk.calls.recent(now - timedelta(days=7))]
    begin = start_of(today, ZONE)
    waiting = {item.body.get("call"): item for item in desk.agenda.given_up()}
    groups = {
        "now": [one for one in found if one.state in ("ringing", "talking") and now - one.at < ON_SCREEN],
        "missed": [one for one in found if one.state == "missed" and not one.case_id],
        "unidentified": [one for one in found if one.state == "ended" and not one.case_id],
        "today": [one for one in found if one.case_id and one.at >= begin],
    }
    page = {
        "title": say(language, "telephone.calls.title"),
        "groups": groups.items(),
        "due": waiting,
        "counts": [(say(language, f"telephone.count.{what}"), count) for what, count in desk.calls.counts().items()],
        "extension": desk.calls.extension_of(staff_of(request).id),
        "works": staff_of(request).kind in WORKERS,
        "key": desk.ids.new("q"),
        "me": staff_of(request),
        "tasks": len(desk.agenda.given_up()),
    }
    return render(request, "desk/calls.html", page)


@staff_required(WORKERS)
@require_POST
def set_extension(request: HttpRequest) -> HttpResponse:
    """Her line from now on; an empty one takes it away."""
    desk, extension = desk_of(request), request.POST.get("extension", "").strip()
    if extension and not EXTENSION.fullmatch(extension):
        messages.warning(request, say(reader_language(), "telephone.extension.fault"))
    else:
        desk.calls.set_extension(staff_of(request).id, extension)
        messages.success(request, say(reader_language(), "telephone.extension.kept"))
    return HttpResponseRedirect(reverse("desk:account"))


# ---- calls to her ----------------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_POST
def call_her(request: HttpRequest, case_id: str) -> HttpResponse:
    """Call her at the number on file, if the rules of contact allow it now."""
    case_for_staff(request, case_id)
    outcome = dial(desk_of(request), by_staff(request, Channel.HOTLINE, seen=False), case_id)
    if isinstance(outcome, Refusal):
        file = case_for_staff(request, case_id)
        return case_page(request, file, "messages", tried_from(request, "call", outcome), template="call")
    return HttpResponseRedirect(reverse("desk:call", args=[case_id, outcome.call]))


@staff_required(WORKERS)
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, case_id: str, call: str) -> HttpResponse:
    """A call to her that goes on: the link to dial by hand, and how it ended where no telephone system tells."""
    desk, file = desk_of(request), case_for_staff(request, case_id)
    found = desk.calls.get(call)
    if found is None or found.case_id != case_id or found.direction is not Direction.OUT:
        raise Http404
    if request.method == "POST":
        connected = request.POST.get("connected") == "yes"
        by = by_staff(request, Channel.HOTLINE, seen=False)
        outcome = say_how_it_ended(desk, by, call, connected=connected)
        if isinstance(outcome, Refusal):
            return case_page(request, file, "messages", tried_from(request, "call", outcome), template="call")
        messages.success(request, say(reader_language(), "telephone.out.noted"))
        return HttpResponseRedirect(tab_address(case_id, "messages"))
    link = f"sip:{found.e164}@{desk.telephony.sip_host}" if desk.telephony.link == "sip" else f"tel:{found.e164}"
    told = told_call(desk, found, reader_language())
    return case_page(
        request, file, "messages", template="call", told=told, number=found.e164, link=link, rings=desk.dialer.there
    )


# ---- recordings ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeardCall:
    """A call of a case, with the addresses of its recordings."""

    call: Call
    sounds: tuple[str, ...]


def calls_of(request: HttpRequest, file: CaseFile) -> list[HeardCall]:
    """The calls of a case, newest first. An address of a recording is one listening, however often it is asked for."""
    key = desk_of(request).ids.new("q")
    return [
        HeardCall(one, tuple(_address(file.case.case_id, one.call, blob, key) for blob in one.blobs))
        for one in reversed(file.talk.calls)
    ]


def _address(case_id: str, call: str, blob: str, key: str) -> str:
    return f"{reverse('desk:recording', args=[case_id, call, blob])}?k={quote(key)}"


@staff_required(WORKERS)
@require_safe
def recording(request: HttpRequest, case_id: str, call: str, blob: str) -> HttpResponse | StreamingHttpResponse:
    """The sound of a call, from any place in it; that somebody listened stands in the record first."""
    case_for_staff(request, case_id)
    key = request.GET.get("k", "")
    key = key if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", key) else desk_of(request).ids.new("q")
    by = replace(by_staff(request, seen=False), key=f"hear:{staff_of(request).id}:{key}:{blob}")
    kind = hear(desk_of(request), by, case_id, call, blob)
    if isinstance(kind, Refusal):
        raise Http404
    return sound(request, blob, kind)
