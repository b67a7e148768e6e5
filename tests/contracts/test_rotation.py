"""Keys change under a desk that works on: everything opens before, in the middle and after; the old key goes last."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forbear.actions.record import load
from forbear.core import events as e
from forbear.store import rotation
from forbear.store.models import DataKey
from forbear.store.privacy import Ring, WrongKey, generations, load_keys, open_bytes
from tests.contracts import leaving_desk as on
from tests.contracts.bench import Bench, write, wrote


def told(desk: on.Desk, case_id: str, contract: str) -> list[object]:
    """What opens of a case, of the book, and of what lies beside it."""
    held = desk.loans.find(contract)
    texts = [stray.text for stray in desk.texts.strays(9)]
    calls = [call.number for call in desk.calls.of_case(case_id)]
    papers = [desk.vault.open(page.blob) for paper in load(desk, case_id).papers for page in paper.pages if page]
    outbox = [kept.message.body for kept in desk.messenger.messages()]  # type: ignore[attr-defined]
    return [desk.ledger.events(case_id), held, texts, calls, papers, outbox]


def rotated(home: Path, name: str) -> int:
    rotation.begin(home / "keys", name)
    return sum(rotation.seal_anew(Ring(home / "keys", name), "default"))


def test_both_keys_change_while_a_process_with_the_old_ones_works_on(stored: Bench):
    desk = on.desk_on(stored.home)
    she = on.borrower(desk, "she", 1)
    case_id = on.lives(she, 1)
    contract = she.row.loan.contract
    before = told(desk, case_id, contract)
    assert before[1] is not None and before[2] and before[3] and before[4] and before[5]
    old = {name: (stored.home / "keys" / name).read_bytes() for name in ("kek", "book")}
    rotation.begin(stored.home / "keys", "kek")
    assert next(rotation.seal_anew(Ring(stored.home / "keys", "kek"), "default")) > 0, "one batch, and then a kill"
    assert told(desk, case_id, contract) == before, "in the middle of it everything opens"
    desk.ledger.append(write(e.CaseOpened(**NEW), wrote(), expected=-1, key="new", case_id="c_new"))
    for name in ("kek", "book"):
        rotated(stored.home, name)
        assert [file.name for file in generations(stored.home / "keys", name)] == [f"{name}.2", name]
        assert rotation.older(Ring(stored.home / "keys", name), "default") == 0
        assert rotated(stored.home, name) == 0, "a second time finds nothing to do, and makes no third key"
    assert told(desk, case_id, contract) == before
    soon = made_at(stored.home / "keys/book.2") + timedelta(seconds=1)
    later = soon + timedelta(seconds=rotation.STILL_SECONDS)
    for name in ("kek", "book"):
        ring = Ring(stored.home / "keys", name)
        with pytest.raises(rotation.NotYet, match="somebody may still be writing"):
            rotation.destroy_older(ring, soon, "default")
        assert rotation.destroy_older(ring, later, "default") == 1
        assert [file.name for file in generations(stored.home / "keys", name)] == [f"{name}.2"]
    fresh = on.desk_on(stored.home)
    assert told(fresh, case_id, contract) == told(desk, case_id, contract) == before
    assert fresh.ledger.verify().flaws == ()
    assert load_keys(stored.home).kek != old["kek"]
    for row in DataKey.objects.exclude(wrapped=None):
        with pytest.raises(WrongKey):
            open_bytes(old["kek"], row.key_id.encode(), row.wrapped)


def made_at(file: Path) -> datetime:
    """When a key appeared."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


NEW: dict[str, Any] = {"language": "zh", "keep_until_on": date(2026, 4, 1), "contract": "HC-NEW"}


def test_a_row_that_needs_the_old_key_keeps_it(stored: Bench):
    desk = on.desk_on(stored.home)
    desk.ledger.append(write(e.CaseOpened(**NEW), wrote(), expected=-1, key="a", case_id="c_1"))
    newest = rotation.begin(stored.home / "keys", "kek")
    later = made_at(newest) + timedelta(hours=1)
    with pytest.raises(rotation.NotYet, match=r"2 rows still need a key before kek\.2"):
        rotation.destroy_older(Ring(stored.home / "keys", "kek"), later, "default")
    assert newest.exists() and (stored.home / "keys/kek").exists()
    assert os.stat(newest).st_mode & 0o077 == 0
    assert desk.ledger.events("c_1")[1].fact == wrote()


def test_every_column_under_the_two_keys_is_known(stored: Bench):
    """Values that the old keys alone open, wherever they lie, are those that the rotation names."""
    desk = on.desk_on(stored.home)
    on.lives(on.borrower(desk, "she", 1), 1)
    known = {(one.table._meta.db_table, one.column) for one in rotation.SEALED}
    assert known == {
        *(("data_key", "wrapped"), ("borrower", "sealed"), ("loan", "sealed"), ("challenge", "phone")),
        *(("text_in", "sealed"), ("text_piece", "sealed"), ("telephone_call", "sealed"), ("dev_message", "sealed")),
        ("webhook", "sealed"),
    }
    lain = on.values()
    for name in ("kek", "book"):
        rotated(stored.home, name)
    now = on.values()
    changed = {table for table in lain if lain[table] != now[table]}
    assert changed <= {table for table, _ in known}
    assert {"data_key", "borrower", "loan", "text_in", "telephone_call", "dev_message"} <= changed
