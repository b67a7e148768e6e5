"""Why an answer for several loans is what it is: the explanation of one loan (core/explanation.py) over their sum, and
each loan with its own inputs, waiting and part of every offer. Nothing is found anew but what waiting would cost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from forbear.core.cashflow import PLAIN, Arithmetic
from forbear.core.explained import Audience, Delay, Explanation, Inputs, LoanExplained, OfferExplained, OwedPart
from forbear.core.explanation import delay_of, delays_of, explain
from forbear.core.joint import JointAnswer, JointQuestion, LoanPart, solve_jointly
from forbear.core.loan import Loan
from forbear.core.plan import Offer
from forbear.core.rules import NoRule, Rulebook
from forbear.core.solver import Answer


def explain_jointly(
    question: JointQuestion,
    answer: JointAnswer,
    rulebook: Rulebook,
    *,
    delays: Iterable[Delay] = (),
    audience: Audience = Audience.BORROWER,
) -> Explanation:
    """All joint offers and refusals explained to one audience; `delays` from `joint_delays`."""
    whole = explain(question.of(question.loans[0]), together(answer), rulebook, delays=delays, audience=audience)
    loans = tuple(
        _loan(question, loan, part, answer, rulebook, audience)
        for loan, part in zip(question.loans, answer.loans, strict=True)
    )
    assert whole.inputs is not None, "the question is known"
    inputs = _summed(whole.inputs, [loan.inputs for loan in loans], question)
    running = any(loan.instalments_left for loan in question.loans)
    offers = tuple(_of_all(shown, loans, inputs.contract_minor if running else None) for shown in whole.offers)
    return replace(whole, inputs=inputs, offers=offers, loans=loans)


def joint_delays(
    question: JointQuestion,
    answer: JointAnswer,
    rulebook: Rulebook,
    arithmetic: Arithmetic = PLAIN,
    *,
    lender: bool = True,
) -> tuple[Delay, ...]:
    """What each joint offer would cost if it were begun as much later as the rulebook looks ahead, nothing paid
    meanwhile; () where the rulebook says nothing yet about that day. `lender`: as in `solve_jointly`."""
    days = answer.wait_days
    try:
        then_asked = replace(question, as_of=question.as_of + timedelta(days=days))
        later = solve_jointly(then_asked, rulebook, arithmetic, lender=lender)
    except NoRule:
        return ()
    now, then = together(answer), together(later)
    best = [now.lender_best] if now.lender_best else []
    waits = delays_of([*now.offers, *best], then, days)
    moved = {name for name in (wait.offer for wait in waits) if _relief_moves(name, answer, later)}
    return tuple(replace(wait, relief_moves=wait.possible and wait.offer in moved) for wait in waits)


def together(answer: JointAnswer) -> Answer:
    """An answer for several loans in the shape of one loan's: the sums, and each joint offer as one plan."""
    return Answer(
        owed=answer.owed,
        days_past_due=answer.days_past_due,
        if_nothing_changes=answer.if_nothing_changes,
        wait_days=answer.wait_days,
        affordable=answer.affordable,
        offers=tuple(offer.as_offer() for offer in answer.offers),
        refusals=answer.refusals,
        lender_best=answer.lender_best.as_offer() if answer.lender_best else None,
        rulebook_digest=answer.rulebook_digest,
        effective_on=answer.effective_on,
        nothing_minor=answer.nothing_minor,
    )


def _part(part: LoanPart, answer: JointAnswer) -> Answer:
    """One loan's part of the answer; the months are the household's, whichever loan they pay."""
    return Answer(
        owed=part.owed,
        days_past_due=part.days_past_due,
        if_nothing_changes=part.if_nothing_changes,
        wait_days=answer.wait_days,
        affordable=answer.affordable,
        offers=part.offers,
        refusals=tuple(refusal for refusal in answer.refusals if refusal.where == part.contract),
        lender_best=part.lender_best,
        rulebook_digest=answer.rulebook_digest,
        effective_on=answer.effective_on,
    )


def _loan(
    question: JointQuestion, loan: Loan, part: LoanPart, answer: JointAnswer, rulebook: Rulebook, audience: Audience
) -> LoanExplained:
    found = explain(question.of(loan), _part(part, answer), rulebook, audience=audience)
    assert found.inputs is not None and found.waiting is not None, "the question is known"
    return LoanExplained(
        contract=part.contract,
        owed=part.owed,
        days_past_due=part.days_past_due,
        inputs=found.inputs,
        waiting=found.waiting,
        # What is left of a month is left after all loans, and is told of the sum.
        offers=tuple(replace(shown, budgets=()) for shown in found.offers),
    )


def _summed(first: Inputs, each: Sequence[Inputs], question: JointQuestion) -> Inputs:
    """The household of one, the debts of all, and what she asked of all of them."""
    parts = tuple(
        OwedPart(
            part=same[0].part,
            amount_minor=sum(one.amount_minor for one in same),
            booked_minor=sum(one.booked_minor for one in same),
            booked_on=max(one.booked_on for one in same),
            grown_minor=sum(one.grown_minor for one in same),
        )
        for same in zip(*(inputs.parts for inputs in each), strict=True)
    )
    return replace(
        first,
        question=replace(first.question, request=question.request),
        parts=parts,
        contract_minor=sum(inputs.contract_minor for inputs in each),
    )


def _of_all(shown: OfferExplained, loans: Sequence[LoanExplained], contract_minor: int | None) -> OfferExplained:
    """The figures with every payment of every loan counted, and beside all contracts as written."""
    parts = [part for loan in loans if (part := loan.part(shown.offer.name))]
    more = None if contract_minor is None else shown.figures.total_minor - contract_minor
    payments = sum(part.figures.payments for part in parts)
    return replace(shown, figures=replace(shown.figures, payments=payments, against_contract_minor=more))


def _relief_moves(name: str, answer: JointAnswer, later: JointAnswer) -> bool:
    """Whether the rules would by then give a loan another relief; looked at loan by loan, for a sum would hide it."""
    pairs = [(_named(now, name), _named(then, name)) for now, then in zip(answer.loans, later.loans, strict=True)]
    return any(delay_of(now, then, answer.wait_days).relief_moves for now, then in pairs if now and then)


def _named(part: LoanPart, name: str) -> Offer | None:
    offers = [*part.offers, *([part.lender_best] if part.lender_best else [])]
    return next((offer for offer in offers if offer.name == name), None)
