"""Between dataclasses and JSON: both ways by type hints, and every fault names its place."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from forbear.core.codec import Malformed, plain, typed


class Colour(StrEnum):
    GREEN = "green"


@dataclass(frozen=True, kw_only=True)
class Inner:
    amount_minor: int
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Outer:
    colour: Colour
    inner: tuple[Inner, ...] = ()
    at: datetime = datetime(2026, 3, 2, tzinfo=UTC)
    names: frozenset[str] = frozenset()


WHOLE = Outer(colour=Colour.GREEN, inner=(Inner(amount_minor=5, on=date(2026, 3, 2)),), names=frozenset({"b", "a"}))
PLAIN = {
    "colour": "green",
    "inner": [{"amount_minor": 5, "on": "2026-03-02"}],
    "at": "2026-03-02T00:00:00.000Z",
    "names": ["a", "b"],
}


def test_there_and_back():
    assert plain(WHOLE) == PLAIN
    assert typed(Outer, PLAIN) == WHOLE


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({}, "value.colour"),
        ({"colour": "red"}, "value.colour"),
        ({"colour": "green", "size": 1}, "value.size"),
        ({"colour": "green", "inner": {}}, "value.inner"),
        ({"colour": "green", "inner": [{"amount_minor": "5"}]}, "value.inner[0].amount_minor"),
        ({"colour": "green", "inner": [{"amount_minor": True}]}, "value.inner[0].amount_minor"),
        ({"colour": "green", "inner": [{"amount_minor": 1, "on": "2026-02-30"}]}, "value.inner[0].on"),
        ({"colour": "green", "at": "yesterday"}, "value.at"),
        ([], "value"),
    ],
)
def test_a_fault_names_its_place(value, where):
    with pytest.raises(Malformed) as fault:
        typed(Outer, value)
    assert fault.value.where == where


def test_a_float_is_no_value():
    with pytest.raises(AssertionError):
        plain(1.5)
