"""Room 7, payments: she is asked before papers or income count against her, answers, and has the days to cure for it.

Anyone who works on cases may open the question, with what was found and the papers that show it. It ends an agreement
never by itself: after her days a reviewer puts the breach forward and another decides (actions/breach.py), or the
question is settled in her favour and she is told why.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from forbear.actions.completion import settle_tasks
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.file import CaseFile
from forbear.core.payments import ASKED_FIRST, BreakReason
from forbear.core.refusal import Refusal

WORDS_MAX = 4000
HOUR = 9
"""Of the day after her last one, at which it is a task."""


def ask_about_breach(
    desk: Desk, by: By, case_id: str, why: BreakReason, words: str, papers: Sequence[str] = ()
) -> Done | Refusal:
    """Ask her. `words`: what was found, which she reads as it stands; `papers`: ids of papers of the case that show it,
    one at least where they are said to be false.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _may_ask(file, why, words, papers):
            return refusal
        agreed, today = file.agreed, desk.clock.today()
        assert agreed is not None and agreed.terms is not None, "an agreement that names it"
        by_on = today + timedelta(days=agreed.terms.cure_days)
        shown = tuple(dict.fromkeys(papers))
        asked = e.BreachQuestioned(why=why, answer_by_on=by_on, papers=shown, words=words.strip()[:WORDS_MAX])
        return [asked, _over(case_id, _count(file) + 1, by_on)]

    return carry_out(desk, by, case_id, {"ask": why, "words": words, "papers": list(papers)}, decide)


def explain_breach(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """What she says to it: by herself, or noted for her by whoever she spoke with. She may add to it."""

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if file.promise.question is None:
            return _none()
        if not words.strip():
            return Refusal("breach.words", "breach_question.refusal.words", where="words")
        key = f"breach-answered:{case_id}:{file.case.seq}"
        due = Due(key=key, kind="breach-answered", due_at=desk.clock.now(), case_id=case_id)
        told = [due] if by.actor.kind is Role.BORROWER else []
        return [e.BreachExplained(words=words.strip()[:WORDS_MAX]), *told]

    return carry_out(desk, by, case_id, {"explain": words}, decide)


def clear_breach(desk: Desk, by: By, case_id: str, reason: str) -> Done | Refusal:
    """The question is settled in her favour; `reason` is told to her as it stands."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if file.promise.question is None:
            return _none()
        if file.promise.breach is not None:
            return Refusal("breach.proposed", "breach_question.refusal.proposed", "breach_question.way_on.give_back")
        if not reason.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="reason")
        return [e.BreachCleared(reason=reason.strip()[:WORDS_MAX])]

    done = carry_out(desk, by, case_id, {"clear": reason}, decide)
    if isinstance(done, Done):
        tasks_done(desk, case_id)
    return done


def tasks_done(desk: Desk, case_id: str) -> None:
    """Nobody has to look at the question any more."""
    settle_tasks(desk, case_id, "breach-answered")
    settle_tasks(desk, case_id, "breach-asked")


def answer_waits(desk: Desk, case_id: str) -> bool:
    """Whether a question with an answer of hers waits for somebody."""
    question = load(desk, case_id).promise.question
    return question is not None and bool(question.answers)


def days_over(desk: Desk, case_id: str, number: int) -> Due | bool:
    """Whether the case's question `number` waits for a decision, its days being over; where a pause in between moved
    them, when to look again.
    """
    file = load(desk, case_id)
    question = file.promise.question
    if question is None or _count(file) != number:
        return False
    if desk.clock.today() > question.answer_by_on:
        return True
    return _over(case_id, number, question.answer_by_on)


def _count(file: CaseFile) -> int:
    return sum(1 for event in file.events if isinstance(event.fact, e.BreachQuestioned))


def _over(case_id: str, number: int, by_on: date) -> Due:
    key, at = f"breach-asked:{case_id}:{number}:{by_on}", start_of(by_on + timedelta(days=1), ZONE, HOUR)
    return Due(key=key, kind="breach-asked", due_at=at, case_id=case_id, body={"number": number})


def _may_ask(file: CaseFile, why: BreakReason, words: str, papers: Sequence[str]) -> Refusal | None:
    agreed = file.agreed
    if file.case.in_force is None or agreed is None or agreed.terms is None:
        return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account")
    if why not in ASKED_FIRST:
        return Refusal("breach.ground", "breach_question.refusal.ground", where="why")
    if not agreed.terms.breach.names(why.value):
        return Refusal("breach.named", "breach_question.refusal.not_named", where="why")
    if file.promise.question is not None:
        return Refusal("breach.asked", "breach_question.refusal.asked", "breach_question.way_on.wait")
    if not words.strip():
        return Refusal("breach.found", "breach_question.refusal.found", where="words")
    if any(file.paper(paper) is None for paper in papers):
        return Refusal("breach.paper", "breach_question.refusal.paper", where="papers")
    if why is BreakReason.FALSE_PAPERS and not papers:
        return Refusal("breach.papers", "breach_question.refusal.which_papers", where="papers")
    return None


def _none() -> Refusal:
    return Refusal("breach.none", "breach_question.refusal.none", "breach_question.way_on.page")
