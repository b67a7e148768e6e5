"""A household's months: what comes in, what living takes, and what is left that an instalment may take.

Each month stands alone: income of one month is never spread over another, a month without income stays a month
without income, and no month asks more than leaves the household its floor. A shortfall is 0 affordable, never an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

from forbear.core.dates import month_after
from forbear.core.household import Evidence as Evidence
from forbear.core.household import Household as Household
from forbear.core.household import Income as Income
from forbear.core.household import OtherDebt as OtherDebt
from forbear.core.household import Outgoing as Outgoing
from forbear.core.income import Counting, counting, share_of
from forbear.core.money import PPM, Rounding, allocate, divide
from forbear.core.rules import Rulebook
from forbear.core.spending import counted_otherwise

NOTHING = (0, 0)


class MonthBudget(NamedTuple):
    """One month. `income_minor` is what counts by evidence; `outgoings_minor` what is stated; `need_minor` what living
    takes, never below the floor, of it `beside_minor` on top of the floor; `debts_minor` what goes to other creditors;
    `short_minor` what is missing for need and debts; `stress_minor` what the month could bear with less income.
    """

    month: str
    income_minor: int
    outgoings_minor: int
    debts_minor: int
    floor_minor: int
    buffer_minor: int
    affordable_minor: int
    need_minor: int = 0
    beside_minor: int = 0
    short_minor: int = 0
    stress_minor: int = 0

    @property
    def holds_under_stress(self) -> bool:
        """Whether what the month can bear would still leave the floor with less income."""
        return self.affordable_minor <= self.stress_minor


def budget(
    household: Household, rulebook: Rulebook, first_month: str, months: int, ours_minor: int | None = None
) -> tuple[MonthBudget, ...]:
    """`months` months from `first_month` on. `ours_minor`: what is owed to this lender, needed where debts share.

    affordable = income that counts − max(ordinary outgoings, floor) − outgoings beside the floor − other debts
    − buffer, and never below 0. Where `budget.other_debts` is pro-rata, only priority debts go first, and of what is
    left after the buffer this lender has its share by balance, rounded down. Where `budget.stress_binds`, no month
    bears more than it could with its income less `budget.stress`. Sources: the rulebook's budget.* values.
    """
    rules = bearing(household, rulebook, ours_minor)
    incomes, needs = _incomes(household, rulebook), _needs(household, rulebook)
    interim = rulebook.integer("budget.interim_months")
    places = _places(first_month, months)
    seen: dict[tuple[int, tuple[int, int]], tuple[int, ...]] = {}
    found = []
    for month, income in zip(places, incomes.of_months(places, interim), strict=True):
        shape = income, needs.once.get(month, NOTHING)
        known = seen.get(shape)
        if known is None:
            known = seen[shape] = _month(month, *shape, needs, rules)[1:]
        # Most months are alike but for their name: a copy costs a tenth of a month reckoned anew.
        found.append((month, *known))
    return tuple(map(partial(tuple.__new__, MonthBudget), found))


def floor_minor(household: Household, rulebook: Rulebook) -> int:
    """What the household keeps each month whatever it owes: the place's standard a person, raised by the factor."""
    standard = rulebook.integer("budget.floor", household.place)
    factor_ppm = rulebook.integer("budget.floor_factor")
    return divide(standard * (household.adults + household.children) * factor_ppm, PPM, Rounding.UP)


def pro_rata(surplus_minor: int, balances: Sequence[int]) -> tuple[int, ...]:
    """What each creditor is offered of a surplus: surplus × balance ÷ all balances by largest remainder, so that the
    parts sum to the surplus exactly; nothing to anybody where nothing is owed."""
    assert surplus_minor >= 0, "a surplus is not negative"
    return allocate(surplus_minor, balances) if sum(balances) else (0,) * len(balances)


