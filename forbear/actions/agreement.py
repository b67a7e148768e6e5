"""Room 6, agreement: drawn up from the decision, signed by her with a one-time code, then in force.

The document is printed once, kept, and its digest is what she signs; the lender's signature follows in the same step
by the authority of the reviewer who decided.
"""

from datetime import timedelta
from hashlib import sha256

from forbear.actions.contact import CODE_TRIES
from forbear.actions.enforcement import stay_ends
from forbear.actions.forborne import measure_granted
from forbear.actions.plan import loan_today
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.actions.reminders import reminders
from forbear.core import events as e
from forbear.core.agreement import TEMPLATE, Lapse, SigningAct, draw_up, sign_by
from forbear.core.clocks import start_of
from forbear.core.contact import Auth, Role, may_work_on_cases
from forbear.core.file import Agreed, CaseFile
from forbear.core.identity import masked_phone
from forbear.core.loan import owed_on
from forbear.core.plan import Offer, Plan
from forbear.core.refusal import Refusal


def issue(desk: Desk, file: CaseFile, offer: Offer) -> list[e.Fact | Due] | Refusal:
    """The facts that put an agreement before her: terms, document, and the day it lapses unsigned."""
    assert file.party is not None, "a case has its borrower"
    case, today = file.case, desk.clock.today()
    rulebook = desk.rulebooks.on(today)
    sign_by_on = sign_by(offer.plan, today, rulebook)
    if isinstance(sign_by_on, Refusal):
        return sign_by_on
    loan = loan_today(desk, file, today)
    if moved_on(desk, file, offer.plan):
        return _moved_on()
    terms = draw_up(
        case_id=case.case_id,
        number=case.agreements + 1,
        replaces=case.in_force,
        lender=(desk.lender, desk.lender_en, desk.phone),
        borrower=file.party,
        loan=loan,
        offer=offer,
        issued_on=today,
        sign_by_on=sign_by_on,
        rulebook=rulebook,
        record_head=file.events[-1].leaf_hash.hex(),
    )
    document = desk.vault.keep(case.case_id, e.Retention.AGREEMENT.value, desk.printer.agreement(terms, case.language))
    issued = e.AgreementIssued(
        number=terms.number,
        due_on=tuple(instalment.due_on for instalment in terms.plan.instalments),
        grace_days=terms.grace_days,
        sign_by_on=sign_by_on,
        template=TEMPLATE,
        document=document,
        replaces=terms.replaces,
        terms=terms,
    )
    at = start_of(sign_by_on + timedelta(days=1), ZONE)
    body = {"number": terms.number}
    key = f"sign:{case.case_id}:{terms.number}"
    return [issued, Due(key=key, kind="sign", due_at=at, case_id=case.case_id, body=body)]


def sign(desk: Desk, by: By, case_id: str, *, challenge: str, code: str, address: str) -> Done | Refusal:
    """She signs what lies before her. Only a code sent for this very agreement signs it, once."""
    used: list[bool] = []

    def decide(file: CaseFile) -> Decision:
        offered = file.offered
        if offered is None or offered.terms is None:
            return Refusal("agreement.none", "agreement.refusal.none", "statement.way_on.status")
        if by.actor.kind is not Role.BORROWER or by.actor.auth is not Auth.CODE:
            return Refusal("agreement.signer", "agreement.refusal.signer", "agreement.way_on.borrower_signs")
        if desk.clock.today() > offered.terms.sign_by_on:
            return Refusal("agreement.expired", "agreement.refusal.expired", "agreement.way_on.ask_again")
        if moved_on(desk, file, offered.terms.plan):
            return _moved_on()
        if not used:
            right = desk.challenges.try_code(challenge, code, desk.clock.now(), CODE_TRIES)
            if right is None or right.purpose != f"sign:{case_id}:{offered.number}":
                return Refusal("agreement.code", "contact.refusal.code", "contact.way_on.new_code", where="code")
            used.append(True)
        return _signed(desk, file, offered, challenge, address)

    return carry_out(desk, by, case_id, {"sign": challenge}, decide)


def decline(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """She does not want this agreement; she may choose anew."""

    def decide(file: CaseFile) -> Decision:
        if file.case.offered is None:
            return Refusal("agreement.none", "agreement.refusal.none", "statement.way_on.status")
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        lapsed = e.AgreementLapsed(number=file.case.offered, why=Lapse.DECLINED, words=words.strip()[:4000])
        return [lapsed, *_stay_after(file)]

    return carry_out(desk, by, case_id, {"decline": words}, decide)


def lapse(desk: Desk, by: By, case_id: str, number: int) -> Done | Refusal:
    """The days to sign are over."""

    def decide(file: CaseFile) -> Decision:
        if file.case.offered != number:
            return ()
        return [e.AgreementLapsed(number=number, why=Lapse.EXPIRED), *_stay_after(file)]

    return carry_out(desk, by, case_id, {"lapse": number}, decide)


def _stay_after(file: CaseFile) -> list[Due]:
    """Where nothing was signed, collection rests to the end of the stay, which may be over by now."""
    case = file.case
    if case.stayed_until_on is None:
        return []
    return [stay_ends(case.case_id, case.stayed_until_on, f"agreement:{case.offered}")]


def _signed(desk: Desk, file: CaseFile, offered: Agreed, challenge: str, address: str) -> Decision:
    assert offered.terms is not None and file.party is not None, "terms to sign and somebody to sign them"
    act = SigningAct(
        challenge=challenge,
        signed_at=desk.clock.now(),
        phone_masked=masked_phone(file.party.phone),
        document_sha256=sha256(desk.vault.open(offered.document)).hexdigest(),
        address=address,
    )
    facts: list[e.Fact | Due] = [e.AgreementSigned(number=offered.number, act=act)]
    if offered.terms.replaces is not None:
        facts.append(e.AgreementLapsed(number=offered.terms.replaces, why=Lapse.REPLACED))
    facts.append(e.AgreementCountersigned(number=offered.number))
    facts += measure_granted(desk, file, offered)
    return [*facts, *reminders(desk, file.case.case_id, offered)]


def moved_on(desk: Desk, file: CaseFile, plan: Plan) -> bool:
    """Whether a payment or the loan book has changed what the plan was made of: then it would charge something twice.

    Under an agreement in force each part is looked at as of the plan's own day, since a payment may have gone to
    interest alone; without one the book's principal tells.
    """
    loan = loan_today(desk, file, plan.as_of)
    if file.agreed is None or file.agreed.terms is None:
        return loan.principal_minor != plan.owed.principal_minor
    return owed_on(loan, plan.as_of) != plan.owed


def _moved_on() -> Refusal:
    """Something was paid on the debt since the plan was made: what she would sign is no longer what is owed."""
    return Refusal("agreement.moved_on", "agreement.refusal.moved_on", "agreement.way_on.make_anew", where="plan")
