"""Room 4, plan: show what is possible today, try an amount, check a table of her own, and take her choice.

Looking changes nothing; what she chose is recorded with every figure she saw.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.actions.ports import CaseLine, Desk
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.budget import Household, MonthBudget, OtherDebt, budget
from forbear.core.budget_explained import MonthExplained, explain_month
from forbear.core.contact import Role, may_work_on_cases
from forbear.core.dates import month_after, month_of, working_day_after
from forbear.core.explained import Delay
from forbear.core.explanation import delay_of, delayed, delays_of
from forbear.core.file import CaseFile, open_file
from forbear.core.joint import JointQuestion
from forbear.core.loan import Loan, owed_on
from forbear.core.own_plan import MONTHS_MAX, OwnPlan, Remark, nearest, remarks
from forbear.core.payments import Row, next_row, remaining_loan
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.core.solver import Answer, Question, own_plan, solve, what_if


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What she wants: a named offer, an instalment a month, a table of (month YYYY-MM, amount), or a person's help
    when nothing fits. Exactly one of them.
    """

    offer: str = ""
    instalment_minor: int | None = None
    table: tuple[tuple[str, int], ...] = ()
    person: bool = False

    @property
    def name(self) -> str:
        """What the record calls it."""
        if self.person:
            return "person"
        if self.table:
            return "own-table"
        return self.offer or "own-instalment"


def offers_today(desk: Desk, file: CaseFile, *, lender: bool = True) -> Answer:
    """Every offer for the case as it stands, as of today; the case has a statement. `lender`: as in `solve`."""
    return solve(question(desk, file), desk.rulebooks.on(desk.clock.today()), desk.arithmetic, lender=lender)


def plan_for(desk: Desk, file: CaseFile, choice: Choice, answer: Answer | None = None) -> Offer | Refusal:
    """The plan that a choice means today, or why there is none. `answer`: today's offers, if already found."""
    rulebook = desk.rulebooks.on(desk.clock.today())
    if choice.table:
        return own_plan(question(desk, file), rulebook, choice.table)
    if choice.instalment_minor is not None:
        return what_if(question(desk, file), rulebook, choice.instalment_minor, desk.arithmetic)
    answer = answer or offers_today(desk, file)
    named = [*answer.offers, *([answer.lender_best] if answer.lender_best else [])]
    offer = next((offer for offer in named if offer.name == choice.offer), None)
    return offer or Refusal("plan.offer", "offers.refusal.gone", "offers.way_on.look_again", where="offer")


def nearest_plan(desk: Desk, file: CaseFile, own: OwnPlan) -> Offer | None:
    """The plan nearest to a table that is none: each payment as the month can bear it and her usual one going on, else
    at most her largest a month; None where no plan is near.
    """
    horizon = desk.rulebooks.on(desk.clock.today()).integer("plan.term_max_months")
    table = nearest(own, months_ahead(desk, file, min(horizon, MONTHS_MAX)))
    for _ in range(2):
        if not table:
            return None
        found = plan_for(desk, file, Choice(table=table))
        if isinstance(found, Offer):
            return found
        first, last = str(found.facts.get("first", "")), str(found.facts.get("last", ""))
        if not last:
            break
        table = tuple(row for row in table if first <= row[0] <= last)
    most = max((pay for _, pay in own.table), default=0)
    found = plan_for(desk, file, Choice(instalment_minor=most))
    return found if isinstance(found, Offer) else None


def own_plan_remarks(desk: Desk, file: CaseFile, own: OwnPlan) -> tuple[Remark, ...]:
    """What the budget, the debt and her statement say beside a table of her own; the case has a household."""
    assert file.household is not None, "a budget is of a household"
    today = desk.clock.today()
    loan = loan_today(desk, file, today)
    owed_minor = owed_on(loan, max(today, loan.as_of)).total_minor
    return remarks(own, months_ahead(desk, file, MONTHS_MAX), file.household, owed_minor)


