"""Room 5, decision: approve, counter-offer or refuse, by whom, with reasons, figures and what would change it.

A person decides, always (PIPL art. 24). Above the authority that the rulebook gives one reviewer, a second pair of
eyes has to agree, and never the same person; an appeal goes to somebody who took no part.
"""

from dataclasses import dataclass
from enum import StrEnum

from forbear.core.contact import Actor, Auth, Role
from forbear.core.loan import Owed
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook


class Outcome(StrEnum):
    APPROVED = "approved"
    COUNTERED = "countered"
    REFUSED = "refused"


REASONS = (
    "surplus-too-small",
    "no-surplus",
    "papers-missing",
    "figures-contradict",
    "outside-policy",
    "no-hardship-shown",
    "second-breach",
    "disputed-debt",
    "other",
)
"""The decisive reasons a refusal or counter-offer may name; each has its sentence in the catalogue."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an agent proposes. `plan` for an approval or counter-offer; `reasons` from REASONS; `words` to the borrower
    in plain language; `would_change`: what would change the answer.
    """

    outcome: Outcome
    plan: Offer | None = None
    reasons: tuple[str, ...] = ()
    words: str = ""
    would_change: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The decision as she reads it: the figures it rests on, so that she can correct them, and its ways on."""

    outcome: Outcome
    plan: Offer | None
    reasons: tuple[str, ...]
    words: str
    would_change: str
    owed: Owed
    income_minor: int
    outgoings_minor: int
    affordable_minor: int
    decided_by: str
    second: str
    rules: tuple[str, ...] = ()


def sound(proposal: Proposal) -> Refusal | None:
    """A proposal says what it needs to: a plan when there is one to sign, reasons and a way on when there is not."""
    if proposal.outcome is not Outcome.REFUSED and proposal.plan is None:
        return Refusal("decision.plan", "decision.refusal.plan_missing", where="plan")
    if proposal.outcome is Outcome.REFUSED and not proposal.reasons:
        return Refusal("decision.reasons", "decision.refusal.reasons_missing", where="reasons")
    if proposal.outcome is Outcome.REFUSED and not proposal.would_change.strip():
        return Refusal("decision.would_change", "decision.refusal.would_change_missing", where="would_change")
    if unknown := [reason for reason in proposal.reasons if reason not in REASONS]:
        return Refusal(
            "decision.reasons", "decision.refusal.reason_unknown", facts={"reason": unknown[0]}, where="reasons"
        )
    return None


def may_decide(actor: Actor, *, agents: tuple[str, ...], excluded: tuple[str, ...]) -> Refusal | None:
    """A reviewer who is no agent of the case and took no part in what she would decide on again."""
    if actor.kind is not Role.REVIEWER or actor.auth is not Auth.STAFF:
        return Refusal("decision.role", "decision.refusal.role", "decision.way_on.reviewer")
    if actor.id in agents:
        return Refusal("decision.four_eyes", "decision.refusal.own_case", "decision.way_on.other_reviewer")
    if actor.id in excluded:
        return Refusal("decision.appeal", "decision.refusal.took_part", "decision.way_on.other_reviewer")
    return None


def above_authority(plan: Offer | None, rulebook: Rulebook) -> str:
    """The rule that asks for a second pair of eyes for this plan, or "" when one reviewer's authority is enough."""
    if plan is None:
        return ""
    forgiven, owed = plan.plan.forgiven.total_minor, plan.plan.owed
    if forgiven > rulebook.integer("authority.reviewer_forgiven_max"):
        return "authority.reviewer_forgiven_max"
    if (
        owed.total_minor
        and forgiven * 1_000_000 > rulebook.integer("authority.reviewer_forgiven_share_max") * owed.total_minor
    ):
        return "authority.reviewer_forgiven_share_max"
    if plan.plan.forgiven.principal_minor > 0:
        return "authority.principal_forgiven"
    return ""
