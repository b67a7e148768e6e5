"""The table of a bank statement: which column means what, which pieces make a row, and what the row says.

A row is where a day stands, or an amount without one; what stands within half a row of it belongs to it, so that a name
set on two lines stays with its payment. A column is told by its head; without a head the last amount is the balance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from forbear.core.paper_lines import Piece, Row
from forbear.core.paper_text import amounts, as_figures, compact, days, exactly, place

_HEADS: dict[str, tuple[str, ...]] = {
    "on": (
        "交易日期",
        "记账日期",
        "入账日期",
        "交易时间",
        "记账日",
        "日期",
        "transaction date",
        "posting date",
        "date",
    ),
    "other": (
        *(
            "对方账号与户名",
            "对方户名",
            "对方账户",
            "对方账号",
            "对方名称",
            "对方信息",
            "对手信息",
            "交易对手",
            "交易对方",
            "收/付方名称",
        ),
        *("counterparty", "payee"),
    ),
    "in": (
        *("收入金额", "贷方发生额", "贷方金额", "存入金额", "收入", "贷方", "存入", "转入"),
        *("paid in", "money in", "deposits", "credits", "credit"),
    ),
    "out": (
        *("支出金额", "借方发生额", "借方金额", "支取金额", "支出", "借方", "支取", "转出"),
        *("paid out", "money out", "withdrawals", "debits", "debit"),
    ),
    "balance": ("账户余额", "联机余额", "本次余额", "当前余额", "余额", "balance"),
    "amount": ("交易金额", "发生额", "金额", "amount"),
    "direction": ("借贷标志", "借/贷", "借贷", "收/支", "收支", "dr/cr"),
    "text": ("交易摘要", "摘要", "交易类型", "交易说明", "用途", "description", "details", "particulars"),
    "skip": ("序号", "币别", "币种", "货币", "钞汇", "currency"),
}
_FIGURES = ("in", "out", "amount", "balance")
_NO_WORDS = re.compile(r"(?:[0-9]{1,6}|人民币|CNY|RMB|GBP|USD|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|钞|汇|\||[-+:,.·]+)")
_DIRECTIONS = dict.fromkeys(("贷", "收", "收入", "存入", "转入", "CR", "CREDIT", "+"), 1) | dict.fromkeys(
    ("借", "支", "付", "支出", "支取", "转出", "DR", "DEBIT", "-"), -1
)
_OPENING = ("期初余额", "上期余额", "上页余额", "承前", "brought forward", "opening balance", "previous balance")
_NO_ROW = ("期末余额", "本页小计", "合计", "carried forward", "closing balance", "total", "小计")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A head of the table: what it means and from where to where it stands on the upright page."""

    means: str
    left: int
    right: int

    def off(self, piece: Piece) -> int:
        """How far a piece is from standing under the head, set to its left, right or middle."""
        middles = abs(self.left + self.right - piece.left - piece.right) // 2
        return min(abs(self.left - piece.left), abs(self.right - piece.right), middles)


