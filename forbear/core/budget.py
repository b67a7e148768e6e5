"""A household's months: what comes in, what living takes, and what is left that an instalment may take.

Each month stands alone: income of one month is never spread over another, a month without income stays a month
without income, and no month asks more than leaves the household its floor. A shortfall is 0 affordable, never an error.
"""

from dataclasses import dataclass
from enum import StrEnum

from forbear.core.dates import month_after
from forbear.core.money import PPM, Rounding, divide
from forbear.core.rules import Rulebook


class Evidence(StrEnum):
    """How well an income is shown. A: employer and bank agree; B: one of them; C: statement only; D: said only."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, kw_only=True)
class Income:
    """Money coming in: every month (`monthly_minor`), or in one month (`month` with `amount_minor`)."""

    source: str
    evidence: Evidence
    monthly_minor: int | None = None
    month: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Money going out: every month (`monthly_minor`), or in one month (`month` with `amount_minor`)."""

    kind: str
    monthly_minor: int | None = None
    month: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class OtherDebt:
    """A debt to someone else and what it takes each month."""

    creditor: str
    balance_minor: int
    monthly_minor: int
    priority: bool


@dataclass(frozen=True, kw_only=True)
class Household:
    """Who lives together, where (cn/sichuan/chengdu), and their money by month."""

    place: str
    adults: int
    children: int
    income: tuple[Income, ...]
    outgoings: tuple[Outgoing, ...]
    other_debts: tuple[OtherDebt, ...]


@dataclass(frozen=True, kw_only=True)
class MonthBudget:
    """One month. `income_minor` is what counts by evidence; `need_minor` what living takes, never below the floor."""

    month: str
    income_minor: int
    outgoings_minor: int
    debts_minor: int
    floor_minor: int
    buffer_minor: int
    affordable_minor: int
    need_minor: int = 0


def budget(household: Household, rulebook: Rulebook, first_month: str, months: int) -> tuple[MonthBudget, ...]:
    """`months` months from `first_month` on.

    affordable = income that counts − max(ordinary outgoings, floor) − outgoings beside the floor − other debts
    − buffer, and never below 0. Sources: the rulebook's budget.* values.
    """
    floor = floor_minor(household, rulebook)
    beside = frozenset(rulebook.texts("budget.beside_floor"))
    buffer_ppm = rulebook.integer("budget.buffer")
    interim = rulebook.integer("budget.interim_months")
    debts = sum(debt.monthly_minor for debt in household.other_debts)
    shares = [_shares(household, rulebook, "interim"), _shares(household, rulebook, "long")]
    found = []
    for index in range(months):
        month = month_after(first_month, index)
        income = sum(
            divide(_in_month(item, month) * share, PPM, Rounding.DOWN)
            for item, share in zip(household.income, shares[index >= interim], strict=True)
        )
        outgoings = sum(_in_month(item, month) for item in household.outgoings)
        above = sum(_in_month(item, month) for item in household.outgoings if item.kind in beside)
        need = max(outgoings - above, floor) + above
        surplus = max(0, income - need - debts)
        buffer = divide(surplus * buffer_ppm, PPM, Rounding.UP)
        found.append(
            MonthBudget(
                month=month,
                income_minor=income,
                outgoings_minor=outgoings,
                debts_minor=debts,
                floor_minor=floor,
                buffer_minor=buffer,
                affordable_minor=surplus - buffer,
                need_minor=need,
            )
        )
    return tuple(found)


def floor_minor(household: Household, rulebook: Rulebook) -> int:
    """What the household keeps each month whatever it owes: the place's standard a person, raised by the factor."""
    standard = rulebook.integer("budget.floor", household.place)
    factor_ppm = rulebook.integer("budget.floor_factor")
    return divide(standard * (household.adults + household.children) * factor_ppm, PPM, Rounding.UP)


def _shares(household: Household, rulebook: Rulebook, span: str) -> list[int]:
    return [rulebook.integer(f"budget.income_share.{span}", item.evidence.value) for item in household.income]


def _in_month(item: Income | Outgoing, month: str) -> int:
    if item.monthly_minor is not None:
        return item.monthly_minor
    return (item.amount_minor or 0) if item.month == month else 0
