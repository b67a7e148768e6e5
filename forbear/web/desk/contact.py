"""Room 1 at the desk: the case at a glance, what was said between her and us, and notes."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.conversation import write_message, write_note
from forbear.actions.plan import loan_today
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.identity import masked_phone
from forbear.core.loan import days_past_due, owed_on
from forbear.core.refusal import Refusal
from forbear.web.desk.calls import calls_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.evidence import budget_of, wanted
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.templatetags.desk import day, reader_language
from forbear.words import say


@staff_required()
@require_safe
def contact(request: HttpRequest, case_id: str) -> HttpResponse:
    """The case at a glance: the next step, who she is, what she owes today, until when collection rests."""
    file = case_for_staff(request, case_id)
    return case_page(request, file, "contact", **facts_of(request, file), **_glance(request, file))


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


# ---- messages and notes ----------------------------------------------------------------------------------------


@staff_required()
@require_safe
def talk(request: HttpRequest, case_id: str) -> HttpResponse:
    """What she wrote and what we wrote, and the desk's own notes."""
    return _talk(request, case_for_staff(request, case_id))


def _talk(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    spoken = [said for said in reversed(file.spoken) if said.text]
    return case_page(request, file, "messages", tried, spoken=spoken, calls=calls_of(request, file))


@staff_required(WORKERS)
@require_POST
def write(request: HttpRequest, case_id: str) -> HttpResponse:
    """A message to her."""
    case_for_staff(request, case_id)
    outcome = write_message(request.desk, by_staff(request), case_id, request.POST.get("text", ""))  # type: ignore[attr-defined]
    if isinstance(outcome, Refusal):
        return _talk(request, case_for_staff(request, case_id), tried_from(request, "message", outcome))
    return sent_on(request, outcome, tab_address(case_id, "messages"), "message")


@staff_required(WORKERS)
@require_POST
def note(request: HttpRequest, case_id: str) -> HttpResponse:
    """A note for the desk; ticked, what was said to her on the telephone, which answers her wish for a person."""
    case_for_staff(request, case_id)
    by, text = by_staff(request), request.POST.get("text", "")
    if request.POST.get("called"):
        outcome = write_message(request.desk, replace(by, channel=Channel.HOTLINE), case_id, text)  # type: ignore[attr-defined]
    else:
        outcome = write_note(request.desk, by, case_id, text)  # type: ignore[attr-defined]
    if isinstance(outcome, Refusal):
        return _talk(request, case_for_staff(request, case_id), tried_from(request, "note", outcome))
    return sent_on(request, outcome, tab_address(case_id, "messages"), "note")
