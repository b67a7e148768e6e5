"""What a fact of a case is made of, and where it stands once recorded. The facts themselves are core/events.py."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from forbear.core.codec import plain
from forbear.core.contact import Actor, Channel


class Retention(StrEnum):
    """Why a private group is kept, and so for how long and under which key of the case."""

    IDENTITY = "identity"
    STATEMENT = "statement"
    FINANCE = "finance"
    HEALTH = "health"
    MESSAGE = "message"
    RECORDING = "recording"
    AGREEMENT = "agreement"


def private(retention: Retention) -> Any:
    """A private group of a fact: None once erased or withheld."""
    return field(default=None, metadata={"retention": retention})


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that happened in a case. `type` and `version` name the shape for ever."""

    type: ClassVar[str]
    version: ClassVar[int] = 1

    def public(self) -> dict[str, Any]:
        """The public fields as plain JSON."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if "retention" not in f.metadata}

    def private(self) -> tuple[tuple[str, Any, str], ...]:
        """(name, plain value, retention class) of each private group that is there."""
        groups = [f for f in fields(self) if "retention" in f.metadata and getattr(self, f.name) is not None]
        return tuple((f.name, plain(getattr(self, f.name)), self.retention(f.name).value) for f in groups)

    def retention(self, name: str) -> Retention:
        """The retention class of a private group."""
        (kind,) = [f.metadata["retention"] for f in fields(self) if f.name == name]
        return Retention(kind)


FILE_MEMBERS = frozenset({"blob", "document", "image", "raw"})
"""Under these names, and under no others, a fact names a file of the vault."""


def files_named(value: Any, name: str = "") -> Iterator[str]:
    """Ids of files of the vault that a fact's plain value names (actions/ports.py: Ids; their prefix is b). Words that
    look like one are words: what somebody writes never leads to a file.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from files_named(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from files_named(item, name)
    elif name in FILE_MEMBERS and isinstance(value, str) and value.startswith("b_"):
        yield value


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A fact with its place in the record: `leaf` over all cases, `seq` in its own; `private` as far as not erased."""

    leaf: int
    case_id: str
    seq: int
    at: datetime
    occurred_at: datetime | None
    actor: Actor
    channel: Channel
    command: str
    cause: str
    leaf_hash: bytes
    fact: Fact
