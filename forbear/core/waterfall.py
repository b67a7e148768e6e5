"""A waterfall: relief in a set order, stopped at the first step that brings the payment down to its target.

Capitalise what is in arrears where that is lawful, lower the rate, lengthen the term, defer principal without interest.
Order, steps, limits and target of a named waterfall are values of the rulebook (`waterfall.<name>.*`); HAMP and Flex
are two of them, a lender may define its own (`waterfall.house.*`). docs/waterfalls.md works two of them by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from forbear.core.loan import Owed
from forbear.core.money import LIMIT_MINOR, PPM, Rounding, divide, major
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook

NOTHING = Owed(principal_minor=0, interest_minor=0, penalty_minor=0, fees_minor=0)
ARREARS = ("fees", "interest", "penalty")
MONTHS_MOST = 600
RATE_MOST_PPM = 4 * PPM
ALIASES: Mapping[str, Mapping[str, str]] = {
    "fha": {
        "target": "fha.front_ratio",
        "back_max": "fha.back_ratio",
        "forbear_max": "fha.partial_claim_max",
        "trial_months": "fha.trial_months",
    }
}
"""Waterfalls whose values the rulebook holds under other names."""


class Step(StrEnum):
    """One step. DEFER_ARREARS puts arrears off to the end without interest, as FHA does, in place of CAPITALISE."""

    CAPITALISE = "capitalise"
    DEFER_ARREARS = "defer-arrears"
    RATE = "rate"
    TERM = "term"
    FORBEAR = "forbear"


class Target(StrEnum):
    """What the payment is brought down to: a share of gross income less housing costs, a cut of the payment before,
    or what the household's budget can bear."""

    INCOME_SHARE = "income-share"
    PAYMENT_CUT = "payment-cut"
    AFFORDABLE = "affordable"


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """A named waterfall. `target_ppm`: share of gross income, or cut of the payment; unused where the budget decides.

    `capitalises` are the parts of arrears that may lawfully bear interest (`capitalise.parts`). `forbear_max_ppm` is of
    the unpaid principal after capitalising. `forbear_ltv_least_ppm`: no principal is deferred below this loan to value.
    `back_max_ppm`: most that housing and all debts may take of gross income, told and never acted on here.
    """

    name: str
    target: Target
    target_ppm: int
    steps: tuple[Step, ...]
    capitalises: frozenset[str]
    rate_step_ppm: int
    rate_floor_ppm: int
    term_max_months: int
    forbear_max_ppm: int
    forbear_ltv_least_ppm: int = 0
    back_max_ppm: int | None = None
    trial_months: int = 0


@dataclass(frozen=True, kw_only=True)
class Before:
    """The loan on the day, after any waiver. `owed` is what is kept, its principal all outstanding; `payment_minor` is
    principal and interest a month now; `housing_costs_minor` (taxes, insurance, dues) are paid beside it."""

    owed: Owed
    rate_ppm: int
    months_left: int
    payment_minor: int
    gross_income_minor: int | None = None
    housing_costs_minor: int = 0
    other_debts_minor: int = 0
    affordable_minor: int | None = None
    loan_to_value_ppm: int | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one step did and the payment after it. `skipped` is a word key that says why it did nothing, "" where it
    did; `at_limit`: it went as far as it may and the target is still below. `amount_minor`: capitalised or deferred."""

    step: Step
    payment_minor: int
    skipped: str = ""
    at_limit: bool = False
    amount_minor: int = 0
    rate_ppm: int | None = None
    months: int | None = None


@dataclass(frozen=True, kw_only=True)
class Modified:
    """The loan in the course of the steps: `principal_minor` bears interest, `arrears` are spread evenly over the
    months without interest, `deferred` is due with the last payment without interest."""

    principal_minor: int
    arrears: Owed
    deferred: Owed
    rate_ppm: int
    months: int

    @property
    def owed(self) -> Owed:
        """All that is to be paid apart from new interest, after capitalising."""
        return _plus(replace(self.arrears, principal_minor=self.principal_minor), self.deferred)

    @property
    def payment_minor(self) -> int:
        """The level monthly payment (`level_minor`)."""
        return level_minor(self.principal_minor, self.rate_ppm, self.months, self.arrears.total_minor)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Where a waterfall ended. `reached`: the payment is at or below the target; else `bound_by` names the limits that
    kept it above. `back_ratio_ppm` is housing and all debts over gross income, where that is known."""

    waterfall: Waterfall
    before: Before
    target_minor: int
    steps: tuple[Taken, ...]
    terms: Modified
    reached: bool
    bound_by: tuple[str, ...]
    back_ratio_ppm: int | None


