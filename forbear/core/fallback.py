"""How conditional waivers fall back when an agreement is ended: pro rata to what was kept, to the fen.

The agreement promises (its clause on what is taken off) that she keeps the share which what she paid is of all there
was to pay; falling back whole would be a penalty far above the loss (民法典 art. 585). The share is rounded up, in her
favour, and then split over the parts without losing a fen.
"""

from collections.abc import Sequence
from datetime import date

from forbear.core.agreement import Terms
from forbear.core.allocation import PARTS
from forbear.core.loan import Owed
from forbear.core.money import Rounding, allocate, divide
from forbear.core.payments import Payment, paid_minor, position, settlement_owed
from forbear.core.promise_parts import Fallback


def fallback(terms: Terms, payments: Sequence[Payment], on: date) -> Fallback:
    """The figures if the agreement is ended on a day; `payments`: those that stand."""
    rows, plan = position(terms, payments), terms.plan
    paid = paid_minor(payments)
    kept = kept_of(plan.forgiven, paid, plan.total_minor)
    before = settlement_owed(rows, on, plan.as_of)
    return Fallback(
        on=on,
        paid_minor=paid,
        whole_minor=plan.total_minor,
        waived=plan.forgiven,
        kept=kept,
        back=plan.forgiven - kept,
        before=before,
        after=before + (plan.forgiven - kept),
    )


def kept_of(waived: Owed, paid_minor: int, whole_minor: int) -> Owed:
    """The part of a waiver that stays with her: waived × paid / whole, rounded up, at most all of it."""
    whole = waived.total_minor
    if not whole:
        return waived
    kept = min(whole, divide(whole * min(paid_minor, whole_minor), whole_minor, Rounding.UP))
    shares = allocate(kept, [getattr(waived, f"{part}_minor") for part in PARTS])
    return Owed(**{f"{part}_minor": share for part, share in zip(PARTS, shares, strict=True)})
