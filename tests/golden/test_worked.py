"""Figures worked out in textbooks, directives and regulations: level instalments, yearly costs, shares pro rata."""

from datetime import date
from typing import Any

import pytest

from forbear.adapters.conventions import load_convention
from forbear.core.cost import effective_annual_ppm, nominal_monthly_ppm
from forbear.core.money import Rounding, allocate, divide, major
from forbear.core.periods import Every, Unit
from forbear.core.schedule import Schedule, schedule
from forbear.core.schedule_terms import Terms
from tests.golden.oracles import cases, minor, ppm


@pytest.mark.parametrize("case", cases("worked.json"))
def test_worked(case: dict[str, Any]):
    assert WORKED[case["kind"]](case) == case["expect"]


def level_instalment(case: dict[str, Any]) -> dict[str, str]:
    terms = Terms(
        principal_minor=minor(case["principal"]),
        rate_ppm=ppm(case["annual_rate_percent"]),
        rows=case["months"],
        every=Every(1, Unit.MONTHS),
        disbursed_on=date(2026, 1, 1),
    )
    made = schedule(terms, load_convention("cn"))
    assert isinstance(made, Schedule)
    return {"instalment": major(made.instalment_minor)}


def annual_cost(case: dict[str, Any]) -> dict[str, str]:
    """The percentage with as many places as the case gives."""
    if case["convention"] == "effective-act-365":
        rate = effective_annual_ppm([(flow["day"], minor(flow["amount"])) for flow in case["flows"]])
    else:
        assert case["convention"] == "nominal-monthly-irr"
        payments = [minor(p["amount"]) for p in case["payments"] for _ in range(p["count"])]
        rate = nominal_monthly_ppm(minor(case["advance"]), payments)
    places = len(case["expect"]["percent"].partition(".")[2])
    parts = divide(rate, 10 ** (4 - places), Rounding.HALF_UP)
    return {"percent": f"{parts // 10**places}.{parts % 10**places:0{places}d}" if places else str(parts)}


def shares(case: dict[str, Any]) -> dict[str, list[str]]:
    weights = [minor(weight) for weight in case["weights"]]
    return {"parts": [major(part) for part in allocate(minor(case["amount"]), weights)]}


WORKED = {"level_instalment": level_instalment, "annual_cost": annual_cost, "allocate": shares}
