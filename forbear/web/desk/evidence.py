"""Room 3 at the desk: the papers that came, accepted, asked again or done without; the budget and its corrections.

A paper leaves the house as a download only: its bytes came from outside and are never shown inside our pages.
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.evidence import accept_paper, correct_budget, refuse_paper, waive_paper
from forbear.actions.health_papers import confirm_cause
from forbear.actions.plan import months_ahead, next_month_explained
from forbear.actions.upload_links import revoke_link, send_link, state_now
from forbear.core.evidence import Item, PaperState
from forbear.core.file import CaseFile, Paper
from forbear.core.household import Evidence
from forbear.core.refusal import Refusal
from forbear.core.upload_link import LinkState, UploadLink, items_to_send
from forbear.web.access import desk_of
from forbear.web.desk import household as home
from forbear.web.desk.answers import lines_with_source
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.health_papers import day_typed, health_of
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.reckoned import month_rows, questions
from forbear.web.desk.remarks import looks, questions_about
from forbear.web.desk.review import looked, next_waiting, open_to
from forbear.web.templatetags.desk import day, month, reader_language, term_in
from forbear.web.text import papers_for, why_asked
from forbear.words import say

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Came:
    """A paper as the tab lists it. `read`: looking, legible, illegible or person; `weighty`: of its questions, those to
    be settled; `seen`: who looked at it; `open`: whether the person signed in may.
    """

    paper: Paper
    read: str
    questions: int
    weighty: int
    seen: tuple[str, ...]
    open: bool


@dataclass(frozen=True)
class Wanted:
    """An item of the checklist with what came for it."""

    item: Item
    need: str
    kinds: str
    why: str
    state: PaperState
    papers: tuple["Came", ...]
    reason: str

    @property
    def questions(self) -> int:
        """How many questions its papers raise."""
        return sum(came.questions for came in self.papers)

    @property
    def yours(self) -> bool:
        """Whether the person signed in may say what came is enough."""
        return all(came.open for came in self.papers)

    @property
    def form(self) -> str:
        """The name of the form that judges it."""
        return f"paper-{self.item.number}"


@staff_required()
@require_safe
def evidence(request: HttpRequest, case_id: str) -> HttpResponse:
    """The checklist with what came for each item."""
    return _papers(request, case_for_staff(request, case_id))


def _papers(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    asked_for = wanted(request, file)
    return case_page(
        request,
        file,
        "evidence",
        tried,
        wanted=asked_for,
        settled=sum(1 for one in asked_for if one.state in (PaperState.ACCEPTED, PaperState.WAIVED)),
        waiting=next_waiting(request, file),
        held=held(file),
        health=health_of(request, file),
        **links_of(request, file),
    )


@dataclass(frozen=True)
class SentLink:
    """An upload link as the desk sees it: which items, how it stands."""

    link: UploadLink
    state: LinkState
    needs: str


def links_of(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """What the section about upload links shows: those that were sent, newest first, and the items one can be for."""
    desk, language = desk_of(request), reader_language()
    needs = {item.number: term_in(language, f"desk.need.{item.need}") for item in file.items}
    between = "、" if language == "zh" else ", "
    links = [
        SentLink(link, state_now(desk, file, link), between.join(needs.get(n, str(n)) for n in link.items))
        for link in reversed(file.upload_links)
    ]
    open_items = () if file.case.closed else items_to_send(file.items, file.case.papers)
    wanting = (PaperState.WANTED, PaperState.REFUSED)
    return {
        "links": links,
        "link_items": [(n, needs[n], file.case.papers.get(n) in wanting) for n in open_items],
        "link_days": desk.rulebooks.on(desk.clock.today()).integer("desk.upload_link_days"),
    }


@staff_required(WORKERS)
@require_POST
def send_upload_link(request: HttpRequest, case_id: str) -> HttpResponse:
    """Send her a link for the items ticked."""
    case_for_staff(request, case_id)
    items = tuple(int(given) for given in request.POST.getlist("items") if re.fullmatch(r"[0-9]{1,4}", given))
    outcome = send_link(desk_of(request), by_staff(request, part="link"), case_id, items)
    if isinstance(outcome, Refusal):
        return _papers(request, case_for_staff(request, case_id), tried_from(request, "link", outcome))
    return sent_on(request, outcome, f"{tab_address(case_id, 'evidence')}#link", "link_sent")


@staff_required(WORKERS)
@require_POST
def revoke_upload_link(request: HttpRequest, case_id: str, link: str) -> HttpResponse:
    """End a link at once."""
    case_for_staff(request, case_id)
    by = by_staff(request, part="revoke", seen=False)
    outcome = revoke_link(desk_of(request), by, case_id, link)
    if isinstance(outcome, Refusal):
        return _papers(request, case_for_staff(request, case_id), tried_from(request, "link", outcome))
    return sent_on(request, outcome, f"{tab_address(case_id, 'evidence')}#link", "link_revoked")


def held(file: CaseFile) -> list[str]:
    """What was not asked for, each with what holds it."""
    language = reader_language()
    return [
        say(
            language,
            f"desk.evidence.held.{one.by}",
            need=term_in(language, f"desk.need.{one.need}"),
            on=day(one.on) if one.on else "",
        )
        for one in file.held
    ]


def wanted(request: HttpRequest, file: CaseFile) -> list[Wanted]:
    """The checklist as it stands now."""
    language = reader_language()
    seen = looks(file, language)

    def came(paper: Paper) -> Came:
        asked = questions_about(file, paper.paper, language)
        names = tuple(name for name, _ in seen.get(paper.paper, ()))
        weighty = sum(1 for one in asked if one.weighty)
        return Came(paper, _how_read(paper), len(asked), weighty, names, open_to(request, file, paper))

    return [
        Wanted(
            item=item,
            need=term_in(language, f"desk.need.{item.need}"),
            kinds=papers_for(item, language),
            why=why_asked(item, language),
            state=file.case.papers.get(item.number, PaperState.WANTED),
            papers=tuple(came(paper) for paper in file.papers_of(item.number)),
            reason=file.paper_reasons.get(item.number, ""),
        )
        for item in file.items
    ]


def _how_read(paper: Paper) -> str:
    if paper.reading is None or paper.legible is None:
        return "looking"
    return "person" if paper.reading.by == "person" else "legible" if paper.legible else "illegible"


@staff_required(WORKERS)
@require_POST
def judge(request: HttpRequest, case_id: str, item: int) -> HttpResponse:
    """Accept what came for an item, ask for it again, or do without it."""
    case_for_staff(request, case_id)
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    desk, by = desk_of(request), by_staff(request)
    if act == "accept":
        outcome = accept_paper(desk, by, case_id, item, reason)
    elif act == "waive":
        outcome = waive_paper(desk, by, case_id, item, reason)
    else:
        outcome = refuse_paper(desk, by, case_id, item, reason)
    if isinstance(outcome, Refusal):
        return _papers(request, case_for_staff(request, case_id), tried_from(request, f"paper-{item}", outcome))
    told = {"accept": "paper_accepted", "waive": "paper_waived"}.get(act, "paper_refused")
    return sent_on(request, outcome, f"{tab_address(case_id, 'evidence')}#item-{item}", told)


@staff_required(WORKERS)
@require_POST
def cause(request: HttpRequest, case_id: str) -> HttpResponse:
    """Note that the health papers show the cause, or not, and until when."""
    case_for_staff(request, case_id)
    shown, until_on = request.POST.get("shown") == "yes", day_typed(request.POST.get("until", ""))
    desk, by = desk_of(request), by_staff(request)
    outcome = confirm_cause(desk, by, case_id, shown=shown, until_on=until_on)
    if isinstance(outcome, Refusal):
        return _papers(request, case_for_staff(request, case_id), tried_from(request, "cause", outcome))
    return sent_on(request, outcome, f"{tab_address(case_id, 'evidence')}#cause", "cause_confirmed")


@staff_required()
@require_safe
def download(request: HttpRequest, case_id: str, paper: str) -> HttpResponse:
    """One page of a paper (the first, or its ?page=) to be saved and not opened here: the clean copy.

    What no picture can be made of is saved as it came.
    """
    file = case_for_staff(request, case_id)
    if refused := looked(request, case_id, paper):
        return refused
    found, page = file.paper(paper), request.GET.get("page", "1")
    facts = (
        dict(enumerate(found.pages, start=1)).get(int(page)) if found and page.isascii() and page.isdigit() else None
    )
    if facts is None:
        raise Http404
    try:
        data = desk_of(request).vault.open(facts.blob)
    except KeyError as gone:
        raise Http404 from gone
    name, copy = facts.name, desk_of(request).renderer.pages(data, facts.mime)
    if copy.clean:
        return as_download(copy.clean, "application/pdf", name)
    if copy.pages:
        plain = name if name.lower().endswith((".jpg", ".jpeg")) else f"{name}.jpg"
        return as_download(copy.pages[0].jpeg, "image/jpeg", plain)
    return as_download(data, "application/octet-stream", name)


def as_download(data: bytes, mime: str, name: str) -> HttpResponse:
    """A file that the browser saves: never sniffed, never run, never kept in a cache."""
    response = HttpResponse(data, content_type=mime)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


# ---- the budget ------------------------------------------------------------------------------------------------


@staff_required()
@require_safe
def household(request: HttpRequest, case_id: str) -> HttpResponse:
    """The budget month by month, each line with its source and who changed it."""
    return _household(request, case_for_staff(request, case_id))


def _household(request: HttpRequest, file: CaseFile, tried: Tried | None = None) -> HttpResponse:
    values = dict(tried.values) if tried else home.household_values(file.household)
    return case_page(request, file, "budget", tried, **budget_of(request, file), **_form(request, file, values))


def budget_of(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    """What the budget's page and the reviewer's note show: the months ahead and the sourced lines."""
    if file.household is None:
        return {"months": (), "lines": None}
    desk, language = desk_of(request), reader_language()
    rulebook = desk.rulebooks.on(desk.clock.today())
    months, explained = months_ahead(desk, file, MONTHS_SHOWN), next_month_explained(desk, file)
    floor = rulebook.param("budget.floor", file.household.place)
    shares, stress = rulebook.param("budget.buffer"), rulebook.param("budget.stress")
    return {
        "months": months,
        "explained_title": say(language, "desk.budget.explained", month=month(months[0].month)),
        "explained_rows": month_rows(explained, language),
        "to_ask": questions(explained, language),
        "lines": lines_with_source(file, language),
        "floor_label": say(language, "desk.label.floor"),
        "buffer_label": say(language, "desk.label.buffer"),
        "stress_label": say(language, "desk.label.stress"),
        "floor_source": _source(floor, language),
        "buffer_source": _source(shares, language),
        "stress_source": _source(stress, language),
        "place": home.place_name(language, file.household.place),
    }


def _source(param: Any, language: str) -> str:
    """A rule's source, how far it was checked and when."""
    checked = say(language, f"rules.status.{param.status}")
    return say(language, "desk.source.rule", source=str(param.source), on=day(param.checked_on), status=checked)


