"""The search over cash flows: what is paid in which month, before anyone says what the relief is called.

One pass pays in each month the least of three: what the household can, the ceiling, and what is left. For a given
ceiling no other plan ends sooner or costs less; over all ceilings the least one that still ends in time is the
lightest plan there is. Both hold month by month in whole numbers, because what is left after a month never falls
when what was left before it rises. So a bisection over whole ceilings misses nothing (docs/plan.md has the proof).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from math import gcd
from typing import Any

from forbear.core import payoff, payoff_jointly
from forbear.core.allocation import PARTS
from forbear.core.dates import DayCount, add_months, due_in, month_after, month_of, month_part, year_part
from forbear.core.loan import Loan, Owed
from forbear.core.money import PPM
from forbear.core.once import once
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
    `gap_months` the most months in a row without one; `order` the parts in the order payments are allocated in.
    """

    kept: Owed
    forgiven: Owed
    rate_ppm: int
    months: int
    least_minor: int
    unit_minor: int
    gap_months: int
    order: tuple[str, ...] = PARTS
    settlement: bool = False

    @property
    def interest_ahead(self) -> bool:
        """Whether a payment goes to interest before principal."""
        return self.order.index("interest") < self.order.index("principal")

    @property
    def ahead_minor(self) -> int:
        """What a payment goes to before any of it reaches the principal."""
        before = self.order[: self.order.index("principal")]
        return sum(getattr(self.kept, f"{part}_minor") for part in before)


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One payment: the month's place in the calendar, the amount, and the interest that accrued since the last one."""

    index: int
    amount_minor: int
    new_interest_minor: int


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A cash flow that pays off its terms: what is paid and what accrues in each month up to the last payment.

    In the first `resting` months it pays just the interest. `value_minor` is what a lender expects of it, 0 where
    nobody asked.
    """

    terms: Terms
    amounts_minor: tuple[int, ...]
    accrued_minor: tuple[int, ...]
    burden_minor: int
    total_minor: int
    resting: int = 0
    shape: str = "income-following"
    value_minor: int = 0
    columns: Any = field(default=None, compare=False, repr=False)
    """The amounts and what accrues, as columns of the arithmetic that found them."""

    @property
    def ends_at(self) -> int:
        """The place of the last payment in the calendar."""
        return len(self.amounts_minor) - 1

    @property
    def criteria(self) -> tuple[int, int, int]:
        """Largest payment, total, end: less is better in each."""
        return self.burden_minor, self.total_minor, self.ends_at

    @once
    def ranked(self) -> tuple[int, int, int, int]:
        """The same, then the value to the lender turned round: how ties are broken."""
        return self.burden_minor, self.total_minor, self.ends_at, -self.value_minor

    @once
    def first_at(self) -> int:
        """The place of the first payment in the calendar."""
        return next(index for index, amount in enumerate(self.amounts_minor) if amount)

    @once
    def months(self) -> int:
        """Months from the first payment to the last, both counted."""
        return self.ends_at - self.first_at + 1

    @once
    def follows_income(self) -> bool:
        """Whether the payments before the last are not all the same, or leave a month out."""
        regular = set(self.amounts_minor[self.first_at : -1])
        return self.shape == "income-following" and (len(regular) > 1 or 0 in regular)

    @property
    def payments(self) -> tuple[Payment, ...]:
        """The months in which something is paid."""
        found, owing = [], 0
        for index, (amount, accrued) in enumerate(zip(self.amounts_minor, self.accrued_minor, strict=True)):
            owing += accrued
            if amount:
                found.append(Payment(index=index, amount_minor=amount, new_interest_minor=owing))
                owing = 0
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """How the functions of core/payoff.py and core/payoff_jointly.py are run: as they stand on lists, or compiled on
    64-bit columns.

    `table` gives back so many numbers of each of some columns. `exact` says whether it may be trusted with the numbers
    of a debt, `payoff_jointly.fits` of several; where it may not, PLAIN always may.
    """

    column: Callable[[Sequence[int]], Any]
    columns: Callable[[int, int], Any]
    plain: Callable[[Any], list[int]]
    table: Callable[[Any, int], list[list[int]]]
    pay_off: Callable[..., tuple[int, int, int]]
    least_ceiling: Callable[..., tuple[int, int, int, int]]
    menu: Callable[..., int]
    value: Callable[..., int]
    part: Callable[..., int]
    nearest: Callable[..., tuple[int, int, int, int]]
    cost: Callable[..., int]
    exact: Callable[[payoff.Debt, Sequence[int], int], bool]
    pay_off_jointly: Callable[..., tuple[int, int, int]]


PLAIN = Arithmetic(
    column=list,
    columns=lambda count, size: [[0] * size for _ in range(count)],
    plain=list,
    table=lambda columns, count: [column[:count] for column in columns],
    pay_off=payoff.pay_off,
    least_ceiling=payoff.least_ceiling,
    menu=payoff.menu,
    value=payoff.value,
    part=payoff.part,
    nearest=payoff.nearest,
    cost=payoff.cost,
    exact=lambda debt, factors, claim: True,
    pay_off_jointly=payoff_jointly.pay_off_jointly,
)


Menu = tuple[tuple[int, int, int, int, int], ...]
"""(ceiling, end, largest, total, value) of plans."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Everything one set of terms and caps needs to be searched, made ready once. `worth` is None where nobody asks
    what a plan is worth to the lender."""

    terms: Terms
    debt: payoff.Debt
    run: Arithmetic
    plain_caps: Sequence[int]
    plain_factors: Sequence[int]
    growth: tuple[Any, Any]
    caps: Any
    steps: Any
    last: int
    shape: str
    worth: payoff.Worth | None
    amounts: Any = field(compare=False, repr=False)
    accrued: Any = field(compare=False, repr=False)
    menus: dict[int, "Menu"] = field(init=False, default_factory=dict, compare=False, repr=False)

    def fill(self, ceiling_minor: int, until: int | None = None) -> Flow | None:
        """The plan under a ceiling that ends soonest and costs least; None where it does not end in time."""
        until = self.last if until is None else min(until, self.last)
        found = self.run.pay_off(
            self.debt, *self.growth, self.caps, self.steps, ceiling_minor, until, self.amounts, self.accrued
        )
        return self._flow(*found) if found[0] >= 0 else None

    def least(self, most_minor: int, until: int, total_most_minor: int = payoff.WORD) -> Flow | None:
        """The plan whose largest instalment is the least of all that end by `until` and cost at most so much."""
        until = min(until, self.last)
        highest = max(self.plain_caps[: until + 1], default=0)
        _, end, burden, total = self._least(min(most_minor, highest), until, total_most_minor)
        return self._flow(end, burden, total) if end >= 0 else None

    def _least(self, most_minor: int, until: int, total_most_minor: int) -> tuple[int, int, int, int]:
        debt = self.debt
        usable = sum(1 for cap in self.plain_caps[debt.first : until + 1] if cap > 0)
        if usable == 0 or most_minor <= 0:
            return -1, -1, 0, 0
        # No ceiling below an even share without interest can suffice; interest on half the principal is a fair try.
        above = max(0, -(-debt.left // (usable * debt.unit)) - 1)
        ahead = sum(self.plain_factors[: until + 1])
        if total_most_minor < payoff.WORD:
            guess = -(-most_minor // debt.unit)  # what costs so little is often the least already
        else:
            guess = -(-(debt.left + debt.principal * ahead // (2 * debt.year)) // (usable * debt.unit))
        return self.run.least_ceiling(
            debt,
            *self.growth,
            self.caps,
            self.steps,
            most_minor,
            until,
            total_most_minor,
            above,
            guess,
            ahead * PPM // (2 * debt.year),
            self.amounts,
            self.accrued,
        )

    def end_under(self, ceiling_minor: int) -> tuple[int, int, int]:
        """(end, largest, total) of `fill` without the plan itself; end is -1 where it does not end in time."""
        return self.run.pay_off(
            self.debt, *self.growth, self.caps, self.steps, ceiling_minor, self.last, self.amounts, self.accrued
        )

    def priced(self, ceiling_minor: int) -> tuple[int, int, int, int]:
        """(end, largest, total, value) of the plan under a ceiling that ends in time."""
        assert self.worth is not None, "a plan is priced"
        end, burden, total = self.end_under(ceiling_minor)
        return end, burden, total, int(self.run.value(self.amounts, end, total, self.worth))

    def menu(self, most_minor: int) -> Menu:
        """(ceiling, end, largest, total, value) of the lightest plan of every term, the lightest of all first."""
        found = self.menus.get(most_minor)
        if found is None:
            found = self.menus[most_minor] = self._menu(most_minor)
        return found

    def _menu(self, most_minor: int) -> Menu:
        assert self.worth is not None, "a menu is priced"
        columns = self.run.columns(5, self.last + 1)
        highest = max(self.plain_caps[: self.last + 1], default=0)
        count = self.run.menu(
            self.debt,
            *self.growth,
            self.caps,
            self.steps,
            min(most_minor, highest),
            self.last,
            self.amounts,
            self.accrued,
            self.worth,
            columns,
        )
        return tuple(zip(*self.run.table(columns, count), strict=True))  # one row a plan

    def _flow(self, end: int, burden_minor: int, total_minor: int) -> Flow:
        worth = 0 if self.worth is None else int(self.run.value(self.amounts, end, total_minor, self.worth))
        amounts, accrued = self.amounts[: end + 1].copy(), self.accrued[: end + 1].copy()
        return Flow(
            terms=self.terms,
            amounts_minor=tuple(self.run.plain(amounts)),
            accrued_minor=tuple(self.run.plain(accrued)),
            burden_minor=int(burden_minor),
            total_minor=int(total_minor),
            resting=self.debt.resting,
            shape=self.shape,
            value_minor=worth,
            columns=(amounts, accrued),
        )


def calendar(loan: Loan, as_of: date, rulebook: Rulebook) -> Calendar:
    """Due dates from the month after `as_of` to the last the rulebook allows; one a month, on the loan's due day."""
    term = rulebook.integer("plan.term_max_months")
    earliest_on = as_of + timedelta(days=rulebook.integer("plan.first_due_least_days"))
    return _calendar(loan.due_day, loan.day_count, as_of, term, earliest_on)


