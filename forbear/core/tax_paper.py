"""The tax office's record of what somebody earned and paid (个人所得税纳税记录, 收入纳税明细).

A total is held against the sum of its column; where they differ it is doubtful.
"""

import re
from collections.abc import Sequence

from forbear.core.identity import check_id_number
from forbear.core.paper_lines import DOUBT, Found, Row, field, labelled, person_name
from forbear.core.paper_text import amounts, as_figures, compact, days, exactly, months, one_amount, place
from forbear.core.reading import Field

_INCOME = ("收入合计", "收入总额", "收入额合计", "total income")
_TAX = ("已申报税额合计", "金额合计(小写)", "实缴税额合计", "税额合计", "已缴税额", "金额合计", "total tax")
_PERIOD = ("记录期间", "查询期间", "纳税期间", "起止时间", "期间", "period")
_COLUMNS = {"income": ("收入", "收入额"), "tax": ("实缴(退)金额", "已申报税额", "实缴(退)税额", "税额")}


def read_tax_certificate(rows: Sequence[Row]) -> tuple[Field, ...]:
    """Its fields; amounts in minor units, `id_tail` the last four characters of the identity number."""
    fields = list[Field]()
    name = labelled(rows, ("纳税人名称", "纳税人姓名", "姓名", "taxpayer"), person_name)
    if name is not None:
        fields.append(field("name", name))
    number = labelled(rows, ("身份证件号码", "证件号码", "身份号码", "身份证号", "纳税人识别号"), _number)
    if number is not None:
        proved = "*" in number[0] or isinstance(check_id_number(number[0]), str)
        fields.append(field("id_tail", (number[0][-4:], number[1]), 1000 if proved else DOUBT))
    fields += _period(rows)
    for key, labels in (("income", _INCOME), ("tax", _TAX)):
        total = labelled(rows, labels, _total) or _last_amount(rows, labels)
        if total is not None:
            column = _column(rows, _COLUMNS[key])
            fields.append(field(key, total, 1000 if column in (None, int(total[0])) else DOUBT))
    return tuple(fields)


def _number(text: str) -> str | None:
    match = re.search(r"[0-9X*]{8,18}", as_figures(compact(text)).upper().replace("×", "*"))
    return match[0] if match and re.fullmatch("[0-9]{3}[0-9X]", match[0][-4:]) else None


def _total(text: str) -> str | None:
    text = re.sub(r"^[:(（]?(?:小写|元)?[)）]?[: ]*", "", text).removesuffix("元")
    minor = one_amount(text)
    return None if minor is None else str(minor)


def _last_amount(rows: Sequence[Row], labels: Sequence[str]) -> Found | None:
    """The last amount of the row of a total, behind the same in words: 金额合计 (大写)壹佰贰拾元整 ¥120.00."""
    for label in labels:
        for row in rows:
            at = next((i for i, piece in enumerate(row) if exactly(label, piece.text)), len(row))
            found = [(str(minor), piece) for piece in row[at + 1 :] for minor, _, _, _ in amounts(piece.text)]
            if found:
                return found[-1]
    return None


def _period(rows: Sequence[Row]) -> list[Field]:
    """From which month to which, as the heading says."""
    for label in _PERIOD:
        for row in rows:
            for i, piece in enumerate(row):
                if place(label, piece.text) is None:
                    continue
                pairs: list[Found] = [(month, one) for one in row[i:] for month, _, _ in months(one.text, dotted=True)]
                if len(pairs) == 2 and pairs[0][0] <= pairs[1][0]:
                    return [field("month_from", pairs[0]), field("month_to", pairs[1])]
    under = sorted(_months_under(rows, ("税款所属时期", "税款所属期")), key=lambda found: found[0])
    return [field("month_from", under[0]), field("month_to", under[-1])] if under else []


def _months_under(rows: Sequence[Row], heads: Sequence[str]) -> list[Found]:
    """The months, also those of days, in the column of a head."""
    for i, row in enumerate(rows):
        for piece in row:
            if compact(piece.text) in heads:
                under = [
                    one for below in rows[i + 1 :] for one in below if one.left < piece.right and piece.left < one.right
                ]
                found: list[Found] = [(month, one) for one in under for month, _, _ in months(one.text)]
                return found + [(on.isoformat()[:7], one) for one in under for on, _, _ in days(one.text)]
    return []


def _column(rows: Sequence[Row], heads: Sequence[str]) -> int | None:
    """The sum of the amounts under a head; None where there is no such column."""
    for i, row in enumerate(rows):
        for piece in row:
            head = next((word for word in piece.words() if compact(word.text) in heads), None)
            if head is None:
                continue
            under = [
                one
                for below in rows[i + 1 :]
                if below[0].page >= head.page and any(months(cell.text) for cell in below)
                for cell in below
                for one in cell.words()
                if one.left < head.right and head.left < one.right
            ]
            found = [list(amounts(one.text)) for one in under]
            if found:
                return sum(-entry[0][0] if entry[0][1] == "-" else entry[0][0] for entry in found if entry)
    return None
