"""Room 2, statement: why she fell behind, what she can pay and what she asks for, one question at a time.

Zero and "I don't know" are answers. Nothing here stops her: a contradiction is pointed out, a negative budget leads
to other ways, and what she does not know a person helps her with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from forbear.core.budget import Household, Income, OtherDebt, Outgoing
from forbear.core.codec import Malformed, plain, typed
from forbear.core.income import grade
from forbear.core.money import LIMIT_MINOR
from forbear.core.plan import Cause, Request
from forbear.core.refusal import Refusal
from forbear.core.rules import Rulebook
from forbear.core.spending import guidelines

TOLD_BEFORE_SUBMITTING = ("limitation", "credit-record", "data")
"""What she was told: limitation restarts (时效规定 art. 14), credit record (征信业管理条例 art. 15), her data."""

TEXT_MAX = 4000
"""Characters of a free text; a longer story is asked to be shortened, never cut."""

LINES_MAX = 60
"""Lines of a list such as income by month."""

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class Question(StrEnum):
    """In the order they are asked."""

    CAUSE = "cause"
    SINCE = "since"
    UNTIL = "until"
    STORY = "story"
    HOME = "home"
    INCOME = "income"
    OUTGOINGS = "outgoings"
    DEBTS = "debts"
    WISH = "wish"


@dataclass(frozen=True, kw_only=True)
class CauseAnswer:
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class DayAnswer:
    """`on` None: I don't know."""

    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class StoryAnswer:
    """Optional, in her own words."""

    words: str = ""


@dataclass(frozen=True, kw_only=True)
class HomeAnswer:
    place: str
    adults: int
    children: int


