"""What every page of a case shares: its head, its tabs, its timeline, what to do next, and forms that were refused.

A form is posted, an action answers, and the reader is sent on (so that reloading repeats nothing); a refusal shows
the same page again with what was typed, and with a new key and the seq as it stands now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from forbear.actions.record import Done
from forbear.core.case import WaitsFor
from forbear.core.contact import Role
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile
from forbear.core.identity import masked_name
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import may_work, staff_of
from forbear.web.desk.timeline import FILTERS, entries_of, timeline
from forbear.web.templatetags.desk import reader_language, refused_in, term_in
from forbear.words import say
from forbear.words.format import day

TABS = (
    "contact",
    "statement",
    "evidence",
    "budget",
    "plan",
    "decision",
    "agreement",
    "payments",
    "messages",
    "leaving",
)
TIMELINE_MOST = 60
"""Entries shown before "show all": a long case must not make its page slow."""

FORBIDDEN = (
    "bundle.role",
    "desk.role",
    "evidence.health",
    "decision.role",
    "decision.four_eyes",
    "decision.appeal",
    "payments.role",
)


@dataclass(frozen=True)
class Tried:
    """A form that was refused: what was typed, what is to be mended where, and the sentence above it."""

    form: str
    values: Mapping[str, str]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    status: int = 422


def tried_from(request: HttpRequest, form: str, refusal: Refusal | None = None, **faults: str) -> Tried:
    """A refused form from what was posted. A refusal goes beside the field it names, else above the form."""
    language = reader_language()
    message, status = "", 422
    if refusal is not None:
        said = refused_in(language, refusal)
        status = status_of(refusal)
        if refusal.where and refusal.where in request.POST and status == 422:
            faults = {**faults, refusal.where: said}
        else:
            message = said
    if faults and not message:
        message = say(language, "desk.form.mend")
    lists = {name: request.POST.getlist(name) for name in request.POST}
    return Tried(form, {n: request.POST.get(n, "") for n in request.POST}, lists, faults, message, status)


def status_of(refusal: Refusal) -> int:
    """403 for who may not, 409 for a screen out of date or two at once, 422 for what can be mended in the form."""
    if refusal.rule in FORBIDDEN:
        return 403
    return 409 if refusal.rule.startswith("record.") else 422


def sent_on(
    request: HttpRequest, outcome: Done, address: str, told: str, *, promise: bool = False, **facts: object
) -> HttpResponse:
    """After an act: say that it is done and go on to a page that a reload does not repeat. `promise`: the sentence
    stands with those of keeping the promise.
    """
    done = f"promise.done.{told}" if promise else f"desk.done.{told}"
    if outcome.events and not outcome.replayed:
        messages.success(request, say(reader_language(), done, **facts))
    return HttpResponseRedirect(address)


def tab_address(case_id: str, tab: str) -> str:
    """The address of a case's tab."""
    return reverse(f"desk:{tab}", args=[case_id])


def case_page(
    request: HttpRequest, file: CaseFile, tab: str, tried: Tried | None = None, *, template: str = "", **context: Any
) -> HttpResponse:
    """Render a tab of a case, or another page (`template`) under it; the status tells how a form was at fault."""
    desk = desk_of(request)
    language, today = reader_language(), desk.clock.today()
    chosen = request.GET.get("show", "main")
    shown = chosen if chosen in FILTERS else "main"
    count = entries_of(file, shown)
    most = count if request.GET.get("all") == "1" else TIMELINE_MOST
    page = {
        "file": file,
        "case": file.case,
        "tab": tab,
        "tabs": [(name, tab_address(file.case.case_id, name), _badge(file, name)) for name in TABS],
        "title": title_of(file, language),
        "entries": timeline(file, language, shown, most),
        "entries_more": max(count - most, 0),
        "filters": FILTERS,
        "shown": shown,
        "due": due_words(file.case.due_on, today, language),
        "now": what_now(request, file),
        "today": today,
        "works": may_work(request),
        "me": staff_of(request),
        "key": desk.ids.new("q"),
        "seen": file.case.seq,
        "tried": tried,
    }
    return render(request, f"desk/{template or tab}.html", {**page, **context}, status=tried.status if tried else 200)


