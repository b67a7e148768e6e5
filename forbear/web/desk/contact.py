"""Room 1 at the desk: the case at a glance."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forbear.actions.plan import loan_today
from forbear.core.file import CaseFile
from forbear.core.identity import masked_phone
from forbear.core.loan import days_past_due, owed_on
from forbear.web.access import desk_of
from forbear.web.desk.contact_budget import glance, speakers
from forbear.web.desk.doors import case_for_staff, staff_required
from forbear.web.desk.evidence import budget_of, wanted
from forbear.web.desk.page import case_page, tab_address
from forbear.web.templatetags.desk import day, reader_language
from forbear.words import say


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
    desk, language = desk_of(request), reader_language()
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
    line = desk_of(request).cases.line(case_id)
    if line is None:
        raise Http404
    changed = line.seq > seen
    return render(request, "desk/parts/fresh.html", {"changed": changed, "url": tab_address(case_id, "contact")})
