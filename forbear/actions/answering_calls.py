"""How a call that the answering endpoint took stands in the call table and the record: as any call of the hotline does.

A call that nobody was identified in stays outside of every case: its recording is sealed under a key of its own, and
who works at the desk finds it by the task that actions/answering.py makes of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forbear.actions import hotline
from forbear.actions.hotline_hours import next_open
from forbear.actions.ports import Desk
from forbear.actions.record import By
from forbear.core.contact import Actor, Channel
from forbear.core.phone_numbers import e164
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Step, TelephoneCall


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A call as it came in. `call`: the telephone system's id of it, or ours; `number`: what it shows, no proof;
    `once`: ours alone, for a telephone system may hand one call to us twice.
    """

    call: str
    number: str
    at: datetime
    once: str


def warm_up(desk: Desk) -> None:
    """Read what the first call would wait for: the rulebook of the day and the numbering plans."""
    next_open(desk, desk.clock.now())
    e164(desk.phone)


def begun(desk: Desk, ring: Ring, recorded: bool) -> None:
    """The caller was told that the call is recorded, and it is or is not, for good."""
    hotline.call_begun(desk, _event(ring, Step.BEGUN, ring.at, recorded))
    hotline.call_answered(desk, _event(ring, Step.ANSWERED, ring.at))


def identified(desk: Desk, ring: Ring, recorded: bool, actor: Actor, case_id: str) -> None:
    """It is known whose call it is, and by which proof."""
    begun(desk, ring, recorded)
    call = desk.calls.by_system(ring.call)
    assert call is not None, "just begun"
    by = By(actor=actor, channel=Channel.HOTLINE, key=f"call:{call.call}:identified", occurred_at=ring.at)
    _must(hotline.call_identified(desk, by, call.call, case_id, actor.auth))


def ended(desk: Desk, ring: Ring, at: datetime) -> None:
    """The caller or the endpoint hung up."""
    hotline.call_ended(desk, _event(ring, Step.ENDED, at))


def keep(desk: Desk, ring: Ring, at: datetime, chunks: Iterable[bytes]) -> str:
    """Keep the recording; returns its blob, "" where an earlier part of the call began without being recorded."""
    kept = hotline.recording(desk, ring.call, chunks, seconds=max(0, int((at - ring.at).total_seconds())))
    if isinstance(kept, Refusal) and kept.rule == "telephone.not_recorded":
        return ""
    return _must(kept).recordings[-1].blob


def _event(ring: Ring, step: Step, at: datetime, recorded: bool | None = None) -> CallEvent:
    return CallEvent(step=step, call=ring.call, at=at, number=ring.number, recorded=recorded)


def _must(outcome: TelephoneCall | Refusal) -> TelephoneCall:
    if isinstance(outcome, Refusal):
        raise RuntimeError(f"a call could not be filed: {outcome.rule}")
    return outcome
