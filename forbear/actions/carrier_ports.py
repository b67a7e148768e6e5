"""The holes in the wall that carry words: mail, text messages, the telephone, and messages to other systems.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from forbear.core.mail import Mail
from forbear.core.sms import Fate, Gateway
from forbear.core.telephone_call import TelephoneCall
from forbear.core.webhooks import Endpoint

# ---- mail ------------------------------------------------------------------------------------------------------


class MailState(StrEnum):
    """How a mail that came in stands. COMING: kept, and not yet where it belongs; WAITING: for a person; FILED: with
    its case; ASIDE: nobody has to see it; ASSIGNED, DISCARDED: by a person.
    """

    COMING = "coming"
    WAITING = "waiting"
    FILED = "filed"
    ASIDE = "aside"
    ASSIGNED = "assigned"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True)
class MailShown:
    """What of a mail a person may read before it belongs to a case; words only, nothing in it is followed or run."""

    sender: str = ""
    subject: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    message_id: str = ""
    reason: str = ""
    """What a person said when she settled it."""


@dataclass(frozen=True, kw_only=True)
class MailRow:
    """A mail that came in. `mail`: its id (m_…), the message's in its case; `content`: what it is known again by;
    `owner`: under whose key it lies: its case, or itself; `sha256`: of the raw bytes in the vault as `blob`.
    """

    mail: str
    content: bytes
    sha256: str
    outcome: str
    state: MailState
    came_at: datetime
    blob: str
    size: int
    owner: str
    case_id: str = ""
    why: str = ""
    settled_by: str = ""
    shown: MailShown | None = None
    """None once its key was destroyed."""


class MailRoom(Protocol):
    """Every mail that came in, sealed under the key of its case, or under one of its own as long as it has none."""

    def enter(self, row: MailRow) -> bool:
        """Take it in; False where a mail of this content is here already, unless this one is a duplicate by itself."""

    def change(self, row: MailRow) -> None:
        """It stands otherwise now."""

    def first(self, content: bytes) -> MailRow | None:
        """The first mail of this content."""

    def get(self, mail: str) -> MailRow | None: ...

    def list(self, state: str, offset: int = 0, limit: int = 50) -> tuple[MailRow, ...]:
        """Of a state, newest first."""

    def counts(self) -> Mapping[str, int]:
        """How many there are by outcome, and by state under "state:<state>"."""


class MailReader(Protocol):
    def read(self, raw: bytes, sender: str | None = None, recipients: Sequence[str] = ()) -> Mail:
        """A raw mail; never raises over what is in it. `sender`, `recipients`: of its envelope, where it is known."""


@dataclass(frozen=True, kw_only=True)
class MailHeaders:
    """What a mail of ours carries besides its words. `envelope_from`: where it comes back to, "" for nobody; `stop`:
    an address that ends such mails with one press; `answers`: whether it answers a mail by itself; `own_mark`: by
    which it is known again should it come back.
    """

    message_id: str = ""
    envelope_from: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    own_mark: str = ""
    stop: str = ""
    automatic: bool = True
    answers: bool = False


class Mailbox(Protocol):
    """A mailbox of ours on another server."""

    def waiting(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """(id, raw mail) of what lies there, oldest first; raises MailboxAway."""

    def done(self, id: str) -> None:
        """It is kept here: put it aside there."""


class MailboxAway(Exception):
    """The mailbox's server does not answer, or does not let us in; the text names no person."""


# ---- text messages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a carrier says became of a message. `carrier`: the id it gave when it took it; `code`: its own word."""

    carrier: str
    fate: Fate
    code: str


@dataclass(frozen=True, kw_only=True)
class TextIn:
    """A text message that came. `id`: the carrier's, or one made of what came where it gives none; `number` as it came;
    `joint`, `part`, `parts`: of a longer message that comes in parts, whose parts share `joint`.
    """

    id: str
    number: str
    text: str
    sent_at: datetime | None = None
    joint: str = ""
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A text message that belongs to no case for sure; `why`: unknown, several, closed, many, same-id."""

    id: str
    number: str
    text: str
    came_at: datetime
    why: str


class TextGateway(Protocol):
    """The carrier's side of text messages that comes to us over HTTP; sending is a Messenger."""

    counting: Gateway

    def admits(self, secret: str, address: str) -> bool:
        """Whether a caller knows the secret of the address and calls from where the carrier does."""

    def receipts(self, body: bytes) -> tuple[Receipt, ...]:
        """What a callback says became of messages; what is still on its way is left out. ValueError: not readable."""

    def texts(self, body: bytes) -> tuple[TextIn, ...]:
        """The text messages of a callback; ValueError: not readable."""

    def answer(self) -> Mapping[str, object]:
        """What the carrier wants to hear when all of it was taken."""


class Texts(Protocol):
    """What was handed to carriers, what they say of it, and what came from them."""

    def handed(self, carriers: Sequence[str], *, case_id: str, thing: str, at: datetime) -> None:
        """One attempt to send a notice, message or code (`thing`): the carrier's ids of its parts, in order."""

    def reported(self, receipt: Receipt, at: datetime) -> tuple[str, str] | None:
        """Keep a receipt, also one whose message we do not know yet; (case, thing) where we do. Arrived stands for
        good; of others the first.
        """

    def fate(self, thing: str) -> tuple[Fate, str] | None:
        """What became of a thing over all its attempts (core/sms.py: fate_of), with the carrier's word for it."""

    def whole(self, text: TextIn, at: datetime) -> TextIn | None:
        """The message a part belongs to, once all parts are here; None until then. The same part twice is one."""

    def loose(self, before: datetime) -> tuple[TextIn, ...]:
        """What is here of messages whose other parts did not come since then, as one text each; twice is the same."""

    def keep(self, text: TextIn, at: datetime, case_id: str, why: str) -> bool:
        """Keep a message that came, for a case or ("" and why) for a person; False when it was kept before."""

    def stray(self, id: str) -> Stray | None:
        """One that waits for a person."""

    def strays(self, limit: int) -> tuple[Stray, ...]:
        """What waits for a person, oldest first, at most so many."""

    def waiting(self, most: int) -> int:
        """How many wait for a person, counted up to `most`."""

    def place(self, id: str, case_id: str) -> None:
        """A person looked at a stray; the case it belongs to, or "" for none."""

    def forget(self, before: datetime) -> None:
        """What was handed over, told or filed before then; what waits for a person stays."""

    def counts(self) -> Mapping[str, int]:
        """Receipts by fate, those of no message of ours as `unmatched`, messages that came as `came`, `strays`."""


