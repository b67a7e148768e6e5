"""`forbear plan`: a case file in, one JSON document out; a file at fault is refused, field by field, with exit 2."""

import argparse
import copy
import io
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from forbear.config import plan
from forbear.core.plan import Why
from forbear.core.solver import solve

EXAMPLES = Path(__file__).parents[1] / "examples" / "plan"
ILLNESS = json.loads((EXAMPLES / "illness.json").read_text("utf-8"))
SCHEMA = json.loads((EXAMPLES.parents[1] / "docs" / "explanation.schema.json").read_text("utf-8"))
OUTPUT_KEYS = ["owed", "days_past_due", "if_nothing_changes", "affordable", "offers", "refusals", "rulebook"]


def run(capsys, *arguments: str) -> tuple[int, str, list[str]]:
    parser = argparse.ArgumentParser()
    plan.add(parser.add_subparsers(required=True))
    args = parser.parse_args(["plan", *arguments])
    status = args.run(args)
    printed = capsys.readouterr()
    return status, printed.out, printed.err.splitlines()


def run_case(capsys, tmp_path: Path, case: object, *arguments: str) -> tuple[int, str, list[str]]:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    return run(capsys, str(path), "--json", *arguments)


def figure_of(amount: str) -> str:
    """A decimal text as a page writes it."""
    return f"{int(amount[:-3]):,}{amount[-3:]}"


def minor(amount: str) -> int:
    """A decimal text with two places in minor units."""
    assert amount[-3] == "."
    return int(amount.replace(".", ""))


def changed(**changes: object) -> dict:
    """The illness case with dotted paths (as loan__principal) set, or taken out where the value is Ellipsis."""
    case = copy.deepcopy(ILLNESS)
    for path, value in changes.items():
        *folders, name = path.split("__")
        place = case
        for folder in folders:
            place = place[int(folder) if folder.isdigit() else folder]
        if value is ...:
            del place[name]
        else:
            place[name] = value
    return case


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda p: p.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_example_is_answered_in_the_contract_s_shape(capsys, path, language):
    status, out, errors = run(capsys, str(path), "--json", "--language", language)
    answer = json.loads(out)
    assert (status, errors) == (0, [])
    assert list(answer) == OUTPUT_KEYS
    assert answer["offers"] or answer["refusals"]
    owed = {name: minor(amount) for name, amount in answer["owed"].items()}
    assert owed.pop("total") == sum(owed.values())
    affordable = {row["month"]: minor(row["amount"]) for row in answer["affordable"]}
    as_of = date.fromisoformat(answer["rulebook"]["effective_on"])
    for offer in answer["offers"]:
        rows, balance, before = offer["instalments"], owed["principal"] - minor(offer["forgiven"]["principal"]), as_of
        for row in rows:
            parts = {name: minor(row[name]) for name in ("principal", "interest", "penalty", "fees")}
            assert minor(row["amount"]) == sum(parts.values()) <= affordable[row["due_on"][:7]]
            balance -= parts["principal"]
            assert minor(row["balance"]) == balance
            assert before < date.fromisoformat(row["due_on"])
            before = date.fromisoformat(row["due_on"])
        assert rows[-1]["balance"] == "0.00"
        assert minor(offer["total"]) == sum(minor(row["amount"]) for row in rows)
        assert (offer["first_due_on"], offer["ends_on"]) == (rows[0]["due_on"], rows[-1]["due_on"])
        for part in ("penalty", "fees"):
            assert sum(minor(r[part]) for r in rows) + minor(offer["forgiven"][part]) == owed[part]
        assert all(rule["ok"] for rule in offer["rules"])
        assert offer["why"]


