"""`forbear rebuild`: make the tables that pages read anew from the record, which alone is the truth."""

import argparse
from typing import Any

from forbear.config.cli import open_house


def add(subparsers: Any) -> None:
    """Add `rebuild` to the command's subcommands."""
    subparsers.add_parser("rebuild", help="make what pages read anew from the record").set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Rebuild and say how many cases there are. Nothing is recorded while it runs; nothing is lost by it."""
    open_house()
    from forbear.config.wiring import desk
    from forbear.store.ledger import DjangoLedger

    ledger = desk().ledger
    assert isinstance(ledger, DjangoLedger), "this installation's record is in a database"
    print(f"Made the queue anew: {ledger.rebuild()} cases")
    return 0
