"""When collection may go on: a stay ends by the clock, where nothing else keeps it resting.

It is a fact of its own, so that dialers and agencies are told the moment it happens (actions/webhooks.py).
"""

from datetime import date, timedelta

from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal


def stay_ends(case_id: str, until_on: date, after: str = "") -> Due:
    """The moment after a stay's last day; `after`: what else had to be over first, such as "agreement:2"."""
    at = start_of(until_on + timedelta(days=1), ZONE)
    return Due(key=f"resume:{case_id}:{until_on}:{after}", kind="resume", due_at=at, case_id=case_id)


def resume(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Say that collection may go on, if the stay is over and she waits for nothing."""

    def decide(file: CaseFile) -> Decision:
        over = not file.case.closed and file.case.stay_over(desk.clock.today())
        return [e.EnforcementResumed()] if over else ()

    return carry_out(desk, by, case_id, {"resume": case_id}, decide)
