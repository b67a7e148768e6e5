"""Amounts, days and counts in running text, as people say them: 工资四千五, since last March, in two months.

Finding is done here, reading in core/amounts.py, so that chat and pages take the same figures and refuse the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from forbear.core import amounts, numerals
from forbear.core.dates import add_months
from forbear.core.refusal import Refusal

_ZH = "零一二两三四五六七八九十百千万亿〇壹贰叁肆伍陆柒捌玖拾佰仟萬億兩"
_ZH_FIRST = "一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾兩"
_UNIT = r"(?: ?(?:元整|圆整|元|块钱|块|圆|yuan|rmb|cny|人民币|美元|美金|usd|dollars?))?"
_COINS = r"(?:(?<=[元块圆])[0-9一二三四五六七八九](?:[角毛](?:[0-9一二三四五六七八九]分?)?)?(?![0-9千百万]))?"
_AMOUNT = re.compile(
    rf"(?:[¥$€£] ?|(?:rmb|cny|usd|人民币) ?)?(?<![0-9.,])-?[0-9]+(?:[.,][0-9]+|(?<=[0-9]) [0-9]{{3}}(?![0-9]))*"
    rf"(?: ?[百千万亿kw](?![a-z])[0-9一二三四五六七八九]{{0,4}}千?)?"
    rf"(?: ?(?:-|~|到|至|to|or|或) ?[¥$]?[0-9][0-9.,]*[百千万kw]?)?{_UNIT}{_COINS}"
    rf"|[{_ZH_FIRST}][{_ZH}]{{0,16}}[百千万佰仟萬][{_ZH}]{{0,16}}(?:(?:到|至)[{_ZH}]{{1,16}})?{_UNIT}{_COINS}"
    rf"|[{_ZH_FIRST}]{{1,3}}(?:块钱|块|元)"
)
_NO_AMOUNT = re.compile(
    r"(?:20|19)[0-9]{2}(?:[-/.][0-9]{1,2}(?![0-9])(?:[-/.][0-9]{1,2}(?![0-9]))?"
    r"|年 ?[0-9]{1,2} ?月份?(?:[0-9]{1,2}[日号])?)"
    r"|(?<![0-9])[0-9]{1,2}月(?:[0-9]{1,2}[日号])?"
    rf"|(?:[0-9]+|[{_ZH}]+) ?个?(?:半)?(?:月(?!供)|年|岁|天|口人?|次|期|号|日(?!用)|人(?!民币)|孩子|小孩|大人|老人|笔)"
    r"|[0-9]+ ?(?:months?|years?|weeks?|days?|kids?|children|people|adults?)\b|[0-9]+ ?%"
)
_DIGITS_ONLY = re.compile(rf"\s*[{_ZH_FIRST}零〇][{_ZH}]*\s*")
_BLUR = re.compile(r"^(?:多|几|来)(?![元块月年])|^[多几来](?=[元块])")
SMALL_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SAID = {word: n for n, word in enumerate(SMALL_NUMBERS)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
_SPOKEN = re.compile(rf"\b(?:(?:{'|'.join((*_SAID, *_SCALES))})(?:[ -]+and(?= )|[ -]|\b)+)+", re.IGNORECASE)


@dataclass(frozen=True)
class Amount:
    """An amount in a text: where it stands, and its minor units, or why it cannot be taken as it is."""

    start: int
    end: int
    minor: int | Refusal


def half_width(text: str) -> str:
    """Text with full-width signs as ASCII ones, lower case, and English number words as digits."""
    return _SPOKEN.sub(_as_digits, unicodedata.normalize("NFKC", text).lower())


def amounts_in(text: str) -> tuple[Amount, ...]:
    """The amounts of a text that went through `half_width`, in order; months, days, people and ages are none."""
    covered = _NO_AMOUNT.sub(lambda found: "\0" * len(found[0]), text)
    if _DIGITS_ONLY.fullmatch(covered):
        return (Amount(0, len(text), amounts.amount_minor(text)),)
    return tuple(_amounts(covered))


def _amounts(text: str) -> Iterator[Amount]:
    for match in _AMOUNT.finditer(text):
        said, end = match[0], match.end()
        if _BLUR.match(text[end:]):
            said, end = said + text[end], end + 1
        yield Amount(match.start(), end, amounts.amount_minor(said))


def count_said(text: str) -> int | None:
    """A small whole number by itself, in digits or words; None for anything else."""
    text = half_width(text).strip().removesuffix("个").removesuffix("位").removesuffix("人")
    if re.fullmatch(r"[0-9]{1,4}", text):
        return int(text)
    return numerals.whole_number(text) if text else None


def months_said(text: str) -> int | None:
    """A length of time in months: 24个月, 两年, 半年, 18 months, two years."""
    text = half_width(text)
    if found := re.search(r"([0-9]+) ?个半月|([0-9]+) ?(?:个月|months?|期)", text):
        return int(found[1] or found[2])
    if found := re.search(rf"([{_ZH}]+) ?(?:个月|期)", text):
        return numerals.whole_number(found[1])
    if re.search(r"半年|half a year", text) and not re.search(r"[0-9一二两三]年半", text):
        return 6
    if found := re.search(rf"([0-9]+|[{_ZH}]+) ?年(半)?(?![0-9初底])|([0-9]+) ?years?|\ba year\b", text):
        said = found[1] or found[3] or "1"
        years = int(said) if said.isdigit() else numerals.whole_number(said)
        return None if years is None or years > 100 else years * 12 + (6 if found[2] else 0)
    return None


def day_said(text: str, today: date, *, back: bool) -> date | Refusal | None:
    """The day a text means; None where it names none. `back`: it lies in the past (a month is its first day), else
    ahead (its last). A day without its year is the nearest on that side; what she gets back names the year.
    """
    text = half_width(text).strip()
    if (near := _near(text, today, back)) is not None:
        return near
    for part in (text, *_dated_parts(text)):
        whole = amounts.day(part)
        if isinstance(whole, date):
            return whole
        month = amounts.month(part)
        if isinstance(month, str):
            return _edge(date(int(month[:4]), int(month[5:]), 1), back)
        if whole.rule in ("amounts.day.impossible", "amounts.day.order"):
            return whole
    if found := re.search(r"(今年|去年|前年|明年|后年)? ?([0-9]{1,2}) ?月份?(?: ?([0-9]{1,2}) ?[日号])?", text):
        return _without_year(found[1] or "", int(found[2]), int(found[3] or 0), today, back)
    if found := re.search(rf"(今年|去年|前年|明年|后年)?([{_ZH}]{{1,2}})月份?(?:([{_ZH}]{{1,3}})[日号])?", text):
        spoken = [numerals.whole_number(part or "零") or 0 for part in (found[2], found[3])]
        return _without_year(found[1] or "", spoken[0], spoken[1], today, back)
    return _english(text, today, back)


def _near(text: str, today: date, back: bool) -> date | None:
    """Days told from today: 上个月, 三个月前, last week, in two months."""
    for pattern, days in _NEAR_DAYS:
        if re.search(pattern, text):
            return today + timedelta(days)
    for pattern, months in ((r"上上个?月", -2), (r"上个?月|last month", -1), (r"这个?月|本月|this month", 0)):
        if re.search(pattern, text):
            return _edge(add_months(today.replace(day=1), months), back)
    if re.search(r"下个?月|next month", text):
        return _edge(add_months(today.replace(day=1), 1), back)
    for pattern, year in _OTHER_YEARS:
        if re.search(pattern, text):
            if "底" in text or "末" in text:
                return date(today.year + year, 12, 31)
            return date(today.year + year, 1, 1) if back else date(today.year + year, 12, 31)
    if re.search(r"年底|end of the year", text):
        return date(today.year - (1 if back else 0), 12, 31)
    if found := re.search(rf"([0-9]+|[{_ZH}]+) ?(?:天|days?|周|个?星期|weeks?)", text):
        counted = int(found[1]) if found[1].isdigit() else numerals.whole_number(found[1])
        ahead = (counted or 0) * (7 if re.search(r"周|星期|week", found[0]) else 1)
        return today + timedelta(-ahead if back else ahead) if 0 < ahead < 4000 else None
    if re.search(r"[0-9]{4} ?年|[0-9]{4}[-/.][0-9]", text):
        return None
    span = months_said(text)
    if span is not None and 0 < span < 1200:
        return add_months(today, -span if back else span)
    return None


_NEAR_DAYS = (
    (r"^(?:就?是?从?)(?:今天|现在|刚刚)(?:开始|起)?$|\btoday\b", 0),
    (r"昨天|\byesterday\b", -1),
    (r"明天|\btomorrow\b", 1),
)
_OTHER_YEARS = (
    (r"去年(?:年?[初底末])?(?:左右|吧|开始|起|的时候)?[。]?$|last year", -1),
    (r"明年(?:年?[初底末])?(?:左右|吧|前|以前)?[。]?$|next year", 1),
)


def _dated_parts(text: str) -> Iterator[str]:
    for pattern in amounts.DATES_IN_TEXT:
        for found in pattern.finditer(text):
            yield found[0]


def _without_year(which: str, month: int, day: int, today: date, back: bool) -> date | Refusal:
    years = {"今年": 0, "去年": -1, "前年": -2, "明年": 1, "后年": 2}
    year = today.year + years.get(which, 0)
    for tried in (year, *(() if which else (year - 1, year + 1))):
        found = amounts.day(f"{tried:04d}-{month:02d}-{day or 1:02d}")
        if isinstance(found, Refusal):
            return found
        fits = found <= today if back else _edge(found, False) >= today
        if fits or which:
            return found if day else _edge(found, back)
    return found


def _english(text: str, today: date, back: bool) -> date | Refusal | None:
    """March, 3 March, last March: a month by name without its year."""
    for word in re.findall(r"[a-z]{3,9}", text):
        month = amounts.month(f"{word} 2000")
        if isinstance(month, str) and word not in ("may",):
            day = re.search(rf"\b([0-9]{{1,2}})(?:st|nd|rd|th)? (?:of )?{word}|{word} ([0-9]{{1,2}})\b", text)
            return _without_year("", int(month[5:]), int((day[1] or day[2]) if day else 0), today, back)
        if word == "may" and re.search(r"\b(?:in|since|last|until|till|of|next|by|end of) may\b|^may$|[0-9] may", text):
            return _without_year("", 5, 0, today, back)
    return None


def _edge(first: date, back: bool) -> date:
    """The first day of a month, or its last where it lies ahead."""
    first = first.replace(day=1)
    return first if back else add_months(first, 1) - timedelta(days=1)


def _as_digits(found: re.Match[str]) -> str:
    """Number words as digits: "four thousand five hundred " → "4500 "."""
    total, part = 0, 0
    for word in re.findall(r"[a-z]+", found[0].lower()):
        if word in _SAID:
            part += _SAID[word]
        elif word == "hundred":
            part = max(1, part) * 100
        elif word in _SCALES:
            total, part = total + max(1, part) * _SCALES[word], 0
    tail = found[0][len(found[0].rstrip(" -")) :]
    return f"{total + part}{tail or ''}"
