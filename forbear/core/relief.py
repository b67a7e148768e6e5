"""What relief the rules allow a case: how much penalty, fees and interest may be waived, and how low the rate may go.

The ladder depends on why she cannot pay and how long the debt has been overdue, never on what she could be made to
pay. A settlement forgives part of the whole against a few payments and stands alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from forbear.core.accrual import interest_above_cap, penalty_above_cap
from forbear.core.allocation import NOTHING, order_on
from forbear.core.cashflow import Terms
from forbear.core.codec import evolved
from forbear.core.course import settlement_forgives
from forbear.core.dates import DayCount
from forbear.core.loan import Loan, Owed
from forbear.core.money import PPM, Rounding, divide
from forbear.core.plan import Cause, Measure
from forbear.core.rules import Force, Param, Rulebook


def most_relief(loan: Loan, owed: Owed, step: Mapping[str, Any], days_late: int, rulebook: Rulebook) -> Terms:
    """The terms with all the relief that a step of the ladder allows, and without what no lender may ask for."""
    forgiven = Owed(
        principal_minor=divide(owed.principal_minor * int(step["principal"]), PPM, Rounding.DOWN),
        interest_minor=max(
            divide(owed.interest_minor * int(step["interest"]), PPM, Rounding.DOWN),
            unlawful_interest_minor(loan, owed, rulebook),
        ),
        penalty_minor=max(
            divide(owed.penalty_minor * int(step["penalty"]), PPM, Rounding.DOWN),
            unlawful_penalty_minor(loan, owed, rulebook),
        ),
        fees_minor=divide(owed.fees_minor * int(step["fees"]), PPM, Rounding.DOWN),
    )
    rate_ppm = min(lawful_rate_ppm(loan, rulebook), int(step["rate_floor"]))
    return _terms(owed, forgiven, rate_ppm, days_late, rulebook)


def ladder_step(cause: Cause, days_late: int, rulebook: Rulebook) -> Mapping[str, Any]:
    """The row of relief.ladder for a cause ("*" stands for any other) with the highest dpd_from reached."""
    rows, name = rulebook.rows("relief.ladder"), cause.value
    named = [row for row in rows if name in row["causes"]] or [row for row in rows if "*" in row["causes"]]
    reached = [row for row in named if int(row["dpd_from"]) <= days_late]
    assert reached, "the ladder has a row for every cause from 0 days on"
    return max(reached, key=lambda row: int(row["dpd_from"]))


def least_relief_first(loan: Loan, owed: Owed, most: Terms, rulebook: Rulebook) -> tuple[Terms, ...]:
    """From no relief to the most, in the order a lender gives it: penalty, fees, interest, rate, principal."""
    given = unlawful(loan, owed, rulebook)
    rate_ppm = lawful_rate_ppm(loan, rulebook)
    rungs = [evolved(most, {"kept": owed - given, "forgiven": given, "rate_ppm": rate_ppm})]
    for part in ("penalty_minor", "fees_minor", "interest_minor"):
        given = evolved(given, {part: getattr(most.forgiven, part)})
        rungs.append(evolved(rungs[0], {"kept": owed - given, "forgiven": given}))
    rungs += [evolved(rungs[-1], {"rate_ppm": most.rate_ppm}), most]
    # Each rung forgives at least what the one before does, so total and rate tell them apart.
    return tuple({(terms.rate_ppm, terms.forgiven.total_minor): terms for terms in rungs}.values())


def measures(terms: Terms, loan: Loan) -> Iterator[Measure]:
    """The name of each waiver in the terms, then the rate where it is another than the contract's."""
    forgiven = terms.forgiven
    waived = (
        ("waive-penalty", forgiven.penalty_minor),
        ("waive-fees", forgiven.fees_minor),
        ("waive-interest", forgiven.interest_minor),
        ("forgive-principal", forgiven.principal_minor),
    )
    for name, amount_minor in waived:
        if amount_minor:
            yield Measure(measure=name, amount_minor=amount_minor)
    if terms.rate_ppm != loan.rate_ppm and not terms.settlement:
        yield Measure(measure="rate", rate_ppm=terms.rate_ppm)


