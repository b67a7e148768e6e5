"""Room 1 at the desk: who may speak for her by a paper of the case, and the caller who is called back.

Somebody who rang and could prove nothing is called on the number on file: whoever answers there proves it by answering.
"""

from datetime import date
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from forbear.actions.authority import end_authority, file_authority
from forbear.actions.caller import loan_to_call_back
from forbear.core.amounts import iso_day
from forbear.core.contact import Auth, Channel, ThirdParty
from forbear.core.identity import masked_name
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.contact import all_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.telephone import caller_known
from forbear.web.templatetags.desk import reader_language
from forbear.words import say

CALLING_SECONDS = 1800
"""So long after the number was shown the call back may take."""


@staff_required(WORKERS)
@require_POST
def file_one(request: HttpRequest, case_id: str) -> HttpResponse:
    """An authority as it stands on her paper."""
    case_for_staff(request, case_id)
    given = {name: request.POST.get(name, "").strip()[:200] for name in ("name", "relation", "phone", "email", "paper")}
    until_on: date | None = None
    if typed := request.POST.get("until", "").strip():
        read = iso_day(typed)
        if isinstance(read, Refusal):
            return _again(request, case_id, tried_from(request, "authority", until=_said(read)))
        until_on = read
    paper = given.pop("paper")
    party = ThirdParty(**given)
    outcome = file_authority(
        desk_of(request), by_staff(request, seen=False), case_id, party, until_on=until_on, paper=paper
    )
    if isinstance(outcome, Refusal):
        return _again(request, case_id, tried_from(request, "authority", outcome))
    return sent_on(request, outcome, tab_address(case_id, "contact"), "saved")


@staff_required(WORKERS)
@require_POST
def end_one(request: HttpRequest, case_id: str, authority: str) -> HttpResponse:
    """It holds no more."""
    case_for_staff(request, case_id)
    outcome = end_authority(desk_of(request), by_staff(request, seen=False), case_id, authority)
    if isinstance(outcome, Refusal):
        return _again(request, case_id, tried_from(request, "authority", outcome))
    return sent_on(request, outcome, tab_address(case_id, "contact"), "saved")


def _again(request: HttpRequest, case_id: str, tried: Tried) -> HttpResponse:
    file = case_for_staff(request, case_id)
    return case_page(request, file, "contact", tried, **all_of(request, file))


def _said(refusal: Refusal) -> str:
    return say(reader_language(), refusal.reason, **refusal.facts)


@staff_required(WORKERS)
@require_http_methods(["GET", "POST"])
def call_back(request: HttpRequest) -> HttpResponse:
    """First the contract, then the number on file to call; "I called it and she answered" proves who she is."""
    if request.method == "GET":
        return _call_back(request)
    desk, me = desk_of(request), staff_of(request)
    if request.POST.get("act") == "answered":
        try:
            calling = signing.loads(request.POST.get("calling", ""), salt="calling", max_age=CALLING_SECONDS)
        except signing.BadSignature:
            calling = {}
        held = desk.loans.loan(calling["loan"]) if calling.get("who") == me.id else None
        if held is not None:
            return caller_known(request, held, Auth.CALL_BACK)
        return _call_back(request, tried_from(request, "call_back", contract=_word("again")))
    contract = request.POST.get("contract", "").strip()[:80]
    if not contract:
        return _call_back(request, tried_from(request, "call_back", contract=_word("contract")))
    found = loan_to_call_back(desk, by_staff(request, Channel.HOTLINE, seen=False), contract)
    if isinstance(found, Refusal):
        return _call_back(request, tried_from(request, "call_back", found))
    calling = signing.dumps({"loan": found.loan_id, "who": me.id}, salt="calling")
    return _call_back(request, held=found, calling=calling, name_masked=masked_name(found.row.name))


def _call_back(request: HttpRequest, tried: Tried | None = None, **context: Any) -> HttpResponse:
    desk = desk_of(request)
    page = {"title": _word("title"), "tried": tried, "key": desk.ids.new("q"), "me": staff_of(request)}
    return render(request, "desk/call_back.html", {**page, **context}, status=tried.status if tried else 200)


def _word(name: str) -> str:
    return say(reader_language(), f"contact_budget.call_back.{name}")
