"""Between frozen dataclasses and plain JSON values, both ways, by their type hints.

One codec serves the events, their private parts, files and the API. JSON has no float here: money and rates are
integers, dates and times ISO 8601 strings, times always UTC to the millisecond.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


class Malformed(ValueError):
    """The plain value does not have the shape asked for; `where` is the dotted path of the place at fault."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


def plain(value: Any) -> Any:
    """The value as JSON: dicts, lists, strings, integers, booleans, None. Fields equal to their default are kept."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        items = sorted(value) if isinstance(value, frozenset) else value
        return [plain(item) for item in items]
    raise AssertionError(f"{type(value).__name__} is no value of the record")


def instant(value: datetime) -> str:
    """A time as the record writes it: 2026-03-02T08:15:00.000Z."""
    assert value.tzinfo is not None, "a time carries its zone"
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def typed(kind: Any, value: Any, where: str = "value") -> Any:
    """The plain value as an instance of `kind`; raises Malformed naming the place. Unknown keys are refused by name."""
    origin, arguments = _parts(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        kinds = [a for a in arguments if a is not type(None)]
        exact = [a for a in kinds if type(value) is a]
        _must(len(kinds) == 1 or bool(exact), where, f"one of {', '.join(map(str, kinds))} is needed")
        return typed(exact[0] if exact else kinds[0], value, where)
    if origin is tuple:
        _must(isinstance(value, list | tuple), where, "a list is needed")
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(typed(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
        _must(len(value) == len(arguments), where, f"{len(arguments)} items are needed")
        return tuple(typed(a, item, f"{where}[{i}]") for i, (a, item) in enumerate(zip(arguments, value, strict=True)))
    if origin is frozenset:
        _must(isinstance(value, list), where, "a list is needed")
        return frozenset(typed(arguments[0], item, where) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        _must(isinstance(value, Mapping), where, "an object is needed")
        return {typed(arguments[0], k, where): typed(arguments[1], v, f"{where}.{k}") for k, v in value.items()}
    if is_dataclass(kind):
        return _dataclass(kind, value, where)
    return _scalar(kind, value, where)


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    _must(isinstance(value, Mapping), where, "an object is needed")
    hints, optional = _hints(kind), _optional(kind)
    unknown = sorted(set(value) - set(hints))
    _must(not unknown, f"{where}.{unknown[0]}" if unknown else where, "this key is not known")
    given = {}
    for name, hint in hints.items():
        if name in value:
            given[name] = typed(hint, value[name], f"{where}.{name}")
        else:
            _must(name in optional, f"{where}.{name}", "is missing")
    return kind(**given)


def _scalar(kind: Any, value: Any, where: str) -> Any:
    if kind is datetime:
        _must(isinstance(value, str), where, "a time is needed, such as 2026-03-02T08:15:00.000Z")
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise Malformed(where, "a time is needed, such as 2026-03-02T08:15:00.000Z") from error
    if kind is date:
        _must(isinstance(value, str) and len(value) == 10, where, "a date is needed, such as 2026-03-02")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Malformed(where, "a date is needed, such as 2026-03-02") from error
    if isinstance(kind, type) and issubclass(kind, Enum):
        known = [member.value for member in kind]
        _must(value in known, where, f"one of {', '.join(map(str, known))} is needed")
        return kind(value)
    if kind is int:
        _must(isinstance(value, int) and not isinstance(value, bool), where, "a whole number is needed")
    elif kind is bool:
        _must(isinstance(value, bool), where, "true or false is needed")
    else:
        _must(kind is not str or isinstance(value, str), where, "a text is needed")
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The type of each field, in the fields' order; typing is slow, so it is asked once a kind."""
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}


@cache
def _optional(kind: Any) -> frozenset[str]:
    return frozenset(f.name for f in fields(kind) if f.default is not MISSING or f.default_factory is not MISSING)


@cache
def _parts(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(kind), get_args(kind)


def _must(holds: bool, where: str, problem: str) -> None:
    if not holds:
        raise Malformed(where, problem)
