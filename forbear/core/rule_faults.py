"""Everything that can be wrong with a rulebook, each with its place and its mend: the check before any value is used.

A lower layer is held against every layer above it, on every day both have a value, at the nearest place the upper
layer names; what loosens on one day of many is refused as what loosens on all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from forbear.core.money import LIMIT_MINOR
from forbear.core.rule_reach import no_effect, shadowed
from forbear.core.rules import Fault, Force, Key, Multiple, Param, Predicate, Tighter, thawed

WAYS = {
    "list": (Tighter.FIXED, Tighter.FREE, Tighter.FEWER, Tighter.MORE),
    "order": (Tighter.FIXED, Tighter.FREE),
    "text": (Tighter.FIXED, Tighter.FREE),
    "flag": (Tighter.FIXED, Tighter.FREE),
}
NUMBERS = (Tighter.LOWER, Tighter.HIGHER, Tighter.FIXED, Tighter.FREE)


def faults(
    layers: Sequence[str], keys: Mapping[str, Key], params: Sequence[Param], predicates: Sequence[Predicate] = ()
) -> Iterator[Fault]:
    """Unknown keys, wrong units and values, values without effect, missing sources, overlaps, a layer that loosens, a
    rule named twice."""
    sound = []
    for param in params:
        found = list(_own(param, keys))
        yield from found
        if not found:
            sound.append(param)
    by_key: dict[str, list[Param]] = {}
    for param in sound:
        by_key.setdefault(param.key, []).append(param)
    for key, held in by_key.items():
        yield from _overlaps(held)
        yield from _loosened(layers, keys[key], held, by_key)
        yield from (_fault(param, problem, at) for param, at, problem in shadowed(layers, keys[key], held))
    yield from _predicates(predicates)


def ways(unit: str) -> tuple[Tighter, ...]:
    """The ways a value of a unit can be tighter."""
    return WAYS.get(unit.partition("(")[0], NUMBERS)


def _own(param: Param, keys: Mapping[str, Key]) -> Iterator[Fault]:
    """What is wrong with one param by itself."""
    known = keys.get(param.key)
    if known is None:
        near = get_close_matches(param.key, keys, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        yield _fault(param, f"this key is not known; see base/keys.toml{meant}", "key")
        return
    if param.unit != known.unit:
        yield _fault(param, f"unit is {param.unit!r}; {known.unit!r} is needed", "unit")
    elif type(param.value) is Multiple:
        yield from _wrong_multiple(param, param.value, keys)
    elif wrong := _wrong_kind(known.unit, param.value):
        row, problem = wrong
        yield _fault(param, problem, f"value[{row}]" if row is not None else "value")
    else:
        yield from (_fault(param, problem, at) for param, at, problem in no_effect(param, known))
    if not param.source.title.strip():
        yield _fault(param, "source has no title; name the text the value comes from", "source")
    if param.until_on is not None and param.until_on < param.from_on:
        mend = "the last day is on or after the first"
        yield _fault(param, f"to = {param.until_on} is before from = {param.from_on}; {mend}", "to")


def _wrong_multiple(param: Param, multiple: Multiple, keys: Mapping[str, Key]) -> Iterator[Fault]:
    base, own = keys.get(multiple.of), keys[param.key]
    if base is None:
        yield _fault(param, f"of = {multiple.of!r} is not a known key; see base/keys.toml", "value")
    elif multiple.of == param.key:
        yield _fault(param, "a value cannot be worked out from its own key", "value")
    elif base.unit != own.unit or "(" in own.unit or own.unit in ("text", "flag", "list"):
        yield _fault(param, f"{multiple.of} is in {base.unit!r}; a multiple needs whole numbers of one unit", "value")
    elif base.basis is not own.basis:
        yield _fault(
            param, f"{multiple.of} is chosen by {base.basis}, {own.key} by {own.basis}; one is needed", "value"
        )


def _wrong_kind(unit: str, value: Any) -> tuple[int | None, str] | None:
    """What is wrong with a value of a unit: the row at fault, where one is, and the sentence; or nothing."""
    kind, _, inside = unit.rstrip(")").partition("(")
    if kind == "table":
        return _wrong_table(inside.split(","), value)
    problem = ""
    if kind == "order":
        parts = sorted(inside.split(","))
        if not isinstance(value, tuple) or sorted(map(str, value)) != parts:
            problem = f"the value orders {', '.join(parts)}, each once"
    elif kind == "list":
        if not isinstance(value, tuple) or {type(item) for item in value} not in (set(), {str}, {int}):
            problem = "the value is a list of texts or of whole numbers"
        elif len(set(value)) < len(value):
            problem = "the value names an item twice; each stands once"
    elif kind == "text":
        problem = "" if isinstance(value, str) and value else "the value is a text"
    elif kind == "flag":
        problem = "" if isinstance(value, bool) else "the value is true or false"
    else:
        problem = _wrong_number(kind, value)
    return (None, problem) if problem else None


def _wrong_number(unit: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"the value is a whole number of {unit}"
    if value < 0:
        return f"the value {value} is below zero; a whole number of {unit} from 0 on is needed"
    if value > LIMIT_MINOR:
        return f"the value {value} is too large; at most {LIMIT_MINOR} {unit}"
    return ""


def _wrong_table(columns: Sequence[str], value: Any) -> tuple[int | None, str] | None:
    if not isinstance(value, tuple) or not all(isinstance(row, Mapping) for row in value):
        return None, f"the value is a list of rows with the columns {', '.join(sorted(columns))}"
    for index, row in enumerate(value):
        if set(row) != set(columns):
            return index, f"row {index + 1} needs exactly the columns {', '.join(sorted(columns))}"
        for name, cell in row.items():
            if isinstance(cell, int) and not isinstance(cell, bool) and (wrong := _wrong_number(name, cell)):
                return index, f"row {index + 1}, column {name}: {wrong}"
            if type(cell) is not type(value[0][name]):
                return (
                    index,
                    f"row {index + 1}, column {name}: {cell!r} is of another kind than {value[0][name]!r} above",
                )
    return None


def _overlaps(held: Sequence[Param]) -> Iterator[Fault]:
    """Two values of one layer and place that hold on the same day."""
    for index, param in enumerate(held):
        for other in held[:index]:
            if (other.layer, other.scope) == (param.layer, param.scope) and _meet(other, param):
                where = f" ({other.file})" if other.file != param.file else ""
                later, earlier = (param, other) if param.from_on >= other.from_on else (other, param)
                mend = f"end that one with to = {later.from_on - timedelta(days=1)}"
                if later.from_on == earlier.from_on:
                    mend = "keep one of the two"
                problem = f"from {later.from_on} overlaps the value from {earlier.from_on}{where}; {mend}"
                yield _fault(param, problem, "from")


def _loosened(
    layers: Sequence[str], key: Key, held: Sequence[Param], by_key: Mapping[str, Sequence[Param]]
) -> Iterator[Fault]:
    """Each value that is looser than a binding one above it, on the first day it is."""
    if key.tighter is Tighter.FREE:
        return
    for lower in held:
        place = layers.index(lower.layer)
        for layer in layers[:place]:
            above = [p for p in held if p.layer == layer and _covers(p.scope, lower.scope) and _meet(p, lower)]
            for day in _turns(lower, above, by_key):
                upper = max((p for p in above if p.in_force(day)), key=lambda p: len(p.scope), default=None)
                if upper is None or upper.force not in (Force.STATUTORY, Force.REGULATORY):
                    continue
                wrong = looser(key, _on(upper, day, by_key), _on(lower, day, by_key))
                if wrong:
                    said = _shown(_on(lower, day, by_key))
                    when = f" from {day}" if day != lower.from_on else ""
                    problem = f"{said} loosens the {upper.force} value of {upper.file}{when}; {wrong}"
                    yield _fault(lower, problem, "value")
                    break


def _turns(lower: Param, above: Sequence[Param], by_key: Mapping[str, Sequence[Param]]) -> list[date]:
    """The days within `lower` on which a value above it, or the base of a multiple, begins or has ended."""
    bases = [p for one in (lower, *above) if type(one.value) is Multiple for p in by_key.get(one.value.of, ())]
    days = {lower.from_on}
    for param in (*above, *bases):
        days.add(param.from_on)
        if param.until_on is not None and param.until_on < date.max:
            days.add(param.until_on + timedelta(days=1))
    return sorted(day for day in days if lower.in_force(day))


def _on(param: Param, day: date, by_key: Mapping[str, Sequence[Param]]) -> Any:
    """The value on a day; None for a multiple of what has no value then."""
    if type(param.value) is not Multiple:
        return param.value
    base = [p for p in by_key.get(param.value.of, ()) if p.in_force(day) and not p.scope]
    return param.value.times * int(base[-1].value) if base else None


def looser(key: Key, upper: Any, lower: Any) -> str:
    """What a lower value would have to be, or nothing where it is as tight as the upper one."""
    if upper is None or lower is None:
        return ""
    if key.unit.startswith("table(") and key.tighter is not Tighter.FIXED:
        return _looser_rows(key, upper, lower)
    shown = _shown(upper)
    if key.tighter is Tighter.FIXED:
        return "" if lower == upper else f"exactly {shown} is needed"
    if key.tighter is Tighter.FEWER:
        added = [item for item in lower if item not in upper]
        return f"take out {_shown(tuple(added))}; nothing but {shown} may stand" if added else ""
    if key.tighter is Tighter.MORE:
        gone = [item for item in upper if item not in lower]
        return f"add {_shown(tuple(gone))}; all of {shown} must stand" if gone else ""
    if key.tighter is Tighter.LOWER:
        return "" if lower <= upper else f"at most {shown}"
    return "" if lower >= upper else f"at least {shown}"


def _looser_rows(key: Key, upper: Sequence[Mapping[str, Any]], lower: Sequence[Mapping[str, Any]]) -> str:
    *names, figure = key.unit[len("table(") : -1].split(",")
    theirs = {tuple(row[name] for name in names): int(row[figure]) for row in lower}
    for row in upper:
        place, limit = tuple(row[name] for name in names), int(row[figure])
        named = ", ".join(f"{name} {_shown(row[name])}" for name in names)
        if place not in theirs:
            return f"the row of {named} is missing"
        if key.tighter is Tighter.LOWER and theirs[place] > limit:
            return f"{figure} of {named}: at most {limit}"
        if key.tighter is Tighter.HIGHER and theirs[place] < limit:
            return f"{figure} of {named}: at least {limit}"
    return ""


def _predicates(predicates: Sequence[Predicate]) -> Iterator[Fault]:
    """A name twice on one day: a lower layer adds predicates, it never replaces one."""
    for index, one in enumerate(predicates):
        if not one.source.title.strip():
            yield _predicate_fault(one, "source has no title; name the policy the rule comes from", "source")
        if one.until_on is not None and one.until_on < one.from_on:
            mend = "the last day is on or after the first"
            yield _predicate_fault(one, f"to = {one.until_on} is before from = {one.from_on}; {mend}", "to")
        for other in predicates[:index]:
            if other.name == one.name and _meet(other, one):
                problem = f"the name is taken in {other.file} from {other.from_on}; choose another, or end that one"
                yield _predicate_fault(one, problem, "name")


def _meet(one: Param | Predicate, other: Param | Predicate) -> bool:
    """Whether both are in force on some day."""
    return one.in_force(other.from_on) or other.in_force(one.from_on)


def _covers(upper: str, lower: str) -> bool:
    return upper in ("", lower) or lower.startswith(upper + "/")


def _shown(value: Any) -> str:
    """A value as it would be written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_shown(item)}" for name, item in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(thawed(value))


def _fault(param: Param, problem: str, field: str) -> Fault:
    scope = f"[{param.scope}]" if param.scope else ""
    line, column = param.places.get(field) or param.places.get("value") or param.places.get("") or (0, 0)
    return Fault(file=param.file, key=f"{param.key}{scope}", problem=problem, line=line, column=column)


def _predicate_fault(predicate: Predicate, problem: str, field: str) -> Fault:
    line, column = predicate.places.get(field) or predicate.places.get("") or (0, 0)
    return Fault(file=predicate.file, key=predicate.name, problem=problem, line=line, column=column)
