"""Agreements and signatures, measured: printing, sealing at each level, checking, flipped bits over a sealed file.

`make bench` runs it and keeps its table in docs/signatures.md; `python tools/bench_signing.py 5` does each so often and
prints, `flips 200` flips so many bits, `write` keeps the table. The authority for time stamps is OpenSSL on loopback.
"""

import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402 (the root must be known first)

from forbear.adapters.printer import TypstPrinter  # noqa: E402
from forbear.adapters.seal_check import Trust, examine  # noqa: E402
from tests.adapters.terms import a_plan, some_terms  # noqa: E402
from tests.signing.authority import Authority  # noqa: E402
from tests.signing.sealing import NOW, order, sealer  # noqa: E402
from tools.tables import keep_between  # noqa: E402

COUNT, FLIPS = 20, 2_000
MARKS = ("<!-- figures: written by make bench -->", "<!-- end of figures -->")
OUT = ROOT / "docs/signatures.md"
Row = tuple[str, str, str]


def each(what: str, count: int, act: Callable[[], object]) -> Row:
    """(what, milliseconds by the clock, of processor time); the first one is not counted."""
    act()
    begun, used = perf_counter(), process_time()
    for _ in range(count):
        act()
    return what, f"{1000 * (perf_counter() - begun) / count:,.0f}", f"{1000 * (process_time() - used) / count:,.0f}"


def flipped(pdf: bytes, count: int) -> Row:
    """How many of so many flipped bits within the signed revisions were accepted."""
    start, first, second, rest = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[1].byte_range
    covered = [*range(start, start + first), *range(second, second + rest)]
    rng, accepted = random.Random(7), 0
    for at in rng.sample(covered, count):
        changed = bytearray(pdf)
        changed[at] ^= 1 << rng.randrange(8)
        accepted += examine(bytes(changed), Trust(), NOW).well
    return f"{count:,} bits flipped in the signed revisions: accepted", f"{accepted}", ""


def measured(count: int, flips: int) -> list[Row]:
    """Every row."""
    with tempfile.TemporaryDirectory(prefix="forbear-bench-") as name:
        folder = Path(name)
        authority = Authority(folder / "tsa")
        try:
            plain, stamped = sealer(folder), sealer(folder, authority)
            pdf = stamped.seal(order()).pdf
            long = some_terms(a_plan(36))
            return [
                each(
                    "an agreement of 36 payments printed, Chinese", count, lambda: TypstPrinter().agreement(long, "zh")
                ),
                each("the same in both languages", count, lambda: TypstPrinter().agreement(long, "en")),
                each("sealed, B-B, both signatures, and checked", count, lambda: plain.seal(order())),
                each("sealed, B-T, with three answers of the authority", count, lambda: stamped.seal(order())),
                each("a sealed file checked", count, lambda: examine(pdf, Trust(), NOW)),
                flipped(pdf, flips),
            ]
        finally:
            authority.stop()


def table(rows: Sequence[Row]) -> list[str]:
    """As Markdown."""
    head = ["| | ms by the clock | ms of processor time |", "|---|---:|---:|"]
    return [*head, *(f"| {what} | {clock} | {used} |" for what, clock, used in rows)]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a flipped bit was accepted. `write` keeps the table in docs/signatures.md."""
    numbers = [int(word) for word in arguments if word.isdigit()]
    if "flips" in arguments:
        count, flips = 1, numbers[0] if numbers else FLIPS
    else:
        count, flips = numbers[0] if numbers else COUNT, FLIPS if "write" in arguments else 50
    rows = measured(count, flips)
    print("\n".join(table(rows)))
    if "write" in arguments:
        keep_between(OUT, MARKS, "\n".join(table(rows)))
    return int(rows[-1][1] != "0")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