# ---- telephone -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Telephony:
    """How the lender telephones. `country`: whose way of writing numbers a display has (ISO 3166); `records`: every
    caller is told that calls are recorded, so that a call of which the system says nothing is; `link`: what a number
    to call is a link to, tel or sip; `sip_host`: the exchange behind a sip link.
    """

    country: str = "CN"
    records: bool = False
    link: str = "tel"
    sip_host: str = ""


@dataclass(frozen=True)
class Answered:
    """How a signed request was answered the first time. `digest`: SHA-256 of what was asked."""

    digest: str
    status: int
    body: str


class Calls(Protocol):
    """The call table: calls the telephone system told of, beside the record and for some weeks only."""

    def get(self, call: str) -> TelephoneCall | None:
        """By our id of it."""

    def by_system(self, system: str) -> TelephoneCall | None:
        """By the telephone system's id of it."""

    def put(self, call: TelephoneCall) -> bool:
        """Store it as the version after its own (0: it is new). False, and nothing stored, when somebody was quicker:
        its version is not the one stored, or its system's id is there already.
        """

    def of_extension(self, extension: str, since: datetime) -> tuple[TelephoneCall, ...]:
        """Calls first heard of since then that ring or rang at an extension, or were taken there; newest first."""

    def of_case(self, case_id: str) -> tuple[TelephoneCall, ...]:
        """Newest first."""

    def recent(self, since: datetime, limit: int = 200) -> tuple[TelephoneCall, ...]:
        """Calls first heard of since then, newest first."""

    def forget(self, call: str) -> None:
        """Away with it; nothing happens when it is gone."""

    def answered(self, id: str) -> Answered | None:
        """How the signed request of this id was answered; kept for a week."""

    def remember(self, id: str, answered: Answered, at: datetime) -> None:
        """The first answer stays."""

    def count(self, what: str) -> None:
        """One more of what did not go as it should; `what` such as signature, clock, unknown-keys, not-recorded."""

    def counts(self) -> Mapping[str, int]:
        """How often each was counted."""

    def extension_of(self, person: str) -> str:
        """The line of somebody of the desk; "" for none."""

    def set_extension(self, person: str, extension: str) -> None:
        """Her line from now on; "" for none. Two people may share one."""


class DialerAway(Exception):
    """The telephone system did not take the wish to make a call."""


class Dialer(Protocol):
    @property
    def there(self) -> bool:
        """Whether there is a telephone system that makes calls for us."""

    def originate(self, *, extension: str, number: str, reference: str) -> None:
        """Have it ring `extension` and then `number` (E.164), and tell of the call with our `reference`; DialerAway."""


class NoDialer:
    """The Dialer of an installation without one: a person dials."""

    there = False

    def originate(self, *, extension: str, number: str, reference: str) -> None:
        raise DialerAway("no telephone system is configured")


# ---- webhooks --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WebhookAttempt:
    """One try to hand a message over: `status` of the answer, 0 where there was none; `error` says why then."""

    endpoint: str
    message: str
    at: datetime
    status: int
    error: str = ""


@dataclass(frozen=True)
class Answer:
    """What a receiver answered. `after_seconds`: when it wants to be asked again, if it said so."""

    status: int
    after_seconds: int | None = None


class Webhooks(Protocol):
    """The endpoints of other systems, and how the last messages to them fared."""

    def put(self, endpoint: Endpoint) -> None:
        """A new one, or one as it is now."""

    def get(self, id: str) -> Endpoint | None: ...

    def all(self) -> tuple[Endpoint, ...]:
        """In the order they were made."""

    def remove(self, id: str) -> None:
        """The endpoint and what is known of its attempts."""

    def tried(self, attempt: WebhookAttempt) -> None:
        """Note an attempt."""

    def attempts(self, id: str, limit: int = 100) -> tuple[WebhookAttempt, ...]:
        """The newest first."""

    def forget_attempts(self, before: datetime) -> None:
        """Those of before a time."""


class Away(Exception):
    """A receiver could not be reached; the text names no person."""


class Post(Protocol):
    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST once, following no redirect; raises Away."""


class NoWebhooks:
    """Nobody is told anything."""

    def put(self, endpoint: Endpoint) -> None:
        raise AssertionError("this desk has no room for endpoints")

    def get(self, id: str) -> Endpoint | None:
        return None

    def all(self) -> tuple[Endpoint, ...]:
        return ()

    def remove(self, id: str) -> None: ...

    def tried(self, attempt: WebhookAttempt) -> None: ...

    def attempts(self, id: str, limit: int = 100) -> tuple[WebhookAttempt, ...]:
        return ()

    def forget_attempts(self, before: datetime) -> None: ...


def nowhere(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """The Post of a desk without a line out."""
    raise Away("this desk has no line out")
