"""What an explanation says of several loans beside what it says of one: each loan, and its part of each plan."""

from collections.abc import Iterator

from forbear.actions.sections import Item, Section, Table, currency_of, measure_told, money, rule_name
from forbear.actions.told_case import asked, household, wishes
from forbear.core.explained import Audience, Explanation, LoanExplained, OfferExplained
from forbear.core.money import major
from forbear.words import format, say

COLUMNS = ("principal", "interest", "penalty", "fees", "total")


def loans_counted(explanation: Explanation, language: str) -> Iterator[Section]:
    """What is owed on each loan and in all, the contracts, cause and wish; then the household."""
    assert explanation.inputs is not None, "several loans are explained from their question"
    rows = [(loan.contract, loan.owed) for loan in explanation.loans]
    rows.append((say(language, "explanation.several.all"), explanation.owed))
    table = Table(
        caption=say(language, "explanation.several.owed"),
        head=(
            say(language, "explanation.several.contract"),
            *(say(language, f"explanation.counted.{name}") for name in COLUMNS),
        ),
        rows=tuple(
            (name, *(format.figure(language, major(getattr(owed, f"{column}_minor"))) for column in COLUMNS))
            for name, owed in rows
        ),
        numbers=tuple(range(1, 1 + len(COLUMNS))),
    )
    hers = explanation.audience is Audience.BORROWER
    figures = [asked(explanation.inputs, language), *wishes(explanation, explanation.inputs, language)]
    yield Section(
        title=say(language, "explanation.counted.title"),
        figures=tuple(figures),
        items=tuple(_loan(explanation, loan, language) for loan in explanation.loans),
        table=table,
        notes=(say(language, "explanation.page.fits"),) if hers else (),
    )
    yield household(explanation, explanation.inputs, language)


def parts_told(explanation: Explanation, shown: OfferExplained, language: str) -> Iterator[Section]:
    """Each loan's part of one plan, then each of its payments by loan and day."""
    parts = [(loan.contract, part) for loan in explanation.loans if (part := loan.part(shown.offer.name))]
    yield Section(
        title=say(language, "explanation.several.parts"),
        lines=(say(language, "explanation.several.parts_line"),),
        items=tuple(Item(contract, tuple(_part(explanation, part, language))) for contract, part in parts),
    )
    rows = sorted((row.due_on, contract, row) for contract, part in parts for row in part.offer.plan.instalments)
    caption = say(language, "explanation.several.payments")
    yield Section(
        title=caption,
        table=Table(
            caption=caption,
            head=tuple(
                say(language, f"explanation.several.{name}") for name in ("due_on", "contract", "amount", "left")
            ),
            rows=tuple(
                (
                    format.day(language, due_on),
                    contract,
                    format.figure(language, major(row.amount_minor)),
                    format.figure(language, major(row.balance_minor)),
                )
                for due_on, contract, row in rows
            ),
            numbers=(2, 3),
        ),
        folded=True,
    )


def _loan(explanation: Explanation, loan: LoanExplained, language: str) -> Item:
    contract, waiting = loan.inputs.question.loan, loan.waiting
    facts = {
        "rate": format.percent(contract.rate_ppm),
        "instalment": money(explanation, language, contract.instalment_minor),
        "count": contract.instalments_left,
        "days": loan.days_past_due,
    }
    late = "late" if loan.days_past_due else "on_time"
    more = money(explanation, language, waiting.later.total_minor - waiting.now.total_minor)
    lines = [say(language, f"explanation.several.loan_{late}", **facts)]
    if waiting.later.total_minor > waiting.now.total_minor:
        lines.append(say(language, "explanation.several.loan_waiting", days=waiting.days, amount=more))
    return Item(loan.contract, tuple(lines))


def _part(explanation: Explanation, part: OfferExplained, language: str) -> Iterator[str]:
    """What the part takes and by when, its relief, and for the desk the rules that bind it."""
    plan, numbers = part.offer.plan, part.figures
    facts = {
        "amount": money(explanation, language, numbers.highest_minor),
        "count": numbers.payments,
        "first": format.day(language, plan.first_due_on),
        "last": format.day(language, plan.ends_on),
        "total": money(explanation, language, numbers.total_minor),
        "cost": format.percent(plan.annual_cost_ppm),
    }
    yield say(
        language, "explanation.several.part_one" if numbers.payments == 1 else "explanation.several.part", **facts
    )
    relief = [
        measure_told(language, m, currency_of(explanation))
        for m in plan.measures
        if m.measure not in ("term", "income-following")
    ]
    if relief:
        yield say(
            language, "explanation.several.relief", measures=say(language, "explanation.several.join").join(relief)
        )
    bound = [rule_name(language, rule) for rule in part.rules if rule.bound]
    if bound and explanation.audience is not Audience.BORROWER:
        yield say(language, "explanation.lender.bound", rules=say(language, "explanation.several.join").join(bound))
