"""Her bundle from the button to the page that checks it: made, kept, checked here and sent nowhere."""

import os
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from forbear.adapters.bundle_reader import NoBundle
from forbear.config.verify import looked_at, said
from forbear.words import say
from tests.attack.odd_forms import ODD
from tests.attack.spoilt_bundles import KINDS
from tests.browser import people
from tests.browser.eyes import NARROW, PHONE, Eyes
from tests.browser.people import Inhabited
from tests.bundles import Bag, alone, desk_with_case, exported, packed, written

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


def test_she_reads_what_it_is_and_presses_in_english_too(site: Inhabited, case_id: str, phone: Any, eyes: Eyes):
    page = phone(site.url, language="en")
    page.goto("/start")
    assert people.prove(page, site, people.guest(1)) == case_id
    page.goto(f"/c/{case_id}/my-data")
    with page.expect_navigation():
        page.locator("#copy-h ~ div a").click()
    assert page.url.endswith("/everything/proof")
    assert say("en", "bundle.page.lead") in page.text_content("main")
    assert eyes.everything(page, (NARROW, PHONE), night=True) == []
    with page.expect_download() as begun:
        page.locator("main form button").click()
    assert looked_at(Path(begun.value.path())).ok


@pytest.mark.parametrize(("name", "language"), [("chen", "en"), ("he", "zh")])
def test_at_the_desk_a_press_gives_the_same(
    site: Inhabited, case_id: str, phone: Any, eyes: Eyes, tmp_path: Path, name: str, language: str
):
    page = phone(site.url, language=language)
    people.sign_in(page, name)
    page.goto(f"/desk/cases/{case_id}/export")
    assert eyes.everything(page, (NARROW, PHONE), night=False) == []
    page.fill("#reason", "法院调取" if language == "zh" else "for the court")
    with page.expect_download() as begun:
        page.locator("button.main").click()
    begun.value.save_as(tmp_path / "case.zip")
    report = looked_at(tmp_path / "case.zip", site.insider.do(KEY)[0])
    assert (report.ok, report.case_id) == (True, case_id), report.checks


def test_an_agent_is_told_who_makes_one(site: Inhabited, case_id: str, phone: Any):
    page = phone(site.url, language="en")
    people.sign_in(page, "lin")
    page.goto(f"/desk/cases/{case_id}/export")
    assert say("en", "bundle.refusal.role") in page.text_content("main")
    assert page.locator("#reason").count() == 0


class Given:
    """Files given to one page that lies open, the network away since it was loaded."""

    def __init__(self, page: Any, key: str) -> None:
        self.page, self.key, self.asked = page, key, list[str]()
        page.goto("/verify", wait_until="networkidle")
        page.context.set_offline(True)
        page.on("request", lambda request: self.asked.append(request.url))

    def found(self, data: bytes) -> tuple[dict[str, str], str]:
        """(what is wrong by check, in the words of the page; "" where it holds), and the verdict; {} for no bundle."""
        self.page.evaluate("document.getElementById('verdict').replaceChildren()")
        file = {"name": "bundle.zip", "mimeType": "application/zip", "buffer": data}
        self.page.set_input_files("#bundle", files=[file])
        self.page.fill("#log-key", self.key)
        self.page.click("#verify button")
        self.page.wait_for_selector("#verdict:focus", state="attached")
        told = self.page.evaluate(TOLD)
        assert self.asked == [], "nothing is asked for or sent"
        assert not self.page.locator("#offline").is_visible()
        return {name: words for name, state, words in told if state}, self.page.text_content("#verdict")


TOLD = """() => [...document.querySelectorAll('#checks [data-check]')].map(
    (row) => [row.dataset.check, row.className, row.querySelector('.problem').textContent])"""
LONG = bool(os.environ.get("FORBEAR_LONG"))
LIBRARYS = {"unpack", "unreadable", "note", "name", "signature", "not_in_log", "remade"}
"""Sentences that say what a library said of it, or a step before the one that they are about."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_finds_what_the_others_find(site: Inhabited, phone: Any, tmp_path: Path, language: str):
    """Every way to spoil a bundle and every odd file, by the page, the product and the single file: one verdict. In the
    second language every fourth.
    """
    desk = desk_with_case()
    whole, key, single = packed(desk, exported(desk)), desk.log_key.vkey, alone()
    given = Given(phone(site.url, language=language), key)
    found, verdict = given.found(whole)
    assert set(found.values()) == {""} and say(language, "bundle.verify.pinned") in verdict
    every = 1 if language == "zh" or LONG else 4
    again = [f"{kind} {time}" for time in range(1, 10 if LONG else 1) for kind in sorted(KINDS)]
    for name in (*(*sorted(KINDS), *sorted(ODD))[::every], *again):
        kind = name.split()[0]
        made = KINDS[kind](Bag.of(whole), Random(name)) if kind in KINDS else ODD[kind](Bag.of(whole))
        if made is None:
            continue
        data = made[0]
        file, (found, verdict) = written(tmp_path, data), given.found(data)
        try:
            report = looked_at(file, key)
        except NoBundle:
            assert (kind, found, verdict) == (kind, {}, say(language, "bundle.verify.no"))
            continue
        first = next(name for name, problem in report.checks.items() if problem)
        other = single.verify(str(file), key)["checks"]
        assert next((name for name, words in found.items() if words), "") == first, (kind, found)
        assert next(name for name, words in other.items() if words) == first, kind
        stumbled = found[first].startswith(say(language, "bundle_faults.unreadable", what="").rstrip(")）"))
        if report.checks[first].key not in LIBRARYS and not stumbled:
            assert found[first] == said(report.checks[first], language), kind
        assert say(language, "bundle.verify.bad") in verdict


def test_the_browser_itself_holds_the_page_to_it(site: Inhabited, chromium: Any):
    """Were the page to send something, the browser would refuse: its policy knows no address to send to."""
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    answer = page.goto("/verify")
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'none'" in policy and "form-action 'none'" in policy
    sent = page.evaluate("() => fetch('/verify', {method: 'POST', body: 'x'}).then(() => 'sent', () => 'refused')")
    context.close()
    assert sent == "refused"


@pytest.fixture(scope="module")
def unpacked(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Her bundle as it lies on somebody's disk."""
    folder = tmp_path_factory.mktemp("unpacked")
    with ZipFile(bundle) as packed_bag:
        packed_bag.extractall(folder)
    return next(folder.iterdir()) / "data"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_pages_open_from_the_disk_without_a_network(unpacked: Path, chromium: Any, eyes: Eyes, language: str):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page, asked = context.new_page(), list[str]()
    page.javascript = True
    page.on("request", lambda request: asked.append(request.url))
    for name in (f"timeline.{language}.html", f"verification.{language}.html"):
        page.goto((unpacked / name).as_uri())
        assert eyes.everything(page, (NARROW, PHONE), night=False) == []
        linked = page.eval_on_selector_all("a[href]", "(links) => links.map((link) => link.getAttribute('href'))")
        assert [href for href in linked if not (unpacked / href).is_file()] == []
        if name.startswith("timeline"):
            assert {href.partition("/")[0] for href in linked} >= {"messages", "papers", "agreement", "statements"}
    assert [url for url in asked if not url.startswith("file:")] == []
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_statement_is_one_page_of_paper(unpacked: Path, chromium: Any, language: str):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto((unpacked / f"verification.{language}.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    context.close()
    assert PdfFileReader(BytesIO(printed)).root["/Pages"]["/Count"] == 1
