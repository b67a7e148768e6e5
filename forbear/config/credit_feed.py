"""`forbear credit-feed --on DATE`: what a credit bureau is told of a day, as CSV or JSON, to a file or to stdout.

Each line is recorded in its case; the same day again gives the same lines. What is held back, as she has not been told
before (征信业管理条例 art. 15), is named on stderr. Exit 2, and nothing recorded, where the day or the file makes no
sense; 1 where the file could not be written: the lines are recorded, and the same command gives them again.
"""

import argparse
import csv
import io
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.config.cli import open_house
from forbear.config.export import write_whole
from forbear.words import say

if TYPE_CHECKING:
    from forbear.actions.credit import Feed


def add(subparsers: Any) -> None:
    """Add `credit-feed` to the command's subcommands."""
    parser = subparsers.add_parser("credit-feed", help="what a credit bureau is told of a day")
    parser.add_argument("--on", required=True, metavar="DATE", help="the day whose end it tells of, YYYY-MM-DD")
    parser.add_argument("--format", choices=("csv", "json"), default="csv")
    parser.add_argument("-o", "--out", metavar="FILE", help="write it here, whole or not at all")
    parser.add_argument("--language", choices=("zh", "en"), default="en", help="of what is held back and of faults")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the feed; 2 where the day cannot be read, is in the future, or the rulebook has no pack."""
    on = _day(arguments.on)
    if on is None:
        return _no(f"--on {arguments.on!r} is no day; write it as 2026-03-31.", 2)
    out = Path(arguments.out) if arguments.out else None
    if out is not None and ((out.exists() and not out.is_file()) or not out.parent.is_dir()):
        return _no(f"-o {out}: name a file in a folder that is there.", 2)
    open_house()
    from forbear.actions.credit import feed
    from forbear.actions.record import By
    from forbear.config.wiring import desk
    from forbear.core.contact import Actor, Auth, Channel, Role
    from forbear.core.refusal import Refusal

    by = By(actor=Actor(Role.LENDER_CORE, "credit-feed", Auth.NONE), channel=Channel.SYSTEM, key="credit")
    found = feed(desk(), by, on)
    if isinstance(found, Refusal):
        return _no(say(arguments.language, found.reason, **found.facts), 2 if found.where else 1)
    for contract in found.held:
        print(say(arguments.language, "promise.feed.held", contract=contract), file=sys.stderr)
    data = as_bytes(found, arguments.format)
    try:
        return _printed(data) if out is None else _filed(out, data)
    except BrokenPipeError:
        raise  # told of by forbear.config.cli
    except OSError as error:
        where = out or "the standard output"
        return _no(f"{where} was not written: {error.strerror}. Its lines are recorded; the same command again.", 1)


def _day(text: str) -> date | None:
    """A day as the calendar has it, written 2026-03-31; None for anything else."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def as_bytes(found: "Feed", form: str) -> bytes:
    """The file, in UTF-8: `form` csv with the names of the columns first, or json."""
    rows = [line.row() for line in found.lines]
    if form == "json":
        whole = {"pack": found.pack, "on": found.on.isoformat(), "lines": rows, "held": list(found.held)}
        return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()
    return _csv(rows).encode()


def _csv(rows: list[dict[str, Any]]) -> str:
    """Her own words begin no formula in a spreadsheet."""
    from forbear.core.credit_line import FIELDS

    text = io.StringIO()
    sheet = csv.DictWriter(text, fieldnames=FIELDS, lineterminator="\n")
    sheet.writeheader()
    for row in rows:
        words = str(row["statement"])
        sheet.writerow({**row, "statement": f"'{words}" if words[:1] in ("=", "+", "-", "@") else words})
    return text.getvalue()


def _printed(data: bytes) -> int:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return 0


def _filed(out: Path, data: bytes) -> int:
    """Under its name whole or not at all; a file that holds something else is left alone."""
    if out.exists() and out.read_bytes() != data:
        return _no(f"{out} is there already and holds something else; move it away or name another file.", 2)
    write_whole(out, [data])
    return 0


def _no(sentence: str, status: int) -> int:
    print(f"forbear credit-feed: {sentence}", file=sys.stderr)
    return status
