"""The loan file of `forbear schedule`: bytes in, checked terms, convention and events out, or every fault at once.

Strict as the case file is; docs/schedule.md lists every key and every spelling that is understood.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from forbear.adapters.conventions import ConventionAtFault, convention_of, fault_of, load_convention, names
from forbear.config.plan_file import MISSING, PERCENT, Fields, FileAtFault, json_object
from forbear.config.schedule_file_events import event_of
from forbear.core.convention import Convention
from forbear.core.dates import DayCount
from forbear.core.money import Rounding
from forbear.core.periods import Every, Unit
from forbear.core.schedule_events import Event
from forbear.core.schedule_terms import ROWS_MOST, Method, Terms

DEFAULT = "cn"
EVERY = re.compile(r"(?:every )?(?:(\d{1,4}) ?)?(days?|weeks?|months?|years?|month[- ]ends?|month[- ]starts?)")
USUAL = {
    "daily": "1 day",
    "weekly": "1 week",
    "fortnightly": "2 weeks",
    "fortnight": "2 weeks",
    "biweekly": "2 weeks",
    "four-weekly": "4 weeks",
    "monthly": "1 month",
    "bimonthly": "2 months",
    "quarterly": "3 months",
    "quarter": "3 months",
    "half-yearly": "6 months",
    "yearly": "12 months",
    "annually": "12 months",
}
"""What frequencies are called beside their number of days, weeks or months."""
METHODS = {
    "annuity": Method.EQUAL_INSTALMENTS,
    "level": Method.EQUAL_INSTALMENTS,
    "declining": Method.EQUAL_INSTALMENTS,
    "declining-balance": Method.EQUAL_INSTALMENTS,
    "equal-installments": Method.EQUAL_INSTALMENTS,
    "等额本息": Method.EQUAL_INSTALMENTS,
    "equal-principal-payments": Method.EQUAL_PRINCIPAL,
    "等额本金": Method.EQUAL_PRINCIPAL,
    "等本等息": Method.FLAT,
    "先息后本": Method.INTEREST_ONLY,
    "bullet": Method.INTEREST_ONLY,
    "fixed": Method.FIXED_AMOUNT,
}


@dataclass(frozen=True, kw_only=True)
class Loan:
    """A loan file, checked as far as a file can be by itself."""

    terms: Terms
    convention: Convention
    events: tuple[Event, ...]


def read_loan(content: bytes, convention: str | None = None, directory: Path | None = None) -> Loan:
    """The loan in a file; `convention` names a profile instead of the file's; FileAtFault with every fault found."""
    faults: list[str] = []
    root = Fields(json_object(content), "", faults)
    base = _convention(root, convention, directory)
    method = _method(root)
    given: dict[str, Any] = {
        "principal_minor": root.amount("principal", above_zero=True),
        "rate_ppm": rate_of(root, "annual_rate_percent"),
        "every": every_of(root, "every"),
        "disbursed_on": root.day("disbursed_on"),
        "day_count": _day_count(root),
        "method": method,
        "first_due_on": root.day("first_due_on", needed=False),
        "period_from": root.day("period_from", needed=False),
        "balloon_minor": _of_method(root, "balloon", method, Method.BALLOON),
        "instalment_minor": _of_method(root, "instalment", method, Method.FIXED_AMOUNT) or 0,
        "penalty_on_interest": _penalty_on_interest(root),
        "penalty_rate_ppm": rate_of(root, "penalty_rate_percent", needed=False),
        "rows": root.count("instalments", 1, ROWS_MOST, needed=method is not Method.FIXED_AMOUNT) or ROWS_MOST,
    }
    if given["penalty_rate_ppm"] == 0:
        root.fault("penalty_rate_percent", "must be above 0; leave it out where the contract has none")
    events = [event_of(item, every_of, rate_of) for item in root.objects("events")] if "events" in root.left else []
    root.end()
    if faults:
        raise FileAtFault(faults)
    if given["balloon_minor"] is None:
        given["balloon_minor"] = given["principal_minor"] if method is Method.BALLOON else 0
    given["penalty_rate_ppm"] = given["penalty_rate_ppm"] or 0
    happened = tuple(event for event in events if event is not None)
    return Loan(terms=Terms(**given), convention=base, events=happened)


