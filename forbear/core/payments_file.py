"""A file of payments: contract, amount, day and reference a row. Every row is checked before one is booked."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forbear.core import amounts
from forbear.core.refusal import Refusal

COLUMNS = ("contract", "amount", "paid_on", "reference")
ROWS_MAX = 10_000
REFERENCE_MAX = 120


@dataclass(frozen=True)
class PaymentRow:
    """A row that is well by itself, with the line it stands on."""

    line: int
    contract: str
    amount_minor: int
    paid_on: date
    reference: str


@dataclass(frozen=True)
class RowFault:
    """What is wrong at one place of a file; `field` is the column, "" for a whole line."""

    line: int
    field: str
    refusal: Refusal


def check_rows(text: str) -> tuple[tuple[PaymentRow, ...], tuple[RowFault, ...]]:
    """The rows of a CSV text with a head line, and every fault in it. A reference stands for one payment."""
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        lines = [(reader.line_num, values) for values in reader if any(value.strip() for value in values)]
    except csv.Error:
        return (), (RowFault(reader.line_num, "", _no("unreadable")),)
    if not lines:
        return (), (RowFault(1, "", _no("empty")),)
    head = [name.strip().lower().lstrip("\ufeff") for name in lines[0][1]]
    wrong = [*(c for c in COLUMNS if c not in head), *(c for c in head if c not in COLUMNS)]
    if wrong or len(head) != len(COLUMNS):
        name = wrong[0] if wrong else head[-1]
        return (), (RowFault(1, name, _no("columns", columns=", ".join(COLUMNS))),)
    if len(lines) - 1 > ROWS_MAX:
        return (), (RowFault(ROWS_MAX + 2, "", _no("many", most=ROWS_MAX)),)
    rows: list[PaymentRow] = []
    faults: list[RowFault] = []
    for line, values in lines[1:]:
        found = _row(line, dict(zip(head, values, strict=False)), len(values))
        if isinstance(found, PaymentRow):
            rows.append(found)
        else:
            faults += found
    faults += _twice(rows)
    return tuple(rows), tuple(sorted(faults, key=lambda fault: fault.line))


def _row(line: int, values: Mapping[str, str], count: int) -> PaymentRow | list[RowFault]:
    if count != len(COLUMNS):
        return [RowFault(line, "", _no("cells", count=count, wanted=len(COLUMNS)))]
    amount = amounts.decimal_minor(values["amount"].strip())
    paid_on = amounts.iso_day(values["paid_on"].strip())
    contract, reference = values["contract"].strip(), values["reference"].strip()
    faults = []
    if not contract:
        faults.append(RowFault(line, "contract", _no("contract")))
    if isinstance(amount, Refusal):
        faults.append(RowFault(line, "amount", amount))
    elif amount == 0:
        faults.append(RowFault(line, "amount", _no("zero")))
    if isinstance(paid_on, Refusal):
        faults.append(RowFault(line, "paid_on", paid_on))
    if not reference or len(reference) > REFERENCE_MAX:
        faults.append(RowFault(line, "reference", _no("reference", most=REFERENCE_MAX)))
    if faults or isinstance(amount, Refusal) or isinstance(paid_on, Refusal):
        return faults
    return PaymentRow(line, contract, amount, paid_on, reference)


def _twice(rows: Sequence[PaymentRow]) -> list[RowFault]:
    seen: dict[tuple[str, str], PaymentRow] = {}
    faults = []
    for row in rows:
        first = seen.setdefault((row.contract, row.reference), row)
        if first is not row and (first.amount_minor, first.paid_on) != (row.amount_minor, row.paid_on):
            faults.append(RowFault(row.line, "reference", _no("twice", first=first.line)))
    return faults


def _no(which: str, **facts: str | int) -> Refusal:
    return Refusal(f"payments_file.{which}", f"payments_file.fault.{which}", facts=facts)
