"""The record, measured: appends by 1, 8 and 32 writers beside plain rows and the eventsourcing library; the audit.

`make bench` runs it and keeps its table in docs/record.md; `python tools/bench_record.py 3` takes three seconds a
figure and prints, `write` keeps the table too. Everything on both databases with the durability of a real installation.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.servers import Cluster, postgresql_programs  # noqa: E402 (the root must be known first)
from tools.tables import keep_between  # noqa: E402

WRITERS = (1, 8, 32)
SECONDS = 5.0
VERIFIED = 2_000
OUT = ROOT / "docs/record.md"
MARKS = ("<!-- figures: written by make bench -->", "<!-- end of figures -->")
MEASURES = ("grouped", "each alone", "plain rows", "eventsourcing")


# ---- in a process of its own, on one database ------------------------------------------------------------------


def rate(writers: int, seconds: float, act: Callable[[int, int], None]) -> float:
    """Acts a second of so many threads, each counting its own."""
    from django.db import connections

    counts, stop = [0] * writers, time.monotonic() + seconds

    def run(writer: int) -> None:
        while time.monotonic() < stop:
            act(writer, counts[writer])
            counts[writer] += 1
        connections.close_all()

    threads = [Thread(target=run, args=(writer,)) for writer in range(writers)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - begun)


def appends(writers: int, seconds: float, grouped: bool) -> float:
    """Commands of one event each, every writer on a case of its own."""
    from forbear.config.wiring import desk
    from tests.contracts.bench import opened, write, wrote

    ledger: Any = desk().ledger
    append = ledger.append if grouped else lambda one: ledger._append_all([one])[0]
    run = f"{time.monotonic_ns():x}"

    def act(writer: int, n: int) -> None:
        case_id, fact = f"c_{run}{writer}", wrote("这个月孩子住院，请宽限几天") if n else opened(f"c_{run}{writer}")
        done = append(write(fact, expected=n - 1, key=f"{run}-{writer}-{n}", case_id=case_id))
        assert isinstance(done, tuple), done

    return rate(writers, seconds, act)


def plain_rows(writers: int, seconds: float) -> float:
    """One row of the same size in one table of the same database, a transaction each."""
    from django.db import connection

    body = os.urandom(600)
    with connection.cursor() as cursor:
        kind, serial = ("bytea", "bigserial") if connection.vendor == "postgresql" else ("blob", "integer")
        cursor.execute(f"create table if not exists plain (id {serial} primary key, body {kind})")

    def act(writer: int, n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("insert into plain (body) values (%s)", (body,))

    return rate(writers, seconds, act)


@cache
def aggregate() -> Any:
    """A case as the library would have it; the library wants to see the class once."""
    from eventsourcing.domain import Aggregate, event

    class Case(Aggregate):
        @event("Written")
        def write(self, text: str) -> None:
            self.text = text

    return Case


def eventsourcing(writers: int, seconds: float, home: Path) -> float:
    """The library's own recorder on the same kind of database: no chain, no encryption, no queue, no log."""
    from django.conf import settings as django_settings
    from eventsourcing.application import Application

    own = django_settings.DATABASES["default"]
    if own["ENGINE"].endswith("postgresql"):
        env = {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": own["NAME"]}
        env |= {"POSTGRES_HOST": own["HOST"], "POSTGRES_PORT": own["PORT"], "POSTGRES_USER": own["USER"]}
        env |= {"POSTGRES_PASSWORD": "none", "POSTGRES_POOL_SIZE": "40", "POSTGRES_CONNECT_TIMEOUT": "60"}
    else:
        env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(home / "eventsourcing.sqlite3")}
        env |= {"SQLITE_LOCK_TIMEOUT": "60"}
    application: Any = Application(env=env)
    case = aggregate()
    cases = [case() for _ in range(writers)]

    def act(writer: int, n: int) -> None:
        cases[writer].write("这个月孩子住院，请宽限几天")
        application.save(cases[writer])

    try:
        return rate(writers, seconds, act)
    finally:
        application.close()


