"""What the lines of the timeline are made of, in every room."""

from collections.abc import Iterator

from forbear.words import say

Told = tuple[dict[str, object], list[tuple[str, str]], str]
"""The parameters of a fact's sentence, (label, value) of the figures under it, and the words quoted."""


def pairs(language: str, **values: str | None) -> Iterator[tuple[str, str]]:
    """Label and value of each value there is; the labels are the catalogue's."""
    for name, value in values.items():
        if value:
            yield say(language, f"desk.label.{name}"), value


def erased(language: str) -> str:
    """What stands where a private part was erased."""
    return say(language, "desk.case.erased")


def somebody(language: str) -> str:
    """Who stands where another person's name is not shown: erased, or withheld from whoever reads."""
    return say(language, "desk.case.somebody")
