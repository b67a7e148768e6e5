"""The conversation at the desk: one time line, live, answers by a channel, drafts, kept replies, words found."""

import re
from collections.abc import Callable

import pytest

from forbear.actions.conversation import Written, write_message
from forbear.actions.ports import Desk, Draft
from forbear.actions.record import By, load
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Channel
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import has_papers
from tests.web.desk.conftest import Page, Person, live

AGENT, OTHER, REVIEWER = AGENTS[1].id, AGENTS[0].id, REVIEWERS[1].id
Signed = Callable[..., Person]


@pytest.fixture
def talk(desk: Desk, she: Borrower) -> str:
    """The address of her conversation, in which she wrote once by e-mail with its raw form kept."""
    live(desk, has_papers(she))
    raw = desk.vault.keep(she.case_id, "message", b"From: she@example.com\r\n\r\n<script>alert(1)</script>")
    mail = Written(text="<b>七月能先停吗</b>", subject="关于七月", sender="she@example.com", raw=raw, message="m_mail")
    comes(desk, she, mail, Channel.EMAIL)
    return f"/desk/cases/{she.case_id}/messages"


def comes(
    desk: Desk, she: Borrower, written: Written | str, channel: Channel = Channel.CHAT, actor: Actor | None = None
) -> None:
    by = By(actor=actor or she.her, channel=channel, key=desk.ids.new("w"))
    write_message(desk, by, she.case_id, written)


def line_of(page: Page) -> str:
    """The time line, without the timeline of the case beside it."""
    return page.source.partition('<ol class="talk" id="talk">')[2].partition("</ol>")[0]


def facts(desk: Desk, she: Borrower, kind: str) -> list[e.Fact]:
    return [event.fact for event in load(desk, she.case_id).events if event.fact.type == kind]


# ---- one time line ---------------------------------------------------------------------------------------------


def test_a_message_stands_with_channel_sender_subject_and_words_that_are_no_markup(
    she: Borrower, person: Signed, talk: str
):
    page = person(AGENT).opens(talk)
    assert "邮件 · she@example.com" in page.text
    assert "关于七月" in page.text
    assert "&lt;b&gt;七月能先停吗&lt;/b&gt;" in page.source


def test_papers_that_came_with_a_message_are_a_click_away(desk: Desk, she: Borrower, person: Signed, talk: str):
    papers = tuple(paper.paper for paper in load(desk, she.case_id).papers[:2])
    comes(desk, she, Written(text="附上两份", papers=papers), Channel.EMAIL)
    her = person(AGENT)
    line = line_of(her.opens(talk))
    assert re.findall(r'href="[^"]*/papers/([^"]*)">附带材料 ([12])<', line) == [(papers[0], "1"), (papers[1], "2")]
    assert her.opens(f"/desk/cases/{she.case_id}/papers/{papers[0]}").status == 200


def test_what_the_bot_and_the_clock_say_is_marked(desk: Desk, she: Borrower, person: Signed, talk: str):
    comes(desk, she, Written(text="我是助手。", voice=e.Voice.BOT), actor=SYSTEM)
    comes(desk, she, Written(text="现在没有人在。", voice=e.Voice.AUTO), actor=SYSTEM)
    page = person(AGENT).opens(talk)
    assert re.search(r'class="bot"[^>]*>\s*<p class="by"><b>机器人</b>.*?我是助手。', page.source, re.DOTALL)
    assert re.search(r'class="auto"[^>]*>\s*<p class="by"><b>自动</b>.*?现在没有人在。', page.source, re.DOTALL)


def test_a_filter_shows_one_channel(desk: Desk, she: Borrower, person: Signed, talk: str):
    comes(desk, she, "聊天里说的")
    person(AGENT).does(she.case_id, "messages", "note", text="内部的话")
    her = person(AGENT)
    words = ("七月能先停", "聊天里说的", "内部的话")
    shown = {
        name: [word in line_of(her.opens(f"{talk}?channel={name}")) for word in words]
        for name in ("all", "email", "chat", "note", "sms")
    }
    assert shown == {
        "all": [True, True, True],
        "email": [True, False, False],
        "chat": [False, True, False],
        "note": [False, False, True],
        "sms": [False, False, False],
    }


