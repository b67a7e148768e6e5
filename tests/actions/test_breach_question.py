"""Papers or income count against her only after she was asked, had her days, and two reviewers agree."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from forbear.actions import breach, breach_question, payments
from forbear.actions.record import Done, carry_out
from forbear.adapters.printer import contents
from forbear.adapters.templates import HOUSE, named_in_house
from forbear.core import events as e
from forbear.core.agreement import BreachRule
from forbear.core.evidence import PaperFacts
from forbear.core.payments import ASKED_FIRST, BreakReason
from forbear.core.refusal import Refusal
from tests.actions.test_promise import Stricter
from tests.kept import AGENT, BANK, CHEN, ZHAO, Kept

INCOME, PAPERS = BreakReason.UNDISCLOSED_INCOME, BreakReason.FALSE_PAPERS


@pytest.fixture
def kept() -> Kept:
    return Kept()


def asked(kept: Kept, why: BreakReason = INCOME, words: str = "流水里每月另有一笔 3,000 元。", papers: tuple = ()):
    return kept.does(breach_question.ask_about_breach, AGENT, why, words, papers)


def ended(kept: Kept, who=CHEN, why: BreakReason = INCOME):
    return kept.does(breach.declare_broken, who, why, "两份材料对不上")


def types(done: Done) -> list[str]:
    return [event.fact.type for event in done.events if not event.fact.type.startswith("notice.")]


def a_paper(kept: Kept) -> str:
    facts = PaperFacts(name="工资单.jpg", mime="image/jpeg", size=1, sha256="0" * 64, blob="b_1", health=False)
    given = [e.PaperReceived(item=1, paper="p_1", facts=facts)]
    assert isinstance(carry_out(kept.desk, kept.by(kept.her), kept.case_id, {"paper": 1}, lambda _: given), Done)
    return "p_1"


def test_nobody_ends_it_for_income_before_she_was_asked_and_had_her_days(kept: Kept):
    assert ended(kept).rule == "breach.unasked"
    assert types(asked(kept)) == ["breach.questioned"]
    question = kept.file.promise.question
    assert (question.answer_by_on, question.answer_by_on - kept.today) == (date(2026, 3, 12), timedelta(days=10))
    kept.work()
    assert kept.told("breach-question") == ["sent"]
    kept.until(date(2026, 3, 12), 23)
    assert ended(kept).rule == "payments.cure"
    kept.until(date(2026, 3, 13))
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["breach-asked"]
    assert types(ended(kept)) == ["breach.proposed"]
    assert kept.file.case.in_force == 1
    assert ended(kept).rule == "decision.four_eyes"
    assert types(ended(kept, ZHAO))[0] == "plan.broken"
    assert kept.file.promise.question is None
    assert kept.desk.agenda.given_up() == ()


def test_her_answer_is_a_task_and_what_settles_it_is_told_to_her(kept: Kept):
    asked(kept)
    kept.work()
    assert kept.does(breach_question.explain_breach, kept.her, "  ").where == "words"
    kept.does(breach_question.explain_breach, kept.her, "那是我妈妈的钱，只是过一下账。")
    kept.does(breach_question.explain_breach, AGENT, "电话里又说：可以给转账记录。")
    kept.work()
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["breach-answered"]
    said = kept.file.promise.question.answers
    assert [(one.by.id, one.words[:3]) for one in said] == [(kept.her.id, "那是我"), ("lin", "电话里")]
    assert kept.does(breach_question.clear_breach, AGENT, " ").where == "reason"
    assert types(kept.does(breach_question.clear_breach, AGENT, "转账记录清楚了。")) == ["breach.cleared"]
    kept.work()
    assert (kept.told("breach-cleared"), kept.desk.agenda.given_up()) == (["sent"], ())
    assert kept.file.promise.question is None and kept.file.case.in_force == 1
    kept.until(date(2026, 4, 1))
    assert kept.desk.agenda.given_up() == ()
    assert ended(kept).rule == "breach.unasked"
    assert kept.does(breach_question.explain_breach, kept.her, "还有").rule == "breach.none"


def test_a_question_of_one_thing_ends_nothing_for_another(kept: Kept):
    asked(kept)
    kept.until(date(2026, 3, 20))
    assert ended(kept, why=PAPERS).rule == "breach.unasked"
    assert ended(kept, why=BreakReason.UNPAID).rule == "payments.cure"


def test_papers_said_to_be_false_are_named(kept: Kept):
    assert asked(kept, PAPERS).rule == "breach.papers"
    assert asked(kept, PAPERS, papers=("p_none",)).rule == "breach.paper"
    paper = a_paper(kept)
    assert types(asked(kept, PAPERS, papers=(paper, paper))) == ["breach.questioned"]
    assert kept.file.promise.question.papers == ("p_1",)
    assert asked(kept).rule == "breach.asked"


@pytest.mark.parametrize("why", sorted(set(BreakReason) - ASKED_FIRST))
def test_nothing_else_is_asked_about(kept: Kept, why: BreakReason):
    assert asked(kept, why).rule == "breach.ground"


def test_who_may_ask_and_answer(kept: Kept):
    for actor in (kept.her, BANK):
        assert isinstance(kept.does(breach_question.ask_about_breach, actor, INCOME, "流水"), Refusal)
    assert asked(kept, words=" ").where == "words"
    asked(kept)
    assert isinstance(kept.does(breach_question.explain_breach, BANK, "流水"), Refusal)
    assert isinstance(kept.does(breach_question.clear_breach, kept.her, "没事"), Refusal)
    assert kept.file.promise.question.answers == ()


def test_days_of_a_pause_are_not_days_to_answer_in(kept: Kept):
    asked(kept)
    kept.until(date(2026, 3, 10))
    kept.does(breach.suspend, AGENT, date(2026, 3, 19), "住院")
    assert kept.file.promise.question.answer_by_on == date(2026, 3, 22)
    kept.until(date(2026, 3, 15))
    assert (ended(kept).rule, kept.desk.agenda.given_up()) == ("payments.cure", ())
    kept.does(breach.resume_plan, AGENT)
    assert kept.file.promise.question.answer_by_on == date(2026, 3, 17)
    kept.until(date(2026, 3, 17))
    assert ended(kept).rule == "payments.cure"
    kept.until(date(2026, 3, 24))
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["breach-asked"]
    assert types(ended(kept)) == ["breach.proposed"]


def test_a_question_that_never_reached_her_ends_nothing(kept: Kept):
    kept.desk.messenger.broken = True
    asked(kept)
    kept.until(date(2026, 3, 20))
    assert kept.told("breach-question") == ["failed"]
    assert ended(kept).rule == "promise.untold"
    kept.does(breach_question.explain_breach, kept.her, "我在页面上看到了。")
    assert types(ended(kept)) == ["breach.proposed"]


def test_a_new_request_with_all_her_income_is_decided_first(kept: Kept):
    """That is how it is put right."""
    asked(kept)
    kept.work()
    kept.does(payments.renegotiate, kept.her, "收入写全，重新来")
    kept.hands_in()
    kept.until(date(2026, 3, 20))
    assert ended(kept).rule == "payments.wish"


def test_the_other_reviewer_gives_it_back_and_she_is_told(kept: Kept):
    asked(kept)
    kept.until(date(2026, 3, 13))
    ended(kept)
    assert kept.does(breach_question.clear_breach, AGENT, "算了").rule == "breach.proposed"
    assert types(kept.does(breach.return_breach, ZHAO, "流水看过，是家里人的钱。")) == [
        "breach.returned",
        "breach.cleared",
    ]
    kept.work()
    assert kept.told("breach-cleared") == ["sent"]
    assert (kept.file.promise.breach, kept.file.promise.question) == (None, None)


def test_only_what_the_agreement_names_is_a_breach():
    rules = Kept().desk.rulebooks
    fewer = Kept(rulebooks=Stricter(rules, {"breach.grounds": ["unpaid"]}))
    assert fewer.terms.breach.grounds == ("unpaid",)
    for why in (INCOME, PAPERS):
        assert asked(fewer, why).rule == "breach.named"
        assert ended(fewer, why=why).rule == "breach.named"
    assert [BreachRule().names(why) for why in BreakReason] == [True, True, False, False]


def test_an_end_at_her_own_wish_takes_two(kept: Kept):
    assert types(ended(kept, why=BreakReason.BORROWER_ASKED)) == ["breach.proposed"]
    assert ended(kept, why=BreakReason.BORROWER_ASKED).rule == "decision.four_eyes"
    assert types(ended(kept, ZHAO, BreakReason.BORROWER_ASKED))[0] == "plan.broken"


def test_an_old_answer_ends_with_the_agreement(kept: Kept):
    """A question of an agreement that is all paid, or replaced, is no question any more."""
    asked(kept)
    kept.pays(160_000)
    assert (kept.file.promise.question, ended(kept).rule) == (None, "payments.none")
    kept.until(date(2026, 3, 20))
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["refund"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_says_what_the_terms_list_and_the_actions_do(kept: Kept, language: str):
    """Three grounds as the house has them; fewer of a lender; and an agreement of before they were listed, by the text
    it was made with."""
    said = {
        "zh": ("只有三种情况算违约", "只有两种情况算违约", "我们先书面告诉您"),
        "en": ("Only three things are a breach", "Only two things are a breach", "write to you what"),
    }
    three, two, asked_first = said[language]

    def text(rule: BreachRule, by: str = HOUSE) -> str:
        terms = replace(kept.terms, breach=rule)
        return json.dumps(contents(named_in_house(by), terms, language), ensure_ascii=False)

    now = text(kept.terms.breach)
    assert set(kept.terms.breach.grounds) == set(BreakReason) - {BreakReason.BORROWER_ASKED}
    assert (three in now, two in now, asked_first in now) == (True, False, True)
    fewer = text(BreachRule(grounds=("unpaid", "false-papers")))
    assert (three in fewer, two in fewer, asked_first in fewer) == (False, True, True)
    old = text(BreachRule(), "cn-instalment-2")
    assert (three in old, two in old, asked_first in old) == (False, True, False)
