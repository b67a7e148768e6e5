"""A backup taken while keys change has every key that a row of it may need."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forbear.store.backup import back_up, checked


def test_keys_that_come_and_go_while_the_database_is_taken_are_both_in_it(tmp_path: Path):
    home, file = tmp_path / "home", tmp_path / "db.sqlite3"
    sqlite3.connect(file).close()
    (home / "keys").mkdir(parents=True)
    (home / "keys/kek").write_bytes(b"old" * 11)

    def meanwhile(data: Path) -> Mapping[str, Any]:
        assert (data / "database.sqlite3").exists(), "after the database"
        (home / "keys/kek.2").write_bytes(b"new" * 11)
        (home / "keys/kek").unlink()
        return {"bucket": {}}

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    places = (tmp_path / "data", tmp_path / "keys")
    told = back_up(database, home, tmp_path / "none", *places, told={"events": 0}, beside=meanwhile)
    assert told["bucket"] == {} and checked(tmp_path / "data", "data")["bucket"] == {}
    kept = checked(tmp_path / "keys", "keys")
    assert sorted(kept["files"]) == ["keys/kek", "keys/kek.2"]
    assert (tmp_path / "keys/keys/kek").read_bytes() == b"old" * 11
    assert json.loads((tmp_path / "keys/manifest.json").read_text())["pair"] == told["pair"]
