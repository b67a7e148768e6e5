"""`forbear mail`: mail comes in by a mail server's pipe (receive), from a mail server (listen), from a mailbox (fetch).

`receive` prints one JSON document and ends with 0 once the mail is kept, with 75 ("try again later", as sysexits.h has
it) where it could not be: the mail server then keeps it and comes again. No bytes make it fail.
"""

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

from forbear.config.cli import open_house

TRY_AGAIN = 75
FETCH_AT_ONCE = 50
LOOK_EVERY_SECONDS = 30


def add(subparsers: Any) -> None:
    """Add `mail` to the command's subcommands."""
    parser = subparsers.add_parser("mail", help="mail comes in: from a pipe, a mail server or a mailbox")
    commands = parser.add_subparsers(required=True, metavar="receive|listen|fetch")
    receive = commands.add_parser("receive", help="keep one raw mail from standard input")
    receive.add_argument("--sender", help="the envelope's sender; empty for the null sender of reports")
    receive.add_argument("--recipient", action="append", default=[], help="an envelope's recipient; may be repeated")
    receive.set_defaults(run=_receive)
    listen = commands.add_parser("listen", help="take mail by SMTP or LMTP on FORBEAR_MAIL_LISTEN until told to stop")
    listen.set_defaults(run=_listen)
    fetch = commands.add_parser("fetch", help="take what lies in the mailbox of FORBEAR_IMAP_URL, once")
    fetch.set_defaults(run=_fetch)


def _receive(args: argparse.Namespace) -> int:
    raw = sys.stdin.buffer.read()
    open_house()
    try:
        from forbear.actions.mail import receive_mail
        from forbear.config.wiring import desk

        received = receive_mail(desk(), raw, args.sender, args.recipient)
    except Exception as error:  # the mail stays with its server, whatever went wrong here
        print(f"forbear: the mail could not be kept ({type(error).__name__}); it is to come again", file=sys.stderr)
        return TRY_AGAIN
    print(json.dumps(told(received)))
    return 0


def told(received: Any) -> dict[str, str | None]:
    """What became of a mail, as a document. Our own mail come back is one of those that are dropped."""
    outcome = "dropped" if received.outcome == "loop" else received.outcome.value
    return {"outcome": outcome, "message": received.mail, "case": received.case_id or None}


def _listen(args: argparse.Namespace) -> int:
    open_house()
    from django.conf import settings

    from forbear.adapters.mail_listener import Listener

    scheme, host, port = settings.MAIL_LISTEN
    local = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].partition("@")[0]
    listener = Listener(scheme, host, port, settings.MAIL_DOMAIN, (local,), keep_one)
    stop = _until_told()
    try:
        listener.start()
    except OSError as error:
        print(
            f"forbear: {host}:{port} cannot be listened on: {error.strerror}; see FORBEAR_MAIL_LISTEN", file=sys.stderr
        )
        return 1
    print(f"Taking mail for {settings.MAIL_DOMAIN} by {scheme} on {host}:{port}", flush=True)
    stop.wait()
    listener.stop()
    return 0


def keep_one(raw: bytes, sender: str, recipients: Sequence[str]) -> None:
    """Keep a mail in a thread of the listener."""
    from django.db import close_old_connections

    from forbear.actions.mail import receive_mail
    from forbear.config.wiring import desk

    close_old_connections()
    receive_mail(desk(), raw, sender, recipients)


def _fetch(args: argparse.Namespace) -> int:
    open_house()
    from django.conf import settings

    from forbear.actions.ports import MailboxAway
    from forbear.adapters.mailbox import ImapMailbox
    from forbear.config.wiring import desk

    if not settings.IMAP_URL:
        print("forbear: FORBEAR_IMAP_URL is not set; write imaps://user:password@host/INBOX", file=sys.stderr)
        return 2
    box, count = ImapMailbox(settings.IMAP_URL), 0
    try:
        while taken := fetch_mail(desk(), box):
            count += taken
    except MailboxAway as away:
        print(f"forbear: {away}; {count} mails were taken", file=sys.stderr)
        return 1
    finally:
        box.close()
    print(f"{count} mails taken")
    return 0


def fetch_mail(desk: Any, box: Any) -> int:
    """Keep what lies in a mailbox and put each aside there; returns how many. Raises MailboxAway.

    One that cannot be kept stays there, holds up no other and is tried again the next time.
    """
    from forbear.actions.mail import receive_mail

    count = 0
    for name, raw in box.waiting(FETCH_AT_ONCE):
        try:
            receive_mail(desk, raw)
        except Exception:
            logging.getLogger("forbear.mail").exception("a mail could not be kept; it stays in the mailbox")
            continue
        box.done(name)
        count += 1
    return count


def keep_fetching(stop: threading.Event) -> None:
    """The worker's part: look into the mailbox again and again; one that is away for a while is waited for."""
    from django.conf import settings
    from django.db import close_old_connections

    from forbear.actions.ports import MailboxAway
    from forbear.adapters.mailbox import ImapMailbox
    from forbear.config.wiring import desk

    box, log = ImapMailbox(settings.IMAP_URL), logging.getLogger("forbear.mail")
    while not stop.is_set():
        taken = 0
        close_old_connections()
        try:
            taken = fetch_mail(desk(), box)
        except MailboxAway as away:
            log.warning("%s; trying again", away)
        except Exception:
            log.exception("the mailbox could not be read; trying again")
            box.close()
        stop.wait(0 if taken else LOOK_EVERY_SECONDS)
    box.close()


def _until_told() -> threading.Event:
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop
