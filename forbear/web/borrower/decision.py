"""Room 5 on the borrower's site: the answer with its reasons and figures, the counter-offer, and another look."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.decision import answer_counter, appeal
from forbear.core.decision import Decided, Outcome
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.cards import card
from forbear.web.borrower.fields import Field
from forbear.web.borrower.page import by_her, day, money, of_her_case, show, to, why_not, words

WORDS_MAX = 4000


@of_her_case
def decision(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """What was decided and why, the figures it rests on, and what she can do about it."""
    return _decision(request, file)


@of_her_case
def answer(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She takes the counter-offer or leaves it; both are as easy."""
    act = request.POST.get("act", "")
    if request.method != "POST" or act not in ("accept", "decline"):
        return to("decision", file)
    by = by_her(request, file, "counter", act)
    outcome = answer_counter(desk_of(request), by, file.case.case_id, act == "accept")
    if isinstance(outcome, Refusal):
        return _decision(request, file, message=why_not(outcome))
    return to("agreement", file, done="accepted") if act == "accept" else to("case", file, done="declined")


@of_her_case
def look_again(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She asks for another look by somebody who took no part."""
    if request.method != "POST":
        return to("decision", file)
    given = request.POST.get("words", "")[: 2 * WORDS_MAX]
    if len(given) > WORDS_MAX:
        return _decision(request, file, given=given, fault=words("contact.page.fault.words_long", most=WORDS_MAX))
    outcome = appeal(desk_of(request), by_her(request, file, "appeal", given), file.case.case_id, given)
    if not isinstance(outcome, Refusal):
        return to("case", file, done="appealed")
    if outcome.where == "words":
        return _decision(request, file, given=given, fault=words("decision.page.appeal.fault"))
    return _decision(request, file, given=given, message=why_not(outcome))


def _decision(
    request: HttpRequest, file: CaseFile, *, given: str = "", fault: str = "", message: str = ""
) -> HttpResponse:
    decided, case = file.decided, file.case
    back = reverse("borrower:case", args=[case.case_id])
    if decided is None:
        lines = [words("decision.page.lead_waiting")]
        title = words("decision.page.title_waiting")
        go = words("decision.page.on_case")
        return show(request, "notice", title=title, file=file, back=back, lines=lines, go_url=back, go=go)
    open_counter = case.outcome is Outcome.COUNTERED and not case.under_review
    field = _appeal_field(request, file, given, fault)
    signing = case.offered is not None and decided.outcome is not Outcome.REFUSED
    return show(
        request,
        "decision",
        title=words(f"decision.page.title_{decided.outcome}"),
        file=file,
        status=422 if fault or message else 200,
        back=back,
        message=message,
        fields=[field] if field else [],
        lead=words(f"decision.page.lead_{decided.outcome}"),
        lines=_lines(file, decided, open_counter),
        reasons=[words(f"decision.reason.{reason}") for reason in decided.reasons],
        changes=[decided.would_change] if decided.would_change else [],
        figures=_figures(decided),
        offer=card(decided.plan, file.offers) if decided.plan else None,
        why_url=reverse("borrower:why_answer", args=[case.case_id]),
        offer_title=words(f"decision.page.{'counter' if open_counter else 'approved'}.offer"),
        answer_url=reverse("borrower:answer", args=[case.case_id]) if open_counter else "",
        on_url=reverse("borrower:agreement", args=[case.case_id]) if signing else "",
        on=words("decision.page.on_agreement"),
        rest=words("decision.page.rest", date=day(case.stayed_until_on)) if case.stayed_until_on else "",
        appeal_field=field,
        appeal_text=words("decision.page.appeal.text", date=day(case.appeal_by_on)) if case.appeal_by_on else "",
        appeal_url=reverse("borrower:look_again", args=[case.case_id]),
        too_late=words("decision.page.appeal.closed") if field is None and _could_appeal(file) else "",
        elsewhere=decided.outcome is not Outcome.APPROVED,
    )


def _lines(file: CaseFile, decided: Decided, open_counter: bool) -> list[str]:
    lines = [decided.words] if decided.words else []
    if file.decided_at:
        lines.append(words("decision.page.decided_on", date=day(file.decided_at)))
    if decided.second:
        lines.append(words("decision.page.two_people"))
    if open_counter and file.case.appeal_by_on:
        lines.append(words("decision.page.counter.by", date=day(file.case.appeal_by_on)))
    return lines


def _figures(decided: Decided) -> list[tuple[str, str]]:
    return [
        (words("decision.page.figure.owed"), money(decided.owed.total_minor)),
        (words("decision.page.figure.income"), money(decided.income_minor)),
        (words("decision.page.figure.outgoings"), money(decided.outgoings_minor)),
        (words("decision.page.figure.affordable"), money(decided.affordable_minor)),
    ]


def _appeal_field(request: HttpRequest, file: CaseFile, given: str, fault: str) -> Field | None:
    """The field where it can still be asked for; an appeal that is over is said on the page of where things stand."""
    case = file.case
    if not _could_appeal(file):
        return None
    if case.appeal_by_on and desk_of(request).clock.today() > case.appeal_by_on:
        return None
    label, hint = words("decision.page.appeal.words"), words("decision.page.appeal.hint")
    return Field("words", "area", label, hint, value=given, fault=fault, maximum=WORDS_MAX)


def _could_appeal(file: CaseFile) -> bool:
    """Whether there is a decision to look at again, were it in time."""
    case = file.case
    return case.outcome in (Outcome.REFUSED, Outcome.COUNTERED) and not case.under_review and not case.closed
