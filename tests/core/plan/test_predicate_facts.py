"""The facts predicates look at: the names of the vocabulary, with the figures of a case and of its plans."""

import json
from datetime import date
from pathlib import Path

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.predicate_facts import case_facts, plan_facts
from forbear.core.predicates import VOCABULARY, known_in, refusals
from forbear.core.rules import PredicateScope
from forbear.core.situation import situation
from forbear.core.solver import solve

EXAMPLES = Path(__file__).parents[3] / "examples" / "plan"
ON = date(2026, 3, 2)
RULES = load_rulebook("cn", "consumer-finance", "example", ON)


def looked_at(name: str, **changes: str) -> tuple[dict, list[dict]]:
    """The facts of an example and of each plan it is offered."""
    content = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    content["loan"] |= changes
    question = read_case(json.dumps(content).encode()).question
    case = situation(question, RULES)
    facts = case_facts(
        as_of=question.as_of,
        loan=question.loan,
        owed=case.owed,
        days_late=case.days_late,
        cause=question.cause,
        request=question.request,
        household=question.household,
        months=case.months,
    )
    return facts, [facts | plan_facts(offer.plan) for offer in solve(question, RULES).offers]


def test_the_facts_are_those_of_the_vocabulary():
    facts, plans = looked_at("illness")
    assert set(facts) == {fact.name for fact in known_in(PredicateScope.CASE)}
    assert plans and all(set(plan) == set(VOCABULARY) for plan in plans)
    kinds = {"text": str, "whole number": int, "list of texts": list}
    assert all(type(plan[name]) is kinds[fact.kind] for plan in plans for name, fact in VOCABULARY.items())


def test_the_facts_of_the_illness_case():
    facts, _ = looked_at("illness")
    assert facts == {
        "as_of": "2026-03-02",
        "signed_on": "2025-05-28",
        "cause": "illness",
        "place": "cn/sichuan/chengdu",
        "currency": "CNY",
        "request_kinds": ["longer-term"],
        "days_past_due": 64,
        "months_on_book": 9,
        "owed_minor": 3_965_855,
        "principal_minor": 3_820_000,
        "interest_minor": 114_600,
        "penalty_minor": 31_255,
        "fees_minor": 0,
        "rate_ppm": 237_600,
        "contract_instalment_minor": 202_620,
        "instalments_left": 24,
        "adults": 2,
        "children": 1,
        "income_least_minor": 520_000,
        "affordable_least_minor": 75_600,
        "floor_minor": 306_000,
        "other_debts_minor": 40_000,
    }


@pytest.mark.parametrize(
    ("signed_on", "months"), [("2026-01-31", 1), ("2026-02-02", 1), ("2026-02-03", 0), ("2024-03-02", 24)]
)
def test_months_on_book_are_whole_months(signed_on, months):
    facts, _ = looked_at("illness", signed_on=signed_on, oldest_unpaid_due_on=None)
    assert facts["months_on_book"] == months


def test_the_example_lender_s_rules_pass_every_example_s_offers():
    looked = [looked_at(example.stem) for example in sorted(EXAMPLES.glob("*.json"))]
    assert len(looked) > 3 and any(plans for _, plans in looked)
    for facts, plans in looked:
        assert refusals(RULES, PredicateScope.CASE, facts) == ()
        assert [refusals(RULES, PredicateScope.PLAN, plan) for plan in plans] == [()] * len(plans)
