"""What every vault does, in memory, in a directory and on an S3 server: the same file back, or none at all."""

import os
from collections.abc import Iterator
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from forbear.actions.ports import VaultFull
from forbear.adapters.bucket import PART_BYTES, S3, Bucket
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import CountingIds
from forbear.adapters.memory_ledger import MemoryAgenda, MemoryCases, MemoryLedger
from forbear.adapters.memory_papers import MemoryVault
from forbear.adapters.vault import CHUNK_BYTES, DamagedFile, Folder, SealedVault, Shelf
from tests.store.test_vault import Drawer

MEBIBYTE = 1024 * 1024
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7)


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield S3(bucket="papers", endpoint=f"http://{host}:{port}", prefix="forbear", key="key", secret="secret")
    server.stop()


@pytest.fixture
def bucket(s3_server: S3) -> Iterator[Bucket]:
    shelf = Bucket(s3_server)
    shelf._client.create_bucket(Bucket="papers")
    yield shelf
    for found in shelf._client.list_objects_v2(Bucket="papers").get("Contents", []):
        shelf._client.delete_object(Bucket="papers", Key=found["Key"])
    shelf._client.delete_bucket(Bucket="papers")


class Ground:
    """A vault, and what can be done behind its back."""

    def __init__(self, kind: str, request: pytest.FixtureRequest) -> None:
        self.drawer, ids = Drawer(), CountingIds("1")
        self.shelf: Shelf | None = None
        if kind == "memory":
            self.ledger = MemoryLedger(ids, MemoryAgenda(), MemoryCases(), "x")
            self.vault: Any = MemoryVault(ids, self.ledger)
        else:
            self.folder: Path = request.getfixturevalue("tmp_path") / "papers"
            self.shelf = Folder(self.folder) if kind == "folder" else request.getfixturevalue("bucket")
            self.vault = SealedVault(self.shelf, self.drawer, RandomIds())

    def destroy(self, case_id: str, retention: str) -> None:
        if self.shelf is None:
            self.ledger.forget(case_id, retention)
        else:
            self.drawer.destroy(case_id, retention)

    def names(self) -> list[str]:
        """The files there are, finished or not."""
        if isinstance(self.shelf, Folder):
            return sorted(file.name for file in self.folder.rglob("*") if file.is_file())
        if isinstance(self.shelf, Bucket):
            assert not self.shelf._client.list_multipart_uploads(Bucket="papers").get("Uploads")
            found = self.shelf._client.list_objects_v2(Bucket="papers").get("Contents", [])
            return sorted(one["Key"].rpartition("/")[2] for one in found)
        return sorted(self.vault._files)


