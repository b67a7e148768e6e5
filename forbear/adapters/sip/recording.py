"""What is kept of a call: her side as it came, byte for byte, ours beside it, and neither before she was told of it.

Her packets are written at the place that their time says, so that order and loss leave the rest where it belongs. While
it is paused nothing of hers is kept: neither her voice nor the tones of keys, nor what comes late from that time.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from forbear.adapters.sip.g711 import RATE, SILENCE

SECONDS_MOST = 900
JUMP_MOST = 2 * RATE
"""Samples by which a packet's own time may run off that of its arrival; beyond, the arrival's counts."""
MARGIN = 2400
"""Samples, three tenths of a second, that stay out after a pause: what was pressed last may still be on its way."""
WAV_FORMAT = {8: 6, 0: 7}
"""A-law and μ-law in a WAV file, by the payload type of the call."""
CHUNK_FRAMES = 3200


@dataclass
class Recording:
    """`codec`: 8 (A-law) or 0 (μ-law). Places are samples since the call was answered."""

    codec: int
    hers: bytearray = field(default_factory=bytearray)
    ours: list[tuple[int, bytes]] = field(default_factory=list)
    is_on: bool = False
    _from: int = 0
    _offset: int | None = None

    def start(self, at: int) -> None:
        """From now on what she says is kept."""
        self.is_on, self._from = True, max(self._from, at)

    def pause(self) -> None:
        """Nothing is kept until `go_on`."""
        self.is_on = False

    def go_on(self, at: int) -> None:
        """After a pause; what comes late from within it stays out."""
        self.is_on, self._from = True, at + MARGIN

    def hear(self, sound: bytes, place: int, at: int) -> bool:
        """Take a packet: `place` by its own time, `at` when it came. Whether it was kept."""
        if self._offset is None or abs(place + self._offset - at) > JUMP_MOST:
            self._offset = at - place
        start = place + self._offset
        if not self.is_on or start < self._from or start > SECONDS_MOST * RATE:
            return False
        if len(self.hers) < start:
            self.hers.extend(SILENCE[self.codec] * (start - len(self.hers)))
        self.hers[start : start + len(sound)] = sound
        return True

    def say(self, sound: bytes, at: int) -> None:
        """What we said, from `at` on; cut short with `hush`."""
        self.ours.append((at, sound))

    def hush(self, at: int) -> None:
        """We stopped in the middle of what we said last."""
        if self.ours:
            begun, sound = self.ours[-1]
            self.ours[-1] = (begun, sound[: max(0, at - begun)])

    def wav(self, until: int) -> Iterator[bytes]:
        """A WAV file in pieces: left what she said, right what we said, as the bytes came, until `until`."""
        length = max(0, min(until, SECONDS_MOST * RATE))
        yield _head(WAV_FORMAT[self.codec], length)
        for start in range(0, length, CHUNK_FRAMES):
            count = min(CHUNK_FRAMES, length - start)
            both = bytearray(2 * count)
            both[0::2] = self._piece(self.hers, 0, start, count, SILENCE[self.codec] * count)
            right = SILENCE[self.codec] * count
            for at, sound in self.ours:
                if at < start + count and at + len(sound) > start:
                    right = self._piece(sound, at, start, count, right)
            both[1::2] = right
            yield bytes(both)

    def _piece(self, sound: bytes | bytearray, at: int, start: int, count: int, under: bytes) -> bytes:
        """`count` bytes from `start` of a sound that begins at `at`, laid over what is under it."""
        first, last = max(start, at), min(start + count, at + len(sound))
        if last <= first:
            return under
        laid = bytearray(under)
        laid[first - start : last - start] = sound[first - at : last - at]
        return bytes(laid)


def _head(number: int, length: int) -> bytes:
    """The head of a WAV file of two channels of G.711; what is no linear PCM needs a fact chunk."""
    size = 2 * length
    form = struct.pack("<HHIIHHH", number, 2, RATE, 2 * RATE, 2, 8, 0)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"fact" + struct.pack("<II", 4, length)
    chunks += b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + size) + b"WAVE" + chunks
