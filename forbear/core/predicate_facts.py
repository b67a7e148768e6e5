"""The facts of a case and of a plan, as a lender's predicates name them (core/predicates.py has the vocabulary)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from forbear.core.budget import Household, MonthBudget
from forbear.core.dates import month_number, month_of
from forbear.core.loan import Loan, Owed
from forbear.core.plan import Cause, Plan, Request

YEAR_MONTHS = 12


def case_facts(
    *,
    as_of: date,
    loan: Loan,
    owed: Owed,
    days_late: int,
    cause: Cause,
    request: Request,
    household: Household,
    months: Sequence[MonthBudget],
) -> dict[str, Any]:
    """Every fact a predicate of scope "case" may use. `months`: the household's budget, at least one month."""
    year = months[:YEAR_MONTHS]
    return {
        "as_of": as_of.isoformat(),
        "signed_on": loan.signed_on.isoformat(),
        "cause": cause.value,
        "place": household.place,
        "currency": loan.currency,
        "request_kinds": list(request.kinds),
        "days_past_due": days_late,
        "months_on_book": _whole_months(loan.signed_on, as_of),
        "owed_minor": owed.total_minor,
        "principal_minor": owed.principal_minor,
        "interest_minor": owed.interest_minor,
        "penalty_minor": owed.penalty_minor,
        "fees_minor": owed.fees_minor,
        "rate_ppm": loan.rate_ppm,
        "contract_instalment_minor": loan.instalment_minor,
        "instalments_left": loan.instalments_left,
        "adults": household.adults,
        "children": household.children,
        "income_least_minor": min(month.income_minor for month in year),
        "affordable_least_minor": min(month.affordable_minor for month in year),
        "floor_minor": months[0].floor_minor,
        "other_debts_minor": months[0].debts_minor,
    }


def plan_facts(plan: Plan) -> dict[str, Any]:
    """What a predicate of scope "plan" may use beside the facts of its case."""
    return {
        "measures": [measure.measure for measure in plan.measures],
        "instalment_minor": plan.instalment_max_minor,
        "instalments": len(plan.instalments),
        "term_months": _months_apart(plan.as_of, plan.ends_on),
        "deferral_months": max(0, _months_apart(plan.as_of, plan.first_due_on) - 1),
        "total_minor": plan.total_minor,
        "forgiven_minor": plan.forgiven.total_minor,
        "forgiven_principal_minor": plan.forgiven.principal_minor,
        "plan_rate_ppm": plan.rate_ppm,
        "annual_cost_ppm": plan.annual_cost_ppm,
    }


def _months_apart(start_on: date, end_on: date) -> int:
    return month_number(month_of(end_on)) - month_number(month_of(start_on))


def _whole_months(start_on: date, end_on: date) -> int:
    """Months that have fully passed: from January 31 to February 28 none has."""
    return _months_apart(start_on, end_on) - (end_on.day < start_on.day)
