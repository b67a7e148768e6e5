"""The log is tended: a checkpoint at least every minute while it grows, a timestamp on it, the witnesses' signatures.

None of it stops any work: what does not go well is said and tried again the next time.
"""

from datetime import timedelta
from hashlib import sha256

from forbear.actions.ports import (
    Desk,
    Due,
    LogBroken,
    NoTimestamps,
    TimestampAway,
    TimestampLies,
    Witness,
    WitnessAway,
    WitnessRefuses,
    Write,
)
from forbear.core.checkpoint import parse_note, read_checkpoint
from forbear.core.contact import SYSTEM, Channel
from forbear.core.log_facts import HOUSE, LogKeyChanged

TOKEN_EVERY = timedelta(minutes=10)
"""A timestamp authority may cost money: a token every ten minutes brackets the times of all between."""


def cut(desk: Desk) -> tuple[str, ...]:
    """A checkpoint over what is new; returns what went wrong, a sentence each. Nothing outside is waited for."""
    try:
        desk.log.checkpoint()
    except LogBroken as broken:
        return (f"no checkpoint is signed: {broken}",)
    return ()


def have_signed(desk: Desk) -> tuple[str, ...]:
    """Have the newest checkpoint stamped and cosigned; returns what went wrong, a sentence each."""
    note = desk.log.latest()
    if not note:
        return ()
    return (*_stamped(desk, note), *(said for one in desk.witnesses if (said := _cosigned(desk, one, note))))


def _size(note: str) -> int:
    return read_checkpoint(parse_note(note).body).size


def announce_key(desk: Desk, after: str) -> str:
    """Have the log itself say which key signs it from here on, and the key before sign that; returns the checkpoint.
    What was said already is not said again. Raises LogBroken.
    """
    told = desk.ledger.events(HOUSE)
    last = told[-1].fact if told else None
    if not isinstance(last, LogKeyChanged) or last.after != after:
        key = f"log-key:{sha256(after.encode()).hexdigest()[:32]}"
        write = Write(
            case_id=HOUSE,
            expected=len(told) - 1,
            key=key,
            request=sha256(key.encode()).digest(),
            at=desk.clock.now(),
            occurred_at=None,
            actor=SYSTEM,
            channel=Channel.SYSTEM,
            cause="",
            facts=(LogKeyChanged(before=desk.log_key.vkey, after=after),),
        )
        if not isinstance(desk.ledger.append(write), tuple):
            raise LogBroken("somebody else changes the key at this moment")
    return desk.log.checkpoint()


def stamp_due(desk: Desk, note: str) -> tuple[Due, ...]:
    """Have a checkpoint stamped on its own, at once and beside whatever is going on; nothing where nobody stamps."""
    size = _size(note)
    if size == 0 or isinstance(desk.timestamps, NoTimestamps) or desk.log.token(size):
        return ()
    return (Due(key=f"stamp:{size}", kind="stamp", due_at=desk.clock.now(), body={"size": size}),)


def stamp(desk: Desk, size: int) -> str:
    """Have the checkpoint over so many leaves stamped, unless it is; what went wrong, "" for nothing."""
    note = _alone(desk.log.at(size))
    if not note or desk.log.token(size):
        return ""
    newest = _size(desk.log.latest())
    if newest > size and (said := stamp(desk, newest)):
        return said  # a late token tells of a clock that was set back, unless the longer log was seen by then
    try:
        token = desk.timestamps.stamp(note.encode())
    except TimestampAway as away:
        return f"the timestamp authority gives no token: {away}"
    except TimestampLies as lie:
        return f"the timestamp authority gave a token that is none: {lie}"
    if token:
        desk.log.attest(size, "tsa", token, desk.clock.now())
    return ""


def _stamped(desk: Desk, note: str) -> tuple[str, ...]:
    size, now = _size(note), desk.clock.now()
    last = desk.log.attested("tsa")
    if size == 0 or (last and (last[0] >= size or abs(now - last[2]) < TOKEN_EVERY)):
        return ()
    said = stamp(desk, size)
    return (said,) if said else ()


def _alone(note: str) -> str:
    """A note with the log's own signature, which comes first, and nobody else's: what a token is over."""
    body, blank, lines = note.rpartition("\n\n")
    return body + blank + lines[: lines.find("\n") + 1]


def _cosigned(desk: Desk, witness: Witness, note: str) -> str:
    """What went wrong with a witness; "" for nothing."""
    size = _size(note)
    last = desk.log.attested(witness.name)
    old = last[0] if last else 0
    if last and old >= size:
        return ""
    for _ in range(2):
        try:
            line = witness.cosign(old, desk.log.consistency(old, size), note)
        except WitnessAway as away:
            return f"the witness {witness.name} does not answer: {away}"
        except WitnessRefuses as refusal:
            if refusal.size is None or refusal.size == old:
                return f"the witness {witness.name} refuses: {refusal}"
            if refusal.size > size:
                return f"the witness {witness.name} saw {refusal.size} events and there are {size}: the log went back"
            old = refusal.size  # it has seen more than we remember, such as before a lost answer
            continue
        desk.log.attest(size, witness.name, line.encode(), desk.clock.now())
        return ""
    return f"the witness {witness.name} is being asked by somebody else at the same time"
