"""Drawn bank statements: several banks' ways to show an account's days, on one to three pages."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from forbear.core.reading import Box, PaperKind, StatementRow
from tests.papers.drawn import Drawn, drawn
from tests.papers.money import money
from tests.papers.people import (
    BANKS,
    EMPLOYERS,
    ENGLISH_BANKS,
    ENGLISH_EMPLOYERS,
    ENGLISH_NAMES,
    masked_account,
    person,
)
from tests.papers.sheet import SANS, SERIF, Sheet

LAYOUTS = ("signed", "numbered", "two-columns", "direction", "newest-first", "english")
_SPENT = (
    ("消费", "永辉超市"), ("快捷支付", "支付宝(中国)网络技术有限公司"), ("财付通", "微信支付"), ("转账", "李建国"),
    ("取款", "自助设备"),
    ("话费充值", "中国移动"), ("还款", "消费金融公司"),
    ("水电费", "国网电力"), ("网上支付", "京东支付"), ("房租", "陈秀英"),
)  # fmt: skip
_CAME = (("转账", "王秀英"), ("退款", "支付宝"), ("利息", ""), ("报销", "财务部"))
_SPENT_ENGLISH = (
    "CARD PAYMENT TESCO",
    "DIRECT DEBIT ENERGY",
    "ATM WITHDRAWAL",
    "RENT STANDING ORDER",
    "CARD PAYMENT BUS",
)
_CAME_ENGLISH = ("TRANSFER FROM J SMITH", "REFUND AMAZON", "INTEREST")


@dataclass(frozen=True)
class _Entry:
    on: date
    amount: int
    balance: int
    text: str
    other: str
    salary: bool


@dataclass(frozen=True)
class _Column:
    """A column of the table: its head, where it ends (from 0 to 1), how it is set, what it shows of an entry."""

    head: str
    right: float
    align: str
    shows: str


_COLUMNS = {
    "signed": (("交易日期", 0.14, "m", "on"), ("摘要", 0.28, "m", "text"), ("对方户名", 0.56, "l", "other"),
               ("交易金额", 0.78, "r", "signed"), ("余额", 1, "r", "balance")),
    "numbered": (("序号", 0.07, "m", "number"), ("摘要", 0.2, "m", "text"), ("币别", 0.3, "m", "currency"),
                 ("交易日期", 0.44, "m", "on"), ("交易金额", 0.6, "r", "signed"), ("账户余额", 0.77, "r", "balance"),
                 ("对方账号与户名", 1, "l", "other")),
    "two-columns": (("日期", 0.14, "m", "on"), ("摘要", 0.27, "m", "text"), ("支出", 0.42, "r", "out"),
                    ("收入", 0.57, "r", "in"), ("余额", 0.74, "r", "balance"), ("对方户名", 1, "l", "other")),
    "direction": (("交易日期", 0.15, "m", "on"), ("借贷", 0.23, "m", "direction"), ("交易金额", 0.4, "r", "plain"),
                  ("账户余额", 0.58, "r", "balance"), ("摘要", 0.72, "m", "text"), ("对方户名", 1, "l", "other")),
    "newest-first": (("记账日期", 0.15, "m", "on"), ("货币", 0.24, "m", "currency"), ("交易金额", 0.42, "r", "signed"),
                     ("联机余额", 0.6, "r", "balance"), ("交易摘要", 0.74, "m", "text"), ("对手信息", 1, "l", "other")),
    "english": (("Date", 0.16, "l", "on"), ("Description", 0.5, "l", "text"), ("Paid out", 0.67, "r", "out"),
                ("Paid in", 0.83, "r", "in"), ("Balance", 1, "r", "balance")),
}  # fmt: skip


def bank_statement(random: Random, layout: str) -> Drawn:
    """`signed`, `numbered`, `newest-first`: one column with a sign; `two-columns`: 支出 and 收入; `direction`: 借 or 贷
    beside the amount; `english`.
    """
    english = layout == "english"
    who = person(random)
    holder = random.choice(ENGLISH_NAMES) if english else who.name
    employer = random.choice(ENGLISH_EMPLOYERS if english else EMPLOYERS)
    bank = random.choice(ENGLISH_BANKS if english else BANKS)
    months = random.choice((1, 3, 3, 6))
    last = date(2026, random.randint(7, 10), 28)
    first = (last - timedelta(days=30 * months)).replace(day=1)
    entries = _entries(random, first, last, employer, english)
    opening = entries[0].balance - entries[0].amount
    if layout == "newest-first":
        entries.reverse()
    account, tail = masked_account(random)
    said = _Said(random, english)
    columns = [_Column(*column) for column in _COLUMNS[layout]]
    sheets, rows, face = [], [], random.choice((SANS, SERIF))
    size, pitch = random.choice(((20, 44), (21, 46), (22, 48)))
    lined, head_again = random.random() < 0.6, random.random() < 0.7
    while entries or not sheets:
        sheet = Sheet(len(sheets) + 1, 1240, 1754, face)
        sheets.append(sheet)
        y = 100
        if len(sheets) == 1:
            y = _head(random, sheet, english, bank, holder, account, said, first, last)
        if len(sheets) == 1 or head_again:
            _row(sheet, columns, y, size, {column.shows: column.head for column in columns}, pitch)
            y += pitch
        if english and len(sheets) == 1:
            forward = {"text": "Balance brought forward", "balance": money(opening)}
            _row(sheet, columns, y, size, forward, pitch)
            y += pitch
        top, count = y, min(len(entries), (1650 - y) // pitch)
        for i in range(count):
            box = _row(sheet, columns, y, size, _cells(said, entries[i], layout, len(rows) + 1), pitch)
            rows.append(_truth(entries[i], sheet.number, box))
            y += pitch
        entries = entries[count:]
        if lined:
            edges = [80, *(int(80 + 1080 * column.right) for column in columns)]
            sheet.table(edges, [top - 8 + pitch * i for i in range(count + 1)], "#999999", 1)
        sheet.text(620, 1690, f"Page {sheet.number}" if english else f"第{sheet.number}页", 20, align="m")
        if random.random() < 0.4:
            sheet.seal(1000, 240, 105, f"{bank}业务专用章"[:14] if not english else "STATEMENT", random)
        sheet.dirt(random)
    fields = {"bank": bank, "holder": holder, "account_tail": tail, "period_from": first.isoformat(),
              "period_to": last.isoformat()}  # fmt: skip
    rare = not english and who.rare
    return drawn(PaperKind.BANK_STATEMENT, layout, sheets, fields, tuple(rows), rare)


class _Said:
    """How this bank writes days and amounts."""

    def __init__(self, random: Random, english: bool) -> None:
        self.day = "%d %b %Y" if english else random.choice(("%Y-%m-%d", "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d"))
        self.style = random.choice((",", ",", ""))
        self.plus = random.choice(("", "+"))
        self.currency = random.choice(("人民币", "CNY", "RMB"))


def _entries(random: Random, first: date, last: date, employer: str, english: bool) -> list[_Entry]:
    balance = random.randint(200_000, 900_000)
    salary, payday = random.randint(3_500, 15_000) * 100, random.choice((5, 8, 10, 15, 25))
    entries = []
    word = random.choice(("代发工资", "工资", "代发工资", "薪资"))
    for offset in range((last - first).days + 1):
        on = first + timedelta(days=offset)
        moves = []
        if on.day == payday:
            paid = salary + random.randint(-20_000, 20_000)
            text = f"SALARY {employer.upper()}" if english else word
            moves.append((paid, text, "" if english else employer, True))
        if random.random() < 0.22:
            text, other = (random.choice(_SPENT_ENGLISH), "") if english else random.choice(_SPENT)
            if balance > 60_000:
                moves.append((-random.randint(500, min(balance - 10_000, 180_000)), text, other, False))
        if random.random() < 0.03:
            text, other = (random.choice(_CAME_ENGLISH), "") if english else random.choice(_CAME)
            moves.append((random.randint(100, 150_000), text, other, False))
        for amount, text, other, is_salary in moves:
            balance += amount
            entries.append(_Entry(on, amount, balance, text, other, is_salary))
    return entries


def _head(
    random: Random, sheet: Sheet, english: bool, bank: str, holder: str, account: str, said: _Said, first: date,
    last: date,
) -> int:  # fmt: skip
    if english:
        sheet.text(80, 70, bank, 40, field="bank", bold=True)
        sheet.text(80, 140, "Statement of account", 32)
        sheet.text(80, 210, f"Account holder: {holder}", 24, field="holder")
        sheet.text(80, 260, f"Account number: {account}", 24, field="account_tail")
        period = f"Statement period: {first:%d %b %Y} to {last:%d %b %Y}"
        sheet.text(620, 210, period, 24, field="period_to")
        return 340
    title = random.choice(("账户交易明细", "个人活期账户交易明细清单", "借记账户历史明细(电子版)", "交易流水"))
    if random.random() < 0.5:
        sheet.text(620, 70, bank + title, 36, align="m", field="bank", bold=True)
    else:
        sheet.text(620, 60, bank, 38, align="m", field="bank", bold=True)
        sheet.text(620, 120, title, 30, align="m")
    between = random.choice(("至", " - ", "~", " 至 "))
    days = f"{first.strftime(said.day)}{between}{last.strftime(said.day)}"
    period = f"{random.choice(('起止日期', '查询区间', '交易时段'))}:{days}"
    holder_word = random.choice(("户名", "客户姓名", "账户名称"))
    sheet.text(80, 200, f"{holder_word}:{holder}", 24, field="holder")
    sheet.text(80, 250, f"{random.choice(('卡号', '账号'))}:{account}", 24, field="account_tail")
    sheet.text(600, 200, "币种:人民币", 24)
    sheet.text(600, 250, period, 24, field="period_to")
    return 320


def _cells(said: _Said, entry: _Entry, layout: str, number: int) -> dict[str, str]:
    plain = money(abs(entry.amount), said.style)
    sign = "-" if entry.amount < 0 else said.plus
    return {
        "on": entry.on.strftime(said.day),
        "text": entry.text,
        "other": entry.other,
        "signed": sign + plain,
        "plain": plain,
        "out": plain if entry.amount < 0 else "",
        "in": plain if entry.amount > 0 else "",
        "direction": "贷" if entry.amount > 0 else "借",
        "balance": money(entry.balance, said.style),
        "currency": said.currency,
        "number": str(number),
    }


def _row(sheet: Sheet, columns: list[_Column], y: int, size: int, cells: dict[str, str], pitch: int) -> Box:
    left, kept = 80.0, len(sheet.lines)
    for column in columns:
        right = 80 + 1080 * column.right
        text = cells.get(column.shows, "")
        at = {"l": left + 8, "m": (left + right) / 2, "r": right - 8}[column.align]
        wide = sheet.width_of(text, size) > right - left - 10
        for i, part in enumerate(_halves(text) if wide else (text,)):
            if part:
                sheet.text(
                    at, y + (pitch // 2 * i - 6 if wide else 0), part, size - 4 if wide else size, align=column.align
                )
        left = right
    boxes = [line.box for line in sheet.lines[kept:]]
    return Box(
        left=min(box.left for box in boxes), top=min(box.top for box in boxes),
        right=max(box.right for box in boxes), bottom=max(box.bottom for box in boxes),
    )  # fmt: skip


def _halves(text: str) -> tuple[str, str]:
    """A text on two lines, cut at a space where there is one."""
    spaces = [i for i, letter in enumerate(text) if letter == " "]
    at = min(spaces, key=lambda i: abs(2 * i - len(text)), default=len(text) // 2)
    return text[:at], text[at:].lstrip()


def _truth(entry: _Entry, page: int, box: Box) -> StatementRow:
    return StatementRow(
        on=entry.on.isoformat(),
        amount_minor=entry.amount,
        balance_minor=entry.balance,
        text=f"{entry.text} {entry.other}".strip(),
        page=page,
        box=box,
        confidence=1000,
        salary=entry.salary,
    )
