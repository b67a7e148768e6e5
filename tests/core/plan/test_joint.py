"""The answer for several loans: each part an exact plan under its own rules, the sum within the household's month."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.adapters.compiled import arithmetic
from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.budget import Evidence, Income
from forbear.core.dates import month_of
from forbear.core.joint import JointAnswer, JointQuestion, solve_jointly
from forbear.core.joint_situation import joint_situation, loans_of
from forbear.core.money import LIMIT_MINOR
from forbear.core.payoff_jointly import fits
from forbear.core.plan import Request, check_plan
from forbear.core.several import debts_of
from forbear.core.solver import Question, solve
from forbear.words import LANGUAGES, say

EXAMPLES = Path(__file__).parents[3] / "examples"
THREE = read_case((EXAMPLES / "several/three-loans.json").read_bytes()).question
assert isinstance(THREE, JointQuestion)
RULES = load_rulebook("cn", "consumer-finance", "example", THREE.as_of)
COMPILED = arithmetic()


def check(question: JointQuestion, answer: JointAnswer) -> None:
    """Everything that holds of every joint answer."""
    affordable = {month.month: month.affordable_minor for month in answer.affordable}
    contracts = sum(loan.instalment_minor if loan.instalments_left else 10**12 for loan in question.loans)
    ceiling = max(contracts, question.request.instalment_minor or 0)
    assert [part.contract for part in answer.loans] == [loan.contract for loan in question.loans]
    for joint in answer.offers:
        paid: Counter[str] = Counter()
        parts = [(part, offer) for part in answer.loans for offer in part.offers if offer.name == joint.name]
        for part, offer in parts:
            check_plan(offer.plan, part.owed, question.as_of)
            assert all(finding.ok for finding in offer.findings)
            for row in offer.plan.instalments:
                paid[month_of(row.due_on)] += row.amount_minor
        assert tuple(sorted(paid.items())) == joint.months
        assert all(amount <= affordable[month] for month, amount in paid.items())
        assert joint.instalment_max_minor == max(paid.values()) <= ceiling
        assert joint.total_minor == sum(paid.values())
        assert joint.first_due_on == min(offer.plan.first_due_on for _, offer in parts)
        assert joint.ends_on == max(offer.plan.ends_on for _, offer in parts)
        assert joint.forgiven.total_minor == sum(offer.plan.forgiven.total_minor for _, offer in parts)
        for language in LANGUAGES:
            assert all(say(language, why.key, **why.facts) for why in joint.why)
            assert say(language, joint.counterfactual.key, **joint.counterfactual.facts)
    for refusal in answer.refusals:
        for language in LANGUAGES:
            assert say(language, refusal.reason, **refusal.facts) and say(language, refusal.way_on, **refusal.facts)
    assert answer.offers or answer.refusals


def figures(answer: JointAnswer) -> dict[str, tuple[int, int, str]]:
    return {o.name: (o.instalment_max_minor, o.total_minor, o.ends_on.isoformat()) for o in answer.offers}


def test_the_three_loans_of_the_example():
    answer = solve_jointly(THREE, RULES)
    check(THREE, answer)
    assert figures(answer) == {
        "lightest": (1_036_00, 61_108_07, "2031-02-28"),
        "cheapest": (3_526_00, 57_408_39, "2028-01-28"),
        "soonest": (2_698_00, 57_453_56, "2028-01-28"),
        "balanced": (2_011_00, 58_114_63, "2028-08-28"),
        "as-requested": (2_000_00, 58_130_06, "2028-09-28"),
    }
    assert [(p.contract, p.owed.total_minor, p.days_past_due) for p in answer.loans] == [
        ("HC-2025-0007781", 39_658_55, 64),
        ("HC-2024-0001234", 6_569_20, 46),
        ("HC-2025-0009002", 9_800_00, 0),
    ]
    assert {offer.policy for offer in answer.offers} == {"avalanche"}


def test_each_offer_says_what_a_little_more_or_less_would_change():
    """A step of 200.00 for the lightest, 500.00 for the cheapest; each worked out again by asking for it."""
    answer = solve_jointly(THREE, RULES)
    said = {offer.name: (offer.counterfactual.key, dict(offer.counterfactual.facts)) for offer in answer.offers}
    key, facts = said["lightest"]
    assert (key, facts["change"], facts["instalment"]) == ("several.counterfactual.sooner", "200.00", "1236.00")
    more = replace(THREE, request=Request(instalment_minor=1_236_00))
    asked = figures(solve_jointly(more, RULES))["as-requested"]
    assert asked[1] == 61_108_07 - int(facts["difference"].replace(".", ""))
    assert said["cheapest"][0] == "several.counterfactual.lighter"


def test_no_cheaper_ceiling_was_missed():
    """Every yuan below the lightest, tried for every order by the plain search of one answer after another."""
    least = figures(solve_jointly(THREE, RULES))["lightest"][0]
    asked = [replace(THREE, request=Request(instalment_minor=least - 100 * step)) for step in range(4)]
    names = [[offer.name for offer in solve_jointly(question, RULES).offers] for question in asked]
    assert ["as-requested" in found for found in names] == [True, False, False, False]


def test_one_loan_is_the_answer_of_one():
    """A list of one loan gives the named plans of the single question."""
    content = json.loads((EXAMPLES / "plan/illness.json").read_text("utf-8"))
    one = read_case(json.dumps(content).encode()).question
    assert isinstance(one, Question)
    joint = JointQuestion(
        as_of=one.as_of, loans=(one.loan,), cause=one.cause, since=one.since, until=one.until,
        request=one.request, household=one.household,
    )  # fmt: skip
    alone, answer = solve(one, RULES), solve_jointly(joint, RULES)
    check(joint, answer)
    plans = {offer.name: (offer.plan, offer.value_minor) for offer in alone.offers}
    assert {offer.name: (offer.plan, offer.value_minor) for offer in answer.loans[0].offers} == plans
    assert [offer.why[0].key for offer in answer.offers] == [offer.why[0].key for offer in alone.offers]
    best = answer.loans[0].lender_best
    assert alone.lender_best is not None and best is not None
    assert (best.plan, best.value_minor) == (alone.lender_best.plan, alone.lender_best.value_minor)
    assert answer.nothing_minor == alone.nothing_minor


def test_nothing_is_paid_in_a_pause():
    question = replace(THREE, request=Request(kinds=("payment-holiday",), months=3))
    answer = solve_jointly(question, RULES)
    check(question, answer)
    assert {offer.months[0][0] for offer in answer.offers} == {"2026-07"}


def test_a_loan_with_nothing_owed_has_no_part():
    done = replace(THREE.loans[2], principal_minor=0, contract="DONE", instalments_left=0, instalment_minor=0)
    question = replace(THREE, loans=(*THREE.loans, done))
    answer = solve_jointly(question, RULES)
    assert answer.loans[3].offers == () and len(answer.offers) == 5
    assert [(r.reason, r.where) for r in answer.refusals] == [("plan.refusal.nothing-owed", "DONE")]
    assert solve_jointly(replace(THREE, loans=(done,)), RULES).offers == ()


def sums(answer: JointAnswer, name: str) -> list[int]:
    return [amount for offer in answer.offers if offer.name == name for _, amount in offer.months]


def test_a_level_sum_is_the_same_every_month():
    """But for what is too small for a whole yuan in the month a loan ends, and the last month."""
    answer = solve_jointly(replace(THREE, request=Request(kinds=("level",))), RULES)
    check(THREE, answer)
    assert answer.refusals == ()
    for offer in answer.offers:
        paid = sums(answer, offer.name)
        assert all(offer.instalment_max_minor - 3_00 < amount <= offer.instalment_max_minor for amount in paid[:-1])
        assert [month for month, _ in offer.months][:2] == ["2026-04", "2026-05"]


def test_a_stepped_sum_is_low_until_the_cause_ends():
    """She is ill until June 2026: three months at her amount at most, then more."""
    asked = Request(kinds=("stepped",), instalment_minor=900_00)
    answer = solve_jointly(replace(THREE, request=asked), RULES)
    check(THREE, answer)
    assert answer.refusals == () and "as-requested" in {offer.name for offer in answer.offers}
    for offer in answer.offers:
        paid = sums(answer, offer.name)
        assert max(paid[:3]) <= 900_00 < min(paid[3:-1])


def test_interest_alone_is_paid_first():
    """Of the whole months before the cause ends each loan pays what accrued; arrears and principal stay."""
    answer = solve_jointly(replace(THREE, request=Request(kinds=("interest-only",), months=3)), RULES)
    check(THREE, answer)
    assert answer.refusals == ()
    for part in answer.loans:
        for offer in part.offers:
            early = offer.plan.instalments[:3]
            assert [row.amount_minor for row in early] == [row.accrues_minor for row in early]
            assert {row.principal_minor for row in early if not offer.plan.owed.interest_minor} <= {0}


LATE = tuple(
    replace(loan, oldest_unpaid_due_on=date(2025, 3, 1), signed_on=date(2024, 6, 1)) for loan in THREE.loans[:2]
)
RICH = replace(
    THREE.household, income=(Income(source="wages", monthly_minor=20_000_00, evidence=Evidence.A),), outgoings=()
)


def test_loans_late_enough_are_settled_and_the_others_paid_as_ever():
    """Two loans a year late and one that is not: at most a few payments on those, beside them the third."""
    question = replace(THREE, loans=(*LATE, THREE.loans[2]), household=RICH, request=Request(kinds=("settlement",)))
    answer = solve_jointly(question, RULES)
    asked = {part.contract: o.plan for part in answer.loans for o in part.offers if o.name == "as-requested"}
    settles = [any(m.measure == "settlement" for m in plan.measures) for plan in asked.values()]
    assert settles == [True, True, False]
    most = RULES.on(THREE.as_of).integer("settlement.payments_max")
    assert all(len(plan.instalments) <= most for plan in list(asked.values())[:2])
    assert [(r.reason, r.where) for r in answer.refusals] == [
        ("plan.refusal.settlement-early", THREE.loans[2].contract)
    ]
    joint = next(o for o in answer.offers if o.name == "as-requested")
    assert joint.why[1].key == "several.why.settled"
    affordable = {month.month: month.affordable_minor for month in answer.affordable}
    assert all(amount <= affordable[month] for month, amount in joint.months)


def test_a_settlement_too_dear_is_left_out_and_said():
    """The larger cannot be paid in a few payments; the smaller is settled alone."""
    question = replace(
        THREE, loans=LATE, request=Request(kinds=("settlement",)), household=replace(RICH, income=(
            Income(source="wages", monthly_minor=8_000_00, evidence=Evidence.A),)),
    )  # fmt: skip
    answer = solve_jointly(question, RULES)
    joint = next(o for o in answer.offers if o.name == "as-requested")
    assert dict(joint.why[1].facts) == {"contracts": "HC-2024-0001234"}
    assert [(r.reason, r.where) for r in answer.refusals] == [("plan.refusal.settlement", "HC-2025-0007781")]


def test_a_settlement_none_is_late_enough_for_names_each_loan():
    answer = solve_jointly(replace(THREE, request=Request(kinds=("settlement",))), RULES)
    assert {r.reason for r in answer.refusals} == {"plan.refusal.settlement-early"} and answer.offers
    assert [r.where for r in answer.refusals] == [loan.contract for loan in THREE.loans]


def test_no_joint_plan_names_the_least_that_would_change_it():
    """With the named rise of income there is a plan; with a yuan less there is none."""
    wage = Income(source="wages", monthly_minor=4_000_00, evidence=Evidence.A)
    poor = replace(THREE, household=replace(THREE.household, income=(wage,)), request=Request())
    answer = solve_jointly(poor, RULES)
    check(poor, answer)
    assert answer.offers == () and answer.refusals[0].reason == "several.refusal.too-little"
    more = int(answer.refusals[0].facts["more"].replace(".", ""))
    for extra, offers in ((more, True), (more - 1_00, False)):
        rich = replace(poor, household=replace(poor.household, income=(replace(wage, monthly_minor=4_000_00 + extra),)))
        assert bool(solve_jointly(rich, RULES).offers) is offers
    assert {r.way_on for r in answer.refusals} >= {"plan.way.pause-instead", "plan.way.debt-advice"}


def test_no_surplus_names_the_floor():
    none = replace(THREE, household=replace(THREE.household, income=()), request=Request())
    answer = solve_jointly(none, RULES)
    check(none, answer)
    assert answer.refusals[0].reason == "plan.refusal.no-surplus"


@pytest.mark.parametrize("kind", ["level", "stepped", "interest-only", "settlement", "pause"])
def test_compiled_and_plain_arithmetic_give_the_same_answer(kind: str):
    late = [replace(loan, oldest_unpaid_due_on=THREE.as_of - timedelta(days=100)) for loan in THREE.loans[:2]]
    asked = replace(THREE, loans=(*late, *THREE.loans[2:]), request=Request(kinds=(kind,), months=3))
    answer = solve_jointly(asked, RULES, COMPILED)
    assert answer == solve_jointly(asked, RULES)
    assert answer.offers


def test_amounts_beyond_64_bits_take_the_exact_path():
    """Three debts just below the limit of the product and a month that could pay them: no product of them fits."""
    big = LIMIT_MINOR - 1
    loans = tuple(replace(loan, principal_minor=big, instalment_minor=big // 10) for loan in THREE.loans)
    wage = replace(THREE.household.income[0], monthly_minor=big // 2)
    asked = replace(THREE, loans=loans, household=replace(THREE.household, income=(wage,)), request=Request())
    debts, growth = debts_of(joint_situation(asked, RULES, loans_of(asked, RULES).payable).shares, 60)
    assert not fits(debts, growth, [big])
    answer = solve_jointly(asked, RULES, COMPILED, lender=False)
    assert answer == solve_jointly(asked, RULES, lender=False)
    assert answer.offers[0].total_minor > 3 * big


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_joint_answer_holds(data):
    draw = data.draw
    loans = []
    for index in range(draw(st.integers(1, 4))):
        principal = draw(st.integers(0, 30_000_00))
        late = draw(st.one_of(st.none(), st.integers(0, 300)))
        loans.append(
            replace(
                THREE.loans[0],
                contract=f"C-{index}",
                principal_minor=principal,
                interest_minor=draw(st.integers(0, 2_000_00)),
                penalty_minor=draw(st.integers(0, 900_00)),
                fees_minor=draw(st.sampled_from([0, 33_33])),
                rate_ppm=draw(st.sampled_from([0, 72_000, 180_000, 237_600])),
                oldest_unpaid_due_on=None if late is None else date.fromordinal(THREE.as_of.toordinal() - late),
                signed_on=date(2024, 1, 1),
                instalment_minor=max(1, principal // draw(st.integers(4, 40))),
                instalments_left=draw(st.integers(0, 48)),
                due_day=draw(st.integers(1, 31)),
            )
        )
    wage = Income(source="w", monthly_minor=draw(st.integers(3_000_00, 12_000_00)), evidence=Evidence.B)
    asked = Request(
        instalment_minor=draw(st.one_of(st.none(), st.integers(1, 4_000_00))),
        months=draw(st.one_of(st.none(), st.integers(1, 60))),
    )
    income = draw(st.sampled_from([(wage,), (wage, *THREE.household.income[1:])]))
    question = replace(THREE, loans=tuple(loans), request=asked, household=replace(THREE.household, income=income))
    answer = solve_jointly(question, RULES, COMPILED, lender=False)
    assert answer == solve_jointly(question, RULES, lender=False)
    check(question, answer)
    offers = [(o.instalment_max_minor, o.total_minor, o.ends_on) for o in answer.offers]
    for one in offers:
        assert not any(o != one and all(a <= b for a, b in zip(o, one, strict=True)) for o in offers)
