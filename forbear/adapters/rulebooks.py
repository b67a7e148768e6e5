"""The Rulebooks port: one lender's rulebook as in force on a day, read from its files once a day that is asked for."""

from datetime import date
from functools import cache
from pathlib import Path

from forbear.adapters.rulebook import load_rulebook
from forbear.core.rules import Rulebook


class FiledRulebooks:
    """`lender`: None for the law alone; `directory`: None for the files shipped with the product."""

    def __init__(self, country: str, sector: str, lender: str | None, directory: Path | None = None) -> None:
        self._policy = (country, sector, lender, directory)

    def on(self, on: date) -> Rulebook:
        return _read(*self._policy, on)


@cache
def _read(country: str, sector: str, lender: str | None, directory: Path | None, on: date) -> Rulebook:
    return load_rulebook(country, sector, lender, on, directory)
