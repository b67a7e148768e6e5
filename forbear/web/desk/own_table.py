"""The borrower's own table as the desk types it: lines of a CSV in one field."""

from django.http import HttpRequest

from forbear.core.dates import month_after, month_of
from forbear.core.file import CaseFile
from forbear.core.own_plan import SOURCES_MAX, OwnMonth, OwnPlan, cells
from forbear.web.access import desk_of
from forbear.web.templatetags.desk import term_in
from forbear.web.text import reader_language
from forbear.words import say

SHOWN_FIRST = 12


def blank_table(request: HttpRequest, file: CaseFile) -> str:
    """The table to begin with: the incomes she stated, and the next months without a payment."""
    language, desk = reader_language(), desk_of(request)
    lines = file.household.income if file.household else ()
    kinds = list(dict.fromkeys(line.source for line in lines))[:SOURCES_MAX]
    first = month_after(month_of(desk.clock.today()), 1)
    blank = tuple(OwnMonth(month=month_after(first, n), incomes_minor=(None,) * len(kinds)) for n in range(SHOWN_FIRST))
    named = tuple(term_in(language, f"desk.income.{kind}") for kind in kinds)
    return table_text(request, OwnPlan(sources=named, months=blank))


def table_text(request: HttpRequest, plan: OwnPlan) -> str:
    """Her table as the lines of a CSV, as they are typed."""
    language, desk = reader_language(), desk_of(request)
    names = ("own_plan.page.head_month", "offers.page.own.income", "own_plan.page.head_pay")
    month, income, pay = (say(language, name) for name in names)
    rows = cells(plan, (month, income, pay), lambda name: name)
    text: str = desk.sheets.csv(rows).decode("utf-8-sig")
    return text.replace("\r\n", "\n")
