"""Whatever is asked of any position: a position or a refusal, no fen lost, no interest on interest, one order."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from forbear.adapters.rulebook import load_rulebook
from forbear.core.combinations import AnyMeasure, Planned, apply, combine, planned
from forbear.core.course import Course, course, factor, level_minor, settlement_forgives
from forbear.core.measures import Forgive, FreezeAccrual, Rate, Waive, freeze
from forbear.core.money import Rounding
from forbear.core.plan import Plan
from forbear.core.position import NOTHING, Position, conditional_minor, limits_of, position_of
from forbear.core.refusal import Refusal
from forbear.core.replans import Settle, Step, step
from forbear.core.solver import Question, solve
from forbear.words import LANGUAGES, say
from tests.core.measures.positions import BASE, NARROW, WIDE, annuity, lists, measures, positions
from tests.properties.test_plan import WAGE, a_few_fen, questions

OFTEN = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SOMETIMES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RULES = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))


def whole(position: Position) -> int:
    """Every fen there is: owed, forgiven, still to be earned."""
    left = conditional_minor(position.conditional, position.kept_payments)
    return position.owed.total_minor + position.forgiven.total_minor + left


def measures_of(plan: Plan) -> tuple[AnyMeasure, ...]:
    """The measures a solver's plan names in its labels, as far as a label says all of it: what is waived and forgiven,
    the rate, the settlement. How fast the rest is paid is in its rows."""
    found: list[AnyMeasure] = []
    for label in plan.measures:
        amount = label.amount_minor or 0
        match label.measure:
            case "settlement":
                settle = Settle(payments=len(plan.instalments), expires_on=plan.ends_on, amount_minor=amount)
                return (*_before_it(plan, amount), settle)
            case "waive-penalty" | "waive-fees" | "waive-interest":
                found.append(Waive(part=label.measure.removeprefix("waive-"), amount_minor=amount))
            case "forgive-principal":
                found.append(Forgive(amount_minor=amount))
            case "rate":
                found.append(Rate(from_rows=((1, label.rate_ppm or 0),)))
    return tuple(found)


def _before_it(plan: Plan, amount_minor: int) -> Iterator[Waive]:
    """What no lender may ask for goes before a settlement, whose own order would take it elsewhere."""
    own = settlement_forgives(plan.owed, amount_minor)
    for part in ("penalty", "fees", "interest"):
        more = getattr(plan.forgiven, f"{part}_minor") - getattr(own, f"{part}_minor")
        if more > 0:
            yield Waive(part=part, amount_minor=more)


@OFTEN
@given(st.data())
def test_a_measure_gives_a_position_that_lost_nothing_or_a_refusal_that_is_said(data):
    position = data.draw(positions())
    asked = data.draw(measures(position))
    limits = data.draw(st.sampled_from([NARROW, WIDE, limits_of(RULES)]))
    found = apply(position, asked, limits)
    if isinstance(found, Refusal):
        for language in LANGUAGES:
            assert say(language, found.reason, **found.facts) and say(language, found.way_on, **found.facts)
        return
    assert whole(found) == whole(position)
    assert min(vars(found.owed).values()) >= 0
    assert found.days_past_due == (0 if asked.name == "re-age" else position.days_past_due)


@OFTEN
@given(st.data())
def test_a_course_pays_every_part_once_and_ends_with_nothing_owed(data):
    position = data.draw(positions())
    found = combine(position, data.draw(lists(position)), WIDE, signed_off=True)
    assume(isinstance(found, Position))
    made = course(found)
    if isinstance(made, Refusal):
        assert made.reason in ("measures.refusal.list_short", "measures.refusal.no_rows_after")
        return
    paid, owed = NOTHING, found.owed
    for row in made.rows:
        parts = (row.principal_minor, row.interest_minor, row.penalty_minor, row.fees_minor)
        assert min(parts) >= 0 and row.amount_minor > 0 and row.balance_minor >= 0
        paid = replace(
            paid,
            principal_minor=paid.principal_minor + row.principal_minor,
            interest_minor=paid.interest_minor + row.interest_minor,
            penalty_minor=paid.penalty_minor + row.penalty_minor,
            fees_minor=paid.fees_minor + row.fees_minor,
        )
    new = made.accrued_minor - made.capitalised_minor - made.waived_minor
    assert paid.principal_minor + made.forgiven.principal_minor == owed.principal_minor + made.capitalised_minor
    assert paid.interest_minor + made.forgiven.interest_minor == owed.interest_minor + new
    assert paid.penalty_minor + made.forgiven.penalty_minor == owed.penalty_minor
    assert paid.fees_minor + made.forgiven.fees_minor == owed.fees_minor
    assert [row.due_on for row in made.rows] == sorted({row.due_on for row in made.rows})
    assert not made.rows or (made.rows[-1].balance_minor == 0 and made.rows[0].due_on > position.as_of)


@OFTEN
@given(st.data())
def test_the_order_a_list_is_given_in_does_not_matter(data):
    position = data.draw(positions())
    asked = data.draw(lists(position))
    first, *others = [combine(position, order, WIDE, signed_off=True) for order in permutations(asked)]
    assert all(other == first for other in others)


@OFTEN
@given(st.data())
def test_there_is_no_interest_on_interest_unless_it_was_made_principal(data):
    """More arrears of interest, penalty and fees make the same course dearer by exactly as much."""
    position = replace(data.draw(positions()), steps=None, instalment_minor=None)
    more = data.draw(st.integers(1, 5_000_00))
    found = combine(position, data.draw(lists(position)), NARROW, signed_off=True)
    assume(isinstance(found, Position) and found.steps is None and found.settlement is None)
    assume(all(not phase.payment_minor for phase in found.phases))
    made = course(found)
    heavier = course(replace(found, interest_minor=found.interest_minor + more, fees_minor=found.fees_minor + more))
    assume(isinstance(made, Course) and isinstance(heavier, Course))
    assert heavier.accrued_minor == made.accrued_minor
    assert made.capitalised_minor == 0


@OFTEN
@given(st.integers(0, 10**12), st.integers(0, 4_000_000), st.integers(1, 120))
def test_a_level_instalment_is_the_textbooks_where_months_are_equal(principal, rate, rows):
    twelfths = replace(BASE, rates=((BASE.as_of, rate),), periods=rows)
    assert level_minor(twelfths, principal, 1) == annuity(principal, rate, rows)


@OFTEN
@given(positions(), st.integers(0, 400), st.integers(0, 60))
def test_freezing_never_adds_interest_and_a_wholly_frozen_row_has_none(position, from_days, length):
    from_on = position.as_of + timedelta(days=from_days)
    until_on = from_on + timedelta(days=length)
    frozen = freeze(position, FreezeAccrual(from_on=from_on, until_on=until_on), NARROW)
    assert isinstance(frozen, Position)
    for row in range(1, position.periods + 1):
        before, after = Fraction(*factor(position, row)), Fraction(*factor(frozen, row))
        start_on = position.as_of if row == 1 else position.due_on(row - 1)
        assert 0 <= after <= before
        if from_on <= start_on + timedelta(days=1) and position.due_on(row) <= until_on:
            assert after == 0
        if until_on <= start_on or position.due_on(row) < from_on:
            assert after == before


@OFTEN
@given(st.data())
def test_the_figures_are_those_of_the_rows(data):
    position = data.draw(positions())
    shown = planned(position, data.draw(lists(position)), WIDE, signed_off=True, asked_to_pay_more=True)
    assume(isinstance(shown, Planned) and shown.course.rows)
    amounts = [row.amount_minor for row in shown.course.rows]
    figures = shown.figures
    assert (figures.first_minor, figures.highest_minor, figures.last_minor) == (amounts[0], max(amounts), amounts[-1])
    contract = course(position)
    assert isinstance(contract, Course)
    assert figures.change_minor == sum(amounts) - sum(row.amount_minor for row in contract.rows)
    if not shown.course.accrued_minor:
        assert figures.annual_cost_ppm == 0


def settled(**figures: int) -> Question:
    """A few fen, three months late, that a settlement is asked for."""
    late = date(2020, 10, 2)
    return a_few_fen(WAGE, as_of=date(2021, 1, 1), kinds=("settlement",), oldest_unpaid_due_on=late, **figures)


@SOMETIMES
@given(questions())
@example(settled())
@example(settled(interest_minor=3, fees_minor=1, rate_ppm=359_999, instalments_left=1))
@example(settled(interest_minor=3_000, fees_minor=2_000, rate_ppm=359_999, instalments_left=1))
def test_the_measures_a_solvers_plan_names_give_its_relief(question):
    """Applied to the position of the loan, the named measures forgive what the plan forgives and set its rate."""
    answer = solve(question, RULES)
    for offer in [*answer.offers, *([answer.lender_best] if answer.lender_best else [])]:
        position = position_of(question.loan, question.as_of, RULES)
        assert position.owed == answer.owed
        limits = limits_of(RULES)
        found = combine(position, measures_of(offer.plan), limits)
        assert isinstance(found, Position), found
        if found.settlement is not None:
            made = course(found)
            assert isinstance(made, Course)
            assert found.forgiven + made.forgiven == offer.plan.forgiven
            assert sum(row.amount_minor for row in made.rows) == offer.plan.total_minor
            continue
        assert found.forgiven == offer.plan.forgiven
        assert found.rate_ppm == offer.plan.rate_ppm
        assert found.owed == answer.owed - offer.plan.forgiven


@SOMETIMES
@given(questions())
def test_the_rows_of_a_solvers_plan_are_the_course_of_its_payments(question):
    """Its amounts as listed steps on the position after its relief give the same rows, part by part. Plans with a month
    left out, and first rows counted otherwise, are another calendar and are left aside."""
    answer = solve(question, RULES)
    for offer in answer.offers:
        listed = offer.plan.instalments
        position = combine(position_of(question.loan, question.as_of, RULES), measures_of(offer.plan), limits_of(RULES))
        assert isinstance(position, Position)
        position = replace(position, periods=len(listed), rounding=Rounding.DOWN)
        same = [position.due_on(number) for number in range(1, len(listed) + 1)] == [row.due_on for row in listed]
        if position.settlement is not None or not same or position.due_on(0) == position.as_of:
            continue
        stepped = step(position, Step(listed=tuple(row.amount_minor for row in listed)), limits_of(RULES))
        assert isinstance(stepped, Position)
        made = course(stepped)
        assert isinstance(made, Course)
        assert made.rows == listed
