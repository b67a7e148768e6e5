"""The same work by many tools: 36 monthly rows of a loan with level instalments, and whether their cents add up.

A tool takes loans (principal in fen, yearly rate in ppm) and gives for each its interest and its principal by month, in
yuan or fen as it likes to; what it is worth is measured on what it gave, never taken from what it says of itself.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal  # noqa: TID251 - how the others do it
from importlib import import_module
from importlib.util import find_spec
from math import ceil
from random import Random
from typing import Any

from forbear.core.dates import DayCount
from tests.oracles.brute import Account

MONTHS = 36
Loan = tuple[int, int]
Rows = Sequence[tuple[Sequence[Any], Sequence[Any]]]
"""For each loan (interest by month, principal by month)."""
RATES = (36_000, 72_000, 108_000, 144_000, 180_000, 216_000, 237_600, 240_000, 359_999)


def loans(count: int) -> list[Loan]:
    """Made-up loans of 500 to 200,000 yuan."""
    rng = Random(36)
    return [(rng.randrange(500_00, 200_000_00), rng.choice(RATES)) for _ in range(count)]


def tools() -> Iterator[tuple[str, int, Callable[[list[Loan]], Rows]]]:
    """(name, minor units of its amounts: 1 for fen and 100 for yuan, the tool)."""
    if find_spec("forbear.core.schedule"):
        yield "Forbear, the contract's schedule", 1, forbear_schedule
    yield "Forbear, a plan's rows", 1, forbear_plan
    yield "Forbear, a plan's rows, least instalment searched for", 1, forbear_least
    yield "Python Decimal", 100, python_decimal
    yield "numpy-financial, loan by loan", 100, numpy_financial_each
    yield "numpy-financial, all at once", 100, numpy_financial_all
    yield "amortization", 100, amortization
    yield "QuantLib AmortizingFixedRateBond", 100, quantlib
    yield "pyxirr", 100, pyxirr
    yield "polars expressions, all at once", 1, polars


def faults(rows: Rows, work: list[Loan], minor: int) -> str:
    """What is wrong with the cents of what a tool gave; empty where nothing is."""
    unrounded = lost = short = 0
    for (interest, principal), (owed, _) in zip(rows, work, strict=True):
        amounts = [float(x) * (100 if minor == 100 else 1) for x in (*interest, *principal)]
        unrounded += any(abs(amount - round(amount)) > 1e-5 for amount in amounts)
        lost += sum(round(amount) for amount in amounts[len(interest) :]) != owed
        short += len(interest) != MONTHS or len(principal) != MONTHS
    told = ((unrounded, "parts of a cent in"), (lost, "cents do not add up in"), (short, "rows missing in"))
    return ", ".join(f"{what} {100 * count / len(work):.0f} %" for count, what in told if count)


# ---- ours ------------------------------------------------------------------------------------------------------


def forbear_schedule(work: list[Loan]) -> Rows:
    """The schedule of the contract, in the convention of China."""
    periods, schedules = import_module("forbear.core.periods"), import_module("forbear.core.schedule")
    convention = import_module("forbear.adapters.conventions").load_convention("cn")
    every, on = periods.Every(1, periods.Unit.MONTHS), date(2026, 3, 2)
    found = []
    for principal, rate in work:
        terms = schedules.Terms(
            principal_minor=principal,
            rate_ppm=rate,
            rows=MONTHS,
            every=every,
            disbursed_on=on,
            day_count=DayCount.THIRTY_360,
        )
        rows = schedules.schedule(terms, convention).rows
        found.append(([row.interest_minor for row in rows], [row.principal_minor for row in rows]))
    return found


def forbear_plan(work: list[Loan]) -> Rows:
    """The rows of a plan under the instalment that the formula gives."""
    from tests.oracles.flows import compiled, fastest

    found = []
    for principal, rate in work:
        monthly = rate / 12e6
        instalment = ceil(principal * monthly / (1 - (1 + monthly) ** -MONTHS))
        found.append(_rows(fastest(_account(principal, rate), instalment, **compiled())))
    return found


def forbear_least(work: list[Loan]) -> Rows:
    """The same where no formula is trusted: the least instalment that does is searched for, as the solver does."""
    from tests.oracles.flows import compiled, lightest

    return [_rows(lightest(_account(principal, rate), MONTHS - 1, **compiled())) for principal, rate in work]


def _account(principal: int, rate: int) -> Account:
    return Account(
        kept=(0, 0, 0, principal),
        order=(0, 1, 2, 3),
        rate_ppm=rate,
        parts=(30,) * MONTHS,
        denominator=360,
        caps=(principal,) * MONTHS,
        ceiling=principal,
        unit=1,
        least=1,
        gap=0,
        first=0,
        last=MONTHS - 1,
    )


def _rows(flow: Any) -> tuple[list[int], list[int]]:
    assert flow is not None, "a plan over 36 months exists"
    interest = [payment.new_interest_minor for payment in flow.payments]
    return interest, [payment.amount_minor - due for payment, due in zip(flow.payments, interest, strict=True)]


# ---- others ----------------------------------------------------------------------------------------------------


def python_decimal(work: list[Loan]) -> Rows:
    """As a careful programmer writes it by hand."""
    cent, found = Decimal("0.01"), []
    for principal, rate in work:
        left, monthly = Decimal(principal) / 100, Decimal(rate) / 12_000_000
        instalment = (left * monthly / (1 - (1 + monthly) ** -MONTHS)).quantize(cent, ROUND_HALF_UP)
        interests, principals = [], []
        for month in range(MONTHS):
            interest = (left * monthly).quantize(cent, ROUND_HALF_UP)
            part = left if month == MONTHS - 1 else instalment - interest
            left -= part
            interests.append(interest)
            principals.append(part)
        found.append((interests, principals))
    return found


def numpy_financial_each(work: list[Loan]) -> Rows:
    """One loan after the other, its months as an array."""
    import numpy
    import numpy_financial

    months, found = numpy.arange(1, MONTHS + 1), []
    for principal, rate in work:
        monthly, amount = rate / 12e6, principal / 100
        interest = -numpy_financial.ipmt(monthly, months, MONTHS, amount)
        found.append((interest, -numpy_financial.ppmt(monthly, months, MONTHS, amount)))
    return found


def numpy_financial_all(work: list[Loan]) -> Rows:
    """All loans as one array."""
    import numpy
    import numpy_financial

    months = numpy.arange(1, MONTHS + 1)[None, :]
    monthly = numpy.array([rate / 12e6 for _, rate in work])[:, None]
    amounts = numpy.array([principal / 100 for principal, _ in work])[:, None]
    interest = -numpy_financial.ipmt(monthly, months, MONTHS, amounts)
    principal = -numpy_financial.ppmt(monthly, months, MONTHS, amounts)
    return list(zip(interest, principal, strict=True))


def amortization(work: list[Loan]) -> Rows:
    """The package of that name."""
    from amortization import amortization_schedule

    found = []
    for principal, rate in work:
        rows = list(amortization_schedule(principal / 100, rate / 1e6, MONTHS))
        found.append(([row.interest for row in rows], [row.principal for row in rows]))
    return found


def quantlib(work: list[Loan]) -> Rows:
    """A bond that is paid back month by month."""
    import QuantLib as ql

    on, whole, found = ql.Date(2, 3, 2026), ql.Period(3, ql.Years), []
    due = ql.sinkingSchedule(on, whole, ql.Monthly, ql.NullCalendar())
    days = ql.Thirty360(ql.Thirty360.European)
    for principal, rate in work:
        notionals = ql.sinkingNotionals(whole, ql.Monthly, rate / 1e6, principal / 100)
        bond = ql.AmortizingFixedRateBond(0, notionals, due, [rate / 1e6], days)
        flows = [flow.amount() for flow in bond.cashflows()]
        found.append((flows[0::2], flows[1::2]))
    return found


def pyxirr(work: list[Loan]) -> Rows:
    """Its ipmt and ppmt, month by month."""
    from pyxirr import ipmt, ppmt

    found = []
    for principal, rate in work:
        monthly, amount = rate / 12e6, -principal / 100
        interest = [ipmt(monthly, month, MONTHS, amount) for month in range(1, MONTHS + 1)]
        found.append((interest, [ppmt(monthly, month, MONTHS, amount) for month in range(1, MONTHS + 1)]))
    return found


def polars(work: list[Loan]) -> Rows:
    """A column a month, each from the one before; whole fen, rounded by the engine's own rounding."""
    import polars as pl

    frame = pl.DataFrame({"left": [float(p) for p, _ in work], "monthly": [rate / 12e6 for _, rate in work]}).lazy()
    growth = (1 + pl.col("monthly")) ** -MONTHS
    frame = frame.with_columns((pl.col("left") * pl.col("monthly") / (1 - growth)).round().alias("instalment"))
    for month in range(MONTHS):
        frame = frame.with_columns((pl.col("left") * pl.col("monthly")).round().alias(f"i{month}"))
        part = pl.col("left") if month == MONTHS - 1 else pl.col("instalment") - pl.col(f"i{month}")
        frame = frame.with_columns(part.alias(f"p{month}"))
        frame = frame.with_columns((pl.col("left") - pl.col(f"p{month}")).alias("left"))
    done = frame.collect()
    interest = done.select(f"i{month}" for month in range(MONTHS)).to_numpy()
    return list(zip(interest, done.select(f"p{month}" for month in range(MONTHS)).to_numpy(), strict=True))
