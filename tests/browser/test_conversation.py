"""The conversation in a browser: what comes appears beside what is typed, and what is typed outlives a restart."""

from typing import Any

from tests.browser import people
from tests.browser.eyes import NARROW, Eyes
from tests.browser.people import Guest, Inhabited

WIDE = 1280
SAYS = """
from forbear.actions.conversation import Written, write_message
from forbear.actions.record import By
from forbear.core.contact import SYSTEM, Channel
from forbear.core.contact_facts import Voice
def says(text, channel="chat", actor=None, **more):
    by = By(actor=actor or she.her, channel=Channel(channel), key=she.desk.ids.new("w"))
    write_message(she.desk, by, she.case_id, Written(text=text, **more))
"""


def begun(site: Inhabited, guest: Guest) -> str:
    """Her case, in which a mail, a chat with the bot and a note stand."""
    case_id: str = site.insider.do(
        f"{SAYS}\nshe = borrower({guest.contract!r}); she.arrives(); she.answers(); she.submits()\n"
        "raw = she.desk.vault.keep(she.case_id, 'message', b'raw')\n"
        "says('医院说要手术，七月能先停吗', 'email', subject='关于七月', sender='she@example.com', raw=raw)\n"
        "says('我是助手，可以先问我。', actor=SYSTEM, voice=Voice.BOT)\n"
        "answer = she.case_id"
    )
    site.insider.work()
    return case_id


def test_what_comes_appears_and_what_is_typed_stays(site: Inhabited, phone: Any, eyes: Eyes):
    case_id = begun(site, people.guest(1))
    page = phone(site.url, device_scale_factor=1)
    page.set_viewport_size({"width": WIDE, "height": 900})
    people.sign_in(page, "lin")
    page.goto(f"/desk/cases/{case_id}/messages")
    assert eyes.everything(page, (NARROW, WIDE), night=True) == []
    page.fill("#message", "还没写完的答复")
    site.insider.do("says('还有一件事，我换了手机')")
    page.wait_for_selector("#talk li.hers >> text=还有一件事，我换了手机")
    assert page.input_value("#message") == "还没写完的答复"
    assert page.locator("#talk li").first.inner_text().count("还有一件事") == 1
    page.wait_for_selector("#draft-said >> text=草稿已保存")
    site.kill()
    site.serve()
    page.goto(f"/desk/cases/{case_id}/messages")
    assert page.input_value("#message") == "还没写完的答复"
    page.click("button[value=send]")
    page.wait_for_selector("#talk li.ours >> text=还没写完的答复")
    assert page.input_value("#message") == ""
    assert "还没有收到" in page.inner_text("#talk li.ours")
    site.insider.do(
        "from forbear.actions.conversation import delivered\n"
        "delivered(she.desk, By(actor=she.her, channel=Channel.CHAT, key='taken'), she.case_id, 999)"
    )
    page.wait_for_selector("#talk li.ours >> text=/2026年3月2日 [0-9:]{5}收到/")
    assert page.locator("#talk li.ours").count() == 1
    assert site.insider.record(case_id, "[said.text for said in file.spoken if said.by.id == 'lin']") == [
        "还没写完的答复"
    ]
    assert site.insider.record(case_id, "desk.drafts.writers(file.case.case_id)") == []


def presses(page: Any, button: str) -> None:
    """Press a button without scripts, and see the page that it leads to."""
    with page.expect_navigation():
        page.click(button)


def test_without_scripts_a_reply_is_put_in_kept_and_sent(site: Inhabited, phone: Any, eyes: Eyes):
    case_id = begun(site, people.guest(2))
    page = phone(site.url, javascript=False, device_scale_factor=1)
    page.set_viewport_size({"width": WIDE, "height": 900})
    people.sign_in(page, "chen")
    page.goto("/desk/replies")
    page.fill("#name", "收到")
    page.fill("#text", "不还会失信。")
    presses(page, "main form button.main")
    assert "失信" in page.inner_text("#reply-faults")
    assert page.input_value("#name") == "收到"
    page.fill("#text", "{name}，您写的我们收到了。")
    presses(page, "main form button.main")
    page.goto(f"/desk/cases/{case_id}/messages")
    presses(page, "button[value=insert]")
    words = f"{people.guest(2).name}，您写的我们收到了。"
    assert page.input_value("#message") == words
    presses(page, "button[value=keep]")
    page.goto("/desk/replies")
    page.goto(f"/desk/cases/{case_id}/messages")
    assert page.input_value("#message") == words
    page.select_option("#channel", "chat")
    presses(page, "button[value=send]")
    sent = site.insider.record(case_id, "[(s.text, s.reply, s.channel) for s in file.spoken][-1]")
    assert sent == [words, "收到@1", "chat"]
