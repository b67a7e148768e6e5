"""Several loans on one budget: by hand, against exhaustive search on small cases, a linear programme on large ones."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import highspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.core.cashflow import Calendar, Terms, search
from forbear.core.consolidation import Consolidation, consolidation
from forbear.core.dates import due_in, month_after
from forbear.core.loan import DayCount, Loan, Owed
from forbear.core.refusal import Refusal
from forbear.core.several import JointFlow, JointSearch, Share, Way, ways
from forbear.words import LANGUAGES, say

ALL = ("avalanche", "any-order", "smallest-first", "pro-rata")
NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
ENOUGH = 10**12


def calendar(months: int, first: int = 0) -> Calendar:
    names = tuple(month_after("2026-01", index) for index in range(months))
    due = tuple(due_in(name, 28) for name in names)
    return Calendar(months=names, due_on=due, parts=(30,) * months, denominator=360, first=first)


def share(principal: int, rate_ppm: int, months: int, arrears: int = 0, **terms: int) -> Share:
    """A loan in fen; terms: unit_minor 1, least_minor 0, gap_months 12 where not given."""
    given = {"unit_minor": 1, "least_minor": 0, "gap_months": 12, "months": months} | terms
    kept = Owed(principal_minor=principal, interest_minor=arrears, penalty_minor=0, fees_minor=0)
    return Share(terms=Terms(kept=kept, forgiven=NOTHING, rate_ppm=rate_ppm, **given), time=calendar(months))


def paid(flow: JointFlow | None) -> list[list[int]]:
    """Amounts by loan and month."""
    assert flow is not None
    return [[payment.amount_minor for payment in one.payments] for one in flow.flows]


def joint_plans(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, chosen: Sequence[Way]
) -> dict[str, JointFlow]:
    """lightest (least largest monthly sum), cheapest (least total), soonest (ends first); {} where no way ends in time.
    Ties go to the better in the others."""
    search = JointSearch(shares=tuple(shares), caps=tuple(caps), chosen=tuple(chosen))
    pool = search.within(ceiling_minor, search.last)
    if not pool:
        return {}
    return {
        "lightest": min(pool, key=lambda f: f.criteria),
        "cheapest": min(pool, key=lambda f: (f.total_minor, f.burden_minor, f.ends_at)),
        "soonest": min(pool, key=lambda f: (f.ends_at, f.burden_minor, f.total_minor)),
    }


def lightest_until(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, chosen: Sequence[Way], until: int
) -> JointFlow | None:
    """The plan with the least largest monthly sum of all that end by month `until`; None where none does."""
    search = JointSearch(shares=tuple(shares), caps=tuple(caps), chosen=tuple(chosen))
    return min(search.least(ceiling_minor, until), key=lambda f: f.criteria, default=None)


def fill_jointly(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, way: Way, until: int | None = None
) -> JointFlow | None:
    """`JointSearch.fill` for one way of giving out."""
    return JointSearch(shares=tuple(shares), caps=tuple(caps), chosen=(way,)).fill(way, ceiling_minor, until)


DEAR = share(1_000_00, 120_000, 24, unit_minor=1_00, least_minor=100_00)
CHEAP = share(600_00, 60_000, 24, unit_minor=1_00, least_minor=100_00)


def test_the_rest_of_a_month_goes_to_the_dearest_loan():
    """500.00 a month: each loan its 100.00, the other 300.00 to the loan of 12 %. Interest of the first month is 10.00
    and 3.00; 1,010.00 − 400.00 = 610.00 with 6.10, and 603.00 − 100.00 = 503.00 with 2.51; 616.10 − 400.00 = 216.10
    with 2.16, and 405.51 with 2.02. In the third month 218.26 ends the first; of the rest 281.00 go to the second."""
    flow = fill_jointly([DEAR, CHEAP], [500_00] * 24, ENOUGH, Way(policy="avalanche", order=(0, 1)))
    assert paid(flow) == [[400_00, 400_00, 218_26], [100_00, 100_00, 281_00, 127_16]]
    assert flow is not None
    assert [p.new_interest_minor for p in flow.flows[1].payments] == [3_00, 2_51, 2_02, 63]
    assert (flow.burden_minor, flow.total_minor, flow.ends_at) == (500_00, 1_626_42, 3)
    assert flow.by_month == {0: 500_00, 1: 500_00, 2: 499_26, 3: 127_16}


def test_the_other_order_costs_more_and_pro_rata_lies_between():
    pair = [DEAR, CHEAP]
    totals = [
        fill_jointly(pair, [500_00] * 24, ENOUGH, way).total_minor
        for way in (
            Way(policy="", order=(0, 1)),
            Way(policy="", order=(0, 1), pro_rata=True),
            Way(policy="", order=(1, 0)),
        )
    ]
    assert totals == sorted(totals) and len(set(totals)) == 3
    plans = joint_plans(pair, [500_00] * 24, ENOUGH, ways(pair, ALL))
    assert plans["cheapest"].total_minor == totals[0] and plans["cheapest"].way.policy == "avalanche"


def test_pro_rata_follows_what_is_left():
    """700.00, of it 100.00 to each: 500.00 left to share by 910.00 and 503.00, that is 322.01 and 177.99."""
    flow = fill_jointly([DEAR, CHEAP], [700_00] * 24, ENOUGH, Way(policy="pro-rata", order=(0, 1), pro_rata=True))
    assert [one[0] for one in paid(flow)] == [422_00, 278_00]


def test_orders_by_effective_rate_and_by_size():
    """12 % with a third in arrears is 8 %; ties go to the earlier loan."""
    late = share(1_000_00, 120_000, 24, arrears=500_00)
    nine = share(5_000_00, 90_000, 24)
    assert ways([late, nine, late], ["avalanche"])[0].order == (1, 0, 2)
    assert ways([late, nine], ["smallest-first"])[0].order == (0, 1)
    assert len(ways([late, nine, nine], ["avalanche", "any-order"])) == 12
    assert ways([nine] * 5, ["any-order"]) == ()


def test_a_month_too_small_for_all_goes_to_the_longest_rest():
    """100.00 a month: one loan each month, in turn, so that none rests longer than a month."""
    pair = [replace(one, terms=replace(one.terms, gap_months=1)) for one in (DEAR, CHEAP)]
    flow = fill_jointly(pair, [100_00] * 24, ENOUGH, Way(policy="avalanche", order=(0, 1)))
    assert flow is not None
    assert [p.index for p in flow.flows[1].payments[:3]] == [1, 3, 5]
    assert [p.index for p in flow.flows[0].payments[:3]] == [0, 2, 4]
    assert fill_jointly(pair, [99_00] * 24, ENOUGH, Way(policy="avalanche", order=(0, 1))) is None


def test_no_plan_is_no_plan():
    assert joint_plans([DEAR, CHEAP], [60_00] * 24, ENOUGH, ways([DEAR, CHEAP], ALL)) == {}
    assert joint_plans([DEAR, CHEAP], [500_00] * 24, 60_00, ways([DEAR, CHEAP], ALL)) == {}
    assert lightest_until([DEAR, CHEAP], [500_00] * 24, ENOUGH, ways([DEAR, CHEAP], ALL), 1) is None


SHARES = st.builds(
    share,
    st.integers(0, 20_000_00),
    st.sampled_from([0, 1, 40_000, 120_000, 237_600]),
    st.just(36),
    st.integers(1, 3_000_00),
    unit_minor=st.sampled_from([1, 1_00]),
    least_minor=st.sampled_from([0, 100_00]),
    gap_months=st.sampled_from([0, 2, 12]),
)
CAPS = st.lists(st.integers(0, 3_000_00), min_size=36, max_size=36)


@settings(max_examples=150, deadline=None)
@given(SHARES, CAPS, st.integers(0, 3_000_00))
def test_one_loan_is_exactly_the_single_search(one, caps, ceiling):
    alone = search(one.terms, one.time, caps).fill(ceiling)
    joint = fill_jointly([one], caps, ceiling, Way(policy="avalanche", order=(0,)))
    assert (joint.flows[0] if joint else None) == alone
    lightest = search(one.terms, one.time, caps).least(ceiling, one.last)
    found = lightest_until([one], caps, ceiling, ways([one], ["avalanche"]), one.last)
    assert (found.criteria if found else None) == (lightest.criteria if lightest else None)


@settings(max_examples=120, deadline=None)
@given(st.lists(SHARES, min_size=2, max_size=4), CAPS, st.integers(100_00, 6_000_00))
def test_no_fen_is_lost_and_no_month_exceeded(shares, caps, ceiling):
    caps = [cap * 2 for cap in caps]
    chosen = ways(shares, ALL)
    plans = joint_plans(shares, caps, ceiling, chosen)
    for flow in plans.values():
        assert all(amount <= min(caps[index], ceiling) for index, amount in flow.by_month.items())
        for one, own in zip(shares, flow.flows, strict=True):
            new = sum(payment.new_interest_minor for payment in own.payments)
            assert own.total_minor == one.terms.kept.total_minor + new
            assert all(p.amount_minor % one.terms.unit_minor == 0 for p in own.payments[:-1])
            assert all(p.amount_minor >= one.terms.least_minor for p in own.payments[:-1])
            places = [one.time.first - 1, *(p.index for p in own.payments)]
            assert all(b - a - 1 <= one.terms.gap_months for a, b in pairwise(places))
    if plans:
        assert plans["lightest"].burden_minor == min(flow.burden_minor for flow in plans.values())
        assert plans["cheapest"].total_minor == min(flow.total_minor for flow in plans.values())
        assert plans["soonest"].ends_at == min(flow.ends_at for flow in plans.values())
        for way in chosen:
            full = fill_jointly(shares, caps, ceiling, way)
            assert full is None or plans["cheapest"].total_minor <= full.total_minor
            unit = max(one.terms.unit_minor for one in shares)
            lower = plans["lightest"].burden_minor - unit
            assert fill_jointly(shares, caps, lower, way) is None


def exhaustive(shares: list[Share], caps: list[int], ceiling: int) -> int | None:
    """The least total of all whole-fen plans, by every split of every month."""

    @cache
    def least(month: int, state: tuple[tuple[int, int], ...]) -> int | None:
        if not any(left for _, left in state):
            return 0
        if month == len(caps):
            return None
        grown = [
            (principal, left + (principal * one.terms.rate_ppm * 30 // 360_000_000 if left else 0))
            for (principal, left), one in zip(state, shares, strict=True)
        ]
        found = []
        for first in range(min(caps[month], ceiling, grown[0][1]) + 1):
            for second in range(min(min(caps[month], ceiling) - first, grown[1][1]) + 1):
                after = [left - x for (_, left), x in zip(grown, (first, second), strict=True)]
                rest = least(month + 1, tuple((min(p, b), b) for (p, _), b in zip(grown, after, strict=True)))
                if rest is not None:
                    found.append(rest + first + second)
        return min(found, default=None)

    return least(0, tuple((s.terms.kept.principal_minor, s.terms.kept.total_minor) for s in shares))


@pytest.mark.parametrize("late", [False, True], ids=["no-arrears", "arrears"])
def test_the_cheapest_is_that_of_exhaustive_search(late):
    """Two loans of a few fen at up to 50 % a month, where rounding weighs most: at most a fen a loan above the best,
    and in nine of ten the best itself."""
    chance = random.Random(20260302 + late)
    differences = []
    while len(differences) < 30:
        months = chance.randint(2, 3)
        rates = [chance.choice([0, 1_200_000, 2_400_000, 6_000_000]) for _ in range(2)]
        shares = [share(chance.randint(4, 12), rate, months, arrears=late * chance.randint(0, 6)) for rate in rates]
        caps, ceiling = [chance.randint(0, 14) for _ in range(months)], chance.choice([ENOUGH, 12])
        best = exhaustive(shares, caps, ceiling)
        plans = joint_plans(shares, caps, ceiling, ways(shares, ALL))
        if best is None:
            assert plans == {}
        elif plans:
            differences.append(plans["cheapest"].total_minor - best)
    assert set(differences) <= {0, 1, 2} and differences.count(0) >= 27


def linear(shares: list[Share], caps: list[int]) -> float:
    """The least total by the linear programme: balances that grow by interest, payments at least the interest."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    total, by_month = [], [[] for _ in caps]
    for one in shares:
        rate = one.terms.rate_ppm / 12_000_000
        before: object = float(one.terms.kept.principal_minor)
        for month in range(len(caps)):
            amount = solver.addVariable(lb=0)
            after = solver.addVariable(lb=0, ub=0 if month == len(caps) - 1 else highspy.kHighsInf)
            if isinstance(before, float):
                solver.addConstr(after + amount == before * (1 + rate))
                solver.addConstr(amount >= rate * before)
            else:
                solver.addConstr(after + amount - before * (1 + rate) == 0)
                solver.addConstr(amount - rate * before >= 0)
            total.append(amount)
            by_month[month].append(amount)
            before = after
    for cap, amounts in zip(caps, by_month, strict=True):
        solver.addConstr(sum(amounts[1:], amounts[0]) <= cap)
    solver.minimize(sum(total[1:], total[0]))
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return solver.getInfo().objective_function_value


