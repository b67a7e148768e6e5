"""Any order of any actions by anybody: the whole desk in memory under random play, held to its promises at every step.

FORBEAR_LONG plays many more and longer games (`make rehearse-long`).
"""

import os
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from forbear.actions import (
    agreement,
    breach,
    contact,
    conversation,
    decision,
    evidence,
    health_papers,
    payments,
    statement,
)
from forbear.actions.record import Done
from forbear.core.contact import Reach
from forbear.core.payments import BreakReason
from forbear.core.refusal import Refusal
from tests.attack.world import AGENTS, BANK, OTHERS, REVIEWERS, World, cast

LONG = bool(os.environ.get("FORBEAR_LONG"))
GAMES, MOVES = (3_000, 80) if LONG else (60, 30)
TEXTS = ("", "  ", "我想商量一下", "x" * 4001, "\u202e rtl \x00 null", "{braces} %s")
numbers = st.integers(0, 2**32)


class Game(RuleBasedStateMachine):
    """One desk; `some` picks the case a move is about."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize()
    def begin(self) -> None:
        self.world.opens_loan(self.world.loan_id(0))

    def some(self, rng: Random) -> str:
        return rng.choice(self.world.case_ids)

    def anybody(self, rng: Random, case_id: str) -> Any:
        return rng.choice((self.world.her(case_id), *AGENTS, *REVIEWERS, BANK, *OTHERS))

    # ---- moves -------------------------------------------------------------------------------------------------

    @rule(seed=numbers, steps=st.integers(1, 6))
    def the_usual(self, seed: int, steps: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        for _ in range(steps):
            self.world.onward(case_id, rng)

    @rule(seed=numbers, steps=st.integers(4, 14))
    def a_long_way(self, seed: int, steps: int) -> None:
        self.the_usual(seed, steps)

    @rule(days=st.sampled_from((0, 1, 1, 3, 7, 16, 31, 45)))
    def time_passes(self, days: int) -> None:
        self.world.pass_days(days)

    @rule(seed=numbers, days=st.sampled_from((4, 12, 20, 40)))
    def nothing_is_paid(self, seed: int, days: int) -> None:
        """An instalment falls due and so many days go by."""
        due_on = self.world.file(self.some(Random(seed))).case.next_due_on
        if due_on is not None:
            self.world.pass_days(max((due_on - self.world.today).days, 0) + days)

    @rule(number=st.integers(0, len(cast()) - 1))
    def another_case(self, number: int) -> None:
        self.world.opens_loan(self.world.loan_id(number))

    @rule(seed=numbers, text=st.sampled_from(TEXTS))
    def words(self, seed: int, text: str) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        act = rng.choice(
            (
                *(conversation.write_message, conversation.ask_person, conversation.write_note),
                *(decision.ask_for_more, decision.send_back, decision.appeal),
                *(agreement.decline, payments.renegotiate),
            )
        )
        self.world.attempt(lambda by: act(self.world.desk, by, case_id, text), self.anybody(rng, case_id))

    @rule(seed=numbers)
    def an_answer(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        question = rng.choice(list(statement.Question))
        good = self.world.answers(case_id).get(question, {"words": "住院"})
        answer = rng.choice(
            (good, good, {}, {"known": False}, {"lines": [{}]}, {"adults": "two"}, {"on": "2026-02-30"})
        )
        self.world.attempt(
            lambda by: statement.give_answer(self.world.desk, by, case_id, question, answer), self.anybody(rng, case_id)
        )

    @rule(seed=numbers)
    def a_submission(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        told = rng.choice((statement.TOLD_BEFORE_SUBMITTING, (), ("limitation",)))
        self.world.attempt(
            lambda by: statement.submit_statement(self.world.desk, by, case_id, told), self.anybody(rng, case_id)
        )

    @rule(seed=numbers, item=st.integers(-1, 6))
    def a_paper(self, seed: int, item: int) -> None:
        rng, desk = Random(seed), self.world.desk
        case_id = self.some(rng)
        data = rng.choice((b"", b"GIF89a", b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n" + bytes(9), b"RIFF0000WEBP"))
        acts = (
            lambda by: evidence.receive_paper(desk, by, case_id, item=item, name="纸" * 200, data=data),
            lambda by: health_papers.give_consent(desk, by, case_id),
            lambda by: health_papers.withdraw_consent(desk, by, case_id),
            lambda by: health_papers.forget_health(desk, by, case_id),
            lambda by: evidence.accept_paper(desk, by, case_id, item),
            lambda by: evidence.refuse_paper(desk, by, case_id, item, "看不清"),
            lambda by: evidence.waive_paper(desk, by, case_id, item, "不需要"),
        )
        self.world.attempt(rng.choice(acts), self.anybody(rng, case_id))

    @rule(seed=numbers)
    def a_budget(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        household = rng.choice([home.household for _, home in cast()])
        reason = rng.choice(("工资单", ""))
        self.world.attempt(
            lambda by: evidence.correct_budget(self.world.desk, by, case_id, household, reason),
            self.anybody(rng, case_id),
        )

    @rule(seed=numbers)
    def a_wish(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        self.world.wishes(case_id, self.anybody(rng, case_id), rng)

    @rule(seed=numbers)
    def a_decision(self, seed: int) -> None:
        rng, desk = Random(seed), self.world.desk
        case_id = self.some(rng)
        proposal, choice = self.world.proposals(rng), rng.choice((None, self.world.choices(case_id, rng)))
        acts = (
            lambda by: decision.accept_case(desk, by, case_id),
            lambda by: decision.propose(desk, by, case_id, proposal, choice),
            lambda by: decision.decide_case(desk, by, case_id),
            lambda by: decision.answer_counter(desk, by, case_id, rng_bool),
        )
        rng_bool = rng.random() < 0.5
        self.world.attempt(rng.choice(acts), self.anybody(rng, case_id))

    @rule(seed=numbers)
    def a_signature(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        code = rng.choice(("", "", "00000000", "not a code"))
        self.world.signs(case_id, self.anybody(rng, case_id), code)

    @rule(seed=numbers)
    def a_payment(self, seed: int) -> None:
        rng = Random(seed)
        self.world.pays(self.some(rng), rng)

    @rule(seed=numbers)
    def a_reversal(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        names = [paid.payment for paid in self.world.file(case_id).payments] or ["r_none"]
        name = rng.choice(names)
        self.world.attempt(
            lambda by: payments.reverse_payment(self.world.desk, by, case_id, name, "退票"),
            rng.choice((BANK, AGENTS[0], self.anybody(rng, case_id))),
        )

    @rule(seed=numbers)
    def a_break(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        why = rng.choice((BreakReason.UNPAID, BreakReason.UNPAID, *BreakReason))
        self.world.attempt(
            lambda by: breach.declare_broken(self.world.desk, by, case_id, why, "未收到付款"),
            rng.choice((REVIEWERS[0], self.anybody(rng, case_id))),
        )

    @rule(seed=numbers)
    def a_reach(self, seed: int) -> None:
        rng = Random(seed)
        case_id = self.some(rng)
        party = self.world.file(case_id).party
        if party is None:
            return  # who she is was erased, her time being over
        phone = rng.choice((party.phone, party.phone, "13800000000"))
        language, discreet = rng.choice(("zh", "en")), rng.random() < 0.5
        reach = Reach(language=language, phone=phone, email=rng.choice((None, "a@example.com")), discreet=discreet)
        self.world.attempt(
            lambda by: contact.choose_reach(self.world.desk, by, case_id, reach), self.anybody(rng, case_id)
        )

    @rule(seed=numbers)
    def an_old_tab(self, seed: int) -> None:
        """A command from a screen that showed an older state, or the one of now."""
        rng = Random(seed)
        case_id = self.some(rng)
        seq = self.world.file(case_id).case.seq
        seen = rng.choice((0, seq - 1, seq))
        outcome = self.world.attempt(
            lambda by: conversation.write_message(self.world.desk, by, case_id, "在吗"),
            self.world.her(case_id),
            seen=seen,
        )
        assert seen != seq or isinstance(outcome, Done), "whoever saw the state of now is not told it is old"

    @precondition(lambda self: self.world.commands)
    @rule(seed=numbers)
    def an_old_command(self, seed: int) -> None:
        self.world.again(Random(seed).randrange(len(self.world.commands)))

    @precondition(lambda self: self.world.commands)
    @rule(seed=numbers)
    def a_key_used_before(self, seed: int) -> None:
        """The key of one command for another is refused with a sentence."""
        _, by, first = Random(seed).choice(self.world.commands)
        before = self.world.desk.ledger.size()
        outcome = conversation.ask_person(self.world.desk, by, first.case_id, "another request under this key")
        assert isinstance(outcome, Refusal) and outcome.rule == "record.key"
        assert self.world.desk.ledger.size() == before

    @rule(minutes=st.integers(1, 600))
    def a_while_passes(self, minutes: int) -> None:
        clock: Any = self.world.desk.clock
        clock.move_to(clock.now() + timedelta(minutes=minutes))

    # ---- what holds ----------------------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.world.pass_days(40)
        self.world.check()
        self.world.check_record()


def test_any_order_of_any_actions_keeps_every_promise(campaign: Any):
    """A game that fails is told move by move; making it shorter takes longer than reading it."""
    run_state_machine_as_test(
        Game,
        settings=settings(
            max_examples=GAMES,
            stateful_step_count=MOVES,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    campaign("games of any actions in any order", games=GAMES, moves_each_at_most=MOVES)
