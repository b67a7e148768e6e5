"""How a call that the answering endpoint took stands in the record: begun, whose it is, its recording, ended.

A call that nobody was identified in stays outside of every case: its recording is sealed under a key of its own, and
who works at the desk finds it by the task that actions/answering.py makes of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from forbear.actions.ports import ZONE, Desk, Kept
from forbear.actions.record import By, carry_out
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Channel
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal

OPENS, CLOSES = time(9), time(21)


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A call as it came in. `call`: the telephone system's id of it, or ours; `number`: what it shows, no proof;
    `once`: ours alone, for a telephone system may hand one call to us twice.
    """

    call: str
    number: str
    at: datetime
    once: str


def opening(desk: Desk, at: datetime) -> datetime:
    """The first moment from `at` on when a person answers."""
    local = at.astimezone(ZONE)
    if OPENS <= local.time() < CLOSES:
        return at
    on = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(on, OPENS, ZONE).astimezone(UTC)


def begun(desk: Desk, ring: Ring, recorded: bool) -> None:
    """The caller was told that the call is recorded, and it is or is not, for good."""


def identified(desk: Desk, ring: Ring, recorded: bool, actor: Actor, case_id: str) -> None:
    """It is known whose call it is."""
    fact = e.CallBegun(call=ring.call, direction=e.Direction.IN, recorded=recorded, number=ring.number or None)
    _filed(desk, ring, actor, case_id, "begun", fact, ring.at)


def ended(desk: Desk, ring: Ring, case_id: str, at: datetime) -> None:
    """The caller or the endpoint hung up; `case_id` "" where nobody was identified."""
    if case_id:
        fact = e.CallEnded(call=ring.call, connected=True, seconds=_seconds(ring, at))
        _filed(desk, ring, SYSTEM, case_id, "ended", fact, at)


def keep(desk: Desk, ring: Ring, case_id: str, at: datetime, chunks: Iterable[bytes]) -> str:
    """Keep the recording; returns its blob."""
    kept: Kept = desk.vault.keep_stream(case_id or ring.once, Retention.MESSAGE.value, chunks)
    if case_id:
        seconds = _seconds(ring, at)
        fact = e.CallRecorded(call=ring.call, blob=kept.blob, seconds=seconds, sha256=kept.sha256)
        _filed(desk, ring, SYSTEM, case_id, "recorded", fact, at)
    return kept.blob


def _seconds(ring: Ring, at: datetime) -> int:
    return max(0, int((at - ring.at).total_seconds()))


def _filed(desk: Desk, ring: Ring, actor: Actor, case_id: str, what: str, fact: e.Fact, at: datetime) -> None:
    by = By(actor=actor, channel=Channel.HOTLINE, key=f"call:{ring.once}:{what}", occurred_at=at)
    done = carry_out(desk, by, case_id, {"call": what}, lambda _: [fact])
    if isinstance(done, Refusal):
        raise RuntimeError(f"a call could not be filed: {done.rule}")
