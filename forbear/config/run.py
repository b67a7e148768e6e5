"""`forbear run`: the whole desk on one machine. Prepares the data directory, then keeps the site and its worker going.

Stops both on Ctrl-C or SIGTERM; starts the worker again when it dies; ends when the site does.
"""

import argparse
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import Any

from forbear.config.cli import open_house
from forbear.config.serve import port_is_free, server_command, taken

RESTART_AFTER_SECONDS = 2
STOP_WITHIN_SECONDS = 15
READY_WITHIN_SECONDS = 60


def add(subparsers: Any) -> None:
    """Add `run` to the command's subcommands."""
    parser = subparsers.add_parser("run", help="the site and its worker, prepared and started")
    parser.add_argument("--empty", action="store_true", help="load no made-up loan book, whatever the database holds")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prepare, start, watch, stop; 1 when the port is taken or the site does not come up."""
    open_house()
    from django.conf import settings

    if not port_is_free(settings.BIND, settings.PORT):
        return taken(settings.PORT)
    if status := prepare(sample=settings.DEV and not arguments.empty):
        return status
    stop = _Stop()
    site = subprocess.Popen(server_command(settings.BIND, settings.PORT))
    worker = _start_worker()
    try:
        if not _comes_up(site, settings.PORT, stop):
            return 0 if stop.asked else 1
        _greet(settings)
        return _watch(site, worker, stop)
    finally:
        for child in (worker.process, site):
            _end(child)


def prepare(*, sample: bool) -> int:
    """Bring the tables to this version and, where asked, fill an empty desk. That takes memory which only a process of
    its own gives back.
    """
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return subprocess.call([sys.executable, "-m", "forbear", "sample"]) if sample and _to_fill() else 0


def _to_fill() -> bool:
    from django.conf import settings

    from forbear.config.sample import BEGUN
    from forbear.config.wiring import desk

    return desk().ledger.size() == 0 or (settings.HOME / BEGUN).exists()


class _Stop:
    """Whether somebody asked us to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class _Worker:
    """The worker's process, which may be replaced by another."""

    def __init__(self, start: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self._start = start
        self.process = start()
        self.ended_at = 0.0

    def keep_going(self) -> None:
        """Start another one when this one died, after a pause, so that a broken one does not spin."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.ended_at:
            self.ended_at = now
            print(f"The worker ended with status {self.process.returncode}; starting it again", file=sys.stderr)
        elif now - self.ended_at >= RESTART_AFTER_SECONDS:
            self.process, self.ended_at = self._start(), 0.0


def _start_worker() -> _Worker:
    return _Worker(lambda: subprocess.Popen([sys.executable, "-m", "forbear", "worker"]))


def _comes_up(site: "subprocess.Popen[bytes]", port: int, stop: _Stop) -> bool:
    """Wait until the site says it is ready."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not stop.asked and site.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    if not stop.asked:
        print("The site did not come up; what stands above says why.", file=sys.stderr)
    return False


def _greet(settings: Any) -> None:
    """Where to go and who to be."""
    address = f"http://127.0.0.1:{settings.PORT}"
    lines = [
        "",
        "Forbear is running.",
        f"  The borrower's page   {address}/",
        f"  The desk              {address}/desk/",
    ]
    if settings.DEV:
        from forbear.config.sample import guide

        lines += [f"  Messages sent         {address}/dev/outbox", "", *guide(address)]
    print("\n".join([*lines, "", "Ctrl-C stops it. The data is in " + str(settings.HOME), ""]), flush=True)


def _watch(site: "subprocess.Popen[bytes]", worker: _Worker, stop: _Stop) -> int:
    while not stop.asked:
        if site.poll() is not None:
            print(f"The site ended with status {site.returncode}; stopping", file=sys.stderr)
            return 1
        worker.keep_going()
        time.sleep(0.2)
    print("Stopping", flush=True)
    return 0


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Ask, wait, and only then insist."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
