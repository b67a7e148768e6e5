"""What the bot says, as values: word keys with their facts, the choices under it, and where each figure comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Union


@dataclass(frozen=True)
class Money:
    """An amount in minor units of the country's money."""

    minor: int


@dataclass(frozen=True)
class Place:
    """A place of the rulebook, such as cn/sichuan/chengdu."""

    scope: str


@dataclass(frozen=True)
class Percent:
    """A rate in parts per million."""

    ppm: int


FactOf = Union[str, int, date, datetime, Money, Percent, Place, "Line", "tuple[Line, ...]", None]
"""What a sentence mentions; a text is said as it stands, None is no such thing."""


@dataclass(frozen=True)
class Line:
    """A sentence: the key of its words (of several sentences, those whose facts are there) and its facts; None: there
    is no such thing.
    """

    key: str
    facts: Mapping[str, FactOf] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A quick reply: pressing it posts its words. With a `page`, a link to that page of her case instead."""

    label: Line
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the bot says next. `step`: what it stands at after it, as the record keeps it; `rules`: the ids of the rules
    its figures come from, "record" for the case's own facts and "loan-book" for the lender's.
    """

    lines: tuple[Line, ...]
    step: str = ""
    choices: tuple[Choice, ...] = ()
    rules: tuple[str, ...] = ()
