"""The plain arithmetic of core/payoff.py, core/payoff_jointly.py and core/rows.py, compiled where numba is installed.

The very same functions: their code is compiled as it stands, so there is nothing to keep in step. Numbers too large
for 64 bits take the plain path, which knows no limit. Nothing is loaded before the first search asks for it. numba
comes with `pip install forbear[fast]`.
"""

import importlib.util
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from forbear.core import money, payoff, payoff_jointly, rows
from forbear.core.cashflow import PLAIN, Arithmetic
from forbear.core.money import PPM

IN_ORDER = (
    payoff.pay_off,
    payoff.units_off,
    payoff.least_ceiling,
    payoff.value,
    payoff.menu,
    payoff.part,
    payoff.nearest,
    payoff.cost,
)
"""Each calls only those before it."""
JOINTLY_IN_ORDER = (
    money.split,
    payoff_jointly.begin,
    payoff_jointly.accrue,
    payoff_jointly.minimum,
    payoff_jointly.give,
    payoff_jointly.settle,
    payoff_jointly.line_up,
    payoff_jointly.rest_month,
    payoff_jointly.longest_rest_first,
    payoff_jointly.in_proportion,
    payoff_jointly.give_out,
    payoff_jointly.pay_off_jointly,
)
ROWS_IN_ORDER = (rows.rounding_by, rows.run_rows)


def arithmetic(cache_directory: Path | None = None) -> Arithmetic:
    """The fastest arithmetic this machine has. What was compiled is kept in `cache_directory` for the next start."""
    if importlib.util.find_spec("numba") is None:
        return PLAIN
    if cache_directory is not None:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_directory))
    return _COMPILED


def warm(chosen: Arithmetic) -> None:
    """Compile, or load what was compiled, before the first visitor asks."""
    caps = chosen.column([100, 100])
    debt = payoff.Debt(100, 100, 12, 0, 1, 1, 1, 0, 1, 0)
    amounts, accrued = chosen.columns(2, 2)
    weights = chosen.column([1] * 2)
    worth = payoff.Worth(100, 1, weights, weights, caps)
    plans = chosen.columns(5, 2)
    count = chosen.menu(debt, weights, weights, caps, caps, 100, 1, amounts, accrued, worth, plans)
    chosen.least_ceiling(debt, weights, weights, caps, caps, 100, 1, payoff.WORD, 0, 1, 0, amounts, accrued)
    end, _, total = chosen.pay_off(debt, weights, weights, caps, caps, 200, 1, amounts, accrued)
    chosen.value(amounts, end, total, worth)
    left = chosen.column([0, 0, 0, 100])
    chosen.part(amounts, accrued, end, chosen.column([0, 1, 2, 3]), left, chosen.columns(7, 2))
    chosen.nearest(amounts, end, 0, 0, caps, caps)
    chosen.cost(100, amounts, weights, end, 12 * PPM, PPM)
    assert count > 0 and end >= 0, "a debt of 100 is paid off by 100 a month"
    owed = payoff_jointly.Debt(100, 100, 12, 0, 1, 1, 1, 0, 0, 1, 0)
    loans, months = chosen.columns(1, payoff_jointly.PLACES), [chosen.columns(1, 2) for _ in range(3)]
    loans[0][: len(owed)] = owed
    order = payoff_jointly.Order(chosen.column([0]), 0, 0)
    bounds = payoff_jointly.Bounds(caps, 100, 1, 0, 100)
    hands = chosen.columns(payoff_jointly.HANDS, 1)
    end, _, _ = chosen.pay_off_jointly(loans, payoff_jointly.Months(*months), order, bounds, hands)
    assert end == 0, "and so it is beside none"


def run_rows() -> Callable[..., None]:
    """`run_rows` of core/rows.py as fast as this machine can; its sequences are then columns (`arithmetic().column`)
    and its numbers such that `rows_fit`."""
    return rows.run_rows if importlib.util.find_spec("numba") is None else _rows_functions()["run_rows"]


def rows_fit(balance: int, factors: Sequence[int], denominator: int, multiple: int) -> bool:
    """Whether no sum or product of `run_rows` passes 64 bits: the bound under which compiled columns are exact."""
    # Twice for the doubling in a half's rounding; all interest together bounds what can be carried from row to row.
    return 2 * (balance * (sum(factors) + 1) + denominator * multiple) < payoff.WORD


@cache
def _functions() -> dict[str, Any]:
    return _compiled(payoff, IN_ORDER)


@cache
def _joint_functions() -> dict[str, Any]:
    return _compiled(payoff_jointly, JOINTLY_IN_ORDER)


@cache
def _rows_functions() -> dict[str, Any]:
    return _compiled(rows, ROWS_IN_ORDER)


def _compiled(module: ModuleType, functions: Sequence[Callable[..., Any]]) -> dict[str, Any]:
    import numba

    known: dict[str, Any] = dict(module.__dict__)
    for function in functions:
        assert isinstance(function, FunctionType), "a function written in Python is compiled"
        # A copy whose names lead to the compiled ones, so that compiled code calls compiled code.
        copy = FunctionType(function.__code__, known, function.__name__)
        copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
        known[function.__name__] = numba.njit(cache=True, error_model="numpy")(copy)
    return known


def _column(numbers: Sequence[int]) -> Any:
    import numpy

    return numpy.array(numbers, dtype=numpy.int64)


def _columns(count: int, size: int) -> Any:
    import numpy

    return numpy.zeros((count, size), dtype=numpy.int64)


def _late(name: str) -> Callable[..., Any]:
    return lambda *given: _functions()[name](*given)


_COMPILED = Arithmetic(
    column=_column,
    columns=_columns,
    plain=lambda column: column.tolist(),
    table=lambda columns, count: columns[:, :count].tolist(),
    pay_off=_late("pay_off"),
    least_ceiling=_late("least_ceiling"),
    menu=_late("menu"),
    value=_late("value"),
    part=_late("part"),
    nearest=_late("nearest"),
    cost=_late("cost"),
    exact=payoff.fits,
    pay_off_jointly=lambda *given: _joint_functions()["pay_off_jointly"](*given),
)
