"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from forbear.core.telephone_call import TelephoneCall

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


# ---- mail ------------------------------------------------------------------------------------------------------


# ---- text messages ---------------------------------------------------------------------------------------------


# ---- chat and bot ----------------------------------------------------------------------------------------------


# ---- telephone -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Telephony:
    """How the lender telephones. `country`: whose way of writing numbers a display has (ISO 3166); `records`: every
    caller is told that calls are recorded, so that a call of which the system says nothing is; `link`: what a number
    to call is a link to, tel or sip; `sip_host`: the exchange behind a sip link.
    """

    country: str = "CN"
    records: bool = False
    link: str = "tel"
    sip_host: str = ""


@dataclass(frozen=True)
class Answered:
    """How a signed request was answered the first time. `digest`: SHA-256 of what was asked."""

    digest: str
    status: int
    body: str


class Calls(Protocol):
    """The call table: calls the telephone system told of, beside the record and for some weeks only."""

    def get(self, call: str) -> TelephoneCall | None:
        """By our id of it."""

    def by_system(self, system: str) -> TelephoneCall | None:
        """By the telephone system's id of it."""

    def put(self, call: TelephoneCall) -> bool:
        """Store it as the version after its own (0: it is new). False, and nothing stored, when somebody was quicker:
        its version is not the one stored, or its system's id is there already.
        """

    def of_extension(self, extension: str, since: datetime) -> tuple[TelephoneCall, ...]:
        """Calls first heard of since then that ring or rang at an extension, or were taken there; newest first."""

    def of_case(self, case_id: str) -> tuple[TelephoneCall, ...]:
        """Newest first."""

    def recent(self, since: datetime, limit: int = 200) -> tuple[TelephoneCall, ...]:
        """Calls first heard of since then, newest first."""

    def forget(self, call: str) -> None:
        """Away with it; nothing happens when it is gone."""

    def answered(self, id: str) -> Answered | None:
        """How the signed request of this id was answered; kept for a week."""

    def remember(self, id: str, answered: Answered, at: datetime) -> None:
        """The first answer stays."""

    def count(self, what: str) -> None:
        """One more of what did not go as it should; `what` such as signature, clock, unknown-keys, not-recorded."""

    def counts(self) -> Mapping[str, int]:
        """How often each was counted."""

    def extension_of(self, person: str) -> str:
        """The line of somebody of the desk; "" for none."""

    def set_extension(self, person: str, extension: str) -> None:
        """Her line from now on; "" for none. Two people may share one."""


class DialerAway(Exception):
    """The telephone system did not take the wish to make a call."""


class Dialer(Protocol):
    @property
    def there(self) -> bool:
        """Whether there is a telephone system that makes calls for us."""

    def originate(self, *, extension: str, number: str, reference: str) -> None:
        """Have it ring `extension` and then `number` (E.164), and tell of the call with our `reference`; DialerAway."""


class NoDialer:
    """The Dialer of an installation without one: a person dials."""

    there = False

    def originate(self, *, extension: str, number: str, reference: str) -> None:
        raise DialerAway("no telephone system is configured")


# ---- webhooks --------------------------------------------------------------------------------------------------
