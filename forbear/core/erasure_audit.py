"""What must still be there: keys, disclosures and files, held to the erasures that the record itself tells of.

Whoever owns the database can clear a key or delete what it sealed, and no hash notices: the record holds commitments
alone. But every rightful erasure is a fact, DataErased, before what it destroys is gone. So what is gone without one
was taken, and what is there after one was not destroyed. Nothing that the tables say of an erasure is believed.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache

from forbear.core.codec import plain
from forbear.core.events import KINDS, DataErased
from forbear.core.facts import Fact, Retention, files_named

FILES_AT_ONCE = 500
FilesMissing = Callable[[Sequence[str]], Collection[str]]
"""Of these files of the vault those that are not there: no entry, no key, or nothing where it should lie."""


@dataclass(frozen=True)
class Erasure:
    """A DataErased as it stands in the log. `keys`: how many keys it says it destroyed."""

    leaf: int
    case_id: str
    retention: str
    keys: int


@dataclass(frozen=True)
class StoredKey:
    """A data key that is not live. `there`: its bytes are; `told`: the erasure at the leaf by which the table says it
    was destroyed; `loose`: the table says that it belonged to no case, and there is none of this id.
    """

    key_id: str
    case_id: str
    retention: str
    there: bool
    told: Erasure | None
    loose: bool = False


def read_erasure(leaf: int, body: bytes) -> Erasure | None:
    """The erasure that an event's bytes tell of; None where they tell of something else, or of nothing readable."""
    try:
        said = json.loads(body)
        if said["type"] != DataErased.type:
            return None
        return Erasure(leaf, str(said["case"]), str(said["pub"]["retention_class"]), int(said["pub"]["keys"]))
    except (ValueError, TypeError, KeyError):
        return None


@dataclass
class Kept:
    """What an audit holds the disclosures and files of its events to. `erasures`: gives those from a leaf on, in their
    order; it is asked again before anything is missed, since somebody may erase while the audit runs; `first`: from
    which leaf on they matter; `files`: asks the vault, None where files are not looked at.
    """

    erasures: Callable[[int], Iterable[Erasure]] = lambda first: ()
    first: int = 0
    files: FilesMissing | None = None
    _begun: dict[tuple[str, str], int] = field(default_factory=dict)
    _last: dict[tuple[str, str], int] = field(default_factory=dict)
    _named: list[tuple[int, str, frozenset[str], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._more()
        self._begun = dict(self._last)

    def _more(self) -> None:
        for one in self.erasures(self.first):
            self._last[one.case_id, one.retention] = one.leaf
            self.first = one.leaf + 1

    def gone(self, leaf: int, case_id: str, fact: Fact, count: int) -> list[str]:
        """`count` groups of the fact that its event commits to are not there: were they erased after it?"""
        absent = [classes_of(fact, name) for name in groups_of(fact.type) if getattr(fact, name) is None]
        for _ in range(2):
            unsaid = [classes for classes in absent if not self._erased(leaf, case_id, classes)]
            if count <= len(absent) - len(unsaid):
                return []
            self._more()
        named = " or ".join(sorted({retention for classes in unsaid for retention in classes}))
        return [f"{case_id}: a disclosure of class {named} is gone, and the record holds no erasure of it since"]

    def opened(self, leaf: int, case_id: str, fact: Fact, under: Sequence[str] | None) -> list[str]:
        """The groups that could be read: none of an erased class, each under a key of its own class. `under`: the
        classes of those keys, None where that is not known.
        """
        kept = [_class(fact, name) for name in groups_of(fact.type) if getattr(fact, name) is not None]
        found = []
        if under is not None and Counter(under) != Counter(kept):
            found.append(f"{case_id}: its disclosures of class {_listed(kept)} lie under keys of {_listed(under)}")
        for retention in sorted(set(kept)) if self._begun else ():
            if self._begun.get((case_id, retention), -1) > leaf:
                found.append(
                    f"{case_id}: a disclosure of class {retention} is there, and the record says it was erased"
                )
        return found

    def names(self, leaf: int, case_id: str, fact: Fact) -> list[tuple[int, str]]:
        """The files a fact names must be there; returns (leaf, problem) of those looked at meanwhile."""
        if self.files is None:
            return []
        family = fact.type.partition(".")[0]
        classes = _FILES.get(family)
        for blob in files_named(plain(fact)) if classes else ():
            assert classes is not None
            self._named.append((leaf, case_id, classes, blob))
        return self.look() if len(self._named) >= FILES_AT_ONCE else []

    def look(self) -> list[tuple[int, str]]:
        """Ask the vault for what was named and not looked at yet."""
        named, self._named = self._named, []
        missing = set(self.files([blob for *_, blob in named])) if named and self.files else set()
        if missing:
            self._more()
        return [
            (leaf, f"{case_id}: the file {blob} is gone, and the record holds no erasure of {_listed(classes)} since")
            for leaf, case_id, classes, blob in named
            if blob in missing and not self._erased(leaf, case_id, classes)
        ]

    def _erased(self, leaf: int, case_id: str, classes: Iterable[str]) -> bool:
        return any(self._last.get((case_id, retention), -1) > leaf for retention in classes)


def keys_held(keys: Iterable[StoredKey], told: Iterable[tuple[Erasure, int]]) -> Iterator[tuple[int, str]]:
    """(leaf, problem) of keys that are not live and were not rightly destroyed, and of erasures that destroyed other
    than they say. `told`: erasures, each with how many keys are destroyed by what the table says of it.
    """
    for key in keys:
        who = f"{key.case_id}: the key {key.key_id} of class {key.retention}"
        right = key.told and (key.told.case_id, key.told.retention) == (key.case_id, key.retention)
        if key.there:
            yield -1, f"{who} is there, and the table says it was destroyed"
        elif not right and not key.loose:
            yield -1, f"{who} was destroyed, and the record holds no erasure that did it"
    for one, count in told:
        if one.keys != count:
            said = f"the erasure of class {one.retention} says that it destroyed {one.keys} keys"
            yield one.leaf, f"{one.case_id}: {said}, and {count} are"


_PAPERS = frozenset({Retention.FINANCE.value, Retention.HEALTH.value})
_FILES: Mapping[str, frozenset[str]] = {
    "paper": _PAPERS,
    "message": frozenset({Retention.MESSAGE.value}),
    "call": frozenset({Retention.RECORDING.value}),
    "agreement": frozenset({Retention.AGREEMENT.value}),
    "completion": frozenset({Retention.AGREEMENT.value}),
}
"""Under which classes the files lie that facts of a family name."""


@cache
def groups_of(kind: str) -> Mapping[str, str]:
    """The private groups of a type of fact, and the class each is declared under."""
    return {f.name: f.metadata["retention"].value for f in fields(KINDS[kind]) if "retention" in f.metadata}


def _class(fact: Fact, name: str) -> str:
    return fact.retention(name).value if _decides(type(fact)) else groups_of(fact.type)[name]


def classes_of(fact: Fact, name: str) -> frozenset[str]:
    """The classes that a group which is not there may have had: what is read of a health paper goes with the paper, and
    without it nobody knows any more whether it was one.
    """
    declared = groups_of(fact.type)[name]
    return frozenset({declared, Retention.HEALTH.value}) if _decides(type(fact)) else frozenset({declared})


def _decides(kind: type[Fact]) -> bool:
    """Whether the class follows from what the group says."""
    return kind.retention is not Fact.retention


def _listed(classes: Iterable[str]) -> str:
    return ", ".join(sorted(classes)) or "none"
