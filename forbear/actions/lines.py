"""What the queue's line of a case says, from its first event and its state: the one projection every store keeps."""

from datetime import date
from typing import Any

from forbear.actions.ports import CaseLine
from forbear.core.case import Case, Stage
from forbear.core.events import CaseOpened, Recorded


def queue_line(opened: Recorded, case: Case) -> CaseLine:
    """`opened`: the case's first event with its private groups as far as they are there ("" where erased)."""
    fact = opened.fact
    assert isinstance(fact, CaseOpened), "a case begins by being opened"
    return CaseLine(
        case_id=opened.case_id,
        loan_id=fact.loan_id or "",
        borrower_id=fact.party.borrower_id if fact.party else "",
        contract=fact.contract or "",
        name=fact.party.name if fact.party else "",
        **moving_part(case),
    )


def moving_part(case: Case) -> dict[str, Any]:
    """The fields of a line that change as the case goes on: public state only."""
    assert case.opened_at is not None and case.changed_at is not None, "the case has begun"
    return {
        "stage": case.stage.value,
        "standing": case.standing.value if case.standing else "",
        "waits_for": case.waits_for.value,
        "due_on": case.due_on,
        "due_what": case.due_what,
        "agent": case.agent,
        "reviewer": case.second_asked_by or min(case.deciders - {case.agent}, default=""),
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "seq": case.seq,
    }


def is_open(case: Case) -> bool:
    """Whether the case still stands in the queue."""
    return case.stage is not Stage.CLOSED


def watch_on(case: Case) -> date | None:
    """From which day on the nightly run looks at the case; None: no agreement in force has anything open."""
    return case.watch_on if is_open(case) else None
