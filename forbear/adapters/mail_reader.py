"""The MailReader port: a raw mail, whatever its bytes, as the headers that say where it belongs, its words, its files.

Reading never fails: a part that cannot be read is a file by itself, and the raw bytes are kept in any case. HTML is
read for its words alone (html-text); a winmail.dat is opened (tnefparse). The order of trust for words: plain, HTML,
winmail.dat.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import sha256

from forbear.adapters.mail_parts import Part, addresses, decoded, headed, header, headers, lettered, parted
from forbear.core.mail import Attachment, Mail, MailHead, Report
from forbear.core.mail_address import Mark, Way, in_address, in_message_id, in_words
from forbear.core.mail_text import cleaned

LOOP_HEADER = "X-Forbear-Loop"
TEXT_MOST = 200_000
"""Characters of a mail's words that are looked at; the rest is in the raw mail."""
HTML_MOST = 2_000_000
FILES_MOST = 50
_ON_THE_WAY = re.compile(
    rb"^(?:received|return-path|delivered-to|x-original-to|envelope-to|authentication-results|arc-[a-z-]+"
    rb"|received-spf|x-spam[a-z-]*|dkim-[a-z-]+|x-(?:google|ms|received|forefront)[a-z0-9-]*)"
    rb"[ \t]*:.*(?:\n[ \t].*)*\n?",
    re.IGNORECASE | re.MULTILINE,
)
"""Headers that servers add while a mail travels."""
_AUTOMATIC_NAMES = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Mail-Autoreply")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"(?<![\d.])([45])[0-5]\d[ -]")

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


class MailReader:
    """`domain`: of this installation's addresses."""

    def __init__(self, domain: str) -> None:
        self._domain = domain

    def read(self, raw: bytes, sender: str | None = None, recipients: Sequence[str] = ()) -> Mail:
        """A mail as it came. `sender`, `recipients`: of its envelope; None where nobody told."""
        root = parted(raw)
        report = _report(root)
        text = cleaned(_words(root, report is not None))[:TEXT_MOST]
        marks = _marks(root, text, recipients, self._domain)
        return Mail(
            head=_head(root.head, sender, recipients, marks, report, self._domain),
            content=_content(raw),
            subject=" ".join(cleaned(decoded(header(root.head, "Subject"))).split())[:300],
            sent_at=_sent_at(root.head),
            text=text,
            attachments=tuple(_files(root, report is not None))[:FILES_MOST],
        )


def _content(raw: bytes) -> bytes:
    """SHA-256 of what its writer wrote: without what servers add, and whatever ends its lines."""
    lines = raw.replace(b"\r\n", b"\n")
    head, cut, body = lines.partition(b"\n\n")
    return sha256(_ON_THE_WAY.sub(b"", head + b"\n") + cut + body.rstrip(b"\n")).digest()


# ---- headers ---------------------------------------------------------------------------------------------------


def _head(
    head: Message,
    sender: str | None,
    recipients: Sequence[str],
    marks: tuple[Mark, ...],
    report: Report | None,
    domain: str,
) -> MailHead:
    auto = re.split(r"[;\s(]", header(head, "Auto-Submitted").strip().lower())[0]
    precedence = header(head, "Precedence").strip().lower()
    responds = auto == "auto-replied" or precedence == "auto_reply" or any(head.get(name) for name in _AUTOMATIC_NAMES)
    receipt = "disposition-notification" in header(head, "Content-Type").lower()
    named = header(head, "Message-ID").strip()
    return MailHead(
        message_id=cleaned(named)[:300] if not re.search(r"\s", named) else "",
        senders=addresses(headers(head, "From")),
        recipients=_recipients(head, recipients),
        envelope_from=_envelope_from(head, sender),
        marks=marks,
        own_mark=header(head, LOOP_HEADER).strip().lower(),
        own_id=in_message_id(named, domain),
        hops=len(head.get_all("Received") or ()),
        answers_by_itself=responds or receipt,
        automatic=auto not in ("", "no") or receipt,
        listed=bool(head.get("List-Id") or head.get("List-Unsubscribe")) or precedence in ("bulk", "list", "junk"),
        report=report,
    )


def _envelope_from(head: Message, sender: str | None) -> str | None:
    """The envelope's sender, from whoever handed the mail over, else from Return-Path."""
    if sender is None:
        if head.get("Return-Path") is None:
            return None
        sender = header(head, "Return-Path")
    told = sender.strip().strip("<>").strip().lower()
    return "" if told in ("", "mailer-daemon") else told


def _recipients(head: Message, recipients: Sequence[str]) -> tuple[str, ...]:
    told = [value for name in ("Delivered-To", "X-Original-To", "Envelope-To") for value in headers(head, name)]
    shown = [value for name in ("To", "Cc", "Resent-To", "Resent-Cc") for value in headers(head, name)]
    given = tuple(recipient.strip().strip("<>").lower() for recipient in recipients)
    return tuple(dict.fromkeys((*given, *addresses(told), *addresses(shown))))


def _marks(root: Part, text: str, recipients: Sequence[str], domain: str) -> tuple[Mark, ...]:
    """Marks that may be ours, the strongest first; whether they are, their signatures say."""
    found = [in_address(address, domain) for address in _recipients(root.head, recipients)]
    ids = re.findall(r"<[^<>\s]+>", header(root.head, "In-Reply-To"))
    ids += reversed(re.findall(r"<[^<>\s]+>", header(root.head, "References")))
    found += [in_message_id(one, domain) for one in [*ids, *_returned_ids(root)]]
    marks = [mark for mark in found if mark is not None] + list(in_words(text))
    strength = [mark for mark in marks if mark.way is not Way.BOUNCE] + [m for m in marks if m.way is Way.BOUNCE]
    return tuple(dict.fromkeys(strength))[:50]


