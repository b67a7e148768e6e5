"""The borrower's components: `{% field f %}`, `{% faults fields %}`, `{% once %}`, `{% chart months id %}`."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forbear.web.charts import ChartMonth, month_chart
from forbear.web.templatetags.words import language_of

register = template.Library()


@register.inclusion_tag("borrower/parts/field.html", takes_context=True)
def field(context: Context, shown: Any) -> dict[str, Any]:
    """One question with label, hint, what was typed and what is to be mended."""
    return {"f": shown, "request": context.get("request")}


@register.inclusion_tag("borrower/parts/faults.html", takes_context=True)
def faults(context: Context, fields: Sequence[Any], message: str = "") -> dict[str, Any]:
    """The summary of what is to be mended, at the top of the page; nothing where nothing is wrong."""
    wrong = [shown for shown in fields or () if shown.fault]
    return {"wrong": wrong, "message": message, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def once(context: Context) -> SafeString:
    """Hidden fields of every form: the CSRF token, the key that makes a double press one act, the sequence seen."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="key" value="{}"><input type="hidden" name="seen" value="{}">',
        context.get("csrf_token", ""),
        context.get("key", ""),
        context.get("seen", ""),
    )


@register.simple_tag(takes_context=True)
def chart(context: Context, months: Sequence[ChartMonth], chart_id: str) -> SafeString:
    """Income, need and instalment by month."""
    return month_chart(language_of(context), months, chart_id)
