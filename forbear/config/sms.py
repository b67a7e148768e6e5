"""Text messages beside the worker: whoever listens to a carrier's line stays on it as long as the worker runs."""

from collections.abc import Callable
from typing import Any

from forbear.actions.ports import Desk
from forbear.actions.sms import take_receipt, take_text
from forbear.core.contact import Channel


class Line:
    """What is to be closed at the end; nothing where no gateway has a line of its own."""

    def __init__(self, carrier: Any = None) -> None:
        self._carrier = carrier

    def close(self) -> None:
        if self._carrier is not None:
            self._carrier.close()


def attend(desk: Desk) -> Line:
    """Listen where the gateway has a line (SMPP): receipts and texts that come over it go into the cases."""
    serving = getattr(desk.messenger, "serving", None)
    carrier = serving(Channel.SMS) if serving else None
    if not hasattr(carrier, "listen"):
        return Line()
    carrier.listen(_lent(desk, take_receipt), _lent(desk, take_text))
    return Line(carrier)


def _lent(desk: Desk, take: Callable[[Desk, Any], None]) -> Callable[[Any], None]:
    """The line's own thread: its connection to the database goes back after each thing."""
    from django.db import connections

    def taken(thing: Any) -> None:
        try:
            take(desk, thing)
        finally:
            connections.close_all()

    return taken
