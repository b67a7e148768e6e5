"""A second way to a schedule, written apart from the product: its own calendar, its own rounding, other formulas.

Level instalments come from present values summed from the last row back (the product sums growth from the first row
on), a quotient is rounded by adding half its divisor and flooring, and every part of a year is a fraction of its own.
`compare(seed, count)` holds the product against it on random loans; make test calls it for 10^6, make bench for more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from forbear.adapters.conventions import load_convention
from forbear.core.convention import Convention, MonthPart, YearSplit
from forbear.core.dates import DayCount
from forbear.core.money import Rounding
from forbear.core.periods import Every, Unit
from forbear.core.refusal import Refusal
from forbear.core.schedule import planned
from forbear.core.schedule_events import Event, GraceInterest, GracePrincipal
from forbear.core.schedule_plan import figures
from forbear.core.schedule_terms import Method, Terms

MILLION = 10**6
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
Rows = list[tuple[int, int, int]]


def rows_of(
    terms: Terms, convention: Convention, grace_principal: int = 0, grace_interest: int = 0
) -> tuple[Rows, int]:
    """(due day, interest, principal) of each row and the instalment; grace counts rows from the first."""
    begin = _ordinal(terms.disbursed_on.year, terms.disbursed_on.month, terms.disbursed_on.day)
    dues = _dues(terms)
    factors = []
    for row, due in enumerate(dues):
        top, bottom = _part(terms, convention, dues[row - 1] if row else begin, due, row)
        top, bottom = terms.rate_ppm * top, MILLION * bottom
        if convention.significant_digits:
            top, bottom = _round(top * 10**12, bottom, Rounding.HALF_EVEN), 10**12
        factors.append((top, bottom))
    instalment = _instalment(terms, convention, factors, grace_principal)
    rows = _rows(terms, convention, factors, instalment, grace_principal)
    if grace_interest:
        waited = sum(interest for interest, _ in rows[:grace_interest])
        rows[:grace_interest] = [(0, principal) for _, principal in rows[:grace_interest]]
        rows[grace_interest] = (rows[grace_interest][0] + waited, rows[grace_interest][1])
    while len(rows) > 1 and rows[-1] == (0, 0):
        rows.pop()
    return [(due, *row) for due, row in zip(dues, rows, strict=False)], instalment


def _rows(
    terms: Terms, convention: Convention, factors: list[tuple[int, int]], instalment: int, grace: int
) -> list[tuple[int, int]]:
    rows: list[tuple[int, int]] = []
    balance, waits, last = terms.principal_minor, 0, len(factors) - 1
    mode = convention.interest_rounding
    for row, (top, bottom) in enumerate(factors):
        base = terms.principal_minor if terms.method is Method.FLAT else balance
        interest = _round(base * top, bottom, mode) + waits
        waits = 0
        resting = row < grace or terms.method is Method.INTEREST_ONLY
        if row == last:
            if terms.method is Method.FLAT:
                whole_top, whole_bottom = 0, 1
                for one, over in factors:
                    whole_top, whole_bottom = (
                        (whole_top + one, over)
                        if over == whole_bottom
                        else (whole_top * over + one * whole_bottom, whole_bottom * over)
                    )
                charged = sum(before for before, _ in rows)
                interest = max(0, _round(base * whole_top, whole_bottom, mode) - charged)
            rows.append((interest, balance))
            break
        if resting:
            principal = 0
        elif terms.method is Method.EQUAL_PRINCIPAL:
            principal = min(instalment, balance)
        elif terms.method is Method.FLAT:
            multiple = convention.instalment_multiple_minor
            total = _round(instalment + interest, multiple, convention.instalment_rounding) * multiple
            principal = min(balance, max(0, total - interest))
        else:
            if interest > instalment and convention.carries_excess_interest:
                interest, waits = instalment, interest - instalment
            principal = min(balance, max(0, instalment - interest))
        rows.append((interest, principal))
        balance -= principal
    return rows


def _instalment(terms: Terms, convention: Convention, factors: list[tuple[int, int]], grace: int) -> int:
    paying = len(factors) - grace
    mode, multiple = convention.instalment_rounding, convention.instalment_multiple_minor
    if terms.method is Method.INTEREST_ONLY:
        return 0
    if terms.method is Method.FIXED_AMOUNT:
        return terms.instalment_minor
    if terms.method in (Method.EQUAL_PRINCIPAL, Method.FLAT):
        return _round(terms.principal_minor, paying, mode)
    chosen = factors[grace:]
    if convention.significant_digits:
        found = _on_digits(terms, chosen, mode, multiple)
    else:
        found = _present_value(terms, chosen, mode, multiple)
    if not convention.trial_adjustment:
        return found
    for _ in range(3):
        off = _off(terms, convention, factors, found, grace)
        other = _round(found + _round(off, paying, mode), multiple, mode) * multiple
        near = paying == 1 or 2 * abs(off) <= (paying - 1 if paying % 2 else paying)
        if near or abs(_off(terms, convention, factors, other, grace)) >= abs(off):
            break
        found = other
    return found


def _off(terms: Terms, convention: Convention, factors: list[tuple[int, int]], instalment: int, grace: int) -> int:
    interest, principal = _rows(terms, convention, factors, instalment, grace)[-1]
    return interest + principal - terms.balloon_minor - instalment


def _present_value(terms: Terms, factors: list[tuple[int, int]], mode: Rounding, multiple: int) -> int:
    """P·Πg − B·Πb over the sum of what one unit a row is worth, where g/b is a row's growth; from the last row back."""
    worth, growth, scale = 0, 1, 1
    for top, bottom in reversed(factors):
        worth = (worth + growth) * bottom
        growth *= bottom + top
        scale *= bottom
    return _round(terms.principal_minor * growth - terms.balloon_minor * scale, worth * multiple, mode) * multiple


