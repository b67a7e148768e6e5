"""The scalar functions of core/payoff.py, compiled by numba where it is installed (`pip install forbear[fast]`).

The very same functions: their code is compiled as it stands, so there is nothing to keep in step. Numbers too large
for 64 bits take the plain path, which knows no limit.
"""

import importlib.util
import os
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from forbear.core import payoff
from forbear.core.cashflow import PLAIN, Arithmetic

IN_ORDER = (payoff.pay_off, payoff.least_ceiling, payoff.value, payoff.menu, payoff.part)
"""Each calls only those before it."""


@cache
def arithmetic(cache_directory: Path | None = None) -> Arithmetic:
    """The fastest arithmetic this machine has. What was compiled is kept in `cache_directory` for the next start."""
    if importlib.util.find_spec("numba") is None:
        return PLAIN
    if cache_directory is not None:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_directory))
    import numba
    import numpy

    known: dict[str, Any] = dict(payoff.__dict__)
    for function in IN_ORDER:
        # A copy whose names lead to the compiled ones, so that compiled code calls compiled code.
        copy = FunctionType(function.__code__, known, function.__name__)
        copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
        known[function.__name__] = numba.njit(cache=True, error_model="numpy")(copy)
    return Arithmetic(
        column=lambda numbers: numpy.array(numbers, dtype=numpy.int64),
        columns=lambda count, size: numpy.zeros((count, size), dtype=numpy.int64),
        plain=lambda column: column.tolist(),
        pay_off=known["pay_off"],
        least_ceiling=known["least_ceiling"],
        menu=known["menu"],
        value=known["value"],
        part=known["part"],
        exact=payoff.fits,
    )
