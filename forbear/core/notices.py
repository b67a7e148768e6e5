"""Which fact calls for which message to the borrower. The wording stands in words/<language>/notices.toml.

Every message says what changed, the date that matters and what she can do next; it never threatens.
"""

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    STATEMENT_RECEIVED = "statement-received"
    PAPER_REFUSED = "paper-refused"
    UPLOAD_LINK = "upload-link"
    PLAN_RECEIVED = "plan-received"
    CASE_ACCEPTED = "case-accepted"
    MORE_ASKED = "more-asked"
    MESSAGE = "message"
    PERSON_ASKED = "person-asked"
    COUNTERED = "countered"
    REFUSED = "refused"
    APPEAL_RECEIVED = "appeal-received"
    AGREEMENT_READY = "agreement-ready"
    AGREEMENT_IN_FORCE = "agreement-in-force"
    AGREEMENT_LAPSED = "agreement-lapsed"
    PAYMENT_RECEIVED = "payment-received"
    PAYMENT_REVERSED = "payment-reversed"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    LATE = "late"
    DEFAULT_NOTICED = "default-noticed"
    DEFAULT_CURED = "default-cured"
    BREACH_QUESTION = "breach-question"
    BREACH_CLEARED = "breach-cleared"
    BROKEN = "broken"
    COMPLETED = "completed"
    RENEGOTIATION = "renegotiation"
    DATA_ASKED = "data-asked"
    DATA_ANSWERED = "data-answered"
    ERASURE_REFUSED = "erasure-refused"
    SUSPENDED = "suspended"
    PAUSE_OVER = "pause-over"
    OVERPAID = "overpaid"
    REFUNDED = "refunded"
    REOPENED = "reopened"
    CREDIT_NOTICE = "credit-notice"
    DISPUTE_RECEIVED = "dispute-received"
    DISPUTE_ANSWERED = "dispute-answered"
    STATEMENT_JUDGED = "statement-judged"


LEFT_OUT = "…"
"""Stands in a recorded message where the secret of an upload link goes out: the record holds no key to anything."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as it goes out, a link's secret left out."""

    to: str
    subject: str
    body: str


CALLED_FOR = {
    "statement.submitted": NoticeKind.STATEMENT_RECEIVED,
    "paper.refused": NoticeKind.PAPER_REFUSED,
    "upload_link.sent": NoticeKind.UPLOAD_LINK,
    "plan.requested": NoticeKind.PLAN_RECEIVED,
    "case.accepted": NoticeKind.CASE_ACCEPTED,
    "more.asked": NoticeKind.MORE_ASKED,
    "person.asked": NoticeKind.PERSON_ASKED,
    "decision.appealed": NoticeKind.APPEAL_RECEIVED,
    "agreement.issued": NoticeKind.AGREEMENT_READY,
    "agreement.countersigned": NoticeKind.AGREEMENT_IN_FORCE,
    "agreement.lapsed": NoticeKind.AGREEMENT_LAPSED,
    "payment.received": NoticeKind.PAYMENT_RECEIVED,
    "payment.reversed": NoticeKind.PAYMENT_REVERSED,
    "instalment.late": NoticeKind.LATE,
    "default.noticed": NoticeKind.DEFAULT_NOTICED,
    "default.cured": NoticeKind.DEFAULT_CURED,
    "breach.questioned": NoticeKind.BREACH_QUESTION,
    "breach.cleared": NoticeKind.BREACH_CLEARED,
    "plan.broken": NoticeKind.BROKEN,
    "plan.completed": NoticeKind.COMPLETED,
    "renegotiation.asked": NoticeKind.RENEGOTIATION,
    "data.asked": NoticeKind.DATA_ASKED,
    "data.answered": NoticeKind.DATA_ANSWERED,
    "erasure.refused": NoticeKind.ERASURE_REFUSED,
    "plan.suspended": NoticeKind.SUSPENDED,
    "plan.resumed": NoticeKind.PAUSE_OVER,
    "overpayment.found": NoticeKind.OVERPAID,
    "refund.sent": NoticeKind.REFUNDED,
    "plan.reopened": NoticeKind.REOPENED,
    "credit.warned": NoticeKind.CREDIT_NOTICE,
    "credit.disputed": NoticeKind.DISPUTE_RECEIVED,
    "credit.answered": NoticeKind.DISPUTE_ANSWERED,
    "credit.statement_judged": NoticeKind.STATEMENT_JUDGED,
}
"""By the fact's type. A refusal or counter-offer is told by its outcome, an approval by its agreement."""
