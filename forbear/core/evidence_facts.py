"""The facts of room 3, evidence: what was asked for, what came, what was read of it, and what a person made of it.

Part of the table of contents (core/events.py), which names them all; the same rules hold. What a machine reads is a
fact about a paper, never a decision: a person accepts, asks again or does without.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forbear.core.budget import Household
from forbear.core.evidence import Held, Item, PaperFacts
from forbear.core.facts import Fact, Retention, private
from forbear.core.reading import Confirmed, Reading, Remark


@dataclass(frozen=True, kw_only=True)
class PapersAsked(Fact):
    """The checklist as it now stands; kinds are private (a cause may be an illness), `optional` are item numbers.

    `held`: what the case called for and was not asked again.
    """

    type = "papers.asked"
    count: int
    optional: tuple[int, ...]
    by_on: date
    items: tuple[Item, ...] | None = private(Retention.STATEMENT)
    held: tuple[Held, ...] | None = private(Retention.STATEMENT)


@dataclass(frozen=True, kw_only=True)
class PaperReceived(Fact):
    """A page of a paper came for an item; pages of one paper share its id and count from 1."""

    type = "paper.received"
    item: int
    paper: str
    page: int = 1
    facts: PaperFacts | None = private(Retention.FINANCE)

    def retention(self, name: str) -> Retention:
        """Health papers stand under a key of their own, whose life is short."""
        return Retention.HEALTH if self.facts and self.facts.health else Retention.FINANCE


@dataclass(frozen=True, kw_only=True)
class PaperAccepted(Fact):
    """A person looked and it is enough; `reason` where a weighty question stood against it."""

    type = "paper.accepted"
    item: int
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class PaperRefused(Fact):
    type = "paper.refused"
    item: int
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class PaperWaived(Fact):
    type = "paper.waived"
    item: int
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class PaperRead(Fact):
    """What was read of a paper's pages; `legible` False: she is told what to do, and a person can still read it."""

    type = "paper.read"
    paper: str
    legible: bool
    reading: Reading | None = private(Retention.FINANCE)

    def retention(self, name: str) -> Retention:
        """What was read of a health paper lives no longer than the paper."""
        return Retention.HEALTH if self.reading and self.reading.health else Retention.FINANCE


@dataclass(frozen=True, kw_only=True)
class ReadingConfirmed(Fact):
    """She looked at what was read of a paper; `changed` of the values are hers instead."""

    type = "reading.confirmed"
    paper: str
    changed: int
    confirmed: Confirmed | None = private(Retention.FINANCE)

    def retention(self, name: str) -> Retention:
        """As long as what was read."""
        return Retention.HEALTH if self.confirmed and self.confirmed.health else Retention.FINANCE


@dataclass(frozen=True, kw_only=True)
class PapersCompared(Fact):
    """What the papers say of each other, of the statement and of other cases: questions for the reviewer, `count` of
    them; the borrower is accused of nothing.
    """

    type = "papers.compared"
    count: int
    remarks: tuple[Remark, ...] | None = private(Retention.FINANCE)


@dataclass(frozen=True, kw_only=True)
class PaperSeen(Fact):
    """Somebody at the desk looked at a paper; who stands in the event's actor."""

    type = "paper.seen"
    paper: str


@dataclass(frozen=True, kw_only=True)
class UploadLinkSent(Fact):
    """A link to send papers for these items went out; it ends at `expires_at`. Its secret stands nowhere."""

    type = "upload_link.sent"
    link: str
    items: tuple[int, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class UploadLinkEnded(Fact):
    """A link serves no more before its time: revoked by a person, replaced by a new one, locked after wrong codes."""

    type = "upload_link.ended"
    link: str
    why: str


class Consent(StrEnum):
    """What she agrees to apart from everything else (PIPL art. 29: sensitive data need a consent of their own)."""

    CAUSE_PAPERS = "cause-papers"
    """the papers of her cause, where they tell of health; the public part of the fact does not"""
    LANGUAGE_MODEL = "language-model"
    """what she writes, without names and numbers, goes to a language model that drafts her answers"""


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Fact):
    type = "consent.given"
    to: Consent


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Fact):
    type = "consent.withdrawn"
    to: Consent


@dataclass(frozen=True, kw_only=True)
class CauseConfirmed(Fact):
    """All that stays of a health paper: a person saw that it shows the cause, yes or no, and until when."""

    type = "cause.confirmed"
    shown: bool
    until_on: date | None = private(Retention.STATEMENT)


@dataclass(frozen=True, kw_only=True)
class DataErased(Fact):
    """Keys of a retention class were destroyed: what they sealed cannot be read again; the record still verifies."""

    type = "data.erased"
    retention_class: Retention
    why: str
    keys: int


@dataclass(frozen=True, kw_only=True)
class BudgetCorrected(Fact):
    """A person changed the household's figures, saying why; nothing else may."""

    type = "budget.corrected"
    household: Household | None = private(Retention.FINANCE)
    reason: str | None = private(Retention.FINANCE)
