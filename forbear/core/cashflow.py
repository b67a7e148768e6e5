"""The search over cash flows: what is paid in which month, before anyone says what the relief is called.

One pass, `fill`, pays in each month the least of three: what the household can, the ceiling, and what is left. For a
given ceiling no other plan ends sooner or costs less; over all ceilings the least one that still ends in time is the
lightest plan there is. Both hold month by month in whole numbers, because what is left after a month never falls
when what was left before it rises. So a bisection over whole ceilings misses nothing (docs/plan.md has the proof).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forbear.core.dates import add_months, due_in, month_after, month_of, month_part, year_part
from forbear.core.loan import Loan, Owed
from forbear.core.money import PPM, Rounding, divide
from forbear.core.rules import Rulebook


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The months a plan may use. `parts[i]` over `denominator` is the part of a year up to due date i from the one
    before, the first from `as_of`. Rows before `first` are too soon to be asked for."""

    months: tuple[str, ...]
    due_on: tuple[date, ...]
    parts: tuple[int, ...]
    denominator: int
    first: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a plan pays off: the debt kept after relief, what was forgiven, the yearly rate on principal, the months.

    `least_minor` is the least instalment, the last one excepted; `unit_minor` the whole step of an instalment;
    `gap_months` the most months in a row without one. `principal_first` follows the order payments are allocated in.
    """

    kept: Owed
    forgiven: Owed
    rate_ppm: int
    months: int
    least_minor: int
    unit_minor: int
    gap_months: int
    principal_first: bool = False
    settlement: bool = False


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One payment: the month's place in the calendar, the amount, and the interest that accrued since the last one."""

    index: int
    amount_minor: int
    new_interest_minor: int


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A cash flow that pays off its terms."""

    terms: Terms
    payments: tuple[Payment, ...]

    @property
    def ends_at(self) -> int:
        """The place of the last payment in the calendar."""
        return self.payments[-1].index

    @property
    def total_minor(self) -> int:
        """All that is paid."""
        return sum(p.amount_minor for p in self.payments)

    @property
    def burden_minor(self) -> int:
        """The largest payment."""
        return max(p.amount_minor for p in self.payments)

    @property
    def criteria(self) -> tuple[int, int, int]:
        """Largest payment, total, end: less is better in each."""
        return self.burden_minor, self.total_minor, self.ends_at


def calendar(loan: Loan, as_of: date, rulebook: Rulebook) -> Calendar:
    """Due dates from the month after `as_of` to the last the rulebook allows; one a month, on the loan's due day."""
    term = rulebook.integer("plan.term_max_months")
    earliest_on = as_of + timedelta(days=rulebook.integer("plan.first_due_least_days"))
    latest_on = add_months(as_of, term)
    months: list[str] = []
    due_on: list[date] = []
    parts: list[int] = []
    before, denominator = as_of, 1
    for index in range(1, term + 1):
        month = month_after(month_of(as_of), index)
        on = due_in(month, loan.due_day)
        if on > latest_on:
            break
        of_year = month_part if due_on else year_part
        part, denominator = of_year(loan.day_count, before, on)
        months.append(month)
        due_on.append(on)
        parts.append(part)
        before = on
    return Calendar(
        months=tuple(months),
        due_on=tuple(due_on),
        parts=tuple(parts),
        denominator=denominator,
        first=sum(1 for on in due_on if on < earliest_on),
    )


def fill(
    terms: Terms, time: Calendar, caps: Sequence[int], ceiling_minor: int, until: int | None = None
) -> Flow | None:
    """Pay as much as the caps and the ceiling allow, as early as they allow it; None when that does not end in time.

    `caps[i]` is what month i can bear. Interest of a month is rounded down to the fen, so that no rate limit is ever
    crossed by rounding. Interest bears no interest: it is set aside and paid like the arrears.
    """
    year, unit, least = time.denominator * PPM, terms.unit_minor, terms.least_minor
    principal, left, owing, last_at = terms.kept.principal_minor, terms.kept.total_minor, 0, time.first - 1
    payments: list[Payment] = []
    for index in range(min(len(caps), time.first + terms.months, len(caps) if until is None else until + 1)):
        interest = divide(principal * terms.rate_ppm * time.parts[index], year, Rounding.DOWN)
        left += interest
        owing += interest
        most = min(caps[index], ceiling_minor) if index >= time.first else 0
        if left <= most:
            payments.append(Payment(index=index, amount_minor=left, new_interest_minor=owing))
            return Flow(terms=terms, payments=tuple(payments))
        amount = most - most % unit
        if amount < least or amount == 0:
            if index - last_at > terms.gap_months:
                return None
            continue
        payments.append(Payment(index=index, amount_minor=amount, new_interest_minor=owing))
        left, owing, last_at = left - amount, 0, index
        principal = max(0, principal - amount) if terms.principal_first else min(principal, left)
    return None


def least_ceiling(terms: Terms, time: Calendar, caps: Sequence[int], most_minor: int, until: int) -> Flow | None:
    """The plan whose largest instalment is the least of all that end by month `until`; None when none does.

    Exact by bisection over whole units: whether a ceiling suffices never turns from yes to no as it rises.
    """
    unit = terms.unit_minor
    top = divide(max(0, min(most_minor, max(caps[: until + 1], default=0))), unit, Rounding.UP)
    usable = sum(1 for cap in caps[time.first : until + 1] if cap > 0)
    if usable == 0:
        return None
    # No ceiling below an even share without interest can suffice; interest on half the principal is a fair first try.
    low = divide(terms.kept.total_minor, usable * unit, Rounding.UP) - 1
    ahead = terms.kept.principal_minor * terms.rate_ppm * usable
    high = max(low + 1, divide(terms.kept.total_minor * 24 * PPM + ahead, usable * unit * 24 * PPM, Rounding.UP))
    step, found = 1 + (high >> 8), None
    while True:
        high = min(high, top)
        if high <= low:
            return None
        found = fill(terms, time, caps, min(high * unit, most_minor), until)
        if found is not None:
            break
        low, high, step = high, high + step, step * 2
    down = 1 + (high >> 8)
    while high - low > 1:
        middle = max(low + 1, high - down)
        attempt = fill(terms, time, caps, middle * unit, until)
        if attempt is not None:
            high, found, down = middle, attempt, down * 2
        else:
            low, down = middle, max(1, (high - middle) >> 1)
    return found
