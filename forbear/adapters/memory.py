"""The whole desk in memory: `memory_desk(at=…)` is what stories, tests and rehearsals run the real actions on.

Its clock stands until it is moved and its ids count, so that the same seed gives the same record to the last byte.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from threading import RLock
from typing import Any

from forbear.actions.ports import ZONE, Challenge, Desk, Message, Sealed, SealingAway, SealOrder, Undelivered
from forbear.adapters.ed25519 import Ed25519Key
from forbear.adapters.ids import spelled
from forbear.adapters.mail_reader import MailReader
from forbear.adapters.memory_chat import MemoryHandovers, MemoryPresence, MemoryRooms
from forbear.adapters.memory_conversation import MemoryCannedReplies, MemoryDrafts, MemoryMessageIndex
from forbear.adapters.memory_leaving import MemoryKeeping
from forbear.adapters.memory_ledger import MemoryAgenda, MemoryCases, MemoryLedger
from forbear.adapters.memory_loanbook import MemoryLoanBook
from forbear.adapters.memory_log import MemoryLog
from forbear.adapters.memory_mail import MemoryMailRoom
from forbear.adapters.memory_papers import MemoryReader, MemoryRenderer, MemoryScanner, MemoryVault
from forbear.adapters.memory_telephone import MemoryCalls
from forbear.adapters.memory_texts import MemoryTexts
from forbear.adapters.memory_uploads import MemoryUploadLinks, MemoryUploads
from forbear.adapters.memory_webhooks import MemoryPost, MemoryWebhooks
from forbear.adapters.rulebooks import FiledRulebooks
from forbear.adapters.sheets import FileSheets
from forbear.core.agreement import Terms
from forbear.core.chain import canonical
from forbear.core.codec import plain
from forbear.core.codes import code_of
from forbear.core.contact import Channel
from forbear.core.likeness import Look, same_page
from forbear.core.loanbook import Row
from forbear.core.mail_address import Sign
from forbear.core.promise_parts import Completion
from forbear.core.signatures import Check, Issuer, Level, Seal, Signed


def memory_desk(*, at: datetime, seed: str = "1", rows: Sequence[Row] = (), **other: Any) -> Desk:
    """A desk at a time, with these loans in its book. `other`: ports or facts of the desk to have instead.

    What is there: clock MovedClock, ids CountingIds, messenger MemoryMessenger (`.sent`), the example lender's rules.
    """
    ids = CountingIds(seed)
    agenda, cases, loans = MemoryAgenda(), MemoryCases(), MemoryLoanBook(ids)
    loans.put(rows)
    ledger = MemoryLedger(ids, agenda, cases, log="memory/ledger")
    clock = MovedClock(at)
    log_key = Ed25519Key("memory/ledger", sha256(b"log" + seed.encode()).digest())
    desk = Desk(
        clock=clock,
        ids=ids,
        ledger=ledger,
        agenda=agenda,
        cases=cases,
        loans=loans,
        challenges=MemoryChallenges(seed),
        limits=MemoryLimits(),
        marks=MemoryPaperMarks(),
        vault=MemoryVault(ids, ledger),
        scanner=MemoryScanner(),
        renderer=MemoryRenderer(),
        reader=MemoryReader(),
        upload_links=MemoryUploadLinks(seed),
        uploads=MemoryUploads(),
        messenger=MemoryMessenger(),
        rulebooks=FiledRulebooks("cn", "consumer-finance", "example"),
        printer=PlainPrinter(),
        sealer=PlainSealer(),
        sheets=FileSheets(),
        log=MemoryLog(log_key, ledger.leaf_hashes, clock),
        log_key=log_key,
        drafts=MemoryDrafts(ledger),
        canned_replies=MemoryCannedReplies(),
        message_index=MemoryMessageIndex(ledger),
        mails=MemoryMailRoom(ledger),
        mail_reader=MailReader("lender.example"),
        mail_sign=plain_sign(seed),
        mail_signs=lambda text: (plain_sign(seed)(text),),
        mail_domain="lender.example",
        mail_from="desk@lender.example",
        texts=MemoryTexts(),
        rooms=MemoryRooms(ledger),
        presence=MemoryPresence(),
        handovers=MemoryHandovers(),
        calls=MemoryCalls(),
        keeping=MemoryKeeping(ledger),
        webhooks=MemoryWebhooks(),
        post=MemoryPost(),
    )
    return replace(desk, **other)


class MovedClock:
    """A Clock that stands until it is moved, and only ever forwards."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def today(self) -> date:
        return self._at.astimezone(ZONE).date()

    def move_to(self, at: datetime) -> None:
        assert at >= self._at, f"{at} is before {self._at}: a clock does not run back"
        self._at = at.astimezone(UTC)

    def advance(self, **by: int) -> None:
        """By timedelta's words: days=3, hours=2, seconds=1."""
        self.move_to(self._at + timedelta(**by))