def every_of(where: Fields, name: str) -> Every:
    """A frequency: "1 month", "2 weeks", "15 days", "month-end", or {"count": 1, "unit": "months"}; a month if none.

    "weekly", "monthly", "quarterly" and the like are understood, and a year is twelve months.
    """
    value = where.take(name, needed=False)
    if value is MISSING:
        return Every(1, Unit.MONTHS)
    if isinstance(value, Mapping):
        inner = Fields(value, where._path(name), where.faults)
        count, unit = (
            inner.count("count", 1, 9999, needed=False) or 1,
            inner.text("unit", None, "a unit such as months"),
        )
        inner.end()
        value = f"{count} {unit}"
    said = value.strip().lower() if isinstance(value, str) else ""
    found = EVERY.fullmatch(USUAL.get(said.removeprefix("every "), said))
    if not found:
        shown = value if isinstance(value, str) else repr(value)
        where.fault(name, f'{shown} is not a frequency; write it as "1 month", "2 weeks", "15 days" or "month-end"')
        return Every(1, Unit.MONTHS)
    word = found[2].replace(" ", "-").removesuffix("s")
    if word == "year":
        return Every(12 * int(found[1] or 1), Unit.MONTHS)
    unit = {"day": Unit.DAYS, "week": Unit.WEEKS, "month": Unit.MONTHS, "month-end": Unit.MONTH_END}.get(word)
    return Every(int(found[1] or 1), unit or Unit.MONTH_START)


def rate_of(where: Fields, name: str, needed: bool = True) -> int | None:
    """Ppm from a decimal percentage; how high it may be is the schedule's to say."""
    value = where.take(name, needed)
    if value is MISSING:
        return None
    if not isinstance(value, str) or not PERCENT.fullmatch(value):
        where.fault(name, f'{value!r} is not a percentage from 0 to 400; write it as a text such as "23.76"')
        return None
    whole, _, places = value.partition(".")
    return int(whole) * 10_000 + int(places.ljust(4, "0"))


def _of_method(root: Fields, name: str, method: Method, needs: Method) -> int | None:
    """An amount that only one method has."""
    if method is not needs and name in root.left:
        root.take(name)
        root.fault(name, f'belongs to the method "{needs}" only')
        return None
    return root.amount(name, needed=needs is Method.FIXED_AMOUNT and method is needs, above_zero=True)


def _penalty_on_interest(root: Fields) -> bool:
    """Whether overdue interest bears the penalty rate too; by itself it says nothing."""
    alone = "penalty_base" in root.left and "penalty_rate_percent" not in root.left
    word = _word(root.take("penalty_base", needed=False))
    if alone:
        root.fault("penalty_base", "goes with penalty_rate_percent")
    elif word is not MISSING and word not in ("principal", "total"):
        root.fault("penalty_base", f"{word!r} is not known; principal, or total for principal and interest")
    return bool(word == "total")


def _method(root: Fields) -> Method:
    value = root.take("method", needed=False)
    if value is MISSING:
        return Method.EQUAL_INSTALMENTS
    word = value.strip().lower().replace("_", "-").replace(" ", "-") if isinstance(value, str) else ""
    if word in METHODS:
        return METHODS[word]
    if word not in list(Method):
        root.fault("method", f"{value!r} is not known; one of {', '.join(Method)}")
        return Method.EQUAL_INSTALMENTS
    return Method(word)


def _day_count(root: Fields) -> DayCount:
    value = root.take("day_count", needed=False)
    if value is MISSING:
        return DayCount.THIRTY_360
    word = value.strip().lower().replace("actual", "act").replace(" ", "") if isinstance(value, str) else ""
    if word not in list(DayCount):
        root.fault("day_count", f"{value!r} is not known; one of {', '.join(DayCount)}")
        return DayCount.THIRTY_360
    return DayCount(word)


def _convention(root: Fields, chosen: str | None, directory: Path | None) -> Convention:
    """The profile: the one asked for on the command line, else the file's `rounding`, else cn.

    `rounding` is a profile's name, a rounding mode, or an object of a profile's fields that are other than its own.
    """
    value = root.take("rounding", needed=False)
    base, changes = DEFAULT, {}
    if isinstance(value, Mapping):
        changes = {key: _word(item) for key, item in value.items()}
        base = str(changes.pop("profile", DEFAULT))
    elif isinstance(value, str):
        word = str(_word(value))
        if word in list(Rounding):
            changes = {"interest_rounding": word, "instalment_rounding": word}
        elif word in names(directory):
            base = word
        else:
            known = [*names(directory), *Rounding]
            root.fault("rounding", f"{value!r} is not known; one of {', '.join(known)}, or an object")
    elif value is not MISSING:
        root.fault("rounding", "a name or an object is needed")
    try:
        found = load_convention(chosen or base, directory)
        changes = _sound(root, changes)
        return convention_of(found.name, {**_content(found), **changes}) if changes else found
    except ConventionAtFault as error:
        for line in error.lines:
            root.fault("--convention" if chosen else "rounding", line)
    return load_convention(DEFAULT)


def _sound(root: Fields, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that make sense; a fault for each other one."""
    known = {field.name for field in fields(Convention)} - {"name"}
    sound = {}
    for key, value in changes.items():
        if key not in known:
            root.fault(f"rounding.{key}", "this key is not known")
        elif fault := fault_of(key, value):
            root.fault(f"rounding.{key}", fault)
        else:
            sound[key] = value
    return sound


def _content(found: Convention) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(Convention) if field.name != "name"}


def _word(value: Any) -> Any:
    return value.strip().lower().replace("_", "-") if isinstance(value, str) else value