@dataclass(kw_only=True)
class RawRow:
    """What stands in one row: `on` (None where no day was read), figures by column, signs and words."""

    page: int
    middle: int
    on: date | None = None
    figures: dict[str, tuple[int, str]] = field(default_factory=dict)
    direction: int = 0
    words: list[tuple[int, Piece]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    read: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What for and by whom, as printed."""
        said = ""
        last = None
        for column, piece in sorted(self.words, key=lambda word: (word[0], word[1].middle, word[1].left)):
            text = piece.text.strip(" |:,")
            latin = said[-1:].isascii() and said[-1:].isalnum() and text[:1].isascii() and text[:1].isalnum()
            said += text if not said or (last == column and not latin) else f" {text}"
            last = column
        return said


def table_rows(rows: Sequence[Row], month_first: bool) -> tuple[list[RawRow], int | None]:
    """The rows of all pages, and the balance before the first one where it is printed."""
    found, opening, columns = list[RawRow](), None, list[Column]()
    for number in sorted({row[0].page for row in rows}):
        page = [row for row in rows if row[0].page == number]
        at = next((i for i, row in enumerate(page) if len(head(row)) >= 3), None)
        if at is not None:
            columns = head(page[at])
        body = page[at + 1 :] if at is not None else page
        raw, before = _page_rows(body, columns, month_first)
        found += raw
        opening = before if opening is None else opening
    return found, opening


def head(row: Row) -> list[Column]:
    """The heads of a row of heads, from left to right; [] for any other row."""
    columns = list[Column]()
    for piece in row:
        taken = list[tuple[int, int]]()
        for where, (means, word) in ((where, entry) for where in (exactly, place) for entry in _WORDS):
            at = where(word, piece.text) if len(piece.text) <= 80 else None
            if at is not None and all(at[1] <= start or end <= at[0] for start, end in taken):
                taken.append(at)
                part = piece.part(*at)
                columns.append(Column(means=means, left=part.left, right=part.right))
    figures = any(column.means in _FIGURES for column in columns)
    digits = sum("0" <= sign <= "9" for piece in row for sign in piece.text)
    return sorted(columns, key=lambda column: column.left) if figures and digits <= 2 else []


_WORDS = sorted(((means, word) for means, words in _HEADS.items() for word in words), key=lambda entry: -len(entry[1]))


def _page_rows(body: Sequence[Row], columns: Sequence[Column], month_first: bool) -> tuple[list[RawRow], int | None]:
    raw, opening, loose = list[RawRow](), None, list[Row]()
    dated = [row for row in body if any(days(piece.text, month_first) for piece in row)]
    apart = _pitch([row[0].middle for row in body if any(any(amounts(piece.text)) for piece in row)])
    for row in body:
        said = compact("".join(piece.text for piece in row)).lower()
        figures = [found for piece in row for found in amounts(piece.text)]
        if any(compact(word) in said for word in _OPENING) and figures:
            minor, sign, _, _ = figures[-1]
            opening = -minor if sign == "-" else minor
            continue
        has_day = row in dated
        near = any(abs(row[0].middle - other[0].middle) * 2 <= apart for other in dated)
        if not has_day and any(compact(word) in said for word in _NO_ROW):
            continue
        if (has_day and (figures or not near or row in dated)) or (figures and not near):
            entry = RawRow(page=row[0].page, middle=sum(piece.middle for piece in row) // len(row))
            for piece in row:
                _take(entry, piece, columns, month_first)
            raw.append(entry)
        else:
            loose.append(row)
    for row in loose:
        for piece in row:
            nearest = min(raw, key=lambda entry: abs(entry.middle - piece.middle), default=None)
            if nearest is not None and abs(nearest.middle - piece.middle) * 4 <= apart * 3:
                _take(nearest, piece, columns, month_first)
    return [entry for entry in raw if entry.figures and (entry.on is not None or columns)], opening


def _pitch(middles: Sequence[int]) -> int:
    """How far rows are apart, as most of them are."""
    steps = sorted(low - high for high, low in pairwise(middles) if low > high)
    return steps[len(steps) // 2] if steps else 250


def _take(entry: RawRow, piece: Piece, columns: Sequence[Column], month_first: bool) -> None:
    """Put what a piece says into its row: a day, amounts, and words in between."""
    spans = [("day", on, start, end) for on, start, end in days(piece.text, month_first)[:1]]
    taken = [(start, end) for _, _, start, end in spans]
    figures = [found for found in amounts(piece.text) if all(found[3] <= a or b <= found[2] for a, b in taken)]
    cuts = sorted([*taken, *((start, end) for _, _, start, end in figures)])
    entry.pieces.append(piece)
    for _, on, start, end in spans:
        if entry.on is None:
            entry.on = on
            entry.read.append(piece.part(start, end))
    for minor, sign, start, end in figures:
        part = piece.part(start, end)
        entry.read.append(part)
        _place_figure(entry, minor, sign, part, columns)
    at = 0
    for start, end in [*cuts, (len(piece.text), len(piece.text))]:
        if piece.text[at:start].strip(" |:,"):
            _words(entry, piece.part(at, start), columns)
        at = end


def _place_figure(entry: RawRow, minor: int, sign: str, part: Piece, columns: Sequence[Column]) -> None:
    kinds = [column for column in columns if column.means in _FIGURES]
    if kinds:
        means = min(kinds, key=lambda column: column.off(part)).means
        if means in entry.figures and means == "balance":
            free = next((column.means for column in kinds if column.means not in entry.figures), "")
            if free:
                entry.figures[free] = entry.figures.pop("balance")
    else:
        means = "balance" if "amount" in entry.figures else "amount"
    entry.figures.setdefault(means, (minor, sign))


def _words(entry: RawRow, part: Piece, columns: Sequence[Column]) -> None:
    words = part.text.strip().split(" ")
    alone = len(words) == 1
    turning = [word for word in words if word.upper() in _DIRECTIONS and (alone or not word.encode().isalpha())]
    if turning and not entry.direction:
        entry.direction = _DIRECTIONS[turning[0].upper()]
    kept = [word for word in words if not _NO_WORDS.fullmatch(word) and word not in turning]
    if kept:
        nearest = min(range(len(columns)), key=lambda i: columns[i].off(part), default=0)
        entry.words.append((nearest, replace(part, text=" ".join(kept))))


def doubtful_figures(row: RawRow) -> bool:
    """Whether a letter was taken for a digit somewhere in the row."""
    return any(as_figures(piece.text) != piece.text for piece in row.read)
