"""Several loans on one budget: which loan gets how much of each month, exactly, in whole units.

Every month each open loan gets its least instalment, longest rest first; what the month has beyond that goes by the
way: down an order of the loans, or to all in proportion. One budget and one ceiling bind the sum, not the single loan.
What is guaranteed of the plans found, and what is not, stands at `JointSearch`; docs/waterfalls.md works one by hand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, NamedTuple

from forbear.core.cashflow import PLAIN, Arithmetic, Calendar, Flow, Terms, yearly_factors
from forbear.core.money import PPM, Rounding, divide
from forbear.core.once import once
from forbear.core.payoff_jointly import ENDS, FAILED, HANDS, PLACES, Bounds, Debt, Months, Order, fits

ORDERS_TRIED_MOST = 4
"""Up to this many loans every order is tried (24); beyond, the named ones."""

WITHOUT_BOUND = 2**62
"""More than any month can bear: what stands for no bound."""

STEPS_LOOKED_AT = 64
"""So many ceilings from the highest down are looked at one by one for the least total."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """One loan of the household: its own terms on its own due dates. Index i is the same month for every share."""

    terms: Terms
    time: Calendar

    @property
    def last(self) -> int:
        """The place of the last month the loan's plan may use."""
        return min(len(self.time.months), self.time.first + self.terms.months) - 1


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the rest of a month is given out: down `order` (places of shares), or in proportion to what is left, what
    that leaves over down `order`. `interest_first`: each loan's month starts with its interest, so that none grows."""

    policy: str
    order: tuple[int, ...]
    pro_rata: bool = False
    interest_first: bool = False


@dataclass(frozen=True, kw_only=True)
class JointFlow:
    """One flow a share, in the order of the shares, that pays all of them off. `value_minor` is what a lender expects
    of all of them, 0 where nobody asked; `block`: the months before the payment steps up, 0 where it does not."""

    way: Way
    flows: tuple[Flow, ...]
    shape: str = "income-following"
    resting: int = 0
    block: int = 0
    value_minor: int = 0

    @once
    def by_month(self) -> dict[int, int]:
        """Place of a month → the sum paid in it."""
        found: dict[int, int] = {}
        for flow in self.flows:
            for payment in flow.payments:
                found[payment.index] = found.get(payment.index, 0) + payment.amount_minor
        return dict(sorted(found.items()))

    @once
    def burden_minor(self) -> int:
        """The largest sum of a month."""
        return max(self.by_month.values())

    @once
    def total_minor(self) -> int:
        """All that is paid on all loans."""
        return sum(flow.total_minor for flow in self.flows)

    @once
    def ends_at(self) -> int:
        """The place of the last payment."""
        return max(flow.ends_at for flow in self.flows)

    @property
    def criteria(self) -> tuple[int, int, int]:
        """Largest monthly sum, total, end: less is better in each."""
        return self.burden_minor, self.total_minor, self.ends_at

    @property
    def ranked(self) -> tuple[int, int, int, int]:
        """The same, then the value to the lender turned round: how ties are broken."""
        return (*self.criteria, -self.value_minor)

    @property
    def first_at(self) -> int:
        """The place of the first payment."""
        return min(self.by_month)

    @property
    def months(self) -> int:
        """Months from the first payment to the last, both counted."""
        return self.ends_at - self.first_at + 1

    @property
    def settles(self) -> bool:
        """Whether a loan is settled in it."""
        return any(flow.terms.settlement for flow in self.flows)


def ways(shares: Sequence[Share], policies: Sequence[str]) -> tuple[Way, ...]:
    """The ways the policies allow, each once, in the order of the policies.

    avalanche: highest effective rate first, that is rate × principal / all that is left of the loan, for arrears bear
    no interest. smallest-first: least left first. pro-rata: all in proportion to what is left. any-order: every order,
    up to four loans. Ties go to the earlier loan. Orders come with the month's interest first and without.
    """
    found: dict[tuple[object, ...], Way] = {}
    for policy in policies:
        for order in _orders(policy, shares):
            for interest_first in (False, True):
                way = Way(policy=policy, order=order, pro_rata=policy == "pro-rata", interest_first=interest_first)
                found.setdefault((order, way.pro_rata, interest_first), way)
    return tuple(found.values())


