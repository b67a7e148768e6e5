"""The caller on the telephone: who it is, before anything is told, and on to her case with the call that brought her.

A caller names her contract and either her ID-card number or two other facts; which of them was wrong nobody is told.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from forbear.actions.authority import note_identity
from forbear.actions.caller import Caller, identify_caller
from forbear.actions.contact import open_case
from forbear.actions.hotline import call_identified
from forbear.actions.ports import Held
from forbear.core import amounts, identity
from forbear.core.contact import Auth, Channel
from forbear.core.identity import masked_id, masked_name
from forbear.core.loan import days_past_due
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import TelephoneCall
from forbear.web.access import desk_of
from forbear.web.desk.calls import told_call
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.page import Tried, tab_address, tried_from
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say

CALLER_SECONDS = 3600
"""How long a caller counts as identified: one call."""


@staff_required(WORKERS)
@require_http_methods(["GET", "POST"])
def telephone(request: HttpRequest) -> HttpResponse:
    """Who is calling: the facts she names, then her loan and its cases. `call`: the call in which she names them."""
    if request.method == "GET":
        return _telephone(request)
    caller, faults = _caller(request)
    if faults:
        return _telephone(request, tried_from(request, "caller", **faults))
    found = identify_caller(desk_of(request), by_staff(request, Channel.HOTLINE, seen=False), caller)
    if isinstance(found, Refusal):
        return _telephone(request, tried_from(request, "caller", found))
    return caller_known(request, found, Auth.CALLER_TWO_FACTS)


def caller_known(request: HttpRequest, held: Held, auth: Auth) -> HttpResponse:
    """The loan of a caller who proved who she is, and on to her case."""
    return _telephone(request, held=held, auth=auth)


def call_asked(request: HttpRequest) -> TelephoneCall | None:
    """The call that a page or a form names; None for none, or one that is forgotten."""
    named = request.POST.get("call", "") or request.GET.get("call", "")
    return desk_of(request).calls.get(named[:64]) if named else None


def _telephone(
    request: HttpRequest, tried: Tried | None = None, held: Held | None = None, auth: Auth = Auth.NONE
) -> HttpResponse:
    desk, me, call = desk_of(request), staff_of(request), call_asked(request)
    page: dict[str, Any] = {
        "title": say(reader_language(), "desk.telephone.title"),
        "tried": tried,
        "key": desk.ids.new("q"),
        "me": me,
        "held": held,
        "call": told_call(desk, call, reader_language()) if call else None,
    }
    if held is not None:
        page |= {
            "lines": desk.cases.of_loan(held.loan_id),
            "proof": signing.dumps({"loan": held.loan_id, "who": me.id, "auth": auth.value}, salt="caller"),
            "id_masked": masked_id(held.row.id_number),
            "name_masked": masked_name(held.row.name),
            "days_late": days_past_due(held.row.loan, desk.clock.today()),
        }
    return render(request, "desk/telephone.html", page, status=tried.status if tried else 200)


def _caller(request: HttpRequest) -> tuple[Caller, dict[str, str]]:
    """What she named, as typed by the agent; what cannot be read is said beside its field."""
    given = {name: request.POST.get(name, "").strip()[:80] for name in ("contract", "name", "id_tail", "phone_tail")}
    faults: dict[str, str] = {}
    language = reader_language()
    if not given["contract"]:
        faults["contract"] = say(language, "desk.telephone.fault.contract")
    id_number = request.POST.get("id_number", "").strip()[:40]
    if id_number:
        checked = identity.check_id_number(id_number)
        if isinstance(checked, Refusal):
            faults["id_number"] = say(language, checked.reason, **checked.facts)
        else:
            id_number = checked
    instalment: int | None = None
    if typed := request.POST.get("instalment", "").strip():
        read = amounts.amount_minor(typed)
        if isinstance(read, Refusal):
            faults["instalment"] = say(language, read.reason, **read.facts)
        else:
            instalment = read
    return Caller(id_number=id_number, instalment_minor=instalment, **given), faults


@staff_required(WORKERS)
@require_POST
def open_for_caller(request: HttpRequest) -> HttpResponse:
    """Open a case for the caller who was just identified, or go on with the one that is open."""
    try:
        proof = signing.loads(request.POST.get("proof", ""), salt="caller", max_age=CALLER_SECONDS)
    except signing.BadSignature:
        proof = {}
    me = staff_of(request)
    if proof.get("who") != me.id:
        messages.warning(request, say(reader_language(), "desk.telephone.again"))
        return HttpResponseRedirect(reverse("desk:telephone"))
    language = "en" if request.POST.get("language") == "en" else "zh"
    by = by_staff(request, Channel.HOTLINE, seen=False)
    outcome = open_case(desk_of(request), by, loan_id=proof["loan"], language=language)
    if isinstance(outcome, Refusal):
        return _telephone(request, tried_from(request, "caller", outcome))
    call, auth = call_asked(request), Auth(proof["auth"])
    if call is None:
        proved = by_staff(request, Channel.HOTLINE, part="proved", seen=False)
        note_identity(desk_of(request), proved, outcome.case_id, auth)
    else:
        filed = call_identified(desk_of(request), by, call.call, outcome.case_id, auth)
        if isinstance(filed, Refusal):
            messages.warning(request, refused_in(reader_language(), filed))
            call = None
    file = case_for_staff(request, outcome.case_id)
    if file.case.stage.value != "statement":
        return HttpResponseRedirect(tab_address(outcome.case_id, "contact"))
    address = reverse("desk:telephone_statement", args=[outcome.case_id])
    return HttpResponseRedirect(f"{address}?call={call.call}" if call else address)
