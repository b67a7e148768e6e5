"""The arithmetic of paying off a debt, on plain whole numbers and flat sequences: what the search runs over and over.

Nothing here knows a date, a name or a rule. The same functions run as they stand on lists, and compiled on columns of
64-bit numbers where every product fits (`fits`); both give the same figures to the fen. `Debt` says what the numbers
mean; a plan is found nowhere else.
"""

from collections.abc import MutableSequence, Sequence
from typing import NamedTuple

from forbear.core.money import PPM

Column = MutableSequence[int]
NO_PLAN = (-1, 0, 0)
FINE = 2**20
"""Balances of `cost` are kept a million times finer than a fen, so that rounding cannot move a ppm."""
SHARE_BITS = 32
TRIED_BY_SIZE = 8
"""Tries that go by what a ceiling is off, before steps are doubled and then halved."""
WORD = 2**62
"""No product may reach it where numbers have 64 bits; half the range is left for sums."""


class Debt(NamedTuple):
    """What is paid off, in minor units: `principal` bears interest, `left` is all that is to be paid, arrears included.

    `factors[i] / year` is the share of the principal that month i adds as interest, `shares[i]` the same in whole parts
    of 2^SHARE_BITS, rounded down. Months before `first` are too soon
    to be asked for. Each payment is a whole multiple of `unit` and at least `least`, the last one excepted; at most
    `gap` months in a row go by without one. `ahead` is what a payment goes to before principal, to which new interest
    is added where `interest_ahead` is 1. In the first `resting` months just the interest is paid.
    """

    principal: int
    left: int
    year: int
    first: int
    unit: int
    least: int
    gap: int
    ahead: int
    interest_ahead: int
    resting: int


def pay_off(
    debt: Debt,
    factors: Sequence[int],
    shares: Sequence[int],
    caps: Sequence[int],
    steps: Sequence[int],
    ceiling: int,
    until: int,
    amounts: Column,
    accrued: Column,
) -> tuple[int, int, int]:
    """Pay as much as the month's cap and the ceiling allow, as early as they allow it: (end, largest, total).

    `steps` are the caps rounded down to whole units. Writes what is paid and what accrues in each month up to the end.
    Not paid off by month `until`: the end is -1 and the total what is left; NO_PLAN where it may not go on before that.
    Interest of a month is rounded down to the minor unit, so that no rate limit is crossed by rounding; it bears
    no interest itself, but is set aside and paid like arrears.
    """
    principal, left, year, first, unit, least, gap, ahead, interest_ahead, resting = debt
    owing = burden = total = 0
    paid_at = first - 1
    step = ceiling - ceiling % unit
    for index in range(until + 1):
        # The same as principal · factor // year; a division for every month would take most of the time.
        interest = principal * shares[index] >> SHARE_BITS
        rest = principal * factors[index] - interest * year
        interest += rest // year if rest >= year else 0
        left += interest
        owing += interest
        if interest_ahead:
            ahead += interest
        accrued[index] = interest
        amounts[index] = 0
        if index < first:
            continue
        most = caps[index] if caps[index] < ceiling else ceiling
        if left <= most:
            amounts[index] = left
            return index, left if left > burden else burden, total + left
        if index < first + resting:
            amount = owing
            if amount > most:
                return NO_PLAN
        else:
            amount = steps[index] if steps[index] < step else step
            if amount < least:
                amount = 0
        if amount == 0:
            if index - paid_at > gap:
                return NO_PLAN
            continue
        amounts[index] = amount
        paid_at = index
        owing = 0
        left -= amount
        total += amount
        burden = max(burden, amount)
        principal -= min(max(0, amount - ahead), principal)
        ahead = max(0, ahead - amount)
    return -1, 0, left


