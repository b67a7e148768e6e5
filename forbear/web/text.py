"""What a page tells its reader: amounts, dates, rates and refusals in the language the reader chose."""

from django.utils import translation

from forbear.core.refusal import Refusal
from forbear.words import LANGUAGES, say
from forbear.words.figures import day, moment, money, month, percent, weekday

__all__ = ["day", "moment", "money", "month", "percent", "reader_language", "refused", "weekday"]


def reader_language() -> str:
    """zh or en: the language switched on for this request (forbear.config.middleware), zh outside of one."""
    active = (translation.get_language() or "").split("-")[0]
    return active if active in LANGUAGES else LANGUAGES[0]


def refused(refusal: Refusal, language: str) -> str:
    """The reason and the way on, as one text."""
    keys = [key for key in (refusal.reason, refusal.way_on) if key]
    return (" " if language == "en" else "").join(say(language, key, **refusal.facts) for key in keys)
