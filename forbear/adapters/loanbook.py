"""Loan files: CSV (UTF-8 with or without a mark, GB18030) and Parquet, read into rows of text with their line numbers.

A file that cannot be read whole gives its faults and no rows. What the text must be is core/loanbook's matter.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forbear.core.loanbook import COLUMNS, Fault, RawRow, Row, written

_PARQUET_MARK = b"PAR1"
_AMOUNTS = ("principal", "interest", "penalty", "fees", "instalment")
_RATES = ("annual_rate_percent", "penalty_rate_percent")
_DAYS = ("signed_on", "oldest_unpaid_due_on", "as_of")
_WHOLES = ("instalments_left", "due_day")


@dataclass(frozen=True)
class Table:
    """A file as read. `faults`: of lines that could not be made a row, or of the file as a whole, then without rows."""

    columns: tuple[str, ...] = ()
    rows: tuple[RawRow, ...] = ()
    faults: tuple[Fault, ...] = ()


def read(file: Path) -> Table:
    """The table in a file, by what its first bytes say; raises OSError when the file cannot be opened.

    Lines are counted as an editor does, the column names on line 1; in Parquet row n counts as line n + 1.
    """
    data = file.read_bytes()
    return _parquet(data) if data.startswith(_PARQUET_MARK) else _csv(data)


def write(file: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV in UTF-8, or as Parquet when the name ends in .parquet; raises OSError."""
    texts = [written(row) for row in rows]
    if file.suffix == ".parquet":
        file.write_bytes(_as_parquet(texts))
    else:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(texts)


# ---- CSV -------------------------------------------------------------------------------------------------------


def _csv(data: bytes) -> Table:
    text = decoded(data)
    if text is None:
        return _unreadable(1, "encoding")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: tuple[str, ...] | None = None
    rows, faults, line = [], [], 1
    try:
        for cells in reader:
            if columns is None:
                columns = tuple(cell.strip() for cell in cells)
            elif cells and len(cells) != len(columns):
                facts = {"found": len(cells), "expected": len(columns)}
                faults.append(Fault(line, "", "loanbook.file.cells", facts))
            elif cells:
                rows.append(RawRow(line, dict(zip(columns, cells, strict=True))))
            line = reader.line_num + 1
    except csv.Error:
        return _unreadable(line, "malformed")
    if not columns or columns == ("",):
        return _unreadable(1, "empty")
    return Table(columns, tuple(rows), tuple(faults))


def decoded(data: bytes, encodings: Sequence[str] = ("utf-8-sig", "gb18030")) -> str | None:
    """A text file that people made; None for what is none. UTF-8 is tried first: hardly any Chinese text in GB18030 is
    also well-formed UTF-8, the other way round is.
    """
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


# ---- Parquet ---------------------------------------------------------------------------------------------------


def _parquet(data: bytes) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        return _unreadable(1, "parquet")
    texts: list[list[str]] = []
    faults = []
    for field, column in zip(table.schema, table.columns, strict=True):
        as_text = _as_text(pa, column)
        if as_text is None:
            faults.append(Fault(1, field.name, "loanbook.file.kind", {"found": str(field.type)}))
        else:
            texts.append(as_text)
    if faults:
        return Table(faults=tuple(faults))
    names = tuple(table.column_names)
    return Table(names, tuple(_numbered(names, texts)))


def _numbered(names: tuple[str, ...], texts: list[list[str]]) -> Iterator[RawRow]:
    for line, values in enumerate(zip(*texts, strict=True), start=2):
        yield RawRow(line, dict(zip(names, values, strict=True)))


def _as_text(pa: Any, column: Any) -> list[str] | None:
    """The column as text; None for types that cannot say an amount exactly, such as floating point."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind, column = kind.value_type, column.cast(kind.value_type)
    exact = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_date, pa.types.is_null)
    try:
        if pa.types.is_timestamp(kind):
            days = column.cast(pa.date32())
            if not days.cast(kind).equals(column):
                return None
            column = days
        elif pa.types.is_decimal(kind):
            column = column.cast(pa.decimal128(38, 4))
        elif not any(test(kind) for test in exact):
            return None
    except pa.ArrowInvalid:
        return None
    texts = [value or "" for value in column.cast(pa.string()).to_pylist()]
    return [text.rstrip("0").rstrip(".") for text in texts] if pa.types.is_decimal(kind) else texts


def _as_parquet(texts: Sequence[dict[str, str]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        **dict.fromkeys(_AMOUNTS, pa.decimal128(16, 2)),
        **dict.fromkeys(_RATES, pa.decimal128(7, 4)),
        **dict.fromkeys(_DAYS, pa.date32()),
        **dict.fromkeys(_WHOLES, pa.int32()),
    }
    columns = {}
    for name in COLUMNS:
        column = pa.array([text[name] or None for text in texts], pa.string())
        columns[name] = column.cast(kinds[name]) if name in kinds else column
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _unreadable(line: int, problem: str) -> Table:
    return Table(faults=(Fault(line, "", f"loanbook.file.{problem}"),))
