"""What each question of the statement shows: its fields, the lines she can add to, and the ways to say I don't know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from forbear.core.budget import Evidence
from forbear.core.dates import month_after, month_of
from forbear.core.plan import Cause
from forbear.core.rules import Rulebook
from forbear.core.statement import TEXT_MAX, WISHES, Question
from forbear.web.borrower.fields import Field, Option, Typed
from forbear.web.borrower.page import words
from forbear.web.text import month, reader_language

INCOME = ("wages", "partner", "self-employed", "pension", "benefit", "family", "rent", "other")
ONCE_IN = ("harvest", "bonus", "self-employed", "family", "other")
OUTGOINGS = ("rent", "food", "utilities", "transport", "medical", "school", "care", "insurance", "clothing", "other")
ONCE_OUT = ("school", "medical", "rent", "insurance", "other")
GRADES = tuple(grade.value for grade in Evidence)
ROWS_MAX = 20
MONTHS_AHEAD = 24


@dataclass(frozen=True)
class Row:
    """One line of a list she can lengthen."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Sheet:
    """What a question shows: fields, lines she can add to, and the ways to say none or I don't know."""

    fields: tuple[Field, ...] = ()
    rows: tuple[Row, ...] = ()
    asides: tuple[Field, ...] = ()
    tail: tuple[Field, ...] = ()
    compact: bool = False
    lengthens: bool = False

    @property
    def all_fields(self) -> tuple[Field, ...]:
        return (*self.fields, *(f for row in self.rows for f in row.fields), *self.asides, *self.tail)


def sheet(question: Question, given: Typed, today: date, rulebook: Rulebook) -> Sheet:
    """The fields of a question; `given` says how many lines a list has by now."""
    match question:
        case Question.CAUSE:
            return Sheet((_choice("cause", "cause", tuple(cause.value for cause in Cause)),))
        case Question.SINCE | Question.UNTIL:
            text = words(f"statement.page.{question}.unknown")
            on = Field("on", "date", _said(question, "label"), _said(question, "hint"))
            return Sheet((on, Field("state", "checks", text, heading=True, options=(Option("unknown", text),))))
        case Question.STORY:
            label, hint = _said(question, "label"), _said(question, "hint")
            return Sheet((Field("words", "area", label, hint, optional=True, maximum=TEXT_MAX),))
        case Question.HOME:
            return Sheet(_home(rulebook))
        case Question.INCOME:
            once = _once(question, "source", ONCE_IN, given, today)
            return replace(Sheet(_monthly(question, INCOME), once, **_list(question)), asides=(_proof(),))
        case Question.OUTGOINGS:
            once = _once(question, "kind", ONCE_OUT, given, today)
            return Sheet(_monthly(question, OUTGOINGS), once, **_list(question))
        case Question.DEBTS:
            rows = tuple(_debt(number) for number in range(row_count(given, least=1)))
            return Sheet((), rows, **_list(question))
        case Question.WISH:
            return Sheet(_wish())


def _said(question: Question, part: str) -> str:
    return words(f"statement.page.{question}.{part}")


def _choice(name: str, room: str, values: tuple[str, ...]) -> Field:
    return Field(name, "radios", words(f"statement.page.{room}.label"), heading=True, options=options(room, values))


def options(room: str, values: tuple[str, ...]) -> tuple[Option, ...]:
    """The choices of a group, with their hints where there are any."""
    hinted = {"cause": ("illness", "income-cut", "family-violence"), "wish": ("interest-only", "step-up")}.get(room, ())
    return tuple(
        Option(
            value,
            words(f"statement.page.{room}.option.{value}"),
            words(f"statement.page.{room}.hint.{value}") if value in hinted else "",
        )
        for value in values
    )


def _home(rulebook: Rulebook) -> tuple[Field, ...]:
    blank = Option("", words("statement.page.home.choose"))
    places = tuple(Option(place, place_words(place)) for place in places_of(rulebook))
    return (
        Field("place", "select", _said(Question.HOME, "place"), _said(Question.HOME, "place_hint"), (blank, *places)),
        Field("adults", "number", _said(Question.HOME, "adults"), unit=words("site.page.person_unit")),
        Field(
            "children",
            "number",
            _said(Question.HOME, "children"),
            _said(Question.HOME, "children_hint"),
            unit=words("site.page.person_unit"),
        ),
    )