@lru_cache(1024)
def _calendar(due_day: int, day_count: DayCount, as_of: date, term: int, earliest_on: date) -> Calendar:
    latest_on = add_months(as_of, term)
    months: list[str] = []
    due_on: list[date] = []
    parts: list[int] = []
    before, denominator = as_of, 1
    for index in range(1, term + 1):
        month = month_after(month_of(as_of), index)
        on = due_in(month, due_day)
        if on > latest_on:
            break
        of_year = month_part if due_on else year_part
        part, denominator = of_year(day_count, before, on)
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


def search(
    terms: Terms,
    time: Calendar,
    caps: Sequence[int],
    *,
    resting: int = 0,
    shape: str = "income-following",
    worth: payoff.Worth | None = None,
    arithmetic: Arithmetic = PLAIN,
    room: tuple[Any, Any] | None = None,
) -> Search:
    """Terms and caps made ready to be searched. `caps[i]` is what month i can bear, `resting` months pay interest.

    `arithmetic` can be trusted with the numbers (`situation` asks it), and made the columns of `worth` and of `room`,
    the caps and their whole steps, where they are at hand.
    """
    factors, growth, year = yearly_factors(terms.rate_ppm, time.parts, time.denominator, arithmetic.column)
    debt = _debt(terms, time, year, resting)
    amounts, accrued = arithmetic.columns(2, len(factors))
    held = room or room_of(caps, terms.unit_minor, arithmetic)
    return Search(
        terms=terms,
        debt=debt,
        run=arithmetic,
        plain_caps=caps,
        plain_factors=factors,
        growth=growth,
        caps=held[0],
        steps=held[1],
        last=min(len(caps), time.first + terms.months) - 1,
        shape=shape,
        worth=worth,
        amounts=amounts,
        accrued=accrued,
    )


