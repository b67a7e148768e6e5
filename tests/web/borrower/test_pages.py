"""Every page: both languages complete, small, alone, without inline style or script, and never without a next step."""

import gzip
import re
from datetime import date
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from forbear.actions.payments import settlement_figure, take_payment
from forbear.core.decision import Outcome
from tests.web.borrower.conftest import AGENT, Borrower, Page

PAGE_BYTES_MAX = 100_000
OPEN = ("/", "/start", "/nothing")
DRAFT = ("", "check", "before-you-send", "messages", "call-me", "reach", *(f"statement/{n}" for n in (
    "cause", "since", "until", "story", "home", "income", "outgoings", "debts", "wish")))  # fmt: skip
HANDED_IN = (
    *(
        "",
        "received",
        "papers",
        "plans",
        "plans?pay=700",
        "plans/lightest/why",
        "plans/what-if/why?pay=700",
        "plans/own",
    ),
    *("answer", "agreement", "payments"),
)
PAYING = ("", "agreement", "payments", "payments/new-plan", "answer", "answer/why", "plans/chosen/why")


@pytest.fixture(params=["zh", "en"])
def walked(request: pytest.FixtureRequest, she: Borrower) -> list[Page]:
    """Every page of her walk, in one language."""
    she.client.cookies["lang"] = request.param
    pages = [she.opens(path) for path in OPEN]
    she.signs_in().answers()
    pages += [she.opens(path) for path in DRAFT]
    she.submits()
    pages += [she.opens(path) for path in HANDED_IN]
    she.chooses().is_answered(Outcome.APPROVED)
    pages += [she.opens("agreement"), she.opens("agreement/decline"), she.opens("answer")]
    she.signs()
    return [*pages, *(she.opens(path) for path in PAYING)]


def sent(name: str) -> int:
    """The bytes a file of the site takes on the line."""
    return len(gzip.compress(Path(finders.find(name)).read_bytes()))


def test_pages_are_whole_small_and_alone(walked: list[Page]):
    assert len(walked) == 39
    for page in walked:
        source, language = page.source, re.search(r'<html lang="([^"]+)">', walked[0].source)[1]
        path = page.response.request["PATH_INFO"]
        assert page.status in (200, 404), path
        assert re.findall(r"[a-z]+\.page\.[a-z_.]+|\{[a-z_]+\}", page.text) == [], path
        assert re.findall(r"<style|style=|onclick|onload|javascript:|<script(?! src)", source) == [], path
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', source) == [], path
        assert f'<html lang="{language}">' in source, path
        assert len(re.findall("<h1>", source)) == 1, path
        assert 'href="tel:400-000-0000"' in source, path
        files = re.findall(r'(?:src|href)="/static/([^"]+)"', source)
        whole = len(gzip.compress(source.encode())) + sum(sent(name) for name in files)
        assert whole <= PAGE_BYTES_MAX, f"{path} takes {whole} bytes"
        assert len(source.encode()) <= PAGE_BYTES_MAX, path


def test_without_the_live_part_a_page_is_within_the_budget_even_uncompressed(walked: list[Page]):
    for page in walked:
        files = re.findall(r'(?:src|href)="/static/([^"]+)"', page.source)
        if any("htmx" in name for name in files):
            continue
        whole = len(page.source.encode()) + sum(len(Path(finders.find(name)).read_bytes()) for name in files)
        assert whole <= PAGE_BYTES_MAX // 2, page.response.request["PATH_INFO"]


def test_the_language_changes_and_the_page_stays(she: Borrower):
    page = she.signs_in().opens("statement/home?from=check")
    link = f"/c/{she.case_id}/statement/home?from=check&amp;lang=en"
    assert f'href="{link}"' in page.source
    switched = she.opens(link.replace("&amp;", "&"))
    assert switched.to == f"/c/{she.case_id}/statement/home?from=check"
    english = she.opens(switched.to)
    assert "Your household" in english.text
    assert '<html lang="en">' in english.source


def test_every_state_has_a_next_step_and_a_day(she: Borrower):
    steps = []

    def look() -> None:
        pattern = r'<li class="next"><span class="what">(.*?)</span><span class="when">(.*?)</span>'
        steps.append(re.findall(pattern, she.opens("").source))

    she.signs_in()
    look()
    she.answers()
    look()
    she.submits()
    look()
    she.chooses()
    look()
    she.is_answered(Outcome.APPROVED)
    look()
    she.signs()
    look()
    assert [len(step) for step in steps] == [1] * 6
    assert [step[0][0] for step in steps[:5]] == [
        "您填完并提交", "您填完并提交", "您选一个方案", "您补上材料", "您签署协议"
    ]  # fmt: skip
    assert all(re.search(r"20\d\d年\d+月\d+日（星期.）", step[0][1]) for step in steps)


def test_a_closed_case_can_be_begun_again(she: Borrower):
    she.signs_in().answers().submits().chooses().is_answered(Outcome.APPROVED).signs()
    owed = settlement_figure(she.file, date(2026, 3, 2)).total_minor
    she.desk_does(take_payment, AGENT, amount_minor=owed, paid_on=date(2026, 3, 2), reference="R-all")
    answer = she.sends("", {}, to="again")
    assert answer.to == f"/c/{she.case_id[:-1]}1/"
    again = she.opens("/mine")
    assert again.status == 200
    assert again.text.count(she.row.loan.contract) == 2
