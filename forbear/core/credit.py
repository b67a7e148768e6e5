"""What a credit bureau was told of a case, what she says against it, and what it is to be told on a day.

A status and never a reason (core/credit_line.py). Before anything negative she is told (征信业管理条例 art. 15):
without that the line is held back, not softened. What she disputes is marked until it is answered (art. 25), and a
corrected line names the day it corrects. Her own statement goes along once a person has read it (art. 16, 14).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from forbear.core import events as e
from forbear.core.codec import evolved
from forbear.core.credit_line import Correction, Figures, ForborneDates, Line, Pack
from forbear.core.payments import Pauses, Row, days_after


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A line that went out; `figures` None once erased."""

    seq: int
    at: datetime
    fact: e.CreditReported

    @property
    def about_on(self) -> date:
        """The day it tells of: its own, or the one it corrects."""
        return self.fact.corrects_on or self.fact.on


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """She says that the line of `reported_on` is wrong; `upheld` None until it is answered."""

    dispute: str
    reported_on: date
    at: datetime
    answer_by_on: date
    words: str
    upheld: bool | None = None
    answered_at: datetime | None = None
    answer: str = ""
    correction: Correction | None = None

    def late(self, today: date) -> bool:
        """Whether its answer should have come and has not."""
        return self.upheld is None and today > self.answer_by_on


