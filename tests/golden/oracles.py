"""The oracle files read into this product's terms: their words for conventions, day counts and events, generically.

`FORBEAR_ORACLES` names their directory; without one these tests skip and say so. Nothing here knows a case by name.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forbear.adapters.conventions import load_convention
from forbear.core.convention import Convention, Early, YearSplit
from forbear.core.dates import DayCount
from forbear.core.money import Rounding
from forbear.core.periods import Every, Unit
from forbear.core.schedule_events import (
    AsOf,
    Charge,
    Disbursement,
    DownPayment,
    Event,
    GraceInterest,
    GracePrincipal,
    InterestHandling,
    InterestPause,
    OverduePenalty,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
    Reschedule,
)
from forbear.core.schedule_terms import Method, Terms
from tests.house.tree import ROOT

Case = dict[str, Any]
DIRECTORY = Path(os.environ.get("FORBEAR_ORACLES") or ROOT.parent / "shared/oracles")


def cases(file: str) -> list[Any]:
    """One parameter a case, its name as the id; one skipped parameter where the directory is not there."""
    path = DIRECTORY / file
    if not path.is_file():
        reason = f"no {file} in {DIRECTORY}; set FORBEAR_ORACLES to the directory of the oracle files"
        return [pytest.param({}, id="no-oracles", marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(case, id=case["name"]) for case in json.loads(path.read_text("utf-8"))]


def minor(value: Any) -> int:
    """Minor units from the files' numbers."""
    return _scaled(value, 2)


def ppm(percentage: Any) -> int:
    """Ppm from a percentage."""
    return _scaled(percentage, 4)


def _scaled(value: Any, places: int) -> int:
    """A number as the file writes it, times a power of ten, exactly."""
    found = re.fullmatch(r"(-?)(\d+)(?:\.(\d*?)0*)?", str(value))
    assert found and len(found[3] or "") <= places, f"{value} is no number of {places} places"
    return int(found[1] + found[2] + (found[3] or "").ljust(places, "0"))


def day(text: str) -> date:
    return date.fromisoformat(text)


def terms_of(case: Case) -> Terms:
    """The loan of a case of the schedule files."""
    method = str(case.get("interest_method") or case.get("method") or "").lower()
    rows = case["n"]
    return Terms(
        principal_minor=minor(case["principal"]),
        rate_ppm=ppm(case["annual_rate"]),
        rows=rows,
        every=every_of(case["frequency"]),
        disbursed_on=day(case["disbursement"]),
        day_count=day_count_of(case),
        method=method_of(method),
        first_due_on=day(case["first_due"]) if "first_due" in case else None,
        period_from=day(case["first_period_start"]) if "first_period_start" in case else None,
        balloon_minor=minor(case.get("balloon", 0)),
        instalment_minor=minor(case["instalment"]) if "fixed amount" in method else 0,
    )


def method_of(text: str) -> Method:
    if "flat" in text:
        return Method.FLAT
    if "equal principal" in text or "equal_principal" in text:
        return Method.EQUAL_PRINCIPAL
    if "fixed amount" in text:
        return Method.FIXED_AMOUNT
    if "interest only" in text or "interest-only" in text or "bullet" in text:
        return Method.INTEREST_ONLY
    return Method.BALLOON if "balloon" in text else Method.EQUAL_INSTALMENTS


def every_of(text: str) -> Every:
    found = re.fullmatch(r"(?:every )?(\d+)? ?([a-z]+)", text.lower())
    assert found, f"no frequency: {text}"
    unit = {"d": Unit.DAYS, "w": Unit.WEEKS, "m": Unit.MONTHS}[found[2][0]]
    return Every(int(found[1] or 1), unit)


def day_count_of(case: Case) -> DayCount:
    text = case["day_count"].upper().replace(" ", "")
    for start, found in (
        ("30/360", DayCount.THIRTY_360),
        ("ACTUAL/ACTUAL", DayCount.ACTUAL_ACTUAL),
        ("ACTUAL/360", DayCount.ACTUAL_360),
        ("ACTUAL/364", DayCount.ACTUAL_364),
        ("ACTUAL/365", DayCount.ACTUAL_365),
        ("ACTUAL/366", DayCount.ACTUAL_ACTUAL),
    ):
        if text.startswith(start):
            return found
    return DayCount.TWELFTHS


def convention_of(case: Case) -> Convention:
    """The profile a case's method belongs to, with the rounding the case states."""
    method, rounding = case["interest_method"].lower(), case["rounding"]
    found = load_convention("fineract" if re.search("progressive|zero", method) else "fineract-cumulative")
    if "/366" in case["day_count"]:
        found = replace(found, year_split=YearSplit.START_YEAR)
    if mode := re.search(r"HALF_(UP|EVEN)", rounding):
        rounds = Rounding.HALF_UP if mode[1] == "UP" else Rounding.HALF_EVEN
        found = replace(found, interest_rounding=rounds, instalment_rounding=rounds)
    if multiple := re.search(r"multiple of (\d+(?:\.\d+)?)", rounding):
        found = replace(found, instalment_multiple_minor=minor(multiple[1]))
    return found


EARLY = {
    "REDUCE_EMI_AMOUNT": Early.REDUCE_INSTALMENT,
    "REDUCE_NUMBER_OF_INSTALLMENTS": Early.REDUCE_NUMBER,
    "RESCHEDULE_NEXT_REPAYMENTS": Early.SKIP_NEXT,
    "NEXT_INSTALLMENT": Early.NEXT_INSTALMENT,
}


