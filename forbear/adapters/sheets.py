"""Small tables in and out of files: .xlsx and .csv as spreadsheets make them, read into cells of text.

What comes in came from outside: sizes are bounded before anything is unpacked, no formula is run or believed, no entity
is expanded. What a cell must be is core/own_plan's matter.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from forbear.adapters.loanbook import decoded
from forbear.core.money import major
from forbear.core.own_plan import COLUMNS_MAX, MONTH_HEADS, ROWS_MAX, Cell, Fault, Sheet, no
from forbear.core.refusal import Refusal

BYTES_MAX = 1024 * 1024
UNPACKED_MAX, PARTS_MAX = 8 * 1024 * 1024, 100
CELL_MAX = 200
LINES_MAX = 999
"""Rows of a file, blank ones counted, beyond which it is no table of months."""
BYTE_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""The marks of a file that Excel calls Unicode text."""
OLD_EXCEL, ZIP = bytes.fromhex("d0cf11e0a1b11ae1"), b"PK\x03\x04"
NO_TABLE = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"{\\rtf", b"GIF8")
SEPARATORS = ",;\t，；"

_FAR_COLUMN = re.compile(rb"<(?:\w{1,20}:)?c [^<>]{0,200}?\br=[\"'][A-Z]{2,3}[0-9]+[\"'][^<>]{0,200}(?<!/)>")
_FAR_ROW = re.compile(rb"<(?:\w{1,20}:)?c [^<>]{0,200}?\br=[\"'][A-Z]+[0-9]{4,}[\"'][^<>]{0,200}(?<!/)>")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


