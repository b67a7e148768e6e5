"""The rulebook as values: every limit the desk respects, dated, sourced, layered base → country → sector → lender.

The lowest layer that has a value in force on the day wins; it may only tighten what a statute or a regulator set
above it (`faults` finds every breach). A decision pins `digest`, so that its rules can be shown years later.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any


class Force(StrEnum):
    """Who stands behind a value. The first two bind every layer below."""

    STATUTORY = "statutory"
    REGULATORY = "regulatory"
    SELF_REGULATORY = "self-regulatory"
    HOUSE = "house"


class Status(StrEnum):
    """How far a value was checked: V the text was read, V2 a secondary page, K from knowledge and to be confirmed."""

    V = "V"
    V2 = "V2"
    K = "K"


class Tighter(StrEnum):
    """Which way a lower layer may move a binding value. FIXED: not at all. FREE: the value binds nobody."""

    LOWER = "lower"
    HIGHER = "higher"
    FIXED = "fixed"
    FREE = "free"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a value comes from: title of the text, article, and where or how it was seen."""

    title: str
    article: str = ""
    seen: str = ""

    def __str__(self) -> str:
        return f"{self.title} {self.article}".strip()


@dataclass(frozen=True, kw_only=True)
class Key:
    """A name the rulebook may hold: its unit and which way is tighter."""

    key: str
    unit: str
    tighter: Tighter


@dataclass(frozen=True, kw_only=True)
class Param:
    """One dated value. `scope` narrows it (a place: cn/sichuan/chengdu); `until_on` is the last day, None for open."""

    key: str
    value: Any
    unit: str
    from_on: date
    until_on: date | None
    force: Force
    source: Source
    status: Status
    checked_on: date
    layer: str
    scope: str = ""
    file: str = ""

    @property
    def rule(self) -> str:
        """The dotted id that findings and refusals name: layer, then key."""
        return f"{self.layer.replace('/', '.')}.{self.key}"

    def in_force(self, on: date) -> bool:
        """Whether the value holds on the day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule held against one plan. `limit` and `value` are decimal texts in the unit, `status` that of the rule;
    the catalogue names the rule as rules.<key>."""

    rule: str
    ok: bool
    limit: str
    value: str
    source: str
    unit: str = ""
    status: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A rulebook at fault: which file, which key, what is wrong and how to mend it."""

    file: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem}"


class NoRule(LookupError):
    """The rulebook has no value for a key on a day. A configuration fault, never a borrower's."""

    def __init__(self, key: str, scope: str, on: date) -> None:
        place = f" for {scope}" if scope else ""
        super().__init__(f"the rulebook has no value of {key}{place} on {on.isoformat()}")
        self.key = key


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """All params of a stack of layers, looked at on one day. Made by `rulebook`; `on` looks at another day."""

    layers: tuple[str, ...]
    params: tuple[Param, ...]
    digest: str
    effective_on: date
    _current: Mapping[tuple[str, str], tuple[Param, ...]] = field(repr=False, compare=False)

    def on(self, day: date) -> "Rulebook":
        """The same rulebook on another day."""
        if day == self.effective_on:
            return self
        return replace(self, effective_on=day, _current=_in_force(self.layers, self.params, day))

    def stack(self, key: str, scope: str = "") -> tuple[Param, ...]:
        """Every value in force for a key, highest layer first, of the nearest scope that has one: city, province."""
        while True:
            found = self._current.get((key, scope))
            if found:
                return found
            if not scope:
                return ()
            scope = scope.rpartition("/")[0]

    def param(self, key: str, scope: str = "") -> Param:
        """The value that decides, with its source; NoRule when there is none on the day."""
        found = self.stack(key, scope)
        if not found:
            raise NoRule(key, scope, self.effective_on)
        return found[-1]

    def integer(self, key: str, scope: str = "") -> int:
        """A whole number: minor units, ppm, days, months, as the key's unit says."""
        value = self.param(key, scope).value
        assert type(value) is int, f"{key} is a whole number"
        return value

    def text(self, key: str, scope: str = "") -> str:
        """A text."""
        value = self.param(key, scope).value
        assert isinstance(value, str), f"{key} is a text"
        return value

    def flag(self, key: str, scope: str = "") -> bool:
        """Yes or no."""
        value = self.param(key, scope).value
        assert isinstance(value, bool), f"{key} is true or false"
        return value

    def texts(self, key: str, scope: str = "") -> tuple[str, ...]:
        """A list of texts, in the order that matters."""
        return tuple(str(item) for item in self.param(key, scope).value)

    def integers(self, key: str, scope: str = "") -> tuple[int, ...]:
        """A list of whole numbers."""
        return tuple(int(item) for item in self.param(key, scope).value)

    def rows(self, key: str, scope: str = "") -> tuple[Mapping[str, Any], ...]:
        """A table, row by row, such as the ladder of relief."""
        return tuple(self.param(key, scope).value)

    def unverified(self) -> tuple[Param, ...]:
        """The values in force that nobody has confirmed yet (status K), for the desk to flag."""
        return tuple(p for found in self._current.values() for p in found[-1:] if p.status is Status.K)


