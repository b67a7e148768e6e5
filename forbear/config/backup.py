"""`forbear backup DIR --keys OTHER_DIR`: the whole installation in two places, while it works on.

Exit 0 and a line that says what was taken; 2 with a sentence where the places make no sense. docs/backup.md.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from forbear.config.cli import open_house


def add(subparsers: Any) -> None:
    """Add `backup` to the command's subcommands."""
    parser = subparsers.add_parser("backup", help="database and files into one place, the keys into another")
    parser.add_argument("data", type=Path, metavar="DIR", help="an empty directory for database and files")
    parser.add_argument("--keys", type=Path, required=True, metavar="DIR", help="another one for the keys, elsewhere")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take it, and say what was taken."""
    open_house()
    from django.conf import settings
    from django.db import connection

    from forbear.config.wiring import desk
    from forbear.store.backup import CannotBackUp, back_up

    here = desk()
    told = {"made_at": here.clock.now().isoformat(), "log": settings.LOG_NAME, "events": here.ledger.size()}
    if settings.S3:
        print(f"The files of the bucket {settings.S3.bucket} are not in it; keep versions of the bucket for as long.")
    try:
        database = connection.settings_dict
        list_file = Path(settings.ERASURE_LIST)
        manifest = back_up(database, settings.HOME, list_file, arguments.data, arguments.keys, told=told)
    except CannotBackUp as fault:
        print(f"forbear: {fault}", file=sys.stderr)
        return 2
    print(f"Backed up {manifest['events']} events and {len(manifest['files']) - 1} files; the keys are elsewhere.")
    return 0
