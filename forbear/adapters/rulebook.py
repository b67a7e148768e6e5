"""The rulebook's TOML files as values of core.rules. A file at fault stops the desk, naming file, line, key, the mend.

A layer is a directory; a rulebook is a stack of them: base → country → country/sector → lender/<name>. A lender whose
files say `under = ["cn/bank-card"]` stands under those sectors only.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from forbear.adapters.rule_files import TABLES, Entry, Example, RuleFile, examples_of, keys_of, params_of, predicates_of
from forbear.adapters.toml_places import Places
from forbear.core.checklist import Circumstances, checklist, checklist_faults
from forbear.core.codec import Malformed, typed
from forbear.core.predicates import Predicates
from forbear.core.rule_faults import faults
from forbear.core.rules import (
    CompiledPredicate,
    Fault,
    Key,
    NoContractDate,
    NoRule,
    Param,
    Predicate,
    PredicateFault,
    Rulebook,
    Scoped,
    rulebook,
    thawed,
)
from forbear.words import LANGUAGES, known

NO_ENGINE = (
    "predicates need the package cel-expr-python, which is not installed; install it, or take the predicates out"
)


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


def shipped() -> Traversable:
    """The rulebook that comes with the product."""
    return resources.files("forbear").joinpath("rulebook")


def load_rulebook(country: str, sector: str, lender: str | None, on: date, directory: Path | None = None) -> Rulebook:
    """The rulebook of a policy on a day, from `directory` or from the files shipped with the product."""
    root: Traversable = directory if directory is not None else shipped()
    return load_layers(root, layers_of(root, country, sector, lender), on)


def layers_of(root: Traversable, country: str, sector: str = "", lender: str | None = None) -> list[str]:
    """The stack of a policy; UnknownLayer where a part of it has no files. No sector: the country alone."""
    layers = ["base", _layer(root, "country", country, "")]
    if sector:
        layers.append(_layer(root, "sector", sector, f"{country}/"))
    if lender is not None:
        layers.append(_layer(root, "lender", lender, "lender/"))
        under = under_of(root, layers[-1])
        if under and layers[-2] not in under:
            raise UnknownLayer("lender", lender, [f"{lender} under {', '.join(under)}"])
    return layers


def stacks(root: Traversable) -> list[list[str]]:
    """Every stack there is: the base, each country, each sector, each lender under each sector it may stand under."""
    found = [["base"]]
    lenders = [f"lender/{name}" for name in _names(root.joinpath("lender"))]
    for country in _names(root):
        if country in ("base", "lender"):
            continue
        found.append(["base", country])
        for sector in _names(root.joinpath(country)):
            stack = ["base", country, f"{country}/{sector}"]
            found.append(stack)
            found += [[*stack, one] for one in lenders if not (under := under_of(root, one)) or stack[-1] in under]
    return found if len(found) > 1 else [["base"], *(["base", one] for one in lenders)]


def all_faults(root: Traversable) -> tuple[Fault, ...]:
    """Every fault of every stack, each once: files, values, layers, predicates, examples, files no layer reads."""
    found: dict[str, Fault] = {}
    read = set()
    there = stacks(root)
    for stack in there:
        read |= set(stack)
        try:
            rules = load_layers(root, stack, date.max)
        except RulebookAtFault as error:
            found |= {str(fault): fault for fault in error.faults}
            continue
        for example in examples(root, stack[-1]):
            if fault := example_fault(example, rules):
                found.setdefault(str(fault), fault)
        for fault in _nowhere(there, rules):
            found.setdefault(str(fault), fault)
    for fault in _no_sector(root, there):
        read.add(fault.file.rpartition("/")[0])
        found[str(fault)] = fault
    for path in _strays(root, "", read):
        problem = "no layer reads this file; put it in base/, <country>/, <country>/<sector>/ or lender/<name>/"
        found[path] = Fault(file=path, key="-", problem=problem)
    return tuple(found.values())


def _nowhere(there: Sequence[Sequence[str]], rules: Rulebook) -> Iterator[Fault]:
    """What a lender's files name and nobody meets: a sector there is none of, a place in a country it is not under."""
    layer = rules.layers[-1]
    if not layer.startswith("lender/"):
        return
    countries = sorted({stack[1] for stack in there if layer in stack})
    for param in rules.params:
        placed = param.layer == layer and rules.keys[param.key].scoped is Scoped.PLACE and param.scope
        if placed and param.scope.partition("/")[0] not in countries:
            problem = f"has no effect: this lender stands under {', '.join(countries)}; name a place there"
            line, column = param.places.get("scope") or (0, 0)
            yield Fault(file=param.file, key=f"{param.key}[{param.scope}]", problem=problem, line=line, column=column)


