"""Room 1 at the desk: the case at a glance, what was said between her and us, notes, and the caller on the telephone.

A caller names her contract and either her ID-card number or two other facts; which of them was wrong nobody is told.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forbear.actions.authority import note_identity
from forbear.actions.caller import Caller, identify_caller
from forbear.actions.contact import open_case
from forbear.actions.plan import loan_today
from forbear.actions.ports import Held
from forbear.core import amounts, identity
from forbear.core.contact import Auth, Channel
from forbear.core.file import CaseFile
from forbear.core.identity import masked_id, masked_name, masked_phone
from forbear.core.loan import days_past_due, owed_on
from forbear.core.refusal import Refusal
from forbear.web.desk.contact_budget import glance, speakers
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.evidence import budget_of, wanted
from forbear.web.desk.page import Tried, case_page, tab_address, tried_from
from forbear.web.templatetags.desk import day, reader_language
from forbear.words import say

CALLER_SECONDS = 3600
"""How long a caller counts as identified: one call."""


@staff_required()
@require_safe
def contact(request: HttpRequest, case_id: str) -> HttpResponse:
    """The case at a glance: the next step, who she is, what she owes today, until when collection rests."""
    file = case_for_staff(request, case_id)
    return case_page(request, file, "contact", **all_of(request, file))


def all_of(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """What the page of the case at a glance shows."""
    return facts_of(request, file) | _glance(request, file) | glance(request, file) | speakers(request, file)


def _glance(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """The rest of the case in a few lines: what happened, what is left each month, her papers, her choice."""
    months = budget_of(request, file)["months"]
    return {
        "next_month": months[0] if months else None,
        "wanted": wanted(request, file),
        "chosen": file.requested.plan if file.requested and file.case.under_review else None,
    }


def facts_of(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """Who she is and what she owes today, with the source of each figure."""
    desk, language = request.desk, reader_language()  # type: ignore[attr-defined]
    held = desk.loans.loan(file.loan_id) if file.loan_id else None
    if held is None:
        return {"loan": None, "owed": None}
    today = desk.clock.today()
    loan = loan_today(desk, file, today)
    book = say(language, "desk.source.book", on=day(held.row.loan.as_of))
    return {
        "held": held,
        "phone_masked": masked_phone(file.party.phone) if file.party else "",
        "loan": loan,
        "owed": owed_on(loan, max(today, loan.as_of)),
        "days_late": days_past_due(loan, today),
        "book_source": book,
        "owed_source": say(
            language,
            "desk.source.agreement" if file.agreed else "desk.source.owed",
            on=day(loan.as_of),
            today=day(today),
        ),
        "others": [line for line in desk.cases.of_borrower(held.borrower_id) if line.case_id != file.case.case_id],
    }


@staff_required()
@require_safe
def fresh(request: HttpRequest, case_id: str, seen: int) -> HttpResponse:
    """Asked every twenty seconds by an open case: a line when something happened that is not on the screen."""
    line = request.desk.cases.line(case_id)  # type: ignore[attr-defined]
    if line is None:
        raise Http404
    changed = line.seq > seen
    return render(request, "desk/parts/fresh.html", {"changed": changed, "url": tab_address(case_id, "contact")})


# ---- a caller --------------------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_http_methods(["GET", "POST"])
def telephone(request: HttpRequest) -> HttpResponse:
    """Who is calling: the facts she names, then her loan and its cases."""
    if request.method == "GET":
        return _telephone(request)
    caller, faults = _caller(request)
    if faults:
        return _telephone(request, tried_from(request, "caller", **faults))
    found = identify_caller(request.desk, by_staff(request, Channel.HOTLINE, seen=False), caller)  # type: ignore[attr-defined]
    if isinstance(found, Refusal):
        return _telephone(request, tried_from(request, "caller", found))
    return caller_known(request, found, Auth.CALLER_TWO_FACTS)


def caller_known(request: HttpRequest, held: Held, auth: Auth) -> HttpResponse:
    """The loan of a caller who proved who she is, and on to her case."""
    return _telephone(request, held=held, auth=auth)


def _telephone(
    request: HttpRequest, tried: Tried | None = None, held: Held | None = None, auth: Auth = Auth.NONE
) -> HttpResponse:
    desk, me = request.desk, request.staff  # type: ignore[attr-defined]
    page: dict[str, Any] = {
        "title": say(reader_language(), "desk.telephone.title"),
        "tried": tried,
        "key": desk.ids.new("q"),
        "me": me,
        "held": held,
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
    me = request.staff  # type: ignore[attr-defined]
    if proof.get("who") != me.id:
        messages.warning(request, say(reader_language(), "desk.telephone.again"))
        return HttpResponseRedirect(reverse("desk:telephone"))
    language = "en" if request.POST.get("language") == "en" else "zh"
    by = by_staff(request, Channel.HOTLINE, seen=False)
    outcome = open_case(request.desk, by, loan_id=proof["loan"], language=language)  # type: ignore[attr-defined]
    if isinstance(outcome, Refusal):
        return _telephone(request, tried_from(request, "caller", outcome))
    proved = by_staff(request, Channel.HOTLINE, part="proved", seen=False)
    note_identity(request.desk, proved, outcome.case_id, Auth(proof["auth"]))  # type: ignore[attr-defined]
    file = case_for_staff(request, outcome.case_id)
    asks = file.case.stage.value == "statement"
    return HttpResponseRedirect(
        reverse("desk:telephone_statement", args=[outcome.case_id]) if asks else tab_address(outcome.case_id, "contact")
    )
