"""Whole numbers as they are said in Chinese: 四千五, 两千零五十, 三万二千, 12万5千.

One rule decides every case: a reading is accepted only where usage leaves no second one. 零 must stand where a place
is skipped, and nowhere else; a last digit without a unit belongs to the next place down (四千五 is 4500, as spoken).
"""

import re

_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))
_DIGITS = "零一二三四五六七八九"
_SAME = str.maketrans("〇○壹贰貳叁參肆伍陆陸柒捌玖两兩拾佰仟萬億", "零零一二二三三四五六六七八九二二十百千万亿")


def whole_number(text: str) -> int | None:
    """The number said, below 10^12; None where it is no number or could be two (四五千, 四千五十, 一万五百)."""
    return _number(text.translate(_SAME), elided=True)


def western(text: str) -> str:
    """The digits of a text as Western ones, one for one: 三点五 → 3点5. Units stay as they are."""
    plain = text.translate(_SAME)
    return "".join(str(_DIGITS.index(sign)) if sign in _DIGITS else sign for sign in plain)


def _number(text: str, elided: bool) -> int | None:
    """`elided`: whether a last digit may leave its unit out; only the very end of what is said may do so."""
    for mark, unit in _UNITS:
        before, found, after = text.partition(mark)
        if found:
            high = _high(before, unit)
            low = None if high is None else _low(after, unit, high, elided)
            return None if high is None or low is None else high * unit + low
    return _digits(text)


def _high(text: str, unit: int) -> int | None:
    if unit == 10 and text == "":
        return 1
    high = _number(text, elided=False) if unit >= 10**4 else _digits(text)
    return high if high is not None and 1 <= high <= (9999 if unit >= 10**4 else 9) else None


def _low(text: str, unit: int, high: int, elided: bool) -> int | None:
    """What follows a unit. The place right below it is either said, or its absence is said by 零."""
    next_place = unit // 10 if unit < 10**8 else 10**7
    if text == "":
        return 0
    if len(text) == 1 and unit > 10:
        digit = _digits(text)
        return digit * next_place if elided and digit else None
    skipped = text.startswith("零")
    low = _number(text[1:] if skipped else text, elided)
    if low is None or low == 0 or low >= unit:
        return None
    if skipped:
        return low if low < next_place or (unit >= 10**4 and high % 10 == 0) else None
    return low if low >= next_place else None


def _digits(text: str) -> int | None:
    if len(text) == 1 and text in _DIGITS:
        return _DIGITS.index(text)
    return int(text) if re.fullmatch(r"0|[1-9][0-9]{0,3}", text) else None
