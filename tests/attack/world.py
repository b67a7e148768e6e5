"""A small desk to attack: three borrowers (two loans of one of them), everybody who may act, every action there is.

`World.attempt` runs one action and holds it to what every action promises: a fact or a refusal, never an exception; a
refusal changes nothing; the same command again answers as it did and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Any

from forbear.actions import (
    agenda,
    agreement,
    contact,
    conversation,
    decision,
    evidence,
    health_papers,
    payments,
    plan,
    statement,
)
from forbear.actions.lines import queue_line
from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import By, Done, load
from forbear.adapters.memory import clock_of, memory_desk
from forbear.adapters.memory_ledger import MemoryLedger
from forbear.adapters.rulebooks import FiledRulebooks
from forbear.core import events as e
from forbear.core.budget import Evidence, Household
from forbear.core.case import fold
from forbear.core.clocks import start_of
from forbear.core.codec import plain
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.erasure_audit import classes_of, groups_of
from forbear.core.events import Retention
from forbear.core.file import CaseFile, open_file
from forbear.core.loanbook import Row
from forbear.core.plan import check_plan
from forbear.core.refusal import Refusal
from forbear.core.solver import Question, solve
from forbear.town.book import made_up_row
from forbear.town.households import MadeUpHousehold, made_up_household
from forbear.words import LANGUAGES, say

BEGIN = date(2026, 3, 2)
AGENTS = tuple(Actor(Role.AGENT, name, Auth.STAFF) for name in ("lin", "wu"))
REVIEWERS = tuple(Actor(Role.REVIEWER, name, Auth.STAFF) for name in ("chen", "zhao", "qian", "tang", "he"))
BANK = Actor(Role.LENDER_CORE, "core", Auth.API_KEY)
OTHERS = (
    Actor(Role.POLICY_OWNER, "sun", Auth.STAFF),
    Actor(Role.AUDITOR, "he", Auth.STAFF),
    Actor(Role.AGENT, "lin", Auth.NONE),
    Actor(Role.REVIEWER, "chen", Auth.CODE),
    Actor(Role.BORROWER, "p_stranger", Auth.NONE),
    SYSTEM,
)


@cache
def rulebooks() -> FiledRulebooks:
    return FiledRulebooks("cn", "consumer-finance", "example")


@cache
def cast() -> tuple[tuple[Row, MadeUpHousehold], ...]:
    """Four loans of three people whose households can be offered a plan; the first two are one person's."""
    rng, found = Random("attack"), []
    for index in count():
        row = made_up_row(7, 2_000_000 + index, BEGIN)
        home = made_up_household(row, rng)
        if row.loan.oldest_unpaid_due_on is None or not row.loan.principal_minor < 4_000_000:
            continue
        asked = Question(
            as_of=BEGIN,
            loan=row.loan,
            cause=home.cause,
            since=home.since,
            until=home.until,
            request=home.request,
            household=home.household,
        )
        if len(solve(asked, rulebooks().on(BEGIN)).offers) >= 3:
            found.append((row, home))
        if len(found) == 4:
            break
    # Her second loan is small: what it takes each month counts in the plans for the first.
    small = replace(found[1][0].loan, principal_minor=120_000, instalment_minor=10_000, instalments_left=12)
    hers = replace(found[0][0], loan=small)
    return (found[0], (hers, found[1][1]), found[2], found[3])


class Broken(AssertionError):
    """Something that must never happen did."""