def verified() -> dict[str, float]:
    """Events a second of the audit of everything, and milliseconds of one inclusion proof and one checkpoint."""
    from forbear.actions.record_audit import audited
    from forbear.config.wiring import desk
    from tests.contracts.bench import opened, write, wrote

    here = desk()
    for n in range(VERIFIED // 50):
        facts = [opened(f"c_v{n}"), *(wrote(f"{k}") for k in range(49))]
        here.ledger.append(write(*facts, expected=-1, key=f"v{n}", case_id=f"c_v{n}"))
    begun = time.process_time()
    found = audited(here)
    took = time.process_time() - begun
    assert found.flaws == (), found.flaws[:3]
    size = here.ledger.size()
    begun = time.process_time()
    here.log.checkpoint()
    cut = time.process_time() - begun
    begun = time.process_time()
    for leaf in range(0, size, max(1, size // 50)):
        here.log.inclusion(leaf, size)
    proof = (time.process_time() - begun) / 50
    return {
        "audit, events a second of processor": found.events / took,
        "ms a checkpoint": cut * 1e3,
        "ms a proof": proof * 1e3,
    }


def process(home: Path, seconds: float) -> None:
    """All figures of the database of the environment; a line each."""
    import django

    django.setup()
    for writers in WRITERS:
        print(f"{writers} grouped\t{appends(writers, seconds, True)}", flush=True)
        print(f"{writers} each alone\t{appends(writers, seconds, False)}", flush=True)
        print(f"{writers} plain rows\t{plain_rows(writers, seconds)}", flush=True)
        print(f"{writers} eventsourcing\t{eventsourcing(writers, seconds, home)}", flush=True)
    for what, value in verified().items():
        print(f"{what}\t{value}", flush=True)


# ---- told ------------------------------------------------------------------------------------------------------


def measured(seconds: float) -> dict[str, dict[str, float]]:
    """Database → figure → value."""
    found = {}
    programs = postgresql_programs()
    cluster = Cluster(programs, durable=True) if programs else None
    try:
        for database in ("SQLite", "PostgreSQL") if cluster else ("SQLite",):
            with tempfile.TemporaryDirectory(prefix="forbear-bench-") as home:
                url = cluster.url(cluster.new_database()) if cluster and database == "PostgreSQL" else ""
                kept = {k: v for k, v in os.environ.items() if not k.startswith(("FORBEAR_", "DATABASE_URL"))}
                own = {
                    "FORBEAR_HOME": home,
                    "DATABASE_URL": url,
                    "PYTHONPATH": str(ROOT),
                    "FORBEAR_DATABASE_POOL": "40",
                }
                env = {**kept, **own, "DJANGO_SETTINGS_MODULE": "forbear.config.settings", "FORBEAR_DEV": "1"}
                subprocess.run([sys.executable, "-m", "forbear", "migrate"], env=env, check=True, capture_output=True)
                command = [sys.executable, __file__, "process", home, str(seconds)]
                told = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
                lines = (line.split("\t") for line in told.splitlines())
                found[database] = {what: float(value) for what, value in lines}
    finally:
        if cluster:
            cluster.stop()
    return found


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as Markdown."""
    lines = [f"| a second | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    names = {"grouped": "appends, together", "each alone": "appends, a transaction each", "plain rows": "plain rows"}
    for measure in MEASURES:
        for writers in WRITERS:
            cells = (f"{found[database][f'{writers} {measure}']:,.0f}" for database in found)
            what = f"{names.get(measure, 'eventsourcing library')}, {writers} writer{'s' if writers > 1 else ''}"
            lines.append(f"| {what} | {' | '.join(cells)} |")
    for what in ("audit, events a second of processor", "ms a checkpoint", "ms a proof"):
        lines.append(f"| {what} | {' | '.join(f'{found[database][what]:,.1f}' for database in found)} |")
    busy = f"{os.getloadavg()[0]:.0f} other processes were running" if os.getloadavg()[0] > 2 else "an idle machine"
    return "\n".join([f"{os.cpu_count()} cores, {busy}; one process, each writer a thread.", "", *lines])


def main(arguments: list[str]) -> int:
    """Measure, print, and with `write` keep."""
    if arguments[:1] == ["process"]:
        process(Path(arguments[1]), float(arguments[2]))
        return 0
    seconds = next((float(word) for word in arguments if word.replace(".", "").isdigit()), SECONDS)
    told = table(measured(seconds))
    print(told)
    if "write" in arguments:
        keep_between(OUT, MARKS, told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
