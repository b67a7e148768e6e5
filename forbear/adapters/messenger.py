"""The Messenger port towards the world: e-mail by SMTP, and each channel to the messenger that serves it.

A failure becomes Undelivered with a text that names no person: it ends up in the agenda and in logs.
"""

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from forbear.actions.ports import Bounced, Clock, MailHeaders, Message, Messenger, Undelivered
from forbear.adapters.mail_reader import LOOP_HEADER
from forbear.core.contact import Channel

TIMEOUT_SECONDS = 20
WHOLE = ("message-id", "in-reply-to", "references", "list-unsubscribe", "reply-to")
FOR_GOOD = (550, 551, 553, 556)
"""Answers to an address that say it takes nothing, now or later (RFC 5321 4.2.3, RFC 7504)."""
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
                back_to = self._sender if message.mail is None else _back_to(message.mail, self._sender)
                refused = server.send_message(mail, back_to, [message.to])
            finally:
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except (OSError, smtplib.SMTPException) as error:
            if status := _for_good(error):
                raise Bounced(_without_people(error), status) from None
            raise Undelivered(_without_people(error)) from None
        assert not refused, "one recipient is either taken or refused"
        return ""

    def _mail(self, message: Message) -> EmailMessage:
        """Message-ID from the message: handed over twice it is recognised as one. Signing it (DKIM) is the server's."""
        mail = EmailMessage(policy=Unfolded())
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock.now())
        more = message.mail or MailHeaders()
        own = f"<{message.reference}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        mail["Message-ID"] = more.message_id or own
        headers = {
            "Reply-To": more.reply_to,
            "In-Reply-To": more.in_reply_to,
            "References": " ".join(more.references),
            LOOP_HEADER: more.own_mark,
            "Auto-Submitted": "auto-replied" if more.answers else "auto-generated" if more.automatic else "",
            "List-Unsubscribe": f"<{more.stop}>" if more.stop else "",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if more.stop else "",
        }
        for name, value in headers.items():
            if value:
                mail[name] = value
        mail.set_content(message.body, cte="quoted-printable")
        return mail

    def _connected(self) -> smtplib.SMTP:
        if self._tls_at_once:
            secure = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=secure)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
            if self._host not in LOCAL:
                server.starttls(context=ssl.create_default_context())
        if self._user:
            server.login(self._user, self._password)
        return server


class Unfolded(EmailPolicy):
    """The standard library's policy, but for ids and addresses of one word: it breaks the line before them, which not
    every reader takes, and encodes a long address beyond use.
    """

    def _fold(self, name: str, value: Any, refold_binary: bool = False) -> str:
        if name.lower() in WHOLE:
            folded = f"{self.linesep} ".join(str(value).split())
            return f"{name}: {folded}{self.linesep}"
        return str(super()._fold(name, value, refold_binary))  # type: ignore[misc]


def _back_to(mail: MailHeaders, sender: str) -> str:
    """Where it comes back to: an automatic answer to nobody, so that no two machines can answer each other."""
    return "" if mail.answers else mail.envelope_from or sender


def _for_good(error: Exception) -> str:
    """The class of a refusal of the address itself, "" for any other failure: those may pass."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        named = re.match(rb"5\.\d{1,3}\.\d{1,3}", said if isinstance(said, bytes) else str(said).encode())
        if code in FOR_GOOD:
            return named[0].decode() if named else f"5.{code % 100 // 10}.{code % 10}"
    return ""


def _without_people(error: Exception) -> str:
    """The server's answer by its number; its words may hold the address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return (
            f"the mail server refused the address with {', '.join(str(code) for code, _ in error.recipients.values())}"
        )
    return f"the mail server could not be reached: {type(error).__name__}"