def test_the_illness_case_to_the_fen(capsys):
    status, out, _ = run(capsys, str(EXAMPLES / "illness.json"), "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["owed"] == {
        "principal": "38200.00",
        "interest": "1146.00",
        "penalty": "312.55",
        "fees": "0.00",
        "total": "39658.55",
    }
    assert answer["if_nothing_changes"] == {"days": 30, "penalty": "428.10", "total": "40428.21"}
    requested = {offer["name"]: offer for offer in answer["offers"]}["as-requested"]
    assert requested["measures"] == [
        {"measure": "waive-penalty", "amount": "312.55"},
        {"measure": "waive-interest", "amount": "573.00"},
        {"measure": "rate", "annual_rate_percent": "4.00"},
        {"measure": "term", "months": 47},
        {"measure": "income-following"},
    ]
    assert requested["why"][0] == "This is what you asked for: at most CNY 900.00 a month, 47 months."
    assert requested["instalments"][0] == {
        "due_on": "2026-04-28",
        "amount": "756.00",
        "principal": "0.00",
        "interest": "756.00",
        "penalty": "0.00",
        "fees": "0.00",
        "balance": "38200.00",
    }


def test_standard_input_and_the_table_for_people(capsys, monkeypatch):
    content = (EXAMPLES / "illness.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    status, out, errors = run(capsys, "-", "--language", "zh")
    assert (status, errors) == (0, [])
    assert out.splitlines()[0] == "欠款：39658.55 元，逾期64天。"
    assert "每月最轻" in out


FAULTS = [
    (
        changed(loan__principal="4,500"),
        'loan.principal: "4,500" is not an amount; write it as a text such as "1866.20"',
    ),
    (
        changed(loan__principal="-1.00"),
        'loan.principal: "-1.00" is not an amount; write it as a text such as "1866.20"',
    ),
    (changed(loan__principal=38200), 'loan.principal: 38200 is not an amount; write it as a text such as "1866.20"'),
    (
        changed(loan__principal="1.005"),
        'loan.principal: "1.005" is not an amount; write it as a text such as "1866.20"',
    ),
    (changed(loan__principal="四千五"), "loan.principal: "),
    (changed(loan__principal="٣"), "loan.principal: "),
    (changed(loan__principal="1000000000000000000"), "loan.principal: "),
    (
        changed(loan__fees="1000000000000.00"),
        "loan.fees: 1000000000000.00 is too large; an amount is below 1000000000000.00",
    ),
    (changed(loan__principal=...), "loan.principal: is missing"),
    (changed(loan__principal=None), "loan.principal: must not be null"),
    (changed(loan__principle="1.00"), "loan.principle: this key is not known"),
    (changed(loan__annual_rate_percent="400"), "loan.annual_rate_percent: 400 is above 100 % a year; "),
    (changed(loan__annual_rate_percent=23.76), "loan.annual_rate_percent: 23.76 is not a percentage; "),
    (changed(loan__annual_rate_percent="-1"), 'loan.annual_rate_percent: "-1" is not a percentage; '),
    (changed(loan__day_count="weekly"), 'loan.day_count: "weekly" is not known; one of 1/12, 30/360, '),
    (changed(loan__currency="XXX"), 'loan.currency: "XXX" is not known; one of AUD, CNY, EUR, GBP, USD'),
    (changed(loan__due_day=0), "loan.due_day: 0 is not a whole number from 1 to 31"),
    (changed(loan__due_day=True), "loan.due_day: true is not a whole number from 1 to 31"),
    (changed(loan__instalments_left=-1), "loan.instalments_left: -1 is not a whole number from 0 to 600"),
    (changed(loan__instalment="0.00"), "loan.instalment: must be above 0.00 while instalments are left"),
    (
        changed(loan__signed_on="2026-03-03", loan__oldest_unpaid_due_on=None),
        "loan.signed_on: 2026-03-03 is after as_of 2026-03-02",
    ),
    (changed(loan__oldest_unpaid_due_on="2026-03-03"), "loan.oldest_unpaid_due_on: 2026-03-03 is after as_of "),
    (changed(loan__oldest_unpaid_due_on="2025-05-27"), "loan.oldest_unpaid_due_on: 2025-05-27 is before signed_on "),
    (changed(loan=...), "loan: is missing"),
    (changed(loan=[]), "loan: an object is needed"),
    (changed(as_of="2026-02-30"), 'as_of: "2026-02-30" is not a date; write it as "2026-03-02"'),
    (changed(as_of="2026-3-2"), 'as_of: "2026-3-2" is not a date; write it as "2026-03-02"'),
    (
        changed(as_of="2019-12-31", loan__signed_on="2019-01-01", loan__oldest_unpaid_due_on=None),
        "as_of: the rulebook ",
    ),
    (changed(statement__cause="bad-luck"), 'statement.cause: "bad-luck" is not known; one of illness, job-loss, '),
    (changed(statement__cause=["illness"]), 'statement.cause: ["illness"] is not known; one of illness, '),
    (changed(statement__until="2025-11-30"), "statement.until: 2025-11-30 is before since 2025-12-01"),
    (changed(statement__request__months=0), "statement.request.months: 0 is not a whole number from 1 to 600"),
    (changed(statement__request__instalment="0"), "statement.request.instalment: must be above 0.00"),
    (
        changed(statement__request__kinds=["longer-trem"]),
        'statement.request.kinds: "longer-trem" is not known; did you mean longer-term? one of arrears-spread, ',
    ),
    (changed(statement__request__kinds="longer-term"), "statement.request.kinds: a list of words is needed, such as "),
    (changed(statement__request__wish="less"), "statement.request.wish: this key is not known"),
    (changed(household__place="us/ny"), "household.place: us/ny has no floor; known: cn, cn/beijing, "),
    (changed(household__place="../etc"), 'household.place: "../etc" is not a place such as "cn/sichuan/chengdu"'),
    (changed(household__adults=0), "household.adults: 0 is not a whole number from 1 to 30"),
    (
        changed(household__income={}),
        "household.income: a list of objects is needed, at most 1000; [] when there is none",
    ),
    (changed(household__income__0__evidence="E"), 'household.income[0].evidence: "E" is not known; one of A, B, C, D'),
    (changed(household__income__1__month="2026-13"), 'household.income[1].month: "2026-13" is not a month such as '),
    (changed(household__income__1__amount=...), "household.income[1].amount: is missing"),
    (changed(household__income__0__month="2026-04"), 'household.income[0].monthly: give either "monthly", or "month" '),
    (
        changed(household__outgoings__1__monthly=...),
        'household.outgoings[1].monthly: give either "monthly", or "month" ',
    ),
    (changed(household__outgoings__0__note="x"), "household.outgoings[0].note: this key is not known"),
    (changed(household__other_debts__0__priority="no"), 'household.other_debts[0].priority: "no" is neither true nor '),
    (changed(household__other_debts=["bank"]), "household.other_debts[0]: an object is needed"),
    (changed(policy__country="fr"), "policy.country: 'fr' has no rulebook; known: au, cn, eu, uk, us"),
    (changed(policy__sector="micro"), "policy.sector: 'micro' has no rulebook; known: bank-card, consumer-finance"),
    (changed(policy__lender="nobody"), "policy.lender: 'nobody' has no rulebook; known: example"),
    (changed(policy__lender="../cn"), 'policy.lender: "../cn" is not a name such as "example"'),
    (changed(note="hello"), "note: this key is not known"),
]


@pytest.mark.parametrize(
    ("case", "fault"), FAULTS, ids=[fault.split(":")[0] + f"-{i}" for i, (_, fault) in enumerate(FAULTS)]
)
def test_one_fault_is_one_line_that_names_the_field(capsys, tmp_path, case, fault):
    status, out, errors = run_case(capsys, tmp_path, case)
    assert (status, out) == (2, "")
    assert len(errors) == 1, errors
    assert errors[0].startswith(fault)


def test_all_faults_are_told_at_once(capsys, tmp_path):
    case = changed(as_of="soon", loan__fees="free", household__children=-1, colour="red")
    status, out, errors = run_case(capsys, tmp_path, case)
    assert (status, out) == (2, "")
    assert [line.split(":")[0] for line in errors] == ["as_of", "loan.fees", "household.children", "colour"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "the file: is not JSON: "),
        (b"{", "the file: is not JSON: "),
        (b"[]", "the file: a JSON object is needed"),
        (b'"x"', "the file: a JSON object is needed"),
        (b"\xff\xfe{}", "the file: is not UTF-8 text"),
        (b'{"as_of": NaN}', "the file: NaN is not JSON"),
        (b'{"as_of": 1, "as_of": 2}', "as_of: this key is given twice in one object"),
        (b'{"as_of": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the file: is nested too deep"),
        (b'{"as_of": ' + b"9" * 5000 + b"}", "the file: has a number too long to read"),
    ],
)
def test_what_is_no_case_at_all_is_said_in_one_line(capsys, tmp_path, content, fault):
    path = tmp_path / "case.json"
    path.write_bytes(content)
    status, out, errors = run(capsys, str(path), "--json")
    assert (status, out) == (2, "")
    assert len(errors) == 1, errors
    assert errors[0].startswith(fault)


