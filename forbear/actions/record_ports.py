"""The holes in the wall behind which the log is signed and its proofs are made.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from forbear.core.log_audit import HeldTo
from forbear.core.log_keys import Step


class LogBroken(Exception):
    """The log as it stands does not go on from what was signed of it, or is damaged; nothing is signed over it."""


class TimestampAway(Exception):
    """The timestamp authority did not answer, or answered with a refusal; it may be asked again."""


class TimestampLies(Exception):
    """A token that is none for these bytes: over other bytes, of another request, or not signed as it should; `check`
    names what found it.
    """

    def __init__(self, check: str, problem: str) -> None:
        super().__init__(f"timestamp {check}: {problem}")
        self.check = check


class LogKey(Protocol):
    """The key that signs checkpoints. It may lie in a file, in a module of hardware or with a service."""

    @property
    def origin(self) -> str:
        """The log's name, the first line of every checkpoint, such as desk.lender.example/ledger."""

    @property
    def vkey(self) -> str:
        """The public key as notes name it (core/checkpoint.py: vkey); what others hold to check what is signed."""

    def sign(self, body: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature over these bytes."""

    def now(self) -> "LogKey":
        """The key as it is at this moment; another may take its place between two calls."""

    def own(self) -> Sequence[str]:
        """The public keys of all that are in our hands: this one, those before it, one that waits to be the next."""


class Log(Protocol):
    """The one Merkle log over all cases: its checkpoints and its proofs (core/merkle.py, core/checkpoint.py)."""

    def checkpoint(self) -> str:
        """A signed note over the log as it is now, kept before it is handed out; the newest one kept where nothing was
        appended since. Two notes of one size are one note. Raises LogBroken.
        """

    def latest(self) -> str:
        """The newest note kept, "" where there is none yet."""

    def at(self, size: int) -> str:
        """The note over so many leaves, with the cosignatures kept; "" where none was cut there."""

    def held(self, against: Sequence[tuple[str, str]] = (), since: int = 0) -> HeldTo:
        """What an audit must find the log to agree with: every note kept over `since` leaves or more, what witnesses
        and the timestamp authority said of them, and notes kept elsewhere: `against`, as (where it was kept, note).
        """

    def inclusion(self, leaf: int, size: int) -> tuple[bytes, ...]:
        """The path from a leaf to the root of the first `size` leaves; ValueError where there is no such leaf."""

    def inclusions(self, leaves: Sequence[int], size: int) -> Mapping[int, tuple[bytes, ...]]:
        """The same for many leaves at once."""

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """What shows that the first `new` leaves begin with the first `old`; ValueError where they do not."""

    def steps(self) -> Sequence[Step]:
        """What leads from each key of the log to the next, the first one first."""

    def attest(self, size: int, by: str, data: bytes, at: datetime) -> None:
        """Keep what others say of the note over so many leaves: "tsa", a token; a witness's name, its signature line.
        The first word of each is kept.
        """

    def attested(self, by: str) -> tuple[int, bytes, datetime] | None:
        """The newest (size, data, kept when) by somebody."""

    def token(self, size: int) -> bytes:
        """The timestamp token over the note of this size, b"" for none."""


class Timestamps(Protocol):
    """A timestamp authority of RFC 3161."""

    def stamp(self, data: bytes) -> bytes:
        """A token over these bytes, already read; raises TimestampAway, TimestampLies."""

    def read(self, token: bytes, data: bytes) -> datetime:
        """When the authority says it saw these bytes; raises TimestampLies."""

    def authorities(self, token: bytes) -> bytes:
        """The certificates above the one that signed a token, in PEM: those it carries, and the roots configured; b""
        for none. Whether a reader trusts them is the reader's to say.
        """


class WitnessAway(Exception):
    """The witness did not answer, or with something that is no answer; it may be asked again."""


class WitnessRefuses(Exception):
    """The witness does not sign. `size`: how many events of the log it has seen, None where it did not say."""

    def __init__(self, problem: str, size: int | None = None) -> None:
        super().__init__(problem)
        self.size = size


class Witness(Protocol):
    """Somebody who watches the log and signs that it only grows."""

    @property
    def name(self) -> str:
        """The name of its key."""

    @property
    def vkey(self) -> str:
        """Its public key, which bundles name where it signed."""

    def cosign(self, old: int, path: tuple[bytes, ...], note: str) -> str:
        """Its signature line under the note, verified; raises WitnessAway, WitnessRefuses."""


class NoTimestamps:
    """Where no authority is configured: nothing is stamped, and a token that is there anyhow is believed of nobody."""

    def stamp(self, data: bytes) -> bytes:
        return b""

    def read(self, token: bytes, data: bytes) -> datetime:
        raise TimestampLies("roots", "no timestamp authority is configured that could have made it; set FORBEAR_TSA")

    def authorities(self, token: bytes) -> bytes:
        return b""
