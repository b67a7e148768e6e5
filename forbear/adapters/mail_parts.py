"""The parts of a mail, taken apart from raw bytes by hand: no nesting, length or broken boundary makes this fail.

The standard library's parser takes a mail apart by recursion and grows slow with depth; this one goes DEPTH_MOST deep
and PARTS_MOST wide, and what lies below is one file. Headers are the standard library's.
"""

import codecs
import re
from binascii import Error as NotBase64
from binascii import a2b_base64, a2b_qp, a2b_uu
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value, getaddresses

DEPTH_MOST = 60
PARTS_MOST = 500
HEADER_MOST = 8_000
"""Characters of a header that are looked at."""
_END_OF_HEAD = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_ENCODED = re.compile(r"(=\?[^?\s]{1,60}\?[bq]\?[^?]*\?=)(?=\S)", re.IGNORECASE)


@dataclass
class Part:
    """A part: its headers, its bytes as they stand, and what it is made of."""

    head: Message
    body: bytes
    kind: str
    parts: list["Part"] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        """Its bytes without their transfer encoding; what cannot be decoded stays as it is."""
        return unpacked(self.body, header(self.head, "Content-Transfer-Encoding").strip().lower())

    @property
    def attached(self) -> bool:
        """Whether it is meant to be a file of its own."""
        return header(self.head, "Content-Disposition").strip().lower().startswith("attachment")

    @property
    def name(self) -> str:
        """Its file name, "" where it has none."""
        for place, parameter in (("content-disposition", "filename"), ("content-type", "name")):
            if found := _parameter(self.head, parameter, place):
                return decoded(found)
        return ""

    @property
    def charset(self) -> str:
        """What it says its letters are."""
        return _parameter(self.head, "charset", "content-type")

    def walk(self) -> Iterator["Part"]:
        """Itself and all it is made of, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()


def parted(raw: bytes) -> Part:
    """A mail's parts."""
    return _part(raw, 0, [PARTS_MOST], "text/plain")


def _part(raw: bytes, depth: int, left: list[int], usual: str) -> Part:
    head, body = headed(raw)
    part = Part(head, body, _kind(head, usual))
    if depth >= DEPTH_MOST or left[0] <= 0:
        if part.kind.startswith(("multipart/", "message/")):
            part.kind = "text/plain"  # what lies deeper is shown as it stands
        return part
    if part.kind.startswith("multipart/"):
        within = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
        boundary = _parameter(head, "boundary", "content-type").encode("utf-8", "surrogateescape")
        for piece in _pieces(body, boundary) if boundary else ():
            left[0] -= 1
            if left[0] < 0:
                break
            part.parts.append(_part(piece, depth + 1, left, within))
        if not part.parts:
            part.kind = "text/plain"  # a multipart without its parts: what it says is read as words
    elif part.kind in ("message/rfc822", "message/global"):
        left[0] -= 1
        part.parts.append(_part(part.data, depth + 1, left, "text/plain"))
    return part


def headed(raw: bytes) -> tuple[Message, bytes]:
    """A block of headers and what comes after it; a first line that is no header makes all of it the body."""
    if raw[:1] in (b"\n", b"\r"):
        return Message(), raw.lstrip(b"\r\n")
    found = _END_OF_HEAD.search(raw)
    block, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    if block.startswith(b"From "):
        block = block.partition(b"\n")[2]  # a mailbox file's line
    block = re.sub(rb"\r(?!\n)", b"\n", block).replace(b"\0", b"")
    try:
        head = HeaderParser(policy=compat32).parsestr(lettered(block, "") + "\n\n")
    except (MessageError, ValueError, LookupError, RecursionError):
        return Message(), raw
    rest = head.get_payload() if isinstance(head.get_payload(), str) else ""
    if rest.strip():  # the block stopped being headers half-way: from there on it is words
        return head, rest.encode("utf-8", "replace") + b"\n\n" + body
    return (head, body) if head.keys() else (Message(), raw)


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the lines of a boundary; what comes after the last one is left out only where it ends."""
    lines = list(re.finditer(rb"(?:^|(?<=[\r\n]))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r\n|\n|\r|$)", body))
    for place, line in enumerate(lines):
        if line[1]:
            return
        end = lines[place + 1].start() if place + 1 < len(lines) else len(body)
        piece = body[line.end() : end]
        yield piece[:-2] if piece.endswith(b"\r\n") else piece[:-1] if piece.endswith((b"\n", b"\r")) else piece


def _kind(head: Message, usual: str) -> str:
    value = header(head, "Content-Type").partition(";")[0].strip().lower()
    return value if re.fullmatch(r"[\w.+-]{1,80}/[\w.+-]{1,80}", value) else usual


def unpacked(body: bytes, encoding: str) -> bytes:
    """Bytes without a transfer encoding."""
    try:
        if encoding == "base64":
            runs = (_BASE64.sub(b"", run) for run in re.split(rb"=+", body))
            return b"".join(a2b_base64(run[: len(run) - (len(run) % 4 == 1)] + b"==") for run in runs if run)
        if encoding == "quoted-printable":
            return a2b_qp(body)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return b"".join(a2b_uu(line) for line in _uu_lines(body))
    except (NotBase64, ValueError):
        pass
    return body


def _uu_lines(body: bytes) -> Iterator[bytes]:
    inside = False
    for line in body.splitlines():
        if line.startswith(b"begin "):
            inside = True
        elif line.strip() == b"end":
            return
        elif inside and line:
            yield line


# ---- headers ---------------------------------------------------------------------------------------------------


def header(head: Message, name: str) -> str:
    """A header as it stands, its folds undone, as much of it as is looked at; "" where it is missing."""
    return re.sub(r"\r?\n[ \t]*", " ", str(head.get(name) or "")[:HEADER_MOST])


def headers(head: Message, name: str) -> list[str]:
    """Every header of a name."""
    return [re.sub(r"\r?\n[ \t]*", " ", str(value)[:HEADER_MOST]) for value in head.get_all(name) or ()]


def decoded(text: str) -> str:
    """A header's words as a person reads them: encoded words (RFC 2047) and bytes that are simply there."""
    try:
        found = decode_header(_ENCODED.sub(r"\1 ", text[:HEADER_MOST]))
    except (MessageError, ValueError, NotBase64):
        found = [(text, None)]
    return "".join(_word(part, charset) for part, charset in found)


