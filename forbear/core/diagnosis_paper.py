"""A hospital's paper: whose it is, which hospital, and its days. Nothing else is kept.

What she suffers from is read by nobody but a person who may; not even its words are looked for here.
"""

import re
from collections.abc import Sequence

from forbear.core.paper_lines import Found, Row, field, labelled, person_name
from forbear.core.paper_text import compact, days, is_chinese
from forbear.core.reading import Field

_HOSPITAL = re.compile(r".{2,30}?(?:附属.{0,10}医院|医院|卫生院|卫生服务中心|保健院|诊所|门诊部)")
_ENGLISH = re.compile(r"(?i).{0,40}\b(?:hospital|clinic|medical centre|medical center|surgery)\b")
_ADMITTED = ("入院日期", "入院时间", "admitted")
_DISCHARGED = ("出院日期", "出院时间", "discharged")
_REST = ("全休至", "休息至", "病休至", "休假至", "unfit for work until", "off work until")


def read_diagnosis(rows: Sequence[Row]) -> tuple[Field, ...]:
    """`name`, `hospital`, and of the days those that are there."""
    found: list[tuple[str, Found | None]] = [
        ("hospital", _hospital(rows)),
        ("name", labelled(rows, ("患者姓名", "病人姓名", "姓名", "patient name", "patient", "name"), person_name)),
        ("admitted_on", labelled(rows, _ADMITTED, _day, _DISCHARGED)),
        ("discharged_on", labelled(rows, _DISCHARGED, _day, _ADMITTED)),
        ("rest_until_on", labelled(rows, _REST, _day)),
        ("issued_on", _issued(rows)),
    ]
    return tuple(field(name, one) for name, one in found if one is not None)


def _hospital(rows: Sequence[Row]) -> Found | None:
    for row in rows:
        for piece in row:
            text = compact(piece.text)
            match = _HOSPITAL.match(text) if is_chinese(text[:1] or " ") else _ENGLISH.match(piece.text)
            if match is not None and len(match[0]) >= 4:
                return match[0], piece
    return None


def _issued(rows: Sequence[Row]) -> Found | None:
    """The day of the paper: the one so labelled that is none of a stay, else the last one of the page."""
    for row in reversed(rows):
        for piece in reversed(row):
            text = compact(piece.text)
            stay = any(word in text for word in ("入院", "出院", "出生", "至", "复查", "复诊"))
            found = days(piece.text)
            if found and not stay:
                return found[-1][0].isoformat(), piece
    return None


def _day(text: str) -> str | None:
    """The day a text begins with; one behind other words is another day."""
    found = days(text)
    return found[0][0].isoformat() if found and found[0][1] <= 1 else None
