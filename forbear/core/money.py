"""Money is a whole number of minor units (fen, cents); a rate is a whole number of parts per million a year.

There is one rounding function, `divide`, whose mode is always named, and one way to split, `allocate`, whose parts
always sum to the whole. Nothing in the core divides money in any other way.
"""

from collections.abc import MutableSequence, Sequence
from enum import StrEnum

PPM = 1_000_000
"""Parts per million: 240_000 ppm a year is 24 % a year."""

LIMIT_MINOR = 10**14
"""No amount of this product reaches it (a trillion yuan); input above it is refused at the door."""


class Rounding(StrEnum):
    """How a quotient becomes a whole number. HALF_UP rounds a tie away from zero, HALF_EVEN to the even neighbour."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    UP = "up"
    DOWN = "down"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """The quotient as a whole number, rounded as named; `denominator` is positive. UP and DOWN go from and to zero."""
    assert denominator > 0, "divide needs a positive denominator"
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    match rounding:
        case Rounding.DOWN:
            up = False
        case Rounding.UP:
            up = rest > 0
        case Rounding.HALF_UP:
            up = 2 * rest >= denominator
        case Rounding.HALF_EVEN:
            up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return sign * (whole + up)


def allocate(total_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount by weights with the largest-remainder method: each part is within one unit of its exact share.

    The parts sum to `total_minor`; ties go to the earlier part. Weights are not negative and not all zero.
    """
    assert total_minor >= 0, "allocate splits an amount that is not negative"
    assert sum(weights) > 0 and min(weights) >= 0, "allocate needs weights that are not negative and not all zero"
    parts = [0] * len(weights)
    split(total_minor, weights, len(weights), parts, [0] * len(weights))
    return tuple(parts)


def split(
    total: int, weights: Sequence[int], count: int, parts: MutableSequence[int], remainders: MutableSequence[int]
) -> None:
    """`allocate` on plain numbers: fills the first `count` of `parts`. Runs on lists and compiled (core/payoff.py)."""
    whole = 0
    for place in range(count):
        whole += weights[place]
    over = total
    for place in range(count):
        parts[place] = total * weights[place] // whole
        remainders[place] = total * weights[place] % whole
        over -= parts[place]
    for _ in range(over):
        largest = 0
        for place in range(1, count):
            if remainders[place] > remainders[largest]:
                largest = place
        parts[largest] += 1
        remainders[largest] = -1


def major(amount_minor: int) -> str:
    """The amount as a decimal string in major units, the shape of every file and API: 186620 → "1866.20"."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // 100}.{abs(amount_minor) % 100:02d}"


def percent(rate_ppm: int) -> str:
    """The rate as a decimal percentage with at least two places: 237_600 → "23.76", 35_645 → "3.5645"."""
    sign = "-" if rate_ppm < 0 else ""
    whole, rest = divmod(abs(rate_ppm), 10_000)
    places = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole}.{places}"
