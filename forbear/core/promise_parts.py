"""What the facts of keeping a promise hold: the letter at the end, a refund, and how waivers fall back on a breach."""

from dataclasses import dataclass
from datetime import date

from forbear.core.loan import Owed


@dataclass(frozen=True, kw_only=True)
class Completion:
    """All that the letter says. `paid_minor`: what was paid under the agreement; `waived_minor`: taken off for good;
    `record_head`: hash of the case's last event when it was issued, hexadecimal.
    """

    lender: str
    lender_en: str
    phone: str
    name: str
    id_number_masked: str
    contract: str
    number: int
    signed_on: date
    settled_on: date
    early: bool
    currency: str
    principal_minor: int
    paid_minor: int
    waived_minor: int
    issued_on: date
    template: str
    record_head: str


@dataclass(frozen=True, kw_only=True)
class Refund:
    """Money sent back to her; `reference`: of the transfer."""

    amount_minor: int
    sent_on: date
    reference: str


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """What an end of the agreement on a day does to what was taken off. `waived` = `kept` + `back`, part by part;
    `after` = `before` + `back`: what is owed on the day under the agreement, and when it is ended.
    """

    on: date
    paid_minor: int
    whole_minor: int
    waived: Owed
    kept: Owed
    back: Owed
    before: Owed
    after: Owed