@dataclass(frozen=True, kw_only=True)
class JointSearch:
    """Plans for all loans under one ceiling of the month's sum, by every way given.

    Guaranteed: every loan is paid off to the fen in its own months, no month's sum exceeds its cap or the ceiling, and
    with one loan these are exactly the plans of `cashflow`. For one way, what is left of all loans after a month does
    not rise with the ceiling (the proof of docs/plan.md month by month, the first loan of the order, then the first
    two, …), but for a unit a loan that is lost where a loan ends inside a month, and a fen a loan and month of
    rounding; so each bisection also looks that many units lower. tests/oracles holds the picks against every ceiling.

    Against all plans, not only those of a way: where interest is paid month by month and nothing else is in arrears,
    the cheapest is the optimum of the linear programme, for moving an amount to a higher rate saves the difference of
    the rates in every month it moves; whole units and rounding cost at most a unit a loan. With arrears, which bear no
    interest, the programme is not linear and the order of effective rates is a rule that trying every order bounds.

    `beside_minor`: the most of a month that loans beside the settled ones get; settled loans come first in every way.
    """

    shares: tuple[Share, ...]
    caps: tuple[int, ...]
    chosen: tuple[Way, ...]
    shape: str = "income-following"
    resting: int = 0
    block: int = 0
    beside_minor: int = WITHOUT_BOUND
    arithmetic: Arithmetic = PLAIN

    @once
    def unit(self) -> int:
        """The step of a ceiling."""
        return max(share.terms.unit_minor for share in self.shares)

    @once
    def last(self) -> int:
        """The place of the last month a plan may use."""
        return min(len(self.caps) - 1, max(share.last for share in self.shares))

    def fill(self, way: Way, ceiling_minor: int, until: int | None = None) -> JointFlow | None:
        """Pay as much as caps and ceiling allow, as early as they allow it, given out by `way`; None where that does
        not end by month `until` or leaves a loan unpaid for longer than its terms allow."""
        found = self._run(way, ceiling_minor, self.last if until is None else until)
        return None if found == FAILED else self._flow(way)

    def fastest(self, ceiling_minor: int, until: int | None = None) -> list[JointFlow]:
        """The plan of each way that has one under a ceiling."""
        found = (self.fill(way, ceiling_minor, until) for way in self.chosen)
        return [flow for flow in found if flow is not None]

    def least(self, most_minor: int, until: int, total_most_minor: int = WITHOUT_BOUND) -> list[JointFlow]:
        """The plans with the least ceiling of all that end by month `until` and cost at most so much: one of each way
        that can be as light as the lightest. Bisection over whole units."""
        return self._least(most_minor, until, total_most_minor, 0, self.chosen)

    def _least(
        self, most_minor: int, until: int, total_most_minor: int, above: int, chosen: Sequence[Way]
    ) -> list[JointFlow]:
        """`above`: no units up to here suffice. The sooner a light way is tried, the less the others need trying."""
        until = min(until, self.last)
        most = min(most_minor, max(self.caps[: until + 1], default=0))
        if most <= 0:
            return []

        def works(way: Way, units: int) -> bool:
            found = self._run(way, min(units * self.unit, most), until)
            return found != FAILED and found[2] <= total_most_minor

        best, high = 0, divide(most, self.unit, Rounding.UP)
        for way in chosen:
            units = best - 1 if best else high
            if units > above and works(way, units):
                best = self._least_units(way, above, units, until, works)
        plans = self.fastest(min(best * self.unit, most), until) if best else []
        return [flow for flow in plans if flow.total_minor <= total_most_minor]

    def cheapest(self, most_minor: int, until: int) -> list[JointFlow]:
        """Plans that cost least, the lightest of them among them: from the highest ceiling down for as long as rounding
        alone may tell two totals apart, then the least ceiling that costs no more."""
        found: list[JointFlow] = []
        best = WITHOUT_BOUND
        for way in self.chosen:
            ceiling = most_minor
            for _ in range(STEPS_LOOKED_AT):
                flow = self.fill(way, ceiling, until)
                if flow is None or flow.total_minor > best + len(self.shares) * (flow.ends_at + 1):
                    break
                found.append(flow)
                best = min(best, flow.total_minor)
                # Every ceiling down to its own largest month gives the same plan.
                ceiling = (flow.burden_minor - 1) - (flow.burden_minor - 1) % self.unit
                if ceiling <= 0:
                    break
        return [*(f for f in found if f.total_minor == best), *self.least(most_minor, until, best)]

    def within(self, most_minor: int, until: int) -> list[JointFlow]:
        """The lightest, the cheapest and the soonest plans that end by month `until`."""
        cheap = self.cheapest(most_minor, until)
        if not cheap:
            return []
        end = min(flow.ends_at for flow in [*cheap, *self.fastest(most_minor, until)])
        return [*self.least(most_minor, until), *cheap, *self.least(most_minor, end)]

    def menu(self, most_minor: int) -> Iterator[list[JointFlow]]:
        """For every number of months the lightest plans, the lightest of all first; a number of months that a shorter
        plan is no heavier for is left out."""
        until, above, chosen = self.last, 0, self.chosen
        while until >= 0 and (plans := self._least(most_minor, until, WITHOUT_BOUND, above, chosen)):
            yield plans
            lightest = min(plans, key=lambda flow: flow.criteria)
            # What is too little for so many months is too little for fewer.
            until, above = lightest.ends_at - 1, divide(lightest.burden_minor, self.unit, Rounding.UP) - 1
            chosen = (lightest.way, *(way for way in self.chosen if way != lightest.way))

    def _least_units(self, way: Way, above: int, high: int, until: int, works: Callable[[Way, int], bool]) -> int:
        """The least number of units that works, `high` being one that does; looks a unit a loan below the turn too."""
        usable = sum(1 for cap in self.caps[: until + 1] if cap > 0)
        kept = sum(share.terms.kept.total_minor for share in self.shares)
        # No ceiling below an even share without interest can suffice.
        floor = min(high - 1, max(above, divide(kept, usable * self.unit, Rounding.UP) - 1))
        low, step = floor, 1
        while above and low + step < high and not works(way, low + step):
            low, step = low + step, step * 2
        high = min(high, low + step) if above else high
        while True:
            while high - low > 1:
                middle = (low + high) >> 1
                low, high = (low, middle) if works(way, middle) else (middle, high)
            lower = range(max(floor + 1, high - 1 - len(self.shares)), high - 1)
            found = next((units for units in lower if works(way, units)), high)
            if found == high:
                return high
            low, high = floor, found

    @once
    def _ready(self) -> "_Ready":
        """Everything a run needs, in the numbers of the arithmetic that may be trusted with them."""
        size = len(self.caps)
        debts, growth = debts_of(self.shares, size)
        run = self.arithmetic if self.arithmetic is PLAIN or fits(debts, growth, self.caps) else PLAIN
        loans, hands = run.columns(len(debts), PLACES), run.columns(HANDS, len(debts))
        months = Months(*(run.columns(len(debts), size) for _ in Months._fields))
        for row, factors, debt, those in zip(loans, months.factors, debts, growth, strict=True):
            row[: len(debt)] = debt
            factors[:] = those
        orders = {w: Order(run.column(w.order), int(w.pro_rata), int(w.interest_first)) for w in self.chosen}
        return _Ready(run, loans, months, run.column(self.caps), orders, hands)

    def _run(self, way: Way, ceiling_minor: int, until: int) -> tuple[int, int, int]:
        """(end, largest month, total) of one way under a ceiling; its months are there until the next run."""
        ready = self._ready
        bounds = Bounds(ready.caps, ceiling_minor, min(until, self.last), self.resting, self.beside_minor)
        return ready.run.pay_off_jointly(ready.loans, ready.months, ready.orders[way], bounds, ready.hands)

    def _flow(self, way: Way) -> JointFlow:
        """The run just made, loan by loan."""
        ready = self._ready
        plain, flows = ready.run.plain, []
        for place, share in enumerate(self.shares):
            months = ready.loans[place][ENDS] + 1
            amounts = tuple(plain(ready.months.amounts[place][:months]))
            flow = Flow(
                terms=share.terms,
                amounts_minor=amounts,
                accrued_minor=tuple(plain(ready.months.accrued[place][:months])),
                burden_minor=max(amounts),
                total_minor=sum(amounts),
                resting=0 if share.terms.settlement else self.resting,
                shape="settlement" if share.terms.settlement else self.shape,
            )
            flows.append(flow)
        return JointFlow(way=way, flows=tuple(flows), shape=self.shape, resting=self.resting, block=self.block)