def test_the_avalanche_is_the_optimum_of_the_linear_programme():
    """Real sizes, three loans, two years, months that vary: within a fen a loan and month of the linear optimum, which
    does not round. The cheapest of all ways may lie below it, for interest that waits bears none here."""
    chance = random.Random(7)
    for _ in range(25):
        rates = chance.sample([40_000, 72_000, 120_000, 180_000, 237_600], 3)
        shares = [share(chance.randint(2_000_00, 20_000_00), rate, 24) for rate in rates]
        need = sum(one.terms.kept.principal_minor for one in shares)
        caps = [need // 20 + chance.randint(0, need // 20) for _ in range(24)]
        order = tuple(sorted(range(3), key=lambda i: -rates[i]))
        flow = fill_jointly(shares, caps, ENOUGH, Way(policy="avalanche", order=order, interest_first=True))
        assert flow is not None and abs(flow.total_minor - linear(shares, caps)) <= 3 * 24
        cheapest = joint_plans(shares, caps, ENOUGH, ways(shares, ALL))["cheapest"]
        assert cheapest.total_minor <= flow.total_minor


def loan(contract: str, currency: str = "CNY") -> Loan:
    return Loan(
        contract=contract, currency=currency, signed_on=date(2025, 1, 1), principal_minor=1, interest_minor=0,
        penalty_minor=0, fees_minor=0, rate_ppm=0, penalty_rate_ppm=0, day_count=DayCount.THIRTY_360,
        oldest_unpaid_due_on=None, instalment_minor=1, instalments_left=1, due_day=28, as_of=date(2026, 1, 1),
    )  # fmt: skip


def test_one_loan_in_place_of_two_is_compared():
    """At the average of 9.75 % the dear loan cannot be paid first any more: 1,628.12 instead of 1,626.42."""
    apart = fill_jointly([DEAR, CHEAP], [500_00] * 24, ENOUGH, Way(policy="avalanche", order=(0, 1)))
    assert apart is not None
    caps = [500_00] * 24
    found = consolidation([loan("A"), loan("B")], ["ann", "ann"], apart, DEAR.time, caps)
    assert isinstance(found, Consolidation)
    assert (found.rate_ppm, found.kept.principal_minor) == (97_500, 1_600_00)
    assert (found.old_total_minor, found.new_total_minor) == (1_626_42, 1_600_00 + 13_00 + 9_04 + 5_05 + 1_03)
    assert found.why.key == "several.compare.more" and found.difference_minor == 1_70
    cheaper = consolidation([loan("A"), loan("B")], ["ann", "ann"], apart, DEAR.time, caps, rate_ppm=60_000)
    assert isinstance(cheaper, Consolidation) and cheaper.why.key == "several.compare.less"
    for language in LANGUAGES:
        assert say(language, found.why.key, **found.why.facts)


@pytest.mark.parametrize(
    ("loans", "debtors", "caps", "reason"),
    [
        ([loan("A")], ["ann"], [500_00] * 24, "one-loan"),
        ([loan("A"), loan("B")], ["ann", "bob"], [500_00] * 24, "debtor"),
        ([loan("A"), loan("B", "USD")], ["ann", "ann"], [500_00] * 24, "currency"),
        ([loan("A"), loan("B")], ["ann", "ann"], [10_00] * 24, "no-new-plan"),
    ],
)
def test_what_cannot_become_one_loan_says_why(loans, debtors, caps, reason):
    apart = fill_jointly([DEAR, CHEAP], [500_00] * 24, ENOUGH, Way(policy="avalanche", order=(0, 1)))
    assert apart is not None
    found = consolidation(loans, debtors, apart, DEAR.time, caps)
    assert isinstance(found, Refusal) and found.reason == f"several.refusal.{reason}"
    for language in LANGUAGES:
        assert say(language, found.reason, **found.facts) and say(language, found.way_on, **found.facts)
