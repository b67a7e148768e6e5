"""Power fails while SQLite writes: whatever sectors arrive, what was acknowledged is there and the record is sound.

The statements of real appends and checkpoints run once more on a disk that records every write and sync; then power is
cut after a random one of them, sectors that were not synced are lost at random, and the product opens what is left.
FORBEAR_LONG cuts 2,000 times.
"""

import gc
import os
import shutil
from pathlib import Path
from random import Random

import apsw
from django.db import connection

from forbear.actions.record_audit import audited
from forbear.adapters.memory import memory_desk
from forbear.store.models import CheckpointRow, Command
from tests import databases
from tests.contracts.bench import START, make_bench, opened, write, wrote
from tests.record.powerless import Recording, after_power_cut

CUTS = 2_000 if os.environ.get("FORBEAR_LONG") else 15
COMMANDS = 30
PRAGMAS = ("locking_mode=exclusive", "journal_mode=wal", "synchronous={}", "wal_autocheckpoint=60", "secure_delete=on")
"""The product's own, but that one process holds the file, for a VFS of Python's, and more moves from the log."""


def statements_of(bench) -> tuple[list[str], dict[int, str]]:
    """(each statement in order, by the number of statements until it was acknowledged: what was)."""
    done: list[str] = []
    acknowledged: dict[int, str] = {}
    connection.ensure_connection()
    connection.connection.set_trace_callback(done.append)
    for n in range(COMMANDS):
        fact, key = (wrote(f"{n}") if n else opened()), f"key {n}"
        bench.ledger.append(write(fact, expected=n - 1, key=key))
        acknowledged[len(done)] = key
        if n % 4 == 3:
            bench.log.checkpoint()
            acknowledged[len(done)] = f"checkpoint {n + 1}"
    connection.connection.set_trace_callback(None)
    return done, acknowledged


def recorded(file: Path, done: list[str], acknowledged: dict[int, str], synchronous: str):
    """Run the statements on `file` over a recording disk; the operations, with what was acknowledged between them."""
    disk = Recording(f"recording {synchronous}")
    gc.disable()  # a statement that is collected within a write of Python's would write itself
    try:
        own = apsw.Connection(str(file), vfs=f"recording {synchronous}")
        for pragma in PRAGMAS:
            own.execute(f"pragma {pragma.format(synchronous)}").fetchall()
        for number, statement in enumerate(done, 1):
            if number == 1 or statement != done[number - 2]:  # a trigger's statement is told as its table's once more
                own.execute(statement).fetchall()
            if number in acknowledged:
                disk.ops.append(("acknowledged", acknowledged[number], 0, b""))
        own.close()
    finally:
        gc.enable()
    return disk.ops


def lost(before: bytes, ops, cut: int, rng: Random, home: Path) -> list[str]:
    """What is wrong after power went there."""
    names = {"power.sqlite3": before}
    files = after_power_cut(names, ops, cut, rng)
    folder = home / "after"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with databases.using(databases.sqlite_settings(folder / "power.sqlite3")):
        bench = make_bench("sqlite", home)
        commands = set(Command.objects.values_list("key", flat=True))
        commands |= {f"checkpoint {size}" for size in CheckpointRow.objects.values_list("size", flat=True)}
        desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log)
        wrong = [flaw.problem for flaw in audited(desk).flaws]
    told = [name for what, name, _, _ in ops[:cut] if what == "acknowledged"]
    return wrong + [f"{name} is lost" for name in told if name not in commands]


def after_cuts(database, home: Path, synchronous: str, cuts: int) -> list[list[str]]:
    """What each cut lost; [] for nothing."""
    bench = make_bench("sqlite", home)
    with connection.cursor() as cursor:
        cursor.execute("pragma wal_checkpoint(truncate)")
    before = Path(database.settings["NAME"]).read_bytes()
    done, acknowledged = statements_of(bench)
    file = home / "power.sqlite3"
    file.write_bytes(before)
    ops = recorded(file, done, acknowledged, synchronous)
    begin = next(n for n, op in enumerate(ops) if op[0] == "acknowledged")
    rng = Random(3)
    return [lost(before, ops, rng.randrange(begin, len(ops) + 1), rng, home) for _ in range(cuts)]


def test_nothing_acknowledged_is_lost(sqlite_database, tmp_path, campaign):
    found = after_cuts(sqlite_database, tmp_path, "full", CUTS)
    campaign("power cuts, sqlite", cuts=len(found), that_lost_something=sum(map(bool, found)))
    assert [problems for problems in found if problems] == []


def test_a_disk_that_is_not_told_to_sync_does_lose(sqlite_database, tmp_path):
    """Else the campaign above would show nothing: with synchronous=NORMAL acknowledged events go, and only they."""
    found = after_cuts(sqlite_database, tmp_path, "normal", 10)
    assert sum(map(bool, found)) > 0
    assert all(problem.endswith("is lost") for problems in found for problem in problems)
