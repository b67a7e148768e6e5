"""Recordings on their way in: what kind of sound they are, by their first bytes, and how long they may be."""

from collections.abc import Iterable, Iterator

from forbear.core.refusal import Refusal

RECORDING_BYTES_MAX = 200 * 1024 * 1024
SOUND_HEAD = 12


def sound_of(head: bytes) -> str:
    """The media type of a recording by its first twelve bytes; "" for what is no sound we play."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] in (b"\xfb", b"\xf3", b"\xf2", b"\xfa")):
        return "audio/mpeg"
    if head[:4] == b"OggS":
        return "audio/ogg"
    if head[4:8] == b"ftyp":
        return "audio/mp4"
    return "audio/webm" if head[:4] == b"\x1a\x45\xdf\xa3" else ""


class NoRecording(Exception):
    """What comes is not kept; `why` is counted, `refusal` is said."""

    def __init__(self, why: str, refusal: Refusal) -> None:
        super().__init__(why)
        self.why, self.refusal = why, refusal


class Incoming:
    """The bytes of a recording, looked at on their way: a known kind of sound, not empty, not too long."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        size, first = 0, b""
        for chunk in self._chunks:
            size += len(chunk)
            if size > RECORDING_BYTES_MAX:
                facts = {"most": RECORDING_BYTES_MAX // 1024 // 1024}
                raise NoRecording("long", Refusal("telephone.long", "telephone.refusal.long", facts=facts))
            if len(first) < SOUND_HEAD:
                first += chunk
                if len(first) < SOUND_HEAD:
                    continue
                chunk = first
                if not sound_of(first):
                    raise NoRecording("kind", Refusal("telephone.kind", "telephone.refusal.kind"))
            yield chunk
        if len(first) < SOUND_HEAD:
            raise NoRecording("empty", Refusal("telephone.empty", "telephone.refusal.empty"))
