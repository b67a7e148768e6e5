"""One TOML file of the rulebook read into keys, params, predicates and examples; each fault with line, column, mend."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from forbear.adapters.toml_places import Places, TablePlaces
from forbear.core.rule_faults import ways
from forbear.core.rules import (
    Basis,
    Fault,
    Force,
    Key,
    Multiple,
    Param,
    Predicate,
    PredicateScope,
    Scoped,
    Source,
    Status,
    Tighter,
)

TABLES = ("key", "param", "predicate", "example")
DATED = {"from", "to", "force", "source", "status", "checked_on"}
NAMES = {
    "key": {"key", "unit", "tighter", "basis", "scoped", "one_of"},
    "param": {"key", "scope", "value", "unit"} | DATED,
    "predicate": {"name", "scope", "expression", "reason", "way_on"} | DATED,
    "example": {"on", "signed_on", "key", "scope", "expect", "predicate", "facts", "papers"},
}
OPTIONAL = {
    "key": {"basis", "scoped", "one_of"},
    "param": {"scope", "to"},
    "predicate": {"to"},
    "example": {"on", "signed_on", "key", "scope", "predicate", "facts", "papers"},
}
CHOICES: Mapping[str, type[StrEnum]] = {
    "force": Force,
    "status": Status,
    "tighter": Tighter,
    "basis": Basis,
    "scoped": Scoped,
}
SOURCE_NAMES = {"title", "article", "seen"}
LANGUAGES = ("en", "zh")
UNITS = ("ppm", "minor", "days", "weeks", "months", "years", "payments", "count", "flag", "text", "list")
UNIT = re.compile(rf"{'|'.join(UNITS)}|(order|table)\([a-z_]+(,[a-z_]+)*\)")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SENTENCE_MOST = 300


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """A file as read: its path from the rulebook's root, its layer, what it holds and where."""

    path: str
    layer: str
    content: Mapping[str, Any]
    places: Places

    def entries(self, table: str, found: list[Fault]) -> Iterator["Entry"]:
        """The [[tables]] of a kind that can be read; the faults of the others go to `found`."""
        held = self.content.get(table, [])
        if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
            place = self.places.of("", 0).get(table) or self.places.of(table, 0).get("") or (0, 0)
            problem = f"{table} is a list of tables; write [[{table}]]"
            found.append(Fault(file=self.path, key=table, problem=problem, line=place[0], column=place[1]))
            return
        for index, content in enumerate(held):
            entry = Entry(file=self, table=table, index=index, content=content)
            faults = list(entry.faults())
            found.extend(faults)
            if not faults:
                yield entry


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table of a file."""

    file: RuleFile
    table: str
    index: int
    content: Mapping[str, Any]

    @property
    def places(self) -> TablePlaces:
        """Field → line and column; the empty field is the table itself."""
        return self.file.places.of(self.table, self.index)

    def fault(self, problem: str, field: str = "") -> Fault:
        """A fault of this table, at one of its fields."""
        line, column = self.places.get(field) or self.places.get("") or (0, 0)
        named = self.content.get("key") or self.content.get("name") or self.content.get("predicate") or self.table
        return Fault(file=self.file.path, key=str(named), problem=problem, line=line, column=column)

    def faults(self) -> Iterator[Fault]:
        """What keeps the table from being read, in words that say what would be right."""
        known, content = NAMES[self.table], self.content
        for name in sorted(set(content) - known):
            yield self.fault(f"{name} is not known; a {self.table} has {', '.join(sorted(known))}", name)
        for name in sorted(known - OPTIONAL[self.table] - set(content)):
            yield self.fault(f"{name} is missing; {_mend(name)}")
        for name, value in content.items():
            if wrong := _wrong(self.table, name, value):
                yield self.fault(wrong, name)


def keys_of(file: RuleFile, found: list[Fault]) -> Iterator[tuple[Key, Entry]]:
    """The names a file declares. The base alone does: a lower layer cannot change what tighter means."""
    for entry in file.entries("key", found):
        content = entry.content
        if file.layer != "base":
            found.append(entry.fault("only the base declares keys; give a value to one of base/keys.toml"))
            continue
        if not UNIT.fullmatch(content["unit"]):
            found.append(entry.fault(f"unit is one of {', '.join(UNITS)}, order(a,b) or table(a,b)", "unit"))
            continue
        if Tighter(content["tighter"]) not in ways(content["unit"]):
            allowed = ", ".join(ways(content["unit"]))
            found.append(entry.fault(f"tighter of a {content['unit']} is one of {allowed}", "tighter"))
            continue
        words = _words_of(content.get("one_of", {}))
        columns = content["unit"].partition("(")[2].rstrip(")").split(",")
        if not set(words) <= set(columns):
            found.append(
                entry.fault(f"one_of names columns of {content['unit']}; of a text or a list it is a list", "one_of")
            )
            continue
        key = Key(
            key=content["key"],
            unit=content["unit"],
            tighter=Tighter(content["tighter"]),
            basis=Basis(content.get("basis", Basis.DECISION_DATE)),
            scoped=Scoped(content.get("scoped", Scoped.NONE)),
            one_of=words,
        )
        yield key, entry


def _words_of(value: Any) -> Mapping[str, tuple[str, ...]]:
    by_column = value if isinstance(value, dict) else {"": value}
    return {column: tuple(words) for column, words in by_column.items()}


def params_of(file: RuleFile, bases: Mapping[str, Basis], found: list[Fault]) -> Iterator[Param]:
    """The dated values of a file; `bases` says by which day each key is chosen."""
    for entry in file.entries("param", found):
        content, value = entry.content, entry.content["value"]
        yield Param(
            key=content["key"],
            value=Multiple(**value) if isinstance(value, dict) else _frozen(value),
            unit=content["unit"],
            scope=content.get("scope", ""),
            basis=bases.get(content["key"], Basis.DECISION_DATE),
            **_dated(entry),
        )


def predicates_of(file: RuleFile, found: list[Fault]) -> Iterator[tuple[Predicate, Entry]]:
    """The predicates of a file, not compiled yet, each with its table."""
    for entry in file.entries("predicate", found):
        content = entry.content
        yield (
            Predicate(
                name=content["name"],
                scope=PredicateScope(content["scope"]),
                expression=content["expression"],
                reason=MappingProxyType(dict(content["reason"])),
                way_on=MappingProxyType(dict(content["way_on"])),
                **_dated(entry),
            ),
            entry,
        )


@dataclass(frozen=True, kw_only=True)
class Example:
    """What a key is on a day, a predicate for some facts, or the checklist of a case on a day (`papers` says what the
    case is, `expect` names the items), as the author of the file meant it.
    """

    entry: Entry
    key: str
    on: date | None
    signed_on: date | None
    scope: str
    predicate: str
    facts: Mapping[str, Any]
    papers: Mapping[str, Any]
    expect: Any

    @property
    def named(self) -> str:
        """What it is an example of, for a test's id or a fault: two of one name are one example."""
        if self.predicate:
            return f"{self.predicate} {sorted(self.facts.items())}"
        if self.papers:
            return f"papers {sorted(self.papers.items())} on {self.on}"
        signed = f" signed {self.signed_on}" if self.signed_on else ""
        return f"{self.key}{f'[{self.scope}]' if self.scope else ''} on {self.on}{signed}"


