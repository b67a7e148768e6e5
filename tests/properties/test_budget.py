"""However a household lives and whatever the rulebook says: no month goes below the floor, more income never bears
less, a month without income stays without, and every share adds up.
"""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing, budget, pro_rata
from forbear.core.budget_explained import explain_month
from forbear.core.dates import month_after
from forbear.core.household import TIMES_A_YEAR, Period, a_month
from forbear.core.income import grade, months_apart, observed, seasonal, usual_minor
from tests.core.budget_rules import IRS, RULES, SFS, ruled

FIRST = "2026-04"
OFTEN = settings(max_examples=200, deadline=None)
AMOUNTS = st.one_of(st.integers(0, 2_000), st.integers(0, 20_000_00))
RULEBOOKS = st.sampled_from(
    [
        RULES,
        ruled(stress_binds=True, irregular="lower-quartile"),
        ruled(other_debts="pro-rata", buffer=50_001),
        ruled(other_debts="pro-rata", stress_binds=True, **SFS),
        ruled(**IRS),
    ]
)
MONTHS = st.integers(-30, 30).map(lambda index: month_after(FIRST, index))
OBSERVED = st.dictionaries(MONTHS, st.one_of(st.just(0), AMOUNTS), max_size=14).map(lambda d: tuple(sorted(d.items())))


@st.composite
def incomes(draw) -> Income:
    grade_, source = draw(st.sampled_from(list(Evidence))), draw(st.sampled_from(["wages", "harvest", "gig"]))
    shown = draw(OBSERVED)
    match draw(st.integers(0, 3)):
        case 0:
            return Income(source=source, evidence=grade_, month=draw(MONTHS), amount_minor=draw(AMOUNTS))
        case 1:
            return Income(source=source, evidence=grade_, monthly_minor=draw(AMOUNTS))
        case 2:
            return Income(source=source, evidence=grade_, monthly_minor=draw(AMOUNTS), credits=shown)
    return Income(source=source, evidence=grade_, slips=shown or ((FIRST, 1),), credits=draw(OBSERVED))


@st.composite
def outgoings(draw) -> Outgoing:
    kind = draw(st.sampled_from(["rent", "food", "clothing", "medical", "leisure"]))
    said = draw(st.sampled_from(["", "because"]))
    if draw(st.booleans()):
        return Outgoing(kind=kind, monthly_minor=draw(AMOUNTS), explanation=said)
    return Outgoing(kind=kind, month=draw(MONTHS), amount_minor=draw(AMOUNTS))


DEBTS = st.builds(
    OtherDebt,
    creditor=st.sampled_from(["bank", "card", "court"]),
    balance_minor=AMOUNTS,
    monthly_minor=st.integers(0, 900_00),
    priority=st.booleans(),
)


@st.composite
def households(draw) -> Household:
    children = draw(st.integers(0, 4))
    return Household(
        place=draw(st.sampled_from(["cn/sichuan/chengdu", "cn/gansu", "cn"])),
        adults=draw(st.integers(1, 3)),
        children=children,
        older_children=draw(st.integers(0, children)),
        income=tuple(draw(st.lists(incomes(), max_size=4))),
        outgoings=tuple(draw(st.lists(outgoings(), max_size=4))),
        other_debts=tuple(draw(st.lists(DEBTS, max_size=4))),
    )


@OFTEN
@given(households(), RULEBOOKS, AMOUNTS)
def test_no_month_takes_a_household_below_its_floor(home, rules, ours):
    for month in budget(home, rules, FIRST, 24, ours):
        assert month.affordable_minor >= 0
        assert month.need_minor >= month.floor_minor + month.beside_minor
        left = month.income_minor - month.affordable_minor
        if month.affordable_minor:
            assert left >= month.floor_minor + month.beside_minor + month.debts_minor + month.buffer_minor
        if month.short_minor:
            assert month.affordable_minor == 0
        if month.holds_under_stress and month.affordable_minor and rules.text("budget.other_debts") == "as-agreed":
            lower = month.income_minor * 900_000 // 1_000_000
            assert lower - month.affordable_minor - month.debts_minor >= month.floor_minor + month.beside_minor


