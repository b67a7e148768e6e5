"""The product's search over cash flows, asked with the plain numbers that the other ways to the same figures take."""

from datetime import date, timedelta

from forbear.core.cashflow import Calendar, Flow, Terms, fill, least_ceiling
from forbear.core.loan import Owed
from tests.oracles.brute import FEES, INTEREST, PENALTY, PRINCIPAL, Account

FIRST_ON = date(2026, 1, 15)


def fastest(account: Account, ceiling: int) -> Flow | None:
    """The plan under a ceiling that pays as early as it can."""
    return fill(_terms(account), _calendar(account), account.caps, ceiling)


def lightest(account: Account, until: int) -> Flow | None:
    """The plan of the least ceiling that ends by a month."""
    return least_ceiling(_terms(account), _calendar(account), account.caps, account.ceiling, until)


def _terms(account: Account) -> Terms:
    return Terms(
        kept=_owed(account.kept),
        forgiven=_owed((0, 0, 0, 0)),
        rate_ppm=account.rate_ppm,
        months=account.last + 1 - account.first,
        least_minor=account.least,
        unit_minor=account.unit,
        gap_months=account.gap,
        principal_first=account.order[0] == PRINCIPAL,
    )


def _calendar(account: Account) -> Calendar:
    due_on = tuple(FIRST_ON + timedelta(days=31 * index) for index in range(len(account.caps)))
    return Calendar(
        months=tuple(f"{on:%Y-%m}" for on in due_on),
        due_on=due_on,
        parts=account.parts,
        denominator=account.denominator,
        first=account.first,
    )


def _owed(parts: tuple[int, int, int, int]) -> Owed:
    return Owed(
        fees_minor=parts[FEES],
        interest_minor=parts[INTEREST],
        penalty_minor=parts[PENALTY],
        principal_minor=parts[PRINCIPAL],
    )
