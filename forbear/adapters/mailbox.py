"""The Mailbox port over IMAP (imap-tools): what lies in a folder is handed out as raw bytes, then moved aside.

A mail is moved only once it is kept here. When the line or this machine dies between the two, it is fetched again and
known again by its content.
"""

import imaplib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailboxLoginError, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from forbear.actions.ports import MailboxAway

TIMEOUT_SECONDS = 60
DONE = "Forbear"
"""The folder that a mail is moved to once it is kept; made where it is missing."""


class ImapMailbox:
    """`url`: imaps://user:password@host:993/INBOX; imap:// is for a server on this machine."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._encrypted = parts.scheme == "imaps"
        self._host, self._port = parts.hostname or "", parts.port or (993 if self._encrypted else 143)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        self._box: BaseMailBox | None = None

    def waiting(self, limit: int) -> Iterator[tuple[str, bytes]]:
        try:
            box = self._opened()
            for uid in box.uids("ALL")[:limit]:
                if (raw := _raw(box, uid)) is not None:
                    yield uid, raw
        except FAILS as error:
            self.close()
            raise MailboxAway(f"the mailbox could not be read: {type(error).__name__}") from None

    def done(self, id: str) -> None:
        try:
            box = self._opened()
            if not box.folder.exists(DONE):
                box.folder.create(DONE)
            box.move([id], DONE)
        except FAILS as error:
            self.close()
            raise MailboxAway(f"a mail could not be moved: {type(error).__name__}") from None

    def close(self) -> None:
        """Leave; the next question comes in anew."""
        box, self._box = self._box, None
        if box is not None:
            try:
                box.logout()
            except FAILS:
                return

    def _opened(self) -> BaseMailBox:
        if self._box is None:
            kind: Any = MailBox if self._encrypted else MailBoxUnencrypted
            box = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
            box.login(self._user, self._password, initial_folder=self._folder)
            self._box = box
        else:
            self._box.client.noop()
        return self._box


FAILS = (OSError, imaplib.IMAP4.error, ImapToolsError, MailboxLoginError)


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """The bytes of a mail as they lie there, unread as before; None for one that is gone meanwhile. The library would
    take it apart, and a mail can be such that this fails.
    """
    _, answer = box.client.uid("fetch", uid, "(BODY.PEEK[])")
    return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), None)
