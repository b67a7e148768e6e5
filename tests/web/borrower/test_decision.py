"""The answer: its reasons and figures, a counter-offer taken or left, and another look."""

import pytest

from forbear.core.decision import Outcome
from tests.web.borrower.conftest import Borrower


@pytest.fixture
def asked(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits().chooses()


def test_a_refusal_names_reasons_figures_what_would_change_it_and_the_way_to_appeal(asked: Borrower):
    page = asked.is_answered(Outcome.REFUSED).opens("answer").text
    for said in (
        "除去生活所需，每月没有剩余的钱。",
        "收入恢复之后。",
        "每月收入 5,200.00 元",
        "12378",
        "我们不会催您还款",
    ):
        assert said in page
    assert "请在2026年4月1日之前写在这里" in page


def test_she_appeals_once_with_her_reasons(asked: Borrower):
    form = asked.is_answered(Outcome.REFUSED).opens("answer")
    empty = asked.sends("answer", {"words": " "}, to="answer/look-again")
    assert (empty.status, empty.faults) == (422, ["请写上您为什么不同意"])
    for _ in range(2):
        answer = asked.sends("answer", {"words": "漏了我父亲的退休金"}, form=form, to="answer/look-again")
        assert answer.to == asked.at("?done=appealed")
    assert [fact.words for fact in asked.facts("decision.appealed")] == ["漏了我父亲的退休金"]
    assert "另一位同事会在2026年3月16日之前答复您" in asked.opens("?done=appealed").text


def test_an_appeal_too_long_is_asked_to_be_shorter_and_kept(asked: Borrower):
    asked.is_answered(Outcome.REFUSED)
    answer = asked.sends("answer", {"words": "长" * 4001}, to="answer/look-again")
    assert answer.faults == ["写得有点长，请控制在 4000 个字以内"]
    assert "长" * 4001 in answer.source


def test_after_the_last_day_the_page_says_so(asked: Borrower):
    asked.is_answered(Outcome.REFUSED)
    asked.desk.clock.advance(days=40)
    page = asked.signs_in().opens("answer")
    assert "申请重新看的日期已经过了" in page.text
    assert "look-again" not in page.source


def test_a_counter_offer_is_taken_and_the_agreement_follows(asked: Borrower):
    page = asked.is_answered(Outcome.COUNTERED, "soonest").opens("answer")
    assert "我们有另一个方案" in page.text
    assert page.source.count('value="accept"') == page.source.count('value="decline"') == 1
    answer = asked.sends("answer", {"act": "accept"}, to="answer/counter")
    assert answer.to == asked.at("agreement?done=accepted")
    assert asked.file.case.offered == 1


def test_a_counter_offer_is_left_and_she_may_choose_again(asked: Borrower):
    asked.is_answered(Outcome.COUNTERED, "soonest")
    form = asked.opens("answer")
    for _ in range(2):
        assert asked.sends("answer", {"act": "decline"}, form=form, to="answer/counter").to == asked.at(
            "?done=declined"
        )
    assert [fact.accepted for fact in asked.facts("counter.answered")] == [False]
    assert asked.chooses("lightest").file.case.requested == "lightest"


def test_before_there_is_an_answer_the_page_says_so(asked: Borrower):
    assert "还没有答复" in asked.opens("answer").text
