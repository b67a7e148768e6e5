"""A household: who lives together, where, and their money, each line as a person stated it or a paper showed it.

Every value is frozen: what plans are made of can be read by a solver and changed by nobody. A person changes a line by
a correction with a reason, which is a fact of the record (core/provenance.py).
"""

from dataclasses import dataclass
from enum import StrEnum

from forbear.core.money import Rounding, divide


class Evidence(StrEnum):
    """How well an income is shown. A: employer and bank agree; B: one of them; C: statement only; D: said only."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Period(StrEnum):
    """How often an amount comes or goes."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four-weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


TIMES_A_YEAR = {
    Period.WEEKLY: 52,
    Period.FORTNIGHTLY: 26,
    Period.FOUR_WEEKLY: 13,
    Period.MONTHLY: 12,
    Period.QUARTERLY: 4,
    Period.YEARLY: 1,
}
"""A year has 52 weeks here, as money advisers count (weekly × 52 ÷ 12), not 4.33 weeks a month, which gives another
cent."""


def a_month(amount_minor: int, period: Period) -> int:
    """What an amount of a period is a month: times a year ÷ 12, exact, rounded once, half up."""
    return divide(amount_minor * TIMES_A_YEAR[period], 12, Rounding.HALF_UP)


@dataclass(frozen=True, kw_only=True)
class Income:
    """Money coming in: every month (`monthly_minor`), or in one month (`month` with `amount_minor`).

    `slips` and `credits`: past months with what the employer's slips and the bank show for each, 0 where nothing came;
    they make the grade and bound what counts (core/income.py). An income known by its months alone has neither of the
    others. `paper`: which paper shows it.
    """

    source: str
    evidence: Evidence
    monthly_minor: int | None = None
    month: str | None = None
    amount_minor: int | None = None
    slips: tuple[tuple[str, int], ...] = ()
    credits: tuple[tuple[str, int], ...] = ()
    paper: str = ""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Money going out: every month (`monthly_minor`), or in one month (`month` with `amount_minor`).

    `explanation`: why it is above the guideline of its kind, in her words; `paper`: which paper shows it.
    """

    kind: str
    monthly_minor: int | None = None
    month: str | None = None
    amount_minor: int | None = None
    explanation: str = ""
    paper: str = ""


@dataclass(frozen=True, kw_only=True)
class OtherDebt:
    """A debt to someone else and what it takes each month. `priority`: home, utilities, tax, maintenance or a court
    order stand behind it, so that it is paid before any other. `paper`: which paper shows it."""

    creditor: str
    balance_minor: int
    monthly_minor: int
    priority: bool
    paper: str = ""


@dataclass(frozen=True, kw_only=True)
class Household:
    """Who lives together, where (cn/sichuan/chengdu), and their money. `older_children`: how many of the children are
    16 or older; some guidelines count them apart."""

    place: str
    adults: int
    children: int
    income: tuple[Income, ...]
    outgoings: tuple[Outgoing, ...]
    other_debts: tuple[OtherDebt, ...]
    older_children: int = 0
