"""Text messages that belong to no case for sure: a person says whose they are. Nothing is answered from here."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.sms import place_stray
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, staff_of, staff_required
from forbear.web.desk.page import Tried, tried_from
from forbear.web.templatetags.desk import reader_language
from forbear.words import say

SHOWN = 50


@staff_required(WORKERS)
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Oldest first."""
    return _page(request)


def _page(request: HttpRequest, tried: Tried | None = None) -> HttpResponse:
    desk = desk_of(request)
    page = {
        "title": say(reader_language(), "sms.page.title"),
        "me": staff_of(request),
        "key": desk.ids.new("q"),
        "tried": tried,
        "strays": [(f"text-{n}", stray) for n, stray in enumerate(desk.texts.strays(SHOWN), start=1)],
    }
    return render(request, "desk/texts.html", page, status=tried.status if tried else 200)


@staff_required(WORKERS)
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Into the open case of a contract, or to nobody."""
    desk, form = desk_of(request), request.POST.get("form", "")[:20]
    contract = "" if request.POST.get("nobody") else request.POST.get("contract", "").strip()[:80]
    if not contract and not request.POST.get("nobody"):
        missing = Refusal("sms.contract", "sms.refusal.contract", "sms.way_on.contract", where="contract")
        return _page(request, tried_from(request, form, missing))
    outcome = place_stray(desk, by_staff(request, seen=False), request.POST.get("text", "")[:120], contract)
    if isinstance(outcome, Refusal):
        return _page(request, tried_from(request, form, outcome))
    return HttpResponseRedirect(reverse("desk:texts"))
