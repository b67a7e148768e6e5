"""What a rulebook is made of: dated values with their sources, a lender's own predicates, findings and faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol


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


class Basis(StrEnum):
    """Which day chooses among the dated values of a key."""

    DECISION_DATE = "decision-date"
    CONTRACT_DATE = "contract-date"


class Tighter(StrEnum):
    """Which way a lower layer may move a binding value. FIXED: not at all. FREE: the value binds nobody.

    FEWER and MORE are of lists: items may be left out, or added. A table moves LOWER or HIGHER by its last column, row
    by row; the other columns name the row, and no row may go missing.
    """

    LOWER = "lower"
    HIGHER = "higher"
    FEWER = "fewer"
    MORE = "more"
    FIXED = "fixed"
    FREE = "free"


class Scoped(StrEnum):
    """What the scope of a key's values says: nothing, a place (cn/sichuan/chengdu), a grade of evidence (A to D), an
    item of the checklist of papers (cause/illness), or a class of data kept for one reason (core/facts.py: Retention).
    """

    NONE = "none"
    PLACE = "place"
    GRADE = "grade"
    ITEM = "item"
    CLASS = "class"


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
    """A name the rulebook may hold: its unit, which way is tighter, which day chooses, what a scope says.

    `one_of` has the words that code reads, of a table by column, of a text or a list under ""; none: any word.
    """

    key: str
    unit: str
    tighter: Tighter
    basis: Basis = Basis.DECISION_DATE
    scoped: Scoped = Scoped.NONE
    one_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Multiple:
    """A value that is a whole multiple of another key's value on the same day, such as four times the LPR.

    `found` is the value it was worked out from, None before a day was chosen.
    """

    of: str
    times: int
    found: "Param | None" = None

    def __str__(self) -> str:
        return f"{self.times} × {self.of}" + (f" ({self.found.value} {self.found.unit})" if self.found else "")


@dataclass(frozen=True, kw_only=True)
class Param:
    """One dated value. `scope` narrows it (a place: cn/sichuan/chengdu); `until_on` is the last day, None for open.

    `multiple` says what the value was worked out from, where it was. `places` has line and column of each field.
    """

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
    basis: Basis = Basis.DECISION_DATE
    multiple: Multiple | None = None
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rule(self) -> str:
        """The dotted id that findings and refusals name: layer, then key."""
        return f"{self.layer.replace('/', '.')}.{self.key}"

    def in_force(self, on: date) -> bool:
        """Whether the value holds on the day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


class PredicateScope(StrEnum):
    """What a predicate looks at: the case, once, or each plan on offer."""

    CASE = "case"
    PLAN = "plan"


@dataclass(frozen=True, kw_only=True)
class Predicate:
    """A lender's own rule: a case or a plan for which `expression` does not hold is refused. It never allows anything.

    `reason` and `way_on` are the lender's sentences by language ("zh", "en"). `places` as in Param.
    """

    name: str
    scope: PredicateScope
    expression: str
    reason: Mapping[str, str]
    way_on: Mapping[str, str]
    from_on: date
    until_on: date | None
    force: Force
    source: Source
    status: Status
    checked_on: date
    layer: str
    file: str = ""
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rule(self) -> str:
        """The dotted id that refusals name."""
        return f"{self.layer.replace('/', '.')}.predicate.{self.name}"

    def in_force(self, on: date) -> bool:
        """Whether the predicate holds on the day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, kw_only=True)
class PredicateFault:
    """A predicate that cannot be read or worked out: why, and where in its expression (1-based; 0 where unknown).

    `code` (budget, overflow, zero, missing, other) names the borrower's sentence where it could not be worked out.
    """

    problem: str
    code: str = "other"
    line: int = 0
    column: int = 0


class CompiledPredicate(Protocol):
    """A predicate made ready. `holds` ends in bounded time and never raises: what cannot be worked out is a fault."""

    @property
    def predicate(self) -> Predicate: ...

    def holds(self, facts: Mapping[str, Any]) -> bool | PredicateFault: ...


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
    """A rulebook at fault: which file, line and column (0 where there is none), which key, what is wrong, the mend."""

    file: str
    key: str
    problem: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = "".join(f":{number}" for number in (self.line, self.column) if number)
        return f"{self.file}{place}: {self.key}: {self.problem}"
