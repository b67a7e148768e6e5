"""Room 2 on the borrower's site: one question a page, what she said to check, what it means, and handing it in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from forbear.actions.record import Done
from forbear.actions.statement import give_answer, submit_statement
from forbear.core.codec import typed as revived
from forbear.core.events import AnswerGiven
from forbear.core.file import CaseFile
from forbear.core.identity import masked_phone
from forbear.core.money import LIMIT_MINOR
from forbear.core.refusal import Refusal
from forbear.core.statement import SHAPES, TOLD_BEFORE_SUBMITTING, Question, contradictions, missing
from forbear.web.access import desk_of, held_for
from forbear.web.borrower.answers import answer_of, as_typed, without_row
from forbear.web.borrower.fields import Field, Option, Typed, filled, typed
from forbear.web.borrower.page import (
    by_her,
    day,
    done_words,
    money,
    months,
    not_found,
    of_her_case,
    show,
    to,
    why_not,
    words,
)
from forbear.web.borrower.questions import ROWS_MAX, Sheet, place_words, row_count, sheet
from forbear.web.text import month, reader_language

ORDER = tuple(Question)


@of_her_case
def question(request: HttpRequest, file: CaseFile, name: str) -> HttpResponse:
    """One question: shown with what is saved, saved on Continue, lengthened or shortened where it is a list."""
    if name not in [known.value for known in Question]:
        return not_found(request)
    asked = Question(name)
    if not _open(file):
        return to("case", file, done="submitted")
    sent = _lists(request) if request.method == "POST" else held_for(request)
    if sent is None:
        saved = file.answers.get(asked)
        return _page(request, file, asked, as_typed(asked, saved) if saved else {})
    given = _given(request, asked, sent)
    act = (sent.get("act") or ["continue"])[-1]
    if act == "add":
        rows = row_count(given, least=1 if asked is Question.DEBTS else 0) + 1
        return _page(request, file, asked, {**given, "rows": str(min(rows, ROWS_MAX))})
    if act.startswith("remove-") and act[7:].isdigit():
        return _page(request, file, asked, without_row(given, int(act[7:])))
    if request.method != "POST":
        return _page(request, file, asked, given)
    return _save(request, file, asked, given, act)


def _save(request: HttpRequest, file: CaseFile, asked: Question, given: Typed, act: str) -> HttpResponse:
    if act == "later" and not any(value for name, value in given.items() if name != "rows"):
        return to("case", file, done="saved")
    answer, faults = answer_of(asked, given)
    if faults:
        return _page(request, file, asked, given, faults)
    if _changed_elsewhere(request, file, asked, answer):
        return _page(request, file, asked, given, message=words("site.page.conflict.stale"))
    by = by_her(request, file, f"answer-{asked}", answer, seen=False)
    outcome = give_answer(desk_of(request), by, file.case.case_id, asked, answer)
    if isinstance(outcome, Refusal):
        return _refused(request, file, asked, given, outcome)
    if act == "later":
        return to("case", file, done="saved")
    if request.GET.get("from") == "check" or asked is ORDER[-1]:
        return to("check", file)
    return to("question", file, ORDER[ORDER.index(asked) + 1].value)


def _refused(request: HttpRequest, file: CaseFile, asked: Question, given: Typed, refusal: Refusal) -> HttpResponse:
    """Beside the field it speaks of, where the page has one; at the top otherwise."""
    names = {"words": "words", "on": "on", "adults": "adults", "children": "children", "months": "months"}
    name = names.get(refusal.where) or {"instalment_minor": "instalment", "kinds": "kinds"}.get(refusal.where, "")
    if name:
        return _page(request, file, asked, given, {name: why_not(refusal)})
    return _page(request, file, asked, given, message=why_not(refusal))


def _changed_elsewhere(request: HttpRequest, file: CaseFile, asked: Question, answer: Mapping[str, Any]) -> bool:
    """Whether another tab answered this very question after this page was shown, and not in the same way."""
    seen = request.POST.get("seen", "")
    newest = max(
        (e.seq for e in file.events if isinstance(e.fact, AnswerGiven) and e.fact.question is asked), default=-1
    )
    if not seen.isdigit() or newest <= int(seen):
        return False
    saved = file.answers.get(asked)
    return saved is not None and as_typed(asked, saved) != as_typed(asked, {**saved, **answer})


def _page(
    request: HttpRequest,
    file: CaseFile,
    asked: Question,
    given: Typed,
    faults: Typed | None = None,
    message: str = "",
) -> HttpResponse:
    desk = desk_of(request)
    today = desk.clock.today()
    rulebook = desk.rulebooks.on(today)
    shown = sheet(asked, given, today, rulebook)
    faults = faults or {}
    noticed = [slip.key for slip in contradictions(file.answers, rulebook) if slip.question is asked]
    return show(
        request,
        "statement",
        title=words(f"statement.page.{asked}.title"),
        file=file,
        status=422 if faults or message else 200,
        why=words(f"statement.page.{asked}.why"),
        back=_back(request, file, asked),
        message=message,
        all_fields=filled(shown.all_fields, given, faults),
        fields=filled(shown.fields, given, faults),
        compact=shown.compact,
        rows=[{"title": r.title, "fields": filled(r.fields, given, faults)} for r in shown.rows],
        row_count=len(shown.rows),
        tail=filled((*shown.asides, *shown.tail), given, faults),
        noticed=words(noticed[0]) if noticed else "",
        draft_url=_draft_url(request, file, asked),
        running=running(file) if asked in (Question.OUTGOINGS, Question.DEBTS, Question.WISH) else None,
        **_list_words(asked, shown),
    )


def _draft_url(request: HttpRequest, file: CaseFile, asked: Question) -> str:
    """Telling it all in one go, offered with the first question where a language model is set up."""
    there = asked is ORDER[0] and desk_of(request).language_model.there
    return reverse("borrower:draft", args=[file.case.case_id]) if there else ""


def _list_words(asked: Question, shown: Sheet) -> dict[str, str]:
    if not shown.lengthens:
        return {}
    said = {"add": words(f"statement.page.{asked}.add")}
    if asked is not Question.DEBTS:
        said["rows_title"] = words(f"statement.page.{asked}.rows_title")
        said["rows_why"] = words(f"statement.page.{asked}.rows_why")
    return said


def _back(request: HttpRequest, file: CaseFile, asked: Question) -> str:
    if request.GET.get("from") == "check":
        return reverse("borrower:check", args=[file.case.case_id])
    place = ORDER.index(asked)
    if place == 0:
        return reverse("borrower:case", args=[file.case.case_id])
    return reverse("borrower:question", args=[file.case.case_id, ORDER[place - 1].value])


def _given(request: HttpRequest, asked: Question, sent: Mapping[str, Sequence[str]]) -> dict[str, str]:
    desk = desk_of(request)
    today = desk.clock.today()
    rows = {"rows": (list(sent.get("rows") or ["0"]))[-1]}
    shown = sheet(asked, {**rows}, today, desk.rulebooks.on(today))
    return {**rows, **typed(sent, shown.all_fields)}


def _lists(request: HttpRequest) -> dict[str, list[str]]:
    return {name: request.POST.getlist(name) for name in request.POST}


def _open(file: CaseFile) -> bool:
    return not file.case.closed and (not file.case.submissions or file.case.restating)


# ---- check, meaning, submit --------------------------------------------------------------------------------------


@of_her_case
def check(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Everything she said, with a way to change each."""
    if not _open(file):
        return to("case", file)
    desk = desk_of(request)
    rulebook = desk.rulebooks.on(desk.clock.today())
    gaps = missing(file.answers)
    answers = [
        {
            "label": words(f"statement.page.question.{asked}"),
            "lines": said(asked, file.answers[asked]) if asked in file.answers else [_unsaid(asked)],
            "url": f"{reverse('borrower:question', args=[file.case.case_id, asked.value])}?from=check",
            "answered": asked in file.answers,
        }
        for asked in Question
    ]
    return show(
        request,
        "statement_check",
        title=words("statement.page.check.title"),
        file=file,
        why=words("statement.page.check.why"),
        back=reverse("borrower:case", args=[file.case.case_id]),
        done=done_words(request, {"again": words("payments.page.renegotiate.done")}),
        answers=answers,
        missing=words("statement.page.check.missing", count=len(gaps)) if gaps else "",
        noticed=[words(slip.key) for slip in contradictions(file.answers, rulebook)],
        running=running(file),
        on_url="" if gaps else reverse("borrower:meaning", args=[file.case.case_id]),
    )


