"""The holes in the wall: what the actions need from outside, each a small protocol, and the Desk that bundles them.

Adapters and the store fill them; tests fill them from adapters/memory.py. Nothing in core or actions knows which.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from forbear.actions.book_ports import CaseLine as CaseLine
from forbear.actions.book_ports import Cases as Cases
from forbear.actions.book_ports import Challenge as Challenge
from forbear.actions.book_ports import Challenges as Challenges
from forbear.actions.book_ports import Counts as Counts
from forbear.actions.book_ports import Held as Held
from forbear.actions.book_ports import Limits as Limits
from forbear.actions.book_ports import LoanBook as LoanBook
from forbear.actions.bundle_ports import Line as Line
from forbear.actions.bundle_ports import Teller as Teller
from forbear.actions.bundle_ports import bare
from forbear.actions.carrier_ports import Answer as Answer
from forbear.actions.carrier_ports import Answered as Answered
from forbear.actions.carrier_ports import Away as Away
from forbear.actions.carrier_ports import Calls as Calls
from forbear.actions.carrier_ports import Dialer as Dialer
from forbear.actions.carrier_ports import DialerAway as DialerAway
from forbear.actions.carrier_ports import Mailbox as Mailbox
from forbear.actions.carrier_ports import MailboxAway as MailboxAway
from forbear.actions.carrier_ports import MailHeaders as MailHeaders
from forbear.actions.carrier_ports import MailReader as MailReader
from forbear.actions.carrier_ports import MailRoom as MailRoom
from forbear.actions.carrier_ports import MailRow as MailRow
from forbear.actions.carrier_ports import MailShown as MailShown
from forbear.actions.carrier_ports import MailState as MailState
from forbear.actions.carrier_ports import NoDialer as NoDialer
from forbear.actions.carrier_ports import NoWebhooks as NoWebhooks
from forbear.actions.carrier_ports import Post as Post
from forbear.actions.carrier_ports import Receipt as Receipt
from forbear.actions.carrier_ports import Stray as Stray
from forbear.actions.carrier_ports import Telephony as Telephony
from forbear.actions.carrier_ports import TextGateway as TextGateway
from forbear.actions.carrier_ports import TextIn as TextIn
from forbear.actions.carrier_ports import Texts as Texts
from forbear.actions.carrier_ports import WebhookAttempt as WebhookAttempt
from forbear.actions.carrier_ports import Webhooks as Webhooks
from forbear.actions.carrier_ports import nowhere
from forbear.actions.contact_ports import CannedReplies as CannedReplies
from forbear.actions.contact_ports import CaseReach as CaseReach
from forbear.actions.contact_ports import Contacts as Contacts
from forbear.actions.contact_ports import Draft as Draft
from forbear.actions.contact_ports import Drafts as Drafts
from forbear.actions.contact_ports import Handovers as Handovers
from forbear.actions.contact_ports import LanguageModel as LanguageModel
from forbear.actions.contact_ports import MessageIndex as MessageIndex
from forbear.actions.contact_ports import NoModel as NoModel
from forbear.actions.contact_ports import Presence as Presence
from forbear.actions.contact_ports import Rooms as Rooms
from forbear.actions.contact_ports import Seen as Seen
from forbear.actions.leaving_ports import Keeping as Keeping
from forbear.actions.paper_ports import DamagedFile as DamagedFile
from forbear.actions.paper_ports import Kept as Kept
from forbear.actions.paper_ports import LinkRow as LinkRow
from forbear.actions.paper_ports import Looked as Looked
from forbear.actions.paper_ports import Nobody as Nobody
from forbear.actions.paper_ports import NoScanner as NoScanner
from forbear.actions.paper_ports import PageImage as PageImage
from forbear.actions.paper_ports import PaperMarks as PaperMarks
from forbear.actions.paper_ports import Reader as Reader
from forbear.actions.paper_ports import ReaderAway as ReaderAway
from forbear.actions.paper_ports import Rendered as Rendered
from forbear.actions.paper_ports import Renderer as Renderer
from forbear.actions.paper_ports import RendererAway as RendererAway
from forbear.actions.paper_ports import Scanner as Scanner
from forbear.actions.paper_ports import ScannerAway as ScannerAway
from forbear.actions.paper_ports import Upload as Upload
from forbear.actions.paper_ports import UploadLinks as UploadLinks
from forbear.actions.paper_ports import Uploads as Uploads
from forbear.actions.paper_ports import Vault as Vault
from forbear.actions.paper_ports import VaultFull as VaultFull
from forbear.actions.paper_ports import Verdict as Verdict
from forbear.actions.record_ports import Log as Log
from forbear.actions.record_ports import LogBroken as LogBroken
from forbear.actions.record_ports import LogKey as LogKey
from forbear.actions.record_ports import NoTimestamps as NoTimestamps
from forbear.actions.record_ports import TimestampAway as TimestampAway
from forbear.actions.record_ports import TimestampLies as TimestampLies
from forbear.actions.record_ports import Timestamps as Timestamps
from forbear.actions.record_ports import Witness as Witness
from forbear.actions.record_ports import WitnessAway as WitnessAway
from forbear.actions.record_ports import WitnessRefuses as WitnessRefuses
from forbear.actions.signing_ports import Sealed as Sealed
from forbear.actions.signing_ports import Sealer as Sealer
from forbear.actions.signing_ports import SealingAway as SealingAway
from forbear.actions.signing_ports import SealOrder as SealOrder
from forbear.actions.signing_ports import SealRefused as SealRefused
from forbear.core.agreement import Terms
from forbear.core.audit import Audit, Beginning
from forbear.core.cashflow import PLAIN, Arithmetic
from forbear.core.contact import Actor, Channel
from forbear.core.erasure_audit import FilesMissing
from forbear.core.events import Fact, Recorded
from forbear.core.log_audit import HeldTo
from forbear.core.mail_address import Sign, Signs
from forbear.core.own_plan import Cell, Sheet
from forbear.core.promise_parts import Completion
from forbear.core.rules import Rulebook
from forbear.core.sms import NETWORK, Gateway
from forbear.words.format import ZONE as ZONE


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC."""

    def today(self) -> date:
        """The date at the lender's place."""


