"""A file made once is whole and on the disk before it has its name, whoever else makes it at that moment."""

import os
from pathlib import Path

import pytest

from forbear.config.environment import secret
from forbear.store.disk import make_once
from tests.contracts.bench import at_once


def test_it_is_on_the_disk_before_it_has_its_name_and_its_name_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for given in ("FORBEAR_SECRET", "FORBEAR_SECRET_FILE"):
        monkeypatch.delenv(given, raising=False)
    done: list[str] = []
    for name in ("fsync", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (done.append(name), real(*given))[1])
    assert len(secret(tmp_path)) > 32
    assert done == ["fsync", "link", "fsync"]
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_the_first_one_made_is_kept_and_no_draft_is_left(tmp_path: Path):
    at_once([lambda n=n: make_once(tmp_path / "key", bytes([n]) * 32) for n in range(8)])
    kept = (tmp_path / "key").read_bytes()
    make_once(tmp_path / "key", b"another")
    assert (tmp_path / "key").read_bytes() == kept == kept[:1] * 32
    assert [file.name for file in tmp_path.iterdir()] == ["key"]
