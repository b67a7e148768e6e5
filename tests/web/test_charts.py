"""The chart: each month's income, need and instalment, with a title, a description and the same figures as a table."""

import re
from xml.etree import ElementTree

import pytest
from django.utils import translation

from forbear.web.charts import ChartMonth, month_chart

MONTHS = (
    ChartMonth("2026-04", 520_000, 370_000, 100_000),
    ChartMonth("2026-05", 0, 370_000, 0),
    ChartMonth("2026-06", 90_000_000, 370_000, 149_950),
)


def test_an_instalment_stands_on_the_need_and_fits_below_the_income():
    drawn = str(month_chart("zh", MONTHS, "x"))
    mark = r' d="M([\d.]+) ([\d.]+)h[\d.]+v([\d.]+)'
    (income, *_), (plan, *_) = (re.findall(f'class="{kind}"{mark}', drawn) for kind in ("income", "plan"))
    need = re.search(r'class="need" d="M[\d.]+ ([\d.]+)H', drawn)
    assert float(plan[1]) + float(plan[2]) == pytest.approx(float(need[1]), abs=0.11)
    assert float(income[1]) < float(plan[1])
    assert drawn.count('class="plan"') == 2


def test_an_income_far_above_the_others_is_cut_off_and_marked():
    drawn = str(month_chart("zh", MONTHS, "x"))
    assert drawn.count('class="beyond"') == 1
    assert "<th scope=row>2026年6月<td>900,000.00<td>3,700.00<td>1,499.50" in drawn


TITLES = [("zh", "每月的收入、生活需要和还款"), ("en", "Income, needs and payment by month")]


@pytest.mark.parametrize(("language", "title"), TITLES)
def test_it_speaks_the_readers_language_and_names_itself(language: str, title: str):
    with translation.override("zh-hans" if language == "zh" else "en"):
        drawn = str(month_chart(language, MONTHS, "x"))
    svg = ElementTree.fromstring(re.search(r"<svg.*?</svg>", drawn)[0])
    assert (svg.find("title").text, svg.get("aria-labelledby")) == (title, "x-t x-d")
    assert svg.find("desc").text
    assert "style=" not in drawn


def test_no_months_no_chart():
    assert str(month_chart("zh", (), "x")) == ""
