"""The rulebook as values: every limit the desk respects, dated, sourced, layered base → country → sector → lender.

The nearest place and then the lowest layer with a value in force decides; a lower layer may only tighten what a statute
or a regulator set above it (core/rule_faults.py finds every breach), and its own predicates may only refuse. A decision
pins `digest`, so that its rules can be shown years later.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from forbear.core.once import once
from forbear.core.rule_values import (
    Basis,
    CompiledPredicate,
    Fault,
    Finding,
    Force,
    Key,
    Multiple,
    Param,
    Predicate,
    PredicateFault,
    PredicateScope,
    Scoped,
    Source,
    Status,
    Tighter,
)

__all__ = [
    "Basis",
    "CompiledPredicate",
    "Fault",
    "Finding",
    "Force",
    "Key",
    "Multiple",
    "NoContractDate",
    "NoRule",
    "Param",
    "Predicate",
    "PredicateFault",
    "PredicateScope",
    "Rulebook",
    "Scoped",
    "Source",
    "Status",
    "Tighter",
    "rulebook",
    "thawed",
]

LOOKED_AT_MOST = 4096
"""Days and contract dates a rulebook remembers having been looked at on; then it forgets them all and begins anew."""


class NoRule(LookupError):
    """The rulebook has no value for a key on a day. A configuration fault, never a borrower's."""

    def __init__(self, key: str, scope: str, on: date) -> None:
        place = f" for {scope}" if scope else ""
        super().__init__(f"the rulebook has no value of {key}{place} on {on.isoformat()}")
        self.key = key


class NoContractDate(LookupError):
    """A key that the contract's date chooses was asked for without one. The caller's mistake."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is chosen by the contract's date; ask rulebook.on(day, signed_on=…)")
        self.key = key


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """All params and predicates of a stack of layers, looked at on one day. Made by `rulebook`; `on` looks at another.

    Keys chosen by the contract's date have values only where `signed_on` is known: NoContractDate otherwise.
    """

    layers: tuple[str, ...]
    params: tuple[Param, ...]
    digest: str
    effective_on: date
    signed_on: date | None = None
    compiled: tuple[CompiledPredicate, ...] = field(default=(), compare=False, repr=False)
    keys: Mapping[str, Key] = field(default_factory=dict, compare=False, repr=False)
    by_contract: tuple[Param, ...] = field(default=(), compare=False, repr=False)
    cited: dict[tuple[int, str, int], Finding] = field(init=False, default_factory=dict, compare=False, repr=False)
    _stacks: dict[tuple[str, str], tuple[Param, ...]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    _looked_at: dict[tuple[date, date | None], "Rulebook"] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    _current: "InForce" = field(repr=False, compare=False)
    _signed: "InForce" = field(default_factory=dict, repr=False, compare=False)

    def on(self, day: date, signed_on: date | None = None) -> "Rulebook":
        """The same rulebook on another day, for a contract signed on a day; a contract's date once given is kept."""
        seen = self._looked_at.get((day, signed_on))
        if seen is None:
            if len(self._looked_at) >= LOOKED_AT_MOST:
                self._looked_at.clear()
            seen = self._looked_at[day, signed_on] = self._on(day, signed_on)
        return seen

    def _on(self, day: date, signed_on: date | None) -> "Rulebook":
        found = self
        if day != self.effective_on:
            current = _in_force(self.params, Basis.DECISION_DATE, day)
            found = replace(found, effective_on=day, _current=current)
        if signed_on is not None and signed_on != self.signed_on:
            signed = _in_force(self.by_contract, Basis.CONTRACT_DATE, signed_on)
            found = replace(found, signed_on=signed_on, _signed=signed)
        return found

    def predicates(self, scope: PredicateScope) -> tuple[CompiledPredicate, ...]:
        """The predicates of a scope in force on the day, highest layer first."""
        return self._predicates[scope]

    @once
    def _predicates(self) -> dict[PredicateScope, tuple[CompiledPredicate, ...]]:
        held = [one for one in self.compiled if one.predicate.in_force(self.effective_on)]
        return {scope: tuple(one for one in held if one.predicate.scope is scope) for scope in PredicateScope}

    def stack(self, key: str, scope: str = "") -> tuple[Param, ...]:
        """Every value in force for a key, highest layer first, of the nearest scope that has one: city, province."""
        found = self._stacks.get((key, scope))
        if found is None:
            found = self._stacks[key, scope] = self._stack(key, scope)
        return found

    def _stack(self, key: str, scope: str) -> tuple[Param, ...]:
        while True:
            found = self._current.get((key, scope)) or self._signed.get((key, scope))
            if found:
                return found
            if not scope:
                break
            scope = scope.rpartition("/")[0]
        self._chosen_on(key)
        return ()

    def _chosen_on(self, key: str) -> date:
        """The day that chooses a key's value; NoContractDate where it is the contract's and that is not known."""
        if not any(param.key == key for param in self.by_contract):
            return self.effective_on
        if self.signed_on is None:
            raise NoContractDate(key)
        return self.signed_on

    def param(self, key: str, scope: str = "") -> Param:
        """The value that decides, with its source; NoRule when there is none on the day."""
        found = self.stack(key, scope)
        if not found:
            raise NoRule(key, scope, self._chosen_on(key))
        if type(found[-1].value) is Multiple:
            raise NoRule(found[-1].value.of, "", self._chosen_on(key))
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

    def deciding(self) -> tuple[Param, ...]:
        """Every value that decides, by key and place; those the contract's date chooses only where it is known."""
        held = {**self._current, **self._signed}
        return tuple(held[place][-1] for place in sorted(held))

    def unverified(self) -> tuple[Param, ...]:
        """The values in force that nobody has confirmed yet (status K), for the desk to flag."""
        return tuple(param for param in self.deciding() if param.status is Status.K)


