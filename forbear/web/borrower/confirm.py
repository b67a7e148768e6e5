"""Room 3 on the borrower's site, what was read of a paper: she says whether it is right, or what stands there instead.

Nothing waits for her answer, and no question that the desk asks itself is shown here.
"""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse

from forbear.actions.comparison import VALUE_LONGEST, confirm_reading, wages_in
from forbear.actions.record import By
from forbear.core import amounts
from forbear.core.contact import Channel
from forbear.core.evidence import PaperState
from forbear.core.file import Paper
from forbear.core.identity_paper import LONG_TERM
from forbear.core.paper import Form, form_of, well_formed
from forbear.core.reading import PaperKind, Reading
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.borrower.answers import Reading as Answers
from forbear.web.borrower.doors import Door, by_link, on_her_site, on_its_own, to_papers
from forbear.web.borrower.fields import Field, Option, filled, typed
from forbear.web.borrower.page import money, press, show, why_not, words
from forbear.web.readings import field_label, field_value, kind_words
from forbear.web.text import reader_language
from forbear.words.format import unit

ASKED: Mapping[PaperKind, Sequence[str]] = {
    PaperKind.ID_CARD: ("name", "number", "valid_to"),
    PaperKind.PASSPORT: ("name", "number", "expires_on"),
    PaperKind.PAYSLIP: ("employer", "month", "gross", "net"),
    PaperKind.BANK_STATEMENT: ("holder", "account_tail", "period_from", "period_to"),
    PaperKind.TAX_CERTIFICATE: ("name", "month_from", "month_to", "income"),
    PaperKind.DIAGNOSIS: ("name", "hospital", "admitted_on", "discharged_on", "rest_until_on", "issued_on"),
    PaperKind.UNKNOWN: (),
}
"""What she is asked about: what the desk counts with, not every word on the paper."""

LONG = "-long"
"""Behind the name of a day: the box for a card that has no last day."""


def _confirm(request: HttpRequest, door: Door, paper: str) -> HttpResponse:
    """What was read, to be changed; and what she says of it."""
    found = _paper_of(door, paper)
    if found is None or found.reading is None or not may_confirm(door, found):
        return to_papers(door)
    fields = _fields(found.reading, found)
    if request.method != "POST":
        return _form(request, door, found, fields)
    if request.POST.get("act") == "yes":
        values = {name: value for name in ASKED[found.reading.kind] if (value := request.POST.get(name, ""))}
        return _said(request, door, found, values)
    given = typed(dict(request.POST.lists()), fields)
    values, faults = _values(found.reading, given)
    if faults:
        return _form(request, door, found, filled(fields, given, faults), wrong=True)
    return _said(request, door, found, values)


def _said(request: HttpRequest, door: Door, paper: Paper, values: Mapping[str, str]) -> HttpResponse:
    by = By(
        actor=door.sender.actor,
        channel=Channel.WEB,
        key=f"web:{door.sender.case_id}:confirm-{paper.paper}:{press(request, sorted(values.items()))}",
        cause=door.sender.link,
    )
    outcome = confirm_reading(desk_of(request), by, door.sender.case_id, paper.paper, values)
    if isinstance(outcome, Refusal):
        assert paper.reading is not None, "what was not read has no form"
        shown = _fields(paper.reading, paper)
        if outcome.where:
            shown = filled(shown, {}, {outcome.where: why_not(outcome)})
        return _form(request, door, paper, shown, wrong=True, message="" if outcome.where else why_not(outcome))
    return to_papers(door, "confirmed")


confirm, link_confirm = on_her_site(_confirm), by_link(_confirm)


def may_confirm(door: Door, paper: Paper) -> bool:
    """Whether she is asked about a paper: it was read by machine, something she can check was found, and the desk has
    not settled its item.
    """
    reading = paper.reading
    if reading is None or reading.by == "person" or not paper.legible or door.file.case.closed:
        return False
    settled = door.file.case.papers.get(paper.item) in (PaperState.ACCEPTED, PaperState.WAIVED)
    return not settled and any(reading.value(name) for name in ASKED[reading.kind])


