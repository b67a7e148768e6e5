"""The end of a debt that a broken agreement left: paid off, sold or written off, as the lender says.

Until then the lender claims it by what is kept here, so that no period of keeping begins (core/leaving.py: ended_on).
"""

from dataclasses import replace
from datetime import date

from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.contact import SYSTEM, may_work_on_cases
from forbear.core.file import CaseFile
from forbear.core.leaving import BROKEN
from forbear.core.refusal import Refusal

BROKE = e.CaseClosed(why=BROKEN)


def debt_open(file: CaseFile) -> bool:
    """Whether a broken agreement left something owing, as far as the record knows."""
    last = next((event.fact for event in reversed(file.events) if isinstance(event.fact, _ENDS)), None)
    return file.case.closed == BROKEN and last == BROKE


_ENDS = (e.CaseClosed, e.DebtEnded)


def end_debt(desk: Desk, by: By, case_id: str, why: e.DebtEnd, ended_on: date) -> Done | Refusal:
    """The lender claims nothing any more by a broken agreement: from that day the periods of keeping run."""

    def decide(file: CaseFile) -> Decision:
        if by.actor != SYSTEM and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if not debt_open(file):
            return Refusal("leaving.debt", "leaving.refusal.debt", "leaving.way_on.list")
        if not _broke_on(file) <= ended_on <= desk.clock.today():
            return Refusal("leaving.ended_on", "leaving.refusal.ended_on", where="ended_on")
        return [e.DebtEnded(why=why, ended_on=ended_on)]

    done = carry_out(desk, by, case_id, {"debt": why, "on": ended_on}, decide)
    if isinstance(done, Done):
        desk.keeping.look_again(case_id, desk.clock.today())
    return done


def paid_by_the_book(desk: Desk, by: By, case_id: str) -> None:
    """End it where the loan book, as of a day since, says that nothing is owed."""
    file = load(desk, case_id)
    held = desk.loans.loan(file.loan_id) if file.loan_id and debt_open(file) else None
    if held is None or held.row.loan.as_of < _broke_on(file):
        return
    loan = held.row.loan
    if not (loan.principal_minor or loan.interest_minor or loan.penalty_minor or loan.fees_minor):
        own = replace(by, key=f"{by.key}:paid")
        end_debt(desk, own, case_id, e.DebtEnd.PAID, min(loan.as_of, desk.clock.today()))


def _broke_on(file: CaseFile) -> date:
    broke = next(event for event in reversed(file.events) if event.fact == BROKE)
    return broke.at.astimezone(ZONE).date()