class Ids(Protocol):
    def new(self, prefix: str) -> str:
        """A random id of 128 bits, such as c_7f3k…; it says nothing about what it names."""

    def salt(self) -> bytes:
        """16 random bytes."""


# ---- the record ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something due at a time. `key` is unique for ever: putting it twice changes nothing. `body` holds ids only."""

    key: str
    kind: str
    due_at: datetime
    case_id: str = ""
    body: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Write:
    """Facts to append to one case in one transaction with what becomes due. `expected`: seq of the case's last event
    as loaded, -1 for a new case. `key`: idempotency key of the command; `request`: hash of what was asked. `seen`: the
    contacts with her that it was decided on.
    """

    case_id: str
    expected: int
    key: str
    request: bytes
    at: datetime
    occurred_at: datetime | None
    actor: Actor
    channel: Channel
    cause: str
    facts: tuple[Fact, ...]
    dues: tuple[Due, ...] = ()
    seen: Seen | None = None


@dataclass(frozen=True)
class Conflict:
    """Somebody else appended first, or reached her first; `actual` is the case's last seq now."""

    actual: int


@dataclass(frozen=True)
class KeyReused:
    """The idempotency key was used before for something else."""

    key: str


class Ledger(Protocol):
    def append(self, write: Write) -> tuple[Recorded, ...] | Conflict | KeyReused:
        """All of it or nothing. A key seen before with the same request answers with the events it made then; `at`
        never runs backwards. A DataErased destroys the key of its class, and what that sealed, in the same transaction.
        """

    @property
    def contacts(self) -> Contacts:
        """The contacts with every borrower, of the same record."""

    def command(self, key: str, request: bytes) -> tuple[Recorded, ...] | KeyReused | None:
        """The events a command made when it ran before; None when it never ran."""

    def events(self, case_id: str) -> tuple[Recorded, ...]:
        """A case's events in order, private groups opened as far as their keys are there; () for no such case."""

    def after(self, case_id: str, seq: int) -> tuple[Recorded, ...]:
        """The same, only those after a seq: what a live page asks for, whatever the length of the case."""

    def bodies(self, case_id: str) -> tuple[tuple[bytes, bytes], ...]:
        """(body, leaf hash) as stored, for verification."""

    def disclosures(self, case_id: str) -> Mapping[int, tuple[str, ...]]:
        """The texts that open a case's private groups, by seq, as far as their keys are there: what a bundle shows."""

    def all(self, from_leaf: int = 0) -> Iterator[Recorded]:
        """Every event in the log's order."""

    def at(self, leaves: Sequence[int]) -> tuple[Recorded, ...]:
        """The events at these leaves, in the log's order; a leaf that is none is left out."""

    def size(self) -> int:
        """How many leaves the log has."""

    def keys_of(self, case_id: str, retention: str) -> int:
        """How many keys of a case and class are there to be destroyed: 0 or 1."""

    def cases_with(self, retention: str) -> tuple[str, ...]:
        """The cases that hold a key of a class, in order."""

    def verify(
        self, held: HeldTo | None = None, since: Beginning | None = None, files: FilesMissing | None = None
    ) -> Audit:
        """Look at all there is, or at what was appended `since`, and at every key; what was changed or taken is found.
        `held`: what else the log must agree with (Log.held); `files`: asks the vault for the files that facts name.
        """


