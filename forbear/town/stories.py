"""Tells a story: every line through the real actions on a moved clock, the worker doing what falls due in between.

`tell(story, desk)` ends well or raises Broken with the line and what was there instead. Each command is given twice,
as an impatient finger does, and must do nothing the second time. docs/stories.md says how a story is written.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from forbear.actions import (
    agenda,
    agreement,
    breach,
    breach_question,
    completion,
    contact,
    conversation,
    decision,
    evidence,
    health_papers,
    payments,
    plan,
    statement,
)
from forbear.actions.ports import Desk
from forbear.actions.record import By, Done, load
from forbear.adapters.memory import clock_of
from forbear.core.budget import Household
from forbear.core.codec import plain
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.decision import Outcome, Proposal
from forbear.core.file import CaseFile
from forbear.core.payments import BreakReason
from forbear.core.plan import Cause
from forbear.core.refusal import Refusal
from forbear.core.statement import TOLD_BEFORE_SUBMITTING, WISHES, Question
from forbear.town.papers import made_up_letter
from forbear.town.story_expectations import Here, agrees, expect
from forbear.town.story_text import Step, Story, Unreadable, minor
from forbear.words import say

BANK = Actor(Role.LENDER_CORE, "core", Auth.API_KEY)
TASKS = ("decide", "refund", "dispute", "own-statement", "breach-answered", "breach-asked")
"""What the agenda gives to a person in the ordinary course; anything else it gives up is a fault."""


class Broken(AssertionError):
    """A story did not go as written; names the line."""


def tell(story: Story, desk: Desk) -> Iterator[str]:
    """Tell it on a desk that has its loans and a clock that can be moved; yields each line once it went as written."""
    teller = Teller(story, desk)
    for step in story.steps:
        teller.go_on(step)
        yield f"{step.at:%Y-%m-%d} {step.who} {step.text}" if step.at else f"expect {step.text}"
    teller.the_end()


class Teller:
    """The story so far: which case is spoken of, and who does the next thing."""

    def __init__(self, story: Story, desk: Desk) -> None:
        self.story, self.desk = story, desk
        self.cases: dict[str, str] = {}
        self.contract = story.rows[0].loan.contract
        self.home = story.homes.get("home")
        self.commands = 0
        self.actor = BANK
        self.channel = Channel.SYSTEM
        desk.agenda.put([payments.first_nightly(desk)])

    @property
    def case_id(self) -> str:
        assert self.contract in self.cases, f"nobody opened a case on {self.contract}"
        return self.cases[self.contract]

    @property
    def file(self) -> CaseFile:
        return load(self.desk, self.case_id)

    def go_on(self, step: Step) -> None:
        """The next line; raises Broken."""
        try:
            if step.at is None:
                expect(Here(self.desk, self.file), step.text)
                return
            self.wait_until(step.at)
            self.actor, self.channel = self._who(step.who)
            text, _, refused = step.text.partition(" => refused ")
            outcome = self._twice(text)
            self._as_expected(outcome, refused)
            self.work()
        except (AssertionError, Unreadable) as fault:
            raise Broken(f"line {step.number}: {step.text}: {fault}") from fault

    def the_end(self) -> None:
        """Nothing is left half done: no message failed, and the queue agrees with every record."""
        for case_id in self.cases.values():
            agrees(self.desk, load(self.desk, case_id))

    # ---- time ------------------------------------------------------------------------------------------------

    def wait_until(self, at: datetime) -> None:
        """The worker does each thing when it is due, until then."""
        clock = clock_of(self.desk)
        at = at.astimezone(UTC)
        while (due_at := self.desk.agenda.next_due_at()) is not None and due_at <= at:
            clock.move_to(max(due_at, clock.now()))
            self.work()
        clock.move_to(at)

    def work(self) -> None:
        """All that is due now."""
        while agenda.work(self.desk):
            pass
        for given_up in self.desk.agenda.given_up():
            assert given_up.kind in TASKS, f"{given_up.kind} was given up: {given_up.error}"

    # ---- one command -----------------------------------------------------------------------------------------

    def by(self) -> By:
        return By(actor=self.actor, channel=self.channel, key=f"story:{self.commands}")

    def _who(self, who: str) -> tuple[Actor, Channel]:
        kind, _, name = who.partition(" ")
        if kind == "borrower":
            held = self.desk.loans.find(self.contract)
            assert held is not None, "her loan is in the book"
            return Actor(Role.BORROWER, held.borrower_id, Auth.CODE), Channel.WEB
        if kind in ("bank", "clock"):
            return BANK, Channel.SYSTEM
        return Actor(Role(kind), name, Auth.STAFF), Channel.WEB

    def _twice(self, text: str) -> Any:
        for pattern, verb in VERBS:
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found:
                self.commands += 1
                act = verb(self, **found.groupdict())
                if act is None:
                    return None
                first, size = act(), self.desk.ledger.size()
                again = act()
                assert type(again) is type(first), "the second time it was answered differently"
                assert self.desk.ledger.size() == size, "given twice, it was done twice"
                return first
        raise Unreadable(f"{self.actor.kind} does not know how to do this")

    def _as_expected(self, outcome: Any, refused: str) -> None:
        if refused:
            assert isinstance(outcome, Refusal), "it was not refused"
            assert outcome.rule == refused, f"it was refused by {outcome.rule}"
        elif isinstance(outcome, Refusal):
            reason = say("en", outcome.reason, **outcome.facts)
            raise AssertionError(f"refused by {outcome.rule}: {reason}")


Act = Callable[[], Any]
Verb = Callable[..., Act | None]


# ---- contact and statement -------------------------------------------------------------------------------------


def _opens(t: Teller, contract: str) -> None:
    """With the code sent to her telephone; by an agent, with her on the line."""
    t.contract = contract
    held = t.desk.loans.find(contract)
    assert held is not None, f"{contract} is in no book"
    if t.actor.kind is Role.BORROWER:
        t.actor, _ = t._who("borrower")
        sent = contact.ask_code(t.desk, contract=contract, id_number=held.row.id_number, address=f"story:{t.commands}")
        assert isinstance(sent, contact.CodeSent), "a code is sent"
        t.work()
        proved = contact.prove(t.desk, challenge=sent.challenge, code=t.desk.challenges.code(sent.challenge))
        assert isinstance(proved, contact.Proved), "the code is right"
    opened = contact.open_case(t.desk, t.by(), loan_id=held.loan_id, language=t.story.language)
    assert isinstance(opened, Done), opened
    t.cases[contract] = opened.case_id


def _goes_on_with(t: Teller, contract: str) -> None:
    t.contract = contract


def _answers(t: Teller, question: str, words: str = "") -> Act:
    answer = _answer(t.home, Question(question), (words or "").strip())
    return lambda: statement.give_answer(t.desk, t.by(), t.case_id, Question(question), answer)


def _answers_for(t: Teller, home: str) -> None:
    """All of a household's figures at once, each as its own answer."""
    t.home = t.story.homes[home]
    for question in (Question.HOME, Question.INCOME, Question.OUTGOINGS, Question.DEBTS):
        t.commands += 1
        done = statement.give_answer(t.desk, t.by(), t.case_id, question, _answer(t.home, question, ""))
        assert isinstance(done, Done), f"{question}: {done}"


