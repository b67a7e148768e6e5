"""The innermost arithmetic of a schedule: whole numbers and flat sequences only, so that it can be compiled.

A factor is a period's rate as a numerator over one denominator for the whole schedule. Every quotient is rounded once.
Formulas: the level instalment P·Π(1+f)/fn with fn₁ = 1 and fnᵢ = 1 + fnᵢ₋₁·(1+fᵢ) holds for unequal periods too.
"""

from collections.abc import MutableSequence, Sequence
from functools import lru_cache
from math import gcd

from forbear.core.money import Rounding

HALF_UP, HALF_EVEN, UP, DOWN = 0, 1, 2, 3
MODES = {Rounding.HALF_UP: HALF_UP, Rounding.HALF_EVEN: HALF_EVEN, Rounding.UP: UP, Rounding.DOWN: DOWN}

LEVEL, SHARE, REST = 0, 1, 2
"""What a row takes: a level amount of principal and interest together, an amount of principal, or interest alone."""


def quotient(numerator: int, denominator: int, mode: int) -> int:
    """The rounded quotient; `mode` is one of the four above, as in money.Rounding; `denominator` is positive."""
    times, plus, over = rounding_by(denominator, mode)
    top = abs(numerator) * times + plus
    whole = top // over
    if mode == HALF_EVEN and whole % 2 and whole * over == top:
        whole -= 1
    return -whole if numerator < 0 else whole


def rounding_by(denominator: int, mode: int) -> tuple[int, int, int]:
    """(times, plus, over): n · times + plus, divided by `over` and cut off, is n / denominator rounded for n ≥ 0.

    HALF_EVEN takes one from an odd quotient that comes out without a rest: that is a tie.
    """
    if mode == DOWN:
        return 1, 0, denominator
    if mode == UP:
        return 1, denominator - 1, denominator
    return 2, denominator, 2 * denominator


def to_multiple(amount: int, multiple: int, mode: int) -> int:
    """The nearest multiple, as the mode says."""
    return amount if multiple == 1 else quotient(amount, multiple, mode) * multiple


def level_instalment(
    balance: int, left: int, factors: Sequence[int], denominator: int, multiple: int, mode: int
) -> int:
    """The level amount that takes `balance` down to `left` over rows with these factors, exact until rounded once."""
    count = len(factors)
    if factors.count(factors[0]) == count:
        growth, scale, divisor = _even_growth(factors[0], denominator, count)
    else:
        growth, scale, divisor = _growth(factors, denominator)
    return quotient(balance * growth - left * scale, divisor * multiple, mode) * multiple


def _growth(factors: Sequence[int], denominator: int) -> tuple[int, int, int]:
    """What one unit grows to over the rows, one unit, and what one unit paid in each row grows to: over one scale."""
    common = gcd(denominator, *factors)
    one = denominator // common
    growth, scale, paid = 1, 1, 0
    for factor in factors:
        step = one + factor // common
        growth *= step
        paid = paid * step + scale
        scale *= one
    return growth, scale, paid * one


@lru_cache(4096)
def _even_growth(factor: int, denominator: int, count: int) -> tuple[int, int, int]:
    """The same where all periods are as long: a geometric sum, kept because many loans share a rate and a term."""
    if factor == 0:
        return 1, 1, count
    common = gcd(factor, denominator)
    step, one = (factor + denominator) // common, denominator // common
    growth, scale = step**count, one**count
    return growth, scale, (growth - scale) * one * common // factor


def level_on_digits(
    balance: int, left: int, factors: Sequence[int], denominator: int, multiple: int, mode: int, digits: int
) -> int:
    """The same with every product, sum and quotient kept to so many significant digits, half even, as decimal
    libraries with a precision do; the amount is rounded to the minor unit before it is to the multiple."""
    one = (1, 0)
    growth, divisor = one, (0, 0)
    for factor in factors:
        step = _quotient_on(denominator + factor, denominator, digits)
        growth = _cut(growth[0] * step[0], growth[1] + step[1], digits, False)
        divisor = _plus(_cut(divisor[0] * step[0], divisor[1] + step[1], digits, False), one, digits)
    grown = _cut(balance * growth[0], growth[1], digits, False)
    if left:
        grown = _plus(grown, (-left, 0), digits)
    shift = grown[1] - divisor[1]
    above = grown[0] * 10**shift if shift > 0 else grown[0]
    below = divisor[0] if shift > 0 else divisor[0] * 10**-shift
    found = _quotient_on(above, below, digits)
    minor = quotient(found[0], 10 ** -found[1], mode) if found[1] < 0 else found[0] * 10 ** found[1]
    return to_multiple(minor, multiple, mode)


def row_interest(balance: int, factor: int, denominator: int, multiple: int, mode: int) -> int:
    """A row's interest on one balance, rounded once."""
    if multiple == 1:
        return quotient(balance * factor, denominator, mode)
    return quotient(balance * factor, denominator * multiple, mode) * multiple


def run_rows(
    balance: int,
    factors: Sequence[int],
    denominator: int,
    kinds: Sequence[int],
    amounts: Sequence[int],
    multiple: int,
    mode: int,
    carries: bool,
    interests: MutableSequence[int],
    principals: MutableSequence[int],
) -> None:
    """Interest and principal of every row of a schedule to which nothing happens; the last row takes the rest.

    Fills the last two columns. A row before the last takes never less than nothing and never more than there is.
    """
    times, plus, over = rounding_by(denominator * multiple, mode)
    last = len(factors) - 1
    carried = 0
    for row in range(last + 1):
        top = balance * factors[row] * times + plus
        interest = top // over
        if mode == HALF_EVEN and interest % 2 and interest * over == top:
            interest -= 1
        interest = interest * multiple + carried
        carried = 0
        kind = kinds[row]
        principal = 0
        if row == last:
            principal = balance
        elif kind != REST:
            principal = amounts[row]
            if kind == LEVEL:
                if carries and interest > principal:
                    carried = interest - principal
                    interest = principal
                principal -= interest
            if principal < 0:
                principal = 0
            elif principal > balance:
                principal = balance
        interests[row] = interest
        principals[row] = principal
        balance -= principal


def _cut(mantissa: int, exponent: int, digits: int, sticky: bool) -> tuple[int, int]:
    """mantissa·10^exponent on so many digits, half even; `sticky`: something more stands below the mantissa."""
    sign = -1 if mantissa < 0 else 1
    mantissa = abs(mantissa)
    extra = len(str(mantissa)) - digits
    if extra > 0:
        unit = 10**extra
        whole, rest = divmod(mantissa, unit)
        twice = 2 * rest
        if twice > unit or (twice == unit and (sticky or whole % 2 == 1)):
            whole += 1
        mantissa, exponent = whole, exponent + extra
    return sign * mantissa, exponent


def _plus(one: tuple[int, int], other: tuple[int, int], digits: int) -> tuple[int, int]:
    exponent = min(one[1], other[1])
    total = one[0] * 10 ** (one[1] - exponent) + other[0] * 10 ** (other[1] - exponent)
    return _cut(total, exponent, digits, False)


def _quotient_on(numerator: int, denominator: int, digits: int) -> tuple[int, int]:
    shift = max(0, digits + 2 + len(str(denominator)) - len(str(abs(numerator))))
    whole, rest = divmod(abs(numerator) * 10**shift, denominator)
    found = _cut(whole, -shift, digits, rest > 0)
    return (-found[0], found[1]) if numerator < 0 else found
