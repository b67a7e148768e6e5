"""What the media of a call are (SDP, RFC 4566 and 3264): one audio stream of G.711, keys as telephone events.

Of an offer the first stream of plain RTP with PCMA or PCMU is taken, every other one declined; without such a stream,
or with media from an address that is not let in, there is no call (488).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from forbear.adapters.sip.message import Address

PCMU, PCMA = 0, 8
EVENTS_NAME = "telephone-event/8000"
EVENTS_OURS = 101
BYTES_MOST = 8192
MEDIA_MOST = 16
_ANSWERS = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


@dataclass(frozen=True)
class Media:
    """What was agreed: where to send, the codec (PCMU or PCMA), the payload type of keys or None where there are none,
    whether the other side wants to hear and to speak, and our answer's other lines.
    """

    to: Address
    codec: int
    events: int | None
    hears: bool = True
    direction: str = "sendrecv"
    declined: tuple[tuple[int, str], ...] = ()
    place: int = 0


@dataclass
class _Stream:
    line: str
    kind: str
    port: int
    protocol: str
    formats: list[str]
    address: str
    direction: str
    names: dict[str, str]


def agreed(body: bytes, let_in: Callable[[str], bool]) -> Media | None:
    """What of an offer (or of an answer to ours) we take; None where nothing fits. Never raises."""
    streams = _streams(body)
    for place, stream in enumerate(streams):
        codec = next((c for c in map(_codec_of(stream), stream.formats) if c is not None), None)
        if stream.kind != "audio" or stream.protocol != "RTP/AVP" or not stream.port or codec is None:
            continue
        held = stream.address in ("0.0.0.0", "::")  # noqa: S104 (a hold of RFC 2543, nothing is bound)
        if not held and not let_in(stream.address):
            continue
        direction = "inactive" if held else _ANSWERS[stream.direction]
        events = next((int(f) for f in stream.formats if stream.names.get(f, "") == EVENTS_NAME), None)
        declined = tuple((n, other.line) for n, other in enumerate(streams) if n != place)
        hears = direction in ("sendrecv", "sendonly")
        return Media((stream.address, stream.port), codec, events, hears, direction, declined, place)
    return None


def answer(media: Media, ours: Address, session: int, version: int) -> bytes:
    """Our answer to an offer: the stream taken at its place, the others declined."""
    formats = [media.codec] + ([media.events] if media.events is not None else [])
    lines = _head(ours, session, version)
    others = dict(media.declined)
    for place in range(len(others) + 1):
        lines += [others[place]] if place in others else _audio(ours, formats, media.events, media.direction)
    return ("\r\n".join(lines) + "\r\n").encode()


def offer(ours: Address, session: int, version: int) -> bytes:
    """Our offer where a call came without one."""
    lines = _head(ours, session, version) + _audio(ours, [PCMA, PCMU, EVENTS_OURS], EVENTS_OURS, "sendrecv")
    return ("\r\n".join(lines) + "\r\n").encode()


def _head(ours: Address, session: int, version: int) -> list[str]:
    family = "IP6" if ":" in ours[0] else "IP4"
    return ["v=0", f"o=- {session} {version} IN {family} {ours[0]}", "s=-", f"c=IN {family} {ours[0]}", "t=0 0"]


def _audio(ours: Address, formats: list[int], events: int | None, direction: str) -> list[str]:
    names = {PCMU: "PCMU/8000", PCMA: "PCMA/8000"} | ({events: EVENTS_NAME} if events is not None else {})
    lines = [f"m=audio {ours[1]} RTP/AVP {' '.join(map(str, formats))}"]
    lines += [f"a=rtpmap:{number} {names[number]}" for number in formats]
    lines += [f"a=fmtp:{events} 0-15"] if events is not None else []
    return [*lines, "a=ptime:20", f"a={direction}"]


def _codec_of(stream: _Stream) -> Callable[[str], int | None]:
    """Which of our codecs a payload type is. 0 and 8 mean G.711 by themselves; another number for it is not taken,
    so that what is sent and what is kept bear the number that everybody knows.
    """

    def codec(number: str) -> int | None:
        known = {"0": ("PCMU/8000", PCMU), "8": ("PCMA/8000", PCMA)}.get(number)
        return known[1] if known and stream.names.get(number, known[0]) == known[0] else None

    return codec


def _streams(body: bytes) -> list[_Stream]:
    """The streams of a description; [] where it is none."""
    text = body[:BYTES_MOST].decode("utf-8", "replace")
    address, direction = "", "sendrecv"
    streams: list[_Stream] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        kind, _, value = line.partition("=")
        last = streams[-1] if streams else None
        if kind == "m":
            found = re.fullmatch(r"([a-z]+) ([0-9]{1,5})(?:/[0-9]+)? ([A-Za-z0-9/]+)((?: [^\s]+)+)", value.strip())
            if found is None or int(found[2]) > 65535 or len(streams) == MEDIA_MOST:
                return []
            declined = f"m={found[1]} 0 {found[3]}{found[4]}"
            port, formats = int(found[2]), found[4].split()
            streams.append(_Stream(declined, found[1], port, found[3], formats, address, direction, {}))
        elif kind == "c":
            stands = _address(value)
            if last is None:
                address = stands
            else:
                last.address = stands
        elif kind == "a" and value in _ANSWERS:
            if last is None:
                direction = value
            else:
                last.direction = value
        elif kind == "a" and last is not None and (named := re.match(r"rtpmap:(\d{1,2}|1[01]\d|12[0-7]) (\S+)", value)):
            last.names[named[1]] = _codec_name(named[2])
    return streams


def _codec_name(text: str) -> str:
    """A codec as we write it, its one channel left unsaid: PCMA/8000, telephone-event/8000."""
    name, _, rate = text.partition("/")
    return f"{name.lower() if name.lower() == 'telephone-event' else name.upper()}/{rate.removesuffix('/1')}"


def _address(value: str) -> str:
    found = re.fullmatch(r"IN IP[46] ([0-9A-Fa-f:.]+)(?:/\d+)*", value.strip())
    try:
        return str(ip_address(found[1])) if found else ""
    except ValueError:
        return ""
