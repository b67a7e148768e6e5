"""`forbear plan` with several loans in one file: joint figures, each loan's part, and every fault by its place."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from tests.test_plan_command import ILLNESS, SCHEMA, minor, run, run_case

EXAMPLE = Path(__file__).parents[1] / "examples/several/three-loans.json"
THREE = json.loads(EXAMPLE.read_text("utf-8"))
OUTPUT_KEYS = [
    *("owed", "days_past_due", "if_nothing_changes", "affordable", "loans", "offers", "refusals", "rulebook"),
]
OFFER_KEYS = [
    *("name", "why", "policy", "counterfactual", "first_due_on", "ends_on", "instalment_max", "total", "forgiven"),
    *("months", "annual_cost_percent", "measures", "rules", "bound"),
]
NAMES = ["lightest", "cheapest", "soonest", "balanced", "as-requested"]


def changed(**changes: object) -> dict:
    """The example with fields of its second loan set, or taken out where the value is Ellipsis."""
    case = copy.deepcopy(THREE)
    for name, value in changes.items():
        if value is ...:
            del case["loans"][1][name]
        else:
            case["loans"][1][name] = value
    return case


@pytest.mark.parametrize("language", ["zh", "en"])
def test_joint_figures_are_the_sums_of_the_parts(capsys, language):
    status, out, errors = run(capsys, str(EXAMPLE), "--json", "--language", language)
    answer = json.loads(out)
    assert (status, errors, list(answer)) == (0, [], OUTPUT_KEYS)
    affordable = {row["month"]: minor(row["amount"]) for row in answer["affordable"]}
    for part in answer["owed"]:
        assert minor(answer["owed"][part]) == sum(minor(loan["owed"][part]) for loan in answer["loans"])
    assert [offer["name"] for offer in answer["offers"]] == NAMES
    for offer in answer["offers"]:
        assert list(offer) == OFFER_KEYS and offer["why"]
        parts = [next(o for o in loan["offers"] if o["name"] == offer["name"]) for loan in answer["loans"]]
        months: dict[str, int] = {}
        for part, loan in zip(parts, answer["loans"], strict=True):
            rows = part["instalments"]
            principal = sum(minor(row["principal"]) for row in rows) + minor(part["forgiven"]["principal"])
            assert principal == minor(loan["owed"]["principal"]) and rows[-1]["balance"] == "0.00"
            for row in rows:
                months[row["due_on"][:7]] = months.get(row["due_on"][:7], 0) + minor(row["amount"])
        assert {row["month"]: minor(row["amount"]) for row in offer["months"]} == months
        assert all(amount <= affordable[month] for month, amount in months.items())
        assert minor(offer["instalment_max"]) == max(months.values()) <= 2026_20 + 640_00 + 860_00
        assert minor(offer["total"]) == sum(minor(part["total"]) for part in parts)
        for name in ("principal", "interest", "penalty", "fees"):
            assert minor(offer["forgiven"][name]) == sum(minor(part["forgiven"][name]) for part in parts)


def test_one_loan_keeps_its_own_shape(capsys, tmp_path):
    """A file with "loan" is answered as ever; the same loan in a list gives the same plans under "loans"."""
    alone = json.loads(run_case(capsys, tmp_path, ILLNESS)[1])
    listed = {**ILLNESS, "loans": [ILLNESS["loan"]]}
    del listed["loan"]
    joint = json.loads(run_case(capsys, tmp_path, listed)[1])
    assert "loans" not in alone
    plans = {o["name"]: o["instalments"] for o in alone["offers"]}
    assert {o["name"]: o["instalments"] for o in joint["loans"][0]["offers"]} == plans


def test_the_table_for_people(capsys):
    status, out, errors = run(capsys, str(EXAMPLE), "--language", "zh")
    assert (status, errors) == (0, [])
    assert out.splitlines()[0] == "HC-2025-0007781  欠款：39658.55 元，逾期64天。"
    assert "3笔贷款合在一起，总共还得最少：57408.39 元。" in out


@pytest.mark.parametrize(("audience", "language"), [("borrower", "zh"), ("agent", "en"), ("auditor", "zh")])
def test_several_loans_are_explained_to_whoever_reads(capsys, tmp_path, audience, language):
    """The parts sum to the whole, figure by figure; the lender's value and its own choice are not for the borrower."""
    two = {**THREE, "loans": THREE["loans"][:2]}
    (tmp_path / "two.json").write_text(json.dumps(two), "utf-8")
    ask = (str(tmp_path / "two.json"), "--explain", "--audience", audience, "--language", language)
    document = json.loads(run(capsys, *ask, "--json")[1])
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert [loan["contract"] for loan in document["loans"]] == [loan["contract"] for loan in two["loans"]]
    names = [*NAMES, *([] if audience == "borrower" else ["lender-best"])]
    assert [offer["name"] for offer in document["offers"]] == names
    for offer in document["offers"]:
        parts = [next(o for o in loan["offers"] if o["name"] == offer["name"]) for loan in document["loans"]]
        for figure in ("total", "interest", "payments"):
            whole = [offer["figures"][figure], *(part["figures"][figure] for part in parts)]
            first, *rest = [minor(str(value) if figure != "payments" else f"{value}.00") for value in whole]
            assert first == sum(rest)
        assert offer["delay"]["days"] == 30 and offer["rules"] and all(part["rules"] for part in parts)
        assert ("lender_value" in offer) is (audience != "borrower")
        assert all(minor(month["above_floor"]) >= 0 for month in offer["months"])
        rows = [row for part in parts for row in part["instalments"]]
        assert sorted({row["due_on"] for row in rows}) == [row["due_on"] for row in offer["instalments"]]
    assert minor(document["owed"]["total"]) == sum(minor(loan["total"]) for loan in document["loans"])
    text = run(capsys, *ask)[1]
    page = run(capsys, *ask, "--html")[1]
    for loan in document["loans"]:
        assert loan["contract"] in text and loan["contract"] in page
    assert page.startswith("<!doctype html>") and "<script" not in page and "http" not in page
    assert ("lender.example" in page) is (audience == "auditor")


