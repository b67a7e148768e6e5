"""The Keeping port on Django, and the scrubbing of the database's files.

Deleting a row leaves its bytes in free pages, in the write-ahead log or in dead tuples. SQLite writes over what it
frees (secure_delete), and `scrub` rebuilds the file and empties its log. On PostgreSQL `scrub` writes the tables anew
that hold keys, or what the book key seals; without its key what is left of a disclosure is noise.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.contrib.sessions.models import Session
from django.db import connections, transaction

from forbear.actions.ports import Ids
from forbear.core.loan import Loan
from forbear.store.erasures import Erased, ErasureList
from forbear.store.loans import StoredLoanBook
from forbear.store.models import (
    BorrowerRow,
    CallRequest,
    CallRow,
    CaseRow,
    ChallengeRow,
    ContactRow,
    DataKey,
    DevMessage,
    LimitCount,
    LoanRow,
    LookRow,
    MailIn,
    TextInRow,
    TextPieceRow,
    UploadRow,
)
from forbear.store.privacy import DataKeys, Keys

WRITTEN_ANEW = (
    *("data_key", "challenge", "text_in", "text_piece", "telephone_call", "dev_message", "loan", "borrower"),
    *("django_session", "case_line", "contact", "contact_case", "paper_mark", "mail_in", "draft", "upload"),
    "command",
)
"""Tables with keys, with what the book key seals, or with marks of a person; the others are only vacuumed."""
LOCK_SECONDS = 5
CODES_KEPT = timedelta(days=2)
REQUESTS_KEPT = timedelta(days=7)


class Busy(Exception):
    """Somebody reads or writes for so long that the files cannot be scrubbed now; it is tried again."""


class DjangoKeeping:
    """The Keeping port (forbear/actions/leaving_ports.py). `uploads`: the folder of files on their way."""

    def __init__(self, keys: Keys, ids: Ids, uploads: Path, erasures: ErasureList, using: str = "default") -> None:
        self._keys, self._ids = keys, ids
        self._data_keys = DataKeys(keys, using)
        self._uploads = Path(uploads)
        self._erasures = erasures
        self._using = using

    def to_look(self, on: date, limit: int) -> tuple[str, ...]:
        rows = LookRow.objects.using(self._using).filter(on__lte=on).order_by("on", "case_id")
        return tuple(rows.values_list("case_id", flat=True)[:limit])

    def look_again(self, case_id: str, on: date | None) -> None:
        rows = LookRow.objects.using(self._using)
        if on is None:
            rows.filter(case_id=case_id).delete()
        else:
            rows.update_or_create(case_id=case_id, defaults={"on": on})

    def forget_loose(self, before: datetime, now: datetime) -> Sequence[tuple[str, str]]:
        using = self._using
        MailIn.objects.using(using).filter(case_id="", came_at__lt=before).delete()
        TextInRow.objects.using(using).filter(case_id="", came_at__lt=before).delete()
        TextPieceRow.objects.using(using).filter(at__lt=before).delete()
        DevMessage.objects.using(using).filter(sent_at__lt=before).delete()
        ChallengeRow.objects.using(using).filter(expires_at__lt=now - CODES_KEPT).delete()
        CallRequest.objects.using(using).filter(at__lt=now - REQUESTS_KEPT).delete()
        LimitCount.objects.using(using).filter(ends_at__lt=now).delete()
        Session.objects.using(using).filter(expire_date__lt=now).delete()
        destroyed = [self._destroy(owner, retention, now) for owner, retention in self._ownerless()]
        return [one for one in destroyed if one is not None]

    def _ownerless(self, owner: str = "") -> list[tuple[str, str]]:
        """Keys of mails and calls that are no longer there, or moved to a case and its keys."""
        using = self._using
        live = DataKey.objects.using(using).filter(destroyed_leaf=None, **({"case_id": owner} if owner else {}))
        live = live.exclude(case_id__in=CaseRow.objects.using(using).values("case_id"))
        live = live.exclude(case_id__in=MailIn.objects.using(using).values("owner"))
        live = live.exclude(case_id__in=CallRow.objects.using(using).values("call"))
        mails = live.filter(case_id__startswith="m_") | live.filter(case_id__startswith="t_")
        return list(mails.order_by("case_id").values_list("case_id", "retention"))

    def _destroy(self, owner: str, retention: str, now: datetime) -> tuple[str, str] | None:
        """A mail whose file is there and whose row is just being written keeps its key (store/mail.py: enter)."""
        with transaction.atomic(using=self._using):
            live = DataKey.objects.using(self._using).filter(case_id=owner, retention=retention, destroyed_leaf=None)
            keys = tuple(live.select_for_update().values_list("key_id", flat=True))
            if (owner, retention) not in self._ownerless(owner):
                return None
            self._erasures.add(Erased(at=now.isoformat(), owner=owner, retention=retention, keys=keys))
            self._data_keys.destroy(owner, retention, -1)
        return owner, retention

    def forget_book(self, borrower_id: str, now: datetime) -> bool:
        using = self._using
        if not borrower_id or CaseRow.objects.using(using).filter(borrower_id=borrower_id).exists():
            return False
        held = StoredLoanBook(self._keys, self._ids, using).loans_of(borrower_id)
        if not held or any(_owed(one.row.loan) for one in held):
            return False
        with transaction.atomic(using=using):
            self._erasures.add(Erased(at=now.isoformat(), owner=borrower_id, retention="loan"))
            ContactRow.objects.using(using).filter(borrower_id=borrower_id).delete()
            ChallengeRow.objects.using(using).filter(borrower_id=borrower_id).delete()
            LoanRow.objects.using(using).filter(borrower_id=borrower_id).delete()
            BorrowerRow.objects.using(using).filter(id=borrower_id).delete()
        return True

    def sweep_uploads(self) -> int:
        if not self._uploads.is_dir():
            return 0
        files = {file.name: file for file in self._uploads.iterdir()}
        known = set(UploadRow.objects.using(self._using).values_list("id", flat=True))
        gone = [file for name, file in files.items() if name not in known]
        for file in gone:
            file.unlink(missing_ok=True)
        return len(gone)

    def counts(self) -> Mapping[str, int]:
        connection = connections[self._using]
        with connection.cursor() as cursor:
            counted = {}
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"select count(*) from {connection.ops.quote_name(table)}")  # noqa: S608 (its own names)
                ((counted[table],),) = cursor.fetchall()
        folders = [self._uploads, self._uploads.parent / "papers"]
        files = {
            f"FORBEAR_HOME/{folder.name}": sum(1 for file in folder.rglob("*") if file.is_file()) for folder in folders
        }
        return counted | files

    def scrub(self) -> None:
        scrub(self._using)


def scrub(using: str) -> None:
    """Rebuild the files of the database `using` without what was deleted; raises Busy, or the database's own error."""
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "sqlite":
            cursor.execute("vacuum")
            ((busy, _, _),) = cursor.execute("pragma wal_checkpoint(truncate)").fetchall()
            if busy:
                raise Busy("a reader holds SQLite's write-ahead log")
            return
        cursor.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
        try:
            for table in WRITTEN_ANEW:
                cursor.execute(f'vacuum (full) "{table}"')
            cursor.execute("vacuum")
        finally:
            cursor.execute("reset lock_timeout")


def _owed(loan: Loan) -> int:
    return loan.principal_minor + loan.interest_minor + loan.penalty_minor + loan.fees_minor


def watch(case_id: str, on: date, using: str) -> None:
    """A new case: it is looked at from `on` on."""
    LookRow.objects.using(using).bulk_create([LookRow(case_id=case_id, on=on)], ignore_conflicts=True)