def waterfall_of(name: str, rulebook: Rulebook) -> Waterfall:
    """The named waterfall in force on the rulebook's day.

    It has `.target` (share of gross income), or `.cut` (of the payment), or neither: then the budget is the target.
    NoRule where the rulebook has no such waterfall; ValueError where its steps are not steps, come twice, or leave the
    arrears for later: whatever is done with them comes first and is always done, the other steps only as needed.
    """
    key = _keys(name)
    share, cut = rulebook.stack(key("target")), rulebook.stack(key("cut"))
    target = Target.INCOME_SHARE if share else Target.PAYMENT_CUT if cut else Target.AFFORDABLE
    steps = tuple(Step(step) for step in rulebook.texts(key("steps")))
    if len(set(steps)) < len(steps) or any(step in _FIRST for step in steps[1:]):
        raise ValueError(f"{key('steps')}: each step once; capitalise or defer-arrears, not both, comes first")

    def needed(what: str, step: Step) -> int:
        return rulebook.integer(key(what)) if step in steps else 0

    def known(what: str) -> int:
        return rulebook.integer(key(what)) if rulebook.stack(key(what)) else 0

    return Waterfall(
        name=name,
        target=target,
        target_ppm=rulebook.integer(key("target" if share else "cut")) if share or cut else 0,
        steps=steps,
        capitalises=frozenset(rulebook.texts("capitalise.parts") if rulebook.stack("capitalise.parts") else ()),
        rate_step_ppm=needed("rate_step", Step.RATE),
        rate_floor_ppm=needed("rate_floor", Step.RATE),
        term_max_months=needed("term_max", Step.TERM),
        forbear_max_ppm=needed("forbear_max", Step.FORBEAR),
        forbear_ltv_least_ppm=known("forbear_ltv_least"),
        back_max_ppm=known("back_max") or None,
        trial_months=known("trial_months"),
    )


def named_waterfalls(rulebook: Rulebook) -> tuple[str, ...]:
    """The names of all waterfalls in force on the rulebook's day, sorted."""
    keys = {param.key for param in rulebook.params if param.in_force(rulebook.effective_on)}
    named = {key.split(".")[1] for key in keys if key.startswith("waterfall.") and key.endswith(".steps")}
    return tuple(sorted(named))


def run_waterfall(waterfall: Waterfall, before: Before) -> Outcome | Refusal:
    """The steps in order until the payment is at or below the target.

    Refused where the input is at fault, nothing is owed, the target cannot be told or is not above zero, the payment is
    at the target already, or every step together leaves it above what it was: a plan never raises the payment.
    The first sufficient step is found exactly: the payment never rises as the rate falls or the months grow.
    """
    target = _target_minor(waterfall, before)
    if isinstance(target, Refusal):
        return target
    terms = Modified(
        principal_minor=before.owed.principal_minor,
        arrears=replace(before.owed, principal_minor=0),
        deferred=NOTHING,
        rate_ppm=before.rate_ppm,
        months=before.months_left,
    )
    taken: list[Taken] = []
    for step in waterfall.steps:
        if step not in _FIRST and terms.payment_minor <= target:
            taken.append(Taken(step=step, payment_minor=terms.payment_minor, skipped="waterfall.skipped.reached"))
            continue
        terms, done = _STEPS[step](terms, waterfall, before, target)
        taken.append(done)
    reached = terms.payment_minor <= target
    if terms.payment_minor > before.payment_minor:
        facts = {"payment": major(terms.payment_minor), "before": major(before.payment_minor)}
        return _refusal(waterfall, "would-raise", "person", facts)
    return Outcome(
        waterfall=waterfall,
        before=before,
        target_minor=target,
        steps=tuple(taken),
        terms=terms,
        reached=reached,
        bound_by=() if reached else tuple(_LIMITS[done.step] for done in taken if done.at_limit),
        back_ratio_ppm=_back_ratio_ppm(before, terms.payment_minor),
    )


def level_minor(principal_minor: int, rate_ppm: int, months: int, arrears_minor: int = 0) -> int:
    """The level monthly payment: annuity A = P·r/(1 − (1+r)^−n), r a twelfth of the yearly rate, plus arrears/n.

    Exact in whole numbers: the sum is one fraction, rounded once, half up to the minor unit, as lenders publish it.
    """
    assert months > 0, "a payment needs a month"
    numerator, denominator = _factor(rate_ppm, months)
    whole = principal_minor * numerator * months + arrears_minor * denominator
    return divide(whole, denominator * months, Rounding.HALF_UP)


