"""How soon what one side writes stands on the other's screen, with 200 conversations open against the real server.

Each conversation is two clients that do what the page does: an open stream, a pull when it wakes, a sign that it was
shown, a sign of typing before a message. Clients and server share the machine. `python tools/bench_chat.py [SECONDS]`.
"""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.servers import Cluster, free_port, postgresql_programs  # noqa: E402
from tools.bench_pages import Served, with_children  # noqa: E402
from tools.timing import percentile  # noqa: E402

CONVERSATIONS, AGENTS, WARM_SECONDS, SECONDS = 200, 20, 30, 40
EVERY_SECONDS = 15
"""Each conversation has a message so often, its sides in turn: with 200 of them thirteen a second."""
MOST = {f"chat, {CONVERSATIONS} conversations: text on the other side, p95": 1000.0}
SECRET = "b" * 32
_READY = f"""
import json, sys
sys.argv = ["bench_desk", "none"]
sys.path.insert(0, {str(ROOT)!r})
from tools import bench_desk as bench
desk = bench.desk()
rows = bench.made_up_book(11, {CONVERSATIONS}, desk.clock.today())
desk.loans.put(rows)
hers = []
for number, row in enumerate(rows):
    held = desk.loans.find(row.loan.contract)
    hers.append((bench._short_case(desk, row, number), bench._borrower_session(held.borrower_id, held.loan_id)))
ours = [bench._staff_session(f"agent{{n}}") for n in range({AGENTS})]
print(json.dumps({{"hers": hers, "ours": ours}}))
"""


class Line:
    """One connection that stays open, as a browser keeps one; one request at a time."""

    def __init__(self, port: int, session: str) -> None:
        self._port, self._session = port, session
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, fields: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
        """Status and body."""
        async with self._lock:
            for _ in range(2):  # a connection that was idle for long may be closed: then once more on a new one
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._streams
                writer.write(self.request(method, path, fields))
                try:
                    status, length = await head(reader)
                    return status, await body(reader, length)
                except (ConnectionError, IndexError):
                    self._streams = None
            raise ConnectionError(f"{path} was not answered")

    def request(self, method: str, path: str, fields: Mapping[str, Any] | None = None) -> bytes:
        """The bytes of a request."""
        sent = urlencode(fields).encode() if fields is not None else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
        lines += [f"Cookie: sessionid={self._session}; csrftoken={SECRET}; lang=zh", f"X-CSRFToken: {SECRET}"]
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(sent)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent


