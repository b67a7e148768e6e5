"""What people type for each of the nine questions, read into the form's answer, or into what is still missing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from forbear.actions.bot_told import known_words
from forbear.adapters.memory import memory_desk
from forbear.core.bot_statement import Read, Told, read_answer
from forbear.core.refusal import Refusal
from forbear.core.statement import Question, check_answer

KNOWN = known_words(memory_desk(at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC)))
A, B, C, D = "ABCD"


def answered(question: Question, *told: str | tuple[str, str]) -> Read:
    messages = [Told(*one) if isinstance(one, tuple) else Told("", one) for one in told]
    read = read_answer(question, messages, KNOWN)
    if read.answer is not None:
        assert not isinstance(check_answer(question, read.answer, KNOWN.today), Refusal)
    return read


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("失去工作", "job-loss"),
        ("公司裁员了", "job-loss"),
        ("I was laid off", "job-loss"),
        ("收入少了一半", "income-cut"),
        ("hours got cut", "income-cut"),
        ("离婚了", "family-change"),
        ("dad died", "family-change"),
        ("店关了", "business-failure"),
        ("网贷太多还不过来", "over-indebted"),
        ("家庭暴力", "family-violence"),
        ("被骗了钱", "fraud-victim"),
        ("Something else", "other"),
    ],
)
def test_causes(text: str, cause: str):
    assert answered(Question.CAUSE, text).answer == {"cause": cause}


def test_two_causes_are_asked_about():
    assert answered(Question.CAUSE, "我妈住院了，我也失业了").part == "one"


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("成都，两个大人一个孩子", ("cn/sichuan/chengdu", 2, 1)),
        ("成都两大一小", ("cn/sichuan/chengdu", 2, 1)),
        ("北京，我和我老公两个人，没有孩子", ("cn/beijing", 2, 0)),
        ("深圳自己住", ("cn/guangdong/shenzhen", 1, 0)),
        ("上海 3口人 1个小孩", ("cn/shanghai", 2, 1)),
        ("四川农村，两个大人，三个孩子", ("cn/sichuan", 2, 3)),
        ("其他地方，1个大人，没孩子", ("cn", 1, 0)),
        ("Chengdu, two adults and one child", ("cn/sichuan/chengdu", 2, 1)),
        ("I live alone in Beijing", ("cn/beijing", 1, 0)),
    ],
)
def test_homes(text: str, home: tuple[str, int, int]):
    place, adults, children = home
    assert answered(Question.HOME, text).answer == {"place": place, "adults": adults, "children": children}


def test_a_home_in_pieces():
    assert answered(Question.HOME, "成都").part == "adults"
    assert answered(Question.HOME, "成都", ("adults", "2")).part == "children"
    whole = answered(Question.HOME, "成都", ("adults", "2"), ("children", "没有"))
    assert whole.answer == {"place": "cn/sichuan/chengdu", "adults": 2, "children": 0}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("工资四千五，老公3000", [("wages", 450_000), ("partner", 300_000)]),
        ("4500块工资加上房租收入800", [("wages", 450_000), ("rent", 80_000)]),
        ("我没工作，老公挣6000", [("partner", 600_000)]),
        ("I earn 4500 and get 300 child benefits", [("wages", 450_000), ("benefit", 30_000)]),
        ("3000 from my husband and 4000 in wages", [("partner", 300_000), ("wages", 400_000)]),
        ("my wages are two thousand five hundred", [("wages", 250_000)]),
    ],
)
def test_incomes(text: str, lines: list[tuple[str, int]]):
    assert answered(Question.INCOME, text).part == "proof"
    read = answered(Question.INCOME, text, ("proof", "有工资条"))
    assert read.answer is not None
    assert [(line["source"], line["monthly_minor"], line["evidence"]) for line in read.answer["lines"]] == [
        (*line, B) for line in lines
    ]


@pytest.mark.parametrize(
    ("said", "grade"),
    [("工资条和流水都有", A), ("一份流水", B), ("零散的转账记录", C), ("现在都没有", D), ("nothing", D)],
)
def test_what_shows_an_income(said: str, grade: str):
    read = answered(Question.INCOME, "工资4500", ("proof", said))
    assert read.answer is not None and read.answer["lines"][0]["evidence"] == grade


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (Question.INCOME, "没有收入", {"known": True, "lines": []}),
        (Question.INCOME, "没工资", {"known": True, "lines": []}),
        (Question.INCOME, "0", {"known": True, "lines": []}),
        (Question.INCOME, "说不清楚", {"known": False, "lines": []}),
        (Question.OUTGOINGS, "我说不清楚，想请人帮我算", {"known": False, "lines": []}),
        (Question.DEBTS, "只有你们这一笔", {"known": True, "lines": []}),
        (Question.DEBTS, "no other loans", {"known": True, "lines": []}),
        (Question.STORY, "跳过", {"words": ""}),
        (Question.STORY, "要照顾两个老人", {"words": "要照顾两个老人"}),
        (Question.SINCE, "记不清了", {"on": None}),
        (Question.UNTIL, "看情况吧", {"on": None}),
    ],
)
def test_none_and_i_do_not_know_are_answers(question: Question, text: str, answer: dict[str, Any]):
    assert answered(question, text).answer == answer


@pytest.mark.parametrize(
    ("question", "text", "part"),
    [
        (Question.INCOME, "4500", "kind"),
        (Question.INCOME, "每天200块打零工", "monthly"),
        (Question.INCOME, "年终奖两万", "once"),
        (Question.OUTGOINGS, "1200", "kind"),
        (Question.DEBTS, "花呗欠5000", "monthly"),
        (Question.DEBTS, "工行 5000", "balance"),
        (Question.DEBTS, "欠5000每月还500", "creditor"),
    ],
)
def test_what_is_missing_is_asked(question: Question, text: str, part: str):
    assert answered(question, text).part == part


@pytest.mark.parametrize(
    ("question", "text", "rule"),
    [
        (Question.INCOME, "工资4,50", "amounts.amount.comma"),
        (Question.INCOME, "工资3000-4000", "amounts.amount.several"),
        (Question.OUTGOINGS, "房租$500", "amounts.amount.other_currency"),
        (Question.WISH, "每月-5", "amounts.amount.negative"),
        (Question.SINCE, "2025-13-40", "amounts.day.impossible"),
    ],
)
def test_what_has_two_readings_is_refused_as_on_the_page(question: Question, text: str, rule: str):
    fault = answered(question, text).fault
    assert fault is not None and fault.rule == rule


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "招行信用卡欠12000每月还600；借呗还剩3000，月供300",
            [("招行信用卡", 1_200_000, 60_000), ("借呗", 300_000, 30_000)],
        ),
        ("京东白条3000每月500", [("京东白条", 300_000, 50_000)]),
        ("欠朋友5000，不用每月还", [("朋友", 500_000, 0)]),
        (
            "CMB card 20000 left, 1000 a month; friend 3000, 0 a month",
            [("CMB card", 2_000_000, 100_000), ("friend", 300_000, 0)],
        ),
        ("房贷还剩50万，月供3200", [("房贷", 50_000_000, 320_000)]),
    ],
)
def test_debts(text: str, lines: list[tuple[str, int, int]]):
    answer = answered(Question.DEBTS, text).answer
    assert answer is not None
    assert [(one["creditor"], one["balance_minor"], one["monthly_minor"]) for one in answer["lines"]] == lines


@pytest.mark.parametrize(
    ("text", "kinds", "minor", "months"),
    [
        ("每月还800，分24个月，罚息能减免就好", ["longer-term", "waive-penalty"], 80_000, 24),
        ("停半年", ["payment-holiday"], None, None),
        ("一次还5000结清", ["settlement"], None, None),
        ("你们看着办", [], None, None),
        ("0", [], 0, None),
        ("less each month, 500 a month over 2 years", ["longer-term", "lower-instalment"], 50_000, 24),
    ],
)
def test_wishes(text: str, kinds: list[str], minor: int | None, months: int | None):
    assert answered(Question.WISH, text).answer == {"kinds": kinds, "instalment_minor": minor, "months": months}


@pytest.mark.parametrize("question", [q for q in Question if q is not Question.STORY])
def test_what_is_no_answer_is_none(question: Question):
    assert answered(question, "啦啦啦") == Read()
