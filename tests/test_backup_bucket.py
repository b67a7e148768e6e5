"""Papers in a bucket: copied into a backup or listed there, back into a bucket or a directory; faults are named."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from forbear.adapters.bucket import S3, Bucket
from forbear.store.backup import CannotBackUp
from forbear.store.backup_bucket import check_copied, check_listed, put_back, take
from tests.attack.test_erasure_killed import MADE
from tests.servers import Place, Site
from tests.test_backup_command import TOLD, forbear


class Drawer(dict[str, bytes]):
    """A bucket in memory."""

    def put(self, path: str, parts: Iterator[bytes]) -> None:
        self[path] = b"".join(parts)

    def read(self, path: str, start: int) -> Iterator[bytes]:
        if path not in self:
            raise FileNotFoundError(path)
        yield self[path][start:]

    def paths(self) -> Iterator[str]:
        yield from sorted(self)


ROWS = [("a/1", "k_1"), ("a/2", "k_2"), ("b/3", "k_2")]


def named(path: str) -> list[tuple[str, str]]:
    return [row for row in ROWS if path in ("", row[0])]


@pytest.fixture
def drawer() -> Drawer:
    return Drawer({"a/1": b"one", "a/2": b"two", "b/3": b"three", "c/stray": b"nobody's"})


def test_what_the_database_names_is_copied_and_nothing_else(drawer: Drawer, tmp_path: Path):
    assert take(drawer, tmp_path, named, copy=True) == {}
    found = {str(file.relative_to(tmp_path)): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {"papers/a/1": b"one", "papers/a/2": b"two", "papers/b/3": b"three"}


@pytest.mark.parametrize("copy", [True, False])
def test_a_file_that_is_missing_is_named_and_one_whose_key_went_meanwhile_is_not_missed(
    drawer: Drawer, tmp_path: Path, copy: bool
):
    del drawer["a/2"], drawer["b/3"]
    with pytest.raises(CannotBackUp, match=r"^a/2, b/3 are missing from the bucket; look for a version of it there"):
        take(drawer, tmp_path, named, copy=copy)

    def going(path: str) -> list[tuple[str, str]]:
        return named("") if not path else []

    listed = take(drawer, tmp_path / "again", going, copy=copy)
    assert listed == ({} if copy else {"a/1": {"sha256": sha256(b"one").hexdigest(), "key": "k_1"}})
    assert [file.name for file in (tmp_path / "again").rglob("*") if file.is_file()] == (["1"] if copy else [])


def test_what_is_only_listed_has_to_be_there_as_it_was_but_for_what_was_erased(drawer: Drawer, tmp_path: Path):
    listed = take(drawer, tmp_path, named, copy=False)
    assert list(tmp_path.iterdir()) == [] and set(listed) == {"a/1", "a/2", "b/3"}
    check_listed(drawer, listed, [])
    del drawer["a/2"], drawer["b/3"]
    check_listed(drawer, listed, ["k_2"])
    with pytest.raises(CannotBackUp, match=r"^a/2, b/3 are missing from the bucket; bring back the version"):
        check_listed(drawer, listed, ["k_1"])
    drawer["a/1"] = b"another"
    with pytest.raises(CannotBackUp, match=r"^a/1 is changed in the bucket since the backup"):
        check_listed(drawer, listed, ["k_2"])


def test_a_bucket_that_holds_another_file_of_the_name_is_refused_untouched(drawer: Drawer, tmp_path: Path):
    take(drawer, tmp_path, named, copy=True)
    there = Drawer({"a/1": b"one", "a/2": b"other"})
    with pytest.raises(CannotBackUp, match=r"^a/2 is in the bucket and is another file than in the backup"):
        check_copied(there, tmp_path)
    there["a/2"] = b"two"
    check_copied(there, tmp_path)
    put_back(there, tmp_path)
    assert there == {"a/1": b"one", "a/2": b"two", "b/3": b"three"}, "a restore that was cut short goes on"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield S3(bucket="papers", endpoint=f"http://{host}:{port}", prefix="forbear", key="key", secret="secret")
    server.stop()


def lies_in(site: Site, s3: S3, bucket: str) -> Bucket:
    """From now on the papers of a site lie in a new bucket."""
    told = {"BUCKET": bucket, "ENDPOINT": s3.endpoint, "PREFIX": "forbear", "KEY": "key", "SECRET": "secret"}
    site.environment = {**site.environment, **{f"FORBEAR_S3_{name}": value for name, value in told.items()}}
    shelf = Bucket(S3(**{**vars(s3), "bucket": bucket}))
    shelf._client.create_bucket(Bucket=bucket)
    return shelf


def test_a_desk_with_its_papers_in_a_bucket_comes_back_elsewhere(place: Place, s3: S3, tmp_path: Path):
    kind = "postgresql" if place.cluster is not None else "sqlite"
    site, other, third = place.site(), place.empty(), place.empty()
    old = lies_in(site, s3, f"old-{kind}")
    site.python(MADE.replace("COUNT", "3"))
    assert not (site.home / "papers").exists() and len(list(old.paths())) == 6
    data, apart, listed = tmp_path / "data", tmp_path / "keys", tmp_path / "listed"
    said = site.forbear("backup", str(data), "--keys", str(apart))
    assert said == "Backed up 18 events and 6 files; the keys are elsewhere.\n"
    told = json.loads(site.python(TOLD))
    (tmp_path / "erasures.jsonl").touch()
    last = ("--erasures", tmp_path / "erasures.jsonl")
    new = lies_in(other, s3, f"new-{kind}")
    assert forbear(other, "restore", data, "--keys", apart, *last).returncode == 0
    assert list(new.paths()) == list(old.paths()) and json.loads(other.python(TOLD)) == told
    if kind == "postgresql":  # the rest is the same on both
        return
    assert forbear(third, "restore", data, "--keys", apart, *last).returncode == 0, "and into a directory"
    assert json.loads(third.python(TOLD)) == told
    said = site.forbear("backup", str(listed), "--keys", str(tmp_path / "k2"), "--papers", "list")
    assert said.endswith("6 files stay in the bucket old-sqlite, listed: keep its versions.\n")
    fourth = place.empty()
    fourth.environment = {**fourth.environment, "FORBEAR_S3_BUCKET": "nowhere", "FORBEAR_S3_ENDPOINT": s3.endpoint}
    fourth.environment |= {"FORBEAR_S3_KEY": "key", "FORBEAR_S3_SECRET": "secret"}
    done = forbear(fourth, "restore", data, "--keys", apart, *last)
    assert (done.returncode, "the bucket nowhere cannot be read (" in done.stderr) == (2, True)
    fourth = place.empty()
    done = forbear(fourth, "restore", listed, "--keys", tmp_path / "k2", *last)
    assert (done.returncode, "set FORBEAR_S3_* to the one they lie in" in done.stderr) == (2, True)
    lies_in(fourth, s3, "fourth")
    done = forbear(fourth, "restore", listed, "--keys", tmp_path / "k2", *last)
    assert (done.returncode, "and 1 more are missing from the bucket" in done.stderr) == (2, True)
    assert list(fourth.home.iterdir()) == []
    fourth.environment = {**fourth.environment, "FORBEAR_S3_BUCKET": "old-sqlite"}
    assert forbear(fourth, "restore", listed, "--keys", tmp_path / "k2", *last).returncode == 0
    assert json.loads(fourth.python(TOLD)) == told
