"""Which measures go together, which exclude each other and why, and the one order they are applied in.

Whatever order a person names them in, they are applied so: several contracts become one, then waive, adjust,
capitalise, re-plan. A list that contradicts itself is refused, and so is a temporary measure without its exit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forbear.core import measures as m
from forbear.core import replans as r
from forbear.core.course import Course, Figures, course, figures
from forbear.core.dates import add_months
from forbear.core.money import major
from forbear.core.position import Limits, Position, refuse
from forbear.core.refusal import Refusal

AnyMeasure = (
    m.Waive | m.Forgive | m.Rate | m.FreezeAccrual | m.DueDay | m.ReAge | m.Capitalise | m.DeferPrincipal
    | r.Holiday | r.InterestOnly | r.Reduced | r.Token | r.Term | r.ReAmortise | r.ArrearsSpread | r.Step
    | r.Settle | r.Consolidate
)  # fmt: skip


class Stage(StrEnum):
    """The order of operations. Waiving before capitalising: what has become principal can no longer be waived."""

    JOIN = "join"
    WAIVE = "waive"
    ADJUST = "adjust"
    CAPITALISE = "capitalise"
    RE_PLAN = "re-plan"


class Bears(StrEnum):
    """Who bears the cost of a measure."""

    LENDER = "lender"
    BORROWER = "borrower"
    NEITHER = "neither"
    AS_CHOSEN = "as-chosen"


@dataclass(frozen=True, kw_only=True)
class About:
    """A measure as the table of measures tells it; `code` is its short name in the trade."""

    name: str
    code: str
    stage: Stage
    bears: Bears
    temporary: bool = False


ABOUT = (
    About(name="consolidate", code="CONS", stage=Stage.JOIN, bears=Bears.AS_CHOSEN),
    About(name="waive-penalty", code="WVF", stage=Stage.WAIVE, bears=Bears.LENDER),
    About(name="waive-fees", code="WVF", stage=Stage.WAIVE, bears=Bears.LENDER),
    About(name="waive-interest", code="WVF", stage=Stage.WAIVE, bears=Bears.LENDER),
    About(name="forgive-principal", code="FGV", stage=Stage.WAIVE, bears=Bears.LENDER),
    About(name="due-day", code="DUE", stage=Stage.ADJUST, bears=Bears.NEITHER),
    About(name="rate", code="RATE", stage=Stage.ADJUST, bears=Bears.LENDER),
    About(name="freeze", code="FRZ", stage=Stage.ADJUST, bears=Bears.LENDER),
    About(name="re-age", code="REAGE", stage=Stage.ADJUST, bears=Bears.NEITHER),
    About(name="capitalise", code="CAP", stage=Stage.CAPITALISE, bears=Bears.BORROWER),
    About(name="holiday", code="HOL", stage=Stage.RE_PLAN, bears=Bears.AS_CHOSEN, temporary=True),
    About(name="interest-only", code="IO", stage=Stage.RE_PLAN, bears=Bears.NEITHER, temporary=True),
    About(name="reduced", code="RED", stage=Stage.RE_PLAN, bears=Bears.AS_CHOSEN, temporary=True),
    About(name="token", code="TOK", stage=Stage.RE_PLAN, bears=Bears.LENDER, temporary=True),
    About(name="term", code="TERM", stage=Stage.RE_PLAN, bears=Bears.BORROWER),
    About(name="re-amortise", code="REAM", stage=Stage.RE_PLAN, bears=Bears.NEITHER),
    About(name="arrears-spread", code="SPREAD", stage=Stage.RE_PLAN, bears=Bears.NEITHER),
    About(name="step", code="STEP", stage=Stage.RE_PLAN, bears=Bears.NEITHER),
    About(name="defer-principal", code="FORB", stage=Stage.RE_PLAN, bears=Bears.LENDER),
    About(name="settlement", code="SET", stage=Stage.RE_PLAN, bears=Bears.LENDER),
)
"""In the order of operations: the place of a measure is the place it is applied at."""

PLACES: Mapping[str, int] = {about.name: place for place, about in enumerate(ABOUT)}
TEMPORARY = tuple(about.name for about in ABOUT if about.temporary)
EXITS = ("re-amortise", "term", "arrears-spread")


@dataclass(frozen=True)
class Excludes:
    """Two measures that cannot stand in one list; `why` names the sentence measures.why.<why>."""

    one: str
    other: str
    why: str


_RESCHEDULES = (
    *("consolidate", "due-day", "rate", "re-age", "capitalise", *TEMPORARY),
    *(*EXITS, "step", "defer-principal", "forgive-principal"),
)
EXCLUDES = (
    *(Excludes("settlement", other, "settlement-alone") for other in _RESCHEDULES),
    Excludes("re-amortise", "term", "two-ends"),
    Excludes("re-amortise", "arrears-spread", "arrears-twice"),
    Excludes("term", "arrears-spread", "arrears-twice"),
    Excludes("capitalise", "arrears-spread", "arrears-twice"),
    Excludes("step", "re-amortise", "level-and-step"),
    Excludes("step", "arrears-spread", "level-and-step"),
    Excludes("consolidate", "term", "two-ends"),
    Excludes("consolidate", "arrears-spread", "arrears-twice"),
)
"""Every pair that is not here combines. Beyond pairs: penalty cannot be capitalised where penalty is waived; forgiven
and deferred principal are slices of their own; temporary measures need an exit, and two of them a person."""


def excluded(name: str) -> Mapping[str, str]:
    """The measures a measure excludes, each with its reason's name."""
    found = {pair.other: pair.why for pair in EXCLUDES if pair.one == name}
    return found | {pair.one: pair.why for pair in EXCLUDES if pair.other == name}


