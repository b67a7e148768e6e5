"""The whole promise against unusual games: coins, midnights, leap days, last minutes, wrong days, help after help."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from forbear.actions import breach, contact, payments, payments_file
from forbear.actions.ports import ZONE
from forbear.actions.record import Done
from forbear.adapters.memory import clock_of
from forbear.core import events as e
from forbear.core.allocation import PARTS
from forbear.core.clocks import start_of
from forbear.core.contact import Reach
from forbear.core.loan import Owed, owed_on
from forbear.core.payments import BreakReason, Standing, remaining_loan
from forbear.core.promise import State, state_of
from tests.kept import AGENT, BANK, CHEN, ROW, ZHAO, Kept, plan_of, stored


@pytest.fixture
def kept() -> Kept:
    """Four payments: 409.00 on 18 April, 376.00 each on 18 May, June and July; 30.00 taken off."""
    return Kept()


@pytest.fixture
def on_both(database) -> Kept:
    """The same on both databases."""
    return Kept(desk=stored())


def state(kept: Kept) -> State:
    newest = kept.file.agreements[-1]
    return state_of(kept.file.case, newest.number, newest.state, kept.today)


def moment(kept: Kept, on: date, seconds_before_midnight: int) -> None:
    """Up to a second of the last ones of a day at the lender's place."""
    kept.until(on, 23)
    clock_of(kept.desk).move_to(start_of(on + timedelta(days=1), ZONE) - timedelta(seconds=seconds_before_midnight))


# ---- what was taken off, by the words of the agreement ---------------------------------------------------------------


