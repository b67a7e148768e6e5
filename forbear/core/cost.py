"""What a loan costs a year, in two more conventions than plan.annual_cost_ppm: the effective rate on days over 365 (the
EU's annual percentage rate) and the nominal rate of monthly payments (twelve times the monthly rate, Regulation Z).

All in whole numbers: growth factors are fixed-point with 128 binary places, rates come out in ppm, rounded half up.
"""

from collections.abc import Sequence

from forbear.core.money import PPM, Rounding, divide

_ONE = 1 << 128
_YEAR = 365


def effective_annual_ppm(flows: Sequence[tuple[int, int]]) -> int:
    """The yearly rate at which flows (day, amount; lent above 0, repaid below) are worth nothing: days over 365,
    compounded. Directive 2008/48/EC, annex I. 0 where no more comes back than went out.
    """
    if not _costs(flows):
        return 0
    growth = _growth(flows)
    year = _power(growth, _YEAR)
    return divide((year - _ONE) * PPM, _ONE, Rounding.HALF_UP)


def nominal_monthly_ppm(advance_minor: int, payments: Sequence[int]) -> int:
    """Twelve times the monthly rate at which payments at each month's end pay the advance off exactly: Regulation Z,
    appendix J, unit period one month. 0 where no more is paid than was advanced.
    """
    flows = [(0, advance_minor), *((month, -amount) for month, amount in enumerate(payments, 1))]
    if not _costs(flows):
        return 0
    return divide((_growth(flows) - _ONE) * 12 * PPM, _ONE, Rounding.HALF_UP)


def _costs(flows: Sequence[tuple[int, int]]) -> bool:
    """Whether money goes out first and more comes back; only then is there one rate above zero."""
    assert flows and all(amount >= 0 or day > 0 for day, amount in flows), "money is lent before it is repaid"
    return sum(amount for _, amount in flows) < 0


def _growth(flows: Sequence[tuple[int, int]]) -> int:
    """The growth of one unit of time, fixed-point, at which what is lent grows to what is repaid, by bisection."""
    low, high = _ONE, 2 * _ONE
    while not _repaid(flows, high):
        high *= 2
    while high - low > 1:
        middle = (low + high) >> 1
        if _repaid(flows, middle):
            high = middle
        else:
            low = middle
    return high


def _repaid(flows: Sequence[tuple[int, int]], growth: int) -> bool:
    """Whether the balance, growing at this rate between the days of the flows, is still owed at the end: a higher rate
    than the true one leaves something to pay."""
    balance, at = 0, 0
    for day, amount in sorted(flows):
        balance = balance * _power(growth, day - at) >> 128
        balance += amount << 64
        at = day
    return balance >= 0


def _power(base: int, exponent: int) -> int:
    found = _ONE
    while exponent:
        if exponent & 1:
            found = found * base >> 128
        base = base * base >> 128
        exponent >>= 1
    return found