class World:
    """One desk, its people and the commands given so far."""

    def __init__(self, desk: Desk | None = None) -> None:
        rows = [row for row, _ in cast()]
        self.desk = desk or memory_desk(at=start_of(BEGIN, ZONE, 10), rows=rows, rulebooks=rulebooks())
        self.desk.agenda.put([payments.first_nightly(self.desk)])
        self.case_ids: list[str] = []
        self._homes: dict[str, MadeUpHousehold] = {}
        self.commands: list[tuple[Callable[[By], Any], By, Done]] = []
        self._keys = count(1)
        self._sound: dict[str, int] = {}

    # ---- who -------------------------------------------------------------------------------------------------

    def loan_id(self, number: int) -> str:
        held = self.desk.loans.find(cast()[number][0].loan.contract)
        assert held is not None
        return held.loan_id

    def her(self, case_id: str) -> Actor:
        line = self.desk.cases.line(case_id)
        assert line is not None
        return Actor(Role.BORROWER, line.borrower_id, Auth.CODE)

    def file(self, case_id: str) -> CaseFile:
        return load(self.desk, case_id)

    def home(self, case_id: str) -> MadeUpHousehold:
        """Hers, also when the record has forgotten who she is."""
        return self._homes[case_id]

    @property
    def today(self) -> date:
        return self.desk.clock.today()

    # ---- acting ----------------------------------------------------------------------------------------------

    def attempt(self, act: Callable[[By], Any], actor: Actor, seen: int | None = None) -> Done | Refusal:
        """Run an action once, and when it did something once more under the same key."""
        by = By(actor=actor, channel=Channel.WEB, key=f"a{next(self._keys)}", seen=seen)
        before = self._state()
        outcome = act(by)
        if isinstance(outcome, Refusal):
            _sayable(outcome)
            if outcome.reason.startswith("contact_budget.refusal."):  # noted, as the only refusal that is
                new = [event.fact for event in self.desk.ledger.all(before[0])]
                _holds([type(fact) for fact in new] == [e.ContactRefused], "a contact refused is noted and no more")
            else:
                _same(before, self._state(), f"{outcome.rule} was a refusal and changed something")
            return outcome
        if not isinstance(outcome, Done):
            raise Broken(f"{outcome!r} is neither a fact nor a refusal")
        if outcome.events and not outcome.replayed:
            self.commands.append((act, by, outcome))
            self.again(len(self.commands) - 1)
        return outcome

    def again(self, number: int) -> None:
        """Give an old command once more: it answers as it did then and changes nothing."""
        act, by, first = self.commands[number]
        before = self._state()
        outcome = act(by)
        _same(before, self._state(), f"{by.key} given again changed something")
        then = self.desk.ledger.at([event.leaf for event in first.events])  # without what was erased since
        assert [event.leaf_hash for event in then] == [event.leaf_hash for event in first.events]
        if not isinstance(outcome, Done) or outcome.events != then or not outcome.replayed:
            raise Broken(f"{first.events[0].fact.type} answered {outcome!r} when it was given again")

    def pass_days(self, days: int) -> None:
        """Let time pass, the worker doing each thing when it is due."""
        clock, until = clock_of(self.desk), self.desk.clock.now() + timedelta(days=days)
        while (due_at := self.desk.agenda.next_due_at()) is not None and due_at <= until:
            if due_at > clock.now():
                clock.move_to(due_at)
            agenda.work(self.desk, limit=100)
        if until > clock.now():
            clock.move_to(until)
        for item in self.desk.agenda.given_up():
            if item.kind not in ("decide", "refund"):
                raise Broken(f"the agenda gave up {item.kind} of {item.case_id}: {item.error}")

    def _state(self) -> tuple[Any, ...]:
        desk: Any = self.desk
        if not isinstance(desk.ledger, MemoryLedger):
            return (desk.ledger.size(),)
        return desk.ledger.size(), len(desk.agenda._items), desk.cases._lines.copy(), len(desk.ledger._commands)

    # ---- what a case's next step is ----------------------------------------------------------------------------

    def onward(self, case_id: str, rng: Random) -> Done | Refusal | None:
        """What usually comes next in a case, by whoever does it."""
        file = self.file(case_id)
        her, case = self.her(case_id), file.case
        if case.closed:
            return self.opens(case_id)
        if case.person_by_on is not None and rng.random() < 0.5:
            return self.attempt(lambda by: conversation.write_message(self.desk, by, case_id, "好的"), AGENTS[0])
        match case.stage.value:
            case "statement":
                return self._states(case_id, her)
            case "evidence" | "plan" if case.requested == "":
                if not case.papers_there and rng.random() < 0.7:
                    return self._sends(case_id, her, rng)
                return self.wishes(case_id, her, rng)
            case "agreement":
                return self.signs(case_id, her)
            case "payments":
                return self.pays(case_id, rng)
        if case.requested:
            return self._decides(case_id, rng)
        if case.outcome is not None and case.outcome.value == "countered":
            taken = rng.random() < 0.7
            return self.attempt(lambda by: decision.answer_counter(self.desk, by, case_id, taken), her)
        if case.appeals < 2 and rng.random() < 0.5:
            return self.attempt(lambda by: decision.appeal(self.desk, by, case_id, "请再看一次"), her)
        return self.wishes(case_id, her, rng)

    def opens(self, case_id: str) -> Done | Refusal:
        line = self.desk.cases.line(case_id)
        assert line is not None
        return self.opens_loan(line.loan_id)

    def opens_loan(self, loan_id: str) -> Done | Refusal:
        borrower = self.desk.loans.loan(loan_id)
        assert borrower is not None
        her = Actor(Role.BORROWER, borrower.borrower_id, Auth.CODE)
        done = self.attempt(lambda by: contact.open_case(self.desk, by, loan_id=loan_id, language="zh"), her)
        assert isinstance(done, Done)
        if done.case_id not in self.case_ids:
            self.case_ids.append(done.case_id)
            contract = borrower.row.loan.contract
            self._homes[done.case_id] = next(home for row, home in cast() if row.loan.contract == contract)
        return done

    def answers(self, case_id: str) -> dict[statement.Question, dict[str, Any]]:
        home = self.home(case_id)
        q = statement.Question
        return {
            q.CAUSE: {"cause": home.cause.value},
            q.SINCE: {"on": home.since.isoformat()},
            q.UNTIL: {"on": None},
            q.HOME: {"place": home.household.place, "adults": home.household.adults, "children": 0},
            q.INCOME: {"known": True, "lines": plain(home.household.income)},
            q.OUTGOINGS: {"known": True, "lines": plain(home.household.outgoings)},
            q.DEBTS: {"known": True, "lines": plain(home.household.other_debts)},
            q.WISH: plain(home.request),
        }

    def _states(self, case_id: str, her: Actor) -> Done | Refusal:
        given = self.file(case_id).answers
        for question, answer in self.answers(case_id).items():
            if question not in given:
                self.attempt(lambda by, q=question, a=answer: statement.give_answer(self.desk, by, case_id, q, a), her)
        told = statement.TOLD_BEFORE_SUBMITTING
        return self.attempt(lambda by: statement.submit_statement(self.desk, by, case_id, told), her)

    def _sends(self, case_id: str, her: Actor, rng: Random) -> Done | Refusal:
        item = rng.choice(sorted(self.file(case_id).case.papers))
        data = b"%PDF-1.7 " + str(rng.randrange(3)).encode()
        if rng.random() < 0.5:
            self.attempt(lambda by: health_papers.give_consent(self.desk, by, case_id), her)
        return self.attempt(
            lambda by: evidence.receive_paper(self.desk, by, case_id, item=item, name="a.pdf", data=data), her
        )

    def choices(self, case_id: str, rng: Random) -> plan.Choice:
        """Any kind of choice, mostly one that is there."""
        months = [f"2026-{month:02d}" for month in range(4, 13)]
        table = tuple((month, rng.choice((20_000, 80_000, 300_000))) for month in months)
        kinds = [
            plan.Choice(person=True),
            plan.Choice(instalment_minor=rng.choice((0, 1, 50_000, 200_000, 10**13))),
            plan.Choice(table=table),
            plan.Choice(offer="no-such-offer"),
        ]
        if rng.random() < 0.8:
            return plan.Choice(offer=rng.choice(("lightest", "cheapest", "soonest", "balanced", "as-requested")))
        return rng.choice(kinds)

    def wishes(self, case_id: str, actor: Actor, rng: Random) -> Done | Refusal:
        choice = self.choices(case_id, rng)
        return self.attempt(lambda by: plan.request_plan(self.desk, by, case_id, choice, "请看一下"), actor)

    def proposals(self, rng: Random) -> decision.Proposal:
        outcome = rng.choice((*[decision.Outcome.APPROVED] * 5, *decision.Outcome))
        reasons = ("papers-missing",) if outcome is decision.Outcome.REFUSED else ()
        return decision.Proposal(outcome=outcome, reasons=reasons, words="您好", would_change="请补材料")

    def _decides(self, case_id: str, rng: Random) -> Done | Refusal:
        case, agent = self.file(case_id).case, rng.choice(AGENTS)
        if not case.accepted:
            return self.attempt(lambda by: decision.accept_case(self.desk, by, case_id), agent)
        if case.proposed is None:
            proposal, choice = self.proposals(rng), self.choices(case_id, rng)
            outcome = self.attempt(lambda by: decision.propose(self.desk, by, case_id, proposal, choice), agent)
            if isinstance(outcome, Refusal) and outcome.rule == "decision.unchecked":
                checked = _checked(self.home(case_id).household)
                self.attempt(lambda by: evidence.correct_budget(self.desk, by, case_id, checked, "看了工资单"), agent)
            return outcome
        return self.attempt(lambda by: decision.decide_case(self.desk, by, case_id), rng.choice(REVIEWERS))

    def signs(self, case_id: str, actor: Actor, code: str = "") -> Done | Refusal:
        line, number = self.desk.cases.line(case_id), self.file(case_id).case.offered
        assert line is not None
        if number is None:
            number = 1
        sent = contact.ask_signing_code(self.desk, loan_id=line.loan_id, case_id=case_id, number=number)
        if isinstance(sent, Refusal):
            return sent
        right = code or self.desk.challenges.code(sent.challenge)
        return self.attempt(
            lambda by: agreement.sign(
                self.desk, by, case_id, challenge=sent.challenge, code=right, address="192.0.2.1"
            ),
            actor,
        )

    def amounts(self, case_id: str) -> list[int]:
        """Amounts around every edge there is."""
        file = self.file(case_id)
        figure, rows = payments.settlement_figure(file, self.today), file.rows()
        edges = [0, 1, 10_000]
        edges += [row.open_minor for row in rows[:3]] + [sum(row.open_minor for row in rows)]
        edges += [figure.total_minor] if figure else []
        return [edge + by for edge in edges for by in (-1, 0, 0, 1)] + [-5, 10**13, 10**18]

    def pays(self, case_id: str, rng: Random) -> Done | Refusal:
        rows = [row for row in self.file(case_id).rows() if row.open_minor]
        amount = rows[0].open_minor if rows and rng.random() < 0.7 else rng.choice(self.amounts(case_id))
        paid_on = self.today - timedelta(days=rng.choice((0, 0, 0, 1, 40, 400, -1)))
        reference = f"R{rng.randrange(10**6)}" if rng.random() < 0.8 else "R-same"
        return self.attempt(
            lambda by: payments.take_payment(
                self.desk, by, case_id, amount_minor=amount, paid_on=paid_on, reference=reference
            ),
            BANK,
        )

    # ---- what always holds -------------------------------------------------------------------------------------

    def check(self) -> None:
        """Everything that must be true of every case that changed since it was last looked at."""
        for case_id in self.case_ids:
            recorded = self.desk.ledger.events(case_id)
            if self._sound.get(case_id) != len(recorded):
                self._sound[case_id] = len(recorded)
                check_case(self.desk, case_id, recorded)

    def check_record(self) -> None:
        """The whole record, and what is left of it when every private group is erased."""
        audit = self.desk.ledger.verify()
        if audit.flaws:
            raise Broken(f"the record has flaws: {audit.flaws[:3]}")
        ledger: Any = self.desk.ledger
        private = [event for event in ledger.all() if event.fact.private()]
        erasures = [event for event in ledger.all() if isinstance(event.fact, e.DataErased)]
        rightly = {(one.case_id, one.fact.retention_class.value): one.leaf for one in erasures}
        for case_id in self.case_ids:
            before = fold(ledger.events(case_id))
            for retention in Retention:
                ledger.forget(case_id, retention.value)
            bare = ledger.events(case_id)
            if fold(bare) != before:
                raise Broken(f"the state of {case_id} does not survive erasure")
            open_file(bare)
            if any(group for event in bare for group in event.fact.private()):
                raise Broken(f"something private of {case_id} is left")
        silent = {flaw.leaf for flaw in ledger.verify().flaws}
        if silent != {event.leaf for event in private if not _may_be_erased(event, rightly)}:
            raise Broken("what is destroyed without a fact is not found where it was")