# ---- the agenda ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leased:
    id: int
    kind: str
    key: str
    case_id: str
    body: Mapping[str, Any]
    due_at: datetime
    tries: int
    """Counting this one: 1 on the first try."""


@dataclass(frozen=True)
class GivenUp:
    """A due thing that failed for the last time: a person's task now."""

    id: int
    kind: str
    case_id: str
    body: Mapping[str, Any]
    due_at: datetime
    tries: int
    error: str


class Lane(StrEnum):
    """What a worker does beside the rest, so that nothing waits for what takes long: reading papers, and the answers
    of other systems, authorities for time stamps among them.
    """

    REST = "rest"
    READING = "reading"
    TELLING = "telling"


LANES = {"read": Lane.READING, **dict.fromkeys(("hook", "seal", "stamp"), Lane.TELLING)}  # any other kind is the rest


class Agenda(Protocol):
    def put(self, dues: Sequence[Due]) -> int:
        """Put what is not there yet (by key); returns how many were new."""

    def lease(self, now: datetime, limit: int, seconds: int, lane: Lane | None = None) -> tuple[Leased, ...]:
        """Take what is due and free, earliest first, for `seconds`; of one lane, or of all (None)."""

    def renew(self, item: Leased, now: datetime, seconds: int) -> None:
        """It is still being done: hold it for `seconds` from now, unless somebody else has taken it meanwhile."""

    def done(self, item: Leased) -> None:
        """It happened."""

    def retry(self, item: Leased, due_at: datetime, error: str) -> None:
        """It failed; try again then."""

    def give_up(self, item: Leased, error: str) -> None:
        """It failed for the last time."""

    def given_up(self) -> tuple[GivenUp, ...]:
        """What waits for a person."""

    def settle(self, id: int) -> None:
        """A person took care of a given-up thing."""

    def next_due_at(self) -> datetime | None:
        """When the earliest unfinished thing is due."""


# ---- outside ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Message:
    channel: Channel
    to: str
    subject: str
    body: str
    reference: str
    """Stable over retries, so that a provider can recognise a repeat."""
    mail: MailHeaders | None = None
    """What an e-mail carries besides."""


class Undelivered(Exception):
    """The messenger could not hand the message over; it may be tried again."""


class Bounced(Undelivered):
    """The other side takes nothing for this address; `status`: the class it gave, such as 5.1.1."""

    def __init__(self, problem: str, status: str) -> None:
        super().__init__(problem)
        self.status = status