def test_a_page_goes_with_an_explanation(capsys):
    assert run(capsys, str(EXAMPLE), "--html") == (2, "", ["--html: goes with --explain"])


def test_what_a_file_says_is_never_read_as_a_page(capsys, tmp_path):
    case = changed(contract="<b>x</b>&")
    del case["loans"][2]
    (tmp_path / "case.json").write_text(json.dumps(case), "utf-8")
    page = run(capsys, str(tmp_path / "case.json"), "--explain", "--html")[1]
    assert "<b>x" not in page and "&lt;b&gt;x&lt;/b&gt;&amp;" in page


LOAN = 'loan: give either "loan" or "loans"'


@pytest.mark.parametrize(
    ("case", "line"),
    [
        (changed(principal="x"), 'loans[1].principal: "x" is not an amount; write it as a text such as "1866.20"'),
        (changed(rate=1), "loans[1].rate: this key is not known"),
        (changed(due_day=...), "loans[1].due_day: is missing"),
        (changed(currency="XXX"), 'loans[1].currency: "XXX" is not known; one of '),
        (changed(signed_on="2026-03-03"), "loans[1].signed_on: 2026-03-03 is after as_of 2026-03-02"),
        (
            changed(contract="HC-2025-0007781"),
            'loans[1].contract: "HC-2025-0007781" is given twice; each loan is named once',
        ),
        ({**THREE, "loan": ILLNESS["loan"]}, LOAN),
        ({**THREE, "loans": []}, "loans: a list of 1 to 20 loans is needed"),
        ({**THREE, "loans": THREE["loans"] * 7}, "loans: a list of 1 to 20 loans is needed"),
        ({**THREE, "loans": {}}, "loans: a list of objects is needed, at most 1000; [] when there is none"),
        ({**THREE, "loans": None}, "loans: must not be null"),
        ({**THREE, "loans": [3]}, "loans[0]: an object is needed"),
    ],
)
def test_a_file_at_fault_is_refused(capsys, tmp_path, case, line):
    status, out, errors = run_case(capsys, tmp_path, case)
    assert (status, out) == (2, "")
    assert any(error.startswith(line) for error in errors), errors


@pytest.mark.parametrize(("place", "name"), [(3, "level"), (5, "settlement")])
def test_the_page_about_plans_shows_what_the_command_prints(capsys, place, name):
    page = (EXAMPLE.parents[2] / "docs" / "plan.md").read_text("utf-8")
    assert run(capsys, str(EXAMPLE.parent / f"{name}.json"))[1] == page.split("```\n")[place]