def _no_sector(root: Traversable, there: Sequence[Sequence[str]]) -> Iterator[Fault]:
    """The sectors a lender says it stands under and that there are none of."""
    sectors = sorted({stack[2] for stack in there if len(stack) > 2})
    for name in _names(root.joinpath("lender")) if sectors else []:
        for file in rule_files(root, f"lender/{name}", []):
            wrong = [str(one) for one in _list(file.content.get("under")) if str(one) not in sectors]
            if wrong:
                problem = f"there is no sector {wrong[0]!r}; one of {', '.join(sectors)}"
                line, column = file.places.of("", 0).get("under") or (0, 0)
                yield Fault(file=file.path, key="under", problem=problem, line=line, column=column)


def load_layers(root: Traversable, layers: Sequence[str], on: date, engine: Predicates | None = None) -> Rulebook:
    """The rulebook over named layers; raises RulebookAtFault with every fault of every file.

    `engine` compiles predicates; CEL where there are any and none is given.
    """
    found: list[Fault] = []
    keys: dict[str, Key] = {}
    files = [file for layer in layers for file in rule_files(root, layer, found)]
    for file in files:
        _tables(file, found)
        for key, entry in keys_of(file, found):
            if key.key in keys:
                found.append(entry.fault("the key is declared twice; keep one of the two", "key"))
            keys.setdefault(key.key, key)
        list(examples_of(file, found))
    bases = {key.key: key.basis for key in keys.values()}
    params: list[Param] = [param for file in files for param in params_of(file, bases, found)]
    held = [pair for file in files for pair in predicates_of(file, found)]
    own = list(faults(layers, keys, params, [predicate for predicate, _ in held]))
    found.extend(own)
    if not own:
        found.extend(checklist_faults(params, lambda key: all(known(language, key) for language in LANGUAGES)))
    compiled = list(_compiled(held, engine, found))
    if found:
        raise RulebookAtFault(found)
    return rulebook(layers, params, on, compiled, keys)


def examples(root: Traversable, layer: str) -> Iterator[Example]:
    """The worked examples in the files of a layer."""
    found: list[Fault] = []
    held = [example for file in rule_files(root, layer, found) for example in examples_of(file, found)]
    if found:
        raise RulebookAtFault(found)
    yield from held


def example_fault(example: Example, rules: Rulebook) -> Fault | None:
    """What a rulebook makes of an example, where it is not what the example expects."""
    entry, expected = example.entry, _as_read(example.expect)
    if example.predicate:
        named = [c for c in rules.compiled if c.predicate.name == example.predicate]
        if not named:
            return entry.fault("no predicate has this name; write the name of one", "predicate")
        held = named[-1].holds(example.facts)
        if isinstance(held, PredicateFault):
            return entry.fault(held.problem, "facts")
        return None if held is expected else entry.fault(f"comes to {_toml(held)}, not {_toml(expected)}", "expect")
    assert example.on is not None, "an example of a key or of papers has a day"
    if example.papers:
        return _papers_fault(example, rules.on(example.on))
    try:
        value = thawed(rules.on(example.on, example.signed_on).param(example.key, example.scope).value)
    except (NoRule, NoContractDate) as error:
        mend = "; add signed_on" if isinstance(error, NoContractDate) else ""
        return entry.fault(f"{error}{mend}", "on")
    same = type(value) is type(expected) and value == expected
    return None if same else entry.fault(f"comes to {_toml(value)}, not {_toml(expected)}", "expect")


def _papers_fault(example: Example, rules: Rulebook) -> Fault | None:
    """Where the checklist of a case is not the items expected: names in order, those that may be left out marked ?."""
    entry, given = example.entry, dict(example.papers)
    held = given.pop("held", [])
    try:
        case = typed(Circumstances, given, "papers")
        names = typed(tuple[str, ...], held, "papers.held")
        items = checklist(case, rules, names)
    except (Malformed, NoRule) as error:
        return entry.fault(str(error), "papers")
    found = [f"{item.name}{'?' if item.optional else ''}" for item in items]
    return (
        None
        if found == example.expect
        else entry.fault(f"comes to {_toml(found)}, not {_toml(example.expect)}", "expect")
    )


