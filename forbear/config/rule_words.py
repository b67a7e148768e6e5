"""Values of the rulebook as a person reads them: 20.00 %, GBP 331.00, 60 months, yes; and as JSON has them."""

from collections.abc import Mapping
from typing import Any

from forbear.core.rules import Multiple, Param, Predicate, thawed
from forbear.words import say
from forbear.words.format import money, percent

# Columns of tables that are shares or rates in ppm, and amounts in minor units.
SHARES = {"penalty", "fees", "interest", "principal", "rate_floor", "share_least", "share", "light", "full"}
AMOUNTS = {"minor", "item_max", "owed_from"}
COUNTED = ("days", "weeks", "months", "years", "payments")


def readable(value: Any, unit: str, currency: str, language: str) -> str:
    """A value of a unit in words, a table a row a line; a multiple not worked out as what it is a multiple of."""
    if isinstance(value, Multiple):
        return f"{value.times} × {value.of}"
    if unit.startswith("table("):
        columns = unit[len("table(") : -1].split(",")
        return "\n".join(_row(row, columns, currency, language) for row in value) or say(language, "rules.value.none")
    if isinstance(value, tuple | list):
        signs = " → " if unit.startswith("order(") else ", "
        return signs.join(str(item) for item in value) or say(language, "rules.value.none")
    if isinstance(value, bool):
        return say(language, "rules.value.yes" if value else "rules.value.no")
    if unit == "ppm":
        return percent(value)
    if unit == "minor":
        return money(language, value, currency).strip()
    return say(language, f"rules.unit.{unit}", value=value) if unit in COUNTED else str(value)


def working(param: Param, currency: str, language: str) -> str:
    """How a multiple was worked out: 4 × lpr.1y 3.35 % (from 2024-07-22); nothing for a plain value."""
    multiple = param.multiple
    if multiple is None or multiple.found is None:
        return ""
    base = multiple.found
    shown = readable(base.value, base.unit, currency, language)
    return f"{multiple.times} × {multiple.of} {shown} ({base.from_on})"


def as_json(rule: Param | Predicate, currency: str, language: str) -> dict[str, Any]:
    """A value or a predicate with everything said about it."""
    said: dict[str, Any] = {"rule": rule.rule, "layer": rule.layer}
    if isinstance(rule, Predicate):
        said |= {
            "predicate": rule.name,
            "scope": rule.scope.value,
            "expression": rule.expression,
            "reason": rule.reason[language],
            "way_on": rule.way_on[language],
        }
    else:
        shown = readable(rule.value, rule.unit, currency, language)
        said |= {"key": rule.key, "place": rule.scope, "value": thawed(rule.value), "unit": rule.unit, "shown": shown}
        if rule.multiple is not None and rule.multiple.found is not None:
            base = rule.multiple.found
            said["worked_out"] = {"times": rule.multiple.times, "of": as_json(base, currency, language)}
    return said | {
        "from": rule.from_on.isoformat(),
        "to": rule.until_on.isoformat() if rule.until_on else None,
        "force": rule.force.value,
        "source": {"title": rule.source.title, "article": rule.source.article, "seen": rule.source.seen},
        "status": rule.status.value,
        "status_says": say(language, f"rules.status.{rule.status.value}"),
        "checked_on": rule.checked_on.isoformat(),
        "file": rule.file,
    }


def _row(row: Mapping[str, Any], columns: list[str], currency: str, language: str) -> str:
    """`child GBP 87.00`, or every column by name where a row is more than a name and a figure."""
    named = len(columns) == 2 and isinstance(row[columns[0]], str)
    cells = []
    for name in columns:
        cell = row[name]
        if name in AMOUNTS:
            shown = money(language, cell, currency).strip()
        elif name in SHARES:
            shown = percent(cell)
        elif isinstance(cell, tuple | list):
            shown = " ".join(str(item) for item in cell)
        else:
            shown = str(cell)
        cells.append(shown if named or name in AMOUNTS else f"{name} {shown}")
    return (" " if named else ", ").join(cells)
