"""Room 4 on the borrower's site: the offers side by side and "what if I pay this much"."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from forbear.actions.plan import Choice, may_choose, offers_today, other_loans, plan_for, request_plan
from forbear.core.amounts import amount_minor
from forbear.core.file import CaseFile
from forbear.core.plan import Offer, Plan
from forbear.core.refusal import Refusal
from forbear.core.solver import Answer
from forbear.web.access import desk_of
from forbear.web.borrower.cards import Card, card
from forbear.web.borrower.fields import Field
from forbear.web.borrower.page import by_her, money, of_her_case, show, spoken, to, why_not, words

SLIDER_STEP_YUAN = 50
INSTEAD = "plan.refusal.instead"
"""Not a no of its own: it only leads over to what can be done meanwhile."""


@of_her_case
def offers(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Every plan of today with what doing nothing costs, and an amount to try (?pay=900)."""
    refusal = may_choose(file, by_her(request, file, "look", ""))
    if refusal is not None and refusal.rule != "plan.under_review":
        return closed_page(request, file, refusal)
    answer = offers_today(desk_of(request), file, lender=False)
    if request.headers.get("HX-Request") == "true" and "pay" in request.GET:
        tried = {**_tried(request, file, answer), **_choosing(file, refusal)}
        return render(request, "borrower/parts/tried.html", tried)
    return _offers(request, file, answer, closed=refusal)


