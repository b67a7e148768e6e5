"""The LoanBook port in the database: rows sealed with AES-256-GCM under the book key, found by keyed blind indexes.

Without the keys, which never lie in the database, a copy of it tells how many people and loans there are, and which
loans belong together, and nothing else.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hmac import compare_digest
from typing import Protocol, TypeVar

from django.db.models import QuerySet

from forbear.actions.ports import Counts, Held, Ids
from forbear.core.codec import plain, typed
from forbear.core.loan import DayCount, Loan
from forbear.core.loanbook import Row, contract_key
from forbear.core.phone_numbers import e164
from forbear.store.loan_tables import BorrowerRow, LoanRow
from forbear.store.privacy import blind, blinds, marking, marks, open_text, seal_text

T = TypeVar("T")

AT_ONCE = 500
"""Values looked up by one query."""


class Keys(Protocol):
    @property
    def book(self) -> bytes: ...

    @property
    def index(self) -> bytes: ...


class StoredLoanBook:
    """`using`: the database's name in the settings."""

    def __init__(self, keys: Keys, ids: Ids, using: str = "default") -> None:
        self._keys = keys
        self._ids = ids
        self._using = using
        nobody = BorrowerRow(id="nobody", id_index=bytes(32), sealed=self._seal("borrower:nobody", _NOBODY.id_number))
        self._nobody = LoanRow(id="nobody", borrower=nobody, sealed=self._seal("loan:nobody", _content(_NOBODY)))

    def put(self, rows: Sequence[Row]) -> Counts:
        with marking(self._using):
            borrower_ids = self._borrower_ids(rows)
            held = {bytes(loan.contract_index): loan for loan in self._loans_of_contracts(rows)}
            made, changed = [], []
            for row in rows:
                indexes, digests = self._contract_indexes(row.loan.contract), self._digests(row)
                loan, borrower_id = _of_any(indexes, held), borrower_ids[row.id_number]
                if loan is None:
                    loan = LoanRow(id=self._ids.new("l"), borrower_id=borrower_id, contract_index=indexes[0])
                    made.append(self._fill(loan, row, digests[0]))
                else:
                    assert loan.borrower_id == borrower_id, "a contract never changes hands"
                    if bytes(loan.digest) not in digests:
                        changed.append(self._fill(loan, row, digests[0]))
            loans = LoanRow.objects.using(self._using)
            loans.bulk_create(made, batch_size=AT_ONCE)
            loans.bulk_update(changed, ("digest", "sealed", "phone_index", "email_index"), batch_size=AT_ONCE)
        return Counts(new=len(made), changed=len(changed), unchanged=len(rows) - len(made) - len(changed))

    def moved(self, rows: Sequence[Row]) -> tuple[str, ...]:
        owner = {bytes(loan.contract_index): bytes(loan.borrower.id_index) for loan in self._loans_of_contracts(rows)}
        return tuple(
            row.loan.contract
            for row in rows
            if _of_any(self._contract_indexes(row.loan.contract), owner) not in (None, *self._id_indexes(row.id_number))
        )

    def find(self, contract: str) -> Held | None:
        return self._first(self._loans().filter(contract_index__in=self._contract_indexes(contract)))

    def loan(self, loan_id: str) -> Held | None:
        return self._first(self._loans().filter(id=loan_id))

    def by_identity(self, contract: str, id_number: str) -> Held | None:
        """One query, one row opened, one comparison, whether the contract is unknown, another's or hers."""
        loan = self._loans().filter(contract_index__in=self._contract_indexes(contract)).first() or self._nobody
        hers = bytes(loan.borrower.id_index)
        fits = any(compare_digest(hers, index) for index in self._id_indexes(id_number))
        held = self._held(loan)
        return held if fits else None

    def borrowers_at(self, email: str) -> tuple[str, ...]:
        if not email.strip():
            return ()
        loans = LoanRow.objects.using(self._using)
        while some := list(self._loans().filter(email_index=None)[:AT_ONCE]):  # rows that an older version wrote
            for loan in some:
                loan.email_index = self._email_index(self._held(loan).row.email)
            loans.bulk_update(some, ("email_index",))
        found = loans.filter(email_index__in=blinds(self._keys.index, "borrower.email", email)).values_list(
            "borrower_id", flat=True
        )
        return tuple(sorted(set(found)))

    def by_id_number(self, id_number: str) -> Held | None:
        """One query, and as much opened whether nobody or somebody with one loan has the number."""
        loans = list(self._loans().filter(borrower__id_index__in=self._id_indexes(id_number)))
        held = max(map(self._held, loans or [self._nobody]), key=lambda one: one.row.loan.signed_on)
        return held if loans else None

    def loans_of(self, borrower_id: str) -> tuple[Held, ...]:
        held = (self._held(loan) for loan in self._loans().filter(borrower_id=borrower_id))
        return tuple(sorted(held, key=lambda one: one.row.loan.contract))

    def by_phone(self, e164: str) -> tuple[Held, ...]:
        if not e164:
            return ()
        loans = self._loans().filter(phone_index__in=blinds(self._keys.index, "loan.phone", e164))
        return tuple(sorted(map(self._held, loans), key=lambda one: one.row.loan.contract))

    def borrower(self, borrower_id: str) -> Held | None:
        return max(self.loans_of(borrower_id), key=lambda held: held.row.loan.signed_on, default=None)

    def all_contracts(self) -> tuple[str, ...]:
        loans = self._loans().iterator(chunk_size=AT_ONCE)
        return tuple(sorted(self._held(loan).row.loan.contract for loan in loans))

    # ---- finding -----------------------------------------------------------------------------------------------

    def _loans(self) -> QuerySet[LoanRow]:
        return LoanRow.objects.using(self._using).select_related("borrower")

    def _first(self, loans: QuerySet[LoanRow]) -> Held | None:
        loan = loans.first()
        return None if loan is None else self._held(loan)

    def _loans_of_contracts(self, rows: Sequence[Row]) -> Iterator[LoanRow]:
        for some in _batches([index for row in rows for index in self._contract_indexes(row.loan.contract)]):
            yield from self._loans().filter(contract_index__in=some)

    def _borrower_ids(self, rows: Sequence[Row]) -> Mapping[str, str]:
        """Identity number → borrower id; whoever is new is made here."""
        indexes_of = {row.id_number: self._id_indexes(row.id_number) for row in rows}
        borrowers, known = BorrowerRow.objects.using(self._using), dict[bytes, str]()
        for some in _batches([index for indexes in indexes_of.values() for index in indexes]):
            known |= {bytes(b.id_index): b.id for b in borrowers.filter(id_index__in=some).only("id", "id_index")}
        made, found = [], {}
        for id_number, indexes in indexes_of.items():
            found[id_number] = _of_any(indexes, known) or self._ids.new("p")
            if _of_any(indexes, known) is None:
                sealed = self._seal(f"borrower:{found[id_number]}", id_number)
                made.append(BorrowerRow(id=found[id_number], id_index=indexes[0], sealed=sealed))
                known[indexes[0]] = found[id_number]
        borrowers.bulk_create(made, batch_size=AT_ONCE)
        return found

    # ---- marks: of every generation of the key, the newest first ----------------------------------------------

    def loan_anew(self, loan: LoanRow) -> dict[str, bytes]:
        """The marks of a row under the newest key, as `_fill` makes them."""
        row = self._held(loan).row
        filled = self._fill(LoanRow(id=loan.id), row, self._digests(row)[0])
        told = {name: getattr(filled, name) for name in ("digest", "phone_index", "email_index")}
        return {**told, "contract_index": self._contract_indexes(row.loan.contract)[0]}

    def borrower_anew(self, borrower: BorrowerRow) -> dict[str, bytes]:
        """As loan_anew."""
        id_number = open_text(self._keys.book, f"borrower:{borrower.id}", borrower.sealed)
        return {"id_index": self._id_indexes(id_number)[0]}

    def _contract_indexes(self, contract: str) -> tuple[bytes, ...]:
        return blinds(self._keys.index, "loan.contract", contract_key(contract))

    def _email_index(self, email: str | None) -> bytes:
        return blind(self._keys.index, "borrower.email", email) if email and email.strip() else b""

    def _id_indexes(self, id_number: str) -> tuple[bytes, ...]:
        return blinds(self._keys.index, "borrower.id_number", id_number)

    def _fill(self, loan: LoanRow, row: Row, digest: bytes) -> LoanRow:
        loan.digest, loan.sealed = digest, self._seal(f"loan:{loan.id}", _content(row))
        loan.email_index = self._email_index(row.email)
        loan.phone_index = phone_index(self._keys.index, row.phone)
        return loan

    def _digests(self, row: Row) -> tuple[bytes, ...]:
        """Keyed, and over the very text that is sealed: equal exactly where nothing changed."""
        return marks(self._keys.index, b"loan.content\x00" + _content(row).encode())

    def _seal(self, place: str, text: str) -> bytes:
        return seal_text(self._keys.book, place, text)

    def _held(self, loan: LoanRow) -> Held:
        content = json.loads(open_text(self._keys.book, f"loan:{loan.id}", loan.sealed))
        borrower = loan.borrower
        content["id_number"] = open_text(self._keys.book, f"borrower:{borrower.id}", borrower.sealed)
        return Held(loan.id, borrower.id, typed(Row, content))


