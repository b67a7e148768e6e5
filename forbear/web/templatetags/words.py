"""{% load words %}: sentences of the catalogue and figures, in the reader's language.

`{% say "statement.cause.title" name=person %}` · `{{ owed_minor|money }}` · `{{ due_on|day }}` · `{{ due_on|month }}`;
filters are allowed inside say: `{% say "plan.each_month" amount=instalment_minor|money %}`.
"""

from datetime import date, datetime

from django import template

from forbear import words
from forbear.web import text

register = template.Library()


@register.simple_tag
def say(key: str, **facts: object) -> str:
    """The sentence for a key; the template's escaping applies to it and to the facts in it."""
    return words.say(text.reader_language(), key, **facts)


@register.simple_tag
def html_lang() -> str:
    """What the html element's lang attribute says."""
    return "zh-Hans" if text.reader_language() == "zh" else "en"


@register.filter
def day(value: date | datetime) -> str:
    """`2026年3月18日` or `18 March 2026`."""
    return text.day(value, text.reader_language())


@register.filter
def moment(value: datetime) -> str:
    """`2026年3月18日 15:04` or `18 March 2026, 15:04`."""
    return text.moment(value, text.reader_language())
