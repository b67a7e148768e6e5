"""Charts drawn by the server as SVG: a title, a description, classes for colour, no inline style, a table beside it.

The borrower's chart shows each month's income as a bar, what the household needs as a line across the bars, and the
instalment as a block standing on that line, so that one sees it fit between need and income.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from forbear.web import text
from forbear.words import say

WIDTH, HEIGHT = 360, 190
LEFT, TOP, BOTTOM = 44, 12, 24


@dataclass(frozen=True)
class ChartMonth:
    """One month of the chart; `month` is YYYY-MM, amounts in minor units."""

    month: str
    income_minor: int
    need_minor: int
    instalment_minor: int


def month_chart(language: str, months: Sequence[ChartMonth], chart_id: str) -> SafeString:
    """The figure: SVG, its keys in words and the same figures as a table behind a summary; empty for no months."""
    if not months:
        return SafeString("")
    top_minor = _round_top(_tallest(months))
    return format_html(
        '<figure class="chart">{}{}{}</figure>',
        _svg(language, months, top_minor, chart_id),
        _keys(language),
        _table(language, months),
    )


def _svg(language: str, months: Sequence[ChartMonth], top_minor: int, chart_id: str) -> SafeString:
    slot = (WIDTH - LEFT) / len(months)
    gap = min(4.0, slot * 0.2)
    marks = []
    for index, shown in enumerate(months):
        left = LEFT + index * slot + gap / 2
        marks.append(_bar("income", left, slot - gap, 0, min(shown.income_minor, top_minor), top_minor))
        if shown.income_minor > top_minor:
            marks.append(_beyond(left + (slot - gap) / 2))
        if shown.instalment_minor:
            need = shown.need_minor
            marks.append(_bar("plan", left, slot - gap, need, need + shown.instalment_minor, top_minor))
    title = say(language, "offers.page.chart.title")
    description = say(
        language,
        "offers.page.chart.description",
        first=text.month(months[0].month, language),
        last=text.month(months[-1].month, language),
        income=text.money(min(m.income_minor for m in months), language),
        need=text.money(max(m.need_minor for m in months), language),
        instalment=text.money(max(m.instalment_minor for m in months), language),
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d"><title id="{}-t">{}</title>'
        '<desc id="{}-d">{}</desc>{}{}<path class="need" d="{}"/>{}</svg>',
        WIDTH, HEIGHT, chart_id, chart_id, chart_id, title, chart_id, description,
        _grid(top_minor), SafeString("".join(marks)), _need_path(months, slot, top_minor), _month_names(months, slot),
    )  # fmt: skip


def _tallest(months: Sequence[ChartMonth]) -> int:
    """What the axis must hold: every need with its instalment; an income far above it (a harvest, a bonus) is cut off
    and marked with an arrow, so that the other months can still be read. The table has every figure.
    """
    wanted_minor = max(m.need_minor + m.instalment_minor for m in months)
    income_minor = max(m.income_minor for m in months)
    usual_minor = sorted(m.income_minor for m in months)[len(months) // 2]
    return max(wanted_minor, min(income_minor, max(wanted_minor, usual_minor) * 5 // 4), 1)


def _beyond(middle: float) -> SafeString:
    return format_html('<path class="beyond" d="M{} {}l4 6h-8z"/>', f"{middle:.1f}", f"{TOP - 9}")


def _bar(kind: str, left: float, width: float, low_minor: int, high_minor: int, top_minor: int) -> SafeString:
    upper, lower = _y(high_minor, top_minor), _y(low_minor, top_minor)
    return format_html(
        '<path class="{}" d="M{} {}h{}v{}h-{}z"/>',
        kind, f"{left:.1f}", f"{upper:.1f}", f"{width:.1f}", f"{max(lower - upper, 0):.1f}", f"{width:.1f}",
    )  # fmt: skip


def _need_path(months: Sequence[ChartMonth], slot: float, top_minor: int) -> str:
    steps = []
    for index, shown in enumerate(months):
        start, y = LEFT + index * slot, _y(shown.need_minor, top_minor)
        steps.append(f"{'M' if index == 0 else 'L'}{start:.1f} {y:.1f}H{start + slot:.1f}")
    return "".join(steps)


def _grid(top_minor: int) -> SafeString:
    lines = []
    for part in range(3):
        amount_minor = top_minor * part // 2
        lines.append((LEFT, WIDTH, f"{_y(amount_minor, top_minor):.1f}", LEFT - 5, f"{amount_minor // 100:,}"))
    return format_html_join(
        "",
        '<line class="axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
        '<text x="{3}" y="{2}" dy="4" text-anchor="end">{4}</text>',
        lines,
    )


def _month_names(months: Sequence[ChartMonth], slot: float) -> SafeString:
    """Six names at most, so that they can be read on a phone; the first one and each January carry the year."""
    every = max(1, -(-len(months) // 6))
    names = []
    for index in range(0, len(months), every):
        year, number = months[index].month.split("-")
        names.append((f"{LEFT + (index + 0.5) * slot:.1f}", HEIGHT - 7, f"{year[2:]}/{int(number)}"))
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', names)


def _tally(amount_minor: int) -> str:
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d}"


def _y(amount_minor: int, top_minor: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - amount_minor / top_minor)


def _round_top(amount_minor: int) -> int:
    """A round number not below, whose half is round too, so that the axis reads 0, half, whole."""
    scale = 10_000
    while amount_minor > 20 * scale:
        scale *= 10
    return next(
        2 * scale * step // 10
        for step in (5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 80, 100)
        if 2 * scale * step // 10 >= amount_minor
    )


def _keys(language: str) -> SafeString:
    return format_html(
        '<ul class="keys"><li>{}</li><li class="k-need">{}</li><li class="k-plan">{}</li></ul>',
        say(language, "offers.page.chart.income"),
        say(language, "offers.page.chart.need"),
        say(language, "offers.page.chart.instalment"),
    )


def _table(language: str, months: Sequence[ChartMonth]) -> SafeString:
    rows = format_html_join(
        "",
        "<tr><th scope=row>{}<td>{}<td>{}<td>{}",
        (
            (
                text.month(m.month, language),
                _tally(m.income_minor),
                _tally(m.need_minor),
                _tally(m.instalment_minor),
            )
            for m in months
        ),
    )
    return format_html(
        "<details><summary>{}</summary>"
        '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead><tr>'
        '<th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th>'
        '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></div></details>',
        say(language, "offers.page.chart.as_table"),
        say(language, "offers.page.chart.title"),
        say(language, "offers.page.chart.month"),
        say(language, "offers.page.chart.income"),
        say(language, "offers.page.chart.need"),
        say(language, "offers.page.chart.instalment"),
        rows,
    )
