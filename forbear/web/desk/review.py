"""Room 3 at the desk, one paper: its pages beside what was read of them, the questions it raises, and the two answers.

Opening it is a look, and a look is a fact. A page is shown as the clean picture that was made of it, never as the file
that came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.comparison import taken, unsettled
from forbear.actions.evidence import accept_paper, refuse_paper, see_paper
from forbear.core.comparison import doubted
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile, Paper
from forbear.core.health_papers import may_look
from forbear.core.paper import FIELDS
from forbear.core.reading import GRID, Box, FaultCode, Field, Reading, StatementRow
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, no_entry, staff_of, staff_required
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.desk.remarks import looks, questions_about
from forbear.web.readings import field_label, field_value, kind_words
from forbear.web.templatetags.desk import month, reader_language, refused_in, term_in
from forbear.web.text import figure
from forbear.words import say
from forbear.words.format import money

CLEAR, FAIR = 930, 700
"""A confidence from which a value is taken for clear, and for likely (core/page_quality.py has the same two)."""
EDGE = 40
"""A place is shown a little larger than its text, in ten-thousandths."""
REASONS_FIRST = 6
ROWS_AT_ONCE = 40


@staff_required()
@require_safe
def review(request: HttpRequest, case_id: str, paper: str) -> HttpResponse:
    """A paper beside what was read of it."""
    case_for_staff(request, case_id)
    refused = looked(request, case_id, paper)
    return refused or _review(request, case_for_staff(request, case_id), paper)


@staff_required(WORKERS)
@require_POST
def settle(request: HttpRequest, case_id: str, paper: str) -> HttpResponse:
    """Accept what came for its item, or ask for it again; then on to the next paper that waits."""
    file = case_for_staff(request, case_id)
    refused = looked(request, case_id, paper)
    if refused:
        return refused
    item = _paper_of(file, paper).item
    desk, by, accepts = desk_of(request), by_staff(request), request.POST.get("act") == "accept"
    if accepts:
        outcome = accept_paper(desk, by, case_id, item, request.POST.get("reason", ""))
    else:
        outcome = refuse_paper(desk, by, case_id, item, _reason(request, file))
    if isinstance(outcome, Refusal):
        form = "accept" if accepts else "again"
        return _review(request, case_for_staff(request, case_id), paper, tried_from(request, form, outcome))
    on = next_waiting(request, case_for_staff(request, case_id), paper)
    address = reverse("desk:review", args=[case_id, on]) if on else f"{tab_address(case_id, 'evidence')}#item-{item}"
    return sent_on(request, outcome, address, "paper_accepted" if accepts else "paper_refused")


@staff_required()
@require_safe
def picture(request: HttpRequest, case_id: str, paper: str, number: int) -> HttpResponseBase:
    """A page's clean picture, straight from the vault: never sniffed, never run, never kept in a cache."""
    file = case_for_staff(request, case_id)
    refused = looked(request, case_id, paper)
    if refused:
        return refused
    reading = _paper_of(file, paper).reading
    image = next((page.image for page in reading.pages if page.number == number), "") if reading else ""
    response = StreamingHttpResponse(_stream(request, image), content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _stream(request: HttpRequest, image: str) -> Iterator[bytes]:
    """The picture's bytes; the first of them now, so that one that is not there is a 404."""
    if not image:
        raise Http404
    try:
        pieces = iter(desk_of(request).vault.open_stream(image))
        first = next(pieces, b"")
    except KeyError as gone:
        raise Http404 from gone
    return chain([first], pieces)


def looked(request: HttpRequest, case_id: str, paper: str) -> HttpResponse | None:
    """Note the look; an answer where there is nothing to look at, or not for this person."""
    outcome = see_paper(desk_of(request), staff_of(request), case_id, paper)
    if not isinstance(outcome, Refusal):
        return None
    if outcome.rule == "evidence.paper":
        raise Http404
    return no_entry(request, refused_in(reader_language(), outcome))


def _paper_of(file: CaseFile, paper: str) -> Paper:
    found = file.paper(paper)
    if found is None:
        raise Http404
    return found


def _reason(request: HttpRequest, file: CaseFile) -> str:
    """What the borrower reads: the sentence chosen, in her language, and the words typed."""
    chosen, typed = request.POST.get("because", ""), request.POST.get("reason", "").strip()
    said = say(file.case.language, f"evidence.page.fault.{chosen}") if chosen in list(FaultCode) else ""
    end = "。" if file.case.language == "zh" else ". "
    return f"{said}{end}{typed}".strip() if said else typed


# ---- from paper to paper ---------------------------------------------------------------------------------------


def in_order(request: HttpRequest, file: CaseFile) -> list[Paper]:
    """The papers of the last statement that this person may look at, in the order of the checklist."""
    found = [paper for item in file.items for paper in file.papers_of(item.number) if paper.facts]
    return [paper for paper in found if open_to(request, file, paper)]


def open_to(request: HttpRequest, file: CaseFile, paper: Paper) -> bool:
    """Whether the person signed in may look at a paper."""
    return not paper.health or may_look(staff_of(request), file.case) is None


def next_waiting(request: HttpRequest, file: CaseFile, after: str = "") -> str:
    """The first paper behind this one whose item is to be looked at, from the start again at the end; "" for none."""
    papers = in_order(request, file)
    at = next((i for i, paper in enumerate(papers) if paper.paper == after), -1)
    waiting = (p.paper for p in papers[at + 1 :] + papers[: at + 1] if _waits(file, p) and p.paper != after)
    return next(waiting, "")


def _waits(file: CaseFile, paper: Paper) -> bool:
    return file.case.papers.get(paper.item) is PaperState.RECEIVED


# ---- the page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where something stands on a page, in ten-thousandths; `name` is the id its line points to."""

    name: str
    x: int
    y: int
    width: int
    height: int
    sure: str


@dataclass(frozen=True)
class Leaf:
    """A page with the places on it. `url`: its picture, "" where there is none."""

    number: int
    url: str
    width: int
    height: int
    turned: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Line:
    """A field as read. `sure`: clear, fair or low; `hers`: what the borrower says instead, `confirmed`: she agrees."""

    place: str
    label: str
    value: str
    sure: str
    hers: str
    confirmed: bool


@dataclass(frozen=True)
class Moved:
    """A row of a statement; `doubted`: its balance does not follow from the row before."""

    place: str
    row: StatementRow
    on: str
    amount: str
    balance: str
    doubted: bool
    sure: str


def _review(request: HttpRequest, file: CaseFile, paper: str, tried: Tried | None = None) -> HttpResponse:
    found, language = _paper_of(file, paper), reader_language()
    item = next((item for item in file.items if item.number == found.item), None)
    current = item is not None and found.submission == file.case.submissions
    reading = found.reading
    papers = in_order(request, file)
    at = next((i for i, one in enumerate(papers) if one.paper == paper), -1)
    state = file.case.papers.get(found.item, PaperState.WANTED) if current else None
    return case_page(
        request,
        file,
        "evidence",
        tried,
        template="review",
        paper=found,
        need=term_in(language, f"desk.need.{item.need}") if item else "",
        state=state,
        judged=current and not file.case.closed,
        siblings=len([one for one in papers if one.item == found.item]) if current else 1,
        place_in=(at + 1, len(papers)) if at >= 0 else None,
        before=papers[at - 1].paper if at > 0 else "",
        after=papers[at + 1].paper if 0 <= at < len(papers) - 1 else "",
        asked=questions_about(file, paper, language),
        must_say=bool(current and unsettled(file, found.item)),
        seen_by=looks(file, language).get(paper, ()),
        reasons=_reasons(reading, file.case.language),
        spoken="zh-Hans" if file.case.language == "zh" else "en",
        budget=_budget(request, file, found.item, language) if current else None,
        **_read(file, found, language),
    )


def _read(file: CaseFile, paper: Paper, language: str) -> dict[str, Any]:
    """What was read, as lines and rows with their places on the pages."""
    reading = paper.reading
    if reading is None:
        return {"reading": None, "leaves": (), "lines": (), "rows": (), "missing": "", "faults": ()}
    wrong = set(map(id, doubted(reading)))
    lines = [_line(paper, reading, number, field, language) for number, field in enumerate(reading.fields, start=1)]
    rows = [_row(number, row, id(row) in wrong, language) for number, row in enumerate(reading.rows, start=1)]
    there = {field.name for field in reading.fields}
    between = say(language, "evidence.read.and")
    several = len(reading.pages) > 1
    return {
        "reading": reading,
        "kind": kind_words(reading.kind, language),
        "leaves": [_leaf(file, paper, reading, number) for number in [page.number for page in reading.pages]],
        "lines": lines,
        "rows": rows,
        "marked": [row for row in rows if row.doubted or row.row.salary or row.sure == "low"],
        "rows_open": len(rows) <= ROWS_AT_ONCE,
        "doubts": len(wrong),
        "missing": between.join(
            field_label(reading.kind, name, language) for name in FIELDS[reading.kind] if name not in there
        ),
        "faults": [
            (say(language, "desk.evidence.page", number=fault.page) + " · " if fault.page and several else "")
            + say(language, f"evidence.page.fault.{fault.code}")
            for fault in reading.faults
        ],
    }


def _line(paper: Paper, reading: Reading, number: int, field: Field, language: str) -> Line:
    hers = dict(paper.confirmed.values).get(field.name) if paper.confirmed else None
    return Line(
        place=f"place-{number}",
        label=field_label(reading.kind, field.name, language),
        value=field_value(reading.kind, field.name, field.value, language),
        sure=_sure(field.confidence),
        hers=field_value(reading.kind, field.name, hers, language) if hers and hers != field.value else "",
        confirmed=hers == field.value,
    )


def _row(number: int, row: StatementRow, doubted: bool, language: str) -> Moved:
    return Moved(
        place=f"row-{number}",
        row=row,
        on=figure(row.on, language),
        amount=money("en", row.amount_minor, "").strip(),
        balance="–" if row.balance_minor is None else money("en", row.balance_minor, "").strip(),
        doubted=doubted,
        sure=_sure(row.confidence),
    )


def _sure(confidence: int) -> str:
    return "clear" if confidence >= CLEAR else "fair" if confidence >= FAIR else "low"


def _leaf(file: CaseFile, paper: Paper, reading: Reading, number: int) -> Leaf:
    page = next(page for page in reading.pages if page.number == number)
    marks: Sequence[tuple[str, Field | StatementRow]] = [
        *((f"place-{i}", field) for i, field in enumerate(reading.fields, start=1)),
        *((f"row-{i}", row) for i, row in enumerate(reading.rows, start=1)),
    ]
    url = reverse("desk:picture", args=[file.case.case_id, paper.paper, number]) if page.image else ""
    places = [_place(name, mark.box, _sure(mark.confidence)) for name, mark in marks if mark.page == number]
    return Leaf(number, url, page.width, page.height, page.turned_degrees, tuple(places))


def _place(name: str, box: Box, sure: str) -> Place:
    left, top = max(box.left - EDGE, 0), max(box.top - EDGE, 0)
    return Place(name, left, top, min(box.right + EDGE, GRID) - left, min(box.bottom + EDGE, GRID) - top, sure)


def _reasons(reading: Reading | None, spoken: str) -> dict[str, Any]:
    """The sentences to ask again with, in the borrower's language: first those for what was found wrong."""
    found = list(dict.fromkeys(fault.code for fault in reading.faults)) if reading else []
    codes = [*found, *(code for code in FaultCode if code not in found)]
    told = [(code.value, say(spoken, f"evidence.page.fault.{code}")) for code in codes]
    return {"first": told[:REASONS_FIRST], "more": told[REASONS_FIRST:], "found": found[0].value if found else ""}


def _budget(request: HttpRequest, file: CaseFile, item: int, language: str) -> dict[str, Any] | None:
    """What accepting brings into the budget: the stated amount beside the months the papers show, and the grade."""
    rulebook = desk_of(request).rulebooks.on(desk_of(request).clock.today())
    change = taken(file, item, rulebook)
    if change is None:
        return None
    before, after = change
    slips, credits = dict(after.slips), dict(after.credits)
    months = [(month(name), slips.get(name), credits.get(name)) for name in sorted(slips.keys() | credits.keys())]
    return {
        "stated": before.monthly_minor,
        "months": months,
        "before": f"{before.evidence} · {say(language, f'desk.grade.{before.evidence}')}",
        "after": f"{after.evidence} · {say(language, f'desk.grade.{after.evidence}')}",
    }