def by_the_words(kept: Kept) -> dict[str, int]:
    """What stays off, by the agreement's own words: the share that what she paid is of all there was to pay, rounded up
    to the coin, split over the parts by largest remainder; worked out of the facts, in fractions."""
    facts = [event.fact for event in kept.file.events]
    reversed_ones = {fact.payment for fact in facts if isinstance(fact, e.PaymentReversed)}
    broken = [n for n, fact in enumerate(facts) if isinstance(fact, e.PlanBroken)][-1]
    number = [fact.number for fact in facts[:broken] if isinstance(fact, e.AgreementCountersigned)][-1]
    terms = next(one.terms for one in kept.file.agreements if one.number == number)
    paid = sum(
        fact.details.amount_minor - fact.details.over_minor
        for fact in facts
        if isinstance(fact, e.PaymentReceived) and fact.details.agreement == number
        if fact.payment not in reversed_ones
    )
    waived = {part: getattr(terms.plan.forgiven, f"{part}_minor") for part in PARTS}
    whole = sum(row.amount_minor for row in terms.plan.instalments)
    share = min(Fraction(paid, whole), Fraction(1))
    total = -((-share.numerator * sum(waived.values())) // share.denominator)
    exact = {part: Fraction(total * minor, sum(waived.values()) or 1) for part, minor in waived.items()}
    kept_minor = {part: minor.numerator // minor.denominator for part, minor in exact.items()}
    by_rest = sorted(PARTS, key=lambda part: exact[part] - kept_minor[part], reverse=True)
    for part in by_rest[: total - sum(kept_minor.values())]:
        kept_minor[part] += 1
    return kept_minor


@pytest.mark.parametrize("paid", [(), (1,), (40_900,), (40_900, 12_345), (153_599 - 37_600,), (777, 777, 777)])
def test_what_falls_back_is_what_the_words_of_the_agreement_say(paid: tuple[int, ...]):
    kept = Kept()
    for amount in paid:
        kept.pays(amount)
    kept.until(date(2026, 8, 30))
    done = kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还")
    assert isinstance(done, Done), done
    found = kept.file.promise.fallback
    assert {part: getattr(found.kept, f"{part}_minor") for part in PARTS} == by_the_words(kept)
    assert found.kept + found.back == found.waived
    assert found.after == found.before + found.back


def test_only_what_the_newest_agreement_took_off_falls_back():
    """Helped a second time: 30.00 of the first stay off for good, of the second the matching share."""
    kept = Kept()
    kept.until(date(2026, 4, 18))
    kept.pays(40_900)
    for penalty in (200, 100):
        kept.does(payments.renegotiate, kept.her, "又病了")
        kept.hands_in()
        loan = remaining_loan(kept.terms, kept.file.rows(), kept.held.row.loan, kept.today)
        owed = owed_on(loan, kept.today)
        off = Owed(principal_minor=penalty, interest_minor=0, penalty_minor=0, fees_minor=0)
        kept.agree(plan_of(owed, kept.today, kept.today + timedelta(days=30), 3, off))
        kept.pass_days(5)
    assert [one.terms.replaces for one in kept.file.agreements] == [None, 1, 2]
    kept.pays(10_000)
    kept.until(date(2026, 9, 30))
    kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还")
    found = kept.file.promise.fallback
    assert (found.waived.total_minor, found.paid_minor) == (100, 10_000)
    assert {part: getattr(found.kept, f"{part}_minor") for part in PARTS} == by_the_words(kept)
    assert [one.state for one in kept.file.agreements] == ["replaced", "replaced", "broken"]


# ---- coins -------------------------------------------------------------------------------------------------------


def test_a_coin_short_at_the_very_end_is_all_paid_and_the_letter_comes(kept: Kept):
    """The agreement says that a gap of no more than its tolerance does not count as unpaid."""
    kept.until(date(2026, 7, 18))
    kept.pays(153_699)
    kept.work()
    assert state(kept) is State.COMPLETED
    letter = kept.file.promise.letter.letter
    assert (letter.paid_minor, letter.settled_on, letter.early) == (153_699, date(2026, 7, 18), False)
    assert sum(row.open_minor for row in kept.file.rows(kept.file.last_agreed)) == 0
    assert kept.told("completed") == ["sent"]


def test_two_coins_more_than_the_tolerance_are_still_owed(kept: Kept):
    kept.until(date(2026, 7, 18))
    kept.pays(153_700 - 101)
    assert (state(kept), sum(row.open_minor for row in kept.file.rows())) == (State.KEPT, 101)
    kept.until(date(2026, 7, 23))
    assert state(kept) is State.GRACE
    kept.pays(1)
    assert state(kept) is State.COMPLETED


def test_a_coin_short_that_bounces_is_in_force_again_with_the_coin(kept: Kept):
    kept.until(date(2026, 7, 18))
    kept.pays(100_000, "FIRST")
    kept.pays(53_650, "LAST")
    assert state(kept) is State.COMPLETED
    kept.does(payments.reverse_payment, BANK, kept.file.payments[0].payment, "退票")
    assert (state(kept), sum(row.open_minor for row in kept.file.rows())) == (State.KEPT, 100_050)


def test_a_coin_too_much_goes_back(kept: Kept):
    kept.until(date(2026, 7, 18))
    kept.pays(153_701)
    assert [over.amount_minor for over in kept.file.promise.overs] == [1]
    assert state(kept) is State.COMPLETED


# ---- days --------------------------------------------------------------------------------------------------------


def test_a_payment_of_the_last_second_of_grace_is_in_time(kept: Kept):
    """Due on Saturday 18 April, grace until Tuesday 21: the weekend moves nothing, as the agreement says."""
    moment(kept, date(2026, 4, 21), 1)
    kept.pays(40_900)
    kept.until(date(2026, 4, 30))
    assert kept.told("late") == []
    assert kept.file.case.standing is Standing.ON_TRACK


def test_cured_in_two_parts_in_the_last_minute(on_both: Kept):
    on_both.until(date(2026, 5, 1))
    by_on = on_both.file.case.cure_by_on
    moment(on_both, by_on, 60)
    on_both.pays(20_000)
    assert on_both.file.case.standing is Standing.NOTICED
    moment(on_both, by_on, 1)
    on_both.pays(20_900)
    assert on_both.file.case.standing is Standing.ON_TRACK
    on_both.pass_days(1)
    assert on_both.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还").rule == "payments.cure"


def test_a_payment_of_the_last_day_to_cure_that_the_file_brings_the_morning_after_cures(kept: Kept):
    kept.until(date(2026, 5, 1))
    by_on = kept.file.case.cure_by_on
    kept.until(by_on + timedelta(days=1), 9)
    assert kept.file.case.standing is Standing.CURE_ENDED
    kept.pays(40_900, paid_on=by_on)
    assert kept.file.case.standing is Standing.ON_TRACK


@pytest.mark.parametrize(
    ("paid_on", "rule"),
    [
        (date(2026, 3, 3), "payments.future"),
        (date(9999, 12, 31), "payments.future"),
        (date(2026, 3, 1), "payments.before"),
        (date(1, 1, 1), "payments.before"),
    ],
)
def test_a_day_that_cannot_be_changes_nothing(paid_on: date, rule: str):
    """Tomorrow, or before the agreement's figures were made: what came then stands in those figures."""
    kept = Kept()
    size = kept.desk.ledger.size()
    assert kept.pays(10_000, paid_on=paid_on).rule == rule
    assert kept.desk.ledger.size() == size


def test_a_schedule_that_ends_on_a_leap_day_is_kept_to_its_end():
    kept = Kept()
    kept.does(payments.renegotiate, kept.her, "又病了")
    kept.hands_in()
    loan = remaining_loan(kept.terms, kept.file.rows(), kept.held.row.loan, kept.today)
    none = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
    plan = plan_of(owed_on(loan, kept.today), kept.today, date(2026, 3, 31), 24, none)
    kept.agree(plan)
    assert [row.due_on for row in kept.terms.plan.instalments[10:12]] == [date(2027, 1, 31), date(2027, 2, 28)]
    assert kept.terms.plan.ends_on == date(2028, 2, 29)
    for row in kept.terms.plan.instalments:
        kept.until(row.due_on)
        assert isinstance(kept.pays(row.amount_minor), Done)
    kept.work()
    letter = kept.file.promise.letter.letter
    assert (state(kept), letter.settled_on, letter.early) == (State.COMPLETED, date(2028, 2, 29), False)
    assert {name: kept.told(name) for name in ("overdue", "late", "default-noticed")} == {
        "overdue": [], "late": [], "default-noticed": [],
    }  # fmt: skip


# ---- two feeds, the wrong loan -----------------------------------------------------------------------------------


def booked(kept: Kept, text: str) -> payments_file.Booked:
    done = payments_file.book_payments(
        kept.desk, kept.by(BANK), ("contract,amount,paid_on,reference\n" + text).encode()
    )
    assert isinstance(done, payments_file.Booked), done
    return done


def test_two_feeds_with_the_same_payment_are_one(kept: Kept):
    row = "HC-2025-0099123,409.00,2026-03-02,BANK-1\n"
    assert (booked(kept, row).new, kept.pays(40_900, " BANK-1 ").events) == (1, ())
    assert (booked(kept, row).known, len(kept.file.payments)) == (1, 1)
    assert kept.pays(40_800, "BANK-1").rule == "payments.reference"


def test_what_bounced_is_not_booked_again_by_the_same_file_and_staff_are_told_so(on_both: Kept):
    row = "HC-2025-0099123,409.00,2026-03-02,BANK-1\n"
    booked(on_both, row)
    on_both.does(payments.reverse_payment, AGENT, on_both.file.payments[0].payment, "记错了贷款")
    assert (booked(on_both, row).known, sum(row.paid.amount_minor for row in on_both.file.rows())) == (1, 0)
    assert on_both.pays(40_900, "BANK-1", actor=AGENT).rule == "payments.reversed"
    assert isinstance(on_both.pays(40_900, "BANK-1B", actor=AGENT), Done)


def test_money_that_a_file_brings_after_the_end_goes_back(kept: Kept):
    kept.until(date(2026, 7, 18))
    kept.pays(153_700)
    assert booked(kept, "HC-2025-0099123,376.00,2026-07-18,BANK-9\n").new == 1
    assert [over.amount_minor for over in kept.file.promise.overs] == [37_600]
    kept.work()
    assert kept.told("overpaid") == ["sent"]


# ---- the end -----------------------------------------------------------------------------------------------------


def test_a_pause_in_the_middle_of_the_days_to_cure_then_the_end(kept: Kept):
    kept.until(date(2026, 5, 1))
    by_on = kept.file.case.cure_by_on
    kept.does(breach.suspend, AGENT, date(2026, 6, 1), "住院")
    kept.until(by_on + timedelta(days=20))
    assert kept.file.case.standing is Standing.NOTICED
    kept.until(by_on + timedelta(days=32))
    assert kept.file.case.standing is Standing.NOTICED
    kept.until(by_on + timedelta(days=33))
    assert kept.file.case.standing is Standing.CURE_ENDED
    assert isinstance(kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还"), Done)


def test_decided_twice_ends_it_once(kept: Kept):
    kept.until(date(2026, 6, 10))
    first = kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还")
    again = kept.does(breach.declare_broken, ZHAO, BreakReason.UNPAID, "没有还")
    assert (isinstance(first, Done), again.rule) == (True, "payments.none")
    assert [event.fact.type for event in kept.file.events].count("plan.broken") == 1
    assert kept.pays(40_900).rule == "payments.none"


def test_asked_anew_in_the_days_to_cure_and_agreed_the_old_days_are_over(kept: Kept):
    kept.until(date(2026, 5, 1))
    kept.does(payments.renegotiate, kept.her, "又病了")
    kept.hands_in()
    kept.until(date(2026, 6, 1))
    assert kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还").rule == "payments.wish"
    loan = remaining_loan(kept.terms, kept.file.rows(), kept.held.row.loan, kept.today)
    none = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
    kept.agree(plan_of(owed_on(loan, kept.today), kept.today, date(2026, 7, 1), 5, none))
    case = kept.file.case
    assert (case.standing, case.cure_by_on, case.late, kept.terms.replaces) == (Standing.ON_TRACK, None, frozenset(), 1)
    assert kept.does(breach.declare_broken, CHEN, BreakReason.UNPAID, "没有还").rule == "payments.cure"


# ---- reminders ---------------------------------------------------------------------------------------------------


def bodies(kept: Kept, sign: str) -> list[str]:
    return [one.body for one in kept.desk.messenger.sent if sign in one.body]


@pytest.mark.parametrize(
    ("paid", "amount"), [(0, "409.00 元"), (10_000, "309.00 元"), (40_900 - 101, "1.01 元"), (40_900 - 100, "")]
)
def test_a_reminder_asks_for_what_is_left_open(paid: int, amount: str):
    kept = Kept()
    if paid:
        kept.pays(paid)
    kept.until(date(2026, 4, 15))
    said = bodies(kept, "快到了")
    assert [amount in body for body in said] == ([True] if amount else [])


def test_two_workers_or_one_that_starts_again_remind_once(kept: Kept):
    kept.until(date(2026, 4, 15), 9)
    clock_of(kept.desk).move_to(start_of(date(2026, 4, 15), ZONE, 11))
    for _ in range(3):
        kept.work()
    assert (kept.told("reminder"), len(bodies(kept, "快到了"))) == (["sent"], 1)


def test_paid_on_the_day_of_the_reminder_nothing_is_said_after(kept: Kept):
    kept.until(date(2026, 4, 19), 9)
    kept.pays(40_900)
    kept.until(date(2026, 4, 19))
    assert kept.told("overdue") == []


def test_who_chose_to_be_discreet_is_reminded_without_lender_or_debt():
    kept = Kept()
    kept.does(contact.choose_reach, kept.her, Reach(language="zh", phone=ROW.phone, discreet=True))
    kept.until(date(2026, 4, 14))
    before = len(kept.desk.messenger.sent)
    kept.until(date(2026, 4, 15))
    (message,) = kept.desk.messenger.sent[before:]
    assert not [word for word in ("409", kept.desk.lender, "还款", "贷款") if word in message.body]
    assert kept.told("reminder") == ["sent"]


@pytest.mark.parametrize("email", ["", "xiulan@example.com"])
def test_a_reminder_that_waited_says_what_is_open_when_it_leaves(kept: Kept, email: str):
    """The carrier was down in the morning; she paid a part; the afternoon's message asks for the rest, once."""
    if email:
        kept.does(contact.choose_reach, kept.her, Reach(language="zh", phone=ROW.phone, email=email))
    kept.desk.messenger.broken = True
    kept.until(date(2026, 4, 15), 11)
    before = len(kept.desk.messenger.sent)
    kept.pays(10_000)
    kept.desk.messenger.broken = False
    kept.until(date(2026, 4, 16))
    ways = 2 if email else 1
    assert sorted(kept.told("reminder")) == ["dropped"] * ways + ["sent"] * ways
    said = [one.body for one in kept.desk.messenger.sent[before:]]
    assert not [body for body in said if "409.00" in body]
    assert len([body for body in said if "快到了" in body and "309.00 元" in body]) == 1
    assert {event.fact.why for event in kept.file.events if isinstance(event.fact, e.NoticeDropped)} == {"changed"}


def test_word_of_lateness_says_what_is_open_when_it_leaves(kept: Kept):
    """Late at one in the night, a part paid at seven, said at eight."""
    kept.until(date(2026, 4, 22), 7)
    kept.pays(20_000)
    kept.until(date(2026, 4, 22), 12)
    assert sorted(kept.told("late")) == ["dropped", "sent"]
    assert [("209.00 元" in body, "409.00 元" in body) for body in bodies(kept, "没有收到")] == [(True, False)]
