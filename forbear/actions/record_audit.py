"""Is the record still what was signed of it? The audit of an installation, and a receipt held against the record.

`forbear/core/audit.py` looks at every byte; here is gathered what it is held to: checkpoints kept here and elsewhere,
what witnesses and the timestamp authority said, and this machine's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from forbear.actions.ports import Desk, NoTimestamps
from forbear.core.audit import Audit, Beginning, Fault
from forbear.core.checkpoint import BadNote, parse_note, read_checkpoint
from forbear.core.envelope import Damaged
from forbear.core.log_audit import SKEW_SECONDS_MAX, Kept
from forbear.core.receipt import fits, read_receipt

WINDOW = timedelta(minutes=2)
"""A checkpoint is promised every minute; after two somebody is told."""
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, MemoryError, RecursionError)
"""What reading a damaged row may raise. A database that is away is none of these."""
TOKEN_OLD = timedelta(hours=24)


def audited(
    desk: Desk,
    against: Sequence[tuple[str, str]] = (),
    since: Beginning | None = None,
    before: Beginning | None = None,
) -> Audit:
    """Look at the whole record, or at what was appended `since`. `against`: notes kept elsewhere, (where, note);
    `before`: where an audit ended that found nothing, kept apart from the database: a checkpoint of our own.
    """
    try:
        held = desk.log.held(against, since.frontier.size if since else 0)
        if before is not None:
            own = Kept(before.frontier.size, before.frontier.root, "what the last audit here saw,")
            held = replace(held, kept=(*held.kept, own))
        found = desk.ledger.verify(held, since, desk.vault.missing)
    except UNREADABLE as error:
        return Audit(0, 0, 0, 0, 0, (unreadable(error),), since or Beginning())
    behind = clock_behind(desk, found.end.at)
    return replace(found, flaws=(*found.flaws, *behind), checkpoints=found.checkpoints - (before is not None))


def unreadable(error: BaseException) -> Fault:
    """What a row is told by that has not even the form of one, such as a word where a number belongs."""
    return Fault(-1, f"a row of the database cannot be read, and nothing behind it was looked at: {error!r}"[:300])


def clock_behind(desk: Desk, last_at: datetime | None) -> list[Fault]:
    """Whether this machine's clock is before the record's last event by more than two clocks may be apart."""
    seconds = int((last_at - desk.clock.now()).total_seconds()) if last_at else 0
    if seconds <= SKEW_SECONDS_MAX:
        return []
    text = f"this machine's clock is {seconds} seconds before the record's last event: it was set back, or another"
    return [Fault(-1, f"{text} that writes here ran ahead")]


def warnings(desk: Desk) -> tuple[str, ...]:
    """What is no flaw of the record and weakens its proof: a sentence each."""
    found = []
    now, note, size = desk.clock.now(), desk.log.latest(), desk.ledger.size()
    try:
        covered = read_checkpoint(parse_note(note).body).size if note else 0
    except BadNote as bad:
        return (f"the newest checkpoint cannot be read: {bad}",)
    if covered < size:
        waiting = desk.ledger.at([covered])
        if waiting and now - waiting[0].at > WINDOW:
            found.append(
                f"{size - covered} events wait for a checkpoint since {_said(waiting[0].at)}: does a worker run?"
            )
    if size and not isinstance(desk.timestamps, NoTimestamps):
        found += _old(desk, "tsa", "the timestamp authority", covered, now)
    for witness in desk.witnesses if size else ():
        found += _old(desk, witness.name, f"the witness {witness.name}", covered, now)
    return tuple(found)


def _old(desk: Desk, by: str, who: str, covered: int, now: datetime) -> list[str]:
    last = desk.log.attested(by)
    if last is None:
        return [f"{who} has signed nothing yet"]
    if last[0] < covered and abs(now - last[2]) > TOKEN_OLD:
        return [f"{who} signed last over {last[0]} of {covered} events, on {_said(last[2])}"]
    return []


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


# ---- receipts --------------------------------------------------------------------------------------------------


class Fit(StrEnum):
    """What became of a receipt held against the record."""

    GENUINE = "genuine"
    OTHER = "other"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Held:
    """`at`: when the entry was written, None unless it fits."""

    fit: Fit
    at: datetime | None = None


def check_receipt(desk: Desk, text: str) -> Held:
    """Hold the receipt in a text against the record. Who asks learns when the entry was written, and nothing else."""
    receipt = read_receipt(text)
    if receipt is None:
        return Held(Fit.UNREADABLE)
    if not 0 < receipt.size <= desk.ledger.size():
        return Held(Fit.UNKNOWN)
    try:
        events = desk.ledger.at([receipt.size - 1])
        if not events or not fits(receipt, events[0], desk.ledger.bodies(events[0].case_id)):
            return Held(Fit.OTHER)
    except Damaged:
        return Held(Fit.OTHER)
    return Held(Fit.GENUINE, events[0].at)
