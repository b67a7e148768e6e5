"""The Rulebooks port: one lender's rulebook as in force on a day, read from its files once a day that is asked for."""

from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from forbear.adapters.rulebook import load_rulebook
from forbear.core.rules import Rulebook


class FiledRulebooks:
    """`lender`: None for the law alone; `directory`: None for the files shipped with the product."""

    def __init__(self, country: str, sector: str, lender: str | None, directory: Path | None = None) -> None:
        self._policy = (country, sector, lender, directory)

    def on(self, on: date) -> Rulebook:
        return _looked_at(self._policy, on)


@lru_cache(64)
def _looked_at(policy: tuple[str, str, str | None, Path | None], on: date) -> Rulebook:
    return _read(*policy).on(on)


@cache
def _read(country: str, sector: str, lender: str | None, directory: Path | None) -> Rulebook:
    """The files hold every day's values; the day they are first looked at does not matter."""
    return load_rulebook(country, sector, lender, date(2026, 1, 1), directory)
