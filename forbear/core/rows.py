"""The innermost arithmetic of a schedule: whole numbers and flat sequences only, so that it can be compiled.

A factor is a period's rate as a numerator over one denominator for the whole schedule. Every quotient is rounded once.
Formulas: the level instalment P·Π(1+f)/fn with fn₁ = 1 and fnᵢ = 1 + fnᵢ₋₁·(1+fᵢ) holds for unequal periods too.
"""

from collections.abc import Sequence

from forbear.core.money import Rounding

HALF_UP, HALF_EVEN, UP, DOWN = 0, 1, 2, 3
MODES = {Rounding.HALF_UP: HALF_UP, Rounding.HALF_EVEN: HALF_EVEN, Rounding.UP: UP, Rounding.DOWN: DOWN}

LEVEL, SHARE, REST = 0, 1, 2
"""What a row takes: a level amount of principal and interest together, an amount of principal, or interest alone."""


def quotient(numerator: int, denominator: int, mode: int) -> int:
    """The rounded quotient; `mode` is one of the four above, as in money.Rounding; `denominator` is positive."""
    if numerator < 0:
        return -quotient(-numerator, denominator, mode)
    whole, rest = divmod(numerator, denominator)
    if rest == 0 or mode == DOWN:
        return whole
    if mode == UP:
        return whole + 1
    twice = 2 * rest
    if twice > denominator or (twice == denominator and (mode == HALF_UP or whole % 2 == 1)):
        return whole + 1
    return whole


def to_multiple(amount: int, multiple: int, mode: int) -> int:
    """The nearest multiple, as the mode says."""
    return amount if multiple == 1 else quotient(amount, multiple, mode) * multiple


def level_instalment(
    balance: int, left: int, factors: Sequence[int], denominator: int, multiple: int, mode: int
) -> int:
    """The level amount that takes `balance` down to `left` over rows with these factors, exact until rounded once."""
    growth, divisor, scale = 1, 0, 1
    for factor in factors:
        step = denominator + factor
        growth *= step
        divisor = divisor * step + scale
        scale *= denominator
    return quotient(balance * growth - left * scale, divisor * denominator * multiple, mode) * multiple


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


def row_principal(kind: int, amount: int, interest: int, balance: int) -> int:
    """What a row that is not the last takes of the balance: never less than nothing, never more than there is."""
    if kind == LEVEL:
        amount -= interest
    elif kind == REST:
        return 0
    if amount <= 0:
        return 0
    return amount if amount < balance else balance


def run_rows(
    balance: int,
    factors: Sequence[int],
    denominator: int,
    kinds: Sequence[int],
    amounts: Sequence[int],
    multiple: int,
    mode: int,
    carries: bool,
) -> tuple[list[int], list[int]]:
    """Interest and principal of every row of a schedule to which nothing happens; the last row takes the rest."""
    interests, principals = [], []
    carried, last = 0, len(factors) - 1
    for row, factor in enumerate(factors):
        interest = row_interest(balance, factor, denominator, multiple, mode) + carried
        carried = 0
        kind, amount = kinds[row], amounts[row]
        if row == last:
            principal = balance
        else:
            if carries and kind == LEVEL and interest > amount:
                carried = interest - amount
                interest = amount
            principal = row_principal(kind, amount, interest, balance)
        interests.append(interest)
        principals.append(principal)
        balance -= principal
    return interests, principals


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
