"""The LoanBook port in memory, for tests and rehearsals: the same answers as the database's, and nothing kept."""

from collections.abc import Sequence

from forbear.actions.ports import Counts, Held, Ids
from forbear.core import phone_numbers
from forbear.core.loanbook import Row, contract_key


class MemoryLoanBook:
    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._held: dict[str, Held] = {}
        self._borrower_ids: dict[str, str] = {}

    def put(self, rows: Sequence[Row]) -> Counts:
        assert not self.moved(rows), "a contract never changes hands"
        new = changed = 0
        for row in rows:
            held = self.find(row.loan.contract)
            if held is None:
                if row.id_number not in self._borrower_ids:
                    self._borrower_ids[row.id_number] = self._ids.new("p")
                loan_id, borrower_id = self._ids.new("l"), self._borrower_ids[row.id_number]
                new += 1
            else:
                loan_id, borrower_id = held.loan_id, held.borrower_id
                changed += held.row != row
            self._held[contract_key(row.loan.contract)] = Held(loan_id, borrower_id, row)
        return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)

    def moved(self, rows: Sequence[Row]) -> tuple[str, ...]:
        found = ((row, self.find(row.loan.contract)) for row in rows)
        return tuple(row.loan.contract for row, held in found if held and held.row.id_number != row.id_number)

    def find(self, contract: str) -> Held | None:
        return self._held.get(contract_key(contract))

    def loan(self, loan_id: str) -> Held | None:
        return next((held for held in self._held.values() if held.loan_id == loan_id), None)

    def by_identity(self, contract: str, id_number: str) -> Held | None:
        held = self.find(contract)
        return held if held and held.row.id_number == id_number else None

    def borrowers_at(self, email: str) -> tuple[str, ...]:
        wanted = email.strip().casefold()
        there = {
            held.borrower_id for held in self._held.values() if (held.row.email or "").strip().casefold() == wanted
        }
        return tuple(sorted(there)) if wanted else ()

    def by_id_number(self, id_number: str) -> Held | None:
        return self.borrower(self._borrower_ids.get(id_number, ""))

    def loans_of(self, borrower_id: str) -> tuple[Held, ...]:
        hers = (held for held in self._held.values() if held.borrower_id == borrower_id)
        return tuple(sorted(hers, key=lambda held: held.row.loan.contract))

    def by_phone(self, e164: str) -> tuple[Held, ...]:
        found = (held for held in self._held.values() if e164 and phone_numbers.e164(held.row.phone) == e164)
        return tuple(sorted(found, key=lambda held: held.row.loan.contract))

    def borrower(self, borrower_id: str) -> Held | None:
        return max(self.loans_of(borrower_id), key=lambda held: held.row.loan.signed_on, default=None)

    def all_contracts(self) -> tuple[str, ...]:
        return tuple(sorted(held.row.loan.contract for held in self._held.values()))