def _offers(
    request: HttpRequest, file: CaseFile, answer: Answer, *, closed: Refusal | None = None, message: str = ""
) -> HttpResponse:
    asked = file.case.requested
    found = _cards(answer, file.case.case_id)
    slide_most = -(-max((m.affordable_minor for m in answer.affordable), default=0) // 100)
    pay = request.GET.get("pay", "")
    least = min((offer.plan.instalment_max_minor for offer in answer.offers), default=0) // 100
    return show(
        request,
        "plan",
        title=words("offers.page.title" if found else "offers.page.title_none"),
        file=file,
        status=422 if message else 200,
        back=reverse("borrower:case", args=[file.case.case_id]),
        lead=words("offers.page.lead" if found else "offers.page.lead_none"),
        message=message or (why_not(closed) if closed is not None else ""),
        proof=words("offers.page.proof") if found and not file.case.papers_there else "",
        papers_url="" if file.case.papers_there else reverse("borrower:papers", args=[file.case.case_id]),
        asked=words("offers.page.asked", name=wish_words(asked)) if asked and closed is None else "",
        chosen_url=reverse("borrower:why", args=[file.case.case_id, "chosen"]) if asked and file.requested else "",
        **_reasons(answer, file.case.case_id),
        **_others(request, file),
        trying=slide_most > 0,
        offers=found,
        compare=_compare(answer),
        try_url=reverse("borrower:offers", args=[file.case.case_id]),
        slide_max=max(-(-slide_most // SLIDER_STEP_YUAN) * SLIDER_STEP_YUAN, SLIDER_STEP_YUAN),
        slide_step=SLIDER_STEP_YUAN,
        slide_value=pay if pay.isascii() and pay.isdigit() else least,
        **_choosing(file, closed),
        **_tried(request, file, answer),
    )


def _cards(answer: Answer, case_id: str) -> list[Card]:
    """One card a plan: where one plan bears several names, all of them stand on its card."""
    cards: dict[Plan, Card] = {}
    for offer in answer.offers:
        shown = card(offer, answer, why_url=reverse("borrower:why", args=[case_id, offer.name]))
        known = cards.get(offer.plan)
        title = words("offers.page.card.and", one=known.title, other=shown.title) if known else shown.title
        cards[offer.plan] = replace(known or shown, title=title)
    return list(cards.values())


def _choosing(file: CaseFile, closed: Refusal | None) -> dict[str, str]:
    return {"choose_url": "" if closed is not None else reverse("borrower:choose", args=[file.case.case_id])}


def _tried(request: HttpRequest, file: CaseFile, answer: Answer) -> dict[str, Any]:
    """The amount she tries: the field with what she typed, and the plan or the nearest amount that has one."""
    given, tried, fault, message = request.GET.get("pay", "").strip()[:40], None, "", ""
    if given:
        minor = amount_minor(given)
        if isinstance(minor, Refusal):
            fault = why_not(minor)
        else:
            found = plan_for(desk_of(request), file, Choice(instalment_minor=minor), answer)
            message = why_not(found) if isinstance(found, Refusal) else ""
            url = f"{reverse('borrower:why', args=[file.case.case_id, 'what-if'])}?{urlencode({'pay': given})}"
            tried = card(found, answer, pay=given, why_url=url) if isinstance(found, Offer) else None
    label, unit = words("offers.page.try.field"), words("site.page.yuan")
    field = Field("pay", "amount", label, unit=unit, value=given, fault=fault)
    frame = {"seen": file.case.seq, "key": desk_of(request).ids.new("w"), "case_id": file.case.case_id}
    return {"try_field": field, "tried": tried, "tried_message": fault or message} | (
        frame if request.headers.get("HX-Request") == "true" else {}
    )


def _reasons(answer: Answer, case_id: str) -> dict[str, list[Any]]:
    """What does not work today, each said once and with the page that tells why, and all that can be done instead."""
    said = [spoken(refusal) for refusal in answer.refusals]
    reasons: dict[str, str] = {}
    for number, refusal in enumerate(said, start=1):
        url = reverse("borrower:why_not", args=[case_id, number])
        reasons.setdefault(words(refusal.reason, **refusal.facts), "" if refusal.reason == INSTEAD else url)
    ways = [words(refusal.way_on, **refusal.facts) for refusal in said if refusal.way_on]
    return {"reasons": list(reasons.items()), "ways": list(dict.fromkeys(ways))}


def _others(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """That she has other loans here, that their instalments are counted, and the way to plans over all of them."""
    loans = other_loans(desk_of(request), file)
    said = [
        words("offers.page.others.loan", contract=loan.contract, instalment=money(loan.instalment_minor))
        for loan in loans
        if loan.instalments_left
    ]
    return {"other_loans": said, "together_url": reverse("borrower:together", args=[file.case.case_id])} if said else {}


def _compare(answer: Answer) -> dict[str, Any]:
    now, later = answer.owed.total_minor, answer.if_nothing_changes.total_minor
    return {
        "text": words("offers.page.compare.text"),
        "figures": [
            (words("offers.page.compare.now"), money(now)),
            (words("offers.page.compare.later", days=answer.wait_days), money(later)),
            (words("offers.page.compare.grows"), money(later - now)),
        ],
    }


def closed_page(request: HttpRequest, file: CaseFile, refusal: Refusal) -> HttpResponse:
    """Why there is nothing to choose just now, and where to go on."""
    return show(
        request,
        "notice",
        title=words("offers.page.title_closed"),
        file=file,
        back=reverse("borrower:case", args=[file.case.case_id]),
        lines=[why_not(refusal)],
        go_url=reverse("borrower:case", args=[file.case.case_id]),
        go=words("evidence.page.list.on_case"),
    )


def wish_words(asked: str) -> str:
    """What she chose, by its name."""
    own = ("own-instalment", "own-table", "person", "appeal")
    return words(f"offers.page.wish.{asked}" if asked in own else f"plan.name.{asked}")


@of_her_case
def choose(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She takes an offer, her amount, or asks a person to find one."""
    if request.method != "POST":
        return to("offers", file)
    choice = _choice(request)
    if choice is None:
        return to("offers", file)
    outcome = request_plan(desk_of(request), by_her(request, file, "choose", choice), file.case.case_id, choice)
    if not isinstance(outcome, Refusal):
        return to("case", file, done="chosen")
    closed = may_choose(file, by_her(request, file, "look", ""))
    if closed is not None and closed.rule != "plan.under_review":
        return closed_page(request, file, closed)
    return _offers(
        request, file, offers_today(desk_of(request), file, lender=False), closed=closed, message=why_not(outcome)
    )


def _choice(request: HttpRequest) -> Choice | None:
    offer, pay = request.POST.get("offer", "")[:40], request.POST.get("pay", "")[:40]
    if offer == "person":
        return Choice(person=True)
    if pay:
        minor = amount_minor(pay)
        return None if isinstance(minor, Refusal) else Choice(instalment_minor=minor)
    return Choice(offer=offer) if offer else None