def apply(position: Position, asked: AnyMeasure, limits: Limits) -> Position | Refusal:
    """One measure."""
    match asked:
        case m.Waive():
            return m.waive(position, asked, limits)
        case m.Forgive():
            return m.forgive(position, asked, limits)
        case m.Rate():
            return m.rate(position, asked, limits)
        case m.FreezeAccrual():
            return m.freeze(position, asked, limits)
        case m.DueDay():
            return m.due_day(position, asked, limits)
        case m.ReAge():
            return m.re_age(position, asked, limits)
        case m.Capitalise():
            return m.capitalise(position, asked, limits)
        case m.DeferPrincipal():
            return m.defer_principal(position, asked, limits)
        case r.Holiday():
            return r.holiday(position, asked, limits)
        case r.InterestOnly():
            return r.interest_only(position, asked, limits)
        case r.Reduced():
            return r.reduced(position, asked, limits)
        case r.Token():
            return r.token(position, asked, limits)
        case r.Term():
            return r.term(position, asked, limits)
        case r.ReAmortise():
            return r.re_amortise(position, asked, limits)
        case r.ArrearsSpread():
            return r.arrears_spread(position, asked, limits)
        case r.Step():
            return r.step(position, asked, limits)
        case r.Settle():
            return r.settle(position, asked, limits)
        case r.Consolidate():
            return r.consolidate(position, asked, limits)


def combine(
    position: Position, asked: Sequence[AnyMeasure], limits: Limits, *, signed_off: bool = False
) -> Position | Refusal:
    """All measures of a list in the order of operations, whatever order they are given in; or the first refusal.

    `signed_off`: a person has agreed to a second temporary measure within 24 months (EBA/GL/2018/06: one short-term
    measure after another is not viable).
    """
    ordered = sorted(asked, key=lambda each: PLACES[each.name])
    if refusal := contradiction(position, ordered, limits, signed_off=signed_off):
        return refusal
    for each in ordered:
        found = apply(position, each, limits)
        if isinstance(found, Refusal):
            return found
        position = found
    return position


