"""Room 3 at the desk, the health papers: the one word about them that stays after they are deleted."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from forbear.core.evidence_facts import Consent
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.web.access import desk_of
from forbear.web.templatetags.desk import day, reader_language, term_in
from forbear.words import say


def day_typed(typed: str) -> date | None:
    """A day as a form's date field sends it; None for anything else."""
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def health_of(request: HttpRequest, file: CaseFile) -> dict[str, Any] | None:
    """What the tab of papers says of health papers; None where the checklist has none."""
    items = [item for item in file.items if item.health]
    if not items:
        return None
    desk, language = desk_of(request), reader_language()
    erased_at, noted = file.erased.get(Retention.HEALTH), file.cause
    said = ""
    if noted:
        until = day(noted.until_on) if noted.until_on else say(language, "desk.health.none")
        yes = term_in(language, f"desk.yes_no.{'yes' if noted.shown else 'no'}")
        said = say(language, "desk.health.confirmed", shown=yes, until=until)
    return {
        "said": said,
        "days": desk.rulebooks.on(desk.clock.today()).integer("desk.keep_health_days"),
        "erased": say(language, "desk.health.erased", on=day(erased_at.date())) if erased_at else "",
        "no_consent": Consent.CAUSE_PAPERS not in file.case.consents and not erased_at,
        "there": any(paper.facts for item in items for paper in file.papers_of(item.number)),
    }
