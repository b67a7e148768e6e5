"""What a page tells its reader: amounts, dates, rates and refusals in the language the reader chose."""

from datetime import date, datetime

from django.utils import translation

from forbear.core.evidence import Item
from forbear.core.refusal import Refusal
from forbear.words import LANGUAGES, format, known, say

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
    """The reason and the way on, as one text, its facts in the reader's hand."""
    facts = {name: figure(str(value), language) for name, value in refusal.facts.items()}
    keys = [key for key in (refusal.reason, refusal.way_on) if key]
    return (" " if language == "en" else "").join(say(language, key, **facts) for key in keys)


def papers_for(item: Item, language: str) -> str:
    """The papers of which one is enough: 工资条，或最近三个月的流水."""
    return say(language, "evidence.page.list.one_of").join(_paper(item, kind, language) for kind in item.kinds)


def why_asked(item: Item, language: str) -> str:
    """Why an item is asked for, in plain words; "" for items of old facts, which kept no reason."""
    return say(language, f"evidence.page.reason.{item.reason}") if item.reason else ""


def _paper(item: Item, kind: str, language: str) -> str:
    paper, months = say(language, f"evidence.page.kind.{kind}"), item.months.get(kind, 0)
    if months:
        spelt = f"evidence.page.months.{months}"
        count = say(language, spelt if known(language, spelt) else "evidence.page.months.other", months=months)
        return say(language, "evidence.page.list.months", paper=paper, months=count)
    return say(language, "evidence.page.list.sides", paper=paper) if item.sides.get(kind, 1) > 1 else paper
