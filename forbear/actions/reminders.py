"""Room 7, payments: a friendly word before and after a due day, through the limits on contact; never of what is paid.

Each stands on the agenda once, from the signature on. What it says is looked at twice: when it falls due and again the
moment it goes out, as a night, a full contact budget or a carrier that is down may lie in between.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from forbear.actions.letters import texts, write
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, carry_out
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import Purpose
from forbear.core.conversation import Notice
from forbear.core.file import Agreed, CaseFile
from forbear.core.notices import NoticeKind
from forbear.core.payments import Row, Standing

HOUR = 10
"""Of the day at the lender's place; the rules of contact may move it on."""


def reminders(desk: Desk, case_id: str, agreed: Agreed) -> list[Due]:
    """What stands on the agenda for an agreement that comes into force."""
    assert agreed.terms is not None, "terms to keep"
    rules, now = desk.rulebooks.on(desk.clock.today()), desk.clock.now()
    before = rules.integer("payments.reminder_days_before")
    after = rules.integer("payments.reminder_days_after")
    dues = []
    for number, instalment in enumerate(agreed.terms.plan.instalments, start=1):
        body: dict[str, str | int] = {"number": agreed.number, "instalment": number}
        key = f"{case_id}:{agreed.number}:{number}"
        at = start_of(instalment.due_on - timedelta(days=before), ZONE, HOUR)
        dues.append(Due(key=f"remind:{key}", kind="remind", due_at=max(at, now), case_id=case_id, body=body))
        if after:
            at = start_of(instalment.due_on + timedelta(days=after), ZONE, HOUR)
            late = {**body, "after": after}
            dues.append(Due(key=f"remind-after:{key}", kind="remind", due_at=at, case_id=case_id, body=late))
    return dues


def remind(desk: Desk, by: By, case_id: str, body: Mapping[str, Any]) -> None:
    """Write to her of an instalment, if it is still open and its agreement in force and not standing still."""

    def decide(file: CaseFile) -> Decision:
        row = _open_row(file, int(body["number"]), int(body["instalment"]))
        if row is None or file.case.suspended_on(desk.clock.today()):
            return ()
        if not body.get("after") and row.instalment.due_on < desk.clock.today():
            return ()  # signed or woken too late to remind her before
        if body.get("after") and row.number in file.case.late:
            return ()  # she has been told so
        kind = NoticeKind.OVERDUE if body.get("after") else NoticeKind.REMINDER
        letters = write(desk, file, kind, desk.clock.now(), Purpose.CASE, number=row.number)
        return [item for pair in letters for item in pair]

    carry_out(desk, by, case_id, {"remind": by.key}, decide)


def pause_over(desk: Desk, by: By, case_id: str, until_on: date) -> None:
    """Tell her that the agreement goes on, when its pause ran to its end."""

    def decide(file: CaseFile) -> Decision:
        ran_out = any(last_on == until_on for _, last_on in file.case.pauses)
        if file.case.in_force is None or not ran_out or file.case.suspended_on(desk.clock.today()):
            return ()
        letters = write(desk, file, NoticeKind.PAUSE_OVER, desk.clock.now(), Purpose.CASE)
        return [item for pair in letters for item in pair]

    carry_out(desk, by, case_id, {"pause-over": until_on.isoformat()}, decide)


def outdated(file: CaseFile, notice: Notice, body: Mapping[str, Any], today: date) -> str:
    """Why a message about payments is not to be sent any more: "paid", "paused" or "ended"; "" where it is."""
    if notice.kind not in _ABOUT:
        return ""
    if file.case.in_force is None:
        return "ended"
    if file.case.suspended_on(today):
        return "paused"
    if notice.kind in (NoticeKind.REMINDER, NoticeKind.OVERDUE):
        if "instalment" not in body:  # put on the agenda by an earlier version
            return ""
        return "" if _open_row(file, int(body["number"]), int(body["instalment"])) else "paid"
    return "paid" if file.case.standing is Standing.ON_TRACK else ""


def told_anew(desk: Desk, file: CaseFile, notice: Notice, body: Mapping[str, Any]) -> list[e.Fact | Due]:
    """Instead of a message about payments whose figures are no longer so, as she paid a part meanwhile: one that says
    how it is now. [] where it still holds.
    """
    number = int(body.get("instalment", 0))
    if (
        notice.kind not in _ABOUT
        or notice.letter is None
        or ("number" in body and not _open_row(file, int(body["number"]), number))
    ):
        return []
    now = [text for channel, _, _, text in texts(desk, file, notice.kind, number) if channel is notice.channel]
    if not now or now[0] == notice.letter.body:
        return []
    again = write(desk, file, notice.kind, desk.clock.now(), notice.purpose, number=number, only=notice.channel)
    return [e.NoticeDropped(notice=notice.notice, why="changed"), *(item for pair in again for item in pair)]


_ABOUT = (
    *(NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.LATE, NoticeKind.DEFAULT_NOTICED),
    NoticeKind.CREDIT_NOTICE,
)
"""What asks for a payment, or tells what comes of none."""


def _open_row(file: CaseFile, agreement: int, number: int) -> Row | None:
    """The instalment of the agreement in force, where it is open by more than the tolerance."""
    agreed = file.agreed
    if agreed is None or agreed.number != agreement or agreed.terms is None:
        return None
    row = next((row for row in file.rows(agreed) if row.number == number), None)
    return row if row is not None and row.open_minor > agreed.terms.tolerance_minor else None