async def head(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Status and length of an answer; -1 for one that comes in chunks."""
    status, length = int((await reader.readline()).split()[1]), -1
    while (line := await reader.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return status, 0 if status == 204 else length


async def body(reader: asyncio.StreamReader, length: int) -> bytes:
    """The rest of an answer."""
    if length >= 0:
        return await reader.readexactly(length)
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return whole


class Page:
    """A side of a conversation. `came`: when each text was on its screen, shared with the other side."""

    def __init__(self, port: int, session: str, case_id: str, hers: bool, came: dict[str, float]) -> None:
        self.base = f"/c/{case_id}/chat" if hers else f"/desk/cases/{case_id}/chat"
        self.to = self.base if hers else f"{self.base}/answer"
        self.field, self.port, self.line = "words" if hers else "text", port, Line(port, session)
        self.cursor, self.came = -1, came
        self.seen: asyncio.Task[Any] | None = None

    async def live(self) -> None:
        """Open, then listen and pull for ever."""
        await self.pull()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.line.request("GET", f"{self.base}/wake"))
        status, _ = await head(reader)
        assert status == 200, f"{self.base}/wake answered {status}"
        while size := int(await reader.readline(), 16):
            said = (await reader.readexactly(size + 2)).decode()
            for part in said.split("\n\n"):
                if part.startswith(("event: wake", "event: beat")) and int(part.rpartition(" ")[2]) > self.cursor:
                    await self.pull()

    async def pull(self) -> None:
        status, told = await self.line.ask("GET", f"{self.base}/pull?after={self.cursor}")
        at = time.perf_counter()
        assert status == 200, f"{self.base}/pull answered {status}: {told[:200]!r}"
        self.take(json.loads(told), at)

    def take(self, news: Mapping[str, Any], at: float) -> None:
        """What was answered, whichever question it was; lines it has already are left out, as the page does."""
        theirs = False
        for line in news["lines"]:
            if line["seq"] <= self.cursor:
                continue
            theirs = theirs or line["kind"] == "theirs"
            if line["kind"] == "theirs":
                self.came.setdefault(line["text"], at)
        if theirs:
            self.seen = asyncio.ensure_future(self._tell())
        self.cursor = max(self.cursor, news["seq"])

    async def _tell(self) -> None:
        await asyncio.sleep(1)
        status, told = await self.line.ask("POST", f"{self.base}/seen", {"after": self.cursor})
        assert status == 200, f"{self.base}/seen answered {status}"
        self.take(json.loads(told), time.perf_counter())

    async def write(self, text: str) -> float:
        """When it was pressed."""
        await self.line.ask("POST", f"{self.base}/typing", {})
        await asyncio.sleep(1)
        begun = time.perf_counter()
        status, told = await self.line.ask(
            "POST", self.to, {self.field: text, "key": f"key-{text}", "after": self.cursor}
        )
        assert status == 201, f"{self.to} answered {status}: {told[:300]!r}"
        self.take(json.loads(told), time.perf_counter())
        return begun


async def talk(port: int, ready: Mapping[str, Any], seconds: float, server: int) -> dict[str, float]:
    """All conversations for a while; the figures of the time after the warm-up."""
    dice, came, wrote = random.Random(1), {}, {}
    pages, tasks = [], []
    empty_mb = sum(resident_now_mb(pid) for pid in with_children(server))
    for number, (case_id, session) in enumerate(ready["hers"]):
        ours = ready["ours"][number % len(ready["ours"])]
        pages.append((Page(port, session, case_id, True, came), Page(port, ours, case_id, False, came)))
        tasks += [asyncio.ensure_future(page.live()) for page in pages[-1]]
        await asyncio.sleep(0.01)
    ends = time.perf_counter() + WARM_SECONDS + seconds
    counts_from = time.perf_counter() + WARM_SECONDS

    async def converse(number: int) -> None:
        await asyncio.sleep(dice.uniform(0, EVERY_SECONDS))
        turn = 0
        while time.perf_counter() < ends:
            text = f"{number}-{turn}"
            wrote[text] = await pages[number][turn % 2].write(text)
            turn += 1
            await asyncio.sleep(dice.uniform(0.7, 1.3) * EVERY_SECONDS)

    writers = [asyncio.ensure_future(converse(number)) for number in range(len(pages))]
    await asyncio.sleep(WARM_SECONDS)
    spent_before = cpu_seconds(server)
    await asyncio.sleep(seconds)
    spent = cpu_seconds(server) - spent_before
    full_mb = sum(resident_now_mb(pid) for pid in with_children(server))
    await asyncio.gather(*writers)
    await asyncio.sleep(7)  # two beats: what has not come by now is lost
    faults = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    assert not faults, faults[0]
    lost = sorted(set(wrote) - set(came))
    assert not lost, f"{len(lost)} of {len(wrote)} texts did not come: {lost[:5]}"
    late = sorted(1000 * (came[text] - at) for text, at in wrote.items() if at >= counts_from)
    name = f"chat, {len(pages)} conversations"
    return {
        f"{name}: text on the other side, p50": percentile(late, 50),
        f"{name}: text on the other side, p95": percentile(late, 95),
        f"{name}: text on the other side, p99": percentile(late, 99),
        f"{name}: messages a second": len(late) / seconds,
        f"{name}: processor of the server, percent of a core": 100 * spent / seconds,
        f"{name}: memory of {2 * len(pages)} open streams, MB": max(0.0, full_mb - empty_mb),
    }


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far."""
    ticks = 0
    for one in with_children(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_now_mb(pid: int) -> float:
    """Memory a process has in RAM now."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def measured(url: str, seconds: float = SECONDS) -> dict[str, float]:
    """A desk of its own on a database, served, talked to and thrown away."""
    home = Path(tempfile.mkdtemp(prefix="forbear-bench-chat-"))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FORBEAR_", "DJANGO_", "DATABASE_URL", "SMTP"))}
    env = kept | {"FORBEAR_HOME": str(home), "FORBEAR_DEV": "1", "DATABASE_URL": url, "PORT": str(free_port())}
    env |= {"DJANGO_SETTINGS_MODULE": "forbear.config.settings", "PYTHONPATH": str(ROOT)}
    served = Served(env)
    try:
        for command in (["-m", "forbear", "migrate"], ["-c", _READY]):
            done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-3000:]
        ready = json.loads(done.stdout.splitlines()[-1])
        served.start()
        assert served.server is not None
        return asyncio.run(talk(served.port, ready, seconds, served.server.pid))
    finally:
        if served.server is not None:
            served.stop()
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Both databases, printed; 1 where the text comes too late."""
    seconds = float(arguments[0]) if arguments else SECONDS
    programs, status = postgresql_programs(), 0
    cluster = Cluster(programs, durable=True) if programs else None
    try:
        for name, url in (("SQLite", ""), ("PostgreSQL", cluster.url(cluster.new_database()) if cluster else None)):
            if url is None:
                continue
            found = measured(url, seconds)
            print(name, *(f"{what}: {value:.1f}" for what, value in found.items()), sep="\n  ", flush=True)
            status |= any(found[what] > most for what, most in MOST.items())
    finally:
        if cluster:
            cluster.stop()
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
