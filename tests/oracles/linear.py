"""The same questions asked of HiGHS, a solver of linear programs, in fractions of a fen: least total, least largest.

Interest falls on the principal left. That is linear where principal is paid first, and where there are no arrears and
each month can bear its interest. Otherwise principal falls only once all else is paid: a yes or no for each month.
"""

from typing import Any

import highspy

from tests.oracles.brute import PRINCIPAL, Account

SIZE = 1_000.0
"""Amounts are told to HiGHS as if the principal were this much: its tolerances are absolute."""


def least_total(account: Account, until: int) -> float | None:
    """The least that can be paid in all when it ends by a month, unrounded; None where nothing ends by it."""
    return _Program(account, until).least("total")


def least_largest(account: Account, until: int) -> float | None:
    """The least the largest payment can be when it ends by a month, unrounded; None where nothing ends by it."""
    return _Program(account, until).least("largest")


class _Program:
    """Payments, what is left and what bears interest after each month, tied together month by month."""

    def __init__(self, account: Account, until: int) -> None:
        self.fen = account.kept[PRINCIPAL] / SIZE
        self.model = model = highspy.Highs()
        for name, value in {"output_flag": False, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0}.items():
            model.setOptionValue(name, value)
        months = range(until + 1)
        bounds = [
            min(cap, account.ceiling) / self.fen if m >= account.first else 0 for m, cap in enumerate(account.caps)
        ]
        shares = [account.rate_ppm * account.parts[m] / (account.denominator * 1e6) for m in months]
        owed = sum(account.kept) / self.fen
        highest = owed + SIZE * sum(shares)
        self.largest = model.addVariable(lb=0.0, ub=account.ceiling / self.fen)
        self.payments = [model.addVariable(lb=0.0, ub=bounds[m]) for m in months]
        self.choices: list[Any] = []
        no_arrears = sum(account.kept) == account.kept[PRINCIPAL] and all(bounds[m] >= SIZE * shares[m] for m in months)
        left: Any = owed
        bearing: Any = SIZE
        for m in months:
            model.addConstr(self.payments[m] <= self.largest)
            left_after = model.addVariable(lb=0.0, ub=highest if m < until else 0.0)
            bearing_after = model.addVariable(lb=0.0, ub=SIZE)
            model.addConstr(left_after == left + bearing * shares[m] - self.payments[m])
            if no_arrears:
                model.addConstr(bearing_after == left_after)
            elif account.order[0] == PRINCIPAL:
                model.addConstr(bearing_after >= bearing - self.payments[m])
            else:
                untouched = model.addBinary()
                model.addConstr(bearing_after >= bearing - SIZE * (1 - untouched))
                model.addConstr(bearing_after >= left_after - highest * untouched)
                self.choices.append(untouched)
            left, bearing = left_after, bearing_after

    def least(self, what: str) -> float | None:
        """The least of `what`. HiGHS lets a yes or no be a millionth off; they are set, the rest solved again."""
        aim = self.largest if what == "largest" else sum(self.payments[1:], start=self.payments[0])
        self.model.minimize(aim)
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        for choice, value in zip(self.choices, self.model.vals(self.choices) if self.choices else (), strict=True):
            self.model.changeColBounds(choice.index, round(value), round(value))
        self.model.minimize(aim)
        assert self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal, (
            "the choices HiGHS made have a solution"
        )
        return float(self.model.getObjectiveValue()) * self.fen
