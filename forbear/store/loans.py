"""The LoanBook port in the database: rows sealed with AES-256-GCM under the book key, found by keyed blind indexes.

Without the keys, which never lie in the database, a copy of it tells how many people and loans there are, and which
loans belong together, and nothing else.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Protocol

from django.db import transaction
from django.db.models import QuerySet

from forbear.actions.ports import Counts, Held, Ids
from forbear.core.codec import plain, typed
from forbear.core.loan import DayCount, Loan
from forbear.core.loanbook import Row, contract_key
from forbear.core.phone_numbers import e164
from forbear.store.loan_tables import BorrowerRow, LoanRow
from forbear.store.privacy import blind, open_text, seal_text

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
        with transaction.atomic(using=self._using):
            borrower_ids = self._borrower_ids(rows)
            held = {bytes(loan.contract_index): loan for loan in self._loans_of_contracts(rows)}
            made, changed = [], []
            for row in rows:
                index, digest = self._contract_index(row.loan.contract), self._digest(row)
                loan, borrower_id = held.get(index), borrower_ids[row.id_number]
                if loan is None:
                    loan = LoanRow(id=self._ids.new("l"), borrower_id=borrower_id, contract_index=index)
                    made.append(self._fill(loan, row, digest))
                else:
                    assert loan.borrower_id == borrower_id, "a contract never changes hands"
                    if not compare_digest(bytes(loan.digest), digest):
                        changed.append(self._fill(loan, row, digest))
            loans = LoanRow.objects.using(self._using)
            loans.bulk_create(made, batch_size=AT_ONCE)
            loans.bulk_update(changed, ("digest", "sealed", "phone_index", "email_index"), batch_size=AT_ONCE)
        return Counts(new=len(made), changed=len(changed), unchanged=len(rows) - len(made) - len(changed))

    def moved(self, rows: Sequence[Row]) -> tuple[str, ...]:
        owner = {bytes(loan.contract_index): bytes(loan.borrower.id_index) for loan in self._loans_of_contracts(rows)}
        return tuple(
            row.loan.contract
            for row in rows
            if owner.get(self._contract_index(row.loan.contract)) not in (None, self._id_index(row.id_number))
        )

    def find(self, contract: str) -> Held | None:
        return self._first(self._loans().filter(contract_index=self._contract_index(contract)))

    def loan(self, loan_id: str) -> Held | None:
        return self._first(self._loans().filter(id=loan_id))

    def by_identity(self, contract: str, id_number: str) -> Held | None:
        """One query, one row opened, one comparison, whether the contract is unknown, another's or hers."""
        loan = self._loans().filter(contract_index=self._contract_index(contract)).first() or self._nobody
        fits = compare_digest(bytes(loan.borrower.id_index), self._id_index(id_number))
        held = self._held(loan)
        return held if fits else None

    def borrowers_at(self, email: str) -> tuple[str, ...]:
        index = self._email_index(email)
        if not index:
            return ()
        loans = LoanRow.objects.using(self._using)
        while some := list(self._loans().filter(email_index=None)[:AT_ONCE]):  # rows that an older version wrote
            for loan in some:
                loan.email_index = self._email_index(self._held(loan).row.email)
            loans.bulk_update(some, ("email_index",))
        found = loans.filter(email_index=index).values_list("borrower_id", flat=True)
        return tuple(sorted(set(found)))

    def by_id_number(self, id_number: str) -> Held | None:
        """One query, and as much opened whether nobody or somebody with one loan has the number."""
        loans = list(self._loans().filter(borrower__id_index=self._id_index(id_number)))
        held = max(map(self._held, loans or [self._nobody]), key=lambda one: one.row.loan.signed_on)
        return held if loans else None

    def loans_of(self, borrower_id: str) -> tuple[Held, ...]:
        held = (self._held(loan) for loan in self._loans().filter(borrower_id=borrower_id))
        return tuple(sorted(held, key=lambda one: one.row.loan.contract))

    def by_phone(self, e164: str) -> tuple[Held, ...]:
        if not e164:
            return ()
        loans = self._loans().filter(phone_index=blind(self._keys.index, "loan.phone", e164))
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
        for some in _batches([self._contract_index(row.loan.contract) for row in rows]):
            yield from self._loans().filter(contract_index__in=some)

    def _borrower_ids(self, rows: Sequence[Row]) -> Mapping[str, str]:
        """Identity number → borrower id; whoever is new is made here."""
        index_of = {row.id_number: self._id_index(row.id_number) for row in rows}
        borrowers, known = BorrowerRow.objects.using(self._using), {}
        for some in _batches(list(index_of.values())):
            known |= {bytes(b.id_index): b.id for b in borrowers.filter(id_index__in=some).only("id", "id_index")}
        made = []
        for id_number, index in index_of.items():
            if index not in known:
                known[index] = self._ids.new("p")
                sealed = self._seal(f"borrower:{known[index]}", id_number)
                made.append(BorrowerRow(id=known[index], id_index=index, sealed=sealed))
        borrowers.bulk_create(made, batch_size=AT_ONCE)
        return {id_number: known[index] for id_number, index in index_of.items()}

    def _contract_index(self, contract: str) -> bytes:
        return blind(self._keys.index, "loan.contract", contract_key(contract))

    def _email_index(self, email: str | None) -> bytes:
        return blind(self._keys.index, "borrower.email", email) if email and email.strip() else b""

    def _id_index(self, id_number: str) -> bytes:
        return blind(self._keys.index, "borrower.id_number", id_number)

    def _fill(self, loan: LoanRow, row: Row, digest: bytes) -> LoanRow:
        loan.digest, loan.sealed = digest, self._seal(f"loan:{loan.id}", _content(row))
        loan.email_index = self._email_index(row.email)
        loan.phone_index = phone_index(self._keys.index, row.phone)
        return loan

    def _digest(self, row: Row) -> bytes:
        """Keyed, and over the very text that is sealed: equal exactly where nothing changed."""
        return hmac_digest(self._keys.index, b"loan.content\x00" + _content(row).encode(), sha256)

    def _seal(self, place: str, text: str) -> bytes:
        return seal_text(self._keys.book, place, text)

    def _held(self, loan: LoanRow) -> Held:
        content = json.loads(open_text(self._keys.book, f"loan:{loan.id}", loan.sealed))
        borrower = loan.borrower
        content["id_number"] = open_text(self._keys.book, f"borrower:{borrower.id}", borrower.sealed)
        return Held(loan.id, borrower.id, typed(Row, content))


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
