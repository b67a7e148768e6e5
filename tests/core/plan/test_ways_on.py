"""A way on is true: with what it names a plan is there, with a yuan less there is none."""

import shutil
from dataclasses import replace
from pathlib import Path

from forbear.adapters.rulebook import load_rulebook
from forbear.core.household import Evidence, Income
from forbear.core.solver import solve
from forbear.words import LANGUAGES, known
from tests.core.plan.test_solver import RULES, case

MONTHS = ("2026-04", "2026-07", "2026-10", "2027-01")


def once(amount_minor: int) -> tuple[Income, ...]:
    return tuple(Income(source="trade", evidence=Evidence.A, month=m, amount_minor=amount_minor) for m in MONTHS)


def test_the_amount_to_ask_for_is_one_that_her_own_months_bear():
    asked = case("illness")
    household = replace(asked.household, income=once(12_000_00), outgoings=(), other_debts=())
    loan = replace(asked.loan, principal_minor=12_000_00, interest_minor=0, penalty_minor=0, instalment_minor=300_00)
    asked = replace(asked, loan=loan, household=household, request=replace(asked.request, instalment_minor=None))
    (refused, *_) = solve(asked, RULES).refusals
    assert (refused.reason, refused.way_on) == ("plan.refusal.would-raise", "plan.way.ask-more")
    needed = int(refused.facts["needed"].replace(".", ""))
    for ask, fits in ((needed, True), (needed - 1_00, False)):
        request = replace(asked.request, kinds=(), instalment_minor=ask, months=None)
        assert bool(solve(replace(asked, request=request), RULES).offers) is fits


def test_where_more_income_alone_would_not_do_it_says_what_else_to_ask():
    asked = case("no-surplus")
    loan = replace(asked.loan, instalment_minor=200_00)
    asked = replace(asked, loan=loan, request=replace(asked.request, kinds=(), instalment_minor=None, months=None))
    (refused, *_) = solve(asked, RULES).refusals
    assert refused.way_on == "plan.way.income-and-ask"
    more = int(refused.facts["more"].replace(".", ""))
    earns = Income(source="work", evidence=Evidence.A, monthly_minor=more)
    household = replace(asked.household, income=(*asked.household.income, earns))
    richer = replace(asked, household=household)
    assert solve(richer, RULES).refusals[0].reason == "plan.refusal.would-raise"
    asks = replace(richer, request=replace(richer.request, instalment_minor=50_000_00))
    assert solve(asks, RULES).offers


def test_a_settlement_that_is_too_early_is_said_to_be():
    asked = case("illness")
    request = replace(asked.request, kinds=("settlement",), instalment_minor=None, months=None)
    answer = solve(replace(asked, request=request), RULES)
    assert {offer.name for offer in answer.offers} == {"lightest", "cheapest", "soonest", "balanced"}
    (refused,) = answer.refusals
    assert (refused.rule, refused.reason) == ("lender.example.settlement.ladder", "plan.refusal.settlement-early")
    assert refused.facts == {"days": "91", "late": "64"}
    (refused,) = solve(replace(asked, request=request), load_rulebook("cn", "bank-card", None, asked.as_of)).refusals
    assert (refused.rule, refused.reason) == ("base.settlement.ladder", "plan.refusal.settlement-none")


def test_where_only_level_payments_are_given_the_tight_month_is_named(tmp_path):
    """April bears 900.00, later months more: a plan that follows them fits under the contract's 2,026.20."""
    folder = Path(shutil.copytree("forbear/rulebook", tmp_path / "rules"))
    values = (folder / "base" / "plan.toml").read_text("utf-8")
    (folder / "base" / "plan.toml").write_text(values.replace('["income-following", "level", "stepped",', '["level",'))
    asked = case("illness")
    asked = replace(asked, request=replace(asked.request, kinds=(), instalment_minor=None, months=None))
    rules = load_rulebook("cn", "consumer-finance", None, asked.as_of, folder)
    refused = solve(asked, rules).refusals[0]
    assert (refused.rule, refused.reason) == ("base.plan.shapes", "plan.refusal.only-level")
    assert (refused.facts["least"], refused.facts["instalment"]) == ("900.00", "1078.00")


def test_every_rule_that_says_no_has_a_name_for_people():
    asked = (
        "settlement.ladder",
        "relief.deferral_options",
        "relief.deferral_usual",
        "plan.shapes",
        "value.npv_binding",
    )
    assert [key for key in asked for language in LANGUAGES if not known(language, f"rules.{key}")] == []