@dataclass(frozen=True)
class Bearing:
    """How a month bears debts. `first_minor` is paid to others before us; of the rest ours is `ours` of `all`."""

    floor_minor: int
    first_minor: int
    ours: int
    all: int
    buffer_ppm: int
    stress_ppm: int
    stress_binds: bool

    def bears(self, income_minor: int, need_minor: int, kept_minor: int) -> tuple[int, int, int, int]:
        """(affordable, buffer, what goes to others, what could be borne under stress) of a month; `kept_minor` is the
        floor and what stands beside it. Ours is rounded down, so that more income never makes it less."""
        surplus = max(0, income_minor - need_minor - self.first_minor)
        buffer = -(-surplus * self.buffer_ppm // PPM)
        affordable = self._ours(surplus - buffer)
        others = surplus - buffer - affordable if self.all else 0
        lower = income_minor - -(-income_minor * self.stress_ppm // PPM)
        stress = self._ours(max(0, lower - kept_minor - self.first_minor))
        if self.stress_binds:
            affordable = min(affordable, stress)
        return affordable, buffer, self.first_minor + others, stress

    def _ours(self, available_minor: int) -> int:
        return available_minor * self.ours // self.all if self.all else available_minor


def bearing(household: Household, rulebook: Rulebook, ours_minor: int | None = None) -> Bearing:
    """The part of the months that is the same in all of them."""
    way = rulebook.text("budget.other_debts")
    assert way in ("as-agreed", "pro-rata"), f"budget.other_debts is as-agreed or pro-rata, not {way}"
    shares = way == "pro-rata"
    first = sum(debt.monthly_minor for debt in household.other_debts if debt.priority or not shares)
    others = sum(debt.balance_minor for debt in household.other_debts if not debt.priority) if shares else 0
    assert ours_minor is not None or not shares, "a share among creditors needs what is owed to this one"
    return Bearing(
        floor_minor=floor_minor(household, rulebook),
        first_minor=first,
        ours=(ours_minor or 0) if others else 0,
        all=(ours_minor or 0) + others if others else 0,
        buffer_ppm=rulebook.integer("budget.buffer"),
        stress_ppm=rulebook.integer("budget.stress"),
        stress_binds=rulebook.flag("budget.stress_binds"),
    )


def with_more(rules: Bearing, months: Sequence[MonthBudget], more_minor: int) -> list[int]:
    """What each month could bear with this much more income that counts."""
    return [rules.bears(m.income_minor + more_minor, m.need_minor, m.floor_minor + m.beside_minor)[0] for m in months]


@dataclass(frozen=True)
class _Incomes:
    """All income, added up once: what every month has, by month of the year, and in single months; each pair is
    (in the first months, after them)."""

    every: tuple[int, int]
    calendar: tuple[tuple[int, int], ...]
    once: Mapping[str, tuple[int, int]]

    def of_months(self, places: Mapping[str, int], interim: int) -> list[int]:
        """What counts in each of the months, of which the first `interim` are the first months."""
        first, later = self.every
        early = min(interim, len(places))
        found = [first] * early + [later] * (len(places) - early)
        for month, amounts in self.once.items():
            if month in places:
                found[places[month]] += amounts[places[month] >= interim]
        if self.calendar:
            for month, index in places.items():
                found[index] += self.calendar[int(month[5:7]) - 1][index >= interim]
        return found


def _incomes(household: Household, rulebook: Rulebook) -> _Incomes:
    """Each line rounded on its own, so that a month is the sum of what its lines count."""
    every, calendar = NOTHING, []
    once: dict[str, tuple[int, int]] = {}
    for item in household.income:
        counts = counting(item, rulebook)
        every = _plus(every, _both(counts.monthly_minor, counts))
        if counts.calendar_minor:
            calendar.append([_both(amount, counts) for amount in counts.calendar_minor])
        if counts.month:
            once[counts.month] = _plus(once.get(counts.month, NOTHING), _both(counts.once_minor, counts))
    by_month = tuple((sum(c[0] for c in column), sum(c[1] for c in column)) for column in zip(*calendar, strict=True))
    return _Incomes(every=every, calendar=by_month, once=once)


def _both(amount_minor: int, counts: Counting) -> tuple[int, int]:
    return share_of(amount_minor, counts.interim_ppm), share_of(amount_minor, counts.long_ppm)


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


@dataclass(frozen=True)
class _Needs:
    """All outgoings, added up once; each pair is (ordinary, beside the floor). `counted`: every month, with what
    guidelines change; `once`: single months."""

    stated_minor: int
    counted: tuple[int, int]
    once: Mapping[str, tuple[int, int]]


def _needs(household: Household, rulebook: Rulebook) -> _Needs:
    beside = frozenset(rulebook.texts("budget.beside_floor"))
    stated, counted = 0, [0, 0]
    once: dict[str, tuple[int, int]] = {}
    for line in household.outgoings:
        at = line.kind in beside
        if line.monthly_minor is not None:
            stated += line.monthly_minor
            counted[at] += line.monthly_minor
        elif line.month is not None:
            amount = line.amount_minor or 0
            once[line.month] = _plus(once.get(line.month, NOTHING), (0, amount) if at else (amount, 0))
    for group in counted_otherwise(household, rulebook):
        counted[not beside.isdisjoint(group.kinds)] += group.counted_minor - group.stated_minor
    return _Needs(stated_minor=stated, counted=(counted[0], counted[1]), once=once)


def _month(month: str, income_minor: int, once: tuple[int, int], needs: _Needs, rules: Bearing) -> MonthBudget:
    beside = needs.counted[1] + once[1]
    need = max(needs.counted[0] + once[0], rules.floor_minor) + beside
    affordable, buffer, debts, stress = rules.bears(income_minor, need, rules.floor_minor + beside)
    return MonthBudget(
        month=month,
        income_minor=income_minor,
        outgoings_minor=needs.stated_minor + once[0] + once[1],
        debts_minor=debts,
        floor_minor=rules.floor_minor,
        buffer_minor=buffer,
        affordable_minor=affordable,
        need_minor=need,
        beside_minor=beside,
        short_minor=max(0, need + rules.first_minor - income_minor),
        stress_minor=stress,
    )


@lru_cache(maxsize=256)
def _places(first_month: str, count: int) -> Mapping[str, int]:
    """Each month's name with its place in the row, in order."""
    return {month_after(first_month, index): index for index in range(count)}
