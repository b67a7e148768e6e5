"""Room 1, contact: mail comes in. Every mail is kept as it came before anything is made of it, and is answered once.

`receive_mail` is where the pipe, the listener and the mailbox end: keep, find where it belongs (core/mail_routing.py),
file it there. When it dies half-way the mail comes again from whoever sent it, and is taken up where it stopped. A mail
alone proves nothing: its words are heard, and nothing of a case is told in answer to it.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from forbear.actions.conversation import WORDS_MAX, Written, write_message
from forbear.actions.evidence import receive_paper
from forbear.actions.mail_delivery import came_back
from forbear.actions.ports import ZONE, Bounced, Desk, Due, MailHeaders, MailRow, MailShown, MailState, Message
from forbear.actions.record import By, Done, carry_out, load
from forbear.core import events as e
from forbear.core import mail_address as marks
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role, may_work_on_cases
from forbear.core.evidence import Item
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.mail import Attachment, Mail
from forbear.core.mail_address import Mark
from forbear.core.mail_routing import Known, Outcome, Parties, Route, Why, failure_of, route
from forbear.core.mail_text import is_forwarded, said_now
from forbear.core.refusal import Refusal
from forbear.core.upload_link import items_to_send
from forbear.words import known as known_word
from forbear.words import say, sentences

MAILS_A_MINUTE = 60
"""From one sender; what comes above it is kept, and waits for a person instead of going to a case."""
SHOWN_MOST = 20_000
OLDEST_DAYS = 365
"""How long ago a mail may say it was sent for its Date to be believed."""


@dataclass(frozen=True)
class Received:
    """What became of a mail; `mail`: the id it is kept under, of a duplicate the first one's."""

    outcome: Outcome
    mail: str
    case_id: str = ""


class NotFiled(Exception):
    """The mail is kept and could not be put where it belongs; it is to come again."""


def receive_mail(desk: Desk, raw: bytes, sender: str | None = None, recipients: Iterable[str] = ()) -> Received:
    """Keep a mail and put it where it belongs. `sender`, `recipients`: of its envelope, None where nobody told."""
    mail = desk.mail_reader.read(raw, sender, tuple(recipients))
    digest = sha256(raw).hexdigest()
    before = desk.mails.first(mail.content)
    if before is not None and before.state is not MailState.COMING:
        return _again(desk, before, raw, digest)
    files: dict[str, CaseFile] = {}
    found = route(mail.head, _known(desk, files), many=before is None and _many(desk, mail))
    row = _kept(desk, mail, raw, digest, found, before)
    if row is None:  # somebody else took the same mail in at this moment
        first = desk.mails.first(mail.content)
        assert first is not None, "whoever was quicker has entered it"
        return _again(desk, first, raw, digest)
    told = _file(desk, mail, found, row, files)
    desk.mails.change(replace(row, state=_state(found)))
    if not told and _may_answer(desk, mail, found):
        due = Due(key=f"mail-answer:{row.mail}", kind="mail-answer", due_at=desk.clock.now(), body={"mail": row.mail})
        desk.agenda.put([due])
    return Received(found.outcome, row.mail, found.case_id)


def _again(desk: Desk, first: MailRow, raw: bytes, digest: str) -> Received:
    """It is here already. Where servers wrote other headers on it, these bytes are kept beside the first."""
    if first.sha256 and first.sha256 != digest:
        blob = desk.vault.keep(first.owner, Retention.MESSAGE, raw)
        again = replace(first, mail=desk.ids.new("m"), sha256=digest, outcome=Outcome.DUPLICATE.value, why="")
        again = replace(again, blob=blob, size=len(raw), came_at=desk.clock.now(), state=MailState.ASIDE, settled_by="")
        desk.mails.enter(replace(again, shown=replace(first.shown or MailShown(), text="", files=())))
    return Received(Outcome.DUPLICATE, first.mail, first.case_id)


def _kept(desk: Desk, mail: Mail, raw: bytes, digest: str, found: Route, before: MailRow | None) -> MailRow | None:
    """The raw bytes in the vault and the row that says so; None where the same mail came in meanwhile."""
    name = before.mail if before else desk.ids.new("m")
    owner = found.case_id or name
    if before is not None and before.owner == owner and before.sha256 == digest:
        return before
    row = MailRow(
        mail=name,
        content=mail.content,
        sha256=digest,
        outcome=found.outcome.value,
        state=MailState.COMING,
        came_at=desk.clock.now(),
        blob=desk.vault.keep(owner, Retention.MESSAGE, raw),
        size=len(raw),
        owner=owner,
        case_id=found.case_id,
        why=found.why.value,
        shown=_shown(mail, whole=not found.case_id),
    )
    if before is not None:
        desk.mails.change(row)
        if before.owner == before.mail:  # that of a case may stand in its record already
            desk.vault.drop(before.blob)
        return row
    if desk.mails.enter(row):
        return row
    desk.vault.drop(row.blob)
    return None