def test_a_key_cannot_forge_a_line(capsys, tmp_path):
    _, _, errors = run_case(capsys, tmp_path, changed(**{"evil\nas_of": "x"}))
    assert errors == ["evil?as_of: this key is not known"]


def test_a_file_that_is_not_there(capsys, tmp_path):
    path = tmp_path / "none.json"
    status, out, errors = run(capsys, str(path), "--json")
    assert (status, out, errors) == (2, "", [f"{path}: cannot be read: No such file or directory"])


def test_a_rulebook_at_fault_names_file_and_key(capsys, tmp_path):
    for layer in ("base", "cn", "cn/consumer-finance", "lender/example"):
        (tmp_path / "rules" / layer).mkdir(parents=True, exist_ok=True)
        (tmp_path / "rules" / layer / "empty.toml").write_text("")
    (tmp_path / "rules" / "base" / "plan.toml").write_text('[[param]]\nkey = "plan.wait_days"\n')
    status, out, errors = run_case(capsys, tmp_path, ILLNESS, "--rulebook", str(tmp_path / "rules"))
    assert (status, out) == (2, "")
    mend = 'name the text the value comes from: source = { title = "…", article = "…" }'
    assert f"--rulebook: base/plan.toml:1:1: plan.wait_days: source is missing; {mend}" in errors