def examples_of(file: RuleFile, found: list[Fault]) -> Iterator[Example]:
    """The examples of a file; one given twice is a fault."""
    seen: set[str] = set()
    for entry in file.entries("example", found):
        content = entry.content
        if len({"key", "predicate", "papers"} & set(content)) != 1:
            found.append(entry.fault("an example has key and on, or predicate and facts, or papers and on"))
            continue
        needed = "facts" if "predicate" in content else "on"
        if needed not in content:
            found.append(entry.fault(f"{needed} is missing; {_mend(needed)}"))
            continue
        example = Example(
            entry=entry,
            key=content.get("key", ""),
            on=as_date(content.get("on")),
            signed_on=as_date(content.get("signed_on")),
            scope=content.get("scope", ""),
            predicate=content.get("predicate", ""),
            facts=content.get("facts", {}),
            papers=content.get("papers", {}),
            expect=content["expect"],
        )
        if example.named in seen:
            found.append(entry.fault("this example is given twice; keep one of the two"))
            continue
        seen.add(example.named)
        yield example


def _dated(entry: Entry) -> dict[str, Any]:
    content = entry.content
    return {
        "from_on": as_date(content["from"]),
        "until_on": as_date(content.get("to")),
        "force": Force(content["force"]),
        "source": Source(**content["source"]),
        "status": Status(content["status"]),
        "checked_on": as_date(content["checked_on"]),
        "layer": entry.file.layer,
        "file": entry.file.path,
        "places": entry.places,
    }


