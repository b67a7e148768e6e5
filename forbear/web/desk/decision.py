"""Room 5 at the desk: take the case, ask for more, propose; and the note that a reviewer reads before she signs.

The note shows the figures exactly as deciding would record them, every rule with its source, and the letter in the
borrower's own language. Who may not decide is told why before she tries.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.decision import (
    accept_case,
    ask_for_more,
    decide_case,
    decided_as,
    may_decide_on,
    propose,
    send_back,
    unchecked,
)
from forbear.actions.forborne import books
from forbear.actions.plan import offers_today
from forbear.actions.record import By
from forbear.core.contact import Channel
from forbear.core.decision import REASONS, Decided, Outcome, Proposal, above_authority
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_of, staff_required
from forbear.web.desk.evidence import Wanted, budget_of, wanted
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.plan import advice, choice_from, shown, shown_offers
from forbear.web.desk.promise import serial_words
from forbear.web.desk.timeline import offer_figures
from forbear.web.templatetags.desk import reader_language, refused_in, term_in
from forbear.words import say
from forbear.words.format import day, money


@dataclass(frozen=True)
class LetterShown:
    """The decision as the borrower will read it, in her language."""

    language: str
    title: str
    lead: str
    words: str
    reasons: list[str]
    figures: list[tuple[str, str]]
    plan: list[tuple[str, str]]
    would_change: str


@staff_required()
@require_safe
def decision(request: HttpRequest, case_id: str) -> HttpResponse:
    """What there is to decide, and what was decided."""
    return _decision(request, case_for_staff(request, case_id))


def _decision(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    case, language = file.case, reader_language()
    desk, actor = desk_of(request), staff_of(request)
    context: dict[str, Any] = {
        "phase": _phase(file),
        "requested": shown(file.requested, language) if file.requested else None,
        "reasons": [(reason, term_in(language, f"decision.reason.{reason}")) for reason in REASONS],
        "outcomes": [outcome.value for outcome in Outcome],
        "took_part": sorted(case.excluded),
        "was_returned": _returned(file),
        "waiting_papers": _waiting(request, file),
    }
    by = By(actor=actor, channel=Channel.WEB, key="")
    if case.under_review:
        context["serial"] = serial_words(books(desk, file), language, more=1)
    if case.under_review and file.statement is not None and file.loan_id:
        if case.proposed is not None and file.proposal is not None:
            context |= _note(request, file, by)
        elif case.accepted:
            answer = offers_today(desk, file)
            context |= {"offers": shown_offers(answer, language), "advice": advice(request, answer)}
    if file.decided is not None:
        context["letter_sent"] = letter(file, file.decided)
        context["decided_rules"] = shown(file.decided.plan, language).findings if file.decided.plan else []
    return case_page(request, file, "decision", tried, **context)


def _waiting(request: HttpRequest, file: CaseFile) -> list[tuple[str, str, bool]]:
    """The papers nobody has settled: (what for, where to look at it, whether an approval needs it)."""
    needed = unchecked(file)
    return [
        (one.need, _where(file, one), one.item.number in needed)
        for one in wanted(request, file)
        if file.case.under_review and (one.state is PaperState.RECEIVED or one.item.number in needed)
    ]


def _where(file: CaseFile, one: Wanted) -> str:
    paper = next((came.paper.paper for came in one.papers if came.open and came.paper.facts), "")
    case_id = file.case.case_id
    return (
        reverse("desk:review", args=[case_id, paper])
        if paper
        else f"{tab_address(case_id, 'evidence')}#item-{one.item.number}"
    )


def _phase(file: CaseFile) -> str:
    case = file.case
    if case.proposed is not None:
        return "decide"
    if case.under_review:
        return "propose" if case.accepted else "accept"
    return "decided" if file.decided is not None else "idle"


def _note(request: HttpRequest, file: CaseFile, by: By) -> dict[str, Any]:
    """Everything the reviewer signs for: inputs, rules, figures, the answer and its letter, and whether she may."""
    desk, language = desk_of(request), reader_language()
    proposal = file.proposal
    assert proposal is not None, "a note is about a proposal"
    decided = decided_as(desk, by, file, proposal)
    may_not = may_decide_on(file, by)
    rule = above_authority(proposal.plan, desk.rulebooks.on(desk.clock.today()))
    return {
        "proposal": proposal,
        "proposed_plan": shown(proposal.plan, language) if proposal.plan else None,
        "decided_now": decided,
        "letter": letter(file, decided),
        "may_not": refused_in(language, may_not) if may_not else "",
        "second_rule": term_in(language, f"desk.authority.{rule.rpartition('.')[2]}") if rule else "",
        "papers": wanted(request, file),
        "advice": advice(request, offers_today(desk, file)) if proposal.plan else None,
        **budget_of(request, file),
    }


def letter(file: CaseFile, decided: Decided) -> LetterShown:
    """What she will read, in her own words and language."""
    spoken = file.case.language
    kind = decided.outcome.value
    figures = (
        ("owed", decided.owed.total_minor),
        ("income", decided.income_minor),
        ("outgoings", decided.outgoings_minor),
        ("affordable", decided.affordable_minor),
    )
    return LetterShown(
        language="zh-Hans" if spoken == "zh" else "en",
        title=say(spoken, f"decision.page.title_{kind}"),
        lead=say(spoken, f"decision.page.lead_{kind}"),
        words=decided.words,
        reasons=[say(spoken, f"decision.reason.{reason}") for reason in decided.reasons],
        figures=[(say(spoken, f"decision.page.figure.{name}"), money(spoken, amount)) for name, amount in figures],
        plan=offer_figures(spoken, decided.plan),
        would_change=decided.would_change,
    )


def _returned(file: CaseFile) -> str:
    """Why the last proposal came back, as long as no other was made since."""
    for event in reversed(file.events):
        if event.fact.type == "proposal.returned":
            return getattr(event.fact, "reason", None) or ""
        if event.fact.type in ("decision.proposed", "plan.requested", "decision.made"):
            return ""
    return ""


# ---- acts ------------------------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_POST
def accept(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take the case on."""
    case_for_staff(request, case_id)
    outcome = accept_case(desk_of(request), by_staff(request), case_id)
    if isinstance(outcome, Refusal):
        return _decision(request, case_for_staff(request, case_id), tried_from(request, "accept", outcome))
    by_on = case_for_staff(request, case_id).case.decide_by_on
    promised = day(reader_language(), by_on) if by_on else ""
    return sent_on(request, outcome, tab_address(case_id, "decision"), "accepted", by=promised)


