"""Changing the index key: the marks by which sealed rows, words, papers and numbers are found, made anew by a new key.

A mark cannot be turned into another, so each is made anew from what it is of: opened from its own row, or from the
record. Readers look by both keys until the old one goes. Rows are done in batches, each in one transaction; begun again
after a kill, only what is left is done. A mark whose words are erased by now cannot be made: it goes, and is counted.
Counts of tries and answers to signed requests are made of words kept nowhere: they run out before the old key may go.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import models

from forbear.core.contact_attempts import number_end
from forbear.core.events import PaperRead, PaperReceived
from forbear.store.contact_budget import KINDS, numbers_of
from forbear.store.conversation import words_anew
from forbear.store.ledger import DjangoLedger
from forbear.store.likeness import marks_of
from forbear.store.loans import StoredLoanBook
from forbear.store.mail import content_marks, opened
from forbear.store.models import BorrowerRow, CallRow, CaseRow, ContactRow, Head, LoanRow, MailIn, PaperMark
from forbear.store.privacy import DataKeys, blinds, every, marking
from forbear.store.projections import indexes_anew
from forbear.store.telephone import opened as opened_call
from forbear.store.telephone import system_mark

ROWS_AT_ONCE = 200
STILL_SECONDS = 2 * 86_400 + 600
"""As long as the longest count of tries runs (actions/mail.py: one answer to a sender in two days)."""

Done = Counter[str]
"""How many rows were made anew ("anew"), and how many marks had to go ("gone")."""


@dataclass(frozen=True)
class MarksAnew:
    """`change` False: only count what would be done."""

    ledger: DjangoLedger
    book: StoredLoanBook
    using: str
    change: bool = True

    def all(self) -> Iterator[Done]:
        """What was done, after each batch of rows."""
        yield from self._table(BorrowerRow, lambda rows: [self.book.borrower_anew(row) for row in rows])
        yield from self._table(LoanRow, lambda rows: [self.book.loan_anew(row) for row in rows])
        yield from self._table(CaseRow, self._lines)
        yield from self._table(MailIn, self._mails)
        yield from self._table(CallRow, self._calls)
        yield from self._table(ContactRow, self._numbers)
        yield from self._papers()
        yield from self._words()

    def _table(self, table: type[models.Model], wanted: Callable[[list[Any]], list[dict[str, Any]]]) -> Iterator[Done]:
        last: Any = None
        while True:
            with self._batch():
                rows = list(self._rows(table, last))
                done = Counter[str]()
                for row, want in zip(rows, wanted(rows), strict=True):
                    done += self._row(table, row, want)
            if not rows:
                return
            yield done
            last = rows[-1].pk

    @contextmanager
    def _batch(self) -> Iterator[None]:
        """Nobody makes such marks meanwhile, and nobody records: two that wait for each other's rows are none."""
        with marking(self.using, anew=True):
            list(Head.objects.using(self.using).select_for_update())
            yield

    def _rows(self, table: type[models.Model], last: Any) -> Any:
        rows = table._default_manager.using(self.using).order_by("pk")
        if table is LoanRow:
            rows = rows.select_related("borrower")
        return (rows if last is None else rows.filter(pk__gt=last))[:ROWS_AT_ONCE]

    def _row(self, table: type[models.Model], row: Any, want: dict[str, Any]) -> Done:
        """Changed only while its marks still are as they were read."""
        gone = want.pop("gone", 0)
        held = {name: _plain(getattr(row, name)) for name in want}
        if held == want:
            return Counter()
        if self.change and not table._default_manager.using(self.using).filter(pk=row.pk, **held).update(**want):
            return Counter()
        return Counter(gone=1) if gone else Counter(anew=1)

    # ---- what each row's marks are -----------------------------------------------------------------------------

    def _opening(self, rows: Sequence[Any]) -> Mapping[str, bytes]:
        return DataKeys(self.ledger.keys, self.using).by_id({row.key_id for row in rows if row.key_id})

    def _lines(self, rows: Sequence[CaseRow]) -> list[dict[str, Any]]:
        keys, nothing = self._opening(rows), {"contract_index": b"", "name_index": b"", "gone": 1}
        return [
            indexes_anew(row, self.ledger.keys, keys[row.key_id]) if row.key_id in keys else dict(nothing)
            for row in rows
        ]

    def _mails(self, rows: Sequence[MailIn]) -> list[dict[str, Any]]:
        keys, index = self._opening(rows), self.ledger.keys.index

        def told(row: MailIn) -> dict[str, Any]:
            if row.key_id not in keys:  # it has to be unlike every other, and says nothing
                nothing = sha256(row.mail.encode()).digest()
                return {"content": nothing, "raw_digest": nothing, "gone": 1}
            content, digest, _ = opened(row, keys[row.key_id])
            raw = bytes.fromhex(digest)
            return {"content": content_marks(index, content)[0], "raw_digest": content_marks(index, raw)[0]}

        return [told(row) for row in rows]

    def _calls(self, rows: Sequence[CallRow]) -> list[dict[str, Any]]:
        keys = self.ledger.keys
        return [{"mark": system_mark(keys.index, opened_call(row, keys).system)} for row in rows]

    def _numbers(self, rows: Sequence[ContactRow]) -> list[dict[str, Any]]:
        """From the record of the case; of a contact without one by the numbers that the loan book has of her."""
        known: dict[str, bytes] = {}
        for case_id in {row.case_id for row in rows if row.case_id and row.number}:
            known |= numbers_of(self.ledger.of_types(case_id, KINDS), self.ledger.keys)
        found = []
        for row in rows:
            number, held = b"", bytes(row.number)
            if held and row.case_id:
                number = known.get(row.ref, b"")
            elif held:
                number = self._hers(row.borrower_id, held)
            found.append({"number": number, **({"gone": 1} if held and not number else {})})
        return found

    def _hers(self, borrower_id: str, held: bytes) -> bytes:
        for loan in self.book.loans_of(borrower_id):
            marks = blinds(self.ledger.keys.index, "number", number_end(loan.row.phone))
            if held in marks:
                return marks[0]
        return b""

    # ---- what is made anew from the record ---------------------------------------------------------------------

    def _papers(self) -> Iterator[Done]:
        last = ""
        while True:
            with self._batch():
                rows = PaperMark.objects.using(self.using)
                papers = list(
                    rows.filter(paper__gt=last)
                    .order_by("paper")
                    .values_list("paper", flat=True)
                    .distinct()[:ROWS_AT_ONCE]
                )
                done = sum((self._paper(paper) for paper in papers), Counter[str]())
            if not papers:
                return
            yield done
            last = papers[-1]

    def _paper(self, paper: str) -> Done:
        rows = PaperMark.objects.using(self.using).filter(paper=paper)
        there = [(bytes(row.mark), row.page, bytes(row.hash)) for row in rows]
        whose = rows.values("case_id", "borrower_id", "paper").first()
        if whose is None:
            return Counter()
        digests, looks = _read(self.ledger.of_types(whose["case_id"], ("paper.received", "paper.read")), paper)
        want = marks_of(every(self.ledger.keys.index)[0], digests, looks)
        if sorted(there) == sorted(want):
            return Counter()
        if self.change:
            rows.delete()
            made = [PaperMark(mark=mark, page=page, hash=padded, **whose) for mark, page, padded in want]
            PaperMark.objects.using(self.using).bulk_create(made)
        return Counter(anew=1) if want else Counter(gone=1)

    def _words(self) -> Iterator[Done]:
        leaf = 0
        while leaf < self.ledger.size():
            with self._batch():
                events = self.ledger.between(leaf, leaf + ROWS_AT_ONCE)
                done = Counter(anew=words_anew(events, self.ledger.keys, self.using, change=self.change))
            yield done
            leaf += ROWS_AT_ONCE


def _read(events: Sequence[Any], paper: str) -> tuple[list[str], list[Any]]:
    """Digests of the files and looks of the pages of a paper, as they were when it was read last."""
    came: dict[int, str] = {}
    found: tuple[list[str], list[Any]] = ([], [])
    for event in events:
        match event.fact:
            case PaperReceived(paper=name, page=page, facts=facts) if name == paper and facts is not None:
                came[page] = facts.sha256
            case PaperRead(paper=name, reading=reading) if name == paper and reading is not None:
                found = [came[page] for page in sorted(came)], [one.look for one in reading.pages if one.look]
    return found


def _plain(value: Any) -> Any:
    """A column as it is compared: bytes, whatever the database's driver hands out."""
    return bytes(value) if isinstance(value, memoryview) else value
