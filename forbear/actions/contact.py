"""Room 1, contact: prove who you are, open a case, choose how to be reached.

Asking for a code tells nobody whether a person or a contract exists: the answer, the work and the wait are the same.
"""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import available_timezones

from forbear.actions.ports import ZONE, Challenge, Desk, Due, Held
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import Auth, Party, Reach
from forbear.core.contact_budget import unreachable
from forbear.core.contact_limits import limits_of
from forbear.core.file import CaseFile
from forbear.core.identity import masked_id
from forbear.core.refusal import Refusal

CODE_MINUTES = 5
CODE_TRIES = 5
CODES_A_DAY = 5
SIGNING = "sign"
"""What a code is for that signs: `sign:<case>:<number of the agreement>`."""
ASKS_AN_HOUR = 20
"""Asked from one address; a family behind one line still gets through, a script does not."""

HIDDEN_ASKS_AN_HOUR = 200
"""By telephone, of all who show no number together."""


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way to the number on file, if there is one; `challenge` is what the code will be tried on."""

    challenge: str


@dataclass(frozen=True)
class Proved:
    """The person holds the telephone that the lender has on file for this contract."""

    borrower_id: str
    loan_id: str


def ask_code(desk: Desk, *, contract: str, id_number: str, address: str) -> CodeSent | Refusal:
    """Send a one-time code to the number on file. `contract` and `id_number` normalised; `address`: where from."""
    now = desk.clock.now()
    if not desk.limits.take(f"ask:{address}", now, ASKS_AN_HOUR, 3600):
        return Refusal("contact.too_many", "contact.refusal.too_many", "contact.way_on.call")
    held = desk.loans.by_identity(contract, id_number)
    within = desk.limits.take(f"codes:{contract}", now, CODES_A_DAY, 86_400)
    return _send_code(desk, held if within else None, "sign-in")


def _send_code(desk: Desk, held: Held | None, purpose: str) -> CodeSent:
    now = desk.clock.now()
    challenge = Challenge(
        id=desk.ids.new("k"),
        purpose=purpose,
        loan_id=held.loan_id if held else "",
        borrower_id=held.borrower_id if held else "",
        phone=held.row.phone if held else "",
        made_at=now,
        expires_at=now + timedelta(minutes=CODE_MINUTES),
    )
    desk.challenges.put(challenge)
    body = {"challenge": challenge.id}
    desk.agenda.put([Due(key=f"code:{challenge.id}", kind="code", due_at=now, body=body)])
    return CodeSent(challenge.id)


def ask_signing_code(desk: Desk, *, loan_id: str, case_id: str, number: int) -> CodeSent | Refusal:
    """Send a code that signs one agreement of one case and nothing else."""
    held = desk.loans.loan(loan_id)
    assert held is not None, "a case has its loan"
    if not desk.limits.take(f"codes:{held.row.loan.contract}", desk.clock.now(), 2 * CODES_A_DAY, 86_400):
        return Refusal("contact.too_many_codes", "contact.refusal.too_many_codes", "contact.way_on.call")
    return _send_code(desk, held, f"{SIGNING}:{case_id}:{number}")


def ask_link_code(desk: Desk, *, loan_id: str, link: str) -> CodeSent | Refusal:
    """Send a code that opens one link to send papers and nothing else."""
    held = desk.loans.loan(loan_id)
    assert held is not None, "a case has its loan"
    if not desk.limits.take(f"link-codes:{held.row.loan.contract}", desk.clock.now(), CODES_A_DAY, 86_400):
        return Refusal("contact.too_many_codes", "contact.refusal.too_many_codes", "contact.way_on.call")
    return _send_code(desk, held, f"upload:{link}")


def ask_call_code(desk: Desk, *, id_number: str, call: str, number: str) -> CodeSent | Refusal:
    """Send a code to the number on file of whoever has this ID-card number, good for one telephone call alone.

    `number`: what the call shows, "" where it shows none. It proves nothing; it only counts how often somebody asks.
    """
    now = desk.clock.now()
    if not desk.limits.take(f"ask-call:{number}", now, ASKS_AN_HOUR if number else HIDDEN_ASKS_AN_HOUR, 3600):
        return Refusal("contact.too_many", "contact.refusal.too_many", "contact.way_on.call")
    held = desk.loans.by_id_number(id_number)
    within = desk.limits.take(f"call-codes:{id_number}", now, CODES_A_DAY, 86_400)
    return _send_code(desk, held if within else None, f"call:{call}")


def prove(desk: Desk, *, challenge: str, code: str, purpose: str = "sign-in") -> Proved | Refusal:
    """Try a code that proves who somebody is; a wrong, spent, late or foreign one is refused with the same words."""
    right = desk.challenges.try_code(challenge, code, desk.clock.now(), CODE_TRIES)
    if right is None or right.purpose != purpose or not right.loan_id:
        return Refusal("contact.code", "contact.refusal.code", "contact.way_on.new_code", where="code")
    return Proved(right.borrower_id, right.loan_id)


def open_case(desk: Desk, by: By, *, loan_id: str, language: str) -> Done | Refusal:
    """Open a case on a loan; when one is open already, that one is meant and nothing is written."""
    held, free = desk.loans.loan(loan_id), _free_id(desk, loan_id)
    if held is None:
        return Refusal("contact.loan", "contact.refusal.no_such_loan", "contact.way_on.call")
    opened_before = [line.case_id for line in desk.cases.of_loan(loan_id) if line.stage != "closed"]
    case_id = opened_before[0] if opened_before else free
    today = desk.clock.today()
    keep_until_on = today + timedelta(days=desk.rulebooks.on(today).integer("desk.keep_answers_days"))
    party = Party(
        borrower_id=held.borrower_id,
        name=held.row.name,
        id_number_masked=masked_id(held.row.id_number),
        phone=held.row.phone,
        email=held.row.email,
    )
    contract = held.row.loan.contract
    opened = e.CaseOpened(
        language=language, keep_until_on=keep_until_on, party=party, loan_id=loan_id, contract=contract
    )

    def decide(file: CaseFile) -> Decision:
        if file.events:
            return ()
        facts: list[e.Fact | Due] = [opened]
        if by.actor.auth in (Auth.CODE, Auth.APP, Auth.CALLER_TWO_FACTS):
            facts.append(e.IdentityProved())
        at = start_of(keep_until_on + timedelta(days=1), ZONE)
        facts.append(Due(key=f"keep:{case_id}", kind="keep", due_at=at, case_id=case_id))
        return facts

    return carry_out(desk, by, case_id, {"open": loan_id, "language": language}, decide)


def _free_id(desk: Desk, loan_id: str) -> str:
    """The id of the loan's next case. One whose name was erased is of no loan any more, and its id is still taken. It
    is asked for before it is looked whether a case is open: who opens one at the same moment then means the same.
    """
    number = 0
    while desk.cases.line(f"c_{loan_id[2:]}_{number}") is not None:
        number += 1
    return f"c_{loan_id[2:]}_{number}"


def choose_reach(desk: Desk, by: By, case_id: str, reach: Reach) -> Done | Refusal:
    """How, when and in which language we reach her; the number on file changes only with the lender."""
    limits = limits_of(desk.rulebooks.on(desk.clock.today()))

    def decide(file: CaseFile) -> Decision:
        if file.party is None or reach.phone != file.party.phone:
            return Refusal("contact.phone", "contact.refusal.phone_on_file", "contact.way_on.call", where="phone")
        if reach.zone and reach.zone not in available_timezones():
            return Refusal("reach.zone", "contact_budget.reach.fault.zone", where="zone")
        if refusal := unreachable(reach, limits):
            return refusal
        return () if file.reach == reach else [e.ReachChosen(language=reach.language, reach=reach)]

    return carry_out(desk, by, case_id, {"reach": reach}, decide)
