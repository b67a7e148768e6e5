"""The holes in the wall that the channels of room 1, contact, need: what lies behind them is an adapter or the store.

Part of forbear/actions/ports.py, which names them all.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from forbear.core.contact import Reach
from forbear.core.contact_budget import Attempt

# ---- conversation: drafts, canned replies, search --------------------------------------------------------------


# ---- limits on contact -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CaseReach:
    """What one case says of reaching her. `reach`: None where she chose nothing or it is erased; `chosen`: the leaf at
    which she chose it; `rests_until_on`: the last day of the rest, None while no day is known.
    """

    case_id: str
    loan_id: str
    rests: bool
    rests_until_on: date | None
    reach: Reach | None
    chosen: int


@dataclass(frozen=True)
class Seen:
    """How many contacts with a borrower were on record when something was decided on them. Among the facts of a
    command it makes the command be decided anew where there are more by then.
    """

    borrower_id: str
    contacts: int


class Contacts(Protocol):
    """Every contact with a borrower over all her cases and contracts, and how she may be reached: kept by the ledger in
    the transaction of the facts, found without reading a case.
    """

    def tried(self, borrower_id: str, since: datetime) -> tuple[Attempt, ...]:
        """Her contacts from a moment on, in order of time."""

    def seen(self, borrower_id: str) -> Seen:
        """How many there are on record in all."""

    def reaches(self, borrower_id: str) -> tuple[CaseReach, ...]:
        """What each of her cases says, in order of their ids."""

    def number(self, number: str) -> str:
        """What stands for a telephone number in an Attempt; it does not tell the number."""

    def outside(self, key: str, borrower_id: str, attempt: Attempt) -> bool:
        """Keep a contact about a loan that has no case; False when the key was used before."""


# ---- mail ------------------------------------------------------------------------------------------------------


# ---- text messages ---------------------------------------------------------------------------------------------


# ---- chat and bot ----------------------------------------------------------------------------------------------


# ---- telephone -------------------------------------------------------------------------------------------------


# ---- webhooks --------------------------------------------------------------------------------------------------