def _shown(mail: Mail, whole: bool) -> MailShown:
    """`whole`: its words too, for a person who has to say where it belongs."""
    files = tuple(one.name for one in mail.attachments) if whole else ()
    text = mail.text[:SHOWN_MOST] if whole else ""
    sender = ", ".join(mail.head.senders)[:300]
    return MailShown(sender=sender, subject=mail.subject, text=text, files=files, message_id=mail.head.message_id)


def _state(found: Route) -> MailState:
    if found.why is not Why.NONE or found.outcome is Outcome.QUARANTINE:
        return MailState.WAITING
    return MailState.FILED if found.case_id else MailState.ASIDE


# ---- where it belongs ------------------------------------------------------------------------------------------


def _known(desk: Desk, files: dict[str, CaseFile]) -> Known:
    """What routing may ask; the cases it looks at are left in `files`."""
    own = desk.mail_from.rpartition("<")[2].strip("> ").lower()
    return Known(
        verified=_verified(desk),
        parties=lambda case_id: _parties(desk, case_id, files),
        borrowers=desk.loans.borrowers_at,
        open_case=lambda borrower_id: _open_case(desk, borrower_id),
        loop_marks=marks.loop_marks(desk.mail_signs, desk.mail_domain),
        own_addresses=frozenset({own}),
    )


def _verified(desk: Desk) -> Callable[[Mark], bool]:
    return lambda mark: any(compare_digest(signed, mark.signature) for signed in desk.mail_signs(mark.text))


def _parties(desk: Desk, case_id: str, files: dict[str, CaseFile]) -> Parties | None:
    """Who may write to a case: she, from any address on file, and whoever she gave authority, while it stands."""
    line = desk.cases.line(case_id)
    file = load(desk, case_id) if line else None
    if line is None or file is None or file.party is None:
        return None
    files[case_id] = file
    rows = [held.row.email for held in desk.loans.loans_of(line.borrower_id)]
    hers = [file.party.email, file.reach.email if file.reach else None, *rows]
    today = desk.clock.today()
    others = [one.party.email for one in file.talk.authorities if one.party and one.holds(today)]
    addresses = frozenset(address.strip().lower() for address in (*hers, *others) if address and address.strip())
    goes_on_in = _open_case(desk, line.borrower_id, besides=case_id) if file.case.closed else ""
    return Parties(case_id=case_id, addresses=addresses, closed=bool(file.case.closed), goes_on_in=goes_on_in)


def _open_case(desk: Desk, borrower_id: str, besides: str = "") -> str:
    """The open case of a borrower, "" where there is none; of several the one that moved last."""
    lines = desk.cases.of_borrower(borrower_id)
    opened = [line for line in lines if line.stage != "closed" and line.case_id != besides]
    return max(opened, key=lambda line: line.changed_at).case_id if opened else ""


def _many(desk: Desk, mail: Mail) -> bool:
    sender = mail.head.sender or mail.head.envelope_from or "?"
    return not desk.limits.take(f"mail:{sender}", desk.clock.now(), MAILS_A_MINUTE, 60)


# ---- filing ----------------------------------------------------------------------------------------------------


def _file(desk: Desk, mail: Mail, found: Route, row: MailRow, files: dict[str, CaseFile]) -> bool:
    """Put it with its case; returns whether she was told of it already by the case's own messages."""
    if not found.case_id:
        return False
    if found.outcome is Outcome.BOUNCE:
        _bounced(desk, mail, found, row)
        return True
    file = files.get(found.case_id) or load(desk, found.case_id)
    assert file.party is not None, "routing goes to no case without its borrower"
    actor = Actor(Role.BORROWER, file.party.borrower_id, Auth.MAIL_ADDRESS)
    by = By(actor=actor, channel=Channel.EMAIL, key=f"mail:{row.mail}", occurred_at=_sent_at(desk, mail))
    done = write_to_case(desk, by, file, mail, row, automatic=found.outcome is Outcome.AUTO_REPLY)
    if isinstance(done, Refusal) and done.rule != "record.key":
        raise NotFiled(done.rule)
    return isinstance(done, Done) and any(isinstance(event.fact, e.NoticeQueued) for event in done.events)


def _bounced(desk: Desk, mail: Mail, found: Route, row: MailRow) -> None:
    failure = failure_of(mail.head.report)
    status = mail.head.report.status if mail.head.report else ""
    by = By(actor=SYSTEM, channel=Channel.EMAIL, key=f"mail:{row.mail}", cause=row.mail)
    done = came_back(desk, by, found.case_id, found.number, failure, status)
    if isinstance(done, Refusal):
        raise NotFiled(done.rule)