def rule_files(root: Traversable, layer: str, found: list[Fault]) -> Iterator[RuleFile]:
    """The files of a layer that are TOML; the faults of the others go to `found`."""
    folder = root.joinpath(*layer.split("/"))
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml")) if folder.is_dir() else []
    if not names:
        found.append(Fault(file=f"{layer}/", key="-", problem="the layer has no .toml file"))
    for name in names:
        path, text = f"{layer}/{name}", ""
        try:
            raw = folder.joinpath(name).read_bytes()
            text = raw.decode("utf-8")
            yield RuleFile(path=path, layer=layer, content=tomllib.loads(text), places=Places(text))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            found.append(Fault(file=path, key="-", problem="this is not UTF-8 text; save the file as UTF-8", line=line))
        except tomllib.TOMLDecodeError as error:
            found.append(_not_toml(path, text, str(error)))
        except (OSError, RecursionError) as error:
            found.append(Fault(file=path, key="-", problem=f"the file cannot be read ({type(error).__name__})"))


def under_of(root: Traversable, layer: str) -> tuple[str, ...]:
    """The sectors a lender's files say it stands under; none means any."""
    return tuple(str(one) for file in rule_files(root, layer, []) for one in _list(file.content.get("under")) if one)


def _tables(file: RuleFile, found: list[Fault]) -> None:
    """Tables there are none of, and an `under` that is no list of sectors."""
    known = (*TABLES, "under") if file.layer.startswith("lender/") else TABLES
    wrong = {name: f"no such table; there are {', '.join(known)}" for name in sorted(set(file.content) - set(known))}
    under = file.content.get("under", [])
    if "under" in known and not (isinstance(under, list) and all(isinstance(one, str) and "/" in one for one in under)):
        wrong["under"] = 'under is a list of sectors, such as ["cn/bank-card"]'
    for name, problem in wrong.items():
        line, column = file.places.of("", 0).get(name) or file.places.of(name, 0).get("") or (0, 0)
        found.append(Fault(file=file.path, key=name, problem=problem, line=line, column=column))


def _compiled(
    held: Sequence[tuple[Predicate, Entry]], engine: Predicates | None, found: list[Fault]
) -> Iterator[CompiledPredicate]:
    """The predicates made ready; a fault is placed in the file by its place in the expression."""
    if held and engine is None:
        engine = _cel()
        if engine is None:
            found.extend(entry.fault(NO_ENGINE) for _, entry in held)
            return
    for predicate, entry in held:
        assert engine is not None, "an engine was found or the faults were given"
        ready = engine.compile(predicate)
        if not isinstance(ready, PredicateFault):
            yield ready
            continue
        places = entry.file.places
        line, column = places.inside(entry.table, entry.index, "expression", ready.line, ready.column)
        fault = Fault(file=entry.file.path, key=predicate.name, problem=ready.problem, line=line, column=column)
        found.append(fault)


def _cel() -> Predicates | None:
    """The CEL engine, imported only where a rulebook has predicates; None where the package is not installed."""
    try:
        from forbear.adapters.predicates import CelPredicates
    except ImportError:
        return None
    return CelPredicates()


def _not_toml(path: str, text: str, said: str) -> Fault:
    """A fault of TOML itself, at the line and column the parser names."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    problem = said[: place.start()] if place else said
    line, column = text.count("\n") + 1, 0
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    return Fault(file=path, key="-", problem=f"this is not TOML: {problem}", line=line, column=column)


def _strays(folder: Traversable, layer: str, read: set[str]) -> Iterator[str]:
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        path = f"{layer}/{file.name}".lstrip("/")
        if file.is_dir():
            yield from _strays(file, path, read)
        elif file.name.endswith(".toml") and layer not in read:
            yield path


def _layer(root: Traversable, part: str, name: str, prefix: str) -> str:
    """The layer's path, if it is a plain name and has files; a name never reaches outside the rulebook."""
    folder = root.joinpath(*prefix.strip("/").split("/")) if prefix else root
    known = [n for n in _names(folder) if prefix or n not in ("base", "lender")]
    if name not in known:
        raise UnknownLayer(part, name, known)
    return f"{prefix}{name}"


def _names(folder: Traversable) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(f.name for f in folder.iterdir() if f.is_dir() and not f.name.startswith(("_", ".")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _as_read(value: Any) -> Any:
    """An expected value as `thawed` gives values."""
    return {n: _as_read(v) for n, v in value.items()} if isinstance(value, Mapping) else value


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
