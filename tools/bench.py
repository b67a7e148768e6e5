"""Measures on this machine what the documents claim: `make bench`. Prints its tables and writes docs/figures.md.

First the plan room beside its peers, on a machine that does nothing else (tools/bench_plan.py). Then a desk of 5,000
cases is filled through the real actions on each database, in a home of its own that is thrown away; its parts are timed
in a process (tools/bench_desk.py), its pages through the real server (tools/bench_pages.py).
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.servers import NO_POSTGRESQL, Cluster, free_port, postgresql_programs, wait_until  # noqa: E402
from tools import (  # noqa: E402
    bench_answering,
    bench_bundle,
    bench_chat,
    bench_mail,
    bench_papers,
    bench_plan,
    bench_record,
    bench_signing,
    bench_sms,
)
from tools.bench_pages import Served, resident_mb  # noqa: E402
from tools.timing import percentile, timed  # noqa: E402

CASES = 5_000
COLUMNS = ("SQLite", "PostgreSQL", "plain Django")
OUT = ROOT / "docs/figures.md"

UNITS = {", p50": "ms", ", p95": "ms", ", p99": "ms", "seconds": "s", "a second": "/s", " MB": "MB", " kB": "kB"}
MOST: Mapping[str, float] = {
    "fold of a case of 200 events, p95": 5,
    "queue, one client, p95": 100,
    "queue, eight clients, p95": 100,
    "a case of 200 events, one client, p95": 100,
    "a case of 200 events, eight clients, p95": 100,
    "an everyday case, one client, p95": 100,
    "an everyday case, eight clients, p95": 100,
    "the heaviest of the borrower's pages all told, kB": 100,
    "memory of the web process, MB": 250,
    "memory of the worker, MB": 250,
    "ready after `forbear run` on an empty desk, seconds": 5,
    "ready after `forbear run` the next time, seconds": 5,
    "`forbear run` with the made-up town, the first time, seconds": 120,
    **bench_chat.MOST,
}
"""What a figure may be at most; a figure without a limit is told for comparison."""

PARTS: Mapping[str, ModuleType] = {
    "papers": bench_papers,
    "mail": bench_mail,
    "sms": bench_sms,
    "answering": bench_answering,
    "record": bench_record,
    "bundle": bench_bundle,
    "signing": bench_signing,
}
"""Rooms with a bench of their own, each of which writes its table into a document."""

PEERS = {"append of one event": "a plain row by Django"}
"""The peer of a figure, measured beside it: the same database, the same durability, none of the rest."""


@dataclass
class Table:
    """Figure → column → value, in the order they were first measured."""

    rows: dict[str, dict[str, float]] = field(default_factory=dict)

    def put(self, column: str, found: Mapping[str, float]) -> None:
        """Take a column's figures in."""
        for what, value in found.items():
            self.rows.setdefault(what, {})[column] = value

    def holds(self, what: str) -> bool:
        """Whether a figure is within its limit in every column."""
        return what not in MOST or all(value <= MOST[what] for value in self.rows[what].values())

    def lines(self) -> Iterator[tuple[str, ...]]:
        """The head and the rows, as text."""
        yield ("", "at most", *COLUMNS[:2], "plain Django", "")
        for what, found in self.rows.items():
            peer = next((what.replace(own, other) for own, other in PEERS.items() if what.startswith(own)), "")
            beside = self.rows.get(peer, {})
            said = " / ".join(_said(beside[c]) for c in COLUMNS if c in beside)
            cells = (_said(found[c]) if c in found else "" for c in COLUMNS[:2])
            most = _said(MOST[what]) if what in MOST else ""
            yield (f"{what.rsplit(', MB')[0]}{_unit(what)}", most, *cells, said, _verdict(self, what))


def _verdict(table: Table, what: str) -> str:
    return "" if what not in MOST else "ok" if table.holds(what) else "too much"


def _unit(what: str) -> str:
    unit = next((unit for ending, unit in UNITS.items() if what.endswith(ending)), "")
    return f" ({unit})" if unit == "ms" else ""


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


# ---- measuring -------------------------------------------------------------------------------------------------


def environment(home: Path, url: str) -> dict[str, str]:
    """The environment of a desk of our own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FORBEAR_", "DJANGO_", "DATABASE_URL", "SMTP"))}
    return kept | {
        "FORBEAR_HOME": str(home),
        "FORBEAR_DEV": "1",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "forbear.config.settings",
        "PORT": str(free_port()),
        "PYTHONPATH": str(ROOT),
    }


def filled(env: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Begin to fill a desk; both databases are filled at once, one on each core."""
    run("-m", "forbear", "migrate", env=env)
    command = [sys.executable, "tools/bench_desk.py", "fill", str(CASES)]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def measured(env: Mapping[str, str], filling: "subprocess.Popen[str]") -> dict[str, float]:
    """Every figure of one database."""
    told, _ = filling.communicate()
    assert filling.returncode == 0, "the desk could not be filled; what stands above says why"
    desk = json.loads(told)
    found: dict[str, float] = json.loads(
        run("tools/bench_desk.py", "figures", desk["long"], ",".join(desk["short"]), env=env)
    )
    served = Served(env)
    try:
        served.start()
        found |= served.pages(desk)
    finally:
        served.stop()
    return found | worker_memory(env)


