"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from forbear.core.sms import Fate, Gateway

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


# ---- mail ------------------------------------------------------------------------------------------------------


# ---- text messages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a carrier says became of a message. `carrier`: the id it gave when it took it; `code`: its own word."""

    carrier: str
    fate: Fate
    code: str


@dataclass(frozen=True, kw_only=True)
class TextIn:
    """A text message that came. `id`: the carrier's, or one made of what came where it gives none; `number` as it came;
    `joint`, `part`, `parts`: of a longer message that comes in parts, whose parts share `joint`.
    """

    id: str
    number: str
    text: str
    sent_at: datetime | None = None
    joint: str = ""
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A text message that belongs to no case for sure; `why`: unknown, several, closed, many, same-id."""

    id: str
    number: str
    text: str
    came_at: datetime
    why: str


class TextGateway(Protocol):
    """The carrier's side of text messages that comes to us over HTTP; sending is a Messenger."""

    counting: Gateway

    def admits(self, secret: str, address: str) -> bool:
        """Whether a caller knows the secret of the address and calls from where the carrier does."""

    def receipts(self, body: bytes) -> tuple[Receipt, ...]:
        """What a callback says became of messages; what is still on its way is left out. ValueError: not readable."""

    def texts(self, body: bytes) -> tuple[TextIn, ...]:
        """The text messages of a callback; ValueError: not readable."""

    def answer(self) -> Mapping[str, object]:
        """What the carrier wants to hear when all of it was taken."""


class Texts(Protocol):
    """What was handed to carriers, what they say of it, and what came from them."""

    def handed(self, carriers: Sequence[str], *, case_id: str, thing: str, at: datetime) -> None:
        """One attempt to send a notice, message or code (`thing`): the carrier's ids of its parts, in order."""

    def reported(self, receipt: Receipt, at: datetime) -> tuple[str, str] | None:
        """Keep a receipt, also one whose message we do not know yet; (case, thing) where we do. Arrived stands for
        good; of others the first.
        """

    def fate(self, thing: str) -> tuple[Fate, str] | None:
        """What became of a thing over all its attempts (core/sms.py: fate_of), with the carrier's word for it."""

    def whole(self, text: TextIn, at: datetime) -> TextIn | None:
        """The message a part belongs to, once all parts are here; None until then. The same part twice is one."""

    def loose(self, before: datetime) -> tuple[TextIn, ...]:
        """What is here of messages whose other parts did not come since then, as one text each; twice is the same."""

    def keep(self, text: TextIn, at: datetime, case_id: str, why: str) -> bool:
        """Keep a message that came, for a case or ("" and why) for a person; False when it was kept before."""

    def stray(self, id: str) -> Stray | None:
        """One that waits for a person."""

    def strays(self, limit: int) -> tuple[Stray, ...]:
        """What waits for a person, oldest first, at most so many."""

    def waiting(self, most: int) -> int:
        """How many wait for a person, counted up to `most`."""

    def place(self, id: str, case_id: str) -> None:
        """A person looked at a stray; the case it belongs to, or "" for none."""

    def forget(self, before: datetime) -> None:
        """What was handed over, told or filed before then; what waits for a person stays."""

    def counts(self) -> Mapping[str, int]:
        """Receipts by fate, those of no message of ours as `unmatched`, messages that came as `came`, `strays`."""


# ---- chat and bot ----------------------------------------------------------------------------------------------


# ---- telephone -------------------------------------------------------------------------------------------------


# ---- webhooks --------------------------------------------------------------------------------------------------
