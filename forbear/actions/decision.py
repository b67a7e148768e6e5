"""Room 5, decision: an agent takes the case and proposes, a reviewer decides, a second agrees above authority.

Whoever decides signs with her own id; nobody decides her own proposal; an appeal goes to somebody who took no part.
"""

from datetime import date, timedelta

from forbear.actions.agreement import issue
from forbear.actions.enforcement import stay_ends
from forbear.actions.plan import Choice, months_ahead, plan_for, question
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.agreement import sign_by
from forbear.core.clocks import start_of
from forbear.core.contact import may_work_on_cases
from forbear.core.dates import working_day_after
from forbear.core.decision import Decided, Outcome, Proposal, above_authority, may_decide, sound
from forbear.core.evidence import PaperState
from forbear.core.file import CaseFile
from forbear.core.loan import owed_on
from forbear.core.refusal import Refusal


def accept_case(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """An agent takes the wish on; the day it is decided by is promised to the borrower."""

    def decide(file: CaseFile) -> Decision:
        case = file.case
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if not case.under_review:
            return Refusal("decision.nothing_asked", "decision.refusal.nothing_asked", "decision.way_on.wait")
        if refusal := _took_part(file, by):
            return refusal
        if case.accepted:
            return () if case.agent == by.actor.id else _taken(case.agent)
        decide_by_on = case.decide_by_on or _working(desk, "desk.decision_working_days")
        facts: list[e.Fact | Due] = [e.CaseAccepted(decide_by_on=decide_by_on)]
        at = start_of(decide_by_on, ZONE, 9)
        number = f"{case.submissions}-{case.decisions}-{case.appeals}"
        facts.append(Due(key=f"decide:{case_id}:{number}", kind="decide", due_at=at, case_id=case_id))
        return facts

    return carry_out(desk, by, case_id, {"accept": True}, decide)


def ask_for_more(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """Ask the borrower for something that is missing, in plain words, with a date."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _on_the_desk(file):
            return refusal
        if not words.strip():
            return Refusal("decision.words", "decision.refusal.words_missing", where="words")
        return [e.MoreAsked(by_on=_in_days(desk, "desk.papers_days"), words=words.strip())]

    return carry_out(desk, by, case_id, {"more": words}, decide)


def propose(desk: Desk, by: By, case_id: str, proposal: Proposal, choice: Choice | None) -> Done | Refusal:
    """An agent's proposal. `choice` names the plan, which is found anew as of today; no plan for a refusal."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _on_the_desk(file) or _took_part(file, by):
            return refusal
        whole = _with_plan(desk, file, proposal, choice)
        if isinstance(whole, Refusal):
            return whole
        return [e.DecisionProposed(outcome=whole.outcome, proposal=whole)]

    return carry_out(desk, by, case_id, {"propose": proposal, "choice": choice}, decide)


def send_back(desk: Desk, by: By, case_id: str, reason: str) -> Done | Refusal:
    """A reviewer or the second pair of eyes does not agree and says why; the agent proposes again."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_decide_on(file, by):
            return refusal
        if not reason.strip():
            return Refusal("decision.reason", "evidence.refusal.reason", where="reason")
        return [e.ProposalReturned(reason=reason.strip())]

    return carry_out(desk, by, case_id, {"send_back": reason}, decide)


def decide_case(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Decide as proposed. Above the reviewer's authority this asks for a second pair of eyes instead; when it is the
    second who agrees, it is a decision. An approval draws up the agreement in the same step.
    """

    def decide(file: CaseFile) -> Decision:
        if refusal := may_decide_on(file, by):
            return refusal
        assert file.proposal is not None, "a proposal to decide on"
        proposal, today = file.proposal, desk.clock.today()
        rulebook = desk.rulebooks.on(today)
        if proposal.plan and isinstance(late := sign_by(proposal.plan.plan, today, rulebook), Refusal):
            return late
        rule = above_authority(proposal.plan, rulebook)
        if rule and not file.case.second_asked_by:
            return [e.SecondEyesAsked(outcome=proposal.outcome, rule=rule, proposal=proposal)]
        return _decision(desk, by, file, proposal)

    return carry_out(desk, by, case_id, {"decide": True}, decide)


def may_decide_on(file: CaseFile, by: By) -> Refusal | None:
    """Why somebody may not decide what is proposed here; None when she may."""
    case = file.case
    if not case.under_review or case.proposed is None:
        return Refusal("decision.nothing_proposed", "decision.refusal.nothing_proposed", "decision.way_on.wait")
    took_part = (*case.excluded, *([case.second_asked_by] if case.second_asked_by else []))
    return may_decide(by.actor, agents=(case.agent, case.proposed_by), excluded=took_part)


def answer_counter(desk: Desk, by: By, case_id: str, accepted: bool) -> Done | Refusal:
    """She takes the counter-offer, which draws up the agreement, or leaves it and may choose or appeal."""

    def decide(file: CaseFile) -> Decision:
        case = file.case
        if case.outcome is not Outcome.COUNTERED or case.under_review:
            return Refusal("decision.no_counter", "decision.refusal.no_counter", "statement.way_on.status")
        if not accepted:
            return [e.CounterAnswered(accepted=False)]
        assert file.decided is not None and file.decided.plan is not None, "a counter-offer has a plan"
        drawn = issue(desk, file, file.decided.plan)
        return drawn if isinstance(drawn, Refusal) else [e.CounterAnswered(accepted=True), *drawn]

    return carry_out(desk, by, case_id, {"counter": accepted}, decide)


def appeal(desk: Desk, by: By, case_id: str, words: str) -> Done | Refusal:
    """She asks for another look by somebody else; new facts are welcome, collection rests again."""

    def decide(file: CaseFile) -> Decision:
        case = file.case
        if case.outcome not in (Outcome.REFUSED, Outcome.COUNTERED) or case.under_review or case.closed:
            return Refusal("decision.no_appeal", "decision.refusal.no_appeal", "statement.way_on.status")
        if case.appeal_by_on and desk.clock.today() > case.appeal_by_on:
            return Refusal("decision.appeal_late", "decision.refusal.appeal_late", "decision.way_on.new_wish")
        if not words.strip():
            return Refusal("decision.appeal_words", "decision.refusal.appeal_words", where="words")
        by_on = _working(desk, "desk.decision_working_days")
        return [e.DecisionAppealed(decide_by_on=by_on, words=words.strip()), e.EnforcementPaused()]

    return carry_out(desk, by, case_id, {"appeal": words}, decide)


def _with_plan(desk: Desk, file: CaseFile, proposal: Proposal, choice: Choice | None) -> Proposal | Refusal:
    plan = None
    if proposal.outcome is not Outcome.REFUSED and choice is not None:
        if refusal := _unchecked(file):
            return refusal
        found = plan_for(desk, file, choice)
        if isinstance(found, Refusal):
            return found
        today = desk.clock.today()
        if isinstance(late := sign_by(found.plan, today, desk.rulebooks.on(today)), Refusal):
            return late
        plan = found
    whole = Proposal(
        outcome=proposal.outcome,
        plan=plan,
        reasons=proposal.reasons,
        words=proposal.words.strip(),
        would_change=proposal.would_change.strip(),
        note=proposal.note.strip(),
    )
    return sound(whole) or whole


def decided_as(desk: Desk, by: By, file: CaseFile, proposal: Proposal) -> Decided:
    """The decision that deciding now would make, with the figures it rests on: what the reviewer reads beforehand."""
    today = desk.clock.today()
    asked = question(desk, file)
    (month,) = months_ahead(desk, file, 1)
    return Decided(
        outcome=proposal.outcome,
        plan=proposal.plan,
        reasons=proposal.reasons,
        words=proposal.words,
        would_change=proposal.would_change,
        owed=owed_on(asked.loan, today),
        income_minor=month.income_minor,
        outgoings_minor=month.outgoings_minor + month.debts_minor,
        affordable_minor=month.affordable_minor,
        decided_by=file.case.second_asked_by or by.actor.id,
        second=by.actor.id if file.case.second_asked_by else "",
        rules=tuple(finding.rule for finding in proposal.plan.findings) if proposal.plan else (),
    )


def _decision(desk: Desk, by: By, file: CaseFile, proposal: Proposal) -> Decision:
    rulebook = desk.rulebooks.on(desk.clock.today())
    decided = decided_as(desk, by, file, proposal)
    appeal_by_on = _in_days(desk, "desk.appeal_days")
    made = e.DecisionMade(
        outcome=proposal.outcome, rulebook=rulebook.digest, appeal_by_on=appeal_by_on, decided=decided
    )
    stay_until_on = _in_days(desk, "desk.stay_days_after_decision")
    facts: list[e.Fact | Due] = [made, e.EnforcementStayed(until_on=stay_until_on)]
    facts.append(stay_ends(file.case.case_id, stay_until_on))
    if proposal.outcome is Outcome.APPROVED:
        assert proposal.plan is not None, "an approval has a plan"
        drawn = issue(desk, file, proposal.plan)
        if isinstance(drawn, Refusal):
            return drawn
        facts += drawn
    return facts


def _took_part(file: CaseFile, by: By) -> Refusal | None:
    """An appeal is looked at by nobody who took part in what it is against, from the first look on."""
    if by.actor.id in file.case.excluded:
        return Refusal("decision.appeal", "decision.refusal.took_part", "decision.way_on.other_reviewer")
    return None


def unchecked(file: CaseFile) -> tuple[int, ...]:
    """The items that keep a plan from being approved: it rests on what the household has, so somebody looked at a paper
    for that, did without one, or corrected the figures.
    """
    asked = [item.number for item in file.items if item.need in ("income", "no-income")]
    looked_at = (PaperState.ACCEPTED, PaperState.WAIVED)
    return () if file.corrections else tuple(n for n in asked if file.case.papers.get(n) not in looked_at)


def _unchecked(file: CaseFile) -> Refusal | None:
    if not unchecked(file):
        return None
    return Refusal("decision.unchecked", "decision.refusal.unchecked", "decision.way_on.check_income", where="plan")


def _on_the_desk(file: CaseFile) -> Refusal | None:
    if not file.case.under_review:
        return Refusal("decision.nothing_asked", "decision.refusal.nothing_asked", "decision.way_on.wait")
    if not file.case.accepted:
        return Refusal("decision.not_accepted", "decision.refusal.not_accepted", "decision.way_on.accept")
    return None


def _taken(agent: str) -> Refusal:
    return Refusal("decision.taken", "decision.refusal.taken", "decision.way_on.wait", facts={"agent": agent})


def _working(desk: Desk, key: str) -> date:
    today = desk.clock.today()
    return working_day_after(today, desk.rulebooks.on(today).integer(key))


def _in_days(desk: Desk, key: str) -> date:
    today = desk.clock.today()
    return today + timedelta(days=desk.rulebooks.on(today).integer(key))
