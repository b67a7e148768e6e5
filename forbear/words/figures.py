"""How amounts, dates and rates are written for a reader of a language; `language` is one of forbear.words.LANGUAGES.

Amounts come in whole minor units, rates in parts per million a year, times with their zone: they are told in the time
of the country the desk works in.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
MONTHS += ("September", "October", "November", "December")
WEEKDAYS = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def money(amount_minor: int, language: str) -> str:
    """186620 → `1,866.20 元` or `CNY 1,866.20`."""
    yuan, fen = divmod(abs(amount_minor), 100)
    sign = "-" if amount_minor < 0 else ""
    figure = f"{sign}{yuan:,}.{fen:02d}"
    return f"{figure} 元" if language == "zh" else f"CNY {figure}"


def percent(rate_ppm: int) -> str:
    """237600 → `23.76%`, 240000 → `24%`: no more places than the rate needs."""
    whole, rest = divmod(abs(rate_ppm), 10_000)
    places = f"{rest:04d}".rstrip("0")
    sign = "-" if rate_ppm < 0 else ""
    return f"{sign}{whole}.{places}%" if places else f"{sign}{whole}%"


def day(value: date | datetime, language: str) -> str:
    """`2026年3月18日` or `18 March 2026`."""
    on = _local(value)
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def weekday(value: date | datetime, language: str) -> str:
    """`星期三` or `Wednesday`."""
    return WEEKDAYS[language][_local(value).weekday()]


def month(value: date | datetime | str, language: str) -> str:
    """`2026年3月` or `March 2026`; takes a date or a `2026-03`."""
    if isinstance(value, str):
        value = date.fromisoformat(f"{value}-01")
    on = _local(value)
    return f"{on.year}年{on.month}月" if language == "zh" else f"{MONTHS[on.month - 1]} {on.year}"


def moment(value: datetime, language: str) -> str:
    """`2026年3月18日 15:04` or `18 March 2026, 15:04`."""
    clock = value.astimezone(ZONE).strftime("%H:%M")
    return f"{day(value, language)} {clock}" if language == "zh" else f"{day(value, language)}, {clock}"


def _local(value: date | datetime) -> date:
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value