@pytest.mark.parametrize(
    ("country", "sector", "currency", "place"),
    [
        ("uk", "consumer-credit", "GBP", "uk/london"),
        ("au", "consumer-credit", "AUD", "au/nsw/sydney"),
        ("us", "consumer-credit", "USD", "us/oh/dayton"),
        ("us", "mortgage", "USD", "us/oh/dayton"),
        ("eu", "consumer-credit", "EUR", "eu/ie/dublin"),
        ("cn", "micro-lender", "CNY", "cn/sichuan/chengdu"),
        ("cn", "bank-card", "CNY", "cn/sichuan/chengdu"),
    ],
)
@pytest.mark.parametrize("lender", ["example", None])
def test_a_case_of_every_pack_is_answered(capsys, tmp_path, country, sector, currency, place, lender):
    policy = {"country": country, "sector": sector, "lender": lender}
    case = changed(policy=policy, loan__currency=currency, household__place=place)
    status, out, errors = run_case(capsys, tmp_path, case)
    assert (status, errors) == (0, [])
    answer = json.loads(out)
    floors = [rule for offer in answer["offers"] for rule in offer["rules"] if rule["rule"].endswith("budget.floor")]
    assert {(rule["rule"], rule["status"]) for rule in floors} == {(f"{country}.budget.floor", "K")}


def test_money_of_another_country_is_refused_by_name(capsys, tmp_path):
    status, out, errors = run_case(capsys, tmp_path, changed(loan__currency="GBP"))
    assert (status, out) == (2, "")
    assert errors == ["loan.currency: GBP does not go with policy.country cn; its rulebook counts in CNY"]


