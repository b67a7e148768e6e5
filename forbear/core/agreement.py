"""Room 6, agreement: the exact terms that both sign, complete in themselves.

Content follows domain practice: the instalment agreement of 信用卡办法 art. 70 (balance and its parts, cycle, every
amount and date, what still accrues, breach), limitation (时效规定 art. 14), early payment (民法典 677), change only
in writing (民法典 544) and the evidence clause (民事诉讼证据规定 art. 94). Once issued, terms are never computed again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from forbear.core.allocation import Orders, orders
from forbear.core.contact import Party
from forbear.core.dates import add_months
from forbear.core.loan import Loan, days_past_due
from forbear.core.plan import Offer, Plan
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

NO_NEW_CARD = "agreement.no_new_card_promise"
"""A rule of credit cards alone; other rulebooks do not have it."""


class Lapse(StrEnum):
    """Why an agreement that was issued is not in force: DECLINED by her, EXPIRED unsigned, REPLACED by a newer one,
    TAKEN_BACK by her within the days to change her mind.
    ENDED because the one it was to replace has ended.
    """

    DECLINED = "declined"
    EXPIRED = "expired"
    REPLACED = "replaced"
    TAKEN_BACK = "taken-back"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class BreachRule:
    """What the agreement names as a breach. Unpaid: `in_row` payments open one after another, or `missed` of the last
    `of` that fell due late, paid since or not (0 of 0: this does not count). `grounds`: all that may be a breach, as
    BreakReason values; () in agreements made before they were listed, which name unpaid and false papers.
    """

    in_row: int = 1
    missed: int = 0
    of: int = 0
    grounds: tuple[str, ...] = ()

    def names(self, why: str) -> bool:
        """Whether the agreement says that this is a breach."""
        return why in (self.grounds or ("unpaid", "false-papers"))

    def met(self, late_now: Sequence[int], ever_late: Collection[int]) -> bool:
        """Whether it is; something has to be late now. A payment goes to the oldest, so that late ones are in a row."""
        if not late_now:
            return False
        last = max(late_now)
        lately = sum(1 for number in {*ever_late, *late_now} if last - self.of < number <= last)
        return len(late_now) >= self.in_row or 0 < self.missed <= lately


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Everything the document says. `record_head`: hash of the case's last event when issued, hexadecimal; `ledger` and
    `ledger_key`: name and public key of the log it stands in; `template`: the text it is printed by; `certificates`:
    whose the signatures' will be (core/signatures.py: Issuer); `pay_to`: the account, "" for the contract's own;
    `cooling_days`: after signing, in which she may take her signature back; `review_on`: when both look at it again;
    `guarantors`, `co_borrowers`: names of the others who answer for the loan, bound only by a signature of their own;
    `second_eyes`: reasons to end it that two reviewers have to agree on; `no_new_card`: 信用卡办法 art. 70 (4).
    """

    case_id: str
    number: int
    replaces: int | None
    template: str
    lender: str
    lender_en: str
    phone: str
    borrower: Party
    contract: str
    currency: str
    contract_signed_on: date
    contract_rate_ppm: int
    issued_on: date
    sign_by_on: date
    plan: Plan
    allocation: tuple[str, ...]
    grace_days: int
    tolerance_minor: int
    cure_days: int
    rulebook: str
    record_head: str
    allocation_late: tuple[str, ...] = ()
    allocation_late_from_days: int | None = None
    ledger: str = ""
    ledger_key: str = ""
    certificates: str = ""
    pay_to: str = ""
    cooling_days: int = 0
    review_on: tuple[date, ...] = ()
    breach: BreachRule = field(default_factory=BreachRule)
    guarantors: tuple[str, ...] = ()
    co_borrowers: tuple[str, ...] = ()
    second_eyes: tuple[str, ...] = ()
    no_new_card: bool = False

    @property
    def orders(self) -> Orders:
        """The order payments are taken in, and the one that takes over when an instalment is very late."""
        return Orders(usual=self.allocation, late=self.allocation_late, late_from_days=self.allocation_late_from_days)