def request_plan(desk: Desk, by: By, case_id: str, choice: Choice, words: str = "") -> Done | Refusal:
    """She chooses; the desk answers by a promised date. Today's offers are recorded with the choice."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_choose(file, by):
            return refusal
        today = desk.clock.today()
        rulebook = desk.rulebooks.on(today)
        answer = offers_today(desk, file)
        offer = None if choice.person else plan_for(desk, file, choice, answer)
        if isinstance(offer, Refusal):
            return offer
        asked = question(desk, file)
        shown = e.OffersMade(
            as_of=today,
            count=len(answer.offers),
            rulebook=rulebook.digest,
            answer=answer,
            delays=waiting(desk, asked, rulebook, answer, *([offer] if offer else [])),
            question=asked,
        )
        answer_by_on = working_day_after(today, rulebook.integer("desk.accept_working_days"))
        wish = e.PlanRequested(offer=choice.name, answer_by_on=answer_by_on, plan=offer, words=words.strip()[:4000])
        # A person's help when nothing fits is a promise to call, whatever papers are still on their way.
        calls = choice.person and file.case.person_by_on is None
        call = [e.PersonAsked(by_on=answer_by_on, words=words.strip()[:4000])] if calls else []
        # A wish after an agreement lapsed or a no: collection rests again, and no longer only until a day.
        rests = file.case.collection_rests and file.case.stayed_until_on is None
        paused = [] if rests else [e.EnforcementPaused()]
        return [shown, wish, *paused, *call]

    return carry_out(desk, by, case_id, {"choice": choice, "words": words}, decide)


def waiting(desk: Desk, asked: Question, rulebook: Rulebook, answer: Answer, *tried: Offer) -> tuple[Delay, ...]:
    """What each offer of an answer would cost if it were begun as much later as the rulebook looks ahead.

    `tried`: offers beside the named ones; a plan at most so much a month is found anew for then, a table of her own
    cannot be.
    """
    days = answer.wait_days
    best = [answer.lender_best] if answer.lender_best else []
    later = delayed(asked, rulebook, days, desk.arithmetic)
    waits = list(delays_of([*answer.offers, *best], later, days))
    for offer in tried if later else ():
        if offer.name == "what-if":
            then = replace(asked, as_of=asked.as_of + timedelta(days=days))
            found = what_if(then, rulebook, offer.plan.instalment_max_minor, desk.arithmetic)
            waits.append(delay_of(offer, found if isinstance(found, Offer) else None, days))
    return tuple(waits)


def may_choose(file: CaseFile, by: By) -> Refusal | None:
    """A wish can be made once there is a statement, until it has been decided on, and again after that."""
    case = file.case
    if not case.submissions or case.restating:
        return Refusal("plan.statement", "offers.refusal.no_statement", "evidence.way_on.statement")
    if case.closed:
        return Refusal("plan.closed", "statement.refusal.closed", "statement.way_on.new_case")
    if case.accepted or case.offered is not None:
        return Refusal("plan.under_review", "offers.refusal.under_review", "statement.way_on.status")
    if case.in_force is not None and not case.reopened:
        return Refusal("plan.in_force", "offers.refusal.in_force", "offers.way_on.renegotiate")
    return None if by.actor.kind is Role.BORROWER else may_work_on_cases(by.actor)


def question(desk: Desk, file: CaseFile) -> Question:
    """The solver's question for a case today: its debt, her statement, her household with what she already pays us."""
    assert file.statement is not None, "a plan answers a statement"
    today = desk.clock.today()
    statement = file.statement
    return Question(
        as_of=today,
        loan=loan_today(desk, file, today),
        cause=statement.cause,
        since=statement.since,
        until=statement.until,
        request=statement.request,
        household=_household(desk, file, today),
    )


def months_ahead(desk: Desk, file: CaseFile, count: int) -> tuple[MonthBudget, ...]:
    """What each of the next months can bear, as the solver sees them today; the case has a household."""
    today = desk.clock.today()
    household, rulebook = _household(desk, file, today), desk.rulebooks.on(today)
    return budget(household, rulebook, month_after(month_of(today), 1), count, _ours(desk, file, today))


def next_month_explained(desk: Desk, file: CaseFile) -> MonthExplained:
    """The first of `months_ahead`, taken apart."""
    today = desk.clock.today()
    household, rulebook = _household(desk, file, today), desk.rulebooks.on(today)
    return explain_month(household, rulebook, month_after(month_of(today), 1), ours_minor=_ours(desk, file, today))


