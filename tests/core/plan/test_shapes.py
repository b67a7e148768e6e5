"""Shapes of payments: what she asks for shapes every plan, worked out again here by trying every yuan."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.plan import Offer, Request
from forbear.core.rules import Param, Rulebook, rulebook
from forbear.core.situation import situation
from forbear.core.solver import Question, solve

ILLNESS = read_case((Path(__file__).parents[3] / "examples" / "plan" / "illness.json").read_bytes()).question
RULES = load_rulebook("cn", "consumer-finance", "example", ILLNESS.as_of)


def asking(*kinds: str, months: int | None = None, instalment_minor: int | None = None) -> Question:
    return replace(ILLNESS, request=Request(kinds=kinds, months=months, instalment_minor=instalment_minor))


def offers(question: Question, rules: Rulebook = RULES) -> dict[str, Offer]:
    return {offer.name: offer for offer in solve(question, rules).offers}


def with_values(**values: object) -> Rulebook:
    """The example lender's rulebook with other values in its lowest layer."""
    changed = [replace(RULES.param(key.replace("__", ".")), value=value) for key, value in values.items()]
    kept: list[Param] = [p for p in RULES.params if p.key not in {c.key for c in changed}]
    return rulebook(RULES.layers, [*kept, *changed], ILLNESS.as_of)


def amounts(offer: Offer) -> list[int]:
    return [row.amount_minor for row in offer.plan.instalments]


def test_interest_only_for_some_months_then_the_rest():
    """38,200.00 at 4 %: 56 days are 237.68, then 127.33 a month (127.3333, rounded down). The harvest is not asked
    for while only interest is due."""
    found = offers(asking("interest-only", months=6))
    for offer in found.values():
        rows = offer.plan.instalments
        assert [row.amount_minor for row in rows[:6]] == [237_68, *[127_33] * 5]
        assert {row.balance_minor for row in rows[:6]} == {38_200_00}
        assert rows[6].amount_minor > 127_33
        assert ("interest-only", 6) in [(m.measure, m.months) for m in offer.plan.measures]
    assert found["as-requested"].plan == found["lightest"].plan


def test_without_interest_the_months_of_interest_alone_are_a_pause_and_are_not_called_both():
    """Nothing is due in them, and the first payment after them is of principal."""
    free = replace(ILLNESS.loan, rate_ppm=0, interest_minor=0, penalty_minor=0)
    for offer in offers(replace(asking("interest-only", months=6), loan=free)).values():
        measures = {one.measure: one.months for one in offer.plan.measures}
        assert (measures["deferral"], "interest-only" in measures) == (6, False)
        assert offer.plan.first_due_on == date(2026, 10, 28)
        assert offer.plan.instalments[0].principal_minor > 0


def test_interest_only_until_the_cause_ends_where_no_months_are_named():
    """Ill until 2026-06-30; the first due date is 2026-04-28: April, May and June."""
    rows = offers(asking("interest-only"))["lightest"].plan.instalments
    assert [row.balance_minor for row in rows[:4]].count(38_200_00) == 3


def test_level_payments_are_the_same_every_month_but_the_last():
    """The barest month bears 756.00, so the level plan is between 728.00 (59 months) and 756.00."""
    found = offers(asking("level"))
    for offer in found.values():
        assert len(set(amounts(offer)[:-1])) == 1
        assert amounts(offer)[0] <= 756_00
    assert amounts(found["lightest"])[0] == 728_00
    assert amounts(found["soonest"])[0] <= 756_00


def test_stepped_payments_rise_when_the_cause_ends():
    """April to June are flat at April's 756.00; from July on one higher amount, the lightest that ends in time."""
    answer = solve(asking("step-up", instalment_minor=500_00, months=60), RULES)
    found = {offer.name: offer for offer in answer.offers}
    assert answer.refusals == ()
    assert amounts(found["as-requested"]) == amounts(found["lightest"])
    for offer in found.values():
        paid = amounts(offer)
        assert max(paid[:3]) <= 500_00
        assert len(set(paid[3:-1])) == 1
        assert [m.measure for m in offer.plan.measures if m.measure == "step"] == ["step"]


def test_a_lender_without_income_following_plans_gives_level_and_stepped_ones():
    rules = with_values(plan__shapes=("level", "stepped"))
    caps, first = situation(ILLNESS, rules).caps, situation(ILLNESS, rules).time.first
    for offer in offers(ILLNESS, rules).values():
        assert len(set(amounts(offer)[:-1])) <= 2
        for at, amount in enumerate(amounts(offer)):
            assert amount <= caps[first + at]


def test_a_shape_that_does_not_fit_is_said_and_plans_are_made_without_it():
    """Interest only for twelve of at most thirty months leaves too few for the rest."""
    rules = with_values(plan__term_max_months=30, relief__interest_only_max=12)
    answer = solve(asking("interest-only", months=12), rules)
    assert [(r.rule, r.reason) for r in answer.refusals] == [("base.plan.shapes", "plan.refusal.interest-only")]
    assert "as-requested" not in [offer.name for offer in answer.offers]


@pytest.mark.parametrize("months", [6, 4])
def test_a_pause_that_is_too_long_is_made_shorter(months):
    """Sixty months of at most 756.00 or so bear a pause, but not every one where the term is short."""
    rules = with_values(plan__term_max_months=29, relief__deferral_options=(0, 1, 2, 3, 6))
    answer = solve(asking("payment-holiday", months=months), rules)
    kinds = {m.measure: m.months for m in answer.offers[0].plan.measures}
    assert 0 < kinds["deferral"] < months
    said = answer.refusals[0]
    assert (said.reason, said.way_on) == ("plan.refusal.pause", "plan.way.pause-shorter")
    assert said.facts["shorter"] == str(kinds["deferral"])


def test_the_calendar_has_the_day_the_month_has():
    """Due on the 31st, decided on January 30th of a leap year: February 29th, March 31st, April 30th."""
    loan = replace(ILLNESS.loan, due_day=31, as_of=date(2028, 1, 30), oldest_unpaid_due_on=date(2027, 12, 31))
    plan = offers(replace(ILLNESS, as_of=date(2028, 1, 30), loan=loan, until=None))["lightest"].plan
    assert [row.due_on.isoformat() for row in plan.instalments[:3]] == ["2028-02-29", "2028-03-31", "2028-04-30"]
