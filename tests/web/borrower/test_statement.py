"""One question a page: what she types is understood or asked again, saved once, and never lost."""

from datetime import date

import pytest

from forbear.core.statement import Question
from tests.web.borrower.conftest import Borrower

GOOD = {"act": "continue"}


@pytest.mark.parametrize(
    ("name", "data", "faults"),
    [
        ("cause", {}, ["请选一项"]),
        ("cause", {"cause": "bad luck"}, ["请选一项"]),
        ("since", {}, ["请写大概的日期；不清楚就勾选下面那一项"]),
        ("since", {"on-year": "2025", "on-month": "2", "on-day": "30"}, ["日历上没有这一天，请再看一下"]),
        ("since", {"on-year": "2025", "on-month": "2"}, ["请写完整的日期，例如 2026 年 3 月 18 日"]),
        (
            "since",
            {"on-year": "2025", "on-month": "2", "on-day": "3", "state": "unknown"},
            ["写了日期，又选了“不清楚”。请只留一个。"],
        ),
        (
            "since",
            {"on-year": "2027", "on-month": "1", "on-day": "1"},
            ["这个日期还没有到，请填已经发生的日期。"],
        ),
        ("story", {"words": "长" * 4001}, ["文字太长了，请控制在 4000 字以内。"]),
        ("home", {"place": "cn", "adults": "x", "children": "0"}, ["请写整数，例如 2"]),
        ("home", {"place": "", "adults": "1", "children": "0"}, ["请选一项"]),
        ("home", {"place": "cn", "adults": "0", "children": "0"}, ["请填 1 到 20 之间的人数。"]),
        ("income", {"rows": "0"}, ["请写上数字；没有或不清楚，就勾选下面那一项"]),
        ("income", {"rows": "0", "m-wages": "5200"}, ["请选一项：拿什么能看出这些收入"]),
        (
            "income",
            {"rows": "0", "proof": "A", "m-wages": "5200", "state": "none"},
            ["写了数字，又选了“没有”。请只留一个。"],
        ),
        ("income", {"rows": "0", "proof": "A", "m-wages": "-5"}, ["金额不能小于零。请写 0 或更大的数字，例如 4500。"]),
        (
            "income",
            {"rows": "0", "proof": "A", "m-wages": "4,50"},
            ["“4,50”里的逗号可以有两种读法。请写成 4500 或 4500.50，不加逗号也可以。"],
        ),
        (
            "income",
            {"rows": "0", "proof": "A", "m-wages": "1" + "0" * 18},
            ["这个金额太大，可能多打了几个零。请检查后再写一次。"],
        ),
        ("debts", {"rows": "1", "r0-creditor": "银行", "r0-balance": "100"}, ["请写数字，例如 4500；没有就写 0"]),
        ("debts", {"rows": "1", "r0-balance": "100", "r0-monthly": "1"}, ["请写是向谁借的，例如银行"]),
        ("wish", {"months": "很多"}, ["请写整数，例如 2"]),
        ("wish", {"months": "601"}, ["请填 1 到 600 之间的月数。"]),
    ],
)
def test_what_cannot_be_read_is_asked_again_beside_its_field(she: Borrower, name: str, data: dict, faults: list[str]):
    answer = she.signs_in().sends(f"statement/{name}", {**data, **GOOD})
    assert (answer.status, answer.faults) == (422, faults)
    assert answer.source.count('class="faults"') == 1
    for field, value in data.items():
        assert field in ("act", "rows", "cause") or value in answer.source, f"{field} is kept"
    assert she.facts("answer.given") == []


@pytest.mark.parametrize("typed", ["4,500", "4500元", "￥4500", "四千五", "4500.00", " 4500 ", "４５００", "0.45万"])
def test_amounts_are_understood_as_people_write_them(she: Borrower, typed: str):
    she.signs_in().sends("statement/income", {"rows": "0", "proof": "B", "m-wages": typed, **GOOD})
    (fact,) = she.facts("answer.given")
    monthly = {"monthly_minor": 450000, "month": None, "amount_minor": None, "slips": [], "credits": [], "paper": ""}
    assert fact.answer["lines"] == [{"source": "wages", "evidence": "B", **monthly}]


