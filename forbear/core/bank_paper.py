"""The bank statement: whose account at which bank, for which days, every row, and which rows are wages.

Each row is proved by the balances around it (bank_chain); what the chain does not prove keeps what was read and a low
confidence.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from forbear.core.bank_chain import Link, settle
from forbear.core.bank_table import RawRow, doubtful_figures, head, table_rows
from forbear.core.paper_lines import DOUBT, Found, Piece, Row, field, labelled, person_name, together
from forbear.core.paper_text import as_figures, compact, days, exactly, is_chinese, place, writes_month_first
from forbear.core.reading import Field, StatementRow

MENDED = 850
"""The most confidence of a figure that the chain mended."""

CARRIED = 700
"""The most confidence of a row whose day is the row's before it."""

_HOLDER = (
    *("客户姓名", "客户名称", "账户名称", "账户名", "户名", "姓名", "兹证明"),
    *("account holder", "account name", "customer name", "name"),
)
_ACCOUNT = ("卡号", "账号", "帐号", "账户", "account number", "account no", "card number", "account")
_PERIOD = (
    *("起止日期", "查询区间", "交易时段", "查询时间", "交易期间", "查询期间", "起始日期", "时间范围", "账单周期"),
    *("statement period", "period", "from"),
)
_BANK = re.compile(r"[^:,;0-9 ]{2,14}?(?:银行|信用社|农商行|信用合作联社)")
_ENGLISH_BANK = re.compile(r"(?i)\b(?:bank|building society|credit union)\b")
_ENDS = ("period_from", "period_to")
_NO_YEAR = re.compile(r"([0-9]{1,2} [A-Za-z]{3,9}|[0-9]{2}[-/][0-9]{2})(?= [^0-9]|$)")
_WAGES = re.compile(r"(?i)工资|薪资|薪金|薪酬|代发薪|奖金|salary|payroll|wages?\b")


def read_bank_statement(rows: Sequence[Row]) -> tuple[tuple[Field, ...], tuple[StatementRow, ...]]:
    """Its fields and rows, the rows in the order printed."""
    top = _above_table(rows)
    found: list[tuple[str, Found | None]] = [
        ("bank", _bank(top)),
        ("holder", labelled(top, _HOLDER, person_name)),
        ("account_tail", _account(top)),
    ]
    fields = [field(name, one) for name, one in found if one is not None]
    month_first = writes_month_first([piece.text for row in rows for piece in row])
    period = _period(top, month_first)
    within = (period[0].value, period[1].value) if period else ("", "9999")
    raw, opening = table_rows(_with_years(rows, within) if period else rows, month_first)
    return (*fields, *period), _rows(raw, opening, within)


def _above_table(rows: Sequence[Row]) -> Sequence[Row]:
    at = next((i for i, row in enumerate(rows) if len(head(row)) >= 3), min(len(rows), 12))
    return rows[:at]


def _bank(rows: Sequence[Row]) -> Found | None:
    for row in rows:
        for piece in row:
            text = compact(piece.text)
            if is_chinese(text[:1] or " "):
                match = _BANK.match(text)
                if match is not None:
                    return match[0], piece
            elif _ENGLISH_BANK.search(piece.text) and ":" not in piece.text and len(piece.text) <= 60:
                return piece.text, piece
    return None


def _account(rows: Sequence[Row]) -> Found | None:
    """The account number after its label, its groups of digits perhaps apart."""
    for label in _ACCOUNT:
        for row in rows:
            for i, piece in enumerate(row):
                at = exactly(label, piece.text)
                if at is None:
                    continue
                rest = [piece.part(at[1], len(piece.text))] if at[1] < len(piece.text) else []
                groups = list(takewhile(lambda one: re.fullmatch("[0-9*×xX -]+", one.text), row[i + 1 :]))
                tail = _tail(" ".join(one.text for one in (*rest, *groups)).strip(" :"))
                if tail is not None:
                    return tail, together([*rest, *groups])
    return None


def _tail(text: str) -> str | None:
    """The last four digits of an account number, masked or not."""
    figures = as_figures(text).replace("×", "*").replace("x", "*").replace("X", "*")
    match = re.match(r"[0-9*][0-9* -]{2,40}", figures)
    digits = re.sub("[ -]", "", match[0]) if match else ""
    return digits[-4:] if len(digits) >= 8 and re.fullmatch("[0-9]{4}", digits[-4:]) else None


