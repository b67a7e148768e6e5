"""Keeping a promise: reminders that are still true, an end by a person after a notice that arrived, pauses, the end."""

from dataclasses import replace
from datetime import date, timedelta

import pypdfium2
import pytest

from forbear.actions import agreement, breach, completion, forborne, payments
from forbear.actions.letters import mentioned
from forbear.actions.record import Done
from forbear.adapters.printer import TypstPrinter
from forbear.core import events as e
from forbear.core.loan import Owed, owed_on
from forbear.core.payments import BreakReason, Standing, grace_until, remaining_loan
from forbear.core.promise import State, state_of
from tests.kept import AGENT, BANK, CHEN, Kept, plan_of

NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)


@pytest.fixture
def kept() -> Kept:
    """Four payments: 409.00 on 18 April, 376.00 each on 18 May, June and July; 30.00 taken off."""
    return Kept()


def state(kept: Kept) -> State:
    newest = kept.file.agreements[-1]
    return state_of(kept.file.case, newest.number, newest.state, kept.today)


# ---- reminders -----------------------------------------------------------------------------------------------------


def test_reminders_come_before_and_after_a_due_day_once_each(kept: Kept):
    kept.until(date(2026, 4, 14))
    assert kept.told("reminder") == []
    kept.until(date(2026, 4, 15))
    assert kept.told("reminder") == ["sent"]
    kept.until(date(2026, 4, 19))
    assert (kept.told("reminder"), kept.told("overdue")) == (["sent"], ["sent"])
    kept.until(date(2026, 4, 22))
    assert (kept.told("overdue"), kept.told("late")) == (["sent"], ["sent"])


def test_nobody_is_reminded_of_what_is_paid_or_a_coin_short(kept: Kept):
    kept.pays(40_800)
    kept.until(date(2026, 4, 30))
    assert [kept.told(kind) for kind in ("reminder", "overdue", "late")] == [[], [], []]
    assert kept.file.case.standing is Standing.ON_TRACK


def test_a_reminder_that_waited_is_dropped_when_she_has_paid_meanwhile(kept: Kept):
    """The carrier was down from the morning on; when it is back she has paid."""
    kept.desk.messenger.broken = True
    kept.until(date(2026, 4, 15))
    assert kept.told("reminder") == ["queued"]
    kept.pays(40_900)
    kept.desk.messenger.broken = False
    kept.until(date(2026, 4, 16))
    assert kept.told("reminder") == ["dropped"]
    assert not [one for one in kept.desk.messenger.sent if "快到了" in one.body]


def test_word_of_lateness_is_dropped_when_the_night_brought_the_money(kept: Kept):
    """Late at one in the night, said at eight in the morning: paid at seven, nothing is said."""
    kept.until(date(2026, 4, 22), 7)
    assert kept.told("late") == ["queued"]
    kept.pays(40_900)
    kept.until(date(2026, 4, 22), 12)
    assert (kept.told("late"), kept.file.case.standing) == (["dropped"], Standing.ON_TRACK)


# ---- the end -------------------------------------------------------------------------------------------------------


def ended_by(kept: Kept, why: BreakReason = BreakReason.UNPAID):
    return kept.does(breach.declare_broken, CHEN, why, "没有还")


def test_the_calendar_alone_never_ends_an_agreement(kept: Kept):
    kept.until(date(2028, 1, 1))
    assert (kept.file.case.standing, kept.file.case.in_force) == (Standing.CURE_ENDED, 1)
    assert kept.file.case.collection_rests
    assert state(kept) is State.GRACE


def test_a_notice_that_did_not_arrive_ends_nothing_until_somebody_spoke_with_her(kept: Kept):
    from forbear.actions import conversation

    kept.until(date(2026, 4, 28))
    kept.desk.messenger.broken = True
    kept.until(date(2026, 5, 20))
    assert kept.told("default-noticed") == ["failed"]
    assert ended_by(kept).rule == "promise.untold"
    kept.does(conversation.write_message, AGENT, "我们给您写过信，请看看。")
    assert isinstance(ended_by(kept), Done)


def test_what_falls_back_is_recorded_and_collection_goes_on_from_that_moment(kept: Kept):
    kept.until(date(2026, 4, 18))
    kept.pays(40_900)
    kept.until(date(2026, 6, 10))
    assert kept.file.case.collection_rests
    done = ended_by(kept)
    kinds = [event.fact.type for event in done.events]
    assert kinds[:3] == ["plan.broken", "enforcement.resumed", "case.closed"]
    found = kept.file.promise.fallback
    assert (found.paid_minor, found.whole_minor, found.waived.total_minor) == (40_900, 153_700, 3_000)
    assert found.kept.total_minor == 799  # 3000 × 40900 / 153700 = 798.3…, rounded up
    assert found.back.total_minor == 2_201
    assert found.after == found.before + found.back
    assert not kept.file.case.collection_rests
    assert state(kept) is State.BREACHED


