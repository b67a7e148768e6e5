"""Room 6, agreement: drawn up from the decision, signed by her with a one-time code, then in force.

The document is printed once, kept, and its digest is what she signs; the lender's signature follows in the same step
by the authority of the reviewer who decided.
"""

from datetime import timedelta
from hashlib import sha256

from forbear.actions.contact import CODE_TRIES, SIGNING
from forbear.actions.enforcement import stay_ends
from forbear.actions.forborne import measure_granted
from forbear.actions.plan import loan_today
from forbear.actions.ports import ZONE, Challenge, DamagedFile, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.actions.reminders import reminders
from forbear.actions.signatures import to_seal
from forbear.core import events as e
from forbear.core.agreement import House, Lapse, SigningAct, cooling_ends_on, draw_up, sign_by
from forbear.core.clocks import start_of
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.file import Agreed, CaseFile
from forbear.core.identity import masked_phone
from forbear.core.identity_on_channel import EVERYWHERE
from forbear.core.loan import owed_on
from forbear.core.plan import Offer, Plan
from forbear.core.refusal import Refusal
from forbear.words import say


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
    held = desk.loans.loan(file.loan_id) if file.loan_id else None
    terms = draw_up(
        case_id=case.case_id,
        number=case.agreements + 1,
        replaces=case.in_force,
        house=_house(desk),
        borrower=file.party,
        guarantors=held.row.guarantors if held else (),
        co_borrowers=held.row.co_borrowers if held else (),
        loan=loan,
        offer=offer,
        issued_on=today,
        sign_by_on=sign_by_on,
        rulebook=rulebook,
        record_head=file.events[-1].leaf_hash.hex(),
    )
    printed = desk.printer.agreement(terms, case.language)
    document = desk.vault.keep(case.case_id, e.Retention.AGREEMENT.value, printed)
    issued = e.AgreementIssued(
        number=terms.number,
        due_on=tuple(instalment.due_on for instalment in terms.plan.instalments),
        grace_days=terms.grace_days,
        sign_by_on=sign_by_on,
        template=terms.template,
        document=document,
        replaces=terms.replaces,
        terms=terms,
        printed=sha256(printed).hexdigest(),
    )
    at = start_of(sign_by_on + timedelta(days=1), ZONE)
    body = {"number": terms.number}
    key = f"sign:{case.case_id}:{terms.number}"
    return [issued, Due(key=key, kind="sign", due_at=at, case_id=case.case_id, body=body)]


def _house(desk: Desk) -> House:
    return House(
        lender=desk.lender,
        lender_en=desk.lender_en,
        phone=desk.phone,
        template=desk.printer.template,
        ledger=desk.log_key.origin,
        ledger_key=desk.log_key.vkey,
        certificates=desk.sealer.issuer.value,
        pay_to=desk.pay_to,
    )


def sign(desk: Desk, by: By, case_id: str, *, challenge: str, code: str, address: str) -> Done | Refusal:
    """She signs what lies before her. Only a code sent for this very agreement signs it, once. Her act is never dated
    before what the record holds already, so that a clock set back neither opens days that are over nor backdates it.
    """
    tried: list[Challenge | None] = []

    def decide(file: CaseFile) -> Decision:
        offered = file.offered
        if offered is None or offered.terms is None:
            return Refusal("agreement.none", "agreement.refusal.none", "statement.way_on.status")
        if by.actor.kind is not Role.BORROWER or by.actor.auth not in EVERYWHERE:
            return Refusal("agreement.signer", "agreement.refusal.signer", "agreement.way_on.borrower_signs")
        at = max(desk.clock.now(), file.events[-1].at)
        if at.astimezone(ZONE).date() > offered.terms.sign_by_on:
            return Refusal("agreement.expired", "agreement.refusal.expired", "agreement.way_on.ask_again")
        if moved_on(desk, file, offered.terms.plan):
            return _moved_on()
        if (digest := _as_printed(desk, offered)) is None:
            return Refusal("agreement.changed", "signatures.refusal.changed", "contact.way_on.call")
        if not tried:
            tried.append(desk.challenges.try_code(challenge, code, desk.clock.now(), CODE_TRIES))
        right, meant = tried[0], f"{SIGNING}:{case_id}:{offered.number}"
        if right is None or right.purpose != meant:  # also where another was put before her in between
            return _not_this_code(desk, challenge, meant)
        act = SigningAct(
            challenge=challenge,
            signed_at=at,
            phone_masked=masked_phone(right.phone),
            document_sha256=digest,
            address=address,
        )
        return _signed(desk, file, offered, act)

    return carry_out(desk, by, case_id, {"sign": challenge}, decide)


