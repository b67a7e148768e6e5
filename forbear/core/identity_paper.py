"""The resident identity card, from the rows of a photo of it: front, back, or both on one sheet.

The number carries its own proof (GB 11643-1999, check character MOD 11-2) and the day of birth and the sex besides; so
what is printed twice is compared, and where one digit of the birth was misread in the number, the printed day mends it
only if the check character then holds.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from forbear.core.identity import birth_date, check_id_number
from forbear.core.paper_lines import DOUBT, Found, Piece, Row, field, labelled, person_name, together
from forbear.core.paper_text import as_figures, chinese, compact, days, is_chinese, place
from forbear.core.reading import Field

LONG_TERM = "long-term"
"""The `valid_to` of a card without an end (长期)."""

_NUMBER = re.compile(r"(?<![0-9X])[0-9]{17}[0-9X](?![0-9X])")
_TERM = re.compile(
    r"(?P<from>(?:19|20)[0-9]{2}[.,·]?[0-9]{2}[.,·]?[0-9]{2})[-~一至.]{0,2}"
    r"(?P<to>(?:19|20)[0-9]{2}[.,·]?[0-9]{2}[.,·]?[0-9]{2}|长期)"
)
_NATIONS = frozenset(
    (
        *"汉回藏苗彝壮满侗瑶白傣黎佤畲水土羌怒京",
        *(
            "蒙古",
            "维吾尔",
            "布依",
            "朝鲜",
            "土家",
            "哈尼",
            "哈萨克",
            "傈僳",
            "高山",
            "拉祜",
            "东乡",
            "纳西",
            "景颇",
            "柯尔克孜",
        ),
        *(
            "达斡尔",
            "仫佬",
            "布朗",
            "撒拉",
            "毛南",
            "仡佬",
            "锡伯",
            "阿昌",
            "普米",
            "塔吉克",
            "乌孜别克",
            "俄罗斯",
            "鄂温克",
        ),
        *("德昂", "保安", "裕固", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺"),
    )
)
"""The 56 nations (GB/T 3304-1991), as cards print them."""

_LABELS = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")


def read_id_card(rows: Sequence[Row]) -> tuple[tuple[Field, ...], tuple[int, ...]]:
    """Its fields, and the pages on which a check character does not hold."""
    fields = list[Field]()
    number, printed = _number(rows), _born(rows)
    proved = False
    if number is not None:
        number, proved = _checked(number, printed)
    name = labelled(rows, ("姓名",), person_name) or _name_above(rows)
    if name is not None:
        fields.append(field("name", name, DOUBT if _gap(*name) else 1000))
    fields += _sex_and_birth(rows, number if proved else None, printed)
    for label, key, accept in (("民族", "nation", _nation), ("签发机关", "authority", _authority)):
        found = labelled(rows, (label,), accept)
        if found is not None:
            fields.append(field(key, found))
    address = _address(rows)
    if address is not None:
        fields.append(field("address", address))
    if number is not None:
        fields.append(field("number", number, 1000 if proved else DOUBT))
    fields += _term(rows)
    wrong = (number[1].page,) if number is not None and not proved else ()
    return tuple(fields), wrong


def _number(rows: Sequence[Row]) -> Found | None:
    """The first run of 18 characters that could be a number; one whose check character holds goes before."""
    found = list[Found]()
    for row in rows:
        figures = as_figures(compact("".join(piece.text for piece in row))).upper().replace("×", "X")
        for match in _NUMBER.finditer(figures):
            found.append((match[0], together([piece for piece in row if re.search("[0-9]", piece.text)])))
    proved = [one for one in found if isinstance(check_id_number(one[0]), str)]
    return next(iter(proved or found), None)


def _checked(number: Found, printed: Found | None) -> tuple[Found, bool]:
    """The number and whether it is proved; one digit of its birth may be mended by the printed day."""
    text, piece = number
    if isinstance(check_id_number(text), str):
        return number, True
    if printed is not None:
        birth = printed[0].replace("-", "")
        mended = text[:6] + birth + text[14:]
        differing = sum(one != two for one, two in zip(text, mended, strict=True))
        if differing == 1 and isinstance(check_id_number(mended), str):
            return (mended, piece), True
    return number, False


def _born(rows: Sequence[Row]) -> Found | None:
    """The printed day of birth: 1990 年 3 月 4 日, its parts perhaps apart."""
    for row in rows:
        for i, piece in enumerate(row):
            at = place("出生", piece.text)
            if at is None:
                continue
            rest = [piece.part(at[1], len(piece.text)), *row[i + 1 :]] if at[1] < len(piece.text) else [*row[i + 1 :]]
            found = days(compact("".join(one.text for one in rest)))
            if found and rest:
                return found[0][0].isoformat(), together([one for one in rest if re.search("[0-9]", one.text)] or rest)
    return None


def _sex_and_birth(rows: Sequence[Row], number: Found | None, printed: Found | None) -> list[Field]:
    fields = []
    sex = labelled(rows, ("性别",), lambda text: {"男": "M", "女": "F"}.get(text[:1]))
    if number is not None:
        text, piece = number
        inside = "M" if int(text[16]) % 2 else "F"
        fields.append(field("sex", (inside, sex[1] if sex else piece), DOUBT if sex and sex[0] != inside else 1000))
        born_on = birth_date(text).isoformat()
        agreed = printed is None or printed[0] == born_on
        fields.append(field("born_on", (born_on, printed[1] if printed else piece), 1000 if agreed else DOUBT))
    else:
        fields += [field("sex", sex)] if sex else []
        fields += [field("born_on", printed)] if printed else []
    return fields


def _gap(name: str, piece: Piece) -> bool:
    """Whether a name is wider than its characters: a rare one between or behind them was not read."""
    return compact(piece.text) == name and 100 * (piece.right - piece.left) > 115 * len(name) * piece.across


def _name_above(rows: Sequence[Row]) -> Found | None:
    """A name whose label was misread: what stands above the row of 性别, without the label's two characters."""
    for above, row in pairwise(rows):
        if row[0].page == above[0].page and any(place("性别", piece.text) for piece in row):
            for i, piece in enumerate(above):
                text = compact(piece.text)
                if text[:1] == "姓" or text[1:2] == "名":
                    rest = above[i + 1 :] if len(text) == 2 else (piece.part(2, len(piece.text)),)
                    found = [(one, rest[0]) for one in (person_name(rest[0].text) if rest else None,) if one]
                    return found[0] if found else None
    return None


