"""The files of a bucket in a backup: copied into it, or listed with their hashes; and back into a bucket.

What the database names is what counts: a file whose key is gone meanwhile is not missed, any other is named. Copied
files lie as those of a data directory do, so that a backup of the one can be restored into the other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from forbear.store.backup import CHUNK, CannotBackUp, write_file

PAPERS = "papers"
NAMED_MOST = 5


class Shelf(Protocol):
    """The bucket, as forbear/adapters/bucket.py has it."""

    def put(self, path: str, parts: Iterator[bytes]) -> None: ...

    def read(self, path: str, start: int) -> Iterator[bytes]: ...

    def paths(self) -> Iterator[str]: ...


Listed = Mapping[str, Mapping[str, str]]
"""By its path, the SHA-256 of a file as it lies there, and the id of the key that opens it."""


Named = Callable[[str], Sequence[tuple[str, str]]]
"""(path, key id) of the files that can be opened: of one path, of all for ""."""


def take(bucket: Shelf, data: Path, named: Named, *, copy: bool) -> Listed:
    """Every file that the database names, copied under `data` or only listed; raises CannotBackUp where one is gone."""
    listed: dict[str, Mapping[str, str]] = {}
    lost = []
    for path, key in named(""):
        digest = sha256()
        try:
            if copy:
                write_file(data / PAPERS / path, _hashed(bucket.read(path, 0), digest))
            else:
                for _ in _hashed(bucket.read(path, 0), digest):
                    pass
        except FileNotFoundError:
            (data / PAPERS / path).unlink(missing_ok=True)
            if (path, key) in named(path):
                lost.append(path)
            continue
        listed[path] = {"sha256": digest.hexdigest(), "key": key}
    _say(lost, "missing from the bucket; look for a version of it there, or say which papers are lost, and begin anew")
    return {} if copy else listed


def check_listed(bucket: Shelf, listed: Listed, erased: Sequence[str]) -> None:
    """Every file of a list is in the bucket as it was, but for those whose key is on the erasure list by now."""
    gone, lost, changed = set(erased), [], []
    for path, told in listed.items():
        try:
            digest = sha256()
            for _ in _hashed(bucket.read(path, 0), digest):
                pass
        except FileNotFoundError:
            if told["key"] not in gone:
                lost.append(path)
            continue
        if digest.hexdigest() != told["sha256"]:
            changed.append(path)
    _say(lost, "missing from the bucket; bring back the version of that day")
    _say(changed, "changed in the bucket since the backup; bring back the version of that day")


def check_copied(bucket: Shelf, data: Path) -> None:
    """A file that is in the bucket already has to be the one of the backup."""
    files = _copied(data)
    there = sorted(set(bucket.paths()) & set(files))
    changed = [path for path in there if _digest(bucket.read(path, 0)) != _digest(_pieces(files[path]))]
    _say(changed, "in the bucket and is another file than in the backup; name an empty bucket or another prefix")


def put_back(bucket: Shelf, data: Path) -> None:
    """Copied files into the bucket, but for those that are there."""
    there = set(bucket.paths())
    for path, file in _copied(data).items():
        if path not in there:
            bucket.put(path, _pieces(file))


def _copied(data: Path) -> Mapping[str, Path]:
    folder = data / PAPERS
    return {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*")) if file.is_file()}


@contextmanager
def reached(bucket: str) -> Iterator[None]:
    """Whatever the server of the bucket says no with, as a sentence."""
    try:
        yield
    except CannotBackUp:
        raise
    except Exception as error:
        raise CannotBackUp(f"the bucket {bucket} cannot be read ({error}); look at FORBEAR_S3_*.") from error


class Digest(Protocol):
    """What bytes are fed to, as hashlib has it."""

    def update(self, piece: bytes, /) -> None: ...


def _hashed(pieces: Iterator[bytes], digest: Digest) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _digest(pieces: Iterator[bytes]) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(CHUNK):
            yield piece


def _say(paths: Sequence[str], what: str) -> None:
    if paths:
        more = f" and {len(paths) - NAMED_MOST} more" if len(paths) > NAMED_MOST else ""
        are = "is" if len(paths) == 1 else "are"
        raise CannotBackUp(f"{', '.join(paths[:NAMED_MOST])}{more} {are} {what}.")
