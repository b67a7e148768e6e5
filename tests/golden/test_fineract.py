"""Schedules as Apache Fineract's own tests have them: every row and every given field to the last digit."""

import json
from pathlib import Path

import pytest

from forbear.core.schedule import Schedule, schedule
from tests.golden.oracles import Case, cases, convention_of, events_of, minor, terms_of

MORE = Path(__file__).parent / "more.json"


@pytest.mark.parametrize("case", cases("fineract.json"))
def test_fineract(case: Case):
    made = schedule(terms_of(case), convention_of(case), events_of(case))
    assert isinstance(made, Schedule)
    assert shown(made, case) == given(case)


def given(case: Case) -> list[dict[str, object]]:
    """The case's rows, amounts in minor units."""
    whole = ("due", "days")
    return [{key: value if key in whole else minor(value) for key, value in row.items()} for row in case["rows"]]


def shown(made: Schedule, case: Case) -> list[dict[str, object]]:
    """Our rows with the fields the case gives of each."""
    before = terms_of(case).period_from or terms_of(case).disbursed_on
    rows = []
    for place, row in enumerate(made.rows):
        figures = {
            "due": row.due_on.isoformat(),
            "days": (row.due_on - before).days,
            "principal": row.principal_minor,
            "interest": row.interest_minor,
            "total": row.total_minor,
            "balance": row.balance_minor,
            "fees": row.fees_minor,
            "penalties": row.penalty_minor,
            "paid": row.paid_minor,
        }
        wanted = case["rows"][place] if place < len(case["rows"]) else figures
        rows.append({key: figures[key] for key in wanted})
        before = row.due_on
    return rows


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in json.loads(MORE.read_text("utf-8"))])
def test_more_of_fineract(case: Case):
    """Further figures of its feature files (LoanRepayment, LoanReschedule, LoanReAmortization, LoanReAging,
    LoanInterestPause) and of ProgressiveEMICalculatorTest, kept here so that this test stands without the oracles."""
    made = schedule(terms_of(case), convention_of(case), events_of(case))
    assert isinstance(made, Schedule)
    assert shown(made, case) == given(case)
