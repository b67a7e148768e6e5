"""Room 2, statement: save an answer, submit the whole, on the web or told to an agent on the telephone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.checklist import checklist, circumstances, not_asked, still_shown
from forbear.core.clocks import start_of
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.evidence import Held
from forbear.core.file import CaseFile, open_file
from forbear.core.loan import owed_on
from forbear.core.refusal import Refusal
from forbear.core.statement import (
    TOLD_BEFORE_SUBMITTING,
    Question,
    Statement,
    check_answer,
    check_place,
    missing,
    statement_of,
)


def give_answer(
    desk: Desk, by: By, case_id: str, question: Question, answer: Mapping[str, Any], *, drafted: bool = False
) -> Done | Refusal:
    """Save one answer (plain JSON of the question's shape); the same answer again changes nothing. `drafted`: a
    language model wrote it and she confirmed it.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := _open_for_answers(file, by):
            return refusal
        today = desk.clock.today()
        checked = check_answer(question, answer, today)
        if isinstance(checked, Refusal):
            return checked
        if question is Question.HOME and (refusal := check_place(checked["place"], desk.rulebooks.on(today))):
            return refusal
        given = e.AnswerGiven(question=question, answer=checked, drafted=drafted)
        return () if file.answers.get(question) == checked else [given]

    return carry_out(desk, by, case_id, {"question": question, "answer": dict(answer)}, decide)


def submit_statement(desk: Desk, by: By, case_id: str, told: tuple[str, ...]) -> Done | Refusal:
    """Hand the statement in. Collection rests from now on; the papers it calls for are asked in the same step.

    `told`: what she has been told before (TOLD_BEFORE_SUBMITTING); by telephone the agent confirms having said it.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := _open_for_answers(file, by):
            return refusal
        if file.case.submissions and not file.case.restating:
            return Refusal("statement.submitted", "statement.refusal.submitted", "statement.way_on.status")
        if gaps := missing(file.answers):
            return Refusal("statement.missing", "statement.refusal.missing", where=gaps[0].value)
        if untold := [key for key in TOLD_BEFORE_SUBMITTING if key not in told]:
            return Refusal("statement.told", "statement.refusal.told", where=untold[0])
        return _submission(desk, file, told)

    return carry_out(desk, by, case_id, {"submit": list(told)}, decide)


def _submission(desk: Desk, file: CaseFile, told: tuple[str, ...]) -> Decision:
    today = desk.clock.today()
    rulebook = desk.rulebooks.on(today)
    statement = statement_of(file.answers)
    wanted = circumstances(statement, _owed_minor(desk, file, today))
    held = not_asked(wanted, rulebook, _shown(desk, file, statement), today)
    items = checklist(wanted, rulebook, {one.name for one in held})
    by_on = today + timedelta(days=rulebook.integer("desk.papers_days"))
    facts: list[e.Fact | Due] = [
        e.StatementSubmitted(told=told, statement=statement),
        e.EnforcementPaused(),
    ]
    if items or held:
        optional = tuple(item.number for item in items if item.optional)
        facts.append(e.PapersAsked(count=len(items), optional=optional, by_on=by_on, items=items, held=held))
    at = start_of(by_on + timedelta(days=1), ZONE, 9)
    number = file.case.submissions + 1
    key = f"papers:{file.case.case_id}:{number}"
    facts.append(Due(key=key, kind="papers", due_at=at, case_id=file.case.case_id, body={"submission": number}))
    return facts


def _owed_minor(desk: Desk, file: CaseFile, today: date) -> int:
    """All that the loan book says is owed today; 0 once the loan has left it."""
    held = desk.loans.loan(file.loan_id) if file.loan_id else None
    if held is None:
        return 0
    return owed_on(held.row.loan, max(today, held.row.loan.as_of)).total_minor


def _shown(desk: Desk, file: CaseFile, statement: Statement) -> dict[str, Held]:
    """What people accepted or did without, in this case and in her other ones here, and what it still shows."""
    found: dict[str, Held] = {}
    for line in desk.cases.of_borrower(file.party.borrower_id) if file.party else ():
        if line.case_id != file.case.case_id:
            other = open_file(desk.ledger.events(line.case_id))
            there = still_shown(other.shown, other.statement, statement)
            found |= {name: replace(held, by="other-case") for name, held in there.items()}
    return found | dict(still_shown(file.shown, file.statement, statement))


def _open_for_answers(file: CaseFile, by: By) -> Refusal | None:
    if not file.events:
        return Refusal("statement.case", "contact.refusal.no_such_case", "contact.way_on.call")
    if file.case.closed:
        return Refusal("statement.closed", "statement.refusal.closed", "statement.way_on.new_case")
    if file.case.submissions and not file.case.restating:
        return Refusal("statement.submitted", "statement.refusal.submitted", "statement.way_on.status")
    return None if by.actor.kind is Role.BORROWER else may_work_on_cases(by.actor)
