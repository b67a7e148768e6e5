"""The development outbox: a Messenger that sends nothing and keeps what it was given for the page that shows it.

Sealed like everything personal. A repeat of a message (its reference) changes nothing, as a provider would have it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from forbear.actions.ports import Clock, Message
from forbear.core.contact import Channel
from forbear.store.models import DevMessage
from forbear.store.privacy import Keys, open_text, seal_text


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A message as the outbox shows it."""

    message: Message
    sent_at: datetime


class DevOutbox:
    """The Messenger port (forbear/actions/ports.py) of `make run`."""

    def __init__(self, keys: Keys, clock: Clock, using: str = "default") -> None:
        self._key = keys.book
        self._clock = clock
        self._rows = DevMessage.objects.using(using)

    def send(self, message: Message) -> str:
        text = json.dumps([message.to, message.subject, message.body], ensure_ascii=False)
        row = DevMessage(reference=message.reference, channel=message.channel.value, sent_at=self._clock.now())
        row.sealed = seal_text(self._key, _place(message.reference), text)
        self._rows.bulk_create([row], ignore_conflicts=True)
        return ""

    def messages(self, offset: int = 0, limit: int = 50) -> tuple[Kept, ...]:
        """What would have been sent, newest first."""
        return tuple(self._kept(row) for row in self._rows.order_by("-sent_at", "-id")[offset : offset + limit])

    def _kept(self, row: DevMessage) -> Kept:
        to, subject, body = json.loads(open_text(self._key, _place(row.reference), row.sealed))
        message = Message(channel=Channel(row.channel), to=to, subject=subject, body=body, reference=row.reference)
        return Kept(message=message, sent_at=row.sent_at)


def _place(reference: str) -> str:
    return f"dev_message:{reference}"
