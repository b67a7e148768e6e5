"""The plan room beside its peers, all in one run: `make bench` prints the table and keeps it in docs/figures.md.

Everything is CPU time of one core after a warm-up, the median of several runs. Then the whole numbers are held against
references written apart from the product. `python tools/bench_plan.py quick` tries it all on a little work.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from forbear.core.rules import Rulebook
from forbear.core.situation import situation
from forbear.core.solver import Question
from tests import reference
from tests.oracles.accounts import compare, plain
from tests.oracles.flows import compiled
from tools import bench_offers as offers
from tools import bench_schedules as schedules
from tools.timing import percentile

FIGURES = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
SEED = 20_261_127
RUNS = 5
PARTS = 200
"""The work against the references is split into so many parts, shared out among the cores; each has its own seed."""


@dataclass(frozen=True)
class Row:
    """A line of the table: the work, who does it, what was measured, the most it may be, and how exact it is."""

    work: str
    tool: str
    figure: str
    most: str = ""
    exact: str = ""
    ok: bool = True


@dataclass(frozen=True)
class Amount:
    """How much work is done."""

    seconds: float
    cases: int
    accounts: int
    schedules: int


AMOUNTS = {
    "full": Amount(0.5, 200, 100_000, 10_000_000),
    "brief": Amount(0.5, 200, 2_000, 200_000),
    "quick": Amount(0.05, 20, 400, 20_000),
}
"""brief: the same figures, held against less of the references."""


def table(amount: Amount) -> Iterator[Row]:
    """Every line, as it is measured."""
    busy = f"{os.getloadavg()[1]:.1f} processes running in the five minutes before"
    yield Row("everything below", f"Python {platform.python_version()}, {os.cpu_count()} cores", busy)
    yield from schedule_rows(amount)
    work = offers.cases(SEED, amount.cases)
    yield from offer_rows(work, amount)
    yield from case_rows(work)
    yield from reference_rows(amount)


def schedule_rows(amount: Amount) -> Iterator[Row]:
    """The same 36 months by every tool."""
    speeds: dict[str, tuple[float, str]] = {}
    for name, minor, tool in schedules.tools():
        count = 2**14 if name.endswith("all at once") else 64
        while spent(lambda n=count, t=tool: t(schedules.loans(n))) < amount.seconds / 4 and count < 2**17:
            count *= 2
        work = schedules.loans(count)
        wrong = schedules.faults(tool(work), work, minor)
        speeds[name] = count / median(spent(lambda w=work, t=tool: t(w)) for _ in range(RUNS)), wrong or "exact"
    by_one, at_once = speeds[schedules.BY_ONE][0], speeds[schedules.AT_ONCE][0]
    for name, (speed, exact) in speeds.items():
        ours = at_once if name.endswith("all at once") else by_one
        yield Row("36 monthly rows of a loan", name, f"{speed:,.0f} a second{_beside(name, ours, speed)}", "", exact)


def offer_rows(work: Sequence[tuple[Question, Rulebook]], amount: Amount) -> Iterator[Row]:
    """All offers of a case, one what-if of a case, and what others do of it."""
    numbers = [plain(situation(question, rules)) for question, rules in work]
    missed = 100 * median(offers.grid_misses(list(work)))
    timed: list[tuple[str, list[Callable[[], object]], str]] = [
        ("Forbear, all offers with rows and reasons", [offers.one_case(*case) for case in work], "exact"),
        (
            "HiGHS, one program: least instalment at one term",
            [offers.one_program(n) for n in numbers],
            "parts of a cent",
        ),
        ("numpy, a grid of 24 instalments", [offers.grid(n) for n in numbers], f"lightest {missed:.1f} % too heavy"),
    ]
    speeds = {name: (1 / _mean(asks), exact) for name, asks, exact in timed}
    ours = speeds[timed[0][0]][0]
    for name, (speed, exact) in speeds.items():
        yield Row("plans for a case", name, f"{speed:,.0f} cases a second{_beside(name, ours, speed)}", "", exact)
    asks = [offers.what_ifs(*case) for case in work[: max(5, amount.cases // 10)]]
    yield Row(
        "plans for a case",
        "Forbear, one what-if with rows and reasons",
        f"{offers.POINTS / _mean(asks):,.0f} points a second",
        "",
        "exact",
    )


def case_rows(work: Sequence[tuple[Question, Rulebook]]) -> Iterator[Row]:
    """One case through Python after a warm-up: every case once to warm up, then timed."""
    alone = sorted(1000 * min(spent(ask) for _ in range(RUNS)) for ask in [offers.one_case(*case) for case in work])
    middle, high = percentile(alone, 50), percentile(alone, 99)
    one = "one case: offers, label, rows, explanation"
    yield Row(one, "Forbear, median", f"{middle:.2f} ms", "1 ms", "", middle < 1)
    yield Row(one, "Forbear, p99", f"{high:.2f} ms")
    desk = [1000 * min(spent(ask) for _ in range(RUNS)) for ask in [offers.one_case(*c, lender=True) for c in work]]
    yield Row("the same and the plan best for the lender", "Forbear, median", f"{median(desk):.2f} ms")
    some = work[:: max(1, len(work) // 20)]
    sweeps = [ask for case in some if (ask := offers.sweep(*case)) is not None]
    if sweeps:
        swept = 1000 * median(min(spent(ask) for _ in range(RUNS)) for ask in sweeps)
        yield Row("200-point what-if", "Forbear, one sweep", f"{swept:.2f} ms", "5 ms", "", swept < 5)
    asks = [offers.what_ifs(*case) for case in some]
    each = 1000 * median(min(spent(ask) for _ in range(3)) for ask in asks)
    most = "" if sweeps else "5 ms"
    yield Row(
        "200-point what-if", "Forbear, 200 offers with rows", f"{each:.1f} ms", most, "", bool(sweeps) or each < 5
    )
    for name, ask in (("compiled", offers.three_loans(**compiled())), ("plain Python", offers.three_loans())):
        ask()
        each = 1000 * median(spent(ask) for _ in range(RUNS))
        yield Row("three loans on one budget: all offers", f"Forbear, {name}", f"{each:.0f} ms")
    budget = 1e6 * _mean([offers.budgets(*case) for case in some])
    yield Row("a household's budget of 60 months", "Forbear", f"{budget:.0f} µs")


def reference_rows(amount: Amount) -> Iterator[Row]:
    """What the product answers, against references written apart; a difference is told, and fails the run."""
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        begun, each = time.monotonic(), amount.accounts // PARTS
        offers_differ = pool.starmap(compare, [(SEED, each, each * part) for part in range(PARTS)], chunksize=1)
        found = [line for lines in offers_differ for line in lines]
        told = f"accounts, seed {SEED}"
        yield _reference("offers against every unit, deferral, term and shape", each * PARTS, told, found, begun)
        begun, each = time.monotonic(), amount.schedules // PARTS
        schedules_differ = pool.starmap(reference.differences, [(SEED + part, each) for part in range(PARTS)], 1)
        found = [str(difference) for differences in schedules_differ for difference in differences]
        told = f"schedules, seeds {SEED} to {SEED + PARTS - 1}"
        yield _reference("schedules against whole numbers", each * PARTS, told, found, begun)


def _reference(what: str, count: int, unit: str, found: Sequence[str], begun: float) -> Row:
    for line in found[:20]:
        print(line, file=sys.stderr)
    told = f"{len(found)} differences in {count:,} {unit}"
    print(f"{what}: {told}", file=sys.stderr, flush=True)
    return Row(what, "Forbear", told, "0", f"{time.monotonic() - begun:.0f} s", not found)


def spent(act: Callable[[], object]) -> float:
    """Seconds of CPU."""
    begun = time.process_time_ns()
    act()
    return (time.process_time_ns() - begun) / 1e9


def _mean(asks: Sequence[Callable[[], object]]) -> float:
    """Seconds of CPU for one of them, in the median of several runs over all."""
    for ask in asks:
        ask()
    return median(spent(lambda: [ask() for ask in asks]) for _ in range(RUNS)) / len(asks)


def _beside(name: str, ours: float, speed: float) -> str:
    if name.startswith("Forbear"):
        return ""
    times = ours / speed
    return f" (ours {times:,.0f} × as fast)" if times >= 10 else f" (ours {times:.2g} × as fast)"


HEAD = ("work", "by", "measured", "at most", "exact", "")


def cells(row: Row) -> tuple[str, ...]:
    """A line as text."""
    return row.work, row.tool, row.figure, row.most, row.exact, ("ok" if row.ok else "too much") if row.most else ""


def plain_text(rows: Sequence[Row]) -> str:
    """The table in columns, for the terminal."""
    lines = [HEAD, *map(cells, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def section(rows: Sequence[Row]) -> str:
    """The table as its section of docs/figures.md."""
    said = ["## Plans, beside others", "", f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    said += [f"| {' | '.join(cells(row))} |" for row in rows]
    notes = (
        "CPU time of one core after a warm-up, the median of several runs, all on the same loans and cases in one run.",
        "*ours* beside another tool is the arithmetic of rows, compiled: loan by loan, or all at once where that is",
        "what the other does; with dates, as objects, it takes as long as its own line says.",
        "*exact*: whether the cents add up, measured on what each gave. The references are written apart from the",
        "product and share no code with it (`tests/reference.py`, `tests/oracles`).",
    )
    return "\n".join([*said, "", *notes, ""])


def measured(*arguments: str) -> list[Row]:
    """Every line, measured in a process of its own."""
    command = [sys.executable, __file__, "json", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert done.stdout, "nothing was measured; what stands above says why"
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; `json` for one document instead of a table, `write` to put the section into the figures."""
    rows = list(table(AMOUNTS[next((word for word in arguments if word in AMOUNTS), "full")]))
    print(json.dumps([asdict(row) for row in rows]) if "json" in arguments else plain_text(rows))
    if "write" in arguments:
        before, _, rest = FIGURES.read_text("utf-8").partition("## Plans, beside others\n")
        FIGURES.write_text(before + section(rows) + "\n## The desk\n" + rest.partition("\n## The desk\n")[2], "utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
