"""The product's search over cash flows, asked with the plain numbers that the other ways to the same figures take."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from forbear.adapters.compiled import arithmetic
from forbear.core import cashflow
from forbear.core.cashflow import Calendar, Flow, Terms
from forbear.core.loan import Owed
from tests.oracles.brute import FEES, INTEREST, PARTS, PENALTY, PRINCIPAL, Account

FIRST_ON = date(2026, 1, 15)


@cache
def compiled() -> dict[str, Any]:
    """What makes the solver run as fast as this machine can, as an argument by name; nothing where it cannot."""
    return {"arithmetic": arithmetic()}


def fastest(account: Account, ceiling: int, **how: Any) -> Flow | None:
    """The plan under a ceiling that pays as early as it can."""
    return _search(account, how).fill(ceiling)


def lightest(account: Account, until: int, **how: Any) -> Flow | None:
    """The plan of the least ceiling that ends by a month."""
    return _search(account, how).least(account.ceiling, until)


def _search(account: Account, how: dict[str, Any]) -> Any:
    return cashflow.search(_terms(account), _calendar(account), account.caps, **how)


def _terms(account: Account) -> Terms:
    return Terms(
        kept=_owed(account.kept),
        forgiven=_owed((0, 0, 0, 0)),
        rate_ppm=account.rate_ppm,
        months=account.last + 1 - account.first,
        least_minor=account.least,
        unit_minor=account.unit,
        gap_months=account.gap,
        order=tuple(PARTS[place] for place in account.order),
    )


def _calendar(account: Account) -> Calendar:
    return _months(account.parts, account.denominator, account.first)


@cache
def _months(parts: tuple[int, ...], denominator: int, first: int) -> Calendar:
    due_on = tuple(FIRST_ON + timedelta(days=31 * index) for index in range(len(parts)))
    months = tuple(f"{on:%Y-%m}" for on in due_on)
    return Calendar(months=months, due_on=due_on, parts=parts, denominator=denominator, first=first)


def _owed(parts: tuple[int, int, int, int]) -> Owed:
    return Owed(
        fees_minor=parts[FEES],
        interest_minor=parts[INTEREST],
        penalty_minor=parts[PENALTY],
        principal_minor=parts[PRINCIPAL],
    )
