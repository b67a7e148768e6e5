"""A lender's own rules in the search: what they refuse is not offered, and the next best that they leave is found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.plan import Offer
from forbear.core.rules import Force, Predicate, PredicateScope, Rulebook, Source, Status, rulebook
from forbear.core.solver import Answer, own_plan, solve, what_if

ILLNESS = read_case((Path(__file__).parents[3] / "examples" / "plan" / "illness.json").read_bytes()).question
RULES = load_rulebook("cn", "consumer-finance", "example", ILLNESS.as_of)


@dataclass(frozen=True)
class Own:
    """A compiled predicate that asks a Python function."""

    predicate: Predicate
    ask: Callable[[Mapping[str, Any]], bool]

    def holds(self, facts: Mapping[str, Any]) -> bool:
        return self.ask(facts)


def with_rule(scope: PredicateScope, ask: Callable[[Mapping[str, Any]], bool]) -> Rulebook:
    predicate = Predicate(
        name="own",
        scope=scope,
        expression="…",
        reason={"zh": "不行", "en": "No."},
        way_on={"zh": "请来电", "en": "Call us."},
        from_on=date(2020, 1, 1),
        until_on=None,
        force=Force.HOUSE,
        source=Source(title="Test"),
        status=Status.K,
        checked_on=date(2026, 1, 1),
        layer="lender/example",
    )
    return rulebook(RULES.layers, RULES.params, ILLNESS.as_of, [Own(predicate, ask)], RULES.keys)


def by_name(answer: Answer) -> dict[str, Offer]:
    return {offer.name: offer for offer in answer.offers}


def test_a_case_a_rule_refuses_gets_no_plan_and_the_lenders_own_words():
    answer = solve(ILLNESS, with_rule(PredicateScope.CASE, lambda facts: facts["days_past_due"] < 64))
    assert answer.offers == ()
    assert answer.lender_best is None
    assert [(r.rule, r.facts["reason_en"], r.facts["way_on_zh"]) for r in answer.refusals] == [
        ("lender.example.predicate.own", "No.", "请来电")
    ]


def test_the_lightest_plan_that_a_rule_leaves_is_found():
    """The last payment within 48 months of the decision: the lightest plan within 48 months, found again by
    asking for that term."""
    asked = replace(ILLNESS, request=replace(ILLNESS.request, kinds=(), instalment_minor=None, months=48))
    lightest = by_name(solve(asked, RULES))["as-requested"]
    answer = solve(ILLNESS, with_rule(PredicateScope.PLAN, lambda facts: facts["term_months"] <= 48))
    assert by_name(answer)["lightest"].plan == lightest.plan
    for offer in answer.offers:
        assert len(offer.plan.instalments) <= 48
    assert by_name(answer)["cheapest"].plan == by_name(solve(ILLNESS, RULES))["cheapest"].plan
    assert answer.refusals == ()


def test_a_plan_asked_for_that_a_rule_refuses_is_said():
    rules = with_rule(PredicateScope.PLAN, lambda facts: facts["instalment_minor"] >= 1_000_00)
    answer = solve(ILLNESS, rules)
    assert "as-requested" not in by_name(answer)
    assert min(offer.plan.instalment_max_minor for offer in answer.offers) >= 1_000_00
    assert [r.rule for r in answer.refusals] == ["lender.example.predicate.own", "base.plan.term_max_months"]
    refused = what_if(ILLNESS, rules, 900_00)
    assert (refused.rule, refused.reason) == ("lender.example.predicate.own", "rules.predicate.reason")
    table = [(month, 756_00) for month in [f"2026-{m:02d}" for m in range(4, 13)]]
    table += [(f"{2027 + n // 12}-{n % 12 + 1:02d}", 900_00) for n in range(44)]
    assert own_plan(ILLNESS, rules, table).rule == "lender.example.predicate.own"


def test_where_a_rule_leaves_nothing_it_says_so_and_a_way_on():
    answer = solve(ILLNESS, with_rule(PredicateScope.PLAN, lambda facts: False))
    assert answer.offers == ()
    assert [r.reason for r in answer.refusals] == ["rules.predicate.reason", *["plan.refusal.instead"] * 3]


def npv_binding(nothing_ppm: int) -> Rulebook:
    changed = [
        replace(RULES.param("value.npv_binding"), value=True),
        replace(RULES.param("value.nothing"), value=({"dpd_from": 0, "share": nothing_ppm},)),
    ]
    kept = [p for p in RULES.params if p.key not in ("value.npv_binding", "value.nothing")]
    return rulebook(RULES.layers, [*kept, *changed], ILLNESS.as_of)


def test_the_value_of_doing_nothing_refuses_only_where_the_lender_makes_it_binding():
    """At 64 days the plans are worth 22,528.55 (lightest) to 25,920.24 (cheapest). Above 60 % of 39,658.55 (23,795.13)
    only the heavier ones are left; above 70 % none."""
    freely = by_name(solve(ILLNESS, RULES))
    binding = by_name(solve(ILLNESS, npv_binding(600_000)))
    assert freely["lightest"].value_minor < 23_795_13 < freely["cheapest"].value_minor
    assert binding["cheapest"].plan == freely["cheapest"].plan
    assert all(offer.value_minor >= 23_795_13 for offer in binding.values())
    assert binding["lightest"].plan.instalment_max_minor > freely["lightest"].plan.instalment_max_minor
    none = solve(ILLNESS, npv_binding(700_000))
    assert none.offers == ()
    assert [r.reason for r in none.refusals][:1] == ["plan.refusal.npv"]
