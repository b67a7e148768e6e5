"""`forbear sms templates`: every text message that can go out, to hand in where a carrier passes approved texts alone.

Also what stays beside the worker where the gateway has a line of its own (SMPP): whoever listens to it.
"""

import argparse
from collections.abc import Callable
from typing import Any

from forbear.actions.ports import Desk
from forbear.config.cli import open_house
from forbear.core.contact import Channel


def add(subparsers: Any) -> None:
    """Add `sms` to the command's subcommands."""
    parser = subparsers.add_parser("sms", help="text messages: the texts to have approved")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("templates", help="print every text that can go out, as tables for the file of FORBEAR_SMS")
    one.add_argument("--language", choices=("zh", "en"), help="only these")
    one.add_argument("--numbered", action="store_true", help="places as {1}, {2}, … as Tencent Cloud wants them")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print them; the carrier's code of each is to be filled in once it is approved."""
    open_house()
    from forbear.actions.sms_templates import sendable
    from forbear.config.wiring import desk

    for language in (arguments.language,) if arguments.language else ("zh", "en"):
        for one in sendable(desk(), language):
            text = _numbered(one.text) if arguments.numbered else one.text
            print(f"[[template]]\n# {one.name}\ncode = \"\"\ntext = '''{text}'''\n")
    return 0


def _numbered(text: str) -> str:
    parts = text.split("${")
    places = (f"{{{n}}}{part.partition('}')[2]}" for n, part in enumerate(parts[1:], start=1))
    return parts[0] + "".join(places)


# ---- beside the worker -----------------------------------------------------------------------------------------


class Line:
    """What is to be closed at the end; nothing where no gateway has a line of its own."""

    def __init__(self, carrier: Any = None) -> None:
        self._carrier = carrier

    def close(self) -> None:
        if self._carrier is not None:
            self._carrier.close()


def attend(desk: Desk) -> Line:
    """Listen where the gateway has a line (SMPP): receipts and texts that come over it go into the cases."""
    from forbear.actions.sms import take_receipt, take_text

    serving = getattr(desk.messenger, "serving", None)
    carrier = serving(Channel.SMS) if serving else None
    if not hasattr(carrier, "listen"):
        return Line()
    carrier.listen(_lent(desk, take_receipt), _lent(desk, take_text))
    return Line(carrier)


def _lent(desk: Desk, take: Callable[[Desk, Any], None]) -> Callable[[Any], None]:
    """The line's own thread: its connection to the database goes back after each thing."""

    def taken(thing: Any) -> None:
        from django.db import connections

        try:
            take(desk, thing)
        finally:
            connections.close_all()

    return taken
