"""The loan book: what the lender says of one loan and the person who owes it, a row of text each, checked in full.

`check_book` reads a whole file's rows and lists every fault with line and column, so that a file is mended in one go.
`written` is the way back: a row as the file has it. docs/loan-book.md is the reader's side of this module.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forbear.core import amounts, identity
from forbear.core.loan import DayCount, Loan
from forbear.core.money import major, percent
from forbear.core.refusal import Refusal

CURRENCIES = ("CNY", "HKD", "USD", "EUR", "GBP", "AUD")
"""Currencies with two decimals, the only kind the product counts in."""

LANGUAGES = ("zh", "en")
INSTALMENTS_MAX = 600
OTHERS_MAX = 10
"""Guarantors of a loan, and co-borrowers of it, at most."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One loan and its borrower as the lender holds them. `language`: zh or en; `place`: such as cn/sichuan/chengdu;
    `guarantors`, `co_borrowers`: names of the others who answer for the loan.
    """

    loan: Loan
    name: str
    id_number: str
    phone: str
    email: str | None = None
    language: str = "zh"
    place: str | None = None
    guarantors: tuple[str, ...] = ()
    co_borrowers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of a file. `problem`, `way_on`: word keys; `field`: the column, "" for a whole line.

    Names, identity numbers and phone numbers are never repeated in `facts`.
    """

    line: int
    field: str
    problem: str
    facts: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    way_on: str = ""


@dataclass(frozen=True)
class RawRow:
    """A line of a file: text by column; an empty text is a value left out."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Numbered:
    """A row that is well by itself, with the line it stood on."""

    line: int
    row: Row


@dataclass(frozen=True)
class Checked:
    """`rows`: every row without a fault; none at all when the columns themselves are wrong."""

    rows: tuple[Numbered, ...]
    faults: tuple[Fault, ...]


def check_book(columns: Sequence[str], raws: Iterable[RawRow], header_line: int = 1) -> Checked:
    """Check every row of a file, then what only shows between rows: a contract twice, one number under two names."""
    wrong_columns = _column_faults(columns, header_line)
    faults: list[Fault] = []
    read = []
    for raw in raws:
        found, wrong = _read(raw.values, raw.line)
        read.append((raw.line, found))
        faults += wrong
    faults += _between_rows(read)
    faulty = {fault.line for fault in faults}
    rows = (Numbered(line, _row(found)) for line, found in read if not wrong_columns and line not in faulty)
    return Checked(tuple(rows), (*wrong_columns, *sorted(faults, key=lambda fault: fault.line)))


def check_row(raw: Mapping[str, str], line: int) -> Row | tuple[Fault, ...]:
    """One row of text as a Row, or everything that is wrong with it. Spaces around a value do not count."""
    found, faults = _read(raw, line)
    faults = [*_column_faults(tuple(raw), line), *faults]
    return tuple(faults) if faults else _row(found)


def written(row: Row) -> dict[str, str]:
    """The row as a file has it, every column in order; `check_row` reads it back as the same row."""
    values = {
        **{c: getattr(row.loan, n) for c, n in LOAN_FIELDS.items()},
        **{n: getattr(row, n) for n in PERSON_FIELDS},
    }
    return {column: _COLUMNS[column][0](values[column]) for column in COLUMNS}


def contract_key(text: str) -> str:
    """The form in which two spellings of a contract number are the same: no spaces, ASCII signs, capitals."""
    return re.sub(r"\s", "", text.translate(_ASCII)).upper()


def _read(raw: Mapping[str, str], line: int) -> tuple[dict[str, Any], list[Fault]]:
    """The values that are well, by column, and what is wrong with the others."""
    found, faults = {}, []
    for column, (_, read) in _COLUMNS.items():
        if column in raw or column in OPTIONAL:
            value = read(raw.get(column, "").strip())
            if isinstance(value, Refusal):
                faults.append(Fault(line, column, value.reason, value.facts, value.way_on))
            else:
                found[column] = value
    return found, faults + _between_columns(found, line)


def _row(found: Mapping[str, Any]) -> Row:
    loan = Loan(**{name: found[column] for column, name in LOAN_FIELDS.items()})
    return Row(loan=loan, **{name: found[name] for name in PERSON_FIELDS})


def _column_faults(columns: Sequence[str], line: int) -> list[Fault]:
    missing = [column for column in COLUMNS if column not in columns and column not in OPTIONAL]
    unknown = [column for column in columns if column not in COLUMNS]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    return [
        *(_fault(line, column, "missing_column") for column in missing),
        *(_fault(line, column, "unknown_column", known=", ".join(COLUMNS)) for column in dict.fromkeys(unknown)),
        *(_fault(line, column, "column_twice") for column in twice),
    ]


def _between_columns(found: Mapping[str, Any], line: int) -> list[Fault]:
    """What only shows between two values of one row; a value at fault by itself is not in `found`."""
    signed_on, as_of, oldest = (found.get(name) for name in ("signed_on", "as_of", "oldest_unpaid_due_on"))
    faults = []
    if signed_on and as_of and signed_on > as_of:
        faults.append(_fault(line, "signed_on", "after_as_of", as_of=as_of.isoformat()))
    if oldest and as_of and oldest > as_of:
        faults.append(_fault(line, "oldest_unpaid_due_on", "after_as_of", as_of=as_of.isoformat()))
    if oldest and signed_on and oldest < signed_on:
        faults.append(_fault(line, "oldest_unpaid_due_on", "before_signed", signed_on=signed_on.isoformat()))
    if found.get("principal") and found.get("instalments_left") and found.get("instalment") == 0:
        faults.append(_fault(line, "instalment", "instalment_zero"))
    if signed_on and "id_number" in found and identity.birth_date(found["id_number"]) > signed_on:
        faults.append(_fault(line, "id_number", "born_after_signing"))
    return faults


def _between_rows(read: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Fault]:
    """Every line of a clash is at fault, since nothing says which one is right."""
    of_contract: dict[str, list[int]] = {}
    of_id_number: dict[str, dict[str, list[int]]] = {}
    for line, found in read:
        if "contract" in found:
            of_contract.setdefault(contract_key(found["contract"]), []).append(line)
        if "id_number" in found and "name" in found:
            of_id_number.setdefault(found["id_number"], {}).setdefault(found["name"], []).append(line)
    clashes = [("contract", "contract_twice", lines) for lines in of_contract.values() if len(lines) > 1]
    for by_name in of_id_number.values():
        if len(by_name) > 1:
            clashes.append(("name", "two_names", sorted(line for lines in by_name.values() for line in lines)))
    return [_fault(line, column, name, lines=_listed(lines)) for column, name, lines in clashes for line in lines]


def _listed(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:10])) + (", …" if len(lines) > 10 else "")


def _fault(line: int, column: str, name: str, **facts: str | int) -> Fault:
    return Fault(line, column, f"loanbook.{name}.reason", facts, f"loanbook.{name}.way_on")


# ---- one reader a column ---------------------------------------------------------------------------------------

_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def _no(name: str, **facts: str | int) -> Refusal:
    return Refusal(f"loanbook.{name}", f"loanbook.{name}.reason", f"loanbook.{name}.way_on", facts)


def _contract(text: str) -> str | Refusal:
    """Letters, digits, Chinese characters and the signs that contract numbers use: （2025）消贷字第0012号."""
    fits = re.fullmatch(r"[0-9A-Z\u3400-\u9fff()\[\]〔〕【】_./#-]{1,64}", contract_key(text))
    return text if fits and len(text) <= 64 else _no("contract")


def _name(text: str) -> str | Refusal:
    """1 to 60 printable characters with a letter among them; rare characters beyond the basic plane are letters too."""
    fits = 1 <= len(text) <= 60 and text.isprintable() and any(sign.isalpha() for sign in text)
    return text if fits else _no("name")


def _names(text: str) -> tuple[str, ...] | Refusal:
    """Names with a semicolon or 、 between them; each once."""
    names = tuple(name for one in re.split("[;；、]", text) if (name := one.strip()))
    if len(names) > OTHERS_MAX or len(set(names)) < len(names):
        return _no("names", most=OTHERS_MAX)
    return next((one for one in map(_name, names) if isinstance(one, Refusal)), names)


def email_address(text: str) -> str | Refusal | None:
    """An e-mail address as it can be written to; None for none."""
    if not text:
        return None
    fits = len(text) <= 254 and re.fullmatch(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", text)
    return text if fits else _no("email")


def _place(text: str) -> str | Refusal | None:
    fits = re.fullmatch(r"[a-z]{2}(?:/[a-z0-9-]{1,40}){0,4}", text)
    return text if fits else _no("place") if text else None


def _day(text: str) -> date | Refusal:
    on = amounts.iso_day(text)
    return on if isinstance(on, Refusal) or 1990 <= on.year <= 2200 else _no("far_off", typed=text)


def _day_or_none(text: str) -> date | Refusal | None:
    return _day(text) if text else None


def _one_of(*known: str) -> Callable[[str], str | Refusal]:
    return lambda text: text if text in known else _no("one_of", typed=text[:40], known=", ".join(known))


def _language(text: str) -> str | Refusal:
    return _one_of(*LANGUAGES)(text or LANGUAGES[0])


def _day_count(text: str) -> DayCount | Refusal:
    known = {day_count.upper(): day_count for day_count in DayCount}
    return known.get(text.upper()) or _no("one_of", typed=text[:40], known=", ".join(DayCount))


def _whole(least: int, most: int) -> Callable[[str], int | Refusal]:
    def read(text: str) -> int | Refusal:
        fits = re.fullmatch(r"[0-9]{1,6}", text) and least <= int(text) <= most
        return int(text) if fits else _no("whole", typed=text[:40], least=least, most=most)

    return read


def _listed_names(names: Sequence[str]) -> str:
    return "; ".join(names)


def _text(value: str | None) -> str:
    return value or ""


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


_COLUMNS: Mapping[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "contract": (_text, _contract),
    "currency": (_text, _one_of(*CURRENCIES)),
    "signed_on": (_iso, _day),
    "principal": (major, amounts.decimal_minor),
    "interest": (major, amounts.decimal_minor),
    "penalty": (major, amounts.decimal_minor),
    "fees": (major, amounts.decimal_minor),
    "annual_rate_percent": (percent, amounts.decimal_ppm),
    "penalty_rate_percent": (percent, amounts.decimal_ppm),
    "day_count": (str, _day_count),
    "oldest_unpaid_due_on": (_iso, _day_or_none),
    "instalment": (major, amounts.decimal_minor),
    "instalments_left": (str, _whole(0, INSTALMENTS_MAX)),
    "due_day": (str, _whole(1, 31)),
    "as_of": (_iso, _day),
    "name": (_text, _name),
    "id_number": (_text, identity.check_id_number),
    "phone": (_text, identity.phone),
    "email": (_text, email_address),
    "language": (_text, _language),
    "place": (_text, _place),
    "guarantors": (_listed_names, _names),
    "co_borrowers": (_listed_names, _names),
}

COLUMNS = tuple(_COLUMNS)
"""The columns of a file, in the order they are written; they may come in any order."""

OPTIONAL = ("email", "language", "place", "guarantors", "co_borrowers")
"""Columns a file may leave out. oldest_unpaid_due_on may be empty but not left out: no arrears is said, not implied."""

PERSON_FIELDS = ("name", "id_number", "phone", "email", "language", "place", "guarantors", "co_borrowers")
_RENAMED = {"annual_rate_percent": "rate_ppm", "penalty_rate_percent": "penalty_rate_ppm"}
_IN_MINOR = ("principal", "interest", "penalty", "fees", "instalment")
LOAN_FIELDS: Mapping[str, str] = {
    column: _RENAMED.get(column, f"{column}_minor" if column in _IN_MINOR else column)
    for column in COLUMNS
    if column not in PERSON_FIELDS
}
"""Column → field of Loan; the columns of PERSON_FIELDS are fields of Row under the same name."""
