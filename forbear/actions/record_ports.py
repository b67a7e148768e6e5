"""The holes in the wall behind which the log is signed and its proofs are made.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol


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


class Log(Protocol):
    """The one Merkle log over all cases: its checkpoints and its proofs (core/merkle.py, core/checkpoint.py)."""

    def checkpoint(self) -> str:
        """A signed note over the log as it is now, kept before it is handed out; the newest one kept where nothing was
        appended since. Two notes of one size are one note.
        """

    def latest(self) -> str:
        """The newest note kept, "" where there is none yet."""

    def inclusion(self, leaf: int, size: int) -> tuple[bytes, ...]:
        """The path from a leaf to the root of the first `size` leaves; ValueError where there is no such leaf."""

    def inclusions(self, leaves: Sequence[int], size: int) -> Mapping[int, tuple[bytes, ...]]:
        """The same for many leaves at once."""

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """What shows that the first `new` leaves begin with the first `old`; ValueError where they do not."""
