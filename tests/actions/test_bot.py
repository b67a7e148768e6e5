"""The guided bot at the chat: nine questions into the same form, facts only to whom they belong, and a person at once.

Named after complaints about other desks, which must not happen here: chatwoot#5764, #6010, #9293 (no off-hours message
or two of them where a bot is), #14870, #14875 (a bot that goes on while a person is in), antiwork/helper#203 (asking
for a human must change what is seen).
"""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.actions import bot
from forbear.actions.agenda import work
from forbear.actions.bot_told import known_words, told
from forbear.actions.contact import open_case
from forbear.actions.conversation import Written, write_message
from forbear.actions.ports import Desk
from forbear.actions.record import By, Done, carry_out, load
from forbear.actions.statement import give_answer
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.bot import ANSWERS_TO, state_of
from forbear.core.bot_answers import ANSWERS, RULES
from forbear.core.bot_statement import Told, read_answer
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Reach, Role
from forbear.core.file import CaseFile
from forbear.core.statement import Question, check_answer
from forbear.town.book import made_up_book
from forbear.words import LANGUAGES, catalogue

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Ten in the morning at the desk."""
SATURDAY = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
ROWS = made_up_book(7, 40, date(2026, 3, 1))


@dataclass
class Chat:
    """A borrower in the chat."""

    at: datetime = MONDAY
    auth: Auth = Auth.CODE
    language: str = "zh"
    number: int = 3
    sent: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = memory_desk(at=self.at, rows=ROWS)
        self.row = ROWS[self.number]
        held = self.desk.loans.find(self.row.loan.contract)
        assert held is not None
        self.her = Actor(Role.BORROWER, held.borrower_id, self.auth)
        opened = open_case(self.desk, self.by("open"), loan_id=held.loan_id, language=self.language)
        assert isinstance(opened, Done)
        self.case_id = opened.case_id

    def by(self, key: str) -> By:
        return By(actor=self.her, channel=Channel.CHAT, key=key)

    @property
    def file(self) -> CaseFile:
        return load(self.desk, self.case_id)

    def writes(self, text: str) -> str:
        """She writes, and nobody has heard it yet; the message's id."""
        self.sent += 1
        name = f"m_{self.sent}"
        said = Written(text=text, message=name, calls_person=False)
        assert isinstance(write_message(self.desk, self.by(f"chat:{name}"), self.case_id, said), Done)
        return name

    def says(self, *texts: str) -> str:
        """She writes and the bot hears it; what it says to the last, "" for nothing."""
        for text in texts:
            before = len(self.bots)
            self.writes(text)
            bot.heard(self.desk, self.case_id)
        return "\n".join(self.bots[before:])

    @property
    def bots(self) -> list[str]:
        return [said.text for said in self.file.spoken if said.voice is e.Voice.BOT]

    def facts(self, kind: type) -> list[Any]:
        return [event.fact for event in self.file.events if isinstance(event.fact, kind)]

    def does(self, fact: e.Fact, actor: Actor = AGENT) -> None:
        by = By(actor=actor, channel=Channel.CHAT, key=f"desk:{self.file.case.seq}")
        assert isinstance(carry_out(self.desk, by, self.case_id, {}, lambda _: [fact]), Done)


WHOLE = {
    "zh": (
        *("想申请分期", "我失业了", "去年十二月", "大概三个月", "我要照顾两个老人", "成都，两个大人一个孩子"),
        *(
            "工资四千五，老公三千",
            "工资条和银行流水都有",
            "房租一千二，吃饭一千",
            "花呗欠5000，每月还500",
            "每月还800，分24个月",
        ),
    ),
    "en": (
        *("I'd like to apply", "I lost my job", "last December", "about three months", "I care for my two old parents"),
        *(
            "Chengdu, two adults and one child",
            "wages 4500 and my husband earns 3000",
            "both payslips and bank statements",
        ),
        *("rent 1200, food 1000", "I owe Huabei 5000 and pay 500 a month", "more time, 800 a month over 24 months"),
    ),
}


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
        said = bot.general(desk, text, "zh")
        assert said.lines[0].key == key and said.lines[-1].key == "bot.prove"
    assert bot.general(desk, "转人工", "zh").lines[0].key == "bot.handed.asked"
    assert "12356" in told(desk, "zh", bot.general(desk, "我不想活了", "zh"))
    assert desk.ledger.size() == 0


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
