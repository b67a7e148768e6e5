"""What ending an agreement does to what was taken off: pro rata to what was kept, to the fen, in her favour."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from forbear.core.agreement import BreachRule
from forbear.core.fallback import fallback, kept_of
from forbear.core.loan import Owed
from forbear.core.payments import days_after, late, position, split
from tests.core.test_payments import ISSUED, ORDER, THREE, paid, terms


def owed(principal: int = 0, interest: int = 0, penalty: int = 0, fees: int = 0) -> Owed:
    return Owed(principal_minor=principal, interest_minor=interest, penalty_minor=penalty, fees_minor=fees)


def test_she_keeps_the_share_that_she_paid_and_sees_before_and_after():
    """306.70 in all, 103.70 paid: of 90.00 taken off 30.44 stay off (30.4304… rounded up), 59.56 are owed again."""
    agreed = terms(THREE)
    agreed = replace(agreed, plan=replace(agreed.plan, forgiven=owed(interest=3_000, penalty=6_000)))
    first = split(position(agreed, []), 10_370, date(2026, 3, 28), ORDER, ISSUED)
    found = fallback(agreed, [paid(1, first, 10_370, date(2026, 3, 28))], date(2026, 5, 28))
    assert (found.paid_minor, found.whole_minor) == (10_370, 30_670)
    assert found.kept == owed(interest=1_015, penalty=2_029)
    assert found.back == owed(interest=1_985, penalty=3_971)
    assert found.before == owed(principal=20_000, interest=300)
    assert found.after == owed(principal=20_000, interest=2_285, penalty=3_971)


def test_nothing_paid_keeps_nothing_and_all_paid_keeps_all():
    waived = owed(penalty=10_683)
    assert kept_of(waived, 0, 531_137) == owed()
    assert kept_of(waived, 531_137, 531_137) == waived
    assert kept_of(waived, 50_000, 531_137) == owed(penalty=1_006)
    assert kept_of(owed(), 50_000, 531_137) == owed()


@given(st.tuples(*[st.integers(0, 10**7)] * 4), st.integers(0, 10**8), st.integers(1, 10**8))
def test_no_fen_of_a_waiver_is_lost_or_made(parts, paid_minor, whole):
    waived = owed(*parts)
    kept = kept_of(waived, paid_minor, whole)
    back = waived - kept
    assert min(*vars(kept).values(), *vars(back).values()) >= 0
    assert kept + back == waived
    exact = waived.total_minor * min(paid_minor, whole)
    assert exact <= kept.total_minor * whole < exact + whole


# ---- pauses and what counts --------------------------------------------------------------------------------------


def test_days_of_a_pause_do_not_count():
    due_on, pause = date(2026, 6, 18), [(date(2026, 6, 10), date(2026, 7, 10))]
    assert days_after(due_on, date(2026, 7, 10), pause) == 0
    assert days_after(due_on, date(2026, 7, 14), pause) == 4
    assert days_after(date(2026, 6, 5), date(2026, 7, 14), pause) == 4 + 4
    assert days_after(due_on, date(2026, 6, 15), pause) <= 0
    rows = position(terms(THREE), [])
    pause = [(date(2026, 3, 20), date(2026, 4, 5))]
    assert late(rows, date(2026, 4, 8), grace_days=3, tolerance_minor=100, pauses=pause) == ()
    assert late(rows, date(2026, 4, 9), grace_days=3, tolerance_minor=100, pauses=pause) == (1,)


def test_what_counts_as_a_breach_is_what_the_agreement_says():
    assert BreachRule().met([3], [])
    assert not BreachRule().met([], [1, 2])
    two = BreachRule(in_row=2)
    assert [two.met(late_now, []) for late_now in ([4], [4, 5])] == [False, True]
    of_six = BreachRule(in_row=3, missed=3, of=6)
    assert not of_six.met([8], [1, 2, 7])
    assert of_six.met([8], [3, 7])
    assert of_six.met([6, 7, 8], [])