def write_to_case(
    desk: Desk, by: By, file: CaseFile, mail: Mail, row: MailRow, *, automatic: bool = False, assigned_by: str = ""
) -> Done | Refusal:
    """The mail as a message of a case, its files as papers where the checklist is open."""
    case_id, language = file.case.case_id, file.case.language
    papers, told = ((), ()) if automatic else _take_papers(desk, by, file, mail.attachments)
    words = said_now(mail.text, is_forwarded(mail.subject)) or mail.subject or say(language, "mail.no_words")
    after = "".join(f"\n{line}" for line in told[:20])
    room = WORDS_MAX - len(after) - 2
    if len(words) > room:
        cut = f"\n{say(language, 'mail.cut')}"
        words = words[: room - len(cut)] + cut
    written = Written(
        text=f"{words}\n{after}" if after else words,
        message=row.mail,
        subject=mail.subject,
        sender=mail.head.sender,
        raw=row.blob,
        papers=papers,
        voice=e.Voice.AUTO if automatic else e.Voice.PERSON,
        assigned_by=assigned_by,
        reference=mail.head.message_id,
        calls_person=not automatic,
    )
    return write_message(desk, by, case_id, written)


def _sent_at(desk: Desk, mail: Mail) -> datetime | None:
    """When it was sent, where its Date can be believed: not later than now, and not long ago."""
    now = desk.clock.now()
    at = mail.sent_at
    return at if at is not None and now - timedelta(days=OLDEST_DAYS) < at < now else None


# ---- papers ----------------------------------------------------------------------------------------------------


