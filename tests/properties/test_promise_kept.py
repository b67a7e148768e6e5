"""Any order of payments, bounces, days, pauses, breaches and new plans: the money adds up to the fen, and no agreement
ends by the calendar.

FORBEAR_LONG plays many more and longer games (`make rehearse-long` does so for tests/attack; this one alike).
"""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as play

from forbear.actions import agreement, breach, breach_question, credit, payments
from forbear.actions.record import Done
from forbear.core import events as e
from forbear.core.allocation import PARTS
from forbear.core.contact import Role
from forbear.core.loan import Owed, owed_on
from forbear.core.payments import ASKED_FIRST, BreakReason, paid_minor, position, remaining_loan
from forbear.core.promise import NEXT, State, state_of
from forbear.core.refusal import Refusal
from tests.actions.test_promise_games import by_the_words
from tests.kept import AGENT, BANK, CHEN, ZHAO, Kept, plan_of

LONG = bool(os.environ.get("FORBEAR_LONG"))
GAMES, MOVES = (2_000, 60) if LONG else (16, 25)
NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
ASKS = ("reminder", "overdue", "late", "default-noticed", "credit-notice")


class Game(RuleBasedStateMachine):
    """One case; whatever is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = Kept()
        self.states: dict[int, State] = {}
        self.sent = 0
        self.seen = 0
        self.put_forward = ""

    @initialize(rows=st.sampled_from((1, 2, 4, 9)))
    def begin(self, rows: int) -> None:
        self.kept = Kept(rows=rows)

    def tries(self, act: Any, *given: Any, **named: Any) -> Done | Refusal:
        size = self.kept.desk.ledger.size()
        done: Done | Refusal = self.kept.does(act, *given, **named)
        assert isinstance(done, Done | Refusal)
        assert isinstance(done, Done) or self.kept.desk.ledger.size() == size, "a refusal changed something"
        return done

    # ---- moves -------------------------------------------------------------------------------------------------

    @rule(days=st.sampled_from((0, 1, 2, 4, 12, 31, 70)))
    def days_pass(self, days: int) -> None:
        self.kept.pass_days(days)

    @rule(which=st.sampled_from(("next", "short", "coin", "part", "settle", "more", "fixed")), back=st.integers(0, 50))
    def she_pays(self, which: str, back: int) -> None:
        """In time or late, in full, short, a coin short, early, too much; the day it was paid may lie back. All at once
        only now and then, so that games last."""
        if which in ("settle", "more", "fixed") and back % 4:
            which = "part"
        rows = [row for row in self.kept.file.rows() if row.open_minor]
        following = rows[0].open_minor if rows else 20_000
        figure = payments.settlement_figure(self.kept.file, self.kept.today)
        whole = figure.total_minor if figure else 30_000
        amounts = {"next": following, "short": following - 150, "coin": following - 1, "part": 777}
        amount = {**amounts, "settle": whole, "more": whole + 4_321, "fixed": 50_000}[which]
        if amount > 0:
            paid_on = max(self.kept.today - timedelta(days=back % 7), self.kept.terms.plan.as_of)
            before = self.kept.desk.ledger.size()
            done = self.kept.pays(amount, f"P{before}", paid_on)
            self.kept.pays(amount, f"P{before}", paid_on)  # the same again is one payment
            booked = [paid for paid in self.kept.file.payments if paid.details.reference == f"P{before}"]
            assert len(booked) == isinstance(done, Done)

    @rule(amount=st.sampled_from((0, 500, 12_345)))
    def two_at_once(self, amount: int) -> None:
        """Two payments decided on the same state: the second is decided anew after the first."""
        rows = [row for row in self.kept.file.rows() if row.open_minor]
        for _ in range(2 if rows else 0):
            self.kept.pays(amount or rows[0].open_minor)

    @rule(days=st.sampled_from((25, 45)), ends=st.booleans())
    def she_falls_behind(self, days: int, ends: bool) -> None:
        """Up to the notice and often beyond the days to cure; then somebody may end it."""
        self.kept.pass_days(days)
        if ends:
            self.somebody_would_end_it(BreakReason.UNPAID, CHEN)

    @rule(days=st.sampled_from((3, 11, 11)), who=st.sampled_from((CHEN, ZHAO)))
    def she_is_asked_and_it_ends(self, days: int, who: Any) -> None:
        """By two; not before her days are over, and never by one alone."""
        why = BreakReason.UNDISCLOSED_INCOME
        self.tries(breach_question.ask_about_breach, AGENT, why, "流水里另有一笔")
        self.kept.pass_days(days)
        self.somebody_would_end_it(why, CHEN)
        self.somebody_would_end_it(why, who)

    @precondition(lambda self: self.kept.file.payments)
    @rule(number=st.integers(0, 30))
    def a_payment_bounces(self, number: int) -> None:
        paid = self.kept.file.payments[number % len(self.kept.file.payments)]
        self.tries(payments.reverse_payment, BANK, paid.payment, "退票")

    @rule(why=st.sampled_from(tuple(BreakReason)), who=st.sampled_from((CHEN, ZHAO, AGENT)))
    def somebody_would_end_it(self, why: BreakReason, who: Any) -> None:
        standing, suspended = self.kept.file.case.standing, self.kept.file.case.suspended_on(self.kept.today)
        asked, waiting = self.kept.file.promise.question, self.kept.file.promise.breach
        self.put_forward = waiting.by if waiting is not None and waiting.why is why else ""
        done = self.tries(breach.declare_broken, who, why, "没有还")
        if isinstance(done, Done) and any(isinstance(event.fact, e.PlanBroken) for event in done.events):
            assert who is not AGENT
            assert why is not BreakReason.UNPAID or (standing == "cure-ended" and not suspended)
            assert why not in ASKED_FIRST or (asked is not None and asked.why is why and not suspended)
            assert why not in ASKED_FIRST or self.kept.today > asked.answer_by_on, "her days were not over"
            assert why is BreakReason.UNPAID or self.put_forward not in ("", who.id), "two pairs of eyes"

    @rule(why=st.sampled_from((BreakReason.UNDISCLOSED_INCOME, BreakReason.UNPAID)), who=st.sampled_from((AGENT, CHEN)))
    def she_is_asked(self, why: BreakReason, who: Any) -> None:
        self.tries(breach_question.ask_about_breach, who, why, "流水里另有一笔")

    @rule()
    def she_answers(self) -> None:
        self.tries(breach_question.explain_breach, self.kept.her, "是家里人的钱")

    @rule()
    def it_is_settled(self) -> None:
        self.tries(breach_question.clear_breach, AGENT, "清楚了")

    @rule()
    def it_is_given_back(self) -> None:
        self.tries(breach.return_breach, ZHAO, "先问问她")

    @rule(days=st.sampled_from((0, 5, 40, 200)))
    def a_pause(self, days: int) -> None:
        self.tries(breach.suspend, AGENT, self.kept.today + timedelta(days=days), "住院")

    @rule()
    def the_pause_ends(self) -> None:
        self.tries(breach.resume_plan, AGENT)

    @rule(rows=st.sampled_from((1, 3, 7)), wait=st.booleans(), pays=st.sampled_from((0, 0, 100, 5_000)))
    def life_changes_again(self, rows: int, wait: bool, pays: int) -> None:
        """A new plan of what is left; sometimes she pays before she signs, and it has to be made anew."""
        kept = self.kept
        if not isinstance(self.tries(payments.renegotiate, kept.her, "又病了"), Done) or kept.file.case.offered:
            return
        if kept.file.case.in_force is None:
            return
        if kept.file.case.restating:
            kept.hands_in()
        loan = remaining_loan(kept.terms, kept.file.rows(), kept.held.row.loan, kept.today)
        owed = owed_on(loan, kept.today)
        if not owed.principal_minor > rows:
            return
        waived = Owed(principal_minor=0, interest_minor=0, penalty_minor=owed.penalty_minor, fees_minor=0)
        old = kept.file.case.in_force
        offered = kept.offer(plan_of(owed, kept.today, kept.today + timedelta(days=25), rows, waived))
        assert isinstance(offered, Done), offered
        took = kept.pays(pays) if pays else None
        if wait:
            kept.pass_days(3)
        if kept.file.case.offered is None:
            return  # the payment ended the old one, and with it this
        done = kept.sign()
        if isinstance(took, Done):
            assert isinstance(done, Refusal) and done.rule == "agreement.moved_on"
            self.tries(agreement.decline, kept.her, "重新做")
        else:
            assert isinstance(done, Done), done
            assert kept.terms.replaces == old

    @rule()
    def the_bureau_is_told(self) -> None:
        found = credit.feed(self.kept.desk, self.kept.by(BANK), self.kept.today)
        assert not isinstance(found, Refusal)
        for line in found.lines:
            if line.negative and line.corrects_on is None:
                assert "sent" in self.kept.told("credit-notice"), "told before she was"

    # ---- what holds ----------------------------------------------------------------------------------------------

    @invariant()
    def the_money_adds_up(self) -> None:
        file = self.kept.file
        for agreed in file.agreements:
            terms, standing = agreed.terms, file.standing_payments(agreed.number)
            rows = position(terms, standing)
            left = terms.plan.total_minor - paid_minor(standing) - sum(row.open_minor for row in rows)
            spared = max((p.spared_minor for p in standing), default=0) if any(row.spared for row in rows) else 0
            assert left == 0 or 0 < left <= spared, "only interest that has not accrued is ever let go"
            for row in rows:
                for part in PARTS:
                    assert 0 <= getattr(row.paid, f"{part}_minor") <= getattr(row.instalment, f"{part}_minor")
            for payment in standing:
                lines = sum(line.amount_minor for line in payment.lines)
                assert lines + payment.over_minor == payment.amount_minor
        overs = {over.payment: over.amount_minor for over in file.promise.overs}
        assert overs == {
            paid.payment: paid.details.over_minor
            for paid in file.payments
            if paid.reversed_at is None and paid.details.over_minor
        }

    @invariant()
    def what_was_taken_off_is_conserved(self) -> None:
        found = self.kept.file.promise.fallback
        if found is not None:
            assert found.kept + found.back == found.waived
            by_part = {part: getattr(found.kept, f"{part}_minor") for part in PARTS}
            assert by_part == by_the_words(self.kept), "not what the agreement says"
            assert found.before + found.back == found.after
            assert min(*vars(found.kept).values(), *vars(found.back).values()) >= 0

    @invariant()
    def only_people_end_it_and_collection_rests_until_then(self) -> None:
        case, events = self.kept.file.case, self.kept.file.events
        for event in events[self.seen :]:
            if isinstance(event.fact, e.PlanBroken | e.EnforcementResumed | e.BreachProposed):
                assert event.actor.kind is Role.REVIEWER
        self.seen = len(events)
        assert case.in_force is None or case.collection_rests

    @invariant()
    def states_go_only_where_they_may(self) -> None:
        file = self.kept.file
        for agreed in file.agreements:
            now = state_of(file.case, agreed.number, agreed.state, self.kept.today)
            before = self.states.get(agreed.number, State.OFFERED)
            assert now is before or now in NEXT[before], f"{before} → {now}"
            self.states[agreed.number] = now

    @invariant()
    def nobody_is_asked_for_what_is_paid(self) -> None:
        """Each message that went out since the last look asked for something that was open that moment; nothing is
        looked at later, so a payment of the same step is not there yet."""
        for notice in self.kept.file.notices:
            if notice.kind in ASKS and notice.state == "sent":
                assert notice.sent_at is not None
                assert self._open_at(notice), f"{notice.kind} of {notice.sent_at} was of something paid"

    def _open_at(self, notice: Any) -> bool:
        file = self.kept.file
        before = [event for event in file.events if event.at <= notice.sent_at]
        sent = next(event.seq for event in before if isinstance(event.fact, e.NoticeSent) and
                    event.fact.notice == notice.notice)  # fmt: skip
        from forbear.core.file import open_file

        then = open_file(event for event in file.events if event.seq < sent)
        agreed = then.agreed
        return agreed is not None and any(row.open_minor > agreed.terms.tolerance_minor for row in then.rows(agreed))


def test_whatever_happens_the_promise_is_kept_to_the_fen(campaign: Any):
    play(
        Game,
        settings=settings(
            max_examples=GAMES,
            stateful_step_count=MOVES,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    campaign("games of kept and broken promises", games=GAMES, moves_each_at_most=MOVES)
