"""Answers and households as lines to read: what she said to each question, where a figure comes from, what changed.

A line of the budget that stands as she said it has her statement as its source; one that a person changed has the
correction, with who and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forbear.core import provenance
from forbear.core.budget import Household, Income, OtherDebt, Outgoing
from forbear.core.codec import typed
from forbear.core.contact import Channel, Role
from forbear.core.file import CaseFile
from forbear.core.statement import SHAPES, Question
from forbear.web.templatetags.desk import moment, term_in
from forbear.words import say
from forbear.words.format import day, money, month

Pairs = list[tuple[str, str]]


def answer_lines(question: Question, answer: Mapping[str, Any], language: str) -> Pairs:
    """An answer as (label, value) lines; a label is "" where the question says it all."""
    value = typed(SHAPES[question], dict(answer))
    unknown = [("", say(language, "desk.unknown"))]
    match question:
        case Question.CAUSE:
            return [("", term_in(language, f"statement.page.cause.option.{value.cause.value}"))]
        case Question.SINCE | Question.UNTIL:
            return [("", day(language, value.on))] if value.on else unknown
        case Question.STORY:
            return [("", value.words or say(language, "desk.nothing"))]
        case Question.HOME:
            people = say(language, "desk.people", adults=value.adults, children=value.children)
            return [("", place_name(language, value.place)), ("", people)]
        case Question.WISH:
            return _wish(value, language)
    if not value.known:
        return unknown
    return [line_words(line, language) for line in value.lines] or [("", say(language, "desk.nothing"))]


def _wish(value: Any, language: str) -> Pairs:
    lines = [("", term_in(language, f"statement.page.wish.option.{kind}")) for kind in value.kinds]
    if value.instalment_minor is not None:
        lines.append((say(language, "desk.label.instalment"), money(language, value.instalment_minor)))
    if value.months is not None:
        lines.append((say(language, "desk.label.months"), str(value.months)))
    return lines or [("", say(language, "desk.unknown"))]


def line_words(line: Income | Outgoing | OtherDebt, language: str) -> tuple[str, str]:
    """A line of a household as (name, amount in words)."""
    if isinstance(line, OtherDebt):
        facts = {"balance": money(language, line.balance_minor), "monthly": money(language, line.monthly_minor)}
        return line.creditor or "–", say(language, "desk.debt_line", **facts)
    if line.monthly_minor is not None:
        return line_name(line, language), say(language, "desk.each_month", amount=money(language, line.monthly_minor))
    if line.month is None:
        return line_name(line, language), say(language, "desk.budget.explained_observed")
    amount = money(language, line.amount_minor or 0)
    return line_name(line, language), say(
        language, "desk.in_month", month=month(language, line.month or ""), amount=amount
    )


def line_name(line: Income | Outgoing | OtherDebt, language: str) -> str:
    """What a line is about."""
    if isinstance(line, Income):
        return term_in(language, f"desk.income.{line.source}")
    return (
        term_in(language, f"statement.page.outgoings.option.{line.kind}")
        if isinstance(line, Outgoing)
        else line.creditor or "–"
    )


def place_name(language: str, place: str) -> str:
    """`cn/sichuan/chengdu` → 四川 成都; a place without a name of its own as it is written."""
    parts = place.split("/")[1:]
    if not parts:
        return term_in(language, "statement.page.place.elsewhere")
    return " ".join(term_in(language, f"statement.page.place.{part}") for part in parts)


@dataclass(frozen=True)
class Line:
    """A line of the budget with its provenance. `was`: what she had said, where it was changed."""

    name: str
    words: str
    evidence: str
    source: str
    changed: bool
    was: str


def lines_with_source(file: CaseFile, language: str) -> dict[str, list[Line]]:
    """The household as it counts now, each line with where it comes from and who changed it."""
    found: dict[str, list[Line]] = {group: [] for group in provenance.GROUPS}
    for line in provenance.lines(file.events):
        name, words = line_words(line.line, language)
        said = line_words(line.was, language)[1] if line.was else ""
        if line.changed and line.was is None:
            said = say(language, "desk.not_said")
        found[line.group].append(Line(name, words, line.grade, _source(line, file, language), line.changed, said))
    return found


def _source(line: provenance.Line, file: CaseFile, language: str) -> str:
    """Where a figure comes from, in one line: her statement on the web or by telephone, or a correction and why."""
    at = moment(line.at)
    if line.changed:
        source = say(language, "desk.source.corrected", who=line.by.id, at=at, reason=line.reason or "–")
    elif line.by.kind is not Role.BORROWER or line.channel is Channel.HOTLINE:
        source = say(language, "desk.source.told", who=line.by.id, at=at)
    else:
        source = say(language, "desk.source.said", at=at)
    paper = file.paper(line.paper) if line.paper else None
    shown = say(language, "desk.source.paper", name=paper.facts.name) if paper and paper.facts else ""
    return " ".join(part for part in (source, shown) if part)


def household_changes(before: Household, after: Household, language: str) -> Pairs:
    """What a correction changed, line by line: name → old and new."""
    changes: Pairs = []
    for group in ("income", "outgoings", "other_debts"):
        old_lines = {provenance.identity(line): line for line in getattr(before, group)}
        new_lines = {provenance.identity(line): line for line in getattr(after, group)}
        for which in {**old_lines, **new_lines}:
            old, new = old_lines.get(which), new_lines.get(which)
            if old != new:
                name = line_name(new or old, language)  # type: ignore[arg-type]
                changes.append(
                    (name, say(language, "desk.from_to", old=_words(old, language), new=_words(new, language)))
                )
    for name in ("place", "adults", "children", "older_children"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            changes.append((say(language, f"desk.label.{name}"), say(language, "desk.from_to", old=old, new=new)))
    return changes


def _words(line: Any, language: str) -> str:
    if line is None:
        return say(language, "desk.nothing")
    marks = [line.evidence.value] if isinstance(line, Income) else []
    marks += [line.explanation] if isinstance(line, Outgoing) and line.explanation else []
    within = ("（{}）" if language == "zh" else " ({})").format(", ".join(marks)) if marks else ""
    return line_words(line, language)[1] + within
