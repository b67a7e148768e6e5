"""The rulebook's TOML files as values of core.rules. A file at fault stops the desk, naming file, key and the mend.

A layer is a directory; a rulebook is a stack of them: base → country → country/sector → lender/<name>.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from forbear.core.rules import Fault, Force, Key, Param, Rulebook, Source, Status, Tighter, faults, rulebook

PARAM_NAMES = {"key", "scope", "value", "unit", "from", "to", "force", "source", "status", "checked_on"}
KEY_NAMES = {"key", "unit", "tighter"}
SOURCE_NAMES = {"title", "article", "seen"}


class RulebookAtFault(ValueError):
    """The rulebook cannot be used. `faults` lists everything wrong; the text has one line a fault."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in found))
        self.faults = tuple(found)


class UnknownLayer(ValueError):
    """No such country, sector or lender. `part` is which of the three, `known` what there is."""

    def __init__(self, part: str, name: str, known: Sequence[str]) -> None:
        super().__init__(f"{part}: {name!r} has no rulebook; known: {', '.join(known) or 'none'}")
        self.part = part
        self.known = tuple(known)


def load_rulebook(country: str, sector: str, lender: str | None, on: date, directory: Path | None = None) -> Rulebook:
    """The rulebook of a policy on a day, from `directory` or from the files shipped with the product."""
    root: Traversable = directory if directory is not None else resources.files("forbear").joinpath("rulebook")
    layers = ["base", _layer(root, "country", country, ""), _layer(root, "sector", sector, f"{country}/")]
    if lender is not None:
        layers.append(_layer(root, "lender", lender, "lender/"))
    return load_layers(root, layers, on)


def load_layers(root: Traversable, layers: Sequence[str], on: date) -> Rulebook:
    """The rulebook over named layers; raises RulebookAtFault with every fault of every file."""
    found: list[Fault] = []
    keys: dict[str, Key] = {}
    params: list[Param] = []
    for layer in layers:
        for name, content in _files(root, layer, found):
            keys |= _keys(name, content, found)
            params.extend(_params(name, layer, content, found))
            unknown = sorted(set(content) - {"key", "param", "example"})
            found.extend(Fault(file=name, key=table, problem="no such table; key, param, example") for table in unknown)
    found.extend(faults(layers, keys, params))
    if found:
        raise RulebookAtFault(found)
    return rulebook(layers, params, on)


def examples(root: Traversable, layer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The worked examples in the files of a layer, (file, example): what a key is on a day, as its author meant it."""
    found: list[Fault] = []
    for name, content in _files(root, layer, found):
        for example in content.get("example", []):
            yield name, example
    if found:
        raise RulebookAtFault(found)


def _layer(root: Traversable, part: str, name: str, prefix: str) -> str:
    """The layer's path, if it is a plain name and has files; a name never reaches outside the rulebook."""
    folder = root.joinpath(*prefix.strip("/").split("/")) if prefix else root
    known = sorted(f.name for f in folder.iterdir() if f.is_dir()) if folder.is_dir() else []
    known = [n for n in known if not n.startswith(("_", ".")) and (prefix or n not in ("base", "lender"))]
    if name not in known:
        raise UnknownLayer(part, name, known)
    return f"{prefix}{name}"


def _files(root: Traversable, layer: str, found: list[Fault]) -> Iterator[tuple[str, dict[str, Any]]]:
    folder = root.joinpath(*layer.split("/"))
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml")) if folder.is_dir() else []
    if not names:
        found.append(Fault(file=f"{layer}/", key="-", problem="the layer has no .toml file"))
    for name in names:
        path = f"{layer}/{name}"
        try:
            yield path, tomllib.loads(folder.joinpath(name).read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            found.append(Fault(file=path, key="-", problem=f"this is not TOML: {error}"))


def _keys(file: str, content: Mapping[str, Any], found: list[Fault]) -> dict[str, Key]:
    keys = {}
    for entry in content.get("key", []):
        name = str(entry.get("key", "?"))
        if set(entry) != KEY_NAMES:
            found.append(Fault(file=file, key=name, problem=f"a key has exactly {', '.join(sorted(KEY_NAMES))}"))
        elif entry["tighter"] not in list(Tighter):
            found.append(Fault(file=file, key=name, problem=f"tighter is one of {', '.join(Tighter)}"))
        else:
            keys[name] = Key(key=name, unit=entry["unit"], tighter=Tighter(entry["tighter"]))
    return keys


def _params(file: str, layer: str, content: Mapping[str, Any], found: list[Fault]) -> Iterator[Param]:
    for entry in content.get("param", []):
        problems = list(_problems(entry))
        name = str(entry.get("key", "?"))
        if problems:
            found.extend(Fault(file=file, key=name, problem=problem) for problem in problems)
            continue
        yield Param(
            key=name,
            value=_frozen(entry["value"]),
            unit=entry["unit"],
            from_on=_date(entry["from"]),
            until_on=_date(entry["to"]) if "to" in entry else None,
            force=Force(entry["force"]),
            source=Source(**entry["source"]),
            status=Status(entry["status"]),
            checked_on=_date(entry["checked_on"]),
            layer=layer,
            scope=entry.get("scope", ""),
            file=file,
        )


def _problems(entry: Mapping[str, Any]) -> Iterator[str]:
    """What keeps one [[param]] from being read, in words that say what would be right."""
    for name in sorted(set(entry) - PARAM_NAMES):
        yield f"{name} is not known; a param has {', '.join(sorted(PARAM_NAMES))}"
    for name in sorted(PARAM_NAMES - {"scope", "to"} - set(entry)):
        yield f"{name} is missing"
    for name in ("from", "to", "checked_on"):
        if name in entry and _date(entry[name]) is None:
            yield f"{name} is a date, such as 2026-01-31"
    for name, kind in (("force", Force), ("status", Status)):
        if name in entry and entry[name] not in [member.value for member in kind]:
            yield f"{name} is one of {', '.join(member.value for member in kind)}"
    for name in ("key", "scope", "unit"):
        if name in entry and not isinstance(entry[name], str):
            yield f"{name} is a text"
    source = entry.get("source")
    if source is not None:
        if not isinstance(source, Mapping) or not isinstance(source.get("title"), str):
            yield 'source is a table with a title, such as {title = "…", article = "…"}'
        elif set(source) - SOURCE_NAMES or not all(isinstance(item, str) for item in source.values()):
            yield f"source has only texts named {', '.join(sorted(SOURCE_NAMES))}"
    if _has_float(entry.get("value")):
        yield "value has a decimal point; write whole numbers: minor units, or ppm for rates and shares"


def _date(value: Any) -> Any:
    """A TOML date, or one written as text; None when it is neither."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if type(value) is date else None


def _has_float(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_float(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_float(item) for item in value)
    return isinstance(value, float)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({name: _frozen(item) for name, item in value.items()})
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
