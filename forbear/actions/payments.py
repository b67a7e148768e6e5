"""Room 7, payments: money comes in, is reversed, falls late, is cured, settles everything; life may change again.

A payment is known by its reference: the same reference twice is one payment. One of a day before the agreement's
figures were made stands in those figures and is not booked again. Only a person declares a plan broken
(actions/breach.py).
"""

from datetime import date, timedelta
from hashlib import sha256

from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.agreement import Lapse
from forbear.core.case import Case
from forbear.core.clocks import start_of
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.credit_line import pack as credit_pack
from forbear.core.dates import working_day_after
from forbear.core.file import Agreed, CaseFile
from forbear.core.loan import Owed
from forbear.core.money import LIMIT_MINOR
from forbear.core.payments import Payment, Standing, days_after, late, order_at, position, settlement_owed, split
from forbear.core.refusal import Refusal


def take_payment(
    desk: Desk, by: By, case_id: str, *, amount_minor: int, paid_on: date, reference: str
) -> Done | Refusal:
    """A payment that arrived. It goes to the oldest open instalment first, split as the agreement says."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _may_book(by) or _sensible(desk, amount_minor, paid_on, reference):
            return refusal
        if (known := _known(file, by, amount_minor, paid_on, reference.strip())) is not None:
            return known
        agreed = file.agreed
        if agreed is not None and agreed.terms is not None and paid_on < agreed.terms.plan.as_of:
            on = {"on": agreed.terms.plan.as_of.isoformat()}
            return Refusal("payments.before", "payments.refusal.before", "payments.way_on.before", on, where="paid_on")
        if agreed is None and (last := file.last_agreed) is not None and last.state == "completed":
            return _too_late(desk, last, amount_minor, paid_on, reference.strip(), case_id)
        if agreed is None or agreed.terms is None:
            return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account")
        return _taken(desk, file, agreed, amount_minor, paid_on, reference.strip())

    request = {"pay": amount_minor, "paid_on": paid_on, "reference": reference.strip()}
    return carry_out(desk, by, case_id, request, decide)


def payment_key(case_id: str, reference: str) -> str:
    """The key under which a file or another system books a payment. It stands in the record for ever, and a reference
    is personal: it is named by its hash alone.
    """
    return f"payment:{case_id}:{sha256(f'{case_id} {reference}'.encode()).hexdigest()[:32]}"


def _known(file: CaseFile, by: By, amount_minor: int, paid_on: date, reference: str) -> Decision | None:
    """What a reference that is known means: the same payment, which changes nothing, or another one."""
    paid = next((one for one in file.payments if one.details and one.details.reference == reference), None)
    if paid is None or paid.details is None:
        return None
    if (paid.details.amount_minor, paid.details.paid_on) != (amount_minor, paid_on):
        return Refusal("payments.reference", "payments.refusal.reference", where="reference")
    if paid.reversed_at is not None and by.actor.kind not in (Role.LENDER_CORE, Role.SYSTEM):
        why, way_on = "payments.refusal.reversed", "payments.way_on.own_reference"
        return Refusal("payments.reversed", why, way_on, where="reference")  # a file that comes again means the old one
    return ()


def reverse_payment(desk: Desk, by: By, case_id: str, payment: str, reason: str) -> Done | Refusal:
    """A payment that was none: bounced, booked on the wrong case. It stays in the record, named by its reversal."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _may_book(by):
            return refusal
        if not reason.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="reason")
        paid = next((p for p in file.payments if p.payment == payment), None)
        if paid is None or paid.details is None:
            return Refusal("payments.unknown", "payments.refusal.unknown", where="payment")
        if paid.reversed_at is not None:
            return ()
        if file.case.in_force != paid.details.agreement:
            return _reversed_after_all(desk, file, paid.details, reason.strip())
        return _reversed(file, paid.details, reason.strip())

    return carry_out(desk, by, case_id, {"reverse": payment, "reason": reason}, decide)


