"""Every fact a case can hold, in the order of the rooms: the product's table of contents.

A fact is past tense and stores outcomes, not recipes. Its public fields are a closed list of enumerations, counters,
opaque ids and clock dates; every amount, name and free text stands in a private group under a retention class, which
the record commits to with a salt and keeps encrypted beside the event. The workflow reads only the public fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forbear.core.agreement import Lapse, SigningAct, Terms
from forbear.core.bundle_facts import CaseExported as CaseExported
from forbear.core.codec import typed
from forbear.core.contact import Channel, Purpose
from forbear.core.contact_facts import AuthorityEnded as AuthorityEnded
from forbear.core.contact_facts import AuthorityFiled as AuthorityFiled
from forbear.core.contact_facts import CallBegun as CallBegun
from forbear.core.contact_facts import CallEnded as CallEnded
from forbear.core.contact_facts import CallHeard as CallHeard
from forbear.core.contact_facts import CallRecorded as CallRecorded
from forbear.core.contact_facts import CaseOpened as CaseOpened
from forbear.core.contact_facts import ChannelFailed as ChannelFailed
from forbear.core.contact_facts import ContactRefused as ContactRefused
from forbear.core.contact_facts import ContactTried as ContactTried
from forbear.core.contact_facts import Direction as Direction
from forbear.core.contact_facts import HandedOver as HandedOver
from forbear.core.contact_facts import HandoverWhy as HandoverWhy
from forbear.core.contact_facts import IdentityProved as IdentityProved
from forbear.core.contact_facts import MessageDelivered as MessageDelivered
from forbear.core.contact_facts import MessageWritten as MessageWritten
from forbear.core.contact_facts import NoteWritten as NoteWritten
from forbear.core.contact_facts import PersonAsked as PersonAsked
from forbear.core.contact_facts import PersonJoined as PersonJoined
from forbear.core.contact_facts import PersonLeft as PersonLeft
from forbear.core.contact_facts import ReachChosen as ReachChosen
from forbear.core.contact_facts import Voice as Voice
from forbear.core.decision import Decided, Outcome, Proposal
from forbear.core.evidence_facts import BudgetCorrected as BudgetCorrected
from forbear.core.evidence_facts import CauseConfirmed as CauseConfirmed
from forbear.core.evidence_facts import Consent as Consent
from forbear.core.evidence_facts import ConsentGiven as ConsentGiven
from forbear.core.evidence_facts import ConsentWithdrawn as ConsentWithdrawn
from forbear.core.evidence_facts import DataErased as DataErased
from forbear.core.evidence_facts import PaperAccepted as PaperAccepted
from forbear.core.evidence_facts import PaperRead as PaperRead
from forbear.core.evidence_facts import PaperReceived as PaperReceived
from forbear.core.evidence_facts import PaperRefused as PaperRefused
from forbear.core.evidence_facts import PapersAsked as PapersAsked
from forbear.core.evidence_facts import PapersCompared as PapersCompared
from forbear.core.evidence_facts import PaperSeen as PaperSeen
from forbear.core.evidence_facts import PaperWaived as PaperWaived
from forbear.core.evidence_facts import ReadingConfirmed as ReadingConfirmed
from forbear.core.evidence_facts import UploadLinkEnded as UploadLinkEnded
from forbear.core.evidence_facts import UploadLinkSent as UploadLinkSent
from forbear.core.explained import Delay
from forbear.core.facts import Fact as Fact
from forbear.core.facts import Recorded as Recorded
from forbear.core.facts import Retention as Retention
from forbear.core.facts import private
from forbear.core.leaving_facts import Answered as Answered
from forbear.core.leaving_facts import DataAnswered as DataAnswered
from forbear.core.leaving_facts import DataAsked as DataAsked
from forbear.core.leaving_facts import DebtEnd as DebtEnd
from forbear.core.leaving_facts import DebtEnded as DebtEnded
from forbear.core.leaving_facts import ErasureAgreed as ErasureAgreed
from forbear.core.leaving_facts import ErasureProposed as ErasureProposed
from forbear.core.leaving_facts import ErasureRefused as ErasureRefused
from forbear.core.leaving_facts import HoldLifted as HoldLifted
from forbear.core.leaving_facts import HoldPlaced as HoldPlaced
from forbear.core.leaving_facts import HoldWhy as HoldWhy
from forbear.core.leaving_facts import PartyCorrected as PartyCorrected
from forbear.core.leaving_facts import Right as Right
from forbear.core.leaving_facts import Stays as Stays
from forbear.core.log_facts import LogKeyChanged as LogKeyChanged
from forbear.core.notices import Letter, NoticeKind
from forbear.core.payments import BreakReason, Payment
from forbear.core.plan import Offer
from forbear.core.promise_facts import BreachCleared as BreachCleared
from forbear.core.promise_facts import BreachExplained as BreachExplained
from forbear.core.promise_facts import BreachProposed as BreachProposed
from forbear.core.promise_facts import BreachQuestioned as BreachQuestioned
from forbear.core.promise_facts import BreachReturned as BreachReturned
from forbear.core.promise_facts import CompletionIssued as CompletionIssued
from forbear.core.promise_facts import CreditAnswered as CreditAnswered
from forbear.core.promise_facts import CreditDisputed as CreditDisputed
from forbear.core.promise_facts import CreditReported as CreditReported
from forbear.core.promise_facts import CreditStatementGiven as CreditStatementGiven
from forbear.core.promise_facts import CreditStatementJudged as CreditStatementJudged
from forbear.core.promise_facts import CreditWarned as CreditWarned
from forbear.core.promise_facts import MeasureGranted as MeasureGranted
from forbear.core.promise_facts import NoticeDropped as NoticeDropped
from forbear.core.promise_facts import OverpaymentFound as OverpaymentFound
from forbear.core.promise_facts import PlanReopened as PlanReopened
from forbear.core.promise_facts import PlanResumed as PlanResumed
from forbear.core.promise_facts import PlanSuspended as PlanSuspended
from forbear.core.promise_facts import RefundSent as RefundSent
from forbear.core.promise_parts import Fallback
from forbear.core.signature_facts import AgreementSealed as AgreementSealed
from forbear.core.solver import Answer
from forbear.core.solver import Question as PlanQuestion
from forbear.core.statement import Question, Statement

# ---- statement -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AnswerGiven(Fact):
    """`drafted`: a language model wrote it from her words, and she said that it is right."""

    type = "answer.given"
    question: Question
    drafted: bool = False
    answer: Mapping[str, Any] | None = private(Retention.STATEMENT)


@dataclass(frozen=True, kw_only=True)
class StatementSubmitted(Fact):
    """Her statement as it stood; `told`: what she was told before (limitation, credit record). Collection pauses."""

    type = "statement.submitted"
    told: tuple[str, ...]
    statement: Statement | None = private(Retention.STATEMENT)


@dataclass(frozen=True, kw_only=True)
class EnforcementPaused(Fact):
    type = "enforcement.paused"


@dataclass(frozen=True, kw_only=True)
class EnforcementStayed(Fact):
    """The decision is out; collection still rests until the end of `until_on`."""

    type = "enforcement.stayed"
    until_on: date


@dataclass(frozen=True, kw_only=True)
class EnforcementResumed(Fact):
    """Collection may go on: the stay after a decision is over, or the agreement was declared broken."""

    type = "enforcement.resumed"


# ---- plan ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OffersMade(Fact):
    """What the solver found on `as_of`, as it was shown; what it was asked, and what waiting would have cost."""

    type = "offers.made"
    as_of: date
    count: int
    rulebook: str
    answer: Answer | None = private(Retention.FINANCE)
    delays: tuple[Delay, ...] | None = private(Retention.FINANCE)
    question: PlanQuestion | None = private(Retention.STATEMENT)


@dataclass(frozen=True, kw_only=True)
class PlanRequested(Fact):
    """She chose: a named offer, an instalment of her own, or a table of her own. It now waits for an agent."""

    type = "plan.requested"
    offer: str
    answer_by_on: date
    plan: Offer | None = private(Retention.FINANCE)
    words: str | None = private(Retention.MESSAGE)


# ---- decision --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CaseAccepted(Fact):
    """An agent took the case on; it is decided by the end of `decide_by_on`."""

    type = "case.accepted"
    decide_by_on: date


@dataclass(frozen=True, kw_only=True)
class MoreAsked(Fact):
    type = "more.asked"
    by_on: date
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class DecisionProposed(Fact):
    """An agent's proposal to the reviewer."""

    type = "decision.proposed"
    outcome: Outcome
    proposal: Proposal | None = private(Retention.FINANCE)


