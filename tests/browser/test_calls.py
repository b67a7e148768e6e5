"""A telephone rings at the desk: Chromium shows it by itself, keys take it, the call is played, by her too."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.browser import people
from tests.browser.eyes import NARROW, PHONE, Eyes
from tests.browser.people import MEI, Inhabited
from tests.web.api.exchange import SECRET, Exchange, wav

WIDE = 1280


@pytest.fixture(scope="module")
def site() -> Any:
    """A site whose exchange has a secret."""
    running = Inhabited(FORBEAR_CTI_SECRETS=SECRET)
    yield running
    running.stop()


class Line(Exchange):
    """The exchange of tests/web/api/exchange.py, over a real line."""

    def __init__(self, site: Any) -> None:
        super().__init__(self)
        self.site = site

    def now(self) -> datetime:
        told = self.site.insider.record("c_none", "desk.clock.now().isoformat()")
        return datetime.fromisoformat(told).astimezone(UTC)

    def sends(self, body: bytes, *, kind: str = "application/json", **signing: Any) -> tuple[int, Any]:
        return self._ask("POST", "/api/telephone/events", body, {**self.signed(body, **signing), "Content-Type": kind})

    def brings(self, call: str, sound: bytes) -> tuple[int, Any]:
        named = self.digest(sound)
        headers = {**self.signed(f"{call}\n{named}".encode()), "Content-Digest": named, "Content-Type": "audio/wav"}
        return self._ask("PUT", f"/api/telephone/recordings/{call}", sound, headers)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        try:
            with urlopen(Request(self.site.url + path, body, headers, method=method)) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)


def test_a_call_from_its_ringing_to_its_recording(site: Any, phone: Any, eyes: Eyes):
    line = Line(site)
    desk = phone(site.url, viewport={"width": WIDE, "height": 800}, device_scale_factor=1)
    people.sign_in(desk, "lin")
    desk.goto("/desk/account")
    desk.fill("[name=extension]", "101")
    with desk.expect_navigation():
        desk.get_by_role("button", name="保存分机").click()
    desk.goto("/desk/")
    rings = {"event": "newCall", "callId": "c1", "from": f"+86 {MEI.phone}", "user": ["101"], "recorded": True}
    assert line.tells(**rings)[0] == 200
    bar = desk.locator(".calls-bar li")
    bar.wait_for()
    assert "案件的名字以 周… 开头" in bar.inner_text() and MEI.name not in bar.inner_text()
    faults = eyes.everything(desk, (NARROW, WIDE), night=True)
    desk.reload()
    bar.wait_for()
    desk.goto("/desk/calls")
    bar.wait_for()
    faults += eyes.everything(desk, (NARROW, WIDE), night=True)
    desk.keyboard.press("i")
    desk.wait_for_url("**/desk/telephone?call=*")
    line.tells(event="answer", callId="c1", user=["101"])
    desk.locator(".calls-bar li.talking").wait_for()
    desk.fill("[name=contract]", MEI.contract)
    desk.fill("[name=id_number]", MEI.id_number)
    desk.get_by_role("button", name="核对", exact=True).click()
    desk.get_by_role("button", name="打开案件，记录情况").click()
    desk.wait_for_url("**/cases/*/telephone?call=*")
    faults += eyes.everything(desk, (NARROW, WIDE), night=True)
    desk.select_option("[name=cause]", "illness")
    desk.locator("#step-cause button").click()
    desk.wait_for_url("**#step-difficulty")
    assert desk.input_value("[name=cause]") == "illness"
    case_id = desk.url.split("/cases/")[1].split("/")[0]
    line.tells(event="hangup", callId="c1")
    assert line.brings("c1", wav(2))[0] == 201
    desk.goto(f"/desk/cases/{case_id}/messages")
    faults += eyes.everything(desk, (NARROW, WIDE), night=True)
    assert played(desk) == 2
    assert site.insider.record(case_id, "sum(event.fact.type == 'call.heard' for event in file.events)") == 1
    desk.get_by_role("button", name="打电话").click()
    desk.get_by_role("link", name=f"+86{MEI.phone}").wait_for()
    faults += eyes.everything(desk, (NARROW, WIDE), night=True)
    desk.get_by_role("button", name="没有接通").click()
    desk.wait_for_url("**/messages")
    assert site.insider.record(case_id, "file.talk.calls[-1].connected") is False
    hers = phone(site.url)
    hers.goto("/start")
    assert people.prove(hers, site, MEI) == case_id
    hers.goto(f"/c/{case_id}/messages")
    with hers.expect_navigation():
        hers.get_by_role("link", name="通话录音").click()
    faults += eyes.everything(hers, (NARROW, PHONE), night=True)
    assert played(hers) == 2
    with hers.expect_download() as saved:
        hers.get_by_role("link", name="下载").click()
    assert saved.value.suggested_filename == "call.wav"
    assert saved.value.path().read_bytes() == wav(2)
    assert faults == []


def played(page: Any) -> int:
    """Seconds of the first recording on a page, once a browser has loaded it."""
    return round(
        page.locator("audio").first.evaluate(
            "sound => new Promise((done, failed) => { sound.preload = 'metadata';"
            " sound.onloadedmetadata = () => done(sound.duration); sound.onerror = () => failed(sound.error.message);"
            " sound.load(); })"
        )
    )
