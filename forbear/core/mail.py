"""Room 1, contact: a mail as it was read: the headers that say where it belongs, its words, what hangs on it.

Everything in it was written by a stranger. `adapters/mail_reader.py` makes it of raw bytes and never fails.
"""

from dataclasses import dataclass
from datetime import datetime

from forbear.core.mail_address import Mark


@dataclass(frozen=True, kw_only=True)
class Report:
    """A delivery report (RFC 3464). `action`: failed, delayed, delivered, relayed, expanded or ""; `status`: such as
    5.1.1, "" where it names none.
    """

    action: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class MailHead:
    """What routing looks at. Addresses are in small letters.

    `senders`: every address in From; `envelope_from`: "" for the null sender, None where nobody told; `marks`: marks
    that may be ours, the strongest first: addresses it went to, In-Reply-To, References from the last, its words;
    `answers_by_itself`: an automatic reply; `automatic`: any machine's mail; `listed`: of a mailing list or bulk;
    `own_mark`: our own loop header; `own_id`: its own Message-ID is a mark; `hops`: how many servers it passed.
    """

    message_id: str = ""
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    envelope_from: str | None = None
    marks: tuple[Mark, ...] = ()
    own_mark: str = ""
    own_id: Mark | None = None
    hops: int = 0
    answers_by_itself: bool = False
    automatic: bool = False
    listed: bool = False
    report: Report | None = None

    @property
    def sender(self) -> str:
        """The one address it is from; "" where it names none, or several."""
        return self.senders[0] if len(self.senders) == 1 else ""

    @property
    def never_answered(self) -> bool:
        """Whether a machine wrote it: an answer would go in circles (RFC 3834)."""
        machine = self.automatic or self.listed or self.answers_by_itself or self.report is not None
        return machine or self.envelope_from == "" or bool(self.own_mark)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that came with a mail; `mime` as the mail says it, `data` as it lies there."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail as read. `content`: SHA-256 over what its writer wrote, the same however it travelled; `sent_at`: as its
    Date says, None where it makes no sense; `text`: all its words, quotes included.
    """

    head: MailHead
    content: bytes
    subject: str
    sent_at: datetime | None
    text: str
    attachments: tuple[Attachment, ...] = ()
