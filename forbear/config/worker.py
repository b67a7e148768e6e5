"""`forbear worker`: does what is due, again and again: messages, reminders, deadlines, the nightly run.

Any number may run beside each other; each thing due is leased by one of them, and comes back when that one dies. What
takes long, reading papers and telling other systems, has threads of its own that do one at a time, so that no message
to her waits; reading itself is done in the reader's process (adapters/reading.py), so that this one stays small.
"""

import argparse
import logging
import signal
import threading
from types import FrameType
from typing import Any

from forbear.config.cli import open_house

LOOK_EVERY_SECONDS = 1
PAUSE_AFTER_FAULT_SECONDS = 5
STOP_WITHIN_SECONDS = 10
AT_ONCE = 20


def add(subparsers: Any) -> None:
    """Add `worker` to the command's subcommands."""
    parser = subparsers.add_parser("worker", help="do what is due")
    parser.add_argument("--once", action="store_true", help="do what is due now, then end")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop; with --once, until nothing is due."""
    open_house()
    from django.conf import settings

    from forbear.actions.agenda import work
    from forbear.actions.payments import first_nightly
    from forbear.actions.ports import Lane
    from forbear.config.mail import keep_fetching
    from forbear.config.record_watch import keep_up, watches
    from forbear.config.sms import attend
    from forbear.config.wiring import desk

    # Each night puts the next on the agenda; the first one, or one that was lost, begins here. A key known is no news.
    desk().agenda.put([first_nightly(desk())])
    stop = threading.Event()
    if arguments.once:
        while work(desk(), AT_ONCE):
            pass
        for watch in watches():
            keep_up(stop, watch, looks=1)
        desk().reader.close()
        return 0
    line = attend(desk())

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    beside = [
        threading.Thread(target=_keep_on, args=(stop, work, desk, lane, 1), daemon=True)
        for lane in (Lane.READING, Lane.TELLING)
    ]
    if settings.IMAP_URL:
        beside.append(threading.Thread(target=keep_fetching, args=(stop,), daemon=True))
    beside += [threading.Thread(target=keep_up, args=(stop, watch), daemon=True) for watch in watches()]
    for thread in beside:
        thread.start()
    _keep_on(stop, work, desk, Lane.REST, AT_ONCE)
    desk().reader.close()  # a page being read is put back on the agenda
    line.close()
    for thread in beside:
        thread.join(STOP_WITHIN_SECONDS)
    return 0


def _keep_on(stop: threading.Event, work: Any, desk: Any, lane: Any, at_once: int) -> None:
    while not stop.is_set():
        stop.wait(_turn(work, desk, lane, at_once))


def _turn(work: Any, desk: Any, lane: Any, at_once: int) -> float:
    """One look at the agenda; returns how long to wait. A database that is away for a while is waited for."""
    from django.db import DatabaseError, connection

    try:
        return 0 if work(desk(), at_once, lane) else LOOK_EVERY_SECONDS
    except DatabaseError:
        logging.getLogger("forbear.worker").exception("the agenda cannot be read; trying again")
        connection.close()
        return PAUSE_AFTER_FAULT_SECONDS
