"""Her bundle from the button to the page that checks it: made, kept, checked here and sent nowhere."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from forbear.config.verify import looked_at
from forbear.words import say
from tests.attack.spoilt_bundles import KINDS
from tests.browser import people
from tests.browser.eyes import NARROW, PHONE, Eyes
from tests.browser.people import Inhabited
from tests.bundles import Bag, desk_with_case, exported, packed, written

LIFE = (
    "she = borrower({contract!r}); she.arrives(); she.answers(); she.submits(); she.sends_papers(); she.wishes(); "
    "she.accepted(); she.papers_checked(); she.proposed(note='材料齐全。'); she.decided(); she.signs(); she.pays(); "
    "answer = she.case_id"
)
KEY = "from forbear.config.wiring import desk as wired; answer = [wired().log_key.vkey, wired().log.latest()]"


@pytest.fixture(scope="module")
def case_id(site: Inhabited) -> str:
    made = str(site.insider.do(LIFE.format(contract=people.guest(1).contract)))
    site.insider.work()
    return made


@pytest.fixture(scope="module")
def bundle(site: Inhabited, case_id: str, chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What her browser saves when she presses the button."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/start")
    assert people.prove(page, site, people.guest(1)) == case_id
    page.goto(f"/c/{case_id}/everything/proof")
    with page.expect_download() as begun:
        page.locator("main form button").click()
    kept = tmp_path_factory.mktemp("bundle") / "case.zip"
    begun.value.save_as(kept)
    assert begun.value.suggested_filename.endswith(".zip")
    context.close()
    return kept


def checked(page: Any, file: Path, key: str = "", kept: str = "") -> dict[str, str]:
    """What the page says of a file, check by check: "ok", "bad" or "" for not looked at."""
    page.goto("/verify")
    page.set_input_files("#bundle", file)
    page.fill("#log-key", key)
    page.fill("#kept", kept)
    page.click("#verify button")
    page.wait_for_selector("#verdict:focus", state="attached")
    rows = page.locator("#checks [data-check]")
    return {row.get_attribute("data-check"): row.get_attribute("class") or "" for row in rows.all()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_she_keeps_holds_on_every_page(
    site: Inhabited, bundle: Path, phone: Any, eyes: Eyes, language: str, tmp_path: Path
):
    key, note = site.insider.do(KEY)
    report = looked_at(bundle, key, note)
    assert (report.ok, report.pinned) == (True, True), report.checks
    page = phone(site.url, language=language, device_scale_factor=1)
    found = checked(page, bundle, key, note)
    assert found == dict.fromkeys(report.checks, "ok")
    assert say(language, "bundle.verify.ok") in page.text_content("#verdict")
    assert str(report.events) in page.text_content("#verdict")
    assert eyes.everything(page, (NARROW, PHONE), night=True) == []
    changed = tmp_path / "changed.zip"
    changed.write_bytes(bundle.read_bytes()[:-40])
    assert checked(page, changed)["zip"] == "bad"
    assert say(language, "bundle.verify.bad") in page.text_content("#verdict")
    assert eyes.everything(page, (NARROW,), night=False) == []


def test_the_page_says_how_without_javascript(site: Inhabited, phone: Any):
    page = phone(site.url, language="en", javascript=False)
    page.goto("/verify")
    assert not page.locator("#verify").is_visible()
    assert say("en", "bundle.verify.noscript") in page.text_content("main")
    with page.expect_download() as begun:
        page.locator("main a[download]").click()
    assert Path(begun.value.path()).read_bytes() == Path("forbear/published/verify.py").read_bytes()


def test_who_has_no_bundle_is_told_so(site: Inhabited, phone: Any, tmp_path: Path):
    page, picture = phone(site.url, language="en"), tmp_path / "picture.zip"
    picture.write_bytes(b"\xff\xd8\xff no zip")
    assert set(checked_no(page, picture).values()) == {""}
    assert say("en", "bundle.verify.no") in page.text_content("#verdict")


def checked_no(page: Any, file: Path) -> dict[str, str]:
    page.goto("/verify")
    page.set_input_files("#bundle", file)
    page.click("#verify button")
    page.wait_for_selector("#verdict .amber")
    rows = page.locator("#checks [data-check]")
    return {row.get_attribute("data-check"): row.get_attribute("class") or "" for row in rows.all()}


@pytest.mark.parametrize(
    "kind", ["swapped", "listed_flip", "reordered", "other_words", "forged_root", "cut_tail", "slip"]
)
def test_the_page_finds_what_the_others_find(site: Inhabited, phone: Any, tmp_path: Path, kind: str):
    desk = desk_with_case()
    made = KINDS[kind](Bag.of(packed(desk, exported(desk))), Random(kind))
    file = written(tmp_path, made[0])
    report = looked_at(file, desk.log_key.vkey)
    found = checked(phone(site.url, language="en"), file, desk.log_key.vkey)
    first = next(name for name, problem in report.checks.items() if problem)
    assert next(name for name, state in found.items() if state == "bad") == first