def rulebook(layers: Sequence[str], params: Iterable[Param], on: date) -> Rulebook:
    """A rulebook over checked params, looked at on a day. `layers` from the highest (base) to the lowest (lender)."""
    kept = tuple(sorted(params, key=lambda p: (layers.index(p.layer), p.key, p.scope, p.from_on)))
    content = [_canonical(param) for param in kept]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Rulebook(
        layers=tuple(layers),
        params=kept,
        digest=sha256(text.encode()).hexdigest(),
        effective_on=on,
        _current=_in_force(layers, kept, on),
    )


def faults(layers: Sequence[str], keys: Mapping[str, Key], params: Sequence[Param]) -> Iterator[Fault]:
    """Everything wrong with params: unknown keys, wrong units, missing sources, overlaps, a layer that loosens."""
    for param in params:
        known = keys.get(param.key)
        if known is None:
            yield _fault(param, "this key is not known; see base/keys.toml")
            continue
        if param.unit != known.unit:
            yield _fault(param, f"unit is {param.unit!r}; {known.unit!r} is needed")
        wrong = _wrong_kind(known.unit, param.value)
        if wrong:
            yield _fault(param, wrong)
            continue
        if not param.source.title.strip():
            yield _fault(param, "source has no title; name the text the value comes from")
        if param.until_on is not None and param.until_on < param.from_on:
            yield _fault(param, f"to = {param.until_on} is before from = {param.from_on}")
    sound = [param for param in params if param.key in keys and not _wrong_kind(keys[param.key].unit, param.value)]
    for one, other in _pairs(sound):
        if one.layer == other.layer and one.scope == other.scope:
            yield _fault(other, f"from {other.from_on} overlaps the value from {one.from_on}; end that one with to = …")
        elif one.layer != other.layer:
            upper, lower = sorted((one, other), key=lambda p: layers.index(p.layer))
            yield from _loosened(keys[other.key], upper, lower)


def _wrong_kind(unit: str, value: Any) -> str:
    """What is wrong with a value of a unit, or nothing."""
    if unit.startswith("table("):
        columns = set(unit[len("table(") : -1].split(","))
        if not isinstance(value, tuple) or not all(isinstance(row, Mapping) for row in value):
            return "the value is a list of rows"
        short = [index for index, row in enumerate(value) if set(row) != columns]
        return f"row {short[0] + 1} needs exactly the columns {', '.join(sorted(columns))}" if short else ""
    if unit.startswith("order("):
        parts = sorted(unit[len("order(") : -1].split(","))
        return "" if isinstance(value, tuple) and sorted(value) == parts else f"the value orders {', '.join(parts)}"
    if unit == "list":
        return "" if isinstance(value, tuple) else "the value is a list"
    if unit == "text":
        return "" if isinstance(value, str) and value else "the value is a text"
    if unit == "flag":
        return "" if isinstance(value, bool) else "the value is true or false"
    if isinstance(value, bool) or not isinstance(value, int):
        return f"the value is a whole number of {unit}"
    return "" if value >= 0 else "the value is not negative"


def _pairs(params: Sequence[Param]) -> Iterator[tuple[Param, Param]]:
    by_key: dict[str, list[Param]] = {}
    for param in params:
        for other in by_key.setdefault(param.key, []):
            if other.in_force(param.from_on) or param.in_force(other.from_on):
                yield other, param
        by_key[param.key].append(param)


def _loosened(key: Key, upper: Param, lower: Param) -> Iterator[Fault]:
    binding = upper.force in (Force.STATUTORY, Force.REGULATORY)
    covers = upper.scope in ("", lower.scope) or lower.scope.startswith(upper.scope + "/")
    if not binding or not covers or key.tighter is Tighter.FREE:
        return
    holds = {
        Tighter.LOWER: lambda: lower.value <= upper.value,
        Tighter.HIGHER: lambda: lower.value >= upper.value,
        Tighter.FIXED: lambda: lower.value == upper.value,
    }[key.tighter]()
    if not holds:
        way = {Tighter.LOWER: "at most", Tighter.HIGHER: "at least", Tighter.FIXED: "exactly"}[key.tighter]
        yield _fault(lower, f"{lower.value!r} loosens the {upper.force} value of {upper.file}; {way} {upper.value!r}")


def _in_force(layers: Sequence[str], params: Sequence[Param], on: date) -> dict[tuple[str, str], tuple[Param, ...]]:
    found: dict[tuple[str, str], tuple[Param, ...]] = {}
    for param in params:
        if param.in_force(on):
            found[param.key, param.scope] = (*found.get((param.key, param.scope), ()), param)
    return found


def _canonical(param: Param) -> dict[str, Any]:
    """What the digest covers: everything that decides and everything a reader would cite, not the file's place."""
    return {
        "key": param.key,
        "scope": param.scope,
        "layer": param.layer,
        "value": _thawed(param.value),
        "unit": param.unit,
        "from": param.from_on.isoformat(),
        "to": param.until_on.isoformat() if param.until_on else None,
        "force": param.force.value,
        "status": param.status.value,
        "source": [param.source.title, param.source.article, param.source.seen],
        "checked_on": param.checked_on.isoformat(),
    }


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _thawed(item) for name, item in value.items()}
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value


def _fault(param: Param, problem: str) -> Fault:
    scope = f"[{param.scope}]" if param.scope else ""
    return Fault(file=param.file, key=f"{param.key}{scope}", problem=problem)
