"""No offer is beaten: none is at least as good in every criterion as another and better in one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def dominates(one: Sequence[int], other: Sequence[int]) -> bool:
    """Less is better in each criterion: one is nowhere worse and somewhere better."""
    return tuple(one) != tuple(other) and all(a <= b for a, b in zip(one, other, strict=True))


def dominated(
    named: Mapping[str, T], criteria: Callable[[T], tuple[int, ...]], value: Callable[[T], int] | None = None
) -> Iterator[str]:
    """A sentence for each named plan that another one beats in (criteria, less is better; lender's value, more is)."""
    of = {name: (*criteria(plan), *(() if value is None else (-value(plan),))) for name, plan in named.items()}
    for name, mine in of.items():
        for other, theirs in of.items():
            if dominates(theirs, mine):
                yield f"{name} {mine} is beaten by {other} {theirs}"