def room_of(caps: Sequence[int], unit_minor: int, arithmetic: Arithmetic) -> tuple[Any, Any]:
    """What each month can bear, and the whole units in it, as columns."""
    return arithmetic.column(caps), arithmetic.column([cap - cap % unit_minor for cap in caps])


def _debt(terms: Terms, time: Calendar, year: int, resting: int = 0) -> payoff.Debt:
    return payoff.Debt(
        principal=terms.kept.principal_minor,
        left=terms.kept.total_minor,
        year=year,
        first=time.first,
        unit=terms.unit_minor,
        least=terms.least_minor,
        gap=terms.gap_months,
        ahead=terms.ahead_minor,
        interest_ahead=int(terms.interest_ahead),
        resting=resting,
    )


def may_run(arithmetic: Arithmetic, dearest: Terms, time: Calendar, bound_minor: int) -> bool:
    """Whether an arithmetic can be trusted with terms and all dearer ones; `bound_minor`: no amount beside them is
    larger."""
    factors, _, year = yearly_factors(dearest.rate_ppm, time.parts, time.denominator, list)
    return arithmetic.exact(_debt(dearest, time, year), factors, bound_minor)


@lru_cache(4096)
def yearly_factors(
    rate_ppm: int, parts: tuple[int, ...], denominator: int, column: Callable[[Sequence[int]], Any]
) -> tuple[tuple[int, ...], tuple[Any, Any], int]:
    """The share of the principal that each month adds as interest: whole numbers over one, in their lowest terms, as
    they stand and as a column beside that of the shares in parts of 2^SHARE_BITS (core/payoff.py)."""
    year = denominator * PPM
    raw = [rate_ppm * part for part in parts]
    common = gcd(year, *raw)
    factors = tuple(factor // common for factor in raw)
    year //= common
    shares = [(factor << payoff.SHARE_BITS) // year for factor in factors]
    return factors, (column(factors), column(shares)), year