def end_day(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """What the calendar brought: instalments late after their days of grace, word that a credit bureau will be told, a
    notice to cure, the end of its days. Never more than that: only a person ends an agreement. In a pause, nothing.
    """

    def decide(file: CaseFile) -> Decision:
        agreed, today = file.agreed, desk.clock.today()
        if agreed is None or agreed.terms is None or file.case.suspended_on(today):
            return ()
        terms, case, rules = agreed.terms, file.case, desk.rulebooks.on(today)
        open_late = late_now(file, today)
        if not open_late:
            return ()
        oldest_on = file.rows(agreed)[min(open_late) - 1].instalment.due_on
        days = days_after(oldest_on, today, case.pauses)
        facts: list[e.Fact | Due] = [
            e.InstalmentLate(instalment=number) for number in open_late if number not in case.late
        ]
        pack = credit_pack(rules)
        tells = pack is not None and pack.notice_days is not None and file.credit.warned_at is None
        if pack is not None and tells and days > rules.integer("credit.notice_late_days"):
            facts.append(e.CreditWarned(instalment=min(open_late), pack=pack.name))
        ripe = days > rules.integer("payments.notice_days")
        counts = terms.breach.met(open_late, file.promise.ever_late)
        if ripe and counts and case.standing in (Standing.ON_TRACK, Standing.LATE):
            facts.append(e.DefaultNoticed(cure_by_on=today + timedelta(days=terms.cure_days)))
        if case.standing is Standing.NOTICED and case.cure_by_on and today > case.cure_by_on:
            facts.append(e.CurePeriodEnded())
        return facts

    return carry_out(desk, by, case_id, {"end_day": by.key}, decide)


def late_now(file: CaseFile, today: date) -> tuple[int, ...]:
    """Numbers of the instalments of the agreement in force that are late on a day; () where there is none."""
    agreed = file.agreed
    if agreed is None or agreed.terms is None:
        return ()
    grace, tolerance = agreed.terms.grace_days, agreed.terms.tolerance_minor
    return late(file.rows(agreed), today, grace_days=grace, tolerance_minor=tolerance, pauses=file.case.pauses)


def renegotiate(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """Life changed again: her answers are open once more, what is agreed stands until a new agreement replaces it."""

    def decide(file: CaseFile) -> Decision:
        case = file.case
        if case.in_force is None:
            return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account")
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if case.restating or case.under_review or case.offered is not None:
            return ()
        return [e.RenegotiationAsked(words=words.strip()[:4000])]

    return carry_out(desk, by, case_id, {"renegotiate": words}, decide)


def settlement_figure(file: CaseFile, on: date) -> Owed | None:
    """What would settle the agreement in force on a day; None when there is none."""
    agreed = file.agreed
    if agreed is None or agreed.terms is None:
        return None
    return settlement_owed(file.rows(agreed), on, agreed.terms.plan.as_of)


def _taken(
    desk: Desk, file: CaseFile, agreed: Agreed, amount_minor: int, paid_on: date, reference: str
) -> list[e.Fact | Due]:
    assert agreed.terms is not None, "terms to pay by"
    terms, rows = agreed.terms, file.rows(agreed)
    taken = split(rows, amount_minor, paid_on, order_at(terms, rows, paid_on), terms.plan.as_of, terms.tolerance_minor)
    early = taken.all_settled and paid_on < terms.plan.ends_on
    payment = Payment(
        payment=desk.ids.new("r"),
        agreement=agreed.number,
        amount_minor=amount_minor,
        paid_on=paid_on,
        reference=reference,
        lines=taken.lines,
        over_minor=taken.over_minor,
        spared_minor=taken.spared_minor,
    )
    facts: list[e.Fact | Due] = [
        e.PaymentReceived(
            payment=payment.payment,
            settled=taken.settled,
            all_settled=taken.all_settled,
            early=early,
            details=payment,
        )
    ]
    after = position(terms, (*file.standing_payments(agreed.number), payment))
    still = late(
        after,
        desk.clock.today(),
        grace_days=terms.grace_days,
        tolerance_minor=terms.tolerance_minor,
        pauses=file.case.pauses,
    )
    if file.case.standing is not Standing.ON_TRACK and not still and not taken.all_settled:
        facts.append(e.DefaultCured())
    if taken.over_minor:
        facts += _over(desk, file.case.case_id, payment)
    if taken.all_settled:
        facts += [e.PlanCompleted(early=early), *lapsed_too(file.case)]
        facts += [e.CaseClosed(why="completed"), _letter(desk, file.case.case_id, payment)]
    return facts


def lapsed_too(case: Case) -> list[e.Fact]:
    """A newer agreement that waits for her is void when the one it was to replace ends."""
    return [] if case.offered is None else [e.AgreementLapsed(number=case.offered, why=Lapse.ENDED)]


def _too_late(
    desk: Desk, agreed: Agreed, amount_minor: int, paid_on: date, reference: str, case_id: str
) -> list[e.Fact | Due]:
    """Money that comes when all is paid: it is kept for her, named, and goes back."""
    payment = Payment(
        payment=desk.ids.new("r"),
        agreement=agreed.number,
        amount_minor=amount_minor,
        paid_on=paid_on,
        reference=reference,
        lines=(),
        over_minor=amount_minor,
    )
    received = e.PaymentReceived(payment=payment.payment, settled=(), all_settled=True, details=payment)
    return [received, *_over(desk, case_id, payment)]


def _over(desk: Desk, case_id: str, payment: Payment) -> list[e.Fact | Due]:
    """What is too much is said to her at once and is a person's task to send back."""
    today = desk.clock.today()
    by_on = working_day_after(today, desk.rulebooks.on(today).integer("payments.refund_working_days"))
    found = e.OverpaymentFound(payment=payment.payment, refund_by_on=by_on, amount_minor=payment.over_minor)
    key, body = f"refund:{payment.payment}", {"payment": payment.payment}
    return [found, Due(key=key, kind="refund", due_at=desk.clock.now(), case_id=case_id, body=body)]


def _letter(desk: Desk, case_id: str, payment: Payment) -> Due:
    key, body = f"completion:{payment.payment}", {"number": payment.agreement}
    return Due(key=key, kind="completion", due_at=desk.clock.now(), case_id=case_id, body=body)


def _reversed(file: CaseFile, details: Payment, reason: str) -> list[e.Fact | Due]:
    agreed = file.agreed
    assert agreed is not None and agreed.terms is not None, "an agreement the payment was for"
    others = [p for p in file.standing_payments(agreed.number) if p.payment != details.payment]
    before, after = file.rows(agreed), position(agreed.terms, others)
    reopened = tuple(
        old.number for old, new in zip(before, after, strict=True) if not old.open_minor and new.open_minor
    )
    return [e.PaymentReversed(payment=details.payment, reopened=reopened, reason=reason)]


def _reversed_after_all(desk: Desk, file: CaseFile, details: Payment, reason: str) -> Decision:
    """A payment of a completed agreement bounced: the agreement is in force again, unless a newer case has begun.

    One of an agreement that was broken or replaced is the loan account's.
    """
    last, case = file.last_agreed, file.case
    ended = Refusal("payments.ended", "payments.refusal.ended", "payments.way_on.loan_account", where="payment")
    if last is None or last.state != "completed" or last.number != details.agreement or last.terms is None:
        return ended
    if not details.lines:
        return [e.PaymentReversed(payment=details.payment, reopened=(), reason=reason)]
    lines = desk.cases.of_loan(file.loan_id or "")
    if any(line.case_id != case.case_id and line.stage != "closed" for line in lines):
        return ended
    others = [p for p in file.standing_payments(last.number) if p.payment != details.payment]
    after = position(last.terms, others)
    reopened = tuple(row.number for row in after if row.open_minor)
    reversal = e.PaymentReversed(payment=details.payment, reopened=reopened, reason=reason)
    return [e.PlanReopened(number=last.number), reversal] if reopened else [reversal]


def _may_book(by: By) -> Refusal | None:
    if by.actor.kind in (Role.LENDER_CORE, Role.SYSTEM):
        return None
    return may_work_on_cases(by.actor)


def _sensible(desk: Desk, amount_minor: int, paid_on: date, reference: str) -> Refusal | None:
    if not 0 < amount_minor < LIMIT_MINOR:
        return Refusal("payments.amount", "payments.refusal.amount", where="amount")
    if paid_on > desk.clock.today():
        return Refusal("payments.future", "payments.refusal.future", where="paid_on")
    if not reference.strip() or len(reference) > 120:
        return Refusal("payments.no_reference", "payments.refusal.no_reference", where="reference")
    return None


def first_nightly(desk: Desk) -> Due:
    """The nightly run that keeps itself going (forbear/actions/agenda.py)."""
    tomorrow = desk.clock.today() + timedelta(days=1)
    return Due(key=f"nightly:{tomorrow.isoformat()}", kind="nightly", due_at=start_of(tomorrow, ZONE, 1))
