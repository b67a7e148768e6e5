"""Room 3 on the borrower's site, her health papers: the question that comes before them, and taking the answer back."""

from django.http import HttpRequest, HttpResponse

from forbear.actions.health_papers import give_consent, withdraw_consent
from forbear.actions.record import By
from forbear.core.contact import Channel
from forbear.core.evidence import Item
from forbear.core.evidence_facts import Consent
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.doors import Door, by_link, on_her_site, on_its_own, to_papers
from forbear.web.borrower.page import day, press, show, why_not, words


def _consent(request: HttpRequest, door: Door) -> HttpResponse:
    """She agrees, or takes it back: `act` is give or withdraw. A look alone changes nothing."""
    act = request.POST.get("act", "")
    if request.method != "POST" or act not in ("give", "withdraw"):
        return to_papers(door)
    do = give_consent if act == "give" else withdraw_consent
    key = f"web:{door.sender.case_id}:consent-{act}:{press(request)}"
    by = By(actor=door.sender.actor, channel=Channel.WEB, key=key, cause=door.sender.link)
    outcome = do(desk_of(request), by, door.sender.case_id)
    if isinstance(outcome, Refusal):
        title = words("evidence.page.consent.title")
        back = {"go_url": door.url("papers"), "go": words("site.page.gone.go")}
        own = on_its_own(request) if door.link else {"file": door.file}
        return show(request, "notice", title=title, status=422, lines=[why_not(outcome)], **back, **own)
    return to_papers(door, "consent" if act == "give" else "consent-gone")


consent, link_consent = on_her_site(_consent), by_link(_consent)


def consent_of(request: HttpRequest, door: Door, item: Item) -> dict[str, object] | None:
    """What the page shows about consent beside an item; None where it needs none. `asked`: files wait for her yes."""
    if not item.health:
        return None
    desk, file = desk_of(request), door.file
    days = desk.rulebooks.on(desk.clock.today()).integer("desk.keep_health_days")
    erased_at = file.erased.get(Retention.HEALTH)
    given = Consent.CAUSE_PAPERS in file.case.consents
    asked = not given and not file.case.closed
    lines = [words(f"evidence.page.consent.{line}", days=days) for line in ("what", "why", "life", "free")]
    return {
        "given": given,
        "asked": asked,
        "url": door.url("consent"),
        "lines": lines if asked else [],
        "erased": words("evidence.page.consent.erased", date=day(erased_at.date())) if erased_at else "",
    }


def consent_done() -> dict[str, str]:
    """What the page of papers says after an answer, by the name it was sent on with."""
    return {"consent": words("evidence.page.consent.got"), "consent-gone": words("evidence.page.consent.gone")}
