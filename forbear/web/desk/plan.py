"""Room 4 at the desk: every plan possible today, also the one a lender alone would choose, each with its rules.

Looking records nothing. An agent may take down the borrower's choice when she makes it on the telephone.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.explanation import recorded_offers
from forbear.actions.plan import Choice, may_choose, offers_today, other_loans, plan_for, request_plan
from forbear.actions.record import By
from forbear.actions.sections import measure_told, rule_named, sentence, source_told
from forbear.core import amounts
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal
from forbear.core.rules import Finding
from forbear.core.solver import Answer
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, may_work, staff_of, staff_required
from forbear.web.desk.own_table import blank_table
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.templatetags.desk import because, reader_language, refused_in, term_in
from forbear.words import known, say
from forbear.words.format import figure


@dataclass(frozen=True)
class Shown:
    """An offer as a card of the desk."""

    offer: Offer
    name: str
    why: list[str]
    measures: list[str]
    findings: list["ShownFinding"]
    for_her: bool
    what_if: str = ""


@dataclass(frozen=True)
class ShownFinding:
    """A rule held against a plan, in words: what it limits, the limit, the value, its source and how sure that is."""

    rule: str
    name: str
    ok: bool
    limit: str
    value: str
    source: str
    status: str
    status_words: str


@dataclass(frozen=True)
class Advice:
    """What the lender may expect where nothing is agreed, whether that binds, and which rules behind it are open."""

    nothing_minor: int
    binding: bool
    open_rules: list[str]


@staff_required()
@require_safe
def plan(request: HttpRequest, case_id: str) -> HttpResponse:
    """Today's offers side by side, "what if", what doing nothing costs, and why something is not possible."""
    return plans_page(request, case_for_staff(request, case_id))


def plans_page(request: HttpRequest, file: CaseFile, tried: Tried | None = None, **own: Any) -> HttpResponse:
    """The page of today's plans. `own`: what it says beside a table of her own."""
    if file.statement is None or file.household is None:
        return case_page(request, file, "plan", tried, answer=None)
    desk, language = desk_of(request), reader_language()
    answer = offers_today(desk, file)
    by = By(actor=staff_of(request), channel=Channel.HOTLINE, key="")
    context: dict[str, Any] = {
        "answer": answer,
        "other_loans": other_loans(desk, file),
        "offers": shown_offers(answer, language),
        "refusals": [refused_in(language, refusal) for refusal in answer.refusals],
        "costs_more": answer.if_nothing_changes.total_minor - answer.owed.total_minor,
        "advice": advice(request, answer),
        "requested": shown(file.requested, language) if file.requested else None,
        "recorded": [
            {
                "seq": shown_then.seq,
                "on": shown_then.fact.as_of,
                "offers": [(name, term_in(language, f"desk.offer.{name}")) for name in shown_then.names],
            }
            for shown_then in recorded_offers(file)
            if shown_then.names
        ],
        "can_choose": may_work(request) and may_choose(file, by) is None,
        "own_blank": blank_table(request, file),
        **_what_if(request, file, language),
        **own,
    }
    return case_page(request, file, "plan", tried, **context)


def _what_if(request: HttpRequest, file: CaseFile, language: str) -> dict[str, Any]:
    """The plan for an amount in the address, or why there is none."""
    pay = request.GET.get("pay", "").strip()[:40]
    if not pay:
        return {"pay": "", "tried_offer": None, "pay_fault": ""}
    read = amounts.amount_minor(pay)
    if isinstance(read, Refusal):
        return {"pay": pay, "tried_offer": None, "pay_fault": refused_in(language, read)}
    found = plan_for(desk_of(request), file, Choice(instalment_minor=read))
    if isinstance(found, Refusal):
        return {"pay": pay, "tried_offer": None, "pay_fault": refused_in(language, found)}
    return {"pay": pay, "tried_offer": shown(found, language), "pay_fault": ""}


def advice(request: HttpRequest, answer: Answer) -> Advice | None:
    """The lender's value of doing nothing, to be read beside each plan's; None where nobody reckoned it."""
    if answer.nothing_minor is None:
        return None
    language = reader_language()
    rules = desk_of(request).rulebooks.on(answer.effective_on)
    unsure = [param for param in rules.unverified() if param.key.startswith("value.")]
    return Advice(
        nothing_minor=answer.nothing_minor,
        binding=rules.flag("value.npv_binding"),
        open_rules=[rule_named(language, param.key) or param.rule for param in unsure],
    )


def shown_offers(answer: Answer, language: str) -> list[Shown]:
    """Every offer of today, the lender's own choice last and marked as not for her."""
    cards = [shown(offer, language) for offer in answer.offers]
    if answer.lender_best is not None:
        cards.append(shown(answer.lender_best, language, for_her=False))
    return cards


def shown(offer: Offer, language: str, *, for_her: bool = True) -> Shown:
    """An offer with everything in words."""
    return Shown(
        offer=offer,
        name=term_in(language, f"desk.offer.{offer.name}"),
        why=because(language, offer.why),
        measures=[measure_told(language, measure) for measure in offer.plan.measures],
        findings=[_finding(finding, language) for finding in offer.findings],
        for_her=for_her,
        what_if=sentence(language, offer.counterfactual) if offer.counterfactual else "",
    )


def _finding(finding: Finding, language: str) -> ShownFinding:
    unit = f"rules.unit.{finding.unit}"
    worded = known(language, unit)
    limit, value = figure(language, finding.limit), figure(language, finding.value)
    return ShownFinding(
        rule=finding.rule,
        name=rule_named(language, finding.key) or finding.rule,
        ok=finding.ok,
        limit=say(language, unit, value=limit) if worded else f"{limit} {finding.unit}".strip(),
        value=say(language, unit, value=value) if worded else f"{value} {finding.unit}".strip(),
        source=source_told(language, finding.source),
        status=finding.status,
        status_words=term_in(language, f"rules.status.{finding.status}"),
    )


def choice_from(request: HttpRequest) -> Choice | Refusal:
    """The plan a form names: an offer, or `pay` with an amount a month."""
    named = request.POST.get("plan", "").strip()
    if named == "pay":
        read = amounts.amount_minor(request.POST.get("pay", ""))
        if isinstance(read, Refusal):
            return Refusal(read.rule, read.reason, read.way_on, read.facts, where="pay")
        return Choice(instalment_minor=read)
    return Choice(offer=named)


@staff_required(WORKERS)
@require_POST
def choose(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take down her choice, made on the telephone."""
    case_for_staff(request, case_id)
    choice = Choice(person=True) if request.POST.get("plan") == "person" else choice_from(request)
    if isinstance(choice, Refusal):
        return plans_page(request, case_for_staff(request, case_id), tried_from(request, "choose", choice))
    words = request.POST.get("words", "")
    outcome = request_plan(desk_of(request), by_staff(request, Channel.HOTLINE), case_id, choice, words)
    if isinstance(outcome, Refusal):
        return plans_page(request, case_for_staff(request, case_id), tried_from(request, "choose", outcome))
    return sent_on(request, outcome, tab_address(case_id, "decision"), "requested")
