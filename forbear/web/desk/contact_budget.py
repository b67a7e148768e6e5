"""Room 1 at the desk: what is left of the limits on contact today, how she wants to be reached, who speaks for her."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from forbear.actions.contact_budget import asked, purpose_of, reach_of
from forbear.actions.sections import rule_named
from forbear.core.contact import Channel, Reach
from forbear.core.file import CaseFile
from forbear.web.access import desk_of
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say


@dataclass(frozen=True)
class Line:
    """One channel: whether it may be used now, why not, and what is left of each limit in number."""

    channel: Channel
    words: str
    allowed: bool
    later: bool
    left: tuple[tuple[str, int, int], ...]


def glance(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """For the pages of a case: `budget`, a line for calls and one for messages, and her wishes in words."""
    if file.party is None:
        return {}
    desk = desk_of(request)
    reach = reach_of(desk, file)
    message = Channel.EMAIL if reach and Channel.SMS in reach.unwanted else Channel.SMS
    lines = {name: _line(request, file, way) for name, way in (("call", Channel.HOTLINE), ("message", message))}
    return {"budget": lines, "wishes": wishes(reach)}


def _line(request: HttpRequest, file: CaseFile, channel: Channel) -> Line:
    desk, language = desk_of(request), reader_language()
    found = asked(desk, file, channel, purpose_of(desk, file, channel), desk.clock.now()).budget
    said = refused_in(language, found.refusal) if found.refusal else say(language, "contact_budget.desk.allowed")
    left = tuple((rule_named(language, one.rule), one.used, one.most) for one in found.counts)
    return Line(channel, said, found.allowed, found.next_at is not None, left)


def wishes(reach: Reach | None) -> list[str]:
    """How she wants to be reached beyond the ordinary, a sentence each."""
    language = reader_language()
    if reach is None:
        return []
    told = []
    if reach.safe_from and reach.safe_until:
        hours = {"from": reach.safe_from, "until": reach.safe_until}
        told.append(say(language, "contact_budget.desk.safe", **hours))
    if reach.unwanted:
        names = [say(language, f"desk.channel.{channel.value}") for channel in reach.unwanted]
        joined = ("、" if language == "zh" else ", ").join(names)
        told.append(say(language, "contact_budget.desk.unwanted", channels=joined))
    if reach.night:
        told.append(say(language, "contact_budget.desk.night"))
    if reach.zone:
        told.append(say(language, "contact_budget.desk.zone", zone=reach.zone))
    return told


RELATIONS = ("spouse", "family", "adviser", "lawyer", "other")


def speakers(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """Who may speak for her, those who may no more last, and the papers one can be shown by."""
    today = desk_of(request).clock.today()
    known = [(one, one.holds(today)) for one in file.talk.authorities]
    relations = [(name, say(reader_language(), f"contact_budget.relation.{name}")) for name in RELATIONS]
    papers = [(paper.paper, paper.facts.name if paper.facts else paper.paper) for paper in file.papers]
    return {"speakers": sorted(known, key=lambda pair: not pair[1]), "papers": papers, "relations": relations}
