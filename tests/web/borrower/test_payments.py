"""What is due and paid, what would settle it, and asking for a new plan."""

from datetime import date, timedelta

import pytest

from forbear.actions.conversation import write_message
from forbear.actions.payments import end_day, reverse_payment, settlement_figure, take_payment
from forbear.core.decision import Outcome
from forbear.core.payments import Standing
from forbear.web.text import day, money, weekday
from tests.web.borrower.conftest import AGENT, Borrower


@pytest.fixture
def paying(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits().chooses().is_answered(Outcome.APPROVED).signs()


def test_the_next_instalment_stands_first_and_moves_on_when_it_is_paid(paying: Borrower):
    first, second = paying.file.rows()[:2]
    page = paying.opens("payments").text
    assert f"下一笔 {money(first.open_minor, 'zh')} {day(first.instalment.due_on, 'zh')}" in page
    paying.desk_does(take_payment, AGENT, amount_minor=first.open_minor, paid_on=date(2026, 3, 2), reference="R-1")
    page = paying.opens("payments").text
    assert f"下一笔 {money(second.open_minor, 'zh')} {day(second.instalment.due_on, 'zh')}" in page
    assert f"已经还了 {money(first.instalment.amount_minor, 'zh')}" in page
    assert f"下一笔：{money(second.open_minor, 'zh')}" in paying.opens("").text


def test_a_part_and_a_payment_sent_back_are_told(paying: Borrower):
    paying.desk_does(take_payment, AGENT, amount_minor=5000, paid_on=date(2026, 3, 2), reference="R-1")
    assert "还了 50.00 元" in paying.opens("payments").text
    paying.desk_does(reverse_payment, AGENT, paying.file.payments[0].payment, "扣款失败")
    page = paying.opens("payments").text
    assert "已退回" in page
    assert "已经还了 0.00 元" in page


def test_a_late_instalment_is_told_without_red_and_with_a_way_on(paying: Borrower):
    due_on = paying.file.rows()[0].instalment.due_on
    paying.desk.clock.advance(days=(due_on - date(2026, 3, 2)).days + 5)
    paying.desk_does(end_day, AGENT)
    page = paying.signs_in().opens("payments")
    assert "有一笔还没有收到" in page.text
    assert day(due_on + timedelta(days=3), "zh") in page.text
    assert 'class="fault' not in page.source
    assert "请求重新安排" in page.text


def test_where_several_are_late_their_sum_is_asked_for_and_no_day_that_is_over(paying: Borrower):
    """Two months unpaid: the days to catch up are over, the agreement has not ended, and what puts it right is both."""
    first, second = paying.file.rows()[:2]
    both = money(first.open_minor + second.open_minor, "zh")
    for days in (12, 11, 13):
        since = first.instalment.due_on if days == 12 else paying.desk.clock.today()
        paying.desk.clock.advance(days=(since - paying.desk.clock.today()).days + days)
        paying.desk_does(end_day, AGENT)
    assert paying.file.case.standing is Standing.CURE_ENDED and paying.file.case.late == {1, 2}
    page = paying.signs_in().opens("payments").text
    over_on = paying.file.case.cure_by_on
    assert f"有 2 笔还没有收到 {both} 补上的期限到{day(over_on, 'zh')}（{weekday(over_on, 'zh')}）为止。" in page
    assert f"在{day(over_on, 'zh')}（{weekday(over_on, 'zh')}）之前补上" not in page
    paying.desk_does(
        take_payment, AGENT, amount_minor=first.open_minor + second.open_minor,
        paid_on=paying.desk.clock.today(), reference="R-both",
    )  # fmt: skip
    assert paying.file.case.standing is Standing.ON_TRACK


def test_what_settles_it_today_is_named(paying: Borrower):
    owed = settlement_figure(paying.file, date(2026, 3, 2))
    assert f"2026年3月2日还清要付 {money(owed.total_minor, 'zh')}" in paying.opens("payments").text


def test_life_changed_again_opens_her_answers_and_keeps_the_agreement(paying: Borrower):
    form = paying.opens("payments/new-plan")
    for _ in range(2):
        assert paying.sends("payments/new-plan", {"words": "又失业了"}, form=form).to == paying.at("check?done=again")
    assert [fact.words for fact in paying.facts("renegotiation.asked")] == ["又失业了"]
    assert paying.file.case.in_force == 1
    assert "请看看哪些答案变了" in paying.opens("check?done=again").text
    answer = paying.sends("statement/income?from=check", {"rows": "0", "state": "none", "act": "continue"})
    assert answer.to == paying.at("check")


def test_paid_off_is_said_and_ends_the_line(paying: Borrower):
    owed = settlement_figure(paying.file, date(2026, 3, 2)).total_minor
    paying.desk_does(take_payment, AGENT, amount_minor=owed, paid_on=date(2026, 3, 2), reference="R-all")
    assert "全部还清了" in paying.opens("").text
    assert "全部还清了" in paying.opens("payments").text
    paying.desk.clock.advance(days=3)
    paying.desk_does(write_message, AGENT, "谢谢您。")
    assert "2026年3月2日起，这笔借款结清" in paying.signs_in().opens("").text, "what is written later moves no day"
    again = paying.opens("payments/new-plan")
    assert again.to == paying.at("payments")


def test_before_there_is_an_agreement_there_is_nothing_to_pay(she: Borrower):
    assert "还没有开始还款" in she.signs_in().opens("payments").text
