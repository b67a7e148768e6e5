"""/dev/outbox: every message that would have left the house, with the one-time codes in them. In development only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forbear.config import first_run, wiring

AT_ONCE = 50


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The last messages, newest first; no such page unless FORBEAR_DEV is set."""
    if not settings.DEV:
        raise Http404
    shown = {"messages_kept": wiring.outbox().messages(limit=AT_ONCE), "codes": list(first_run.codes())}
    return render(request, "dev/outbox.html", shown)
