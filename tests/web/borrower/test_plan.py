"""Plans: side by side with what doing nothing costs, an amount to try, a table of her own, and a person."""

import pytest

from forbear.actions.plan import offers_today
from forbear.web.text import money
from tests.web.borrower.conftest import Borrower


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def test_every_plan_is_shown_with_its_figures_and_what_doing_nothing_costs(handed_in: Borrower):
    page, answer = handed_in.opens("plans"), offers_today(handed_in.desk, handed_in.file)
    assert len(answer.offers) >= 2
    for offer in answer.offers:
        assert money(offer.plan.instalment_max_minor, "zh") in page.text
        assert money(offer.plan.total_minor, "zh") in page.text
    later = answer.if_nothing_changes.total_minor
    assert f"今天一共欠 {money(answer.owed.total_minor, 'zh')}" in page.text
    assert f"再等 30 天 {money(later, 'zh')}" in page.text
    assert "信用记录" in page.text
    assert page.source.count("<svg") == page.source.count('<article class="offer"')


def test_looking_and_trying_changes_nothing(handed_in: Borrower):
    events = len(handed_in.file.events)
    handed_in.opens("plans")
    handed_in.opens("plans?pay=700")
    assert len(handed_in.file.events) == events


def test_an_amount_is_tried_with_and_without_scripts_and_understood_as_written(handed_in: Borrower):
    whole = handed_in.opens("plans?pay=六百")
    assert "每月最多 600.00 元" in whole.text
    assert whole.typed("pay") == "六百"
    part = handed_in.client.get(handed_in.at("plans?pay=600"), headers={"HX-Request": "true"}).content.decode()
    assert "每月最多 600.00 元" in part
    assert "<html" not in part
    assert 'name="pay" value="600"' in part


@pytest.mark.parametrize(
    ("typed", "said"),
    [("一点点", "我们没看懂“一点点”是多少钱。"), ("-5", "金额不能小于零。"), ("1" + "0" * 18, "这个金额太大")],
)
def test_an_amount_that_cannot_be_read_is_asked_again(handed_in: Borrower, typed: str, said: str):
    assert said in handed_in.opens(f"plans?pay={typed}").text


def test_an_amount_too_small_names_the_nearest_that_works(handed_in: Borrower):
    page = handed_in.opens("plans?pay=1").text
    assert "每月还 1.00 元" in page
    assert "可行的最低金额是每月" in page


def test_choosing_twice_is_one_choice_and_it_can_be_changed_until_it_is_taken_on(handed_in: Borrower):
    form = handed_in.opens("plans")
    for _ in range(2):
        assert handed_in.sends("plans", {"offer": "lightest"}, form=form, to="plans/choose").status == 302
    assert [fact.offer for fact in handed_in.facts("plan.requested")] == ["lightest"]
    assert "您已经选了“每月最轻”。" in handed_in.opens("plans").text
    handed_in.chooses("soonest")
    assert handed_in.file.case.requested == "soonest"


def test_an_old_tab_is_told_and_chooses_nothing(handed_in: Borrower):
    old = handed_in.opens("plans")
    handed_in.chooses("lightest")
    answer = handed_in.sends("plans", {"offer": "soonest"}, form=old, to="plans/choose")
    assert answer.status == 422
    assert "这件事在别处已经有了变化" in answer.text
    assert handed_in.file.case.requested == "lightest"


def test_an_offer_that_is_none_is_refused_in_words(handed_in: Borrower):
    answer = handed_in.sends("plans", {"offer": "free-money"}, to="plans/choose")
    assert answer.status == 422
    assert "这个方案今天已经不在了" in answer.text
    assert handed_in.facts("plan.requested") == []


def test_she_can_ask_for_the_amount_she_tried(handed_in: Borrower):
    handed_in.sends("plans?pay=700", {"offer": "what-if", "pay": "700"}, to="plans/choose")
    (fact,) = handed_in.facts("plan.requested")
    assert (fact.offer, fact.plan.plan.instalment_max_minor) == ("own-instalment", 70000)


def test_none_of_these_leads_to_a_person(handed_in: Borrower):
    assert handed_in.sends("plans", {"offer": "person"}, to="plans/choose").to == handed_in.at("?done=chosen")
    assert handed_in.file.case.requested == "person"
    assert "请同事帮您想办法" in handed_in.opens("?done=chosen").text


def test_without_anything_to_spare_there_are_ways_on_and_no_dead_end(she: Borrower):
    she.signs_in().answers(income={"rows": "0", "state": "none"}).submits()
    page = she.opens("plans")
    assert (page.status, page.source.count('<article class="offer"')) == (200, 0)
    assert "可以先这样做" in page.text
    assert "请同事帮我想办法" in page.text


def test_her_own_table_counts_up_and_is_sent(handed_in: Borrower):
    owed = offers_today(handed_in.desk, handed_in.file).owed.total_minor // 100
    cells = {"months": "24", "s-0": "工资", "i-0-0": "5200", "words": "收成后可以多还"}
    paid = {f"p-{index}": str(-(-owed // 12)) for index in range(13)}
    counted = handed_in.sends("plans/own", {**cells, **paid, "act": "count"})
    assert f"合计 5,200.00 {13 * -(-owed // 12):,}.00" in counted.text
    longer = handed_in.sends("plans/own", {**cells, "p-0": "100", "act": "more"})
    assert (longer.hidden("months"), longer.typed("p-0")) == ("30", "100")
    sent = handed_in.sends("plans/own", {**cells, **paid, "act": "send"})
    assert sent.to == handed_in.at("?done=own"), sent.faults
    (fact,) = handed_in.facts("plan.requested")
    assert fact.offer == "own-table"
    assert fact.words.startswith("收成后可以多还\n2026年4月: 工资 5200, 还款 ")


def test_a_table_that_does_not_work_is_kept_said_why_and_can_go_to_a_person(handed_in: Borrower):
    cells = {"months": "12", "p-0": "999999", "p-1": "1"}
    answer = handed_in.sends("plans/own", {**cells, "act": "send"})
    assert answer.status == 422
    assert "家里留下的就不够用了" in answer.text
    assert answer.typed("p-0") == "999999"
    assert 'value="person"' in answer.source
    assert handed_in.sends("plans/own", {**cells, "act": "person"}, form=answer).status == 302
    (fact,) = handed_in.facts("plan.requested")
    assert (fact.offer, "999999" in fact.words) == ("person", True)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"p-0": "看情况"}, "我们没看懂“看情况”是多少钱。请写数字，例如 4500 或 4500.50。"),
        ({}, "请至少在一个月里写上还款的数，0 也可以"),
    ],
)
def test_a_cell_that_cannot_be_read_is_asked_again(handed_in: Borrower, cells: dict, fault: str):
    answer = handed_in.sends("plans/own", {"months": "12", **cells, "act": "send"})
    assert (answer.status, answer.faults) == (422, [fault])
    assert handed_in.facts("plan.requested") == []


def test_plans_wait_for_her_statement(she: Borrower):
    page = she.signs_in().opens("plans").text
    assert "还没有提交情况说明" in page
