"""Explaining what a case was shown: today's plans, what the record keeps of an earlier day, and what was decided.

Today's are found today. What was recorded is told from the record: its figures, its rules as they stood then, and what
waiting would have cost then. Looking changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from forbear.actions.plan import Choice, offers_today, plan_for, question, question_together, waiting
from forbear.actions.ports import ZONE, Desk
from forbear.core import events as e
from forbear.core.decision import Outcome
from forbear.core.explained import Audience, Decision, Explanation
from forbear.core.explanation import explain, explain_decision
from forbear.core.file import CaseFile
from forbear.core.joint import solve_jointly
from forbear.core.joint_explained import explain_jointly, joint_delays
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal

CHOSEN = "chosen"
"""The name under which the plan she asked for is looked up, whatever it is called."""


@dataclass(frozen=True)
class Recorded:
    """Plans as they were shown: `seq` of their fact in the record, and the names of those that were there."""

    seq: int
    fact: e.OffersMade
    names: tuple[str, ...]


def explained_today(
    desk: Desk, file: CaseFile, audience: Audience, *, name: str = "", pay_minor: int | None = None
) -> Explanation | None:
    """Today's offer of a name, or what she tries to pay, explained; every offer and no without a name. None where
    there is no such offer. The case has a statement.
    """
    asked, rulebook = question(desk, file), desk.rulebooks.on(desk.clock.today())
    answer = offers_today(desk, file)
    also: list[Offer] = []
    if pay_minor is not None:
        tried = plan_for(desk, file, Choice(instalment_minor=pay_minor), answer)
        if isinstance(tried, Refusal):
            return None
        also, name = [tried], tried.name
    waits = waiting(desk, asked, rulebook, answer, *also)
    explanation = explain(asked, answer, rulebook, delays=waits, audience=audience, also=also)
    return explanation.of_offer(name) if name else explanation


def explained_together(desk: Desk, file: CaseFile, audience: Audience) -> Explanation | None:
    """Plans over this loan and her other loans together, explained; None where she has no other loan here. Nothing of
    it can be chosen in one go: each loan has a case of its own. The case has a statement."""
    asked, rulebook = question_together(desk, file), desk.rulebooks.on(desk.clock.today())
    if asked is None:
        return None
    lender = audience is not Audience.BORROWER
    answer = solve_jointly(asked, rulebook, desk.arithmetic, lender=lender)
    waits = joint_delays(asked, answer, rulebook, desk.arithmetic, lender=lender)
    return explain_jointly(asked, answer, rulebook, delays=waits, audience=audience)


def explained_choice(desk: Desk, file: CaseFile, audience: Audience) -> Explanation | None:
    """The plan she asked for, as it was shown and recorded with her choice; None where she chose none."""
    if file.requested is None:
        return None
    recorded = list(recorded_offers(file))
    if not recorded or recorded[-1].fact.answer is None:
        return None
    explanation = _recorded(desk, recorded[-1].fact, audience, also=file.requested)
    return explanation.of_offer(file.requested.name) if explanation else None


def explained_record(desk: Desk, file: CaseFile, seq: int, audience: Audience) -> Explanation | None:
    """The plans of one recorded fact as they were shown then; None where there is no such fact, or it was erased."""
    found = [recorded.fact for recorded in recorded_offers(file) if recorded.seq == seq]
    return _recorded(desk, found[0], audience) if found else None


def recorded_offers(file: CaseFile) -> Iterator[Recorded]:
    """Every time plans were recorded as shown, oldest first."""
    for event in file.events:
        if isinstance(event.fact, e.OffersMade):
            offers = event.fact.answer.offers if event.fact.answer else ()
            yield Recorded(event.seq, event.fact, tuple(offer.name for offer in offers))


def explained_decision(desk: Desk, file: CaseFile, audience: Audience) -> Explanation | None:
    """The last decision from its own record; None where there is none, or it was erased."""
    made = [event.fact for event in file.events if isinstance(event.fact, e.DecisionMade)]
    decided = file.decided
    if decided is None or not made or file.decided_at is None:
        return None
    fact, case = made[-1], file.case
    decision = Decision(
        outcome=decided.outcome.value,
        decided_on=file.decided_at.astimezone(ZONE).date(),
        reasons=decided.reasons,
        words=decided.words,
        would_change=decided.would_change,
        income_minor=decided.income_minor,
        outgoings_minor=decided.outgoings_minor,
        affordable_minor=decided.affordable_minor,
        owed=decided.owed,
        by=decided.decided_by,
        second=decided.second,
        appeal_by_on=case.appeal_by_on if decided.outcome is not Outcome.APPROVED and not case.under_review else None,
        rests_until_on=case.stayed_until_on,
    )
    shown = _shown_with(file, decided.plan, decision)
    return explain_decision(
        decision,
        decided.plan,
        shown.answer if shown else None,
        shown.question if shown else None,
        desk.rulebooks.on(desk.clock.today()),
        digest=fact.rulebook,
        audience=audience,
    )


def _recorded(desk: Desk, fact: e.OffersMade, audience: Audience, also: Offer | None = None) -> Explanation | None:
    if fact.answer is None:
        return None
    rulebook = desk.rulebooks.on(desk.clock.today())
    answer, beside = fact.answer, also is not None and all(also.name != offer.name for offer in fact.answer.offers)
    return explain(
        fact.question,
        answer,
        rulebook,
        delays=fact.delays or (),
        audience=audience,
        also=[also] if also and beside else (),
        stored=True,
    )


def _shown_with(file: CaseFile, plan: Offer | None, decision: Decision) -> e.OffersMade | None:
    """The plans she was shown, where the decided plan was made on the same day, debt and household as they were."""
    recorded = list(recorded_offers(file))
    fact = recorded[-1].fact if recorded else None
    if fact is None or fact.answer is None or plan is None or not fact.answer.affordable:
        return None
    answer, first = fact.answer, fact.answer.affordable[0]
    same = answer.effective_on == plan.plan.as_of and answer.owed == plan.plan.owed
    counted = (first.income_minor, first.affordable_minor) == (decision.income_minor, decision.affordable_minor)
    return fact if same and counted else None
