"""Values that would silently change nothing: a place nobody asks for, a word nobody reads, one that another hides.

A rulebook is looked at by the nearest place first, so a lender's value without a place is never read where its country
names one. Each function yields (param, field, what is wrong and the mend).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from forbear.core.rule_values import Key, Multiple, Param, Scoped

GRADES = ("A", "B", "C", "D", "C/observed")
CLASSES = ("identity", "statement", "finance", "message", "recording", "agreement")
"""Classes of data with a period of their own; health papers have desk.keep_health_days."""
FROM_THE_FIRST_DAY = ("relief.ladder", "value.hazard", "value.recovery", "value.nothing")
"""Tables by days past due in which every debt finds its row, also on the day it is not late at all."""
Found = Iterator[tuple[Param, str, str]]


def no_effect(param: Param, key: Key) -> Found:
    """A scope the key is never asked for, or a word that no code reads."""
    if key.scoped is Scoped.NONE and param.scope:
        yield param, "scope", f"{key.key} is the same at every place; take the scope out"
    elif key.scoped is Scoped.GRADE and param.scope and param.scope not in GRADES:
        yield param, "scope", f"scope {param.scope!r} is no grade of evidence; one of {', '.join(GRADES)}"
    elif key.scoped is Scoped.CLASS and param.scope not in CLASSES:
        yield param, "scope", f"scope {param.scope!r} is no class of data; one of {', '.join(CLASSES)}"
    elif key.scoped is Scoped.PLACE and param.scope and not _place(param.scope):
        yield param, "scope", f"scope {param.scope!r} is no place; write it as cn/sichuan/chengdu"
    elif key.scoped is Scoped.PLACE and param.scope and _elsewhere(param):
        country = param.layer.partition("/")[0]
        yield (
            param,
            "scope",
            f"scope {param.scope!r} is not in {country}, the country of this file; begin it with {country}",
        )
    for column, words in key.one_of.items():
        unknown = [word for word in _words(param, column) if word not in words]
        if unknown:
            named = f"{column} {unknown[0]!r}" if column else repr(unknown[0])
            yield param, "value", f"{named} is not known; one of {', '.join(words)}"
    if key.key in FROM_THE_FIRST_DAY and not any(_first_day(row) for row in param.value):
        causes = 'causes = ["*"] and ' if key.key == "relief.ladder" else ""
        yield param, "value", f"no row holds from the first day on; add one with {causes}dpd_from = 0"


def shadowed(layers: Sequence[str], key: Key, held: Sequence[Param]) -> Found:
    """Values without a place where, on every day they hold, a layer above has one for the country or the grades."""
    country = layers[1] if len(layers) > 1 else ""
    for lower in held:
        if lower.scope or key.scoped not in (Scoped.PLACE, Scoped.GRADE):
            continue
        above = [p for p in held if p.scope and layers.index(p.layer) < layers.index(lower.layer)]
        if key.scoped is Scoped.PLACE:
            above = [p for p in above if p.scope == country]
            mend = f'name the places it is for, such as scope = "{country}"'
        else:
            mend = f'name the grades it is for, such as scope = "{GRADES[2]}"'
        if above and all(any(p.in_force(day) for p in above) for day in _days(lower, above)):
            yield lower, "", f"has no effect: {above[0].file} has a value for {above[0].scope}, which is nearer; {mend}"


def _place(scope: str) -> bool:
    country, *inside = scope.split("/")
    return len(country) == 2 and country.isalpha() and country.islower() and all(inside)


def _elsewhere(param: Param) -> bool:
    """Whether a country's or a sector's file names a place of another country."""
    country = param.layer.partition("/")[0]
    return len(country) == 2 and param.scope.partition("/")[0] != country


def _first_day(row: Mapping[str, Any]) -> bool:
    return row["dpd_from"] == 0 and "*" in row.get("causes", "*")


def _words(param: Param, column: str) -> Iterator[str]:
    """The words that stand in a value, or in a column of its table."""
    if type(param.value) is Multiple:
        return
    if not column:
        yield from (param.value,) if isinstance(param.value, str) else map(str, param.value)
        return
    for row in param.value:
        assert isinstance(row, Mapping), "a table was checked to have rows"
        cell = row[column]
        yield from (cell,) if isinstance(cell, str) else map(str, cell)


def _days(lower: Param, above: Sequence[Param]) -> Iterator[date]:
    """The days within a value on which it could begin to be read."""
    yield lower.from_on
    for one in above:
        if one.until_on is not None and one.until_on < date.max:
            after = one.until_on + timedelta(days=1)
            if lower.in_force(after):
                yield after
