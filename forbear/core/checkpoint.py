"""A checkpoint of the log: its name, size and root in three lines, signed as a note that any C2SP tool reads.

Formats: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature (Ed25519 with a time). The signing and checking of
Ed25519 itself comes as an argument, so that this file can be read, and trusted, without a library.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from forbear.core.merkle import HASH_BYTES

NOTE_CHARS_MAX = 100_000
SIGNATURES_MAX = 100
SIZE_MAX = 2**63 - 1
_DASH = "— "

Check = Callable[[bytes, bytes, bytes], bool]
"""Whether (public key, message, signature) hold together by Ed25519; False, never an exception, where they do not."""


class BadNote(ValueError):
    """A note, a checkpoint or a public key that is none, or that its key did not sign; the text says which."""


class KeyKind(IntEnum):
    """What a key of a note signs (signed-note, "Signature types")."""

    LOG = 0x01
    """Ed25519 over the body"""
    WITNESS = 0x04
    """Ed25519 over time and body: cosignature/v1"""


@dataclass(frozen=True)
class Checkpoint:
    """The log called `origin` had `size` leaves under this root."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The three lines that are signed (tlog-checkpoint, "Note text")."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode('ascii')}\n"


def read_checkpoint(body: str, *, extended: bool = False) -> Checkpoint:
    """The checkpoint of a note's body; raises BadNote. Further lines, which tlog-checkpoint knows, are refused unless
    `extended`: our log has none, and nobody could check what they say.
    """
    *lines, end = body.split("\n")
    if end or not all(lines) or len(lines) < 3 or (len(lines) > 3 and not extended):
        raise BadNote("a checkpoint has three lines: the log's name, its size and its root")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or str(int(size[:20])) != size or int(size) > SIZE_MAX:
        raise BadNote(f"the size of a checkpoint is {size[:30]!r} and no number of leaves")
    hashed = _decoded(root)
    if len(hashed) != HASH_BYTES:
        raise BadNote(f"the root of a checkpoint has {len(hashed)} bytes instead of {HASH_BYTES}")
    return Checkpoint(origin, int(size), hashed)


# ---- keys ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vkey:
    """A public key as notes name it."""

    name: str
    kind: KeyKind
    public_key: bytes

    @property
    def hash(self) -> bytes:
        """The 4 bytes by which a signature names its key (signed-note, "Signatures")."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        key = b64encode(bytes([self.kind]) + self.public_key).decode("ascii")
        return f"{self.name}+{self.hash.hex()}+{key}"


def vkey(name: str, public_key: bytes, kind: KeyKind = KeyKind.LOG) -> str:
    """The public key's one-line text: name+hash+key (signed-note, "Verifier keys")."""
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x20 for char in name):
        raise BadNote(f"{name!r} cannot name a key: no blanks and no plus, such as lender.example/ledger")
    return str(Vkey(name, kind, public_key))


def read_vkey(text: str) -> Vkey:
    """The public key in a vkey text; raises BadNote."""
    name, _, rest = text.strip().partition("+")
    hashed, _, key = rest.partition("+")
    data = _decoded(key)
    if not name or len(data) != 33 or data[0] not in (KeyKind.LOG, KeyKind.WITNESS):
        raise BadNote(f"{text[:200]!r} is no public key of a note: name+hash+key, 33 bytes in base64")
    found = Vkey(name, KeyKind(data[0]), data[1:])
    if str(found) != text.strip():
        raise BadNote(f"the public key of {name} does not fit its hash {hashed[:20]!r}")
    return found


# ---- notes -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signature:
    """One signature line of a note. `data`: what follows the 4 bytes that name the key."""

    name: str
    key_hash: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line, with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_hash + self.data).decode('ascii')}\n"


@dataclass(frozen=True)
class Note:
    """A note read, its signatures not looked at yet."""

    body: str
    signatures: tuple[Signature, ...]


def signed(body: str, name: str, stamp: bytes) -> str:
    """The note with its first signature line; `stamp`: the key's 4 bytes and the signature."""
    return f"{body}\n{Signature(name, stamp[:4], stamp[4:]).line}"


def parse_note(note: str) -> Note:
    """Body and signatures of a note; raises BadNote. Nothing is verified: see verify_note."""
    if len(note) > NOTE_CHARS_MAX:
        raise BadNote(f"a note of more than {NOTE_CHARS_MAX} characters is not read")
    if any(ord(char) < 0x20 and char != "\n" for char in note) or any("\ud800" <= char <= "\udfff" for char in note):
        raise BadNote("a note holds text alone, and no control characters")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("a note has a body, an empty line and signature lines that end with a newline")
    found = tuple(signature(line) for line in lines[:-1].split("\n"))
    if len(found) > SIGNATURES_MAX:
        raise BadNote(f"a note has {SIGNATURES_MAX} signatures at most")
    return Note(text + "\n", found)


def signature(line: str) -> Signature:
    """One signature line without its newline; raises BadNote."""
    name, _, data = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name or "+" in name or not data:
        raise BadNote(f"{line[:200]!r} is no signature line of a note")
    stamp = _decoded(data)
    if len(stamp) < 5:
        raise BadNote(f"the signature line of {name} holds no signature")
    return Signature(name, stamp[:4], stamp[4:])


def verify_note(note: str, vkey: str, check: Check) -> str:
    """The body of a note that the key of `vkey` signed, a log's or a witness's; raises BadNote where it did not, or
    where one of its signatures does not hold. Signatures by other keys are passed over.
    """
    key, read = read_vkey(vkey), parse_note(note)
    own = [one for one in read.signatures if (one.name, one.key_hash) == (key.name, key.hash)]
    if not own:
        raise BadNote(f"the note is not signed by {key.name} with the key that hashes to {key.hash.hex()}")
    if not all(holds(read.body, one, key, check) for one in own):
        raise BadNote(f"the signature of {key.name} does not hold")
    return read.body


def holds(body: str, one: Signature, key: Vkey, check: Check) -> bool:
    """Whether this signature is `key`'s over the body."""
    if key.kind is KeyKind.LOG:
        return check(key.public_key, body.encode(), one.data)
    at = cosigned_at(one)
    return at is not None and check(key.public_key, cosigned_message(body, at), one.data[8:])


# ---- cosignatures ----------------------------------------------------------------------------------------------


def cosigned_message(body: str, at: int) -> bytes:
    """What a witness signs: time in seconds since 1970 and the body (tlog-cosignature, "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {at}\n{body}".encode()


def cosigned_data(at: int, own: bytes) -> bytes:
    """What stands in a witness's line behind the key's 4 bytes: the time in 8 bytes, then the signature."""
    return at.to_bytes(8, "big") + own


def cosigned_at(one: Signature) -> int | None:
    """The time a witness's line names, in seconds since 1970; None where the line is no witness's."""
    at = int.from_bytes(one.data[:8], "big")
    return at if len(one.data) == 72 and at <= SIZE_MAX else None


def _decoded(text: str) -> bytes:
    """Standard base64 in its one form; raises BadNote."""
    try:
        data = b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise BadNote(f"{text[:100]!r} is not base64") from error
    if b64encode(data).decode("ascii") != text:
        raise BadNote(f"{text[:100]!r} is not the one base64 form of what it says")
    return data
