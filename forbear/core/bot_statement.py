"""Room 1, contact: the statement told to the bot: what people type for each of the nine questions, read into the answer
that the pages make too, and told back to them.

A question may take several messages; what is missing is a `part`. Nothing is kept between them but her own words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forbear.core.bot_lines import Line, Money, Place
from forbear.core.codec import typed
from forbear.core.hearing import Lexicon
from forbear.core.refusal import Refusal
from forbear.core.said_figures import SMALL_NUMBERS, Amount, amounts_in, count_said, day_said, half_width, months_said
from forbear.core.statement import SHAPES, TEXT_MAX, Question

_NUMBER_WORDS = {word: n for n, word in enumerate(SMALL_NUMBERS)}
CREDITOR_MAX = 60


@dataclass(frozen=True, kw_only=True)
class Read:
    """What her words make: a whole `answer`, or the `part` that is still missing, or a `fault` in a figure or day.
    All empty: the words are no answer to this question.
    """

    answer: Mapping[str, Any] | None = None
    part: str = ""
    fault: Refusal | None = None


@dataclass(frozen=True)
class Told:
    """One message of hers towards a question, with the part that was asked for, "" for the question itself."""

    part: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What her words are read with: phrases, scopes of places by their names, values of choices by their labels."""

    lexicon: Lexicon
    places: Mapping[str, str]
    labels: Mapping[Question, Mapping[str, str]]
    today: date


NOTHING = Read()


def read_answer(question: Question, told: Sequence[Told], known: Known) -> Read:
    """What her messages since the question was asked say in answer to it."""
    return _READERS[question](told, known)


def bare(text: str) -> str:
    """Words as labels are looked for."""
    return half_width(text).strip().rstrip("。.,，")


def _label(question: Question, text: str, known: Known) -> str:
    """The value of a choice that was pressed, or typed as it is written."""
    return known.labels.get(question, {}).get(bare(text), "")


def _cause(told: Sequence[Told], known: Known) -> Read:
    text = told[-1].text
    if value := _label(Question.CAUSE, text, known):
        return Read(answer={"cause": value})
    found = known.lexicon.which("cause", text)
    if len(found) == 1:
        return Read(answer={"cause": found[0]})
    return Read(part="one") if found else NOTHING


def _day(back: bool) -> Callable[[Sequence[Told], Known], Read]:
    def read(told: Sequence[Told], known: Known) -> Read:
        text = told[-1].text
        found = day_said(text, known.today, back=back)
        if isinstance(found, date):
            return Read(answer={"on": found.isoformat()})
        if isinstance(found, Refusal):
            return Read(fault=found)
        unsure = known.lexicon.says("said", "unknown", text) or known.lexicon.says("said", "skip", text)
        return Read(answer={"on": None}) if unsure else NOTHING

    return read


def _story(told: Sequence[Told], known: Known) -> Read:
    text = told[-1].text.strip()
    if known.lexicon.says("said", "skip", text) or known.lexicon.says("said", "no", text):
        return Read(answer={"words": ""})
    return Read(answer={"words": text}) if text and len(text) <= TEXT_MAX else NOTHING


# ---- who lives where -----------------------------------------------------------------------------------------------


def _home(told: Sequence[Told], known: Known) -> Read:
    place, adults, children = "", None, None
    for one in told:
        place = _place(one.text, known) or place
        more_adults, more_children = _people(one.text, known)
        count = count_said(one.text)
        if one.part == "adults" and more_adults is None:
            more_adults = count
        if one.part == "children" and more_children is None:
            none = known.lexicon.says("said", "none", one.text) or known.lexicon.says("said", "no", one.text)
            more_children = 0 if none else count
        adults = adults if more_adults is None else more_adults
        children = children if more_children is None else more_children
    if not place and adults is None and children is None:
        return NOTHING
    for part, value in (("place", place or None), ("adults", adults), ("children", children)):
        if value is None:
            return Read(part=part)
    return Read(answer={"place": place, "adults": adults, "children": children})


def _place(text: str, known: Known) -> str:
    """The place named longest: a city before its province."""
    low = half_width(text)
    found = [name for name in known.places if _names(name, low)]
    return known.places[max(found, key=lambda name: (known.places[name].count("/"), len(name)))] if found else ""


