"""Room 6 at the desk: the agreements of a case, their terms row by row, who signed what, and the document itself."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.agreement import decline, take_back
from forbear.actions.ports import ZONE
from forbear.core import events as e
from forbear.core.agreement import SigningAct, cooling_ends_on
from forbear.core.contact import Channel
from forbear.core.file import Agreed, CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.signatures import paper, status
from forbear.web.desk.timeline import plan_figures
from forbear.web.templatetags.desk import reader_language


@dataclass(frozen=True)
class ShownAgreement:
    """An agreement with its figures in words and the act that signed it."""

    agreed: Agreed
    figures: list[tuple[str, str]]
    act: SigningAct | None
    signatures: list[tuple[str, str]]
    takes_back: bool
    """Whether she may still take her signature back."""


@staff_required()
@require_safe
def agreement(request: HttpRequest, case_id: str) -> HttpResponse:
    """Every agreement, the newest first."""
    return _agreements(request, case_for_staff(request, case_id))


def _agreements(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    acts = {event.fact.number: event.fact.act for event in file.events if isinstance(event.fact, e.AgreementSigned)}
    language = reader_language()
    found = [
        ShownAgreement(
            a,
            plan_figures(language, a.terms.plan) if a.terms else [],
            acts.get(a.number),
            status(a),
            _takes_back(request, a),
        )
        for a in reversed(file.agreements)
    ]
    return case_page(request, file, "agreement", tried, agreements=found)


@staff_required()
@require_safe
def document(request: HttpRequest, case_id: str, number: int) -> HttpResponse:
    """The document exactly as she has it."""
    file = case_for_staff(request, case_id)
    found = next((agreed for agreed in file.agreements if agreed.number == number), None)
    if found is None:
        raise Http404
    return paper(request, found.document, found.printed, case_id, f"{case_id}-{number}.pdf")


def _takes_back(request: HttpRequest, agreed: Agreed) -> bool:
    if agreed.state != "in-force" or agreed.terms is None or agreed.signed_at is None:
        return False
    until_on = cooling_ends_on(agreed.terms, agreed.signed_at.astimezone(ZONE).date())
    return until_on is not None and desk_of(request).clock.today() <= until_on


@staff_required(WORKERS)
@require_POST
def withdraw(request: HttpRequest, case_id: str) -> HttpResponse:
    """She said on the telephone that she does not want this agreement, or takes her signature back."""
    file = case_for_staff(request, case_id)
    words = request.POST.get("words", "")
    act = decline if file.case.in_force is None or file.case.offered is not None else take_back
    outcome = act(desk_of(request), by_staff(request, Channel.HOTLINE), case_id, words)
    if isinstance(outcome, Refusal):
        return _agreements(request, case_for_staff(request, case_id), tried_from(request, "withdraw", outcome))
    return sent_on(request, outcome, tab_address(case_id, "agreement"), "withdrawn")
