"""Who is calling: a person at the desk checks what the caller says against the loan book before anything is told.

The contract number and her ID-card number are enough; without the card, other facts that a stranger would not know:
which count and how many are needed stands in the rulebook. Whoever fails hears the same words, whatever was wrong.
"""

from dataclasses import dataclass

from forbear.actions.ports import Desk, Held
from forbear.actions.record import By
from forbear.core.contact import may_work_on_cases
from forbear.core.identity_on_channel import knows_enough
from forbear.core.refusal import Refusal

TRIES_AN_HOUR = 60
"""By one person at the desk: enough for a busy hour of calls, too few to read the book."""


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
    rules = desk.rulebooks.on(desk.clock.today())
    if not caller.id_number and not knows_enough(rules, named):
        return Refusal("contact.facts", "desk.telephone.fault.facts", "desk.telephone.way_on.facts")
    if held is None or any(value != _on_file(held)[name] for name, value in named.items()):
        return Refusal("contact.caller", "desk.telephone.fault.no_match", "desk.telephone.way_on.call_back")
    return held


def loan_to_call_back(desk: Desk, by: By, contract: str) -> Held | Refusal:
    """The loan whose number on file is to be called, for somebody who rang and could prove nothing: whoever answers
    there proves it by answering. An unknown contract is refused as a caller whose facts do not fit.
    """
    if refusal := may_work_on_cases(by.actor):
        return refusal
    if not desk.limits.take(f"caller:{by.actor.id}", desk.clock.now(), TRIES_AN_HOUR, 3600):
        return Refusal("contact.too_many", "desk.telephone.fault.too_many", "desk.telephone.way_on.supervisor")
    no_match = Refusal("contact.caller", "desk.telephone.fault.no_match", "desk.telephone.way_on.supervisor")
    return desk.loans.find(contract) or no_match


def _named(caller: Caller) -> dict[str, str | int]:
    given: dict[str, str | int] = {
        "name": caller.name.strip(),
        "id-tail": caller.id_tail.strip().upper(),
        "phone-tail": caller.phone_tail.strip(),
        "instalment": caller.instalment_minor or 0,
    }
    return {name: value for name, value in given.items() if value}


def _on_file(held: Held) -> dict[str, str | int]:
    return {
        "name": held.row.name,
        "id-tail": held.row.id_number[-4:],
        "phone-tail": held.row.phone[-4:],
        "instalment": held.row.loan.instalment_minor,
    }
