"""One month of a household, line by line: what counts of each income, what each need takes, who is paid before whom.

The figures are those of `budget` for the same month, taken apart; nothing is reckoned in a second way. The rules that
made them are named, so that a page can show their sources.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from forbear.core.budget import MonthBudget, budget, pro_rata
from forbear.core.dates import month_number
from forbear.core.household import Evidence, Household, OtherDebt, Outgoing
from forbear.core.income import counting, share_of
from forbear.core.rules import Param, Rulebook
from forbear.core.spending import Guideline, guidelines


@dataclass(frozen=True, kw_only=True)
class IncomeCounted:
    """One income in the month: `month_minor` is stated or shown for it, `counted_minor` the share that counts.
    `rule`: stated, observed (its months bound it) or seasonal (each month of the year for itself)."""

    source: str
    evidence: Evidence
    month_minor: int
    share_ppm: int
    counted_minor: int
    rule: str


@dataclass(frozen=True, kw_only=True)
class NeedCounted:
    """One outgoing in the month, as stated. `nature`: fixed, flexible or beside (on top of the floor); `priority`:
    it is paid before any debt that is not; `shown`: a paper shows it."""

    kind: str
    nature: str
    priority: bool
    stated_minor: int
    shown: bool


@dataclass(frozen=True, kw_only=True)
class DebtCounted:
    """What another creditor gets in the month, priority debts first."""

    creditor: str
    priority: bool
    balance_minor: int
    month_minor: int


@dataclass(frozen=True, kw_only=True)
class MonthExplained:
    """A month taken apart. `by_guidelines_minor`: what guidelines add to (or hold back from) the stated outgoings;
    `raised_minor`: what the floor adds; so stated outgoings + both = need. `short_of`: the first thing that the
    income does not reach, need, priority or other-debts, "" where it reaches all. `bound_by_stress`: the lower income
    of the stress rule bounds what the month can bear. `rules`: the values that made it, for their sources."""

    month: MonthBudget
    income: tuple[IncomeCounted, ...]
    needs: tuple[NeedCounted, ...]
    guidelines: tuple[Guideline, ...]
    by_guidelines_minor: int
    raised_minor: int
    debts: tuple[DebtCounted, ...]
    buffer_ppm: int
    stress_ppm: int
    bound_by_stress: bool
    short_of: str
    rules: tuple[Param, ...]


def explain_month(
    household: Household,
    rulebook: Rulebook,
    month: str,
    first_month: str | None = None,
    ours_minor: int | None = None,
) -> MonthExplained:
    """The month as `budget` has it in a row of months that begins with `first_month` (the month itself by default).

    `ours_minor`: as for `budget`. Shapes: all amounts in minor units a month, shares in ppm.
    """
    first_month = first_month or month
    place_in_row = month_number(month) - month_number(first_month)
    assert place_in_row >= 0, "a month is not before the first one"
    figures = budget(household, rulebook, first_month, place_in_row + 1, ours_minor)[-1]
    groups = guidelines(household, rulebook)
    changed = sum(group.counted_minor - group.stated_minor for group in groups)
    debts = tuple(_debts(household, rulebook, figures))
    buffer_ppm, stress_ppm = rulebook.integer("budget.buffer"), rulebook.integer("budget.stress")
    surplus_left = figures.income_minor - figures.need_minor - figures.debts_minor - figures.buffer_minor
    return MonthExplained(
        month=figures,
        income=tuple(_income(household, rulebook, month, place_in_row)),
        needs=tuple(_needs(household, rulebook, month)),
        guidelines=groups,
        by_guidelines_minor=changed,
        raised_minor=figures.need_minor - figures.outgoings_minor - changed,
        debts=debts,
        buffer_ppm=buffer_ppm,
        stress_ppm=stress_ppm,
        bound_by_stress=figures.affordable_minor < max(0, surplus_left),
        short_of=_short_of(figures, debts),
        rules=tuple(_rules(household, rulebook)),
    )


def _income(household: Household, rulebook: Rulebook, month: str, place_in_row: int) -> Iterator[IncomeCounted]:
    long = place_in_row >= rulebook.integer("budget.interim_months")
    for item in household.income:
        counts = counting(item, rulebook)
        share_ppm = counts.long_ppm if long else counts.interim_ppm
        whole = counts.in_month(month)
        yield IncomeCounted(
            source=item.source,
            evidence=item.evidence,
            month_minor=whole,
            share_ppm=share_ppm,
            counted_minor=share_of(whole, share_ppm),
            rule=counts.rule,
        )


def _needs(household: Household, rulebook: Rulebook, month: str) -> Iterator[NeedCounted]:
    """Those of the month, priority ones first, else as stated."""
    beside, fixed = rulebook.texts("budget.beside_floor"), rulebook.texts("budget.fixed")
    first = rulebook.texts("budget.priority_kinds")
    here = [line for line in household.outgoings if line.month in (None, month)]
    for line in sorted(here, key=lambda line: line.kind not in first):
        yield NeedCounted(
            kind=line.kind,
            nature="beside" if line.kind in beside else "fixed" if line.kind in fixed else "flexible",
            priority=line.kind in first,
            stated_minor=_stated(line),
            shown=bool(line.paper),
        )


def _stated(line: Outgoing) -> int:
    return (line.monthly_minor if line.monthly_minor is not None else line.amount_minor) or 0


def _debts(household: Household, rulebook: Rulebook, figures: MonthBudget) -> Iterator[DebtCounted]:
    first = [debt for debt in household.other_debts if debt.priority]
    rest = [debt for debt in household.other_debts if not debt.priority]
    shares = tuple(debt.monthly_minor for debt in rest)
    if rulebook.text("budget.other_debts") == "pro-rata":
        left = figures.debts_minor - sum(debt.monthly_minor for debt in first)
        shares = pro_rata(left, [debt.balance_minor for debt in rest])
    yield from (_debt(debt, debt.monthly_minor) for debt in first)
    yield from (_debt(debt, share) for debt, share in zip(rest, shares, strict=True))


def _debt(debt: OtherDebt, month_minor: int) -> DebtCounted:
    return DebtCounted(
        creditor=debt.creditor, priority=debt.priority, balance_minor=debt.balance_minor, month_minor=month_minor
    )


def _short_of(figures: MonthBudget, debts: tuple[DebtCounted, ...]) -> str:
    left = figures.income_minor - figures.need_minor
    if left < 0:
        return "need"
    if left < sum(debt.month_minor for debt in debts if debt.priority):
        return "priority"
    return "other-debts" if left < figures.debts_minor else ""


def _rules(household: Household, rulebook: Rulebook) -> Iterator[Param]:
    for key in ("budget.floor", "budget.guideline", "budget.standard"):
        param = rulebook.param(key, household.place)
        if param.value:
            yield param
    for key in ("budget.floor_factor", "budget.beside_floor", "budget.buffer", "budget.stress", "budget.other_debts"):
        yield rulebook.param(key)
    ways = [counting(item, rulebook) for item in household.income]
    for scope in sorted({way.scope for way in ways}):
        yield rulebook.param("budget.income_share.interim", scope)
        yield rulebook.param("budget.income_share.long", scope)
    for scope in sorted({way.scope for way in ways if way.rule == "observed"}):
        yield rulebook.param("budget.irregular", scope)
