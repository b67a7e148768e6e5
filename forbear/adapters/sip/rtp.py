"""RTP (RFC 3550) of one call: packets read and written, whose packets count, and keys pressed (RFC 4733). Pure.

Only what comes from the address of the call counts. Where the first packet comes from another port of the same address,
as behind an address translation, that port is taken, once; everything else is from elsewhere, and counted as that.
"""

import struct
from collections import deque
from dataclasses import dataclass, field

from forbear.adapters.sip.message import Address
from forbear.adapters.sip.sdp import Media

HEAD = struct.Struct("!BBHII")
BYTES_MOST = 1500
KEYS = "0123456789*#"
KNOWN_KEYS = 16
"""Events remembered: a packet of one that is over, come late, is no new one."""
PROBATION = 2
"""Packets in a row that a new source of the same address needs before it is the call's (RFC 3550 A.1)."""
WRAP, HALF = 1 << 32, 1 << 31


@dataclass(frozen=True)
class Packet:
    payload_type: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes
    marker: bool = False


def read_packet(data: bytes) -> Packet | None:
    """A datagram as a packet; None for anything else. Never raises."""
    if not HEAD.size <= len(data) <= BYTES_MOST:
        return None
    first, second, sequence, timestamp, source = HEAD.unpack_from(data)
    start, end = HEAD.size + 4 * (first & 0x0F), len(data)
    if first >> 6 != 2:
        return None
    if first & 0x10:
        if end < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & 0x20:
        end -= data[-1] or BYTES_MOST
    if end < start:
        return None
    return Packet(second & 0x7F, sequence, timestamp, source, data[start:end], bool(second & 0x80))


def written(packet: Packet) -> bytes:
    """A packet as it goes out."""
    second = packet.payload_type | (0x80 if packet.marker else 0)
    return HEAD.pack(0x80, second, packet.sequence, packet.timestamp, packet.source) + packet.payload


def ahead(of: int, than: int, wrap: int) -> int:
    """How far one counter is ahead of another, both of which begin again at `wrap`; negative where it is behind."""
    return (of - than + wrap // 2) % wrap - wrap // 2


@dataclass
class Counts:
    """Of one call: packets taken, from elsewhere, unreadable or of no known type, come twice, lost, sent."""

    taken: int = 0
    elsewhere: int = 0
    noise: int = 0
    twice: int = 0
    lost: int = 0
    sent: int = 0


@dataclass
class Heard:
    """What a packet brought: sound, at a place in samples since the first one, or a key."""

    sound: bytes = b""
    place: int = 0
    key: str = ""


@dataclass
class Hearing:
    """Listens to one call. `media` as agreed last; `take` is called with every datagram of its port."""

    media: Media
    counts: Counts = field(default_factory=Counts)
    latched: Address | None = None
    _source: int | None = None
    _next: int = 0
    _missing: set[int] = field(default_factory=set)
    _origin: int = 0
    _furthest: int = 0
    _newcomer: tuple[int, int, int] = (-1, 0, 0)
    _keys: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KNOWN_KEYS))

    def moved(self, media: Media) -> None:
        """The media were agreed anew; another address is found anew."""
        if media.to != self.media.to:
            self.latched = None
        self.media = media

    def take(self, data: bytes, source: Address) -> Heard | None:
        """What a datagram brings; None where it counts for nothing."""
        if not self._is_ours(source):
            self.counts.elsewhere += 1
            return None
        packet = read_packet(data)
        if packet is None or packet.payload_type not in (self.media.codec, self.media.events):
            self.counts.noise += 1
            return None
        self.latched = source
        if packet.payload_type == self.media.events:
            return self._key(packet)
        return self._sound(packet)

    def _is_ours(self, source: Address) -> bool:
        return source == self.latched if self.latched else source[0] == self.media.to[0]

    def _sound(self, packet: Packet) -> Heard | None:
        if self._source is None:
            self._begin(packet, 0)
        elif packet.source != self._source and not self._changed(packet):
            return None
        if not self._follows(packet):
            return None
        place = self._furthest + ahead(packet.timestamp, self._origin + self._furthest, WRAP)
        self._furthest = max(self._furthest, place)
        return Heard(sound=packet.payload, place=place)

    def _follows(self, packet: Packet) -> bool:
        """Count a packet of the call's source by its number; False for one that was here before."""
        gap = ahead(packet.sequence, self._next, 1 << 16)
        if gap >= 0:
            self._missing.update((self._next + n) & 0xFFFF for n in range(min(gap, 1000)))
            self.counts.lost += gap
            self._next = (packet.sequence + 1) & 0xFFFF
        elif packet.sequence in self._missing:
            self._missing.discard(packet.sequence)
            self.counts.lost -= 1
        else:
            self.counts.twice += 1
            return False
        self.counts.taken += 1
        return True

    def _begin(self, packet: Packet, place: int) -> None:
        self._source, self._next = packet.source, packet.sequence
        self._origin, self._furthest = (packet.timestamp - place) % WRAP, place
        self._missing.clear()

    def _changed(self, packet: Packet) -> bool:
        """A new source of the same address, as after a transfer: taken once it has sent some packets in a row."""
        source, following, count = self._newcomer
        in_row = source == packet.source and following == packet.sequence
        self._newcomer = (packet.source, (packet.sequence + 1) & 0xFFFF, count + 1 if in_row else 1)
        if self._newcomer[2] < PROBATION:
            self.counts.noise += 1
            return False
        self._begin(packet, self._furthest + len(packet.payload))
        return True

    def _key(self, packet: Packet) -> Heard | None:
        """A key counts once, with the first packet that comes of it: all packets of one bear the same timestamp."""
        event = (packet.source, packet.timestamp)
        if len(packet.payload) < 4 or packet.payload[0] >= len(KEYS):
            self.counts.noise += 1
            return None
        if packet.source == self._source:
            self._follows(packet)
        else:
            self.counts.taken += 1  # some send keys as a stream of their own
        if event in self._keys:
            return None
        self._keys.append(event)
        return Heard(key=KEYS[packet.payload[0]])


@dataclass
class Speaking:
    """Writes our packets: one each 20 milliseconds, as the codec was agreed."""

    source: int
    sequence: int
    timestamp: int
    _quiet: bool = True

    def packet(self, payload: bytes, codec: int) -> bytes:
        """The next packet. Only the first after a stillness is marked."""
        data = written(Packet(codec, self.sequence, self.timestamp, self.source, payload, self._quiet))
        self.sequence, self._quiet = (self.sequence + 1) & 0xFFFF, False
        self.timestamp = (self.timestamp + len(payload)) % WRAP
        return data
