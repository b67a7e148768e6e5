"""A convention: everything in which lending systems differ when they draw up a schedule from the same contract.

A profile is data (forbear/conventions/*.toml, read by forbear/adapters/conventions.py); the arithmetic of
schedule.py has no branch that names a system. docs/schedule.md tables what the shipped profiles say.
"""

from dataclasses import dataclass
from enum import StrEnum

from forbear.core.money import Rounding


class MonthPart(StrEnum):
    """What a part of a month is where months count as equal: its days over the days of that month, or 30E/360."""

    ACTUAL_MONTH = "actual-month"
    THIRTY_E = "30e"


class YearSplit(StrEnum):
    """Where act/act changes the year's length: on 1 January, on 31 December, or never (the year the loan began in)."""

    JANUARY_1 = "january-1"
    DECEMBER_31 = "december-31"
    START_YEAR = "start-year"


class DayEffect(StrEnum):
    """When a change "from day D" begins to accrue: the day before (the interest of D is for the night into it), that
    day, or with the whole row that is due on or after it."""

    DAY_BEFORE = "day-before"
    SAME_DAY = "same-day"
    WHOLE_ROW = "whole-row"


class LevelOn(StrEnum):
    """Which periods a level instalment is reckoned with: each as long as it is, all as long as the first, or all as
    the same part of twelve months whatever the day count says."""

    EACH_PERIOD = "each-period"
    FIRST_PERIOD = "first-period"
    TWELFTHS = "twelfths"


class Early(StrEnum):
    """Where money goes that is above what is due: it fills the next rows, or it makes its own row larger and then
    lowers the later instalments, their number, or the very next ones."""

    NEXT_INSTALMENT = "next-instalment"
    REDUCE_INSTALMENT = "reduce-instalment"
    REDUCE_NUMBER = "reduce-number"
    SKIP_NEXT = "skip-next"


@dataclass(frozen=True, kw_only=True)
class Convention:
    """One system's habits; the last row always absorbs what rounding leaves. Multiples are in minor units.

    `rounds_each_stretch`: interest is rounded for each stretch of one balance, not once a row.
    `inner_digits`: decimal places carried below the minor unit and rounded away only in what is shown.
    `significant_digits`: 0 for exact arithmetic; 12 means factors to 12 decimals and instalments on 12 digits.
    `trial_adjustment`: try an instalment moved by the last row's difference, keep it where that is nearer.
    `carries_excess_interest`: interest above the instalment waits for the next row; else it is charged in its own.
    `interest_to_date_first`: an early payment pays the interest up to its day before principal.
    `overdue_interest`: principal overdue goes on bearing the contract's interest. `counts_both_ends`: the day the
    money goes out bears interest too.
    """

    name: str
    interest_rounding: Rounding
    instalment_rounding: Rounding
    interest_multiple_minor: int
    instalment_multiple_minor: int
    rounds_each_stretch: bool
    inner_digits: int
    significant_digits: int
    level_on: LevelOn
    trial_adjustment: bool
    month_part: MonthPart
    year_split: YearSplit
    rate_effect: DayEffect
    pause_effect: DayEffect
    carries_excess_interest: bool
    early: Early
    interest_to_date_first: bool
    overdue_interest: bool
    counts_both_ends: bool
