"""Several loans of one household as the search sees them: each loan's own case, one budget, one ceiling for the sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Any

from forbear.core import payoff
from forbear.core.budget import MonthBudget, OtherDebt, budget
from forbear.core.cashflow import PLAIN, Arithmetic
from forbear.core.household import Household
from forbear.core.loan import Loan, Owed
from forbear.core.once import once
from forbear.core.plan import Cause, Request
from forbear.core.predicates import refusals
from forbear.core.refusal import Refusal
from forbear.core.rules import PredicateScope, Rulebook
from forbear.core.several import (
    ORDERS_TRIED_MOST,
    WITHOUT_BOUND,
    JointFlow,
    JointSearch,
    Share,
    Way,
    settled_first,
    ways,
)
from forbear.core.situation import SETTLEMENT_KINDS, Question, Situation, situation
from forbear.core.value import BANDS
from forbear.core.ways_on import nothing_to_pay

NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)


@dataclass(frozen=True, kw_only=True)
class JointQuestion:
    """What is asked: the loans, in the order of the file, and the rest as in a question of one. Amount and months of
    the request are those of all loans together."""

    as_of: date
    loans: tuple[Loan, ...]
    cause: Cause
    since: date | None
    until: date | None
    request: Request
    household: Household

    def of(self, loan: Loan, request: Request | None = None) -> Question:
        """The question of one loan; what she asks for is about all of them, and is asked of the sum."""
        return Question(
            as_of=self.as_of,
            loan=loan,
            cause=self.cause,
            since=self.since,
            until=self.until,
            request=request or Request(),
            household=self.household,
        )


@dataclass(frozen=True, kw_only=True)
class JointSituation:
    """A joint question with all that the rulebook makes of it.

    `cases`: the loans with something to pay, each with its own relief and due day. `months`, `caps`, `ceiling_minor`:
    what a month of the household can bear and the most its sum may be. `asking`: the first case with the joint request,
    months, caps and ceiling in its place: what she wishes is read from it. `shares`: what each loan pays off.
    """

    question: JointQuestion
    rules: Rulebook
    cases: tuple[Situation, ...]
    months: tuple[MonthBudget, ...]
    caps: tuple[int, ...]
    ceiling_minor: int
    asking: Situation
    shares: tuple[Share, ...]
    chosen: tuple[Way, ...]
    arithmetic: Arithmetic

    @property
    def first(self) -> int:
        """The first month that a loan may be paid in."""
        return self.asking.time.first

    @once
    def last(self) -> int:
        """The last month a plan may use."""
        return min(len(self.caps) - 1, max(share.last for share in self.shares))

    @property
    def unit_minor(self) -> int:
        """The step of the month's sum."""
        return max(share.terms.unit_minor for share in self.shares)

    @property
    def owed_minor(self) -> int:
        """All that is owed on the loans with something to pay."""
        return sum(case.owed.total_minor for case in self.cases)

    @once
    def settleable(self) -> tuple[int, ...]:
        """The places of the loans that may be settled, where she asks for that."""
        return tuple(place for place, case in enumerate(self.cases) if case.settlement is not None)

    @once
    def nothing_minor(self) -> int:
        """What the lender may expect where nothing is agreed."""
        return sum(case.nothing_minor for case in self.cases)

    def search(self, caps: Sequence[int] | None = None, **how: Any) -> JointSearch:
        """The search over the most relief of every loan, by default within the whole budget. `how`: its shape."""
        caps = self.caps if caps is None else tuple(caps)
        return JointSearch(shares=self.shares, caps=caps, chosen=self.chosen, arithmetic=self.arithmetic, **how)

    def settling(self, places: Sequence[int]) -> JointSearch:
        """The search with these loans settled and the others paid as ever, those never above the contracts' sum."""
        shares = tuple(
            replace(share, terms=case.settlement) if place in places and case.settlement else share
            for place, (share, case) in enumerate(zip(self.shares, self.cases, strict=True))
        )
        settled = replace(self, shares=shares, chosen=settled_first(self.chosen, shares))
        return settled.search(shape="settlement", beside_minor=self.ceiling_minor)

    def on_rung(self, rung: int) -> "JointSituation":
        """The same with only so many steps of relief on each loan, or all its steps where it has fewer. Of four loans
        not every order is tried: six steps times 24 orders take a page longer than they change it."""
        named = ("avalanche", "smallest-first", "pro-rata") if len(self.cases) >= ORDERS_TRIED_MOST else None
        policies = [one for one in self.rules.texts("several.policies") if named is None or one in named]
        terms = [case.rungs[min(rung, len(case.rungs) - 1)] for case in self.cases]
        shares = tuple(replace(share, terms=one) for share, one in zip(self.shares, terms, strict=True))
        return replace(self, shares=shares, chosen=ways(shares, policies) or self.chosen)

    def paused(self, caps: tuple[int, ...]) -> "JointSituation":
        """The same with other caps."""
        return replace(self, caps=caps, asking=replace(self.asking, caps=caps))

    def valued(self, flow: JointFlow) -> JointFlow:
        """The flow with what a lender may expect of it."""
        return replace(flow, value_minor=sum(self.values(flow)))

    def values(self, flow: JointFlow) -> tuple[int, ...]:
        """What a lender may expect of each loan's part. A household that pays several loans breaks with all of them, so
        the chance of a break is that of the whole plan: its share of what the months can bear."""
        total, room = flow.total_minor, self._room[flow.ends_at]
        band = total * BANDS // room if total < room else BANDS - 1
        return tuple(
            payoff.value(own.amounts_minor, own.ends_at, own.total_minor, _banded(case, band))
            for own, case in zip(flow.flows, self.cases, strict=True)
        )

    @once
    def _room(self) -> tuple[int, ...]:
        # A pause she asks for leaves the months what they can bear.
        usable = [month.affordable_minor if index >= self.first else 0 for index, month in enumerate(self.months)]
        return tuple(accumulate(usable))


