"""The button on a lender's page under a strict policy, the frame without cookies, and a customer handed over."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from forbear.words import say
from tests import servers
from tests.browser import people
from tests.browser.people import Inhabited

SECRET = "a secret shared with the lender's own site"


class Shop(Inhabited):
    """A site that the lender's page at `host` may frame; its clock is the world's, as the lender's server has it."""

    def __init__(self) -> None:
        self.host_port = servers.free_port()
        self.host = f"http://127.0.0.1:{self.host_port}"
        super().__init__()

    def serve(self) -> None:
        self.environment = {
            **self.environment,
            "FORBEAR_EMBED_ORIGINS": self.host,
            "FORBEAR_HANDOVER_SECRETS": SECRET,
            "FORBEAR_SITE_URL": self.url,
        }
        self.move_clock(datetime.fromtimestamp(time.time(), UTC))
        super().serve()
        command = [sys.executable, "examples/chat/host.py", self.url, str(self.host_port), people.LAN.contract]
        self.host_process = subprocess.Popen(command, cwd=servers.ROOT, env=self.environment)
        servers.wait_until(self._hosted, 20, "the lender's page")

    def stop(self) -> None:
        self.host_process.terminate()
        self.host_process.wait(20)
        super().stop()

    def _hosted(self) -> bool:
        import urllib.request

        try:
            with urllib.request.urlopen(self.host, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    running = Shop()
    yield running
    running.stop()


@pytest.fixture
def visitor(chromium: Any) -> Iterator[Callable[[str], Any]]:
    """A page on the lender's site; at the end no policy was broken and no cookie of ours stands on any domain."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", timezone_id="Asia/Shanghai")
    faults: list[str] = []

    def opens(url: str) -> Any:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(url)
        return page

    opens.cookies = context.cookies  # type: ignore[attr-defined]
    yield opens
    context.close()
    assert faults == []


def frame_of(page: Any) -> Any:
    """The frame behind the button. The button lives in a closed shadow, so it is pressed by the keyboard."""
    page.wait_for_function("() => window.forbearChat")
    page.evaluate("() => window.forbearChat.open()")
    servers.wait_until(lambda: bool(framed(page) or page.wait_for_timeout(50)), 20, "the frame")
    return framed(page)[0]


def framed(page: Any) -> list[Any]:
    return [frame for frame in page.frames if "/embed/" in frame.url]


def test_on_the_lenders_page_she_proves_herself_in_the_frame_and_talks(
    shop: Shop, visitor: Any, phone: Any, axe_violations: Any
):
    page = visitor(shop.host)
    frame = frame_of(page)
    frame.wait_for_selector("#contract")
    assert say("en", "chat.page.embed.general") in frame.inner_text("main")
    frame.fill("#contract", people.ANN.contract)
    frame.fill("#id_number", people.ANN.id_number)
    frame.click("form[data-form=ask] button")
    frame.wait_for_selector("#code:visible")
    reader = phone(shop.url)
    frame.fill("#code", people.code_sent(reader, shop))
    frame.click("form[data-form=prove] button")
    frame.wait_for_selector("#talk textarea:visible")
    frame.fill("#talk textarea", "Can I pay less for a while?")
    frame.click("#talk form:not([data-choices]) button.button")
    frame.wait_for_function("() => document.querySelector('li.mine[data-seq]') && !document.querySelector('.unsent')")
    case_id = frame.evaluate("() => document.getElementById('talk').dataset.name")
    assert shop.insider.record(
        case_id, "[said.text for said in file.spoken if said.text and said.voice.value == 'person']"
    ) == ["Can I pay less for a while?"]
    assert visitor.cookies() == []
    alone = phone(shop.url, language="en")
    alone.goto("/embed/en")
    alone.wait_for_selector("#contract")
    assert axe_violations(alone) == []


def test_another_site_cannot_frame_it(shop: Shop, chromium: Any):
    context = chromium.new_context()
    page = context.new_page()
    other = shop.host.replace("127.0.0.1", "localhost")
    page.route(
        f"{other}/evil",
        lambda route: route.fulfill(body=f"<iframe src='{shop.url}/embed/en'></iframe>", content_type="text/html"),
    )
    page.goto(f"{other}/evil")
    refused = "chrome-error://chromewebdata/"
    servers.wait_until(lambda: page.frames[-1].url == refused or page.wait_for_timeout(50), 20, "the refusal")
    context.close()


def test_a_customer_who_is_signed_in_there_is_in_the_frame_without_a_code(shop: Shop, visitor: Any):
    page = visitor(shop.host)
    page.wait_for_function("() => window.forbearChat")
    page.click("#sign-in")
    servers.wait_until(lambda: bool(framed(page) or page.wait_for_timeout(50)), 20, "the frame")
    frame = framed(page)[0]
    frame.wait_for_selector("#talk textarea:visible")
    case_id = frame.evaluate("() => document.getElementById('talk').dataset.name")
    auth = shop.insider.record(case_id, "[file.events[0].actor.auth.value, file.contract]")
    assert auth == ["app-token", people.LAN.contract]
    assert visitor.cookies() == []


def test_she_comes_over_from_the_lenders_page_to_her_own_case(shop: Shop, visitor: Any):
    page = visitor(shop.host)
    page.click("a[href='/help']")
    page.wait_for_url(f"{shop.url}/c/*/chat")
    assert "token" not in page.url
    page.go_back()
    assert "token" not in page.url
