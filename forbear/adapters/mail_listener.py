"""Takes mail from a mail server by SMTP or LMTP (aiosmtpd). Each recipient gets an answer of its own.

250 means kept. 550 5.1.1 is for an address that is none of ours, 552 for more than SIZE_MOST, 451 for what should come
again: too much at once from one sender, or a fault of ours. It is for the lender's own mail server on the same machine
or network, which has already looked at what comes from the world.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

SIZE_MOST = 25 * 1024 * 1024
LINE_MOST = 1024 * 1024
"""RFC 5321 has lines end after 1,000 bytes; programs that do not know it write mails all the same."""
AT_ONCE = 2
"""Mails that are kept at the same time; the others wait in their connections."""
MAILS_A_MINUTE = 600
"""From one sender; what comes above it is put off, and its server keeps it meanwhile."""

logging.getLogger("mail.log").setLevel(logging.WARNING)
"""aiosmtpd tells every line of every conversation, and so who writes to whom."""

Keep = Callable[[bytes, str, Sequence[str]], None]


class Listener:
    """`keep(raw, sender, recipients)` returns once the mail is kept and raises where it is not. `locals`: the parts
    before the @ that are taken, besides those with a mark and the ones every domain has to have.
    """

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        domain: str,
        locals_: Sequence[str],
        keep: Keep,
        most: int = MAILS_A_MINUTE,
    ) -> None:
        handler = _Handler(domain, locals_, keep, most)
        kind = _Lmtp if scheme == "lmtp" else _Smtp
        self.handler = handler
        self._controller = _Controller(handler, kind, host, port)

    def start(self) -> None:
        """Listen, in a thread of its own."""
        self._controller.start()

    def stop(self) -> None:
        """Let the mails that are being taken be kept, then end."""
        self._controller.stop()
        self.handler.pool.shutdown()


class _Smtp(SMTP):
    line_length_limit = LINE_MOST


class _Lmtp(LMTP):
    line_length_limit = LINE_MOST


class _Controller(Controller):
    def __init__(self, handler: "_Handler", kind: type[SMTP], host: str, port: int) -> None:
        super().__init__(handler, hostname=host, port=port, ready_timeout=30)
        self._kind = kind

    def factory(self) -> SMTP:
        return self._kind(self.handler, data_size_limit=SIZE_MOST, enable_SMTPUTF8=True, ident="Forbear")


class _Handler:
    def __init__(self, domain: str, locals_: Sequence[str], keep: Keep, most: int) -> None:
        self._domain = domain.lower()
        self._locals = {name.lower() for name in (*locals_, "postmaster", "mailer-daemon")}
        self._keep = keep
        self._most = most
        self._lately: dict[str, deque[float]] = {}
        self.put_off = 0
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        local, _, domain = address.lower().rpartition("@")
        if domain != self._domain or not (local in self._locals or re.match(r"(?:case|b)\+", local)):
            return "550 5.1.1 There is no such address here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await self._kept(envelope)
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if isinstance(server, LMTP) else answer

    async def _kept(self, envelope: Envelope) -> str:
        sender = (envelope.mail_from or "").strip("<>")
        if self._too_many(sender.lower()):
            self.put_off += 1
            return "451 4.7.1 Too many mails from this sender at once, please try again in a minute"
        content: Any = envelope.original_content or envelope.content or b""
        raw = content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape")
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.pool, self._keep, raw, sender, tuple(envelope.rcpt_tos))
        except Exception:  # whatever went wrong, the mail stays with its server and comes again
            return "451 4.3.0 The mail could not be kept, please try again"
        return "250 2.6.0 Kept"

    def _too_many(self, sender: str) -> bool:
        """More than `most` within a minute. The null sender is every server's, so it is not counted."""
        now = monotonic()
        if len(self._lately) > 10_000:
            self._lately = {name: lately for name, lately in self._lately.items() if lately[-1] > now - 60}
        lately = self._lately.setdefault(sender, deque())
        while lately and lately[0] <= now - 60:
            lately.popleft()
        if sender and len(lately) >= self._most:
            return True
        lately.append(now)
        return False