@dataclass(frozen=True, kw_only=True)
class Loans:
    """Every loan of the question as a case, and what is said of those that no plan is made for."""

    all: tuple[Situation, ...]
    payable: tuple[Situation, ...]
    said: tuple[Refusal, ...]


def loans_of(question: JointQuestion, rules: Rulebook) -> Loans:
    """Which loans there is something to plan for. A loan that the lender's own rules keep out stays due as the contract
    says, so what it takes a month is not there for the others."""
    kinds = tuple(kind for kind in question.request.kinds if kind in SETTLEMENT_KINDS)
    asked = Request(kinds=kinds) if kinds else None
    cases = [situation(question.of(loan, asked), rules) for loan in question.loans]
    said: list[Refusal] = []
    payable, kept_out = [], []
    for case in cases:
        nothing = nothing_to_pay(case)
        against = [nothing] if nothing else list(_own_rules(case))
        said += [replace(refusal, where=case.loan.contract) for refusal in against]
        if not against:
            payable.append(case)
        elif nothing is None:
            kept_out.append(case)
    if kept_out and payable:
        debts = (*question.household.other_debts, *map(_as_other, kept_out))
        left = replace(question, household=replace(question.household, other_debts=debts))
        payable = [situation(left.of(case.loan, asked), rules) for case in payable]
    return Loans(all=tuple(cases), payable=tuple(payable), said=tuple(said))


def joint_situation(
    question: JointQuestion, rules: Rulebook, cases: tuple[Situation, ...], arithmetic: Arithmetic = PLAIN
) -> JointSituation:
    """The loans together, to be searched with `arithmetic` where its numbers fit. Where debts share the budget by
    balance, this lender's share is that of all its loans."""
    longest = max(cases, key=lambda case: len(case.time.months))
    household, owed = cases[0].question.household, sum(case.owed.total_minor for case in cases)
    months = budget(household, rules, longest.time.months[0], len(longest.time.months), owed)
    caps = tuple(month.affordable_minor for month in months)
    ceiling = max(sum(case.ceiling_minor for case in cases), question.request.instalment_minor or 0)
    shares = tuple(Share(terms=case.most, time=case.time) for case in cases)
    asking = replace(
        cases[0],
        question=replace(cases[0].question, request=question.request),
        time=replace(longest.time, first=min(case.time.first for case in cases)),
        months=months,
        caps=caps,
        spare=tuple(month.income_minor - month.debts_minor for month in months),
        ceiling_minor=ceiling,
    )
    return JointSituation(
        question=question,
        rules=rules,
        cases=cases,
        months=months,
        caps=caps,
        ceiling_minor=ceiling,
        asking=asking,
        shares=shares,
        chosen=ways(shares, rules.texts("several.policies")),
        arithmetic=arithmetic,
    )


def summed(debts: Sequence[Owed]) -> Owed:
    """The sum of debts, part by part."""
    return sum(debts, start=NOTHING)


def _own_rules(case: Situation) -> Sequence[Refusal]:
    asks = case.rules.predicates(PredicateScope.CASE)
    return refusals(case.rules, PredicateScope.CASE, case.facts) if asks else ()


def _as_other(case: Situation) -> OtherDebt:
    loan = case.loan
    monthly = loan.instalment_minor if loan.instalments_left else 0
    return OtherDebt(creditor=loan.contract, balance_minor=case.owed.total_minor, monthly_minor=monthly, priority=True)


def _banded(case: Situation, band: int) -> payoff.Worth:
    """The weights of one band alone, so that no other is chosen."""
    worth, months = case.worth, len(case.worth.room)
    row: Mapping[str, Any] = {
        "kept": worth.kept[band * months : (band + 1) * months],
        "broken": worth.broken[band * months : (band + 1) * months],
    }
    return payoff.Worth(claim=worth.claim, bands=1, room=[WITHOUT_BOUND] * months, **row)