class Unreachable(Undelivered):
    """Trying again is of no use. `number`: the carrier says that this number or address takes nothing from us any more;
    else it is the message that cannot go this way, such as a text nobody approved. `code`: the carrier's word.
    """

    def __init__(self, said: str, *, code: str, number: bool = False) -> None:
        super().__init__(said)
        self.code, self.number = code, number


class Messenger(Protocol):
    def send(self, message: Message) -> str:
        """Hand over once; raises Undelivered. Returns the carrier's id of it, several separated by a blank where it
        goes in parts, "" where there is none.
        """


class Rulebooks(Protocol):
    def on(self, on: date) -> Rulebook:
        """The lender's rulebook, all layers, as in force on a date."""


class Printer(Protocol):
    @property
    def template(self) -> str:
        """The text that new agreements are printed by; another text has another name."""

    def agreement(self, terms: Terms, language: str) -> bytes:
        """The agreement as PDF, byte-identical for the same terms."""

    def completion(self, letter: Completion, language: str) -> bytes:
        """The letter that everything is paid as PDF, byte-identical for the same letter."""


class Sheets(Protocol):
    def read(self, data: bytes) -> Sheet:
        """The cells of a CSV or .xlsx file, or what is wrong with it; never raises over what is in it."""

    def csv(self, rows: Sequence[Sequence[Cell]]) -> bytes:
        """The table as CSV that Excel opens right."""

    def xlsx(self, rows: Sequence[Sequence[Cell]], title: str) -> bytes:
        """The table as a workbook without formulas."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything an action may use, handed to each of them."""

    clock: Clock
    ids: Ids
    ledger: Ledger
    agenda: Agenda
    cases: Cases
    loans: LoanBook
    challenges: Challenges
    limits: Limits
    vault: Vault
    marks: PaperMarks
    scanner: Scanner
    renderer: Renderer
    upload_links: UploadLinks
    uploads: Uploads
    messenger: Messenger
    rulebooks: Rulebooks
    printer: Printer
    sealer: Sealer
    sheets: Sheets
    # the record
    log: Log
    log_key: LogKey
    timestamps: Timestamps = field(default_factory=NoTimestamps)
    witnesses: tuple[Witness, ...] = ()
    # conversation: drafts, canned replies, search
    drafts: Drafts
    canned_replies: CannedReplies
    message_index: MessageIndex
    # mail
    mails: MailRoom
    mail_reader: MailReader
    mail_sign: Sign
    mail_signs: Signs
    mail_domain: str = "localhost"
    """Of the addresses at which mail comes in."""
    mail_from: str = "forbear@localhost"
    # text messages
    texts: Texts
    text_gateway: TextGateway | None = None
    """Who may call us back about text messages; None where the carrier does so another way, or nobody sends any."""
    text_counting: Gateway = NETWORK
    # chat and bot
    rooms: Rooms
    presence: Presence
    handovers: Handovers
    # telephone
    calls: Calls
    # leaving
    keeping: Keeping
    # webhooks
    webhooks: Webhooks = field(default_factory=NoWebhooks)
    post: Post = nowhere
    webhook_hosts: tuple[str, ...] = ()
    """Hosts that messages may be sent to."""
    # bundles
    teller: Teller = bare
    # the rest
    handover_secrets: tuple[str, ...] = ()
    """Shared with the lender's own app or site, the newest first; () for no hand-over."""
    embed_origins: tuple[str, ...] = ()
    """Sites of the lender's that may show the chat in a frame."""
    language_model: LanguageModel = field(default_factory=NoModel)
    dialer: Dialer = field(default_factory=NoDialer)
    telephony: Telephony = field(default_factory=Telephony)
    reader: Reader = field(default_factory=Nobody)
    arithmetic: Arithmetic = PLAIN
    lender: str = "示例消费金融有限公司"
    lender_en: str = "Example Consumer Finance Co., Ltd."
    phone: str = "400-000-0000"
    pay_to: str = ""
    """The account that agreements name; "" for the one of the loan contract."""
    address: str = "http://127.0.0.1:8000"
    """Where the borrower's site is reached, for links in messages."""
    discreet_address: str = ""
    """The same site under a name that says neither lender nor debt, for discreet text messages; "": `address`."""
