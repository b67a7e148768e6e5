"""Book a file of payments: all rows are checked against the cases first, then all are booked, or none is.

A payment is known by its reference, so the same file again finds everything known and changes nothing.
"""

from dataclasses import dataclass, replace

from forbear.actions.payments import payment_key, take_payment
from forbear.actions.ports import Desk
from forbear.actions.record import By, Done, load
from forbear.core.file import CaseFile
from forbear.core.payments_file import PaymentRow, RowFault, check_rows
from forbear.core.refusal import Refusal


@dataclass(frozen=True)
class Booked:
    """Booked: `new` rows now, `known` before. `faults`: rows that an earlier row of the file left without a place, such
    as one after the payment that settled everything.
    """

    new: int
    known: int
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True)
class NotBooked:
    """Nothing was booked."""

    faults: tuple[RowFault, ...]


def book_payments(desk: Desk, by: By, data: bytes) -> Booked | NotBooked:
    """Book the rows of a CSV file in UTF-8 or GB 18030, the two that spreadsheets here write."""
    rows, faults = check_rows(_text(data))
    placed = [(row, place(desk, row)) for row in rows]
    found = [*faults, *(RowFault(row.line, where.where, where) for row, where in placed if isinstance(where, Refusal))]
    if found:
        return NotBooked(tuple(sorted(found, key=lambda fault: fault.line)))
    new = known = 0
    left: list[RowFault] = []
    for row, where in placed:
        assert isinstance(where, str), "every row has its case"
        done = book_row(desk, by, where, row)
        if isinstance(done, Refusal):
            left.append(RowFault(row.line, done.where, done))
        elif done.events and not done.replayed:
            new += 1
        else:
            known += 1
    return Booked(new, known, tuple(left))


def book_row(desk: Desk, by: By, case_id: str, row: PaymentRow) -> Done | Refusal:
    """Book a payment under its reference. Where its key does not say whether it is the same, as when what was asked
    under it is erased, the case does.
    """

    def booked(key: str) -> Done | Refusal:
        own, minor = replace(by, key=key, seen=None), row.amount_minor
        return take_payment(desk, own, case_id, amount_minor=minor, paid_on=row.paid_on, reference=row.reference)

    key = payment_key(case_id, row.reference)
    done = booked(key)
    return booked(f"{key}:{desk.ids.new('r')}") if isinstance(done, Refusal) and done.rule == "record.key" else done


def place(desk: Desk, row: PaymentRow) -> str | Refusal:
    """The case a payment belongs to: the one that knows its reference, else the one with an agreement in force, else
    the one whose agreement is all paid.
    """
    held = desk.loans.find(row.contract)
    if held is None:
        return Refusal("payments.contract", "payments_file.fault.no_contract", where="contract")
    if row.paid_on > desk.clock.today():
        return Refusal("payments.future", "payments.refusal.future", where="paid_on")
    files = [load(desk, line.case_id) for line in desk.cases.of_loan(held.loan_id)]
    for file in files:
        if (same := _known(file, row)) is not None:
            return file.case.case_id if same else _other()
    for file in files:
        if file.case.in_force is not None:
            return file.case.case_id
    for file in files:
        if (last := file.last_agreed) is not None and last.state == "completed":
            return file.case.case_id  # all was paid: it goes back to her
    return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account", where="contract")


def _known(file: CaseFile, row: PaymentRow) -> bool | None:
    """Whether the reference stands for this very payment; None where it is new."""
    for paid in file.payments:
        if paid.details is not None and paid.details.reference == row.reference:
            return (paid.details.amount_minor, paid.details.paid_on) == (row.amount_minor, row.paid_on)
    return None


def _other() -> Refusal:
    return Refusal("payments.reference", "payments.refusal.reference", where="reference")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