def _names(name: str, low: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", low) is not None if name.isascii() else name in low


def _people(text: str, known: Known) -> tuple[int | None, int | None]:
    lexicon = known.lexicon
    text = text if re.search("[\u3400-\u9fff]", text) else half_width(text)
    adults, children, together = (_number(lexicon, name, text) for name in ("adults", "children", "household"))
    if lexicon.says("people", "no_children", text):
        children = 0
    clauses = re.split(r"[,，;；。.\n]", text)
    if (adults, children, together) == (None, None, None) and any(lexicon.says("people", "one", c) for c in clauses):
        return 1, 0
    if adults is None and lexicon.says("people", "partner", text):
        adults = 2
    if together is not None and adults is None and children is not None:
        adults = together - children
    elif together is not None and adults is not None and children is None:
        children = max(0, together - adults)
    return adults, children


def _number(lexicon: Lexicon, name: str, text: str) -> int | None:
    found = lexicon.found("people", name, text)
    if found is None:
        return None
    said = found["n"]
    return _NUMBER_WORDS.get(said) or count_said(said)


# ---- money in, money out -------------------------------------------------------------------------------------------


def _income(told: Sequence[Told], known: Known) -> Read:
    read = _money("income", told, known)
    if not isinstance(read, list):
        return read
    last = told[-1]
    proof = _label(Question.INCOME, last.text, known) if last.part == "proof" else ""
    if not proof and last.part == "proof":
        found = known.lexicon.which("proof", last.text)
        proof = found[0] if found else ("D" if known.lexicon.says("said", "no", last.text) else "")
    if not proof:
        return Read(part="proof")
    lines = [{"source": kind, "evidence": proof, "monthly_minor": minor} for kind, minor in read]
    return Read(answer={"known": True, "lines": lines})


def _outgoings(told: Sequence[Told], known: Known) -> Read:
    read = _money("outgoings", told, known)
    if not isinstance(read, list):
        return read
    lines = [{"kind": kind, "monthly_minor": minor} for kind, minor in read]
    return Read(answer={"known": True, "lines": lines})


def _money(group: str, told: Sequence[Told], known: Known) -> Read | list[tuple[str, int]]:
    """(kind, a month) of every amount named; no money and not knowing are answers."""
    if pressed := _pressed(Question(group), told, known):
        return pressed
    lexicon, text = known.lexicon, half_width("\n".join(one.text for one in told if one.part != "proof"))
    found = amounts_in(text)
    if not found:
        return _without(known, text)
    if fault := next((one.minor for one in found if isinstance(one.minor, Refusal)), None):
        return Read(fault=fault)
    if any(lexicon.says("said", period, text) for period in ("daily", "weekly", "yearly")):
        return Read(part="monthly")
    kinds = _kinds(group, text, found, lexicon)
    if not any(kinds) and all(one.minor == 0 for one in found):
        return Read(answer={"known": True, "lines": []})
    if group == "income" and lexicon.says("said", "once", text):
        return Read(part="once")
    if not all(kinds):
        return Read(part="kind")
    return [(kind, one.minor) for kind, one in zip(kinds, found, strict=True) if isinstance(one.minor, int)]


def _pressed(question: Question, told: Sequence[Told], known: Known) -> Read | None:
    """None and I don't know, pressed."""
    label = _label(question, told[-1].text, known)
    return Read(answer={"known": label == "none", "lines": []}) if label in ("none", "unknown") else None


def _without(known: Known, text: str) -> Read:
    if known.lexicon.says("said", "none", text):
        return Read(answer={"known": True, "lines": []})
    if known.lexicon.says("said", "unknown", text):
        return Read(answer={"known": False, "lines": []})
    return NOTHING


def _kinds(group: str, text: str, found: Sequence[Amount], lexicon: Lexicon) -> list[str]:
    """What each amount is: told before it (工资4500) or after it (4500 in wages), in one way throughout if possible."""
    edges = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(text)]
    named = [_named(group, text[edges[i] : starts[i]], lexicon) for i in range(len(starts))]
    before = [names[-1] if names else "" for names in named[:-1]]
    after = [names[0] if names else "" for names in named[1:]]
    if all(before) or not all(after):
        free = [len(names) > 1 or place == len(found) - 1 or not names for place, names in enumerate(named[1:])]
        return [kind or (after[place] if free[place] else "") for place, kind in enumerate(before)]
    return after