def _form(request: HttpRequest, file: CaseFile, values: dict[str, str]) -> dict[str, Any]:
    language = reader_language()
    rulebook = desk_of(request).rulebooks.on(desk_of(request).clock.today())
    money = ("kind", "amount", "period", "month", "paper")
    kinds = home.outgoing_kinds(file.household, rulebook)
    return {
        "v": values,
        "places": home.places(rulebook),
        "incomes": [(kind, term_in(language, f"desk.income.{kind}")) for kind in home.INCOME],
        "outgoings": [(kind, term_in(language, f"statement.page.outgoings.option.{kind}")) for kind in kinds],
        "grades": [(grade.value, say(language, f"desk.grade.{grade}")) for grade in reversed(Evidence)],
        "periods": home.periods(),
        "papers": [(paper.paper, paper.facts.name) for paper in file.papers if paper.facts],
        "income_rows": home.rows(values, "in", (*money, "evidence", "slips", "credits"), spare=2),
        "outgoing_rows": home.rows(values, "out", (*money, "explanation"), spare=2),
        "debt_rows": home.rows(values, "debt", ("creditor", "balance", "monthly", "priority", "paper"), spare=1),
    }


@staff_required(WORKERS)
@require_POST
def correct(request: HttpRequest, case_id: str) -> HttpResponse:
    """Change the household's figures, saying why."""
    case_for_staff(request, case_id)
    reading = home.Reading(request)
    household = home.read_household(reading)
    if reading.faults:
        return _household(request, case_for_staff(request, case_id), tried_from(request, "budget", **reading.faults))
    reason = request.POST.get("reason", "")
    outcome = correct_budget(desk_of(request), by_staff(request), case_id, household, reason)
    if isinstance(outcome, Refusal):
        outcome = replace(outcome, where=home.field_of(outcome.where))
        return _household(request, case_for_staff(request, case_id), tried_from(request, "budget", outcome))
    return sent_on(request, outcome, tab_address(case_id, "budget"), "budget")
