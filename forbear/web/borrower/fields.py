"""What a page asks: fields as plain values, each with its label, its hint, what was typed and what is to be mended.

A field knows how to be shown, never what is right: the core reads what was typed and answers with a value or a refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

Typed = Mapping[str, str]
"""What was typed, by the name of the control; the ticked boxes of a group joined by commas."""


@dataclass(frozen=True)
class Option:
    """One choice of a group, with its words."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """One question. `kind`: text | tel | code | amount | number | area | radios | checks | select | date | file."""

    name: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    unit: str = ""
    optional: bool = False
    heading: bool = False
    value: str = ""
    values: tuple[str, ...] = ()
    fault: str = ""
    autocomplete: str = ""
    maximum: int = 200
    accept: str = ""
    capture: bool = False
    many: bool = False
    id_suffix: str = ""

    @property
    def control(self) -> str:
        """The id of the control, or the beginning of the ids of a group; the same field may stand on a page twice."""
        return f"f-{self.name}{self.id_suffix}"

    @property
    def anchor(self) -> str:
        """The id the error summary jumps to: the first control of a group, the control itself otherwise."""
        if self.kind in ("radios", "checks"):
            return f"{self.control}-{self.options[0].value}"
        return f"{self.control}-year" if self.kind == "date" else self.control

    @property
    def described_by(self) -> str:
        """The ids of hint and fault, for a screen reader."""
        ids = [f"{self.control}-hint"] if self.hint else []
        return " ".join(ids + ([f"{self.control}-fault"] if self.fault else []))

    @property
    def date_parts(self) -> tuple[str, str, str]:
        """Year, month and day as typed: a date field keeps them with hyphens between."""
        year, month, day = ([*self.value.split("-"), "", "", ""])[:3]
        return year, month, day


def typed(sent: Mapping[str, Sequence[str]], fields: Sequence[Field]) -> dict[str, str]:
    """What was sent for these fields, trimmed; a text beyond twice its limit is cut so that a page stays a page."""
    given: dict[str, str] = {}
    for field in fields:
        if field.kind == "checks":
            given[field.name] = ",".join(sent.get(field.name, []))[:400]
        elif field.kind == "date":
            parts = [_one(sent, f"{field.name}-{part}", 8) for part in ("year", "month", "day")]
            given[field.name] = "-".join(parts) if any(parts) else ""
        else:
            given[field.name] = _one(sent, field.name, 2 * field.maximum)
    return given


def filled(fields: Sequence[Field], given: Typed, faults: Typed) -> tuple[Field, ...]:
    """The fields with what was typed and what is to be mended beside each."""
    return tuple(
        replace(
            field,
            value=given.get(field.name, field.value),
            values=tuple(v for v in given.get(field.name, ",".join(field.values)).split(",") if v),
            fault=faults.get(field.name, ""),
        )
        for field in fields
    )


def _one(sent: Mapping[str, Sequence[str]], name: str, most: int) -> str:
    values = sent.get(name) or [""]
    return values[-1].strip()[:most]