def _capitalise(terms: Modified, waterfall: Waterfall, before: Before, target: int) -> tuple[Modified, Taken]:
    """Lawful parts of the arrears join the principal and bear its interest from now on; the others stay arrears."""
    parts = {f"{part}_minor": 0 for part in ARREARS if part in waterfall.capitalises}
    kept = replace(terms.arrears, **parts)
    amount = terms.arrears.total_minor - kept.total_minor
    if amount == 0:
        why = "unlawful" if terms.arrears.total_minor else "nothing"
        return terms, _skipped(Step.CAPITALISE, terms, why)
    changed = replace(terms, principal_minor=terms.principal_minor + amount, arrears=kept)
    return changed, Taken(step=Step.CAPITALISE, payment_minor=changed.payment_minor, amount_minor=amount)


def _defer_arrears(terms: Modified, waterfall: Waterfall, before: Before, target: int) -> tuple[Modified, Taken]:
    """Arrears go to the end without interest, within the share of principal that may be deferred in all."""
    room, moved = _room(terms, waterfall), {}
    for part in ARREARS:
        name = f"{part}_minor"
        moved[name] = min(room, getattr(terms.arrears, name))
        room -= moved[name]
    amount = Owed(principal_minor=0, **moved)
    if amount.total_minor == 0:
        why = "limit" if terms.arrears.total_minor else "nothing"
        return terms, _skipped(Step.DEFER_ARREARS, terms, why)
    changed = replace(terms, arrears=_less(terms.arrears, amount), deferred=_plus(terms.deferred, amount))
    done = Taken(step=Step.DEFER_ARREARS, payment_minor=changed.payment_minor, amount_minor=amount.total_minor)
    return changed, replace(done, at_limit=changed.arrears.total_minor > 0)


def _rate(terms: Modified, waterfall: Waterfall, before: Before, target: int) -> tuple[Modified, Taken]:
    """Down from the rate by whole steps, the last one cut at the floor, to the first at which the target is met."""
    span = terms.rate_ppm - waterfall.rate_floor_ppm
    if span <= 0 or waterfall.rate_step_ppm <= 0:
        return terms, _skipped(Step.RATE, terms, "limit")

    def after(steps: int) -> Modified:
        return replace(terms, rate_ppm=max(waterfall.rate_floor_ppm, terms.rate_ppm - steps * waterfall.rate_step_ppm))

    changed = after(_first(divide(span, waterfall.rate_step_ppm, Rounding.UP), after, target))
    payment = changed.payment_minor
    done = Taken(step=Step.RATE, payment_minor=payment, at_limit=payment > target, rate_ppm=changed.rate_ppm)
    return changed, done


def _term(terms: Modified, waterfall: Waterfall, before: Before, target: int) -> tuple[Modified, Taken]:
    """Month by month up to the longest term, to the first at which the target is met."""
    span = waterfall.term_max_months - terms.months
    if span <= 0:
        return terms, _skipped(Step.TERM, terms, "limit")

    def after(steps: int) -> Modified:
        return replace(terms, months=terms.months + steps)

    changed = after(_first(span, after, target))
    payment = changed.payment_minor
    return changed, Taken(step=Step.TERM, payment_minor=payment, at_limit=payment > target, months=changed.months)


def _forbear(terms: Modified, waterfall: Waterfall, before: Before, target: int) -> tuple[Modified, Taken]:
    """The least principal, in minor units, whose deferral brings the payment before rounding to the target, or all that
    may be deferred where that is less.

    Closed form of P·N/M + a/n ≤ T: the most that may go on bearing interest is (T·n − a)·M / (N·n).
    """
    ltv = before.loan_to_value_ppm
    if ltv is not None and ltv < waterfall.forbear_ltv_least_ppm:
        return terms, _skipped(Step.FORBEAR, terms, "loan-to-value")
    numerator, denominator = _factor(terms.rate_ppm, terms.months)
    room = max(0, target * terms.months - terms.arrears.total_minor) * denominator
    most = divide(room, numerator * terms.months, Rounding.DOWN)
    amount = min(max(0, terms.principal_minor - most), _room(terms, waterfall))
    if amount == 0:
        return terms, _skipped(Step.FORBEAR, terms, "limit")
    deferred = replace(terms.deferred, principal_minor=terms.deferred.principal_minor + amount)
    changed = replace(terms, principal_minor=terms.principal_minor - amount, deferred=deferred)
    payment = changed.payment_minor
    return changed, Taken(step=Step.FORBEAR, payment_minor=payment, at_limit=payment > target, amount_minor=amount)


_STEPS: Mapping[Step, Callable[[Modified, Waterfall, Before, int], tuple[Modified, Taken]]] = {
    Step.CAPITALISE: _capitalise,
    Step.DEFER_ARREARS: _defer_arrears,
    Step.RATE: _rate,
    Step.TERM: _term,
    Step.FORBEAR: _forbear,
}
_FIRST = (Step.CAPITALISE, Step.DEFER_ARREARS)
_LIMITS = {
    Step.DEFER_ARREARS: "forbear_max",
    Step.RATE: "rate_floor",
    Step.TERM: "term_max",
    Step.FORBEAR: "forbear_max",
}


