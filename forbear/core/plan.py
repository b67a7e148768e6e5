"""A repayment plan: instalments that sum to what is owed less what is forgiven, to the fen, and its true yearly cost.

Why a person asks (`Cause`), what she asks for (`Request`), and what the desk answers with (`Offer`) are here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from forbear.core.loan import Owed
from forbear.core.money import PPM, Rounding, divide
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


@dataclass(frozen=True, kw_only=True)
class Instalment:
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


@dataclass(frozen=True, kw_only=True)
class Why:
    """A sentence to be said: its key in the word catalogue and its facts, all as text."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A plan with a name, why it is offered, and every rule it was held against.

    `counterfactual`: one "what if", plan.counterfactual.sooner or .lighter. `value_minor`: the lender's expected value
    of the plan, for agents and auditors only. `bound`: rules of the findings whose limit the plan reaches.
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
    rows, forgiven = plan.instalments, plan.forgiven
    assert rows, "a plan has an instalment"
    assert sum(r.principal_minor for r in rows) + forgiven.principal_minor == owed.principal_minor, "principal is lost"
    assert sum(r.penalty_minor for r in rows) + forgiven.penalty_minor == owed.penalty_minor, "penalty is lost"
    assert sum(r.fees_minor for r in rows) + forgiven.fees_minor == owed.fees_minor, "fees are lost"
    accrued = sum(r.interest_minor for r in rows) + forgiven.interest_minor - owed.interest_minor
    assert accrued >= 0 if new_interest_minor is None else accrued == new_interest_minor, "interest is lost"
    balance, before = owed.principal_minor - forgiven.principal_minor, as_of
    for row in rows:
        balance -= row.principal_minor
        assert row.balance_minor == balance, "the balance is what the row leaves"
        assert row.due_on > before, "due dates rise"
        assert row.amount_minor > 0, "a row takes something"
        parts = (row.principal_minor, row.interest_minor, row.penalty_minor, row.fees_minor)
        assert min(parts) >= 0, "no part is negative"
        before = row.due_on
    assert balance == 0, "a plan ends with nothing owed"
    assert (plan.first_due_on, plan.ends_on) == (rows[0].due_on, rows[-1].due_on), (
        "the plan names its first and last day"
    )
    assert plan.total_minor == sum(r.amount_minor for r in rows), "the total is the sum of the rows"
    assert plan.instalment_max_minor == max(r.amount_minor for r in rows), "the largest row is named"


def annual_cost_ppm(carried_minor: int, payments: Sequence[tuple[int, int]], denominator: int, guess_ppm: int) -> int:
    """The yearly rate, in ppm, at which `carried_minor` is paid off exactly by the payments: their annualised IRR.

    `payments`: (time since the row before as a numerator over `denominator` of a year, amount in minor units). Between
    rows the balance accrues simply, at rows it compounds, so that a loan at 12 % paid monthly costs 12 % (12 × the
    monthly rate; People's Bank notice 2021 No. 3). Found by bisection over whole ppm: the least rate at which
    nothing is overpaid. 0 where no more is paid than was carried.
    """
    if carried_minor <= 0 or sum(amount for _, amount in payments) <= carried_minor:
        return 0
    high = max(1, guess_ppm)
    while _overpaid(carried_minor, payments, denominator, high):
        high *= 2
    low = 0
    near = high - 64
    if near > 0 and _overpaid(carried_minor, payments, denominator, near):
        low = near
    while high - low > 1:
        middle = (low + high) >> 1
        if _overpaid(carried_minor, payments, denominator, middle):
            low = middle
        else:
            high = middle
    return high


_FINE = 2**20
"""Balances inside the bisection are kept a million times finer than a fen, so that rounding cannot move a ppm."""


def _overpaid(carried_minor: int, payments: Sequence[tuple[int, int]], denominator: int, rate_ppm: int) -> bool:
    balance, year = carried_minor * _FINE, denominator * PPM
    for part, amount_minor in payments:
        balance += divide(balance * rate_ppm * part, year, Rounding.HALF_UP) - amount_minor * _FINE
    return balance < 0
