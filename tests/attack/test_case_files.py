"""Case files with absurd amounts, rates, days and counts: `forbear plan` says what is wrong, or its sums are right.

Never a traceback, never half an answer, never a sum that is wrong by a fen. FORBEAR_LONG tries many more files.
"""

import argparse
import copy
import json
import os
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from forbear.adapters import rulebook
from forbear.config import plan

EXAMPLES = Path(__file__).parents[2] / "examples/plan"
BASES = [json.loads(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.json"))]
SEED, FILES, CHUNK = 31, 20_000 if os.environ.get("FORBEAR_LONG") else 600, 100
PARTS = ("principal", "interest", "penalty", "fees")

SOUND_AMOUNTS = [
    *("0", "0.00", "0.01", "0.99", "1", "99.99", "100.00", "100.01", "1866.20", "38200.00", "199999.99"),
    *("9999999.99", "123456789012.34", "499999999999.99", "999999999999.99"),
]
BAD_AMOUNTS = [
    "-0.01",
    "-38200.00",
    "1000000000000.00",
    "999999999999999.99",
    "1.005",
    "1e5",
    "NaN",
    "",
    " 1",
    "1,5",
    7,
    0.5,
]
SOUND_RATES = ["0", "0.0001", "3.65", "24", "36.00", "99.9999", "100"]
BAD_RATES = ["400", "100.0001", "9999", "-1", "inf", 24, "24%"]
SOUND_DAYS = ["2024-02-29", "2025-12-28", "2026-01-31", "2026-03-02", "2028-02-29", "2026-12-31", "2027-02-28"]
BAD_DAYS = ["2023-02-29", "2026-02-30", "2026-04-31", "0001-01-01", "9999-12-31", "2026-3-2", "31.03.2026", 20260302]
COUNTS = [0, 1, 2, 12, 59, 60, 61, 360, 600]
BAD_COUNTS = [-1, 601, 10**30, 1.5, "24", True]
FIELDS: dict[str, tuple[list[Any], list[Any]]] = {
    **{f"loan.{name}": (SOUND_AMOUNTS, BAD_AMOUNTS) for name in (*PARTS, "instalment")},
    "loan.annual_rate_percent": (SOUND_RATES, BAD_RATES),
    "loan.penalty_rate_percent": (SOUND_RATES, BAD_RATES),
    "loan.day_count": (["1/12", "30/360", "act/360", "act/364", "act/365", "act/act", "ACTUAL/365"], ["act", 365]),
    "loan.oldest_unpaid_due_on": ([*SOUND_DAYS, None], BAD_DAYS),
    "loan.signed_on": (SOUND_DAYS, BAD_DAYS),
    "loan.instalments_left": (COUNTS, BAD_COUNTS),
    "loan.due_day": ([1, 28, 29, 30, 31], [0, 32, -1, "31"]),
    "as_of": (SOUND_DAYS, BAD_DAYS),
    "statement.since": (SOUND_DAYS, BAD_DAYS),
    "statement.until": (SOUND_DAYS, BAD_DAYS),
    "statement.request.instalment": (SOUND_AMOUNTS, BAD_AMOUNTS),
    "statement.request.months": (COUNTS, BAD_COUNTS),
    "statement.request.kinds": (
        [[], ["payment-holiday"], ["settlement"], ["longer-term", "pause"]],
        ["pause", [1], ["x"], ["pause", ""]],
    ),
    "household.adults": ([1, 2, 30], [0, 31, "2"]),
    "household.children": ([0, 5, 30], [-1, 31]),
    "household.income.0.monthly": (SOUND_AMOUNTS, BAD_AMOUNTS),
    "household.outgoings.0.monthly": (SOUND_AMOUNTS, BAD_AMOUNTS),
    "household.other_debts.0.monthly": (SOUND_AMOUNTS, BAD_AMOUNTS),
    "household.other_debts.0.balance": (SOUND_AMOUNTS, BAD_AMOUNTS),
}


@cache
def known_rulebook(*policy: Any) -> Any:
    """The rulebook is read once; on which day it is looked at differs."""
    return rulebook.load_rulebook(*policy)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """(exit status, standard output, lines of standard error) of `forbear plan CASE.json --json`."""
    monkeypatch.setattr(plan, "load_rulebook", lambda *policy: known_rulebook(*policy[:3], date(2026, 3, 2)))
    parser = argparse.ArgumentParser()
    plan.add(parser.add_subparsers(required=True))
    path = tmp_path / "case.json"

    def asked(case: Any) -> tuple[int, str, list[str]]:
        path.write_text(json.dumps(case), "utf-8")
        args = parser.parse_args(["plan", str(path), "--json"])
        status = args.run(args)
        printed = capsys.readouterr()
        return status, printed.out, printed.err.splitlines()

    return asked


def case_file(number: int) -> tuple[dict[str, Any], list[str]]:
    """A case file with a few fields changed, and which of them hold what cannot be."""
    rng = Random(SEED * 1_000_003 + number)
    case = copy.deepcopy(rng.choice(BASES))
    bad = []
    for path in rng.sample(list(FIELDS), rng.randrange(1, 7)):
        sound, wrong = FIELDS[path]
        is_bad = rng.random() < 0.06
        if put(case, path, rng.choice(wrong if is_bad else sound)) and is_bad:
            bad.append(path)
    return case, bad


def put(case: Any, path: str, value: Any) -> bool:
    """Set a field, where the file has its place."""
    *folders, name = path.split(".")
    place = case
    for folder in folders:
        if isinstance(place, list):
            place = place[int(folder)] if int(folder) < len(place) else None
        else:
            place = place.get(folder)
        if place is None:
            return False
    if name == "monthly" and "monthly" not in place:
        return False
    place[name] = value
    return True


@pytest.mark.parametrize("first", range(0, FILES, CHUNK))
def test_a_file_is_refused_in_sentences_or_answered_to_the_fen(ask, first):
    seen = {"offers": 0, "reasons": 0, "faults": 0}
    for number in range(first, first + CHUNK):
        case, bad = case_file(number)
        status, out, errors = ask(case)
        if status == 0:
            assert (errors, bad) == ([], []), number
            answer = json.loads(out)
            assert list(wrong_sums(case, answer)) == [], number
            seen["offers" if answer["offers"] else "reasons"] += 1
        else:
            assert (status, out) == (2, ""), number
            assert errors, number
            assert all(re.fullmatch(r"[a-z_0-9.\[\]]+: .{5,}", line) for line in errors), (number, errors)
            named = {line.split(":")[0] for line in errors}
            assert {re.sub(r"\.(\d+)", r"[\1]", path) for path in bad} <= named, (number, errors)
            seen["faults"] += 1
    assert min(seen.values()) > CHUNK // 10


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"loan.annual_rate_percent": "400"},
            "loan.annual_rate_percent: 400 is above 100 % a year; a yearly percentage",
        ),
        ({"loan.penalty_rate_percent": "400.00"}, "loan.penalty_rate_percent: 400.00 is above 100 % a year; a yearly"),
        ({"loan.principal": "-38200.00"}, 'loan.principal: "-38200.00" is not an amount; write it as a text such as'),
        ({"loan.principal": "1000000000000.00"}, "loan.principal: 1000000000000.00 is too large; an amount is below"),
        ({"loan.instalments_left": -1}, "loan.instalments_left: -1 is not a whole number from 0 to 600"),
        ({"loan.due_day": 32}, "loan.due_day: 32 is not a whole number from 1 to 31"),
        ({"as_of": "2026-02-29"}, 'as_of: "2026-02-29" is not a date; write it as "2026-03-02"'),
        ({"loan.signed_on": "2026-01-01"}, "loan.oldest_unpaid_due_on: 2025-12-28 is before signed_on 2026-01-01"),
        ({"statement.until": "2025-01-01"}, "statement.until: 2025-01-01 is before since 2025-12-01"),
    ],
)
def test_the_place_and_the_mend_are_named(ask, changes, told):
    case = illness(changes)
    status, out, errors = ask(case)
    assert (status, out, len(errors)) == (2, "", 1)
    assert errors[0].startswith(told)


