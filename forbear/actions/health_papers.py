"""Health papers in room 3: her consent, its withdrawal, the one word about them that stays, and forgetting them."""

from datetime import date, timedelta

from forbear.actions import leaving
from forbear.actions.ports import ZONE, Desk, Due
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.clocks import start_of
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.evidence_facts import Consent
from forbear.core.facts import Retention
from forbear.core.file import CaseFile
from forbear.core.health_papers import why_forgotten
from forbear.core.refusal import Refusal
from forbear.words import say

UNTIL_YEARS_MOST = 5


def give_consent(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """She agrees that papers about health are kept and read for this request. Nobody can agree in her stead."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _hers(by) or _open(file):
            return refusal
        return () if Consent.CAUSE_PAPERS in file.case.consents else [e.ConsentGiven(to=Consent.CAUSE_PAPERS)]

    return carry_out(desk, by, case_id, {"consent": Consent.CAUSE_PAPERS}, decide)


def withdraw_consent(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """She takes it back, at any time and without a reason: the papers are forgotten at once, and a person is told."""

    def decide(file: CaseFile) -> Decision:
        if refusal := _hers(by):
            return refusal
        if Consent.CAUSE_PAPERS not in file.case.consents:
            return ()
        told = [] if file.case.closed else [e.NoteWritten(text=say("zh", "evidence.note.consent_withdrawn"))]
        key = f"forget:{case_id}:withdrawn:{file.case.seq}"
        forget = Due(key=key, kind="forget", due_at=desk.clock.now(), case_id=case_id)
        return [e.ConsentWithdrawn(to=Consent.CAUSE_PAPERS), *told, forget]

    return carry_out(desk, by, case_id, {"withdraw": Consent.CAUSE_PAPERS}, decide)


def confirm_cause(desk: Desk, by: By, case_id: str, *, shown: bool, until_on: date | None) -> Done | Refusal:
    """A person looked at the health papers: they show the cause or not, and until when it is likely to last."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if not any(item.health and file.papers_of(item.number) for item in file.items):
            return Refusal("evidence.item", "evidence.refusal.item", "evidence.way_on.list", where="shown")
        today = desk.clock.today()
        if shown and (until_on is None or not today <= until_on <= today + timedelta(days=366 * UNTIL_YEARS_MOST)):
            return Refusal("evidence.until", "evidence.refusal.until", "evidence.way_on.until", where="until")
        return [e.CauseConfirmed(shown=shown, until_on=until_on if shown else None)]

    return carry_out(desk, by, case_id, {"cause": shown, "until": until_on}, decide)


def forget_health(desk: Desk, by: By, case_id: str) -> Done | Refusal:
    """Destroy the key of the case's health papers when their time has come, then delete the files it closed."""

    def decide(file: CaseFile) -> Decision:
        today = desk.clock.today()
        days = desk.rulebooks.on(today).integer("desk.keep_health_days")
        why = why_forgotten(file.case, _ended_on(file), today, days)
        keys = desk.ledger.keys_of(case_id, Retention.HEALTH)
        if not why or not keys:
            return ()
        if leaving.holds(file):
            refused = leaving.refused_by_hold(file, leaving.kept_of(desk, file), Retention.HEALTH)
            return [refused] if refused else ()
        return [e.DataErased(retention_class=Retention.HEALTH, why=why, keys=keys), leaving.scrub_due(desk)]

    outcome = carry_out(desk, by, case_id, {"forget": Retention.HEALTH}, decide)
    desk.vault.sweep(case_id, Retention.HEALTH)
    return outcome


def dues_of_the_night(desk: Desk) -> list[Due]:
    """One look, in the night, at every case that holds health papers: whether their time has come."""
    tonight = desk.clock.today()
    return [
        Due(key=f"forget:{case_id}:{tonight}", kind="forget", due_at=start_of(tonight, ZONE, 1), case_id=case_id)
        for case_id in desk.ledger.cases_with(Retention.HEALTH)
    ]


def _ended_on(file: CaseFile) -> date | None:
    """The day the purpose of her health papers was met: of the case's end, or of a decision that they came before."""
    closed = next((event.at for event in reversed(file.events) if isinstance(event.fact, e.CaseClosed)), None)
    came = [paper.at for paper in file.papers if paper.facts and paper.facts.health]
    decided = file.decided_at if file.decided_at and all(at <= file.decided_at for at in came) else None
    ended_at = closed or decided
    return ended_at.astimezone(ZONE).date() if ended_at else None


def _hers(by: By) -> Refusal | None:
    if by.actor.kind is Role.BORROWER:
        return None
    return Refusal("evidence.consent_hers", "evidence.refusal.consent_hers", "evidence.way_on.consent", where="consent")


def _open(file: CaseFile) -> Refusal | None:
    if not file.case.closed:
        return None
    return Refusal("evidence.item", "evidence.refusal.item", "evidence.way_on.list", where="consent")