def contradiction(
    position: Position, ordered: Sequence[AnyMeasure], limits: Limits, *, signed_off: bool
) -> Refusal | None:
    """Why a list cannot be: one measure twice, two that exclude each other, no exit, one relief after another."""
    names = [each.name for each in ordered]
    for name in names:
        if names.count(name) > 1:
            return refuse(name, "twice", "once", name)
    for pair in EXCLUDES:
        if pair.one in names and pair.other in names:
            return Refusal(
                f"measure.{pair.one}",
                f"measures.why.{pair.why}",
                "measures.way_on.leave_out",
                {"one": pair.one, "other": pair.other},
                pair.other,
            )
    if "waive-penalty" in names and any(isinstance(e, m.Capitalise) and "penalty" in e.parts for e in ordered):
        return refuse("capitalise", "penalty_both", "one_of_both", "capitalise")
    temporary = [name for name in names if name in TEMPORARY]
    if temporary and not set(names) & set(EXITS):
        return refuse(temporary[-1], "no_exit", "exit", "exit")
    lately = any(add_months(on, limits.temporary_months_max) > position.as_of for on in position.relieved_on)
    if temporary and (lately or len(temporary) > 1) and not signed_off:
        return refuse(temporary[-1], "serial", "person", temporary[-1], months=limits.temporary_months_max)
    return None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A list of measures carried through: where the debt stands, its rows, its figures."""

    position: Position
    course: Course
    figures: Figures


def planned(
    position: Position,
    asked: Sequence[AnyMeasure],
    limits: Limits,
    *,
    signed_off: bool = False,
    asked_to_pay_more: bool = False,
) -> Planned | Refusal:
    """Combine, make the rows and work out the figures. A plan whose highest payment is above the contract's instalment
    is refused unless she asks for it (plan.instalment_not_raised; arrears-spread and settlement ask for it by name)."""
    after = combine(position, asked, limits, signed_off=signed_off)
    if isinstance(after, Refusal):
        return after
    found = course(after)
    if isinstance(found, Refusal):
        return found
    contracts = _contract_total(position, asked)
    if isinstance(contracts, Refusal):
        return contracts
    shown = figures(after, found, contracts)
    by_name = any(each.name in ("arrears-spread", "settlement", "consolidate") for each in asked)
    if limits.not_raised and shown.raised_minor and not (asked_to_pay_more or by_name):
        facts = {"amount": major(shown.highest_minor), "instalment": major(after.contract_minor)}
        return refuse("plan", "raised", "ask_more", "instalment", **facts)
    return Planned(position=after, course=found, figures=shown)


def _contract_total(position: Position, asked: Sequence[AnyMeasure]) -> int | Refusal:
    """What all contracts of a plan cost when each is paid as it asks."""
    total, joined = 0, [other for each in asked if isinstance(each, r.Consolidate) for other in each.others]
    for one in (position, *joined):
        found = course(one)
        if isinstance(found, Refusal):
            return found
        total += sum(row.amount_minor for row in found.rows)
    return total


def cost_of_consolidating(position: Position, asked: r.Consolidate, limits: Limits) -> tuple[int, int] | Refusal:
    """(what the old contracts cost in all, what the one debt costs in all), both paid to their end, in minor units."""
    after = r.consolidate(position, asked, limits)
    if isinstance(after, Refusal):
        return after
    old, new = _contract_total(position, [asked]), _contract_total(after, [])
    if isinstance(old, Refusal):
        return old
    return new if isinstance(new, Refusal) else (old, new)


def told(about: About) -> Mapping[str, str]:
    """The word keys of what is said of a measure: name, definition, who bears it, exit, what a borrower sees."""
    keys = {what: f"measures.about.{about.name}.{what}" for what in ("name", "definition", "exit", "sees")}
    return keys | {"bears": f"measures.bears.{about.bears}"}
