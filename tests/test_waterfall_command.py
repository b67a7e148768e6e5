"""`forbear waterfall`: a loan in, its steps and exact rows out; a refusal says what would change it; faults by name."""

import argparse
import copy
import json
from pathlib import Path

import pytest

from forbear.config import waterfall
from tests.test_plan_command import minor

EXAMPLE = Path(__file__).parents[1] / "examples/waterfall/house.json"
HOUSE = json.loads(EXAMPLE.read_text("utf-8"))


def run(capsys, *arguments: str) -> tuple[int, str, list[str]]:
    parser = argparse.ArgumentParser()
    waterfall.add(parser.add_subparsers(required=True))
    args = parser.parse_args(["waterfall", *arguments])
    status = args.run(args)
    printed = capsys.readouterr()
    return status, printed.out, printed.err.splitlines()


def ran(capsys, tmp_path: Path, case: object, name: str = "house") -> tuple[int, str, list[str]]:
    path = tmp_path / "loan.json"
    path.write_text(json.dumps(case), "utf-8")
    return run(capsys, name, str(path), "--json")


def changed(part: str, **changes: object) -> dict:
    case = copy.deepcopy(HOUSE)
    place = case[part] if part else case
    for name, value in changes.items():
        if value is ...:
            del place[name]
        else:
            place[name] = value
    return case


def test_the_example_step_by_step(capsys):
    status, out, errors = run(capsys, "house", str(EXAMPLE), "--json")
    answer = json.loads(out)
    assert (status, errors) == (0, [])
    assert [(step["step"], step["applied"], step["payment"]) for step in answer["steps"]] == [
        ("capitalise", False, "1194.72"),
        ("rate", True, "1081.80"),
        ("term", True, "599.33"),
        ("forbear", False, "599.33"),
    ]
    assert (answer["target"], answer["payment"], answer["reached"], answer["bound_by"]) == (
        "600.00",
        "599.33",
        True,
        [],
    )
    assert (answer["annual_rate_percent"], answer["months"], answer["ends_on"]) == ("4.00", 22, "2028-01-02")
    rows = answer["instalments"]
    assert len(rows) == 22 and {row["amount"] for row in rows[:-1]} == {"599.33"}
    assert sum(minor(row["principal"]) for row in rows) == 12_000_00
    assert sum(minor(row["penalty"]) for row in rows) == 720_00
    assert (rows[-1]["balance"], minor(answer["total"])) == ("0.00", sum(minor(row["amount"]) for row in rows))


def test_the_value_of_the_change_by_hand(capsys, tmp_path):
    """At a rate of nothing the value is what is paid: 13,185.24 less the 12,720.00 on the books, 3.6575 %."""
    case = changed("loan", original_effective_rate_percent="0.00")
    answer = json.loads(ran(capsys, tmp_path, case)[1])
    assert answer["present_value"] == {
        "carrying": "12720.00",
        "at_original_rate": answer["total"],
        "change": "465.24",
        "change_percent": "3.6575",
        "ten_percent": False,
    }
    at_contract = json.loads(ran(capsys, tmp_path, HOUSE)[1])["present_value"]
    assert at_contract["ten_percent"] is True and at_contract["change"].startswith("-")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_for_people(capsys, language):
    status, out, _ = run(capsys, "house", str(EXAMPLE), "--language", language)
    said = {
        "zh": "每月还599.33，原来是1200.00；目标是不超过600.00。",
        "en": "You pay 599.33 a month instead of 1200.00; ",
    }
    assert status == 0 and out.splitlines()[-1].startswith(said[language])


def test_a_refusal_is_an_answer(capsys, tmp_path):
    status, out, errors = ran(capsys, tmp_path, changed("household", affordable="1200.00"))
    answer = json.loads(out)
    assert (status, errors, answer["steps"]) == (0, [], [])
    assert answer["refusals"] == [
        {
            "rule": "waterfall.house",
            "reason": "The payment now, 1200.00, is not above what this plan aims at, 1200.00.",
            "what_would_change_it": "What has built up can be spread over some months instead. A person here can help.",
        }
    ]
    status, out, _ = ran(capsys, tmp_path, changed("household", affordable=...))
    assert status == 0 and "what the household can pay each month" in json.loads(out)["refusals"][0]["reason"]


