"""An explanation restates its answer, to the fen: inputs, figures, months, rules, what waiting costs, each audience."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forbear.actions.sections import complaint_body, sentence
from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import Case, read_case
from forbear.core.budget import Evidence, Income
from forbear.core.codec import plain, typed
from forbear.core.explained import Audience, Delay, Explanation
from forbear.core.explanation import contract_minor, delay_of, delayed, delays_of, explain, rights
from forbear.core.loan import owed_on
from forbear.core.plan import Cause, Offer, Why
from forbear.core.rules import Rulebook
from forbear.core.solver import Answer, solve
from forbear.words.format import money

EXAMPLES = Path(__file__).parents[3] / "examples" / "plan"


def asked(name: str) -> tuple[Case, Rulebook, Answer]:
    case = read_case((EXAMPLES / f"{name}.json").read_bytes())
    policy, question = case.policy, case.question
    rules = load_rulebook(policy.country, policy.sector, policy.lender, question.as_of)
    return case, rules, solve(question, rules)


def explained(name: str, audience: Audience = Audience.BORROWER) -> Explanation:
    case, rules, answer = asked(name)
    waits = delays_of(answer.offers, delayed(case.question, rules, answer.wait_days), answer.wait_days)
    return explain(case.question, answer, rules, delays=waits, audience=audience)


def test_the_inputs_of_the_illness_case():
    inputs = explained("illness").inputs
    assert [(p.part, p.amount_minor, p.booked_minor, p.grown_minor) for p in inputs.parts] == [
        ("principal", 3_820_000, 3_820_000, 0),
        ("interest", 114_600, 114_600, 0),
        ("penalty", 31_255, 31_255, 0),
        ("fees", 0, 0, 0),
    ]
    lines = [(x.kind, x.name, x.amount_minor, x.month, x.counts_minor, x.counts_later_minor) for x in inputs.lines]
    assert lines == [
        ("income", "wages", 520_000, "", 520_000, 520_000),
        ("income", "harvest", 800_000, "2026-09", 640_000, 640_000),
        ("outgoing", "rent", 150_000, "", None, None),
        ("outgoing", "food", 140_000, "", None, None),
        ("outgoing", "medical", 90_000, "2026-04", None, None),
        ("other-debt", "bank", 40_000, "", None, None),
    ]
    assert inputs.contract_minor == 4_860_459


def test_what_the_contract_still_asks_is_every_unpaid_instalment_the_last_what_is_left():
    case, _, answer = asked("illness")
    loan = replace(case.question.loan, principal_minor=100_000, instalments_left=2, instalment_minor=60_000)
    owed = replace(answer.owed, principal_minor=100_000, penalty_minor=700, fees_minor=50)
    # 100000 at 23.76 %: 1980 interest, 58020 principal; then 41980 left with 831.204 -> 831 interest.
    assert contract_minor(loan, owed) == 60_000 + 41_980 + 831 + 700 + 50
    assert contract_minor(replace(loan, instalments_left=0), owed) == owed.total_minor


def test_the_figures_of_the_lightest_plan():
    shown = explained("illness").of_offer("lightest").offers[0]
    numbers = shown.figures
    assert (numbers.first_minor, numbers.highest_minor, numbers.last_minor) == (72_800, 72_800, 66_357)
    assert (numbers.payments, numbers.months, numbers.total_minor) == (59, 59, 4_288_757)
    assert numbers.interest_minor == 468_757
    assert numbers.total_minor == 3_820_000 + numbers.interest_minor
    assert numbers.against_owed_minor == 4_288_757 - 3_965_855
    assert numbers.against_contract_minor == 4_288_757 - 4_860_459
    april = shown.months[0]
    assert (april.month, april.pays_minor, april.left_minor) == ("2026-04", 72_800, 520_000 - 40_000 - 72_800)
    assert (april.need_minor, april.floor_minor, april.above_floor_minor) == (396_000, 306_000, 407_200 - 306_000)
    assert len(shown.months) == 59
    assert min(month.spare_minor for month in shown.months) >= 0


def test_thirty_days_of_doing_nothing_and_of_delay():
    explanation = explained("illness")
    waiting = explanation.waiting
    assert (waiting.days, waiting.now.total_minor, waiting.later.total_minor) == (30, 3_965_855, 4_042_821)
    assert waiting.later.penalty_minor - waiting.now.penalty_minor == 11_555
    assert waiting.later.interest_minor - waiting.now.interest_minor == 65_411
    assert explanation.of_offer("lightest").offers[0].delay == Delay(
        offer="lightest",
        days=30,
        possible=True,
        total_more_minor=36_405,
        instalment_max_minor=73_400,
        instalment_more_minor=600,
        ends_on=date(2031, 3, 28),
    )


@pytest.mark.parametrize("name", [path.stem for path in sorted(EXAMPLES.glob("*.json"))])
def test_delay_is_the_answer_of_a_later_day_beside_todays(name: str):
    case, rules, answer = asked(name)
    later = delayed(case.question, rules, 30)
    assert later.owed == owed_on(case.question.loan, later.effective_on)
    known = {offer.name: offer.plan for offer in later.offers}
    for offer, wait in zip(answer.offers, delays_of(answer.offers, later, 30), strict=True):
        assert wait.possible == (offer.name in known)
        if wait.possible:
            assert offer.plan.total_minor + wait.total_more_minor == known[offer.name].total_minor
            assert wait.ends_on == known[offer.name].ends_on


def test_a_delay_over_a_step_of_the_relief_ladder_is_said():
    case, rules, _ = asked("illness")
    young = replace(case.question, loan=replace(case.question.loan, oldest_unpaid_due_on=date(2026, 1, 28)))
    answer, later = solve(young, rules), delayed(young, rules, 30)
    assert (answer.days_past_due, later.days_past_due) == (33, 63)
    waits = delays_of(answer.offers, later, 30)
    assert waits
    assert all(wait.relief_moves for wait in waits)
    assert not any(wait.relief_moves for wait in delays_of(answer.offers, answer, 30))


def test_an_offer_that_is_gone_is_said_to_be_gone():
    _, _, answer = asked("illness")
    assert delay_of(answer.offers[0], None, 30) == Delay(offer=answer.offers[0].name, days=30, possible=False)
    assert delays_of(answer.offers, None, 30) == ()


def test_every_rule_names_its_source_and_who_stands_behind_it_and_what_is_unverified():
    shown = explained("illness", Audience.AUDITOR).of_offer("lightest").offers[0]
    assert [rule.finding for rule in shown.rules] == list(shown.offer.findings)
    held = {rule.rule: rule for rule in shown.rules}
    floor, cap = held["cn.budget.floor"], held["cn.cap.annual_cost"]
    assert (floor.force, floor.status, floor.unverified) == ("statutory", "K", True)
    assert (cap.force, cap.status, cap.unverified) == ("regulatory", "V2", False)
    assert all(rule.source and rule.force and rule.checked_on and rule.key for rule in shown.rules)
    assert held["lender.example.relief.ladder.penalty"].key == "relief.ladder.penalty"


def test_a_bound_rule_is_the_one_the_offer_names():
    case, rules, answer = asked("illness")
    offer = replace(answer.offers[0], bound=("base.plan.term_max_months",))
    found = explain(case.question, replace(answer, offers=(offer,)), rules)
    assert [rule.rule for rule in found.offers[0].rules if rule.bound] == ["base.plan.term_max_months"]


def test_the_borrower_is_told_neither_the_lenders_value_nor_its_own_choice():
    case, rules, answer = asked("illness")
    answer = replace(answer, offers=tuple(replace(offer, value_minor=1) for offer in answer.offers))
    hers = explain(case.question, answer, rules)
    desk = explain(case.question, answer, rules, audience=Audience.AGENT)
    assert [shown.offer.value_minor for shown in hers.offers] == [None] * len(answer.offers)
    assert "lender-best" not in [shown.offer.name for shown in hers.offers]
    assert [shown.offer.value_minor for shown in desk.offers[:-1]] == [1] * len(answer.offers)
    assert desk.offers[-1].offer.name == "lender-best"


def test_under_other_rules_what_is_not_known_is_left_out_and_nothing_is_found_anew():
    case, rules, answer = asked("illness")
    old = replace(answer, rulebook_digest="0" * 64)
    found = explain(case.question, old, rules, stored=True)
    assert (found.stored, found.rulebook_digest) == (True, "0" * 64)
    assert [line.counts_minor for line in found.inputs.lines] == [None] * 6
    rule = found.offers[0].rules[0]
    assert (rule.source, rule.force, rule.status) == (answer.offers[0].findings[0].source, "", "V2")
    assert found.offers[0].figures == explained("illness").offers[0].figures
    assert explain(None, answer, rules).inputs is None


def test_a_no_names_its_rule_what_would_change_it_the_nearest_thing_and_other_ways():
    found = explained("no-surplus")
    refused = found.refusals[0]
    assert (refused.rule.rule, refused.rule.force) == ("cn.budget.floor", "statutory")
    assert (refused.change.key, refused.change.facts["more"]) == ("plan.way.income", "2425.00")
    assert (refused.nearest.key, refused.nearest.facts) == ("plan.way.pause-instead", {"months": "3"})
    assert [way.key for way in refused.others] == ["plan.way.debt-advice"]
    assert not found.plans_fit


def test_one_refusal_or_offer_alone_and_none_that_is_not_there():
    found = explained("no-surplus")
    assert found.of_refusal(1).refusals == found.refusals[:1]
    assert (found.of_refusal(0), found.of_refusal(len(found.refusals) + 1)) == (None, None)
    assert explained("illness").of_offer("free-money") is None


def test_the_rights_are_the_rulebooks():
    _, rules, _ = asked("illness")
    found = rights(rules)
    assert (found.country, found.answer_working_days, found.decide_working_days) == ("cn", 2, 10)
    assert (found.appeal_days, found.stay_days, found.complaint_days, found.credit_keep_years) == (30, 14, 15, 5)


@pytest.mark.parametrize(
    ("country", "named", "body"),
    [
        ("cn", "", "12378, the banking and insurance consumer line"),
        ("uk", "", "the Financial Ombudsman Service"),
        ("nowhere", "", ""),
        ("cn", "our ombudsman, 1 Main Street", "our ombudsman, 1 Main Street"),
    ],
)
def test_where_to_complain_is_the_rulebooks_else_the_countrys(country: str, named: str, body: str):
    _, rules, _ = asked("illness")
    found = replace(rights(rules), country=country, complaint_body=named)
    assert complaint_body("en", found) == body


def test_income_without_a_paper_counts_for_a_while_only():
    case, rules, _ = asked("illness")
    told = Income(source="bonus", evidence=Evidence.D, monthly_minor=100_000)
    home = replace(case.question.household, income=(*case.question.household.income, told))
    question = replace(case.question, household=home, cause=Cause.ILLNESS)
    found = explain(question, solve(question, rules), rules)
    bonus = next(line for line in found.inputs.lines if line.name == "bonus")
    assert (bonus.counts_minor, bonus.counts_later_minor, found.inputs.interim_months) == (70_000, 0, 6)


def test_an_offer_keeps_its_counterfactual_in_the_record():
    _, _, answer = asked("illness")
    more = Why(key="plan.counterfactual.sooner", facts={"more": "200.00"})
    offer = replace(answer.offers[0], counterfactual=more, value_minor=7, bound=("base.plan.term_max_months",))
    assert typed(Offer, plain(offer)) == offer
    before = {
        name: value for name, value in plain(offer).items() if name not in ("counterfactual", "value_minor", "bound")
    }
    assert typed(Offer, before) == replace(offer, counterfactual=None, value_minor=None, bound=())


SOONER = {"more": "1200.00", "instalment": "1928.00", "months": "5", "less": "830.00", "ends_on": "2030-09-28"}
LIGHTER = {"less_each": "50.00", "instalment": "678.00", "months": "4", "more": "310.00", "ends_on": "2031-06-28"}


@pytest.mark.parametrize(
    ("key", "facts", "en", "zh"),
    [
        (
            "plan.counterfactual.sooner",
            SOONER,
            "CNY 1,200.00 more a month (1,928.00): 5 months sooner, on 28 September 2030, and 830.00 less in all.",
            "每月多还 1,200.00 元（1,928.00 元）：早5个月，2030年9月28日还清，一共少付 830.00 元。",
        ),
        (
            "plan.counterfactual.sooner",
            {**SOONER, "months": "1"},
            "CNY 1,200.00 more a month (1,928.00): 1 month sooner, on 28 September 2030, and 830.00 less in all.",
            "每月多还 1,200.00 元（1,928.00 元）：早1个月，2030年9月28日还清，一共少付 830.00 元。",
        ),
        (
            "plan.counterfactual.sooner",
            {**SOONER, "less": "0.00"},
            "CNY 1,200.00 more a month (1,928.00): done by 28 September 2030, for the same in all.",
            "每月多还 1,200.00 元（1,928.00 元）：2030年9月28日就还清，总额不变。",
        ),
        (
            "plan.counterfactual.lighter",
            LIGHTER,
            "CNY 50.00 less a month (678.00): 4 months longer, until 28 June 2031, and 310.00 more in all.",
            "每月少还 50.00 元（678.00 元）：晚4个月，2031年6月28日还清，一共多付 310.00 元。",
        ),
        (
            "plan.counterfactual.in-full",
            {"months": "1", "instalment": "900.00", "more": "310.00", "ends_on": "2026-04-28"},
            "All of it instead of a part: CNY 900.00 on 28 April 2026, and 310.00 more in all.",
            "不按结清、全部还清：2026年4月28日付 900.00 元，一共多付 310.00 元。",
        ),
        (
            "plan.counterfactual.waiting",
            {"days": "30", "more": "1769.66"},
            "Another amount changes nothing here. Waiting 30 days would add CNY 1,769.66 to what is owed.",
            "换个金额不会有差别。再等30天，欠款会多出 1,769.66 元。",
        ),
        (
            "plan.counterfactual.waiting",
            {"days": "30", "more": "0.00"},
            "Another amount changes nothing here, and waiting 30 days adds nothing to what is owed.",
            "换个金额不会有差别，再等30天欠款也不会增加。",
        ),
    ],
)
def test_a_counterfactual_is_one_sentence_in_both_languages(key: str, facts: dict, en: str, zh: str):
    why = Why(key=key, facts=facts)
    assert (sentence("en", why), sentence("zh", why)) == (en, zh)


@pytest.mark.parametrize(
    ("currency", "en", "zh"),
    [("GBP", "GBP", "英镑"), ("EUR", "EUR", "欧元"), ("USD", "USD", "美元"), ("AUD", "AUD", "澳元")],
)
def test_money_in_a_sentence_is_the_money_of_the_case(currency: str, en: str, zh: str):
    why = Why(key="plan.why.cheapest", facts={"total": "1866.20"})
    assert sentence("en", why, currency) == f"You pay the least in all: {en} 1,866.20."
    assert sentence("zh", why, currency) == f"总共还得最少：一共 1,866.20 {zh}。"
    assert money("zh", 1_866_20, currency) == f"1,866.20 {zh}"
