"""What a page asks: fields as plain values, each with its label, its hint, what was typed and what is to be mended.

A field knows how to be shown, never what is right: the core reads what was typed and answers with a value or a refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest


@dataclass(frozen=True)
class Option:
    """One choice of a group, with its words."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """One question. `kind`: text | tel | code | amount | number | area | radios | checks | select | date | month | file."""

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
    many: bool = False

    @property
    def anchor(self) -> str:
        """The id the error summary jumps to: the first control of a group, the control itself otherwise."""
        first = {"radios": f"-{self.options[0].value}", "checks": f"-{self.options[0].value}"} if self.options else {}
        return f"f-{self.name}" + {**first, "date": "-year"}.get(self.kind, "")

    @property
    def described_by(self) -> str:
        """The ids of hint and fault, for a screen reader."""
        ids = [f"h-{self.name}"] if self.hint else []
        return " ".join(ids + ([f"e-{self.name}"] if self.fault else []))

    @property
    def date_parts(self) -> tuple[str, str, str]:
        """Year, month and day as typed: a date field keeps them with hyphens between."""
        parts = (self.value.split("-") + ["", "", ""])[:3]
        return parts[0], parts[1], parts[2]


def typed(request: HttpRequest, fields: Sequence[Field]) -> dict[str, str]:
    """What was typed, one text a field: groups of boxes joined by commas, dates by hyphens, all trimmed and bounded."""
    given: dict[str, str] = {}
    for field in fields:
        if field.kind == "checks":
            given[field.name] = ",".join(request.POST.getlist(field.name))
        elif field.kind == "date":
            parts = [request.POST.get(f"{field.name}-{part}", "").strip()[:8] for part in ("year", "month", "day")]
            given[field.name] = "-".join(parts).rstrip("-")
        else:
            given[field.name] = request.POST.get(field.name, "").strip()[: max(field.maximum, 200) * 2]
    return given


def filled(fields: Sequence[Field], given: Mapping[str, str], faults: Mapping[str, str]) -> tuple[Field, ...]:
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