def _household(desk: Desk, file: CaseFile, today: date) -> Household:
    """Hers, with what she pays this lender beside this loan: on her other agreements, and on her other loans as their
    contracts say. One household, one budget."""
    assert file.household is not None, "a budget is of a household"
    loans = [
        OtherDebt(
            creditor=f"{desk.lender} {loan.contract}",
            balance_minor=owed_on(loan, max(today, loan.as_of)).total_minor,
            monthly_minor=loan.instalment_minor,
            priority=False,
        )
        for loan in other_loans(desk, file)
        if loan.instalments_left
    ]
    known = (*_other_agreements(desk, file, today), *loans)
    return replace(file.household, other_debts=(*file.household.other_debts, *known)) if known else file.household


def other_loans(desk: Desk, file: CaseFile) -> tuple[Loan, ...]:
    """Her other loans in the lender's book that something is owed on and that no agreement is in force for: a case is
    about one loan, so these go on as their contracts say until she has a plan for them too."""
    if file.party is None:
        return ()
    today = desk.clock.today()
    agreed = {line.loan_id for line, rows in _other_cases(desk, file) if next_row(rows) is not None}
    held = [one for one in desk.loans.loans_of(file.party.borrower_id) if one.loan_id not in (file.loan_id, *agreed)]
    loans = [one.row.loan for one in held]
    return tuple(loan for loan in loans if owed_on(loan, max(today, loan.as_of)).total_minor)


def question_together(desk: Desk, file: CaseFile) -> JointQuestion | None:
    """The question about this loan and her other loans together, in one currency and on one budget, where her other
    agreements are paid first; None where she has no other loan. What she asks for is then asked of the sum."""
    asked = question(desk, file)
    others = [loan for loan in other_loans(desk, file) if loan.currency == asked.loan.currency]
    if not others:
        return None
    assert file.household is not None, "a plan answers a statement"
    debts = (*file.household.other_debts, *_other_agreements(desk, file, asked.as_of))
    return JointQuestion(
        as_of=asked.as_of,
        loans=(asked.loan, *others),
        cause=asked.cause,
        since=asked.since,
        until=asked.until,
        request=asked.request,
        household=replace(file.household, other_debts=debts),
    )


def _ours(desk: Desk, file: CaseFile, today: date) -> int:
    """What is owed to this lender, for its share among creditors; 0 once the loan has left the book."""
    if file.loan_id is None or desk.loans.loan(file.loan_id) is None:
        return 0
    loan = loan_today(desk, file, today)
    return owed_on(loan, max(today, loan.as_of)).total_minor


def loan_today(desk: Desk, file: CaseFile, today: date) -> Loan:
    """The debt that a new plan is about: what is left of the agreement in force, or the contract in the loan book."""
    assert file.loan_id is not None, "a case has its loan"
    held = desk.loans.loan(file.loan_id)
    assert held is not None, "a case's loan is in the book"
    agreed = file.agreed
    if agreed is None or agreed.terms is None:
        return held.row.loan
    return remaining_loan(agreed.terms, file.rows(agreed), held.row.loan, today)


def _other_agreements(desk: Desk, file: CaseFile, today: date) -> Sequence[OtherDebt]:
    """What she pays on her other agreements with this lender: one household, one budget, nothing asked twice."""
    found: list[OtherDebt] = []
    for _, rows in _other_cases(desk, file):
        if next_row(rows) is not None:
            balance_minor = sum(r.open_minor for r in rows)
            coming = [r for r in rows if r.instalment.due_on >= today] or [r for r in rows if r.open_minor]
            most_minor = max(r.instalment.amount_minor for r in coming)
            found.append(
                OtherDebt(creditor=desk.lender, balance_minor=balance_minor, monthly_minor=most_minor, priority=True)
            )
    return found


def _other_cases(desk: Desk, file: CaseFile) -> Iterator[tuple[CaseLine, Sequence[Row]]]:
    """Her other open cases, each with the rows of its agreement in force."""
    for line in desk.cases.of_borrower(file.party.borrower_id) if file.party else ():
        if line.case_id != file.case.case_id and line.stage != "closed":
            other = open_file(desk.ledger.events(line.case_id))
            yield line, other.rows(other.agreed) if other.agreed else ()
