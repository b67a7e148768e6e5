"""The whole desk on a database, as the product wires it, with a clock to move: what the tests of leaving stand on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection

from forbear.actions import agenda, drafts, leaving, mail, sms
from forbear.actions.conversation import write_message
from forbear.actions.ports import Desk, Draft, TextIn
from forbear.actions.record import By, load
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import memory_desk
from forbear.adapters.vault import Folder, SealedVault
from forbear.core.contact import Actor, Auth, Channel, Reach, Role
from forbear.core.facts import Retention
from forbear.store.agenda import DjangoAgenda
from forbear.store.blobs import DjangoRegister
from forbear.store.conversation import DjangoDrafts, DjangoMessageIndex
from forbear.store.erasures import ErasureList
from forbear.store.identity import DjangoChallenges, DjangoLimits
from forbear.store.leaving import DjangoKeeping
from forbear.store.ledger import DjangoLedger
from forbear.store.likeness import DjangoPaperMarks
from forbear.store.loans import StoredLoanBook
from forbear.store.mail import DjangoMailRoom
from forbear.store.outbox import DevOutbox
from forbear.store.privacy import load_keys
from forbear.store.projections import DjangoCases
from forbear.store.rooms import DjangoRooms
from forbear.store.sms import DjangoTexts
from forbear.store.telephone import DjangoCalls
from forbear.store.uploads import DjangoUploadLinks, DjangoUploads
from forbear.town.borrower import Borrower
from forbear.town.sample import somebody

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
REVIEWER = Actor(Role.REVIEWER, "chen", Auth.STAFF)
CANARIES = ("CANARY-mail", "CANARY-text", "CANARY-note", "CANARY-draft", "CANARY-upload", "CANARY-stray")


def desk_on(home: Path, at: datetime = NOW) -> Desk:
    """The desk on Django's default database, its keys and files in `home`."""
    keys, ids = load_keys(home), RandomIds()
    base = memory_desk(at=at)
    erasures = ErasureList(home / "erasures.jsonl")
    return replace(
        base,
        ids=ids,
        ledger=DjangoLedger(keys, ids, "leaving/ledger", erased=erasures.add),
        agenda=DjangoAgenda(),
        cases=DjangoCases(keys),
        loans=StoredLoanBook(keys, ids),
        challenges=DjangoChallenges(keys),
        limits=DjangoLimits(keys),
        vault=SealedVault(Folder(home / "papers"), DjangoRegister(keys), ids),
        marks=DjangoPaperMarks(keys),
        upload_links=DjangoUploadLinks(keys),
        uploads=DjangoUploads(home / "uploads", keys),
        messenger=DevOutbox(keys, base.clock),
        drafts=DjangoDrafts(keys),
        message_index=DjangoMessageIndex(keys),
        mails=DjangoMailRoom(keys),
        texts=DjangoTexts(keys),
        rooms=DjangoRooms(),
        calls=DjangoCalls(keys),
        keeping=DjangoKeeping(keys, ids, home / "uploads", erasures),
    )


def borrower(desk: Desk, seed: str, number: int) -> Borrower:
    """Somebody in the book whose household can be offered a plan."""
    row, home = somebody(desk, Random(seed), number, date(2026, 3, 2), planned=True, above=True)
    row = replace(row, language="zh", email=f"canary{number}@mail.example")
    desk.loans.put([row])
    return Borrower(desk, row, home, Random(seed), number)


def by(actor: Actor, key: str) -> By:
    """Somebody at a page."""
    return By(actor=actor, channel=Channel.WEB, key=key)


def works(desk: Desk) -> None:
    """Do what is due now."""
    while agenda.work(desk, 50):
        pass


