"""One case as the solver sees it: what is owed, what each month can bear, and the limits that hold on the day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from forbear.core.budget import Evidence, Household, MonthBudget, budget
from forbear.core.cashflow import Calendar, Terms, calendar
from forbear.core.dates import month_after, month_of
from forbear.core.loan import Loan, Owed, days_past_due, owed_on
from forbear.core.plan import Cause, Request
from forbear.core.relief import ladder_step, most_relief, settlement
from forbear.core.rules import Rulebook

PAUSE_KINDS = frozenset({"payment-holiday", "holiday", "deferral", "pause"})
SETTLEMENT_KINDS = frozenset({"settlement", "settle"})


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the solver is asked: the loan, why she cannot pay and since when, what she asks for, how she lives."""

    as_of: date
    loan: Loan
    cause: Cause
    since: date | None
    until: date | None
    request: Request
    household: Household


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A question with everything the rulebook makes of it. `ceiling_minor`: no instalment goes above it."""

    question: Question
    rules: Rulebook
    owed: Owed
    days_late: int
    time: Calendar
    months: tuple[MonthBudget, ...]
    caps: tuple[int, ...]
    ceiling_minor: int
    most: Terms
    step: Mapping[str, Any]
    settlement: Terms | None

    @property
    def last(self) -> int:
        """The place of the last month a plan may use."""
        return min(len(self.caps), self.time.first + self.most.months) - 1

    @property
    def loan(self) -> Loan:
        """The loan asked about."""
        return self.question.loan


def situation(question: Question, rulebook: Rulebook) -> Situation:
    """The situation on `question.as_of`. A pause asked for empties its months for every plan."""
    rules = rulebook.on(question.as_of)
    owed = owed_on(question.loan, question.as_of)
    days_late = days_past_due(question.loan, question.as_of)
    time = calendar(question.loan, question.as_of, rules)
    first_month = month_after(month_of(question.as_of), 1)
    months = budget(question.household, rules, first_month, len(time.months), owed.total_minor)
    asked = SETTLEMENT_KINDS & set(question.request.kinds)
    return Situation(
        question=question,
        rules=rules,
        owed=owed,
        days_late=days_late,
        time=time,
        months=months,
        caps=tuple(m.affordable_minor for m in months),
        ceiling_minor=_ceiling(question, owed),
        most=most_relief(question.loan, owed, question.cause, days_late, rules),
        step=ladder_step(question.cause, days_late, rules),
        settlement=settlement(owed, days_late, rules) if asked else None,
    )


def paused(case: Situation, months: int) -> Situation:
    """The same case with nothing paid in the first months a plan could use."""
    bare = case.time.first + months
    return replace(case, caps=tuple(0 if i < bare else cap for i, cap in enumerate(case.caps)))


def pause_asked(case: Situation) -> int:
    """Months of pause the borrower asks for: the months of her request where a pause is all she asks, else the
    rulebook's usual pause; 0 where she asks for none. Never more than the rulebook allows."""
    request = case.question.request
    if not PAUSE_KINDS & set(request.kinds):
        return 0
    months = request.months if _only_a_pause(request) else None
    return min(
        max(case.rules.integers("relief.deferral_options")), months or case.rules.integer("relief.deferral_usual")
    )


def term_asked(request: Request) -> int | None:
    """The months she wants the plan to take at most; None where she names none, or names those of a pause."""
    return None if _only_a_pause(request) else request.months


def with_better_proof(question: Question) -> Question:
    """The same question as if every income had been shown by payslip and bank."""
    shown = tuple(replace(item, evidence=Evidence.A) for item in question.household.income)
    return replace(question, household=replace(question.household, income=shown))


def _only_a_pause(request: Request) -> bool:
    pauses = bool(request.kinds) and all(kind in PAUSE_KINDS for kind in request.kinds)
    return pauses and request.instalment_minor is None


def _ceiling(question: Question, owed: Owed) -> int:
    """No plan takes more a month than the contract did, unless she asks for it or the contract has run out."""
    loan, asked = question.loan, question.request.instalment_minor or 0
    if loan.instalments_left == 0 or loan.instalment_minor == 0:
        return max(asked, owed.total_minor * 2)
    return max(asked, loan.instalment_minor)
