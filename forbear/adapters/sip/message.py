"""SIP messages (RFC 3261) as an endpoint behind a telephone system needs them: read from a datagram, written as one.

`read` never raises, whatever comes: a Request, a Response, a BadRequest that deserves a 400, or None for noise that
deserves silence. Header names are lower case and long, lines unfolded, so that nothing read can break a line written.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BYTES_MOST = 16_384
HEADERS_MOST = 128
LINE_MOST = 4096
NUMBER_MOST = 2**31
METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO")

Address = tuple[str, int]
Headers = tuple[tuple[str, str], ...]

_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
    "k": "supported", "s": "subject", "e": "content-encoding",
}  # fmt: skip
_WRITTEN = {"call-id": "Call-ID", "cseq": "CSeq"}
_LISTS = ("via", "route", "record-route", "contact", "require", "supported")
_NEEDED = ("via", "from", "to", "call-id", "cseq")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_VIA = re.compile(r"SIP\s*/\s*2\.0\s*/\s*([A-Za-z0-9]+)\s+(\[[0-9A-Fa-f:.]+\]|[^\s:;,]+)\s*(?::\s*(\d{1,5}))?\s*(;.*)?")
_REASONS = {
    100: "Trying", 200: "OK", 400: "Bad Request", 405: "Method Not Allowed", 415: "Unsupported Media Type",
    420: "Bad Extension", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 486: "Busy Here",
    488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error", 505: "Version Not Supported",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """A request; `headers` in their order."""

    method: str
    uri: str
    headers: Headers
    body: bytes = b""

    def first(self, name: str) -> str:
        """The first header of that name; "" without one."""
        return next((value for known, value in self.headers if known == name), "")

    def every(self, name: str) -> list[str]:
        """Every header of that name, lists taken apart."""
        return [value for known, value in self.headers if known == name]

    @property
    def sequence(self) -> int:
        """The number of its CSeq."""
        return int(self.first("cseq").split()[0])

    @property
    def transaction(self) -> tuple[str, str, str]:
        """By what a repeat is known again: branch and sender of the top Via (RFC 3261 §17.2.3), and, for who writes
        no branch, which request of which call it is.
        """
        via = self.first("via")
        return parameter(via, "branch"), via.partition(";")[0], f"{self.first('call-id')} {self.sequence}"


@dataclass(frozen=True)
class Response:
    status: int
    headers: Headers
    body: bytes = b""

    def first(self, name: str) -> str:
        """The first header of that name; "" without one."""
        return next((value for known, value in self.headers if known == name), "")


@dataclass(frozen=True)
class BadRequest:
    """A request that can be answered but not done; `status` 400 or 505."""

    request: Request
    status: int = 400


def read(data: bytes) -> Request | Response | BadRequest | None:
    """What a datagram is. Too long, no SIP, without what an answer needs: None."""
    if len(data) > BYTES_MOST or not data.strip(b"\r\n\x00 "):
        return None
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = data.partition(b"\n\n")
    try:
        lines = head.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        return None
    headers = _headers(lines[1:])
    if headers is None or not gap:
        return None
    first = lines[0].strip()
    if answered := re.fullmatch(r"SIP/2\.0 ([1-6][0-9]{2})(?: .*)?", first):
        return Response(int(answered[1]), headers, body) if _has_all(headers) else None
    return _request(first, headers, body)


def _request(first: str, headers: Headers, body: bytes) -> Request | BadRequest | None:
    parts = first.split(" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not parts[2].upper().startswith("SIP/"):
        return None
    request = Request(parts[0], parts[1], headers, body)
    if not _has_all(headers):
        return None
    if parts[2].upper() != "SIP/2.0":
        return BadRequest(request, 505)
    length = request.first("content-length") or str(len(body))
    if not re.fullmatch(r"[0-9]{1,6}", length) or int(length) > len(body):
        return BadRequest(request)
    request = Request(parts[0], parts[1], headers, body[: int(length)])
    return request if _sound(request) else BadRequest(request)


def _sound(request: Request) -> bool:
    number, _, method = request.first("cseq").partition(" ")
    counted = re.fullmatch(r"[0-9]{1,10}", number) is not None and int(number) < NUMBER_MOST
    once = all(len(request.every(name)) == 1 for name in ("from", "to", "call-id", "cseq"))
    named = bool(parameter(request.first("from"), "tag")) and _uri_like(request.uri)
    return counted and method.strip() == request.method and once and named


def _uri_like(uri: str) -> bool:
    return re.fullmatch(r"(?:sips?|tel):[^\s<>\"]+", uri, re.IGNORECASE) is not None


def _has_all(headers: Headers) -> bool:
    """Whether there is enough to answer at all: every header that an answer repeats, and a Via to send it to."""
    names = {name for name, value in headers if value}
    top = next((value for name, value in headers if name == "via"), "")
    return names.issuperset(_NEEDED) and _VIA.fullmatch(top) is not None


def _headers(lines: Sequence[str]) -> Headers | None:
    """Names and values, folded lines joined; None where a line is none, or there are too many."""
    unfolded: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1] += " " + line.strip()
        else:
            unfolded.append(line)
    if len(unfolded) > HEADERS_MOST or any(len(line) > LINE_MOST or _control(line) for line in unfolded):
        return None
    found: list[tuple[str, str]] = []
    for line in unfolded:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not _TOKEN.fullmatch(name):
            return None
        name, value = _COMPACT.get(name, name), " ".join(value.split())
        found += [(name, item) for item in (comma_list(value) if name in _LISTS else [value])]
    return tuple(found)


def _control(line: str) -> bool:
    return any((ord(sign) < 32 and sign != "\t") or ord(sign) == 127 for sign in line)


def comma_list(value: str) -> list[str]:
    """The parts of a list, commas in quotation marks and angle brackets left alone."""
    parts, start, quoted, angle = [], 0, False, False
    for place, sign in enumerate(value):
        if sign == '"' and value[place - 1 : place] != "\\":
            quoted = not quoted
        elif not quoted and sign in "<>":
            angle = sign == "<"
        elif sign == "," and not quoted and not angle:
            parts.append(value[start:place].strip())
            start = place + 1
    return [part for part in (*parts, value[start:].strip()) if part]


def parameter(value: str, name: str) -> str:
    """A header's own parameter, behind its address: the tag of From, the branch of Via; "" without it."""
    outside = re.sub(r'"(?:\\.|[^"\\])*"|<[^>]*>', "", value)
    found = re.search(rf";\s*{re.escape(name)}\s*=\s*([^\s;,]+)", outside, re.IGNORECASE)
    return found[1] if found else ""


