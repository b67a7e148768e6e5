"""Room 1, contact: what the bot says, in words: its values of core/bot_lines.py said in a language, with their sources.

Also what her words are read with: the phrases, the names of places and the labels of choices in every language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from forbear.actions.ports import Desk
from forbear.actions.sections import place_told
from forbear.core.bot import INCOME_KINDS
from forbear.core.bot_lines import Choice, FactOf, Line, Money, Percent, Place, Said
from forbear.core.bot_statement import Known, bare
from forbear.core.hearing import Lexicon, lexicon
from forbear.core.plan import Cause
from forbear.core.rules import Force, NoContractDate, NoRule, Rulebook
from forbear.core.said_figures import half_width
from forbear.core.statement import WISHES, Question
from forbear.words import LANGUAGES, format, known, say, sentences
from forbear.words.phrases import phrases


@dataclass(frozen=True)
class Offered:
    """A quick reply in words: pressing it posts `text`; with a `page`, it leads to that page of her case."""

    text: str
    page: str = ""


def told(desk: Desk, language: str, said: Said) -> str:
    """A message of the bot as she reads it: a sentence a line, and where its figures come from."""
    rulebook = desk.rulebooks.on(desk.clock.today())
    lines = [line for one in said.lines if (line := _line(language, one, rulebook))]
    if sources := _sources(language, said.rules, rulebook):
        lines.append(say(language, "bot.source", sources=sources))
    return "\n".join(lines)


def offered(language: str, choices: tuple[Choice, ...]) -> tuple[Offered, ...]:
    """The quick replies in words."""
    return tuple(Offered(say(language, choice.label.key), choice.page) for choice in choices)


def _line(language: str, line: Line, rulebook: Rulebook) -> str:
    currency = rulebook.text("currency")
    facts = {name: _fact(language, value, rulebook, currency) for name, value in line.facts.items()}
    if line.key.startswith(("bot.answer.", "bot.mine.")):
        return ("" if language == "zh" else " ").join(sentences(language, line.key, **facts))
    return say(language, line.key, currency=currency, **facts)


def _fact(language: str, value: FactOf, rulebook: Rulebook, currency: str) -> str:
    match value:
        case None:
            return ""
        case Money(minor):
            return format.money(language, minor, currency)
        case Percent(ppm):
            return format.percent(ppm)
        case Place(scope):
            return place_told(language, scope) if "/" in scope else say(language, "statement.page.place.elsewhere")
        case Line():
            return _line(language, value, rulebook)
        case tuple():
            return say(language, "bot.and").join(_line(language, one, rulebook) for one in value)
        case datetime():
            return format.moment(language, value)
        case date():
            return format.day(language, value)
    return str(value)


def _sources(language: str, rules: tuple[str, ...], rulebook: Rulebook) -> str:
    """Laws by their titles, the lender's own rules and systems by a word; each once."""
    found: dict[str, None] = {}
    for rule in rules:
        if rule in ("record", "loan-book"):
            found[say(language, "bot.record" if rule == "record" else "bot.book")] = None
            continue
        try:
            param = rulebook.param(rule)
        except (NoRule, NoContractDate):
            continue
        found[say(language, "bot.house") if param.force is Force.HOUSE else str(param.source)] = None
    return say(language, "bot.and").join(found)


# ---- what her words are read with ----------------------------------------------------------------------------------


@cache
def shipped_lexicon() -> Lexicon:
    """The phrases that come with Forbear."""
    return lexicon(phrases())


def known_words(desk: Desk) -> Known:
    """What her words are read with today."""
    today = desk.clock.today()
    return Known(lexicon=shipped_lexicon(), places=_places(desk.rulebooks.on(today)), labels=_labels(), today=today)


def _places(rulebook: Rulebook) -> Mapping[str, str]:
    """The places that the rulebook knows a living cost of, by their names, and the country for any other."""
    scopes = sorted({param.scope for param in rulebook.params if param.key == "budget.floor" and param.scope})
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for scope in scopes:
            key = (
                f"statement.page.place.{scope.rpartition('/')[2]}" if "/" in scope else "statement.page.place.elsewhere"
            )
            if known(language, key):
                found[half_width(say(language, key))] = scope
        named = half_width(say(language, "bot.elsewhere"))
        found |= {word: scopes[0].partition("/")[0] for word in named.split("|") if scopes}
    return found


@cache
def _labels() -> Mapping[Question, Mapping[str, str]]:
    """The value of every choice of a question by its label, in every language."""
    options = {
        Question.CAUSE: {f"option.{cause}": str(cause) for cause in Cause},
        Question.SINCE: {"unknown": "unknown"},
        Question.UNTIL: {"unknown": "unknown"},
        Question.INCOME: {f"proof.{grade}": grade for grade in "ABCD"}
        | {f"option.{kind}": "" for kind in INCOME_KINDS}
        | {name: name for name in ("none", "unknown")},
        Question.OUTGOINGS: {name: name for name in ("none", "unknown")},
        Question.DEBTS: {name: name for name in ("none", "unknown")},
        Question.WISH: {f"option.{kind}": kind for kind in WISHES} | {"any": "any"},
    }
    return {
        question: {
            bare(say(language, f"statement.page.{question}.{name}")): value
            for language in LANGUAGES
            for name, value in values.items()
        }
        for question, values in options.items()
    }