def lives(she: Borrower, number: int) -> str:
    """Something of hers in every channel and in every table; returns her case."""
    from forbear.actions.contact import choose_reach
    from forbear.actions.hotline import call_begun, call_ended, call_identified, recording
    from forbear.actions.ports import Upload
    from forbear.core.contact_facts import Direction
    from forbear.core.telephone_call import CallEvent, Step

    desk, row = she.desk, she.row
    she.arrives()
    case_id = she.case_id
    she.answers()
    she.submits()
    she.sends_papers()
    her = Actor(Role.BORROWER, load(desk, case_id).party.borrower_id, Auth.CODE)  # type: ignore[union-attr]
    reach = Reach(language="zh", phone=row.phone, email=row.email)
    choose_reach(desk, By(actor=her, channel=Channel.WEB, key=f"reach{number}"), case_id, reach)
    she.writes(f"{CANARIES[2]} 我写的话 {number}")
    write_message(desk, By(actor=AGENT, channel=Channel.EMAIL, key=f"says{number}"), case_id, "CANARY-note 请补材料")
    head = f"From: {row.email}\nSubject: {CANARIES[0]}\nMessage-ID: <m{number}@mail.example>"
    raw = f"{head}\n\n{CANARIES[0]} body".encode()
    mail.receive_mail(desk, raw)
    mail.receive_mail(desk, raw.replace(str(row.email).encode(), b"unknown@else.example").replace(b"<m", b"<s"))
    sms.take_text(desk, TextIn(id=f"in{number}", number=row.phone, text=f"{CANARIES[1]} 短信 {number}"))
    sms.take_text(desk, TextIn(id=f"stray{number}", number=f"1990000000{number}", text=f"{CANARIES[5]} {number}"))
    drafts.keep_draft(
        desk,
        By(actor=AGENT, channel=Channel.WEB, key=f"draft{number}"),
        Draft(case_id=case_id, staff="lin", at=desk.clock.now(), channel=Channel.WEB, text=CANARIES[3]),
    )
    upload = f"u{number}"
    facts: dict[str, Any] = {"item": 1, "size": 90, "sha256": "0" * 64, "retention": "finance", "paper": ""}
    desk.uploads.begin(
        Upload(id=upload, case_id=case_id, name=f"{CANARIES[4]}.jpg", touched_at=desk.clock.now(), **facts)
    )
    desk.uploads.add(upload, 0, b"CANARY-upload bytes", desk.clock.now())
    marked = load(desk, case_id).papers[0].paper
    desk.marks.enter(case_id, her.id, marked, [f"{number}" * 64], [])
    begun = CallEvent(step=Step.BEGUN, call=f"pbx{number}", at=desk.clock.now(), number=row.phone, recorded=True)
    call = call_begun(desk, replace(begun, direction=Direction.IN))
    call_identified(desk, By(actor=AGENT, channel=Channel.HOTLINE, key=f"is{number}"), call.call, case_id)
    recording(desk, f"pbx{number}", [b"RIFF\x00\x00\x00\x00WAVEfmt CANARY-recording"], seconds=3)
    call_ended(desk, replace(begun, step=Step.ENDED, at=desk.clock.now() + timedelta(seconds=4)))
    works(desk)
    return case_id


def ends(she: Borrower) -> None:
    """She is refused, and does not ask for another look: the case ends."""
    from forbear.core.decision import Outcome

    she.wishes()
    she.accepted()
    she.papers_checked()
    she.proposed(Outcome.REFUSED, reasons=("papers-missing",), would_change="请补三个月的流水。")
    she.decided()
    works(she.desk)


def settled(desk: Desk, she: Borrower) -> None:
    """The lender's book says that nothing is owed any more."""
    none = dict.fromkeys(("principal_minor", "interest_minor", "penalty_minor", "fees_minor"), 0)
    loan = replace(she.row.loan, **none, instalments_left=0, oldest_unpaid_due_on=None)
    desk.loans.put([replace(she.row, loan=loan)])


def later(desk: Desk, days: int) -> None:
    """So many days later, in the night: the nightly run and what it makes due."""
    desk.clock.advance(days=days)  # type: ignore[attr-defined]
    desk.agenda.put(leaving.dues_of_the_night(desk))
    works(desk)
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    works(desk)


# ---- what lies in the files ------------------------------------------------------------------------------------

OPEN = ("django_migrations", "django_content_type", "auth_permission", "leaving_look", "head")
"""Tables without anybody in them."""


def values() -> dict[str, set[bytes]]:
    """Every value of every table that is long enough to be known again, as bytes, by table."""
    found: dict[str, set[bytes]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table in OPEN:
                continue
            cursor.execute(f'select * from "{table}"')
            cells = [cell for row in cursor.fetchall() for cell in row]
            binary = {bytes(cell) for cell in cells if isinstance(cell, bytes | memoryview)}
            texts = {cell.encode() for cell in cells if isinstance(cell, str)}
            found[table] = {value for value in binary | texts if len(value) >= 14}
    return found


def raw(tables: tuple[str, ...] = ()) -> bytes:
    """The bytes of the database's own files: SQLite's file and its log, or PostgreSQL's files of these tables, with
    their indexes and what is stored out of line.
    """
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(part.read_bytes() for part in sorted(file.parent.glob(file.name + "*")) if part.is_file())
    with connection.cursor() as cursor:
        cursor.execute("checkpoint")
        cursor.execute("select setting from pg_settings where name = 'data_directory'")
        ((folder,),) = cursor.fetchall()
        of = "select c.oid, c.reltoastrelid from pg_class c where c.relname = any(%s)"
        paths = (
            f"with t as ({of}) select pg_relation_filepath(oid) from t union select pg_relation_filepath(reltoastrelid)"
        )
        paths += " from t where reltoastrelid <> 0 union select pg_relation_filepath(i.indexrelid) from t"
        cursor.execute(paths + " join pg_index i on i.indrelid = t.oid", [list(tables)])
        files = [Path(folder) / path for (path,) in cursor.fetchall() if path]
    return b"".join(file.read_bytes() for file in files if file.exists())


def canaries_in(content: bytes, *more: str) -> list[str]:
    """Which canaries stand there in the open."""
    return [canary for canary in (*CANARIES, *more) if canary.encode() in content]


def live_classes(desk: Desk, case_id: str) -> set[Retention]:
    """The classes of which a case holds something."""
    return {retention for retention in Retention if desk.ledger.keys_of(case_id, retention)}
