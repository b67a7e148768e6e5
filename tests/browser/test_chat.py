"""The live chat in two browsers, over bad lines and a server that is killed: no gap, no double, in order."""

from collections.abc import Callable
from typing import Any

import pytest

from forbear.words import say
from tests.browser import people
from tests.browser.eyes import Eyes
from tests.browser.people import Guest, Inhabited
from tests.servers import wait_until

DESK_BYTES_MAX = 200_000
"""The desk is no telephone."""


def words(key: str, **facts: object) -> str:
    return say("zh", key, **facts)


def hers(phone: Callable[..., Any], site: Inhabited, guest: Guest, **more: Any) -> Any:
    """Her chat page; `page.case_id` is her case."""
    page = phone(site.url, **more)
    page.goto("/start")
    page.case_id = people.prove(page, site, guest)
    page.goto(f"/c/{page.case_id}/chat")
    return page


def desks(phone: Callable[..., Any], site: Inhabited, name: str, case_id: str) -> Any:
    """The desk's page of the same conversation, joined."""
    page = phone(site.url, viewport={"width": 1280, "height": 900})
    people.sign_in(page, name)
    page.goto(f"/desk/cases/{case_id}/chat")
    page.locator("form[action$='/chat/join'] button").click()
    page.wait_for_selector("form[action$='/chat/leave']")
    return page


def write(page: Any, *said: str) -> None:
    for text in said:
        page.fill("#talk textarea", text)
        page.locator("#talk form:not([data-choices]) button.button").click()


def shows(page: Any, *said: str) -> None:
    """All of it was taken and is shown, each once, in this order, nothing unsent."""
    page.wait_for_function(
        "(said) => !document.querySelector('.unsent') && said.every((text) =>"
        " [...document.querySelectorAll('[data-lines] .words')].some((one) => one.textContent === text))",
        arg=list(said),
    )
    found = page.locator("[data-lines] .words").all_inner_texts()
    assert [text for text in found if text in said] == list(said)
    seqs = page.eval_on_selector_all("[data-lines] [data-seq]", "all => all.map((li) => Number(li.dataset.seq))")
    assert seqs == sorted(set(seqs))


def spoken(site: Inhabited, case_id: str) -> list[str]:
    found: list[str] = site.insider.record(
        case_id, "[said.text for said in file.spoken if said.text and said.voice.value == 'person']"
    )
    return found


def test_both_sides_talk_and_see_who_types_and_what_arrived(site: Inhabited, phone: Callable[..., Any], eyes: Eyes):
    she = hers(phone, site, people.MEI)
    assert words("chat.page.state.her.open") in she.inner_text("[data-state]")
    write(she, "这个月工资少了一半，能晚点还吗？")
    shows(she, "这个月工资少了一半，能晚点还吗？")
    write(she, "找真人")
    she.wait_for_function(
        "(said) => document.querySelector('[data-state]').textContent === said", arg=words("chat.page.state.her.next")
    )
    agent = desks(phone, site, "lin", she.case_id)
    shows(agent, "这个月工资少了一半，能晚点还吗？")
    she.wait_for_selector(f"li.event:has-text('{words('chat.page.event.her.joined')}')")
    agent.type("#talk textarea", "可以")
    she.wait_for_selector(f"[data-typing-line]:has-text('{words('chat.page.typing')}')")
    write(agent, "可以的，先看看怎么安排。", "您方便发一下工资条吗？")
    shows(she, "可以的，先看看怎么安排。", "您方便发一下工资条吗？")
    agent.wait_for_function("() => [...document.querySelectorAll('li.mine .mark')].every((mark) => mark.textContent)")
    types = site.insider.record(she.case_id, "[event.fact.type for event in file.events]")
    assert "typing" not in " ".join(types)
    delivered = "[bool(said.delivered_at) for said in file.spoken if said.message]"
    wait_until(
        lambda: set(site.insider.record(she.case_id, delivered)) == {True}, 10, "each to have what the other said"
    )
    eyes.look(she)
    eyes.look(agent, bytes_max=DESK_BYTES_MAX)


@pytest.mark.parametrize("name", ["chatwoot-995", "chatwoot-5182", "chatwoot-7663", "chatwoot-6411"])
def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(site: Inhabited, phone: Callable[..., Any], name: str):
    """Reconnecting, whatever happened meanwhile, is asking for what comes after the last seq shown. 6411: the desk's
    page comes back by itself as well, however long the server was away.
    """
    number = ["chatwoot-995", "chatwoot-5182", "chatwoot-7663", "chatwoot-6411"].index(name) + 1
    she = hers(phone, site, people.guest(number))
    write(she, "一")
    shows(she, "一")
    agent = desks(phone, site, "wu", she.case_id) if name == "chatwoot-6411" else None
    site.kill()
    write(she, "二", "三")
    she.wait_for_function("() => document.querySelectorAll('.unsent').length === 2")
    case = she.case_id
    said = ["断线时写的", "断线时又写的"]
    answers(site, case, name, said)
    site.serve()
    if name == "chatwoot-7663":
        she.reload()
    shows(she, "一", *said, "二", "三")
    assert spoken(site, case) == ["一", *said, "二", "三"]
    if agent:
        shows(agent, "一", *said, "二", "三")


