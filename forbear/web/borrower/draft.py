"""Room 2 on the borrower's site, telling it in one go where a language model is set up: her consent first, then her own
words, then what was drafted of them, which she ticks one by one. Nothing is saved that she has not ticked.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.conversation import WORDS_MAX
from forbear.actions.model_drafts import agree_to_model, draft_statement
from forbear.actions.statement import give_answer
from forbear.core.evidence_facts import Consent
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.core.statement import Question, check_answer
from forbear.web.access import desk_of
from forbear.web.borrower.fields import Field, filled
from forbear.web.borrower.page import by_her, not_found, of_her_case, show, to, why_not, words
from forbear.web.borrower.statement import said

ANSWER_MAX = 20_000


@of_her_case
def draft(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What stands on the page follows from her consent; a press gives or takes it, drafts, or keeps what she ticked."""
    if not desk_of(request).language_model.there:
        return not_found(request)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in ("agree", "withdraw"):
        by = by_her(request, file, f"model-{act}", act, seen=False)
        agree_to_model(desk_of(request), by, file.case.case_id, agrees=act == "agree")
        return to("draft" if act == "agree" else "case", file)
    if act == "keep":
        return _keep(request, file)
    return _draft(request, file) if act == "draft" else _page(request, file)


def _draft(request: HttpRequest, file: CaseFile) -> HttpResponse:
    text = request.POST.get("text", "")
    by = by_her(request, file, "draft", text, seen=False)
    drafted = draft_statement(desk_of(request), by, file.case.case_id, text)
    if isinstance(drafted, Refusal):
        beside = drafted.where == "text"
        return _page(request, file, text, why_not(drafted) if beside else "", "" if beside else why_not(drafted))
    if not drafted:
        return _page(request, file, text, message=words("bot.draft.none"))
    return _page(request, file, text, drafted=drafted)


def _keep(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Every answer ticked is checked and saved as one typed on its page would be."""
    ticked = [name for name in request.POST.getlist("right") if name in list(Question)]
    for name in ticked:
        answer = _answer(request.POST.get(f"answer-{name}", ""))
        if answer is None:
            continue
        by = by_her(request, file, f"drafted-{name}", answer, seen=False)
        outcome = give_answer(desk_of(request), by, file.case.case_id, Question(name), answer, drafted=True)
        if isinstance(outcome, Refusal):
            return _page(request, file, message=why_not(outcome))
    return to("check", file)


def _answer(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text) if len(text) <= ANSWER_MAX else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _page(
    request: HttpRequest,
    file: CaseFile,
    text: str = "",
    fault: str = "",
    message: str = "",
    drafted: Mapping[Question, Mapping[str, Any]] | None = None,
) -> HttpResponse:
    hint = words("bot.draft.hint")
    field = Field("text", "area", words("bot.draft.label"), hint, maximum=WORDS_MAX)
    today = desk_of(request).clock.today()
    answers = [
        {
            "name": question.value,
            "label": words(f"statement.page.question.{question}"),
            "lines": said(question, answer),
            "json": json.dumps(answer, ensure_ascii=False),
        }
        for question, answer in (drafted or {}).items()
        if not isinstance(check_answer(question, answer, today), Refusal)
    ]
    return show(
        request,
        "statement_draft",
        title=words("bot.draft.title"),
        file=file,
        status=422 if fault or message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        message=message,
        agreed=Consent.LANGUAGE_MODEL in file.case.consents,
        lines=[words(f"bot.draft.{name}") for name in ("what", "masked", "free")],
        fields=filled([field], {"text": text}, {"text": fault} if fault else {}),
        answers=answers,
    )
