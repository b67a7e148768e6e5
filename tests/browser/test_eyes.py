"""The eyes that look at every page see what is wrong: each fault is made on a page that was well, and is found."""

from typing import Any

import pytest

from tests.browser.eyes import NARROW, PHONE, Eyes, overflow, strangers, weight
from tests.browser.people import Inhabited

ADD = """([words, style]) => {
    const line = document.createElement('p');
    line.textContent = words;
    Object.assign(line.style, style);
    document.querySelector('main').append(line);
}"""


@pytest.fixture
def page(site: Inhabited, phone: Any) -> Any:
    opened = phone(site.url)
    opened.goto("/")
    return opened


def test_a_page_that_is_well(page: Any, eyes: Eyes):
    eyes.look(page, language="zh")
    assert eyes.everything(page, (NARROW, PHONE), night=True) == []


def test_what_is_wider_than_the_screen(page: Any):
    page.evaluate(ADD, ["宽", {"inlineSize": "20rem"}])
    (found,) = overflow(page)
    assert f"wide on {NARROW}" in found


def test_what_cannot_be_read_by_night(page: Any, eyes: Eyes):
    page.evaluate(ADD, ["看不清", {"color": "#1b1f1d"}])
    (found,) = eyes.everything(page, (PHONE,), night=True)
    assert found.startswith("by night: /")


def test_a_word_of_the_other_language(page: Any):
    page.evaluate(ADD, ["按 Continue 继续", {}])
    assert [found.rpartition(" ")[2] for found in strangers(page, "zh")] == ["Continue"]


def test_what_weighs_too_much(page: Any, eyes: Eyes):
    heavy = weight(page)
    assert 3_000 < heavy < 100_000
    with pytest.raises(AssertionError, match=r"weighs \d+ bytes"):
        eyes.look(page, bytes_max=heavy >> 1)