@pytest.mark.parametrize(
    "changes",
    [
        {"loan.instalments_left": 0},
        {"loan.instalments_left": 0, "loan.instalment": "0.00"},
        {"loan.annual_rate_percent": "0", "loan.penalty_rate_percent": "0"},
        {"loan.annual_rate_percent": "100", "loan.penalty_rate_percent": "100"},
        {"as_of": "2028-02-29", "loan.day_count": "act/act", "loan.due_day": 31},
        {"as_of": "2026-01-31", "loan.due_day": 30, "loan.day_count": "act/365"},
        {
            "loan.principal": "999999999999.99",
            "loan.instalment": "999999999999.99",
            "household.income.0.monthly": "99999999999.99",
        },
        {"loan.principal": "0.01", "loan.interest": "0", "loan.penalty": "0"},
    ],
)
def test_the_edges_of_the_field_are_answered(ask, changes):
    case = illness(changes)
    status, out, errors = ask(case)
    answer = json.loads(out)
    assert (status, errors) == (0, [])
    assert answer["offers"], answer["refusals"]
    assert list(wrong_sums(case, answer)) == []


def illness(changes: dict[str, Any]) -> dict[str, Any]:
    """The illness case with fields changed."""
    case: dict[str, Any] = json.loads((EXAMPLES / "illness.json").read_text("utf-8"))
    placed = [put(case, path, value) for path, value in changes.items()]
    assert all(placed)
    return case