def _named(group: str, text: str, lexicon: Lexicon) -> list[str]:
    """What each clause of a text names, in order; the first name of the list wins in a clause."""
    clauses = re.split(r"[,，;；。\n]|加上|还有|另外|\band\b|\bplus\b", text)
    return [names[0] for clause in clauses if (names := lexicon.which(group, clause))]


# ---- other debts, and what she asks for ----------------------------------------------------------------------------


def _debts(told: Sequence[Told], known: Known) -> Read:
    if pressed := _pressed(Question.DEBTS, told, known):
        return pressed
    text = half_width("\n".join(one.text for one in told))
    if not amounts_in(text):
        return _without(known, text)
    lines = []
    for piece in _pieces(told):
        line = _debt(piece, known)
        if isinstance(line, Read):
            return line
        lines.append({**line, "creditor": _as_written(line["creditor"], told)})
    return Read(answer={"known": True, "lines": lines})


def _as_written(name: str, told: Sequence[Told]) -> str:
    """A name with the capitals she gave it."""
    found = re.search(re.escape(name), "\n".join(one.text for one in told), re.IGNORECASE)
    return found[0] if found else name


def _pieces(told: Sequence[Told]) -> list[str]:
    """One text a loan: lines, semicolons and full stops part them; an answer to a part belongs to the last of them."""
    pieces: list[str] = []
    for one in told:
        parts = [part for part in re.split(r"[;；。\n]+(?=\s*\S)", half_width(one.text)) if part.strip()]
        if one.part and pieces and parts:
            mark = {"balance": "欠 ", "monthly": "每月 ", "creditor": ""}.get(one.part, "")
            pieces[-1] = f"{pieces[-1]}, {mark}{parts.pop(0)}"
        pieces += parts
    return pieces


def _debt(text: str, known: Known) -> dict[str, Any] | Read:
    found = amounts_in(text)
    if fault := next((one.minor for one in found if isinstance(one.minor, Refusal)), None):
        return Read(fault=fault)
    values: dict[str, int] = {}
    plain: list[int] = []
    at = 0
    for one in found:
        before = re.split(r"[,，]", text[at : one.start])[-1]
        after = re.split(r"[,，]", text[one.end :])[0]
        after = "" if amounts_in(after) else after  # what stands between two belongs to the second
        name = _which(before, known) or _which(after, known)
        if name and name not in values and isinstance(one.minor, int):
            values[name] = one.minor
        elif isinstance(one.minor, int):
            plain.append(one.minor)
        at = one.end
    if "monthly" not in values and known.lexicon.says("debt", "no_monthly", text):
        values["monthly"] = 0
    if len(plain) == 1 and len(values) == 1:  # one is named, so that the other can be one thing only
        values |= {name: plain[0] for name in ("balance", "monthly") if name not in values}
    creditor = _creditor(text)
    for part in ("balance", "monthly"):
        if part not in values:
            return Read(part=part)
    if not creditor:
        return Read(part="creditor")
    return {
        "creditor": creditor,
        "balance_minor": values["balance"],
        "monthly_minor": values["monthly"],
        "priority": known.lexicon.says("debt", "priority", text),
    }


def _which(text: str, known: Known) -> str:
    for name in ("monthly", "balance"):
        if known.lexicon.says("debt", name, text):
            return name
    return ""


_NOT_A_CREDITOR = re.compile(
    r"不用|不急着|没有|每个?月|月供|一个月|要?还款?|欠了?|还剩|剩下?|余额|本金|总共|一共|总额|大概|左右|的?贷款|借款|我|在|向|从|有|和|,|，|：|:|、"
    r"|\b(?:i|owe|owing|a|an|the|per|each|every|month|monthly|left|balance|remaining|outstanding|total|about|with|to|my|of"
    r"|is|at|and|pay|paying|loan|from|instalments?|borrowed|for|it|there|yuan|rmb)\b|\s+"
)


def _creditor(text: str) -> str:
    """What is left of a text without its amounts and the words around them."""
    for one in reversed(amounts_in(text)):
        text = f"{text[: one.start]} {text[one.end :]}"
    left = " ".join(_NOT_A_CREDITOR.sub(" ", text).split())
    return left[:CREDITOR_MAX].strip(" .。!！?？")


