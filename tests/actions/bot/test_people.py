"""The guided bot and people: a person at once, what is told when nobody is there, one answer however often it is heard.

Named after complaints about other desks, which must not happen here: chatwoot#5764, #6010, #9293 (no off-hours message
or two of them where a bot is), #14870, #14875 (a bot that goes on while a person is in), antiwork/helper#203 (asking
for a human must change what is seen).
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from forbear.actions import bot
from forbear.actions.agenda import work
from forbear.actions.contact import open_case
from forbear.actions.record import By, Done
from forbear.actions.statement import give_answer
from forbear.core import events as e
from forbear.core.bot import ANSWERS_TO
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Reach, Role
from forbear.core.statement import Question
from forbear.words import catalogue
from tests.actions.bot.chat import SATURDAY, WHOLE, Chat

# ---- a person --------------------------------------------------------------------------------------------------------


def test_asking_for_a_human_changes_what_is_seen_antiwork_helper_203():
    chat = Chat()
    said = chat.says("转人工")
    handed = chat.facts(e.HandedOver)
    assert [(fact.why, fact.position, fact.answer_by) for fact in handed] == [(e.HandoverWhy.ASKED, 1, Channel.CHAT)]
    assert handed[0].expected_at == datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
    assert "第 1 位" in said and "2026年3月2日 10:10" in said
    assert len(chat.facts(e.PersonAsked)) == 1


def test_in_the_middle_of_a_question_too():
    chat = Chat()
    chat.says("开始", "我失业了", "找真人")
    assert len(chat.facts(e.HandedOver)) == 1


def test_others_who_wait_stand_before_her():
    chat = Chat()
    other = made_up_other(chat)
    assert other.facts(e.HandedOver)[0].position == 1
    chat.desk.clock.advance(seconds=1)  # type: ignore[attr-defined]
    chat.says("转人工")
    assert chat.facts(e.HandedOver)[0].position == 2


def made_up_other(chat: Chat) -> Chat:
    """Somebody else at the same desk, who was given to a person."""
    other = Chat(number=5)
    other.desk = chat.desk
    held = chat.desk.loans.find(other.row.loan.contract)
    assert held is not None
    other.her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
    opened = open_case(chat.desk, other.by("open-other"), loan_id=held.loan_id, language="zh")
    assert isinstance(opened, Done)
    other.case_id, other.sent = opened.case_id, 100
    other.says("转人工")
    return other


def test_twice_not_understood_is_a_person_and_once_is_not():
    chat = Chat()
    chat.says("啦啦啦", "我欠多少钱", "呜呜")
    assert chat.facts(e.HandedOver) == []
    chat.says("哇哇")
    assert [fact.why for fact in chat.facts(e.HandedOver)] == [e.HandoverWhy.NOT_UNDERSTOOD]


def test_the_bot_is_silent_while_she_waits_but_for_one_line():
    chat = Chat()
    chat.says("转人工")
    assert "第 1 位" in chat.says("还要多久")
    assert [chat.says(text) for text in ("在吗", "我欠多少钱", "转人工")] == ["", "", ""]


def test_the_bot_never_speaks_while_a_person_is_in_chatwoot_14870_14875():
    chat = Chat()
    chat.says("转人工")
    chat.does(e.PersonJoined())
    assert [chat.says(text) for text in ("你好", "我欠多少钱", "我不想活了")] == ["", "", ""]
    chat.does(e.PersonLeft(waits=True))
    before = len(chat.bots)
    bot.heard(chat.desk, chat.case_id)
    assert len(chat.bots) == before, "what a person was there for is not answered afterwards"
    chat.does(e.PersonLeft())
    bot.heard(chat.desk, chat.case_id)
    assert len(chat.bots) == before
    assert "11,858.85" in chat.says("我欠多少钱")


@pytest.mark.parametrize(
    ("text", "number"),
    [("我不想活了", "12356"), ("他拿刀要杀我", "110"), ("我喘不上气，救命", "120"), ("I want to kill myself", "12356")],
)
def test_danger_is_a_person_at_once_with_where_to_turn(text: str, number: str):
    chat = Chat()
    chat.says("开始")
    assert number in chat.says(text)
    assert [fact.why for fact in chat.facts(e.HandedOver)] == [e.HandoverWhy.WORRY]


def test_danger_is_heard_while_she_waits_too_and_once():
    chat = Chat()
    chat.says("转人工", "在吗")
    assert "12356" in chat.says("我不想活了")
    assert chat.says("我真的不想活了") != "" and chat.says("我想死") == ""
    assert len(chat.facts(e.HandedOver)) == 2 and len(chat.facts(e.PersonAsked)) == 1


# ---- out of hours ----------------------------------------------------------------------------------------------------


def test_off_hours_it_says_when_and_how_and_that_is_due_once_chatwoot_5764_6010_9293():
    chat = Chat(at=SATURDAY)
    said = chat.says("转人工")
    assert "2026年3月9日 09:00" in said and "电话" in said
    for text in ("在吗", "有人吗", "转人工"):
        chat.says(text)
        bot.heard(chat.desk, chat.case_id)
    assert len(chat.facts(e.HandedOver)) == 1 and len(chat.facts(e.PersonAsked)) == 1
    assert chat.file.case.person_by_on == date(2026, 3, 9)
    assert sum("2026年3月9日 09:00" in text for text in chat.bots) == 2, (
        "once, and the one line that she is in the line"
    )
    chat.desk.clock.move_to(datetime(2026, 3, 9, 1, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    while work(chat.desk):
        pass
    assert [item.kind for item in chat.desk.agenda.given_up()] == ["chat-waits"]


def test_off_hours_over_a_holiday_and_a_day_worked_in_its_place():
    chat = Chat(at=datetime(2026, 9, 30, 11, 0, tzinfo=UTC))
    assert "2026年10月8日 09:00" in chat.says("转人工")
    chat = Chat(at=datetime(2026, 10, 9, 11, 0, tzinfo=UTC))
    assert "2026年10月10日 09:00" in chat.says("转人工")


def test_somebody_came_so_that_nothing_is_due():
    chat = Chat()
    chat.says("转人工")
    chat.does(e.PersonJoined())
    chat.desk.clock.advance(hours=1)  # type: ignore[attr-defined]
    while work(chat.desk):
        pass
    assert chat.desk.agenda.given_up() == ()


def test_a_channel_she_does_not_want_is_not_promised():
    chat = Chat(at=SATURDAY)
    file = chat.file
    assert file.party is not None
    reach = Reach(language="zh", phone=file.party.phone, unwanted=(Channel.HOTLINE, Channel.EMAIL))
    chat.does(e.ReachChosen(language="zh", reach=reach), chat.her)
    chat.says("转人工")
    assert chat.facts(e.HandedOver)[0].answer_by is Channel.SMS


# ---- once ------------------------------------------------------------------------------------------------------------


def test_heard_twice_and_by_two_is_one_answer():
    chat = Chat()
    chat.says("开始", "我失业了")
    seq = chat.file.case.seq
    for _ in range(3):
        bot.heard(chat.desk, chat.case_id)
    assert chat.file.case.seq == seq


def test_heard_by_eight_at_once_is_one_answer_each():
    chat = Chat()
    chat.says("开始")
    for text in ("我失业了", "去年十二月", "转人工"):
        chat.writes(text)
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: bot.heard(chat.desk, chat.case_id), range(8)))
    assert len(chat.bots) == 4 and len(chat.facts(e.AnswerGiven)) == 2
    assert len(chat.facts(e.HandedOver)) == len(chat.facts(e.PersonAsked)) == 1


def test_killed_between_the_answer_and_its_words(monkeypatch: pytest.MonkeyPatch):
    chat = Chat()
    chat.says("开始", "我失业了")
    chat.writes("去年十二月")
    real = bot.carry_out

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bot, "carry_out", killed)
    with pytest.raises(KeyboardInterrupt):
        bot.heard(chat.desk, chat.case_id)
    assert chat.file.answers[Question.SINCE] == {"on": "2025-12-01"}
    monkeypatch.setattr(bot, "carry_out", real)
    bot.heard(chat.desk, chat.case_id)
    assert len([fact for fact in chat.facts(e.AnswerGiven) if fact.question is Question.SINCE]) == 1
    assert catalogue("zh")["bot.ask.until"] in chat.bots[-1]


def test_messages_that_came_together_are_answered_in_order():
    chat = Chat()
    chat.says("开始")
    for text in ("我失业了", "去年十二月", "大概三个月"):
        chat.writes(text)
    bot.heard(chat.desk, chat.case_id)
    assert set(chat.file.answers) == {Question.CAUSE, Question.SINCE, Question.UNTIL}
    commands = [event.command for event in chat.file.events if event.command.startswith(ANSWERS_TO)]
    assert len(commands) == len(set(commands))


def test_she_is_greeted_once():
    chat = Chat()
    for _ in range(2):
        bot.greet(chat.desk, chat.case_id)
    assert len(chat.bots) == 1
    said = next(one for one in chat.file.spoken if one.voice is e.Voice.BOT)
    assert (said.by, said.channel) == (SYSTEM, Channel.CHAT)
    assert chat.facts(e.NoticeQueued) == []


def test_only_whoever_proved_herself_hears_that_her_form_is_half_filled_in():
    for proved, key in ((False, "bot.greet.first"), (True, "bot.greet.again")):
        chat = Chat()
        web = By(actor=chat.her, channel=Channel.WEB, key="web:1")
        give_answer(chat.desk, web, chat.case_id, Question.CAUSE, {"cause": "illness"})
        bot.greet(chat.desk, chat.case_id, proved=proved)
        assert chat.bots == [catalogue("zh")[key]]


def test_a_question_after_she_was_told_everything_does_not_make_it_be_told_again():
    chat = Chat()
    chat.says(*WHOLE["zh"], "征信会有影响吗", "我看过了，提交")
    assert chat.file.case.submissions == 1
