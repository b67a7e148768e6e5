"""Room 1 on the borrower's site, live: the chat of her case. Without JavaScript it is a page with a form.

What she sends twice under one key is one message, whether she pressed twice, the line broke, or two tabs are open.
"""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions import chat as verbs
from forbear.actions.record import By, load
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web import talk
from forbear.web.access import desk_of, person_of
from forbear.web.borrower.contact import WORDS_MAX
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import by_her, done_words, of_her_case, show, to, why_not, words
from forbear.web.talk import Side


@of_her_case
def chat(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What was said, and a field to write more."""
    given, fault = "", ""
    if request.method == "POST":
        given = request.POST.get("words", "")
        outcome = verbs.post(desk_of(request), _by(request, file, given), file.case.case_id, given)
        if talk.wants_json(request):
            return talk.taken(outcome)
        if not isinstance(outcome, Refusal):
            return to("chat", file, done="sent")
        fault = why_not(outcome)
    else:
        file = _read(request, file)
    side = _side(request, file)
    now = side.desk.clock.now()
    side.desk.presence.here(side.case_id, "", now)
    field = Field("words", "area", words("chat.page.field"), maximum=WORDS_MAX)
    case = [file.case.case_id]
    return show(
        request,
        "chat",
        title=words("chat.page.title"),
        file=file,
        status=422 if fault else 200,
        back=reverse("borrower:case", args=case),
        lines=talk.lines_of(side, verbs.since(file, -1))[-talk.SHOWN_MOST :],
        done=done_words(request, {"sent": words("chat.page.sent")}),
        fields=filled([field], {"words": given}, {"words": fault} if fault else {}),
        standing=talk.standing(side, now),
        again_url=f"{reverse('borrower:identity')}?next={reverse('borrower:chat', args=case)}",
    )


@of_her_case
@require_safe
def pull(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What came after ?after=, as JSON."""
    return talk.pulled(request, _side(request, file))


@of_her_case
@require_safe
def wake(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The stream that says when there is something to pull."""
    return talk.watched(_side(request, file))


@of_her_case
@require_POST
def typing(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She is typing."""
    return talk.typed(_side(request, file))


@of_her_case
@require_POST
def seen(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Her page has shown everything up to `after`."""
    side = _side(request, file)
    actor = person_of(request).actor
    return talk.shown(
        request,
        side,
        lambda after: verbs.seen(
            side.desk, verbs.seen_by(actor, side.case_id, after, Channel.CHAT), side.case_id, after
        ),
    )


def _side(request: HttpRequest, file: CaseFile) -> Side:
    return Side(desk=desk_of(request), file=file)


def _by(request: HttpRequest, file: CaseFile, given: str) -> By:
    sent_at = talk.sent_at(request, desk_of(request).clock.now())
    return replace(by_her(request, file, "chat", given, seen=False), channel=Channel.CHAT, occurred_at=sent_at)


def _read(request: HttpRequest, file: CaseFile) -> CaseFile:
    """The page as it is opened shows everything, so everything to her is delivered."""
    case_id, desk = file.case.case_id, desk_of(request)
    by = verbs.seen_by(person_of(request).actor, case_id, file.case.seq, Channel.CHAT)
    outcome = verbs.seen(desk, by, case_id, file.case.seq)
    return file if isinstance(outcome, Refusal) or not outcome.events else load(desk, case_id)
