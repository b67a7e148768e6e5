"""How a promise is kept beyond its rows: pauses, a breach put forward, what goes back to her, letters, measures.

A fold over the case's events, for core/file.py, and the state of an agreement in the domain's words.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from forbear.core import events as e
from forbear.core.case import Case
from forbear.core.codec import evolved
from forbear.core.contact import Actor
from forbear.core.payments import BreakReason, Standing
from forbear.core.promise_parts import Completion, Fallback, Refund


class State(StrEnum):
    """How an agreement stands: OFFERED waits for her, ACCEPTED for the lender; in force it is KEPT, in GRACE (something
    is late and can be put right), RENEGOTIATING or SUSPENDED; BREACHED (by a person's decision), COMPLETED and
    CANCELLED (never in force, or replaced by a newer one) are ends.
    """

    OFFERED = "offered"
    ACCEPTED = "accepted"
    KEPT = "kept"
    GRACE = "grace"
    RENEGOTIATING = "renegotiating"
    SUSPENDED = "suspended"
    BREACHED = "breached"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


NEXT: dict[State, frozenset[State]] = {
    State.OFFERED: frozenset({State.ACCEPTED, State.KEPT, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.KEPT, State.CANCELLED}),
    State.KEPT: frozenset(set(State) - {State.OFFERED, State.ACCEPTED}),
    State.GRACE: frozenset(set(State) - {State.OFFERED, State.ACCEPTED}),
    State.RENEGOTIATING: frozenset(set(State) - {State.OFFERED, State.ACCEPTED}),
    State.SUSPENDED: frozenset(set(State) - {State.OFFERED, State.ACCEPTED}),
    State.BREACHED: frozenset(),
    State.COMPLETED: frozenset({State.KEPT, State.GRACE, State.RENEGOTIATING, State.SUSPENDED}),
    State.CANCELLED: frozenset(),
}
"""Where each state may go. COMPLETED goes back only where the last payment turned out to be none."""


def state_of(case: Case, number: int, kept_as: str, today: date) -> State:
    """The state of agreement `number` on a day; `kept_as`: how the case's file names it (core/file.py: Agreed)."""
    ends = {"broken": State.BREACHED, "completed": State.COMPLETED}
    if kept_as in ends:
        return ends[kept_as]
    if case.offered == number:
        return State.ACCEPTED if case.borrower_signed else State.OFFERED
    if case.in_force != number:
        return State.CANCELLED
    if case.suspended_on(today):
        return State.SUSPENDED
    if case.reopened or case.restating or case.offered is not None:
        return State.RENEGOTIATING
    return State.KEPT if case.standing is Standing.ON_TRACK else State.GRACE


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """A pause from `from_on` to the end of `until_on`."""

    from_on: date
    until_on: date
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class BreachAsked:
    """A breach that waits for somebody else's look."""

    why: BreakReason
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What she said to a question; `by` her or whoever noted it."""

    words: str
    at: datetime
    by: Actor


@dataclass(frozen=True, kw_only=True)
class BreachQuestion:
    """She was asked about a breach and can answer until the end of `answer_by_on`; days of a pause come on top."""

    why: BreakReason
    papers: tuple[str, ...]
    words: str
    by: str
    at: datetime
    answer_by_on: date
    answers: tuple[Explained, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Over:
    """Too much paid: goes back to her; `refund` once it has."""

    payment: str
    amount_minor: int | None
    refund_by_on: date
    refunded_at: datetime | None = None
    refund: Refund | None = None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The letter that all is paid; `void`: the payment that ended the agreement turned out to be none."""

    number: int
    document: str
    at: datetime
    letter: Completion | None
    void: bool = False


@dataclass(frozen=True, kw_only=True)
class Promise:
    """All of it, in order. `fallback`: the figures of the breach, None as long as there is none."""

    suspensions: tuple[Suspension, ...] = ()
    breach: BreachAsked | None = None
    question: BreachQuestion | None = None
    """The one that waits for her or for a decision."""
    cleared: str = ""
    """Why the last one was settled in her favour."""
    fallback: Fallback | None = None
    overs: tuple[Over, ...] = ()
    letters: tuple[Letter, ...] = ()
    measures: tuple[e.MeasureGranted, ...] = ()
    ever_late: frozenset[int] = frozenset()
    """Instalments of the agreement in force that were late once, whether paid since or not."""
    noticed_at: datetime | None = None
    """When the written notice of the spell that runs was made."""

    @property
    def letter(self) -> Letter | None:
        """The one that stands."""
        return next((one for one in reversed(self.letters) if not one.void), None)

    @property
    def refunds_due(self) -> tuple[Over, ...]:
        """What has still to go back to her."""
        return tuple(one for one in self.overs if one.refunded_at is None)


def promised(promise: Promise, event: e.Recorded) -> Promise:
    """The promise after one more event."""
    fact = event.fact
    match fact:
        case e.PlanSuspended(from_on=from_on, until_on=until_on, reason=reason):
            new = Suspension(from_on=from_on, until_on=until_on, reason=reason or "", by=event.actor.id)
            question = _later(promise.question, until_on - from_on + timedelta(days=1))
            return evolved(promise, {"suspensions": (*promise.suspensions, new), "question": question})
        case e.PlanResumed(last_on=last_on) if promise.suspensions:
            cut = replace(promise.suspensions[-1], until_on=last_on)
            question = _later(promise.question, last_on - promise.suspensions[-1].until_on)
            return evolved(promise, {"suspensions": (*promise.suspensions[:-1], cut), "question": question})
        case e.BreachProposed(why=why, reason=reason):
            asked = BreachAsked(why=why, reason=reason or "", by=event.actor.id, at=event.at)
            return evolved(promise, {"breach": asked})
        case e.BreachReturned():
            return evolved(promise, {"breach": None})
        case e.BreachQuestioned() | e.BreachExplained():
            return evolved(promise, {"question": _asked(promise.question, event)})
        case e.BreachCleared(reason=reason):
            return evolved(promise, {"question": None, "cleared": reason or ""})
        case e.InstalmentLate(instalment=number):
            return evolved(promise, {"ever_late": promise.ever_late | {number}})
        case e.DefaultNoticed():
            return evolved(promise, {"noticed_at": event.at})
        case e.DefaultCured():
            unpaid = promise.breach is not None and promise.breach.why is BreakReason.UNPAID
            return evolved(promise, {"noticed_at": None, **({"breach": None} if unpaid else {})})
        case e.PlanBroken(fallback=figures):
            return evolved(promise, {"fallback": figures, "breach": None, "question": None})
        case e.PlanCompleted():
            return evolved(promise, {"breach": None, "question": None, "noticed_at": None})
        case e.AgreementCountersigned():
            anew: dict[str, Any] = {
                "breach": None,
                "question": None,
                "noticed_at": None,
                "ever_late": frozenset(),
                "suspensions": (),
            }
            return evolved(promise, anew)
        case e.MeasureGranted() as granted:
            return evolved(promise, {"measures": (*promise.measures, granted)})
    return _money(promise, event)


def _asked(question: BreachQuestion | None, event: e.Recorded) -> BreachQuestion | None:
    match event.fact:
        case e.BreachQuestioned(why=why, answer_by_on=by_on, papers=papers, words=words):
            return BreachQuestion(
                why=why, papers=papers, words=words or "", by=event.actor.id, at=event.at, answer_by_on=by_on
            )
        case e.BreachExplained(words=words) if question is not None:
            said = Explained(words=words or "", at=event.at, by=event.actor)
            return replace(question, answers=(*question.answers, said))
    return None


def _later(question: BreachQuestion | None, by: timedelta) -> BreachQuestion | None:
    """Days of a pause are not days to answer in; those of one that ended early are again."""
    return None if question is None else replace(question, answer_by_on=question.answer_by_on + by)


def _money(promise: Promise, event: e.Recorded) -> Promise:
    match event.fact:
        case e.OverpaymentFound(payment=payment, amount_minor=amount_minor, refund_by_on=by_on):
            over = Over(payment=payment, amount_minor=amount_minor, refund_by_on=by_on)
            return evolved(promise, {"overs": (*promise.overs, over)})
        case e.RefundSent(payment=payment, refund=refund):
            sent = [
                replace(one, refunded_at=event.at, refund=refund) if one.payment == payment else one
                for one in promise.overs
            ]
            return evolved(promise, {"overs": tuple(sent)})
        case e.PaymentReversed(payment=payment):  # what never came does not go back
            left = [one for one in promise.overs if one.payment != payment or one.refunded_at is not None]
            return evolved(promise, {"overs": tuple(left)})
        case e.CompletionIssued(number=number, document=document, letter=letter):
            new = Letter(number=number, document=document, at=event.at, letter=letter)
            return evolved(promise, {"letters": (*promise.letters, new)})
        case e.PlanReopened(number=number):
            void = [replace(one, void=True) if one.number == number else one for one in promise.letters]
            return evolved(promise, {"letters": tuple(void)})
    return promise
