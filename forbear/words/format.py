"""How money, dates, months and rates are written for a reader: 1,866.20 元 and 2026年3月18日, or CNY 1,866.20 and
18 March 2026. Never a bare 03/18. Times are told in the time of the country the desk works in.
"""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

_UNITS = {"CNY": "元", "GBP": "英镑", "AUD": "澳元", "USD": "美元", "EUR": "欧元"}
ZONE = ZoneInfo("Asia/Shanghai")
"""The place of lender and borrower: its midnight ends a day, its night is quiet."""
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def money(language: str, amount_minor: int, currency: str = "CNY") -> str:
    """An amount with its currency; whole amounts keep their two places so that columns align."""
    sign = "-" if amount_minor < 0 else ""
    figure = f"{sign}{abs(amount_minor) // 100:,}.{abs(amount_minor) % 100:02d}"
    return f"{figure} {unit(language, currency)}" if language == "zh" and currency else f"{currency} {figure}"


def unit(language: str, currency: str) -> str:
    """What an amount is counted in, as a sentence says it: 元 or 英镑 after the figure, CNY or GBP before it."""
    return _UNITS.get(currency, currency) if language == "zh" else currency


def day(language: str, on: date) -> str:
    """A date as people write it; of a time, its day."""
    on = _local(on)
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def weekday(language: str, on: date) -> str:
    """星期三 or Wednesday."""
    return _WEEKDAYS[language][_local(on).weekday()]


def moment(language: str, at: datetime) -> str:
    """A time to the minute: 2026年3月18日 15:04 or 18 March 2026, 15:04."""
    clock = at.astimezone(ZONE).strftime("%H:%M")
    return f"{day(language, at)} {clock}" if language == "zh" else f"{day(language, at)}, {clock}"


def month(language: str, text: str) -> str:
    """A month YYYY-MM as people write it."""
    year, number = text.split("-")
    return f"{year}年{int(number)}月" if language == "zh" else f"{_MONTHS[int(number) - 1]} {year}"


def percent(rate_ppm: int) -> str:
    """A yearly rate with two places at least, trailing zeros beyond them dropped: 23.76 %."""
    whole, rest = divmod(abs(rate_ppm), 10_000)
    return f"{'-' if rate_ppm < 0 else ''}{whole}.{f'{rest:04d}'.rstrip('0').ljust(2, '0')} %"


def figure(language: str, value: str) -> str:
    """A fact of the record in the reader's hand: `1866.20` → `1,866.20`, `2026-03-18` and such in words; what looks
    like a day and is none, as somebody may have typed it, stays as it is.
    """
    if re.fullmatch(r"[0-9]+\.[0-9]{2}", value):
        whole, part = value.split(".")
        return f"{int(whole):,}.{part}"
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return day(language, date.fromisoformat(value))
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", value):
            return month(language, date.fromisoformat(f"{value}-01").isoformat()[:7])
        return wall(language, value) or value
    except ValueError:
        return value


def wall(language: str, value: str) -> str:
    """A time as a clock somewhere shows it, `2026-03-18T15:04`, in words; "" for what is none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", value):
        return ""
    on, clock = value.split("T")
    written = day(language, date.fromisoformat(on))
    return f"{written} {clock}" if language == "zh" else f"{written}, {clock}"


def _local(on: date) -> date:
    return on.astimezone(ZONE).date() if isinstance(on, datetime) else on