class _Ready(NamedTuple):
    """A search made ready: the arithmetic, the loans, their months, the caps, each way's order, and room to work."""

    run: Arithmetic
    loans: Any
    months: Months
    caps: Any
    orders: Mapping[Way, Order]
    hands: Any


def settled_first(chosen: Sequence[Way], shares: Sequence[Share]) -> tuple[Way, ...]:
    """The same ways with the settled loans before the others, each once."""
    found: dict[tuple[object, ...], Way] = {}
    for way in chosen:
        order = tuple(sorted(way.order, key=lambda place: not shares[place].terms.settlement))
        found.setdefault((order, way.pro_rata, way.interest_first), replace(way, order=order))
    return tuple(found.values())


def debts_of(shares: Sequence[Share], months: int) -> tuple[list[Debt], list[list[int]]]:
    """The shares as plain numbers, and the factor of each month of each; months after a loan's own add no interest."""
    settles = any(share.terms.settlement for share in shares)
    debts, growth = [], []
    for share in shares:
        terms = share.terms
        factors, _, year = yearly_factors(terms.rate_ppm, share.time.parts, share.time.denominator, list)
        growth.append([*factors[:months], *[0] * (months - len(factors))])
        debt = Debt(
            principal=terms.kept.principal_minor,
            left=terms.kept.total_minor,
            year=year,
            first=share.time.first,
            last=share.last,
            unit=terms.unit_minor,
            least=terms.least_minor,
            gap=terms.gap_months,
            ahead=terms.ahead_minor,
            interest_ahead=int(terms.interest_ahead),
            beside=int(settles and not terms.settlement),
        )
        debts.append(debt)
    return debts, growth


def _orders(policy: str, shares: Sequence[Share]) -> Iterator[tuple[int, ...]]:
    places = range(len(shares))
    if policy == "any-order":
        yield from permutations(places) if len(shares) <= ORDERS_TRIED_MOST else ()
    else:
        yield tuple(sorted(places, key=lambda place: _RANKS[policy](shares[place])))


def _effective_rate(share: Share) -> int:
    kept = share.terms.kept
    return divide(share.terms.rate_ppm * kept.principal_minor * PPM, max(1, kept.total_minor), Rounding.DOWN)


_RANKS: Mapping[str, Callable[[Share], int]] = {
    "avalanche": lambda share: -_effective_rate(share),
    "pro-rata": lambda share: -_effective_rate(share),
    "smallest-first": lambda share: share.terms.kept.total_minor,
}
