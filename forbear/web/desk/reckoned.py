"""A month's budget in words: each line with what it counts and why, and what is still to be asked about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from forbear.core.budget_explained import MonthExplained
from forbear.core.spending import Guideline
from forbear.web.templatetags.desk import term_in
from forbear.words import say
from forbear.words.format import money, percent


@dataclass(frozen=True)
class Row:
    """One line: its name, how it came about, and the amount; `whole` where it is a sum."""

    name: str
    how: str
    amount_minor: int
    whole: bool = False


def month_rows(said: MonthExplained, language: str) -> list[Row]:
    """From what comes in to what can be borne, in the order it is reckoned."""
    month = said.month
    rows = list(_income(said, language))
    rows.append(Row(say(language, "desk.label.income_counted"), "", month.income_minor, whole=True))
    rows += _needs(said, language)
    rows.append(Row(say(language, "desk.label.need"), "", month.need_minor, whole=True))
    first = say(language, "desk.budget.priority")
    rows += [Row(debt.creditor or "–", first if debt.priority else "", debt.month_minor) for debt in said.debts]
    rows.append(Row(say(language, "desk.label.buffer"), percent(said.buffer_ppm), month.buffer_minor))
    bound = say(language, "desk.budget.bound_by_stress") if said.bound_by_stress else ""
    if month.short_minor:
        why = say(language, f"desk.budget.short_{said.short_of}")
        rows.append(Row(say(language, "desk.budget.short"), why, month.short_minor, whole=True))
    rows.append(Row(say(language, "desk.label.affordable"), bound, month.affordable_minor, whole=True))
    return rows


def questions(said: MonthExplained, language: str) -> list[str]:
    """What to ask the person: each group above its guideline that nobody has explained yet."""
    return [_question(group, language) for group in said.guidelines if group.asks]


def _question(group: Guideline, language: str) -> str:
    names = [term_in(language, f"statement.page.outgoings.option.{kind}") for kind in group.kinds]
    return say(
        language,
        "desk.budget.ask_line",
        group=("、" if language == "zh" else ", ").join(names),
        stated=money(language, group.stated_minor),
        guideline=money(language, group.guideline_minor),
        counted=money(language, group.counted_minor),
    )


def _income(said: MonthExplained, language: str) -> Iterator[Row]:
    for item in said.income:
        stated = f"{money(language, item.month_minor)} {say(language, f'desk.budget.explained_{item.rule}')}"
        how = " · ".join((stated, say(language, f"desk.grade.{item.evidence}"), percent(item.share_ppm)))
        yield Row(term_in(language, f"desk.income.{item.source}"), how, item.counted_minor)


def _needs(said: MonthExplained, language: str) -> Iterator[Row]:
    for need in said.needs:
        marks = [say(language, f"desk.budget.nature_{need.nature}")]
        marks += [say(language, "desk.budget.priority")] if need.priority else []
        marks += [say(language, "desk.budget.unshown")] if need.nature != "flexible" and not need.shown else []
        yield Row(
            term_in(language, f"statement.page.outgoings.option.{need.kind}"), " · ".join(marks), need.stated_minor
        )
    if said.by_guidelines_minor:
        yield Row(say(language, "desk.budget.by_guidelines"), "", said.by_guidelines_minor)
    if said.raised_minor:
        yield Row(say(language, "desk.budget.by_floor"), "", said.raised_minor)