def _word(part: bytes | str, charset: str | None) -> str:
    """What decode_header gives: letters, or bytes of a charset, or letters that it has spelt in ASCII."""
    if isinstance(part, str):
        return part
    return lettered(part, charset) if charset else part.decode("raw_unicode_escape", "replace")


def addresses(values: list[str]) -> tuple[str, ...]:
    """The addresses of headers, in small letters, each once. They are taken apart before anything in them is decoded,
    so that no encoded name can hold another address.
    """
    try:
        found = getaddresses([value.replace("\0", "") for value in values])
    except (RecursionError, ValueError, IndexError, TypeError):
        return ()
    plain = (address.encode("utf-8", "replace").decode().strip().lower() for _, address in found)
    return tuple(dict.fromkeys(address for address in plain if "@" in address and len(address) <= 320))


def _parameter(head: Message, name: str, place: str) -> str:
    if len(str(head.get(place) or "")) > HEADER_MOST:
        return ""
    try:
        found = head.get_param(name, "", place)
        value = collapse_rfc2231_value(found) if isinstance(found, tuple) else found
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return str(value or "").strip()


# ---- letters ---------------------------------------------------------------------------------------------------

_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "ascii": "", "iso8859-1": "", "cp1252": ""}
"""Names that programs use for more than they mean; "" where the name says nothing."""
_NO_TEXT = {"unicode_escape", "raw_unicode_escape", "punycode", "idna", "undefined", "mbcs", "oem"}
_CHINESE = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*\Z")
_BIG5 = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf9][\x40-\x7e\xa1-\xfe])*\Z")


def lettered(data: bytes, charset: str) -> str:
    """Bytes as letters: by the charset they are said to be of where they are, else by what they can be."""
    for codec in _codecs(data, charset):
        try:
            return data.decode(codec)
        except (UnicodeError, ValueError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _codecs(data: bytes, charset: str) -> Iterator[str]:
    try:
        found = codecs.lookup(charset.strip(" \"'").partition("*")[0] or "ascii")
        name = found.name if found._is_text_encoding and found.name not in _NO_TEXT else ""
    except (LookupError, ValueError, UnicodeError):
        name = ""
    if _WIDER.get(name, name).startswith(("gb", "big5")) and _is_utf8(data):
        yield "utf-8"
    if (name == "iso2022_jp" or not data.isascii()) and (wider := _WIDER.get(name, name)):
        yield wider
    yield "utf-8" if name != "utf-7" and not name.startswith(("iso2022", "hz", "utf-16", "utf-32")) else name
    if _CHINESE.match(data):
        yield "gb18030"
    if name == "gb18030" or charset.lower().startswith(("gb", "cn-gb", "x-gb")):
        yield "gb18030"
    if _BIG5.match(data):
        yield "big5hkscs"


def _is_utf8(data: bytes) -> bool:
    """Whether bytes that are said to be Chinese letters of another kind are UTF-8: by chance two signs of three bytes
    each never are.
    """
    try:
        return sum(1 for sign in data.decode("utf-8") if sign >= "\u0800") >= 2
    except UnicodeDecodeError:
        return False
