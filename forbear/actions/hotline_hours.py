"""When a person answers the hotline, and when somebody who called in vain may be called back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forbear.actions.ports import ZONE, Desk
from forbear.core.clocks import outside_quiet_hours
from forbear.core.file import CaseFile


def is_open(desk: Desk, at: datetime) -> bool:
    """Whether the hotline is staffed at a time, by the rulebook's hours at the lender's place."""
    return opening(desk, at) == at


def opening(desk: Desk, at: datetime) -> datetime:
    """The first moment from `at` on when the hotline is staffed, in UTC."""
    rulebook = desk.rulebooks.on(desk.clock.today())
    opens, closes = (time.fromisoformat(rulebook.text(f"telephone.open_{end}")) for end in ("from", "until"))
    days = rulebook.integers("telephone.open_weekdays")
    local = at.astimezone(ZONE)
    if local.isoweekday() in days and opens <= local.time() < closes:
        return at
    on = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    while on.isoweekday() not in days:
        on += timedelta(days=1)
    return datetime.combine(on, opens, ZONE).astimezone(UTC)


def call_back_at(desk: Desk, file: CaseFile, at: datetime) -> datetime:
    """The first moment from `at` on when the hotline is staffed and she may be called."""
    for _ in range(14):  # each turn moves on to the next rule's first moment; within a fortnight they agree
        moved = callable_at(desk, file, opening(desk, at))
        if moved == at:
            break
        at = moved
    return at


def callable_at(desk: Desk, file: CaseFile, at: datetime) -> datetime:
    """The first moment from `at` on outside the quiet hours of her place and within the hours she named as safe."""
    rulebook = desk.rulebooks.on(desk.clock.today())
    quiet = [time.fromisoformat(rulebook.text(f"contact.quiet_{end}")) for end in ("from", "until")]
    reach = file.reach
    zone = ZoneInfo(reach.zone) if reach and reach.zone else ZONE
    at = outside_quiet_hours(at, zone, quiet[0], quiet[1])
    if reach and reach.safe_from and reach.safe_from < reach.safe_until:
        safe_from, safe_until = time.fromisoformat(reach.safe_from), time.fromisoformat(reach.safe_until)
        return outside_quiet_hours(at, zone, safe_until, safe_from)
    return at