def _on_digits(terms: Terms, factors: list[tuple[int, int]], mode: Rounding, multiple: int) -> int:
    """The forward recursion with every step cut to 12 digits; values are fractions over powers of ten."""
    growth, divisor = (1, 1), (0, 1)
    for top, bottom in factors:
        step = _twelve(bottom + top, bottom)
        growth = _twelve(growth[0] * step[0], growth[1] * step[1])
        product = _twelve(divisor[0] * step[0], divisor[1] * step[1])
        divisor = _twelve(product[0] + product[1], product[1])
    grown = _twelve(terms.principal_minor * growth[0], growth[1])
    if terms.balloon_minor:
        grown = _twelve(grown[0] - terms.balloon_minor * grown[1], grown[1])
    found = _twelve(grown[0] * divisor[1], grown[1] * divisor[0])
    return _round(_round(found[0], found[1], mode), multiple, mode) * multiple


def _twelve(top: int, bottom: int) -> tuple[int, int]:
    """The nearest number of 12 significant digits, ties to even, as a fraction over a power of ten."""
    sign, top = (-1, -top) if top < 0 else (1, top)
    if top == 0:
        return 0, 1
    scale = 1
    places = 12 - len(str(top // bottom)) if top >= bottom else 11
    if places > 0:
        scale = 10**places
        while top * scale < bottom * 10**11:
            scale *= 10
        return sign * _round(top * scale, bottom, Rounding.HALF_EVEN), scale
    unit = 10**-places
    return sign * _round(top, bottom * unit, Rounding.HALF_EVEN) * unit, 1


def _round(top: int, bottom: int, mode: Rounding) -> int:
    if top < 0:
        return -_round(-top, bottom, mode)
    if mode is Rounding.DOWN:
        return top // bottom
    if mode is Rounding.UP:
        return -(-top // bottom)
    found = (2 * top + bottom) // (2 * bottom)
    if mode is Rounding.HALF_EVEN and found % 2 and found * 2 * bottom == 2 * top + bottom:
        return found - 1
    return found


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(year: int, month: int) -> int:
    return 29 if month == 2 and _leap(year) else LENGTHS[month - 1]


def _ordinal(year: int, month: int, day: int) -> int:
    """Days since the day before 1 January of the year 1, by the rule of centuries, March first."""
    year, month = (year - 1, month + 9) if month < 3 else (year, month - 3)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 306


def _civil(ordinal: int) -> tuple[int, int, int]:
    """The date of an ordinal: the rule of centuries, undone."""
    days = ordinal + 305
    era, of_era = divmod(days, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year + (month < 3), month, of_year - (153 * shifted + 2) // 5 + 1


def _dues(terms: Terms) -> list[int]:
    year, month, day = terms.disbursed_on.year, terms.disbursed_on.month, terms.disbursed_on.day
    unit, count = terms.every.unit, terms.every.count
    if unit in (Unit.DAYS, Unit.WEEKS):
        step = count * 7 if unit is Unit.WEEKS else count
        return [_ordinal(year, month, day) + step * k for k in range(1, terms.rows + 1)]
    first = count
    if unit is Unit.MONTH_END:
        first = count - 1 if day < _length(year, month) else count
        day = 31
    elif unit is Unit.MONTH_START:
        first, day = count, 1
    dues = []
    for k in range(terms.rows):
        at = month - 1 + first + count * k
        y, m = year + at // 12, at % 12 + 1
        dues.append(_ordinal(y, m, min(day, _length(y, m))))
    return dues


def _part(terms: Terms, convention: Convention, start: int, due: int, row: int) -> tuple[int, int]:
    """The part of a year of one period as a fraction."""
    days, kind = due - start, terms.day_count
    if kind is DayCount.ACTUAL_365:
        return days, 365
    if kind is DayCount.ACTUAL_360:
        return days, 360
    if kind is DayCount.ACTUAL_364:
        return days, 364
    if kind is DayCount.ACTUAL_ACTUAL:
        return _by_years(terms, convention, start, due)
    unit = terms.every.unit
    if unit in (Unit.DAYS, Unit.WEEKS):
        return days, 360
    whole = unit is Unit.MONTHS or row > 0
    at = terms.disbursed_on
    if unit is Unit.MONTH_END and at.day == _length(at.year, at.month):
        whole = True
    if unit is Unit.MONTH_START and at.day == 1:
        whole = True
    if whole:
        return terms.every.count, 12
    y1, m1, d1 = _civil(start)
    y2, m2, d2 = _civil(due)
    if convention.month_part is MonthPart.THIRTY_E:
        return 360 * (y2 - y1) + 30 * (m2 - m1) + min(30, d2) - min(30, d1), 360
    months = 12 * (y2 - y1) + m2 - m1
    if min(d1, _length(y2, m2)) > d2:
        months -= 1
    y, m = divmod(12 * y1 + m1 - 1 + months, 12)
    base = _ordinal(y, m + 1, min(d1, _length(y, m + 1)))
    y, m = divmod(12 * y1 + m1 + months, 12)
    after = _ordinal(y, m + 1, min(d1, _length(y, m + 1)))
    return months * (after - base) + due - base, 12 * (after - base)


def _by_years(terms: Terms, convention: Convention, start: int, due: int) -> tuple[int, int]:
    """Days of common years over 365 and of leap years over 366; the split may be at the year's last day."""
    if convention.year_split is YearSplit.START_YEAR:
        return due - start, 366 if _leap(terms.disbursed_on.year) else 365
    shift = 1 if convention.year_split is YearSplit.DECEMBER_31 else 0
    first, last = _civil(start + shift)[0], _civil(due + shift)[0]
    common = leap = 0
    for year in range(first, last + 1):
        low = max(start + shift, _ordinal(year, 1, 1))
        high = min(due + shift, _ordinal(year + 1, 1, 1))
        if _leap(year):
            leap += high - low
        else:
            common += high - low
    return common * 366 + leap * 365, 365 * 366


@dataclass(frozen=True)
class Difference:
    """A loan on which the two disagree, with what each says."""

    terms: Terms
    convention: Convention
    events: tuple[Event, ...]
    ours: object
    reference: object


def compare(seed: int, count: int) -> Difference | None:
    """The first of `count` random loans on which product and reference differ, or None."""
    return next(_each(seed, count), None)


def differences(seed: int, count: int) -> list[Difference]:
    """All of them."""
    return list(_each(seed, count))


def _each(seed: int, count: int) -> Iterator[Difference]:
    bases = [load_convention("cn"), load_convention("fineract"), load_convention("frappe")]
    bases[2] = replace(bases[2], level_on=bases[0].level_on)
    pool = list(_conventions(bases))
    draw = _draws(seed)
    for _ in range(count):
        convention = pool[next(draw) % len(pool)]
        terms = _terms(draw)
        events: tuple[Event, ...] = ()
        principal = interest = 0
        if terms.rows > 2 and terms.method is not Method.FIXED_AMOUNT and next(draw) % 4 == 0:
            principal, interest = next(draw) % (terms.rows - 1), next(draw) % (terms.rows - 1)
            if principal:
                events += (GracePrincipal(from_row=1, rows=principal),)
            if interest:
                events += (GraceInterest(from_row=1, rows=interest),)
        made = planned(terms, convention, events)
        if isinstance(made, Refusal):
            expected, ours = _never(terms, convention), True
        else:
            found = figures(made, terms, convention)
            ours = (list(zip(found.dues, found.interests, found.principals, strict=True)), made.instalment)
            expected = rows_of(terms, convention, principal, interest)
        if ours != expected:
            yield Difference(terms, convention, events, ours, expected)


def _never(terms: Terms, convention: Convention) -> bool:
    """Whether a fixed amount leaves something after the most rows there may be."""
    _, interest, principal = rows_of(terms, convention)[0][-1]
    return interest + principal > terms.instalment_minor


def _conventions(bases: list[Convention]) -> Iterator[Convention]:
    for base in bases:
        for mode in Rounding:
            for multiple in (1, 1, 10, 100):
                yield replace(base, interest_rounding=mode, instalment_multiple_minor=multiple)
                yield replace(base, instalment_rounding=mode, instalment_multiple_minor=multiple)
        yield replace(base, month_part=MonthPart.THIRTY_E, year_split=YearSplit.START_YEAR)
        yield replace(base, month_part=MonthPart.ACTUAL_MONTH, year_split=YearSplit.JANUARY_1)


def _draws(seed: int) -> Iterator[int]:
    """Whole numbers without end from a seed, 31 bits each (Steele and Vigna's mixer)."""
    state, mask = seed & (2**64 - 1), 2**64 - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        yield mixed >> 33


COUNTS = list(DayCount)
UNITS = [*([Unit.MONTHS] * 5), Unit.DAYS, Unit.WEEKS, Unit.MONTH_END, Unit.MONTH_START]
METHODS = [*([Method.EQUAL_INSTALMENTS] * 4), *Method]
FIRST = date(1995, 1, 1).toordinal()


def _terms(draw: Iterator[int]) -> Terms:
    """A random loan: mostly short, now and then as long as can be; any rate to 400 %; days of any month's end."""
    size, kind = next(draw), next(draw)
    method = METHODS[kind % len(METHODS)]
    unit = UNITS[kind // 7 % len(UNITS)]
    rows = 1 + size % 7
    if size % 199 == 0:
        rows = 1 + size % 60
    if size % 9973 == 0:
        rows = 1 + next(draw) % 600
    on = date.fromordinal(FIRST + next(draw) % 20_000)
    if kind % 5 == 0:
        on = date(on.year, 1 + kind % 12, _length(on.year, 1 + kind % 12))
    principal = 100 * rows + next(draw) % (10**4 if size % 3 else 10**9)
    rate = 0 if size % 31 == 0 else next(draw) % (400_000 if size % 7 else 4_000_001)
    several = 1 + kind % 3 if unit is not Unit.DAYS else 1 + kind % 45
    fixed = method is Method.FIXED_AMOUNT
    return Terms(
        principal_minor=principal,
        rate_ppm=rate,
        rows=24 if fixed else rows,
        every=Every(several, unit),
        disbursed_on=on,
        day_count=COUNTS[kind // 11 % len(COUNTS)],
        method=method,
        balloon_minor=next(draw) % (principal + 1) if method is Method.BALLOON else 0,
        instalment_minor=1 + principal // (2 + size % 12) if fixed else 0,
    )
