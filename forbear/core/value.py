"""What a lender may expect of a plan: each payment and each break weighed by its chance and discounted, in integers.

The chances are the lender's own figures in the rulebook (`value.*`). They steer only which plan is called balanced or
best for the lender, and what agents are shown beside "do nothing"; never how much relief a borrower is given.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from forbear.core.cashflow import Calendar
from forbear.core.money import PPM, Rounding, divide
from forbear.core.payoff import Worth
from forbear.core.rules import Rulebook

BANDS = 32
"""Steps of burden between none and all that the household can bear: fine enough that no plan sits on a cliff."""

_FINE = 10**6


def worth(
    rulebook: Rulebook,
    claim_minor: int,
    days_late: int,
    time: Calendar,
    caps: tuple[int, ...],
    column: Callable[[Sequence[int]], Any],
) -> Worth:
    """The weights for one claim: `claim_minor` is all that is owed today, `caps` what each month can bear; `column`
    makes them ready for the arithmetic that will use them."""
    hazard = reached(rulebook, "value.hazard", days_late)
    kept, broken = _weights(
        int(hazard["light"]),
        int(hazard["full"]),
        rulebook.integer("value.discount"),
        int(reached(rulebook, "value.recovery", days_late)["share"]),
        time.first,
        len(time.months),
        column,
    )
    usable = [cap if index >= time.first else 0 for index, cap in enumerate(caps)]
    return Worth(claim=claim_minor, bands=BANDS, kept=kept, broken=broken, room=column(list(accumulate(usable))))


def value_of_nothing_minor(rulebook: Rulebook, claim_minor: int, days_late: int) -> int:
    """What the lender may expect when nothing is agreed: the share of the claim that comes in at this lateness."""
    share = int(reached(rulebook, "value.nothing", days_late)["share"])
    return divide(claim_minor * share, PPM, Rounding.DOWN)


def reached(rulebook: Rulebook, key: str, days_late: int) -> dict[str, int]:
    """The row of a table by days past due with the highest `dpd_from` that is reached."""
    rows = [row for row in rulebook.rows(key) if int(row["dpd_from"]) <= days_late]
    assert rows, f"{key} has a row from 0 days on"
    return dict(max(rows, key=lambda row: int(row["dpd_from"])))


@lru_cache(256)
def _weights(
    light_ppm: int,
    full_ppm: int,
    discount_ppm: int,
    share_ppm: int,
    first: int,
    months: int,
    column: Callable[[Sequence[int]], Any],
) -> tuple[Any, Any]:
    """By band and month, in ppm of what is due or open: vᵗ·Sₜ for a payment kept, vᵗ·(Sₜ₋₁ − Sₜ)·ρ for a break.

    S is the chance that the plan still stands, v the monthly discount, ρ the share of an open claim that comes in
    after a break. The chance of a break in a month rises evenly with the burden from `light` to `full`.
    """
    kept: list[int] = []
    broken: list[int] = []
    for band in range(BANDS):
        monthly_ppm = light_ppm + divide((full_ppm - light_ppm) * (2 * band + 1), 2 * BANDS, Rounding.HALF_EVEN)
        stands, worth_of_one = PPM * _FINE, PPM * _FINE
        for month in range(months):
            worth_of_one = divide(worth_of_one * 12 * PPM, 12 * PPM + discount_ppm, Rounding.DOWN)
            before = stands
            if month >= first:
                stands = divide(stands * (PPM - monthly_ppm), PPM, Rounding.DOWN)
            kept.append(stands * worth_of_one // (PPM * _FINE * _FINE))
            broken.append((before - stands) * worth_of_one * share_ppm // (PPM * PPM * _FINE * _FINE))
    return column(kept), column(broken)
