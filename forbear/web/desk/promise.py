"""Room 7 at the desk beside the payments: a breach that waits for another look, what ending would do, pauses, money
to send back, the letter at the end, the loan's dates for the books, and its credit record with disputes.
"""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.breach import asked_of_breach, fallback_today, resume_plan, return_breach, suspend, told_of_breach
from forbear.actions.breach_question import ask_about_breach, clear_breach, explain_breach
from forbear.actions.completion import send_refund
from forbear.actions.credit import answer_dispute, dispute_line, judge_statement
from forbear.actions.forborne import Books, books
from forbear.actions.record import Done
from forbear.core import amounts
from forbear.core.contact import Channel
from forbear.core.credit_line import Correction
from forbear.core.file import CaseFile
from forbear.core.payments import ASKED_FIRST, BreakReason
from forbear.core.promise import state_of
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.evidence import as_download
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.timeline_promise import fallback_figures
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say
from forbear.words.format import day


def promise_of(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """What the page of payments shows beside the rows."""
    desk = desk_of(request)
    language, today = reader_language(), desk.clock.today()
    agreed = file.last_agreed
    found = fallback_today(file, today) or file.promise.fallback
    shown = found if found is not None and found.waived.total_minor else None
    held = books(desk, file)
    paused = next((one for one in file.promise.suspensions if one.from_on <= today <= one.until_on), None)
    return {
        "state": state_of(file.case, agreed.number, agreed.state, today).value if agreed else "",
        "breach": file.promise.breach,
        "breach_why": say(language, f"desk.broken.{file.promise.breach.why}") if file.promise.breach else "",
        **_question_of(file, language, today),
        "fallback": fallback_figures(language, shown) if shown else [],
        "noticed": file.promise.noticed_at is not None,
        "told": told_of_breach(file),
        "paused": paused if file.case.suspended_on(today) else None,
        "overs": file.promise.overs,
        "letters": file.promise.letters,
        "books": book_lines(held, language),
        "serial": serial_words(held, language),
    }


def _question_of(file: CaseFile, language: str, today: date) -> dict[str, Any]:
    """What she is asked about a breach, or what she may be asked about, by what her agreement names."""
    question, agreed = file.promise.question, file.agreed
    names = agreed.terms.breach.names if agreed is not None and agreed.terms is not None else None
    return {
        "question": question,
        "question_why": say(language, f"desk.broken.{question.why}") if question else "",
        "question_over": question is not None and today > question.answer_by_on,
        "question_reached": asked_of_breach(file),
        "ask_about": [one.value for one in BreakReason if one in ASKED_FIRST and names is not None and names(one)],
        "ask_papers": [(paper.paper, paper.facts.name) for paper in file.papers if paper.facts is not None],
    }


def serial_words(held: Books, language: str, more: int = 0) -> str:
    """A word to whoever decides where help follows help; `more`: a measure that would be granted now."""
    count = held.count + more
    return say(language, "promise.desk.books.serial", count=count, months=held.months) if count > 1 else ""


def book_lines(held: Books, language: str) -> list[tuple[str, str]]:
    """The dates as label and value; none while nothing was granted."""
    if not held.measures:
        return []
    lines = [(say(language, "promise.desk.books.count", months=held.months), str(held.count))]
    forborne, watch = held.forborne, held.watch
    if forborne is not None:
        lines.append((say(language, "promise.desk.books.since"), day(language, forborne.since_on)))
        phase = say(language, f"promise.desk.books.phase_{forborne.phase.value}")
        lines.append((say(language, "promise.desk.books.phase"), phase))
        dated = {
            "cure_on": forborne.cure_on,
            "performing_on": forborne.performing_on,
            "probation_ends_on": forborne.probation_ends_on,
            "second_measure_on": forborne.second_measure_on,
            "returned_on": forborne.returned_on,
        }
        lines += [(say(language, f"promise.desk.books.{name}"), day(language, on)) for name, on in dated.items() if on]
    if watch is not None:
        name = "watch_over" if watch.over else "watch_until"
        lines.append((say(language, "promise.desk.books.since"), day(language, held.measures[0].on)))
        lines.append((say(language, f"promise.desk.books.{name}"), day(language, watch.until_on)))
        if watch.doubtful_on:
            lines.append((say(language, "promise.desk.books.doubtful_on"), day(language, watch.doubtful_on)))
    return lines


@staff_required(WORKERS)
@require_POST
def pause(request: HttpRequest, case_id: str) -> HttpResponse:
    """Let the agreement stand still until a day."""
    file = case_for_staff(request, case_id)
    until_on = amounts.day(request.POST.get("until_on", ""))
    if isinstance(until_on, Refusal):
        return _payments(request, file, tried_from(request, "pause", until_on=refused_in(reader_language(), until_on)))
    outcome = suspend(desk_of(request), by_staff(request), case_id, until_on, request.POST.get("reason", ""))
    return _sent(request, case_id, "pause", outcome, "suspended")


@staff_required(WORKERS)
@require_POST
def end_pause(request: HttpRequest, case_id: str) -> HttpResponse:
    """The pause is over today."""
    case_for_staff(request, case_id)
    return _sent(request, case_id, "end-pause", resume_plan(desk_of(request), by_staff(request), case_id), "resumed")


@staff_required(WORKERS)
@require_POST
def give_breach_back(request: HttpRequest, case_id: str) -> HttpResponse:
    """Another reviewer does not agree."""
    case_for_staff(request, case_id)
    outcome = return_breach(desk_of(request), by_staff(request), case_id, request.POST.get("reason", ""))
    return _sent(request, case_id, "breach-back", outcome, "returned")


@staff_required(WORKERS)
@require_POST
def ask(request: HttpRequest, case_id: str) -> HttpResponse:
    """She is asked about papers or income before anybody decides."""
    file, why = case_for_staff(request, case_id), request.POST.get("why", "")
    if why not in list(ASKED_FIRST):
        return _payments(
            request, file, tried_from(request, "breach-ask", why=say(reader_language(), "desk.form.choose"))
        )
    desk, words, papers = desk_of(request), request.POST.get("words", ""), request.POST.getlist("papers")
    outcome = ask_about_breach(desk, by_staff(request), case_id, BreakReason(why), words, papers)
    return _sent(request, case_id, "breach-ask", outcome, "breach_asked")


@staff_required(WORKERS)
@require_POST
def note_answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """What she says to it on the telephone."""
    case_for_staff(request, case_id)
    outcome = explain_breach(
        desk_of(request), by_staff(request, Channel.HOTLINE), case_id, request.POST.get("words", "")
    )
    return _sent(request, case_id, "breach-answer", outcome, "breach_noted")


@staff_required(WORKERS)
@require_POST
def clear(request: HttpRequest, case_id: str) -> HttpResponse:
    """The question is settled in her favour."""
    case_for_staff(request, case_id)
    outcome = clear_breach(desk_of(request), by_staff(request), case_id, request.POST.get("reason", ""))
    return _sent(request, case_id, "breach-clear", outcome, "breach_cleared")


@staff_required(WORKERS)
@require_POST
def refund(request: HttpRequest, case_id: str, payment: str) -> HttpResponse:
    """What was too much was sent back."""
    file, form = case_for_staff(request, case_id), f"refund-{payment}"
    sent = amounts.day(request.POST.get("sent_on", ""))
    if isinstance(sent, Refusal):
        return _payments(request, file, tried_from(request, form, sent_on=refused_in(reader_language(), sent)))
    outcome = send_refund(
        desk_of(request),
        by_staff(request),
        case_id,
        payment,
        sent_on=sent,
        reference=request.POST.get("reference", ""),
    )
    return _sent(request, case_id, form, outcome, "refunded")


@staff_required()
@require_safe
def letter(request: HttpRequest, case_id: str, number: int) -> HttpResponse:
    """The letter that everything is paid, as she has it."""
    file = case_for_staff(request, case_id)
    found = next((one for one in reversed(file.promise.letters) if one.number == number), None)
    if found is None:
        raise Http404
    try:
        data = desk_of(request).vault.open(found.document)
    except KeyError as gone:
        raise Http404 from gone
    return as_download(data, "application/pdf", f"{case_id}-{number}-settled.pdf")


def _sent(request: HttpRequest, case_id: str, form: str, outcome: Done | Refusal, told: str) -> HttpResponse:
    if isinstance(outcome, Refusal):
        return _payments(request, case_for_staff(request, case_id), tried_from(request, form, outcome))
    return sent_on(request, outcome, tab_address(case_id, "payments"), told, promise=True)


def _payments(request: HttpRequest, file: CaseFile, tried: Tried) -> HttpResponse:
    from forbear.web.desk.payments import payments_page  # the page holds these forms, and they show it again

    return payments_page(request, file, tried)


# ---- the credit record -----------------------------------------------------------------------------------------


@staff_required()
@require_safe
def credit(request: HttpRequest, case_id: str) -> HttpResponse:
    """What was told of her, what she disputes, what she wrote."""
    return _credit(request, case_for_staff(request, case_id))


def _credit(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    record = file.credit
    return case_page(
        request,
        file,
        "payments",
        tried,
        template="credit",
        lines=tuple(reversed(record.reported)),
        disputes=tuple(reversed(record.disputes)),
        disputable=record.disputable,
        dispute_days=desk_of(request).rulebooks.on(desk_of(request).clock.today()).integer("credit.dispute_days"),
        overdue=[one.dispute for one in record.disputes if one.late(desk_of(request).clock.today())],
        own=record.statement,
    )


@staff_required(WORKERS)
@require_POST
def note_dispute(request: HttpRequest, case_id: str) -> HttpResponse:
    """She disputes a line by telephone or by mail."""
    file, words = case_for_staff(request, case_id), request.POST.get("words", "")
    on = amounts.day(request.POST.get("on", ""))
    if isinstance(on, Refusal):
        return _credit(request, file, tried_from(request, "note-dispute", on=refused_in(reader_language(), on)))
    outcome = dispute_line(desk_of(request), by_staff(request, Channel.HOTLINE), case_id, on, words)
    if isinstance(outcome, Refusal):
        return _credit(request, case_for_staff(request, case_id), tried_from(request, "note-dispute", outcome))
    return sent_on(request, outcome, tab_address(case_id, "credit"), "disputed", promise=True)


@staff_required(WORKERS)
@require_POST
def answer(request: HttpRequest, case_id: str, dispute: str) -> HttpResponse:
    """What the check found, in writing to her."""
    file, form, language = case_for_staff(request, case_id), f"dispute-{dispute}", reader_language()
    found = file.credit.dispute(dispute)
    result = request.POST.get("result", "")
    if found is None or result not in ("upheld", "kept"):
        return _credit(request, file, tried_from(request, form, result=say(language, "promise.desk.credit.choose")))
    correction = None
    if result == "upheld":
        days = "".join(request.POST.get("days_past_due", "").split())
        amount = request.POST.get("past_due", "").strip()
        past_due = 0 if amount in ("", "0", "0.00") else amounts.amount_minor(amount)
        faults = {} if days.isascii() and days.isdigit() and len(days) < 5 else {"days_past_due": "number"}
        said = {name: say(language, f"promise.desk.credit.{key}") for name, key in faults.items()}
        if isinstance(past_due, Refusal):
            said["past_due"] = refused_in(language, past_due)
        if said or isinstance(past_due, Refusal):
            return _credit(request, file, tried_from(request, form, **said))
        correction = Correction(reported_on=found.reported_on, days_past_due=int(days), past_due_minor=past_due)
    words, desk = request.POST.get("words", ""), desk_of(request)
    outcome = answer_dispute(desk, by_staff(request), case_id, dispute, words=words, correction=correction)
    if isinstance(outcome, Refusal):
        return _credit(request, case_for_staff(request, case_id), tried_from(request, form, outcome))
    return sent_on(request, outcome, tab_address(case_id, "credit"), "answered", promise=True)


@staff_required(WORKERS)
@require_POST
def judge(request: HttpRequest, case_id: str) -> HttpResponse:
    """Her own words go along with the record, or back to her."""
    case_for_staff(request, case_id)
    passed, desk = request.POST.get("act") == "pass", desk_of(request)
    outcome = judge_statement(desk, by_staff(request), case_id, passed=passed, words=request.POST.get("words", ""))
    if isinstance(outcome, Refusal):
        return _credit(request, case_for_staff(request, case_id), tried_from(request, "own-words", outcome))
    return sent_on(request, outcome, tab_address(case_id, "credit"), "judged", promise=True)