def _answer(home: Household | None, question: Question, words: str) -> dict[str, Any]:
    if question is Question.CAUSE:
        return {"cause": Cause(words).value}
    if question in (Question.SINCE, Question.UNTIL):
        return {"on": None if words == "unknown" else words}
    if question is Question.STORY:
        return {"words": words}
    if question is Question.WISH:
        return _wish(words)
    if words == "unknown":
        return {"known": False}
    assert home is not None, "a story with figures has a home"
    if question is Question.HOME:
        return {"place": home.place, "adults": home.adults, "children": home.children}
    lines = {Question.INCOME: home.income, Question.OUTGOINGS: home.outgoings, Question.DEBTS: home.other_debts}
    return {"known": True, "lines": plain(lines[question])}


def _wish(words: str) -> dict[str, Any]:
    """longer-term, payment-holiday, 900.00 a month, 48 months: in any order, each at most once."""
    wish: dict[str, Any] = {"kinds": [], "instalment_minor": None, "months": None}
    for part in words.split(", "):
        if found := re.fullmatch(r"(\S+) a month", part):
            wish["instalment_minor"] = minor(found[1])
        elif found := re.fullmatch(r"(\d+) months", part):
            wish["months"] = int(found[1])
        elif part in WISHES:
            wish["kinds"].append(part)
        else:
            raise Unreadable(f"{part!r} is no wish")
    return wish


def _submits(t: Teller) -> Act:
    return lambda: statement.submit_statement(t.desk, t.by(), t.case_id, TOLD_BEFORE_SUBMITTING)


def _writes(t: Teller, words: str) -> Act:
    return lambda: conversation.write_message(t.desk, t.by(), t.case_id, words)


def _asks_for_a_person(t: Teller, words: str) -> Act:
    return lambda: conversation.ask_person(t.desk, t.by(), t.case_id, words)


def _notes(t: Teller, words: str) -> Act:
    return lambda: conversation.write_note(t.desk, t.by(), t.case_id, words)


# ---- evidence --------------------------------------------------------------------------------------------------