def _returned_ids(root: Part) -> Iterator[str]:
    """The ids of the mails that a report brings back, whole or their headers alone."""
    if root.kind == "multipart/report":
        for part in root.walk():
            if part.kind == "text/rfc822-headers":
                yield header(headed(part.data)[0], "Message-ID").strip()
            if part.kind == "message/rfc822" and part.parts:
                yield header(part.parts[0].head, "Message-ID").strip()


def _sent_at(head: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(header(head, "Date").strip())
        at = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.year >= 1990 else None


def _report(root: Part) -> Report | None:
    """A delivery report; its fields from its machine-readable part, else from the first code in its words."""
    kind = header(root.head, "Content-Type").lower()
    part = next(
        (p for p in root.walk() if p.kind in ("message/delivery-status", "message/global-delivery-status")), None
    )
    if part is None and "delivery-status" not in kind and not headers(root.head, "X-Failed-Recipients"):
        return None
    fields = lettered(part.data[:50_000], "") if part is not None else ""
    action, status = (_field(fields, name) for name in ("action", "status"))
    if not status:
        words = _words(root, False)[:20_000]
        code = _CODE.search(words)
        found = _STATUS.search(words)
        status = found[1] if found else f"{code[1]}.0.0" if code else ""
    named = _STATUS.search(status)
    return Report(action=action.lower(), status=named[1] if named else "")


def _field(fields: str, name: str) -> str:
    found = re.search(rf"^{name}[ \t]*:[ \t]*(\S+)", fields, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


# ---- words -----------------------------------------------------------------------------------------------------


def _words(part: Part, report: bool) -> str:
    """All the words of a part. Of alternatives the first that has any; a report's machine part is none."""
    if part.attached and part.kind != "message/rfc822":
        return ""
    if part.kind == "multipart/alternative":
        ranked = sorted(part.parts, key=lambda one: one.kind != "text/plain")
        return next((found for found in (_words(one, report) for one in ranked) if found.strip()), "")
    if part.kind in ("message/rfc822", "message/global") and part.parts:
        return "" if report else _enclosed(part.parts[0])
    if part.parts:
        return "\n\n".join(found for found in (_words(one, report) for one in part.parts) if found.strip())
    if part.kind == "text/html":
        return html_words(lettered(part.data[:HTML_MOST], part.charset or _declared(part.data)))
    if _is_tnef(part):
        return _tnef(part.data)[0]
    if part.kind.startswith("multipart/") or (part.kind.startswith("text/") and part.kind != "text/rfc822-headers"):
        readable = part.kind in ("text/plain", "text/enriched", "text/markdown") or part.kind.startswith("multipart/")
        return lettered(part.data[: 4 * TEXT_MOST], part.charset) if readable else ""
    return ""


def _enclosed(inner: Part) -> str:
    """A mail within a mail, with who wrote it."""
    lines = [f"{name}: {decoded(header(inner.head, name))}" for name in ("From", "Date", "Subject")]
    return "\n".join(["----- Forwarded message -----", *lines, "", _words(inner, False)])


def html_words(source: str) -> str:
    """The words of HTML, laid out; nothing of it is shown, followed or run. lxml gives up on very deep nesting."""
    import html_text

    try:
        found = str(html_text.extract_text(source.replace("\0", "")))
    except Exception:  # a parser in C has its own kinds of failing; the words between the tags are left
        found = ""
    return found if found.strip() else re.sub(r"\s+", " ", re.sub(r"<[^<>]*>", " ", source))


def _declared(data: bytes) -> str:
    found = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", data[:4000], re.IGNORECASE)
    return found[1].decode("ascii") if found else ""


# ---- files -----------------------------------------------------------------------------------------------------


def _files(root: Part, report: bool) -> Iterator[Attachment]:
    """What came with it as files: all that is attached or is no text; what a report brings back is ours."""
    for number, part in enumerate(() if report else root.walk()):
        if part.parts or part.kind.startswith("multipart/"):
            continue
        if _is_tnef(part):
            opened = _tnef(part.data)[1]
            yield from opened or [Attachment(name=part.name or "winmail.dat", mime=part.kind, data=part.data)]
        elif part.attached or part.name or not part.kind.startswith("text/"):
            name = " ".join(cleaned(part.name).split()).replace("/", "_").replace("\\", "_")[-120:]
            yield Attachment(name=name or f"{number}.{part.kind.partition('/')[2]}", mime=part.kind, data=part.data)


def _is_tnef(part: Part) -> bool:
    return part.kind in _TNEF or part.name.lower() == "winmail.dat"


def _tnef(data: bytes) -> tuple[str, list[Attachment]]:
    """The words and the files of a winmail.dat; none where it cannot be opened."""
    try:
        from tnefparse import TNEF

        found = TNEF(data)
        body, html = found.body, found.htmlbody
        words = _as_text(body) or html_words(_as_text(html))
        files = [
            Attachment(
                name=cleaned(str(file.long_filename() or file.name or "file"))[-120:],
                mime="application/octet-stream",
                data=bytes(file.data or b""),
            )
            for file in found.attachments
        ]
    except Exception:  # a reader of hostile bytes may fail in any way; the file itself is then what came
        return "", []
    return words, files


def _as_text(value: object) -> str:
    return lettered(value, "").rstrip("\0") if isinstance(value, bytes) else str(value or "").rstrip("\0")
