"""{% load desk %}: what the desk's pages are made of: sentences, figures with their source, and forms that keep what
was typed.

`{% say "desk.queue.title" %}` · `{{ owed_minor|money }}` · `{{ due_on|day }}` · `{% sourced figure source %}` ·
`{% once %}` the hidden fields of every form · `{% typed "more" "words" %}` and `{% fault "more" "words" %}`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from forbear import words
from forbear.actions.ports import ZONE
from forbear.core.refusal import Refusal
from forbear.web import text
from forbear.web.text import reader_language as reader_language
from forbear.words import format as written

register = template.Library()


@register.simple_tag
def say(key: str, **facts: object) -> str:
    """The sentence for a key; the template's escaping applies to it and to the facts in it."""
    return words.say(reader_language(), key, **facts)


def term_in(language: str, key: str) -> str:
    """The word for a value of a list, such as f"desk.stage.{stage}"; the value itself where the list is open."""
    return words.say(language, key) if words.known(language, key) else key.rpartition(".")[2]


@register.simple_tag
def html_lang() -> str:
    """What the html element's lang attribute says."""
    return "zh-Hans" if reader_language() == "zh" else "en"


@register.filter
def money(amount_minor: int | None) -> str:
    """`1,866.20 元` or `CNY 1,866.20`; a dash for None."""
    return "–" if amount_minor is None else written.money(reader_language(), amount_minor)


@register.filter
def tally(amount_minor: int | None) -> str:
    """The amount without its unit, for a column whose heading names it."""
    return "–" if amount_minor is None else written.money("en", amount_minor, "").strip()


@register.filter
def percent(rate_ppm: int) -> str:
    """`23.76 %`."""
    return written.percent(rate_ppm)


@register.filter
def day(value: date | datetime | None) -> str:
    """`2026年3月18日` or `18 March 2026`; a dash for None."""
    return "–" if value is None else written.day(reader_language(), _local(value))


@register.filter
def month(value: str) -> str:
    """`2026-04` → `2026年4月` or `April 2026`."""
    return written.month(reader_language(), value)


@register.filter
def clock(value: datetime) -> str:
    """`15:04`, at the lender's place."""
    return value.astimezone(ZONE).strftime("%H:%M")


@register.filter
def moment(value: datetime | None) -> str:
    """`2026年3月18日 15:04` or `18 March 2026, 15:04`."""
    if value is None:
        return "–"
    return f"{day(value)}{' ' if reader_language() == 'zh' else ', '}{clock(value)}"


@register.filter
def iso(value: date | datetime) -> str:
    """For the datetime attribute of a time element."""
    return value.isoformat()


def refused_in(language: str, refusal: Refusal) -> str:
    """A refusal as one text."""
    return text.refused(refusal, language)


def because(language: str, whys: Any) -> list[str]:
    """The sentences of an offer's whys."""
    return [words.say(language, w.key, **{n: written.figure(language, v) for n, v in w.facts.items()}) for w in whys]


@register.simple_tag
def sourced(value: object, source: str) -> SafeString:
    """A figure whose source shows on hover and on focus, and is read out after it."""
    if not source:
        return format_html("{}", value)
    return format_html('<span class="sourced" tabindex="0">{}<span class="source"> {}</span></span>', value, source)


@register.filter
def key(values: Mapping[str, Any], name: str) -> Any:
    """The value under a name that a template cannot spell, such as one with a hyphen."""
    return values.get(name, "")


@register.filter
def reverse_form(payment: str) -> str:
    """The name of the form that reverses a payment."""
    return f"reverse-{payment}"


# ---- forms -----------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def once(context: Context) -> SafeString:
    """Hidden in every form: the CSRF token, the key that makes a double click one act, the seq on this screen."""
    pairs = (
        ("csrfmiddlewaretoken", context.get("csrf_token", "")),
        ("key", context.get("key", "")),
        ("seen", context.get("seen", "")),
    )
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def typed(context: Context, form: str, name: str, default: object = "") -> Any:
    """What was typed into a field of a form that was refused, else the default."""
    tried = _tried(context, form)
    return tried.values.get(name, "") if tried else default


@register.simple_tag(takes_context=True)
def chosen(context: Context, form: str, name: str, value: object, default: bool = False, mark: str = "checked") -> str:
    """`checked` (or `selected`) where the value was chosen."""
    tried = _tried(context, form)
    on = str(value) in tried.lists.get(name, ()) if tried else default
    return mark if on else ""


@register.simple_tag(takes_context=True)
def fault(context: Context, form: str, name: str) -> SafeString:
    """What is to be mended in a field, beside it."""
    said = _fault(context, form, name)
    return format_html('<p class="fault" id="e-{}-{}">{}</p>', form, name, said) if said else SafeString("")


@register.simple_tag(takes_context=True)
def invalid(context: Context, form: str, name: str) -> SafeString:
    """The attributes that tie a field to its fault."""
    if not _fault(context, form, name):
        return SafeString("")
    return format_html('aria-invalid="true" aria-describedby="e-{}-{}"', form, name)


@register.simple_tag(takes_context=True)
def said_no(context: Context, form: str) -> SafeString:
    """Why a form was refused as a whole, above it; what was typed stays in it."""
    tried = _tried(context, form)
    if not tried or not tried.message:
        return SafeString("")
    return format_html('<div class="refused" role="alert" id="refused">{}</div>', tried.message)


def _tried(context: Context, form: str) -> Any:
    tried = context.get("tried")
    return tried if tried is not None and tried.form == form else None


def _fault(context: Context, form: str, name: str) -> str:
    tried = _tried(context, form)
    faults: Mapping[str, str] = tried.faults if tried else {}
    return faults.get(name, "")


def _local(value: date | datetime) -> date:
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value
