"""The borrower's own repayment plan as a table: months × sources of income × what she pays, in a form or in a file.

Read whole or not at all: every fault names its row and column and what would be right. Held against the budget it is
only remarked on, never changed; whether it is a plan the solver says (core/solver.py: own_plan).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from forbear.core import amounts
from forbear.core.budget import MonthBudget
from forbear.core.household import Household
from forbear.core.money import major
from forbear.core.refusal import Refusal

SOURCES_MAX, MONTHS_MAX, NAME_MAX, ROWS_MAX, COLUMNS_MAX = 3, 60, 40, 200, 26
MONTH_HEADS = frozenset({"月份", "月", "month"})
PAY_HEADS = frozenset({"还款", "还款金额", "i pay", "pay", "payment"})
TOTALS = frozenset({"合计", "总计", "total", "sum"})
FORMULA_SIGNS = "=+-@＝＋－＠\t\r\n'"
"""A text that begins with one of these could be run by a spreadsheet; it is written behind an apostrophe."""

SHORT_MONTH = re.compile(r"([A-Za-z]{3})-([0-9]{2})")
"""Apr-26: what Excel makes of a month when it opens a CSV and saves it again."""


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of a file: row and column count from 1 as a spreadsheet does, 0 for all of it."""

    row: int
    column: int
    refusal: Refusal

    @property
    def letter(self) -> str:
        """The column's letter; "" for a whole row. A table has no more columns than the alphabet."""
        return chr(ord("A") + self.column - 1) if 1 <= self.column <= COLUMNS_MAX else ""


