"""The feed to a credit bureau, and what she can do about it: see it, dispute it, add words of her own.

`feed` works out the lines of a day, records each as a fact of its case and gives them back; asked again for the same
day it gives the same lines and records nothing. A negative line goes out only where she was told before
(征信业管理条例 art. 15); a dispute is answered in writing within its days (art. 25).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.actions.completion import settle_tasks
from forbear.actions.forborne import books
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.credit import (
    CreditRecord,
    Reported,
    Standing,
    amendments,
    days_past_due,
    held_back,
    line_of,
    settled_before,
)
from forbear.core.credit_line import Correction, Figures, ForborneDates, Line, Pack, pack
from forbear.core.file import CaseFile, open_file
from forbear.core.forborne import Phase
from forbear.core.money import LIMIT_MINOR
from forbear.core.notices import NoticeKind
from forbear.core.opening import opening
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

WORDS_MAX = 4000
STATEMENT_MAX = 200
"""Characters of her own statement."""
WARN_DAYS = 5
"""So many days before an answer is due it is a task once more, and on the day after it too."""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """The lines of a day in order of contracts, and the contracts held back because she was not told before."""

    pack: str
    on: date
    lines: tuple[Line, ...]
    held: tuple[str, ...]


def feed(desk: Desk, by: By, on: date) -> Feed | Refusal:
    """Every line of a day that is not in the future, by the rulebook's pack; each recorded in its case. A day that is
    over gives the same lines for ever.
    """
    if on > desk.clock.today():
        return Refusal("credit.future", "promise.refusal.feed_future", where="on", facts={"on": on.isoformat()})
    found = pack(desk.rulebooks.on(on))
    if found is None:
        return Refusal("credit.pack", "promise.refusal.no_pack", where="pack")
    lines: list[Line] = []
    held: list[str] = []
    for case_id in desk.ledger.cases_with(e.Retention.AGREEMENT):
        told = _case(desk, by, case_id, found, on)
        if isinstance(told, Refusal):
            return told  # what was recorded before it stands, and is given again the next time
        lines += told[0]
        held += told[1]
    lines.sort(key=lambda line: (line.contract, line.corrects_on or date.max))
    return Feed(pack=found.name, on=on, lines=tuple(lines), held=tuple(sorted(held)))


def _case(desk: Desk, by: By, case_id: str, found: Pack, on: date) -> tuple[list[Line], list[str]] | Refusal:
    """The lines of a case, recorded, and its contract where a line is held back."""
    file = load(desk, case_id)
    if file.contract is None:
        return [], []  # erased: a line without its contract is of nobody
    told = [one for one in file.credit.reported if one.fact.on == on]
    if told:
        whole = any(one.fact.corrects_on is None for one in told)
        return [_again(file, one) for one in told], [] if whole else _held(desk, file, found, on)
    if any(one.fact.on > on for one in file.credit.reported):
        return [], []  # a later day was told already: no line is made up after the fact
    lines: list[Line] = []
    held: list[str] = []

    def decide(file: CaseFile) -> Decision:
        lines.clear()
        held.clear()
        then = _at_the_end_of(file, on)
        for line in _lines(desk, file, then, found, on):
            if line.corrects_on is None and held_back(line, found, _told_on(then)):
                held.append(line.contract)
            else:
                lines.append(line)
        return [_fact(found, line) for line in lines]

    done = carry_out(desk, replace(by, key=f"credit:{case_id}:{on}"), case_id, {"credit": on}, decide)
    return done if isinstance(done, Refusal) else (lines, held)


def _at_the_end_of(file: CaseFile, on: date) -> CaseFile:
    return open_file(event for event in file.events if event.at.astimezone(ZONE).date() <= on)


def _held(desk: Desk, file: CaseFile, found: Pack, on: date) -> list[str]:
    """The contract, where the line of a day that was told of is held back still."""
    then = _at_the_end_of(file, on)
    standing = _standing(desk, then, found, on)
    line = line_of(file.credit, standing, found, on) if standing is not None else None
    return [line.contract] if line is not None and held_back(line, found, _told_on(then)) else []


def _lines(desk: Desk, now: CaseFile, then: CaseFile, found: Pack, on: date) -> Iterator[Line]:
    """What is to be told of a day: how the case stood at its end (`then`), and what was told of earlier days and is to
    read otherwise, by all that is known now.
    """
    standing = _standing(desk, then, found, on)
    if standing is not None and not (standing.settled and settled_before(now.credit, found)):
        yield line_of(now.credit, standing, found, on)
    if now.contract is not None and now.credit.reported and _all_said(then.credit, now.credit):
        yield from amendments(now.credit, now.contract, found, on)


def _all_said(then: CreditRecord, now: CreditRecord) -> bool:
    """Whether nothing was disputed, answered or let go out since a day: what was is told by the feed of its own day, so
    that of an earlier one gives the same bytes for ever, also where it had no line of this case.
    """
    return (then.disputes, then.passed) == (now.disputes, now.passed)


def _standing(desk: Desk, file: CaseFile, found: Pack, on: date) -> Standing | None:
    """How the agreement stands at the end of a day; None where none is in force and none was completed: what the
    contract did before and does after is the loan account's to tell.
    """
    agreed = file.last_agreed
    if agreed is None or agreed.terms is None or file.contract is None:
        return None
    terms, rows = agreed.terms, file.rows(agreed)
    if agreed.state == "completed":
        done = Figures(past_due_minor=0, balance_minor=0)
        return Standing(contract=file.contract, days_past_due=0, figures=done, settled=True)
    if agreed.state != "in-force":
        return None
    days, past_due_minor = days_past_due(
        rows, on, grace_days=terms.grace_days, tolerance_minor=terms.tolerance_minor, pauses=file.case.pauses
    )
    figures = Figures(past_due_minor=past_due_minor, balance_minor=sum(row.open_minor for row in rows))
    forborne = _forborne(desk, file, on) if found.forborne else None
    return Standing(contract=file.contract, days_past_due=days, figures=figures, forborne=forborne)


def _forborne(desk: Desk, file: CaseFile, on: date) -> ForborneDates | None:
    """The dates of forbearance as of a day; None where the rulebook has none, or probation is over."""
    found = books(desk, file, on).forborne
    if found is None or found.phase is Phase.LEFT:
        return None
    return ForborneDates(
        forborne_on=found.since_on,
        cure_on=found.performing_on if found.cure_on and found.performing_on else found.cure_on,
        probation_ends_on=found.probation_ends_on,
    )


def _told_on(file: CaseFile) -> list[date]:
    """The days on which word that she will be reported went out to her, in the lateness that runs."""
    since = file.credit.warned_at
    if since is None:
        return []
    notices = [one for one in file.notices if one.kind is NoticeKind.CREDIT_NOTICE and one.at >= since]
    return [one.sent_at.astimezone(ZONE).date() for one in notices if one.sent_at is not None]


def _fact(found: Pack, line: Line) -> e.CreditReported:
    return e.CreditReported(
        pack=found.name,
        on=line.on,
        status=line.status,
        negative=line.negative,
        days_past_due=line.days_past_due,
        arrangement=line.arrangement,
        dispute=line.dispute,
        statement=bool(line.statement),
        corrects_on=line.corrects_on,
        forborne=line.forborne,
        figures=line.figures,
    )


def _again(file: CaseFile, told: Reported) -> Line:
    """A line as it went out, with her words as they stood then."""
    fact = told.fact
    return Line(
        contract=file.contract or "",
        on=fact.on,
        status=fact.status,
        negative=fact.negative,
        days_past_due=fact.days_past_due,
        figures=fact.figures or Figures(past_due_minor=0, balance_minor=0),
        arrangement=fact.arrangement,
        dispute=fact.dispute,
        statement=file.credit.words_before(told.seq) if fact.statement else "",
        corrects_on=fact.corrects_on,
        forborne=fact.forborne,
    )


# ---- what she can do -------------------------------------------------------------------------------------------


def dispute_line(desk: Desk, by: By, case_id: str, reported_on: date, words: str) -> Done | Refusal:
    """She says that what was told of a day is wrong: the next feed marks it, and a written answer is promised."""

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if file.credit.last_about(reported_on) is None:
            return Refusal("credit.line", "promise.refusal.no_line", "promise.way_on.choose_line", where="reported_on")
        if any(one.reported_on == reported_on for one in file.credit.open_disputes):
            return Refusal("credit.open", "promise.refusal.disputed", "statement.way_on.status", where="reported_on")
        if not words.strip():
            return Refusal("credit.words", "promise.refusal.dispute_words", where="words")
        name, today = desk.ids.new("x"), desk.clock.today()
        rules = desk.rulebooks.on(today)
        by_on = today + timedelta(days=rules.integer("credit.dispute_days"))
        fact = e.CreditDisputed(
            dispute=name, reported_on=reported_on, answer_by_on=by_on, words=words.strip()[:WORDS_MAX]
        )
        body = {"dispute": name}
        again_at = start_of(_warned_on(rules, by_on, today), ZONE, 9)
        late_at = start_of(by_on + timedelta(days=1), ZONE, 9)
        return [
            fact,
            Due(key=f"dispute:{name}", kind="dispute", due_at=desk.clock.now(), case_id=case_id, body=body),
            Due(key=f"dispute:{name}:again", kind="dispute", due_at=again_at, case_id=case_id, body=body),
            Due(key=f"dispute:{name}:late", kind="dispute", due_at=late_at, case_id=case_id, body=body),
        ]

    return carry_out(desk, by, case_id, {"dispute": reported_on, "words": words}, decide)


def _warned_on(rules: Rulebook, by_on: date, today: date) -> date:
    """Some days before an answer is due, but a day on which somebody is at the desk."""
    hours, on = opening(rules, ZONE), by_on - timedelta(days=WARN_DAYS)
    while on > today and not hours.on(on):
        on -= timedelta(days=1)
    return on


def answer_dispute(
    desk: Desk, by: By, case_id: str, dispute: str, *, words: str, correction: Correction | None = None
) -> Done | Refusal:
    """A person checked: `correction` where she was right; she has the answer in writing either way."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        found = file.credit.dispute(dispute)
        if found is None:
            return Refusal("credit.dispute", "promise.refusal.no_dispute", "decision.way_on.wait", where="dispute")
        if found.upheld is not None:
            return Refusal("credit.answered", "promise.refusal.answered", "decision.way_on.wait", where="dispute")
        if not words.strip():
            return Refusal("credit.words", "promise.refusal.answer_words", where="words")
        if correction is not None and not _sensible(correction, found.reported_on):
            return Refusal("credit.correction", "promise.refusal.correction", where="days_past_due")
        return [
            e.CreditAnswered(
                dispute=dispute,
                upheld=correction is not None,
                correction=correction,
                words=words.strip()[:WORDS_MAX],
            )
        ]

    asked = {"answer": dispute, "words": words, "correction": correction}
    done = carry_out(desk, by, case_id, asked, decide)
    if isinstance(done, Done):
        settle_tasks(desk, case_id, "dispute", dispute=dispute)
    return done


