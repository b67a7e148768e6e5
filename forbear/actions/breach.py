"""Room 7, payments: an agreement is ended or stands still for a while, always by a person and with a reason.

Ended only for what it names as a breach, or at her wish; as unpaid only after a written notice that went out to her and
its days to cure, for papers or income only after she was asked and had the same days (actions/breach_question.py). By a
reviewer, by two of them where the rulebook asks for it. What was taken off then falls back in part (core/fallback.py),
and collection may go on from that moment, not before.
"""

from datetime import date, datetime, timedelta

from forbear.actions.breach_question import tasks_done
from forbear.actions.payments import lapsed_too, late_now
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.case import Case
from forbear.core.clocks import start_of
from forbear.core.contact import Auth, Role, may_work_on_cases
from forbear.core.fallback import fallback
from forbear.core.file import CaseFile
from forbear.core.notices import NoticeKind
from forbear.core.payments import ASKED_FIRST, BreakReason, Standing
from forbear.core.promise_parts import Fallback
from forbear.core.refusal import Refusal

WORDS_MAX = 4000


def declare_broken(desk: Desk, by: By, case_id: str, why: BreakReason, reason: str) -> Done | Refusal:
    """A reviewer's decision after notice and the days to cure; the contract counts again, less what was paid. Where
    the rulebook asks for a second pair of eyes (breach.second_eyes) the first one puts it forward and another decides.
    """

    def decide(file: CaseFile) -> Decision:
        today = desk.clock.today()
        if refusal := _reviewer(by) or _may_end(file, why, today):
            return refusal
        if not reason.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="reason")
        asked, words = file.promise.breach, reason.strip()[:WORDS_MAX]
        if why.value in desk.rulebooks.on(today).texts("breach.second_eyes"):
            if asked is None or asked.why is not why:
                return [e.BreachProposed(why=why, reason=words)]
            if asked.by == by.actor.id:
                return Refusal("decision.four_eyes", "promise.refusal.own_breach", "decision.way_on.other_reviewer")
        broken = e.PlanBroken(why=why, reason=words, fallback=fallback_today(file, today))
        return [broken, *lapsed_too(file.case), e.EnforcementResumed(), e.CaseClosed(why="broken")]

    done = carry_out(desk, by, case_id, {"broken": why, "reason": reason}, decide)
    if isinstance(done, Done):
        tasks_done(desk, case_id)
    return done


def return_breach(desk: Desk, by: By, case_id: str, reason: str) -> Done | Refusal:
    """The second reviewer does not agree that the agreement should end: it goes on."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _reviewer(by):
            return refusal
        if file.promise.breach is None:
            return Refusal("promise.no_breach", "promise.refusal.no_breach", "decision.way_on.wait")
        if not reason.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="reason")
        words = reason.strip()[:WORDS_MAX]
        settled = [e.BreachCleared(reason=words)] if file.promise.question is not None else []
        return [e.BreachReturned(reason=words), *settled]

    done = carry_out(desk, by, case_id, {"breach_returned": reason}, decide)
    if isinstance(done, Done):
        tasks_done(desk, case_id)
    return done


def fallback_today(file: CaseFile, on: date) -> Fallback | None:
    """What ending the agreement in force on a day would do to what was taken off; None where there is none."""
    agreed = file.agreed
    if agreed is None or agreed.terms is None:
        return None
    return fallback(agreed.terms, file.standing_payments(agreed.number), on)


def suspend(desk: Desk, by: By, case_id: str, until_on: date, reason: str) -> Done | Refusal:
    """The agreement stands still from today to the end of `until_on`: nobody reminds her, no day counts as late, and
    the days to cure go on after it. Its due days and figures stay.
    """

    def decide(file: CaseFile) -> Decision:
        today = desk.clock.today()
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if file.case.in_force is None:
            return _none_in_force()
        if file.case.suspended_on(today):
            return Refusal("promise.suspended", "promise.refusal.suspended", "promise.way_on.resume", where="until_on")
        most = desk.rulebooks.on(today).integer("payments.suspension_days_max")
        if not today <= until_on < today + timedelta(days=most):
            return Refusal("promise.until", "promise.refusal.until", where="until_on", facts={"days": str(most)})
        if not reason.strip():
            return Refusal("payments.reason", "evidence.refusal.reason", where="reason")
        over_at = start_of(until_on + timedelta(days=1), ZONE, 10)
        key = f"pause:{case_id}:{file.case.in_force}:{len(file.promise.suspensions)}"
        due = Due(key=key, kind="pause-over", due_at=over_at, case_id=case_id, body={"until_on": until_on.isoformat()})
        return [e.PlanSuspended(from_on=today, until_on=until_on, reason=reason.strip()[:WORDS_MAX]), due]

    return carry_out(desk, by, case_id, {"suspend": until_on, "reason": reason}, decide)


def resume_plan(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """End a pause today: from today on days count again."""

    def decide(file: CaseFile) -> Decision:
        today = desk.clock.today()
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if not file.case.suspended_on(today):
            return Refusal("promise.not_suspended", "promise.refusal.not_suspended", "decision.way_on.wait")
        return [e.PlanResumed(last_on=today - timedelta(days=1))]

    return carry_out(desk, by, case_id, {"resume_plan": case_id}, decide)


def told_of_breach(file: CaseFile) -> bool:
    """Whether the written notice of the lateness that runs went out to her, by itself or by a person's own words."""
    return _reached(file, NoticeKind.DEFAULT_NOTICED, file.promise.noticed_at)