def least_ceiling(
    debt: Debt,
    factors: Sequence[int],
    shares: Sequence[int],
    caps: Sequence[int],
    steps: Sequence[int],
    most: int,
    until: int,
    total_most: int,
    above: int,
    guess: int,
    growth: int,
    amounts: Column,
    accrued: Column,
) -> tuple[int, int, int, int]:
    """The least whole unit of instalment that pays off by month `until` and for at most `total_most`, and its plan:
    (ceiling, end, largest, total), ceiling -1 for none.

    Exact: whether a ceiling suffices never turns from yes to no as it rises, so a bracket around the turn may be
    closed in any way. The ceiling given back is min(units · unit, most). `above` units are known not to suffice;
    `guess` units are thought to suffice just so, and one less is tried first, so that the last plan made is the one.
    Then the next tries go by what the last was off (`units_off`), or where a total is asked for in doubling steps; a
    bracket still open after TRIED_BY_SIZE of them is halved.
    """
    unit = debt.unit
    top = -(-most // unit)
    low = above
    high = top + 1
    trial = guess - 1
    step = 1
    tries = 0
    best = (-1, -1, 0, 0)
    last = -1
    while high - low > 1:
        if tries > TRIED_BY_SIZE and low > above and high <= top:
            trial = (low + high) >> 1
        trial = max(low + 1, min(trial, high - 1))
        last = trial
        ceiling = min(trial * unit, most)
        end, burden, total = pay_off(debt, factors, shares, caps, steps, ceiling, until, amounts, accrued)
        if total_most == WORD and tries <= TRIED_BY_SIZE:
            step = units_off(debt, steps, ceiling, growth, end, until, total, amounts)
        if end >= 0 and total <= total_most:
            high = trial
            best = (ceiling, end, burden, total)
            trial -= step
        elif trial == top:
            return (-1, -1, 0, 0)
        else:
            low = trial
            trial += step
        step += step
        tries += 1
    if last != high and best[0] >= 0:
        pay_off(debt, factors, shares, caps, steps, best[0], until, amounts, accrued)
    return best


def units_off(
    debt: Debt,
    steps: Sequence[int],
    ceiling: int,
    growth: int,
    end: int,
    until: int,
    short: int,
    amounts: Sequence[int],
) -> int:
    """By how many units of instalment a ceiling is off, roughly and at least 1: what it leaves `short`, or where it
    pays off what its months leave unused, over the months that it binds. A unit earlier saves `growth` ppm more."""
    step = ceiling - ceiling % debt.unit
    binding = 0
    unused = 0
    for index in range(debt.first, until + 1):
        room = min(steps[index], step)
        if room == step:
            binding += 1
        if index == end:
            unused -= amounts[index]
        if index >= end:
            unused += room
    off = short if end < 0 else max(0, unused)
    return max(1, off * PPM // ((PPM + growth) * max(1, binding) * debt.unit))


def menu(
    debt: Debt,
    factors: Sequence[int],
    shares: Sequence[int],
    caps: Sequence[int],
    steps: Sequence[int],
    most: int,
    until: int,
    amounts: Column,
    accrued: Column,
    worth: "Worth",
    plans: Sequence[Column],
) -> int:
    """For every number of months the plan with the least largest instalment, from the lightest to the soonest.

    Fills `plans`, five columns: ceiling, end, largest, total, lender's value; gives back how many there are. A term
    that no plan needs (a shorter one is no heavier) is left out.
    """
    count = 0
    above = 0
    usable = 0
    for index in range(debt.first, until + 1):
        if caps[index] > 0:
            usable += 1
    if usable == 0:
        return 0
    # No ceiling below an even share without interest can suffice; interest on half the principal is a fair first try.
    above = max(0, -(-debt.left // (usable * debt.unit)) - 1)
    ahead = 0
    for index in range(until + 1):
        ahead += factors[index]
    growth = ahead * PPM // (2 * debt.year)
    guess = -(-(debt.left + debt.principal * ahead // (2 * debt.year)) // (usable * debt.unit))
    while until >= debt.first:
        ceiling, end, burden, total = least_ceiling(
            debt, factors, shares, caps, steps, most, until, WORD, above, guess, growth, amounts, accrued
        )
        if ceiling < 0:
            break
        plans[0][count] = ceiling
        plans[1][count] = end
        plans[2][count] = burden
        plans[3][count] = total
        plans[4][count] = value(amounts, end, total, worth)
        count += 1
        until = end - 1
        above = ceiling // debt.unit if ceiling % debt.unit == 0 else above
        # A month less must spread its last payment over the months that the ceiling binds.
        binding = 0
        for index in range(debt.first, end):
            if amounts[index] >= ceiling:
                binding += 1
        spread = (PPM + growth) * max(1, binding) * debt.unit
        guess = ceiling // debt.unit - (-amounts[end] * PPM // spread)
    return count


class Worth(NamedTuple):
    """What a lender expects of a plan: the claim as it stands, in each month what a payment promised and what a broken
    plan is worth, in ppm and by band of burden, and the sum of what the months up to each can bear.
    """

    claim: int
    bands: int
    kept: Sequence[int]
    broken: Sequence[int]
    room: Sequence[int]


def value(amounts: Sequence[int], end: int, total: int, worth: Worth) -> int:
    """The lender's expected value of a cash flow in minor units (docs/plan.md, "What a plan is worth to a lender").

    A plan that takes more of what the household can bear breaks more easily: its band is the share of the room up to
    its end. On a break the claim as it stood, less all that was paid, is open again.
    """
    months = len(worth.room)
    room = worth.room[end]
    band = worth.bands - 1
    if total < room:
        band = total * worth.bands // room
    row = band * months
    still_open = worth.claim
    found = 0
    for index in range(end + 1):
        found += worth.broken[row + index] * still_open + worth.kept[row + index] * amounts[index]
        still_open = still_open - amounts[index] if still_open > amounts[index] else 0
    return found // PPM


def part(
    amounts: Sequence[int],
    accrued: Sequence[int],
    end: int,
    order: Sequence[int],
    left: Column,
    columns: Sequence[Column],
) -> int:
    """Part each payment in the order of allocation; gives back how many rows there are.

    `order` lists the places of `left` (fees, interest, penalty, principal) in the order they are paid. Fills
    `columns`: month, the four parts in `left`'s places, principal left after the row, interest accrued up to it.
    """
    count = 0
    owing = 0
    for index in range(end + 1):
        owing += accrued[index]
        rest = amounts[index]
        if rest == 0:
            continue
        left[1] += owing
        columns[0][count] = index
        for place in order:
            paid = rest if rest < left[place] else left[place]
            left[place] -= paid
            rest -= paid
            columns[1 + place][count] = paid
        columns[5][count] = left[3]
        columns[6][count] = owing
        owing = 0
        count += 1
    return count


def nearest(
    amounts: Sequence[int], end: int, first: int, resting: int, caps: Sequence[int], spare: Sequence[int]
) -> tuple[int, int, int, int]:
    """Where a cash flow comes nearest to its limits: the least instalment after the `resting` months and before the
    last, 0 for none; the most months in a row without one; the month that leaves the least of `spare`, and that which
    leaves the least of `caps`.
    """
    least = longest = since = 0
    bare = tight = end
    for index in range(end + 1):
        amount = amounts[index]
        if amount == 0:
            since = since + 1 if index >= first else 0
            longest = max(longest, since)
            continue
        since = 0
        if first + resting <= index < end and (least == 0 or amount < least):
            least = amount
        if spare[index] - amount < spare[bare] - amounts[bare] or bare == end:
            bare = index
        if caps[index] - amount < caps[tight] - amounts[tight] or tight == end:
            tight = index
    return least, longest, bare, tight


def cost(carried: int, amounts: Sequence[int], parts: Sequence[int], end: int, year: int, most: int) -> int:
    """The least whole ppm a year, up to `most`, at which what is paid up to month `end` pays `carried` off and nothing
    is overpaid; -1 where it is more, 0 where no more is paid than was carried.

    `parts[i] / (year / PPM)` is the part of a year of month i. Between payments the balance accrues simply, at payments
    it compounds. Newton's step from above closes in; each bound is proved by the balance it leaves.
    """
    total = 0
    for index in range(end + 1):
        total += amounts[index]
    if carried <= 0 or total <= carried:
        return 0
    low = 0
    high = most + 1
    rate = most
    while high - low > 1:
        balance = carried * FINE
        slope = 0
        part = 0
        for index in range(end + 1):
            part += parts[index]
            if amounts[index] == 0:
                continue
            factor = rate * part
            slope += (slope * factor + balance * part) // year
            # The same as balance · factor // year, without a product that passes 64 bits.
            balance += balance // year * factor + balance % year * factor // year - amounts[index] * FINE
            part = 0
        if balance < 0:
            if rate == most:
                return -1
            low = rate
        else:
            high = rate
        step = balance // slope if slope > 0 else 0
        rate -= step if balance < 0 else max(1, step)
        if rate <= low or rate >= high:
            rate = (low + high) >> 1
    return high


def cost_fits(carried: int, parts: Sequence[int], year: int, most: int) -> bool:
    """Whether no sum or product of `cost` passes 64 bits."""
    whole = sum(parts)
    # With s for rate × time no balance passes (1 + s) · e^s times what was carried, and that is less than 2^3s.
    grown = 3 * most * whole // year + 1
    return (carried * FINE << grown) * whole * (2 + most * whole // year) < WORD and year * most * whole < WORD


def fits(debt: Debt, factors: Sequence[int], claim: int) -> bool:
    """Whether no sum or product of these numbers passes 64 bits: the bound under which compiled columns are exact."""
    # Interest is simple, on a principal that never rises, so this is all that can ever be left, paid or open.
    ahead = sum(factors)
    most = debt.left + claim + debt.principal * ahead // debt.year
    return (
        most * max(ahead, 4 * PPM) < WORD
        and (debt.principal * max(factors, default=0) << SHARE_BITS) < WORD * debt.year
    )
