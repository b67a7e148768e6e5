"""`forbear serve`: the site alone, as production starts it. The worker is a process of its own (`forbear worker`)."""

import argparse
import os
import socket
import sys
from typing import Any, NoReturn

from forbear.config.cli import open_house

STREAMS_MOST = 10_000
"""Requests under way at once, among them a stream for every open chat."""
STOP_SECONDS = 10
PROCESSES = min(2, os.cpu_count() or 1)
"""One process answers one request at a time, whatever its threads: two keep a chat quick while a page is made. More
gain nothing on SQLite, which has one writer; on PostgreSQL say how many.
"""


def add(subparsers: Any) -> None:
    """Add `serve` to the command's subcommands."""
    parser = subparsers.add_parser("serve", help="the site alone, for production")
    parser.add_argument("--workers", type=int, default=PROCESSES, metavar="N", help="processes (2, 1 on a single core)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look whether the database is ready, collect the static files, and become the server."""
    open_house()
    from django.conf import settings
    from django.core.management import call_command

    from forbear.config.health import pending_migrations

    if pending := pending_migrations():
        print(f"forbear: the database lacks {len(pending)} migrations; run `forbear migrate` first", file=sys.stderr)
        return 1
    if not port_is_free(settings.BIND, settings.PORT):
        return taken(settings.PORT)
    if not settings.DEV:
        call_command("collectstatic", interactive=False, verbosity=0)
    return _become(server_command(settings.BIND, settings.PORT, arguments.workers))


def _become(command: list[str]) -> NoReturn:
    """The server takes the place of this process, so that it gets the service manager's signals itself."""
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 (the command line is ours)


def server_command(bind: str, port: int, workers: int = PROCESSES) -> list[str]:
    """The server's command line: ASGI for the streams (config/asgi.py), no access log (addresses name cases)."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", bind, "--port", str(port), "--no-ws"]
    command += ["--workers", str(workers), "--backpressure", str(STREAMS_MOST), "--log-level", "warning"]
    command += ["--workers-kill-timeout", str(STOP_SECONDS)]
    return [*command, "--respawn-failed-workers", "forbear.config.asgi:application"]


def port_is_free(bind: str, port: int) -> bool:
    """Whether we could listen there now."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError:
            return False
    return True


def taken(port: int) -> int:
    """Say that another program has the port, and what to do; returns the exit status."""
    print(f"forbear: port {port} is taken by another program; choose another: PORT={port + 1}", file=sys.stderr)
    return 1