@staff_required(WORKERS)
@require_POST
def more(request: HttpRequest, case_id: str) -> HttpResponse:
    """Ask the borrower for something that is missing."""
    case_for_staff(request, case_id)
    outcome = ask_for_more(desk_of(request), by_staff(request), case_id, request.POST.get("words", ""))
    if isinstance(outcome, Refusal):
        return _decision(request, case_for_staff(request, case_id), tried_from(request, "more", outcome))
    return sent_on(request, outcome, tab_address(case_id, "decision"), "more")


@staff_required(WORKERS)
@require_POST
def put_forward(request: HttpRequest, case_id: str) -> HttpResponse:
    """Propose an answer to the reviewer."""
    case_for_staff(request, case_id)
    named = request.POST.get("outcome", "")
    if named not in list(Outcome):
        missing = say(reader_language(), "desk.form.choose")
        return _decision(request, case_for_staff(request, case_id), tried_from(request, "propose", outcome=missing))
    outcome = Outcome(named)
    choice = None if outcome is Outcome.REFUSED or not request.POST.get("plan") else choice_from(request)
    if isinstance(choice, Refusal):
        return _decision(request, case_for_staff(request, case_id), tried_from(request, "propose", choice))
    proposal = Proposal(
        outcome=outcome,
        reasons=tuple(request.POST.getlist("reasons")),
        words=request.POST.get("words", "")[:4000],
        would_change=request.POST.get("would_change", "")[:4000],
        note=request.POST.get("note", "")[:4000],
    )
    done = propose(desk_of(request), by_staff(request), case_id, proposal, choice)
    if isinstance(done, Refusal):
        return _decision(request, case_for_staff(request, case_id), _beside(request, done))
    return sent_on(request, done, tab_address(case_id, "decision"), "proposed")


def _beside(request: HttpRequest, refusal: Refusal) -> Tried:
    """A refused proposal; a group without a tick posts nothing, so its field is named here."""
    if refusal.where in ("reasons", "plan", "would_change"):
        return tried_from(request, "propose", **{refusal.where: refused_in(reader_language(), refusal)})
    return tried_from(request, "propose", refusal)


@staff_required(WORKERS)
@require_POST
def decide(request: HttpRequest, case_id: str) -> HttpResponse:
    """Decide as proposed, or be the first of the two that it takes."""
    case_for_staff(request, case_id)
    outcome = decide_case(desk_of(request), by_staff(request), case_id)
    if isinstance(outcome, Refusal):
        return _decision(request, case_for_staff(request, case_id), tried_from(request, "decide", outcome))
    first_of_two = bool(case_for_staff(request, case_id).case.second_asked_by)
    return sent_on(request, outcome, tab_address(case_id, "decision"), "second_asked" if first_of_two else "decided")


@staff_required(WORKERS)
@require_POST
def give_back(request: HttpRequest, case_id: str) -> HttpResponse:
    """Send the proposal back with a reason."""
    case_for_staff(request, case_id)
    outcome = send_back(desk_of(request), by_staff(request), case_id, request.POST.get("reason", ""))
    if isinstance(outcome, Refusal):
        return _decision(request, case_for_staff(request, case_id), tried_from(request, "give_back", outcome))
    return sent_on(request, outcome, tab_address(case_id, "decision"), "returned")
