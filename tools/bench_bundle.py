"""What a bundle costs: made and checked for a case of 500 events, by each verifier (docs/bundle.md): `make bench`.

CPU seconds, because the machine may be doing something else; each figure is the middle of five.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forbear.config.verify import looked_at  # noqa: E402
from tests.bundles import alone, desk_with_case, exported, packed  # noqa: E402
from tools.tables import keep_between  # noqa: E402

OUT = ROOT / "docs/bundle.md"
MARKS = ("<!-- bench_bundle -->", "<!-- /bench_bundle -->")
EVENTS = 500
TIMES = 5

Line = tuple[str, str]


def cpu(act: Callable[[], object]) -> float:
    """The middle of several, in CPU seconds of this process."""
    taken = []
    for _ in range(TIMES):
        begun = time.process_time()
        act()
        taken.append(time.process_time() - begun)
    return sorted(taken)[TIMES // 2]


def measured() -> Iterator[Line]:
    """Each figure, with what it is of."""
    desk = desk_with_case(repeats=(EVENTS - 18) // 2)
    presses = iter(range(1000))
    made = exported(desk, key="first")
    data = packed(desk, made)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case.zip"
        file.write_bytes(data)
        report, other = looked_at(file, desk.log_key.vkey), alone()
        assert report.ok and other.verify(str(file))["ok"], "what is measured holds"
        size = f"{report.events} events, {len(data) / 1024:,.0f} kB"
        export = cpu(lambda: exported(desk, key=f"press {next(presses)}"))
        yield f"sealed, contents and proofs ({size})", f"{export:.2f} s"
        yield "written as a zip", f"{cpu(lambda: packed(desk, made)):.2f} s"
        yield "`forbear verify`", f"{cpu(lambda: looked_at(file, desk.log_key.vkey)):.2f} s"
        yield "`verify.py`, standard library alone", f"{cpu(lambda: other.verify(str(file))):.2f} s"


def section(lines: Sequence[Line]) -> str:
    """The table as Markdown."""
    busy = f"{os.getloadavg()[0]:.1f} processes running on {os.cpu_count()} cores"
    rows = [f"CPU seconds on a desk in memory, {busy}.", "", "| | |", "|---|---|"]
    return "\n".join([*rows, *(f"| {what} | {ours} |" for what, ours in lines), ""])


def main(arguments: Sequence[str]) -> int:
    """Measure and print; `write` puts the table into the document."""
    lines = list(measured())
    print("\n".join(f"{what}: {ours}" for what, ours in lines))
    if "write" in arguments:
        keep_between(OUT, MARKS, section(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
