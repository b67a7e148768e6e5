"""Made-up papers: a card, a payslip, a statement, a letter, drawn for one borrower of the town and marked as a sample.

What stands on a page is also written into the picture file's comment, where forbear/town/eyes.py finds it again, so
that a town of papers is read without a reader. Nobody else looks there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from forbear.adapters.glyphs import FILES, FONTS
from forbear.core.budget import Household
from forbear.core.dates import month_after, month_of
from forbear.core.loanbook import Row
from forbear.core.reading import GRID
from forbear.words import say
from forbear.words.format import money

SEVENTH = 7
"""Of so many cards one has run out, so that the desk has something to ask."""

INK, BLUE, PALE = "#22302a", "#2b5d8c", "#dfe6e2"
_EMPLOYERS = ("成都示例电子有限公司", "示例物流有限公司", "示例餐饮管理有限公司", "示例纺织厂", "示例商贸有限公司")


@dataclass(frozen=True)
class MadeUpPaper:
    """A file as she sends it."""

    name: str
    data: bytes


def made_up_papers(kinds: Sequence[str], row: Row, wages_minor: int, as_of: date) -> tuple[MadeUpPaper, ...]:
    """What a borrower sends for an item of these kinds: the first of them, and a statement beside a payslip, since
    employer and bank together show most. Without wages (0) another of the kinds.
    """
    kind = kinds[0]
    if kind == "payslip" and wages_minor:
        return _payslip(row, wages_minor, as_of), _statement(row, wages_minor, as_of)
    if kind == "payslip":
        kind = "benefit-award" if "benefit-award" in kinds else kinds[-1]
    if kind == "bank-statement":
        return (_statement(row, 0, as_of),)
    return (_card(row, as_of) if kind == "id-card" else made_up_letter(kind, row, as_of),)


def wages_of(household: Household | None) -> int:
    """What somebody says she earns a month, in minor units; 0 where she has no wages."""
    lines = household.income if household else ()
    return next((line.monthly_minor or 0 for line in lines if line.source == "wages"), 0)


class _Sheet:
    """A page being drawn: text whose place is kept."""

    def __init__(self, width: int, height: int, mode: str = "L") -> None:
        self.image = Image.new(mode, (width, height), "#fdfdf8")
        self.draw = ImageDraw.Draw(self.image)
        self.lines: list[tuple[str, tuple[int, int, int, int]]] = []

    def text(self, x: int, y: int, text: str, size: int = 26, fill: str = INK) -> int:
        """Print a line with its top at `y`; the x where it ends."""
        left, top, right, bottom = self.draw.textbbox((x, y), text, _font(size), anchor="la")
        self.draw.text((x, y), text, fill, _font(size), anchor="la")
        width, height = self.image.size
        shares = ((left, width), (top, height), (right, width), (bottom, height))
        place = [min(max(int(at * GRID // whole), 0), GRID) for at, whole in shares]
        self.lines.append((text, (place[0], place[1], place[2], place[3])))
        return int(right)

    def rows(self, rows: Sequence[tuple[str, str]], x: int, y: int, step: int = 52) -> None:
        """Names and values below each other."""
        for i, (name, value) in enumerate(rows):
            self.text(x, y + step * i, name, fill=BLUE)
            self.text(x + 240, y + step * i, value)

    def as_file(self, name: str) -> MadeUpPaper:
        """The page as a JPEG, with what stands on it in the comment."""
        width, height = self.image.size
        mark = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mark).text((width // 2, height // 2), "SAMPLE", 255, _font(width // 7), anchor="mm")
        mark = mark.rotate(28).point(lambda level: level // 12)
        self.image.paste(Image.new(self.image.mode, (width, height), INK), (0, 0), mark)
        small, out = self.image.resize((width * 3 // 4, height * 3 // 4), Image.Resampling.BILINEAR), BytesIO()
        said = json.dumps(self.lines, ensure_ascii=False, separators=(",", ":")).encode()
        small.save(out, "JPEG", quality=50, comment=said)
        return MadeUpPaper(name, out.getvalue())


def _card(row: Row, as_of: date) -> MadeUpPaper:
    """Both sides of an identity card on one picture."""
    sheet, number = _Sheet(900, 1140, "RGB"), row.id_number
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    for top in (20, 590):
        sheet.draw.rounded_rectangle((20, top, 880, top + 530), 30, outline="#b8c4c8", width=3, fill="#eaf1f2")
    sheet.draw.rounded_rectangle((640, 90, 840, 380), 16, fill="#cfd9dc")
    sheet.draw.ellipse((685, 130, 795, 260), fill="#b99c86")
    sheet.draw.pieslice((650, 275, 830, 480), 180, 360, fill="#5b6770")
    for label, y in (("姓名", 72), ("性别", 142), ("出生", 212), ("住址", 282)):
        sheet.text(60, y, label, 24, BLUE)
    sheet.text(150, 66, row.name, 34)
    sheet.text(150, 138, "男" if int(number[16]) % 2 else "女", 30)
    sheet.text(250, 142, "民族", 24, BLUE)
    sheet.text(330, 138, "汉", 30)
    sheet.text(150, 208, _day(born), 30)
    sheet.text(150, 278, f"示例省示例市和平路{1 + int(number[2:6]) % 300}号", 30)
    sheet.text(60, 462, "公民身份号码", 24, BLUE)
    sheet.text(270, 456, number, 34)
    sheet.text(300, 660, "中华人民共和国", 44)
    sheet.text(290, 740, "居民身份证", 56)
    sheet.draw.ellipse((80, 650, 220, 790), fill="#c2413a")
    own = int(number[2:6]) + 37 * int(number[14:17])
    ended = int(number[2:6]) % SEVENTH == 5
    given = as_of - timedelta(days=20 * 366 + own % 90 if ended else 700 + own % 2_000)
    sheet.text(170, 960, "签发机关", 24, BLUE)
    sheet.text(310, 956, "示例市公安局", 28)
    sheet.text(170, 1030, "有效期限", 24, BLUE)
    until = given.replace(year=given.year + 20, day=min(given.day, 28))
    sheet.text(310, 1026, f"{given.replace(day=min(given.day, 28)):%Y.%m.%d}-{until:%Y.%m.%d}", 28)
    return sheet.as_file("身份证.jpg")


def _payslip(row: Row, wages_minor: int, as_of: date) -> MadeUpPaper:
    """Of the month before, with the wages she stated as what is paid out."""
    sheet, rng = _Sheet(900, 1040), Random(row.id_number)
    month = month_after(month_of(as_of), -1)
    withheld = [(name, wages_minor * share // 1000) for name, share in _WITHHELD]
    less = sum(amount for _, amount in withheld)
    gross = wages_minor + less
    basic = gross * rng.randint(60, 80) // 100
    earned = [("基本工资", basic), ("岗位津贴", gross - basic)]
    year, number = month.split("-")
    sheet.text(330, 60, "工资单", 46)
    rows = [("单位名称", _employer(row)), ("姓名", row.name), ("工资月份", f"{year}年{int(number)}月")]
    rows += [(name, _amount(amount)) for name, amount in (*earned, ("应发合计", gross), *withheld)]
    rows += [("扣款合计", _amount(less)), ("实发工资", _amount(wages_minor))]
    for i in range(len(rows) + 1):
        sheet.draw.line((80, 168 + 60 * i, 820, 168 + 60 * i), PALE, 2)
    sheet.rows(rows, 110, 180, 60)
    return sheet.as_file(f"工资单{month}.jpg")


_WITHHELD = (("养老保险", 90), ("医疗保险", 22), ("住房公积金", 60))


def _statement(row: Row, wages_minor: int, as_of: date) -> MadeUpPaper:
    """Three whole months of an account: wages on the 25th, rent, shopping."""
    rng = Random(row.id_number + "bank")
    months = [month_after(month_of(as_of), -back) for back in (3, 2, 1)]
    last = date.fromisoformat(f"{month_of(as_of)}-01") - timedelta(days=1)
    moved: list[tuple[str, str, int, str]] = []
    for month in months:
        moved.append((f"{month}-03", "消费", -rng.randint(8_000, 40_000), "示例超市"))
        moved.append((f"{month}-12", "转账", -rng.randint(30_000, 90_000), "房东"))
        if wages_minor:
            moved.append((f"{month}-25", "工资", wages_minor, _employer(row)))
        moved.append((f"{month}-27", "消费", -rng.randint(5_000, 30_000), "示例药店"))
    sheet, balance = _Sheet(1180, 420 + 54 * len(moved)), rng.randint(200_000, 600_000)
    sheet.text(390, 50, "示例银行交易明细", 40)
    sheet.rows([("户名", row.name), ("卡号", f"6200 **** **** {row.id_number[-5:-1]}")], 80, 130)
    sheet.text(80, 240, "起止日期", fill=BLUE)
    sheet.text(320, 240, f"{months[0]}-01 至 {last}")
    columns = (80, 290, 440, 640, 840)
    for x, name in zip(columns, ("交易日期", "摘要", "交易金额", "账户余额", "对方户名"), strict=True):
        sheet.text(x, 320, name, 24, BLUE)
    for i, (on, what, amount, other) in enumerate(moved):
        balance += amount
        y = 376 + 54 * i
        sheet.draw.line((70, y - 8, 1110, y - 8), PALE, 2)
        for x, text in zip(columns, (on, what, _amount(amount), _amount(balance), other), strict=True):
            sheet.text(x, y, text, 24)
    return sheet.as_file("银行流水.jpg")


def made_up_letter(kind: str, row: Row, as_of: date) -> MadeUpPaper:
    """A paper of any kind in a few words: who wrote it, whom it is about, when."""
    sheet, title = _Sheet(900, 700), say("zh", f"evidence.page.kind.{kind}")
    health = kind in ("diagnosis", "discharge-note", "fee-receipts", "insurance-claim")
    sheet.text(450 - 19 * len(title), 60, title, 38)
    rows = [("姓名", row.name), ("出具单位", "示例市第一人民医院" if health else "示例市示例办事处")]
    if kind == "diagnosis":
        sheet.text(250, 120, "示例市第一人民医院诊断证明书", 28)
        rows.append(("休息至", _day(as_of + timedelta(days=60))))
    rows += [("证明编号", f"{row.id_number[2:6]}{as_of:%m%d}"), ("开具日期", _day(as_of))]
    sheet.rows(rows, 110, 220, 70)
    return sheet.as_file(f"{title}.jpg")


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _employer(row: Row) -> str:
    return _EMPLOYERS[int(row.id_number[2:6]) % len(_EMPLOYERS)]


def _amount(amount_minor: int) -> str:
    return money("en", amount_minor, "").strip()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources.files(FONTS).joinpath(FILES[1])), size)
