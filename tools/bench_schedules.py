"""The same work by many tools: 36 monthly rows of a loan with level instalments, and whether their cents add up.

A tool takes loans (principal in fen, yearly rate in ppm) and gives for each its interest and its principal by month, in
yuan or fen as it likes to; what it is worth is measured on what it gave, never taken from what it says of itself.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal  # noqa: TID251 - how the others do it
from functools import cache
from math import gcd
from random import Random
from typing import Any

from forbear.adapters.compiled import arithmetic, rows_fit, run_rows
from forbear.adapters.conventions import load_convention
from forbear.core.dates import DayCount
from forbear.core.money import PPM
from forbear.core.periods import Every, Unit
from forbear.core.rows import HALF_UP, LEVEL, level_instalment
from forbear.core.rows import run_rows as plain_rows
from forbear.core.schedule import schedule
from forbear.core.schedule_terms import Schedule, Terms
from tests.oracles.brute import Account

MONTHS = 36
Loan = tuple[int, int]
Rows = Sequence[tuple[Sequence[Any], Sequence[Any]]]
"""For each loan (interest by month, principal by month)."""
BY_ONE, AT_ONCE = "Forbear, figures only, compiled, loan by loan", "Forbear, figures only, compiled, all at once"
"""What the others are set beside: loan by loan or all at once, as they are."""
RATES = (36_000, 72_000, 108_000, 144_000, 180_000, 216_000, 237_600, 240_000, 359_999)


def loans(count: int) -> list[Loan]:
    """Made-up loans of 500 to 200,000 yuan."""
    rng = Random(36)
    return [(rng.randrange(500_00, 200_000_00), rng.choice(RATES)) for _ in range(count)]


def tools() -> Iterator[tuple[str, int, Callable[[list[Loan]], Rows]]]:
    """(name, minor units of its amounts: 1 for fen and 100 for yuan, the tool)."""
    yield BY_ONE, 1, forbear_compiled
    yield AT_ONCE, 1, forbear_all
    yield "Forbear, figures only, plain Python", 1, forbear_plain
    yield "Forbear, dated rows as objects", 1, forbear_schedule
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


def forbear_compiled(work: list[Loan]) -> Rows:
    """The rows' arithmetic compiled, loan by loan: `run_rows` on columns that the loans of one rate share."""
    run, column, columns = run_rows(), arithmetic().column, arithmetic().columns
    kinds, found = column([LEVEL] * MONTHS), []
    ready: dict[int, tuple[list[int], int, Any]] = {}
    for principal, rate in work:
        if rate not in ready:
            factors, year = _monthly(rate)
            assert rows_fit(200_000_00, factors, year, 1), "the loans of this table fit in 64 bits"
            ready[rate] = factors, year, column(factors)
        factors, year, as_column = ready[rate]
        interests, principals, amounts = columns(3, MONTHS)
        amounts[:] = level_instalment(principal, 0, factors, year, 1, HALF_UP)
        run(principal, as_column, year, kinds, amounts, 1, HALF_UP, True, interests, principals)
        found.append((interests, principals))
    return found


def forbear_all(work: list[Loan]) -> Rows:
    """The same compiled arithmetic with all loans as one array."""
    import numpy

    monthly = {rate: _monthly(rate) for _, rate in work}
    instalments = [level_instalment(principal, 0, *monthly[rate], 1, HALF_UP) for principal, rate in work]
    factors = numpy.array([monthly[rate][0][0] for _, rate in work])
    years = numpy.array([monthly[rate][1] for _, rate in work])
    interests, principals = numpy.zeros((2, len(work), MONTHS), numpy.int64)
    balances = numpy.array([principal for principal, _ in work])
    _every_loan()(balances, factors, years, numpy.array(instalments), interests, principals)
    return list(zip(interests, principals, strict=True))


@cache
def _every_loan() -> Callable[..., None]:
    import numba
    import numpy

    run = run_rows()

    @numba.njit  # type: ignore[untyped-decorator]
    def every(balances, factors, years, instalments, interests, principals):  # type: ignore[no-untyped-def]
        months = interests.shape[1]
        kinds, factor, amount = numpy.zeros((3, months), numpy.int64)
        for loan in range(len(balances)):
            factor[:] = factors[loan]
            amount[:] = instalments[loan]
            run(
                balances[loan],
                factor,
                years[loan],
                kinds,
                amount,
                1,
                HALF_UP,
                True,
                interests[loan],
                principals[loan],
            )

    return every


def forbear_plain(work: list[Loan]) -> Rows:
    """The same functions as they stand, on lists."""
    kinds, found = [LEVEL] * MONTHS, []
    monthly = {rate: _monthly(rate) for _, rate in work}
    for principal, rate in work:
        factors, year = monthly[rate]
        amounts = [level_instalment(principal, 0, factors, year, 1, HALF_UP)] * MONTHS
        interests, principals = [0] * MONTHS, [0] * MONTHS
        plain_rows(principal, factors, year, kinds, amounts, 1, HALF_UP, True, interests, principals)
        found.append((interests, principals))
    return found


def _monthly(rate_ppm: int) -> tuple[list[int], int]:
    """A twelfth of a yearly rate for each month, in its lowest terms."""
    common = gcd(rate_ppm, 12 * PPM)
    return [rate_ppm // common] * MONTHS, 12 * PPM // common


def forbear_schedule(work: list[Loan]) -> Rows:
    """The schedule of the contract as the product gives it: checked terms, dated rows, in the convention of China."""
    convention, every, found = load_convention("cn"), Every(1, Unit.MONTHS), []
    for principal, rate in work:
        terms = Terms(
            principal_minor=principal,
            rate_ppm=rate,
            rows=MONTHS,
            every=every,
            disbursed_on=date(2026, 3, 2),
            day_count=DayCount.THIRTY_360,
        )
        made = schedule(terms, convention)
        assert isinstance(made, Schedule), "these terms make a schedule"
        found.append(([row.interest_minor for row in made.rows], [row.principal_minor for row in made.rows]))
    return found


def forbear_least(work: list[Loan]) -> Rows:
    """A plan as the solver makes it, where no formula is trusted: the least instalment that does is searched for."""
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
