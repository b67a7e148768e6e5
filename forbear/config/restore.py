"""`forbear restore DIR --keys OTHER_DIR`: a backup into an empty data directory; what was erased since is erased again.

Nothing opens before that is done: a file `restoring` in the data directory shuts it until then. docs/backup.md.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forbear.adapters.bucket import Bucket
from forbear.config import environment
from forbear.config.cli import open_house


def add(subparsers: Any) -> None:
    """Add `restore` to the command's subcommands."""
    parser = subparsers.add_parser("restore", help="bring back a backup without what was erased since")
    parser.add_argument("data", type=Path, metavar="DIR", help="where database and files were backed up to")
    parser.add_argument("--keys", type=Path, required=True, metavar="DIR", help="where the keys were")
    parser.add_argument("--erasures", type=Path, metavar="FILE", help="the erasure list kept apart, as it is today")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Refuse what makes no sense before anything is written; then restore, erase again, and open."""
    from forbear.store.backup import CannotBackUp
    from forbear.store.erasures import DamagedList

    try:
        return _run(arguments)
    except (CannotBackUp, DamagedList, environment.Misconfigured) as fault:
        print(f"forbear: {fault}", file=sys.stderr)
        return 2
    except OSError as fault:
        where, cut = fault.filename or "a disk", "what is there of the restore does not open; empty it and begin again"
        print(f"forbear: {where}: {fault.strerror}; {cut}.", file=sys.stderr)
        return 1


def _run(arguments: argparse.Namespace) -> int:
    from forbear.store.backup import CannotBackUp, checked, fits, put_files
    from forbear.store.backup_bucket import put_back as put_papers
    from forbear.store.backup_bucket import reached
    from forbear.store.disk import on_disk
    from forbear.store.erasures import ErasureList, own_mark

    home = Path(environment.text("FORBEAR_HOME", ".home")).expanduser().resolve()
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise CannotBackUp(f"{home} is not empty; a backup is restored into an empty data directory only.")
    data, keys = checked(arguments.data, "data"), checked(arguments.keys, "keys")
    if data["pair"] != keys["pair"]:
        raise CannotBackUp(f"{arguments.keys} holds the keys of another backup than {arguments.data}.")
    erased = ErasureList(_list_of(arguments, home)).whole(own_mark(arguments.keys / "keys"))
    if set(ErasureList(arguments.keys / "erasures.jsonl")) - set(erased):
        raise CannotBackUp("the erasure list is older than the backup; name the one that is kept up to date.")
    fits({"ENGINE": "postgresql" if environment.text("DATABASE_URL") else "sqlite3"}, arguments.data)
    _empty_database()
    bucket = _bucket(arguments.data, data, [key for one in erased for key in one.keys])
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = home / environment.RESTORING
    mark.touch(mode=0o600)
    on_disk(home)
    put_files(home, arguments.data, arguments.keys, papers=bucket is None)
    if bucket is not None:
        with reached(environment.text("FORBEAR_S3_BUCKET")):
            put_papers(bucket, arguments.data)
    again = _database(arguments.data, erased)
    mark.unlink()
    on_disk(home)
    last = f"the last erasure it knows of is of {erased[-1].at}" if erased else "the erasure list is empty"
    print(f"What was erased later than the erasure list knows has come back: {last}.")
    print(f"Restored {data['events']} events of {data['made_at']}; erased again: {again}.")
    return 0


def _empty_database() -> None:
    """Asked before anything is written; a file of SQLite is made in the empty home."""
    from forbear.store.backup import CannotBackUp

    if url := environment.text("DATABASE_URL"):
        import psycopg

        try:
            given: Mapping[str, Any] = environment.postgresql(url)
            where = {name: given.get(name.upper()) or None for name in ("host", "port", "user", "password")}
            where |= {name: value for name, value in dict(given["OPTIONS"]).items() if name != "pool"}
            with psycopg.connect(dbname=given["NAME"], **where) as there:
                row = there.execute("select count(*) from pg_tables where schemaname = current_schema()").fetchone()
        except psycopg.Error as error:
            raise CannotBackUp(f"the database of DATABASE_URL cannot be asked: {error}") from error
        if row != (0,):
            raise CannotBackUp(
                "the database of DATABASE_URL is not empty; a backup is restored into an empty one only."
            )


def _bucket(folder: Path, data: Mapping[str, Any], erased: list[str]) -> Bucket | None:
    """The bucket that is set, once all that a backup only lists is found in it and nothing of what it copied is another
    file there; None where papers lie in the home.
    """
    from forbear.store.backup import CannotBackUp
    from forbear.store.backup_bucket import check_copied, check_listed, reached

    s3, listed = environment.s3(), data.get("bucket", {})
    if s3 is None:
        if listed:
            raise CannotBackUp("the papers of this backup stayed in a bucket; set FORBEAR_S3_* to the one they lie in.")
        return None
    with reached(s3.bucket):
        check_listed(Bucket(s3), listed, erased)
        check_copied(Bucket(s3), folder)
    return Bucket(s3)


def _list_of(arguments: argparse.Namespace, home: Path) -> Path:
    """The erasure list as it is today; the one in the backup of the keys knows nothing of what came after it."""
    from forbear.store.backup import CannotBackUp

    file: Path = arguments.erasures or Path(environment.text("FORBEAR_ERASURE_LIST") or home / "erasures.jsonl")
    if not file.is_file():
        other = arguments.keys / "erasures.jsonl"
        raise CannotBackUp(
            f"{file} is not there; name the erasure list with --erasures. If it is lost, {other} knows all that was "
            "erased before the backup, and what was erased since comes back."
        )
    return file


def _database(data: Path, erased: Sequence[Any]) -> int:
    """The database back and brought to this version; then what was erased goes again, files and traces too."""
    environment.restoring = True
    open_house()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from forbear.config.wiring import desk
    from forbear.store.backup import put_back
    from forbear.store.erasures import ErasureList, own_mark
    from forbear.store.privacy import load_keys
    from forbear.store.restoring import replay

    put_back(connection.settings_dict, data)
    call_command("migrate", verbosity=0)
    here = desk()
    again = replay(erased, load_keys(settings.HOME), here.ids, settings.LOG_NAME, here.clock.now())
    for owner, retention in {(one.owner, one.retention) for one in erased}:
        here.vault.sweep(owner, retention)
    here.keeping.sweep_uploads()
    here.keeping.scrub()
    kept = ErasureList(Path(settings.ERASURE_LIST), own_mark(settings.HOME / "keys"))
    known = set(kept)
    for one in erased:
        if one not in known:
            kept.add(one)
    os.sync()
    return again
