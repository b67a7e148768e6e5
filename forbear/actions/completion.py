"""Room 7, payments: the letter that everything is paid (结清证明), and what came in too much goes back to her."""

from datetime import date

from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.contact import may_work_on_cases
from forbear.core.file import CaseFile
from forbear.core.payments import paid_minor
from forbear.core.promise_parts import Completion, Refund
from forbear.core.refusal import Refusal

TEMPLATE = "completion-1"
"""The letter's text version."""


def issue_letter(desk: Desk, by: By, case_id: str, number: int) -> Done | Refusal:
    """Print the letter of an agreement that is completed, once, and keep it; nothing where it is in force again."""

    def decide(file: CaseFile) -> Decision:
        standing = file.promise.letter
        if standing is not None and standing.number == number:
            return ()
        letter = letter_of(desk, file, number)
        if letter is None:
            return ()
        data = desk.printer.completion(letter, file.case.language)
        document = desk.vault.keep(case_id, e.Retention.AGREEMENT.value, data)
        return [e.CompletionIssued(number=number, document=document, template=TEMPLATE, letter=letter)]

    return carry_out(desk, by, case_id, {"completion": number, "after": by.key}, decide)


def letter_of(desk: Desk, file: CaseFile, number: int) -> Completion | None:
    """What the letter says of an agreement; None unless it is completed and can still be read."""
    agreed = next((one for one in file.agreements if one.number == number), None)
    if agreed is None or agreed.terms is None or agreed.state != "completed" or agreed.signed_at is None:
        return None
    terms, payments = agreed.terms, file.standing_payments(number)
    plan = terms.plan
    settled_on = max(payment.paid_on for payment in payments if payment.lines)
    done = [event.fact for event in file.events if isinstance(event.fact, e.PlanCompleted)]
    return Completion(
        lender=terms.lender,
        lender_en=terms.lender_en,
        phone=terms.phone,
        name=terms.borrower.name,
        id_number_masked=terms.borrower.id_number_masked,
        contract=terms.contract,
        number=number,
        signed_on=agreed.signed_at.astimezone(ZONE).date(),
        settled_on=settled_on,
        early=done[-1].early,
        currency=terms.currency,
        principal_minor=plan.owed.principal_minor - plan.forgiven.principal_minor,
        paid_minor=paid_minor(payments),
        waived_minor=plan.forgiven.total_minor,
        issued_on=desk.clock.today(),
        template=TEMPLATE,
        record_head=file.events[-1].leaf_hash.hex(),
    )


def send_refund(desk: Desk, by: By, case_id: str, payment: str, *, sent_on: date, reference: str) -> Done | Refusal:
    """Note that what was too much was sent back to her: the whole of it, on a day, by a transfer with a reference."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        over = next((one for one in file.promise.overs if one.payment == payment), None)
        if over is None:
            return Refusal("promise.refund", "promise.refusal.no_refund", "statement.way_on.status", where="payment")
        if over.refunded_at is not None:
            return ()
        if sent_on > desk.clock.today():
            return Refusal("payments.future", "payments.refusal.future", where="sent_on")
        paid_on = next((p.details.paid_on for p in file.payments if p.payment == payment and p.details), sent_on)
        if sent_on < paid_on:
            on = {"paid_on": paid_on.isoformat()}
            return Refusal("promise.refund_day", "promise.refusal.refund_day", facts=on, where="sent_on")
        if not reference.strip() or len(reference) > 120:
            return Refusal("payments.no_reference", "payments.refusal.no_reference", where="reference")
        refund = Refund(amount_minor=over.amount_minor or 0, sent_on=sent_on, reference=reference.strip())
        return [e.RefundSent(payment=payment, refund=refund)]

    done = carry_out(desk, by, case_id, {"refund": payment, "on": sent_on, "reference": reference.strip()}, decide)
    if isinstance(done, Done):
        settle_tasks(desk, case_id, "refund", payment=payment)
    return done


def refund_waits(desk: Desk, case_id: str, payment: str) -> bool:
    """Whether what was too much of a payment has still to go back."""
    return any(one.payment == payment for one in load(desk, case_id).promise.refunds_due)


def settle_tasks(desk: Desk, case_id: str, kind: str, **of: str) -> None:
    """Take the tasks that an act has done off the list."""
    for item in desk.agenda.given_up():
        if item.kind == kind and item.case_id == case_id and of.items() <= dict(item.body).items():
            desk.agenda.settle(item.id)
