"""G.711, the two ways a telephone writes a sample in a byte (ITU-T G.711), as tables of 256: Python has none any more.

Samples are whole numbers of 16 bits, signed. Bytes pass through as they come; only sounds of the lender's files, which
are linear, are written anew, once, when they are loaded.
"""

import sys
from array import array
from collections.abc import Sequence
from functools import cache

RATE = 8000
FRAME = 160
"""Bytes, and samples, of 20 milliseconds."""
SEGMENT, QUIET_BITS = 4, 0x55
ULAW_BIAS, ULAW_MOST = 0x84, 32_635
ALAW_SILENCE, ULAW_SILENCE = 0xD5, 0xFF
LOUD = 1024
"""The mean height of a frame from which somebody speaks: about -30 dB of the most there is."""


def from_alaw(sign: int) -> int:
    """The sample of an A-law byte."""
    value = sign ^ QUIET_BITS
    low, exponent = (value & 0x0F) << 4, (value & 0x70) >> SEGMENT
    height = low + 8 if exponent == 0 else (low + 0x108) << (exponent - 1)
    return height if value & 0x80 else -height


def from_ulaw(sign: int) -> int:
    """The sample of a μ-law byte."""
    value = ~sign & 0xFF
    height = ((((value & 0x0F) << 3) + ULAW_BIAS) << ((value & 0x70) >> SEGMENT)) - ULAW_BIAS
    return -height if value & 0x80 else height


def to_alaw(sample: int) -> int:
    """The A-law byte of a sample."""
    sign, height = (0x80, sample >> 3) if sample >= 0 else (0, (-sample - 1) >> 3)
    exponent = max(0, height.bit_length() - 5)
    low = height >> 1 if exponent == 0 else height >> exponent
    return (sign | exponent << SEGMENT | low & 0x0F) ^ QUIET_BITS


def to_ulaw(sample: int) -> int:
    """The μ-law byte of a sample."""
    sign, height = (0x80, -sample) if sample < 0 else (0, sample)
    height = min(height, ULAW_MOST) + ULAW_BIAS
    exponent = height.bit_length() - 8
    return ~(sign | exponent << SEGMENT | (height >> (exponent + 3)) & 0x0F) & 0xFF


FROM_ALAW, FROM_ULAW = tuple(map(from_alaw, range(256))), tuple(map(from_ulaw, range(256)))
ALAW_TO_ULAW = bytes(map(to_ulaw, FROM_ALAW))
"""For `bytes.translate`: the sounds are kept as A-law, and a call may want the other."""
HEIGHTS = {8: bytes(abs(s) >> 7 for s in FROM_ALAW), 0: bytes(abs(s) >> 7 for s in FROM_ULAW)}
SILENCE = {8: bytes([ALAW_SILENCE]), 0: bytes([ULAW_SILENCE])}


def is_loud(payload: bytes, codec: int) -> bool:
    """Whether somebody speaks in a frame of payload type `codec`."""
    return bool(payload) and sum(payload.translate(HEIGHTS[codec])) << 7 > LOUD * len(payload)


@cache
def _alaw_table() -> bytes:
    return bytes(to_alaw(sample) for sample in range(-32_768, 32_768))


def alaw_of(samples: Sequence[int]) -> bytes:
    """Linear samples as A-law."""
    table = _alaw_table()
    return bytes(table[sample + 32_768] for sample in samples)


def linear(payload: bytes, codec: int = 8) -> list[int]:
    """The samples of G.711 bytes."""
    table = FROM_ALAW if codec == 8 else FROM_ULAW
    return [table[sign] for sign in payload]


def samples_of(pcm: bytes) -> "array[int]":
    """The samples of a WAV file's 16-bit data, which is little-endian."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