def _mend(name: str) -> str:
    """What a missing field would look like."""
    return {
        "source": 'name the text the value comes from: source = { title = "…", article = "…" }',
        "status": "write V (text read), V2 (second hand) or K (to be confirmed)",
        "force": f"one of {', '.join(Force)}",
        "from": "the first day the value holds, such as 2026-01-31",
        "checked_on": "the day a person last looked, such as 2026-01-31",
        "on": "the day of the example, such as 2026-01-31",
        "facts": "the facts the predicate looks at: facts = { days_past_due = 30 }",
        "expect": "what it should come to",
    }.get(name, "every one has it")


def _wrong(table: str, name: str, value: Any) -> str:
    """What is wrong with one field of a table, or nothing."""
    if name in ("from", "to", "checked_on", "on", "signed_on"):
        return "" if as_date(value) is not None else f"{name} is a date, such as 2026-01-31"
    if name in CHOICES:
        options = [member.value for member in CHOICES[name]]
        return "" if value in options else f"{name} is one of {', '.join(options)}"
    if name == "source":
        return _wrong_source(value)
    if table == "predicate":
        return _wrong_predicate(name, value)
    if name in ("key", "scope", "unit", "predicate"):
        return "" if isinstance(value, str) else f"{name} is a text"
    if name == "one_of":
        lists = value.values() if isinstance(value, dict) else (value,)
        sound = all(isinstance(words, list) and all(isinstance(word, str) for word in words) for words in lists)
        return "" if sound else 'one_of is a list of words, of a table { column = ["a", "b"] }'
    if name == "papers":
        sound = isinstance(value, dict) and isinstance(value.get("cause"), str)
        return "" if sound else 'papers is a table with a cause, such as { cause = "illness", income = true }'
    if name == "facts":
        return "" if isinstance(value, dict) else "facts is a table, such as { days_past_due = 30 }"
    return _wrong_value(name, value) if name in ("value", "expect") else ""


def _wrong_value(name: str, value: Any) -> str:
    if _has_float(value):
        return f"{name} has a decimal point; write whole numbers: minor units, or ppm for rates and shares"
    if name == "value" and isinstance(value, dict):
        times = value.get("times")
        sound = set(value) == {"of", "times"} and isinstance(value["of"], str) and type(times) is int and times >= 1
        return "" if sound else 'a value worked out from another key is { of = "lpr.1y", times = 4 }'
    return ""


def _wrong_predicate(name: str, value: Any) -> str:
    if name == "name":
        return (
            ""
            if isinstance(value, str) and SLUG.fullmatch(value)
            else "name is words joined by -, such as no-second-pause"
        )
    if name == "scope":
        options = [scope.value for scope in PredicateScope]
        return "" if value in options else f"scope is one of {', '.join(options)}"
    if name == "expression":
        return "" if isinstance(value, str) else "expression is a text"
    if name not in ("reason", "way_on"):
        return ""
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        return f'{name} has a sentence in each language: {name} = {{ zh = "…", en = "…" }}'
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip() or len(text) > SENTENCE_MOST or not text.isprintable():
            return f"{name}.{language} is one line of text, at most {SENTENCE_MOST} characters"
    return ""


def _wrong_source(source: Any) -> str:
    if not isinstance(source, Mapping) or not isinstance(source.get("title"), str):
        return 'source is a table with a title, such as {title = "…", article = "…"}'
    if set(source) - SOURCE_NAMES or not all(isinstance(item, str) for item in source.values()):
        return f"source has only texts named {', '.join(sorted(SOURCE_NAMES))}"
    return ""


def as_date(value: Any) -> Any:
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
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(_has_float(item) for item in value)
    return isinstance(value, float)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({name: _frozen(item) for name, item in value.items()})
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
