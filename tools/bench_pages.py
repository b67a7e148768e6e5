"""The real server under real clients: how long pages take, alone and eight at a time, and what they weigh."""

import http.client
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

from tools.timing import percentile

ROOT = Path(__file__).resolve().parent.parent
ALONE, TOGETHER, CLIENTS = 60, 20, 8
"""Requests of one client; of each of several at once; how many."""


class Served:
    """The site as `forbear serve` runs it, on a desk that is there."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env, self.port = env, int(env["PORT"])
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns when it is ready."""
        self.server = subprocess.Popen([sys.executable, "-m", "forbear", "serve"], cwd=ROOT, env=self.env)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the site did not come up")

    def stop(self) -> None:
        """End it."""
        assert self.server is not None
        self.server.terminate()
        self.server.wait(30)

    def pages(self, desk: Mapping[str, Any]) -> dict[str, float]:
        """Every figure of the pages; `desk` as tools/bench_desk.py tells it."""
        found: dict[str, float] = {}
        asked: dict[str, Callable[[int], str]] = {
            "queue": lambda n: f"/desk/?move=all&page={n % 20 + 1}",
            "a case of 200 events": lambda _: f"/desk/cases/{desk['long']}",
            "an everyday case": lambda n: f"/desk/cases/{desk['short'][n % len(desk['short'])]}",
        }
        for name, path in asked.items():
            found |= self._answers(name, path, desk["staff"])
        hers = {name: path.format(desk["long"]) for name, path in HERS.items()}
        for name, own in hers.items():
            alone = self._spent(lambda _, p=own: p, desk["borrower"], ALONE)
            found[f"the borrower's page: {name}, p95"] = percentile(alone, 95)
        weights = {name: self._weight(path, desk["borrower"]) for name, path in hers.items()}
        found["the heaviest of the borrower's pages all told, kB"] = max(weights.values()) / 1000
        assert self.server is not None
        found["memory of the web process, MB"] = max(map(resident_mb, with_children(self.server.pid)))
        return found

    def _answers(self, name: str, path: Callable[[int], str], session: str) -> dict[str, float]:
        """p50 and p95 of one client, then of several at once."""
        alone, together = self._spent(path, session, ALONE), []

        def client(number: int) -> None:
            together.extend(self._spent(lambda n: path(n + 7 * number), session, TOGETHER))

        clients = [Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()
        assert len(together) == CLIENTS * TOGETHER, "every client was answered"
        together.sort()
        return {
            f"{name}, one client, p50": percentile(alone, 50),
            f"{name}, one client, p95": percentile(alone, 95),
            f"{name}, eight clients, p50": percentile(together, 50),
            f"{name}, eight clients, p95": percentile(together, 95),
        }

    def _spent(self, path: Callable[[int], str], session: str, times: int) -> list[float]:
        """Milliseconds of each answer, sorted, over one connection that stays open as a browser's does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        spent = []
        for number in range(times + 3):
            begun = time.perf_counter_ns()
            self._get(connection, path(number), session)
            spent.append((time.perf_counter_ns() - begun) / 1e6)
        connection.close()
        return sorted(spent[3:])

    def _get(self, connection: http.client.HTTPConnection, path: str, session: str) -> bytes:
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}", "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path} answered {answer.status}"
        return body

    def _weight(self, path: str, session: str) -> int:
        """Bytes sent for a page and everything it asks for, to somebody who was never here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = len(self._get(connection, path, session))
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        text = connection.getresponse().read().decode()
        for asset in sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))):
            sent += len(self._get(connection, asset, session))
        connection.close()
        return sent


HERS = {
    "the landing page": "/",
    "her case": "/c/{}/",
    "messages": "/c/{}/messages",
    "her payments": "/c/{}/payments",
    "everything we hold": "/c/{}/everything",
}
"""Pages of the borrower's site that a case in its payments has."""


def with_children(pid: int) -> list[int]:
    """A process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def resident_mb(pid: int) -> float:
    """The most memory a process has had in RAM so far."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
