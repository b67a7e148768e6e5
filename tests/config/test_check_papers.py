"""`forbear check` names a vault that cannot be written, a disk that is nearly full, a scanner that is away."""

import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from forbear.adapters.bucket import S3, Bucket
from forbear.config import check, environment, wiring
from forbear.config.environment import Misconfigured
from tests.adapters.test_clamav import Liar
from tests.servers import free_port

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.HOME, settings.MEDIA_ROOT, settings.S3, settings.CLAMAV = tmp_path, tmp_path / "papers", None, ""
    from forbear.adapters.memory import CountingIds

    class House:
        ids = CountingIds("1")

    monkeypatch.setattr(wiring, "desk", House)
    return tmp_path


@pytest.fixture
def s3() -> Iterator[S3]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield S3(bucket="papers-check", endpoint=f"http://{host}:{port}", key="key", secret="secret")
    server.stop()


def test_a_directory_that_takes_a_file_is_well_and_left_as_it_was(home: Path):
    assert list(check._papers()) == []
    assert [file for file in (home / "papers").rglob("*") if file.is_file()] == []


def test_a_directory_that_cannot_be_written_is_named(home: Path):
    (home / "papers").write_text("a file in its place", "utf-8")
    (said,) = check._papers()
    assert said.startswith(f"{home}/papers cannot be written (")
    assert said.endswith("look at its owner and its disk.")


def test_a_disk_that_is_nearly_full_is_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 100 * 1024 * 1024))
    assert list(check._papers()) == ["only 100 MiB are free where papers are kept; make room: 512 MiB at least."]


def test_a_bucket_is_well_when_it_is_there_and_named_when_not(home: Path, settings: Any, s3: S3):
    settings.S3 = s3
    (said,) = check._papers()
    assert said.startswith("the bucket papers-check cannot be written (") and "look at FORBEAR_S3_*" in said
    Bucket(s3)._client.create_bucket(Bucket="papers-check")
    assert list(check._papers()) == []


def test_a_scanner_that_is_away_is_named(home: Path, settings: Any):
    assert list(check._scanner()) == []
    settings.CLAMAV = f"tcp:127.0.0.1:{free_port()}"
    (said,) = check._scanner()
    assert said.startswith(f"ClamAV at {settings.CLAMAV} does not answer")
    assert said.endswith("start it, or mend FORBEAR_CLAMAV: until then no paper is taken.")


def test_a_scanner_that_answers_is_told(home: Path, settings: Any, capsys: pytest.CaptureFixture[str]):
    liar = Liar(b"ClamAV 1.4.6/27000\0")
    settings.CLAMAV = liar.address
    assert list(check._scanner()) == []
    assert "ClamAV 1.4.6/27000" in capsys.readouterr().out
    liar.close()


@pytest.mark.parametrize("value", ["unix:/run/clamav/clamd.ctl", "tcp:127.0.0.1:3310", "tcp:[::1]:3310", ""])
def test_a_scanners_address_is_read(monkeypatch: pytest.MonkeyPatch, value: str):
    monkeypatch.setenv("FORBEAR_CLAMAV", value)
    assert environment.clamav() == value


@pytest.mark.parametrize(
    "value", ["/run/clamd", "unix:run", "tcp:3310", "tcp::3310", "tcp:host:", "http://host:1", "on"]
)
def test_a_scanners_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str):
    monkeypatch.setenv("FORBEAR_CLAMAV", value)
    with pytest.raises(Misconfigured, match="write unix:/run/clamav/"):
        environment.clamav()


def test_a_bucket_is_read(monkeypatch: pytest.MonkeyPatch):
    assert environment.s3() is None
    said = {"BUCKET": "papers", "ENDPOINT": "https://s3.example.org", "PREFIX": "/forbear/", "KEY": "k", "SECRET": "s"}
    for name, value in said.items():
        monkeypatch.setenv(f"FORBEAR_S3_{name}", value)
    found = environment.s3()
    assert found == S3(bucket="papers", endpoint="https://s3.example.org", prefix="forbear", key="k", secret="s")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"KEY": "k"}, "FORBEAR_S3_KEY is set and FORBEAR_S3_BUCKET is not; name the bucket, or unset both."),
        ({"BUCKET": "b", "ENDPOINT": "s3.example.org"}, "write https://s3.example.org."),
        ({"BUCKET": "b", "SECRET": "s"}, "FORBEAR_S3_KEY and FORBEAR_S3_SECRET belong together; set both, or neither."),
    ],
)
def test_a_bucket_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, said: dict[str, str], sentence: str):
    for name, value in said.items():
        monkeypatch.setenv(f"FORBEAR_S3_{name}", value)
    with pytest.raises(Misconfigured) as stopped:
        environment.s3()
    assert str(stopped.value).endswith(sentence)
