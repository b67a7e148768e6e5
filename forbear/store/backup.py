"""A backup in two places: database and files in one, keys and erasure list in another; and a manifest in each.

The database is taken as one consistent picture while everybody works (SQLite's backup API, pg_dump). Files of the vault
are only ever added or erased, so they are copied after it. The manifest is written last: without one a backup is none.
"""

import glob
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

FORMAT = "forbear-backup/1"
MANIFEST = "manifest.json"
SQLITE, POSTGRESQL = "database.sqlite3", "database.dump"
FOLDERS = ("papers", "uploads")
"""What lies in files beside the database, under the data directory."""
ERASURES = "erasures.jsonl"
CHUNK = 1024 * 1024


class CannotBackUp(Exception):
    """The backup was not made, or is not one; the text says what is wrong and what would be right."""


# ---- making one ------------------------------------------------------------------------------------------------


def back_up(
    database: Mapping[str, Any],
    home: Path,
    erasures: Path,
    data: Path,
    keys: Path,
    *,
    told: Mapping[str, Any],
    beside: Callable[[Path], Mapping[str, Any]] = lambda data: {},
) -> Mapping[str, Any]:
    """Make a backup of an installation into two empty directories; returns the manifest of the data. `told`: what else
    the manifest says; `beside`: takes what lies elsewhere (backup_bucket.py) once the database is taken, and says what
    the manifest of the data tells of it. Raises CannotBackUp, and then no manifest is there.
    """
    apart(data, keys)
    for folder in (data, keys):
        _empty(folder)
    _copy(home / "keys", keys / "keys")  # before, and what appeared meanwhile after: whatever key a row of it needs
    _take(database, data)
    for name in FOLDERS:
        _copy(home / name, data / name)
    more = beside(data)
    _copy(home / "keys", keys / "keys")
    if (home / "secret").exists():
        _copy_file(home / "secret", keys / "secret")
    if erasures.exists():
        _copy_file(erasures, keys / ERASURES)
    kind = "sqlite" if (data / SQLITE).exists() else "postgresql"
    pair = os.urandom(16).hex()
    _sign(keys, {**told, "holds": "keys", "pair": pair})
    return _sign(data, {**told, **more, "holds": "data", "pair": pair, "database": kind})


def apart(data: Path, keys: Path) -> None:
    """Data and keys in one place are no backup with keys apart: neither may lie in the other."""
    one, other = data.resolve(), keys.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise CannotBackUp(f"{data} and {keys} are one place; keep the keys somewhere else, on another disk.")


def _empty(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotBackUp(f"{folder} cannot be made: {error.strerror}.") from error
    if any(folder.iterdir()):
        raise CannotBackUp(f"{folder} is not empty; name a directory that is.")


def _take(database: Mapping[str, Any], data: Path) -> None:
    if database["ENGINE"].endswith("sqlite3"):
        source = sqlite3.connect(f"file:{database['NAME']}?mode=ro", uri=True, timeout=60)
        target = sqlite3.connect(data / SQLITE)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()
        os.chmod(data / SQLITE, 0o600)
        return
    _postgresql("pg_dump", database, "--format=custom", "--no-owner", f"--file={data / POSTGRESQL}", database["NAME"])


def _postgresql(program: str, database: Mapping[str, Any], *arguments: str) -> None:
    """Run a program of PostgreSQL's; the password goes by the environment, where no list of processes shows it."""
    found = _program(program)
    places = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    given = {name: str(database[key]) for name, key in places.items() if database.get(key)}
    done = subprocess.run([found, *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotBackUp(f"{program} ended with {done.returncode}: {done.stderr.strip()[:500]}")


def _program(program: str) -> str:
    found = shutil.which(program) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), default="")
    if not found:
        raise CannotBackUp(f"{program} is not here; install the Debian package postgresql-client.")
    return found


def _copy(source: Path, target: Path) -> None:
    """A directory of files; one that is erased meanwhile is not missed, and one that is still being written neither."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in sorted(source.rglob("*")) if source.is_dir() else ():
        if file.is_file() and not file.name.endswith(".part") and not file.name.startswith("."):
            _copy_file(file, target / file.relative_to(source))


def _copy_file(source: Path, target: Path) -> None:
    try:
        incoming = source.open("rb")
    except FileNotFoundError:
        return
    if target.exists():
        incoming.close()
        return
    with incoming:
        write_file(target, iter(lambda: incoming.read(CHUNK), b""))


def write_file(target: Path, pieces: Iterator[bytes]) -> None:
    """A file that is not there yet, and on the disk when this returns."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as copy:
        copy.writelines(pieces)
        copy.flush()
        os.fsync(copy.fileno())


def _sign(folder: Path, told: Mapping[str, Any]) -> Mapping[str, Any]:
    manifest = {"format": FORMAT, **told, "files": dict(_hashes(folder))}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    draft = folder / f".{MANIFEST}"
    draft.write_text(text, "utf-8")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, folder / MANIFEST)
    return manifest


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name not in (MANIFEST, f".{MANIFEST}"):
            digest = sha256()
            with file.open("rb") as content:
                while piece := content.read(CHUNK):
                    digest.update(piece)
            yield str(file.relative_to(folder)), digest.hexdigest()


