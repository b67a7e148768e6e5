"""The facts of keeping a promise beside the payments: a pause, a breach put forward, too much paid, the letter at the
end, and what a credit bureau was told and she answered.

Part of the table of contents (core/events.py), which names them all; the same rules hold.
"""

from dataclasses import dataclass
from datetime import date

from forbear.core.credit_line import Correction, Figures, ForborneDates
from forbear.core.facts import Fact, Retention, private
from forbear.core.payments import BreakReason
from forbear.core.promise_parts import Completion, Refund


@dataclass(frozen=True, kw_only=True)
class PlanSuspended(Fact):
    """The agreement stands still from `from_on` to the end of `until_on`: nothing is asked for, no day counts."""

    type = "plan.suspended"
    from_on: date
    until_on: date
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class PlanResumed(Fact):
    """The pause ended early; its last day was `last_on`."""

    type = "plan.resumed"
    last_on: date


@dataclass(frozen=True, kw_only=True)
class BreachProposed(Fact):
    """A reviewer would end the agreement; the rulebook asks for somebody else to look first."""

    type = "breach.proposed"
    why: BreakReason
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class BreachReturned(Fact):
    """The second reviewer does not agree: the agreement goes on."""

    type = "breach.returned"
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class BreachQuestioned(Fact):
    """She is asked about something that would be a breach: what was found and which `papers` of the case show it. Until
    the end of `answer_by_on` she can answer and put it right; nothing is decided before.
    """

    type = "breach.questioned"
    why: BreakReason
    answer_by_on: date
    papers: tuple[str, ...] = ()
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class BreachExplained(Fact):
    """What she says to it, on her page or as somebody noted it for her; she may add to it."""

    type = "breach.explained"
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class BreachCleared(Fact):
    """The question is settled in her favour: the agreement goes on, and she is told why."""

    type = "breach.cleared"
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class MeasureGranted(Fact):
    """The debt counts as forborne from now on; how late it was then, for cure and probation (core/forborne.py)."""

    type = "measure.granted"
    number: int
    on: date
    days_past_due: int
    non_performing: bool
    second: bool


@dataclass(frozen=True, kw_only=True)
class OverpaymentFound(Fact):
    """More came in than was owed: it goes back to her by the end of `refund_by_on`."""

    type = "overpayment.found"
    payment: str
    refund_by_on: date
    amount_minor: int | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class RefundSent(Fact):
    type = "refund.sent"
    payment: str
    refund: Refund | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class PlanReopened(Fact):
    """The payment that ended the agreement turned out to be none: it is in force again, its letter is void."""

    type = "plan.reopened"
    number: int


@dataclass(frozen=True, kw_only=True)
class CompletionIssued(Fact):
    """The letter that everything is paid (结清证明), printed once; `document` is in the vault."""

    type = "completion.issued"
    number: int
    document: str
    template: str
    letter: Completion | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class NoticeDropped(Fact):
    """A message was not sent, as what it says was no longer so: `why` paid, paused, ended, or changed (one with the
    figures of now follows)."""

    type = "notice.dropped"
    notice: str
    why: str


# ---- the credit record -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CreditWarned(Fact):
    """She is told that being late will be reported, before it is (征信业管理条例 art. 15)."""

    type = "credit.warned"
    instalment: int
    pack: str


@dataclass(frozen=True, kw_only=True)
class CreditReported(Fact):
    """One line went to the credit bureau: a status as of `on` and never a reason. `corrects_on`: it replaces the line
    of that day; `arrangement`, `dispute`: the pack's codes, "" for none; `statement`: her statement went with it;
    `forborne`: where the pack tells such dates.
    """

    type = "credit.reported"
    pack: str
    on: date
    status: str
    negative: bool
    days_past_due: int
    arrangement: str = ""
    dispute: str = ""
    statement: bool = False
    corrects_on: date | None = None
    forborne: ForborneDates | None = None
    figures: Figures | None = private(Retention.AGREEMENT)


@dataclass(frozen=True, kw_only=True)
class CreditDisputed(Fact):
    """She says that what was reported of `reported_on` is wrong; a written answer is promised (art. 25: 20 days)."""

    type = "credit.disputed"
    dispute: str
    reported_on: date
    answer_by_on: date
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class CreditAnswered(Fact):
    """A person checked and answered in writing; where she was right, `correction` says what is sent instead."""

    type = "credit.answered"
    dispute: str
    upheld: bool
    correction: Correction | None = None
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class CreditStatementGiven(Fact):
    """Words of her own to go with the record (art. 16); a person reads them before they leave the house (art. 14)."""

    type = "credit.statement_given"
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class CreditStatementJudged(Fact):
    """Whether her statement goes with the record as it stands; where not, why, and she may write it anew."""

    type = "credit.statement_judged"
    passed: bool
    words: str | None = private(Retention.MESSAGE)