def _nation(text: str) -> str | None:
    text = compact(text).removesuffix("族").replace("漢", "汉")  # a reader that knows both writings mixes them up
    return text if text in _NATIONS else None


def _authority(text: str) -> str | None:
    text = compact(text)
    office = text.endswith(("局", "处", "所", "厅")) or "公安" in text
    return text if 4 <= len(text) <= 30 and office and chinese(text) else None


def _address(rows: Sequence[Row]) -> Found | None:
    """What stands right of 住址 and, set under it, on the rows that follow."""
    for i, row in enumerate(rows):
        for j, piece in enumerate(row):
            at = place("住址", piece.text)
            if at is None:
                continue
            rest = piece.part(at[1], len(piece.text)) if at[1] < len(piece.text) else None
            first = rest or next(iter(row[j + 1 :]), None)
            if first is not None and _belongs(first):
                parts = [first, *_below(rows[i + 1 :], first)]
                text = compact("".join(part.text for part in parts)).strip(":")
                return (text, together(parts)) if len(text) >= 4 else None
    return None


def _below(rows: Sequence[Row], first: Piece) -> list[Piece]:
    parts, last = list[Piece](), first
    for row in rows:
        if row[0].page != first.page or row[0].middle - last.middle > 4 * first.height:
            break
        if any(place(label, piece.text) for label in _LABELS for piece in row):
            break
        under = [piece for piece in row if abs(piece.left - first.left) <= 2 * first.across and _belongs(piece)]
        if under:
            parts.append(under[0])
            last = under[0]
    return parts


def _belongs(piece: Piece) -> bool:
    """Whether it can be of an address: Chinese characters, letters, digits and few signs, not the number."""
    signs = compact(piece.text)
    number = _NUMBER.search(as_figures(signs)) is not None
    return not number and all(is_chinese(sign) or sign.isalnum() or sign in "-()#·,." for sign in signs)


def _term(rows: Sequence[Row]) -> list[Field]:
    """有效期限: from a day to a day or without end. A term is 5, 10 or 20 years to the day (居民身份证法 art. 5)."""
    for row in rows:
        figures = as_figures(compact("".join(piece.text for piece in row)))
        match = _TERM.search(figures)
        if match is None:
            continue
        begins, ends = _day(match["from"]), None if match["to"] == "长期" else _day(match["to"])
        if begins is None or (ends is None and match["to"] != "长期"):
            continue
        whole = ends is None or _whole_term(begins, ends)
        marked = [piece for piece in row if re.search("[0-9]|长期", piece.text)]
        piece = together(marked or row)
        piece = piece if whole else replace(piece, confidence=min(piece.confidence, DOUBT))
        until = LONG_TERM if ends is None else ends.isoformat()
        return [field("valid_from", (begins.isoformat(), piece)), field("valid_to", (until, piece))]
    return []


def _whole_term(begins: date, ends: date) -> bool:
    same_day = (begins.month, begins.day) == (ends.month, ends.day)
    leap = (begins.month, begins.day) == (2, 29) and (ends.month, ends.day) in ((2, 28), (3, 1))
    return ends.year - begins.year in (5, 10, 20) and (same_day or leap)


def _day(text: str) -> date | None:
    digits = re.sub("[^0-9]", "", text)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
