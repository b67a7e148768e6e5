"""One case as the solver sees it: what is owed, what each month can bear, and the limits that hold on the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from forbear.core.allocation import PARTS, order_on
from forbear.core.budget import Evidence, Household, MonthBudget, budget
from forbear.core.cashflow import PLAIN, Arithmetic, Calendar, Search, Terms, calendar, may_run, room_of, search
from forbear.core.dates import cost_year, month_after, month_number, month_of
from forbear.core.loan import Loan, Owed, days_past_due, owed_on
from forbear.core.money import PPM, Rounding, divide
from forbear.core.once import once
from forbear.core.payoff import Worth, cost_fits
from forbear.core.plan import Cause, Measure, Request
from forbear.core.predicate_facts import case_facts
from forbear.core.relief import ladder_step, least_relief_first, measures, most_relief, settlement
from forbear.core.rules import Finding, Param, Rulebook
from forbear.core.value import value_of_nothing_minor, worth

PAUSE_KINDS = frozenset({"payment-holiday", "holiday", "deferral", "pause"})
SETTLEMENT_KINDS = frozenset({"settlement", "settle"})
SHAPE_KINDS = {
    "interest-only": "interest-only",
    "step": "stepped",
    "step-up": "stepped",
    "stepped": "stepped",
    "level": "level",
}
"""Words of a request that ask for the payments to have a certain shape."""


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
    """A question with everything the rulebook makes of it. `caps`: what each month can bear; `spare`: its income less
    other debts; `ceiling_minor`: no instalment goes above it; `order`: how
    a payment is allocated; `worth`: what a lender may expect of each month's payment."""

    question: Question
    rules: Rulebook
    owed: Owed
    days_late: int
    time: Calendar
    months: tuple[MonthBudget, ...]
    caps: tuple[int, ...]
    spare: tuple[int, ...]
    ceiling_minor: int
    most: Terms
    rungs: tuple[Terms, ...]
    step: Mapping[str, Any]
    settlement: Terms | None
    order: tuple[str, ...]
    worth: Worth
    arithmetic: Arithmetic
    held_relief: dict[int, tuple[tuple[Finding, bool], ...]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    _relief_in: dict[int, tuple[Measure, ...]] = field(init=False, default_factory=dict, compare=False, repr=False)
    _params: dict[str, Param] = field(init=False, default_factory=dict, compare=False, repr=False)
    _searches: dict[Any, Search] = field(init=False, default_factory=dict, compare=False, repr=False)

    @once
    def nothing_minor(self) -> int:
        """What the lender may expect where nothing is agreed."""
        return value_of_nothing_minor(self.rules, self.owed.total_minor, self.days_late)

    @property
    def cited(self) -> dict[tuple[int, str, int], Finding]:
        """Limits of the rulebook in words, shared by all cases of the day."""
        return self.rules.cited

    @once
    def room(self) -> tuple[Any, Any]:
        """What each month can bear as columns, for every search of the case."""
        return room_of(self.caps, self.most.unit_minor, self.arithmetic)

    @once
    def spare_column(self) -> Any:
        """`spare` as a column of the arithmetic."""
        return self.arithmetic.column(self.spare)

    @once
    def parts(self) -> Any:
        """The parts of a year of each month, as a column of the arithmetic."""
        return self.arithmetic.column(self.time.parts)

    @once
    def cost_year(self) -> int:
        """What the parts of a year are over when the cost of a year is told."""
        return cost_year(self.loan.day_count, self.time.denominator)

    def cost_most_ppm(self, rate_ppm: int) -> int:
        """What a plan costs a year at most: interest on principal alone costs no more than its rate."""
        return max(1, divide(rate_ppm * self.cost_year, self.time.denominator, Rounding.UP))

    @once
    def costs_fit(self) -> bool:
        """Whether the case's arithmetic may be trusted with what its plans cost a year."""
        most_ppm = self.cost_most_ppm(self.rungs[0].rate_ppm)
        year = self.cost_year * PPM
        return self.arithmetic is PLAIN or cost_fits(self.owed.total_minor, self.time.parts, year, most_ppm)

    @once
    def allocation(self) -> Any:
        """The order a payment is allocated in, as places in PARTS, as a column of the arithmetic."""
        return self.arithmetic.column([PARTS.index(name) for name in self.order])

    @once
    def later(self) -> Owed:
        """What is owed when nobody does anything for as long as the rulebook looks ahead."""
        days = self.rules.integer("plan.wait_days")
        return owed_on(self.loan, self.question.as_of + timedelta(days=days))

    def param(self, key: str, scope: str = "") -> Param:
        """The value of a rule that decides; looked for once, however many plans are held against it."""
        found = self._params.get(key)
        if found is None:
            found = self._params[key] = self.rules.param(key, scope)
        return found

    def relief_in(self, terms: Terms) -> tuple[Measure, ...]:
        """The relief in terms by name: the same in every plan of them, so named once."""
        found = self._relief_in.get(id(terms))
        if found is None:
            found = self._relief_in[id(terms)] = tuple(measures(terms, self.loan))
        return found

    @once
    def least_value_minor(self) -> int | None:
        """What the lender must expect of a plan at least, where its rulebook makes that binding."""
        return self.nothing_minor if self.rules.flag("value.npv_binding") else None

    @once
    def facts(self) -> dict[str, Any]:
        """The case as a lender's own rules name it."""
        asked = self.question
        return case_facts(
            as_of=asked.as_of,
            loan=asked.loan,
            owed=self.owed,
            days_late=self.days_late,
            cause=asked.cause,
            request=asked.request,
            household=asked.household,
            months=self.months,
        )

    @property
    def last(self) -> int:
        """The place of the last month a plan may use."""
        return min(len(self.caps), self.time.first + self.most.months) - 1

    @property
    def loan(self) -> Loan:
        """The loan asked about."""
        return self.question.loan

    def search(
        self,
        terms: Terms | None = None,
        caps: Sequence[int] | None = None,
        *,
        resting: int = 0,
        shape: str = "income-following",
    ) -> Search:
        """The search over cash flows with these terms and caps, by default the most relief and the whole budget."""
        # Terms of one case are told apart by identity: they are made once, and each search keeps its own alive.
        key = (id(terms or self.most), resting, shape) if caps is None else None
        found = self._searches.get(key)
        if found is None:
            found = search(
                terms or self.most,
                self.time,
                self.caps if caps is None else caps,
                resting=resting,
                shape=shape,
                worth=self.worth,
                arithmetic=self.arithmetic,
                room=self.room if caps is None else None,
            )
            if key is not None:
                self._searches[key] = found
        return found


def situation(question: Question, rulebook: Rulebook, arithmetic: Arithmetic = PLAIN) -> Situation:
    """The situation on `question.as_of`, to be searched with `arithmetic` where its numbers fit."""
    rules = rulebook.on(question.as_of, signed_on=question.loan.signed_on)
    owed = owed_on(question.loan, question.as_of)
    days_late = days_past_due(question.loan, question.as_of)
    time = calendar(question.loan, question.as_of, rules)
    first_month = month_after(month_of(question.as_of), 1)
    months = budget(question.household, rules, first_month, len(time.months), owed.total_minor)
    caps = tuple(m.affordable_minor for m in months)
    step = ladder_step(question.cause, days_late, rules)
    most = most_relief(question.loan, owed, step, days_late, rules)
    rungs = least_relief_first(question.loan, owed, most, rules)
    asked = SETTLEMENT_KINDS & set(question.request.kinds)
    ceiling = _ceiling(question, owed)
    if not may_run(arithmetic, rungs[0], time, owed.total_minor + sum(caps) + ceiling):
        arithmetic = PLAIN
    return Situation(
        question=question,
        rules=rules,
        owed=owed,
        days_late=days_late,
        time=time,
        months=months,
        caps=caps,
        spare=tuple([m.income_minor - m.debts_minor for m in months]),
        ceiling_minor=ceiling,
        most=most,
        rungs=rungs,
        step=step,
        settlement=settlement(question.loan, owed, days_late, rules) if asked else None,
        order=order_on(rules, days_late),
        worth=worth(rules, owed.total_minor, days_late, time, caps, arithmetic.column),
        arithmetic=arithmetic,
    )


def paused(case: Situation, months: int) -> Situation:
    """The same case with nothing paid in the first months a plan could use."""
    bare = case.time.first + months
    return replace(case, caps=tuple(0 if i < bare else cap for i, cap in enumerate(case.caps)))


def pause_asked(case: Situation) -> int:
    """Months of pause the borrower asks for: the months of her request where a pause is all she asks, else the
    rulebook's usual pause; 0 where she asks for none. It may be more than the rulebook allows."""
    request = case.question.request
    if not PAUSE_KINDS & set(request.kinds):
        return 0
    months = request.months if _only(request, PAUSE_KINDS) else None
    return months or case.rules.integer("relief.deferral_usual")


def longest_pause(case: Situation) -> int:
    """The longest pause the rulebook allows, in months."""
    return max(case.rules.integers("relief.deferral_options"))


def pauses_to_try(case: Situation) -> tuple[int, ...]:
    """The pause she asks for where it is not too long, then every shorter one the rulebook knows, the longest first."""
    asked = pause_asked(case)
    options = sorted((n for n in case.rules.integers("relief.deferral_options") if 0 < n < asked), reverse=True)
    return (asked, *options) if 0 < asked <= longest_pause(case) else tuple(options)


def shape_asked(case: Situation) -> str:
    """The shape of payments she asks for, where her lender gives it; nothing otherwise."""
    named = [SHAPE_KINDS[kind] for kind in case.question.request.kinds if kind in SHAPE_KINDS]
    return next((shape for shape in named if shape in case.rules.texts("plan.shapes")), "")


def resting_asked(case: Situation) -> int:
    """Months in which she pays just the interest: as many as she asks for where that is all she asks, else until the
    cause ends, else the rulebook's usual number."""
    request = case.question.request
    months = request.months if _only(request, frozenset({"interest-only"})) else None
    usual = case.rules.integer("relief.interest_only_usual")
    return min(case.rules.integer("relief.interest_only_max"), months or months_to_end(case) or usual)


def months_to_end(case: Situation) -> int:
    """How many of the months a plan may use lie before the cause ends; 0 where she does not know when it ends."""
    until = case.question.until
    if until is None:
        return 0
    return max(0, month_number(month_of(until)) - month_number(case.time.months[case.time.first]) + 1)


def term_asked(request: Request) -> int | None:
    """The months she wants the plan to take at most; None where she names none, or names those of a pause."""
    return None if _only(request, PAUSE_KINDS | {"interest-only"}) else request.months


def with_better_proof(question: Question) -> Question:
    """The same question as if every income had been shown by payslip and bank."""
    shown = tuple(replace(item, evidence=Evidence.A) for item in question.household.income)
    return replace(question, household=replace(question.household, income=shown))


def _only(request: Request, kinds: frozenset[str]) -> bool:
    """Whether such kinds are all she asks for, so that her months are the months of that."""
    return bool(request.kinds) and all(kind in kinds for kind in request.kinds) and request.instalment_minor is None


def _ceiling(question: Question, owed: Owed) -> int:
    """No plan takes more a month than the contract did, unless she asks for it or the contract has run out."""
    loan, asked = question.loan, question.request.instalment_minor or 0
    if loan.instalments_left == 0 or loan.instalment_minor == 0:
        return max(asked, owed.total_minor * 2)
    return max(asked, loan.instalment_minor)
