"""Everything held of a case is in its bundle: every kind of fact there is, made up with words that are looked for, and
every table of the database that names a case, each told in docs/bundle.md. A new one fails here until it is.
"""

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from django.apps import apps

from forbear.actions.bundle_contents import READABLE, SAID
from forbear.core import bundle as b
from forbear.core.events import KINDS, Fact
from tests.bundles import AGENT, CASE, Bag, desk_with_case, exported, packed, tell
from tests.servers import ROOT


class Making:
    """Values by their types; every text is a word of its own, and remembered."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def one(self, of: Any) -> Any:
        origin, inner = typing.get_origin(of), typing.get_args(of)
        if origin in (typing.Union, types.UnionType):
            return self.one(next(part for part in inner if part is not type(None)))
        if origin in (tuple, Sequence):
            parts = inner[:1] if len(inner) < 2 or inner[-1] is Ellipsis else inner
            return tuple(self.one(part) for part in parts)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {self.one(inner[0]): self.one(inner[1])}
        if is_dataclass(of) or hasattr(of, "_fields"):
            names = of._fields if hasattr(of, "_fields") else [f.name for f in fields(of)]
            hints = typing.get_type_hints(of)
            return of(**{name: self.one(hints[name]) for name in names})
        if isinstance(of, type) and issubclass(of, Enum):
            return next(iter(of))
        return self.plain(of)

    def plain(self, of: Any) -> Any:
        if of is bool:
            return True
        if of is int:
            return 1
        if of is date:
            return date(2026, 3, 2)
        if of is datetime:
            return datetime(2026, 3, 2, tzinfo=UTC)
        self.words.append(f"word{len(self.words)}w")
        return self.words[-1]


def words_in(value: Any) -> list[str]:
    """Every text of a plain value, at any depth."""
    if isinstance(value, Mapping):
        return [word for item in value.values() for word in words_in(item)]
    if isinstance(value, list | tuple):
        return [word for item in value for word in words_in(item)]
    return [value] if isinstance(value, str) else []


def told() -> Mapping[str, Fact]:
    """One fact of every kind that the case does not have already, no two with a text in common."""
    making, there = Making(), ("case.opened", "data.erased", "case.exported")
    return {name: making.one(kind) for name, kind in KINDS.items() if name not in there}


def test_every_kind_of_fact_can_be_read_in_full():
    desk, facts = desk_with_case(), told()
    for fact in facts.values():
        tell(desk, CASE, fact, actor=AGENT)
    files = Bag.of(packed(desk, exported(desk))).files
    readable = b"".join(data for name, data in files.items() if name.startswith("data/") and name not in b.PROOFS)
    for name, fact in facts.items():
        parts = {group: value for group, value, _ in fact.private()}
        head = {"type": name, "actor": {"kind": AGENT.kind.value}}
        theirs = b.third_partys(head, parts, frozenset())
        for group, value in parts.items():
            for word in words_in(value):
                assert (word.encode() in readable) != (group in theirs), f"{name}.{group}: {word}"
        assert name in SAID or not parts or name.partition(".")[0] in READABLE


DOCS = (ROOT / "docs/bundle.md").read_text("utf-8")


def test_every_table_is_told():
    """What the database holds beside the record: in docs/bundle.md each table is named, with what becomes of it."""
    told = {
        name for line in DOCS.splitlines() if line.startswith("| `") for name in line.split("|")[1].split("`")[1::2]
    }
    tables = {model._meta.db_table for model in apps.get_app_config("store").get_models()}
    assert tables - told == set()
    assert {"event", "secret", "blob"} <= told


def test_every_folder_is_told():
    for folder in {*READABLE.values(), "messages", "recordings"}:
        assert f"`{folder}/`" in DOCS, folder
