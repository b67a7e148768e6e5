"""`forbear papers read FILE`: what a machine reads of a paper, as it would when a borrower sends it. Nothing is kept.

Needs no database. Exit status 2, with a sentence, where the file cannot be a paper at all; a paper at fault is an
answer: its faults and what she would be told to do.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from forbear.actions.ports import ReaderAway, RendererAway
from forbear.actions.reading import Sight, look_at
from forbear.adapters.clock import SystemClock
from forbear.adapters.reading import reader
from forbear.adapters.rendering import RendererProcess
from forbear.core.evidence import FILE_BYTES_MAX, file_type
from forbear.core.money import major
from forbear.core.paper import faults_of
from forbear.core.reading import Box, Reading
from forbear.words import LANGUAGES, say


def add(subparsers: Any) -> None:
    """Add `papers` to the command's subcommands."""
    parser = subparsers.add_parser("papers", help="what a machine reads of a paper, from a file")
    commands = parser.add_subparsers(required=True, metavar="read")
    read = commands.add_parser("read", help="kind, fields, rows and faults of one file")
    read.add_argument("file", metavar="FILE", help="JPEG, PNG, HEIC, WebP or PDF, up to 20 MB; - reads standard input")
    read.add_argument("--json", action="store_true", help="print one JSON document")
    read.add_argument("--language", choices=LANGUAGES, default="en", help="the language of the sentences")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read and print. 0 when it was looked at, 2 when it can be no paper, 1 when the work itself was cut off."""
    try:
        data = sys.stdin.buffer.read(FILE_BYTES_MAX + 1) if args.file == "-" else _bytes(Path(args.file))
    except OSError as error:
        return _no(f"{args.file} cannot be read: {error.strerror}", 2)
    if fault := _no_paper(args.file, data):
        return _no(fault, 2)
    machine = reader()
    try:
        reading, legible = look_at(Sight(RendererProcess(), machine), data, str(file_type(data[:32])))
    except (RendererAway, ReaderAway) as error:
        return _no(f"reading was cut off ({error}); try again", 1)
    finally:
        machine.close()
    if not reading.pages:
        code = reading.faults[0].code
        return _no(f"{args.file} is no paper that can be shown: {say(args.language, f'evidence.page.fault.{code}')}", 2)
    reading = replace(reading, faults=faults_of(reading, (), SystemClock().today()))
    told = document(reading, legible, args.language)
    print(json.dumps(told, ensure_ascii=False, indent=1) if args.json else "\n".join(sentences(told)))
    return 0


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(FILE_BYTES_MAX + 1)


def _no_paper(name: str, data: bytes) -> str:
    """Why the bytes cannot be a paper, as the page that takes papers would say; "" where they can."""
    if not data:
        return f"{name} is empty; send the file again"
    if len(data) > FILE_BYTES_MAX:
        return f"{name} is larger than {FILE_BYTES_MAX >> 20} MB; send a photo, or fewer pages"
    if file_type(data[:32]) is None:
        return f"{name} is no photo and no PDF, whatever its name says; JPEG, PNG, HEIC, WebP and PDF are read"
    return ""


def _no(sentence: str, status: int) -> int:
    print(f"forbear: {sentence}", file=sys.stderr)
    return status


AMOUNTS = frozenset({"gross", "deductions", "net", "income", "tax"})
"""Fields whose value is an amount: told in major units, as every amount that leaves the house."""

SURE = 1000


def document(reading: Reading, legible: bool, language: str) -> dict[str, Any]:
    """The JSON document; docs/papers.md has its shape."""
    return {
        "kind": reading.kind.value,
        "by": reading.by,
        "legible": legible,
        "pages": [
            {"number": p.number, "width": p.width, "height": p.height, "turned_degrees": p.turned_degrees}
            for p in reading.pages
        ],
        "fields": {
            field.name: {
                "value": major(int(field.value)) if field.name in AMOUNTS else field.value,
                "confidence": field.confidence / SURE,
                "page": field.page,
                "box": _box(field.box),
            }
            for field in reading.fields
        },
        "rows": [
            {
                "on": row.on,
                "amount": major(row.amount_minor),
                "balance": None if row.balance_minor is None else major(row.balance_minor),
                "text": row.text,
                "salary": row.salary,
                "confidence": row.confidence / SURE,
                "page": row.page,
                "box": _box(row.box),
            }
            for row in reading.rows
        ],
        "faults": [
            {"code": f.code.value, "page": f.page, "what_to_do": say(language, f"evidence.page.fault.{f.code}")}
            for f in reading.faults
        ],
    }


def _box(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]


def sentences(told: dict[str, Any]) -> list[str]:
    """The document for a person at a terminal."""
    pages = len(told["pages"])
    lines = [f"{told['kind']}, {pages} page{'s' if pages > 1 else ''}"]
    if told["by"] == "person":
        lines += ["No machine read it (the extra `ocr` is not installed, or the page ended the reader): a person does."]
    turned = [page for page in told["pages"] if page["turned_degrees"]]
    lines += [f"  page {page['number']} was turned by {page['turned_degrees']} degrees" for page in turned]
    width = max((len(name) for name in told["fields"]), default=0)
    for name, field in told["fields"].items():
        lines += [f"  {name.ljust(width)}  {field['value']}  ({field['confidence']:.0%}, page {field['page']})"]
    for row in told["rows"]:
        salary = "  salary" if row["salary"] else ""
        lines += [f"  {row['on']}  {row['amount']:>12}  {row['text']}{salary}"]
    lines += [f"  ! {fault['code']}: {fault['what_to_do']}" for fault in told["faults"]]
    return lines