def test_zero_none_and_i_dont_know_are_answers(she: Borrower):
    she.signs_in().answers(
        since={"state": "unknown"},
        income={"rows": "0", "state": "none"},
        outgoings={"rows": "0", "state": "unknown"},
        wish={"instalment": "0"},
    )
    file = she.file
    assert file.answers[Question.SINCE] == {"on": None}
    assert file.answers[Question.INCOME] == {"known": True, "lines": []}
    assert file.answers[Question.OUTGOINGS] == {"known": False, "lines": []}
    assert file.answers[Question.WISH] == {"kinds": [], "instalment_minor": 0, "months": None}
    assert she.submits().file.case.submissions == 1


def test_more_going_out_than_coming_in_is_said_kindly_and_stops_nothing(she: Borrower):
    she.signs_in().answers(income={"rows": "0", "proof": "D", "m-wages": "1000"})
    shown = she.opens("check").text
    assert "每月还差 1,900.00 元" in shown
    assert "这不是您的错" in shown
    assert she.submits().file.case.submissions == 1


def test_pressing_continue_twice_saves_once(she: Borrower):
    form = she.signs_in().opens("statement/cause")
    for _ in range(2):
        answer = she.sends("statement/cause", {"cause": "illness", **GOOD}, form=form)
        assert answer.to == she.at("statement/since")
    assert [fact.answer for fact in she.facts("answer.given")] == [{"cause": "illness"}]


def test_going_back_and_changing_the_answer_is_a_new_answer(she: Borrower):
    form = she.signs_in().opens("statement/cause")
    she.sends("statement/cause", {"cause": "illness", **GOOD}, form=form)
    she.sends("statement/cause", {"cause": "job-loss", **GOOD})
    assert [fact.answer["cause"] for fact in she.facts("answer.given")] == ["illness", "job-loss"]


def test_two_tabs_on_one_question_the_older_is_told_and_keeps_what_was_typed(she: Borrower):
    older, newer = she.signs_in().opens("statement/home"), she.opens("statement/home")
    she.sends("statement/home", {"place": "cn", "adults": "2", "children": "0", **GOOD}, form=newer)
    answer = she.sends("statement/home", {"place": "cn", "adults": "3", "children": "0", **GOOD}, form=older)
    assert answer.status == 422
    assert "这件事在别处已经有了变化" in answer.text
    assert answer.typed("adults") == "3"
    assert she.file.answers[Question.HOME]["adults"] == 2
    sent = she.sends("statement/home", {"place": "cn", "adults": "3", "children": "0", **GOOD}, form=answer)
    assert sent.status == 302
    assert she.file.answers[Question.HOME]["adults"] == 3


def test_two_tabs_on_two_questions_do_not_disturb_each_other(she: Borrower):
    one, other = she.signs_in().opens("statement/cause"), she.opens("statement/story")
    assert she.sends("statement/cause", {"cause": "illness", **GOOD}, form=one).status == 302
    assert she.sends("statement/story", {"words": "好的", **GOOD}, form=other).status == 302


def test_lines_are_added_and_removed_without_losing_what_was_typed(she: Borrower):
    she.signs_in()
    one = she.sends("statement/income", {"rows": "0", "m-wages": "不清", "act": "add"})
    assert (one.status, one.typed("m-wages"), one.hidden("rows")) == (200, "不清", "1")
    lines = {"r0-kind": "bonus", "r0-month": "2026-06", "r0-amount": "100"}
    two = she.sends("statement/income", {"rows": "1", **lines, "act": "add"})
    assert (two.hidden("rows"), two.typed("r0-amount")) == ("2", "100")
    more = {"r1-kind": "harvest", "r1-month": "2026-09", "r1-amount": "8000"}
    left = she.sends("statement/income", {"rows": "2", **lines, **more, "act": "remove-0"})
    assert (left.hidden("rows"), left.typed("r0-amount")) == ("1", "8000")
    assert '<option value="2026-09" selected>' in left.source
    harvest = {"r0-kind": "harvest", "r0-month": "2026-09", "r0-amount": "8000"}
    she.sends("statement/income", {"rows": "1", "proof": "C", **harvest, **GOOD})
    once = {"monthly_minor": None, "month": "2026-09", "amount_minor": 800000, "slips": [], "credits": [], "paper": ""}
    assert she.file.answers[Question.INCOME]["lines"] == [{"source": "harvest", "evidence": "C", **once}]
    assert she.opens("statement/income").typed("r0-amount") == "8000"
    assert she.facts("answer.given").__len__() == 1