def _sends(t: Teller, item: str) -> Act:
    number = int(item)
    wanted = next((one for one in t.file.items if one.number == number), None)
    assert wanted is not None, f"no paper {item} is asked for"
    row = next(row for row in t.story.rows if row.loan.contract == t.contract)
    paper = made_up_letter(wanted.kinds[0], row, t.desk.clock.today())  # it shows no figures: a story states its own
    return lambda: evidence.receive_paper(t.desk, t.by(), t.case_id, item=number, name=paper.name, data=paper.data)


def _agrees(t: Teller) -> Act:
    return lambda: health_papers.give_consent(t.desk, t.by(), t.case_id)


def _confirms_cause(t: Teller, until: str) -> Act:
    until_on = date.fromisoformat(until)
    return lambda: health_papers.confirm_cause(t.desk, t.by(), t.case_id, shown=True, until_on=until_on)


def _accepts_paper(t: Teller, item: str) -> Act:
    return lambda: evidence.accept_paper(t.desk, t.by(), t.case_id, int(item))


def _refuses_paper(t: Teller, item: str, words: str) -> Act:
    return lambda: evidence.refuse_paper(t.desk, t.by(), t.case_id, int(item), words)


def _waives_paper(t: Teller, item: str, words: str) -> Act:
    return lambda: evidence.waive_paper(t.desk, t.by(), t.case_id, int(item), words)


def _corrects(t: Teller, home: str, words: str) -> Act:
    household = t.story.homes[home]
    return lambda: evidence.correct_budget(t.desk, t.by(), t.case_id, household, words)


# ---- plan and decision -----------------------------------------------------------------------------------------


def _choice(text: str) -> plan.Choice:
    if text == "a person":
        return plan.Choice(person=True)
    if found := re.fullmatch(r"(\S+) a month", text):
        return plan.Choice(instalment_minor=minor(found[1]))
    if re.fullmatch(r"\d{4}-\d\d \S+(, \d{4}-\d\d \S+)*", text):
        rows = (part.split(" ") for part in text.split(", "))
        return plan.Choice(table=tuple((month, minor(amount)) for month, amount in rows))
    return plan.Choice(offer=text)


def _chooses(t: Teller, choice: str, words: str | None = None) -> Act:
    return lambda: plan.request_plan(t.desk, t.by(), t.case_id, _choice(choice), words or "")


def _accepts_case(t: Teller) -> Act:
    return lambda: decision.accept_case(t.desk, t.by(), t.case_id)


def _asks_for_more(t: Teller, words: str) -> Act:
    return lambda: decision.ask_for_more(t.desk, t.by(), t.case_id, words)


def _proposes(t: Teller, choice: str) -> Act:
    proposal = Proposal(outcome=Outcome.APPROVED)
    return lambda: decision.propose(t.desk, t.by(), t.case_id, proposal, _choice(choice))


def _proposes_counter(t: Teller, choice: str, reason: str, words: str) -> Act:
    proposal = Proposal(outcome=Outcome.COUNTERED, reasons=(reason,), words=words)
    return lambda: decision.propose(t.desk, t.by(), t.case_id, proposal, _choice(choice))


def _proposes_refusal(t: Teller, reason: str, words: str, change: str) -> Act:
    proposal = Proposal(outcome=Outcome.REFUSED, reasons=(reason,), words=words, would_change=change)
    return lambda: decision.propose(t.desk, t.by(), t.case_id, proposal, None)


def _sends_back(t: Teller, words: str) -> Act:
    return lambda: decision.send_back(t.desk, t.by(), t.case_id, words)


def _decides(t: Teller) -> Act:
    return lambda: decision.decide_case(t.desk, t.by(), t.case_id)


def _answers_counter(t: Teller, takes: str) -> Act:
    return lambda: decision.answer_counter(t.desk, t.by(), t.case_id, takes == "takes")


# ---- agreement and payments ------------------------------------------------------------------------------------


def _signs(t: Teller) -> Act:
    number = t.file.case.offered
    held = t.desk.loans.find(t.contract)
    assert number is not None and held is not None, "there is an agreement to sign"
    sent = contact.ask_signing_code(t.desk, loan_id=held.loan_id, case_id=t.case_id, number=number)
    assert isinstance(sent, contact.CodeSent), "a code is sent"
    t.work()
    code = t.desk.challenges.code(sent.challenge)
    return lambda: agreement.sign(t.desk, t.by(), t.case_id, challenge=sent.challenge, code=code, address="192.0.2.7")


def _books(t: Teller, amount: str, on: str | None, reference: str | None) -> Act:
    paid_on = date.fromisoformat(on) if on else t.desk.clock.today()
    name = reference or f"BK{t.commands:04d}"
    return lambda: payments.take_payment(
        t.desk, t.by(), t.case_id, amount_minor=minor(amount), paid_on=paid_on, reference=name
    )