def rulebook(
    layers: Sequence[str],
    params: Iterable[Param],
    on: date,
    compiled: Sequence[CompiledPredicate] = (),
    keys: Mapping[str, Key] | None = None,
) -> Rulebook:
    """A rulebook over checked params, looked at on a day. `layers` from the highest (base) to the lowest (lender)."""
    kept = tuple(sorted(params, key=lambda p: (layers.index(p.layer), p.key, p.scope, p.from_on)))
    ready = tuple(
        sorted(compiled, key=lambda c: (layers.index(c.predicate.layer), c.predicate.name, c.predicate.from_on))
    )
    content = [_canonical(param) for param in kept], [_canonical_predicate(one.predicate) for one in ready]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Rulebook(
        layers=tuple(layers),
        params=kept,
        digest=sha256(text.encode()).hexdigest(),
        effective_on=on,
        compiled=ready,
        keys=keys or {},
        by_contract=tuple(param for param in kept if param.basis is Basis.CONTRACT_DATE),
        _current=_in_force(kept, Basis.DECISION_DATE, on),
    )


InForce = Mapping[tuple[str, str], tuple[Param, ...]]


def _in_force(params: Sequence[Param], basis: Basis, day: date) -> InForce:
    """Key and scope → the values in force, highest layer first; multiples worked out where their base has a value."""
    found: dict[tuple[str, str], tuple[Param, ...]] = {}
    multiples = set()
    for param in params:
        if param.basis is basis and param.in_force(day):
            place = (param.key, param.scope)
            found[place] = (*found.get(place, ()), param)
            if type(param.value) is Multiple:
                multiples.add(place)
    for place in multiples:
        found[place] = tuple(_worked_out(param, found) for param in found[place])
    return found


def _worked_out(param: Param, found: InForce) -> Param:
    multiple = param.value
    if type(multiple) is not Multiple or (multiple.of, "") not in found:
        return param
    base = found[multiple.of, ""][-1]
    return replace(param, value=multiple.times * int(base.value), multiple=replace(multiple, found=base))


def _canonical(param: Param) -> dict[str, Any]:
    """What the digest covers: everything that decides and everything a reader would cite, not the file's place."""
    return _dated(param) | {
        "key": param.key,
        "scope": param.scope,
        "value": thawed(param.value),
        "unit": param.unit,
        "basis": param.basis.value,
    }


def _canonical_predicate(predicate: Predicate) -> dict[str, Any]:
    return _dated(predicate) | {
        "name": predicate.name,
        "scope": predicate.scope.value,
        "expression": predicate.expression,
        "reason": dict(predicate.reason),
        "way_on": dict(predicate.way_on),
    }


def _dated(rule: Param | Predicate) -> dict[str, Any]:
    return {
        "layer": rule.layer,
        "from": rule.from_on.isoformat(),
        "to": rule.until_on.isoformat() if rule.until_on else None,
        "force": rule.force.value,
        "status": rule.status.value,
        "source": [rule.source.title, rule.source.article, rule.source.seen],
        "checked_on": rule.checked_on.isoformat(),
    }


def thawed(value: Any) -> Any:
    """A value in plain dicts and lists, as JSON has it."""
    if isinstance(value, Mapping):
        return {name: thawed(item) for name, item in value.items()}
    if isinstance(value, Multiple):
        return {"of": value.of, "times": value.times}
    return [thawed(item) for item in value] if isinstance(value, tuple) else value
