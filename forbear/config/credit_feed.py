"""`forbear credit-feed --on DATE`: what a credit bureau is told of a day, as CSV or JSON on the standard output.

Each line is recorded in its case; the same day again gives the same lines. What is held back, as she has not been told
before (征信业管理条例 art. 15), is named on stderr. Exit 2, and nothing recorded, where the day makes no sense.
"""

import argparse
import csv
import json
import sys
from datetime import date
from typing import Any

from forbear.config.cli import open_house
from forbear.words import say


def add(subparsers: Any) -> None:
    """Add `credit-feed` to the command's subcommands."""
    parser = subparsers.add_parser("credit-feed", help="what a credit bureau is told of a day")
    parser.add_argument("--on", required=True, metavar="DATE", help="the day whose end it tells of, YYYY-MM-DD")
    parser.add_argument("--format", choices=("csv", "json"), default="csv")
    parser.add_argument("--language", choices=("zh", "en"), default="en", help="of what is held back and of faults")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the feed; 2 where the day cannot be read, is in the future, or the rulebook has no pack."""
    try:
        on = date.fromisoformat(arguments.on)
    except ValueError:
        print(f"forbear credit-feed: --on {arguments.on!r} is no day; write it as 2026-03-31.", file=sys.stderr)
        return 2
    open_house()
    from forbear.actions.credit import feed
    from forbear.actions.record import By
    from forbear.config.wiring import desk
    from forbear.core.contact import Actor, Auth, Channel, Role
    from forbear.core.refusal import Refusal

    by = By(actor=Actor(Role.LENDER_CORE, "credit-feed", Auth.NONE), channel=Channel.SYSTEM, key="credit")
    found = feed(desk(), by, on)
    if isinstance(found, Refusal):
        print(f"forbear credit-feed: {say(arguments.language, found.reason, **found.facts)}", file=sys.stderr)
        return 2
    for contract in found.held:
        print(say(arguments.language, "promise.feed.held", contract=contract), file=sys.stderr)
    rows = [line.row() for line in found.lines]
    if arguments.format == "json":
        whole = {"pack": found.pack, "on": found.on.isoformat(), "lines": rows, "held": list(found.held)}
        print(json.dumps(whole, ensure_ascii=False, indent=2))
        return 0
    write_csv(rows)
    return 0


def write_csv(rows: list[dict[str, Any]]) -> None:
    """Comma-separated, with the names of the columns first. Her own words begin no formula in a spreadsheet."""
    from forbear.core.credit_line import FIELDS

    sheet = csv.DictWriter(sys.stdout, fieldnames=FIELDS, lineterminator="\n")
    sheet.writeheader()
    for row in rows:
        words = str(row["statement"])
        sheet.writerow({**row, "statement": f"'{words}" if words[:1] in ("=", "+", "-", "@") else words})