@dataclass(frozen=True, kw_only=True)
class OwnStatement:
    """Her words for the record; `passed` None until a person has read them."""

    words: str
    at: datetime
    passed: bool | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class CreditRecord:
    """All of it, in order. `warned_at`: when the notice of the spell of lateness that runs was made."""

    warned_at: datetime | None = None
    reported: tuple[Reported, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    statement: OwnStatement | None = None
    """The newest, read or not."""
    passed: tuple[tuple[int, str], ...] = ()
    """Words that a person let go out: (sequence number of that, words). The last stand until other ones are passed."""

    def words_before(self, seq: int) -> str:
        """Her words as they stood when a fact was recorded; "" for none."""
        return next((words for at, words in reversed(self.passed) if at < seq), "")

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        """Those that wait for their answer."""
        return tuple(one for one in self.disputes if one.upheld is None)

    @property
    def disputable(self) -> list[date]:
        """Days told of that are not being checked, the newest first."""
        waiting = {one.reported_on for one in self.open_disputes}
        return sorted({one.about_on for one in self.reported} - waiting, reverse=True)

    def last_about(self, on: date) -> Reported | None:
        """What the bureau holds of a day: the last line about it."""
        return next((one for one in reversed(self.reported) if one.about_on == on), None)

    def dispute(self, dispute: str) -> Dispute | None:
        """By its id."""
        return next((one for one in self.disputes if one.dispute == dispute), None)


def credited(record: CreditRecord, event: e.Recorded) -> CreditRecord:
    """The record after one more event."""
    match event.fact:
        case e.CreditWarned():
            return evolved(record, {"warned_at": event.at})
        case e.DefaultCured() | e.AgreementCountersigned() | e.PlanCompleted():
            return evolved(record, {"warned_at": None})
        case e.CreditReported() as fact:
            line = Reported(seq=event.seq, at=event.at, fact=fact)
            return evolved(record, {"reported": (*record.reported, line)})
        case e.CreditDisputed(dispute=dispute, reported_on=reported_on, answer_by_on=by_on, words=words):
            new = Dispute(dispute=dispute, reported_on=reported_on, at=event.at, answer_by_on=by_on, words=words or "")
            return evolved(record, {"disputes": (*record.disputes, new)})
        case e.CreditAnswered(dispute=dispute, upheld=upheld, correction=correction, words=words):
            answered = [
                replace(one, upheld=upheld, answered_at=event.at, answer=words or "", correction=correction)
                if one.dispute == dispute
                else one
                for one in record.disputes
            ]
            return evolved(record, {"disputes": tuple(answered)})
        case e.CreditStatementGiven(words=words):
            return evolved(record, {"statement": OwnStatement(words=words or "", at=event.at)})
        case e.CreditStatementJudged(passed=passed, words=words) if record.statement is not None:
            judged = replace(record.statement, passed=passed, why=words or "")
            stand = (*record.passed, (event.seq, judged.words)) if passed else record.passed
            return evolved(record, {"statement": judged, "passed": stand})
    return record


def days_past_due(
    rows: Sequence[Row], on: date, *, grace_days: int, tolerance_minor: int, pauses: Pauses = ()
) -> tuple[int, int]:
    """(days past due, what is past due) on a day, as the agreement has it: within its days of grace, or short by no
    more than its tolerance, nothing is; beyond, days count from the due day of the oldest, without those of a pause.
    """
    open_rows = [row for row in rows if row.open_minor > tolerance_minor and row.instalment.due_on < on]
    days = max((days_after(row.instalment.due_on, on, pauses) for row in open_rows), default=0)
    if days <= grace_days:
        return 0, 0
    return days, sum(row.open_minor for row in rows if row.instalment.due_on < on)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a contract stands on the day: `settled` once all is paid."""

    contract: str
    days_past_due: int
    figures: Figures
    settled: bool = False
    forborne: ForborneDates | None = None


def line_of(record: CreditRecord, standing: Standing, pack: Pack, on: date) -> Line:
    """The line of a day for a contract that stands so."""
    late = standing.days_past_due
    return Line(
        contract=standing.contract,
        on=on,
        status=pack.settled if standing.settled else pack.status(late),
        negative=not standing.settled and pack.negative(late),
        days_past_due=late,
        figures=standing.figures,
        arrangement="" if standing.settled else pack.arrangement,
        statement=_passed(record),
        forborne=standing.forborne if pack.forborne else None,
    )


def settled_before(record: CreditRecord, pack: Pack) -> bool:
    """Whether the bureau has been told already that all is paid: by the last line of a day of its own, corrections
    aside. In some countries the code is also that of paying on time; then there is an arrangement beside it.
    """
    last = next((one.fact for one in reversed(record.reported) if one.fact.corrects_on is None), None)
    if last is None or last.status != pack.settled or last.arrangement:
        return False
    return last.figures is None or not last.figures.balance_minor


def held_back(line: Line, pack: Pack, told_at: Sequence[date]) -> bool:
    """Whether a line has to wait: it is negative, the pack asks for a notice, and she has had none long enough before.
    `told_at`: the days on which notices of this spell went out to her.
    """
    if not line.negative or pack.notice_days is None:
        return False
    return not any((line.on - day).days >= pack.notice_days for day in told_at)


def amendments(record: CreditRecord, contract: str, pack: Pack, on: date) -> Iterator[Line]:
    """Lines about days told before that are to read otherwise now: marked as disputed, answered, corrected, or with
    her statement. None where the bureau already holds it so.
    """
    days = {one.about_on for one in record.reported if one.fact.on < on}
    for day in sorted(days):
        held = record.last_about(day)
        assert held is not None, "a day that was told of"
        wanted = _wanted(record, held, contract, pack, on)
        words = record.words_before(held.seq) if held.fact.statement else ""
        now = (held.fact.status, held.fact.dispute, words, held.fact.figures)
        if (wanted.status, wanted.dispute, wanted.statement, wanted.figures) != now:
            yield wanted


def _wanted(record: CreditRecord, held: Reported, contract: str, pack: Pack, on: date) -> Line:
    fact, day = held.fact, held.about_on
    about = [one for one in record.disputes if one.reported_on == day]
    corrected = next((one.correction for one in reversed(about) if one.correction), None)
    figures = fact.figures or Figures(past_due_minor=0, balance_minor=0)
    days, status, negative = fact.days_past_due, fact.status, fact.negative
    if corrected is not None:
        days = corrected.days_past_due
        figures = replace(figures, past_due_minor=corrected.past_due_minor)
        status, negative = pack.status(days), pack.negative(days)
    newest = max(one.about_on for one in record.reported)
    return Line(
        contract=contract,
        on=on,
        status=status,
        negative=negative,
        days_past_due=days,
        figures=figures,
        arrangement=fact.arrangement,
        dispute=pack.dispute if any(one.upheld is None for one in about) else "",
        statement=_passed(record) if day == newest or fact.statement else "",
        corrects_on=day,
        forborne=fact.forborne,
    )


def _passed(record: CreditRecord) -> str:
    return record.passed[-1][1] if record.passed else ""