def test_the_raw_form_is_saved_and_never_shown(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    (address,) = re.findall(r'href="([^"]*/raw/[^"]*)"', her.opens(talk).source)
    saved = her.opens(address).response
    assert saved.content == b"From: she@example.com\r\n\r\n<script>alert(1)</script>"
    assert saved.headers["Content-Type"] == "application/octet-stream"
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''m_mail.eml"
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    other = desk.vault.keep(she.case_id, "message", b"another file of the case")
    assert her.opens(f"{talk}/raw/{other}").status == 404
    assert person("he").opens(address).status == 200


# ---- who had what ----------------------------------------------------------------------------------------------


def test_opening_takes_her_messages_once(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    for _ in range(2):
        assert re.search("工作台2026年3月3日 [0-9:]{5}看到", her.opens(talk).text)
    person(OTHER).opens(talk)
    assert facts(desk, she, "message.delivered") == [e.MessageDelivered(message="m_mail")]


def test_looking_ahead_and_only_reading_take_nothing(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ"):
        assert her.client.get(talk, **{name: "prefetch;prerender"}).status_code == 200
    assert her.client.head(talk).status_code == 200
    person("he").opens(talk)
    her.opens(f"{talk}?channel=sms")
    her.opens(f"{talk}?words=医院")
    assert facts(desk, she, "message.delivered") == []


# ---- live ------------------------------------------------------------------------------------------------------


def pulled(page: Page) -> str:
    """Where the page asks what is new."""
    return re.findall(r'hx-get="([^"]*/since/[^"]*)"', page.source)[0].replace("&amp;", "&")


def test_the_page_is_told_what_is_new_and_nothing_twice(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    page = her.opens(talk)
    assert her.opens(pulled(page)).status == 304
    comes(desk, she, "还有一件事")
    new = her.opens(pulled(page))
    assert (new.status, new.source.count("还有一件事"), new.source.count("七月能先停吗")) == (200, 1, 0)
    assert '<ol hx-swap-oob="afterbegin:#talk">' in new.source
    assert 'id="answer-seen"' in new.source and "<textarea" not in new.source
    assert len(facts(desk, she, "message.delivered")) == 2
    assert her.opens(pulled(new)).status == 304


def test_a_delivery_that_moved_on_is_drawn_in_its_place(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    her.does(she.case_id, "messages", "write", text="周五之前。", channel="chat")
    page = her.opens(talk)
    assert "还没有收到" in page.text
    sent = load(desk, she.case_id).spoken[-1]
    from forbear.actions.conversation import delivered

    delivered(desk, By(actor=she.her, channel=Channel.CHAT, key="taken"), she.case_id, sent.seq)
    new = her.opens(pulled(page))
    assert f'id="said-{sent.seq}" class="ours" data-row tabindex="-1" hx-swap-oob="true"' in new.source
    assert "afterbegin" not in new.source


def test_an_agent_does_not_answer_blind_and_loses_no_word(desk: Desk, she: Borrower, person: Signed, talk: str):
    """Chatwoot #14934: an agent replied without having seen the newest message."""
    her = person(AGENT)
    before = her.opens(talk)
    comes(desk, she, "不用了，已经解决")
    answer = her.sends(f"{talk}/write", {"text": "我写了很久的答复", "act": "send", "channel": "chat"}, form=before)
    assert answer.status == 409
    assert "不用了，已经解决" in answer.text and "我写了很久的答复</textarea>" in answer.source
    assert load(desk, she.case_id).spoken[-1].text == "不用了，已经解决"
    again = her.sends(f"{talk}/write", {"text": "好的。", "act": "send", "channel": "chat"}, form=answer)
    assert again.status == 302
    assert load(desk, she.case_id).spoken[-1].text == "好的。"


def test_a_message_pressed_fifty_times_is_sent_once(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    form = her.opens(talk)
    statuses = {
        her.sends(f"{talk}/write", {"text": "一次就够", "act": "send", "channel": "chat"}, form=form).status
        for _ in range(50)
    }
    assert statuses == {302}
    assert [one.text for one in load(desk, she.case_id).spoken].count("一次就够") == 1


# ---- drafts ----------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_for_her_alone_and_gone_when_sent(desk: Desk, she: Borrower, person: Signed, talk: str):
    her, other = person(AGENT), person(OTHER)
    form = her.opens(talk)
    typed = {"text": "还没写完", "subject": "", "channel": "sms"}
    assert her.sends(f"{talk}/draft", typed, form=form).status == 204
    page = her.opens(talk)
    assert "还没写完</textarea>" in page.source and '<option value="sms" selected>' in page.source
    seen = other.opens(talk)
    assert "还没写完" not in seen.source and f"{AGENT}也在写回复" in seen.text
    assert her.sends(f"{talk}/write", {**typed, "text": "写完了。", "act": "send"}, form=form).status == 302
    assert her.sends(f"{talk}/draft", typed, form=form).status == 204
    assert "还没写完" not in her.opens(talk).source
    assert desk.drafts.writers(she.case_id) == ()


def test_another_agents_draft_shows_on_a_page_that_is_open(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    page = her.opens(talk)
    desk.drafts.keep(Draft(case_id=she.case_id, staff="chen", text="秘密", at=desk.clock.now()))
    new = her.opens(pulled(page))
    assert (new.status, "chen也在写回复" in new.text, "秘密" in new.source) == (200, True, False)
    assert her.opens(pulled(new)).status == 304


def test_without_a_script_a_button_keeps_and_drops_the_draft(desk: Desk, she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    assert her.does(she.case_id, "messages", "write", text="稍后再写", act="keep", channel="web").status == 302
    page = her.opens(talk)
    assert "草稿已保存。" in page.text and "稍后再写</textarea>" in page.source
    assert her.does(she.case_id, "messages", "write", act="drop").status == 302
    assert "稍后再写" not in her.opens(talk).source
    assert len(facts(desk, she, "message.written")) == 1


# ---- kept replies ----------------------------------------------------------------------------------------------


def keeps(her: Person, name: str, text: str) -> Page:
    data = {"name": name, "language": "zh", "text": text, "version": ""}
    return her.sends("/desk/replies", data, form=her.opens("/desk/replies"))


def test_a_reviewer_keeps_a_reply_and_an_agent_puts_it_in(desk: Desk, she: Borrower, person: Signed, talk: str):
    page = keeps(person(REVIEWER), "收到", "{name}，收到了。")
    assert page.status == 302
    her = person(AGENT)
    filled = her.does(she.case_id, "messages", "write", text="您好。", act="insert", insert="收到@1", channel="chat")
    words = f"您好。\n\n{she.row.name}，收到了。"
    assert filled.status == 200 and f"{words}</textarea>" in filled.source
    assert len(facts(desk, she, "message.written")) == 1, "nothing is sent by putting words in"
    sent = her.sends(
        f"{talk}/write",
        {"text": words, "act": "send", "channel": "chat", "reply": filled.hidden("reply")},
        form=filled,
    )
    assert sent.status == 302
    said = load(desk, she.case_id).spoken[-1]
    assert (said.text, said.reply) == (words, "收到@1")
    assert "常用回复 收到@1" in her.opens(talk).text


def test_a_reply_that_threatens_or_promises_is_not_kept_and_says_why(desk: Desk, person: Signed):
    her = person(REVIEWER)
    text = "不还会失信，我们保证 50% 减免。"
    page = keeps(her, "坏", text)
    assert page.status == 422
    assert [word for word in ("“失信”", "“保证”", "“50%”") if word not in page.text] == []
    assert f"{text}</textarea>" in page.source
    assert desk.canned_replies.all() == ()


def test_a_change_is_a_new_version_and_the_old_one_stays_to_be_read(person: Signed):
    her = person("sun")
    for version, text in enumerate(("第一版。", "第二版。"), start=1):
        form = her.opens("/desk/replies" if version == 1 else "/desk/replies?change=收到@1")
        data = {"name": "收到", "language": "zh", "text": text, "version": form.hidden("version")}
        assert her.sends("/desk/replies", data, form=form).status == 302
    page = her.opens("/desk/replies").text
    assert "第一版。" in page and "第二版。" in page and "全部版本：2" in page
    late = her.sends("/desk/replies", {"name": "收到", "language": "zh", "text": "又一版。", "version": "1"}, form=form)
    assert late.status == 409 and "现在是第 2 版" in late.text and "又一版。</textarea>" in late.source


def test_agents_and_auditors_read_the_replies_and_do_not_write_them(desk: Desk, person: Signed):
    for name in (AGENT, "he"):
        her = person(name)
        assert 'action="/desk/replies"' not in her.opens("/desk/replies").source
        assert keeps(her, "收到", "好。").status == 403
    assert desk.canned_replies.all() == ()


# ---- words found -----------------------------------------------------------------------------------------------


def test_words_are_found_in_the_conversation_in_both_languages(desk: Desk, she: Borrower, person: Signed, talk: str):
    comes(desk, she, "My SURGERY is in July")
    her = person(AGENT)
    assert "先<mark>停</mark>吗" in her.opens(f"{talk}?words=停").source
    found = her.opens(f"{talk}?words=surgery")
    assert "My <mark>SURGERY</mark> is in July" in found.source and "找到 1 条" in found.text
    assert "这个对话里没有这些词" in her.opens(f"{talk}?words=surg").text
    assert "请写要找的词" in her.opens(f"{talk}?words=？").text


def test_the_search_box_finds_words_over_all_cases_for_whoever_works_on_them(she: Borrower, person: Signed, talk: str):
    her = person(AGENT)
    box = her.opens("/desk/?search=七月")
    assert "关于<mark>七月</mark>" in box.source and f"{talk}?all=1#said-" in box.source
    whole = her.opens("/desk/search?search=七月")
    assert (whole.status, whole.source.count("<mark>")) == (200, 1)
    assert her.opens("/desk/search?search=八月").source.count("<mark>") == 0
    assert her.opens("/desk/search?search=？").status == 422
    assert "<mark>" not in person("he").opens("/desk/?search=七月").source
    assert person("he").opens("/desk/search?search=七月").status == 403


def test_a_name_in_full_still_finds_the_case(she: Borrower, person: Signed, talk: str):
    assert f"/desk/cases/{she.case_id}" in person(AGENT).opens(f"/desk/?search={she.row.name}").source


def test_an_auditor_has_no_form(desk: Desk, she: Borrower, person: Signed, talk: str):
    assert 'id="answer"' not in person("he").opens(talk).source
    refused = person("he").client.post(f"{talk}/write", {"text": "好"})
    assert refused.status_code == 403
