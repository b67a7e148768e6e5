"""An offer as a card: what it costs a month, how long, in all, what is taken off, what it means, its months drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from forbear.actions.sections import sentence
from forbear.core.budget import MonthBudget
from forbear.core.dates import month_after, month_of
from forbear.core.money import major
from forbear.core.plan import Offer, Plan
from forbear.core.solver import Answer
from forbear.web.borrower.page import day, figure, money, months, words
from forbear.web.charts import ChartMonth
from forbear.web.text import percent, reader_language

MONTHS_SHOWN = 120
SAID_ELSEWHERE = ("term", "deferral", "interest-only", "step", "income-following")


@dataclass(frozen=True)
class Card:
    """What the template shows of an offer; `pay`: the amount she typed, where the offer answers one."""

    name: str
    title: str
    why: str
    monthly: str
    monthly_minor: int
    total_minor: int
    term: int
    monthly_note: str
    notes: tuple[str, ...]
    measures: str
    figures: tuple[tuple[str, str], ...]
    credit: str
    months: tuple[ChartMonth, ...]
    pay: str = ""
    what_if: str = ""
    why_url: str = ""


def card(offer: Offer, answer: Answer | None, *, pay: str = "", why_url: str = "") -> Card:
    """The card of an offer. `answer` gives the household's months for the chart; without it the chart is left out.
    `why_url`: the page that explains it.
    """
    plan = offer.plan
    settles = _measure_months(plan, "settlement") is not None
    note = "once" if len(plan.instalments) == 1 else "per_month" if plan.level else "varies"
    return Card(
        name=offer.name,
        title=words(f"plan.name.{offer.name}"),
        why=_why(offer),
        monthly=money(plan.instalment_max_minor),
        monthly_minor=plan.instalment_max_minor,
        total_minor=plan.total_minor,
        term=_term(plan),
        monthly_note=words(f"offers.page.card.{note}"),
        notes=tuple(_notes(plan)),
        measures=_measures(plan),
        figures=tuple(_figures(plan, answer)),
        credit=words(f"offers.page.credit.{'settled' if settles else 'kept'}"),
        months=chart_months(plan, answer.affordable) if answer else (),
        pay=pay,
        what_if=sentence(reader_language(), offer.counterfactual) if offer.counterfactual else "",
        why_url=why_url,
    )


def _why(offer: Offer) -> str:
    """The first sentence says why it bears its name; the rest stands in the figures."""
    if not offer.why:
        return ""
    first = offer.why[0]
    return words(first.key, **{name: figure(value) for name, value in first.facts.items()})


def _notes(plan: Plan) -> Sequence[str]:
    notes = []
    deferred = _measure_months(plan, "deferral")
    if deferred:
        notes.append(words("offers.page.card.holiday", months=months(deferred)))
    resting = _measure_months(plan, "interest-only")
    if resting:
        notes.append(words("offers.page.card.interest_only", months=months(resting)))
    if _measure_months(plan, "step") is not None:
        notes.append(words("offers.page.card.step"))
    if any(measure.measure == "income-following" for measure in plan.measures):
        notes.append(words("plan.why.income-following"))
    return notes


def _measures(plan: Plan) -> str:
    """What the lender does for it, in the words of each measure."""
    said = []
    for measure in (m for m in plan.measures if m.measure not in SAID_ELSEWHERE):
        facts = {"months": measure.months, "rate": percent(measure.rate_ppm or 0).removesuffix("%")}
        facts["amount"] = figure(major(measure.amount_minor or 0))
        said.append(words(f"plan.measure.{measure.measure}", **facts))
    return words("offers.page.card.we_do", what=words("evidence.page.list.or").join(said)) if said else ""


def _figures(plan: Plan, answer: Answer | None) -> Sequence[tuple[str, str]]:
    forgiven = plan.forgiven.total_minor
    lines = [
        (words("offers.page.card.months"), months(_term(plan))),
        (words("offers.page.card.first"), day(plan.first_due_on)),
        (words("offers.page.card.ends"), day(plan.ends_on)),
        (words("offers.page.card.total"), money(plan.total_minor)),
        (words("offers.page.card.waived"), money(forgiven) if forgiven else words("offers.page.card.waived_none")),
        (
            words("offers.page.card.cost"),
            percent(plan.annual_cost_ppm) if plan.annual_cost_ppm else words("offers.page.card.cost_zero"),
        ),
    ]
    if answer:
        lines.append((words("offers.page.card.against"), _against(plan.total_minor - answer.owed.total_minor)))
    return lines


def _against(more_minor: int) -> str:
    if not more_minor:
        return words("offers.page.card.same")
    return words(f"offers.page.card.{'more' if more_minor > 0 else 'less'}", amount=money(abs(more_minor)))


def chart_months(plan: Plan, budgets: Sequence[MonthBudget]) -> tuple[ChartMonth, ...]:
    """The household's months from now to the last instalment; beyond the known ones the last one stands."""
    if not budgets:
        return ()
    due: dict[str, int] = {}
    for row in plan.instalments:
        due[month_of(row.due_on)] = due.get(month_of(row.due_on), 0) + row.amount_minor
    known = {budget.month: budget for budget in budgets}
    last, shown = month_of(plan.ends_on), []
    for index in range(MONTHS_SHOWN):
        month = month_after(budgets[0].month, index)
        budget = known.get(month, budgets[-1])
        need = budget.need_minor + budget.debts_minor
        shown.append(ChartMonth(month, budget.income_minor, need, due.get(month, 0)))
        if month >= last:
            break
    return tuple(shown)


def _term(plan: Plan) -> int:
    return _measure_months(plan, "term") or len(plan.instalments)


def _measure_months(plan: Plan, name: str) -> int | None:
    return next((measure.months or 0 for measure in plan.measures if measure.measure == name), None)
