"""What a page tells its reader: amounts, dates, rates and refusals in the language the reader chose."""

from datetime import date, datetime

from django.utils import translation

from forbear.core.refusal import Refusal
from forbear.words import LANGUAGES, format, say

percent = format.percent


def reader_language() -> str:
    """zh or en: the language switched on for this request (forbear.config.middleware), zh outside of one."""
    active = (translation.get_language() or "").split("-")[0]
    return active if active in LANGUAGES else LANGUAGES[0]


def money(amount_minor: int, language: str) -> str:
    """`1,866.20 元` or `CNY 1,866.20`."""
    return format.money(language, amount_minor)


def day(value: date, language: str) -> str:
    """`2026年3月18日` or `18 March 2026`."""
    return format.day(language, value)


def weekday(value: date, language: str) -> str:
    """`星期三` or `Wednesday`."""
    return format.weekday(language, value)


def moment(value: datetime, language: str) -> str:
    """`2026年3月18日 15:04` or `18 March 2026, 15:04`."""
    return format.moment(language, value)


def month(value: date | str, language: str) -> str:
    """`2026年3月` or `March 2026`; takes a date or a `2026-03`."""
    return format.month(language, value if isinstance(value, str) else f"{value:%Y-%m}")


def figure(value: str, language: str) -> str:
    """A fact of the record in the reader's hand."""
    return format.figure(language, value)


def refused(refusal: Refusal, language: str) -> str:
    """The reason and the way on, as one text."""
    keys = [key for key in (refusal.reason, refusal.way_on) if key]
    return (" " if language == "en" else "").join(say(language, key, **refusal.facts) for key in keys)