def title_of(file: CaseFile, language: str) -> str:
    """How a case is called: the borrower's name and the end of her contract."""
    name = file.party.name if file.party else say(language, "desk.case.erased")
    return f"{name} · {(file.contract or '')[-7:]}" if file.contract else name


def short_name(name: str) -> str:
    """A name for a list, where anyone passing by may read: 王**."""
    return masked_name(name) if name else "–"


@dataclass(frozen=True)
class DueWords:
    """A deadline as a person feels it. `state`: late, today, soon, later, none; never colour alone."""

    state: str
    words: str
    on: date | None


def due_words(on: date | None, today: date, language: str) -> DueWords:
    """ "Today", "2 days late", "in 5 days": the words beside the date."""
    if on is None:
        return DueWords("none", say(language, "desk.due.none"), None)
    days = (on - today).days
    if days < 0:
        return DueWords("late", say(language, "desk.due.late_one" if days == -1 else "desk.due.late", days=-days), on)
    if days == 0:
        return DueWords("today", say(language, "desk.due.today"), on)
    if days == 1:
        return DueWords("soon", say(language, "desk.due.tomorrow"), on)
    return DueWords("soon" if days <= 3 else "later", say(language, "desk.due.in", days=days), on)


@dataclass(frozen=True)
class Now:
    """The next step in words, and the tab where it is done ("" when nobody here has to do anything)."""

    words: str
    tab: str
    mine: bool


def what_now(request: HttpRequest, file: CaseFile) -> Now:
    """What stands next, said to the person who is looking."""
    case, actor = file.case, staff_of(request)
    language = reader_language()
    name, tab = _step(file)
    facts = {
        "on": day(language, case.due_on) if case.due_on else "",
        "agent": case.agent or "–",
        "by": case.proposed_by or "–",
        "second": case.second_asked_by or "–",
        "outcome": term_in(language, f"desk.outcome.{case.proposed.value}") if case.proposed else "",
        "count": sum(1 for state in case.papers.values() if state is PaperState.RECEIVED),
    }
    mine = (case.waits_for is WaitsFor.AGENT and actor.kind is Role.AGENT and case.agent in ("", actor.id)) or (
        case.waits_for in (WaitsFor.REVIEWER, WaitsFor.SECOND) and actor.kind is Role.REVIEWER
    )
    return Now(say(language, f"desk.now.{name}", **facts), tab, mine)


def _step(file: CaseFile) -> tuple[str, str]:
    case = file.case
    if case.closed:
        return "closed", ""
    if case.person_by_on is not None:
        return "call_back", "messages"
    if case.under_review and not case.accepted:
        return "accept", "decision"
    if case.second_asked_by:
        return "second", "decision"
    if case.proposed is not None:
        return "decide", "decision"
    if case.more_by_on is not None:
        return "more", "evidence"
    if case.under_review:
        return ("look", "evidence") if PaperState.RECEIVED in case.papers.values() else ("propose", "decision")
    if case.breach_by:
        return "breach", "payments"
    if case.standing is not None and str(case.standing) == "cure-ended":
        return "cure_ended", "payments"
    if file.promise.question is not None and case.stage.value not in ("statement", "decision", "agreement"):
        return "question", "payments"
    stages = {
        "statement": ("statement", "statement"),
        "evidence": ("papers", "evidence"),
        "plan": ("choose", "plan"),
        "decision": ("answer", "decision"),
        "agreement": ("sign", "agreement"),
    }
    if case.stage.value in stages:
        return stages[case.stage.value]
    return ("late", "payments") if case.late else ("paying", "payments")


def _badge(file: CaseFile, tab: str) -> str:
    """A small count on a tab where something waits."""
    case = file.case
    waiting = {
        "evidence": sum(1 for state in case.papers.values() if state is PaperState.RECEIVED),
        "decision": 1 if case.under_review else 0,
        "messages": 1 if case.person_by_on else 0,
        "payments": len(case.late),
    }.get(tab, 0)
    return str(waiting) if waiting else ""