def _reverses(t: Teller, number: str, words: str) -> Act:
    paid = t.file.payments[int(number) - 1].payment
    return lambda: payments.reverse_payment(t.desk, t.by(), t.case_id, paid, words)


def _declares_broken(t: Teller, why: str, words: str) -> Act:
    return lambda: breach.declare_broken(t.desk, t.by(), t.case_id, BreakReason(why), words)


def _asks_about(t: Teller, why: str, words: str) -> Act:
    shown = [paper.paper for paper in t.file.papers]
    return lambda: breach_question.ask_about_breach(t.desk, t.by(), t.case_id, BreakReason(why), words, shown)


def _says(t: Teller, act: str, words: str) -> Act:
    return lambda: BY_WORDS[act](t.desk, t.by(), t.case_id, words)


def _suspends(t: Teller, until: str, words: str) -> Act:
    return lambda: breach.suspend(t.desk, t.by(), t.case_id, date.fromisoformat(until), words)


def _resumes(t: Teller) -> Act:
    return lambda: breach.resume_plan(t.desk, t.by(), t.case_id)


def _refunds(t: Teller, reference: str) -> Act:
    payment = t.file.promise.overs[-1].payment
    on = t.desk.clock.today()
    return lambda: completion.send_refund(t.desk, t.by(), t.case_id, payment, sent_on=on, reference=reference)


def _stands(t: Teller) -> None:
    """Nobody does anything: time passes."""


BY_WORDS: dict[str, Callable[..., Done | Refusal]] = {
    "appeals": decision.appeal,
    "declines": agreement.decline,
    "explains": breach_question.explain_breach,
    "settles the question": breach_question.clear_breach,
    "returns the breach": breach.return_breach,
    "renegotiates": payments.renegotiate,
}
"""Acts that need nothing but words."""
_CHOICE = r"(?P<choice>a person|\d+\.\d\d a month|\d{4}-\d\d [\d., -]+|[a-z-]+)"
VERBS: tuple[tuple[str, Verb], ...] = (
    (r"opens (?P<contract>\S+)", _opens),
    (r"goes on with (?P<contract>\S+)", _goes_on_with),
    (r"answers for (?P<home>home|later)", _answers_for),
    (r"answers (?P<question>[a-z]+)(: (?P<words>.+))?", _answers),
    (r"submits", _submits),
    (r"writes: (?P<words>.+)", _writes),
    (r"asks for a person: (?P<words>.+)", _asks_for_a_person),
    (r"notes: (?P<words>.+)", _notes),
    (r"sends paper (?P<item>\d+)", _sends),
    (r"agrees to health papers", _agrees),
    (r"confirms the cause until (?P<until>\S+)", _confirms_cause),
    (r"accepts paper (?P<item>\d+)", _accepts_paper),
    (r"refuses paper (?P<item>\d+): (?P<words>.+)", _refuses_paper),
    (r"waives paper (?P<item>\d+): (?P<words>.+)", _waives_paper),
    (r"corrects the budget to (?P<home>home|later): (?P<words>.+)", _corrects),
    (rf"chooses {_CHOICE}(: (?P<words>.+))?", _chooses),
    (r"accepts", _accepts_case),
    (r"asks for more: (?P<words>.+)", _asks_for_more),
    (rf"proposes {_CHOICE} instead, (?P<reason>[a-z-]+): (?P<words>.+)", _proposes_counter),
    (r"proposes to refuse, (?P<reason>[a-z-]+): (?P<words>.+) / (?P<change>.+)", _proposes_refusal),
    (rf"proposes {_CHOICE}", _proposes),
    (r"sends back: (?P<words>.+)", _sends_back),
    (r"decides", _decides),
    (r"(?P<takes>takes|leaves) the counter-offer", _answers_counter),
    (r"signs", _signs),
    (r"books (?P<amount>\S+)( paid (?P<on>\d{4}-\d\d-\d\d))?( as (?P<reference>\S+))?", _books),
    (r"reverses payment (?P<number>\d+): (?P<words>.+)", _reverses),
    (r"declares it broken, (?P<why>[a-z-]+): (?P<words>.+)", _declares_broken),
    (r"asks about (?P<why>[a-z-]+): (?P<words>.+)", _asks_about),
    (rf"(?P<act>{'|'.join(BY_WORDS)}): (?P<words>.+)", _says),
    (r"suspends until (?P<until>\S+): (?P<words>.+)", _suspends),
    (r"ends the pause", _resumes),
    (r"refunds as (?P<reference>\S+)", _refunds),
    (r"stands", _stands),
)
