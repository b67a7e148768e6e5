"""The solver on whole cases: golden figures, each worked out again here by plain loops over every yuan."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.budget import Evidence, Income
from forbear.core.dates import DayCount
from forbear.core.loan import Owed
from forbear.core.money import major
from forbear.core.plan import Cause, Offer, Request
from forbear.core.refusal import Refusal
from forbear.core.relief import settlement
from forbear.core.solver import Question, own_plan, solve, what_if

EXAMPLES = Path(__file__).parents[3] / "examples" / "plan"


def case(name: str) -> Question:
    return read_case((EXAMPLES / f"{name}.json").read_bytes()).question


ILLNESS = case("illness")
RULES = load_rulebook("cn", "consumer-finance", "example", ILLNESS.as_of)


def figures(offer: Offer) -> tuple[str, str, int, str]:
    plan = offer.plan
    return major(plan.instalment_max_minor), major(plan.total_minor), len(plan.instalments), plan.ends_on.isoformat()


def by_name(question: Question) -> dict[str, Offer]:
    return {offer.name: offer for offer in solve(question, RULES).offers}


def pay_by_hand(ceiling_yuan: int, caps_minor: list[int]) -> tuple[int, int, int] | None:
    """(largest, total, months) of the illness case at 4 % on principal, 573.00 + 0 of arrears, 56 days then months."""
    principal, arrears, paid = 3_820_000, 57_300, []
    for month, cap in enumerate(caps_minor):
        days = 56 if month == 0 else 30
        arrears += principal * 4 * days // (100 * 360)
        most = min(cap, ceiling_yuan * 100)
        amount = principal + arrears if principal + arrears <= most else most // 100 * 100
        if amount < 100_00 and amount < principal + arrears:
            continue
        to_arrears = min(arrears, amount)
        arrears -= to_arrears
        principal -= amount - to_arrears
        paid.append(amount)
        if principal + arrears == 0:
            return max(paid), sum(paid), month + 1
    return None


RICHER = replace(ILLNESS.household, income=(Income(source="wages", monthly_minor=9_000_00, evidence=Evidence.A),))
CAPS = [756_00, *[1_566_00] * 4, 7_326_00, *[1_566_00] * 53]


def test_the_named_offers_of_the_illness_case():
    """Relief of illness from 61 days: all penalty (312.55), half the interest (573.00), 4 % a year."""
    offers = by_name(ILLNESS)
    assert {name: figures(offer) for name, offer in offers.items()} == {
        "lightest": ("728.00", "42887.57", 59, "2031-02-28"),
        "cheapest": ("2026.00", "40691.73", 27, "2028-06-28"),
        "soonest": ("1539.00", "40755.07", 27, "2028-06-28"),
        "balanced": ("1301.00", "41084.40", 32, "2028-11-28"),
        "as-requested": ("900.00", "42075.75", 47, "2030-02-28"),
    }
    assert {offer.plan.forgiven.total_minor for offer in offers.values()} == {312_55 + 573_00}
    assert {offer.plan.rate_ppm for offer in offers.values()} == {40_000}


def test_the_same_by_trying_every_yuan():
    tried = {yuan: found for yuan in range(1, 2027) if (found := pay_by_hand(yuan, CAPS)) is not None}
    offers = by_name(ILLNESS)
    lightest = min(tried.values())
    soonest = min(tried.values(), key=lambda f: (f[2], f[0], f[1]))
    cheapest = min(tried.values(), key=lambda f: (f[1], f[0], f[2]))
    for name, found in (("lightest", lightest), ("soonest", soonest), ("cheapest", cheapest)):
        plan = offers[name].plan
        assert (plan.instalment_max_minor, plan.total_minor, len(plan.instalments)) == found, name
    assert tried[900] == (900_00, 42_075_75, 47)


def test_the_rows_of_the_lightest_plan():
    """First row: 56 days of 4 % on 38,200.00 are 237.68; with the arrears kept, 810.68 of interest comes first."""
    rows = by_name(ILLNESS)["lightest"].plan.instalments
    shown = [(r.due_on.isoformat(), r.principal_minor, r.interest_minor, r.balance_minor) for r in rows[:2]]
    assert shown == [("2026-04-28", 0, 728_00, 38_200_00), ("2026-05-28", 517_99, 210_01, 37_682_01)]
    assert (rows[-1].amount_minor, rows[-1].balance_minor) == (663_57, 0)


def test_what_is_owed_and_what_waiting_costs():
    answer = solve(ILLNESS, RULES)
    assert (answer.owed.total_minor, answer.days_past_due, answer.wait_days) == (39_658_55, 64, 30)
    assert answer.if_nothing_changes.total_minor == 40_428_21
    assert answer.affordable[0].month == "2026-04"
    assert answer.affordable[-1].month == "2031-02"


def test_the_findings_name_rule_limit_and_value():
    found = {f.rule: (f.ok, f.limit, f.value) for f in by_name(ILLNESS)["as-requested"].findings}
    assert found == {
        "cn.cap.annual_cost": (True, "24.00", "3.995"),
        "cn.consumer-finance.cap.annual_cost": (True, "20.00", "3.995"),
        "lender.example.relief.ladder.interest": (True, "573.00", "573.00"),
        "lender.example.relief.ladder.penalty": (True, "312.55", "312.55"),
        "lender.example.relief.ladder.rate_floor": (True, "4.00", "4.00"),
        "base.plan.term_max_months": (True, "60", "47"),
        "base.plan.gap_max_months": (True, "12", "0"),
        "base.plan.instalment_least": (True, "100.00", "756.00"),
        "base.plan.instalment_not_raised": (True, "2026.20", "900.00"),
        "cn.budget.floor": (True, "3060.00", "3900.00"),
        "base.budget.buffer": (True, "756.00", "756.00"),
    }


def test_the_lender_alone_would_give_least():
    best = solve(ILLNESS, RULES).lender_best
    assert best is not None
    assert best.plan.forgiven.total_minor == 0
    assert best.plan.rate_ppm == 200_000
    assert best.plan.annual_cost_ppm <= 200_000


def test_a_seasonal_income_is_followed_month_by_month():
    question = case("seasonal")
    plan = by_name(question)["lightest"].plan
    assert {row.due_on.month for row in plan.instalments} == {5, 6, 9, 10}
    assert [m.measure for m in plan.measures][-2:] == ["term", "income-following"]


def test_a_settlement_is_offered_when_asked_for():
    offers = by_name(case("settlement"))
    assert figures(offers["as-requested"]) == ("8562.00", "11657.76", 3, "2026-11-30")
    assert offers["as-requested"].plan.forgiven.total_minor == 15_543_67 - 11_657_76
    assert offers["cheapest"].plan == offers["as-requested"].plan
    unasked = replace(case("settlement"), request=Request())
    assert max(offer.plan.total_minor for offer in solve(unasked, RULES).offers) > 11_657_76
    assert "as-requested" not in by_name(unasked)


def test_a_pause_asked_for_holds_for_every_offer():
    offers = by_name(case("pause"))
    assert {offer.plan.first_due_on for offer in offers.values()} == {date(2026, 7, 28)}
    assert {m.months for m in offers["as-requested"].plan.measures if m.measure == "deferral"} == {3}


def test_a_pause_beside_a_term_leaves_the_term_as_asked():
    request = Request(kinds=("payment-holiday", "longer-term"), months=40)
    plan = by_name(replace(ILLNESS, request=request))["as-requested"].plan
    assert (plan.first_due_on, plan.ends_on) == (date(2026, 7, 28), date(2029, 7, 28))
    offer = what_if(replace(ILLNESS, request=request), RULES, 1_000_00)
    assert isinstance(offer, Offer)
    assert offer.plan.first_due_on == date(2026, 7, 28)


def test_no_surplus_is_answered_with_ways_on():
    answer = solve(case("no-surplus"), RULES)
    assert answer.offers == ()
    assert answer.lender_best is None
    assert [(r.rule, r.reason, r.way_on) for r in answer.refusals] == [
        ("cn.budget.floor", "plan.refusal.no-surplus", "plan.way.income"),
        ("base.relief.deferral_usual", "plan.refusal.instead", "plan.way.pause-instead"),
        ("base.relief.debt_advice", "plan.refusal.instead", "plan.way.debt-advice"),
    ]
    assert answer.refusals[0].facts == {"floor": "3060.00", "more": "2425.00", "needed": "807.00", "months": "59"}
    assert [m.affordable_minor for m in answer.affordable] == [0] * 12


def test_what_would_change_a_refusal_does_change_it():
    """The rise of income it names brings a plan; one yuan less does not."""
    question = case("no-surplus")
    more = int(solve(question, RULES).refusals[0].facts["more"].replace(".", ""))
    for rise, brings_a_plan in ((more, True), (more - 100, False)):
        help_from_family = Income(source="help", monthly_minor=rise, evidence=Evidence.A)
        home = replace(question.household, income=(*question.household.income, help_from_family))
        assert bool(solve(replace(question, household=home), RULES).offers) is brings_a_plan


def test_income_only_said_carries_no_long_plan_but_says_how():
    answer = solve(case("declared-only"), RULES)
    assert answer.offers == ()
    assert "plan.way.prove-income" in [refusal.way_on for refusal in answer.refusals]


def test_nothing_owed_needs_no_plan():
    loan = replace(ILLNESS.loan, principal_minor=0, interest_minor=0, penalty_minor=0)
    answer = solve(replace(ILLNESS, loan=loan), RULES)
    assert answer.offers == ()
    assert [refusal.reason for refusal in answer.refusals] == ["plan.refusal.nothing-owed"]


def test_a_request_that_does_not_fit_is_answered_with_the_nearest():
    question = replace(ILLNESS, request=Request(instalment_minor=300_00, months=24))
    answer = solve(question, RULES)
    assert "as-requested" not in {offer.name for offer in answer.offers}
    assert [(r.reason, r.facts) for r in answer.refusals] == [
        ("plan.refusal.request", {"instalment": "728.00", "months": "59"})
    ]


def test_a_plan_goes_above_the_contract_only_when_asked():
    rich = (Income(source="wages", monthly_minor=30_000_00, evidence=Evidence.A),)
    question = replace(ILLNESS, household=replace(ILLNESS.household, income=rich), request=Request())
    assert max(o.plan.instalment_max_minor for o in solve(question, RULES).offers) <= ILLNESS.loan.instalment_minor
    asked = by_name(replace(question, request=Request(instalment_minor=5_000_00)))
    assert asked["as-requested"].plan.instalment_max_minor == 5_000_00


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_relief(cause):
    offers = by_name(replace(ILLNESS, cause=cause))
    assert offers["lightest"].plan.forgiven.penalty_minor == 312_55
    assert offers["lightest"].plan.annual_cost_ppm <= 200_000


def test_what_if_answers_any_amount():
    offer = what_if(ILLNESS, RULES, 900_00)
    assert isinstance(offer, Offer)
    assert figures(offer) == ("900.00", "42075.75", 47, "2030-02-28")
    low, high = what_if(ILLNESS, RULES, 300_00), what_if(ILLNESS, RULES, 9_000_00)
    assert isinstance(low, Refusal)
    assert isinstance(high, Refusal)
    assert (low.reason, low.facts["amount"]) == ("plan.refusal.below-least", "728.00")
    assert (high.reason, high.facts["amount"]) == ("plan.refusal.above-affordable", "7326.00")
    assert isinstance(what_if(ILLNESS, RULES, 728_00), Offer)
    assert isinstance(what_if(ILLNESS, RULES, 727_00), Refusal)
    assert isinstance(what_if(ILLNESS, RULES, 0), Refusal)


def months(first: str, count: int) -> list[str]:
    year, month = map(int, first.split("-"))
    return [f"{year + (month - 1 + i) // 12}-{(month - 1 + i) % 12 + 1:02d}" for i in range(count)]


def test_her_own_table_of_payments():
    table = [(month, 700_00) for month in months("2026-04", 12)] + [(m, 1_200_00) for m in months("2027-04", 40)]
    offer = own_plan(ILLNESS, RULES, table)
    assert isinstance(offer, Offer)
    rows = offer.plan.instalments
    assert [row.amount_minor for row in rows[:13]] == [700_00] * 12 + [1_200_00]
    assert rows[-1].amount_minor <= 1_200_00
    assert len(rows) < len(table)


@pytest.mark.parametrize(
    ("table", "reason", "where"),
    [
        ([("2026-03", 700_00)], "own-outside", "2026-03"),
        ([("2031-03", 700_00)], "own-outside", "2031-03"),
        ([("2026-04", 756_01)], "own-above", "2026-04"),
        ([("2026-05", 800_00), ("2026-05", 800_00)], "own-above", "2026-05"),
        ([("2026-05", 800_00)], "own-leaves", ""),
        ([], "own-leaves", ""),
        ([("2026-04", 99_99)] + [(m, 1_566_00) for m in months("2026-05", 40)], "own-below", "2026-04"),
    ],
)
def test_a_table_that_cannot_be_says_where(table, reason, where):
    refusal = own_plan(ILLNESS, RULES, table)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.where) == (f"plan.refusal.{reason}", where)


def test_the_same_question_has_the_same_answer():
    again = read_case(json.dumps(json.loads((EXAMPLES / "illness.json").read_text())).encode()).question
    assert solve(again, RULES) == solve(ILLNESS, RULES)


def test_penalty_above_the_lawful_rate_is_in_no_plan():
    """45 % on a contract of 23.76 %, where 35.64 % (half as much again) is the most: of 312.55 accrued at 45 %,
    312.55 · (45 − 35.64) / 45 = 65.0104, rounded up, may not be asked for, whatever the cause; 23.76 % is above the cap
    of 20 % that every plan keeps."""
    loan = replace(ILLNESS.loan, penalty_rate_ppm=450_000)
    question = replace(ILLNESS, loan=loan, cause=Cause.OTHER)
    law = load_rulebook("cn", "consumer-finance", None, ILLNESS.as_of)
    answer = solve(question, law)
    assert {offer.plan.forgiven.penalty_minor for offer in answer.offers} == {65_02}
    assert answer.lender_best is not None
    assert answer.lender_best.plan.forgiven.penalty_minor == 65_02
    found = {f.rule: (f.ok, f.limit, f.value) for f in answer.offers[0].findings}
    assert found["cn.penalty.uplift_max.above"] == (True, "65.02", "65.02")


def interest_forgiven(signed_on: date, rate_ppm: int, sector: str = "bank-card", lender: str | None = None) -> set[int]:
    loan = replace(ILLNESS.loan, signed_on=signed_on, rate_ppm=rate_ppm, penalty_rate_ppm=rate_ppm)
    book = load_rulebook("cn", sector, lender, ILLNESS.as_of)
    answer = solve(replace(ILLNESS, loan=loan, cause=Cause.OTHER, household=RICHER), book)
    assert answer.offers and answer.lender_best is not None
    return {offer.plan.forgiven.interest_minor for offer in (*answer.offers, answer.lender_best)}


def test_interest_above_the_lawful_rate_is_in_no_plan():
    """36 % under the 24 % of 2017: a third of 1,146.00, rounded up. Before there was a cap, and above a lender's own
    20 % alone, what was earned stays owed."""
    signed = ILLNESS.loan.signed_on
    assert interest_forgiven(signed, 360_000) == {382_00}
    assert interest_forgiven(signed, 240_000) == {0}
    assert interest_forgiven(date(2017, 8, 3), 360_000) == {0}
    assert interest_forgiven(signed, 237_600, sector="consumer-finance") == {0}
    # Of 1,146.00 at 24.0001 %: 1,146.00 · 0.0001 / 24.0001 = 0.0048, rounded up.
    assert interest_forgiven(signed, 240_001) == {1}


def test_interest_above_the_lawful_rate_is_told_with_its_rule():
    loan = replace(ILLNESS.loan, rate_ppm=360_000, penalty_rate_ppm=360_000)
    question = replace(ILLNESS, loan=loan, cause=Cause.OTHER, household=RICHER)
    offer = solve(question, load_rulebook("cn", "bank-card", None, ILLNESS.as_of)).offers[0]
    found = {f.rule: (f.ok, f.limit, f.value, f.key) for f in offer.findings}
    assert found["cn.cap.annual_cost.above"] == (True, "382.00", "382.00", "cap.annual_cost.above")


def test_a_settlement_is_a_share_of_what_is_lawful():
    loan = replace(ILLNESS.loan, rate_ppm=360_000, penalty_rate_ppm=720_000)
    owed = Owed(principal_minor=10_000_00, interest_minor=900_00, penalty_minor=600_00, fees_minor=0)
    book = load_rulebook("cn", "bank-card", "example", ILLNESS.as_of).on(ILLNESS.as_of, signed_on=loan.signed_on)
    terms = settlement(loan, owed, 91, book)
    # Unlawful: 900.00 · 12/36 = 300.00 and 600.00 · (72 − 54)/72 = 150.00; of the 11,050.00 left 90 % are paid.
    assert terms is not None and terms.kept.total_minor == 9_945_00
    assert terms.forgiven.interest_minor >= 300_00 and terms.forgiven.penalty_minor >= 150_00


def test_a_year_of_360_days_is_told_and_capped_as_a_real_one():
    """24 % a year of 360 days is 24.33 % of 365; the cap of 24 % leaves 24 % × 360 ÷ 365 = 23.6712 %."""
    book = load_rulebook("cn", "bank-card", None, ILLNESS.as_of)
    for rate_ppm, charged, cost in ((240_000, 236_712, 240_000), (120_000, 120_000, 121_667)):
        loan = replace(ILLNESS.loan, rate_ppm=rate_ppm, day_count=DayCount.ACTUAL_360, instalment_minor=3_000_00)
        asked = Request(kinds=(), instalment_minor=None, months=None)
        offers = solve(replace(ILLNESS, loan=loan, request=asked, household=RICHER), book).offers
        assert offers
        for offer in offers:
            assert offer.plan.rate_ppm == charged
            # The arrears bear nothing, so the whole costs somewhat less than its rate, and never more.
            assert charged < offer.plan.annual_cost_ppm <= cost


def test_a_lender_s_own_rule_that_leaves_no_plan_is_an_answer(tmp_path):
    """Two picks are refused by the same rule; it is said once, and what can be done instead follows."""
    folder = Path(shutil.copytree("forbear/rulebook", tmp_path / "rules"))
    own = folder / "lender" / "example" / "own-rules.toml"
    before = own.read_text("utf-8")
    own.write_text(before.replace('expression = "deferral_months <= 12"', 'expression = "term_months > 600"'), "utf-8")
    rules = load_rulebook("cn", "consumer-finance", "example", ILLNESS.as_of, folder)
    answer = solve(ILLNESS, rules)
    assert answer.offers == ()
    assert answer.refusals[0].rule == "lender.example.predicate.first-payment-within-a-year"
    assert len(answer.refusals) == len({(refusal.rule, refusal.way_on) for refusal in answer.refusals})
