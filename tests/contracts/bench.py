"""What the contract suites stand on: the same ports in memory, on SQLite and on PostgreSQL, and facts to record."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from django.db import connection, connections

from forbear.actions.ports import Agenda, Cases, Due, Ledger, Log, NoTimestamps, Write
from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.adapters.memory import CountingIds, MovedClock
from forbear.adapters.memory_ledger import MemoryAgenda, MemoryCases, MemoryLedger
from forbear.adapters.memory_log import MemoryLog
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Party, Role
from forbear.core.events import Fact
from forbear.store.agenda import DjangoAgenda
from forbear.store.ledger import DjangoLedger
from forbear.store.log import DjangoLog
from forbear.store.models import DataKey
from forbear.store.privacy import Keys, load_keys
from forbear.store.projections import DjangoCases

KINDS = ("memory", "sqlite", "postgresql")
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LOG = "bench/ledger"
LOG_KEY = Ed25519Key(LOG, bytes(range(32)))
NAME = "Canary-王小燕-7731"
CONTRACT = "HC-2025-CANARY-01"
PHONE = "19999123456"
WORDS = "Canary：医院说要手术"
CANARIES = (NAME, CONTRACT, PHONE, "440000199001011234", WORDS)


@dataclass
class Bench:
    """One ledger with what stands beside it; `home`: where its keys and files are."""

    kind: str
    ledger: Ledger
    agenda: Agenda
    cases: Cases
    home: Path
    log: Log
    clock: MovedClock
    keys: Keys | None = None

    def forget(self, case_id: str, retention: str) -> None:
        """Destroy a data key as somebody would who owns the database: no fact tells of it."""
        if isinstance(self.ledger, MemoryLedger):
            self.ledger.forget(case_id, retention)
        else:
            leaf = self.ledger.size()
            DataKey.objects.filter(case_id=case_id, retention=retention).update(wrapped=None, destroyed_leaf=leaf)


def make_bench(kind: str, home: Path) -> Bench:
    """The ports of a kind; for a database, on Django's default connection."""
    ids, clock = CountingIds("bench"), MovedClock(START)
    if kind == "memory":
        agenda, cases = MemoryAgenda(), MemoryCases()
        ledger = MemoryLedger(ids, agenda, cases, LOG)
        log = MemoryLog(LOG_KEY, ledger.leaf_hashes, clock)
        return Bench(kind, ledger, agenda, cases, home, log, clock)
    keys = load_keys(home)
    stored = DjangoLog(LOG_KEY, check, clock, NoTimestamps())
    return Bench(kind, DjangoLedger(keys, ids, LOG), DjangoAgenda(), DjangoCases(keys), home, stored, clock, keys)


def opened(case_id: str = "c_1", name: str = NAME, contract: str = CONTRACT) -> Fact:
    party = Party(borrower_id=f"p_{case_id}", name=name, id_number_masked="440000********1234", phone=PHONE)
    return e.CaseOpened(
        language="zh", keep_until_on=date(2026, 4, 1), party=party, loan_id=f"l_{case_id}", contract=contract
    )


def wrote(text: str = WORDS) -> Fact:
    return e.MessageWritten(text=text)


BORROWER = Actor(Role.BORROWER, "p_c_1", Auth.CODE)


def write(*facts: Fact, expected: int, key: str, case_id: str = "c_1", **other: Any) -> Write:
    given: dict[str, Any] = {
        "request": key.encode().ljust(32, b"."),
        "at": START,
        "occurred_at": None,
        "actor": BORROWER,
        "channel": Channel.WEB,
        "cause": "",
        "dues": (),
    }
    return Write(case_id=case_id, expected=expected, key=key, facts=facts, **(given | other))


def due(key: str, at: datetime = START, **other: Any) -> Due:
    return Due(**{"key": key, "kind": "test", "due_at": at, **other})


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Run them in threads of their own, started together; returns what each answered, in their order."""
    answers: list[Any] = [None] * len(tasks)
    gate = Barrier(len(tasks))

    def run(place: int, task: Callable[[], Any]) -> None:
        try:
            gate.wait()
            answers[place] = task()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def without_triggers() -> None:
    """What somebody who owns the database can do first."""
    with connection.schema_editor() as editor:
        for name in ("0013_log", "0002_append_only"):
            importlib.import_module(f"forbear.store.migrations.{name}").unguard(None, editor)


def database_bytes(bench: Bench) -> bytes:
    """Everything the database holds of the record and of what stands beside it, as it lies there."""
    if bench.kind == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(part.read_bytes() for part in sorted(file.parent.glob(file.name + "*")))
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'select * from "{table}"')
            for row in cursor.fetchall():
                parts += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return os.linesep.encode().join(parts)
