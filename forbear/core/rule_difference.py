"""What changed between two rulebooks: added, removed, changed values and predicates, and whether a change tightens.

Two policies, or one on two days, are compared by what decides on the day; two directories by everything they hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forbear.core.rule_faults import looser
from forbear.core.rules import Key, Multiple, Param, Predicate, Rulebook, Tighter


class Direction(StrEnum):
    """Which way a value moved. SOURCE: it stands, what is said about it changed. OTHER: neither way."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    SOURCE = "source"
    OTHER = "other"


Rule = Param | Predicate


@dataclass(frozen=True, kw_only=True)
class Change:
    """One rule that differs; `before` is None where it was added, `after` where it was removed."""

    before: Rule | None
    after: Rule | None
    direction: Direction


def difference_in_force(before: Rulebook, after: Rulebook) -> tuple[Change, ...]:
    """What decides in one and not in the other, each on its own day. Keys chosen by the contract's date need one."""
    keys = {**before.keys, **after.keys}
    return _changes(
        {(p.key, p.scope): p for p in before.deciding()} | _predicates(before),
        {(p.key, p.scope): p for p in after.deciding()} | _predicates(after),
        keys,
    )


def difference_in_files(before: Iterable[Rule], after: Iterable[Rule], keys: Mapping[str, Key]) -> tuple[Change, ...]:
    """Everything two sets of files hold, value by value: by layer, name, place and first day."""
    return _changes({_place(rule): rule for rule in before}, {_place(rule): rule for rule in after}, keys)


def _predicates(rules: Rulebook) -> dict[tuple[str, ...], Rule]:
    ready = [one.predicate for one in rules.compiled if one.predicate.in_force(rules.effective_on)]
    return {("predicate", one.layer, one.name): one for one in ready}


def _place(rule: Rule) -> tuple[str, ...]:
    if isinstance(rule, Predicate):
        return (rule.layer, "predicate", rule.name, "", rule.from_on.isoformat())
    return (rule.layer, "value", rule.key, rule.scope, rule.from_on.isoformat())


def _changes(
    before: Mapping[tuple[str, ...], Rule], after: Mapping[tuple[str, ...], Rule], keys: Mapping[str, Key]
) -> tuple[Change, ...]:
    found = []
    for place in sorted({*before, *after}):
        one, other = before.get(place), after.get(place)
        if one is None or other is None:
            found.append(Change(before=one, after=other, direction=_alone(one, other)))
        elif direction := _direction(one, other, keys):
            found.append(Change(before=one, after=other, direction=direction))
    return tuple(found)


def _alone(before: Rule | None, after: Rule | None) -> Direction:
    """A predicate can only refuse, so that a new one tightens and one taken out loosens."""
    if isinstance(after, Predicate):
        return Direction.TIGHTENED
    return Direction.LOOSENED if isinstance(before, Predicate) else Direction.OTHER


def _unlike(before: Any, after: Any) -> bool:
    """Values that cannot be held against each other: of two kinds, or worked out from another key."""
    return type(before) is not type(after) or type(before) is Multiple


def _direction(before: Rule, after: Rule, keys: Mapping[str, Key]) -> Direction | None:
    if isinstance(before, Predicate) or isinstance(after, Predicate):
        return None if before == after else Direction.OTHER
    if before.value == after.value:
        said = [(p.layer, p.until_on, p.force, p.source, p.status, p.checked_on) for p in (before, after)]
        return None if said[0] == said[1] else Direction.SOURCE
    key = keys.get(before.key)
    if key is None or key.tighter in (Tighter.FREE, Tighter.FIXED) or _unlike(before.value, after.value):
        return Direction.OTHER
    loosened, tightened = looser(key, before.value, after.value), looser(key, after.value, before.value)
    if bool(loosened) == bool(tightened):
        return Direction.OTHER
    return Direction.LOOSENED if loosened else Direction.TIGHTENED
