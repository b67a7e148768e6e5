"""Room 4 on the borrower's site, a plan of her own: a table by month in a form, and as an Excel or CSV file in and out.

What she sends is held against the budget first: a difference is pointed out, never changed. A file is read whole or not
at all, fills the form, and is sent only when she sends the form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forbear.actions.plan import Choice, may_choose, nearest_plan, own_plan_remarks, request_plan
from forbear.core.amounts import amount_minor
from forbear.core.dates import month_after, month_of
from forbear.core.file import CaseFile
from forbear.core.money import major
from forbear.core.own_plan import (
    MONTHS_MAX,
    NAME_MAX,
    SOURCES_MAX,
    Fault,
    OwnMonth,
    OwnPlan,
    Remark,
    cells,
    no,
    read_plan,
)
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of, held_for
from forbear.web.borrower.fields import Field, Typed, filled, typed
from forbear.web.borrower.page import by_her, figure, money, of_her_case, show, to, why_not, words
from forbear.web.borrower.plan import closed_page
from forbear.web.text import month, reader_language

SHOWN_FIRST, MORE = 12, 6
WORDS_MAX = 2000
FILE_BYTES_MAX = 1024 * 1024
FAULTS_SHOWN = 30
MUST_SEE = ("income", "income-span")
"""Remarks she has seen before the table goes out; what a month cannot bear the solver says itself."""

FILES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the page says beside the table."""

    faults: Typed = field(default_factory=dict)
    message: str = ""
    done: str = ""
    totals: Sequence[int] = ()
    remarks: Sequence[Remark] = ()
    lines: Sequence[str] = ()
    nearest: Offer | None = None
    stuck: bool = False
    seen: bool = False


