"""Her data on the borrower's site: what is kept of her, why and until when; a copy, a correction, deletion."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.leaving import WORDS_MAX, ask_about_data, kept_of, requests
from forbear.actions.sections import HOUSE_VALUE
from forbear.core.events import ErasureRefused, Right, Stays
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.leaving import Kept, Request
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.fields import Field, Option, Typed, filled, typed
from forbear.web.borrower.page import by_her, day, done_words, of_her_case, show, to, why_not, words


@of_her_case
def my_data(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Everything about her data on one page; a wish that is sent is answered by a person within the promised days."""
    kept = kept_of(desk_of(request), file)
    fields = _fields(kept)
    given: Typed = {"right": Right.COPY.value}
    faults: dict[str, str] = {}
    message = ""
    if request.method == "POST":
        given = typed(dict(request.POST.lists()), fields)
        outcome = _asked(request, file, given)
        if not isinstance(outcome, Refusal):
            return to("my_data", file, done="asked")
        named = outcome.where in {field.name for field in fields}
        faults, message = ({outcome.where: why_not(outcome)}, "") if named else ({}, why_not(outcome))
    return show(
        request,
        "my_data",
        title=words("leaving.page.title"),
        file=file,
        status=422 if faults or message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        done=done_words(request, {"asked": words("leaving.page.done")}),
        message=message,
        kept=[_line(one) for one in kept],
        wishes=[_wish(one) for one in reversed(requests(file))],
        fields=filled(fields, given, faults),
    )


def _asked(request: HttpRequest, file: CaseFile, given: Typed) -> object:
    right = Right(given["right"]) if given["right"] in set(Right) else Right.COPY
    classes = tuple(one for one in Retention if one.value in given["classes"].split(","))
    by = by_her(request, file, "data", given, seen=False)
    desk, case_id = desk_of(request), file.case.case_id
    return ask_about_data(desk, by, case_id, right, classes=classes, words=given["words"])


def _fields(kept: tuple[Kept, ...]) -> tuple[Field, ...]:
    rights = tuple(Option(right.value, words(f"leaving.right.{right.value}")) for right in Right)
    there = [one.retention.value for one in kept if one.there]
    classes = tuple(Option(name, words(f"leaving.class.{name}")) for name in there)
    said = "leaving.page"
    asked = [
        Field("right", "radios", words(f"{said}.right"), "", rights),
        Field("classes", "checks", words(f"{said}.classes"), words(f"{said}.classes_hint"), classes, optional=True),
        Field("words", "area", words(f"{said}.words"), words(f"{said}.words_hint"), maximum=WORDS_MAX, optional=True),
    ]
    return tuple(field for field in asked if field.kind == "area" or field.options)


def _line(kept: Kept) -> dict[str, Any]:
    """A class in words: until when, why it stays, and the rule."""
    starts = words(f"leaving.starts.{kept.period.starts.value}")
    years = kept.period.years
    until = words("leaving.page.period", days=kept.period.days, starts=starts)
    if years:
        until = words("leaving.page.years", count=years, starts=starts)
    if kept.until_on is not None:
        until = words("leaving.page.date", until=day(kept.until_on))
    why = []
    if kept.law is not None:
        why.append(_stays(Stays.LAW, day(kept.law_until_on) if kept.law_until_on else "", kept.law.source))
    if kept.holds:
        why.append(_stays(Stays.HOLD, "", ""))
    return {
        "what": words(f"leaving.class.{kept.retention.value}"),
        "there": kept.there,
        "until": until,
        "rule": "" if kept.law is not None and kept.law.source == kept.period.source else _rule(kept.period.source),
        "why": why,
    }


def _rule(source: str) -> str:
    return words("leaving.page.house_rule") if source.startswith(HOUSE_VALUE) else source


def _stays(why: Stays, until: str, article: str) -> str:
    key = "law_open" if why is Stays.LAW and not until else why.value
    said = words(f"leaving.stays.{key}", until=until)
    return f"{said} ({article})" if article else said


def _wish(wish: Request) -> dict[str, Any]:
    """A wish and how it was answered."""
    asked = words("leaving.page.asked", right=words(f"leaving.right.{wish.right.value}"), on=day(wish.asked_on))
    answer = words(f"leaving.answer.{wish.answer.value}") if wish.answer else ""
    return {
        "asked": asked,
        "answer": answer or words("leaving.page.answer_by", by=day(wish.answer_by_on)),
        "words": wish.answer_words,
        "stays": [_refused(one) for one in wish.stays],
    }


def _refused(one: ErasureRefused) -> str:
    what = words(f"leaving.class.{one.retention_class.value}")
    return f"{what}: {_stays(one.why, day(one.until_on) if one.until_on else '', one.article)}"
