"""The facts of room 1, contact: who asks, what was said either way over every channel, and who may be reached how.

Part of the table of contents (core/events.py), which names them all; the same rules hold. Who did it, by which channel
and when it was sent stand in the event itself: its actor, `channel`, `occurred_at` (sent) and `at` (it reached us).
Attempts to reach her count against the limits on contact whoever makes them (core/contact_budget.py).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forbear.core.contact import Channel, Party, Purpose, Reach, ThirdParty
from forbear.core.facts import Fact, Retention, private


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Fact):
    """`keep_until_on`: how long unfinished answers are kept for her."""

    type = "case.opened"
    language: str
    keep_until_on: date
    party: Party | None = private(Retention.IDENTITY)
    loan_id: str | None = private(Retention.IDENTITY)
    contract: str | None = private(Retention.IDENTITY)


@dataclass(frozen=True, kw_only=True)
class IdentityProved(Fact):
    """The person showed who she is; by which means stands in the event's actor."""

    type = "identity.proved"


@dataclass(frozen=True, kw_only=True)
class ReachChosen(Fact):
    type = "reach.chosen"
    language: str
    reach: Reach | None = private(Retention.IDENTITY)


# ---- what is said ----------------------------------------------------------------------------------------------


class Voice(StrEnum):
    """Who speaks in a message that the desk sends: a person, the guided bot, a clock's or a machine's own words."""

    PERSON = "person"
    BOT = "bot"
    AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class MessageWritten(Fact):
    """A message between the borrower and the desk, either way, over any channel.

    `assigned_by`: who of the desk found that it belongs to this case, where no rule could say;
    `message`: its id (m_…), "" in records of before; `raw`: blob id in the vault of its form as it came, "" where the
    text is all there was; `reply`: name@version of the canned reply it was made from, of the bot's the step it stands
    at (core/bot.py: Step); `drafted`: a language model wrote its first words and a person sent it; `papers`: ids of the
    papers that came with it. `purpose`: why the desk wrote; `call`: the call on record whose talk it tells of, so that
    one talk counts once.
    """

    type = "message.written"
    message: str = ""
    voice: Voice = Voice.PERSON
    raw: str = ""
    reply: str = ""
    drafted: bool = False
    papers: tuple[str, ...] = ()
    purpose: Purpose = Purpose.ANSWER
    call: str = ""
    assigned_by: str = ""
    text: str | None = private(Retention.MESSAGE)
    subject: str | None = private(Retention.MESSAGE)
    sender: str | None = private(Retention.MESSAGE)
    """The address or number it came from, where the channel has one."""
    reference: str | None = private(Retention.MESSAGE)
    """The Message-ID of a mail, which its answer names."""


@dataclass(frozen=True, kw_only=True)
class MessageDelivered(Fact):
    """A message reached the other side: her page or the desk's took it, or its carrier said so."""

    type = "message.delivered"
    message: str


@dataclass(frozen=True, kw_only=True)
class PersonAsked(Fact):
    """She asked for a person; a call or an answer is due by `by_on`."""

    type = "person.asked"
    by_on: date
    words: str | None = private(Retention.MESSAGE)


class HandoverWhy(StrEnum):
    ASKED = "asked"
    NOT_UNDERSTOOD = "not-understood"
    WORRY = "worry"
    """What she wrote sounds like danger to her life or health: a person at once."""


@dataclass(frozen=True, kw_only=True)
class HandedOver(Fact):
    """The bot gave the conversation to people: `position` in the line, from 1; `expected_at`: when somebody answers,
    and by which channel. Outside the hours of the desk that is its next opening.
    """

    type = "chat.handed_over"
    why: HandoverWhy
    position: int
    expected_at: datetime
    answer_by: Channel


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Fact):
    """Somebody of the desk took the conversation; who stands in the event's actor."""

    type = "chat.joined"


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Fact):
    """Nobody of the desk is in the conversation any more; `waits`: she still waits for an answer."""

    type = "chat.left"
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    """An internal note of the desk."""

    type = "note.written"
    text: str | None = private(Retention.MESSAGE)


# ---- calls -----------------------------------------------------------------------------------------------------


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, kw_only=True)
class CallBegun(Fact):
    """A call of hers or to her; `call` is the telephone system's id of it, `recorded`: she was told that it is recorded
    and the recording was on as it began. What holds at the start holds for the whole call.
    """

    type = "call.begun"
    call: str
    direction: Direction
    recorded: bool = False
    purpose: Purpose = Purpose.CASE
    number: str | None = private(Retention.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class CallEnded(Fact):
    """`connected`: somebody spoke; an outbound call that was not is one of the unanswered attempts."""

    type = "call.ended"
    call: str
    connected: bool
    seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class CallRecorded(Fact):
    """The recording of a call is in the vault as `blob`; `sha256` of its bytes is private: it would prove a guess."""

    type = "call.recorded"
    call: str
    blob: str
    seconds: int = 0
    sha256: str | None = private(Retention.RECORDING)


@dataclass(frozen=True, kw_only=True)
class CallHeard(Fact):
    """Somebody of the desk listened to a recording; who stands in the event's actor."""

    type = "call.heard"
    call: str
    blob: str


# ---- the limits on contact -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ContactTried(Fact):
    """An attempt to reach her that no message or call of this record shows: by hand, or by an agency.

    `by`: whose attempt, as the agency's key names it, "" for the lender's own.
    """

    type = "contact.tried"
    channel: Channel
    connected: bool
    by: str = ""
    purpose: Purpose = Purpose.COLLECTION


@dataclass(frozen=True, kw_only=True)
class ContactRefused(Fact):
    """Somebody wanted to reach her and the rules of contact forbade it until `next_at` (None: for good)."""

    type = "contact.refused"
    channel: Channel
    rule: str
    next_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ChannelFailed(Fact):
    """An address or number of hers takes nothing any more; `why`: the carrier's class, such as 5.1.1 or UNDELIV."""

    type = "channel.failed"
    channel: Channel
    why: str
    address: str | None = private(Retention.IDENTITY)


@dataclass(frozen=True, kw_only=True)
class AuthorityFiled(Fact):
    """She gave another person written authority to speak for her, until the end of `until_on` (None: until ended);
    `paper`: the paper that shows it.
    """

    type = "authority.filed"
    authority: str
    until_on: date | None = None
    paper: str = ""
    party: ThirdParty | None = private(Retention.IDENTITY)


@dataclass(frozen=True, kw_only=True)
class AuthorityEnded(Fact):
    type = "authority.ended"
    authority: str
