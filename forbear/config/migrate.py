"""`forbear migrate`: bring the database's tables to this version. Safe to run again; it changes nothing then."""

import argparse
from typing import Any

from forbear.config.cli import open_house


def add(subparsers: Any) -> None:
    """Add `migrate` to the command's subcommands."""
    subparsers.add_parser("migrate", help="bring the tables to this version").set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Apply what is missing and say how much it was."""
    open_house()
    from django.core.management import call_command

    from forbear.config.health import pending_migrations

    pending = pending_migrations()
    call_command("migrate", verbosity=0)
    print(f"Applied {len(pending)} migrations" if pending else "The tables are of this version already")
    return 0