def test_saved_answers_come_back_as_she_would_type_them(she: Borrower):
    she.signs_in().answers(
        since={"on-year": "2025", "on-month": "12", "on-day": "1"},
        debts={
            "rows": "1",
            "r0-creditor": "建设银行",
            "r0-balance": "1.2万",
            "r0-monthly": "400.5",
            "r0-priority": "yes",
        },
    )
    since, debts = she.opens("statement/since"), she.opens("statement/debts")
    assert [since.typed(f"on-{part}") for part in ("year", "month", "day")] == ["2025", "12", "01"]
    assert (debts.typed("r0-balance"), debts.typed("r0-monthly")) == ("12000", "400.50")
    assert 'name="r0-priority" value="yes" checked' in debts.source


def test_save_and_come_back_later_keeps_the_answer_and_leaves_a_blank_page_alone(she: Borrower):
    saved = she.signs_in().sends("statement/cause", {"cause": "illness", "act": "later"})
    assert saved.to == she.at("?done=saved")
    assert "已保存" in she.opens(saved.to).text
    assert she.sends("statement/story", {"words": "", "act": "later"}).to == she.at("?done=saved")
    assert len(she.facts("answer.given")) == 1


def test_change_leads_back_to_the_check(she: Borrower):
    she.signs_in().answers()
    assert she.at("statement/wish?from=check") in she.opens("check").source
    answer = she.sends("statement/wish?from=check", {"months": "36", **GOOD})
    assert answer.to == she.at("check")
    assert "分 36 个月（3 年）" in she.opens("check").text


def test_what_does_not_fit_together_is_asked_about_kindly(she: Borrower):
    she.signs_in().answers(cause={"cause": "job-loss"})
    said = "您说失去了工作，但收入里还有工资，请再看一下。"
    assert said in she.opens("check").text
    assert said in she.opens("statement/income").text
    assert she.submits().file.case.submissions == 1


def test_spending_above_the_guideline_is_asked_about_until_there_is_a_word_why(she: Borrower):
    she.signs_in().answers(outgoings={"rows": "0", "m-rent": "1500", "m-food": "4000"})
    said = "有些支出比一般这样的家庭多，可以用自己的话说说原因。"
    assert said in she.opens("check").text
    assert said in she.opens("statement/story").text
    she.sends("statement/story", {"words": "孩子只能喝特殊奶粉。", **GOOD})
    assert said not in she.opens("check").text
    assert she.submits().file.statement.household.outgoings[1].monthly_minor == 400_000


def test_she_hands_it_in_once_and_only_after_she_was_told_what_it_means(she: Borrower):
    she.signs_in()
    assert she.opens("before-you-send").to == she.at("check")
    she.answers()
    told = she.opens("before-you-send").text
    for said in ("三年的诉讼时效从那天重新计算", "还清之后保留五年", "不要付", "我们不会催您还款"):
        assert said in told
    unread = she.sends("before-you-send", {})
    assert (unread.status, unread.faults) == (422, ["请看完上面的内容，再勾选这里"])
    assert she.facts("statement.submitted") == []
    form = she.opens("before-you-send")
    for _ in range(2):
        assert she.sends("before-you-send", {"told": "yes"}, form=form).to == she.at("received")
    (fact,) = she.facts("statement.submitted")
    assert fact.told == ("limitation", "credit-record", "data")
    assert fact.statement.since == date(2025, 12, 1)
    assert she.file.case.collection_rests is True
    received = she.opens("received").text
    assert she.row.loan.contract in received
    assert "2026年3月2日" in received


def test_after_handing_it_in_an_old_tab_changes_nothing(she: Borrower):
    form = she.signs_in().answers().opens("statement/cause")
    she.submits()
    answer = she.sends("statement/cause", {"cause": "other", **GOOD}, form=form)
    assert answer.to == she.at("?done=submitted")
    assert she.file.answers[Question.CAUSE] == {"cause": "illness"}


def test_a_question_that_is_none_is_not_found(she: Borrower):
    assert she.signs_in().opens("statement/salary").status == 404