def _unsaid(asked: Question) -> str:
    return words("site.page.none" if asked is Question.STORY else "site.page.not_answered")


@of_her_case
def meaning(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What handing it in means, said before; then she hands it in."""
    if not _open(file):
        return to("received" if request.method == "POST" else "case", file)
    if missing(file.answers):
        return to("check", file)
    told = words("statement.page.meaning.told")
    field = Field("told", "checks", told, heading=True, options=(Option("yes", told),))
    if request.method != "POST":
        return _meaning(request, file, field)
    if request.POST.get("told") != "yes":
        return _meaning(request, file, filled([field], {}, {"told": words("statement.page.meaning.told_fault")})[0])
    by = by_her(request, file, "submit", TOLD_BEFORE_SUBMITTING)
    outcome = submit_statement(desk_of(request), by, file.case.case_id, TOLD_BEFORE_SUBMITTING)
    if isinstance(outcome, Done) or outcome.rule == "statement.submitted":
        return to("received", file)
    return _meaning(request, file, field, why_not(outcome))


def _meaning(request: HttpRequest, file: CaseFile, field: Field, message: str = "") -> HttpResponse:
    desk = desk_of(request)
    days = desk.rulebooks.on(desk.clock.today()).integer("desk.stay_days_after_decision")
    parts = (
        ("limitation", ("limitation",)),
        ("credit", ("credit_1", "credit_2", "credit_3")),
        ("pause", ("pause",)),
        ("agents", ("agents",)),
        ("data", ("data", "data_rights")),
    )
    return show(
        request,
        "statement_meaning",
        title=words("statement.page.meaning.title"),
        file=file,
        status=422 if field.fault or message else 200,
        back=reverse("borrower:check", args=[file.case.case_id]),
        message=message,
        fields=[field],
        parts=[
            {
                "title": words(f"statement.page.meaning.{name}_title"),
                "lines": [words(f"statement.page.meaning.{line}", days=days) for line in lines],
            }
            for name, lines in parts
        ],
    )


@of_her_case
def received(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Handed in: the reference, who, by which channel, and what comes next with its date."""
    case = file.case
    if not case.submissions or case.submitted_at is None:
        return redirect(reverse("borrower:case", args=[case.case_id]))
    phone = (file.reach or file.party).phone if file.party else ""
    by_on = case.papers_by_on
    tasks = [("papers", "papers")] if case.papers and not case.papers_there else []
    return show(
        request,
        "statement_done",
        title=words("statement.page.done.title"),
        file=file,
        lead=words("statement.page.done.lead"),
        facts=[
            (words("statement.page.done.reference"), file.contract or case.case_id),
            (words("statement.page.done.submitted_on"), day(case.submitted_at)),
            (words("statement.page.done.person"), desk_of(request).phone),
            (words("statement.page.done.channel"), words("statement.page.done.channel_sms", phone=masked_phone(phone))),
        ],
        tasks=[
            {
                "label": words(f"site.page.case.task.{name}"),
                "url": reverse(f"borrower:{url}", args=[case.case_id]),
                "state": "needed",
                "state_words": words("site.page.case.state.needed"),
            }
            for name, url in [("offers", "offers"), *tasks]
        ],
        by=words("statement.page.done.by", date=day(by_on)) if tasks and by_on else "",
        told=words("statement.page.done.told"),
    )


# ---- what she said, in words -------------------------------------------------------------------------------------


def said(asked: Question, answer: Mapping[str, Any]) -> list[str]:
    """A saved answer in a few lines."""
    value = revived(SHAPES[asked], answer)
    match asked:
        case Question.CAUSE:
            return [words(f"statement.page.cause.option.{value.cause}")]
        case Question.SINCE | Question.UNTIL:
            return [day(value.on) if value.on else words(f"statement.page.{asked}.unknown")]
        case Question.STORY:
            return value.words.splitlines() or [words("site.page.none")]
        case Question.HOME:
            people = words("statement.page.check.line_people", adults=value.adults, children=value.children)
            return [place_words(value.place), people]
        case Question.INCOME | Question.OUTGOINGS:
            return _lines_said(asked, value)
        case Question.DEBTS:
            lines = [
                words(
                    "statement.page.debts.line",
                    creditor=line.creditor,
                    balance=money(line.balance_minor),
                    monthly=money(line.monthly_minor),
                )
                for line in value.lines
            ]
            return lines + _state_said(asked, value)
    return _wish_said(value)


def _lines_said(asked: Question, value: Any) -> list[str]:
    lines = []
    for line in value.lines:
        kind = words(f"statement.page.{asked}.option.{line.source if asked is Question.INCOME else line.kind}")
        if line.month:
            when = month(line.month, reader_language())
            amount = words("statement.page.once", month=when, amount=money(line.amount_minor or 0))
        else:
            amount = words("statement.page.each_month", amount=money(line.monthly_minor or 0))
        lines.append(words("statement.page.line", kind=kind, amount=amount))
    if asked is Question.INCOME and value.lines:
        lines.append(words(f"statement.page.income.proof.{value.lines[0].evidence}"))
    return lines + _state_said(asked, value)


def _state_said(asked: Question, value: Any) -> list[str]:
    if not value.known:
        return [words(f"statement.page.{asked}.unknown")]
    return [] if value.lines else [words(f"statement.page.{asked}.none")]


def _wish_said(value: Any) -> list[str]:
    lines = [words(f"statement.page.wish.option.{kind}") for kind in value.kinds]
    if value.instalment_minor is not None:
        lines.append(words("statement.page.check.wish_instalment", amount=money(value.instalment_minor)))
    if value.months is not None:
        lines.append(words("statement.page.check.wish_months", months=months(value.months)))
    return lines or [words("statement.page.wish.any")]


def running(file: CaseFile) -> dict[str, Any] | None:
    """What comes in, goes out and is left each month so far; a shortfall is said kindly, never in red."""
    totals = {}
    for asked in (Question.INCOME, Question.OUTGOINGS, Question.DEBTS):
        if asked in file.answers:
            value = revived(SHAPES[asked], file.answers[asked])
            totals[asked] = sum(line.monthly_minor or 0 for line in value.lines)
    if Question.INCOME not in totals:
        return None
    lines = [(words(f"statement.page.running.{asked}"), money(total)) for asked, total in totals.items()]
    left = totals[Question.INCOME] - sum(total for asked, total in totals.items() if asked is not Question.INCOME)
    assert abs(left) < LIMIT_MINOR * 100, "sums of bounded amounts"
    if len(totals) > 1:
        name = "left" if left >= 0 else "short"
        lines.append((words(f"statement.page.running.{name}"), money(abs(left))))
    return {"lines": lines, "note": words("statement.page.running.short_note") if left < 0 else ""}