def _not_this_code(desk: Desk, challenge: str, meant: str) -> Refusal:
    """Who presses twice may find the code used by her own first press, which is still being recorded."""
    known = desk.challenges.get(challenge)
    if known is not None and known.used and known.purpose == meant:
        return Refusal("agreement.code", "agreement.refusal.used", "agreement.way_on.look_again")
    return Refusal("agreement.code", "contact.refusal.code", "contact.way_on.new_code", where="code")


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


def take_back(desk: Desk, by: By, case_id: str, words: str = "") -> Done | Refusal:
    """She changes her mind within the days that the agreement gives her for that; she may choose anew."""

    def decide(file: CaseFile) -> Decision:
        agreed = file.agreed
        if agreed is None or agreed.terms is None or agreed.signed_at is None:
            return Refusal("agreement.none", "signatures.refusal.not_in_force", "statement.way_on.status")
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        until_on = cooling_ends_on(agreed.terms, agreed.signed_at.astimezone(ZONE).date())
        if until_on is None or desk.clock.today() > until_on:
            return Refusal("agreement.cooling", "signatures.refusal.cooling", "signatures.way_on.ask_change")
        days = desk.rulebooks.on(desk.clock.today()).integer("desk.stay_days_after_decision")
        stay_until_on = desk.clock.today() + timedelta(days=days)
        lapsed = e.AgreementLapsed(number=agreed.number, why=Lapse.TAKEN_BACK, words=words.strip()[:4000])
        return [lapsed, e.EnforcementStayed(until_on=stay_until_on), stay_ends(case_id, stay_until_on)]

    return carry_out(desk, by, case_id, {"take back": words}, decide)


def review(desk: Desk, by: By, case_id: str, number: int) -> Done | Refusal:
    """The agreement says that on this day both look at whether it still suits her: the desk is told to ask."""

    def decide(file: CaseFile) -> Decision:
        if file.case.closed or file.case.in_force != number:
            return ()
        return [e.NoteWritten(text=say("zh", "signatures.note.review", number=number))]

    return carry_out(desk, by, case_id, {"review": number}, decide)


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


def _as_printed(desk: Desk, offered: Agreed) -> str | None:
    """The digest of the document that is kept; None where it is not what was put before her, or cannot be opened."""
    try:
        digest = sha256(desk.vault.open(offered.document)).hexdigest()
    except (KeyError, DamagedFile):
        return None
    return digest if digest == (offered.printed or digest) else None


def _signed(desk: Desk, file: CaseFile, offered: Agreed, act: SigningAct) -> Decision:
    assert offered.terms is not None, "terms to sign"
    facts: list[e.Fact | Due] = [e.AgreementSigned(number=offered.number, act=act)]
    if offered.terms.replaces is not None:
        facts.append(e.AgreementLapsed(number=offered.terms.replaces, why=Lapse.REPLACED))
    facts.append(e.AgreementCountersigned(number=offered.number))
    facts += measure_granted(desk, file, offered)
    case_id = file.case.case_id
    return [*facts, to_seal(desk, case_id, offered.number), *reminders(desk, case_id, offered), *_looks(desk, offered)]


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


def _looks(desk: Desk, offered: Agreed) -> list[Due]:
    """The days on which somebody asks whether it still suits her."""
    assert offered.terms is not None, "terms to keep"
    number, case_id = offered.number, offered.terms.case_id
    body = {"number": number}
    return [
        Due(
            key=f"review:{case_id}:{number}:{on}",
            kind="review",
            due_at=start_of(on, ZONE, 9),
            case_id=case_id,
            body=body,
        )
        for on in offered.terms.review_on
    ]
