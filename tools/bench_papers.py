"""Reading papers, measured: drawn pages are spoilt, read as the worker reads them, and held against what was drawn.

`make bench` runs it and keeps its tables in docs/papers.md and docs/figures.md; `python tools/bench_papers.py 20` does
a fifth of the papers and prints, `write` keeps its tables too. Beside it Tesseract reads every fourth page, in the same
run. What a level means is told in tests/papers/spoil.py; thresholds were chosen on other seeds than SEED.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from forbear.actions.ports import Looked  # noqa: E402 (the root must be known first)
from forbear.adapters.reading import MEMORY_MOST, ReaderProcess  # noqa: E402
from forbear.adapters.rendering import RendererProcess  # noqa: E402
from forbear.core.page_quality import judged  # noqa: E402
from forbear.core.paper import read_paper  # noqa: E402
from forbear.core.reading import PaperKind  # noqa: E402
from tests.papers import Truth, draw  # noqa: E402
from tests.papers.queue import drain, send  # noqa: E402
from tests.papers.spoil import LOSSES, Level, spoil  # noqa: E402
from tests.servers import Site  # noqa: E402
from tools.tables import keep_between  # noqa: E402
from tools.timing import percentile  # noqa: E402

SEED = 996_000
PAPERS = {Level.CLEAN: 11, Level.MODERATE: 22, Level.SCREEN: 4}
"""Of each kind; of statements, whose pages take five times as long, half. UNREADABLE: two of each loss."""
LOST = 2
QUEUE, KILLS = 200, 5
TESSERACT = shutil.which("tesseract")
TESSERACT_EACH = 4
MARKS = ("<!-- figures: written by make bench -->", "<!-- end of figures -->")
OUT = (ROOT / "docs/papers.md", ROOT / "docs/figures.md")


@dataclass(frozen=True)
class Task:
    level: Level
    kind: PaperKind
    seed: int
    did: str = ""


@dataclass
class Result:
    """What came of one paper: fields right and all, rows right and all, whether its kind was right, whether she was
    told of a fault, seconds of each page, Tesseract's seconds of those it read too, and what was wrong.
    """

    task: Task
    pages: int
    fields: int
    fields_right: int
    rows: int
    rows_right: int
    kind_right: bool
    told: bool
    seconds: list[float]
    theirs: list[tuple[float, float]]
    wrong: str
    did: str
    blots: bool
    """a page of blots without a word, drawn among those of unknown kind: no paper, whoever looks"""


def tasks(share: int) -> Iterator[Task]:
    """The papers of a run; `share` of a hundred."""
    seed = SEED
    for level, count in PAPERS.items():
        for kind in PaperKind:
            slow = 2 if kind is PaperKind.BANK_STATEMENT else 1
            for _ in range(max(1, count * share // 100 // slow)):
                seed += 1
                if level is not Level.SCREEN or kind is not PaperKind.UNKNOWN:
                    yield Task(level, kind, seed)
    for kind in PaperKind:
        for did in LOSSES:
            for _ in range(max(1, LOST * share // 100) if kind is not PaperKind.UNKNOWN else 0):
                seed += 1
                if share >= 50 or seed % (100 // share) == 0:
                    yield Task(Level.UNREADABLE, kind, seed, did)


def result(task: Task, number: int, renderer: RendererProcess, reader: ReaderProcess) -> Result:
    """Draw, spoil, read and compare one paper."""
    paper = draw(task.kind, task.seed)
    whole = task.level in (Level.CLEAN, Level.MODERATE)
    looks: list[Looked] = []
    seconds, theirs, did = [], [], []
    for page, image in enumerate(paper.pages[: None if whole else 1], 1):
        spoilt = spoil(image, task.level, task.seed + 1000 * page, task.did)
        did += spoilt.did
        begun = monotonic()
        rendered = renderer.pages(spoilt.jpeg, "image/jpeg")
        looked = reader.read(rendered.pages[0].jpeg, page)
        seconds.append(monotonic() - begun)
        assert looked is not None, "the reader gave a page up"
        looks.append(looked)
        if TESSERACT and whole and number % TESSERACT_EACH == 0:
            theirs.append((seconds[-1], tesseract(rendered.pages[0].jpeg)))
    lines = [line for look in looks for line in look.lines]
    pages = tuple(look.page for look in looks)
    reading, legible = judged(read_paper(lines, pages), {look.page.number: look.measured for look in looks})
    right = {name for name, value in paper.truth.fields.items() if reading.value(name) == value}
    rows = rows_right(paper.truth, reading.rows) if whole else 0
    missed = {name: reading.value(name) for name in paper.truth.fields if name not in right}
    told = " ".join(f"{fault.code}" for fault in reading.faults)
    return Result(
        task=task,
        pages=len(looks),
        fields=len(paper.truth.fields),
        fields_right=len(right),
        rows=len(paper.truth.rows) if whole else 0,
        rows_right=rows,
        kind_right=reading.kind is paper.truth.kind,
        told=bool(reading.faults) or not legible,
        seconds=seconds,
        theirs=theirs,
        wrong=f"{paper.truth.layout} {reading.kind} {missed or ''} [{told}]{' rare' if paper.truth.rare else ''}",
        did="+".join(dict.fromkeys(did)),
        blots=paper.truth.layout == "noise",
    )


def rows_right(truth: Truth, rows: Sequence[object]) -> int:
    """How many of the drawn rows were read with day and amount right, each at most once."""
    left = [(getattr(row, "on", ""), getattr(row, "amount_minor", 0)) for row in rows]
    found = 0
    for row in truth.rows:
        if (row.on, row.amount_minor) in left:
            left.remove((row.on, row.amount_minor))
            found += 1
    return found


def tesseract(jpeg: bytes) -> float:
    """Seconds that Tesseract takes for the picture."""
    begun = monotonic()
    command = [str(TESSERACT), "-", "-", "-l", "chi_sim", "--psm", "3"]
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    subprocess.run(command, input=jpeg, capture_output=True, check=True, env=environment)
    return monotonic() - begun


def measured(share: int, workers: int) -> tuple[list[Result], int]:
    """Every paper, and the most memory a reader took, in bytes."""
    readers: SimpleQueue[ReaderProcess] = SimpleQueue()
    all_readers = [ReaderProcess() for _ in range(workers)]
    for one in all_readers:
        readers.put(one)
    renderer = RendererProcess()

    def do(numbered: tuple[int, Task]) -> Result:
        reader = readers.get()
        try:
            done = result(numbered[1], numbered[0], renderer, reader)
        finally:
            readers.put(reader)
        good = numbered[1].level in (Level.CLEAN, Level.MODERATE)
        if (good and (done.told or done.fields_right < done.fields)) or (not good and not done.told):
            print(f"  {done.task.level} {done.task.kind} {done.task.seed} {done.did}: {done.wrong}", flush=True)
        return done

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(do, enumerate(tasks(share))))
    for one in all_readers:
        one.close()
    return results, max(one.memory_seen for one in all_readers)


def queue(count: int, kills: int) -> tuple[str, bool]:
    """The queue that drains over kill -9: the sentence about it, and whether nothing was lost."""
    pictures = [spoil(draw(PaperKind.ID_CARD, SEED + n).pages[0], Level.CLEAN, n).jpeg for n in range(10)]
    site = Site()
    try:
        send(site, pictures, count)
        drained = drain(site, count, kills, SEED)
    finally:
        site.stop()
    once = len(drained.read) == count and len({paper for paper, *_ in drained.read}) == count
    whole = once and not drained.given_up and all(by == "machine" for _, _, by, _ in drained.read)
    said = f"{count} pages, {drained.kills} kills: {len(drained.read)} read, each once, in {drained.seconds:.0f} s"
    return said if whole else f"{said}; LOST OR TWICE: {drained}", whole


# ---- telling -----------------------------------------------------------------------------------------------------


def share_of(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part} of {whole})" if whole else "none"


def table(results: Sequence[Result], memory: int, queued: str) -> Iterator[tuple[str, str, str, bool]]:
    """(what, figure, least or most, whether it holds) of every line."""
    for level, least in ((Level.CLEAN, 99), (Level.MODERATE, 95)):
        some = [one for one in results if one.task.level is level]
        right, every = sum(one.fields_right for one in some), sum(one.fields for one in some)
        yield f"fields right, {level} pages", share_of(right, every), f"≥ {least} %", 100 * right >= least * every
        right, every = sum(one.rows_right for one in some), sum(one.rows for one in some)
        yield f"statement rows right, {level} pages", share_of(right, every), "", True
        yield f"kinds right, {level} papers", share_of(sum(one.kind_right for one in some), len(some)), "", True
        papers = [one for one in some if not one.blots]
        yield f"{level} papers wrongly called bad", share_of(sum(one.told for one in papers), len(papers)), "", True
    lost = [one for one in results if one.task.level is Level.UNREADABLE]
    bad = [one for one in lost if one.fields_right < one.fields or not one.kind_right]
    told = sum(one.told for one in bad)
    yield "unreadable pages told so", share_of(told, len(bad)), "all", told == len(bad)
    yield "of pages spoilt that far, read rightly all the same", share_of(len(lost) - len(bad), len(lost)), "", True
    screens = [one for one in results if one.task.level is Level.SCREEN]
    yield "photos of a screen recognised", share_of(sum(one.told for one in screens), len(screens)), "", True
    seconds = sorted(second for one in results for second in one.seconds)
    beside = [pair for one in results for pair in one.theirs]
    yield "seconds from upload to verdict, a page, median", f"{percentile(seconds, 50):.1f} s", "", True
    yield "the same, 95 of 100", f"{percentile(seconds, 95):.1f} s", "≤ 60 s", percentile(seconds, 95) <= 60
    if beside:
        ours, theirs = (percentile(sorted(pair[n] for pair in beside), 50) for n in (0, 1))
        yield f"on {len(beside)} of these pages, Forbear / Tesseract", f"{ours:.1f} s / {theirs:.1f} s", "", True
    else:
        yield "Tesseract", "is not installed here (apt install tesseract-ocr tesseract-ocr-chi-sim)", "", True
    yield "memory of the reader, most", f"{memory >> 20} MB", f"≤ {MEMORY_MOST >> 20} MB", memory <= MEMORY_MOST
    if queued:
        yield "a queue over kill -9", queued, "nothing lost", "LOST" not in queued


def section(lines: Sequence[tuple[str, str, str, bool]], results: Sequence[Result], workers: int) -> str:
    """The tables as they stand between the marks."""
    pages = sum(one.pages for one in results)
    busy = f"{os.getloadavg()[1]:.1f} processes running"
    head = f"{pages} pages of {len(results)} papers, {workers} readers at once, {busy} on {os.cpu_count()} cores."
    said = [head, ""]
    said += ["| | | at least or most | |", "|---|---|---|---|"]
    said += [f"| {what} | {figure} | {bound} | {_verdict(bound, holds)} |" for what, figure, bound, holds in lines]
    said += ["", "| what was done to the page | papers | fields right | told |", "|---|---|---|---|"]
    for level in Level:
        some = [one for one in results if one.task.level is level]
        for did in sorted({name for one in some for name in one.did.split("+")}):
            with_it = [one for one in some if did in one.did.split("+")]
            right, every = sum(one.fields_right for one in with_it), sum(one.fields for one in with_it)
            told = sum(one.told for one in with_it)
            said.append(f"| {level}: {did} | {len(with_it)} | {share_of(right, every)} | {told} |")
    return "\n".join(said)


def _verdict(bound: str, holds: bool) -> str:
    return "" if not bound else "ok" if holds else "MISSED"


def keep(said: str) -> None:
    """Put the tables between the marks of both pages; docs/figures.md gets a section of its own at its end."""
    for page in OUT:
        keep_between(page, MARKS, said, "## Papers")


def main(arguments: Sequence[str]) -> int:
    """Measure, print; 1 where a bound is missed. A number: that share of the papers, in a hundred."""
    share = next((int(word) for word in arguments if word.isdigit()), 100)
    workers = os.cpu_count() or 1
    results, memory = measured(share, workers)
    count = max(4, QUEUE * share // 100)
    queued = "" if "no-queue" in arguments else queue(count, KILLS if share == 100 else 2)[0]
    lines = list(table(results, memory, queued))
    print("\n".join(f"{what}: {figure}  {bound}  {_verdict(bound, holds)}" for what, figure, bound, holds in lines))
    if "write" in arguments:
        keep(section(lines, results, workers))
    return 0 if all(holds for *_, holds in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
