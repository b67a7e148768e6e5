"""Room 3 on the borrower's site, her health papers: the question that comes before them, and taking the answer back."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.health_papers import give_consent, withdraw_consent
from forbear.core.evidence import Item
from forbear.core.evidence_facts import Consent
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.page import by_her, day, of_her_case, show, to, why_not, words


@of_her_case
def consent(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """She agrees, or takes it back: `act` is give or withdraw. A look alone changes nothing."""
    act = request.POST.get("act", "")
    if request.method != "POST" or act not in ("give", "withdraw"):
        return to("papers", file)
    do = give_consent if act == "give" else withdraw_consent
    outcome = do(desk_of(request), by_her(request, file, f"consent-{act}", act, seen=False), file.case.case_id)
    if isinstance(outcome, Refusal):
        title = words("evidence.page.consent.title")
        back = {"go_url": reverse("borrower:papers", args=[file.case.case_id]), "go": words("site.page.gone.go")}
        return show(request, "notice", title=title, file=file, status=422, lines=[why_not(outcome)], **back)
    return to("papers", file, done="consent" if act == "give" else "consent-gone")


def consent_of(request: HttpRequest, file: CaseFile, item: Item) -> dict[str, object] | None:
    """What the page shows about consent beside an item; None where it needs none. `asked`: files wait for her yes."""
    if not item.health:
        return None
    desk = desk_of(request)
    days = desk.rulebooks.on(desk.clock.today()).integer("desk.keep_health_days")
    erased_at = file.erased.get(Retention.HEALTH)
    given = Consent.CAUSE_PAPERS in file.case.consents
    asked = not given and not file.case.closed
    lines = [words(f"evidence.page.consent.{line}", days=days) for line in ("what", "why", "life", "free")]
    return {
        "given": given,
        "asked": asked,
        "url": reverse("borrower:consent", args=[file.case.case_id]),
        "lines": lines if asked else [],
        "erased": words("evidence.page.consent.erased", date=day(erased_at.date())) if erased_at else "",
    }


def consent_done() -> dict[str, str]:
    """What the page of papers says after an answer, by the name it was sent on with."""
    return {"consent": words("evidence.page.consent.got"), "consent-gone": words("evidence.page.consent.gone")}
