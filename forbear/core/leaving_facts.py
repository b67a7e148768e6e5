"""The facts of leaving: what a person asks about her data, what is answered, what must stay and why, what is put right.

Part of the table of contents (core/events.py), which names them all; the same rules hold. What was destroyed is a fact
of its own, DataErased (core/evidence_facts.py). Nothing is ever rewritten: a correction stands beside what it corrects.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.core.contact import Party
from forbear.core.facts import Fact, Retention, private


class HoldWhy(StrEnum):
    """Why nothing of a case may be destroyed for now."""

    COURT = "court"
    REGULATOR = "regulator"
    COMPLAINT = "complaint"
    INVESTIGATION = "investigation"


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Fact):
    """From here on nothing of the case is destroyed, whoever asks and whatever period is over."""

    type = "hold.placed"
    hold: str
    why: HoldWhy
    reason: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class HoldLifted(Fact):
    type = "hold.lifted"
    hold: str
    reason: str | None = private(Retention.MESSAGE)


class DebtEnd(StrEnum):
    """How the debt of a broken agreement ended: paid off, another company's now, or given up by the lender."""

    PAID = "paid"
    SOLD = "sold"
    WRITTEN_OFF = "written-off"


@dataclass(frozen=True, kw_only=True)
class DebtEnded(Fact):
    """Nothing is claimed any more by a broken agreement; from `ended_on` on the periods of keeping run."""

    type = "debt.ended"
    why: DebtEnd
    ended_on: date


class Right(StrEnum):
    """What a person may ask about what is kept of her (PIPL art. 45, 46 and 47)."""

    COPY = "copy"
    CORRECT = "correct"
    ERASE = "erase"


class Answered(StrEnum):
    """How such a wish was answered. PARTLY: some classes of what she wanted deleted have to stay."""

    GIVEN = "given"
    CORRECTED = "corrected"
    ERASED = "erased"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class DataAsked(Fact):
    """She asks about her data; somebody answers by the end of `answer_by_on`. `classes`: what she wants deleted."""

    type = "data.asked"
    request: str
    right: Right
    answer_by_on: date
    classes: tuple[Retention, ...] = ()
    words: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class ErasureProposed(Fact):
    """The first pair of eyes: these classes may go. Nothing goes before another person agrees."""

    type = "erasure.proposed"
    request: str
    classes: tuple[Retention, ...]


@dataclass(frozen=True, kw_only=True)
class ErasureAgreed(Fact):
    """The second pair of eyes: another person agreed. What was agreed is destroyed the next day, after the answer."""

    type = "erasure.agreed"
    request: str
    classes: tuple[Retention, ...]


class Stays(StrEnum):
    """Why a class is not destroyed. PURPOSE: what it is for goes on; LAW: a law has it kept; HOLD: a hold stands."""

    PURPOSE = "purpose"
    LAW = "law"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True)
class ErasureRefused(Fact):
    """A class stays, asked for (`request`) or when its period was over (""). `rule`: the rule that says so;
    `article`: of which text; `until_on`: how long, None where no day is known; `hold`: the hold that stands.
    """

    type = "erasure.refused"
    retention_class: Retention
    why: Stays
    rule: str
    article: str
    request: str = ""
    hold: str = ""
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PartyCorrected(Fact):
    """What is held of the person, put right: holds from here on; what stood before stays in the record."""

    type = "party.corrected"
    request: str
    party: Party | None = private(Retention.IDENTITY)


@dataclass(frozen=True, kw_only=True)
class DataAnswered(Fact):
    type = "data.answered"
    request: str
    answer: Answered
    words: str | None = private(Retention.MESSAGE)
