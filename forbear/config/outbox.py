"""/dev/outbox: every message that would have left the house, with the one-time codes in them. In development only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forbear.config.wiring import clock
from forbear.store.outbox import DevOutbox
from forbear.store.privacy import load_keys

AT_ONCE = 50


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The last messages, newest first; no such page unless FORBEAR_DEV is set."""
    if not settings.DEV:
        raise Http404
    kept = DevOutbox(load_keys(settings.HOME), clock()).messages(limit=AT_ONCE)
    return render(request, "dev/outbox.html", {"messages_kept": kept})
