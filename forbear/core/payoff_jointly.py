"""Paying several debts off side by side, on plain whole numbers: one month after another, one budget for all.

Nothing here knows a date, a name or a rule of the book; core/several.py says what is asked and what is promised.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from forbear.core.money import allocate

FAILED = (-1, 0, 0)
"""No plan: not paid off in time, or a loan rests for longer than it may."""


class Debt(NamedTuple):
    """One loan in minor units. `factors[i] / year`: the share of the principal that month i adds as interest; `first`,
    `last`: the months it may be paid in; `unit`, `least`, `gap`, `ahead`, `interest_ahead` as in core/payoff.py.
    `beside`: it is bound by what the settled loans leave, where there are any."""

    principal: int
    left: int
    factors: Sequence[int]
    year: int
    first: int
    last: int
    unit: int
    least: int
    gap: int
    ahead: int
    interest_ahead: bool
    beside: bool


class Bounds(NamedTuple):
    """What the sum of a month may be: `caps` by month and `ceiling`; `beside`: the most of it for loans that are not
    settled. In the first `resting` months just the interest is paid; all is paid off by month `until`."""

    caps: Sequence[int]
    ceiling: int
    until: int
    resting: int
    beside: int


class Order(NamedTuple):
    """Who gets the rest of a month: down `places`, or in proportion to what is left first. `interest_first`: each
    month starts with the interest of every loan."""

    places: tuple[int, ...]
    pro_rata: bool
    interest_first: bool


class Run:
    """One loan in the course of the months: what is left, what it pays and accrued this month, what interest waits,
    and when it last paid; `amounts` and `accrued` hold the months gone through while it was open."""

    __slots__ = (
        *("accrued", "ahead", "amounts", "beside", "factors", "first", "gap", "grows", "interest", "last", "least"),
        *("left", "owing", "paid_at", "pays", "principal", "unit", "year"),
    )

    def __init__(self, debt: Debt) -> None:
        self.principal, self.left, self.factors, self.year = debt.principal, debt.left, debt.factors, debt.year
        self.first, self.last, self.unit, self.least = debt.first, debt.last, debt.unit, debt.least
        self.gap, self.ahead, self.grows, self.beside = debt.gap, debt.ahead, debt.interest_ahead, debt.beside
        self.paid_at = debt.first - 1
        self.interest = self.owing = self.pays = 0
        self.amounts: list[int] = []
        self.accrued: list[int] = []

    def accrue(self, index: int) -> None:
        """The interest of the month, rounded down."""
        self.pays = 0
        if index >= len(self.factors):
            self.interest = 0
            return
        interest = self.interest = self.principal * self.factors[index] // self.year
        self.left += interest
        self.owing += interest
        if self.grows:
            self.ahead += interest

    def minimum(self, index: int, interest_first: bool) -> int:
        """What it is given before any gets more: its least instalment, its interest where that comes first, something
        at all where it has rested as long as it may."""
        wanted = self.least
        if interest_first and self.interest > wanted:
            wanted = self.interest
        if wanted == 0 and index - self.paid_at > self.gap:
            wanted = 1
        wanted += -wanted % self.unit
        return wanted if wanted < self.left else self.left

    def give(self, rest: int, most: int) -> int:
        """Raise what it pays by as much as `rest` allows, up to `most` in all: in whole units unless that pays it off,
        and nothing that would leave it below the least instalment. What was given."""
        whole = self.pays + rest
        if whole > most:
            whole = most
        if whole < self.left:
            whole -= whole % self.unit
            if whole < self.least:
                return 0
        given = whole - self.pays
        if given <= 0:
            return 0
        self.pays = whole
        return given

    def settle(self, index: int) -> bool:
        """Book the month; False where the loan can no longer end in time or has rested too long."""
        pays = self.pays
        self.amounts.append(pays)
        self.accrued.append(self.interest)
        if pays:
            self.left -= pays
            self.owing, self.paid_at = 0, index
            if pays > self.ahead:
                self.principal -= min(pays - self.ahead, self.principal)
                self.ahead = 0
            else:
                self.ahead -= pays
        return not self.left or (index < self.last and index - self.paid_at <= self.gap)


def pay_off_jointly(debts: Sequence[Debt], order: Order, bounds: Bounds) -> tuple[tuple[int, int, int], list[Run]]:
    """(end, largest month, total) and the runs of the loans; `FAILED` where that does not end in time.

    Every month each open loan is given its minimum, longest rest first, then the rest goes out by the order. While
    resting, each pays the interest that waits, unless the month can pay off all there is.
    """
    caps, ceiling, until, resting, beside = bounds
    runs = [Run(debt) for debt in debts]
    alive = [run for run in runs if run.left]
    ranked = [runs[place] for place in order.places]
    start = min((run.first for run in alive), default=0)
    burden = total = 0
    last = min(until, len(caps) - 1)
    for index in range(last + 1):
        for run in alive:
            run.accrue(index)
        if index >= start:
            budget = caps[index] if caps[index] < ceiling else ceiling
            payable = [run for run in ranked if run.left and run.first <= index <= run.last]
            if index < start + resting:
                if not _rest(payable, len(alive), budget):
                    return FAILED, runs
            else:
                _give_out(payable, index, budget, order, beside)
            paid = sum([run.pays for run in payable])
            total += paid
            burden = paid if paid > burden else burden
        for run in alive:
            if not run.settle(index):
                return FAILED, runs
        alive = [run for run in alive if run.left]
        if not alive:
            return (index, burden, total), runs
    return FAILED, runs


def _rest(payable: Sequence[Run], count: int, budget: int) -> bool:
    """A month of interest alone; False where it cannot even bear that. All at once where it can bear all of them."""
    if len(payable) == count and sum([run.left for run in payable]) <= budget:
        for run in payable:
            run.pays = run.left
        return True
    for run in payable:
        run.pays = run.owing
    return sum([run.pays for run in payable]) <= budget


_RESTED: Callable[[Run], int] = attrgetter("paid_at")


def _give_out(payable: Sequence[Run], index: int, budget: int, order: Order, beside: int) -> None:
    """One month: the minimum of each loan, longest rest first, then the rest by the order. `room` is what the loans
    beside the settled ones may still be given."""
    rest, room = budget, beside
    for run in sorted(payable, key=_RESTED):
        free = rest if not run.beside or rest < room else room
        given = run.give(free, run.minimum(index, order.interest_first))
        rest -= given
        room -= given if run.beside else 0
    if order.pro_rata and any(run.left > run.pays for run in payable):
        unit = max([run.unit for run in payable])
        parts = allocate(rest // unit, [run.left - run.pays for run in payable])
        for run, part in zip(payable, parts, strict=True):
            free = rest if not run.beside or rest < room else room
            given = run.give(min(free, part * unit), run.left)
            rest -= given
            room -= given if run.beside else 0
    for run in payable:
        if rest <= 0:
            return
        free = rest if not run.beside or rest < room else room
        given = run.give(free, run.left)
        rest -= given
        room -= given if run.beside else 0
