"""Room 4 at the desk, the borrower's own table: typed while she says it, or read from a file she sent, then taken down.

Looking at it first is a step of its own: what the budget says beside it is gone through with her, and nothing changed.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from forbear.actions.plan import Choice, own_plan_remarks, request_plan
from forbear.core.contact import Channel
from forbear.core.dates import month_after, month_of
from forbear.core.file import CaseFile
from forbear.core.own_plan import MONTHS_MAX, Fault, OwnPlan, no, read_plan
from forbear.core.refusal import Refusal
from forbear.web.access import desk_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, staff_required
from forbear.web.desk.own_table import table_text
from forbear.web.desk.page import Tried, sent_on, tab_address, tried_from
from forbear.web.desk.plan import plans_page
from forbear.web.text import figure, reader_language, refused
from forbear.words import say

FILE_BYTES_MAX = 1024 * 1024


@staff_required(WORKERS)
@require_POST
def own_table(request: HttpRequest, case_id: str) -> HttpResponse:
    """Look at her table beside the budget (`act` look, or a file), or take it down as what she asks for."""
    file, desk = case_for_staff(request, case_id), desk_of(request)
    sent = request.FILES.get("file")
    if sent is not None and sent.size is not None and sent.size > FILE_BYTES_MAX:
        said = refused(no("large", kilobytes=FILE_BYTES_MAX // 1024), reader_language())
        return _page(request, file, tried_from(request, "own", file=said))
    data = sent.read() if sent is not None else request.POST.get("table", "").encode()
    first = month_after(month_of(desk.clock.today()), 1)
    plan = read_plan(desk.sheets.read(data), first, month_after(first, MONTHS_MAX - 1))
    if not isinstance(plan, OwnPlan):
        field = "file" if sent is not None else "table"
        return _page(request, file, tried_from(request, "own", **{field: " ".join(map(_fault_line, plan[:8]))}))
    text = table_text(request, plan)
    if sent is not None or request.POST.get("act") != "take":
        return _page(request, file, _with_text(tried_from(request, "own"), text), _remarks(request, file, plan))
    words = "\n".join(filter(None, (request.POST.get("words", "").strip(), text)))
    outcome = request_plan(desk, by_staff(request, Channel.HOTLINE), case_id, Choice(table=plan.table), words)
    if isinstance(outcome, Refusal):
        return _page(request, file, tried_from(request, "own", outcome), _remarks(request, file, plan))
    return sent_on(request, outcome, tab_address(case_id, "decision"), "requested")


def _page(request: HttpRequest, file: CaseFile, tried: Tried, remarks: tuple[str, ...] = ()) -> HttpResponse:
    return plans_page(request, file, tried, own_remarks=remarks)


def _with_text(tried: Tried, text: str) -> Tried:
    return Tried(tried.form, {**tried.values, "table": text}, tried.lists, {}, "", 200)


def _fault_line(fault: Fault) -> str:
    language = reader_language()
    what: str = refused(fault.refusal, language)
    if not fault.row:
        return what
    where = "own_plan.page.at_cell" if fault.letter else "own_plan.page.at_row"
    return say(language, where, row=fault.row, column=fault.letter, what=what)


def _remarks(request: HttpRequest, file: CaseFile, plan: OwnPlan) -> tuple[str, ...]:
    language = reader_language()
    found: Any = own_plan_remarks(desk_of(request), file, plan)
    return tuple(
        say(language, f"own_plan.remark.{one.kind}", **{name: figure(v, language) for name, v in one.facts.items()})
        for one in found
    )
