"""Why a plan, why not, why an answer, at the desk: with the limits reached, the lender's value and the rules' sources.

An agent or reviewer reads names; an auditor or policy owner also every id and the whole digest. ?format=json gives the
same as data, ?at=12 the plans as the record's fact of that number shows them, whatever today's rules say.
"""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from forbear.actions.explanation import (
    CHOSEN,
    explained_choice,
    explained_decision,
    explained_record,
    explained_today,
    explained_together,
)
from forbear.actions.explanation_document import explanation_document
from forbear.actions.sections import reason, sentence
from forbear.actions.told import told
from forbear.core.amounts import amount_minor
from forbear.core.contact import Role
from forbear.core.explained import Audience, Explanation
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import case_for_staff, staff_of, staff_required
from forbear.web.desk.page import case_page
from forbear.web.templatetags.desk import reader_language, term_in
from forbear.words import say
from forbear.words.format import day


@staff_required()
@require_safe
def why(request: HttpRequest, case_id: str, name: str) -> HttpResponse:
    """Why one plan: today's (?pay=900 for an amount), the one asked for, or one recorded earlier (?at=12)."""
    file, language = case_for_staff(request, case_id), reader_language()
    found = _found(request, file, name)
    if found is None:
        raise Http404
    offer = found.offers[0].offer
    lines = [sentence(language, one) for one in offer.why]
    if offer.counterfactual:
        lines.append(sentence(language, offer.counterfactual))
    heading = f"{say(language, 'explanation.page.why')} {term_in(language, f'desk.offer.{offer.name}')}"
    return _answer(request, file, found, "plan", heading=heading, lines=lines)


@staff_required()
@require_safe
def why_not(request: HttpRequest, case_id: str, number: int) -> HttpResponse:
    """Why something is not possible today: the refusal of that number on the tab of plans, from 1."""
    file = case_for_staff(request, case_id)
    whole = explained_today(desk_of(request), file, audience(request)) if file.statement and file.household else None
    found = whole.of_refusal(number) if whole else None
    if found is None:
        raise Http404
    heading, language = say(reader_language(), "explanation.page.not_possible"), reader_language()
    return _answer(request, file, found, "plan", heading=heading, lines=[reason(language, found.refusals[0])])


@staff_required()
@require_safe
def together(request: HttpRequest, case_id: str) -> HttpResponse:
    """Plans over all her loans here on one budget: one of them (?plan=cheapest, the first by default), or why none."""
    file, language = case_for_staff(request, case_id), reader_language()
    known = file.statement is not None and file.household is not None
    found = explained_together(desk_of(request), file, audience(request)) if known else None
    if found is None:
        raise Http404
    names = [shown.offer.name for shown in found.offers]
    name = request.GET.get("plan", "") or (names[0] if names else "")
    one = found.of_offer(name) if names else found
    if one is None:
        raise Http404
    heading = say(language, "desk.plan.together")
    lines = [say(language, "desk.plan.together_note")]
    if names:
        heading = f"{heading}: {term_in(language, f'desk.offer.{name}')}"
        offer = one.offers[0].offer
        lines += [sentence(language, why) for why in offer.why]
        lines += [sentence(language, offer.counterfactual)] if offer.counterfactual else []
    else:
        lines += [reason(language, refused) for refused in one.refusals]
    whole = request.GET.get("format") == "json" and not request.GET.get("plan")
    others = [(other, term_in(language, f"desk.offer.{other}")) for other in names if other != name]
    return _answer(request, file, found if whole else one, "plan", heading=heading, lines=lines, others=others)


@staff_required()
@require_safe
def why_answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """Why she was answered so, from the decision's own record."""
    file = case_for_staff(request, case_id)
    found = explained_decision(desk_of(request), file, audience(request))
    if found is None:
        raise Http404
    return _answer(request, file, found, "decision", heading=say(reader_language(), "explanation.page.why_answer"))


def audience(request: HttpRequest) -> Audience:
    """Who reads: auditors and policy owners see every id, agents and reviewers names."""
    reads = staff_of(request).kind in (Role.AUDITOR, Role.POLICY_OWNER)
    return Audience.AUDITOR if reads else Audience.AGENT


def _found(request: HttpRequest, file: CaseFile, name: str) -> Explanation | None:
    desk, who, at = desk_of(request), audience(request), request.GET.get("at", "")
    if at:
        known = explained_record(desk, file, int(at), who) if at.isascii() and at.isdigit() and len(at) < 10 else None
        return known.of_offer(name) if known else None
    if name == CHOSEN:
        return explained_choice(desk, file, who)
    if file.statement is None or file.household is None:
        return None
    given = request.GET.get("pay", "").strip()[:40]
    pay = amount_minor(given) if given else None
    return None if isinstance(pay, Refusal) else explained_today(desk, file, who, name=name, pay_minor=pay)


def _answer(
    request: HttpRequest,
    file: CaseFile,
    found: Explanation,
    tab: str,
    *,
    heading: str,
    lines: list[str] | None = None,
    others: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    language = reader_language()
    if request.GET.get("format") == "json":
        document = explanation_document(found, found.audience, language)
        return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    query = request.GET.copy()
    query["format"] = "json"
    stored = say(language, "explanation.page.stored", date=day(language, found.as_of)) if found.stored else ""
    return case_page(
        request,
        file,
        tab,
        template="plan_why",
        heading=heading,
        lines=lines or [],
        stored=stored,
        sections=told(found, language),
        others=others,
        json_url=f"?{query.urlencode()}",
    )
