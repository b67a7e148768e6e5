"""Amounts, dates and months as a person reads them, in her language; pages and letters use the same hand."""

from datetime import date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8), "CST")
"""The desk's clock on the wall: China keeps one time all year."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def money(language: str, amount_minor: int) -> str:
    """186620 → `1,866.20 元` or `CNY 1,866.20`."""
    figure = bare_money(amount_minor)
    return f"{figure} 元" if language == "zh" else f"CNY {figure}"


def bare_money(amount_minor: int) -> str:
    """186620 → `1,866.20`, for a table whose heading names the unit."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // 100:,}.{abs(amount_minor) % 100:02d}"


def typed_money(amount_minor: int) -> str:
    """The amount as she would type it again into a field: 120000 → `1200`, 120050 → `1200.50`."""
    whole, fen = divmod(amount_minor, 100)
    return f"{whole}.{fen:02d}" if fen else str(whole)


def day(language: str, value: date, *, weekday: bool = False) -> str:
    """2026-03-18 → `2026年3月18日` or `18 March 2026`, with the weekday before it (English) or after it (Chinese)."""
    if isinstance(value, datetime):
        value = value.astimezone(ZONE).date()
    name = WEEKDAYS[language][value.weekday()]
    if language == "zh":
        written = f"{value.year}年{value.month}月{value.day}日"
        return f"{written}{name}" if weekday else written
    written = f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    return f"{name} {written}" if weekday else written


def moment(language: str, value: datetime) -> str:
    """A time on the desk's wall clock: `2026年3月18日 09:05` or `18 March 2026, 09:05`."""
    local = value.astimezone(ZONE)
    clock = f"{local.hour:02d}:{local.minute:02d}"
    return f"{day(language, local)} {clock}" if language == "zh" else f"{day(language, local)}, {clock}"


def month(language: str, value: str) -> str:
    """`2026-04` → `2026年4月` or `April 2026`."""
    year, number = int(value[:4]), int(value[5:7])
    return f"{year}年{number}月" if language == "zh" else f"{MONTHS[number - 1]} {year}"


def months(language: str, count: int) -> str:
    """How long, as people say it: 36 → `36 个月（3 年）` or `36 months (3 years)`."""
    years, rest = divmod(count, 12)
    if language == "zh":
        return f"{count} 个月（{years} 年）" if years and not rest else f"{count} 个月"
    named = f"{count} month{'' if count == 1 else 's'}"
    return f"{named} ({years} year{'' if years == 1 else 's'})" if years and not rest else named
