"""The course of a loan: its rows as they stand on a day, after everything that has happened to it so far.

A row's interest is the sum over the stretches of its period of balance times factor, rounded once. The balance of a
stretch is what went out, less the principal of rows due before it, less principal paid early for later rows, and, where
overdue principal bears interest, plus what is unpaid of earlier rows up to the day the schedule is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from forbear.core.convention import Convention, DayEffect, LevelOn
from forbear.core.periods import anchor_day, year_denominator
from forbear.core.rows import LEVEL, MODES, REST, row_interest
from forbear.core.schedule_plan import Plan, factor, flat_principal, twelfths
from forbear.core.schedule_terms import Method, Terms


@dataclass
class CourseRow:
    """A row in the making. `fixed_interest`: its interest is settled; `moved`, `moved_weight`:
    interest that fell to it from others, rounded there and unrounded. `penalty_weight`: the penalty it has borne up to
    `penalty_until`, unrounded, over a year of the day count times PPM; `penalty`: what is posted of it."""

    start: int
    due: int
    regular: bool
    kind: int
    amount: int
    deferred: bool = False
    fixed_interest: int | None = None
    moved: int = 0
    moved_weight: int = 0
    paid_interest: int = 0
    paid: list[tuple[int, int]] = field(default_factory=list)
    skips: bool = False
    interest: int = 0
    principal: int = 0
    carried_in: int = 0
    penalty_until: int = 0
    penalty_weight: int = 0
    penalty: "CourseCharge | None" = None

    @property
    def paid_principal(self) -> int:
        """Principal received for this row so far."""
        return sum(amount for _, amount in self.paid)


@dataclass
class CourseCharge:
    """A fee or penalty on its day, and what is paid of it."""

    day: int
    amount: int
    penalty: bool
    paid: int = 0


class Course:
    """Rows, money out, rates by day and pauses; `settle(day)` works every row out as known on that day."""

    def __init__(self, made: Plan, terms: Terms, convention: Convention) -> None:
        self.terms, self.convention, self.years = terms, convention, made.years
        self.denominator, self.year = made.denominator, year_denominator(terms.day_count)
        self.unit: int = 10**convention.inner_digits
        self.first_part = made.years.whole(made.starts[0], made.dues[0], made.regular[0])
        self.rows = [
            CourseRow(*parts)
            for parts in zip(made.starts, made.dues, made.regular, made.kinds, made.amounts, made.deferred, strict=True)
        ]
        self.due_day = anchor_day(terms.every, terms.period_from or terms.disbursed_on, terms.first_due_on)
        self.out = [(max(made.starts[0], self._out_day()), made.balance)]
        self.rates = [(made.starts[0], terms.rate_ppm)]
        self.gone: list[int] = []
        self.pauses: list[tuple[int, int]] = []
        self.charges: list[CourseCharge] = []
        self.instalment = made.instalment
        self.left: int = terms.balloon_minor * self.unit
        # The penalty rate is the whole rate on what is overdue, in place of the contract's.
        self.overdue_interest = convention.overdue_interest and not terms.penalty_rate_ppm
        self.flat = terms.method is Method.FLAT

    def _out_day(self) -> int:
        shift = 1 if self.convention.counts_both_ends else 0
        return self.terms.disbursed_on.toordinal() - shift

    def settle(self, day: int) -> None:
        """Work out interest and principal of every row, as known on `day`."""
        carried = waiting = credit = charged = 0
        whole = 0
        paid_out, reserved = 0, sum(row.paid_principal for row in self.rows)
        last = len(self.rows) - 1
        self.gone = [0] * (last + 2)
        for index, row in enumerate(self.rows):
            self.gone[index] = paid_out
            balance = (
                sum(amount for out, amount in self.out if out < row.due or (row.start == row.due == out)) - paid_out
            )
            weights = self.weights(index, row.due, day)
            whole += sum(weights)
            if row.moved_weight:
                weights.append(row.moved_weight)
            own = self.interest_of(weights)
            if self.flat and index == last:
                own = max(0, self.interest_of([whole]) - charged)
            charged += own
            row.carried_in = carried + row.moved
            interest = own + row.carried_in
            carried = 0
            if row.fixed_interest is not None:
                interest = row.fixed_interest
            if index == last:
                row.interest, row.principal = max(interest, row.paid_interest) + waiting, balance
            else:
                reserved -= row.paid_principal
                carried = self._take(row, interest, balance - reserved)
                planned, row.principal = row.principal, self._paid_ahead(row, balance - reserved)
                if row.principal > planned and not row.skips:
                    carried += self._excess(row)
                if row.skips:
                    credit += row.principal - planned
                elif credit and row.fixed_interest is None:
                    used = min(credit, row.principal - row.paid_principal)
                    row.principal -= used
                    credit -= used
                if row.deferred:
                    waiting += row.interest - min(row.interest, row.paid_interest)
                    row.interest = min(row.interest, row.paid_interest)
                else:
                    row.interest += waiting
                    waiting = 0
            paid_out += row.principal
        self.gone[last + 1] = paid_out

    def weights(self, index: int, until: int, day: int) -> list[int]:
        """Balance times factor of each stretch of a row's period up to `until`, over the denominator."""
        row = self.rows[index]
        if row.start >= until or row.fixed_interest is not None:
            return []
        balance, changes = (self._flat_base(row.due), []) if self.flat else self._balances(index, until, day)
        found, at = [], row.start
        for change, delta in sorted(changes):
            if change > at:
                found.append(balance * self.stretch(row, at, change))
                at = change
            balance += delta
        return [*found, balance * self.stretch(row, at, until)]

    def stretch(self, row: CourseRow, begin: int, end: int) -> int:
        """The factor from one day to another inside a row's period, over its rates and without its pauses."""
        cuts = {begin, end}
        cuts.update(day for day, _ in self.rates if begin < day < end)
        for pause in self.pauses:
            cuts.update(day for day in pause if begin < day < end)
        days = sorted(cuts)
        total = 0
        for a, b in pairwise(days):
            if not any(first <= a and b <= after for first, after in self.pauses):
                total += self._factor(row, a, b)
        return total

    def level_factors(self, indexes: Sequence[int]) -> tuple[list[int], int]:
        """The factors of rows that a level instalment reckons with, and what they are numerators over."""
        rows = [self.rows[index] for index in indexes]
        convention, rates = self.convention, [self.rate_on(row.start) for row in rows]
        if convention.level_on is LevelOn.FIRST_PERIOD:
            return [factor(rate, self.first_part, self.year, convention) for rate in rates], self.denominator
        if convention.level_on is LevelOn.TWELFTHS:
            found = [twelfths(rate, self.terms.every, convention) for rate in rates]
            return [of_year for of_year, _ in found], found[0][1]
        return [self.stretch(row, row.start, row.due) for row in rows], self.denominator

    def interest_of(self, weights: Sequence[int]) -> int:
        """Weights as an amount, rounded as the convention rounds interest: together, or each stretch by itself."""
        convention = self.convention
        mode, multiple = MODES[convention.interest_rounding], convention.interest_multiple_minor
        if convention.rounds_each_stretch:
            return sum(row_interest(1, weight, self.denominator, multiple, mode) for weight in weights)
        return row_interest(1, sum(weights), self.denominator, multiple, mode)

    def rate_on(self, day: int) -> int:
        """The yearly rate that accrues on a day."""
        found = self.rates[0][1]
        for begin, rate in sorted(self.rates, key=lambda entry: entry[0]):
            if begin <= day:
                found = rate
        return found

    def balance_after(self, index: int) -> int:
        """The principal planned to be left after a row, with what goes out on its day."""
        due = self.rows[index].due
        gone_out = sum(amount for out, amount in self.out if out <= due)
        return gone_out - sum(row.principal for row in self.rows[: index + 1])

    def row_from(self, day: int) -> int:
        """The row whose period, first day in and due day out, holds a day; the number of rows after the last."""
        for index, row in enumerate(self.rows):
            if row.start <= day < row.due:
                return index
        return 0 if day < self.rows[0].start else len(self.rows)

    def row_due_from(self, day: int) -> int:
        """The first row due on or after a day; the number of rows after the last."""
        return next((index for index, row in enumerate(self.rows) if row.due >= day), len(self.rows))

    def shift(self, effect: DayEffect) -> int:
        """How many days before its date a change begins to accrue."""
        return 1 if effect is DayEffect.DAY_BEFORE else 0

    def _take(self, row: CourseRow, interest: int, balance: int) -> int:
        """Set what a row takes by plan of a balance that leaves later rows what is paid for them already; what its
        instalment cannot hold of the interest is returned."""
        carried = 0
        row.interest = max(interest, row.paid_interest)
        if row.kind == LEVEL:
            if self.convention.carries_excess_interest and row.interest > row.amount:
                row.interest = max(row.amount, row.paid_interest)
                carried = max(0, interest - row.interest)
            planned = row.amount - row.interest
        elif row.kind == REST:
            planned = 0
        elif self.flat and row.fixed_interest is None:
            planned = flat_principal(row.amount, interest, self.convention)
        else:
            planned = row.amount
        row.principal = max(0, min(planned, balance))
        return carried

    def _paid_ahead(self, row: CourseRow, balance: int) -> int:
        """A row's principal where more than planned was paid for it: all that, and in a level row its instalment."""
        paid = row.paid_principal
        if paid <= row.principal:
            return row.principal
        if row.kind == LEVEL and not row.skips and not self._grows():
            return max(paid, min(row.amount - row.paid_interest, balance))
        return paid

    def _excess(self, row: CourseRow) -> int:
        """Interest of a row met early that its instalment no longer holds: it waits for the next row."""
        if row.kind != LEVEL or self._grows():
            return 0
        excess = row.interest - row.paid_interest
        row.interest = row.paid_interest
        return excess

    def _grows(self) -> bool:
        return self.convention.early.value != "next-instalment"

    def _flat_base(self, due: int) -> int:
        """What flat interest is reckoned on in a row: all that went out before it falls due, less down payments."""
        out = sum(amount for day, amount in self.out if day < due)
        return out - sum(row.principal for row in self.rows if row.start == row.due < due)

    def _balances(self, index: int, until: int, day: int) -> tuple[int, list[tuple[int, int]]]:
        """The balance that bears interest when a row's period begins, and its changes before `until`."""
        start = self.rows[index].start
        changes = [(max(out, start), amount) for out, amount in self.out if out < until]
        before = index
        while before and self.rows[before - 1].due > start:
            before -= 1
            changes.append((self.rows[before].due, -self.rows[before].principal))
        changes.append((start, -self.gone[before]))
        if self.overdue_interest and day > start:
            for earlier in self.rows[:index]:
                if earlier.fixed_interest is None:
                    changes.extend(_overdue_changes(earlier, start, day))
        for later in self.rows[index:]:
            changes.extend((max(paid, start), -amount) for paid, amount in later.paid if paid < later.due)
        return 0, [change for change in changes if change[0] < until]

    def _factor(self, row: CourseRow, begin: int, end: int) -> int:
        within = self.years.within
        part = within(row.start, row.due, row.regular, end) - within(row.start, row.due, row.regular, begin)
        return factor(self.rate_on(begin), part, self.year, self.convention)


def _overdue_changes(row: CourseRow, start: int, day: int) -> list[tuple[int, int]]:
    """What an earlier row adds to a balance while it is overdue: from its day until paid, or looked at."""
    unpaid = row.principal - sum(amount for paid, amount in row.paid if paid <= row.due)
    if unpaid <= 0:
        return []
    changes = [(max(row.due, start), unpaid)]
    for paid, amount in row.paid:
        if paid > row.due:
            changes.append((max(paid, start), -amount))
            unpaid -= amount
    return [*changes, (max(day, start), -unpaid)] if unpaid else changes
