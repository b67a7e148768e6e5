"""Many at once on one thing: sixteen threads sign, decide, pay and open under the same key and under different ones.

One effect, whoever wins; every other answer says so in a sentence or is the winner's answer again. On both databases.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from forbear.actions import agreement, contact, decision, payments
from forbear.actions.record import By, Done
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import memory_desk
from forbear.core.clocks import start_of
from forbear.core.contact import Channel
from forbear.core.refusal import Refusal
from forbear.store.agenda import DjangoAgenda
from forbear.store.identity import DjangoChallenges, DjangoLimits
from forbear.store.ledger import DjangoLedger
from forbear.store.loans import StoredLoanBook
from forbear.store.privacy import load_keys
from forbear.store.projections import DjangoCases
from tests.attack.world import AGENTS, BANK, BEGIN, REVIEWERS, ZONE, World, cast, check_case, rulebooks
from tests.contracts.bench import at_once

THREADS = 16
STEPS_MOST = 60


@pytest.fixture
def world(database: Any, tmp_path: Path) -> World:
    """The small desk of tests/attack/world.py on a database, its first case opened."""
    keys, ids = load_keys(tmp_path), RandomIds()
    loans = StoredLoanBook(keys, ids)
    loans.put([row for row, _ in cast()])
    made = World(
        memory_desk(
            at=start_of(BEGIN, ZONE, 10),
            ids=ids,
            ledger=DjangoLedger(keys, ids, "race/ledger"),
            agenda=DjangoAgenda(),
            cases=DjangoCases(keys),
            loans=loans,
            challenges=DjangoChallenges(keys),
            limits=DjangoLimits(keys),
            rulebooks=rulebooks(),
        )
    )
    made.opens_loan(made.loan_id(0))
    return made


def until(world: World, reached: Callable[[Any], bool]) -> str:
    """Walk the case on until its state is as wished; returns its id.

    Not every life gets there (one is refused, appeals, and is refused again): the first one that does is lived.
    """
    (case_id,) = world.case_ids
    rng = Random(next(seed for seed in range(100) if _steps(World(), reached, Random(seed)) < STEPS_MOST))
    assert _steps(world, reached, rng) < STEPS_MOST
    return case_id


def _steps(world: World, reached: Callable[[Any], bool], rng: Random) -> int:
    """After how many steps the first case is as wished, at most STEPS_MOST."""
    if not world.case_ids:
        world.opens_loan(world.loan_id(0))
    for step in range(STEPS_MOST):
        if reached(world.file(world.case_ids[0]).case):
            return step
        world.onward(world.case_ids[0], rng)
    return STEPS_MOST


def race(actors: list[Any], act: Callable[[By], Any], same_key: bool) -> list[Done | Refusal]:
    """Everybody at once; no exception escapes."""
    keys = ["same" if same_key else f"key {number}" for number in range(THREADS)]
    commands = [By(actor=actors[n % len(actors)], channel=Channel.WEB, key=key) for n, key in enumerate(keys)]
    answers = at_once([lambda by=by: act(by) for by in commands])
    assert all(isinstance(answer, Done | Refusal) for answer in answers), answers
    return answers


def effects(world: World, case_id: str, kind: str) -> int:
    check_case(world.desk, case_id, world.desk.ledger.events(case_id))
    assert world.desk.ledger.verify().flaws == ()
    return sum(event.fact.type == kind for event in world.desk.ledger.events(case_id))


def winners(answers: list[Done | Refusal]) -> int:
    """Answers that did something now."""
    return sum(isinstance(answer, Done) and bool(answer.events) and not answer.replayed for answer in answers)


@pytest.mark.parametrize("same_key", [True, False])
def test_opening(world: World, same_key: bool):
    loan_id = world.loan_id(2)
    held = world.desk.loans.loan(loan_id)
    her = replace(world.her(world.case_ids[0]), id=held.borrower_id)
    answers = race([her], lambda by: contact.open_case(world.desk, by, loan_id=loan_id, language="zh"), same_key)
    assert len({answer.case_id for answer in answers}) == 1
    assert effects(world, answers[0].case_id, "case.opened") == 1
    assert len(world.desk.cases.of_loan(loan_id)) == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_signing(world: World, same_key: bool):
    case_id = until(world, lambda case: case.offered is not None)
    line = world.desk.cases.line(case_id)
    sent = contact.ask_signing_code(world.desk, loan_id=line.loan_id, case_id=case_id, number=1)
    code = world.desk.challenges.code(sent.challenge)

    def sign(by: By) -> Any:
        return agreement.sign(world.desk, by, case_id, challenge=sent.challenge, code=code, address="192.0.2.1")

    answers = race([world.her(case_id)], sign, same_key)
    assert effects(world, case_id, "agreement.signed") == 1
    assert effects(world, case_id, "agreement.countersigned") == 1
    if not same_key:
        assert winners(answers) == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_deciding(world: World, same_key: bool):
    case_id = until(world, lambda case: case.proposed is not None)
    before = world.file(case_id).case
    who = [REVIEWERS[0]] if same_key else list(REVIEWERS)
    answers = race(who, lambda by: decision.decide_case(world.desk, by, case_id), same_key)
    made, asked = effects(world, case_id, "decision.made"), effects(world, case_id, "second_eyes.asked")
    assert made - before.decisions + (asked if same_key else 0) == 1
    assert winners(answers) >= 1
    assert effects(world, case_id, "agreement.issued") <= 1


@pytest.mark.parametrize("same_key", [True, False])
def test_taking_a_case_on(world: World, same_key: bool):
    case_id = until(world, lambda case: case.requested and not case.accepted)
    race(list(AGENTS)[: 1 if same_key else 2], lambda by: decision.accept_case(world.desk, by, case_id), same_key)
    assert effects(world, case_id, "case.accepted") == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_paying(world: World, same_key: bool):
    case_id = until(world, lambda case: case.stage.value == "payments")
    row = world.file(case_id).rows()[0]

    def pay(by: By) -> Any:
        return payments.take_payment(
            world.desk, by, case_id, amount_minor=row.open_minor, paid_on=world.today, reference="BANK-1"
        )

    answers = race([BANK], pay, same_key)
    assert effects(world, case_id, "payment.received") == 1
    assert next(row.open_minor for row in world.file(case_id).rows()) == 0
    assert sum(isinstance(answer, Refusal) for answer in answers) == 0, "the same reference is the same payment"


def test_different_payments_at_once_are_all_taken(world: World):
    case_id = until(world, lambda case: case.stage.value == "payments")
    first = world.file(case_id).rows()
    whole = sum(row.open_minor for row in first)

    def pay(by: By) -> Any:
        return payments.take_payment(
            world.desk, by, case_id, amount_minor=100, paid_on=world.today, reference=f"R {by.key}"
        )

    answers = race([BANK], pay, same_key=False)
    assert winners(answers) == THREADS
    assert effects(world, case_id, "payment.received") == THREADS
    assert sum(row.open_minor for row in world.file(case_id).rows()) == whole - 100 * THREADS