def places_of(rulebook: Rulebook) -> tuple[str, ...]:
    """The places that the rulebook knows a living cost of, the whole country last."""
    found = {param.scope for param in rulebook.params if param.key == "budget.floor" and param.scope.count("/")}
    return (*sorted(found), "cn")


def place_words(place: str) -> str:
    """A place by its name: `cn/sichuan/chengdu` → 四川 成都."""
    if "/" not in place:
        return words("statement.page.place.elsewhere")
    return " ".join(words(f"statement.page.place.{part}") for part in place.split("/")[1:])


def _monthly(question: Question, kinds: tuple[str, ...]) -> tuple[Field, ...]:
    unit = words("site.page.yuan")
    return tuple(
        Field(f"m-{kind}", "amount", words(f"statement.page.{question}.option.{kind}"), unit=unit) for kind in kinds
    )


def _once(question: Question, name: str, kinds: tuple[str, ...], given: Typed, today: date) -> tuple[Row, ...]:
    first = month_of(today)
    ahead = [month_after(first, index) for index in range(MONTHS_AHEAD)]
    told = [given.get(f"r{index}-month", "") for index in range(row_count(given))]
    ahead = sorted({m for m in told if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", m)} | set(ahead))
    named = tuple(Option(m, month(m, reader_language())) for m in ahead)
    return tuple(
        Row(
            words(f"statement.page.{question}.row", number=index + 1),
            (
                Field(f"r{index}-kind", "select", _said(question, name), options=options(question.value, kinds)),
                Field(f"r{index}-month", "select", _said(question, "month"), options=named),
                Field(f"r{index}-amount", "amount", _said(question, "amount"), unit=words("site.page.yuan")),
            ),
        )
        for index in range(row_count(given))
    )


def _proof() -> Field:
    """What shows her income: plans over many months rest on it, and her papers are held against it later."""
    grades = tuple(Option(grade, words(f"statement.page.income.proof.{grade}")) for grade in GRADES)
    label, hint = _said(Question.INCOME, "proof_label"), _said(Question.INCOME, "proof_hint")
    return Field("proof", "radios", label, hint, options=grades)


def _debt(index: int) -> Row:
    said, unit = Question.DEBTS, words("site.page.yuan")
    priority = words("statement.page.debts.priority")
    return Row(
        words("statement.page.debts.row", number=index + 1),
        (
            Field(f"r{index}-creditor", "text", _said(said, "creditor"), _said(said, "creditor_hint"), maximum=60),
            Field(f"r{index}-balance", "amount", _said(said, "balance"), unit=unit),
            Field(f"r{index}-monthly", "amount", _said(said, "monthly"), unit=unit),
            Field(f"r{index}-priority", "checks", priority, heading=True, options=(Option("yes", priority),)),
        ),
    )


def _list(question: Question) -> Mapping[str, Any]:
    choices = tuple(Option(value, _said(question, value)) for value in ("none", "unknown"))
    tail = (Field("state", "checks", _said(question, "state"), heading=True, options=choices),)
    return {"tail": tail, "compact": question is not Question.DEBTS, "lengthens": True}


def _wish() -> tuple[Field, ...]:
    said = Question.WISH
    return (
        Field("kinds", "checks", _said(said, "kinds"), options=options("wish", WISHES)),
        Field(
            "instalment",
            "amount",
            _said(said, "instalment"),
            _said(said, "instalment_hint"),
            unit=words("site.page.yuan"),
            optional=True,
        ),
        Field(
            "months",
            "number",
            _said(said, "months"),
            _said(said, "months_hint"),
            unit=words("site.page.months_unit"),
            optional=True,
        ),
    )


def row_count(given: Typed, least: int = 0) -> int:
    """How many lines a list has by now."""
    text = given.get("rows", "")
    return min(max(int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0, least), ROWS_MAX)
