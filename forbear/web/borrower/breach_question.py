"""Room 7 on the borrower's site: what she is asked before papers or income count against her, and her answer to it."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.breach_question import WORDS_MAX, explain_breach
from forbear.actions.ports import ZONE
from forbear.core.contact import Role
from forbear.core.file import CaseFile
from forbear.core.payments import BreakReason
from forbear.core.promise import BreachQuestion, Explained
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import by_her, dated, day, done_words, of_her_case, show, to, why_not, words


def question_note(file: CaseFile, today: date) -> dict[str, str] | None:
    """A line on other pages that leads here, while a question is open."""
    question = file.promise.question
    if question is None:
        return None
    name = "note" if today <= question.answer_by_on else "note_over"
    return {
        "text": words(f"breach_question.page.{name}", date=dated(question.answer_by_on)),
        "url": reverse("borrower:breach_question", args=[file.case.case_id]),
        "go": words("breach_question.page.open"),
    }


@of_her_case
def breach_question(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What was found, until when she can answer, what she said so far."""
    question = file.promise.question
    if question is None:
        return to("payments", file)
    given, message, fault = request.POST.get("words", "")[:WORDS_MAX], "", ""
    if request.method == "POST":
        by = by_her(request, file, "explain", given)
        outcome = explain_breach(desk_of(request), by, file.case.case_id, given)
        if not isinstance(outcome, Refusal):
            return to("breach_question", file, done="answered")
        fault, message = (why_not(outcome), "") if outcome.where == "words" else ("", why_not(outcome))
    field = Field("words", "area", words("breach_question.page.words"), maximum=WORDS_MAX)
    return show(
        request,
        "breach_question",
        title=words("breach_question.page.title"),
        file=file,
        status=422 if fault or message else 200,
        back=reverse("borrower:payments", args=[file.case.case_id]),
        message=message,
        done=done_words(request, {"answered": words("breach_question.page.done")}),
        lines=_lines(file, question, desk_of(request).clock.today()),
        answers=[_answer(one) for one in question.answers],
        fields=filled([field], {"words": given}, {"words": fault} if fault else {}),
    )


def _lines(file: CaseFile, question: BreachQuestion, today: date) -> list[str]:
    lead = "lead_papers" if question.why is BreakReason.FALSE_PAPERS else "lead_income"
    papers = [paper for name in question.papers if (paper := file.paper(name)) is not None]
    names = " · ".join(paper.facts.name for paper in papers if paper.facts is not None)
    until = "until" if today <= question.answer_by_on else "over"
    lines = [words(f"breach_question.page.{lead}")]
    lines += [words("breach_question.page.found", words=question.words)] if question.words else []
    lines += [words("breach_question.page.papers", papers=names)] if names else []
    lines.append(words(f"breach_question.page.{until}", date=dated(question.answer_by_on)))
    return [*lines, words("breach_question.page.help"), words("breach_question.page.then")]


def _answer(said: Explained) -> str:
    name = "yours" if said.by.kind is Role.BORROWER else "noted"
    return words(f"breach_question.page.{name}", date=day(said.at.astimezone(ZONE).date()), words=said.words)