@dataclass(frozen=True, kw_only=True)
class ProposalReturned(Fact):
    """The reviewer (or the second pair of eyes) sent it back with a reason."""

    type = "proposal.returned"
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class SecondEyesAsked(Fact):
    """A reviewer decided above her own authority: somebody else has to agree before it is a decision."""

    type = "second_eyes.asked"
    outcome: Outcome
    rule: str
    proposal: Proposal | None = private(Retention.FINANCE)


@dataclass(frozen=True, kw_only=True)
class DecisionMade(Fact):
    type = "decision.made"
    outcome: Outcome
    rulebook: str
    appeal_by_on: date
    decided: Decided | None = private(Retention.FINANCE)


@dataclass(frozen=True, kw_only=True)
class CounterAnswered(Fact):
    type = "counter.answered"
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class DecisionAppealed(Fact):
    """She asks for another look; nobody who took part decides it. Collection pauses again."""

    type = "decision.appealed"
    decide_by_on: date
    words: str | None = private(Retention.MESSAGE)


# ---- agreement -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AgreementIssued(Fact):
    """The exact terms, instalment by instalment; nothing signed is ever computed again. Its due dates are clocks.

    `printed`: SHA-256 of the document, so that what she signs is what was put before her.
    """

    type = "agreement.issued"
    number: int
    due_on: tuple[date, ...]
    grace_days: int
    sign_by_on: date
    template: str
    document: str
    replaces: int | None = None
    terms: Terms | None = private(Retention.AGREEMENT)
    printed: str | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Fact):
    type = "agreement.signed"
    number: int
    act: SigningAct | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class AgreementCountersigned(Fact):
    """The lender's signature: by the authority of the reviewer who decided. The agreement is in force."""

    type = "agreement.countersigned"
    number: int


