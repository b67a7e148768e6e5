"""The replies a desk keeps: everybody reads them, reviewers and policy owners write them, every change is a version."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from forbear.actions.canned_replies import keep_reply
from forbear.core.canned_replies import HOLES, WRITERS, CannedReply, current, next_version, reply_faults, versions
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import no_entry, staff_of, staff_required
from forbear.web.desk.page import Tried, tried_from
from forbear.web.templatetags.desk import reader_language
from forbear.words import say


@staff_required()
@require_http_methods(["GET", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """All replies with their versions; a form for a new version."""
    if request.method != "POST":
        return _page(request)
    desk, me = desk_of(request), staff_of(request)
    if me.kind not in WRITERS:
        return no_entry(request, say(reader_language(), "conversation.refusal.canned_role"))
    given = {name: request.POST.get(name, "").strip() for name in ("name", "language", "text", "version")}
    seen = int(given["version"]) if given["version"].isascii() and given["version"].isdigit() else None
    if seen is None:  # a name typed in: the newest version of it was on the same page
        seen = next_version(desk.canned_replies.all(), given["name"]) - 1
    kept = keep_reply(desk, me, name=given["name"], language=given["language"], text=given["text"], seen=seen)
    if isinstance(kept, Refusal):
        return _page(request, tried_from(request, "reply", kept))
    messages.success(request, say(reader_language(), "conversation.replies.kept", reply=kept.reference))
    return HttpResponseRedirect(reverse("desk:replies"))


def _page(request: HttpRequest, tried: Tried | None = None) -> HttpResponse:
    desk, me, language = desk_of(request), staff_of(request), reader_language()
    every = desk.canned_replies.all()
    changed = next((one for one in current(every) if one.reference == request.GET.get("change")), None)
    values = tried.values if tried else _values(changed, every)
    faults = reply_faults(values.get("language", "zh"), values.get("text", "")) if tried else ()
    page = {
        "title": say(language, "conversation.replies.title"),
        "found": [
            (one, list(versions(every, one.name, one.language)))
            for one in sorted(
                {(r.name, r.language): r for r in every}.values(), key=lambda one: (one.name, one.language)
            )
        ],
        "values": values,
        "faults": [say(language, f"conversation.fault.{fault.kind}", what=fault.what) for fault in faults],
        "holes": HOLES,
        "writes": me.kind in WRITERS,
        "tried": tried,
        "me": me,
    }
    return render(request, "desk/canned_replies.html", page, status=tried.status if tried else 200)


def _values(reply: CannedReply | None, every: tuple[CannedReply, ...]) -> dict[str, str]:
    """What stands in the form: a reply that is changed, or nothing."""
    if reply is None:
        return {"name": "", "language": "zh", "text": "", "version": ""}
    newest = next_version(every, reply.name) - 1
    return {"name": reply.name, "language": reply.language, "text": reply.text, "version": str(newest)}
