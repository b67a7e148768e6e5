"""`forbear backup DIR --keys OTHER_DIR`: the whole installation in two places, while it works on.

Exit 0 and a line that says what was taken; 2 with a sentence where the places make no sense. docs/backup.md.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forbear.config.cli import open_house


def add(subparsers: Any) -> None:
    """Add `backup` to the command's subcommands."""
    parser = subparsers.add_parser("backup", help="database and files into one place, the keys into another")
    parser.add_argument("data", type=Path, metavar="DIR", help="an empty directory for database and files")
    parser.add_argument("--keys", type=Path, required=True, metavar="DIR", help="another one for the keys, elsewhere")
    bucket = "papers that lie in a bucket: copied into the backup, or only listed with their hashes"
    parser.add_argument("--papers", choices=("copy", "list"), default="copy", help=bucket)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take it, and say what was taken."""
    open_house()
    from django.conf import settings
    from django.db import connection

    from forbear.adapters.bucket import Bucket
    from forbear.config.wiring import desk, shelf
    from forbear.store import backup_bucket
    from forbear.store.backup import CannotBackUp, back_up
    from forbear.store.blobs import named

    here = desk()
    told = {"made_at": here.clock.now().isoformat(), "log": settings.LOG_NAME, "events": here.ledger.size()}

    def bucket(data: Path) -> Mapping[str, Any]:
        if not settings.S3:
            return {}
        found = shelf()
        assert isinstance(found, Bucket), "as wired"
        with backup_bucket.reached(settings.S3.bucket):
            listed = backup_bucket.take(found, data, named, copy=arguments.papers == "copy")
        return {"bucket": listed} if arguments.papers == "list" else {}

    try:
        list_file, places = Path(settings.ERASURE_LIST), (arguments.data, arguments.keys)
        manifest = back_up(connection.settings_dict, settings.HOME, list_file, *places, told=told, beside=bucket)
    except CannotBackUp as fault:
        print(f"forbear: {fault}", file=sys.stderr)
        return 2
    except OSError as fault:
        where = fault.filename or "a disk"
        print(f"forbear: {where}: {fault.strerror}; there is no backup, begin anew in empty places.", file=sys.stderr)
        return 1
    print(f"Backed up {manifest['events']} events and {len(manifest['files']) - 1} files; the keys are elsewhere.")
    if "bucket" in manifest:
        print(f"{len(manifest['bucket'])} files stay in the bucket {settings.S3.bucket}, listed: keep its versions.")
    return 0