def test_rocket_chat_36023_a_line_that_carries_one_way_only(site: Inhabited, phone: Callable[..., Any]):
    """What she writes arrives and its answers do not: it is shown as unsent, sent again, and stands there once."""
    she = hers(phone, site, people.guest(5))
    lost: list[str] = []

    def arrives_and_is_not_answered(route: Any) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch()
        lost.append(route.request.post_data)
        route.abort()

    she.route(f"**/c/{she.case_id}/chat", arrives_and_is_not_answered)
    write(she, "听得到吗", "第二句")
    she.wait_for_selector(f".unsent:has-text('{words('chat.page.unsent')}')")
    while len(lost) < 2:
        she.wait_for_timeout(100)
    she.unroute(f"**/c/{she.case_id}/chat")
    shows(she, "听得到吗", "第二句")
    assert spoken(site, she.case_id) == ["听得到吗", "第二句"]


@pytest.mark.parametrize("thread", ["rocket-chat-36023", "amazon-connect-254"])
def test_a_page_that_hears_nothing_shows_what_it_missed_as_soon_as_it_sends(
    site: Inhabited, phone: Callable[..., Any], thread: str
):
    """Her messages go out and no news comes in: the answer to each message brings what she missed."""
    she = hers(phone, site, people.guest(11 if thread == "rocket-chat-36023" else 12))
    write(she, "在吗")
    shows(she, "在吗")
    for deaf in ("wake", "pull*", "seen"):
        she.route(f"**/c/{she.case_id}/chat/{deaf}", lambda route: route.abort())
    answers(site, she.case_id, thread, ["在的", "请讲"])
    write(she, "我想延期")
    shows(she, "在吗", "在的", "请讲", "我想延期")


def test_the_line_shows_who_came_while_the_desk_was_away_chatwoot_3916(site: Inhabited, phone: Callable[..., Any]):
    """A laptop that was closed shows who waits now without being asked."""
    page = phone(site.url, viewport={"width": 1280, "height": 900})
    people.sign_in(page, "lin")
    page.goto("/desk/chat")
    page.context.set_offline(True)
    she = hers(phone, site, people.guest(13))
    write(she, "转人工")
    she.wait_for_selector("[data-lines] li.event")
    page.context.set_offline(False)
    page.wait_for_selector(f"a[href*='{she.case_id}']")


@pytest.mark.parametrize("thread", ["chatwoot-14934", "chatwoot-4335"])
def test_a_page_that_was_away_asks_for_all_it_missed(site: Inhabited, phone: Callable[..., Any], thread: str):
    """14934: the other side answered blind, only so many seconds were fetched again; 4335: a phone that slept."""
    she = hers(phone, site, people.guest(6 if thread == "chatwoot-14934" else 7))
    write(she, "在的")
    shows(she, "在的")
    she.context.set_offline(True)
    write(she, "地铁里写的")
    missed = [f"第{n}句" for n in range(12)]
    answers(site, she.case_id, thread, missed)
    she.wait_for_selector(".unsent")
    she.context.set_offline(False)
    shows(she, "在的", *missed, "地铁里写的")


def test_two_tabs_show_the_same_and_a_copied_tab_sends_nothing_twice(site: Inhabited, phone: Callable[..., Any]):
    she = hers(phone, site, people.guest(8))
    with she.context.expect_page() as opened:
        she.evaluate("() => window.open(location.href)")  # the new tab begins with a copy of the session storage
    other = opened.value
    other.wait_for_selector("#talk.live")
    write(she, "左边写的")
    shows(other, "左边写的")
    write(other, "右边写的")
    shows(she, "左边写的", "右边写的")
    shows(other, "左边写的", "右边写的")
    assert spoken(site, she.case_id) == ["左边写的", "右边写的"]


def test_without_javascript_both_sides_send_and_read(site: Inhabited, phone: Callable[..., Any], eyes: Eyes):
    she = hers(phone, site, people.guest(9), javascript=False)
    write(she, "没有脚本也能写")
    she.wait_for_url("**/chat?done=sent")
    answers(site, she.case_id, "plain", ["也能读"])
    with she.expect_navigation():
        she.locator("#talk a.no-live").click()
    found = she.locator("[data-lines] .words").all_inner_texts()
    assert [text for text in found if "能" in text] == ["没有脚本也能写", "也能读"]
    eyes.look(she)


def answers(site: Inhabited, case_id: str, key: str, said: list[str]) -> None:
    """Somebody of the desk writes, from another process."""
    site.insider.do(
        "from forbear.actions import chat\n"
        "from forbear.config.wiring import desk as wired\n"
        "from forbear.actions.record import By\n"
        "from forbear.core.contact import Actor, Auth, Channel, Role\n"
        "lin = Actor(Role.AGENT, 'lin', Auth.STAFF)\n"
        f"for n, text in enumerate({said!r}):\n"
        f"    chat.answer(wired(), By(actor=lin, channel=Channel.CHAT, key=f'{key}:{{n}}'), {case_id!r}, text)\n"
    )
