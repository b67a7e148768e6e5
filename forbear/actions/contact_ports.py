"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from forbear.core.webhooks import Endpoint

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


# ---- mail ------------------------------------------------------------------------------------------------------


# ---- text messages ---------------------------------------------------------------------------------------------


# ---- chat and bot ----------------------------------------------------------------------------------------------


# ---- telephone -------------------------------------------------------------------------------------------------


# ---- webhooks --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try to hand a message over: `status` of the answer, 0 where there was none; `error` says why then."""

    endpoint: str
    message: str
    at: datetime
    status: int
    error: str = ""


@dataclass(frozen=True)
class Answer:
    """What a receiver answered. `after_seconds`: when it wants to be asked again, if it said so."""

    status: int
    after_seconds: int | None = None


class Webhooks(Protocol):
    """The endpoints of other systems, and how the last messages to them fared."""

    def put(self, endpoint: Endpoint) -> None:
        """A new one, or one as it is now."""

    def get(self, id: str) -> Endpoint | None: ...

    def all(self) -> tuple[Endpoint, ...]:
        """In the order they were made."""

    def remove(self, id: str) -> None:
        """The endpoint and what is known of its attempts."""

    def tried(self, attempt: Attempt) -> None:
        """Note an attempt."""

    def attempts(self, id: str, limit: int = 100) -> tuple[Attempt, ...]:
        """The newest first."""

    def forget_attempts(self, before: datetime) -> None:
        """Those of before a time."""


class Away(Exception):
    """A receiver could not be reached; the text names no person."""


class Post(Protocol):
    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST once, following no redirect; raises Away."""


class NoWebhooks:
    """Nobody is told anything."""

    def put(self, endpoint: Endpoint) -> None:
        raise AssertionError("this desk has no room for endpoints")

    def get(self, id: str) -> Endpoint | None:
        return None

    def all(self) -> tuple[Endpoint, ...]:
        return ()

    def remove(self, id: str) -> None: ...

    def tried(self, attempt: Attempt) -> None: ...

    def attempts(self, id: str, limit: int = 100) -> tuple[Attempt, ...]:
        return ()

    def forget_attempts(self, before: datetime) -> None: ...


def nowhere(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """The Post of a desk without a line out."""
    raise Away("this desk has no line out")
