"""Room 1, contact: what the rules of contact refused, and the attempts that no message or call of the record shows.

An agency reports each of its own, so that lender and agencies together stay within one limit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from forbear.actions.contact_budget import Asked, asked_for_loan
from forbear.actions.ports import Desk, Held
from forbear.actions.record import By, Done, carry_out
from forbear.core import events as e
from forbear.core.contact import Channel, Purpose, Role
from forbear.core.contact_budget import Attempt
from forbear.core.refusal import Refusal

AHEAD = timedelta(minutes=5)
"""How far ahead of ours another system's clock may run."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An attempt as it is reported. `at`: when; `by`: whose, "" for whoever reports it."""

    channel: Channel
    connected: bool
    at: datetime
    by: str = ""
    purpose: Purpose = Purpose.COLLECTION


def report_attempt(desk: Desk, by: By, held: Held, tried: Tried) -> bool | Refusal:
    """Put an attempt on record; False when it was there under this key. What happened is kept, allowed or not: in the
    loan's case, or beside the record where it has none.
    """
    now = desk.clock.now()
    if tried.at > now + AHEAD:
        return Refusal("contact.attempt_at", "contact_budget.refusal.ahead", where="at")
    at = min(tried.at, now)
    lines = desk.cases.of_loan(held.loan_id)
    if not lines:
        attempt = Attempt(
            at=at,
            channel=tried.channel,
            connected=tried.connected,
            purpose=tried.purpose,
            loan=held.loan_id,
            number="",
        )
        return desk.ledger.contacts.outside(f"{by.key}:{held.loan_id}", held.borrower_id, attempt)
    line = next((line for line in lines if line.stage != "closed"), lines[0])
    whose = tried.by or (by.actor.id if by.actor.kind is Role.LENDER_CORE else "")
    fact = e.ContactTried(channel=tried.channel, connected=tried.connected, by=whose, purpose=tried.purpose)
    acts = By(actor=by.actor, channel=by.channel, key=by.key, occurred_at=at)
    outcome = carry_out(desk, acts, line.case_id, {"tried": tried}, lambda _: [fact])
    return outcome if isinstance(outcome, Refusal) else not outcome.replayed


def note_refused(desk: Desk, by: By, case_id: str, channel: Channel, found: Asked) -> Done | Refusal:
    """What the rules refused is a fact of the case, once for each attempt: a press that comes twice is one."""
    refusal = found.budget.refusal
    assert refusal is not None, "something was refused"
    fact = e.ContactRefused(channel=channel, rule=refusal.rule, next_at=found.budget.next_at)
    acts = By(actor=by.actor, channel=by.channel, key=f"{by.key}:refused")
    return carry_out(desk, acts, case_id, {"refused": by.key}, lambda _: [fact])


def loan_budget(desk: Desk, contract: str, channel: Channel, purpose: Purpose) -> tuple[Held, Asked] | None:
    """What is left for a contract of the loan book now; None for an unknown one."""
    held = desk.loans.find(contract)
    return (held, asked_for_loan(desk, held, channel, purpose, desk.clock.now())) if held else None