@OFTEN
@given(households(), RULEBOOKS, AMOUNTS, st.integers(1, 5_000_00), st.sampled_from(list(Evidence)))
def test_more_income_never_bears_less(home, rules, ours, more, evidence):
    added = Income(source="more", monthly_minor=more, evidence=evidence)
    richer = replace(home, income=(*home.income, added))
    for poor, rich in zip(budget(home, rules, FIRST, 24, ours), budget(richer, rules, FIRST, 24, ours), strict=True):
        assert rich.affordable_minor >= poor.affordable_minor
        assert rich.short_minor <= poor.short_minor


@OFTEN
@given(households(), RULEBOOKS, AMOUNTS)
def test_each_month_stands_alone(home, rules, ours):
    """A month seen in a row of months is the month seen on its own, but for what is only said and runs out."""
    shown = replace(home, income=tuple(replace(item, evidence=Evidence.B) for item in home.income))
    for month in budget(shown, rules, FIRST, 24, ours):
        assert budget(shown, rules, month.month, 1, ours) == (month,)


@OFTEN
@given(OBSERVED, RULEBOOKS, st.sampled_from(list(Evidence)))
def test_a_month_seen_without_income_stays_without(seen, rules, evidence):
    if not seasonal(seen):
        return
    empty = {month[5:] for month, amount in seen if amount == 0}
    known = {month[5:] for month, _ in seen}
    home = Household(
        place="cn",
        adults=1,
        children=0,
        income=(Income(source="season", evidence=evidence, credits=seen),),
        outgoings=(),
        other_debts=(),
    )
    for month in budget(home, rules, FIRST, 24, 0):
        if month.month[5:] in empty or month.month[5:] not in known:
            assert month.income_minor == month.affordable_minor == 0


@OFTEN
@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_what_varies_counts_between_its_least_and_its_mean_or_quarter(amounts):
    usual = usual_minor(amounts, "min-mean-median")
    assert min(amounts) <= usual <= Fraction(sum(amounts), len(amounts))
    quartile = usual_minor(amounts, "lower-quartile")
    assert quartile in amounts
    assert 4 * sum(amount <= quartile for amount in amounts) >= len(amounts)
    assert 4 * sum(amount < quartile for amount in amounts) < len(amounts)


@OFTEN
@given(OBSERVED, OBSERVED)
def test_more_papers_that_agree_never_make_a_worse_grade_and_no_month_is_lost(slips, credits):
    seen = observed(slips, credits)
    assert [month for month, _ in seen] == sorted({*dict(slips), *dict(credits)})
    assert all(amount in (dict(slips).get(month), dict(credits).get(month)) for month, amount in seen)
    if not months_apart(slips, credits, RULES):
        assert grade(slips, credits, RULES).value <= min(grade(slips, (), RULES), grade((), credits, RULES)).value


@OFTEN
@given(st.integers(0, 10**12), st.sampled_from(list(Period)))
def test_a_conversion_is_within_half_a_cent_and_a_tie_goes_up(amount, period):
    rounded = a_month(amount, period) - Fraction(amount * TIMES_A_YEAR[period], 12)
    assert -Fraction(1, 2) < rounded <= Fraction(1, 2)


@OFTEN
@given(st.integers(0, 10**10), st.lists(st.integers(0, 10**10), max_size=12))
def test_offers_to_creditors_sum_to_the_surplus_and_lie_within_a_unit_of_their_share(surplus, balances):
    offers = pro_rata(surplus, balances)
    whole = sum(balances)
    assert sum(offers) == (surplus if whole else 0)
    for offer, balance in zip(offers, balances, strict=True):
        assert abs(offer - Fraction(surplus * balance, whole or 1)) < 1


@OFTEN
@given(households(), RULEBOOKS, AMOUNTS, st.integers(0, 23))
def test_a_month_explained_adds_up_to_the_month(home, rules, ours, index):
    month = budget(home, rules, FIRST, 24, ours)[index]
    said = explain_month(home, rules, month.month, FIRST, ours)
    assert said.month == month
    assert sum(item.counted_minor for item in said.income) == month.income_minor
    assert sum(need.stated_minor for need in said.needs) == month.outgoings_minor
    assert month.outgoings_minor + said.by_guidelines_minor + said.raised_minor == month.need_minor
    assert sum(debt.month_minor for debt in said.debts) == month.debts_minor
    assert said.raised_minor >= 0
    assert (said.short_of == "") == (month.income_minor >= month.need_minor + month.debts_minor)