def _sensible(correction: Correction, reported_on: date) -> bool:
    """Late means that something is past due, and the other way round."""
    days, minor = correction.days_past_due, correction.past_due_minor
    both = (days == 0) == (minor == 0)
    return correction.reported_on == reported_on and 0 <= days < 10_000 and 0 <= minor < LIMIT_MINOR and both


def give_statement(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """Words of hers that are to stand beside the record; a person reads them first, so that no illness goes out."""

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER:
            return Refusal("credit.hers", "promise.refusal.statement_hers", "promise.way_on.she_writes")
        if not file.credit.reported:
            return Refusal("credit.line", "promise.refusal.nothing_told", "statement.way_on.status")
        text = " ".join(words.split())
        if not 0 < len(text) <= STATEMENT_MAX:
            most = {"most": str(STATEMENT_MAX)}
            return Refusal("credit.statement", "promise.refusal.statement_words", facts=most, where="statement")
        key = f"statement:{case_id}:{file.case.seq}"
        due = Due(key=key, kind="own-statement", due_at=desk.clock.now(), case_id=case_id)
        return [e.CreditStatementGiven(words=text), due]

    return carry_out(desk, by, case_id, {"statement": words}, decide)


def judge_statement(desk: Desk, by: By, case_id: str, *, passed: bool, words: str = "") -> Done | Refusal:
    """Her statement goes along with the record, or she is asked to write it anew and told why."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        statement = file.credit.statement
        if statement is None or statement.passed is not None:
            return Refusal("credit.statement", "promise.refusal.no_statement", "decision.way_on.wait")
        if not passed and not words.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="words")
        return [e.CreditStatementJudged(passed=passed, words=words.strip()[:WORDS_MAX])]

    done = carry_out(desk, by, case_id, {"judge": passed, "words": words}, decide)
    if isinstance(done, Done):
        settle_tasks(desk, case_id, "own-statement")
    return done


def dispute_waits(desk: Desk, case_id: str, dispute: str) -> bool:
    """Whether a dispute has still to be answered."""
    found = load(desk, case_id).credit.dispute(dispute)
    return found is not None and found.upheld is None


def statement_waits(desk: Desk, case_id: str) -> bool:
    """Whether a statement of hers has still to be read."""
    statement = load(desk, case_id).credit.statement
    return statement is not None and statement.passed is None
