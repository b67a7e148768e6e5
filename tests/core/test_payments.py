"""Payments against a signed schedule: nothing is lost, the oldest is paid first, paying early spares interest."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forbear.core.agreement import Terms
from forbear.core.contact import Party
from forbear.core.loan import Owed
from forbear.core.payments import (
    Payment,
    due_minor,
    late,
    next_row,
    position,
    settlement_owed,
    split,
)
from forbear.core.plan import Instalment, Plan

ISSUED = date(2026, 3, 2)
ORDER = ("fees", "interest", "penalty", "principal")


def terms(rows: list[tuple[int, int, int, int]]) -> Terms:
    """Monthly rows of (principal, interest, penalty, fees) from 28 March 2026 on."""
    balance, instalments = sum(row[0] for row in rows), []
    for index, (principal, interest, penalty, fees) in enumerate(rows):
        balance -= principal
        month = 2 + index
        due_on = date(2026 + month // 12, month % 12 + 1, 28)
        instalments.append(
            Instalment(
                due_on=due_on,
                principal_minor=principal,
                interest_minor=interest,
                penalty_minor=penalty,
                fees_minor=fees,
                balance_minor=balance,
                accrues_minor=interest,
            )
        )
    nothing = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
    plan = Plan(
        as_of=ISSUED,
        owed=nothing,
        first_due_on=instalments[0].due_on,
        ends_on=instalments[-1].due_on,
        instalments=tuple(instalments),
        forgiven=nothing,
        measures=(),
        annual_cost_ppm=0,
        total_minor=sum(sum(row) for row in rows),
        instalment_max_minor=max(sum(row) for row in rows),
    )
    return Terms(
        case_id="c_1",
        number=1,
        replaces=None,
        template="cn-instalment-1",
        lender="示例",
        lender_en="Example",
        phone="",
        borrower=Party(borrower_id="p_1", name="彧", id_number_masked="", phone=""),
        contract="X",
        currency="CNY",
        contract_signed_on=date(2025, 3, 2),
        contract_rate_ppm=237_600,
        issued_on=ISSUED,
        sign_by_on=date(2026, 3, 16),
        plan=plan,
        allocation=ORDER,
        grace_days=3,
        tolerance_minor=100,
        cure_days=10,
        rulebook="",
        record_head="",
    )


def paid(number: int, taken, amount: int, on: date) -> Payment:
    return Payment(
        payment=f"r_{number}",
        agreement=1,
        amount_minor=amount,
        paid_on=on,
        reference=str(number),
        lines=taken.lines,
        over_minor=taken.over_minor,
        spared_minor=taken.spared_minor,
    )


THREE = [(10_000, 300, 50, 20), (10_000, 200, 0, 0), (10_000, 100, 0, 0)]


def test_a_part_payment_goes_to_fees_then_interest_then_penalty_then_principal():
    rows = position(terms(THREE), [])
    (line,) = split(rows, 360, date(2026, 3, 28), ORDER, ISSUED).lines
    assert (line.fees_minor, line.interest_minor, line.penalty_minor, line.principal_minor) == (20, 300, 40, 0)


def test_the_oldest_instalment_is_paid_first_and_the_rest_goes_to_the_next():
    rows = position(terms(THREE), [])
    taken = split(rows, 10_370 + 500, date(2026, 3, 28), ORDER, ISSUED)
    assert taken.settled == (1,)
    assert [(line.instalment, line.amount_minor) for line in taken.lines] == [(1, 10_370), (2, 500)]
    assert (taken.over_minor, taken.spared_minor, taken.all_settled) == (0, 0, False)


def test_settling_on_the_first_due_day_spares_all_interest_not_yet_accrued():
    rows = position(terms(THREE), [])
    on = date(2026, 3, 28)
    assert settlement_owed(rows, on, ISSUED).total_minor == 30_000 + 300 + 50 + 20
    taken = split(rows, 30_370, on, ORDER, ISSUED)
    assert (taken.all_settled, taken.spared_minor, taken.over_minor, taken.settled) == (True, 300, 0, (1, 2, 3))


def test_interest_of_the_running_month_is_owed_by_days():
    rows = position(terms(THREE), [])
    owed = settlement_owed(rows, date(2026, 4, 12), ISSUED)
    assert owed.interest_minor == 300 + 97  # 15 of 31 days of 200, half up


def test_too_much_goes_back():
    rows = position(terms(THREE), [])
    taken = split(rows, 40_000, date(2026, 6, 1), ORDER, ISSUED)
    assert (taken.all_settled, taken.over_minor, taken.spared_minor) == (True, 40_000 - 30_670, 0)


def test_an_instalment_is_late_after_its_grace_and_a_cent_short_is_not():
    rows = position(terms(THREE), [])
    assert late(rows, date(2026, 3, 31), grace_days=3, tolerance_minor=100) == ()
    assert late(rows, date(2026, 4, 1), grace_days=3, tolerance_minor=100) == (1,)
    short = split(rows, 10_270, date(2026, 3, 28), ORDER, ISSUED)
    nearly = position(terms(THREE), [paid(1, short, 10_270, date(2026, 3, 28))])
    assert late(nearly, date(2026, 4, 1), grace_days=3, tolerance_minor=100) == ()
    assert due_minor(nearly, date(2026, 4, 1)) == 100
    assert next_row(nearly).number == 1


def test_no_more_than_the_tolerance_open_at_the_very_end_is_let_go():
    rows = position(terms(THREE), [])
    on = date(2026, 5, 28)
    taken = split(rows, 30_670 - 100, on, ORDER, ISSUED, 100)
    assert (taken.all_settled, taken.spared_minor, taken.over_minor, taken.settled) == (True, 100, 0, (1, 2, 3))
    less = split(rows, 30_670 - 101, on, ORDER, ISSUED, 100)
    assert (less.all_settled, less.spared_minor, less.settled) == (False, 0, (1, 2))
    final = position(terms(THREE), [paid(1, taken, 30_570, on)])
    assert [row.open_minor for row in final] == [0, 0, 0]
    assert not split(rows, 10_270, on, ORDER, ISSUED, 100).all_settled


def test_interest_carried_over_is_owed_whenever_it_is_settled():
    """Of 300 interest in the first row 120 are from before: settling on the first day pays those and nothing new."""
    agreed = terms(THREE)
    first = agreed.plan.instalments[0]._replace(accrues_minor=180)
    agreed = replace(agreed, plan=replace(agreed.plan, instalments=(first, *agreed.plan.instalments[1:])))
    assert settlement_owed(position(agreed, []), ISSUED, ISSUED).interest_minor == 120


ROWS = st.lists(
    st.tuples(st.integers(1, 50_000), st.integers(0, 900), st.integers(0, 300), st.integers(0, 90)),
    min_size=1,
    max_size=8,
)


@given(ROWS, st.lists(st.tuples(st.integers(1, 60_000), st.integers(0, 300)), max_size=12))
def test_no_fen_is_lost_whatever_is_paid_and_whenever(rows, payments):
    """Paid + spared + still open = all there was to pay; no part of a row is ever negative or overpaid."""
    agreed, made = terms(rows), []
    day = 0
    for number, (amount, days) in enumerate(payments):
        day += days
        on = ISSUED + timedelta(days=day)
        now = position(agreed, made)
        taken = split(now, amount, on, ORDER, ISSUED)
        assert sum(line.amount_minor for line in taken.lines) + taken.over_minor == amount
        made.append(paid(number, taken, amount, on))
        if taken.all_settled:
            break
    final = position(agreed, made)
    for row in final:
        for part in ORDER:
            assert 0 <= getattr(row.paid, f"{part}_minor") <= getattr(row.instalment, f"{part}_minor")
    arrived = sum(payment.amount_minor - payment.over_minor for payment in made)
    spared = sum(payment.spared_minor for payment in made)
    assert arrived + spared + sum(row.open_minor for row in final) == agreed.plan.total_minor


@given(ROWS, st.integers(1, 10**6), st.integers(0, 400))
def test_more_money_never_leaves_more_open(rows, amount, days):
    now = position(terms(rows), [])
    on = ISSUED + timedelta(days=days)
    less, more = (split(now, value, on, ORDER, ISSUED) for value in (amount, amount + 1))
    paid_less = sum(line.amount_minor for line in less.lines) + less.spared_minor
    paid_more = sum(line.amount_minor for line in more.lines) + more.spared_minor
    assert paid_more >= paid_less


def test_paying_more_than_is_left_still_spares_the_interest_that_has_not_accrued():
    """Who sends a round sum to be done with it pays no more than who sends the exact figure."""
    rows = position(terms([(10_000, 300, 0, 0), (10_000, 200, 0, 0)]), [])
    exact = settlement_owed(rows, date(2026, 3, 15), ISSUED).total_minor
    assert exact == 20_150
    taken = split(rows, 30_000, date(2026, 3, 15), ORDER, ISSUED)
    assert (taken.all_settled, taken.spared_minor, taken.over_minor) == (True, 350, 9_850)
    assert sum(line.amount_minor for line in taken.lines) == exact
