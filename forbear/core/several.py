"""Several loans on one budget: which loan gets how much of each month, exactly, in whole units.

Every month each open loan gets its least instalment, longest rest first; what the month has beyond that goes by the
way: down an order of the loans, or to all in proportion. One budget and one ceiling bind the sum, not the single loan.
What is guaranteed of the plans found, and what is not, stands at `joint_plans`; docs/waterfalls.md works one by hand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from forbear.core.cashflow import Calendar, Flow, Terms
from forbear.core.money import PPM, Rounding, allocate, divide

ORDERS_TRIED_MOST = 4
"""Up to this many loans every order is tried (24); beyond, the named ones."""


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
    """One flow a share, in the order of the shares, that pays all of them off."""

    way: Way
    flows: tuple[Flow, ...]

    @property
    def by_month(self) -> dict[int, int]:
        """Place of a month → the sum paid in it."""
        found: dict[int, int] = {}
        for flow in self.flows:
            for payment in flow.payments:
                found[payment.index] = found.get(payment.index, 0) + payment.amount_minor
        return dict(sorted(found.items()))

    @property
    def burden_minor(self) -> int:
        """The largest sum of a month."""
        return max(self.by_month.values())

    @property
    def total_minor(self) -> int:
        """All that is paid on all loans."""
        return sum(flow.total_minor for flow in self.flows)

    @property
    def ends_at(self) -> int:
        """The place of the last payment."""
        return max(flow.ends_at for flow in self.flows)

    @property
    def criteria(self) -> tuple[int, int, int]:
        """Largest monthly sum, total, end: less is better in each."""
        return self.burden_minor, self.total_minor, self.ends_at


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


def joint_plans(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, chosen: Sequence[Way]
) -> dict[str, JointFlow]:
    """lightest (least largest monthly sum), cheapest (least total), soonest (ends first); {} where no way ends in time.

    Guaranteed: every loan is paid off to the fen in its own months, no month's sum exceeds its cap or the ceiling, and
    among all ways given none has a lower largest sum in time, a lower total at the ceiling, or an earlier end. With one
    loan these are exactly the plans of `cashflow`. For one way, what is left of all loans after a month does not rise
    with the ceiling (the proof of docs/plan.md month by month, the first loan of the order, then the first two, …), but
    for a unit a loan that is lost where a loan ends inside a month; so the bisection also looks that many units lower.

    Against all plans, not only those of a way: where interest is paid month by month and nothing else is in arrears,
    the cheapest is the optimum of the linear programme, for moving an amount to a higher rate saves the difference of
    the rates in every month it moves; whole units and rounding cost at most a unit a loan. With arrears, which bear no
    interest, the programme is not linear and the order of effective rates is a rule that trying every order bounds.
    """
    full = [flow for way in chosen if (flow := fill_jointly(shares, caps, ceiling_minor, way))]
    if not full:
        return {}
    end = min(flow.ends_at for flow in full)
    last = max(share.last for share in shares)
    pool = [*full, *_lightest(shares, caps, ceiling_minor, chosen, last)]
    pool += _lightest(shares, caps, ceiling_minor, chosen, end)
    return {
        "lightest": min(pool, key=lambda f: f.criteria),
        "cheapest": min(pool, key=lambda f: (f.total_minor, f.burden_minor, f.ends_at)),
        "soonest": min(pool, key=lambda f: (f.ends_at, f.burden_minor, f.total_minor)),
    }


def lightest_until(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, chosen: Sequence[Way], until: int
) -> JointFlow | None:
    """The plan with the least largest monthly sum of all that end by month `until`; None where none does."""
    found = _lightest(shares, caps, ceiling_minor, chosen, until)
    return min(found, key=lambda f: f.criteria, default=None)


def fill_jointly(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, way: Way, until: int | None = None
) -> JointFlow | None:
    """Pay as much as caps and ceiling allow, as early as they allow it, given out by `way`; None where that does not
    end in time or leaves a loan unpaid for longer than its terms allow.

    Each loan runs as in `cashflow.fill`: interest of a month rounded down to the minor unit, arrears first, no interest
    on interest, payments in whole units and never below the least but for the last one.
    """
    runs = [_Run(share) for share in shares]
    bound = max(share.last for share in shares)
    last = min(len(caps) - 1, bound if until is None else min(bound, until))
    for index in range(last + 1):
        for run in runs:
            run.accrue(index)
        _pay(runs, index, min(caps[index], ceiling_minor), way)
        if not all(run.settle(index) for run in runs):
            return None
        if not any(run.left for run in runs):
            return JointFlow(way=way, flows=tuple(run.flow() for run in runs))
    return None


class _Run:
    """One loan in the course of the months. `pays` is what it gets this month, `interest` what accrued in it, `last_at`
    the place of its last payment; `amounts` and `accrued` hold the months up to the last payment."""

    __slots__ = ("accrued", "ahead", "amounts", "interest", "last_at", "left", "pays", "principal", "share", "year")

    def __init__(self, share: Share) -> None:
        self.share = share
        self.principal = share.terms.kept.principal_minor
        self.left = share.terms.kept.total_minor
        self.ahead = share.terms.ahead_minor
        self.year = share.time.denominator * PPM
        self.last_at = share.time.first - 1
        self.interest = self.pays = 0
        self.amounts: list[int] = []
        self.accrued: list[int] = []

    def accrue(self, index: int) -> None:
        self.pays = self.interest = 0
        if self.left and index < len(self.share.time.parts):
            rate = self.principal * self.share.terms.rate_ppm * self.share.time.parts[index]
            self.interest = divide(rate, self.year, Rounding.DOWN)
            self.left += self.interest
            self.ahead += self.interest if self.share.terms.interest_ahead else 0

    def may_pay(self, index: int) -> bool:
        return self.left > 0 and self.share.time.first <= index <= self.share.last

    def least(self, index: int, interest_first: bool) -> int:
        """What the loan is given before any gets more: its least instalment, its interest of the month where that comes
        first, and something at all where it has rested as long as it may."""
        terms, rested = self.share.terms, index - self.last_at > self.share.terms.gap_months
        unit, wanted = terms.unit_minor, max(terms.least_minor, self.interest if interest_first else 0, rested)
        return min(self.left, divide(wanted, unit, Rounding.UP) * unit)

    def give(self, rest: int, most: int) -> int:
        """Raise what it gets by as much as `rest` allows, up to `most` in all; what was given, in whole units unless it
        pays all that is left, and nothing that would leave it below the least instalment."""
        whole = min(most, self.pays + rest)
        if whole < self.left:
            whole -= whole % self.share.terms.unit_minor
            if whole < self.share.terms.least_minor:
                return 0
        given = max(0, whole - self.pays)
        self.pays += given
        return given

    def settle(self, index: int) -> bool:
        """Book the month; False where the loan can no longer end in time or has rested too long."""
        terms = self.share.terms
        if self.left:
            self.amounts.append(self.pays)
            self.accrued.append(self.interest)
        if self.pays:
            self.left, self.last_at = self.left - self.pays, index
            self.principal -= min(max(0, self.pays - self.ahead), self.principal)
            self.ahead = max(0, self.ahead - self.pays)
        if not self.left:
            return True
        return index < self.share.last and index - self.last_at <= terms.gap_months

    def flow(self) -> Flow:
        """The cash flow of the months gone through."""
        return Flow(
            terms=self.share.terms,
            amounts_minor=tuple(self.amounts),
            accrued_minor=tuple(self.accrued),
            burden_minor=max(self.amounts),
            total_minor=sum(self.amounts),
        )


def _pay(runs: Sequence[_Run], index: int, budget_minor: int, way: Way) -> None:
    """Give out one month: the least of each loan, longest rest first, then the rest by the way."""
    ordered = [runs[place] for place in way.order if runs[place].may_pay(index)]
    rest = max(0, budget_minor)
    for run in sorted(ordered, key=lambda r: r.last_at):
        rest -= run.give(rest, run.least(index, way.interest_first))
    if way.pro_rata and ordered:
        unit = max(run.share.terms.unit_minor for run in ordered)
        parts = allocate(rest // unit, [run.left - run.pays for run in ordered]) if _any_left(ordered) else ()
        for run, part in zip(ordered, parts, strict=False):
            rest -= run.give(min(rest, part * unit), run.left)
    for run in ordered:
        rest -= run.give(rest, run.left)


def _any_left(runs: Sequence[_Run]) -> bool:
    return any(run.left > run.pays for run in runs)


def _lightest(
    shares: Sequence[Share], caps: Sequence[int], ceiling_minor: int, chosen: Sequence[Way], until: int
) -> list[JointFlow]:
    """For each way that can be as light as the lightest one, its plan at that ceiling. Bisection over whole units."""
    unit = max(share.terms.unit_minor for share in shares)
    high = divide(max(0, min(ceiling_minor, max(caps[: until + 1], default=0))), unit, Rounding.UP)

    def at(way: Way) -> Callable[[int], JointFlow | None]:
        return lambda units: fill_jointly(shares, caps, min(units * unit, ceiling_minor), way, until)

    best = None
    for way in chosen:
        if at(way)(high if best is None else best - 1) is not None:
            best = _least_units(at(way), high if best is None else best - 1, len(shares))
    if best is None:
        return []
    return [flow for way in chosen if (flow := at(way)(best)) is not None]


def _least_units(at: Callable[[int], JointFlow | None], high: int, slack: int) -> int:
    """The least number of units that works, `high` being one that does; looks `slack` units below the bisection's."""
    low = 0
    while high - low > 1:
        middle = (low + high) >> 1
        if at(middle) is not None:
            high = middle
        else:
            low = middle
    lower = next((units for units in range(max(1, high - slack), high) if at(units) is not None), high)
    return lower if lower == high else _least_units(at, lower, slack)


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
