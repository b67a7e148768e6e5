"""Who is calling: a person at the desk checks what the caller says against the loan book before anything is told.

The contract number and her ID-card number are enough; without the card, two other facts that a stranger would not
know. Whoever fails hears the same words, whatever was wrong.
"""

from dataclasses import dataclass

from forbear.actions.ports import Desk, Held
from forbear.actions.record import By
from forbear.core.contact import may_work_on_cases
from forbear.core.refusal import Refusal

TRIES_AN_HOUR = 60
"""By one person at the desk: enough for a busy hour of calls, too few to read the book."""

FACTS_NEEDED = 2


@dataclass(frozen=True, kw_only=True)
class Caller:
    """What she names. `id_number` as kept, "" when she has no card at hand; tails are the last four characters."""

    contract: str
    id_number: str = ""
    name: str = ""
    id_tail: str = ""
    phone_tail: str = ""
    instalment_minor: int | None = None


def identify_caller(desk: Desk, by: By, caller: Caller) -> Held | Refusal:
    """The loan of a caller whose facts fit, all of them; a refusal that tells nothing otherwise."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    if not desk.limits.take(f"caller:{by.actor.id}", desk.clock.now(), TRIES_AN_HOUR, 3600):
        return Refusal("contact.too_many", "desk.telephone.fault.too_many", "desk.telephone.way_on.supervisor")
    if caller.id_number:
        held = desk.loans.by_identity(caller.contract, caller.id_number)
    else:
        held = desk.loans.find(caller.contract)
    named = _named(caller)
    if not caller.id_number and len(named) < FACTS_NEEDED:
        return Refusal("contact.facts", "desk.telephone.fault.facts", "desk.telephone.way_on.facts")
    if held is None or any(value != _on_file(held)[name] for name, value in named.items()):
        return Refusal("contact.caller", "desk.telephone.fault.no_match", "desk.telephone.way_on.call_back")
    return held


def _named(caller: Caller) -> dict[str, str | int]:
    given: dict[str, str | int] = {
        "name": caller.name.strip(),
        "id_tail": caller.id_tail.strip().upper(),
        "phone_tail": caller.phone_tail.strip(),
        "instalment": caller.instalment_minor or 0,
    }
    return {name: value for name, value in given.items() if value}


def _on_file(held: Held) -> dict[str, str | int]:
    return {
        "name": held.row.name,
        "id_tail": held.row.id_number[-4:],
        "phone_tail": held.row.phone[-4:],
        "instalment": held.row.loan.instalment_minor,
    }
