"""The file of `forbear waterfall`: bytes in, one loan and its household out, or every fault of the file at once."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from forbear.config.plan_file import MISSING, PERCENT, Fields, FileAtFault, Policy, json_object, policy_of
from forbear.core.dates import DayCount
from forbear.core.loan import Owed
from forbear.core.waterfall import MONTHS_MOST, Before

FIRST_DUE_DAYS_MOST = 366


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A file, checked. `effective_rate_ppm` is the original effective rate, the contract's where none is given."""

    policy: Policy
    as_of: date
    first_due_on: date
    before: Before
    effective_rate_ppm: int
    day_count: DayCount


def read_loan(content: bytes) -> Asked:
    """The loan in a file; FileAtFault with every fault found."""
    faults: list[str] = []
    root = Fields(json_object(content), "", faults)
    as_of, first = root.day("as_of"), root.day("first_due_on")
    if as_of and first and first <= as_of:
        root.fault("first_due_on", f"{first} is not after as_of {as_of}")
    elif as_of and first and first > as_of + timedelta(days=FIRST_DUE_DAYS_MOST):
        root.fault(
            "first_due_on", f"{first} is more than a year after as_of {as_of}; the day of the next payment is needed"
        )
    policy = policy_of(root)
    loan = root.object("loan")
    assert loan is not None, "a needed object is there, if only an empty one"
    owed = {f"{part}_minor": loan.amount(part) for part in ("principal", "interest", "penalty", "fees")}
    rate, original = loan.rate("annual_rate_percent"), _ratio(loan, "original_effective_rate_percent")
    given: dict[str, Any] = {
        "months_left": _months_left(loan),
        "payment_minor": loan.amount("payment", above_zero=True),
        "loan_to_value_ppm": _ratio(loan, "loan_to_value_percent"),
    }
    day_count = loan.choice("day_count", [member.value for member in DayCount])
    loan.end()
    home = root.object("household")
    assert home is not None, "a needed object is there, if only an empty one"
    given["gross_income_minor"] = home.amount("gross_income", needed=False)
    given["affordable_minor"] = home.amount("affordable", needed=False)
    given["housing_costs_minor"] = home.amount("housing_costs", needed=False) or 0
    given["other_debts_minor"] = home.amount("other_debts", needed=False) or 0
    home.end()
    root.end()
    if faults:
        raise FileAtFault(faults)
    assert policy is not None and as_of is not None and first is not None and rate is not None, "no faults, all there"
    return Asked(
        policy=policy,
        as_of=as_of,
        first_due_on=first,
        before=Before(owed=Owed(**{name: amount or 0 for name, amount in owed.items()}), rate_ppm=rate, **given),
        effective_rate_ppm=rate if original is None else original,
        day_count=DayCount(day_count),
    )


def _months_left(loan: Fields) -> int | None:
    value = loan.left.get("months_left")
    if type(value) is int and value == 0:
        loan.take("months_left")
        loan.fault("months_left", "0 leaves no payment; write 1 where the next payment is the last, or all is due")
        return None
    return loan.count("months_left", 1, MONTHS_MOST)


def _ratio(fields: Fields, name: str) -> int | None:
    """Ppm from a decimal percentage that may be above 100, or None where it is not given."""
    value = fields.take(name, needed=False)
    if value is MISSING:
        return None
    if not isinstance(value, str) or not PERCENT.fullmatch(value):
        fields.fault(name, 'is not a percentage; write it as a text such as "85.00"')
        return None
    whole, _, places = value.partition(".")
    return int(whole) * 10_000 + int(places.ljust(4, "0"))
