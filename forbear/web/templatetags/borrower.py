"""The borrower's components: `{% field f %}`, `{% faults fields %}`, `{% once %}`, `{% chart months id %}`."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forbear.web import text
from forbear.web.charts import ChartMonth, month_chart

register = template.Library()


@register.inclusion_tag("borrower/parts/field.html")
def field(shown: Any) -> dict[str, Any]:
    """One question with label, hint, what was typed and what is to be mended."""
    return {"f": shown}


@register.inclusion_tag("borrower/parts/faults.html")
def faults(fields: Sequence[Any], message: str = "") -> dict[str, Any]:
    """The summary of what is to be mended, at the top of the page; nothing where nothing is wrong."""
    return {"wrong": [shown for shown in fields or () if shown.fault], "message": message}


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


@register.simple_tag
def chart(months: Sequence[ChartMonth], chart_id: str) -> SafeString:
    """Income, need and instalment by month."""
    return month_chart(text.reader_language(), months, chart_id)


@register.filter
def tally(amount_minor: int | None) -> str:
    """An amount without its unit, for a column whose heading names it: 186620 → `1,866.20`."""
    if amount_minor is None:
        return ""
    return f"{'-' if amount_minor < 0 else ''}{abs(amount_minor) // 100:,}.{abs(amount_minor) % 100:02d}"


@register.filter
def folded(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """A long table in two parts: a year to see at once, the rest folded; one part where it is short."""
    if len(rows) <= 15:
        return [{"rows": rows, "folded": False}]
    return [{"rows": rows[:12], "folded": False}, {"rows": rows[12:], "folded": True}]
