"""A case's state of work: fold(events), reading their public part only, so that it outlives erasure.

`stage` is the room the case stands in, `waits_for` whose move it is, `due_on` and `due_what` the next promised date.
What was said, owed and paid is not here but in forbear/core/file.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from forbear.core import events as e
from forbear.core.agreement import Lapse
from forbear.core.codec import evolved
from forbear.core.contact import Role
from forbear.core.decision import Outcome
from forbear.core.evidence import PaperState
from forbear.core.payments import Standing


class Stage(StrEnum):
    """The rooms, in the order a case walks through them."""

    STATEMENT = "statement"
    EVIDENCE = "evidence"
    PLAN = "plan"
    DECISION = "decision"
    AGREEMENT = "agreement"
    PAYMENTS = "payments"
    CLOSED = "closed"


class WaitsFor(StrEnum):
    BORROWER = "borrower"
    AGENT = "agent"
    REVIEWER = "reviewer"
    SECOND = "second"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Case:
    """The public state of a case after its events so far. `seq` is -1 before the first."""

    case_id: str = ""
    seq: int = -1
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    language: str = "zh"
    keep_until_on: date | None = None

    submissions: int = 0
    submitted_at: datetime | None = None
    collection_rests: bool = False
    stayed_until_on: date | None = None
    restating: bool = False

    papers: Mapping[int, PaperState] = field(default_factory=dict)
    optional: frozenset[int] = frozenset()
    papers_by_on: date | None = None
    consents: frozenset[e.Consent] = frozenset()
    withdrawn: frozenset[e.Consent] = frozenset()

    offers_as_of: date | None = None
    offers_count: int = 0
    requested: str = ""
    answer_by_on: date | None = None

    accepted: bool = False
    agent: str = ""
    decide_by_on: date | None = None
    more_by_on: date | None = None
    proposed: Outcome | None = None
    proposed_by: str = ""
    second_asked_by: str = ""
    outcome: Outcome | None = None
    deciders: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    decisions: int = 0
    appeals: int = 0
    appeal_by_on: date | None = None

    agreements: int = 0
    offered: int | None = None
    offered_due: tuple[date, ...] = ()
    grace_days: int = 0
    sign_by_on: date | None = None
    borrower_signed: bool = False
    in_force: int | None = None
    due: tuple[date, ...] = ()
    settled: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    cure_by_on: date | None = None
    standing: Standing | None = None
    reopened: bool = False
    pauses: tuple[tuple[date, date], ...] = ()
    breach_by: str = ""

    person_by_on: date | None = None
    closed: str = ""

    @property
    def stage(self) -> Stage:
        if self.closed:
            return Stage.CLOSED
        if not self.submissions or self.restating:
            return Stage.STATEMENT
        if self.offered is not None:
            return Stage.AGREEMENT
        if self.under_review:
            return Stage.DECISION if self.accepted or self.papers_there else Stage.EVIDENCE
        if self.outcome is Outcome.COUNTERED:
            return Stage.DECISION
        if self.in_force is not None and not self.reopened:
            return Stage.PAYMENTS
        if self.outcome is Outcome.REFUSED:
            return Stage.DECISION
        return Stage.PLAN if self.papers_there else Stage.EVIDENCE

    @property
    def papers_there(self) -> bool:
        """Whether no paper asked for is still wanted from her."""
        wanting = (PaperState.WANTED, PaperState.REFUSED)
        return not any(state in wanting for item, state in self.papers.items() if item not in self.optional)

    @property
    def under_review(self) -> bool:
        """A wish is on the desk and not decided."""
        return bool(self.requested)

    @property
    def waits_for(self) -> WaitsFor:
        if self.closed:
            return WaitsFor.NOBODY
        if self.person_by_on is not None:
            return WaitsFor.AGENT
        match self.stage:
            case Stage.PAYMENTS:
                return WaitsFor.SECOND if self.breach_by else _MOVES.get(self.standing, WaitsFor.NOBODY)
            case Stage.DECISION if self.under_review:
                if self.second_asked_by:
                    return WaitsFor.SECOND
                if self.proposed is not None:
                    return WaitsFor.REVIEWER
                asked_again = any(state is PaperState.REFUSED for state in self.papers.values())
                return WaitsFor.BORROWER if self.more_by_on or asked_again else WaitsFor.AGENT
        return WaitsFor.BORROWER

    @property
    def _due_of_agreement(self) -> tuple[date | None, str]:
        return (self.cure_by_on, "cure") if self.cure_by_on else (self.next_due_on, "instalment")

    @property
    def next_due_on(self) -> date | None:
        """When the first instalment of the agreement in force that is not settled fell or falls due."""
        open_numbers = [n for n in range(1, len(self.due) + 1) if n not in self.settled]
        return self.due[open_numbers[0] - 1] if open_numbers and self.in_force is not None else None

    def suspended_on(self, on: date) -> bool:
        """Whether the agreement in force stands still on a day."""
        return self.in_force is not None and any(first <= on <= last for first, last in self.pauses)

    def stay_over(self, today: date) -> bool:
        """Whether collection rests only by a stay whose last day is over: nothing is asked, offered or agreed."""
        waits = self.under_review or self.offered is not None or self.in_force is not None
        if waits or not self.collection_rests or self.stayed_until_on is None:
            return False
        return today > self.stayed_until_on

    @property
    def watch_on(self) -> date | None:
        """From this day on the end of a day has something to look at: an instalment is past its days of grace."""
        due_on = self.next_due_on
        return None if due_on is None else due_on + timedelta(days=self.grace_days + 1)

    @property
    def due_on(self) -> date | None:
        """The next promised date."""
        return self._due[0]

    @property
    def due_what(self) -> str:
        """What is promised: call-back, keep, papers, choose, answer, more, decide, counter, appeal, sign, instalment,
        cure.
        """
        return self._due[1]

    @property
    def _due(self) -> tuple[date | None, str]:
        if self.closed:
            return None, ""
        if self.person_by_on is not None:
            return self.person_by_on, "call-back"
        match self.stage:
            case Stage.STATEMENT if self.in_force is not None:
                return self._due_of_agreement
            case Stage.STATEMENT:
                return self.keep_until_on, "keep"
            case Stage.EVIDENCE:
                return self.papers_by_on, "papers"
            case Stage.PLAN:
                return self.papers_by_on, "choose"
            case Stage.AGREEMENT:
                return self.sign_by_on, "sign"
            case Stage.PAYMENTS:
                return self._due_of_agreement
        if not self.under_review:
            return self.appeal_by_on, "counter" if self.outcome is Outcome.COUNTERED else "appeal"
        if self.more_by_on:
            return self.more_by_on, "more"
        return (self.decide_by_on, "decide") if self.decide_by_on else (self.answer_by_on, "answer")


_MOVES: Mapping[Standing | None, WaitsFor] = {
    Standing.LATE: WaitsFor.BORROWER,
    Standing.NOTICED: WaitsFor.BORROWER,
    Standing.CURE_ENDED: WaitsFor.REVIEWER,
}


def fold(recorded: Iterable[e.Recorded], start: Case | None = None) -> Case:
    """The state after these events, in order; from `start` on when given."""
    case = start or Case()
    for event in recorded:
        case = after(case, event)
    return case


def after(case: Case, event: e.Recorded) -> Case:
    """The state after one more event."""
    assert event.seq == case.seq + 1, "the events of a case come in order, without a gap"
    room = _ROOMS.get(event.fact.type)
    changes = room(case, event) if room else {}
    return evolved(case, {"case_id": event.case_id, "seq": event.seq, "changed_at": event.at, **changes})


Changes = dict[str, Any]


def _contact(case: Case, event: e.Recorded) -> Changes:
    match event.fact:
        case e.CaseOpened(language=language, keep_until_on=keep_until_on):
            return {"opened_at": event.at, "language": language, "keep_until_on": keep_until_on}
        case e.ReachChosen(language=language):
            return {"language": language}
        case e.PersonAsked(by_on=by_on):
            return {"person_by_on": by_on}
        case e.MessageWritten() if event.actor.kind is Role.BORROWER:
            return {"more_by_on": None}
        case e.MessageWritten(voice=e.Voice.PERSON):
            return {"person_by_on": None}
        case e.CaseClosed(why=why):
            return {"closed": why, "collection_rests": False}
    return {}


def _statement(case: Case, event: e.Recorded) -> Changes:
    match event.fact:
        case e.StatementSubmitted():
            again = {"submissions": case.submissions + 1, "submitted_at": event.at, "restating": False}
            return {**_UNDECIDED, "papers": {}, "excluded": frozenset(), **again}
        case e.EnforcementPaused():
            return {"collection_rests": True, "stayed_until_on": None}
        case e.EnforcementStayed(until_on=until_on):
            return {"collection_rests": True, "stayed_until_on": until_on}
        case e.EnforcementResumed():
            return {"collection_rests": False, "stayed_until_on": None}
    return {}


_UNDECIDED: Changes = {
    "requested": "",
    "answer_by_on": None,
    "accepted": False,
    "decide_by_on": None,
    "more_by_on": None,
    "proposed": None,
    "proposed_by": "",
    "second_asked_by": "",
    "outcome": None,
    "deciders": frozenset(),
    "appeal_by_on": None,
}
"""What the desk starts from: nothing asked, nothing decided."""


def _evidence(case: Case, event: e.Recorded) -> Changes:
    states = dict(case.papers)
    match event.fact:
        case e.PapersAsked(count=count, by_on=by_on, optional=optional):
            known = {number: states.get(number, PaperState.WANTED) for number in range(1, count + 1)}
            return {"papers": known, "optional": frozenset(optional), "papers_by_on": by_on}
        case e.PaperReceived(item=item):
            states[item] = PaperState.RECEIVED
        case e.PaperAccepted(item=item):
            states[item] = PaperState.ACCEPTED
        case e.PaperRefused(item=item):
            states[item] = PaperState.REFUSED
        case e.PaperWaived(item=item):
            states[item] = PaperState.WAIVED
        case e.ConsentGiven(to=to):
            return {"consents": case.consents | {to}, "withdrawn": case.withdrawn - {to}}
        case e.ConsentWithdrawn(to=to):
            return {"consents": case.consents - {to}, "withdrawn": case.withdrawn | {to}}
        case e.DataErased(retention_class=e.Retention.HEALTH):  # what the consent was for is over
            return {"consents": case.consents - {e.Consent.CAUSE_PAPERS}}
        case e.DataErased():
            return {}
    there = replace(case, papers=states).papers_there
    return {"papers": states, "more_by_on": None if there else case.more_by_on}


def _plan(case: Case, event: e.Recorded) -> Changes:
    match event.fact:
        case e.OffersMade(as_of=as_of, count=count):
            return {"offers_as_of": as_of, "offers_count": count}
        case e.PlanRequested(offer=offer, answer_by_on=answer_by_on):
            return {**_UNDECIDED, "requested": offer, "answer_by_on": answer_by_on, "excluded": case.excluded}
    return {}


def _decision(case: Case, event: e.Recorded) -> Changes:
    who = event.actor.id
    match event.fact:
        case e.CaseAccepted(decide_by_on=decide_by_on):
            return {"accepted": True, "agent": who, "decide_by_on": decide_by_on}
        case e.MoreAsked(by_on=by_on):
            return {"more_by_on": by_on, "person_by_on": None}
        case e.DecisionProposed(outcome=outcome):
            return {"proposed": outcome, "proposed_by": who, "second_asked_by": "", "more_by_on": None}
        case e.ProposalReturned():
            return {"proposed": None, "proposed_by": "", "second_asked_by": ""}
        case e.SecondEyesAsked():
            return {"second_asked_by": who}
        case e.DecisionMade(outcome=outcome, appeal_by_on=appeal_by_on):
            took_part = frozenset({who, case.second_asked_by, case.proposed_by} - {""})
            closed = {"reopened": case.reopened and outcome is not Outcome.REFUSED}
            made = {"outcome": outcome, "appeal_by_on": appeal_by_on, "decisions": case.decisions + 1}
            return {**_UNDECIDED, **made, **closed, "deciders": took_part, "person_by_on": None}
        case e.DecisionAppealed(decide_by_on=decide_by_on):
            looked = {"excluded": case.excluded | case.deciders, "appeals": case.appeals + 1}
            return {**_UNDECIDED, **looked, "requested": "appeal", "decide_by_on": decide_by_on}
        case e.CounterAnswered(accepted=False):
            return {"outcome": None}
    return {}


def _agreement(case: Case, event: e.Recorded) -> Changes:
    match event.fact:
        case e.AgreementIssued(number=number, due_on=due_on, grace_days=grace_days, sign_by_on=sign_by_on):
            issued = {"offered": number, "sign_by_on": sign_by_on, "outcome": None, "grace_days": grace_days}
            return {**issued, "agreements": number, "offered_due": due_on, "borrower_signed": False}
        case e.AgreementSigned():
            return {"borrower_signed": True}
        case e.AgreementCountersigned(number=number):
            fresh: Changes = {
                "settled": frozenset(),
                "late": frozenset(),
                "cure_by_on": None,
                "standing": Standing.ON_TRACK,
                "pauses": (),
                "breach_by": "",
            }
            force = {"in_force": number, "offered": None, "due": case.offered_due, "reopened": False}
            return {**fresh, **force, "sign_by_on": None, "collection_rests": True, "stayed_until_on": None}
        case e.AgreementLapsed(number=number, why=Lapse.TAKEN_BACK) if number == case.in_force:
            return {"in_force": None, "due": (), "settled": frozenset(), "late": frozenset(), "standing": None}
        case e.AgreementLapsed(number=number) if number == case.offered:
            return {"offered": None, "sign_by_on": None, "reopened": case.in_force is None and case.reopened}
    return {}


def _payments(case: Case, event: e.Recorded) -> Changes:
    match event.fact:
        case e.PaymentReceived(settled=settled):
            return {"settled": case.settled | set(settled), "late": case.late - set(settled)}
        case e.PaymentReversed(reopened=reopened):
            return {"settled": case.settled - set(reopened)}
        case e.InstalmentLate(instalment=instalment):
            standing = Standing.LATE if case.standing is Standing.ON_TRACK else case.standing
            return {"late": case.late | {instalment}, "standing": standing}
        case e.DefaultNoticed(cure_by_on=cure_by_on):
            return {"standing": Standing.NOTICED, "cure_by_on": cure_by_on}
        case e.CurePeriodEnded():
            return {"standing": Standing.CURE_ENDED}
        case e.DefaultCured():
            return {"standing": Standing.ON_TRACK, "cure_by_on": None, "late": frozenset(), "breach_by": ""}
        case e.PlanBroken():
            return {"standing": Standing.BROKEN, "in_force": None, "cure_by_on": None, "breach_by": ""}
        case e.PlanCompleted():
            return {"standing": Standing.COMPLETED, "in_force": None, "cure_by_on": None, "breach_by": ""}
        case e.PlanReopened(number=number):
            begun: Changes = {"standing": Standing.ON_TRACK, "in_force": number, "late": frozenset()}
            return {**begun, "closed": "", "collection_rests": True}
        case e.BreachProposed():
            return {"breach_by": event.actor.id}
        case e.BreachReturned():
            return {"breach_by": ""}
        case e.PlanSuspended(from_on=from_on, until_on=until_on):
            longer = until_on - from_on + timedelta(days=1)
            cure_by = case.cure_by_on + longer if case.cure_by_on else None
            again = Standing.NOTICED if case.standing is Standing.CURE_ENDED else case.standing
            pauses = (*case.pauses, (from_on, until_on))
            return {"pauses": pauses, "cure_by_on": cure_by, "standing": again}
        case e.PlanResumed(last_on=last_on) if case.pauses:
            first_on, until_on = case.pauses[-1]
            sooner = case.cure_by_on - (until_on - last_on) if case.cure_by_on else None
            return {"pauses": (*case.pauses[:-1], (first_on, last_on)), "cure_by_on": sooner}
        case e.RenegotiationAsked():
            return {"restating": True, "reopened": True}
    return {}


_ROOMS = {
    kind.type: room
    for room, kinds in {
        _contact: (e.CaseOpened, e.ReachChosen, e.PersonAsked, e.MessageWritten, e.CaseClosed),
        _statement: (e.StatementSubmitted, e.EnforcementPaused, e.EnforcementStayed, e.EnforcementResumed),
        _evidence: (
            *(e.PapersAsked, e.PaperReceived, e.PaperAccepted, e.PaperRefused, e.PaperWaived),
            *(e.ConsentGiven, e.ConsentWithdrawn, e.DataErased),
        ),
        _plan: (e.OffersMade, e.PlanRequested),
        _decision: (
            *(e.CaseAccepted, e.MoreAsked, e.DecisionProposed, e.ProposalReturned, e.SecondEyesAsked),
            *(e.DecisionMade, e.CounterAnswered, e.DecisionAppealed),
        ),
        _agreement: (e.AgreementIssued, e.AgreementSigned, e.AgreementCountersigned, e.AgreementLapsed),
        _payments: (
            *(e.PaymentReceived, e.PaymentReversed, e.InstalmentLate, e.DefaultNoticed, e.DefaultCured),
            *(e.CurePeriodEnded, e.PlanBroken, e.PlanCompleted, e.RenegotiationAsked),
            *(e.PlanSuspended, e.PlanResumed, e.BreachProposed, e.BreachReturned, e.PlanReopened),
        ),
    }.items()
    for kind in kinds
}
