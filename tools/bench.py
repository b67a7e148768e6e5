"""Measures on this machine what the documents claim: `make bench`, or with names of cases only those.

A case is a function of CASES that yields rows: what was measured, the figure, the most it may be. Nothing is kept.
"""

import math
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


@dataclass(frozen=True)
class Row:
    """One line of the table. `figure` and `most` in the same unit; a case without a limit has no `most`."""

    what: str
    figure: float
    unit: str
    most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.most is None or self.figure <= self.most


def timed(act: Callable[[], object], times: int, warm_up: int = 1) -> list[float]:
    """Milliseconds of each call, sorted; the first calls are not counted."""
    for _ in range(warm_up):
        act()
    spent = []
    for _ in range(times):
        begun = time.perf_counter_ns()
        act()
        spent.append((time.perf_counter_ns() - begun) / 1e6)
    return sorted(spent)


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that `percent` of a hundred do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def plans() -> Iterator[Row]:
    """How long a start of `forbear plan` takes before it reads its file: a person waits for it at a terminal."""
    import subprocess

    spent = timed(
        lambda: subprocess.run([sys.executable, "-m", "forbear", "plan", "--help"], stdout=-3, check=True), 10
    )
    yield Row("forbear plan starts (p95)", percentile(spent, 95), "ms", 1000)


CASES: dict[str, Callable[[], Iterator[Row]]] = {"plans": plans}


def table(rows: Sequence[Row]) -> str:
    """The rows in columns."""
    lines = [("", "measured", "at most", "")]
    for row in rows:
        most = "" if row.most is None else f"{row.most:,.0f} {row.unit}"
        lines.append((row.what, f"{row.figure:,.1f} {row.unit}", most, "" if row.holds else "TOO MUCH"))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    return "\n".join(
        f"{a.ljust(widths[0])}  {b.rjust(widths[1])}  {c.rjust(widths[2])}  {d}".rstrip() for a, b, c, d in lines
    )


def main(names: Sequence[str]) -> int:
    """Run the named cases, or all; 1 when a figure is above its limit, 2 for a name that is no case."""
    unknown = [name for name in names if name not in CASES]
    if unknown:
        print(f"bench: there is no case {unknown[0]!r}; there are: {', '.join(CASES)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}", flush=True)
    rows = [row for name in names or CASES for row in CASES[name]()]
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