def _period(rows: Sequence[Row], month_first: bool) -> list[Field]:
    for label in _PERIOD:
        for row in rows:
            for i, piece in enumerate(row):
                if place(label, piece.text) is None:
                    continue
                pairs: list[Found] = [
                    (on.isoformat(), one) for one in row[i:] for on, _, _ in days(one.text, month_first)
                ]
                if len(pairs) == 2 and pairs[0][0] <= pairs[1][0]:
                    return [field("period_from", pairs[0]), field("period_to", pairs[1])]
    for row in rows:
        for piece in row:
            found = days(piece.text, month_first)
            if len(found) == 2 and found[0][0] < found[1][0]:
                return [field(name, (on.isoformat(), piece)) for name, (on, _, _) in zip(_ENDS, found, strict=True)]
    return []


def _with_years(rows: Sequence[Row], within: tuple[str, str]) -> Sequence[Row]:
    """Rows whose days leave the year out (04 May, 05-04) have it from the period, where only one year fits."""
    return [tuple(_with_year(piece, within) for piece in row) for row in rows]


def _with_year(piece: Piece, within: tuple[str, str]) -> Piece:
    match = _NO_YEAR.match(piece.text)
    if match is None:
        return piece
    years = range(int(within[0][:4]), min(int(within[1][:4]), int(within[0][:4]) + 9) + 1)
    ways = [f"{match[1]} {y}" if match[1][-1:].isalpha() else f"{y}-{match[1].replace('/', '-')}" for y in years]
    ways = [way for way in ways if any(within[0] <= on.isoformat() <= within[1] for on, _, _ in days(way))]
    return replace(piece, text=ways[0] + piece.text[match.end() :]) if len(ways) == 1 else piece


def _rows(raw: Sequence[RawRow], opening: int | None, within: tuple[str, str]) -> tuple[StatementRow, ...]:
    prints_signs = any(row.figures.get("amount", (0, ""))[1] == "-" for row in raw)
    known = [row.on for row in raw if row.on is not None]
    newest_first = len(known) > 1 and known[0] > known[-1]
    links = settle([_link(row, prints_signs) for row in raw], opening, newest_first)
    on_days = _carried([row.on for row in raw])
    rows = list[StatementRow]()
    for i, (row, link) in enumerate(zip(raw, links, strict=True)):
        on = on_days[i]
        if on is not None and link.amount is not None:
            doubtful = _out_of_order(on_days, i, newest_first) or not within[0] <= on.isoformat() <= within[1]
            most = CARRIED if row.on is None else DOUBT if doubtful else 1000
            rows.append(_row(row, link, on, most))
    return tuple(rows)


def _carried(printed: Sequence[date | None]) -> list[date | None]:
    """A row without a day has the day of the row before it, the first rows that of the first day there is."""
    carried, last = list[date | None](), next((on for on in printed if on is not None), None)
    for on in printed:
        last = on or last
        carried.append(last)
    return carried


def _out_of_order(on: Sequence[date | None], i: int, newest_first: bool) -> bool:
    """Whether a day does not lie between the days around it, which are in order themselves."""
    around = [*([on[i - 1]] if i else []), on[i], *([on[i + 1]] if i + 1 < len(on) else [])]
    known = [day for day in (reversed(around) if newest_first else around) if day is not None]
    return known != sorted(known) and (len(known) < 3 or known[0] <= known[-1])


def _link(row: RawRow, prints_signs: bool) -> Link:
    balance = _signed(row.figures["balance"]) if "balance" in row.figures else None
    for means, sign in (("in", 1), ("out", -1)):
        if means in row.figures and row.figures[means][0]:
            return Link(amount=sign * row.figures[means][0], balance=balance)
    if "amount" not in row.figures:
        return Link(amount=None, balance=balance)
    minor, printed = row.figures["amount"]
    if printed:
        return Link(amount=-minor if printed == "-" else minor, balance=balance)
    if row.direction:
        return Link(amount=row.direction * minor, balance=balance)
    return Link(amount=minor, balance=balance, signed=prints_signs)


def _signed(figure: tuple[int, str]) -> int:
    return -figure[0] if figure[1] == "-" else figure[0]


def _row(row: RawRow, link: Link, on: date, most: int) -> StatementRow:
    assert link.amount is not None, "a row without an amount is none"
    confidence = min(most, *(piece.confidence for piece in row.read))
    if link.broken or link.inferred or not link.signed or (doubtful_figures(row) and not link.proved):
        confidence = min(confidence, DOUBT)
    if link.mended:
        confidence = min(confidence, MENDED)
    text = row.text
    wages = _WAGES.search(text) is not None or place("代发工资", text) is not None
    return StatementRow(
        on=on.isoformat(),
        amount_minor=link.amount,
        balance_minor=link.balance,
        text=text,
        page=row.page,
        box=together(row.pieces).box,
        confidence=confidence,
        salary=link.amount > 0 and wages,
    )