class CountingIds:
    """Ids and salts that follow from a seed and how many were given: the same run gives the same record."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._given = 0
        self._lock = RLock()

    def new(self, prefix: str) -> str:
        return f"{prefix}_{spelled(self._next())}"

    def salt(self) -> bytes:
        return self._next()

    def _next(self) -> bytes:
        with self._lock:
            self._given += 1
            return sha256(f"{self._seed}:{self._given}".encode()).digest()[:16]


class MemoryChallenges:
    """The Challenges port."""

    def __init__(self, seed: str) -> None:
        self._key = sha256(f"code:{seed}".encode()).digest()
        self._challenges: dict[str, Challenge] = {}
        self._lock = RLock()

    def put(self, challenge: Challenge) -> None:
        self._challenges[challenge.id] = challenge

    def get(self, id: str) -> Challenge | None:
        return self._challenges.get(id)

    def code(self, id: str) -> str:
        return code_of(self._key, id)

    def try_code(self, id: str, code: str, now: datetime, tries_max: int) -> Challenge | None:
        with self._lock:
            challenge = self._challenges.get(id)
            if challenge is None or challenge.used or challenge.tries >= tries_max or challenge.expires_at <= now:
                return None
            right = compare_digest(self.code(id).encode(), code.encode()) and challenge.loan_id != ""
            self._challenges[id] = replace(challenge, tries=challenge.tries + 1, used=right)
            return self._challenges[id] if right else None


class MemoryLimits:
    """The Limits port."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}
        self._lock = RLock()

    def take(self, key: str, now: datetime, limit: int, seconds: int) -> bool:
        span = int(now.timestamp()) // seconds
        with self._lock:
            before, count = self._counts.get(key, (span, 0))
            count = count + 1 if before == span else 1
            self._counts[key] = (span, count)
            return count <= limit


def plain_sign(seed: str) -> Sign:
    """A Sign for mail marks that follows from a seed."""
    return lambda text: spelled(sha256(f"mail:{seed}:{text}".encode()).digest())[:20]


class MemoryPaperMarks:
    """The PaperMarks port: every paper is looked at, one by one."""

    def __init__(self) -> None:
        self._papers: dict[str, tuple[str, str, tuple[str, ...], tuple[Look, ...]]] = {}

    def enter(self, case_id: str, borrower_id: str, paper: str, digests: Sequence[str], looks: Sequence[Look]) -> None:
        self._papers[paper] = (case_id, borrower_id, tuple(digests), tuple(looks))

    def elsewhere(self, borrower_id: str, digests: Sequence[str], looks: Sequence[Look]) -> tuple[str, ...]:
        found = {
            case
            for case, owner, files, pages in self._papers.values()
            if owner != borrower_id
            and (set(files) & set(digests) or any(same_page(one, other) for one in pages for other in looks))
        }
        return tuple(sorted(found))

    def forget(self, paper: str) -> None:
        self._papers.pop(paper, None)


class MemoryMessenger:
    """The Messenger port: `sent` in order, a repeat of a reference once; while `broken`, everything is undelivered.

    Text messages have the carrier's id t1, t2, …; `refusing`: raised instead, such as Unreachable.
    """

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.broken = False
        self.refusing: Undelivered | None = None

    def send(self, message: Message) -> str:
        if self.broken:
            raise Undelivered("the messenger is out of order")
        if self.refusing:
            raise self.refusing
        if message.reference not in {before.reference for before in self.sent}:
            self.sent.append(message)
        place = next(n for n, before in enumerate(self.sent, start=1) if before.reference == message.reference)
        return f"t{place}" if message.channel is Channel.SMS else ""


class PlainPrinter:
    """A Printer of a few bytes: the same for the same terms, another for others."""

    template = "plain-1"

    def agreement(self, terms: Terms, language: str) -> bytes:
        digest = sha256(canonical(plain(terms))).hexdigest()
        return f"%PDF-1.7\n% an agreement in {language}: {digest}\n%%EOF\n".encode("ascii")

    def completion(self, letter: Completion, language: str) -> bytes:
        digest = sha256(canonical(plain(letter))).hexdigest()
        return f"%PDF-1.7\n% a letter in {language}: {digest}\n%%EOF\n".encode("ascii")


def clock_of(desk: Desk) -> MovedClock:
    """The desk's clock, to move it."""
    assert isinstance(desk.clock, MovedClock), "the desk was made with another clock"
    return desk.clock


def sent_by(desk: Desk) -> list[Message]:
    """What the desk's messenger handed over so far."""
    assert isinstance(desk.messenger, MemoryMessenger), "the desk was made with another messenger"
    return desk.messenger.sent


class PlainSealer:
    """A Sealer whose seal is a few lines behind the document; while `away`, it is not there."""

    issuer = Issuer.OWN

    def __init__(self) -> None:
        self.away = ""

    def seal(self, order: SealOrder) -> Sealed:
        if self.away:
            raise SealingAway(self.away)
        pdf = order.document + b"% sealed\n% " + order.statement + b"\n"
        by = [Signed(subject=name, issuer="nobody", certificate_sha256="") for name in (order.borrower, order.lender)]
        seal = Seal(
            sha256=sha256(pdf).hexdigest(),
            size=len(pdf),
            document_sha256=sha256(order.document).hexdigest(),
            document_size=len(order.document),
            statement_sha256=sha256(order.statement).hexdigest(),
            sealed_at=order.at,
            borrower=by[0],
            lender=by[1],
        )
        return Sealed(pdf=pdf, level=Level.B_B, seal=seal)

    def look(self, pdf: bytes, at: datetime, document_sha256: str, sealed_sha256: str) -> tuple[Check, ...]:
        found = sha256(pdf).hexdigest()
        if found == sealed_sha256:
            return (Check("digest", True, "seal_check.well.digest", {"digest": found}),)
        facts = {"found": found, "recorded": sealed_sha256}
        return (Check("digest", False, "seal_check.wrong.digest_other", facts),)