def test_what_may_be_left_out(capsys, tmp_path):
    case = changed(statement__request=..., statement__since=..., statement__until=None, policy__lender=...)
    status, out, errors = run_case(capsys, tmp_path, case)
    assert (status, errors) == (0, [])
    answer = json.loads(out)
    assert {offer["forgiven"]["penalty"] for offer in answer["offers"]} == {"0.00"}
    assert {rule["limit"] for o in answer["offers"] for rule in o["rules"] if "annual_cost" in rule["rule"]} == {
        "24.00",
        "20.00",
    }


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda p: p.stem)
@pytest.mark.parametrize("audience", ["borrower", "agent", "auditor"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_example_is_explained_to_everyone_as_data_and_in_words(capsys, path, audience, language):
    asked = (str(path), "--explain", "--audience", audience, "--language", language)
    status, out, errors = run(capsys, *asked, "--json")
    explained = json.loads(out)
    assert (status, errors) == (0, [])
    jsonschema.validate(explained, SCHEMA, cls=jsonschema.Draft202012Validator)
    plain = json.loads(run(capsys, str(path), "--json", "--language", language)[1])
    names = [offer["name"] for offer in plain["offers"]]
    best = ["lender-best"] if names and audience != "borrower" else []
    assert [offer["name"] for offer in explained["offers"]] == names + best
    for one, other in zip(plain["offers"], explained["offers"], strict=False):
        assert len(one["why"]) == len(other["why"]) >= 1
        assert (one["instalments"], one["total"]) == (other["instalments"], other["figures"]["total"])
        assert [rule["value"] for rule in one["rules"]] == [rule["value"] for rule in other["rules"]]
    reasons = [[one["reason"].replace(",", "") for one in document["refusals"]] for document in (plain, explained)]
    assert reasons[0] == reasons[1]
    status, words, errors = run(capsys, *asked)
    assert (status, errors) == (0, [])
    for offer in explained["offers"]:
        assert f"{int(offer['figures']['total'][:-3]):,}" in words
    assert ("base." in words) == (audience == "auditor")
    assert ('"lender_value":' in out) == bool(best)
    beside = explained.get("lender_value_if_nothing")
    assert (beside is None) == (audience == "borrower") and explained["if_nothing_changes"]["days"] == 30
    assert (beside is None) or (figure_of(beside) in words)


def test_an_audience_goes_with_an_explanation(capsys):
    asked = (str(EXAMPLES / "illness.json"), "--audience", "agent")
    assert run(capsys, *asked) == (2, "", ["--audience: goes with --explain"])


def test_an_offer_says_its_counterfactual_and_the_rules_that_bind_it(capsys, monkeypatch):
    def found(question, rules, *, lender):
        answer = solve(question, rules, lender=lender)
        facts = {"more": "200.00", "instalment": "928.00", "months": "5", "less": "830.00", "ends_on": "2030-09-28"}
        more = Why(key="plan.counterfactual.sooner", facts=facts)
        offer = replace(answer.offers[0], counterfactual=more, bound=("base.plan.term_max_months",), value_minor=1)
        return replace(answer, offers=(offer, *answer.offers[1:]))

    monkeypatch.setattr(plan, "solve", found)
    asked = str(EXAMPLES / "illness.json")
    said = "CNY 200.00 more a month (928.00): 5 months sooner, on 2030-09-28, and 830.00 less in all."
    offer = json.loads(run(capsys, asked, "--json")[1])["offers"][0]
    assert (offer["counterfactual"], offer["bound"]) == (said, ["base.plan.term_max_months"])
    assert "value" not in offer
    assert f"  {said}\n" in run(capsys, asked)[1]
    assert "This plan reaches this limit." in run(capsys, asked, "--explain")[1]
    desk = json.loads(run(capsys, asked, "--explain", "--json", "--audience", "auditor")[1])["offers"][0]
    assert (desk["lender_value"], desk["bound"]) == ("0.01", ["base.plan.term_max_months"])


def test_the_page_about_plans_shows_what_the_command_prints(capsys):
    page = (EXAMPLES.parents[1] / "docs" / "plan.md").read_text("utf-8")
    _, out, _ = run(capsys, str(EXAMPLES / "illness.json"))
    assert page.split("```\n")[1] == out