def _wish(told: Sequence[Told], known: Known) -> Read:
    text = half_width(told[-1].text)
    found, months = amounts_in(text), months_said(text)
    if fault := next((one.minor for one in found if isinstance(one.minor, Refusal)), None):
        return Read(fault=fault)
    label = _label(Question.WISH, text, known)
    if label == "any":
        return Read(answer={"kinds": [], "instalment_minor": None, "months": None})
    kinds = [label] if label else list(known.lexicon.which("wish", text))
    minor = next((one.minor for one in found if isinstance(one.minor, int)), None)
    unsure = any(known.lexicon.says("said", name, text) for name in ("unknown", "skip", "none"))
    if not kinds and minor is None and months is None and not unsure:
        return NOTHING
    if "payment-holiday" in kinds and "longer-term" not in kinds:
        months = None  # the months of the pause, not of the plan
    if "settlement" in kinds:
        minor = None  # what is paid once, not each month
    return Read(answer={"kinds": kinds, "instalment_minor": minor, "months": months})


_READERS: Mapping[Question, Callable[[Sequence[Told], Known], Read]] = {
    Question.CAUSE: _cause,
    Question.SINCE: _day(True),
    Question.UNTIL: _day(False),
    Question.STORY: _story,
    Question.HOME: _home,
    Question.INCOME: _income,
    Question.OUTGOINGS: _outgoings,
    Question.DEBTS: _debts,
    Question.WISH: _wish,
}


# ---- and told back ---------------------------------------------------------------------------------------------------


def told_back(question: Question, answer: Mapping[str, Any]) -> tuple[Line, ...]:
    """A saved answer in the words of the pages, for her to see what was understood."""
    value = typed(SHAPES[question], answer)
    match question:
        case Question.CAUSE:
            return (Line(f"statement.page.cause.option.{value.cause}"),)
        case Question.SINCE | Question.UNTIL:
            return (Line("bot.day", {"date": value.on}) if value.on else Line(f"statement.page.{question}.unknown"),)
        case Question.STORY:
            return (Line("bot.words", {"words": value.words}) if value.words else Line("site.page.none"),)
        case Question.HOME:
            people = {"adults": value.adults, "children": value.children}
            return (Line("bot.place", {"place": Place(value.place)}), Line("statement.page.check.line_people", people))
        case Question.INCOME | Question.OUTGOINGS:
            return _lines_told(question, value)
        case Question.DEBTS:
            owed = [
                Line(
                    "statement.page.debts.line",
                    {
                        "creditor": line.creditor,
                        "balance": Money(line.balance_minor),
                        "monthly": Money(line.monthly_minor),
                    },
                )
                for line in value.lines
            ]
            return (*owed, *_state(question, value))
    return _wish_told(value)


def _lines_told(question: Question, value: Any) -> tuple[Line, ...]:
    lines = []
    for line in value.lines:
        kind = line.source if question is Question.INCOME else line.kind
        once = {"month": line.month, "amount": Money(line.amount_minor or 0)}
        each = {"amount": Money(line.monthly_minor or 0)}
        amount = Line("statement.page.once", once) if line.month else Line("statement.page.each_month", each)
        named = Line(f"statement.page.{question}.option.{kind}")
        lines.append(Line("statement.page.line", {"kind": named, "amount": amount}))
    if question is Question.INCOME and value.lines:
        lines.append(Line(f"statement.page.income.proof.{value.lines[0].evidence}"))
    return (*lines, *_state(question, value))


def _state(question: Question, value: Any) -> tuple[Line, ...]:
    if not value.known:
        return (Line(f"statement.page.{question}.unknown"),)
    return () if value.lines else (Line(f"statement.page.{question}.none"),)


def _wish_told(value: Any) -> tuple[Line, ...]:
    lines = [Line(f"statement.page.wish.option.{kind}") for kind in value.kinds]
    if value.instalment_minor is not None:
        lines.append(Line("statement.page.check.wish_instalment", {"amount": Money(value.instalment_minor)}))
    if value.months is not None:
        lines.append(Line("statement.page.check.wish_months", {"months": Line("bot.months", {"months": value.months})}))
    return tuple(lines) or (Line("statement.page.wish.any"),)
