"""One byte of the database file is another: `forbear check --record` finds it wherever it lies in a stored event.

The file is changed as a failing disk would change it: no trigger, no index and no library is asked. FORBEAR_LONG
flips every byte of every event and of every disclosure.
"""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from forbear.store.models import Event, Secret
from tests import databases
from tests.attack.test_kill import LETTERS, PEOPLE
from tests.contracts.bench import Bench, make_bench, opened, write, wrote
from tests.servers import Site

FLIPS = 0 if os.environ.get("FORBEAR_LONG") else 150


@pytest.fixture
def file(prepared_sqlite: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """A database file with two cases, all of it in the file and nothing in the write-ahead log."""
    with django_db_blocker.unblock(), databases.fresh_sqlite(prepared_sqlite, tmp_path):
        bench = make_bench("sqlite", tmp_path)
        bench.ledger.append(write(opened("c_1"), expected=-1, key="a"))
        bench.ledger.append(write(opened("c_2"), expected=-1, key="b", case_id="c_2"))
        bench.ledger.append(write(wrote("one"), wrote("two"), expected=0, key="c"))
        assert bench.ledger.verify().flaws == ()
        with connection.cursor() as cursor:
            cursor.execute("pragma wal_checkpoint(truncate)")
        yield Path(connection.settings_dict["NAME"])


def places(file: Path) -> list[int]:
    """Where in the file each byte lies of the events' and disclosures' rows: their values as the page holds them."""
    whole, found = file.read_bytes(), []
    wanted = [bytes(part) for row in Event.objects.all() for part in (row.body, row.leaf_hash)]
    wanted += [bytes(row.ct) for row in Secret.objects.all()]
    for value in wanted:
        start = whole.index(value)
        found += range(start, start + len(value))
    for row in Event.objects.all():  # case, number and type stand right before the body
        start = whole.index(bytes(row.body))
        found += range(start - len(row.type) - 1 - len(row.case_id), start)
    return found


def found_in(file: Path, home: Path, changed: bytes) -> bool:
    """Whether the verification finds something in a file with these bytes."""
    copy = home / "copy.sqlite3"
    for old in home.glob("copy.sqlite3*"):
        old.unlink()
    copy.write_bytes(changed)
    with databases.using(databases.sqlite_settings(copy)):
        bench: Bench = make_bench("sqlite", home)
        try:
            return bench.ledger.verify().flaws != ()
        except (DatabaseError, ValueError, UnicodeDecodeError):
            return True


def test_any_flipped_byte_of_any_event_or_disclosure_is_found(file: Path, tmp_path: Path, campaign: Any):
    whole, everywhere, rng = file.read_bytes(), places(file), random.Random(3)
    assert not found_in(file, tmp_path, whole)
    chosen = everywhere if not FLIPS else rng.sample(everywhere, FLIPS)
    for place in chosen:
        changed = bytearray(whole)
        changed[place] ^= 1 << rng.randrange(8)
        assert found_in(file, tmp_path, bytes(changed)), f"byte {place} was changed and nobody noticed"
    campaign("flipped bytes of events and disclosures in the file", made_and_found=len(chosen))


def test_the_command_finds_it_and_ends_with_1(tmp_path: Path):
    site = Site()
    try:
        site.start()
        people = json.loads(site.python(PEOPLE.replace("COUNT", "2")))
        site.python(LETTERS.replace("CASES", repr([person[0] for person in people])).replace("LETTERS", "2"))
        said = site.forbear("check", "--record").splitlines()
        assert "well   record" in said
        assert "well   queue" in said
        assert any(" events of 2 cases, " in line for line in said)
        site.kill()
        file = site.home / "forbear.sqlite3"
        with sqlite3.connect(file) as database:
            database.execute("pragma wal_checkpoint(truncate)")
            ((body,),) = database.execute("select body from event where leaf = 2")
        database.close()
        changed = bytearray(file.read_bytes())
        place = changed.index(body) + len(body) // 2
        shutil.copy(file, tmp_path / "before")
        changed[place] ^= 1
        file.write_bytes(changed)
        with pytest.raises(AssertionError, match="ended with 1:") as told:
            site.forbear("check", "--record")
        assert "wrong  record: leaf 2: the bytes do not match their hash" in str(told.value)
        shutil.copy(tmp_path / "before", file)
        assert "well   record" in site.forbear("check", "--record")
    finally:
        site.stop()
