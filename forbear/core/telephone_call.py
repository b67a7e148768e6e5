"""A telephone call as the telephone system tells of it, before and beside the record: what came so far, in any order.

Webhooks come twice, late and out of order; `after` gives the same call whatever the order. Whether it is recorded is
settled at its beginning (`recorded`), and nothing that comes later turns a recording on.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from forbear.core.contact import Actor
from forbear.core.contact_facts import Direction


class Step(StrEnum):
    """What a telephone system says of a call: it rings, somebody answered, somebody hung up."""

    BEGUN = "begun"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """One of them. `call`: the telephone system's own id of the call; `number`: the other side's, as it is shown;
    `extensions`: the lines of the house that ring, or that answered; `recorded`: the caller was told that the call is
    recorded, and it is; None where nothing is said; `reference`: the id of ours that a click-to-call handed over.
    """

    step: Step
    call: str
    at: datetime
    direction: Direction = Direction.IN
    number: str = ""
    extensions: tuple[str, ...] = ()
    queue: str = ""
    cause: str = ""
    recorded: bool | None = None
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording in the vault. `held`: still under the key of the call alone, because nobody knows whose it is."""

    blob: str
    sha256: str
    seconds: int = 0
    held: bool = True


@dataclass(frozen=True, kw_only=True)
class TelephoneCall:
    """A call in the call table. `call`: our id of it (t_…); `system`: the telephone system's; `first_at`: when it was
    first heard of; `asked_at`: when somebody of the desk clicked to make it; `case_id`: once it is known whose it is,
    by whom; `not_of`: borrowers whose number it shows and who it was not; `filed`: what stands in the case's record;
    `version`: how often it was stored.
    """

    call: str
    first_at: datetime
    system: str = ""
    direction: Direction = Direction.IN
    number: str = ""
    e164: str = ""
    extensions: tuple[str, ...] = ()
    queue: str = ""
    cause: str = ""
    recorded: bool | None = None
    asked_at: datetime | None = None
    begun_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    case_id: str = ""
    identified_by: Actor | None = None
    not_of: tuple[str, ...] = ()
    recordings: tuple[Recording, ...] = ()
    filed: tuple[str, ...] = ()
    version: int = 0

    @property
    def began_at(self) -> datetime:
        """When it began, as far as that is known."""
        known = [at for at in (self.begun_at, self.asked_at, self.answered_at, self.ended_at) if at is not None]
        return self.begun_at or min(known, default=self.first_at)

    @property
    def missed(self) -> bool:
        """An inbound call that ended without anybody answering."""
        return self.direction is Direction.IN and self.ended_at is not None and self.answered_at is None

    @property
    def seconds(self) -> int:
        """How long somebody spoke; 0 while it goes on. Clocks that disagree make no time below nothing."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(int((self.ended_at - self.answered_at).total_seconds()), 0)


def after(call: TelephoneCall, event: CallEvent, e164: str) -> TelephoneCall:
    """The call with what one more event says; `e164`: the event's number read. Twice is once, and order is no matter:
    times are the earliest told, the beginning says best who it was, the answer says best which line.
    """
    begins = event.step is Step.BEGUN
    call = replace(
        call,
        system=call.system or event.call,
        number=event.number if begins and event.number else call.number or event.number,
        e164=e164 if begins and e164 else call.e164 or e164,
        queue=call.queue or event.queue,
        cause=event.cause or call.cause,
    )
    if begins:
        settled = call.recorded if call.recorded is not None else bool(event.recorded)
        return replace(
            call,
            begun_at=_earlier(call.begun_at, event.at),
            direction=event.direction,
            recorded=settled,
            extensions=call.extensions if call.answered_at else event.extensions or call.extensions,
        )
    direction = call.direction if call.begun_at or call.asked_at else event.direction
    if event.step is Step.ANSWERED:
        return replace(
            call,
            direction=direction,
            answered_at=_earlier(call.answered_at, event.at),
            recorded=False if event.recorded is False else call.recorded,
            extensions=event.extensions or call.extensions,
        )
    ended_at = _earlier(call.ended_at, event.at)
    return replace(call, direction=direction, ended_at=ended_at, extensions=call.extensions or event.extensions)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
