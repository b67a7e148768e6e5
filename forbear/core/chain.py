"""The bytes of the record: canonical form, salted disclosures, leaf hashes and the chain of one case.

What is stored is what is hashed: a body is encoded once, its hash taken over those bytes, and verification never
encodes again. Canonical bytes are the JCS profile of RFC 8785 without floats; a leaf is hashed as in RFC 6962; a
private group is an RFC 9901 disclosure, of which only the salted digest stands in the body.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

BODY_BYTES_MAX = 65_535
"""The uint16 length of a tiled log entry: an event never grows past it, its disclosures stand beside it."""

_EXACT = 2**53


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value: sorted ASCII keys, no spaces, UTF-8, integers within ±2^53, no floats."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _check(value: Any) -> None:
    if isinstance(value, str) or value is None:  # what there is most of comes first: every byte of the record passes
        return
    if isinstance(value, dict):
        for key, item in value.items():
            assert isinstance(key, str) and key.isascii(), f"the key {key!r} is not ASCII text"
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif not isinstance(value, bool):
        assert isinstance(value, int) and -_EXACT < value < _EXACT, f"{value!r} is no exact number of the record"


def encoded(data: bytes) -> str:
    """Base64url without padding, the text form of every digest in a body."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def leaf_hash(body: bytes) -> bytes:
    """SHA-256 over a zero byte and the body: the leaf of a Merkle log (RFC 6962 §2.1)."""
    return sha256(b"\x00" + body).digest()


def disclosure(salt: bytes, name: str, value: Any) -> str:
    """The text that opens one commitment: base64url of the canonical [salt, name, value] (RFC 9901 §4.2)."""
    assert len(salt) >= 16, "a salt has 128 bits at least"
    return encoded(canonical([encoded(salt), name, value]))


def commitment(disclosed: str) -> str:
    """What the body holds of a disclosure: base64url of the SHA-256 over its ASCII text."""
    return encoded(sha256(disclosed.encode("ascii")).digest())


@dataclass(frozen=True)
class Sealed:
    """An event as it will be stored: its exact bytes, their leaf hash, and the disclosures in the body's order."""

    seq: int
    body: bytes
    leaf_hash: bytes
    disclosures: tuple[tuple[str, str], ...]
    """(name, disclosure text) of each private group."""


def seal(
    *,
    header: Mapping[str, Any],
    seq: int,
    previous: bytes,
    public: Mapping[str, Any],
    private: Sequence[tuple[str, Any, bytes]],
) -> Sealed:
    """Make an event's bytes. `header`: log, case, type, tv, at, occ, actor, chan, cmd, cause as plain JSON;
    `previous`: leaf hash of the case's event before, empty for its first; `private`: (name, plain value, salt).
    """
    disclosures = tuple((name, disclosure(salt, name, value)) for name, value, salt in private)
    body = canonical(
        {
            "v": 1,
            **header,
            "seq": seq,
            "prev": encoded(previous),
            "pub": dict(public),
            "_sd": sorted(commitment(text) for _, text in disclosures),
        }
    )
    assert len(body) <= BODY_BYTES_MAX, "an event's body is too long for the log"
    return Sealed(seq, body, leaf_hash(body), disclosures)


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a stored chain: at which event of the case, and what."""

    seq: int
    problem: str


def verify_chain(stored: Iterable[tuple[bytes, bytes]]) -> tuple[Flaw, ...]:
    """Check the events of one case in order, given (body, leaf hash) as stored; no flaw means an empty tuple."""
    flaws: list[Flaw] = []
    previous = b""
    for seq, (body, hash_stored) in enumerate(stored):
        if leaf_hash(body) != hash_stored:
            flaws.append(Flaw(seq, "the bytes do not match their hash"))
        try:
            value = json.loads(body)
        except ValueError:
            flaws.append(Flaw(seq, "the bytes are not JSON"))
        else:
            if not isinstance(value, dict) or value.get("seq") != seq:
                flaws.append(Flaw(seq, "the number in the case is out of order"))
            elif value.get("prev") != encoded(previous):
                flaws.append(Flaw(seq, "the link to the event before is broken"))
        previous = hash_stored
    return tuple(flaws)


def opens(body: bytes, disclosed: str) -> bool:
    """Whether a disclosure's commitment stands in the body."""
    value = json.loads(body)
    return isinstance(value, dict) and commitment(disclosed) in value.get("_sd", ())
