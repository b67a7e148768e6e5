"""The payslip: who pays whom for which month, how much before and after what is withheld.

Employers call the same figure by many names; the list of names is in order, the surest first. Gross less deductions is
net: where all three were read and that does not hold, all three are doubtful, since nobody can tell which one is wrong.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from forbear.core.paper_lines import DOUBT, Found, Piece, Row, field, labelled, person_name
from forbear.core.paper_text import compact, days, is_chinese, months, one_amount, place
from forbear.core.reading import Field

_GROSS = (
    *(
        "应发合计",
        "应发工资",
        "应发金额",
        "应发总额",
        "应发薪资",
        "应付工资",
        "应发数",
        "税前工资",
        "税前收入",
        "工资总额",
        "应发",
    ),
    *("total gross pay", "gross pay", "gross salary", "gross earnings", "total earnings", "gross wages", "total gross"),
)
_NET = (
    *(
        "实发合计",
        "实发工资",
        "实发金额",
        "实发总额",
        "实发薪资",
        "实付工资",
        "实发数",
        "税后工资",
        "税后收入",
        "到手工资",
        "实发",
    ),
    *("net pay", "take home pay", "take-home pay", "net salary", "net wages", "total net", "amount paid"),
)
_DEDUCTIONS = (
    *("扣款合计", "代扣合计", "应扣合计", "扣除合计", "代扣款合计", "应扣金额", "扣款总额"),
    *("total deductions", "deductions total"),
)
_TOTALS = {"gross": _GROSS, "deductions": _DEDUCTIONS, "net": _NET}
_MONTH = (
    "工资月份",
    "发薪月份",
    "薪资月份",
    "所属月份",
    "工资期间",
    "计薪月份",
    "月份",
    "pay period",
    "period",
    "pay date",
    "pay month",
)
_TITLES = (
    "工资条",
    "工资单",
    "工资表",
    "薪资单",
    "薪资明细",
    "薪酬单",
    "工资明细",
    "薪资条",
    "payslip",
    "pay slip",
    "pay statement",
)
_ENDS = (
    *(
        "有限责任公司",
        "股份有限公司",
        "有限公司",
        "分公司",
        "公司",
        "集团",
        "事务所",
        "合作社",
        "小学",
        "中学",
        "大学",
        "学校",
        "学院",
    ),
    *(
        "幼儿园",
        "医院",
        "卫生院",
        "酒店",
        "饭店",
        "工厂",
        "厂",
        "中心",
        "研究院",
        "委员会",
        "管理局",
        "商行",
        "经营部",
        "工作室",
    ),
)
_ENGLISH_END = re.compile(
    r"(?i)\b(ltd|limited|inc|incorporated|llp|llc|plc|pty ltd|corp|corporation|company|gmbh|group|council|trust)\b\.?"
)


_TOTAL = "|".join(sorted((label for labels in _TOTALS.values() for label in labels), key=len, reverse=True))
_RUN_ON = re.compile(rf"(?i)({_TOTAL}) ?(?=社保|住房|公积金|养老|医疗|失业|个人所得税|个税|代扣|应扣|扣款|实发|实付)")


def read_payslip(rows: Sequence[Row]) -> tuple[Field, ...]:
    """Its fields; amounts in minor units."""
    rows = [tuple(part for piece in row for part in _apart(piece)) for row in rows]
    fields = list[Field]()
    employer, month = _employer(rows), _month(rows)
    name = labelled(rows, ("员工姓名", "姓名", "员工", "employee name", "employee", "name"), _employee)
    if name is None and month is not None:
        name = _beside_month(rows)
    for key, found in (("employer", employer), ("name", name), ("month", month)):
        if found is not None:
            fields.append(field(key, found))
    figures = {key: _amount(rows, key) for key in _TOTALS}
    values = {key: int(found[0]) for key, found in figures.items() if found is not None}
    doubtful = len(values) == 3 and values["gross"] - values["deductions"] != values["net"]
    doubtful = doubtful or ("net" in values and "gross" in values and values["net"] > values["gross"])
    fields += [field(key, found, DOUBT if doubtful else 1000) for key, found in figures.items() if found is not None]
    return tuple(fields)


def _apart(piece: Piece) -> tuple[Piece, ...]:
    """A total's heading and the next column's, where they stand so close that they were read as one."""
    found = _RUN_ON.match(piece.text)
    if found is None:
        return (piece,)
    return piece.part(0, found.end(1)), piece.part(found.end(), len(piece.text))


def _amount(rows: Sequence[Row], key: str) -> Found | None:
    others = [label for other, labels in _TOTALS.items() if other != key for label in labels]
    found = labelled(rows, _TOTALS[key], _money, others)
    if found is None:
        return None
    value, piece = found
    return value, piece if _plain(piece.text) else replace(piece, confidence=min(piece.confidence, DOUBT))


def _money(text: str) -> str | None:
    """An amount in minor units; "(元)" of its label may stand before it."""
    text = re.sub(r"^\((?:元|人民币|RMB|CNY)\) ?:? ?", "", text)
    minor = one_amount(text)
    if minor is None and " " in text:
        minor = one_amount(text.split(" ")[0])
    return None if minor is None or minor < 0 else str(minor)


def _plain(text: str) -> bool:
    """Whether no letter had to be taken for a digit."""
    return not re.search("[A-Za-z|!〇]", re.sub("RMB|CNY|[£$€¥]", "", text))


def _employer(rows: Sequence[Row]) -> Found | None:
    found = labelled(rows, ("单位名称", "公司名称", "用人单位", "工作单位", "employer", "company"), _organisation)
    if found is not None:
        return found
    for row in rows[:12]:
        for piece in row:
            name = _organisation(piece.text)
            if name is not None:
                return name, piece
    return None


def _organisation(text: str) -> str | None:
    """The name of an organisation that a text begins with, without a title or month printed behind it."""
    if is_chinese(text[:1] or " "):
        ends = [text.rfind(end) + len(end) for end in _ENDS if text.rfind(end) >= 2]
        name = compact(text[: max(ends)]) if ends else ""
        return name if 4 <= len(name) <= 40 else None
    match = list(_ENGLISH_END.finditer(text))
    return text[: match[-1].end()].strip() if match and match[-1].start() >= 2 else None


def _month(rows: Sequence[Row]) -> Found | None:
    labelled_month = labelled(rows, _MONTH, lambda text: _month_in(text) if re.match("[0-9A-Za-z]", text) else None)
    if labelled_month is not None:
        return labelled_month
    titles = [piece for row in rows for piece in row if any(place(title, piece.text) for title in _TITLES)]
    others = [piece for row in rows for piece in row]
    for i, piece in enumerate((*titles, *others)):
        month = _month_in(piece.text, dotted=i < len(titles))
        if month is not None:
            return month, piece
    return None


def _month_in(text: str, dotted: bool = True) -> str | None:
    """The month named; of days the month of the last one."""
    found = months(text, dotted)
    if found:
        return found[0][0]
    last = days(text)
    return last[-1][0].isoformat()[:7] if last else None


def _employee(text: str) -> str | None:
    text = re.sub(r"(?i)^name:? ", "", text)
    return person_name(text)


def _beside_month(rows: Sequence[Row]) -> Found | None:
    """A name printed on the row of the month, as telephones show it: 2026年07月 王芳."""
    for row in rows:
        for i, piece in enumerate(row):
            found = months(piece.text)
            if not found:
                continue
            rest: list[Piece] = [piece.part(found[0][2], len(piece.text))] if found[0][2] < len(piece.text) else []
            for candidate in (*rest, *row[i + 1 :]):
                text = compact(candidate.text)
                titled = any(place(title, text) for title in _TITLES)
                if 2 <= len(text) <= 16 and not titled and person_name(text) == text:
                    return text, candidate
    return None