@pytest.mark.parametrize(
    ("case", "line"),
    [
        (changed("loan", principal="-1.00"), 'loan.principal: "-1.00" is not an amount; '),
        (changed("loan", months_left=601), "loan.months_left: 601 is not a whole number from 1 to 600"),
        (changed("loan", months_left=-1), "loan.months_left: -1 is not a whole number from 1 to 600"),
        (
            changed("loan", months_left=0),
            "loan.months_left: 0 leaves no payment; write 1 where the next payment is the ",
        ),
        (changed("loan", payment="0.00"), "loan.payment: must be above 0.00"),
        (changed("loan", annual_rate_percent="400.00"), "loan.annual_rate_percent: 400.00 is above 100 % a year; "),
        (changed("loan", loan_to_value_percent=80), "loan.loan_to_value_percent: is not a percentage; "),
        (changed("loan", day_count="monthly"), 'loan.day_count: "monthly" is not known; one of 1/12, '),
        (changed("loan", term=3), "loan.term: this key is not known"),
        (changed("household", affordable="x"), 'household.affordable: "x" is not an amount; '),
        (changed("", first_due_on="2026-03-02"), "first_due_on: 2026-03-02 is not after as_of 2026-03-02"),
        (changed("", first_due_on="2126-04-02"), "first_due_on: 2126-04-02 is more than a year after as_of 2026-03-02"),
        (changed("", first_due_on="2026-02-29"), 'first_due_on: "2026-02-29" is not a date; '),
        (changed("loan", principal="1000000000000.00"), "loan.principal: 1000000000000.00 is too large; "),
        (changed("", loan=...), "loan: is missing"),
        (
            changed("", as_of="1995-01-01", first_due_on="1995-02-01"),
            "as_of: the rulebook has no value of value.modification_threshold on 1995-",
        ),
        (changed("policy", country="fr"), "policy.country: 'fr' has no rulebook; known: "),
    ],
)
def test_a_file_at_fault_is_refused(capsys, tmp_path, case, line):
    status, out, errors = ran(capsys, tmp_path, case)
    assert (status, out) == (2, "")
    assert any(error.startswith(line) for error in errors), errors
    assert len({error.split(": ")[0] for error in errors}) == len(errors), "one line a field"


def test_an_unknown_waterfall_names_those_there_are(capsys, tmp_path):
    status, out, errors = ran(capsys, tmp_path, HOUSE, "niagara")
    assert (status, out) == (2, "")
    assert errors == ["NAME: there is no waterfall 'niagara' on 2026-03-02; there are: house"]


def test_a_closed_programme_runs_on_the_days_it_was_open(capsys, tmp_path):
    """250,000.00 at 7 % and 10,000.00 in arrears; 31 % of 4,000.00 less 300.00 is 940.00: the textbook's annuity."""
    case = {
        "as_of": "2012-01-02",
        "first_due_on": "2012-02-01",
        "policy": {"country": "us", "sector": "mortgage"},
        "loan": {
            "principal": "250000.00",
            "interest": "9000.00",
            "penalty": "0.00",
            "fees": "1000.00",
            "annual_rate_percent": "7",
            "months_left": 300,
            "payment": "1767.00",
            "day_count": "30/360",
        },
        "household": {"gross_income": "4000.00", "housing_costs": "300.00"},
    }
    status, out, errors = ran(capsys, tmp_path, case, "hamp")
    answer = json.loads(out)
    assert (status, errors) == (0, [])
    assert (answer["annual_rate_percent"], answer["months"], answer["payment"]) == ("2.00", 372, "938.40")
