"""The names plans are offered under, and which of them stay when one plan beats another."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

NAMES = ("lightest", "cheapest", "soonest", "balanced", "as-requested")


class Ranked(Protocol):
    """A way to pay, of one loan or of several."""

    @property
    def criteria(self) -> tuple[int, int, int]:
        """Largest payment of a month, total, end: less is better in each."""

    @property
    def ranked(self) -> tuple[int, int, int, int]:
        """The same, then the value to the lender turned round: how ties are broken."""

    @property
    def value_minor(self) -> int:
        """What a lender expects of it."""


AnyFlow = TypeVar("AnyFlow", bound=Ranked)


def undominated(flows: Mapping[str, AnyFlow]) -> dict[str, AnyFlow]:
    """Where one named plan is worse than another in something and better in nothing, the better takes its name.

    The lightest, the cheapest and the soonest are each the best in something, so nothing beats them.
    """
    kept = {name: flows[name] for name in NAMES if name in flows}
    for name in ("balanced", "as-requested"):
        if name not in kept:
            continue
        better = [other for other in flows.values() if _dominates(other, flows[name])]
        if better and name == "balanced":
            del kept[name]
        elif better:
            kept[name] = min((f for f in better if not any(_dominates(o, f) for o in better)), key=lambda f: f.ranked)
    return kept


def _dominates(one: Ranked, other: Ranked) -> bool:
    """Whether one plan is better for her in something and worse in nothing; alike for her, better for the lender.

    So no plan is kept only because the lender gains by it, and none is beaten in all four criteria either.
    """
    if one.criteria == other.criteria:
        return one.value_minor > other.value_minor
    return all(a <= b for a, b in zip(one.criteria, other.criteria, strict=True))
