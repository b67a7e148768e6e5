"""Why this plan, why not, why this answer: every figure, rule and right behind what she is shown, as page and as data.

Each address also answers with ?format=json: the same explanation as docs/explanation.md describes it.
"""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from forbear.actions.explanation import (
    CHOSEN,
    explained_choice,
    explained_decision,
    explained_today,
    explained_together,
)
from forbear.actions.explanation_document import explanation_document
from forbear.actions.plan import may_choose
from forbear.actions.sections import reason, sentence
from forbear.actions.told import told
from forbear.core.amounts import amount_minor
from forbear.core.explained import Audience, Explanation
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.page import by_her, day, not_found, of_her_case, show, words
from forbear.web.borrower.plan import closed_page
from forbear.web.text import reader_language


@of_her_case
def why(request: HttpRequest, file: CaseFile, name: str) -> HttpResponse:
    """Why one plan: today's by its name, the amount she tries (?pay=900), or the one she chose as it was shown."""
    desk, pay = desk_of(request), None
    if name == CHOSEN:
        found = explained_choice(desk, file, Audience.BORROWER)
    elif (closed := _closed(request, file)) is not None:
        return closed
    else:
        given = request.GET.get("pay", "").strip()[:40]
        pay = amount_minor(given) if given else None
        readable = not isinstance(pay, Refusal)
        found = explained_today(desk, file, Audience.BORROWER, name=name, pay_minor=pay) if readable else None
    if found is None:
        return not_found(request)
    offer, language = found.offers[0].offer, reader_language()
    more = sentence(language, offer.counterfactual) if offer.counterfactual else ""
    return _answer(
        request,
        file,
        found,
        title=words("explanation.page.why"),
        name=words(f"plan.name.{offer.name}"),
        lines=[sentence(language, one) for one in offer.why],
        more=more,
        back=reverse("borrower:offers", args=[file.case.case_id]),
    )


@of_her_case
def why_not(request: HttpRequest, file: CaseFile, number: int) -> HttpResponse:
    """Why something is not possible today: the refusal of that number on the page of plans, from 1."""
    if (closed := _closed(request, file)) is not None:
        return closed
    whole = explained_today(desk_of(request), file, Audience.BORROWER)
    found = whole.of_refusal(number) if whole else None
    if found is None:
        return not_found(request)
    return _answer(
        request,
        file,
        found,
        title=words("explanation.page.not_possible"),
        name="",
        lines=[reason(reader_language(), found.refusals[0])],
        back=reverse("borrower:offers", args=[file.case.case_id]),
    )


@of_her_case
def together(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Plans over all her loans here on one budget: one of them (?plan=cheapest, the first by default), or why there is
    none, with the others a tap away."""
    if (closed := _closed(request, file)) is not None:
        return closed
    found = explained_together(desk_of(request), file, Audience.BORROWER)
    if found is None:
        return not_found(request)
    names, language = [shown.offer.name for shown in found.offers], reader_language()
    name = request.GET.get("plan", "") or (names[0] if names else "")
    one = found.of_offer(name) if names else found
    if one is None:
        return not_found(request)
    offer = one.offers[0].offer if names else None
    said = offer.why if offer else ()
    return _answer(
        request,
        file,
        one if request.GET.get("plan") or request.GET.get("format") != "json" else found,
        title=words("explanation.page.together"),
        name=words(f"plan.name.{name}") if offer else "",
        lines=[
            words("explanation.page.together_lead"),
            *(sentence(language, why) for why in said),
            *(reason(language, refused) for refused in ([] if offer else one.refusals)),
        ],
        more=sentence(language, offer.counterfactual) if offer and offer.counterfactual else "",
        back=reverse("borrower:offers", args=[file.case.case_id]),
        others=[(other, words(f"plan.name.{other}")) for other in names if other != name],
    )


@of_her_case
def why_answer(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Why she was answered so: the decision's own record."""
    found = explained_decision(desk_of(request), file, Audience.BORROWER)
    if found is None or found.decision is None:
        return not_found(request)
    return _answer(
        request,
        file,
        found,
        title=words("explanation.page.why_answer"),
        name="",
        lines=[words(f"decision.page.lead_{found.decision.outcome}")],
        back=reverse("borrower:decision", args=[file.case.case_id]),
    )


def _closed(request: HttpRequest, file: CaseFile) -> HttpResponse | None:
    """The page that says why there are no plans to look at just now, as on the page of plans."""
    refusal = may_choose(file, by_her(request, file, "look", ""))
    if refusal is None or refusal.rule == "plan.under_review":
        return None
    return closed_page(request, file, refusal)


def _answer(
    request: HttpRequest,
    file: CaseFile,
    found: Explanation,
    *,
    title: str,
    name: str,
    lines: list[str],
    back: str,
    more: str = "",
    others: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """The explanation as a page, or as data where that is asked for."""
    language = reader_language()
    if request.GET.get("format") == "json":
        document = explanation_document(found, Audience.BORROWER, language)
        return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    query = request.GET.copy()
    query["format"] = "json"
    query.pop("lang", None)
    stored = found.stored and found.decision is None
    return show(
        request,
        "plan_why",
        title=title,
        file=file,
        back=back,
        name=name,
        lines=lines,
        more=more,
        stored=words("explanation.page.stored", date=day(found.as_of)) if stored else "",
        sections=told(found, language),
        others=others,
        json_url=f"?{query.urlencode()}",
        write_url=reverse("borrower:messages", args=[file.case.case_id]),
    )