@of_her_case
def own_plan(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """Her table: shown, added up, filled from a file or with the nearest plan, given as a file, or sent."""
    closed = may_choose(file, by_her(request, file, "look", ""))
    if closed is not None:
        return closed_page(request, file, closed)
    posted = request.method == "POST"
    sent = {name: request.POST.getlist(name) for name in request.POST} if posted else held_for(request)
    if sent is None:
        return _own(request, file, _from_statement(file), Said())
    given = {"months": (sent.get("months") or [""])[-1]}
    given |= typed(sent, _all_cells(_months(request, given)))
    act = (sent.get("act") or ["send"])[-1]
    if act == "more":
        return _own(request, file, {**given, "months": str(_count(given) + MORE)}, Said())
    if act == "upload":
        return _from_file(request, file, given)
    faults, plan = _read_form(_months(request, given), given)
    if faults:
        return _own(request, file, given, Said(faults=faults))
    if act in FILES:
        return _as_file(request, plan, act)
    if act == "count" or not posted:
        return _own(
            request, file, given, Said(totals=_totals(plan), remarks=own_plan_remarks(desk_of(request), file, plan))
        )
    if act == "nearest":
        return _with_nearest(request, file, given, plan)
    if not plan.table:
        return _own(request, file, given, Said(faults={"p-0": words("offers.page.own.fault_none")}))
    found = own_plan_remarks(desk_of(request), file, plan)
    if any(one.kind in MUST_SEE for one in found) and not sent.get("noted") and act != "person":
        return _own(request, file, given, Said(totals=_totals(plan), remarks=found, seen=True))
    return _send(request, file, given, plan, person=act == "person")


def _send(request: HttpRequest, file: CaseFile, given: Typed, plan: OwnPlan, *, person: bool) -> HttpResponse:
    choice = Choice(person=True) if person else Choice(table=plan.table)
    said = _as_text(_months(request, given), given)
    by = by_her(request, file, "own-plan", (choice, said))
    outcome = request_plan(desk_of(request), by, file.case.case_id, choice, words=said)
    if not isinstance(outcome, Refusal):
        return to("case", file, done="own")
    where = [index for index, name in enumerate(_months(request, given)) if name == outcome.where]
    no_plan = Said(
        faults={f"p-{where[0]}": why_not(outcome)} if where else {},
        message="" if where else why_not(outcome),
        remarks=own_plan_remarks(desk_of(request), file, plan),
        nearest=None if person else nearest_plan(desk_of(request), file, plan),
        stuck=True,
    )
    return _own(request, file, given, no_plan)


def _with_nearest(request: HttpRequest, file: CaseFile, given: Typed, plan: OwnPlan) -> HttpResponse:
    """Her table with the payments of the nearest plan in place of hers; she looks, and sends it or not."""
    found = nearest_plan(desk_of(request), file, plan)
    if found is None:
        return _own(request, file, given, Said(message=words("own_plan.page.nearest_none"), stuck=True))
    paid = {row.due_on.strftime("%Y-%m"): row.amount_minor for row in found.plan.instalments}
    first = _months(request, {"months": "1"})[0]
    count = next(n for n in range(1, MONTHS_MAX + 1) if month_after(first, n - 1) >= max(paid) or n == MONTHS_MAX)
    wider = {**given, "months": str(max(count, _count(given)))}
    names = _months(request, wider)
    wider |= {f"p-{index}": major(paid[name]) if name in paid else "" for index, name in enumerate(names)}
    filled_in = _read_form(names, wider)[1]
    return _own(request, file, wider, Said(done=words("own_plan.page.nearest_in"), totals=_totals(filled_in)))


# ---- files -------------------------------------------------------------------------------------------------------


def _as_file(request: HttpRequest, plan: OwnPlan, kind: str) -> HttpResponse:
    """Her table as a file, to be filled in elsewhere and sent back."""
    language = reader_language()
    heads = words("own_plan.page.head_month"), words("offers.page.own.income"), words("own_plan.page.head_pay")
    rows = cells(plan, heads, lambda name: month(name, language))
    sheets, name = desk_of(request).sheets, words("own_plan.page.file_name")
    data = sheets.csv(rows) if kind == "csv" else sheets.xlsx(rows, name)
    response = HttpResponse(data, content_type=FILES[kind])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{kind}')}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _from_file(request: HttpRequest, file: CaseFile, given: Typed) -> HttpResponse:
    """The form filled from a file, or every fault of it; then the form stays as it was."""
    one = request.FILES.get("table")
    if one is None:
        return _own(request, file, given, Said(faults={"table": words("own_plan.fault.no_file")}))
    if one.size is not None and one.size > FILE_BYTES_MAX:
        refusal = no("large", kilobytes=FILE_BYTES_MAX // 1024)
        return _own(request, file, given, Said(faults={"table": why_not(refusal)}))
    names = _months(request, {"months": str(MONTHS_MAX)})
    plan = read_plan(desk_of(request).sheets.read(one.read()), names[0], names[-1])
    if not isinstance(plan, OwnPlan):
        lines = [_fault_line(fault) for fault in plan[:FAULTS_SHOWN]]
        if len(plan) > FAULTS_SHOWN:
            lines.append(words("own_plan.page.more_faults", count=len(plan) - FAULTS_SHOWN))
        return _own(request, file, given, Said(faults={"table": words("own_plan.page.file_faults")}, lines=lines))
    read = {**_typed_from(plan, names), "words": given.get("words", "")}
    found = own_plan_remarks(desk_of(request), file, plan)
    return _own(request, file, read, Said(done=words("own_plan.page.file_read"), totals=_totals(plan), remarks=found))


def _fault_line(fault: Fault) -> str:
    what = why_not(fault.refusal)
    if not fault.row:
        return what
    where = "own_plan.page.at_cell" if fault.letter else "own_plan.page.at_row"
    return words(where, row=fault.row, column=fault.letter, what=what)


def _typed_from(plan: OwnPlan, names: Sequence[str]) -> dict[str, str]:
    """The form's fields as somebody would type this plan."""
    places = {name: index for index, name in enumerate(names)}
    last = max(places[one.month] for one in plan.months)
    found = {"months": str(max(SHOWN_FIRST, last + 1))}
    found |= {f"s-{number}": name for number, name in enumerate(plan.sources)}
    for one in plan.months:
        index = places[one.month]
        for number, amount in enumerate(one.incomes_minor):
            if amount is not None:
                found[f"i-{number}-{index}"] = major(amount)
        if one.pay_minor is not None:
            found[f"p-{index}"] = major(one.pay_minor)
    return found


# ---- the form ----------------------------------------------------------------------------------------------------


def _own(request: HttpRequest, file: CaseFile, given: Typed, said: Said) -> HttpResponse:
    names = _months(request, given)
    sources = filled(_sources(), given, said.faults)
    columns = [source.value for source in sources if source.value] or [words("offers.page.own.income")]
    rows = [
        {"label": month(name, reader_language()), "cells": filled(_cells(index, name, columns), given, said.faults)}
        for index, name in enumerate(names)
    ]
    words_field = Field("words", "area", words("offers.page.own.words"), optional=True, maximum=WORDS_MAX)
    hint = words("own_plan.page.upload_hint")
    upload = Field("table", "file", words("own_plan.page.upload"), hint, accept=".xlsx,.csv,.txt,text/csv")
    (upload,) = filled([upload], {}, said.faults)
    return show(
        request,
        "plan_own",
        title=words("offers.page.own.title"),
        file=file,
        status=422 if said.faults or said.message else 200,
        back=reverse("borrower:offers", args=[file.case.case_id]),
        message=said.message,
        done=said.done,
        all_fields=[upload, *sources, *(cell for row in rows for cell in row["cells"])],
        sources=sources,
        columns=columns,
        months=len(names),
        rows=rows,
        totals=said.totals and [*said.totals[: len(columns)], said.totals[-1]],
        fields=filled([words_field], given, {}),
        upload=upload,
        lines=said.lines,
        remarks=[_remark(one) for one in said.remarks],
        nearest=_nearest_words(said.nearest) if said.nearest else "",
        noted=said.seen,
        stuck=said.stuck,
    )


def _remark(one: Remark) -> str:
    return words(f"own_plan.remark.{one.kind}", **{name: figure(value) for name, value in one.facts.items()})


def _nearest_words(offer: Offer) -> str:
    plan = offer.plan
    months = [row.due_on.strftime("%Y-%m") for row in (plan.instalments[0], plan.instalments[-1])]
    if len(plan.instalments) == 1:
        return words("own_plan.page.nearest_once", first=figure(months[0]), total=money(plan.total_minor))
    return words(
        "own_plan.page.nearest",
        payments=len(plan.instalments),
        most=money(plan.instalment_max_minor),
        first=figure(months[0]),
        last=figure(months[1]),
        total=money(plan.total_minor),
    )


def _sources() -> list[Field]:
    hint = words("offers.page.own.source_hint")
    label = [words("offers.page.own.source", number=number + 1) for number in range(SOURCES_MAX)]
    fields = [Field(f"s-{number}", "text", label[number], maximum=NAME_MAX) for number in range(SOURCES_MAX)]
    return [replace(fields[0], hint=hint), *fields[1:]]


def _cells(index: int, name: str, columns: Sequence[str]) -> list[Field]:
    in_month = month(name, reader_language())
    found = [
        Field(f"i-{number}-{index}", "amount", words("offers.page.own.cell", month=in_month, column=column))
        for number, column in enumerate(columns)
    ]
    pay = words("offers.page.own.cell", month=in_month, column=words("offers.page.own.pay"))
    return [*found, Field(f"p-{index}", "amount", pay)]


def _all_cells(names: Sequence[str]) -> list[Field]:
    found = [cell for index, name in enumerate(names) for cell in _cells(index, name, [""] * SOURCES_MAX)]
    return [*_sources(), *found, Field("words", "area", "", maximum=WORDS_MAX)]


def _from_statement(file: CaseFile) -> dict[str, str]:
    """The sources she already named, so that she need not name them again."""
    lines = file.household.income if file.household else ()
    kinds = list(dict.fromkeys(line.source for line in lines))[:SOURCES_MAX]
    known = {f"s-{n}": words(f"statement.page.income.option.{kind}") for n, kind in enumerate(kinds)}
    return {**known, "months": str(SHOWN_FIRST)}


def _months(request: HttpRequest, given: Typed) -> list[str]:
    first = month_after(month_of(desk_of(request).clock.today()), 1)
    return [month_after(first, index) for index in range(_count(given))]


def _count(given: Typed) -> int:
    text = given.get("months", "")
    return min(max(int(text) if text.isascii() and text.isdigit() else SHOWN_FIRST, 1), MONTHS_MAX)


def _read_form(names: Sequence[str], given: Typed) -> tuple[dict[str, str], OwnPlan]:
    """What is to be mended, by field, and the plan in the form; a column nobody named or filled is left out."""
    faults: dict[str, str] = {}

    def amount(name: str) -> int | None:
        minor = amount_minor(given[name]) if given.get(name) else None
        if isinstance(minor, Refusal):
            faults[name] = why_not(minor)
            return None
        return minor

    incomes = [[amount(f"i-{number}-{index}") for index in range(len(names))] for number in range(SOURCES_MAX)]
    named = [given.get(f"s-{number}", "")[:NAME_MAX] for number in range(SOURCES_MAX)]
    used = [n for n in range(SOURCES_MAX) if named[n] or any(value is not None for value in incomes[n])] or [0]
    months = tuple(
        OwnMonth(month=name, incomes_minor=tuple(incomes[n][index] for n in used), pay_minor=amount(f"p-{index}"))
        for index, name in enumerate(names)
    )
    return faults, OwnPlan(sources=tuple(named[n] for n in used), months=months)


def _totals(plan: OwnPlan) -> list[int]:
    """Each source's sum, then that of the payments."""
    incomes = [sum(one.incomes_minor[n] or 0 for one in plan.months) for n in range(len(plan.sources))]
    return [*incomes, sum(pay for _, pay in plan.table)]


def _as_text(names: Sequence[str], given: Typed) -> str:
    """Her table in lines, so that whoever reads her wish sees what she expects to come in."""
    lines = [given["words"]] if given.get("words") else []
    for index, name in enumerate(names):
        parts = [
            f"{given.get(f's-{number}') or words('offers.page.own.income')} {given[f'i-{number}-{index}']}"
            for number in range(SOURCES_MAX)
            if given.get(f"i-{number}-{index}")
        ]
        if given.get(f"p-{index}"):
            parts.append(f"{words('offers.page.own.pay')} {given[f'p-{index}']}")
        if parts:
            lines.append(f"{month(name, reader_language())}: {', '.join(parts)}")
    return "\n".join(lines)[:4000]