@dataclass(frozen=True, kw_only=True)
class IncomeAnswer:
    """`known` False: she cannot say; a person works it out with her. No lines and known: no income."""

    known: bool = True
    lines: tuple[Income, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutgoingsAnswer:
    known: bool = True
    lines: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DebtsAnswer:
    known: bool = True
    lines: tuple[OtherDebt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WishAnswer:
    """What she asks for; `instalment_minor` 0 is a valid wish, None means she does not know."""

    kinds: tuple[str, ...] = ()
    instalment_minor: int | None = None
    months: int | None = None


SHAPES: Mapping[Question, type] = {
    Question.CAUSE: CauseAnswer,
    Question.SINCE: DayAnswer,
    Question.UNTIL: DayAnswer,
    Question.STORY: StoryAnswer,
    Question.HOME: HomeAnswer,
    Question.INCOME: IncomeAnswer,
    Question.OUTGOINGS: OutgoingsAnswer,
    Question.DEBTS: DebtsAnswer,
    Question.WISH: WishAnswer,
}

WISHES = (
    *("longer-term", "lower-instalment", "lower-interest", "waive-penalty"),
    *("payment-holiday", "interest-only", "step-up", "settlement", "other"),
)

Answers = Mapping[Question, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A whole statement as submitted. `unsure`: questions she answered with "I don't know"."""

    cause: Cause
    since: date | None
    until: date | None
    story: str
    household: Household
    request: Request
    unsure: tuple[str, ...] = ()


def check_answer(question: Question, answer: Mapping[str, Any], today: date) -> Mapping[str, Any] | Refusal:
    """The answer in its canonical plain form, or what is wrong with it, naming the place in `where`."""
    try:
        value = typed(SHAPES[question], answer, "answer")
    except Malformed as fault:
        said = {"problem": fault.problem}
        return Refusal("statement.shape", "statement.refusal.shape", facts=said, where=fault.where)
    refusal = _sense(question, value, today)
    if refusal is not None:
        return refusal
    canonical: Mapping[str, Any] = plain(value)
    return canonical


def check_household(household: Household, rulebook: Rulebook) -> Refusal | None:
    """What is wrong with a household's figures, naming the place in `where`; None when they can be reckoned with."""
    if refusal := check_place(household.place, rulebook):
        return refusal
    if not 1 <= household.adults <= 20:
        return _no("adults", "adults")
    if not 0 <= household.children <= 20:
        return _no("children", "children")
    if not 0 <= household.older_children <= household.children:
        return _no("older-children", "older_children")
    for group in ("income", "outgoings", "other_debts"):
        if refusal := _lines(getattr(household, group)):
            return replace(refusal, where=f"{group}{refusal.where.removeprefix('lines')}")
    for number, line in enumerate(household.income):
        if (line.slips or line.credits) and line.evidence.value < grade(line.slips, line.credits, rulebook).value:
            return _no("grade", f"income[{number}]")
    return None


def check_place(place: str, rulebook: Rulebook) -> Refusal | None:
    """Whether the rulebook knows what living costs at a place or in the country around it."""
    return None if rulebook.stack("budget.floor", place) else _no("place", "place")


def _sense(question: Question, value: Any, today: date) -> Refusal | None:
    match question:
        case Question.SINCE if value.on and value.on > today:
            return _no("future", "on")
        case Question.SINCE if value.on and value.on.year < 1990:
            return _no("long-ago", "on")
        case Question.UNTIL if value.on and value.on.year > today.year + 20:
            return _no("far-off", "on")
        case Question.STORY if len(value.words) > TEXT_MAX:
            return _no("too-long", "words", most=TEXT_MAX)
        case Question.HOME if not (1 <= value.adults <= 20):
            return _no("adults", "adults")
        case Question.HOME if not (0 <= value.children <= 20):
            return _no("children", "children")
        case Question.INCOME | Question.OUTGOINGS | Question.DEBTS:
            return _lines(value.lines)
        case Question.WISH if any(kind not in WISHES for kind in value.kinds):
            return _no("wish", "kinds")
        case Question.WISH if value.months is not None and not 1 <= value.months <= 600:
            return _no("months", "months")
        case Question.WISH if value.instalment_minor is not None and not 0 <= value.instalment_minor < LIMIT_MINOR:
            return _no("amount", "instalment_minor")
    return None


def _lines(lines: tuple[Any, ...]) -> Refusal | None:
    if len(lines) > LINES_MAX:
        return _no("too-many", "lines", most=LINES_MAX)
    for number, line in enumerate(lines):
        shown = (line.slips, line.credits) if isinstance(line, Income) else ()
        amounts = [v for k, v in vars(line).items() if k.endswith("_minor") and v is not None]
        amounts += [amount for months in shown for _, amount in months]
        if not amounts or any(not 0 <= amount < LIMIT_MINOR for amount in amounts):
            return _no("amount", f"lines[{number}]")
        if isinstance(line, OtherDebt):
            continue
        by_months_alone = any(shown) and line.month is None
        if (line.monthly_minor is None) == (line.month is None) and not by_months_alone:
            return _no("monthly-or-month", f"lines[{number}]")
        for months in ([month for month, _ in one] for one in (*shown, ((line.month or "2000-01", 0),))):
            if not all(MONTH.fullmatch(month) for month in months) or len(set(months)) < len(months):
                return _no("month", f"lines[{number}]")
    return None


def _no(which: str, where: str, **facts: int) -> Refusal:
    return Refusal(f"statement.{which}", f"statement.refusal.{which}", facts=facts, where=where)


def missing(answers: Answers) -> tuple[Question, ...]:
    """The questions still open, in order; the story is hers to tell or not."""
    return tuple(q for q in Question if q not in answers and q is not Question.STORY)


@dataclass(frozen=True)
class Contradiction:
    """Two answers that do not fit together: a word key to ask about it kindly, and the question to go back to."""

    key: str
    question: Question


def contradictions(answers: Answers, rulebook: Rulebook) -> tuple[Contradiction, ...]:
    """What may be a slip, or is above a guideline without a word why; it is pointed out once and never blocks."""
    found = []
    since, until = (_given(answers, q) for q in (Question.SINCE, Question.UNTIL))
    if since and until and since.on and until.on and until.on < since.on:
        found.append(Contradiction("statement.slip.until-before-since", Question.UNTIL))
    income, wish = _given(answers, Question.INCOME), _given(answers, Question.WISH)
    if income and wish and income.known and wish.instalment_minor:
        most = max([line.monthly_minor or line.amount_minor or 0 for line in income.lines], default=0)
        if wish.instalment_minor > max(most, sum(line.monthly_minor or 0 for line in income.lines)):
            found.append(Contradiction("statement.slip.wish-above-income", Question.WISH))
    cause = _given(answers, Question.CAUSE)
    if cause and income and cause.cause is Cause.JOB_LOSS and any(line.source == "wages" for line in income.lines):
        found.append(Contradiction("statement.slip.wages-after-job-loss", Question.INCOME))
    if _above_usual(answers, rulebook):
        found.append(Contradiction("statement.slip.above-usual", Question.STORY))
    return tuple(found)


def _above_usual(answers: Answers, rulebook: Rulebook) -> bool:
    home, outgoings, story = (_given(answers, q) for q in (Question.HOME, Question.OUTGOINGS, Question.STORY))
    if not home or not outgoings or (story and story.words):
        return False
    people = {"place": home.place, "adults": home.adults, "children": home.children}
    household = Household(**people, income=(), outgoings=outgoings.lines, other_debts=())
    return any(group.asks for group in guidelines(household, rulebook))


def _given(answers: Answers, question: Question) -> Any:
    return typed(SHAPES[question], answers[question]) if question in answers else None


def statement_of(answers: Answers) -> Statement:
    """The statement that the answers make; every question of `missing` has been answered."""
    assert not missing(answers), "a statement is made of answers to every question"
    given = {question: _given(answers, question) for question in Question}
    home, income = given[Question.HOME], given[Question.INCOME]
    outgoings, debts, wish = given[Question.OUTGOINGS], given[Question.DEBTS], given[Question.WISH]
    story = given[Question.STORY]
    unsure = [str(q) for q, a in given.items() if a is not None and getattr(a, "known", True) is False]
    unsure += [str(q) for q in (Question.SINCE, Question.UNTIL) if given[q].on is None]
    household = Household(
        place=home.place,
        adults=home.adults,
        children=home.children,
        income=income.lines,
        outgoings=outgoings.lines,
        other_debts=debts.lines,
    )
    return Statement(
        cause=given[Question.CAUSE].cause,
        since=given[Question.SINCE].on,
        until=given[Question.UNTIL].on,
        story=story.words if story else "",
        household=household,
        request=Request(kinds=wish.kinds, instalment_minor=wish.instalment_minor, months=wish.months),
        unsure=tuple(unsure),
    )
