"""The holes in the wall behind which people, loans, queues and one-time codes are kept.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from forbear.core.loanbook import Row

# ---- people, loans, queues -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A loan as the lender holds it, with the opaque ids of loan and borrower."""

    loan_id: str
    borrower_id: str
    row: Row


@dataclass(frozen=True)
class Counts:
    new: int
    changed: int
    unchanged: int


class LoanBook(Protocol):
    """The lender's loans and who owes them. Rows of one identity number are one borrower; ids are random and stay."""

    def put(self, rows: Sequence[Row]) -> Counts:
        """All rows in one transaction; a row already held as it is changes nothing. No contract may be in `moved`."""

    def moved(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Contracts among the rows that are held for another identity number; a contract never changes hands."""

    def find(self, contract: str) -> Held | None:
        """By contract number, however it is spaced or capitalised."""

    def loan(self, loan_id: str) -> Held | None: ...

    def by_identity(self, contract: str, id_number: str) -> Held | None:
        """The loan if contract and ID-card number belong together; the same work whether they do or not."""

    def borrowers_at(self, email: str) -> tuple[str, ...]:
        """The borrowers who have this address on file, in order, however it is capitalised."""

    def by_id_number(self, id_number: str) -> Held | None:
        """Her loan signed last, by her ID-card number alone: whom to ask for a code, never yet who is asking."""

    def loans_of(self, borrower_id: str) -> tuple[Held, ...]:
        """In the order of their contract numbers; () for nobody."""

    def by_phone(self, e164: str) -> tuple[Held, ...]:
        """Every loan whose borrower has this number on file, as core/phone_numbers.py writes it, by contract."""

    def borrower(self, borrower_id: str) -> Held | None:
        """Her loan signed last, whose row says best who she is and how to reach her."""

    def all_contracts(self) -> tuple[str, ...]:
        """Every contract number as written, in order."""


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One line of the queue, a projection of the record."""

    case_id: str
    loan_id: str
    borrower_id: str
    contract: str
    name: str
    stage: str
    standing: str
    waits_for: str
    """Whose move it is: borrower, agent, reviewer, second, nobody."""
    due_on: date | None
    """The next deadline, if there is one."""
    due_what: str
    agent: str
    reviewer: str
    opened_at: datetime
    changed_at: datetime
    seq: int


class Cases(Protocol):
    """What the queue and the doors read: a projection that `forbear rebuild` makes anew."""

    def line(self, case_id: str) -> CaseLine | None: ...

    def of_loan(self, loan_id: str) -> tuple[CaseLine, ...]:
        """Newest first."""

    def of_borrower(self, borrower_id: str) -> tuple[CaseLine, ...]:
        """Newest first."""

    def queue(
        self, *, waits_for: str = "", stage: str = "", search: str = "", offset: int = 0, limit: int = 50
    ) -> tuple[CaseLine, ...]:
        """Open cases, what is due next first; "" means any. `search`: a contract number or a whole name."""

    def counts(self) -> Mapping[str, int]:
        """Open cases by whose move it is, and by stage under "stage:<stage>"."""

    def to_watch(self, on: date) -> tuple[str, ...]:
        """Ids of cases whose agreement in force has an instalment past its days of grace, for the nightly run."""


# ---- identity --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A one-time code asked for. `loan_id` is "" when nobody fits: it then behaves the same and never succeeds."""

    id: str
    purpose: str
    """sign-in, sign:<case id>:<agreement number>, upload:<link> or call:<call>"""
    loan_id: str
    borrower_id: str
    phone: str
    made_at: datetime
    expires_at: datetime
    tries: int = 0
    used: bool = False


class Challenges(Protocol):
    def put(self, challenge: Challenge) -> None: ...

    def get(self, id: str) -> Challenge | None: ...

    def code(self, id: str) -> str:
        """The eight digits of a challenge, derived from its id under a key: never stored."""

    def try_code(self, id: str, code: str, now: datetime, tries_max: int) -> Challenge | None:
        """Count one try and use the challenge up if the code is right, in one step; None if wrong, spent or late."""


class Limits(Protocol):
    def take(self, key: str, now: datetime, limit: int, seconds: int) -> bool:
        """Count one use of `key` in the current window of `seconds`; False when it is the one too many."""