def check_case(desk: Desk, case_id: str, recorded: tuple[e.Recorded, ...]) -> None:
    """The queue's line, the money, and what the state says against what the file holds."""
    case, file = fold(recorded), open_file(recorded)
    _holds(file.case == case, "the file and the fold agree")
    _holds(desk.cases.line(case_id) == queue_line(recorded[0], case), "the live line is the rebuilt one")
    in_force = [agreed for agreed in file.agreements if agreed.state == "in-force"]
    _holds([a.number for a in in_force] == ([case.in_force] if case.in_force else []), "one agreement is in force")
    if case.under_review and not case.closed:
        _holds(case.collection_rests, "collection rests while a wish is looked at")
    for agreed in file.agreements:
        if agreed.terms is not None:
            _check_money(file, agreed)
    if in_force:
        rows = file.rows(in_force[0])
        _holds(case.settled == {row.number for row in rows if not row.open_minor}, "settled is what has nothing open")
        _holds(case.due == tuple(row.instalment.due_on for row in rows), "the state's due dates are the terms'")
        _holds(all(row.open_minor for row in rows if row.number in case.late), "what is late is open")
        _holds(any(row.open_minor for row in rows), "an agreement in force has something open")
    _check_deciders(recorded)


def _check_money(file: CaseFile, agreed: Any) -> None:
    """Of each part of the debt: paid + open + spared + forgiven is what was owed, and the interest that accrued."""
    plan_, rows = agreed.terms.plan, file.rows(agreed)
    check_plan(plan_, plan_.owed, plan_.as_of)
    standing = file.standing_payments(agreed.number)
    for payment in standing:
        lines = sum(line.amount_minor for line in payment.lines)
        _holds(payment.amount_minor == lines + payment.over_minor, "a payment is its lines and what goes back")
        _holds(payment.over_minor >= 0 and payment.spared_minor >= 0, "nothing is negative")
    for row in rows:
        for part in ("principal_minor", "interest_minor", "penalty_minor", "fees_minor"):
            _holds(0 <= getattr(row.paid, part) <= getattr(row.instalment, part), f"{part} is paid at most once")
    # What a payment spared counts while all is settled: a reversal after it opens everything again.
    most = max((payment.spared_minor for payment in standing), default=0) if any(row.spared for row in rows) else 0
    paid = sum(payment.amount_minor - payment.over_minor for payment in standing)
    open_ = sum(row.open_minor for row in rows)
    spared = plan_.total_minor - paid - open_
    _holds(0 <= spared <= most, "paid, open and spared are the plan's total")
    _holds(not spared or open_ == 0, "what was settled has nothing open")
    accrued = sum(row.instalment.accrues_minor for row in rows)
    owed = plan_.owed.total_minor + accrued
    _holds(paid + open_ + spared + plan_.forgiven.total_minor == owed, "and with what is forgiven all that was owed")
    _holds(spared <= accrued + agreed.terms.tolerance_minor, "only interest is spared, and a last coin")