@dataclass(frozen=True)
class Sheet:
    """A file's cells as text, every row from the first on; or what keeps it from being read, then without rows."""

    rows: tuple[tuple[str, ...], ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OwnMonth:
    """One month: what comes in from each source (None: nothing written), and what she pays (None: nothing written)."""

    month: str
    incomes_minor: tuple[int | None, ...] = ()
    pay_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class OwnPlan:
    """Her table. `sources` names the incomes, "" where she gave none; `months` in order, each once."""

    sources: tuple[str, ...] = ()
    months: tuple[OwnMonth, ...] = ()

    @property
    def table(self) -> tuple[tuple[str, int], ...]:
        """(month, payment) of every month with one, as the solver takes it."""
        return tuple((one.month, one.pay_minor) for one in self.months if one.pay_minor is not None)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something to look at before she sends it: above, sum-less, sum-more, income, income-span. `facts` fill the words
    (own_plan.remark.<kind>): months as YYYY-MM, amounts as decimal texts."""

    kind: str
    month: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


Cell = str | int
"""Of a table to be written: text, or an amount in minor units."""


def cells(plan: OwnPlan, heads: tuple[str, str, str], named: Callable[[str], str]) -> tuple[tuple[Cell, ...], ...]:
    """The table to be written: a head row and a row a month. `heads`: month, income (for a source without a name),
    payment; `named` writes a month. A name that stands twice gets a number. `read_plan` reads the same plan back.
    """
    month, income, pay = heads
    sources: list[str] = []
    for number, name in enumerate(plan.sources, start=1):
        name = (name or income)[:NAME_MAX]
        sources.append(name if name not in sources else f"{name[: NAME_MAX - 2]} {number}")
    rows: list[tuple[Cell, ...]] = [(month, *map(safe, sources), pay)]
    for one in plan.months:
        values = (*one.incomes_minor, one.pay_minor)
        rows.append((named(one.month), *("" if value is None else value for value in values)))
    return tuple(rows)


def safe(text: str) -> str:
    """A text no spreadsheet takes for a formula; `_plain` takes the apostrophe away again."""
    return f"'{text}" if text[:1] and text[0] in FORMULA_SIGNS else text


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in FORMULA_SIGNS else text


def read_plan(sheet: Sheet, first: str, last: str) -> OwnPlan | tuple[Fault, ...]:
    """The plan in a file, or everything that is wrong with it. `first`, `last`: the months a plan may use."""
    if sheet.faults:
        return sheet.faults
    rows = [(number, cells) for number, cells in enumerate(sheet.rows, start=1) if any(c.strip() for c in cells)]
    if not rows:
        return (_fault(0, 0, "empty"),)
    head, *below = rows
    if len(below) > ROWS_MAX:
        return (_fault(below[ROWS_MAX][0], 0, "rows", most=ROWS_MAX),)
    names = [cell.strip() for cell in head[1]]
    while names and not names[-1]:
        names.pop()
    faults = _head_faults(head[0], names)
    if faults:
        return tuple(faults)
    found: dict[str, tuple[int, OwnMonth]] = {}
    for number, row in below:
        if row[0].strip().lower() in TOTALS:
            continue
        one = _month(number, row, len(names), first, last)
        if not isinstance(one, OwnMonth):
            faults += one
        elif one.month in found:
            faults.append(_fault(number, 1, "month-twice", month=one.month, first=found[one.month][0]))
        else:
            found[one.month] = (number, one)
    months = tuple(found[month][1] for month in sorted(found))
    if not faults and not any(one.pay_minor is not None for one in months):
        faults.append(_fault(head[0], len(names), "none"))
    return tuple(faults) if faults else OwnPlan(sources=tuple(map(_plain, names[1:-1])), months=months)


def _head_faults(row: int, names: Sequence[str]) -> list[Fault]:
    """The head row is month, up to SOURCES_MAX names of incomes, payment."""
    if not names or names[0].lower() not in MONTH_HEADS:
        return [_fault(row, 1, "head-month")]
    if len(names) < 2 or names[-1].lower() not in PAY_HEADS:
        return [_fault(row, len(names), "head-pay")]
    sources = names[1:-1]
    if len(sources) > SOURCES_MAX:
        return [_fault(row, SOURCES_MAX + 2, "sources", most=SOURCES_MAX)]
    found = []
    for number, name in enumerate(sources, start=2):
        if not name:
            found.append(_fault(row, number, "source-name"))
        elif len(_plain(name)) > NAME_MAX or not name.isprintable():
            found.append(_fault(row, number, "source-long", most=NAME_MAX))
        elif name in sources[: number - 2]:
            found.append(_fault(row, number, "source-twice", name=name))
    return found


def _month(number: int, row: Sequence[str], columns: int, first: str, last: str) -> OwnMonth | list[Fault]:
    """One row, or everything that is wrong with it."""
    faults = [_fault(number, place, "beyond") for place, cell in enumerate(row, 1) if place > columns and cell.strip()]
    month = month_in(row[0])
    if isinstance(month, Refusal):
        faults.append(Fault(number, 1, month))
    elif not first <= month <= last:
        faults.append(_fault(number, 1, "month-outside", month=month, first=first, last=last))
    values: list[int | None] = []
    for place in range(1, columns):
        text = row[place].strip() if place < len(row) else ""
        value = amounts.amount_minor(text) if text else None
        if isinstance(value, Refusal):
            faults.append(Fault(number, place + 1, value))
            value = None
        values.append(value)
    if faults or isinstance(month, Refusal):
        return faults
    return OwnMonth(month=month, incomes_minor=tuple(values[:-1]), pay_minor=values[-1])


def month_in(text: str) -> str | Refusal:
    """A month as people or a spreadsheet write it, also as a day in it (2026-04-01) or Apr-26; back as 2026-04."""
    found = amounts.month(text)
    if not isinstance(found, Refusal):
        return found
    on = amounts.day(text)
    if not isinstance(on, Refusal):
        return on.isoformat()[:7]
    short = SHORT_MONTH.fullmatch(text.strip())
    spelled = amounts.month(f"{short[1]} 20{short[2]}") if short else found
    return found if isinstance(spelled, Refusal) else spelled


def _fault(row: int, column: int, which: str, **facts: str | int) -> Fault:
    return Fault(row, column, no(which, **facts))


def no(which: str, **facts: str | int) -> Refusal:
    """A refusal of this room's files; its sentence says what would be right."""
    return Refusal(f"own_plan.{which}", f"own_plan.fault.{which}", facts=facts)


# ---- beside the budget ---------------------------------------------------------------------------------------------


def remarks(plan: OwnPlan, months: Sequence[MonthBudget], household: Household, owed_minor: int) -> tuple[Remark, ...]:
    """What to look at: months that cannot bear their payment, a sum unlike what is owed, income unlike what she
    stated. `months`: what each can bear; `owed_minor` today, before anything is waived or accrues.
    """
    bears = {one.month: one.affordable_minor for one in months}
    found = []
    for month, pay in plan.table:
        if pay > bears.get(month, pay):
            facts = {"month": month, "asked": major(pay), "amount": major(bears[month])}
            found.append(Remark(kind="above", month=month, facts=facts))
    paid = sum(pay for _, pay in plan.table)
    if plan.table and paid != owed_minor:
        facts = {"paid": major(paid), "owed": major(owed_minor), "apart": major(abs(owed_minor - paid))}
        found.append(Remark(kind="sum-less" if paid < owed_minor else "sum-more", facts=facts))
    return (*found, *_income_remarks(plan, household))


def _income_remarks(plan: OwnPlan, household: Household) -> list[Remark]:
    """Where she writes another income than she stated; alike months in a row are one remark."""
    apart = []
    for one in plan.months:
        written = [amount for amount in one.incomes_minor if amount is not None]
        stated = stated_income_minor(household, one.month)
        if written and stated is not None and sum(written) != stated:
            apart.append((one.month, sum(written), stated))
    found = []
    for (said, stated), group in groupby(apart, key=lambda row: row[1:]):
        names = [row[0] for row in group]
        facts = {"month": names[0], "last": names[-1], "said": major(said), "stated": major(stated)}
        found.append(Remark(kind="income-span" if len(names) > 1 else "income", month=names[0], facts=facts))
    return found


def stated_income_minor(household: Household, month: str) -> int | None:
    """What she stated to come in in a month; None where a line is known by past months alone."""
    total = 0
    for line in household.income:
        if line.monthly_minor is None and line.month is None:
            return None
        total += (line.monthly_minor or 0) if line.month is None else 0
        total += (line.amount_minor or 0) if line.month == month else 0
    return total


def nearest(plan: OwnPlan, months: Sequence[MonthBudget]) -> tuple[tuple[str, int], ...]:
    """Her payments brought down to what each month can bear, and her usual one (the largest) going on after them, as
    far as each month can bear it: what the solver is asked for where her table itself is no plan.
    """
    wanted = dict(plan.table)
    usual, end = max(wanted.values(), default=0), max(wanted, default="")
    table = []
    for one in months:
        pay = min(wanted.get(one.month, 0) if one.month <= end else usual, one.affordable_minor)
        if pay:
            table.append((one.month, pay))
    return tuple(table)