def read_of(door: Door, paper: Paper) -> dict[str, object] | None:
    """What the list of papers says was read of one; None where she is not asked."""
    if not may_confirm(door, paper) or paper.reading is None:
        return None
    reading, said = paper.reading, dict(paper.confirmed.values) if paper.confirmed else {}
    counted = [(name, said.get(name) or reading.value(name)) for name in ASKED[reading.kind]]
    changed = any(value != reading.value(name) for name, value in said.items())
    language = reader_language()
    return {
        "kind": kind_words(reading.kind, language),
        "lines": [
            words(
                "evidence.page.confirm.each",
                label=field_label(reading.kind, name, language),
                value=field_value(reading.kind, name, value, language),
            )
            for name, value in counted
            if value
        ],
        "values": [(name, reading.value(name)) for name, _ in counted if reading.value(name)],
        "said": words(f"evidence.page.confirm.said{'_changed' if changed else ''}") if said else "",
        "url": door.url("confirm", paper.paper),
    }


def wages_of(request: HttpRequest, papers: Sequence[Paper]) -> str:
    """What the papers of an item show of wages so far; "" where they show none."""
    desk = desk_of(request)
    shown = wages_in([paper for paper in papers if paper.legible], desk.rulebooks.on(desk.clock.today()))
    return words("evidence.page.confirm.wages", amount=money(shown)) if shown else ""


def _paper_of(door: Door, paper: str) -> Paper | None:
    papers = (found for item in door.items for found in door.papers_of(item.number))
    return next((found for found in papers if found.paper == paper and found.facts), None)


# ---- the form ----------------------------------------------------------------------------------------------------


def _form(
    request: HttpRequest, door: Door, paper: Paper, fields: Sequence[Field], wrong: bool = False, message: str = ""
) -> HttpResponse:
    assert paper.reading is not None, "what was not read has no form"
    own = on_its_own(request) if door.link else {"file": door.file}
    return show(
        request,
        "evidence_confirm",
        title=words("evidence.page.confirm.title"),
        status=422 if wrong else 200,
        kind=kind_words(paper.reading.kind, reader_language()),
        name=paper.facts.name if paper.facts else "",
        fields=fields,
        message=message,
        back=door.url("papers"),
        url=door.url("confirm", paper.paper),
        **own,
    )


def _fields(reading: Reading, paper: Paper) -> tuple[Field, ...]:
    said = dict(paper.confirmed.values) if paper.confirmed else {}
    found: list[Field] = []
    for name in ASKED[reading.kind]:
        value = said.get(name) or reading.value(name)
        found.append(_field(reading.kind, name, "" if value == LONG_TERM else value))
        if well_formed(reading.kind, name, LONG_TERM) and form_of(reading.kind, name) is Form.DAY:
            box = Option(LONG_TERM, words("evidence.page.confirm.long_term"))
            ticked = (LONG_TERM,) if value == LONG_TERM else ()
            label = field_label(reading.kind, name, reader_language())
            found.append(Field(name + LONG, "checks", label, options=(box,), heading=True, values=ticked))
    return tuple(found)


def _field(kind: PaperKind, name: str, value: str) -> Field:
    label = field_label(kind, name, reader_language())
    match form_of(kind, name):
        case Form.AMOUNT:
            written = f"{int(value) // 100}.{int(value) % 100:02d}" if value else ""
            return Field(name, "amount", label, unit=unit(reader_language(), "CNY"), value=written)
        case Form.DAY:
            return Field(name, "date", label, value=value)
        case Form.MONTH:
            return Field(name, "text", label, words("evidence.page.confirm.month_hint"), value=value)
    return Field(name, "text", label, value=value, maximum=VALUE_LONGEST)


def _values(reading: Reading, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What she typed in the form the record keeps, and what is to be mended. What she cleared is not confirmed."""
    values: dict[str, str] = {}
    answers = Answers(given)
    for name in ASKED[reading.kind]:
        text = given.get(name, "")
        if given.get(name + LONG) == LONG_TERM and (not text or reading.value(name) != LONG_TERM):
            values[name] = LONG_TERM
        elif text:
            value = _read(answers, reading.kind, name, text)
            if name not in answers.faults and not well_formed(reading.kind, name, value):
                answers.faults[name] = words("evidence.page.confirm.fault_value")
            values[name] = value
    return values, answers.faults


def _read(answers: Answers, kind: PaperKind, name: str, text: str) -> str:
    """One field as typed, in the form of core/paper.py FIELDS; "" with a fault noted where it cannot be read."""
    match form_of(kind, name):
        case Form.AMOUNT:
            return str(answers.amount(name))
        case Form.DAY:
            on = answers.day(name)
            return on.isoformat() if on else ""
        case Form.MONTH:
            month = amounts.month(text)
            if isinstance(month, Refusal):
                answers.faults[name] = words("evidence.page.confirm.fault_month")
                return ""
            return month
    plain = " ".join(text.split())
    return plain.upper() if name in ("number", "id_tail") else plain