def asked_of_breach(file: CaseFile) -> bool:
    """Whether the question that runs reached her: it went out, somebody told her of it, or she answered."""
    question = file.promise.question
    if question is None:
        return False
    return bool(question.answers) or _reached(file, NoticeKind.BREACH_QUESTION, question.at)


def _reached(file: CaseFile, kind: NoticeKind, since: datetime | None) -> bool:
    if since is None:
        return False
    notices = [one for one in file.notices if one.kind is kind and one.at >= since]
    if any(one.state in ("sent", "delivered") for one in notices):
        return True
    spoken = any(one.at > since and not one.hers and not one.note and one.text for one in file.spoken)
    return spoken or any(one.begun_at > since and one.connected for one in file.talk.calls)


def _may_end(file: CaseFile, why: BreakReason, today: date) -> Refusal | None:
    """Why the agreement may not be ended for this reason today."""
    case, agreed = file.case, file.agreed
    if case.in_force is None:
        return _none_in_force()
    if why is BreakReason.BORROWER_ASKED:
        return None
    if agreed is not None and agreed.terms is not None and not agreed.terms.breach.names(why.value):
        return Refusal("breach.named", "breach_question.refusal.not_named", where="why")
    if refusal := _days_run(file, why, today):
        return refusal
    if _asked_anew(case, today):
        return Refusal("payments.wish", "payments.refusal.wish_open", "payments.way_on.decide_first")
    if why in ASKED_FIRST:
        told = asked_of_breach(file)
        return None if told else Refusal("promise.untold", "breach_question.refusal.untold", "promise.way_on.tell_her")
    if agreed is not None and agreed.terms is not None:
        late = late_now(file, today)
        if not agreed.terms.breach.met(late, file.promise.ever_late):
            return Refusal("breach.rule", "promise.refusal.too_few", "payments.way_on.wait", {"count": str(len(late))})
    if not told_of_breach(file):
        return Refusal("promise.untold", "promise.refusal.untold", "promise.way_on.tell_her")
    return None


def _days_run(file: CaseFile, why: BreakReason, today: date) -> Refusal | None:
    """Whether she still has days to put it right, or was never given any."""
    case, question = file.case, file.promise.question
    runs = Refusal("payments.cure", "payments.refusal.cure_runs", "payments.way_on.wait")
    if why not in ASKED_FIRST:
        return runs if case.standing is not Standing.CURE_ENDED or case.suspended_on(today) else None
    if question is None or question.why is not why:
        return Refusal("breach.unasked", "breach_question.refusal.unasked", "breach_question.way_on.ask", where="why")
    return runs if today <= question.answer_by_on or case.suspended_on(today) else None


def _none_in_force() -> Refusal:
    return Refusal("payments.none", "payments.refusal.no_agreement", "payments.way_on.loan_account")


def _reviewer(by: By) -> Refusal | None:
    if by.actor.kind is Role.REVIEWER and by.actor.auth is Auth.STAFF:
        return None
    return Refusal("payments.role", "decision.refusal.role", "decision.way_on.reviewer")


def _asked_anew(case: Case, today: date) -> bool:
    """She handed in that life changed again: collection rests until that is decided, and the days after it are over."""
    handed_in = case.reopened and not case.restating
    return handed_in or (case.stayed_until_on is not None and today <= case.stayed_until_on)
