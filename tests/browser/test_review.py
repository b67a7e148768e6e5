"""A paper at the desk: where on the page stands what is read, keys for the two answers, the same without scripts."""

from typing import Any

import pytest

from tests.browser import people
from tests.browser.eyes import NARROW, Eyes
from tests.browser.people import Guest, Inhabited

WIDE = 1280
CLEAR = "rgba(0, 0, 0, 0)"


def with_papers(site: Inhabited, guest: Guest) -> tuple[str, list[str]]:
    """Her case with her papers sent and read, and the papers' ids in the order of the checklist."""
    case_id: str = site.insider.do(
        f"she = borrower({guest.contract!r}); she.arrives(); she.answers(); she.submits(); she.sends_papers(); "
        "answer = she.case_id"
    )
    site.insider.work()
    return case_id, site.insider.record(
        case_id, "[p.paper for item in file.items for p in file.papers_of(item.number)]"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_places_and_keys(site: Inhabited, phone: Any, eyes: Eyes, language: str):
    case_id, papers = with_papers(site, people.guest(1 if language == "zh" else 2))
    page = phone(site.url, language=language, device_scale_factor=1)
    page.set_viewport_size({"width": WIDE, "height": 900})
    people.sign_in(page, "lin" if language == "zh" else "wu")
    page.goto(f"/desk/cases/{case_id}/papers/{papers[0]}")
    assert page.evaluate("() => document.querySelector('.leaf img').naturalWidth") == 675
    assert eyes.everything(page, (NARROW, WIDE), night=language == "zh") == []
    lit = "() => [...document.querySelectorAll('.place.here')].map((one) => one.id)"
    page.hover("tr[data-place=place-2]")
    assert page.evaluate(lit) == ["place-2"]
    page.focus("tr[data-place=place-3] a")
    assert page.evaluate(lit) == ["place-3"]

    page.keyboard.press("n")
    page.wait_for_url(f"**/papers/{papers[1]}")
    page.keyboard.press("p")
    page.wait_for_url(f"**/papers/{papers[0]}")
    page.keyboard.press("r")
    page.wait_for_function("() => document.activeElement.name === 'because'")
    before = site.insider.record(case_id, "file.case.seq")
    page.keyboard.press("a")
    page.fill("#again-reason", "")
    page.type("#again-reason", "an r p")
    assert page.input_value("#again-reason") == "an r p"
    assert (page.url.rpartition("/")[2], site.insider.record(case_id, "file.case.seq")) == (papers[0], before)

    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("a")
    page.wait_for_url(f"**/papers/{papers[1]}")
    assert site.insider.record(case_id, "file.case.papers[1]") == "accepted"
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(papers[1]))
    assert site.insider.record(case_id, "file.case.papers[2]") == "refused"
    assert site.insider.record(case_id, "file.paper_reasons[2]") != ""


def test_without_scripts_a_link_lights_the_place_and_a_button_accepts(site: Inhabited, phone: Any):
    case_id, papers = with_papers(site, people.guest(3))
    page = phone(site.url, javascript=False)
    people.sign_in(page, "lin")
    page.goto(f"/desk/cases/{case_id}/papers/{papers[0]}")
    page.click("tr[data-place=place-1] a")
    assert page.url.endswith("#place-1")
    page.click("button[value=accept]")
    page.wait_for_url(f"**/papers/{papers[1]}")
    assert site.insider.record(case_id, "file.case.papers[1]") == "accepted"
