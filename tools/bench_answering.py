"""The answering endpoint under fifty calls at once, measured: packets, what is lost, what is kept, what a call costs.

`make bench` runs it and keeps its table in docs/answering.md and docs/figures.md; `python tools/bench_answering.py 10`
does ten calls and prints, `write` keeps its table too. sipp calls with speech and keys; the endpoint is a process of
its own with a desk in memory, and its processor time is what the system says of it.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from time import monotonic, process_time
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forbear.actions import agenda  # noqa: E402 (the root must be known first)
from forbear.adapters.memory import memory_desk  # noqa: E402
from forbear.adapters.sip.endpoint import Endpoint, Line  # noqa: E402
from forbear.adapters.sip.voice import tones  # noqa: E402
from tests.answering.line import (  # noqa: E402
    HOST,
    LENDERS,
    NO_SIPP,
    SIPP,
    capture,
    channels,
    correlation,
    free_udp_port,
    sipp_calls,
    sound_of,
    speech,
)
from tools.tables import keep_between  # noqa: E402

CALLS, SPEECH_SECONDS = 50, 6
FRAME = 160
CORRELATION_LEAST = 0.99
CORE_MOST = 100.0
"""Of one core, for all calls together: beyond that packets would wait."""
MARKS = ("<!-- calls: written by make bench -->", "<!-- end of calls -->")
OUT = (ROOT / "docs/answering.md", ROOT / "docs/figures.md")


def serve(port: int) -> None:
    """Be the endpoint until the input ends; then tell what happened, as JSON."""
    desk = memory_desk(at=datetime(2026, 3, 2, 2, tzinfo=UTC))
    line = Line(ours=(HOST, port), peers=(ip_network(HOST),), ports=(26_384, 26_983), calls_most=200)
    endpoint = Endpoint(desk, tones(("zh", "en"), LENDERS, 0.04), line)
    spent: dict[str, float] = {}

    async def run() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(sys.stdin.fileno(), stop.set)
        beat = loop.create_task(measure(endpoint, spent))
        await endpoint.run(stop, lambda: print("ready", flush=True))
        beat.cancel()
        with suppress(asyncio.CancelledError):
            await beat

    asyncio.run(run())
    while agenda.work(desk):
        pass
    said = speech(SPEECH_SECONDS)
    blobs = [str(item.body["recording"]) for item in desk.agenda.given_up() if item.kind == "answered"]
    fits = [correlation(channels(desk.vault.open(blob))[0], said) for blob in blobs]
    print(json.dumps({**endpoint.totals, **spent, "kept": len(fits), "fit": min(fits, default=0)}), flush=True)


async def measure(endpoint: Endpoint, spent: dict[str, float]) -> None:
    """Processor time and time of the stretch in which the most calls are up at once."""
    most = 0
    while True:
        now = len(endpoint.calls)
        if now > most:
            most, begun, used = now, monotonic(), process_time()
        if most and now == most:
            spent |= {"at once": most, "seconds": monotonic() - begun, "processor": process_time() - used}
        await asyncio.sleep(0.05)


def measured(calls: int) -> dict[str, Any]:
    """One run of so many calls at once."""
    folder, port = Path(tempfile.mkdtemp(prefix="forbear-calls-")), free_udp_port()
    silence = [0] * FRAME
    sound = sound_of(silence * 200, speech(SPEECH_SECONDS), silence * 8)
    keyed = len(sound) // FRAME - 7
    sent = capture(folder / "caller.pcap", sound, {40: "1", 100: "#", 150: "1", keyed: "#"})
    command = [sys.executable, __file__, "serve", str(port)]
    endpoint = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert endpoint.stdout is not None and endpoint.stdout.readline() == "ready\n", "the endpoint did not begin"
        line: Any = SimpleNamespace(line=SimpleNamespace(ours=(HOST, port)))
        with sipp_calls(folder, line, calls, folder / "caller.pcap") as ended:
            ended()
        told, _ = endpoint.communicate("\n", timeout=120)
        return {**json.loads(told), "sent to it": calls * sent}
    finally:
        endpoint.kill()
        endpoint.wait()
        shutil.rmtree(folder, ignore_errors=True)


def rows(found: dict[str, Any], calls: int) -> list[tuple[str, str, str, bool]]:
    """What was measured, its value, its limit, whether it is within."""
    core = 100 * found["processor"] / found["seconds"]
    return [
        ("calls at once", f"{found['at once']}", f"{calls}", found["at once"] == calls),
        (
            "packets of sound and keys sent to it / taken",
            f"{found['sent to it']:,} / {found['packets taken']:,}",
            "all",
            found["packets taken"] == found["sent to it"],
        ),
        ("packets lost", f"{found['packets lost']}", "0", found["packets lost"] == 0),
        ("packets it sent", f"{found['packets sent']:,}", "", True),
        ("messages kept as tasks", f"{found['kept']}", f"{calls}", found["kept"] == calls),
        (
            "least correlation of a recording with what was said",
            f"{found['fit']:.4f}",
            f"{CORRELATION_LEAST}",
            found["fit"] >= CORRELATION_LEAST,
        ),
        ("processor time of all calls, percent of a core", f"{core:.1f}", f"{CORE_MOST:.0f}", core <= CORE_MOST),
        ("processor time of a call, percent of a core", f"{core / calls:.2f}", "", True),
    ]


def table(found: Sequence[tuple[str, str, str, bool]]) -> str:
    """The rows as Markdown."""
    lines = ["| | measured | at most or least |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {what} | {value} | {limit} |" for what, value, limit, _ in found)])


def write(text: str) -> None:
    """Keep the table in both documents, between its marks."""
    for page in OUT:
        keep_between(page, MARKS, text, f"## Answering calls\n\n{SAID}")


SAID = (
    "Calls of sipp with speech and keys, all at once, to the endpoint on this machine ([answering.md](answering.md))."
)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a figure is not within its limit."""
    if arguments[:1] == ["serve"]:
        serve(int(arguments[1]))
        return 0
    if SIPP is None:
        print(f"{NO_SIPP}; calls are not measured", file=sys.stderr)
        return 0
    calls = next((int(word) for word in arguments if word.isdigit()), CALLS)
    found = rows(measured(calls), calls)
    print(table(found), flush=True)
    if "write" in arguments:
        write(table(found))
    return 0 if all(ok for *_, ok in found) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