@dataclass(frozen=True, kw_only=True)
class House:
    """What of the lender's stands in its agreements: names, telephone, account; text, log and certificates."""

    lender: str
    lender_en: str
    phone: str
    template: str
    ledger: str
    ledger_key: str
    certificates: str
    pay_to: str = ""


@dataclass(frozen=True, kw_only=True)
class SigningAct:
    """What she did to sign: the code's challenge, when it was used, the document's digest she had before her."""

    challenge: str
    signed_at: datetime
    phone_masked: str
    document_sha256: str
    address: str


def draw_up(
    *,
    case_id: str,
    number: int,
    replaces: int | None,
    house: House,
    borrower: Party,
    guarantors: tuple[str, ...] = (),
    co_borrowers: tuple[str, ...] = (),
    loan: Loan,
    offer: Offer,
    issued_on: date,
    sign_by_on: date,
    rulebook: Rulebook,
    record_head: str,
) -> Terms:
    """The terms of an approved offer.

    The order of allocation is that of the debt's days past due on the day the plan was made, as in the plan's rows.
    """
    allocation = orders(rulebook)
    return Terms(
        case_id=case_id,
        number=number,
        replaces=replaces,
        template=house.template,
        lender=house.lender,
        lender_en=house.lender_en,
        phone=house.phone,
        borrower=borrower,
        contract=loan.contract,
        currency=loan.currency,
        contract_signed_on=loan.signed_on,
        contract_rate_ppm=loan.rate_ppm,
        issued_on=issued_on,
        sign_by_on=sign_by_on,
        plan=offer.plan,
        allocation=allocation.at(days_past_due(loan, offer.plan.as_of)),
        grace_days=rulebook.integer("payments.grace_days"),
        tolerance_minor=rulebook.integer("payments.late_tolerance"),
        cure_days=rulebook.integer("payments.cure_days"),
        rulebook=rulebook.digest,
        record_head=record_head,
        allocation_late=allocation.late,
        allocation_late_from_days=allocation.late_from_days,
        ledger=house.ledger,
        ledger_key=house.ledger_key,
        certificates=house.certificates,
        pay_to=house.pay_to,
        cooling_days=0 if replaces is not None else rulebook.integer("agreement.cooling_days"),
        review_on=reviews(issued_on, offer.plan.ends_on, rulebook.integer("agreement.review_months")),
        breach=_breach(rulebook),
        guarantors=guarantors,
        co_borrowers=co_borrowers,
        second_eyes=rulebook.texts("breach.second_eyes"),
        no_new_card=bool(rulebook.stack(NO_NEW_CARD)) and rulebook.flag(NO_NEW_CARD),
    )


def _breach(rulebook: Rulebook) -> BreachRule:
    names = {"in_row": "breach.in_row", "missed": "breach.missed", "of": "breach.missed_of"}
    counts = {name: rulebook.integer(key) for name, key in names.items()}
    return BreachRule(**counts, grounds=tuple(rulebook.texts("breach.grounds")))


def reviews(issued_on: date, ends_on: date, months: int) -> tuple[date, ...]:
    """The days on which both look at the agreement again: every so many months until it ends."""
    if months < 1:
        return ()
    found, on = list[date](), add_months(issued_on, months)
    while on < ends_on:
        found.append(on)
        on = add_months(issued_on, months * (len(found) + 1))
    return tuple(found)


def cooling_ends_on(terms: Terms, signed_on: date) -> date | None:
    """The last day on which she may take her signature back; None where she may not."""
    return signed_on + timedelta(days=terms.cooling_days) if terms.cooling_days else None


def sign_by(plan: Plan, today: date, rulebook: Rulebook) -> date | Refusal:
    """The last day to sign: the promised days, but before the first instalment falls due.

    Nobody is hurried: where that leaves fewer days than the least, the plan has to be made anew as of today.
    """
    by_on = min(today + timedelta(days=rulebook.integer("desk.signing_days")), plan.first_due_on - timedelta(days=1))
    if by_on < today + timedelta(days=rulebook.integer("desk.signing_days_least")):
        return Refusal("agreement.stale", "agreement.refusal.stale", "agreement.way_on.make_anew", where="plan")
    return by_on
