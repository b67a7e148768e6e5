"""The answer for several loans: each part an exact plan under its own rules, the sum within the household's month."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.budget import Evidence, Income
from forbear.core.dates import month_of
from forbear.core.joint import JointAnswer, JointQuestion, solve_jointly
from forbear.core.plan import Request, check_plan
from forbear.core.solver import Question, solve
from forbear.words import LANGUAGES, say

EXAMPLES = Path(__file__).parents[3] / "examples"
THREE = read_case((EXAMPLES / "several/three-loans.json").read_bytes()).question
assert isinstance(THREE, JointQuestion)
RULES = load_rulebook("cn", "consumer-finance", "example", THREE.as_of)


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
    alone = {offer.name: offer.plan for offer in solve(one, RULES).offers if offer.name != "balanced"}
    answer = solve_jointly(joint, RULES)
    check(joint, answer)
    assert {offer.name: offer.plan for offer in answer.loans[0].offers} == alone


def test_nothing_is_paid_in_a_pause():
    question = replace(THREE, request=Request(kinds=("payment-holiday",), months=3))
    answer = solve_jointly(question, RULES)
    check(question, answer)
    assert {offer.months[0][0] for offer in answer.offers} == {"2026-07"}


def test_a_loan_with_nothing_owed_has_no_part():
    done = replace(THREE.loans[2], principal_minor=0, contract="DONE", instalments_left=0, instalment_minor=0)
    question = replace(THREE, loans=(*THREE.loans, done))
    answer = solve_jointly(question, RULES)
    assert answer.loans[3].offers == () and len(answer.offers) == 4
    assert [(r.reason, r.where) for r in answer.refusals] == [("plan.refusal.nothing-owed", "DONE")]
    assert solve_jointly(replace(THREE, loans=(done,)), RULES).offers == ()


def test_a_shape_is_asked_for_loan_by_loan():
    answer = solve_jointly(replace(THREE, request=Request(kinds=("level",))), RULES)
    assert [r.reason for r in answer.refusals] == ["several.refusal.shape"] and answer.offers


def test_a_settlement_is_asked_for_loan_by_loan():
    answer = solve_jointly(replace(THREE, request=Request(kinds=("settlement",))), RULES)
    assert [r.reason for r in answer.refusals] == ["several.refusal.settlement"] and answer.offers


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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
    answer = solve_jointly(question, RULES)
    check(question, answer)
    offers = [(o.instalment_max_minor, o.total_minor, o.ends_on) for o in answer.offers]
    for one in offers:
        assert not any(o != one and all(a <= b for a, b in zip(o, one, strict=True)) for o in offers)
