"""The conventions' TOML files as values of core.convention. A file at fault is told with its name, key and the mend."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from forbear.core.convention import Convention, DayEffect, Early, LevelOn, MonthPart, YearSplit
from forbear.core.money import Rounding

WORDS: dict[str, type[StrEnum]] = {
    "interest_rounding": Rounding,
    "instalment_rounding": Rounding,
    "level_on": LevelOn,
    "month_part": MonthPart,
    "year_split": YearSplit,
    "rate_effect": DayEffect,
    "pause_effect": DayEffect,
    "early": Early,
}
COUNTS = {
    "interest_multiple_minor": (1, 10**8),
    "instalment_multiple_minor": (1, 10**8),
    "inner_digits": (0, 12),
    "significant_digits": (0, 30),
}


class ConventionAtFault(ValueError):
    """The convention cannot be used; `lines` has one line a fault, each beginning with the file or the key."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def names(directory: Path | None = None) -> list[str]:
    """The names of the profiles there are."""
    return sorted(
        file.name.removesuffix(".toml") for file in _folder(directory).iterdir() if file.name.endswith(".toml")
    )


def load_convention(name: str, directory: Path | None = None) -> Convention:
    """A profile by name; ConventionAtFault where there is none of this name or its file is at fault."""
    known = names(directory)
    if name not in known:
        raise ConventionAtFault([f"{name} is no convention; one of {', '.join(known)}"])
    try:
        content = tomllib.loads(_folder(directory).joinpath(f"{name}.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConventionAtFault([f"{name}.toml: this is not TOML: {error}"]) from error
    return convention_of(name, content, f"{name}.toml: ")


def convention_of(name: str, content: Mapping[str, Any], where: str = "") -> Convention:
    """A convention from its keys, every one of which is needed; each fault begins with `where`."""
    needed = {field.name for field in fields(Convention)} - {"name"}
    faults = [f"{where}{key} is missing" for key in sorted(needed - set(content))]
    faults += [f"{where}{key} is no key of a convention" for key in sorted(set(content) - needed)]
    values = {key: value for key, value in content.items() if key in needed}
    faults += [f"{where}{key}: {fault}" for key, value in values.items() if (fault := fault_of(key, value))]
    if faults:
        raise ConventionAtFault(faults)
    made = {key: WORDS[key](value) if key in WORDS else value for key, value in values.items()}
    return Convention(name=name, **made)


def fault_of(key: str, value: Any) -> str:
    """What is wrong with a key's value and what would be right; empty where it is right."""
    if key in WORDS:
        words = [word.value for word in WORDS[key]]
        return "" if value in words else f"{value!r} is not known; one of {', '.join(words)}"
    if key in COUNTS:
        least, most = COUNTS[key]
        sound = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if sound else f"{value!r} is not a whole number from {least} to {most}"
    return "" if isinstance(value, bool) else f"{value!r} is neither true nor false"


def _folder(directory: Path | None) -> Traversable:
    return directory if directory is not None else resources.files("forbear").joinpath("conventions")
