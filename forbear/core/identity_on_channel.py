"""Whether somebody on a channel has shown enough to be told a fact of a case. Mail, chat, bot and telephone ask here.

An address or a number that a message or a call claims to come from is no proof: both can be forged. What proves is what
only she can do: read a code sent to the number on file, answer a call to it, sign in with the lender, or know what the
rulebook lets count. Another person needs her written authority on file and proves herself the same way.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from forbear.core.contact import Auth, Channel, ThirdParty
from forbear.core.contact_attempts import number_end
from forbear.core.conversation import Authority
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

EVERYWHERE = (Auth.CODE, Auth.APP)
"""Good on any channel; the others prove who speaks on the telephone and nothing else."""

ON_THE_TELEPHONE = (Auth.CALL_BACK, Auth.CALLER_TWO_FACTS)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was shown. `borrower_id`: whose; `address`: the number or e-mail address the code went to or that was called
    back, "" for the one on file; `for_her`: the speaker says to be another person who speaks for her.
    """

    auth: Auth
    borrower_id: str = ""
    address: str = ""
    for_her: bool = False


def may_tell(channel: Channel, proof: Proof, file: CaseFile, on: date) -> Refusal | None:
    """Why nothing of the case may be told on this proof; None when it may. `on`: the date at the lender's place."""
    if proof.for_her:
        return _of_another(proof, file, on)
    if file.party is None or proof.borrower_id != file.party.borrower_id:
        return _unproved()
    if proof.auth in EVERYWHERE:
        return None if not proof.address or _is_hers(proof.address, file) else _unproved()
    if proof.auth in ON_THE_TELEPHONE and channel is Channel.HOTLINE:
        called_elsewhere = proof.auth is Auth.CALL_BACK and proof.address and not _is_hers(proof.address, file)
        return _unproved() if called_elsewhere else None
    return _unproved()


def authority_of(file: CaseFile, address: str, on: date) -> Authority | None:
    """The authority that stands on a day for whoever is reached at an address or a number."""
    standing = (one for one in file.talk.authorities if one.holds(on) and one.party is not None)
    return next((one for one in standing if one.party and _reaches(one.party, address)), None)


def knows_enough(rules: Rulebook, named: Collection[str]) -> bool:
    """Whether a caller named as many facts as the rulebook asks for, of those it lets count."""
    counted = set(named) & set(rules.texts("identity.caller_facts"))
    return len(counted) >= rules.integer("identity.caller_facts_needed")


def _of_another(proof: Proof, file: CaseFile, on: date) -> Refusal | None:
    """By a code to, or a call back to, the number or address that stands in her written authority."""
    if proof.auth in (Auth.CODE, Auth.CALL_BACK) and proof.address and authority_of(file, proof.address, on):
        return None
    return Refusal("identity.third_party", "contact_budget.identity.third_party", "contact_budget.identity.pass_on")


def _unproved() -> Refusal:
    return Refusal("identity.unproved", "contact_budget.identity.unproved", "contact_budget.identity.how")


def _is_hers(address: str, file: CaseFile) -> bool:
    """Whether it is the number on file; how she wants to be reached changes only the address of her mail."""
    assert file.party is not None, "looked at before"
    return number_end(address) != "" and number_end(address) == number_end(file.party.phone)


def _reaches(party: ThirdParty, address: str) -> bool:
    if "@" in address:
        return party.email.strip().casefold() == address.strip().casefold()
    return number_end(address) != "" and number_end(address) == number_end(party.phone)
