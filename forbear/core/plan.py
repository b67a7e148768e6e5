"""A repayment plan: instalments that sum to what is owed less what is forgiven, to the fen, and its true yearly cost.

Why a person asks (`Cause`), what she asks for (`Request`), and what the desk answers with (`Offer`) are here too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import accumulate
from operator import add, lt, sub
from typing import Any, NamedTuple

from forbear.core.loan import Owed
from forbear.core.money import PPM
from forbear.core.payoff import cost
from forbear.core.rules import Finding


class Cause(StrEnum):
    """What happened to the household."""

    ILLNESS = "illness"
    JOB_LOSS = "job-loss"
    INCOME_CUT = "income-cut"
    FAMILY_CHANGE = "family-change"
    FAMILY_VIOLENCE = "family-violence"
    DISASTER = "disaster"
    BUSINESS_FAILURE = "business-failure"
    OVER_INDEBTED = "over-indebted"
    FRAUD_VICTIM = "fraud-victim"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the borrower asks for: kinds of help, at most this much a month, at most this many months."""

    kinds: tuple[str, ...] = ()
    instalment_minor: int | None = None
    months: int | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One relief in a plan: waive-penalty, waive-fees, waive-interest, forgive-principal, rate, term, deferral,
    income-following, settlement."""

    measure: str
    amount_minor: int | None = None
    months: int | None = None
    rate_ppm: int | None = None


class Instalment(NamedTuple):
    """One row of a plan. `interest_minor` is what it pays of interest carried over and new, `balance_minor` the
    principal left after it, `accrues_minor` the new interest of the time up to it, whenever that is paid.
    """

    due_on: date
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    balance_minor: int
    accrues_minor: int = 0

    @property
    def amount_minor(self) -> int:
        """What is paid on the day: the sum of the parts."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor


def rows_of(*columns: Iterable[Any]) -> tuple[Instalment, ...]:
    """Rows from their columns, in the order of the fields, without a call of Python for each."""
    return tuple(map(partial(tuple.__new__, Instalment), zip(*columns, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole plan, made of what was `owed` on `as_of`: paid and forgiven parts sum to it, interest to it and what
    accrues. `total_minor` is all that is still to be paid.
    """

    as_of: date
    owed: Owed
    first_due_on: date
    ends_on: date
    instalments: tuple[Instalment, ...]
    forgiven: Owed
    measures: tuple[Measure, ...]
    annual_cost_ppm: int
    total_minor: int
    instalment_max_minor: int
    rate_ppm: int = 0

    @property
    def level(self) -> bool:
        """Whether one amount says what each payment is: all are the same, but for a last one that may be smaller."""
        *before, last = [row.amount_minor for row in self.instalments]
        return len(set(before)) <= 1 and self.instalment_max_minor == (before or [last])[0]


@dataclass(frozen=True, kw_only=True)
class Why:
    """A sentence to be said: its key in the word catalogue and its facts, all as text."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A plan with a name, why it is offered, and every rule it was held against.

    `counterfactual` is what a little more or less a month would change; `bound` the rules the plan touches, so that
    nothing better could be had without breaking one; `value_minor` what the lender may expect of it, never shown to a
    borrower, None where nobody reckoned it.
    """

    name: str
    plan: Plan
    why: tuple[Why, ...] = ()
    findings: tuple[Finding, ...] = ()
    counterfactual: Why | None = None
    value_minor: int | None = None
    bound: tuple[str, ...] = ()


def check_plan(plan: Plan, owed: Owed, as_of: date, new_interest_minor: int | None = None) -> None:
    """Assert that a plan loses no fen: each part paid and forgiven sums to what was owed, dates rise, balance ends 0.

    `new_interest_minor` is the interest that accrues during the plan; where it is not known, it only must not be
    negative.
    """
    columns = [[getattr(row, name) for row in plan.instalments] for name in _COLUMNS]
    check_columns(plan, owed, as_of, columns, new_interest_minor)


def check_columns(
    plan: Plan, owed: Owed, as_of: date, columns: Sequence[Sequence[Any]], new_interest_minor: int | None
) -> None:
    """`check_plan` for rows that stand in columns already: principal, interest, penalty, fees, balance, due on."""
    principal, interest, penalty, fees, balances, dates = columns
    forgiven = plan.forgiven
    assert dates, "a plan has an instalment"
    assert sum(principal) + forgiven.principal_minor == owed.principal_minor, "principal is lost"
    assert sum(penalty) + forgiven.penalty_minor == owed.penalty_minor, "penalty is lost"
    assert sum(fees) + forgiven.fees_minor == owed.fees_minor, "fees are lost"
    accrued = sum(interest) + forgiven.interest_minor - owed.interest_minor
    assert accrued >= 0 if new_interest_minor is None else accrued == new_interest_minor, "interest is lost"
    left = owed.principal_minor - forgiven.principal_minor
    assert list(accumulate(principal, sub, initial=left)) == [left, *balances], "the balance is what the row leaves"
    assert balances[-1] == 0, "a plan ends with nothing owed"
    assert all(map(lt, [as_of, *dates], dates)), "due dates rise"
    assert min(map(min, (principal, interest, penalty, fees))) >= 0, "no part is negative"
    amounts = list(map(add, map(add, principal, interest), map(add, penalty, fees)))
    assert min(amounts) > 0, "a row takes something"
    assert (plan.first_due_on, plan.ends_on) == (dates[0], dates[-1]), "the plan names its first and last day"
    assert plan.total_minor == sum(amounts), "the total is the sum of the rows"
    assert plan.instalment_max_minor == max(amounts), "the largest row is named"


_COLUMNS = ("principal_minor", "interest_minor", "penalty_minor", "fees_minor", "balance_minor", "due_on")


def annual_cost_ppm(carried_minor: int, payments: Sequence[tuple[int, int]], denominator: int, guess_ppm: int) -> int:
    """The yearly rate, in ppm, at which `carried_minor` is paid off exactly by the payments: their annualised IRR.

    `payments`: (time since the row before as a numerator over `denominator` of a year, amount in minor units). Between
    rows the balance accrues simply, at rows it compounds, so that a loan at 12 % paid monthly costs 12 % (12 × the
    monthly rate; People's Bank notice 2021 No. 3). The least whole ppm at which nothing is overpaid; 0 where no more
    is paid than was carried. A row of 0 is no row.
    """
    parts, amounts = [part for part, _ in payments], [amount for _, amount in payments]
    most_ppm = max(1, guess_ppm)
    while (found := cost(carried_minor, amounts, parts, len(payments) - 1, denominator * PPM, most_ppm)) < 0:
        most_ppm *= 2
    return found
