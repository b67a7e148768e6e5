"""The live chat in two browsers, over bad lines and a server that is killed: no gap, no double, in order."""

from collections.abc import Callable
from typing import Any

import pytest

from forbear.words import say
from tests.browser import people
from tests.browser.eyes import Eyes
from tests.browser.people import Guest, Inhabited


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
        page.locator("#talk form button.button").click()


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
    found: list[str] = site.insider.record(case_id, "[said.text for said in file.spoken if said.text]")
    return found


def test_both_sides_talk_and_see_who_types_and_what_arrived(site: Inhabited, phone: Callable[..., Any], eyes: Eyes):
    she = hers(phone, site, people.MEI)
    assert words("chat.page.state.her.open") in she.inner_text("[data-state]")
    write(she, "这个月工资少了一半，能晚点还吗？")
    shows(she, "这个月工资少了一半，能晚点还吗？")
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
    assert types.count("message.delivered") == 3
    eyes.look(she)
    eyes.look(agent)


@pytest.mark.parametrize("name", ["chatwoot-995", "chatwoot-5182", "chatwoot-7663", "killed"])
def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(site: Inhabited, phone: Callable[..., Any], name: str):
    """Reconnecting, whatever happened meanwhile, is asking for what comes after the last seq shown."""
    number = ["chatwoot-995", "chatwoot-5182", "chatwoot-7663", "killed"].index(name) + 1
    she = hers(phone, site, people.guest(number))
    write(she, "一")
    shows(she, "一")
    site.kill()
    write(she, "二", "三")
    she.wait_for_function("() => document.querySelectorAll('.unsent').length === 2")
    case = she.case_id
    said = ["断线时写的", "断线时又写的"]
    site.insider.do(
        "from forbear.actions import chat\n"
        "from forbear.config.wiring import desk as wired\n"
        "from forbear.actions.record import By\n"
        "from forbear.core.contact import Actor, Auth, Channel, Role\n"
        "lin = Actor(Role.AGENT, 'lin', Auth.STAFF)\n"
        f"for n, text in enumerate({said!r}):\n"
        f"    chat.answer(wired(), By(actor=lin, channel=Channel.CHAT, key=f'{name}:{{n}}'), {case!r}, text)\n"
    )
    site.serve()
    if name == "chatwoot-7663":
        she.reload()
    shows(she, "一", *said, "二", "三")
    assert spoken(site, case) == ["一", *said, "二", "三"]
