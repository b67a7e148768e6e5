"""Papers from a phone over a line that drops: by an upload link and on her own site, with and without JavaScript.

Nothing is lost or sent twice, a reload goes on where it stopped, and what failed never looks like success.
"""

import os
import re
from typing import Any

import pytest

from forbear.words import say
from tests.browser import people
from tests.browser.eyes import Eyes
from tests.browser.people import Guest, Inhabited

PIECES = re.compile(r"/uploads/[0-9a-f]{64}$")


def words(key: str, language: str = "zh", **facts: object) -> str:
    return say(language, f"evidence.page.{key}", **facts)


def photo(size: int = 1_500_000) -> bytes:
    return b"\xff\xd8\xff\xe0" + os.urandom(size - 4)


def a_file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def stated(site: Inhabited, guest: Guest) -> str:
    """Her case with its papers asked for."""
    case_id: str = site.insider.do(
        f"she = borrower({guest.contract!r}); she.arrives(); she.answers(); she.submits(); answer = she.case_id"
    )
    return case_id


def on_her_page(page: Any, site: Inhabited, guest: Guest) -> str:
    case_id = stated(site, guest)
    page.goto("/start")
    people.prove(page, site, guest)
    page.goto(f"/c/{case_id}/papers")
    return case_id


def link_sent(page: Any, site: Inhabited) -> str:
    """The address of the link sent last, read off the outbox."""
    site.insider.do(
        "from forbear.actions.upload_links import send_link; "
        "send_link(she.desk, she.by(she.agent), she.case_id, tuple(item.number for item in she.file.items))"
    )
    site.insider.work()
    page.goto("/dev/outbox")
    found = re.search(r"/u/[A-Za-z0-9_-]{43}", page.inner_text("main"))
    assert found
    return found[0]


def sends(page: Any, item: int, *files: dict[str, Any]) -> None:
    form = page.locator(f"#item-{item} form")
    form.locator("[name=files]").set_input_files(list(files))
    form.locator("> button").click()


def sizes(site: Inhabited, case_id: str, item: int = 1) -> list[list[int]]:
    """Of each paper of an item the sizes of its pages."""
    found: list[list[int]] = site.insider.record(
        case_id, f"[[page.size for page in paper.pages] for paper in file.papers_of({item})]"
    )
    return found


def as_sent(site: Inhabited, case_id: str) -> list[bool]:
    """Of each page of the first item whether the vault gives it back as it was sent."""
    found: list[bool] = site.insider.record(
        case_id,
        "[__import__('hashlib').sha256(desk.vault.open(page.blob)).hexdigest() == page.sha256"
        " for paper in file.papers_of(1) for page in paper.pages]",
    )
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_by_link_over_a_line_that_drops(site: Inhabited, phone: Any, eyes: Eyes, language: str):
    page = phone(site.url, language=language)
    case_id = stated(site, people.guest(1 if language == "zh" else 2))
    address = link_sent(page, site)
    page.goto(address)
    eyes.look(page, language=language)
    page.locator("main form button").first.click()
    page.wait_for_selector("[name=code]")
    eyes.look(page, language=language)
    page.fill("[name=code]", people.code_sent(page, site))
    page.locator("main form button").first.click()
    page.wait_for_url("**/upload")
    eyes.look(page)
    tried: list[str] = []

    def drops(route: Any) -> None:
        """The second piece never leaves, the third arrives and its answer is lost."""
        tried.append(route.request.headers["upload-offset"])
        if len(tried) == 3:
            route.fetch()
        if len(tried) in (2, 3):
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(PIECES, drops)
    data = photo()
    form = page.locator("#item-1 form")
    form.locator("[name=files]").set_input_files([a_file("one.jpg", data)])
    form.locator("> button").dblclick()
    page.wait_for_url("**/upload?done=got-1")
    assert tried[:4] == ["0", "65536", "65536", "65536"], "a piece is repeated, an acknowledged one is not"
    assert sizes(site, case_id) == [[len(data)]]
    assert as_sent(site, case_id) == [True]
    assert "one.jpg" in page.inner_text("#item-1")
    eyes.look(page)
    page.goto(address)
    page.wait_for_url("**/upload")


