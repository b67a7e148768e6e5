"""Room 6, signatures: an agreement that both sides signed becomes a PDF with both signatures in it.

Her act is a fact already and stands whatever becomes of this: where a key, a service or an authority for time stamps is
not there, the agenda tries again, tells a person, and tries again the next day.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from forbear.actions.ports import ZONE, DamagedFile, Desk, Due, SealOrder, SealRefused
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import may_work_on_cases
from forbear.core.file import Agreed, CaseFile
from forbear.core.refusal import Refusal
from forbear.core.signatures import Issuer, statement
from forbear.words import say
from forbear.words.format import moment


def to_seal(desk: Desk, case_id: str, number: int) -> Due:
    """The sealing of an agreement that was just signed."""
    key = f"seal:{case_id}:{number}"
    return Due(key=key, kind="seal", due_at=desk.clock.now(), case_id=case_id, body={"number": number})


def again_tomorrow(desk: Desk, case_id: str, number: int) -> Due:
    """The same once more, when it failed for the last time today."""
    tomorrow = desk.clock.today() + timedelta(days=1)
    key = f"seal:{case_id}:{number}:{tomorrow}"
    body = {"number": number}
    return Due(key=key, kind="seal", due_at=start_of(tomorrow, ZONE, 9), case_id=case_id, body=body)


def try_now(desk: Desk, by: By, case_id: str, number: int) -> Refusal | None:
    """Somebody at the desk mended what was in the way: seal it at once."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    file = load(desk, case_id)
    waiting = [one for one in file.agreements if one.number == number and one.act is not None and not one.sealed]
    if not waiting:
        return Refusal("signatures.nothing", "signatures.refusal.nothing_to_seal", "statement.way_on.status")
    due = replace(to_seal(desk, case_id, number), key=f"seal:{case_id}:{number}:{by.key}")
    desk.agenda.put([due])
    return None


def seal(desk: Desk, by: By, case_id: str, number: int) -> Done | Refusal:
    """Seal an agreement once; raises SealingAway, and SealRefused where trying again helps nobody."""
    file = load(desk, case_id)
    agreed = next((one for one in file.agreements if one.number == number), None)
    if agreed is None or agreed.sealed or agreed.act is None or agreed.terms is None:
        return Done(case_id, ())
    sealed = desk.sealer.seal(_order(desk, file, agreed))
    kept = desk.vault.keep(case_id, e.Retention.AGREEMENT.value, sealed.pdf)
    issuer = desk.sealer.issuer

    def decide(file: CaseFile) -> Decision:
        if any(one.number == number and one.sealed for one in file.agreements):
            return ()
        return [e.AgreementSealed(number=number, level=sealed.level, issuer=issuer, document=kept, seal=sealed.seal)]

    outcome = carry_out(desk, by, case_id, {"seal": number}, decide)
    if isinstance(outcome, Refusal) or outcome.replayed or not outcome.events:
        desk.vault.drop(kept)  # somebody else was quicker
    return outcome


def _order(desk: Desk, file: CaseFile, agreed: Agreed) -> SealOrder:
    assert agreed.act is not None and agreed.terms is not None, "an agreement that she signed"
    act, terms, language = agreed.act, agreed.terms, file.case.language
    try:
        document = desk.vault.open(agreed.document)
    except (KeyError, DamagedFile) as error:
        raise SealRefused("document", "what she signed cannot be opened any more") from error
    if sha256(document).hexdigest() != act.document_sha256:
        raise SealRefused("document", "what is kept is not what she signed")
    told = statement(
        terms=terms,
        act=act,
        document_size=len(document),
        ledger=desk.log_key.origin,
        log_key=desk.log_key.vkey,
        seq=agreed.signed_seq,
        leaf_hash=file.events[agreed.signed_seq].leaf_hash,
    )
    lender = terms.lender if language == "zh" else terms.lender_en
    signed_at, digest = moment(language, act.signed_at), act.document_sha256[:16]
    hers = say(language, "signatures.stamp.borrower", at=signed_at, phone=act.phone_masked, digest=digest)
    own = desk.sealer.issuer is Issuer.OWN
    ours = say(language, "signatures.stamp.lender", at=moment(language, desk.clock.now()))
    worth = say(language, f"signatures.stamp.{'own' if own else 'outside'}")
    return SealOrder(
        document=document,
        statement=told,
        reference=f"{file.case.case_id}:{agreed.number}",
        borrower=terms.borrower.name,
        lender=terms.lender,
        stamps={
            "borrower": (terms.borrower.name, *hers.splitlines(), worth),
            "lender": (lender, *ours.splitlines(), worth),
        },
        at=desk.clock.now(),
    )
