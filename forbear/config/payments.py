"""`forbear payments import FILE`: book a CSV file of payments, all of its rows or, where one is at fault, none.

Columns contract, amount, paid_on, reference. The same file again changes nothing. Exit 2 with a line a fault.
"""

import argparse
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from forbear.config.cli import open_house
from forbear.core.refusal import Refusal
from forbear.words import say


def add(subparsers: Any) -> None:
    """Add `payments` to the command's subcommands."""
    parser = subparsers.add_parser("payments", help="book a file of payments")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("import", help="check every row, then book all")
    one.add_argument("file", type=Path, metavar="FILE", help="CSV: contract, amount, paid_on, reference")
    one.add_argument("--language", choices=("zh", "en"), default="en", help="of the faults")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Book the file; 2 when it cannot be read or a row is at fault."""
    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        print(f"forbear payments: {arguments.file}: {error.strerror}", file=sys.stderr)
        return 2
    open_house()
    from forbear.actions.payments_file import NotBooked, book_payments
    from forbear.actions.record import By
    from forbear.config.wiring import desk
    from forbear.core.contact import Actor, Auth, Channel, Role

    actor = Actor(Role.LENDER_CORE, "import", Auth.NONE)
    by = By(actor=actor, channel=Channel.SYSTEM, key=f"import:{sha256(data).hexdigest()[:32]}")
    booked = book_payments(desk(), by, data)
    for fault in booked.faults:
        field = f" {fault.field}:" if fault.field else ""
        print(f"line {fault.line}:{field} {_said(arguments.language, fault.refusal)}", file=sys.stderr)
    if isinstance(booked, NotBooked):
        return 2
    print(f"booked {booked.new}, known before {booked.known}")
    return 2 if booked.faults else 0


def _said(language: str, refusal: Refusal) -> str:
    keys = [key for key in (refusal.reason, refusal.way_on) if key]
    return " ".join(say(language, key, **refusal.facts) for key in keys)
