"""`{% say "statement.page.cause.title" name=x %}` and the filters for money, dates and months, in the page's language."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context

from forbear.web import text
from forbear.words import known, say

register = template.Library()


@register.simple_tag(takes_context=True, name="say")
def say_tag(context: Context, key: str, **facts: object) -> str:
    """The sentence for a key; facts are money, dates or text already shown as they should be read."""
    return say(language_of(context), key, **facts)


@register.simple_tag(takes_context=True)
def money(context: Context, amount_minor: int | None) -> str:
    """An amount with its unit; nothing for None."""
    return "" if amount_minor is None else text.money(language_of(context), amount_minor)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> str:
    """A date in words; nothing for None."""
    return "" if value is None else text.day(language_of(context), value)


@register.simple_tag(takes_context=True)
def weekday(context: Context, value: date | None) -> str:
    """A date in words with its weekday, for a day somebody waits for."""
    return "" if value is None else text.day(language_of(context), value, weekday=True)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> str:
    """A date and time in words; nothing for None."""
    return "" if value is None else text.moment(language_of(context), value)


@register.simple_tag(takes_context=True)
def month(context: Context, value: str) -> str:
    """`2026-04` as a month in words."""
    return text.month(language_of(context), value)


@register.simple_tag(takes_context=True)
def months(context: Context, count: int) -> str:
    """A number of months in words."""
    return text.months(language_of(context), count)


@register.filter
def tally(amount_minor: int | None) -> str:
    """An amount without its unit, for a column whose heading names it."""
    return "" if amount_minor is None else text.bare_money(amount_minor)


@register.simple_tag(takes_context=True)
def refusal(context: Context, value: Any) -> str:
    """A refusal in one breath: why, and what she can do instead."""
    language = language_of(context)
    parts = [say(language, key, **value.facts) for key in (value.reason, value.way_on) if key and known(language, key)]
    return ("" if language == "zh" else " ").join(parts)


def language_of(context: Context) -> str:
    """The page's language: the request's, `zh` where there is none."""
    language = getattr(context.get("request"), "language", "zh")
    return language if language in ("zh", "en") else "zh"