def _of_any(indexes: Sequence[bytes], known: Mapping[bytes, T]) -> T | None:
    """What is known under one of the indexes."""
    return next((known[index] for index in indexes if index in known), None)


def phone_index(key: bytes, phone: str) -> bytes:
    """The blind index of a number on file, the same however a display writes it; b"" for what is no number."""
    number = e164(phone)
    return blind(key, "loan.phone", number) if number else b""


def _content(row: Row) -> str:
    """Everything of a row but the identity number, which is kept once a person."""
    content = plain(row)
    del content["id_number"]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _batches(values: list[bytes]) -> Iterator[list[bytes]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


_NOBODY = Row(
    loan=Loan(
        contract="HC-0000-0000000",
        currency="CNY",
        signed_on=date(2000, 1, 1),
        principal_minor=0,
        interest_minor=0,
        penalty_minor=0,
        fees_minor=0,
        rate_ppm=0,
        penalty_rate_ppm=0,
        day_count=DayCount.THIRTY_360,
        oldest_unpaid_due_on=None,
        instalment_minor=0,
        instalments_left=0,
        due_day=1,
        as_of=date(2000, 1, 1),
    ),
    name="",
    id_number="000000000000000000",
    phone="",
)
"""Opened where a contract is unknown, so that asking takes as long as where it is known."""