def _first(most: int, after: Callable[[int], Modified], target: int) -> int:
    """The least number of steps, 1 to `most`, that meets the target; `most` where none does. Bisection."""
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) >> 1
        if after(middle).payment_minor <= target:
            high = middle
        else:
            low = middle
    return high


def _room(terms: Modified, waterfall: Waterfall) -> int:
    """What may still be deferred: the share of all unpaid principal, less what is deferred already."""
    whole = terms.principal_minor + terms.deferred.principal_minor
    return max(0, divide(whole * waterfall.forbear_max_ppm, PPM, Rounding.DOWN) - terms.deferred.total_minor)


def _target_minor(waterfall: Waterfall, before: Before) -> int | Refusal:
    """What principal and interest may take a month, rounded down, or why that cannot be told or asked."""
    wrong = _at_fault(before)
    if wrong:
        return replace(_refusal(waterfall, "input", "input", {"field": wrong}), where=wrong)
    if before.owed.total_minor == 0:
        return _refusal(waterfall, "nothing-owed", "person", {})
    if waterfall.target is Target.PAYMENT_CUT:
        target = divide(before.payment_minor * (PPM - waterfall.target_ppm), PPM, Rounding.DOWN)
    elif waterfall.target is Target.INCOME_SHARE:
        if before.gross_income_minor is None:
            return _refusal(waterfall, "no-income", "income", {})
        share = divide(before.gross_income_minor * waterfall.target_ppm, PPM, Rounding.DOWN)
        target = share - before.housing_costs_minor
    else:
        if before.affordable_minor is None:
            return _refusal(waterfall, "no-budget", "budget", {})
        target = before.affordable_minor
    if target <= 0:
        return _refusal(waterfall, "nothing-left", "person", {})
    if before.payment_minor <= target:
        facts = {"payment": major(before.payment_minor), "target": major(target)}
        return _refusal(waterfall, "already-met", "arrears", facts)
    return target


def _at_fault(before: Before) -> str:
    """The first field that no loan can have; "" where every one can be."""
    owed = before.owed
    amounts = {
        "principal": owed.principal_minor,
        "interest": owed.interest_minor,
        "penalty": owed.penalty_minor,
        "fees": owed.fees_minor,
        "payment": before.payment_minor,
        "gross_income": before.gross_income_minor or 0,
        "housing_costs": before.housing_costs_minor,
        "other_debts": before.other_debts_minor,
        "affordable": before.affordable_minor or 0,
    }
    wrong = [name for name, amount in amounts.items() if not 0 <= amount < LIMIT_MINOR]
    wrong += ["rate"] if not 0 <= before.rate_ppm <= RATE_MOST_PPM else []
    wrong += ["months_left"] if not 1 <= before.months_left <= MONTHS_MOST else []
    return wrong[0] if wrong else ""


def _back_ratio_ppm(before: Before, payment_minor: int) -> int | None:
    if not before.gross_income_minor:
        return None
    debts = payment_minor + before.housing_costs_minor + before.other_debts_minor
    return divide(debts * PPM, before.gross_income_minor, Rounding.HALF_UP)


def _factor(rate_ppm: int, months: int) -> tuple[int, int]:
    """The annuity factor as (numerator, denominator): R·(D+R)^n over D·((D+R)^n − D^n), D = 12·10⁶; 1/n at rate 0."""
    if rate_ppm == 0:
        return 1, months
    year = 12 * PPM
    grown, flat = (year + rate_ppm) ** months, year**months
    return rate_ppm * grown, year * (grown - flat)


def _keys(name: str) -> Callable[[str], str]:
    names = ALIASES.get(name, {})
    return lambda what: names.get(what, f"waterfall.{name}.{what}")


def _skipped(step: Step, terms: Modified, why: str) -> Taken:
    return Taken(step=step, payment_minor=terms.payment_minor, skipped=f"waterfall.skipped.{why}")


def _plus(one: Owed, other: Owed) -> Owed:
    return Owed(**{name: getattr(one, name) + getattr(other, name) for name in _PARTS})


def _less(one: Owed, other: Owed) -> Owed:
    return Owed(**{name: getattr(one, name) - getattr(other, name) for name in _PARTS})


_PARTS = ("principal_minor", "interest_minor", "penalty_minor", "fees_minor")


def _refusal(waterfall: Waterfall, reason: str, way: str, facts: Mapping[str, str | int]) -> Refusal:
    rule = f"waterfall.{waterfall.name}"
    return Refusal(rule=rule, reason=f"waterfall.refusal.{reason}", way_on=f"waterfall.way.{way}", facts=facts)