# ---- reading one -----------------------------------------------------------------------------------------------


def checked(folder: Path, holds: str) -> Mapping[str, Any]:
    """The manifest of one half of a backup, every file held to its hash; raises CannotBackUp."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError as error:
        raise CannotBackUp(f"{folder} has no {MANIFEST}: it is no backup, or one that was not finished.") from error
    except OSError as error:
        raise CannotBackUp(f"{folder} cannot be read ({error.strerror}); name the directory of the {holds}.") from error
    except ValueError as error:
        raise CannotBackUp(f"{folder / MANIFEST} cannot be read; take another copy of the backup.") from error
    told = manifest if isinstance(manifest, dict) else {}
    if told.get("format") != FORMAT or told.get("holds") != holds or not isinstance(told.get("files"), dict):
        raise CannotBackUp(f"{folder} does not hold the {holds} of a backup of this kind.")
    found, named = dict(_hashes(folder)), told["files"]
    wrong = sorted(name for name in {*found, *named} if found.get(name) != named.get(name))
    if wrong:
        said = "is missing" if wrong[0] not in found else "was added" if wrong[0] not in named else "was changed"
        raise CannotBackUp(f"{folder / wrong[0]} {said} since the backup was made; take another copy of it.")
    return told


def fits(database: Mapping[str, Any], data: Path) -> None:
    """Asked before anything is written: whether a backup is of the kind of database that it is to go into."""
    if database["ENGINE"].endswith("sqlite3"):
        if not (data / SQLITE).exists():
            raise CannotBackUp("this is a backup of PostgreSQL; set DATABASE_URL to an empty database.")
        return
    if not (data / POSTGRESQL).exists():
        raise CannotBackUp("this is a backup of SQLite; unset DATABASE_URL.")
    _program("pg_restore")


def put_back(database: Mapping[str, Any], data: Path) -> None:
    """The database as it was; the file of SQLite must not be there, the database of PostgreSQL must be empty."""
    fits(database, data)
    if database["ENGINE"].endswith("sqlite3"):
        _copy_file(data / SQLITE, Path(database["NAME"]))
        return
    file, name = str(data / POSTGRESQL), str(database["NAME"])
    _postgresql("pg_restore", database, "--no-owner", "--single-transaction", f"--dbname={name}", file)


def put_files(home: Path, data: Path, keys: Path, *, papers: bool = True) -> None:
    """Papers where they lie in the data directory, files on their way, keys and the secret, each where it was."""
    _copy(keys / "keys", home / "keys")
    if (keys / "secret").exists():
        _copy_file(keys / "secret", home / "secret")
    for name in FOLDERS if papers else FOLDERS[1:]:
        _copy(data / name, home / name)
