"""The guided bot: nine questions into the same form, figures only to whom they belong, nothing made up."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.actions import bot
from forbear.actions.bot_told import known_words, told
from forbear.actions.record import By, Done
from forbear.actions.statement import give_answer
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.bot import state_of
from forbear.core.bot_answers import ANSWERS, RULES
from forbear.core.bot_statement import Told, read_answer
from forbear.core.contact import Auth, Channel
from forbear.core.statement import Question, check_answer
from forbear.words import LANGUAGES, catalogue
from tests.actions.bot.chat import MONDAY, ROWS, WHOLE, Chat


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_statement_in_words_is_the_statement_of_the_pages(language: str):
    chat = Chat(language=language)
    last = chat.says(*WHOLE[language])
    creditor = "花呗" if language == "zh" else "Huabei"
    story = "我要照顾两个老人" if language == "zh" else "I care for my two old parents"
    typed: dict[Question, dict[str, Any]] = {
        Question.CAUSE: {"cause": "job-loss"},
        Question.SINCE: {"on": "2025-12-01"},
        Question.UNTIL: {"on": "2026-06-02"},
        Question.STORY: {"words": story},
        Question.HOME: {"place": "cn/sichuan/chengdu", "adults": 2, "children": 1},
        Question.INCOME: {
            "known": True,
            "lines": [
                {"source": "wages", "evidence": "A", "monthly_minor": 450_000},
                {"source": "partner", "evidence": "A", "monthly_minor": 300_000},
            ],
        },
        Question.OUTGOINGS: {
            "known": True,
            "lines": [{"kind": "rent", "monthly_minor": 120_000}, {"kind": "food", "monthly_minor": 100_000}],
        },
        Question.DEBTS: {
            "known": True,
            "lines": [{"creditor": creditor, "balance_minor": 500_000, "monthly_minor": 50_000, "priority": False}],
        },
        Question.WISH: {"kinds": ["longer-term"], "instalment_minor": 80_000, "months": 24},
    }
    assert dict(chat.file.answers) == {
        question: check_answer(question, answer, date(2026, 3, 2)) for question, answer in typed.items()
    }
    for key in ("limitation", "credit_1", "credit_2", "data"):
        assert catalogue(language)[f"statement.page.meaning.{key}"] in last
    assert chat.file.case.submissions == 0
    given = [event for event in chat.file.events if isinstance(event.fact, e.AnswerGiven)]
    assert {(event.actor, event.channel) for event in given} == {(chat.her, Channel.CHAT)}
    chat.says("我看过了，提交" if language == "zh" else "I have read this, send it")
    assert chat.file.case.submissions == 1


def test_nothing_is_handed_in_before_she_was_told():
    chat = Chat()
    chat.says("我看过了，提交")
    assert chat.file.case.submissions == 0
    chat.says("好的")
    assert chat.file.case.submissions == 0


def test_what_was_understood_is_told_back_and_can_be_changed():
    chat = Chat()
    assert "失去工作" in chat.says("开始", "我失业了")
    assert catalogue("zh")["bot.ask.cause"] in chat.says("改一下")
    assert "生病或受伤" in chat.says("我生病了")
    assert chat.file.answers[Question.CAUSE] == {"cause": "illness"}
    assert catalogue("zh")["bot.ask.since"] in chat.bots[-1]


def test_a_figure_with_two_readings_is_asked_again_and_nothing_saved():
    chat = Chat()
    chat.says(*WHOLE["zh"][:6])
    assert "“4,50”里的逗号可以有两种读法" in chat.says("工资4,50")
    assert Question.INCOME not in chat.file.answers
    chat.says("工资4500", "现在都没有")
    assert chat.file.answers[Question.INCOME]["lines"][0]["monthly_minor"] == 450_000


def test_a_question_of_hers_is_answered_and_ours_stands():
    chat = Chat()
    chat.says("开始", "我失业了")
    said = chat.says("罚息能减免吗？")
    assert catalogue("zh")["bot.ask.since"] in said and "罚息" in said
    chat.says("去年十二月")
    assert chat.file.answers[Question.SINCE] == {"on": "2025-12-01"}


def test_she_goes_on_at_the_page_in_the_middle_and_comes_back():
    chat = Chat()
    chat.says("开始", "我失业了")
    web = By(actor=chat.her, channel=Channel.WEB, key="web:1")
    assert isinstance(give_answer(chat.desk, web, chat.case_id, Question.SINCE, {"on": "2025-11-01"}), Done)
    assert catalogue("zh")["bot.ask.until"] in chat.says("继续")
    assert chat.file.answers[Question.SINCE] == {"on": "2025-11-01"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_under_a_question_is_an_answer_to_it(language: str):
    chat = Chat(language=language)
    known = known_words(chat.desk)
    chat.says("开始" if language == "zh" else "start")
    for question, texts in zip(Question, _answers(language), strict=True):
        for number, text in enumerate(texts):
            step = state_of(chat.file).step
            assert step.question is question
            for choice in bot.choices_now(chat.desk, chat.file, language):
                before = [Told("", one) for one in texts[:number]]
                read = read_answer(question, (*before, Told(step.part, choice.text)), known)
                assert read.answer is not None or read.part not in ("", step.part), choice
            chat.says(text)
        assert question in chat.file.answers


def _answers(language: str) -> list[tuple[str, ...]]:
    """What she says to each question, by its first choice where it has one."""
    words = catalogue(language)
    page = "statement.page"
    return [
        (words[f"{page}.cause.option.family-violence"],),
        (words[f"{page}.since.unknown"],),
        (words[f"{page}.until.unknown"],),
        (words["bot.choice.skip"],),
        (words[f"{page}.place.chengdu"], "2", words["bot.choice.no-children"]),
        ("4500", words[f"{page}.income.option.wages"], words[f"{page}.income.proof.D"]),
        (words[f"{page}.outgoings.unknown"],),
        (words[f"{page}.debts.none"],),
        (words[f"{page}.wish.any"],),
    ]


def test_violence_chosen_as_the_cause_is_an_answer_and_told_is_danger():
    chat = Chat()
    said = chat.says("开始", "家庭暴力")
    assert chat.file.answers[Question.CAUSE] == {"cause": "family-violence"} and "不需要任何证明" in said
    assert chat.facts(e.HandedOver) == []
    chat.says("他打我")
    assert [fact.why for fact in chat.facts(e.HandedOver)] == [e.HandoverWhy.WORRY]


# ---- identity --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", [Auth.NONE, Auth.MAIL_ADDRESS])
def test_without_a_proof_nothing_of_a_case_is_told_and_nothing_taken(auth: Auth):
    known, unknown = Chat(), Chat(auth=auth)
    assert "11,858.85" in known.says("我欠多少钱")
    told_all = [
        unknown.says(text) for text in ("我欠多少钱", "下一期什么时候还", "现在到哪一步了", "开始", "需要什么材料")
    ]
    assert not any(re.search(r"[0-9][0-9,]*\.[0-9]{2}|20[0-9]{2}", said) for said in told_all)
    assert all(catalogue("zh")["bot.prove"] in said for said in told_all)
    unknown.says("我失业了", "改一下收入")
    assert unknown.file.answers == {}


@pytest.mark.parametrize(
    ("auth", "told"), [(Auth.CODE, True), (Auth.APP, True), (Auth.CALL_BACK, False), (Auth.CALLER_TWO_FACTS, False)]
)
def test_a_proof_that_holds_in_the_chat_opens_her_own_figures(auth: Auth, told: bool):
    """What proves who speaks on the telephone proves nothing of who types."""
    assert ("11,858.85" in Chat(auth=auth).says("我欠多少钱")) is told


def test_a_stranger_is_answered_in_general_and_nothing_is_recorded():
    desk = memory_desk(at=MONDAY, rows=ROWS)
    for text, key in (("罚息能减免吗", "bot.answer.waive"), ("我要看进度", "bot.answer.now")):
        said = bot.general(desk, text)
        assert said.lines[0].key == key and said.lines[-1].key == "bot.prove"
    assert bot.general(desk, "转人工").lines[0].key == "bot.handed.asked"
    assert "12356" in told(desk, "zh", bot.general(desk, "我不想活了"))
    assert desk.ledger.size() == 0


# ---- what is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_can_be_said_with_and_without_facts_and_has_no_figure_of_its_own(language: str):
    assert len(ANSWERS) >= 25
    chat = Chat(language=language)
    for intent, known in ANSWERS.items():
        for file in (None, chat.file):
            rulebook = chat.desk.rulebooks.on(date(2026, 3, 2))
            said = bot.answer(intent, file, rulebook, None, date(2026, 3, 2))
            assert told(chat.desk, language, said).strip()
            assert set(said.rules) <= {RULES[name] for name in known.rules} | {"record", "loan-book"}
    own = [key for key, text in catalogue(language).items() if key.startswith("bot.") and re.search("[0-9]", text)]
    assert own == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=60), st.sampled_from(["开始", "我欠多少", "工资", "改一下", "是"])), max_size=4)
)
def test_no_text_is_too_strange_and_no_figure_is_made_up(texts: list[str]):
    chat = Chat()
    rulebook = chat.desk.rulebooks.on(date(2026, 3, 2))
    known = {digits for p in rulebook.deciding() for digits in re.findall("[0-9]+", str(p.value) + str(p.source))}
    known |= {str(p.value // 10_000) for p in rulebook.deciding() if p.unit == "ppm" and isinstance(p.value, int)}
    held = chat.desk.loans.find(chat.row.loan.contract)
    assert held is not None
    known |= set(re.findall("[0-9]+", "2026年3月2日 10 20 00 11,858.85 10,884.82 838.47 135.56 2026年5月31日 1"))
    for text in texts:
        if not text.strip():
            continue
        known |= set(re.findall("[0-9]+", text))
        said = chat.says(text)
        assert {str(int(d)) for d in re.findall("[0-9]+", said)} <= {str(int(d)) for d in known}
    state_of(chat.file)