def events_of(case: Case) -> tuple[Event, ...]:
    """Every event of a case; an event of a kind that is not known fails the case."""
    return (*_unstated(case), *(found for event in case["events"] for found in event_of(event, case)))


def _unstated(case: Case) -> Iterator[Event]:
    """A row due on the day the money goes out is a down payment; its share is unstated where none of it was paid."""
    rows = case.get("rows") or []
    stated = any(event["type"] == "down_payment" for event in case["events"])
    if rows and rows[0].get("due") == case.get("disbursement") and not stated:
        yield DownPayment(share_ppm=0, paid=False)


def event_of(event: Case, case: Case) -> Iterator[Event]:
    """The product's event, or events, for one of a case."""
    kind = re.sub("[^a-z]", "", event["type"].lower())
    on = next((day(event[key]) for key in ("date", "on", "as_of", "transaction_date") if key in event), None)
    if kind in ("payoff", "fullpayoff", "preclose"):
        until = "end" in str(event.get("interest_until", "")).lower()
        yield Payment(on=on, amount_minor=_amount(event), to_period_end=until)
    elif "payment" in kind and kind != "downpayment":
        early = EARLY[event["strategy"]] if "strategy" in event else None
        yield Payment(on=on, amount_minor=_amount(event), early=early)
    elif kind == "asof":
        yield AsOf(on=on, overdue_interest=event.get("recalculate_on_overdue"))
    elif kind == "disbursement":
        yield Disbursement(on=on, amount_minor=minor(event["amount"]))
    elif kind == "downpayment":
        yield DownPayment(share_ppm=ppm(event["percent"]), paid=event.get("paid", _paid_at_once(case)))
    elif kind in ("fee", "penalty", "charge"):
        yield Charge(on=on, amount_minor=minor(event["amount"]), penalty="penalty" in (kind, event.get("kind")))
    elif kind == "overduepenalty":
        yield OverduePenalty(
            as_of=on,
            base=_base(event),
            share_ppm=ppm(event.get("percent", 0)),
            rate_ppm=ppm(event.get("annual_rate", 0)),
            amount_minor=minor(event.get("amount", 0)),
        )
    elif "grace" in kind or "moratorium" in kind or "interestfree" in kind:
        grace = GracePrincipal if "principal" in kind else GraceInterest
        yield grace(from_row=event.get("from_period", 1), rows=event["periods"])
    elif kind == "ratechange":
        first = _first(event, "first_day_at_new_rate", "from_date", "from", "date")
        yield RateChange(first_on=day(first), rate_ppm=ppm(_first(event, "new_rate", "rate")))
    elif kind in ("interestpause", "pause"):
        first, last = _first(event, "from", "start", "start_date"), _first(event, "to", "end", "end_date")
        yield InterestPause(from_on=day(first), to_on=day(last))
    elif kind == "reage":
        yield ReAge(
            on=on or day(event["start_date"]),
            first_on=day(event["start_date"]),
            rows=_first(event, "n", "number_of_installments"),
            every=every_of(event.get("frequency", "1 MONTHS")),
            interest=_handling(event),
        )
    elif kind in ("reamortize", "reamortise"):
        yield ReAmortise(on=on, interest=_handling(event))
    elif kind in ("reschedule", "extraterms", "duedatechange", "duedatemove", "movedduedate", "midtermgrace"):
        yield _reschedule(event)
    else:
        raise AssertionError(f"no such event: {event}")


def _paid_at_once(case: Case) -> bool:
    """Whether a down payment was collected with the disbursement, which the files tell by what its row shows as paid:
    not where nothing of it is kept, nor where the payments alone make up all that the rows have."""
    rows = case["rows"]
    paid = sum(minor(row.get("paid", 0)) for row in rows)
    received = sum(minor(e["amount"]) for e in case["events"] if "payment" in e["type"] and "amount" in e)
    return rows[0]["principal"] > 0 and not 0 < paid == received


def _reschedule(event: Case) -> Reschedule:
    moved = next((event[key] for key in ("adjusted_due_date", "new_due_date") if key in event), None)
    return Reschedule(
        from_on=day(_first(event, "from_date", "from", "date")),
        due_on=day(moved) if moved else None,
        extra_rows=event.get("extra_terms", 0),
        grace_principal=event.get("grace_principal", 0),
        grace_interest=event.get("grace_interest", 0),
        rate_ppm=ppm(event["new_rate"]) if "new_rate" in event else None,
        instalment_minor=minor(event["emi"]) if "emi" in event else None,
        until_on=day(event["end_date"]) if "end_date" in event else None,
    )


def _base(event: Case) -> str:
    """What a penalty is a share of: principal, interest, or both."""
    text = event.get("base", "principal").lower()
    both = "principal" in text and "interest" in text
    return "total" if both or re.search("total|instal|amount|due", text) else text


def _handling(event: Case) -> InterestHandling:
    return InterestHandling(event.get("interest_handling", "DEFAULT").lower().replace("_", "-"))


def _amount(event: Case) -> int | None:
    return minor(event["amount"]) if event.get("amount") is not None else None


def _first(event: Case, *keys: str) -> Any:
    return next(event[key] for key in keys if key in event)
