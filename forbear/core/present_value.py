"""What a plan is worth on the day: present value at the original effective rate, the change against the books, advice.

Information only. The change and the ten per cent flag never decide derecognition (IFRS 9 B3.3.6 is written for
liabilities), and a value below that of doing nothing refuses nobody where the law gives her a right to be considered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from forbear.core.dates import DayCount, year_part
from forbear.core.money import PPM, Rounding, divide, major
from forbear.core.plan import Plan, Why
from forbear.core.rules import Finding, Param, Rulebook

_FINE = 2**64
"""Values inside the sum are kept this many times finer than a minor unit."""


@dataclass(frozen=True, kw_only=True)
class Modification:
    """A plan beside the books. `carrying_minor` is the gross carrying amount before, `present_value_minor` the plan's
    flows at the original effective rate; `change_minor` is the gain, negative for a loss, and `change_ppm` its share of
    the carrying amount. `ten_percent` tells that the change is at least the threshold, up or down."""

    carrying_minor: int
    present_value_minor: int
    change_minor: int
    change_ppm: int
    threshold_ppm: int
    ten_percent: bool


class Bearing(StrEnum):
    """What the value of a plan means for whoever decides. ADVICE never refuses; MAY_REFUSE only where no law gives the
    borrower a right; MUST where the programme obliges the lender once the plan is worth more."""

    MUST = "must"
    ABOVE = "above"
    EQUAL = "equal"
    ADVICE = "advice"
    MAY_REFUSE = "may-refuse"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How the value bears on the decision. `binding`: a value below nothing may refuse (`value.npv_binding`). `must`: a
    value above nothing obliges (`waterfall.<name>.npv_must`), as under HAMP. `param` is the rule that findings name."""

    param: Param
    binding: bool
    must: bool = False


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The value of a plan beside that of doing nothing, for agents. `finding.ok` is False only where it may refuse."""

    bearing: Bearing
    difference_minor: int
    finding: Finding
    why: Why


def present_value_minor(flows: Sequence[tuple[int, int]], denominator: int, rate_ppm: int) -> int:
    """The value today of payments at a yearly rate: between rows a balance accrues simply, at rows it compounds.

    `flows`: (time since the row before as a numerator over `denominator` of a year, amount), as `annual_cost_ppm` takes
    them; at the plan's own cost this gives the debt carried into it. Worked from the last row back, in 2^-64 of a minor
    unit: each row divides once and rounds half up, and what is rounded is discounted further, never grown, so n rows
    are off by at most n·2^-65 before the one rounding, half up, to the minor unit.
    """
    value, year = 0, denominator * PPM
    for part, amount_minor in reversed(flows):
        value = divide((value + amount_minor * _FINE) * year, year + rate_ppm * part, Rounding.HALF_UP)
    return divide(value, _FINE, Rounding.HALF_UP)


def flows_of(plan: Plan, day_count: DayCount) -> tuple[tuple[tuple[int, int], ...], int]:
    """A plan's payments as `present_value_minor` takes them, and the denominator of their times.

    As in the calendar of plans, the first span counts its days from `as_of`; later ones, where months count as equal,
    30 days a month whatever their due days.
    """
    equal = day_count in (DayCount.THIRTY_360, DayCount.TWELFTHS)
    flows: list[tuple[int, int]] = []
    before, denominator = plan.as_of, 1
    for row in plan.instalments:
        part, denominator = year_part(day_count, before, row.due_on)
        if equal and flows:
            part = 30 * (12 * (row.due_on.year - before.year) + row.due_on.month - before.month)
        flows.append((part, row.amount_minor))
        before = row.due_on
    return tuple(flows), denominator


def modification(
    carrying_minor: int, flows: Sequence[tuple[int, int]], denominator: int, original_rate_ppm: int, threshold_ppm: int
) -> Modification:
    """The gain or loss of changing a loan's flows (IFRS 9 5.4.3): their value at the original effective rate less the
    gross carrying amount, and whether that is at least the threshold (`value.modification_threshold`, 10 %).

    The flag compares whole numbers, not the rounded share. A carrying amount of 0 has no share and no flag.
    """
    value = present_value_minor(flows, denominator, original_rate_ppm)
    change = value - carrying_minor
    share = divide(change * PPM, carrying_minor, Rounding.HALF_UP) if carrying_minor else 0
    return Modification(
        carrying_minor=carrying_minor,
        present_value_minor=value,
        change_minor=change,
        change_ppm=share,
        threshold_ppm=threshold_ppm,
        ten_percent=carrying_minor > 0 and abs(change) * PPM >= threshold_ppm * carrying_minor,
    )


def npv_rule(rulebook: Rulebook, waterfall: str | None = None) -> Rule:
    """How a value bears under the rulebook, and under a waterfall where the plan is one's outcome."""
    param = rulebook.param("value.npv_binding")
    found = rulebook.stack(f"waterfall.{waterfall}.npv_must") if waterfall else ()
    must = bool(found) and bool(found[-1].value)
    return Rule(param=found[-1] if must else param, binding=bool(param.value), must=must)


def npv_advice(value_of_plan_minor: int, value_of_nothing_minor: int, rule: Rule) -> Advice:
    """What the two values say. Worth more: must be offered where the programme says so. Worth less: may be refused only
    where the rule binds, else it is advice to agents. Worth the same refuses nobody and obliges nobody."""
    difference = value_of_plan_minor - value_of_nothing_minor
    if difference > 0:
        bearing = Bearing.MUST if rule.must else Bearing.ABOVE
    elif difference == 0:
        bearing = Bearing.EQUAL
    else:
        bearing = Bearing.MAY_REFUSE if rule.binding else Bearing.ADVICE
    finding = Finding(
        rule=rule.param.rule,
        ok=bearing is not Bearing.MAY_REFUSE,
        limit=major(value_of_nothing_minor),
        value=major(value_of_plan_minor),
        source=str(rule.param.source),
        unit="amount",
        status=rule.param.status.value,
        key=rule.param.key,
    )
    why = Why(key=f"waterfall.value.{bearing.value}", facts={"amount": major(abs(difference))})
    return Advice(bearing=bearing, difference_minor=difference, finding=finding, why=why)