def settlement(loan: Loan, owed: Owed, days_late: int, rulebook: Rulebook) -> Terms | None:
    """The least the rules let a settlement pay, in at most a few monthly payments without interest; None where the
    debt is not late enough, or so small that nothing comes off. What is forgiven comes first from penalty, then fees,
    interest, principal; what no lender may ask for is no part of what is shared out.
    """
    reached = [row for row in rulebook.rows("settlement.ladder") if int(row["dpd_from"]) <= days_late]
    if not reached:
        return None
    least_ppm = int(max(reached, key=lambda row: int(row["dpd_from"]))["share_least"])
    above = unlawful(loan, owed, rulebook)
    lawful = owed - above
    lighter = settlement_forgives(lawful, divide(lawful.total_minor * least_ppm, PPM, Rounding.UP))
    if not lighter.total_minor:
        return None  # of a few fen nothing is left to give: that is payment in full, by its own name
    forgiven = above + lighter
    terms = _terms(owed, forgiven, 0, days_late, rulebook)
    return replace(terms, months=rulebook.integer("settlement.payments_max"), settlement=True)


def unlawful(loan: Loan, owed: Owed, rulebook: Rulebook) -> Owed:
    """What has built up and no lender may ask for: in no plan, whatever the cause."""
    return replace(
        NOTHING,
        interest_minor=unlawful_interest_minor(loan, owed, rulebook),
        penalty_minor=unlawful_penalty_minor(loan, owed, rulebook),
    )


def unlawful_interest_minor(loan: Loan, owed: Owed, rulebook: Rulebook) -> int:
    """Accrued interest above the cap of the law (`interest_cap`)."""
    cap = interest_cap(loan, rulebook) if owed.interest_minor else None
    return 0 if cap is None else interest_above_cap(owed.interest_minor, loan.rate_ppm, int(cap.value))


def interest_cap(loan: Loan, rulebook: Rulebook) -> Param | None:
    """The cap that the contract's rate is above: both when it was signed and on the day looked at, or None.

    Only what a statute or a regulator set: a lender's own cap limits its plans, not what was lawfully earned. Interest
    earned before there was such a cap stays owed, and of two caps the looser one decides.
    """
    if loan.rate_ppm <= cost_cap_ppm(rulebook):
        return None
    found = []
    for rules in (rulebook, rulebook.on(loan.signed_on, signed_on=loan.signed_on)):
        binding = [p for p in cost_caps(rules) if p.force in (Force.STATUTORY, Force.REGULATORY)]
        if not binding:
            return None
        found.append(min(binding, key=lambda param: int(param.value)))
    looser = max(found, key=lambda param: int(param.value))
    return looser if loan.rate_ppm > int(looser.value) else None


def unlawful_penalty_minor(loan: Loan, owed: Owed, rulebook: Rulebook) -> int:
    """Accrued penalty above what a contract may ask (penalty.uplift_max above its own rate): no plan carries it.

    A contract without interest has no rate to raise, so its penalty is left to the ladder and to a person.
    """
    caps = rulebook.stack("penalty.uplift_max")
    if not caps or loan.rate_ppm == 0:
        return 0
    uplift_ppm = min(int(param.value) for param in caps)
    return penalty_above_cap(owed.penalty_minor, loan.rate_ppm, loan.penalty_rate_ppm, uplift_ppm)


def lawful_rate_ppm(loan: Loan, rulebook: Rulebook) -> int:
    """The contract's rate, or the highest whose cost a year keeps every cap: less than the cap where days are counted
    over a year shorter than 365."""
    year = {DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364}.get(loan.day_count, 365)
    return min(loan.rate_ppm, divide(cost_cap_ppm(rulebook) * year, 365, Rounding.DOWN))


def cost_cap_ppm(rulebook: Rulebook) -> int:
    """The tightest cap on yearly cost of all layers in force."""
    return min(int(param.value) for param in cost_caps(rulebook))


def cost_caps(rulebook: Rulebook) -> tuple[Param, ...]:
    """Every cap on yearly cost: those in force on the day, and those that the contract's own date brings."""
    signed = rulebook.stack("cap.new_contract") if rulebook.signed_on is not None else ()
    return (*rulebook.stack("cap.annual_cost"), *signed)


def _terms(owed: Owed, forgiven: Owed, rate_ppm: int, days_late: int, rulebook: Rulebook) -> Terms:
    return Terms(
        kept=owed - forgiven,
        forgiven=forgiven,
        rate_ppm=rate_ppm,
        months=rulebook.integer("plan.term_max_months"),
        least_minor=rulebook.integer("plan.instalment_least"),
        unit_minor=rulebook.integer("plan.instalment_unit"),
        gap_months=rulebook.integer("plan.gap_max_months"),
        order=order_on(rulebook, days_late),
    )