def worker_memory(env: Mapping[str, str]) -> dict[str, float]:
    """The worker after it has done something."""
    worker = subprocess.Popen([sys.executable, "-m", "forbear", "worker"], cwd=ROOT, env=env)
    try:
        time.sleep(6)
        return {"memory of the worker, MB": resident_mb(worker.pid)}
    finally:
        worker.terminate()
        worker.wait(20)


def starts() -> dict[str, float]:
    """From the command to the first page, on a home that is new and on one that is not; and `forbear plan`."""
    found = {}
    for name, flags in (("on an empty desk", ["--empty"]), ("with the made-up town, the first time", [])):
        home = Path(tempfile.mkdtemp(prefix="forbear-bench-"))
        env = environment(home, "")
        key = "ready after `forbear run` on an empty desk" if flags else f"`forbear run` {name}"
        found[f"{key}, seconds"] = start(env, flags)
        if not flags:
            found["ready after `forbear run` the next time, seconds"] = start(env, flags)
        shutil.rmtree(home, ignore_errors=True)
    plan = timed(lambda: run("-m", "forbear", "plan", "--help", env=environment(ROOT / ".home", "")), 5)
    found["`forbear plan` starts, p95"] = percentile(plan, 95)
    return found


def start(env: Mapping[str, str], flags: Sequence[str]) -> float:
    """Seconds until `forbear run` says that it is running."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "forbear", "run", *flags]
    running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        for line in running.stdout:
            if "Forbear is running" in line:
                return time.monotonic() - begun
        raise AssertionError("it ended before it was running")
    finally:
        running.terminate()
        running.wait(30)
        running.stdout.close()


def run(*arguments: str, env: Mapping[str, str]) -> str:
    """Run Python; returns what it printed."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


# ---- telling ---------------------------------------------------------------------------------------------------


def machine() -> str:
    """What it was measured on, and how much else that had to do: figures of a busy machine are no promise."""
    busy = f"{os.getloadavg()[1]:.1f} processes running in the last five minutes"
    cores = f"{os.cpu_count()} cores, {busy}"
    return f"Python {platform.python_version()}, {platform.machine()}, {cores}, {CASES:,} cases"


def plain_text(table: Table) -> str:
    """The table in columns, for the terminal."""
    lines = list(table.lines())
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    )


def page(table: Table, plans: Sequence[bench_plan.Row]) -> str:
    """docs/figures.md."""
    head, *rows = table.lines()
    said = ["# Figures", "", f"Written by `make bench`: {machine()}.", "", bench_plan.section(plans)]
    said += ["## The desk", "", "Milliseconds where a line ends in (ms).", ""]
    said += [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    said += [f"| {' | '.join(row)} |" for row in rows]
    notes = (
        "Pages are asked of the real server (two processes of four threads) by clients on the same machine.",
        "Each case was made by the desk's own actions. *plain Django*: one row inserted into one table of the same",
        "database, without chain, encryption, idempotency or queue.",
    )
    return "\n".join([*said, "", *notes, ""])


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write; 1 when a figure is above its limit. For a try: how many cases, and `desk` for no starts,
    `plan` for the plan room alone (`brief` or `quick` for less of it, `write` to write it), a name of PARTS for that
    one; another try is not written.
    """
    global CASES
    CASES = next((int(word) for word in arguments if word.isdigit()), CASES)
    for name, part in PARTS.items():
        if name in arguments:
            return part.main([*(word for word in arguments if word != name), "write"])
    if "chat" in arguments:
        return bench_chat.main(arguments[1:])
    if "plan" in arguments:
        return bench_plan.main(arguments)
    plans = [] if arguments else bench_plan.measured()
    if plans:
        print(bench_plan.plain_text(plans), flush=True)
    table, homes, programs = Table(), [], postgresql_programs()
    cluster = Cluster(programs, durable=True) if programs else None
    try:
        if "desk" not in arguments:
            table.put("SQLite", starts())
        desks = {}
        for column in COLUMNS[: 2 if cluster else 1]:
            homes.append(Path(tempfile.mkdtemp(prefix="forbear-bench-")))
            url = cluster.url(cluster.new_database()) if cluster and column == "PostgreSQL" else ""
            env = environment(homes[-1], url)
            desks[column] = (env, filled(env))
        for _, filling in desks.values():
            wait_until(lambda f=filling: f.poll() is not None or _has_ended(f), 400, "a desk to be filled")
        for column, (env, filling) in desks.items():
            table.put(column, measured(env, filling))
            table.put(column, bench_chat.measured(cluster.url(cluster.new_database()) if env["DATABASE_URL"] else ""))
    finally:
        if cluster:
            cluster.stop()
        for home in homes:
            shutil.rmtree(home, ignore_errors=True)
    print(f"{machine()}\n{plain_text(table)}" + ("" if cluster else f"\n{NO_POSTGRESQL}"))
    missed = 0
    if not arguments:
        OUT.write_text(page(table, plans), "utf-8")
        missed = sum(part.main(["write"]) for part in PARTS.values())
    return int(missed or not all(row.ok for row in plans) or not all(table.holds(what) for what in table.rows))


def _has_ended(process: "subprocess.Popen[str]") -> bool:
    return process.poll() is not None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
