"""A desk in memory with an agreement in force, drawn up and signed by the real actions: what promises are tested on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from forbear.actions import agenda, agreement, contact, payments
from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import By, Done, carry_out, load
from forbear.adapters.memory import MemoryMessenger, MovedClock, clock_of, memory_desk
from forbear.config import wiring
from forbear.core import events as e
from forbear.core.agreement import Terms
from forbear.core.clocks import start_of
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.dates import DayCount, add_months
from forbear.core.file import CaseFile
from forbear.core.loan import Loan, Owed, owed_on
from forbear.core.loanbook import Row
from forbear.core.money import allocate
from forbear.core.plan import Instalment, Offer, Plan
from forbear.core.refusal import Refusal

BEGIN = date(2026, 3, 2)
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
CHEN, ZHAO = (Actor(Role.REVIEWER, name, Auth.STAFF) for name in ("chen", "zhao"))
BANK = Actor(Role.LENDER_CORE, "core", Auth.API_KEY)
LOAN = Loan(
    contract="HC-2025-0099123",
    currency="CNY",
    signed_on=date(2025, 5, 18),
    principal_minor=150_000,
    interest_minor=4_000,
    penalty_minor=2_000,
    fees_minor=300,
    rate_ppm=150_000,
    penalty_rate_ppm=225_000,
    day_count=DayCount.THIRTY_360,
    oldest_unpaid_due_on=date(2025, 11, 18),
    instalment_minor=40_000,
    instalments_left=4,
    due_day=18,
    as_of=BEGIN,
)
ROW = Row(loan=LOAN, name="郑秀兰", id_number="990009199608090911", phone="15400000009")


def plan_of(owed: Owed, as_of: date, first_due_on: date, rows: int, waived: Owed) -> Plan:
    """Level principal, what is carried over in the first row, one yuan of new interest a row."""
    parts = allocate(owed.principal_minor - waived.principal_minor, [1] * rows)
    left, made = sum(parts), []
    for number, principal in enumerate(parts):
        left -= principal
        carried = (
            owed - waived if number == 0 else Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
        )
        made.append(
            Instalment(
                due_on=add_months(first_due_on, number),
                principal_minor=principal,
                interest_minor=carried.interest_minor + 100,
                penalty_minor=carried.penalty_minor,
                fees_minor=carried.fees_minor,
                balance_minor=left,
                accrues_minor=100,
            )
        )
    return Plan(
        as_of=as_of,
        owed=owed,
        first_due_on=first_due_on,
        ends_on=made[-1].due_on,
        instalments=tuple(made),
        forgiven=waived,
        measures=(),
        annual_cost_ppm=0,
        total_minor=sum(row.amount_minor for row in made),
        instalment_max_minor=max(row.amount_minor for row in made),
        rate_ppm=LOAN.rate_ppm,
    )


def stored() -> Desk:
    """The desk of an installation on the database of the test, its clock and messenger in our hands."""
    desk = replace(wiring.desk(), clock=MovedClock(start_of(BEGIN, ZONE, 9)), messenger=MemoryMessenger())
    desk.loans.put([ROW])
    return desk


class Kept:
    """One case; `act` gives a command as somebody and steps through the agenda with the clock."""

    def __init__(self, rows: int = 4, desk: Desk | None = None, **other: Any) -> None:
        self.desk: Desk = desk or memory_desk(at=start_of(BEGIN, ZONE, 9), rows=[ROW], **other)
        self.desk.agenda.put([payments.first_nightly(self.desk)])
        self._keys = count(1)
        held = self.desk.loans.find(LOAN.contract)
        assert held is not None
        self.held = held
        self.her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
        opened = contact.open_case(self.desk, self.by(self.her), loan_id=held.loan_id, language="zh")
        assert isinstance(opened, Done)
        self.case_id = opened.case_id
        self.hands_in()
        owed = owed_on(LOAN, BEGIN)
        waived = Owed(principal_minor=0, interest_minor=1_000, penalty_minor=2_000, fees_minor=0)
        self.agree(plan_of(owed, BEGIN, date(2026, 4, 18), rows, waived))

    def hands_in(self) -> None:
        """Her statement, when the case begins and when life changes."""
        facts = [e.StatementSubmitted(told=("limitation", "credit-record")), e.EnforcementPaused()]
        asked = {"told": len(self.file.events)}
        done = carry_out(self.desk, self.by(self.her), self.case_id, asked, lambda _: facts)
        assert isinstance(done, Done)

    # ---- who and when ------------------------------------------------------------------------------------------

    def by(self, actor: Actor) -> By:
        return By(actor=actor, channel=Channel.WEB, key=f"k{next(self._keys)}")

    @property
    def file(self) -> CaseFile:
        return load(self.desk, self.case_id)

    @property
    def today(self) -> date:
        return self.desk.clock.today()

    def does(self, act: Callable[..., Any], actor: Actor, *given: Any, **named: Any) -> Any:
        """An action of this case by somebody."""
        return act(self.desk, self.by(actor), self.case_id, *given, **named)

    def until(self, on: date, hour: int = 12) -> None:
        """The worker does each thing when it is due, until an hour of a day."""
        clock, at = clock_of(self.desk), start_of(on, ZONE, hour)
        while (due_at := self.desk.agenda.next_due_at()) is not None and due_at <= at:
            clock.move_to(max(due_at, clock.now()))
            agenda.work(self.desk, limit=100)
        if at > clock.now():
            clock.move_to(at)

    def pass_days(self, days: int) -> None:
        self.until(self.today + timedelta(days=days))

    def work(self) -> None:
        """All that is due now."""
        while agenda.work(self.desk, limit=100):
            pass

    # ---- an agreement --------------------------------------------------------------------------------------------

    def offer(self, plan: Plan) -> Done | Refusal:
        """Draw up an agreement of a plan, as a decision would."""
        offer = Offer(name="as-requested", plan=plan)
        return carry_out(
            self.desk, self.by(CHEN), self.case_id, {"plan": len(self.file.events)},
            lambda file: agreement.issue(self.desk, file, offer),
        )  # fmt: skip

    def sign(self) -> Done | Refusal:
        number = self.file.case.offered
        assert number is not None
        sent = contact.ask_signing_code(self.desk, loan_id=self.held.loan_id, case_id=self.case_id, number=number)
        assert isinstance(sent, contact.CodeSent)
        code = self.desk.challenges.code(sent.challenge)
        done: Done | Refusal = self.does(agreement.sign, self.her, challenge=sent.challenge, code=code, address="::1")
        return done

    def agree(self, plan: Plan) -> None:
        for done in (self.offer(plan), self.sign()):
            assert isinstance(done, Done), done
        self.work()

    @property
    def terms(self) -> Terms:
        agreed = self.file.last_agreed
        assert agreed is not None and agreed.terms is not None
        return agreed.terms

    def pays(self, amount_minor: int, reference: str = "", paid_on: date | None = None, actor: Actor = BANK) -> Any:
        """A payment that arrives today."""
        name = reference or f"R{next(self._keys)}"
        return self.does(
            payments.take_payment, actor, amount_minor=amount_minor, paid_on=paid_on or self.today, reference=name
        )

    def told(self, kind: str) -> list[str]:
        """How the messages of a kind stand."""
        return [notice.state for notice in self.file.notices if notice.kind == kind]
