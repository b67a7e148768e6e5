"""The Messenger port towards the world: e-mail by SMTP, and each channel to the messenger that serves it.

A failure becomes Undelivered with a text that names no person: it ends up in the agenda and in logs.
"""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from forbear.actions.ports import Clock, Message, Messenger, Undelivered
from forbear.core.contact import Channel

TIMEOUT_SECONDS = 20
LOCAL = ("localhost", "127.0.0.1", "::1")


class ByChannel:
    """Hands each message to the messenger of its channel; one that nobody serves is undelivered."""

    def __init__(self, routes: Mapping[Channel, Messenger]) -> None:
        self._routes = routes

    def send(self, message: Message) -> str:
        messenger = self._routes.get(message.channel)
        if messenger is None:
            raise Undelivered(f"no messenger is set up for {message.channel.value}")
        return messenger.send(message)

    def serving(self, channel: Channel) -> Messenger | None:
        """Who serves a channel."""
        return self._routes.get(channel)

    def messages(self, offset: int = 0, limit: int = 50) -> tuple[Any, ...]:
        """What those of its messengers that keep messages have kept (forbear/store/outbox.py)."""
        keeping = {id(route): route for route in self._routes.values() if hasattr(route, "messages")}
        return tuple(kept for route in keeping.values() for kept in route.messages(offset, limit))


class Smtp:
    """E-mail. `url`: smtp://user:password@host:587 (STARTTLS, but not towards this machine) or smtps://…:465;
    `sender`: the address in From.
    """

    def __init__(self, url: str, sender: str, clock: Clock) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL names no mail server; write smtp://user:password@host:587 or smtps://…:465.")
        self._host = parts.hostname
        self._tls_at_once = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls_at_once else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender
        self._clock = clock

    def send(self, message: Message) -> str:
        try:
            mail = self._mail(message)
        except ValueError:
            raise Undelivered("the message cannot be written as a mail") from None
        try:
            server = self._connected()
            try:
                refused = server.send_message(mail, self._sender, [message.to])
            finally:
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(_without_people(error)) from None
        assert not refused, "one recipient is either taken or refused"
        return ""

    def _mail(self, message: Message) -> EmailMessage:
        """Message-ID from the reference: a mail handed over twice is recognised as one."""
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{message.reference}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    def _connected(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self._tls_at_once:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=secure)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
            if self._host not in LOCAL:
                server.starttls(context=secure)
        if self._user:
            server.login(self._user, self._password)
        return server


def _without_people(error: Exception) -> str:
    """The server's answer by its number; its words may hold the address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return (
            f"the mail server refused the address with {', '.join(str(code) for code, _ in error.recipients.values())}"
        )
    return f"the mail server could not be reached: {type(error).__name__}"
