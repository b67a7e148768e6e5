"""Tables from outside: bombs, formulas, entities and other files end in a sentence, Excel's own ways are understood."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from forbear.adapters.sheets import BYTES_MAX, UNPACKED_MAX, FileSheets
from forbear.core.own_plan import Sheet

SHEETS = FileSheets()


def book(fill: Callable[[Any], None]) -> bytes:
    made = Workbook()
    fill(made.active)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rows(*values: tuple[Any, ...]) -> Callable[[Any], None]:
    return lambda sheet: [sheet.append(row) for row in values]


def packed(**parts: bytes) -> bytes:
    """A workbook of one cell with some parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(book(rows(("月份", "还款"))))) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {**held, **{part.replace("__", "/"): body for part, body in parts.items()}}.items():
            archive.writestr(name, body)
    return out.getvalue()


def why(found: Sheet) -> list[tuple[str, int, str]]:
    assert found.rows == ()
    return [(fault.refusal.rule.removeprefix("own_plan."), fault.row, fault.letter) for fault in found.faults]


def trimmed(found: Sheet) -> list[list[str]]:
    assert found.faults == ()
    return [list("|".join(row).rstrip("|").split("|")) for row in found.rows]


def test_numbers_and_days_of_a_workbook_are_read_as_they_are_shown():
    data = book(rows(("Month", "I pay"), (datetime(2026, 4, 1), 0.1 + 0.2), (date(2026, 5, 1), 4500), ("x", 4500.5)))
    assert trimmed(SHEETS.read(data)) == [
        ["Month", "I pay"],
        ["2026-04-01", "0.3"],
        ["2026-05-01", "4500"],
        ["x", "4500.5"],
    ]


def test_the_first_sheet_that_shows_is_read_and_blank_rows_keep_their_numbers():
    made = Workbook()
    made.active.sheet_state = "hidden"
    made.active["A1"] = "secret"
    made.create_sheet("two")["B3"] = "here"
    out = io.BytesIO()
    made.save(out)
    assert trimmed(SHEETS.read(out.getvalue())) == [[""], [""], ["", "here"]]


def test_a_formula_and_an_error_are_refused_by_their_place():
    data = book(rows(("月份", "还款"), ("2026-04", "=SUM(B3:B9)"), ("2026-05", "#REF!"), ("=1+1", 5)))
    assert why(SHEETS.read(data)) == [("formula", 2, "B"), ("error", 3, "B"), ("formula", 4, "A")]


def test_a_text_that_looks_like_a_formula_is_written_as_text():
    data = SHEETS.xlsx([["'=1+1", 450050], ["+86", ""]], "a:b")
    sheet = load_workbook(io.BytesIO(data)).active
    assert [(cell.value, cell.data_type) for cell in (sheet["A1"], sheet["B1"], sheet["A2"])] == [
        ("'=1+1", "s"),
        (4500.5, "n"),
        ("+86", "s"),
    ]
    assert (sheet.title, sheet["A2"].number_format, sheet["B1"].number_format) == ("a b", "@", "#,##0.00")


def test_a_csv_is_written_so_that_excel_reads_chinese():
    assert SHEETS.csv([["月份", "还款"], ["2026年4月", 450000]]) == "\ufeff月份,还款\r\n2026年4月,4500.00\r\n".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_encoding_excel_saves(encoding: str):
    assert SHEETS.read("月份,还款\r\n2026年4月,５".encode(encoding)).rows == (("月份", "还款"), ("2026年4月", "５"))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", ("empty", 0, "")),
        (b" \r\n\x00", ("empty", 0, "")),
        (b"a," * BYTES_MAX, ("large", 0, "")),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, ("old", 0, "")),
        (b"%PDF-1.7 x", ("kind", 0, "")),
        (b"\x89PNG\r\n\x1a\nx", ("kind", 0, "")),
        (b"PK\x03\x04 cut short", ("broken", 0, "")),
        (b"a\x00b,c", ("encoding", 0, "")),
        (b"\xff\xfea", ("encoding", 0, "")),
        ("月份,还款\n".encode() + b"," * 30 + b"x", ("columns", 2, "")),
        (b"a\n" + b"x" * 201, ("cell", 2, "A")),
        (b"a\n" * 1000, ("rows", 1000, "")),
        (b'a\n"b', ("malformed", 2, "")),
        (packed(xl__a__xml=b""), None),
        (packed(**{f"xl__{n}.xml": b"" for n in range(100)}), ("bomb", 0, "")),
        (packed(**{"xl__media.xml": b"\x00" * (UNPACKED_MAX + 1)}), ("bomb", 0, "")),
        (packed(**{"xl__x.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), ("broken", 0, "")),
        (packed(**{"xl__worksheets__sheet1.xml": b"<x"}), ("broken", 0, "")),
        (book(lambda sheet: sheet.__setitem__("AB3", "far")), ("columns", 0, "")),
        (book(lambda sheet: sheet.__setitem__("B1048576", "far")), ("rows", 0, "")),
    ],
)
def test_what_is_no_table_is_said_and_nothing_is_taken(data: bytes, found: tuple[str, int, str] | None):
    read = SHEETS.read(data)
    assert (why(read) == [found]) if found else read.rows


def test_a_zip_that_is_no_workbook_and_one_that_lies_about_its_size():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "x")
    assert why(SHEETS.read(out.getvalue())) == [("kind", 0, "")]
    honest = packed(**{"xl__big.xml": b" " * 5_000_000})
    size = (5_000_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert why(SHEETS.read(honest.replace(size, (10).to_bytes(4, "little")))) == [("broken", 0, "")]
