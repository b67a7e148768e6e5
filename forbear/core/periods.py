"""The periods of a schedule: when rows fall due, and what part of a year lies between two days of a period.

Days are proleptic ordinals (`date.toordinal()`), years are numerators over one denominator for a whole schedule, so
that a row's interest is one exact sum. A due day the month does not have becomes its last, and comes back after it.
"""

from calendar import isleap, monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import repeat

from forbear.core.convention import MonthPart, YearSplit
from forbear.core.dates import DayCount

MONTH = 4 * 7 * 29 * 3 * 5 * 31
"""A twelfth of a year in parts that every month's number of days divides: 28, 29, 30 and 31."""

THIRTIETH = 12 * MONTH // 360
"""A day of a year of 360 in the same parts; 12 · MONTH is a multiple of 360."""


class Unit(StrEnum):
    """What a frequency counts; month ends and month starts are calendar days, whatever day the money went out."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    MONTH_END = "month-end"
    MONTH_START = "month-start"


@dataclass(frozen=True)
class Every:
    """A due date every `count` units."""

    count: int
    unit: Unit

    @property
    def months(self) -> int:
        """Months between due dates; 0 where days are counted."""
        return 0 if self.unit in (Unit.DAYS, Unit.WEEKS) else self.count

    @property
    def days(self) -> int:
        """Days between due dates; 0 where months are counted."""
        return 0 if self.months else self.count * (7 if self.unit is Unit.WEEKS else 1)


def due_days(every: Every, anchor_on: date, count: int, first_on: date | None = None) -> list[int]:
    """`count` due days after the anchor: each a whole number of units after it, so that the 31st comes back.

    `first_on` moves the first; the later ones follow it, on the anchor's day where it fell on its month's clamped day.
    """
    if every.days:
        start = first_on.toordinal() if first_on else anchor_on.toordinal() + every.days
        return list(range(start, start + every.days * count, every.days))
    day = anchor_day(every, anchor_on, first_on)
    number = anchor_on.year * 12 + anchor_on.month - 1
    if first_on is not None:
        number = first_on.year * 12 + first_on.month - 1
    else:
        fits = every.unit is not Unit.MONTHS and _day(number, day) > anchor_on.toordinal()
        number += every.months - 1 if fits else every.months
    step = every.months
    days = list(map(_day, range(number, number + step * count, step), repeat(day)))
    return [first_on.toordinal(), *days[1:]] if first_on else days


def anchor_day(every: Every, anchor_on: date, first_on: date | None = None) -> int:
    """The day of the month rows fall due on: the anchor's, or that of a first due day which is not the anchor's."""
    day = due_day(every, anchor_on.day)
    if first_on is None or every.unit is not Unit.MONTHS:
        return day
    own = _day(first_on.year * 12 + first_on.month - 1, day)
    return day if own == first_on.toordinal() else first_on.day


def later_days(every: Every, last: int, day: int, count: int) -> list[int]:
    """`count` due days after the day `last`, on this day of the month where months are counted."""
    if every.days:
        return [last + every.days * k for k in range(1, count + 1)]
    on = date.fromordinal(last)
    number = on.year * 12 + on.month - 1
    return [_day(number + every.months * k, due_day(every, day)) for k in range(1, count + 1)]


def due_day(every: Every, day: int) -> int:
    """The day of the month on which rows fall due."""
    return {Unit.MONTH_END: 31, Unit.MONTH_START: 1}.get(every.unit, day)


def begins_whole(every: Every, began_on: date, first: int) -> bool:
    """Whether the first period is as long as any other: it begins where a row before it would have been due."""
    number = began_on.year * 12 + began_on.month - 1
    if not every.months:
        return first == began_on.toordinal() + every.days
    own = _day(number, due_day(every, began_on.day)) == began_on.toordinal()
    return own and first == _day(number + every.months, due_day(every, began_on.day))


def year_denominator(day_count: DayCount) -> int:
    """What every part of a year of this day count is a numerator over."""
    if day_count is DayCount.ACTUAL_ACTUAL:
        return 365 * 366
    return {DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364, DayCount.ACTUAL_365: 365}.get(day_count, 12 * MONTH)


@dataclass(frozen=True)
class Years:
    """How a schedule turns days into parts of a year: its day count, frequency and the convention's two habits."""

    day_count: DayCount
    every: Every
    month_part: MonthPart
    split: YearSplit
    began_on: date

    def whole(self, start: int, due: int, regular: bool) -> int:
        """The part of a year of a whole period; a regular one of k months is k twelfths where months are equal."""
        if self.day_count in (DayCount.TWELFTHS, DayCount.THIRTY_360):
            if regular and self.every.months:
                return self.every.months * MONTH
            return self.within(start, due, regular, due)
        return self._actual(start, due)

    def within(self, start: int, due: int, regular: bool, day: int) -> int:
        """The part of a year from a period's start to a day inside it."""
        if self.day_count not in (DayCount.TWELFTHS, DayCount.THIRTY_360):
            return self._actual(start, day)
        if not self.every.months:
            return (day - start) * THIRTIETH
        if regular and day == due:
            return self.every.months * MONTH
        if self.month_part is MonthPart.THIRTY_E:
            a, b = date.fromordinal(start), date.fromordinal(day)
            days = (b.year - a.year) * 360 + (b.month - a.month) * 30 + min(b.day, 30) - min(a.day, 30)
            return days * THIRTIETH
        if regular and self.every.months == 1:
            return (day - start) * MONTH // (due - start)
        return self._months(start, day)

    def _months(self, start: int, day: int) -> int:
        """Whole months from the start, and the days of the last over the days of that month."""
        a, b = date.fromordinal(start), date.fromordinal(day)
        number, whole = a.year * 12 + a.month - 1, (b.year - a.year) * 12 + b.month - a.month
        if _day(number + whole, a.day) > day:
            whole -= 1
        begin, end = _day(number + whole, a.day), _day(number + whole + 1, a.day)
        return whole * MONTH + (day - begin) * MONTH // (end - begin)

    def _actual(self, start: int, day: int) -> int:
        if self.day_count is not DayCount.ACTUAL_ACTUAL:
            return day - start
        if self.split is YearSplit.START_YEAR:
            return (day - start) * (365 if isleap(self.began_on.year) else 366)
        shift = 1 if self.split is YearSplit.DECEMBER_31 else 0
        first, last = date.fromordinal(start + shift).year, date.fromordinal(day + shift).year
        if first == last:
            return (day - start) * (365 if isleap(first) else 366)
        parts, at = 0, start
        for year in range(first, last + 1):
            end = min(day, date(year + 1, 1, 1).toordinal() - shift)
            parts += (end - at) * (365 if isleap(year) else 366)
            at = end
        return parts


def periods(years: Years, starts: Sequence[int], dues: Sequence[int], regular: Sequence[bool]) -> list[int]:
    """The part of a year of each period."""
    if years.every.months and years.day_count in (DayCount.TWELFTHS, DayCount.THIRTY_360) and all(regular):
        return [years.every.months * MONTH] * len(dues)
    if years.day_count in (DayCount.ACTUAL_360, DayCount.ACTUAL_364, DayCount.ACTUAL_365):
        return [due - start for start, due in zip(starts, dues, strict=True)]
    return [years.whole(start, due, plain) for start, due, plain in zip(starts, dues, regular, strict=True)]


@lru_cache(2**15)
def _day(month_number: int, day: int) -> int:
    """The ordinal of a day of a month. Kept: the loans of a book fall due on the same few thousand days."""
    year, month = divmod(month_number, 12)
    if day > 28:
        day = min(day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day).toordinal()
