"""Papers that tell of somebody's health: sent only after a consent of their own, and forgotten soon after the decision.

PIPL art. 28, 29 and 47 ask for it: sensitive data need a separate consent, and go when their purpose is met or the
consent is withdrawn. What stays is that a person saw the cause shown, and until when.
"""

from datetime import date, timedelta

from forbear.core.case import Case
from forbear.core.contact import Actor, Role, may_work_on_cases
from forbear.core.evidence import Item
from forbear.core.evidence_facts import Consent
from forbear.core.refusal import Refusal


def may_take(item: Item, case: Case) -> Refusal | None:
    """Whether a paper for this item may be kept: a health paper needs her consent first."""
    if not item.health or Consent.CAUSE_PAPERS in case.consents:
        return None
    return Refusal("evidence.consent", "evidence.refusal.consent", "evidence.way_on.consent", where="consent")


def may_look(actor: Actor, case: Case) -> Refusal | None:
    """Whether somebody at the desk may look at a health paper: only who works on the case. That is the agent who took
    it (any agent before one did) and the reviewers, but for those who took part in what an appeal is against.
    """
    works = may_work_on_cases(actor) is None
    if works and actor.kind is Role.AGENT and case.agent in ("", actor.id):
        return None
    if works and actor.kind is Role.REVIEWER and actor.id not in case.excluded:
        return None
    return Refusal("evidence.health", "evidence.refusal.health", "evidence.way_on.health")


def why_forgotten(case: Case, ended_on: date | None, today: date, days: int) -> str:
    """Why the health papers of a case are to be forgotten today, "" when they are still needed.

    `ended_on`: the day of the last decision, or of the case's end; `days`: how long they are kept after it. While she
    waits for a decision, a first one or another, they stay.
    """
    if Consent.CAUSE_PAPERS in case.withdrawn:
        return "consent-withdrawn"
    if case.under_review or ended_on is None or today < ended_on + timedelta(days=days):
        return ""
    return "purpose-met"