# ---- the sums, from the printed texts alone ----------------------------------------------------------------------


def fen(text: str) -> int:
    """A decimal text with two places in fen."""
    assert re.fullmatch(r"[0-9]+\.[0-9]{2}", text), text
    return int(text.replace(".", ""))


def given_fen(text: str) -> int:
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def wrong_sums(case: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    """What does not hold of an answer."""
    owed = {name: fen(amount) for name, amount in answer["owed"].items()}
    if owed != {name: given_fen(case["loan"][name]) for name in PARTS} | {"total": sum(owed[name] for name in PARTS)}:
        yield f"owed is {owed}"
    if fen(answer["if_nothing_changes"]["total"]) < owed["total"]:
        yield "waiting makes the debt smaller"
    oldest = case["loan"].get("oldest_unpaid_due_on")
    if answer["days_past_due"] != (
        (date.fromisoformat(case["as_of"]) - date.fromisoformat(oldest)).days if oldest else 0
    ):
        yield f"days past due are {answer['days_past_due']}"
    if not answer["offers"] and not answer["refusals"]:
        yield "neither an offer nor a reason"
    affordable = {row["month"]: fen(row["amount"]) for row in answer["affordable"]}
    for offer in answer["offers"]:
        for wrong in wrong_offer(case, owed, affordable, offer):
            yield f"{offer['name']}: {wrong}"


def wrong_offer(
    case: dict[str, Any], owed: dict[str, int], affordable: dict[str, int], offer: dict[str, Any]
) -> Iterator[str]:
    """What does not hold of one offer: each part is paid or forgiven, interest is within the rate, dates rise."""
    rows, forgiven = offer["instalments"], {name: fen(offer["forgiven"][name]) for name in PARTS}
    paid = {name: sum(fen(row[name]) for row in rows) for name in PARTS}
    for name in ("principal", "penalty", "fees"):
        if paid[name] + forgiven[name] != owed[name]:
            yield f"{name} paid {paid[name]} and forgiven {forgiven[name]} of {owed[name]}"
    before, balance, interest = date.fromisoformat(case["as_of"]), owed["principal"] - forgiven["principal"], 0
    rate = max(float(case["loan"]["annual_rate_percent"]), 0)
    for row in rows:
        on, amount = date.fromisoformat(row["due_on"]), fen(row["amount"])
        # No day count makes more of a year of a span than its days and two more over 360.
        interest += balance * rate * ((on - before).days + 2) / 36_000
        balance -= fen(row["principal"])
        if amount != sum(fen(row[name]) for name in PARTS) or amount == 0:
            yield f"{on}: {amount} is not the sum of its parts"
        if fen(row["balance"]) != balance:
            yield f"{on}: balance {row['balance']} is not what the row leaves"
        if amount > affordable.get(row["due_on"][:7], -1):
            yield f"{on}: {amount} is more than the month can bear"
        if on <= before:
            yield f"{on} is not after {before}"
        before = on
    new = paid["interest"] + forgiven["interest"] - owed["interest"]
    if not 0 <= new <= interest + 1:
        yield f"{new} of new interest where the rate makes at most {interest}"
    if balance:
        yield f"{balance} is left at the end"
    amounts = [fen(row["amount"]) for row in rows]
    if (fen(offer["total"]), fen(offer["instalment_max"])) != (sum(amounts), max(amounts)):
        yield "total or largest is not that of the rows"
    if (offer["first_due_on"], offer["ends_on"]) != (rows[0]["due_on"], rows[-1]["due_on"]):
        yield "the first or the last day is not that of the rows"
    if not all(rule["ok"] for rule in offer["rules"]):
        yield "a rule does not hold"
