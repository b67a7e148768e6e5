"""Room 7, payments: money comes in, is reversed, falls late, is cured, settles everything; life may change again.

A payment is known by its reference: the same reference twice is one payment. Only a person declares a plan broken.
"""

from datetime import date, timedelta

from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.case import Case
from forbear.core.clocks import start_of
from forbear.core.contact import Auth, Role, may_work_on_cases
from forbear.core.file import Agreed, CaseFile
from forbear.core.loan import Owed
from forbear.core.money import LIMIT_MINOR
from forbear.core.payments import BreakReason, Payment, Standing, late, order_at, position, settlement_owed, split
from forbear.core.refusal import Refusal


def take_payment(
    desk: Desk, by: By, case_id: str, *, amount_minor: int, paid_on: date, reference: str
) -> Done | Refusal:
    """A payment that arrived. It goes to the oldest open instalment first, split as the agreement says."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _may_book(by) or _sensible(desk, amount_minor, paid_on, reference):
            return refusal
        known = next((p.details for p in file.payments if p.details and p.details.reference == reference.strip()), None)
        if known is not None:
            same = (known.amount_minor, known.paid_on) == (amount_minor, paid_on)
            return () if same else Refusal("payments.reference", "payments.refusal.reference", where="reference")
        agreed = file.agreed
        if agreed is None or agreed.terms is None:
            return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account")
        return _taken(desk, file, agreed, amount_minor, paid_on, reference.strip())

    request = {"pay": amount_minor, "paid_on": paid_on, "reference": reference.strip()}
    return carry_out(desk, by, case_id, request, decide)


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
            return Refusal("payments.ended", "payments.refusal.ended", "payments.way_on.loan_account", where="payment")
        return _reversed(file, paid.details, reason.strip())

    return carry_out(desk, by, case_id, {"reverse": payment, "reason": reason}, decide)


def end_day(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """What the calendar brought: instalments late after their days of grace, a notice to cure, the end of its days."""

    def decide(file: CaseFile) -> Decision:
        agreed, today = file.agreed, desk.clock.today()
        if agreed is None or agreed.terms is None:
            return ()
        terms, case = agreed.terms, file.case
        rows = file.rows(agreed)
        open_late = late(rows, today, grace_days=terms.grace_days, tolerance_minor=terms.tolerance_minor)
        facts: list[e.Fact | Due] = [
            e.InstalmentLate(instalment=number) for number in open_late if number not in case.late
        ]
        notice_days = desk.rulebooks.on(today).integer("payments.notice_days")
        ripe = any(rows[n - 1].instalment.due_on + timedelta(days=notice_days) < today for n in open_late)
        if ripe and case.standing in (Standing.ON_TRACK, Standing.LATE):
            facts.append(e.DefaultNoticed(cure_by_on=today + timedelta(days=terms.cure_days)))
        if case.standing is Standing.NOTICED and case.cure_by_on and today > case.cure_by_on and open_late:
            facts.append(e.CurePeriodEnded())
        return facts

    return carry_out(desk, by, case_id, {"end_day": by.key}, decide)


def declare_broken(desk: Desk, by: By, case_id: str, why: BreakReason, reason: str) -> Done | Refusal:
    """A reviewer's decision after notice and the days to cure; the contract counts again, less what was paid."""

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.REVIEWER or by.actor.auth is not Auth.STAFF:
            return Refusal("payments.role", "decision.refusal.role", "decision.way_on.reviewer")
        if file.case.in_force is None:
            return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account")
        if why is BreakReason.UNPAID and file.case.standing is not Standing.CURE_ENDED:
            return Refusal("payments.cure", "payments.refusal.cure_runs", "payments.way_on.wait")
        if why is BreakReason.UNPAID and _asked_anew(file.case, desk.clock.today()):
            return Refusal("payments.wish", "payments.refusal.wish_open", "payments.way_on.decide_first")
        if not reason.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="reason")
        return [e.PlanBroken(why=why, reason=reason.strip()), e.EnforcementResumed(), e.CaseClosed(why="broken")]

    return carry_out(desk, by, case_id, {"broken": why, "reason": reason}, decide)


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
    taken = split(rows, amount_minor, paid_on, order_at(terms, rows, paid_on), terms.plan.as_of)
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
    still = late(after, desk.clock.today(), grace_days=terms.grace_days, tolerance_minor=terms.tolerance_minor)
    if file.case.standing is not Standing.ON_TRACK and not still:
        facts.append(e.DefaultCured())
    if taken.all_settled:
        facts += [e.PlanCompleted(early=early), e.CaseClosed(why="completed")]
    return facts


def _reversed(file: CaseFile, details: Payment, reason: str) -> list[e.Fact | Due]:
    agreed = file.agreed
    assert agreed is not None and agreed.terms is not None, "an agreement the payment was for"
    others = [p for p in file.standing_payments(agreed.number) if p.payment != details.payment]
    before, after = file.rows(agreed), position(agreed.terms, others)
    reopened = tuple(
        old.number for old, new in zip(before, after, strict=True) if not old.open_minor and new.open_minor
    )
    return [e.PaymentReversed(payment=details.payment, reopened=reopened, reason=reason)]


def _asked_anew(case: Case, today: date) -> bool:
    """She handed in that life changed again: collection rests until that is decided, and the days after it are over."""
    handed_in = case.reopened and not case.restating
    return handed_in or (case.stayed_until_on is not None and today <= case.stayed_until_on)


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
