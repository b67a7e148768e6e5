"""Whatever is owed and however a household lives: no fen is lost, no month goes below the floor, no offer is worse
than another in everything, and more income never makes the lightest or the cheapest plan worse.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forbear.actions.sections import rule_named
from forbear.adapters.rulebook import load_rulebook
from forbear.core.allocation import PARTS
from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing
from forbear.core.cashflow import Calendar, Terms, search
from forbear.core.dates import month_after, month_of
from forbear.core.loan import DayCount, Loan, Owed
from forbear.core.plan import Cause, Offer, Request, check_plan
from forbear.core.refusal import Refusal
from forbear.core.situation import situation
from forbear.core.solver import Question, own_plan, solve, what_if
from forbear.words import LANGUAGES, say

RULES = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))
AMOUNTS = st.integers(0, 200_000_00)
SMALL = st.integers(0, 6_000_00)
KINDS = st.sampled_from(["longer-term", "lower-interest", "payment-holiday", "settlement", "other-instalment"])
OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def incomes(draw, as_of: date) -> Income:
    grade = draw(st.sampled_from(list(Evidence)))
    if draw(st.booleans()):
        return Income(source="wages", evidence=grade, monthly_minor=draw(st.integers(0, 15_000_00)))
    month = month_after(month_of(as_of), draw(st.integers(-2, 40)))
    return Income(source="harvest", evidence=grade, month=month, amount_minor=draw(st.integers(0, 40_000_00)))


@st.composite
def seasons(draw, as_of: date) -> tuple[Income, ...]:
    """Four years of an income that comes in some months of the year only, and not the same each time."""
    active = draw(st.sets(st.integers(0, 11), min_size=1, max_size=11))
    month = [month_after(month_of(as_of), index) for index in range(48) if index % 12 in active]
    first, step = draw(st.integers(3_500_00, 20_000_00)), draw(st.integers(0, 97_31))
    return tuple(
        Income(source="season", evidence=Evidence.B, month=name, amount_minor=first + step * (index % 7))
        for index, name in enumerate(month)
    )


@st.composite
def questions(draw) -> Question:
    as_of = draw(st.dates(date(2021, 1, 1), date(2029, 12, 31)))
    late = draw(st.one_of(st.none(), st.integers(0, 900)))
    instalments_left = draw(st.integers(0, 60))
    principal_minor = draw(st.one_of(AMOUNTS, st.integers(500_00, 60_000_00)))
    wage = Income(source="wage", evidence=Evidence.A, monthly_minor=draw(st.integers(3_500_00, 20_000_00)))
    loan = Loan(
        contract="C-1",
        currency="CNY",
        signed_on=as_of - timedelta(days=1000),
        principal_minor=principal_minor,
        interest_minor=draw(SMALL),
        penalty_minor=draw(SMALL),
        fees_minor=draw(st.sampled_from([0, 1, 20_00, 333_33])),
        rate_ppm=draw(st.sampled_from([0, 1, 72_000, 180_000, 237_600, 359_999, 1_000_000])),
        penalty_rate_ppm=draw(st.sampled_from([0, 100_000, 356_400, 1_000_000])),
        day_count=draw(st.sampled_from(list(DayCount))),
        oldest_unpaid_due_on=None if late is None else as_of - timedelta(days=late),
        instalment_minor=max(1, principal_minor // draw(st.integers(4, 60)), draw(st.integers(0, 900_00))),
        instalments_left=instalments_left,
        due_day=draw(st.integers(1, 31)),
        as_of=as_of,
    )
    household = Household(
        place=draw(st.sampled_from(["cn/sichuan/chengdu", "cn/gansu", "cn/beijing"])),
        adults=draw(st.integers(1, 2)),
        children=draw(st.integers(0, 2)),
        income=(
            *draw(st.sampled_from([(wage,), draw(seasons(as_of)), ()])),
            *draw(st.lists(incomes(as_of), max_size=4)),
        ),
        outgoings=tuple(Outgoing(kind=k, monthly_minor=draw(SMALL)) for k in draw(st.sampled_from([(), ("rent",)]))),
        other_debts=draw(
            st.sampled_from(
                [(), (OtherDebt(creditor="bank", balance_minor=9_000_00, monthly_minor=300_00, priority=True),)]
            )
        ),
    )
    return Question(
        as_of=as_of,
        loan=loan,
        cause=draw(st.sampled_from(list(Cause))),
        since=None,
        until=None,
        request=Request(
            kinds=tuple(draw(st.lists(KINDS, max_size=2))),
            instalment_minor=draw(st.one_of(st.none(), st.integers(1, 9_000_00))),
            months=draw(st.one_of(st.none(), st.integers(1, 80))),
        ),
        household=household,
    )


def richer(question: Question, more_minor: int) -> Question:
    more = Income(source="more", evidence=Evidence.A, monthly_minor=more_minor)
    return replace(question, household=replace(question.household, income=(*question.household.income, more)))


def said_in_every_language(key: str, facts: Mapping[str, object]) -> None:
    for language in LANGUAGES:
        assert say(language, key, **facts)


def a_few_fen(income: Income, *, as_of: date, kinds: tuple[str, ...] = (), **more: object) -> Question:
    """A debt without principal, of so little that every rounding shows."""
    figures = {
        "principal_minor": 0,
        "interest_minor": 1,
        "fees_minor": 0,
        "rate_ppm": 0,
        "instalments_left": 0,
        "oldest_unpaid_due_on": None,
    }
    loan = Loan(
        contract="C-1",
        currency="CNY",
        signed_on=date(2018, 4, 7),
        penalty_minor=0,
        penalty_rate_ppm=0,
        day_count=DayCount.TWELFTHS,
        instalment_minor=1,
        due_day=1,
        as_of=as_of,
        **{**figures, **more},
    )
    return Question(
        as_of=as_of,
        loan=loan,
        cause=Cause.ILLNESS,
        since=None,
        until=None,
        request=Request(kinds=kinds, instalment_minor=None, months=None),
        household=Household(
            place="cn/sichuan/chengdu", adults=1, children=0, income=(income,), outgoings=(), other_debts=()
        ),
    )


HARVEST = Income(source="harvest", evidence=Evidence.A, month="2022-04", amount_minor=102_002)
WAGE = Income(source="wage", evidence=Evidence.A, monthly_minor=350_000)
SETTLED_BY_ITS_FEES = replace(
    a_few_fen(WAGE, as_of=date(2021, 1, 1), principal_minor=1, fees_minor=2000, oldest_unpaid_due_on=date(2020, 10, 2)),
    request=Request(kinds=("settlement",), instalment_minor=1, months=None),
)
"""A settlement is beaten by a plan that gives up the fees and costs as little."""


@OFTEN
@given(questions())
def test_no_fen_is_lost_and_every_row_is_dated_and_affordable(question):
    answer = solve(question, RULES)
    months = {m.month: m for m in answer.affordable}
    for offer in [*answer.offers, *([answer.lender_best] if answer.lender_best else [])]:
        plan = offer.plan
        check_plan(plan, answer.owed, question.as_of)
        assert plan.first_due_on > question.as_of
        assert all(finding.ok for finding in offer.findings)
    for offer in answer.offers:
        for row in offer.plan.instalments:
            month = months[month_of(row.due_on)]
            assert row.amount_minor <= month.affordable_minor
            assert month.income_minor - month.debts_minor - row.amount_minor >= month.floor_minor


@OFTEN
@given(questions())
def test_there_is_an_offer_or_a_reason_and_a_way_on(question):
    answer = solve(question, RULES)
    names = [offer.name for offer in answer.offers]
    assert len(names) == len(set(names))
    if names:
        assert {"lightest", "cheapest", "soonest"} <= set(names)
    else:
        assert answer.refusals
    for refusal in answer.refusals:
        assert refusal.rule
        said_in_every_language(refusal.reason, refusal.facts)
        said_in_every_language(refusal.way_on, refusal.facts)
    for offer in answer.offers:
        for why in offer.why:
            said_in_every_language(why.key, why.facts)
        for finding in offer.findings:
            assert all(rule_named(language, finding.key) for language in LANGUAGES)
            said_in_every_language(f"rules.unit.{finding.unit}", {"value": finding.value})
        for measure in offer.plan.measures:
            said_in_every_language(f"plan.measure.{measure.measure}", {"amount": "1", "months": "1", "rate": "1"})


@OFTEN
@given(questions())
def test_no_offer_is_worse_than_another_in_everything(question):
    found = [
        (offer.plan.instalment_max_minor, offer.plan.total_minor, offer.plan.ends_on)
        for offer in solve(question, RULES).offers
    ]
    for one in found:
        for other in found:
            assert one == other or any(a < b for a, b in zip(one, other, strict=True))


@OFTEN
@given(questions())
@example(SETTLED_BY_ITS_FEES)
def test_the_names_say_what_is_true(question):
    offers = {offer.name: offer.plan for offer in solve(question, RULES).offers}
    if not offers:
        return
    assert offers["lightest"].instalment_max_minor == min(p.instalment_max_minor for p in offers.values())
    assert offers["cheapest"].total_minor == min(p.total_minor for p in offers.values())
    assert offers["soonest"].ends_on == min(p.ends_on for p in offers.values())
    request = question.request
    # A settlement she asked for goes above her amount, and so may the better plan that takes its name.
    settled = situation(question, RULES).settlement is not None
    if "as-requested" in offers and request.instalment_minor is not None and not settled:
        assert offers["as-requested"].instalment_max_minor <= request.instalment_minor


@OFTEN
@given(questions(), st.integers(1, 5_000_00))
def test_more_income_never_makes_the_lightest_or_the_cheapest_worse(question, more_minor):
    question = replace(question, request=Request())
    before = {offer.name: offer.plan for offer in solve(question, RULES).offers}
    after = {offer.name: offer.plan for offer in solve(richer(question, more_minor), RULES).offers}
    if before:
        assert after["lightest"].instalment_max_minor <= before["lightest"].instalment_max_minor
        assert after["cheapest"].total_minor <= before["cheapest"].total_minor
        assert after["soonest"].ends_on <= before["soonest"].ends_on


@OFTEN
@given(questions(), st.integers(-100, 9_000_00))
@example(a_few_fen(HARVEST, as_of=date(2021, 2, 15)), 0)
def test_what_if_is_an_offer_within_the_amount_or_names_one_that_is(question, instalment_minor):
    found = what_if(question, RULES, instalment_minor)
    if isinstance(found, Offer):
        assert found.plan.instalment_max_minor <= instalment_minor
    else:
        assert isinstance(found, Refusal)
        said_in_every_language(found.reason, found.facts)
        said_in_every_language(found.way_on, found.facts)
        if found.reason == "plan.refusal.below-least":
            nearest = int(str(found.facts["amount"]).replace(".", ""))
            assert isinstance(what_if(question, RULES, nearest), Offer)


@OFTEN
@given(questions(), st.lists(st.tuples(st.integers(0, 62), st.integers(1, 5_000_00)), max_size=30))
def test_her_own_table_is_an_offer_paid_as_she_wrote_it_or_says_why_not(question, table):
    months = [(month_after(month_of(question.as_of), index), amount) for index, amount in table]
    found = own_plan(question, RULES, months)
    if isinstance(found, Offer):
        written = {month: sum(a for m, a in months if m == month) for month, _ in months}
        rows = found.plan.instalments
        assert [row.amount_minor for row in rows[:-1]] == [written[month_of(row.due_on)] for row in rows[:-1]]
        assert rows[-1].amount_minor <= written[month_of(rows[-1].due_on)]
    else:
        said_in_every_language(found.reason, found.facts)
        said_in_every_language(found.way_on, found.facts)


@st.composite
def cash_flows(draw) -> tuple[Terms, Calendar, list[int], int]:
    count = draw(st.integers(1, 9))
    caps = draw(st.lists(st.sampled_from([0, 50, 137, 200, 350, 1_000, 5_000]), min_size=count, max_size=count))
    kept = Owed(
        principal_minor=draw(st.integers(0, 3_000)),
        interest_minor=draw(st.integers(0, 300)),
        penalty_minor=0,
        fees_minor=draw(st.integers(1, 9)),
    )
    terms = Terms(
        kept=kept,
        forgiven=Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0),
        rate_ppm=draw(st.sampled_from([0, 120_000, 900_000])),
        months=draw(st.integers(1, 9)),
        least_minor=draw(st.sampled_from([1, 100])),
        unit_minor=draw(st.sampled_from([1, 10, 100])),
        gap_months=draw(st.integers(0, 4)),
        order=tuple(draw(st.permutations(PARTS))),
    )
    time = Calendar(
        months=tuple(month_after("2026-01", i) for i in range(count)),
        due_on=tuple(date(2026, 1 + i, 15) for i in range(count)),
        parts=tuple(30 for _ in range(count)),
        denominator=360,
        first=draw(st.integers(0, 1)),
    )
    return terms, time, caps, draw(st.integers(0, count - 1))


@settings(max_examples=400, deadline=None)
@given(cash_flows())
def test_the_least_ceiling_equals_trying_every_one(given_flow):
    terms, time, caps, until = given_flow
    tried = (search(terms, time, caps).fill(k * terms.unit_minor, until) for k in range(5_000 // terms.unit_minor + 1))
    expected = next((flow for flow in tried if flow is not None), None)
    found = search(terms, time, caps).least(5_000, until)
    assert (found and found.criteria) == (expected and expected.criteria)
