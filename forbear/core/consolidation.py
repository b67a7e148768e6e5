"""Several loans made into one, as a comparison only: what they cost apart beside what one in their place would cost.

Only loans of one person in one currency; a guarantor's consent (民法典 695) is for a person to ask. Arrears stay
arrears: they join the new loan without bearing interest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forbear.core.cashflow import Calendar, Flow, search
from forbear.core.loan import Loan, Owed
from forbear.core.money import Rounding, divide, major
from forbear.core.plan import Why
from forbear.core.refusal import Refusal
from forbear.core.several import JointFlow


@dataclass(frozen=True, kw_only=True)
class Consolidation:
    """Two ways to pay the same debts with no more a month. `why` says which costs less and by how much."""

    kept: Owed
    rate_ppm: int
    flow: Flow
    old_total_minor: int
    new_total_minor: int
    why: Why

    @property
    def difference_minor(self) -> int:
        """What one loan would cost more, negative where it costs less."""
        return self.new_total_minor - self.old_total_minor


def consolidation(
    loans: Sequence[Loan],
    debtors: Sequence[str],
    apart: JointFlow,
    time: Calendar,
    caps: Sequence[int],
    rate_ppm: int | None = None,
) -> Consolidation | Refusal:
    """One loan of all that is kept of the loans, paid with at most the largest monthly sum of `apart`, beside `apart`.

    `debtors` names the borrower of each loan; `apart.flows` are theirs in the same order. `rate_ppm` is the rate of the
    new loan; where none is given, the average of the rates by principal, rounded down. Due dates are those of `time`.
    """
    rule = "several.consolidation"
    if len(loans) < 2:
        return Refusal(rule=rule, reason="several.refusal.one-loan", way_on="several.on.stay-apart")
    if len(set(debtors)) > 1:
        return Refusal(rule=rule, reason="several.refusal.debtor", way_on="several.on.stay-apart")
    other = next((loan.currency for loan in loans if loan.currency != loans[0].currency), None)
    if other is not None:
        facts = {"one": loans[0].currency, "other": other}
        return Refusal(rule=rule, reason="several.refusal.currency", way_on="several.on.stay-apart", facts=facts)
    parts = [flow.terms for flow in apart.flows]
    kept = Owed(
        principal_minor=sum(terms.kept.principal_minor for terms in parts),
        interest_minor=sum(terms.kept.interest_minor for terms in parts),
        penalty_minor=sum(terms.kept.penalty_minor for terms in parts),
        fees_minor=sum(terms.kept.fees_minor for terms in parts),
    )
    weighted = sum(terms.rate_ppm * terms.kept.principal_minor for terms in parts)
    rate = divide(weighted, max(1, kept.principal_minor), Rounding.DOWN) if rate_ppm is None else rate_ppm
    flow = search(replace(parts[0], kept=kept, rate_ppm=rate), time, caps).fill(apart.burden_minor)
    if flow is None:
        facts = {"count": str(len(loans))}
        return Refusal(rule=rule, reason="several.refusal.no-new-plan", way_on="several.on.stay-apart", facts=facts)
    difference = flow.total_minor - apart.total_minor
    said = "same" if difference == 0 else "more" if difference > 0 else "less"
    amounts = {"new": flow.total_minor, "old": apart.total_minor, "difference": abs(difference)}
    return Consolidation(
        kept=kept,
        rate_ppm=rate,
        flow=flow,
        old_total_minor=apart.total_minor,
        new_total_minor=flow.total_minor,
        why=Why(key=f"several.compare.{said}", facts={name: major(amount) for name, amount in amounts.items()}),
    )
