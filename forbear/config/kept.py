"""`forbear kept [--case CASE] [--overdue] [--csv | --json]`: what is kept of whom, why and until when.

One line a class of a case. Names are masked; nothing of what is kept is shown.
"""

import argparse
import csv
import json
import sys
from dataclasses import asdict, fields
from typing import Any

from forbear.config.cli import open_house


def add(subparsers: Any) -> None:
    """Add `kept` to the command's subcommands."""
    parser = subparsers.add_parser("kept", help="what is kept of whom, why and until when")
    parser.add_argument("--case", default="", metavar="CASE", help="of one case alone")
    parser.add_argument("--places", action="store_true", help="every table and folder, and by what each empties")
    parser.add_argument("--overdue", action="store_true", help="only what should be gone by now")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="as a table for a spreadsheet")
    shape.add_argument("--json", action="store_true", help="as one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report; 2 where the case named is none."""
    open_house()
    if arguments.places:
        return _places(arguments.json)
    from forbear.actions.kept import KeptLine, report
    from forbear.config.wiring import desk
    from forbear.words import say

    if arguments.case and desk().cases.line(arguments.case) is None:
        print(
            f"forbear: there is no case {arguments.case!r}; the desk's address of a case ends in its id.",
            file=sys.stderr,
        )
        return 2
    lines = [line for line in report(desk(), arguments.case) if line.overdue or not arguments.overdue]
    rows = [
        {**asdict(line), "until_on": _day(line.until_on), "law_until_on": _day(line.law_until_on)} for line in lines
    ]
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif arguments.csv:
        table = csv.DictWriter(sys.stdout, [field.name for field in fields(KeptLine)], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    else:
        for line, row in zip(lines, rows, strict=True):
            what = say("en", f"leaving.held.{line.retention}")
            until = f"until {row['until_on']}" if row["until_on"] else f"{line.days} days after its {line.starts}"
            more = " OVERDUE" if line.overdue else f" {line.holds} holds" if line.holds else ""
            print(f"{line.case_id}  {line.name or '–'}  {what}: {until}, {line.rule} ({line.source}){more}")
        print(f"{len({line.case_id for line in lines})} cases, {sum(line.overdue for line in lines)} overdue")
    return 0


def _places(as_json: bool) -> int:
    """Also what belongs to no case: mails and calls, codes, sessions, the loan book, accounts of the desk."""
    from forbear.actions.kept_places import PLACES
    from forbear.config.wiring import desk
    from forbear.words import say

    counts, told = desk().keeping.counts(), []
    for name, place in sorted(PLACES.items()):
        classes = [say("en", f"leaving.held.{one.value}") for one in place.classes]
        told.append({"place": name, "rows": counts.get(name), "goes": place.goes.value, "classes": classes})
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return 0
    for one in told:
        rows, goes = "–" if one["rows"] is None else one["rows"], say("en", f"leaving.goes.{one['goes']}")
        print(f"{one['place']}  {rows}  {goes} {'; '.join(one['classes'])}".rstrip())
    return 0


def _day(on: Any) -> str | None:
    return on.isoformat() if on else None