def _check_deciders(recorded: tuple[e.Recorded, ...]) -> None:
    """Nobody decides her own proposal, agrees with herself, or decides again on appeal."""
    proposer, second, accepted, took_part, excluded = "", "", "", set[str](), set[str]()
    for event in recorded:
        who = event.actor.id
        match event.fact:
            case e.StatementSubmitted():
                proposer, second, accepted, took_part, excluded = "", "", "", set(), set()
            case e.PlanRequested():
                proposer, second, accepted = "", "", ""
            case e.CaseAccepted():
                accepted = who
            case e.DecisionProposed():
                proposer, second = who, ""
            case e.SecondEyesAsked():
                _holds(who not in {proposer, accepted} | excluded, "the first reviewer is free to decide")
                second = who
            case e.DecisionMade():
                _holds(event.actor.kind is Role.REVIEWER, "a reviewer decides")
                _holds(who not in {proposer, second, accepted} | excluded, "who decides took no part before")
                took_part = {who, second, proposer} - {""}
            case e.DecisionAppealed():
                excluded |= took_part


def _sayable(refusal: Refusal) -> None:
    for language in LANGUAGES:
        for key in filter(None, (refusal.reason, refusal.way_on)):
            try:
                say(language, key, **refusal.facts)
            except KeyError as error:
                raise Broken(f"{refusal.rule} cannot be said in {language}: {error}") from error


def _same(before: Any, after: Any, what: str) -> None:
    if before != after:
        raise Broken(what)


def _may_be_erased(event: e.Recorded, rightly: Mapping[tuple[str, str], int]) -> bool:
    """Whether all of an event that was private may have gone with an erasure after it: what is read of a paper may have
    been of a health paper, and once it is gone nobody knows."""

    def erased(name: str) -> bool:
        return any(rightly.get((event.case_id, one), -1) > event.leaf for one in classes_of(event.fact, name))

    return sum(map(erased, groups_of(event.fact.type))) >= len(event.fact.private())


def _holds(true: bool, what: str) -> None:
    if not true:
        raise Broken(f"it does not hold that {what}")


def _checked(household: Household) -> Household:
    """The same figures, every income looked at by a person."""
    income = tuple(replace(line, evidence=Evidence.A) for line in household.income)
    return replace(household, income=income)
