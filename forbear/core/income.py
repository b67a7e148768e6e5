"""Income by source and month: how well papers show it (`grade`), and how much of it counts (`counting`).

What a paper shows month by month stays month by month: a month without income is never averaged away. Nothing counts
for more than was stated, and what nobody has shown counts for a first help only, not for a long plan.
"""

from collections.abc import Sequence
from typing import NamedTuple

from forbear.core.household import Evidence, Income
from forbear.core.money import PPM, Rounding, divide
from forbear.core.rules import Rulebook

Months = Sequence[tuple[str, int]]
"""(month YYYY-MM, amount in minor units) each; a month in which nothing came is there with 0."""


def grade(slips: Months, credits: Months, rulebook: Rulebook) -> Evidence:
    """The grade of one source from the employer's slips and from what the bank shows of it, each by month.

    A: slip and credit of every common month are at most `budget.evidence_apart` of the larger apart, for at least
    `budget.observed_months` [A] months. B: slips, or steady credits (all within that distance of the largest), for
    [B] months. C: credits for [C] months, however they vary. D: anything less.
    """
    apart_ppm = rulebook.integer("budget.evidence_apart")
    needed = {g: rulebook.integer("budget.observed_months", g.value) for g in (Evidence.A, Evidence.B, Evidence.C)}
    amounts = [amount for _, amount in credits]
    steady = bool(amounts) and not _apart(min(amounts), max(amounts), apart_ppm)
    common = dict(slips).keys() & dict(credits).keys()
    if len(common) >= needed[Evidence.A] and not months_apart(slips, credits, rulebook):
        return Evidence.A
    if len(slips) >= needed[Evidence.B] or (steady and len(credits) >= needed[Evidence.B]):
        return Evidence.B
    return Evidence.C if len(credits) >= needed[Evidence.C] else Evidence.D


def months_apart(slips: Months, credits: Months, rulebook: Rulebook) -> tuple[str, ...]:
    """The months in which employer and bank do not agree, for a person to ask about."""
    apart_ppm, slip, credit = rulebook.integer("budget.evidence_apart"), dict(slips), dict(credits)
    return tuple(m for m in sorted(slip.keys() & credit.keys()) if _apart(slip[m], credit[m], apart_ppm))


def observed(slips: Months, credits: Months) -> tuple[tuple[str, int], ...]:
    """What came in each month, in order: the smaller where slip and credit of a month differ."""
    slip, credit = dict(slips), dict(credits)
    return tuple(
        (month, min(amounts[month] for amounts in (slip, credit) if month in amounts))
        for month in sorted(slip.keys() | credit.keys())
    )


def seasonal(seen: Months) -> bool:
    """Whether an income has a month without any: then each month of the year stands for itself."""
    return any(amount == 0 for _, amount in seen)


def usual_minor(amounts: Sequence[int], rule: str) -> int:
    """What an income that varies counts as a month. `min-mean-median`: the smaller of the mean and the median, each
    rounded down. `lower-quartile`: the amount that a quarter of the months do not exceed (the ⌈n/4⌉-th smallest)."""
    assert amounts, "an income that varies has been observed"
    ordered, count = sorted(amounts), len(amounts)
    if rule == "lower-quartile":
        return ordered[divide(count, 4, Rounding.UP) - 1]
    assert rule == "min-mean-median", f"{rule} is no rule of irregular income; min-mean-median or lower-quartile"
    mean = divide(sum(ordered), count, Rounding.DOWN)
    median = divide(ordered[(count - 1) // 2] + ordered[count // 2], 2, Rounding.DOWN)
    return min(mean, median)


class Counting(NamedTuple):
    """How one income counts. `monthly_minor` in every month, or `calendar_minor` by month of the year (12 of them),
    or `once_minor` in `month`; of it the share `interim_ppm` in the first months and `long_ppm` after. `rule`: stated,
    observed or seasonal; `scope`: which value of `budget.income_share` it is."""

    scope: str
    interim_ppm: int
    long_ppm: int
    rule: str = "stated"
    monthly_minor: int = 0
    calendar_minor: tuple[int, ...] = ()
    month: str = ""
    once_minor: int = 0

    def in_month(self, month: str) -> int:
        """What the month has of it, before the share."""
        once = self.once_minor if month == self.month else 0
        season = self.calendar_minor[int(month[5:7]) - 1] if self.calendar_minor else 0
        return self.monthly_minor + season + once


def counting(item: Income, rulebook: Rulebook) -> Counting:
    """How an income counts by its grade and by what was observed of it.

    A steady or irregular source counts as the smaller of what is stated and what its months usually show
    (`usual_minor`). One with a month without income is seasonal: a month of the year counts the least that it was seen
    to bring, one never seen brings nothing. The share is `budget.income_share` of the grade; C that was observed for
    `budget.observed_months` has a share of its own (scope C/observed), for its amount is careful already.
    """
    seen = observed(item.slips, item.credits) if item.slips or item.credits else ()
    scope = item.evidence.value
    if item.evidence is Evidence.C and len(seen) >= rulebook.integer("budget.observed_months", "C"):
        scope = "C/observed"
    interim = rulebook.integer("budget.income_share.interim", scope)
    long = rulebook.integer("budget.income_share.long", scope)
    if item.month is not None:
        return Counting(
            scope=scope, interim_ppm=interim, long_ppm=long, month=item.month, once_minor=item.amount_minor or 0
        )
    if not seen:
        return Counting(scope=scope, interim_ppm=interim, long_ppm=long, monthly_minor=item.monthly_minor or 0)
    stated = item.monthly_minor
    if seasonal(seen):
        by_month = _calendar(seen)
        season = by_month if stated is None else tuple(min(stated, amount) for amount in by_month)
        return Counting(scope=scope, interim_ppm=interim, long_ppm=long, rule="seasonal", calendar_minor=season)
    usual = usual_minor([amount for _, amount in seen], rulebook.text("budget.irregular", scope))
    counts = usual if stated is None else min(stated, usual)
    return Counting(scope=scope, interim_ppm=interim, long_ppm=long, rule="observed", monthly_minor=counts)


def share_of(amount_minor: int, share_ppm: int) -> int:
    """The part of an income that counts, rounded down."""
    return divide(amount_minor * share_ppm, PPM, Rounding.DOWN)


def _calendar(seen: Months) -> tuple[int, ...]:
    least: dict[int, int] = {}
    for month, amount in seen:
        number = int(month[5:7]) - 1
        least[number] = min(amount, least.get(number, amount))
    return tuple(least.get(number, 0) for number in range(12))


def _apart(one: int, other: int, apart_ppm: int) -> bool:
    return abs(one - other) * PPM > apart_ppm * max(one, other)