def test_where_two_missed_payments_count_one_is_not_enough():
    rules = Kept().desk.rulebooks
    two = Kept(rulebooks=Stricter(rules, {"breach.in_row": 2}))
    assert two.terms.breach.in_row == 2
    two.until(date(2026, 5, 17))
    assert (two.told("late"), two.told("default-noticed")) == (["sent"], [])
    assert ended_by(two).rule == "payments.cure"
    two.until(date(2026, 5, 23))
    assert two.told("default-noticed") == ["sent"]
    two.until(date(2026, 6, 2))
    assert isinstance(ended_by(two), Done)


class Stricter:
    """The example lender's rulebook with other house values."""

    def __init__(self, rules, values):
        self._rules, self._values = rules, values

    def on(self, on):
        book = self._rules.on(on)
        params = [replace(p, value=self._values.get(p.key, p.value)) for p in book.params]
        from forbear.core.rules import rulebook

        return rulebook(book.layers, params, on, book.compiled, book.keys)


def test_an_agreement_that_waited_for_her_is_void_when_the_old_one_ends(kept: Kept):
    kept.does(payments.renegotiate, kept.her, "又病了")
    assert state(kept) is State.RENEGOTIATING
    loan = remaining_loan(kept.terms, kept.file.rows(), kept.held.row.loan, kept.today)
    plan = plan_of(owed_on(loan, kept.today), kept.today, date(2026, 4, 18), 6, NOTHING)
    assert isinstance(kept.offer(plan), Done)
    kept.pays(153_700)
    assert kept.file.case.offered is None
    assert [agreed.state for agreed in kept.file.agreements] == ["completed", "lapsed"]


# ---- anew ----------------------------------------------------------------------------------------------------------


def anew(kept: Kept, rows: int = 6):
    loan = remaining_loan(kept.terms, kept.file.rows(), kept.held.row.loan, kept.today)
    first_due_on = kept.today + timedelta(days=30)
    return plan_of(owed_on(loan, kept.today), kept.today, first_due_on, rows, NOTHING)


@pytest.mark.parametrize("amount", [100, 3_400, 20_000])
def test_a_payment_while_it_is_negotiated_is_not_asked_for_twice(kept: Kept, amount: int):
    """Even one that goes to fees or interest alone: the plan has to be made anew, and counts it."""
    kept.until(date(2026, 4, 10))
    kept.does(payments.renegotiate, kept.her, "又病了")
    assert isinstance(kept.offer(anew(kept)), Done)
    kept.pays(amount)
    assert kept.sign().rule == "agreement.moved_on"
    assert kept.file.case.in_force == 1
    assert isinstance(kept.does(agreement.decline, kept.her, "按新的来"), Done)
    owed_before = payments.settlement_figure(kept.file, kept.today)
    kept.agree(anew(kept))
    assert kept.terms.replaces == 1
    assert kept.terms.plan.owed == owed_before
    assert [agreed.state for agreed in kept.file.agreements] == ["replaced", "lapsed", "in-force"]


def test_help_after_help_is_counted_and_restructured_again_while_watched(kept: Kept):
    first = forborne.books(kept.desk, kept.file)
    assert (first.count, first.watch.from_on, first.watch.doubtful_on) == (1, date(2026, 4, 18), None)
    (granted,) = kept.file.promise.measures
    assert (granted.on, granted.days_past_due, granted.non_performing, granted.second) == (
        date(2026, 3, 2), 104, True, False,
    )  # fmt: skip
    kept.until(date(2026, 4, 10))
    kept.does(payments.renegotiate, kept.her, "又病了")
    kept.agree(anew(kept))
    again = forborne.books(kept.desk, kept.file)
    assert (again.count, again.watch.doubtful_on) == (2, date(2026, 4, 10))
    assert kept.file.promise.measures[-1].second


def test_an_agreement_she_took_back_was_no_help():
    kept = Kept()
    assert isinstance(kept.does(agreement.take_back, kept.her, "想再想想"), Done)
    assert kept.file.agreements[0].state == "taken-back"
    assert (forborne.books(kept.desk, kept.file).count, forborne.books(kept.desk, kept.file).watch) == (0, None)


# ---- a pause -------------------------------------------------------------------------------------------------------


def test_in_a_pause_nothing_is_asked_and_no_day_counts(kept: Kept):
    kept.until(date(2026, 4, 10))
    assert kept.does(breach.suspend, kept.her, date(2026, 5, 10), "住院").rule == "desk.role"
    kept.does(breach.suspend, AGENT, date(2026, 5, 10), "住院")
    assert state(kept) is State.SUSPENDED
    kept.until(date(2026, 5, 11), 9)
    assert [kept.told(kind) for kind in ("reminder", "overdue", "late", "pause-over")] == [[], [], [], []]
    kept.until(date(2026, 5, 11))
    assert kept.told("pause-over") == ["sent"]
    kept.until(date(2026, 5, 13))
    assert kept.file.case.standing is Standing.ON_TRACK
    kept.until(date(2026, 5, 14))
    assert kept.file.case.standing is Standing.LATE


