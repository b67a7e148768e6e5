"""What a lender may expect of a plan, worked out again in fractions; the compiled arithmetic beside the plain one."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings

from forbear.adapters.compiled import arithmetic
from forbear.adapters.rulebook import load_rulebook
from forbear.config.plan_file import read_case
from forbear.core.cashflow import PLAIN
from forbear.core.money import LIMIT_MINOR
from forbear.core.plan import Plan
from forbear.core.situation import situation
from forbear.core.solver import solve, sweep, what_if
from forbear.core.value import BANDS, value_of_nothing_minor
from tests.properties.test_plan import questions

EXAMPLES = Path(__file__).parents[3] / "examples" / "plan"
ILLNESS = read_case((EXAMPLES / "illness.json").read_bytes()).question
RULES = load_rulebook("cn", "consumer-finance", "example", ILLNESS.as_of)
COMPILED = arithmetic()


def expected(plan: Plan) -> Fraction:
    """V of the illness case at 64 days: 3.0 % to 7.1 % a month, 45 % of an open claim recovered, 10 % a year off."""
    case = situation(ILLNESS, RULES)
    months = case.time.months
    paid = {row.due_on.isoformat()[:7]: row.amount_minor for row in plan.instalments}
    end = months.index(max(paid))
    room = sum(case.caps[case.time.first : end + 1])
    band = min(BANDS - 1, plan.total_minor * BANDS // room)
    monthly = Fraction(30_000, 10**6) + Fraction(41_000, 10**6) * Fraction(2 * band + 1, 2 * BANDS)
    stands, off, claim, value = Fraction(1), Fraction(1), Fraction(case.owed.total_minor), Fraction(0)
    for index in range(end + 1):
        off /= 1 + Fraction(1, 120)
        broken = stands * monthly if index >= case.time.first else 0
        amount = paid.get(months[index], 0)
        value += off * (broken * Fraction(45, 100) * claim + (stands - broken) * amount)
        stands, claim = stands - broken, max(Fraction(0), claim - amount)
    return value


def test_the_value_of_each_offer_is_what_fractions_say():
    """Weights are kept in ppm: each month may be off by a millionth of the claim and of the payment."""
    answer = solve(ILLNESS, RULES)
    assert answer.lender_best is not None
    for offer in answer.offers:
        value = expected(offer.plan)
        assert offer.value_minor is not None
        assert abs(offer.value_minor - value) <= 2 * 60 * answer.owed.total_minor // 10**6
    assert answer.lender_best.value_minor is not None
    assert answer.lender_best.value_minor > max(offer.value_minor or 0 for offer in answer.offers)


def test_doing_nothing_is_worth_a_share_of_the_claim():
    """64 days late: 45 % of 39,658.55."""
    assert value_of_nothing_minor(RULES, 39_658_55, 64) == 17_846_34
    assert solve(ILLNESS, RULES).nothing_minor == 17_846_34


@settings(max_examples=60, deadline=None)
@given(questions())
def test_compiled_and_plain_arithmetic_give_the_same_answer(question):
    assert solve(question, RULES, COMPILED) == solve(question, RULES, PLAIN)


def test_amounts_beyond_64_bits_take_the_exact_path():
    """A debt just below the limit of the product at 35.6 % act/365 cannot be multiplied in 64 bits; nothing is lost."""
    big = LIMIT_MINOR - 1
    loan = replace(ILLNESS.loan, principal_minor=big, rate_ppm=356_401, instalment_minor=big // 10)
    home = replace(ILLNESS.household, income=(replace(ILLNESS.household.income[0], monthly_minor=big // 5),))
    question = replace(ILLNESS, loan=loan, household=home)
    case = situation(question, RULES, COMPILED)
    assert case.arithmetic is PLAIN
    answer = solve(question, RULES, COMPILED)
    assert answer == solve(question, RULES)
    assert sum(row.principal_minor for row in answer.offers[0].plan.instalments) == big


def test_a_sweep_says_what_each_amount_leads_to():
    ceilings = [yuan * 100 for yuan in range(700, 1600, 7)]
    found = sweep(ILLNESS, RULES, ceilings, COMPILED)
    assert found == sweep(ILLNESS, RULES, ceilings)
    for ceiling, tried in zip(ceilings, found, strict=True):
        assert (tried is None) == (ceiling < 728_00)
        if tried is not None and ceiling <= 1_566_00:
            offer = what_if(ILLNESS, RULES, ceiling)
            assert (tried.burden_minor, tried.total_minor, tried.ends_on) == (
                offer.plan.instalment_max_minor,
                offer.plan.total_minor,
                offer.plan.ends_on,
            )
    assert found[-1] is not None
    assert found[-1].ends_on == date(2028, 6, 28)


def test_every_offer_says_one_what_if_that_is_true():
    """The amounts it names are worked out again by asking for them."""
    for offer in solve(ILLNESS, RULES).offers:
        what = offer.counterfactual
        assert what is not None
        if what.key == "plan.counterfactual.waiting":
            assert what.facts == {"days": "30", "more": "769.66"}
            continue
        tried = what_if(ILLNESS, RULES, int(what.facts["instalment"].replace(".", "")))
        assert tried.plan.ends_on.isoformat() == what.facts["ends_on"]
        differs = tried.plan.total_minor - offer.plan.total_minor
        named = what.facts["less"] if what.key == "plan.counterfactual.sooner" else what.facts["more"]
        assert abs(differs) == int(named.replace(".", ""))
