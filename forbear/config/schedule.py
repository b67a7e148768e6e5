"""`forbear schedule LOAN.json`: the contractual schedule of one loan, from a file, without a database.

The file's shape is docs/schedule.md's. Every fault of a file is one line on stderr that names the field and says what
would be right; then nothing is printed and the exit status is 2.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from forbear.config.plan_file import FileAtFault
from forbear.config.schedule_file import read_loan
from forbear.core.money import major
from forbear.core.refusal import Refusal
from forbear.core.schedule import Schedule, schedule
from forbear.core.schedule_terms import Row
from forbear.words import LANGUAGES, say

PARTS = ("due_on", "principal", "interest", "fees", "penalty", "total", "balance", "paid")
OVERDUE = ("principal", "interest", "fees", "penalty", "total")
WHERE_ANY = ("fees", "penalty", "paid")


def add(subparsers: Any) -> None:
    """Add `schedule` to the command's subcommands."""
    parser = subparsers.add_parser("schedule", help="the contractual schedule of one loan, from a file")
    parser.add_argument("loan", metavar="LOAN.json", help="the loan; - reads standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--convention", metavar="NAME", help="a convention instead of the file's, such as cn or fineract"
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, default="en", help="the language of the table and the refusals"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, compute, print. 0 when there is a schedule; 2 when the input is at fault."""
    try:
        loan = read_loan(_bytes(args.loan), args.convention)
        made = schedule(loan.terms, loan.convention, loan.events)
        if isinstance(made, Refusal):
            raise FileAtFault([f"{made.where}: {say(args.language, made.reason, **made.facts)}"])
    except FileAtFault as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(document(made), indent=1))
    else:
        print(table(made, args.language))
    return 0


def document(made: Schedule) -> dict[str, Any]:
    """The rows in the shape other systems read; fees, penalty and paid stand in them only where there are any, and what
    is overdue only where an as-of event looks."""
    shown = _columns(made)
    said: dict[str, Any] = {"rows": [{part: _text(row, part) for part in shown} for row in made.rows]}
    if made.arrears is not None:
        figures = {part: major(getattr(made.arrears, f"{part}_minor")) for part in OVERDUE}
        said["arrears"] = {"date": made.arrears.on.isoformat(), "days": made.arrears.days} | figures
    return said


def table(made: Schedule, language: str) -> str:
    """The rows for a person at a terminal, with their sums."""
    shown = _columns(made)
    lines = [[say(language, f"schedule.table.{part}") for part in shown]]
    lines += [[_text(row, part) for part in shown] for row in made.rows]
    sums = [say(language, "schedule.table.sum"), *("" if p == "balance" else _sum(made, p) for p in shown[1:])]
    widths = [max(_width(line[place]) for line in [*lines, sums]) for place in range(len(shown))]
    padded = [
        [" " * (w - _width(text)) + text for text, w in zip(line, widths, strict=True)] for line in [*lines, sums]
    ]
    told = ["  ".join(line).rstrip() for line in padded]
    if made.arrears is not None:
        figures = {part: major(getattr(made.arrears, f"{part}_minor")) for part in OVERDUE}
        facts = figures | {"day": made.arrears.on.isoformat(), "days": str(made.arrears.days)}
        told.append(say(language, f"schedule.arrears.{'some' if made.arrears.total_minor else 'none'}", **facts))
    return "\n".join(told)


def _columns(made: Schedule) -> list[str]:
    absent = {part for part in WHERE_ANY if not any(getattr(row, f"{part}_minor") for row in made.rows)}
    return [part for part in PARTS if part not in absent]


def _text(row: Row, part: str) -> str:
    return row.due_on.isoformat() if part == "due_on" else major(getattr(row, f"{part}_minor"))


def _sum(made: Schedule, part: str) -> str:
    return major(sum(getattr(row, f"{part}_minor") for row in made.rows))


def _width(text: str) -> int:
    """Columns on a terminal; a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise FileAtFault([f"{name}: cannot be read: {error.strerror}"]) from error