def test_the_last_day_of_grace_that_she_is_told_counts_the_days_of_a_pause(kept: Kept):
    """Due on 18 April, grace until the 21st; standing still from the 10th to 10 May: late on 14 May, not before."""
    assert grace_until(date(2026, 4, 18), 3) == date(2026, 4, 21)
    kept.until(date(2026, 4, 10))
    kept.does(breach.suspend, AGENT, date(2026, 5, 10), "住院")
    kept.until(date(2026, 5, 12))
    assert mentioned(kept.desk, kept.file, "zh")["grace_until"] == "2026年5月13日"
    assert grace_until(date(2026, 4, 18), 3, kept.file.case.pauses) == date(2026, 5, 13)


def test_the_days_to_cure_go_on_after_a_pause(kept: Kept):
    kept.until(date(2026, 5, 1))
    cure_by_on = kept.file.case.cure_by_on
    kept.does(breach.suspend, AGENT, date(2026, 5, 20), "住院")
    assert kept.file.case.cure_by_on == cure_by_on + timedelta(days=20)
    kept.until(date(2026, 5, 10))
    assert ended_by(kept).rule == "payments.cure"
    kept.does(breach.resume_plan, AGENT)
    assert kept.file.case.cure_by_on == cure_by_on + timedelta(days=9)
    assert kept.does(breach.resume_plan, AGENT).rule == "promise.not_suspended"


# ---- all paid ------------------------------------------------------------------------------------------------------


def test_the_letter_comes_once_in_both_languages_and_says_what_was_paid():
    kept = Kept(printer=TypstPrinter())
    kept.until(date(2026, 4, 1))
    kept.pays(160_000)
    kept.work()
    (issued,) = [event.fact for event in kept.file.events if isinstance(event.fact, e.CompletionIssued)]
    data = kept.desk.vault.open(issued.document)
    assert data == TypstPrinter().completion(issued.letter, "zh")
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    assert len(pages) == 2
    assert "结清证明" in pages[0] and "郑秀兰" in pages[0] and "1,533.64" in pages[0]
    assert "Letter of settlement" in pages[1] and "1,533.64" in pages[1]
    assert kept.does(completion.issue_letter, AGENT, 1).events == ()


def test_too_much_is_a_task_until_it_is_sent_back(kept: Kept):
    kept.pays(160_000)
    kept.work()
    assert [item.kind for item in kept.desk.agenda.given_up()] == ["refund"]
    (over,) = kept.file.promise.refunds_due
    assert over.amount_minor == 160_000 - 153_300
    sent = {"sent_on": kept.today, "reference": "RF-1"}
    assert (
        kept.does(completion.send_refund, AGENT, over.payment, sent_on=kept.today, reference=" ").where == "reference"
    )
    early = {"sent_on": kept.today - timedelta(days=1), "reference": "RF-1"}
    assert kept.does(completion.send_refund, AGENT, over.payment, **early).rule == "promise.refund_day"
    assert kept.does(completion.send_refund, AGENT, over.payment, **sent).events
    assert kept.does(completion.send_refund, AGENT, over.payment, **sent).events == ()
    assert (kept.desk.agenda.given_up(), kept.file.promise.refunds_due) == ((), ())


def test_the_last_payment_bounces_and_the_agreement_is_in_force_again(kept: Kept):
    kept.until(date(2026, 4, 1))
    kept.pays(50_000, "FIRST")
    kept.until(date(2026, 4, 2))
    kept.pays(110_000, "LAST")
    kept.work()
    assert (state(kept), kept.file.promise.letter.number) == (State.COMPLETED, 1)
    kept.does(payments.reverse_payment, BANK, kept.file.payments[-1].payment, "余额不足")
    assert (state(kept), kept.file.promise.letter) == (State.KEPT, None)
    assert sum(row.open_minor for row in kept.file.rows()) == 153_700 - 50_000
    assert kept.file.case.collection_rests and not kept.file.case.closed


def test_an_early_payment_that_bounces_after_a_settlement_leaves_no_fen_behind(kept: Kept):
    """Settled early with interest spared, then the payment before turns out to be none: it is owed, and so is what was
    spared until she settles again."""
    kept.until(date(2026, 4, 1))
    kept.pays(50_000, "FIRST")
    figure = payments.settlement_figure(kept.file, kept.today).total_minor
    kept.pays(figure, "SETTLES")
    assert (state(kept), figure) == (State.COMPLETED, 103_364)
    kept.does(payments.reverse_payment, BANK, kept.file.payments[0].payment, "退票")
    rows = kept.file.rows()
    assert sum(row.open_minor for row in rows) == 153_700 - figure
    assert payments.settlement_figure(kept.file, kept.today).total_minor == 50_000
    kept.pays(50_000, "AGAIN")
    assert state(kept) is State.COMPLETED
