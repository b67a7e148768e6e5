"""Schedules, totals, due dates and penalties as Frappe Lending's own tests have them, every given field."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forbear.adapters.conventions import load_convention
from forbear.core.convention import Convention
from forbear.core.dates import add_months
from forbear.core.money import Rounding, divide
from forbear.core.periods import Every, Unit
from forbear.core.rows import HALF_EVEN
from forbear.core.schedule import Schedule, schedule
from forbear.core.schedule_changes import penalty_of
from forbear.core.schedule_terms import Method, Row, Terms
from tests.golden.oracles import cases, day, day_count_of, method_of, minor, ppm

Case = dict[str, Any]
DEMAND = "demand"
PLACES = {"0 dp": 100, "2 dp": 1}


@pytest.mark.parametrize("case", cases("frappe.json"))
def test_frappe(case: Case):
    made = schedule(terms_of(case), convention_of(case))
    assert isinstance(made, Schedule)
    figures = {
        "instalment": lambda: made.instalment_minor // 100,
        "total_interest": lambda: whole(sum(row.interest_minor for row in made.rows)),
        "total_payment": lambda: whole(sum(row.total_minor for row in made.rows)),
        "row_count": lambda: len(made.rows),
        "rows": lambda: [shown(made.rows[given.get("index", 0)], given, case) for given in case["rows"]],
    }
    wanted = {key: case[key] for key in figures if key in case}
    assert {key: figures[key]() for key in wanted} == wanted


def convention_of(case: Case) -> Convention:
    """The profile of the version the case is of: what is said of its interest tells which."""
    rounding = case["rounding"]
    if "unrounded inside" in rounding or rounding == "as above":
        return load_convention("frappe-unrounded")
    found = load_convention("frappe")
    if "monthly interest rounded to 0 dp" in rounding:
        found = replace(found, interest_multiple_minor=100)
    if "both end days counted" in case["method"]:
        found = replace(found, counts_both_ends=True)
    return found


def terms_of(case: Case) -> Terms:
    """A loan in rows; a demand loan is one row of interest up to the day it is looked at."""
    method = case["method"].lower()
    common: dict[str, Any] = {
        "principal_minor": minor(case["principal"]),
        "rate_ppm": ppm(case["annual_rate"]),
        "day_count": day_count_of(case),
    }
    if case["frequency"] == DEMAND:
        begun, due = day(case["disbursement"]), day(case["rows"][0]["due"])
        days = (due - begun).days
        return Terms(**common, rows=1, every=Every(days, Unit.DAYS), disbursed_on=begun)
    unit = Unit.MONTHS
    if "end of the current month" in method:
        unit = Unit.MONTH_END
    elif "start of the next month" in method:
        unit = Unit.MONTH_START
    start = day(case.get("repayment_start") or case.get("first_due") or "2026-02-01")
    begun = day(case["disbursement"]) if "disbursement" in case else add_months(start, -1)
    if unit is not Unit.MONTHS:
        begun = start
    fixed = "fixed amount" in method
    return Terms(
        **common,
        rows=600 if fixed else case["n"],
        every=Every(1, unit),
        disbursed_on=begun,
        first_due_on=start if unit is Unit.MONTHS else None,
        method=Method.FIXED_AMOUNT if fixed else method_of(method),
        instalment_minor=minor(case["instalment"]) if fixed else 0,
    )


def shown(row: Row, given: Case, case: Case) -> Case:
    """The fields given of a row, rounded to the places the case's figures have."""
    unit = next((size for name, size in PLACES.items() if case["rounding"].endswith(name)), 100)
    values: dict[str, Any] = {
        "due": row.due_on.isoformat(),
        "principal": places(row.principal_minor, unit),
        "interest": places(row.interest_minor, unit),
        "balance": places(row.balance_minor, unit),
    }
    if "penalty" in given:
        values["penalty"] = places(penalty(row, case), unit)
    return {key: given[key] if key == "index" else values[key] for key in given}


def penalty(row: Row, case: Case) -> int:
    """`unpaid interest x 25% x (30 days - 4) / 365`: the method's own sentence, read."""
    days, free = (int(number) for number in re.search(r"\((\d+) days - (\d+)\)", case["method"]).groups())
    accrued = schedule(replace(terms_of(case), every=Every(days, Unit.DAYS)), replace(load_convention("frappe")))
    assert isinstance(accrued, Schedule)
    assert case["events"][0]["amount"] == "half the interest"
    unpaid = accrued.rows[0].interest_minor * 10 - accrued.rows[0].interest_minor * 10 // 2
    return divide(penalty_of(unpaid, 0, ppm(case["penalty_rate"]), days - free, HALF_EVEN), 10, Rounding.HALF_EVEN)


def places(amount_minor: int, unit: int) -> float:
    return divide(amount_minor, unit, Rounding.HALF_EVEN) * unit / 100


def whole(amount_minor: int) -> int:
    return divide(amount_minor, 100, Rounding.HALF_EVEN)


def test_the_dates_are_dates():
    assert day("2026-03-02") == date(2026, 3, 2)