@dataclass(frozen=True, kw_only=True)
class AgreementLapsed(Fact):
    type = "agreement.lapsed"
    number: int
    why: Lapse
    words: str | None = private(Retention.MESSAGE)


# ---- payments --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Fact):
    """`settled`: numbers of instalments this payment completed; `all_settled`: nothing is left to pay."""

    type = "payment.received"
    payment: str
    settled: tuple[int, ...]
    all_settled: bool
    early: bool = False
    details: Payment | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class PaymentReversed(Fact):
    """A payment turned out not to be one; `reopened`: instalments that are unpaid again."""

    type = "payment.reversed"
    payment: str
    reopened: tuple[int, ...]
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class InstalmentLate(Fact):
    """Still unpaid when the days of grace were over."""

    type = "instalment.late"
    instalment: int


@dataclass(frozen=True, kw_only=True)
class DefaultNoticed(Fact):
    """She was told in writing that the agreement is at risk and can be cured until the end of `cure_by_on`."""

    type = "default.noticed"
    cure_by_on: date


@dataclass(frozen=True, kw_only=True)
class DefaultCured(Fact):
    type = "default.cured"


@dataclass(frozen=True, kw_only=True)
class CurePeriodEnded(Fact):
    """The days to cure are over; only a person may now declare the plan broken."""

    type = "cure_period.ended"


@dataclass(frozen=True, kw_only=True)
class PlanBroken(Fact):
    """A person ended the agreement; `fallback`: what became of what was taken off, with figures before and after."""

    type = "plan.broken"
    why: BreakReason
    fallback: Fallback | None = private(Retention.AGREEMENT)
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class PlanCompleted(Fact):
    type = "plan.completed"
    early: bool


@dataclass(frozen=True, kw_only=True)
class RenegotiationAsked(Fact):
    """Life changed: she states again; the agreement in force stands until a new one replaces it."""

    type = "renegotiation.asked"
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Fact):
    type = "case.closed"
    why: str


# ---- notices, in every room ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoticeQueued(Fact):
    """A message to the borrower, in the same transaction as the fact that called for it."""

    type = "notice.queued"
    notice: str
    kind: NoticeKind
    channel: Channel
    language: str
    purpose: Purpose = Purpose.NOTICE
    letter: Letter | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Fact):
    type = "notice.sent"
    notice: str


@dataclass(frozen=True, kw_only=True)
class NoticeDelivered(Fact):
    """The carrier says that it reached her telephone or mailbox."""

    type = "notice.delivered"
    notice: str


@dataclass(frozen=True, kw_only=True)
class NoticeFailed(Fact):
    """Given up after the last try: a person has to reach her another way."""

    type = "notice.failed"
    notice: str
    tries: int


def _kinds(base: type[Fact]) -> dict[str, type[Fact]]:
    return {kind.type: kind for kind in base.__subclasses__()}


KINDS: Mapping[str, type[Fact]] = _kinds(Fact)

QUIET = frozenset(
    {
        *("notice.queued", "notice.sent", "notice.delivered", "notice.failed"),
        *("offers.made", "identity.proved", "note.written"),
        *("message.delivered", "call.begun", "call.ended", "call.recorded", "call.heard"),
        *("contact.tried", "contact.refused"),
        "agreement.sealed",
        *("case.exported",),
        *("upload_link.sent", "upload_link.ended", "paper.read", "paper.seen", "papers.compared"),
        *("data.asked", "hold.placed", "hold.lifted", "erasure.refused"),
        *("notice.dropped", "credit.reported", "completion.issued"),
    }
)
"""Facts that do not make what a person has on her screen out of date."""


def revive(kind: str, version: int, public: Mapping[str, Any], disclosed: Mapping[str, Any]) -> Fact:
    """A stored event's fact; raises Malformed when its shape is not the one of its kind, KeyError when unknown.

    Old versions are lifted here, on reading, and never rewritten.
    """
    shape = KINDS[kind]
    assert version == shape.version, f"{kind} version {version} has no reader"
    fact = typed(shape, {**public, **disclosed}, kind)
    assert isinstance(fact, Fact)
    return fact
