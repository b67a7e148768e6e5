"""The conversation on her page: every channel, what reached whom, the bot always marked, no note of the desk."""

from forbear.actions.conversation import Written, write_message, write_note
from forbear.actions.record import By
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Channel
from forbear.core.events import MessageDelivered
from tests.web.borrower.conftest import AGENT, Borrower


def comes(she: Borrower, actor: Actor, channel: Channel, **written: object) -> None:
    by = By(actor=actor, channel=channel, key=she.desk.ids.new("w"))
    write_message(she.desk, by, she.case_id, Written(**written))  # type: ignore[arg-type]


def test_what_was_said_over_every_channel_stands_in_order_and_marked(she: Borrower):
    she.signs_in().sends("messages", {"words": "我先写的"})
    comes(she, SYSTEM, Channel.CHAT, text="我是助手。", voice=e.Voice.BOT)
    comes(she, SYSTEM, Channel.CHAT, text="八点以后答复。", voice=e.Voice.AUTO)
    comes(she, AGENT, Channel.EMAIL, text="这是<b>邮件</b>。", subject="关于七月")
    page = she.opens("messages")
    places = [page.text.find(words) for words in ("我先写的", "我是助手。", "八点以后答复。", "主题：关于七月")]
    assert -1 not in places and places == sorted(places)
    assert "我们的助手，是电脑程序 · 在线对话" in page.text
    assert "自动发出 · 在线对话" in page.text
    assert "我们 · 邮件" in page.text
    assert "这是&lt;b&gt;邮件&lt;/b&gt;。" in page.source


def test_opening_her_page_takes_our_messages_once_and_looking_ahead_takes_none(she: Borrower):
    she.signs_in()
    comes(she, AGENT, Channel.CHAT, text="好的。", message="m_1")
    she.client.get(she.at("messages"), HTTP_SEC_PURPOSE="prefetch")
    assert she.facts("message.delivered") == []
    for _ in range(2):
        assert "您在2026年3月2日 09:00收到" in she.opens("messages").text
    assert she.facts("message.delivered") == [MessageDelivered(message="m_1")]


def test_she_sees_that_the_desk_had_hers(she: Borrower):
    from forbear.actions.conversation import delivered

    she.signs_in().sends("messages", {"words": "收到了吗"})
    assert "我们在2026年3月2日 09:00收到" not in she.opens("messages").text
    delivered(she.desk, By(actor=AGENT, channel=Channel.WEB, key="taken"), she.case_id, she.file.case.seq)
    assert "我们在2026年3月2日 09:00收到" in she.opens("messages").text


def test_a_note_of_the_desk_is_not_hers_to_read_here(she: Borrower):
    she.signs_in()
    write_note(she.desk, By(actor=AGENT, channel=Channel.WEB, key="n"), she.case_id, "内部的话")
    assert "内部的话" not in she.opens("messages").text


def test_a_call_and_a_hand_over_are_lines_she_can_see(she: Borrower):
    from forbear.actions.record import carry_out

    she.signs_in()
    handed = e.HandedOver(why=e.HandoverWhy.ASKED, position=2, expected_at=she.desk.clock.now(), answer_by=Channel.CHAT)
    facts = [handed, e.CallBegun(call="k_1", direction=e.Direction.OUT, number="1"), e.PersonLeft()]
    carry_out(she.desk, By(actor=SYSTEM, channel=Channel.CHAT, key="h"), she.case_id, {}, lambda _: facts)
    page = she.opens("messages").text
    assert "您排在第 2 位，2026年3月2日 09:00之前答复" in page
    assert "我们给您打了电话。" in page and "人工同事离开了对话。" in page


def test_a_message_and_the_notice_that_brings_it_are_one_line(she: Borrower):
    she.signs_in()
    comes(she, AGENT, Channel.SMS, text="请看一下计划。")
    assert len(she.facts("notice.queued")) == 1
    page = she.opens("messages").text
    assert page.count("请看一下计划。") == 1 and "我们给您写了一条信息" not in page
