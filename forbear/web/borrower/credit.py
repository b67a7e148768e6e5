"""Room 7 on the borrower's site: all that a credit bureau was told, what she says against it, and words of her own."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.credit import STATEMENT_MAX, dispute_line, give_statement
from forbear.actions.ports import ZONE
from forbear.core.credit import Dispute, Reported
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.fields import Field, Option, filled
from forbear.web.borrower.page import by_her, day, done_words, money, of_her_case, show, to, why_not, words

WORDS_MAX = 4000


@of_her_case
def credit(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What was told; a dispute or a statement is sent here too."""
    if request.method != "POST":
        return _credit(request, file)
    act = request.POST.get("act", "")
    given = {name: request.POST.get(name, "")[:WORDS_MAX] for name in ("on", "words", "statement")}
    desk, case_id = desk_of(request), file.case.case_id
    if act == "statement":
        by = by_her(request, file, "credit-statement", given["statement"])
        outcome = give_statement(desk, by, case_id, given["statement"])
        return _answered(request, file, given, outcome, "stated")
    about = _about(file, given["on"])
    if about is None:
        return _credit(request, file, given, {"on": words("promise.way_on.choose_line")})
    by = by_her(request, file, "credit-dispute", (given["on"], given["words"]))
    return _answered(request, file, given, dispute_line(desk, by, case_id, about, given["words"]), "disputed")


def _answered(request: HttpRequest, file: CaseFile, given: dict[str, str], outcome: object, done: str) -> HttpResponse:
    if not isinstance(outcome, Refusal):
        return to("credit", file, done=done)
    if outcome.where in ("words", "statement"):
        return _credit(request, file, given, {outcome.where: why_not(outcome)})
    return _credit(request, file, given, message=why_not(outcome))


def _about(file: CaseFile, on: str) -> date | None:
    """The day she chose, if anything was told of it."""
    return next((one.about_on for one in file.credit.reported if one.about_on.isoformat() == on), None)


def _credit(
    request: HttpRequest,
    file: CaseFile,
    given: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    message: str = "",
) -> HttpResponse:
    record, rules = file.credit, desk_of(request).rulebooks.on(desk_of(request).clock.today())
    sayings = {
        "disputed": words("promise.page.credit.dispute.done"),
        "stated": words("promise.page.credit.statement.done"),
    }
    open_days = record.disputable
    fields = [_which(open_days), Field("words", "area", words("promise.page.credit.dispute.words"), maximum=WORDS_MAX)]
    hint = words("promise.page.credit.statement.hint", most=STATEMENT_MAX)
    own = [Field("statement", "area", words("promise.page.credit.statement.words"), hint, maximum=STATEMENT_MAX)]
    return show(
        request,
        "credit",
        title=words("promise.page.credit.title"),
        file=file,
        status=422 if faults or message else 200,
        back=reverse("borrower:payments", args=[file.case.case_id]),
        message=message,
        done=done_words(request, sayings),
        lead=words("promise.page.credit.lead"),
        warned=words("promise.page.credit.warned", date=day(record.warned_at)) if record.warned_at else "",
        rows=[_row(one) for one in reversed(record.reported)],
        fields=filled(fields, given or {}, faults or {}) if open_days else [],
        dispute_lead=words("promise.page.credit.dispute.lead", days=rules.integer("credit.dispute_days")),
        answers=[_dispute(one, desk_of(request).clock.today()) for one in reversed(record.disputes)],
        own_fields=filled(own, given or {}, faults or {}),
        all_fields=filled([*fields, *own], given or {}, faults or {}),
        own=_own(file),
    )


def _which(days: list[date]) -> Field:
    options = tuple(Option(on.isoformat(), day(on)) for on in days)
    return Field("on", "select", words("promise.page.credit.dispute.on"), options=options)


def _row(one: Reported) -> dict[str, object]:
    fact = one.fact
    said = words("promise.page.credit.lines.ok")
    if fact.figures is not None and not fact.figures.balance_minor:
        said = words("promise.page.credit.lines.settled")
    if fact.days_past_due:
        said = words("promise.page.credit.lines.late", days=fact.days_past_due)
    notes = [words("promise.page.credit.lines.corrected", date=day(fact.corrects_on))] if fact.corrects_on else []
    if fact.figures is not None:
        notes.append(words("promise.page.credit.lines.balance", amount=money(fact.figures.balance_minor)))
    notes += [words("promise.page.credit.lines.arrangement", code=fact.arrangement)] if fact.arrangement else []
    notes += [words("promise.page.credit.lines.marked")] if fact.dispute else []
    notes += [words("promise.page.credit.lines.with_words")] if fact.statement else []
    if fact.forborne is not None:
        dates = (fact.forborne.forborne_on, fact.forborne.probation_ends_on)
        notes.append(words("promise.page.credit.lines.forborne", since=day(dates[0]), until=day(dates[1])))
    notes.append(words("promise.page.credit.lines.sent", date=day(one.at.astimezone(ZONE).date())))
    past_due = money(fact.figures.past_due_minor) if fact.figures else ""
    return {"on": day(fact.on), "status": f"{said} · {fact.status}", "past_due": past_due, "notes": notes}


def _dispute(one: Dispute, today: date) -> list[str]:
    name = "open" if one.upheld is None else ("upheld" if one.upheld else "kept")
    if one.late(today):
        name = "late"
    facts = {"date": day(one.reported_on), "by": day(one.answer_by_on)}
    lines = [words(f"promise.page.credit.answers.{name}", **facts)]
    lines += [words("promise.page.credit.answers.yours", words=one.words)] if one.words else []
    lines += [words("promise.page.credit.answers.answer", words=one.answer)] if one.answer else []
    return lines


def _own(file: CaseFile) -> str:
    statement = file.credit.statement
    if statement is None:
        return ""
    if statement.passed is None:
        return words("promise.page.credit.statement.waits", words=statement.words)
    if statement.passed:
        return words("promise.page.credit.statement.passed", words=statement.words)
    return words("promise.page.credit.statement.returned", why=statement.why)