def uri_in(value: str) -> str:
    """The URI of an address header: that in angle brackets, else what stands before the parameters."""
    inside = re.search(r"<([^>]*)>", value)
    return inside[1] if inside else value.partition(";")[0].strip()


def user_in(value: str) -> str:
    """Who an address names: 13800138000 of sip:13800138000@pbx or tel:+86…; "" for nobody."""
    found = re.match(r"(?:sips?:([^@;?]*)@|tel:([^;?]*))", uri_in(value), re.IGNORECASE)
    return (found[1] or found[2] or "") if found else ""


def host_in(uri: str) -> Address | None:
    """Host and port of a SIP URI; the port is 5060 where none is said. None where it has no such shape."""
    found = re.match(r"sips?:(?:[^@\s]*@)?(\[[0-9A-Fa-f:.]+\]|[^:;?>\s]+)(?::(\d{1,5}))?", uri, re.IGNORECASE)
    if found is None or int(found[2] or 5060) > 65535:
        return None
    return found[1].strip("[]"), int(found[2] or 5060)


def answer_to(request: Request, source: Address) -> Address:
    """Where an answer goes: back to where the request came from (RFC 3581), or to the port that its Via names."""
    found = _VIA.fullmatch(request.first("via"))
    rport = re.search(r";\s*rport\b", request.first("via"), re.IGNORECASE)
    port = int(found[3]) if found and found[3] else 5060
    return source if rport or not 0 < port <= 65535 else (source[0], port)


def response(
    request: Request,
    status: int,
    source: Address,
    *,
    tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> bytes:
    """The answer to a request, with the headers it must repeat; `tag` is ours, put on To where it has none."""
    vias = request.every("via")
    top = re.sub(r";\s*(?:received=[^;]*|rport(?:=\d*)?)(?=;|$)", "", vias[0], flags=re.IGNORECASE)
    rport = f";rport={source[1]}" if re.search(r";\s*rport\b", vias[0], re.IGNORECASE) else ""
    to = request.first("to")
    lines = [("via", f"{top};received={source[0]}{rport}"), *(("via", via) for via in vias[1:])]
    lines += [("from", request.first("from"))]
    lines += [("to", to if not tag or parameter(to, "tag") else f"{to};tag={tag}")]
    lines += [("call-id", request.first("call-id")), ("cseq", request.first("cseq")), *headers]
    return written(f"SIP/2.0 {status} {_REASONS[status]}", lines, body)


def written(first: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """A message as it goes out."""
    lines = [first, *(f"{_WRITTEN.get(name, name.title())}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
