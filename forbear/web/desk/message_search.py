"""Words found in what was said over all cases, a page at a time; for agents and reviewers."""

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from forbear.actions.message_search import Found, Hit, search_messages
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, may_work, staff_of, staff_required
from forbear.web.desk.page import short_name
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say

FIRST = 5
"""Hits shown under the cases that the search box finds."""


@staff_required(WORKERS)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The hits, newest first; the next page goes on where this one ends."""
    words = request.GET.get("search", "").strip()[:80]
    before = request.GET.get("before", "")
    leaf = int(before) if re.fullmatch(r"[0-9]{1,15}", before) else None
    found = search_messages(desk_of(request), staff_of(request), words, leaf)
    refused = isinstance(found, Refusal)
    page = {
        "title": say(reader_language(), "conversation.search.title", words=words),
        "hits": [] if isinstance(found, Refusal) else [_row(hit) for hit in found.hits],
        "fault": refused_in(reader_language(), found) if isinstance(found, Refusal) else "",
        "wanted": {"search": words},
        "first_url": _address(words) if leaf is not None else "",
        "next_url": _address(words, found.before) if isinstance(found, Found) and found.before is not None else "",
        "me": staff_of(request),
    }
    return render(request, "desk/message_search.html", page, status=422 if refused else 200)


def in_messages(request: HttpRequest, words: str) -> dict[str, Any]:
    """The first hits for the queue's search box; nothing for whoever does not work on cases."""
    if not words or not may_work(request):
        return {"hits": [], "hits_url": ""}
    found = search_messages(desk_of(request), staff_of(request), words, limit=FIRST)
    if isinstance(found, Refusal):
        return {"hits": [], "hits_url": ""}
    return {"hits": [_row(hit) for hit in found.hits], "hits_url": _address(words) if found.before is not None else ""}


def _row(hit: Hit) -> dict[str, Any]:
    """A hit as shown: whose case, by whom, when, and the words in their surroundings."""
    line, case_id = hit.line, hit.event.case_id
    return {
        "url": f"{reverse('desk:messages', args=[case_id])}?all=1#said-{hit.event.seq}",
        "name": short_name(line.name) if line else "",
        "tail": line.contract[-7:] if line else "",
        "at": hit.event.at,
        "kind": hit.event.actor.kind.value,
        "channel": hit.event.channel.value,
        "excerpt": hit.excerpt,
    }


def _address(words: str, before: int | None = None) -> str:
    asked = {"search": words} | ({} if before is None else {"before": before})
    return f"{reverse('desk:search')}?{urlencode(asked)}"
