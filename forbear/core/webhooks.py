"""What other systems are told of a case as it happens: which facts, in which words, and when it is tried again.

The messages follow Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id` stays the same however often a message
is sent, so that a receiver knows a repeat. A message holds a fact's public part alone: nothing of it is private.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from forbear.core.codec import instant
from forbear.core.events import KINDS, Recorded

RETRY_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After the first failure five seconds, then longer and longer: about three days in all, then a person is told."""

OLD_SECRET_HOURS = 24
"""So long the secret before still signs, beside the new one, after a change."""

ENDPOINTS_MOST = 20


class Standing(StrEnum):
    """ON; PAUSED by somebody; GONE: the receiver answered 410 and wants nothing more."""

    ON = "on"
    PAUSED = "paused"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where messages go. `events`: types of facts, "*" for all, "enforcement.*" for a family; `secret` signs, and
    `old_secret` beside it until `old_until`. Both are 32 bytes in base64.
    """

    id: str
    url: str
    events: tuple[str, ...]
    secret: str
    made_at: datetime
    standing: Standing = Standing.ON
    old_secret: str = ""
    old_until: datetime | None = None

    def wants(self, kind: str) -> bool:
        """Whether a type of fact is to be told here."""
        return self.standing is Standing.ON and any(_fits(pattern, kind) for pattern in self.events)

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign now, the newest first."""
        old = self.old_until is not None and now < self.old_until
        return (self.secret, self.old_secret) if old else (self.secret,)


def _fits(pattern: str, kind: str) -> bool:
    return pattern in ("*", kind) or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))


def unknown_events(events: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the patterns that no type of fact fits."""
    return tuple(pattern for pattern in events if not any(_fits(pattern, kind) for kind in KINDS))


def message_id(case_id: str, seq: int) -> str:
    """The id of the message about one fact: the same for ever."""
    return f"msg_{case_id}_{seq}"


def message(event: Recorded, contract: str) -> Mapping[str, Any]:
    """The body: type and time of the fact, the case and its contract, the place in the record, the public fields."""
    return {
        "type": event.fact.type,
        "timestamp": instant(event.at),
        "data": {
            "case": event.case_id,
            "contract": contract,
            "seq": event.seq,
            "leaf": event.leaf,
            "fact": event.fact.public(),
        },
    }


def retry_seconds(tries: int, asked: int | None = None) -> int | None:
    """How long to wait after so many tries, at least what the receiver `asked` for; None: given up."""
    if tries > len(RETRY_SECONDS):
        return None
    return max(RETRY_SECONDS[tries - 1], min(asked or 0, RETRY_SECONDS[-1]))
