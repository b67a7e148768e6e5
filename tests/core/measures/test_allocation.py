"""Where a payment goes: the order within a debt and its switch at 91 days, and the law of several debts."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.rulebook import load_rulebook
from forbear.core.agreement import House, draw_up
from forbear.core.allocation import (
    NOTHING,
    PARTS,
    Choice,
    Debt,
    Orders,
    Spread,
    Taken,
    among_debts,
    order_on,
    orders,
    over_instalments,
    taken,
)
from forbear.core.contact import Party
from forbear.core.loan import DayCount, Loan, Owed
from forbear.core.payments import order_at, position, split
from forbear.core.plan import Instalment, Offer, Plan
from forbear.core.refusal import Refusal

CARD = load_rulebook("cn", "bank-card", "example", date(2026, 3, 2))
CONSUMER = load_rulebook("cn", "consumer-finance", "example", date(2026, 3, 2))
USUAL = ("fees", "interest", "penalty", "principal")
LATE = ("principal", "interest", "penalty", "fees")
DEBT = Owed(principal_minor=1_000_00, interest_minor=30_00, penalty_minor=20_00, fees_minor=10_00)

parts = st.integers(0, 9_000)
owed = st.builds(Owed, principal_minor=parts, interest_minor=parts, penalty_minor=parts, fees_minor=parts)
order = st.permutations(PARTS)
spread = st.sampled_from(list(Spread))


def test_a_card_turns_to_principal_first_at_91_days():
    assert order_on(CARD, 0) == order_on(CARD, 90) == USUAL
    assert order_on(CARD, 91) == order_on(CARD, 400) == LATE


def test_other_lenders_never_turn():
    assert order_on(CONSUMER, 90) == order_on(CONSUMER, 91) == USUAL
    assert orders(CONSUMER) == Orders(usual=USUAL)


def test_costs_then_interest_then_principal():
    assert taken(DEBT, 45_00, USUAL) == Owed(
        fees_minor=10_00, interest_minor=30_00, penalty_minor=5_00, principal_minor=0
    )
    assert taken(DEBT, 45_00, LATE) == Owed(principal_minor=45_00, interest_minor=0, penalty_minor=0, fees_minor=0)
    assert taken(DEBT, 9_999_00, USUAL) == DEBT


def test_the_oldest_instalment_wholly_or_part_by_part():
    two = [Owed(principal_minor=100, interest_minor=10, penalty_minor=0, fees_minor=0)] * 2
    by_instalment = over_instalments(two, 150, USUAL, Spread.INSTALMENT)
    assert [(p.interest_minor, p.principal_minor) for p in by_instalment.parts] == [(10, 100), (10, 30)]
    by_part = over_instalments(two, 150, LATE, Spread.PART)
    assert [(p.principal_minor, p.interest_minor) for p in by_part.parts] == [(100, 0), (50, 0)]


@given(st.lists(owed, max_size=5), st.integers(0, 90_000), order, spread)
def test_every_fen_is_in_one_place(instalments, amount, in_order, how):
    found = over_instalments(instalments, amount, in_order, how)
    assert sum(part.total_minor for part in found.parts) + found.over_minor == amount
    whole = sum(instalment.total_minor for instalment in instalments)
    assert found.over_minor == max(0, amount - whole)
    for instalment, part in zip(instalments, found.parts, strict=True):
        assert min(vars(part).values()) >= 0
        assert min(vars(instalment - part).values()) >= 0


@given(st.lists(owed, max_size=5), st.integers(0, 90_000), order)
def test_part_by_part_is_the_same_in_total_as_on_the_sums(instalments, amount, in_order):
    found = over_instalments(instalments, amount, in_order, Spread.PART)
    assert sum(found.parts, NOTHING) == taken(sum(instalments, NOTHING), amount, in_order)


@given(st.lists(owed, min_size=1, max_size=5), st.integers(0, 40_000), st.integers(0, 40_000), order, spread)
def test_two_payments_are_one_of_their_sum(instalments, first, second, in_order, how):
    one = over_instalments(instalments, first, in_order, how)
    left = [owed - paid for owed, paid in zip(instalments, one.parts, strict=True)]
    other = over_instalments(left, second + one.over_minor, in_order, how)
    together = over_instalments(instalments, first + second, in_order, how)
    assert [a + b for a, b in zip(one.parts, other.parts, strict=True)] == list(together.parts)


@given(st.lists(owed, min_size=1, max_size=5), st.integers(0, 90_000), order, order, spread)
def test_paying_and_taking_back_changes_nothing_and_all_orders_end_alike(instalments, amount, one, other, how):
    found = over_instalments(instalments, amount, one, how)
    left = [owed - paid for owed, paid in zip(instalments, found.parts, strict=True)]
    assert [owed + paid for owed, paid in zip(left, found.parts, strict=True)] == instalments
    whole = sum(instalment.total_minor for instalment in instalments)
    if amount >= whole:
        assert found.parts == over_instalments(instalments, amount, other, how).parts == tuple(instalments)


ON = date(2026, 3, 2)


def debt(name: str, minor: int, days: int = -10, **more: int) -> Debt:
    principal = replace(NOTHING, principal_minor=minor)
    return Debt(debt=name, owed=principal, due_on=ON + timedelta(days=days), **more)


def shares(found: Taken | Refusal) -> list[int]:
    assert isinstance(found, Taken)
    return [part.total_minor for part in found.parts]


def test_a_debt_already_due_goes_before_one_that_is_not():
    assert shares(among_debts([debt("a", 100, days=5), debt("b", 100)], 120, ON)) == [20, 100]


def test_then_the_least_secured_then_the_most_burdensome_then_the_earliest_due():
    secured = [debt("a", 100, secured_minor=50), debt("b", 100)]
    assert shares(among_debts(secured, 120, ON)) == [20, 100]
    burden = [debt("a", 100, burden_ppm=120_000), debt("b", 100, burden_ppm=240_000)]
    assert shares(among_debts(burden, 120, ON)) == [20, 100]
    earlier = [debt("a", 100, days=-10), debt("b", 100, days=-30)]
    assert shares(among_debts(earlier, 120, ON)) == [20, 100]
    all_at_once = [debt("a", 100, secured_minor=50, burden_ppm=360_000, days=-90), debt("b", 100)]
    assert shares(among_debts(all_at_once, 100, ON)) == [0, 100]


def test_equal_debts_share_in_proportion_to_the_fen():
    """100 over 200, 100 and 1: 66.445, 33.223 and 0.332; the odd fen goes to the largest remainder."""
    assert shares(among_debts([debt("a", 200), debt("b", 100), debt("c", 1)], 100, ON)) == [67, 33, 0]


def test_the_word_of_the_parties_comes_first():
    two = [debt("a", 100, days=30), debt("b", 100)]
    assert shares(among_debts(two, 120, ON, Choice(debtor=("a",)))) == [100, 20]
    assert shares(among_debts(two, 120, ON, Choice(agreed=("b",), debtor=("a",)))) == [20, 100]
    assert shares(among_debts(two, 120, ON, Choice(debtor=("b",), creditor=("a",)))) == [20, 100]
    assert shares(among_debts(two, 120, ON, Choice(creditor=("a",)))) == [100, 20]


def test_more_than_is_owed_is_left_over():
    found = among_debts([debt("a", 100), debt("b", 100)], 250, ON)
    assert isinstance(found, Taken)
    assert found.over_minor == 50


def test_what_makes_no_sense_is_refused():
    for found in (
        among_debts([debt("a", 100)], -1, ON),
        among_debts([debt("a", 100), debt("a", 100)], 1, ON),
        among_debts([debt("a", 100)], 1, ON, Choice(debtor=("z",))),
    ):
        assert isinstance(found, Refusal)
        assert found.where and found.rule.startswith("alloc.")


@given(
    st.lists(st.tuples(owed, st.integers(-3, 3), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=5),
    st.integers(0, 90_000),
    st.randoms(use_true_random=False),
)
def test_several_debts_lose_nothing_and_do_not_depend_on_the_list(given_debts, amount, chance):
    debts = [
        Debt(debt=f"d{index}", owed=what, due_on=ON + timedelta(days=days), secured_minor=safe, burden_ppm=heavy)
        for index, (what, days, safe, heavy) in enumerate(given_debts)
    ]
    found = among_debts(debts, amount, ON)
    assert isinstance(found, Taken)
    assert sum(part.total_minor for part in found.parts) + found.over_minor == amount
    mixed = list(debts)
    chance.shuffle(mixed)
    again = among_debts(mixed, amount, ON)
    assert isinstance(again, Taken)
    by_name = {each.debt: part for each, part in zip(mixed, again.parts, strict=True)}
    assert [by_name[each.debt] for each in debts] == list(found.parts)


LOAN = Loan(
    contract="C-1",
    currency="CNY",
    signed_on=date(2025, 3, 2),
    principal_minor=20_000,
    interest_minor=0,
    penalty_minor=0,
    fees_minor=0,
    rate_ppm=180_000,
    penalty_rate_ppm=0,
    day_count=DayCount.THIRTY_360,
    oldest_unpaid_due_on=None,
    instalment_minor=10_300,
    instalments_left=2,
    due_day=28,
    as_of=ON,
)


def agreed(loan: Loan, rules):
    rows = tuple(
        Instalment(
            due_on=date(2026, month, 28),
            principal_minor=10_000,
            interest_minor=200,
            penalty_minor=50,
            fees_minor=50,
            balance_minor=20_000 - 10_000 * (month - 2),
            accrues_minor=0,
        )
        for month in (3, 4)
    )
    plan = Plan(
        as_of=ON,
        owed=NOTHING,
        first_due_on=rows[0].due_on,
        ends_on=rows[-1].due_on,
        instalments=rows,
        forgiven=NOTHING,
        measures=(),
        annual_cost_ppm=0,
        total_minor=20_600,
        instalment_max_minor=10_300,
    )
    return draw_up(
        case_id="c_1",
        number=1,
        replaces=None,
        house=House(
            lender="示例", lender_en="Example", phone="", template="t", ledger="l", ledger_key="k", certificates="own"
        ),
        borrower=Party(borrower_id="p_1", name="彧", id_number_masked="", phone=""),
        loan=loan,
        offer=Offer(name="lightest", plan=plan),
        issued_on=ON,
        sign_by_on=ON + timedelta(days=7),
        rulebook=rules,
        record_head="",
    )


def test_an_agreement_on_a_card_turns_when_its_oldest_row_is_91_days_late():
    terms = agreed(LOAN, CARD)
    rows = position(terms, [])
    on_90, on_91 = date(2026, 6, 26), date(2026, 6, 27)
    assert (on_91 - rows[0].instalment.due_on).days == 91
    assert (order_at(terms, rows, on_90), order_at(terms, rows, on_91)) == (USUAL, LATE)
    (before,) = split(rows, 300, on_90, order_at(terms, rows, on_90), ON).lines
    (after,) = split(rows, 300, on_91, order_at(terms, rows, on_91), ON).lines
    assert (before.fees_minor, before.interest_minor, before.penalty_minor, before.principal_minor) == (50, 200, 50, 0)
    assert (after.fees_minor, after.interest_minor, after.penalty_minor, after.principal_minor) == (0, 0, 0, 300)


def test_an_agreement_on_a_card_that_was_91_days_late_pays_principal_first_from_its_start():
    late = replace(LOAN, oldest_unpaid_due_on=ON - timedelta(days=91))
    terms = agreed(late, CARD)
    assert terms.allocation == order_at(terms, position(terms, []), ON) == LATE
    assert agreed(late, CONSUMER).allocation == USUAL
    assert agreed(late, CONSUMER).allocation_late_from_days is None
