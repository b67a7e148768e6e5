"""Room 1 on the borrower's site, live: the chat of her case. Without JavaScript it is a page with a form.

What she sends twice under one key is one message, whether she pressed twice, the line broke, or two tabs are open.
"""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions import chat as verbs
from forbear.actions.bot import greet
from forbear.actions.record import By, Done
from forbear.core.contact import Channel
from forbear.core.refusal import Refusal
from forbear.web import talk
from forbear.web.access import ProofNeeded, desk_of, line_for_borrower, looked_ahead, person_of
from forbear.web.borrower.contact import WORDS_MAX
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import done_words, not_found, press, show, to_the_door, why_not, words
from forbear.web.talk import Side


def _hers(view: Callable[[HttpRequest, Side], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page about the chat of her case: the door first."""

    @wraps(view)
    def page(request: HttpRequest, case_id: str) -> HttpResponse:
        try:
            line = line_for_borrower(request, case_id)
        except ProofNeeded as needed:
            return to_the_door(request, needed.expired)
        except Http404:
            return not_found(request)
        return view(request, Side(desk=desk_of(request), line=line))

    return page


@_hers
def chat(request: HttpRequest, side: Side) -> HttpResponse:
    """What was said, and a field to write more."""
    given, fault, here = "", "", reverse("borrower:chat", args=[side.case_id])
    if request.method == "POST":
        given = request.POST.get("words", "")
        outcome = verbs.post(side.desk, _by(request, side, given), side.case_id, given)
        if talk.wants_json(request):
            return talk.taken(request, side, outcome)
        if not isinstance(outcome, Refusal):
            return redirect(f"{here}?done=sent")
        fault = why_not(outcome)
    elif not looked_ahead(request):
        greet(side.desk, side.case_id, proved=True)
        _see(request, side, side.line.seq)
    side.desk.presence.here(side.case_id, "", side.desk.clock.now())
    field = Field("words", "area", words("chat.page.field"), maximum=WORDS_MAX)
    return show(
        request,
        "chat",
        title=words("chat.page.title"),
        status=422 if fault else 200,
        case_id=side.case_id,
        back=reverse("borrower:case", args=[side.case_id]),
        talk=talk.whole(side),
        done=done_words(request, {"sent": words("chat.page.sent")}),
        fields=filled([field], {"words": given}, {"words": fault} if fault else {}),
        again_url=f"{reverse('borrower:identity')}?next={here}",
    )


@_hers
@require_safe
def pull(request: HttpRequest, side: Side) -> HttpResponse:
    """What came after ?after=, as JSON."""
    return talk.pulled(request, side)


@_hers
@require_safe
def wake(request: HttpRequest, side: Side) -> HttpResponse:
    """The stream that says when there is something to pull."""
    return talk.watched(side)


@_hers
@require_POST
def typing(request: HttpRequest, side: Side) -> HttpResponse:
    """She is typing."""
    return talk.typed(side)


@_hers
@require_POST
def seen(request: HttpRequest, side: Side) -> HttpResponse:
    """Her page has shown everything up to `after`."""
    return talk.shown(request, side, lambda after: _see(request, side, after))


def _see(request: HttpRequest, side: Side, after: int) -> Done | Refusal:
    by = verbs.seen_by(person_of(request).actor, side.case_id, after, Channel.CHAT)
    return verbs.seen(side.desk, by, side.case_id, after)


def _by(request: HttpRequest, side: Side, given: str) -> By:
    """Who writes, under the key of this press and of what was written: the same words again are the same message."""
    return By(
        actor=person_of(request).actor,
        channel=Channel.CHAT,
        key=f"chat:{side.case_id}:{press(request, given)}",
        occurred_at=talk.sent_at(request, side.desk.clock.now()),
    )
