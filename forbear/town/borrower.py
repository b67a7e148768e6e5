"""One made-up borrower and the people who handle her case: what each of them can do, through the real actions only.

forbear/town/lives.py strings these together; nothing here puts a row into a table.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

from forbear.actions import (
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
from forbear.actions.comparison import unsettled
from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import By, load
from forbear.core.clocks import start_of
from forbear.core.codec import plain
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.decision import Outcome, Proposal
from forbear.core.file import CaseFile
from forbear.core.loanbook import Row
from forbear.core.refusal import Refusal
from forbear.core.statement import TOLD_BEFORE_SUBMITTING, Question
from forbear.town.households import MadeUpHousehold
from forbear.town.papers import made_up_papers, wages_of

AGENTS = (Actor(Role.AGENT, "lin", Auth.STAFF), Actor(Role.AGENT, "wu", Auth.STAFF))
REVIEWERS = (Actor(Role.REVIEWER, "chen", Auth.STAFF), Actor(Role.REVIEWER, "zhao", Auth.STAFF))
BANK = Actor(Role.LENDER_CORE, "core", Auth.API_KEY)


class WentWrong(AssertionError):
    """A made-up life met a refusal it did not expect."""


@dataclass
class Borrower:
    """One made-up borrower at the desk: her row of the book, her household, her case once it is open."""

    desk: Desk
    row: Row
    home: MadeUpHousehold
    rng: Random
    number: int
    case_id: str = ""

    def __post_init__(self) -> None:
        held = self.desk.loans.find(self.row.loan.contract)
        assert held is not None, "the row is in the book"
        self.held = held
        self.her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
        self.agent = AGENTS[self.number % len(AGENTS)]
        self.reviewer = REVIEWERS[self.number % len(REVIEWERS)]
        self.other_reviewer = REVIEWERS[(self.number + 1) % len(REVIEWERS)]
        self._keys = count(1)

    def by(self, actor: Actor, channel: Channel = Channel.WEB) -> By:
        """The next command of this life."""
        return By(actor=actor, channel=channel, key=f"town:{self.number}:{next(self._keys)}")

    @property
    def file(self) -> CaseFile:
        """The case as it stands."""
        return load(self.desk, self.case_id)

    # ---- what she does -------------------------------------------------------------------------------------

    def arrives(self) -> None:
        """She proves who she is with the code that was sent, and her case opens."""
        sent = well(
            contact.ask_code(
                self.desk, contract=self.row.loan.contract, id_number=self.row.id_number, address=f"town:{self.number}"
            )
        )
        code = self.desk.challenges.code(sent.challenge)
        proved = well(contact.prove(self.desk, challenge=sent.challenge, code=code))
        opened = contact.open_case(self.desk, self.by(self.her), loan_id=proved.loan_id, language=self.row.language)
        self.case_id = well(opened).case_id

    def answers(self, upto: int = 9) -> None:
        """She answers the first so many questions."""
        for question, answer in list(self._answers().items())[:upto]:
            well(statement.give_answer(self.desk, self.by(self.her), self.case_id, question, answer))

    def submits(self) -> None:
        """She hands her statement in."""
        done = statement.submit_statement(self.desk, self.by(self.her), self.case_id, TOLD_BEFORE_SUBMITTING)
        well(done)

    def sends_papers(self, most: int = 9) -> None:
        """She photographs what is asked for, up to so many items; to health papers she agrees first.

        A plan of her own would have its form.
        """
        items = [item for item in self.file.items if item.need != "own-plan"][:most]
        if any(item.health for item in items):
            well(health_papers.give_consent(self.desk, self.by(self.her), self.case_id))
        wages = wages_of(self.home.household)
        for item in items:
            for paper in made_up_papers(item.kinds, self.row, wages, self.desk.clock.today()):
                well(
                    evidence.receive_paper(
                        self.desk, self.by(self.her), self.case_id, item=item.number, name=paper.name, data=paper.data
                    )
                )

    def wishes(self, offer: str = "") -> bool:
        """She asks for an offer (any, if not named), or for a person when nothing fits; whether a plan was there."""
        answer = plan.offers_today(self.desk, self.file)
        names = [found.name for found in answer.offers]
        name = offer if offer in names else (self.rng.choice(names) if names else "")
        choice = plan.Choice(offer=name) if name else plan.Choice(person=True)
        well(plan.request_plan(self.desk, self.by(self.her), self.case_id, choice))
        return bool(name)

    def writes(self, text: str) -> None:
        """She writes to the desk."""
        well(conversation.write_message(self.desk, self.by(self.her), self.case_id, text))

    def signs(self) -> None:
        """She signs with the code sent for this agreement."""
        number = self.file.case.offered
        assert number is not None, "an agreement to sign"
        sent = well(contact.ask_signing_code(self.desk, loan_id=self.held.loan_id, case_id=self.case_id, number=number))
        code = self.desk.challenges.code(sent.challenge)
        well(
            agreement.sign(
                self.desk, self.by(self.her), self.case_id, challenge=sent.challenge, code=code, address="192.0.2.7"
            )
        )

    def pays(self, amount_minor: int | None = None) -> None:
        """Her transfer of the next instalment (or an amount) comes in from the bank."""
        file = self.file
        row = next(row for row in file.rows() if row.open_minor)
        amount_minor = row.open_minor if amount_minor is None else amount_minor
        today = self.desk.clock.today()
        well(
            payments.take_payment(
                self.desk,
                self.by(BANK, Channel.SYSTEM),
                self.case_id,
                amount_minor=amount_minor,
                paid_on=today,
                reference=f"BK{today:%Y%m%d}{self.number:03d}{len(file.payments):02d}",
            )
        )

    # ---- what the desk does ---------------------------------------------------------------------------------

    def accepted(self) -> None:
        """An agent takes the case on."""
        well(decision.accept_case(self.desk, self.by(self.agent), self.case_id))

    def papers_checked(self) -> None:
        """The agent looks at each paper and accepts it, saying why where a question stands against it."""
        agent = next((one for one in (*AGENTS, *REVIEWERS) if one.id == self.file.case.agent), self.agent)
        for number in sorted(self.file.case.papers):
            papers = self.file.papers_of(number)
            for paper in papers:
                well(evidence.see_paper(self.desk, agent, self.case_id, paper.paper))
            if papers:
                why = "已打电话向借款人核对，可以用。" if unsettled(self.file, number) else ""
                well(evidence.accept_paper(self.desk, self.by(agent), self.case_id, number, why))

    def proposed(self, outcome: Outcome = Outcome.APPROVED, offer: str = "", **said: Any) -> None:
        """The agent proposes: what she asked for, another plan, or a refusal with reasons."""
        file = self.file
        choice = None
        if outcome is not Outcome.REFUSED:
            asked = file.requested.name if file.requested else ""
            names = [found.name for found in plan.offers_today(self.desk, file).offers]
            wanted = offer or asked
            choice = plan.Choice(offer=wanted if wanted in names else names[0])
        proposal = Proposal(outcome=outcome, **said)
        well(decision.propose(self.desk, self.by(self.agent), self.case_id, proposal, choice))

    def decided(self) -> None:
        """A reviewer decides, and a second one agrees where her authority ends."""
        well(decision.decide_case(self.desk, self.by(self.reviewer), self.case_id))
        if self.file.case.second_asked_by:
            well(decision.decide_case(self.desk, self.by(self.other_reviewer), self.case_id))

    # ---- waiting ---------------------------------------------------------------------------------------------

    def until(self, on: date, hour: int = 11) -> timedelta:
        """How long it is until an hour of a day; nothing if that is past."""
        return max(start_of(on, ZONE, hour) - self.desk.clock.now(), timedelta())

    def next_due(self) -> timedelta:
        """How long it is until the next open instalment falls due."""
        row = next(row for row in self.file.rows() if row.open_minor)
        return self.until(row.instalment.due_on)

    def _answers(self) -> dict[Question, dict[str, Any]]:
        home = self.home
        return {
            Question.CAUSE: {"cause": home.cause.value},
            Question.SINCE: {"on": home.since.isoformat()},
            Question.UNTIL: {"on": home.until.isoformat() if home.until else None},
            Question.STORY: {"words": STORIES.get(home.trouble, "")},
            Question.HOME: {
                "place": home.household.place,
                "adults": home.household.adults,
                "children": home.household.children,
            },
            Question.INCOME: {"known": True, "lines": plain(home.household.income)},
            Question.OUTGOINGS: {"known": True, "lines": plain(home.household.outgoings)},
            Question.DEBTS: {"known": True, "lines": plain(home.household.other_debts)},
            Question.WISH: plain(home.request),
        }


STORIES = {
    "illness": "去年年底住院做了手术，现在还在休养，只能拿一部分工资。",
    "job-loss": "厂里裁员，上个月开始没有工作了，正在领失业金，也在找新工作。",
    "income-cut": "公司效益不好，工资降了不少，加班费也没有了。",
    "harvest-failed": "今年雨水太多，收成差了一大半，要等秋收才有钱。",
    "shop-closed": "小店开不下去关门了，还欠着供货商一些货款。",
    "slow-season": "我做年货生意，平时收入少，过年前两个月才有钱进来。",
    "divorce": "离婚后一个人带孩子，房租和学费都要自己出。",
    "parent-needs-care": "母亲摔伤了需要人照顾，我只能少上班。",
    "too-many-loans": "同时还着好几家的钱，每个月都不够。",
    "flood": "家里被水淹了，修房子花了很多钱。",
    "left-home": "",
    "deceived": "被骗子骗走了借来的钱，已经报警。",
}


def well(outcome: Any) -> Any:
    """What an action did; a refusal here is a fault of the script."""
    if isinstance(outcome, Refusal):
        raise WentWrong(f"{outcome.rule}: {outcome.reason} {dict(outcome.facts)}")
    return outcome