def _take_papers(
    desk: Desk, by: By, file: CaseFile, attachments: Iterable[Attachment]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its files as papers: (their ids, a line for each file). What is no paper is named with the reason; it stays in
    the raw mail, so nothing is lost.
    """
    papers: list[str] = []
    told: list[str] = []
    language = file.case.language
    for number, one in enumerate(attachments):
        item = _item_for(file, one.name)
        if item is None:
            told.append(say(language, "mail.file.with_mail", name=one.name))
            continue
        key = f"{by.key}:{number}"
        came = receive_paper(
            desk, replace(by, key=key), file.case.case_id, item=item.number, name=one.name, data=one.data
        )
        if isinstance(came, Refusal):
            why = say(language, came.reason, **came.facts)
            told.append(say(language, "mail.file.refused", name=one.name, why=why))
            continue
        papers += [event.fact.paper for event in came.events if isinstance(event.fact, e.PaperReceived)]
        told.append(say(language, "mail.file.taken", name=one.name, paper=_called(item, language)))
    return tuple(dict.fromkeys(papers)), tuple(told)


def _item_for(file: CaseFile, name: str) -> Item | None:
    """The item of the open checklist a file is for: the one whose papers its name speaks of, else the first that still
    waits and is not about health. A person sees it beside the item and moves on from there.
    """
    if file.case.closed:
        return None
    open_items = items_to_send(file.items, file.case.papers)
    items = [item for item in file.items if item.number in open_items]
    low = name.casefold()
    named = [item for item in items if any(word in low for word in _names(item))]
    waiting = [item for item in items if not item.health and item.number not in _came(file)]
    usual = [item for item in items if not item.health]
    return next(iter([*named, *waiting, *usual]), None)


def _came(file: CaseFile) -> frozenset[int]:
    return frozenset(item.number for item in file.items if file.papers_of(item.number))


def _names(item: Item) -> tuple[str, ...]:
    """What the papers of an item are called, in both languages."""
    keys = [f"evidence.page.kind.{kind}" for kind in item.kinds]
    spoken = [say(language, key) for key in keys for language in ("zh", "en") if known_word(language, key)]
    return tuple(word.casefold() for word in (*spoken, *item.kinds))


def _called(item: Item, language: str) -> str:
    return say(language, f"evidence.page.kind.{item.kinds[0]}") if item.kinds else str(item.number)


# ---- the answer ------------------------------------------------------------------------------------------------


def _may_answer(desk: Desk, mail: Mail, found: Route) -> bool:
    """One acknowledgement a day to a sender, and none to what a machine wrote (RFC 3834)."""
    if found.outcome not in (Outcome.NEW, Outcome.FOLLOW_UP, Outcome.QUARANTINE) or found.why is Why.MANY:
        return False
    sender = mail.head.sender
    if not sender or mail.head.never_answered or not _elsewhere(mail, sender):
        return False
    today = desk.clock.now().astimezone(ZONE).date()
    return desk.limits.take(f"mail-answer:{sender}:{today}", desk.clock.now(), 1, 2 * 86_400)


def _elsewhere(mail: Mail, sender: str) -> bool:
    """Whether it was sent by whom it names: an answer to a made-up sender would trouble somebody else."""
    domain = mail.head.envelope_from.rpartition("@")[2] if mail.head.envelope_from else ""
    return not domain or domain == sender.rpartition("@")[2]


# ---- a person decides ------------------------------------------------------------------------------------------


def assign_mail(desk: Desk, by: By, mail: str, case_id: str, reason: str) -> Done | Refusal:
    """A person found that a mail belongs to a case: it becomes a message of it, with her name and her reason."""
    row = desk.mails.get(mail)
    if refusal := may_work_on_cases(by.actor) or _waits(row) or _reason(reason):
        return refusal
    assert row is not None and row.shown is not None, "a mail that waits can be read"
    file = load(desk, case_id.strip())
    if file.party is None:
        return Refusal("mail.case", "mail.refusal.case", "mail.way_on.case", where="case")
    raw = desk.vault.open(row.blob)
    read = desk.mail_reader.read(raw)
    blob = desk.vault.keep(file.case.case_id, Retention.MESSAGE, raw)
    moved = replace(row, blob=blob, owner=file.case.case_id, case_id=file.case.case_id, settled_by=by.actor.id)
    shown = replace(row.shown, text="", files=(), reason=reason.strip())
    moved = replace(moved, state=MailState.ASSIGNED, shown=shown)
    hers = Actor(Role.BORROWER, file.party.borrower_id, Auth.NONE)
    filed = By(actor=hers, channel=Channel.EMAIL, key=f"mail:{row.mail}:{case_id}", occurred_at=_sent_at(desk, read))
    done = write_to_case(desk, filed, file, read, moved, assigned_by=by.actor.id)
    if isinstance(done, Refusal) and done.rule != "record.key":
        desk.vault.drop(blob)
        return done
    said = say("zh", "mail.note.assigned", reason=reason.strip())
    noted = carry_out(desk, by, file.case.case_id, {"assign": mail}, lambda _: [e.NoteWritten(text=said)])
    if isinstance(noted, Refusal):
        return noted
    desk.mails.change(moved)
    if row.owner == row.mail:
        desk.vault.drop(row.blob)
    return noted


def discard_mail(desk: Desk, by: By, mail: str, reason: str) -> Refusal | None:
    """A person found that nothing is to be done: it stays sealed where it is, with her name and her reason."""
    row = desk.mails.get(mail)
    if refusal := may_work_on_cases(by.actor) or _waits(row) or _reason(reason):
        return refusal
    assert row is not None and row.shown is not None, "a mail that waits can be read"
    shown = replace(row.shown, reason=reason.strip()[:WORDS_MAX])
    desk.mails.change(replace(row, state=MailState.DISCARDED, settled_by=by.actor.id, shown=shown))
    return None


def files_of(desk: Desk, row: MailRow) -> tuple[Attachment, ...]:
    """What came with a mail that is with its case; () while it is with none, or once its key was destroyed."""
    if not row.case_id or row.shown is None:
        return ()
    return desk.mail_reader.read(desk.vault.open(row.blob)).attachments


def _waits(row: MailRow | None) -> Refusal | None:
    if row is None or row.state is not MailState.WAITING or row.shown is None:
        return Refusal("mail.settled", "mail.refusal.settled", "mail.way_on.list")
    return None


def _reason(reason: str) -> Refusal | None:
    return None if reason.strip() else Refusal("mail.reason", "mail.refusal.reason", where="reason")


# ---- the answer goes out ---------------------------------------------------------------------------------------


def answer_mail(desk: Desk, mail: str) -> None:
    """The acknowledgement: that a person reads it, and the ways on; nothing of any case, and to its sender alone."""
    row = desk.mails.get(mail)
    if row is None or row.shown is None or not row.shown.sender:
        return
    language = _language(desk, row.shown)
    lender = desk.lender if language == "zh" else desk.lender_en
    body = sentences(language, "mail.answer.body", lender=lender, phone=desk.phone, link=desk.address)
    about = (row.shown.message_id,) if row.shown.message_id else ()
    headers = MailHeaders(
        in_reply_to=row.shown.message_id,
        references=about,
        own_mark=marks.loop_mark(desk.mail_sign, desk.mail_domain),
        answers=True,
    )
    message = Message(
        channel=Channel.EMAIL,
        to=row.shown.sender,
        subject=say(language, "mail.answer.subject"),
        body="\n".join(body),
        reference=f"answer-{row.mail}",
        mail=headers,
    )
    with suppress(Bounced):  # who cannot be written to has lost nothing but this line
        desk.messenger.send(message)


def _language(desk: Desk, shown: MailShown) -> str:
    """Hers where the address is hers alone, else the one it is written in."""
    borrowers = desk.loans.borrowers_at(shown.sender)
    held = desk.loans.borrower(borrowers[0]) if len(borrowers) == 1 else None
    if held is not None:
        return held.row.language
    return "zh" if re.search(r"[\u4e00-\u9fff]", shown.subject + shown.text) else "en"