@pytest.fixture(params=["memory", "folder", "bucket"])
def ground(request: pytest.FixtureRequest) -> Ground:
    return Ground(request.param, request)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    yield from (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_whole_and_from_any_place_on(ground: Ground, size: int):
    data = os.urandom(size)
    kept = ground.vault.keep_stream("c_1", "finance", pieces(data, 50_001))
    assert (kept.size, kept.sha256) == (size, sha256(data).hexdigest())
    assert ground.vault.open(kept.blob) == data
    for start in (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, size - 1, size, size + 70_000):
        if start >= 0:
            assert b"".join(ground.vault.open_stream(kept.blob, start)) == data[start:], start
    assert ground.names() == [kept.blob]


def test_a_file_that_breaks_off_on_the_way_leaves_nothing(ground: Ground):
    def breaks_off(after: int) -> Iterator[bytes]:
        yield bytes(after)
        raise ConnectionResetError("the line dropped")

    for after in (0, 10, CHUNK_BYTES + 1, PART_BYTES + CHUNK_BYTES):
        with pytest.raises(ConnectionResetError, match="the line dropped"):
            ground.vault.keep_stream("c_1", "finance", breaks_off(after))
    assert ground.names() == []


def test_what_was_never_there_is_a_key_error(ground: Ground):
    for look in (ground.vault.open, ground.vault.open_stream):
        with pytest.raises(KeyError):
            look("b_none")


def test_what_is_missing_is_told_without_reading_a_file(ground: Ground):
    kept, other = (ground.vault.keep("c_1", kind, b"x") for kind in ("health", "finance"))
    assert ground.vault.missing([kept, other, "b_none"]) == {"b_none"}
    ground.destroy("c_1", "health")
    assert ground.vault.missing([kept, other]) == {kept}
    ground.vault.drop(other)
    assert ground.vault.missing([other]) == {other}
    if ground.shelf is not None:
        third = ground.vault.keep("c_1", "finance", b"x")
        ground.shelf.delete(f"{third[-2:]}/{third}")
        assert ground.vault.missing([third]) == {third}


def test_with_its_key_a_file_is_gone_and_then_swept(ground: Ground):
    health = [ground.vault.keep("c_1", "health", b"diagnosis") for _ in range(2)]
    others = [ground.vault.keep("c_1", "finance", b"payslip"), ground.vault.keep("c_2", "health", b"diagnosis")]
    assert ground.vault.sweep("c_1", "health") == 0
    ground.destroy("c_1", "health")
    for blob_id in health:
        with pytest.raises(KeyError):
            ground.vault.open(blob_id)
    later = ground.vault.keep("c_1", "health", b"another diagnosis")
    assert [ground.vault.sweep("c_1", "health") for _ in range(2)] == [2, 0]
    assert ground.names() == sorted([*others, later])
    assert [ground.vault.open(blob_id) for blob_id in (*others, later)] == [
        *(b"payslip", b"diagnosis", b"another diagnosis")
    ]


def test_a_lost_or_cut_object_is_named(bucket: Bucket):
    drawer = Drawer()
    vault = SealedVault(bucket, drawer, RandomIds())
    blob_id = vault.keep("c_1", "finance", bytes(3 * CHUNK_BYTES))
    path = drawer.files[blob_id][2]
    whole = b"".join(bucket.read(path, 0))
    for length in (0, 10, 20, 5000, len(whole) - 1, CHUNK_BYTES + 36):
        bucket.put(path, [whole[:length]])
        with pytest.raises(DamagedFile):
            vault.open(blob_id)
    bucket.delete(path)
    with pytest.raises(DamagedFile, match="the file is gone"):
        vault.open(blob_id)


def test_both_ways_hold_a_chunk_and_not_the_file(tmp_path: Path):
    """Of 48 MiB, what came in and is not yet on the disk is never more than a piece and some buffers."""
    vault = SealedVault(Folder(tmp_path), Drawer(), RandomIds())
    held: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(48):
            drafts = [file.stat().st_size for file in tmp_path.rglob("*.part")]
            held.append(number * MEBIBYTE - sum(drafts))
            yield bytes(MEBIBYTE)

    kept = vault.keep_stream("c_1", "finance", chunks())
    assert len(held) == 48 and max(held) < 4 * CHUNK_BYTES
    sizes = [len(part) for part in vault.open_stream(kept.blob)]
    assert sum(sizes) == kept.size == 48 * MEBIBYTE
    assert max(sizes) == CHUNK_BYTES


@pytest.mark.parametrize("number", [ENOSPC, EDQUOT, EFBIG, EIO])
@pytest.mark.parametrize("where", ["write", "fsync"])
def test_a_full_disk_leaves_nothing_half_done_and_says_so(tmp_path: Path, monkeypatch: Any, number: int, where: str):
    drawer: Any = Drawer()
    vault = SealedVault(Folder(tmp_path / "papers"), drawer, RandomIds())
    before = vault.keep("c_1", "finance", b"payslip")

    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    def chunks() -> Iterator[bytes]:
        yield bytes(CHUNK_BYTES)
        if where == "write":
            full()

    if where == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError if number == EIO else VaultFull):
        vault.keep_stream("c_1", "finance", chunks())
    monkeypatch.undo()
    assert [file.name for file in (tmp_path / "papers").rglob("*") if file.is_file()] == [before]
    assert list(drawer.files) == [before]


def test_a_really_full_disk(tmp_path: Path):
    """By the process's own limit on the size of a file, which the system enforces as it does a full disk."""
    import resource
    import signal

    vault = SealedVault(Folder(tmp_path / "papers"), Drawer(), RandomIds())
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(VaultFull):
            vault.keep_stream("c_1", "finance", (bytes(CHUNK_BYTES) for _ in range(9)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert [file for file in (tmp_path / "papers").rglob("*") if file.is_file()] == []


def test_one_file_is_dropped_and_the_others_stay(ground: Ground):
    vault = ground.vault
    gone, stays = vault.keep("c_1", "message", b"one"), vault.keep("c_1", "message", b"other")
    assert vault.size(gone) == 3
    vault.drop(gone)
    vault.drop(gone)
    for look in (vault.open, vault.size):
        with pytest.raises(KeyError):
            look(gone)
    assert (vault.open(stays), vault.size(stays), ground.names()) == (b"other", 5, [stays])
