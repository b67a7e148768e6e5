"""Paying several debts off side by side, on plain whole numbers: one month after another, one budget for all.

Nothing here knows a date, a name or a rule of the book; core/several.py says what is asked and what is promised. As
those of core/payoff.py the functions run as they stand on lists, and compiled on 64-bit numbers where every product
fits (`fits`). A loan is a row of numbers there: what it is (`Debt`), then how far it has come.
"""

from collections.abc import Sequence
from typing import NamedTuple

from forbear.core.money import split
from forbear.core.payoff import WORD, Column

FAILED = (-1, 0, 0)
"""No plan: not paid off in time, or a loan rests for longer than it may."""


class Debt(NamedTuple):
    """One loan in minor units: `principal` bears interest, `left` is all there is to pay. A month's interest is its
    factor over `year`. `first`, `last`: the months it may be paid in; `unit`, `least`, `gap`, `ahead`, `interest_ahead`
    as in core/payoff.py. `beside` is 1 where it is bound by what the settled loans leave, where there are any."""

    principal: int
    left: int
    year: int
    first: int
    last: int
    unit: int
    least: int
    gap: int
    ahead: int
    interest_ahead: int
    beside: int


KEPT_PRINCIPAL, KEPT, YEAR, FIRST, LAST, UNIT, LEAST, GAP, KEPT_AHEAD, GROWS, BESIDE = range(len(Debt._fields))
"""The places of a debt in its row."""
PRINCIPAL, LEFT, AHEAD, INTEREST, OWING, PAYS, PAID_AT, ENDS = range(len(Debt._fields), len(Debt._fields) + 8)
"""The places of its course: what bears interest, is left, is ahead of principal; the interest of the month and all that
waits; what the month pays; the month that paid last, and the one that paid it off, -1 before."""
PLACES = ENDS + 1
QUEUE, RESTED, WEIGHTS, PARTS, REMAINDERS = range(5)
"""The rows for the month at hand: whom it may pay, by the order and by the longest rest; how a rest is split."""
HANDS = REMAINDERS + 1


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
    month starts with the interest of every loan. Both are 0 or 1."""

    places: Sequence[int]
    pro_rata: int
    interest_first: int


class Months(NamedTuple):
    """What a month adds, as a share of principal, and what it paid and accrued, by loan and month, up to its end."""

    factors: Sequence[Column]
    amounts: Sequence[Column]
    accrued: Sequence[Column]


def begin(loan: Column) -> None:
    """As it stands before the first month."""
    loan[PRINCIPAL] = loan[KEPT_PRINCIPAL]
    loan[LEFT] = loan[KEPT]
    loan[AHEAD] = loan[KEPT_AHEAD]
    loan[OWING] = 0
    loan[PAID_AT] = loan[FIRST] - 1
    loan[ENDS] = -1


def accrue(loan: Column, factor: int) -> None:
    """The interest of the month, rounded down."""
    interest = loan[PRINCIPAL] * factor // loan[YEAR]
    loan[PAYS] = 0
    loan[INTEREST] = interest
    loan[LEFT] += interest
    loan[OWING] += interest
    if loan[GROWS]:
        loan[AHEAD] += interest


def minimum(loan: Column, index: int, interest_first: int) -> int:
    """What it is given before any gets more: its least instalment, its interest where that comes first, something at
    all where it has rested as long as it may."""
    wanted = loan[LEAST]
    if interest_first and loan[INTEREST] > wanted:
        wanted = loan[INTEREST]
    if wanted == 0 and index - loan[PAID_AT] > loan[GAP]:
        wanted = 1
    if wanted:
        wanted += -wanted % loan[UNIT]
    return wanted if wanted < loan[LEFT] else loan[LEFT]


def give(loan: Column, rest: int, most: int) -> int:
    """Raise what it pays by as much as `rest` allows, up to `most` in all: in whole units unless that pays it off, and
    nothing that would leave it below the least instalment. What was given."""
    pays = loan[PAYS]
    whole = pays + rest
    if whole > most:
        whole = most
    if whole <= pays:
        return 0
    if whole < loan[LEFT]:
        whole -= whole % loan[UNIT]
        if whole < loan[LEAST] or whole <= pays:
            return 0
    loan[PAYS] = whole
    return whole - pays


def settle(loan: Column, index: int) -> bool:
    """Book the month; False where the loan can no longer end in time or has rested too long."""
    pays = loan[PAYS]
    if pays:
        loan[LEFT] -= pays
        loan[OWING] = 0
        loan[PAID_AT] = index
        if pays > loan[AHEAD]:
            principal = loan[PRINCIPAL] - (pays - loan[AHEAD])
            loan[PRINCIPAL] = principal if principal > 0 else 0
            loan[AHEAD] = 0
        else:
            loan[AHEAD] -= pays
    if loan[LEFT] == 0:
        loan[ENDS] = index
        return True
    return index < loan[LAST] and index - loan[PAID_AT] <= loan[GAP]


def line_up(loans: Sequence[Column], places: Sequence[int], index: int, queue: Column) -> int:
    """Whom the month may pay, by the order; how many."""
    count = 0
    for place in places:
        loan = loans[place]
        if loan[LEFT] and loan[FIRST] <= index <= loan[LAST]:
            queue[count] = place
            count += 1
    return count


def rest_month(loans: Sequence[Column], queue: Sequence[int], count: int, everyone: bool, budget: int) -> bool:
    """A month of interest alone for the first `count` of the queue; False where it cannot even bear that. All at once
    where the queue is `everyone` and it can bear all of them."""
    left = owing = 0
    for at in range(count):
        left += loans[queue[at]][LEFT]
        owing += loans[queue[at]][OWING]
    everything = everyone and left <= budget
    for at in range(count):
        loan = loans[queue[at]]
        loan[PAYS] = loan[LEFT] if everything else loan[OWING]
    return everything or owing <= budget


def longest_rest_first(loans: Sequence[Column], queue: Sequence[int], count: int, rested: Column) -> None:
    """The queue in the order of when each last paid; ties as they stand in it."""
    for at in range(count):
        place = at
        paid_at = loans[queue[at]][PAID_AT]
        while place > 0 and loans[rested[place - 1]][PAID_AT] > paid_at:
            rested[place] = rested[place - 1]
            place -= 1
        rested[place] = queue[at]


def in_proportion(loans: Sequence[Column], hands: Sequence[Column], count: int, rest: int) -> bool:
    """Each loan's part of the rest, by what it leaves open, in whole units of the largest; False where none is open."""
    whole = 0
    unit = 1
    for at in range(count):
        loan = loans[hands[QUEUE][at]]
        hands[WEIGHTS][at] = loan[LEFT] - loan[PAYS]
        whole += hands[WEIGHTS][at]
        unit = loan[UNIT] if loan[UNIT] > unit else unit
    if whole == 0:
        return False
    split(rest // unit, hands[WEIGHTS], count, hands[PARTS], hands[REMAINDERS])
    for at in range(count):
        hands[PARTS][at] *= unit
    return True


def give_out(
    loans: Sequence[Column], hands: Sequence[Column], count: int, index: int, budget: int, order: Order, beside: int
) -> None:
    """One month of the first `count` of the queue: the minimum of each, longest rest first, then the rest by the order.
    `room` is what the loans beside the settled ones may still be given."""
    queue, rested = hands[QUEUE], hands[RESTED]
    rest = budget
    room = beside
    longest_rest_first(loans, queue, count, rested)
    for at in range(count):
        loan = loans[rested[at]]
        free = room if loan[BESIDE] and room < rest else rest
        given = give(loan, free, minimum(loan, index, order.interest_first))
        rest -= given
        room -= given if loan[BESIDE] else 0
    if order.pro_rata and in_proportion(loans, hands, count, rest):
        for at in range(count):
            loan = loans[queue[at]]
            free = room if loan[BESIDE] and room < rest else rest
            part = hands[PARTS][at]
            given = give(loan, part if part < free else free, loan[LEFT])
            rest -= given
            room -= given if loan[BESIDE] else 0
    for at in range(count):
        if rest <= 0:
            return
        loan = loans[queue[at]]
        free = room if loan[BESIDE] and room < rest else rest
        given = give(loan, free, loan[LEFT])
        rest -= given
        room -= given if loan[BESIDE] else 0


def pay_off_jointly(
    loans: Sequence[Column], months: Months, order: Order, bounds: Bounds, hands: Sequence[Column]
) -> tuple[int, int, int]:
    """(end, largest month, total), with what was paid in `months`; `FAILED` where that does not end in time. `hands`:
    HANDS rows for as many loans; what stands in them and in the course of the rows before does not matter.

    Every month each open loan is given its minimum, longest rest first, then the rest goes out by the order. While
    resting, each pays the interest that waits, unless the month can pay off all there is.
    """
    caps, ceiling, until, resting, beside = bounds
    factors, amounts, accrued = months
    queue = hands[QUEUE]
    start = len(caps)
    still_open = 0
    for loan in loans:
        begin(loan)
        if loan[LEFT]:
            start = loan[FIRST] if loan[FIRST] < start else start
            still_open += 1
    burden = total = 0
    for index in range(min(until, len(caps) - 1) + 1):
        for place in range(len(loans)):
            if loans[place][LEFT]:
                accrue(loans[place], factors[place][index])
        paid = 0
        if index >= start:
            budget = caps[index] if caps[index] < ceiling else ceiling
            count = line_up(loans, order.places, index, queue)
            if index >= start + resting:
                give_out(loans, hands, count, index, budget, order, beside)
            elif not rest_month(loans, queue, count, count == still_open, budget):
                return FAILED
        for place in range(len(loans)):
            loan = loans[place]
            if loan[LEFT]:
                paid += loan[PAYS]
                amounts[place][index] = loan[PAYS]
                accrued[place][index] = loan[INTEREST]
                if not settle(loan, index):
                    return FAILED
                still_open -= 0 if loan[LEFT] else 1
        total += paid
        burden = paid if paid > burden else burden
        if still_open == 0:
            return index, burden, total
    return FAILED


def fits(debts: Sequence[Debt], factors: Sequence[Sequence[int]], caps: Sequence[int]) -> bool:
    """Whether no sum or product of these numbers passes 64 bits: the bound under which compiled columns are exact."""
    most = 0
    for debt, growth in zip(debts, factors, strict=True):
        if debt.principal * max(growth, default=0) >= WORD:
            return False
        # Interest is simple, on a principal that never rises, so this is all that can ever be left of it.
        most += debt.left + debt.principal * sum(growth) // debt.year
    return most * max(1, *caps) < WORD