def test_without_a_network_it_waits_and_goes_on_by_itself(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = on_her_page(page, site, people.guest(3))
    page.route(PIECES, lambda route: (page.context.set_offline(True), route.abort("internetdisconnected")))
    data = photo(300_000)
    sends(page, 1, a_file("一.jpg", data))
    waiting = page.locator(".sending li[data-state=waiting]")
    waiting.wait_for()
    assert words("sending.waiting") in waiting.inner_text()
    assert words("sending.received") not in page.inner_text("#item-1 .sending")
    assert sizes(site, case_id) == []
    page.unroute(PIECES)
    page.context.set_offline(False)
    page.wait_for_url("**/papers?done=got-1")
    assert sizes(site, case_id) == [[len(data)]]


def test_a_reload_in_the_middle_goes_on_where_it_stopped(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = on_her_page(page, site, people.guest(4))
    offsets: list[int] = []
    stuck = []

    def second_hangs(route: Any) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        stuck.append(route) if len(offsets) == 2 else route.continue_()

    page.route(PIECES, second_hangs)
    data = photo()
    with page.expect_request(lambda asked: asked.headers.get("upload-offset") == "65536"):
        sends(page, 1, a_file("一.jpg", data))
    page.reload()
    assert words("read.stopped", name="一.jpg", percent=4) in page.inner_text("#item-1")
    assert sizes(site, case_id) == []
    sends(page, 1, a_file("一.jpg", data))
    page.wait_for_url("**/papers?done=got-1")
    assert offsets[:3] == [0, 65536, 65536]
    assert sizes(site, case_id) == [[len(data)]]


def test_two_tabs_send_the_same_file_and_another_as_its_second_page(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = on_her_page(page, site, people.guest(5))
    other = page.context.new_page()
    other.goto(page.url)
    first, second = photo(), photo(200_000)
    for tab in (page, other):
        tab.select_option("#item-1 [name=paper]", "one")
        sends(tab, 1, a_file("正面.jpg", first), a_file("反面.jpg", second))
    for tab in (page, other):
        tab.wait_for_url("**/papers?done=got-1")
    assert sizes(site, case_id) == [[len(first), len(second)]]
    assert words("list.pages", count=2) in page.inner_text("#item-1 .came")


def test_what_failed_never_looks_like_success(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = on_her_page(page, site, people.guest(6))
    good = photo(5_000)
    sends(
        page,
        1,
        a_file("假.jpg", b"MZ no photo at all"),
        a_file("真.jpg", good),
        a_file("大.jpg", photo(21 * 1024 * 1024)),
    )
    rows = page.locator("#item-1 .sending li")
    page.wait_for_function("() => document.querySelectorAll('.sending li[data-state=failed]').length === 2")
    assert [rows.nth(n).get_attribute("data-state") for n in range(3)] == ["failed", "received", "failed"]
    assert words("fault.type", name="假.jpg") in rows.nth(0).inner_text()
    assert words("sending.large", megabytes=20) in rows.nth(2).inner_text()
    assert "done=" not in page.url
    assert sizes(site, case_id) == [[len(good)]]
    page.route(PIECES, lambda route: route.fulfill(status=500, body="broken"))
    sends(page, 1, a_file("三.jpg", photo(6_000)))
    rows.filter(has_text=words("sending.failed")).wait_for()
    assert rows.count() == 1
    assert words("sending.received") not in page.inner_text(".sending")
    page.unroute(PIECES)
    page.context.clear_cookies(name="sessionid")
    sends(page, 1, a_file("四.jpg", photo(7_000)))
    rows.filter(has_text=words("sending.signed_out")).wait_for()
    assert sizes(site, case_id) == [[len(good)]]


def test_the_verdict_appears_by_itself_and_by_a_link_without_javascript(site: Inhabited, phone: Any):
    page, plain = phone(site.url), phone(site.url, javascript=False)
    case_id = on_her_page(page, site, people.guest(7))
    plain.goto("/start")
    people.prove(plain, site, people.guest(7))
    plain.goto(f"/c/{case_id}/papers")
    sends(plain, 1, a_file("一.jpg", photo(5_000)))
    plain.wait_for_url("**/papers?done=got-1")
    assert words("read.looking") in plain.inner_text("#item-1")
    page.goto(f"/c/{case_id}/papers")
    assert words("read.looking") in page.inner_text("#item-1")
    page.locator("#item-2 [name=files]").set_input_files([a_file("不动.jpg", b"stays chosen")])
    site.insider.do(
        "from forbear.actions.record import By, carry_out\n"
        "from forbear.core import events as e\n"
        "from forbear.core.contact import SYSTEM, Channel\n"
        "from forbear.core.reading import Fault, FaultCode, Page, PaperKind, Reading\n"
        "reading = Reading(kind=PaperKind.UNKNOWN, pages=(Page(number=1, width=9, height=9),),"
        " faults=(Fault(code=FaultCode.BLURRED, page=1),))\n"
        "fact = e.PaperRead(paper=she.file.papers[0].paper, legible=False, reading=reading)\n"
        "by = By(actor=SYSTEM, channel=Channel.SYSTEM, key='read:' + she.case_id)\n"
        "carry_out(she.desk, by, she.case_id, {}, lambda _: [fact])"
    )
    page.locator("#came-1 li.bad").wait_for()
    assert words("read.illegible") in page.inner_text("#came-1")
    assert words("fault.blurred") in page.inner_text("#came-1")
    assert page.locator("#came-1[hx-get]").count() == 0
    assert page.evaluate("document.querySelector('#item-2 [name=files]').files.length") == 1
    with plain.expect_navigation():
        plain.get_by_role("link", name=words("list.look_again")).click()
    assert words("fault.blurred") in plain.inner_text("#came-1")


def test_a_dead_link_offers_a_new_one(site: Inhabited, phone: Any, eyes: Eyes):
    page = phone(site.url, javascript=False)
    stated(site, people.guest(8))
    old, new = link_sent(page, site), link_sent(page, site)
    assert page.goto(old).status == 410
    eyes.look(page, language="zh")
    with page.expect_navigation():
        page.locator("main form button").click()
    assert "新链接马上发到登记的手机号" in page.inner_text("main")
    site.insider.work()
    page.goto("/dev/outbox")
    newest = re.search(r"/u/[A-Za-z0-9_-]{43}", page.inner_text("main"))
    assert newest and newest[0] not in (old, new)
    assert page.goto(newest[0]).status == 200