class FileSheets:
    """The Sheets port over the bytes of files."""

    def read(self, data: bytes) -> Sheet:
        """The cells of the first sheet, or what is wrong with the file."""
        if not data.strip(b"\x00 \r\n\t"):
            return _cannot("empty")
        if len(data) > BYTES_MAX:
            return _cannot("large", kilobytes=BYTES_MAX // 1024)
        if data.startswith(OLD_EXCEL):
            return _cannot("old")
        if data.startswith(NO_TABLE):
            return _cannot("kind")
        return _xlsx(data) if data.startswith(ZIP) else _csv(data)

    def csv(self, rows: Sequence[Sequence[Cell]]) -> bytes:
        """The table as CSV in UTF-8 with a mark, so that Excel reads Chinese right."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows([_written(cell) for cell in row] for row in rows)
        return BYTE_MARK + out.getvalue().encode("utf-8")

    def xlsx(self, rows: Sequence[Sequence[Cell]], title: str) -> bytes:
        """The table as a workbook: texts as text whatever they begin with, amounts as numbers."""
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Font

        book = Workbook()
        sheet: Any = book.active
        sheet.title = re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "1"
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                cell = sheet.cell(row=number, column=place)
                if isinstance(value, int):
                    cell.value = float(major(value))
                    cell.number_format = "#,##0.00"
                elif value:
                    cell.value = value
                    cell.data_type = "s"
                    cell.number_format = "@"
                elif place > 1:
                    cell.number_format = "#,##0.00"
                if number == 1:
                    cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
        for place in range(1, len(rows[0]) + 1 if rows else 1):
            sheet.column_dimensions[chr(ord("A") + place - 1)].width = 16
        sheet.freeze_panes = "B2"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def _written(cell: Cell) -> str:
    return major(cell) if isinstance(cell, int) else cell


def _cannot(which: str, row: int = 0, column: int = 0, **facts: str | int) -> Sheet:
    return Sheet(faults=(Fault(row, column, no(which, **facts)),))


# ---- CSV -----------------------------------------------------------------------------------------------------------


def _csv(data: bytes) -> Sheet:
    text = decoded(data, ("utf-16",)) if data.startswith(UTF_16) else decoded(data)
    if text is None:
        return _cannot("encoding")
    named = re.match(r"sep=(.)\r?\n", text)
    separator = named[1] if named else _separator(text)
    reader = csv.reader(
        io.StringIO(text[named.end() :] if named else text, newline=""), delimiter=separator, strict=True
    )
    rows: list[tuple[str, ...]] = []
    try:
        for cells in reader:
            rows.append(tuple(cells) or ("",))
            if len(rows) > LINES_MAX:
                return _cannot("rows", len(rows), most=ROWS_MAX)
            if wrong := _too_much(len(rows), cells):
                return wrong
    except csv.Error:
        return _cannot("malformed", len(rows) + 1)
    return Sheet(rows=tuple(rows)) if rows else _cannot("empty")


def _too_much(number: int, cells: Sequence[str]) -> Sheet | None:
    if any(cell.strip() for cell in cells[COLUMNS_MAX:]):
        return _cannot("columns", number, most=COLUMNS_MAX)
    long = next((place for place, cell in enumerate(cells, start=1) if len(cell) > CELL_MAX), 0)
    return _cannot("cell", number, long, most=CELL_MAX) if long else None


def _separator(text: str) -> str:
    """The sign that parts the head line: the one right after its first name, else the one it has most of."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    for sign in SEPARATORS:
        if line.split(sign)[0].strip().strip('"').lower() in MONTH_HEADS and sign in line:
            return sign
    return max(SEPARATORS, key=line.count)


# ---- xlsx ----------------------------------------------------------------------------------------------------------


def _xlsx(data: bytes) -> Sheet:
    """The first sheet that shows. Reading never runs a formula: a cell with one is refused by its place."""
    try:
        parts = _unpacked(data)
        if isinstance(parts, Sheet):
            return parts
        from openpyxl import load_workbook

        book = load_workbook(_packed(parts), read_only=True, data_only=False, keep_links=False)
        try:
            return _first_sheet(book)
        finally:
            book.close()
    except Exception:  # zipfile and openpyxl raise what they please over bytes from outside
        return _cannot("broken")


def _unpacked(data: bytes) -> dict[str, bytes] | Sheet:
    """The XML of a workbook, unpacked within bounds whatever its directory says; bombs and entities are refused."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = archive.infolist()
        if len(held) > PARTS_MAX or sum(part.file_size for part in held) > UNPACKED_MAX:
            return _cannot("bomb")
        if any(part.flag_bits & 1 for part in held):
            return _cannot("old")
        if "xl/workbook.xml" not in {part.filename for part in held}:
            return _cannot("kind")
        for part in held:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or part.filename in found:
                return _cannot("broken")
            with archive.open(part) as packed:
                body = packed.read(part.file_size)
            if _ENTITY.search(body) or b"\x00" in body[:64]:
                return _cannot("broken")
            if part.filename.startswith("xl/worksheets/"):
                if _FAR_COLUMN.search(body):
                    return _cannot("columns", most=COLUMNS_MAX)
                if _FAR_ROW.search(body):
                    return _cannot("rows", most=ROWS_MAX)
            found[part.filename] = body
    return found


def _packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """The parts in a zip of our own: what is unpacked again is what was looked at, and no more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    out.seek(0)
    return out


def _first_sheet(book: Any) -> Sheet:
    sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
    sheet.reset_dimensions()
    rows: list[tuple[str, ...]] = []
    faults: list[Fault] = []
    for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MAX), start=1):
        if number > LINES_MAX:
            return _cannot("rows", most=ROWS_MAX)
        texts = []
        for place, cell in enumerate(cells, start=1):
            text = _text(cell.value)
            if wrong := _wrong_cell(getattr(cell, "data_type", "n"), text):
                faults.append(Fault(number, place, wrong))
            texts.append(text)
        rows.append(tuple(texts) or ("",))
    if faults or not rows:
        return Sheet(faults=tuple(faults)) if faults else _cannot("empty")
    return Sheet(rows=tuple(rows))


def _wrong_cell(kind: str, text: str) -> Refusal | None:
    if kind == "f":
        return no("formula")
    if kind == "e":
        return no("error", shown=text[:20])
    return no("cell", most=CELL_MAX) if len(text) > CELL_MAX else None


def _text(value: Any) -> str:
    """A cell's value as it is typed: days ISO, numbers to the 15 digits a spreadsheet keeps."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
