"""`forbear schedule`: a loan file in, its rows out; a file at fault is refused, field by field, with exit 2."""

import argparse
import io
import json
import re
import sys
from pathlib import Path

import pytest

from forbear.config import cli, schedule
from tests.house.tree import ROOT

LOAN = {"principal": "12000.00", "annual_rate_percent": "12", "instalments": 3, "disbursed_on": "2026-01-31"}
PAGE = (ROOT / "docs/schedule.md").read_text("utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)\n```\n\n```\n(.*?)\n```", PAGE, flags=re.DOTALL)


def run(capsys, *arguments: str) -> tuple[int, str, list[str]]:
    parser = argparse.ArgumentParser()
    schedule.add(parser.add_subparsers(required=True))
    args = parser.parse_args(["schedule", *arguments])
    status = args.run(args)
    printed = capsys.readouterr()
    return status, printed.out, printed.err.splitlines()


def run_loan(capsys, tmp_path: Path, loan: object, *arguments: str) -> tuple[int, str, list[str]]:
    path = tmp_path / "loan.json"
    path.write_text(loan if isinstance(loan, str) else json.dumps(loan), "utf-8")
    return run(capsys, str(path), *arguments)


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def rows(capsys, tmp_path: Path, loan: object, *arguments: str) -> list[dict[str, str]]:
    status, out, errors = run_loan(capsys, tmp_path, loan, "--json", *arguments)
    assert (status, errors) == (0, [])
    answer = json.loads(out)
    assert list(answer) == ["rows"]
    return answer["rows"]


def test_the_contract_s_shape(capsys, tmp_path):
    found = rows(capsys, tmp_path, LOAN)
    assert found[0] == {
        "due_on": "2026-02-28",
        "principal": "3960.27",
        "interest": "120.00",
        "total": "4080.27",
        "balance": "8039.73",
    }
    assert [row["due_on"] for row in found] == ["2026-02-28", "2026-03-31", "2026-04-30"]
    assert found[-1]["balance"] == "0.00"


def test_fees_penalty_and_paid_stand_where_there_are_any(capsys, tmp_path):
    events = [{"type": "fee", "date": "2026-03-01", "amount": "5.00"}]
    assert list(rows(capsys, tmp_path, LOAN | {"events": events})[0]) == [
        *("due_on", "principal", "interest", "fees", "total", "balance"),
    ]


LATE = LOAN | {"penalty_rate_percent": "18", "events": [{"type": "as-of", "date": "2026-04-10"}]}


@pytest.mark.parametrize("convention", ["cn", "fineract", "fineract-cumulative", "frappe-unrounded"])
def test_an_as_of_tells_what_is_overdue_in_every_convention(capsys, tmp_path, convention):
    """42 and 10 days of 360 at 18 %: principal × 18 % × days / 360, rounded once a row."""
    status, out, errors = run_loan(capsys, tmp_path, LATE, "--json", "--convention", convention)
    answer = json.loads(out)
    assert (status, errors) == (0, [])
    first, second, third = answer["rows"]
    expected = [
        (cents(row["principal"]) * 18 * days * 2 + 36_000) // 72_000 for row, days in ((first, 42), (second, 10))
    ]
    assert [cents(row["penalty"]) for row in (first, second, third)] == [*expected, 0]
    sums = {part: cents(first[part]) + cents(second[part]) for part in ("principal", "interest", "penalty")}
    told = answer["arrears"]
    assert {part: cents(told[part]) for part in sums} == sums
    assert (told["date"], told["days"], cents(told["total"])) == ("2026-04-10", 41, sum(sums.values()))


def test_a_penalty_is_met_first_and_stops_with_the_principal(capsys, tmp_path):
    payment = {"type": "payment", "date": "2026-03-28", "amount": "4140.00"}
    events = [payment, {"type": "as-of", "date": "2026-03-30"}]
    status, out, _ = run_loan(capsys, tmp_path, LATE | {"events": events}, "--json")
    answer = json.loads(out)
    assert status == 0 and answer["rows"][0]["penalty"] == "59.40"
    assert answer["arrears"] == {
        "date": "2026-03-30",
        "days": 0,
        **dict.fromkeys(("principal", "interest", "fees", "penalty", "total"), "0.00"),
    }
    assert run_loan(capsys, tmp_path, LATE | {"events": events})[1].endswith("Nothing is overdue on 2026-03-30.\n")


def test_overdue_interest_bears_penalty_only_where_the_file_says_so(capsys, tmp_path):
    plain, compound = (
        json.loads(run_loan(capsys, tmp_path, LATE | more, "--json")[1])["arrears"]
        for more in ({}, {"penalty_base": "total"})
    )
    assert cents(compound["penalty"]) - cents(plain["penalty"]) == 2_52 + 40


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"penalty_rate_percent": "5"}, "penalty_rate_percent: the whole yearly rate on what is overdue, "),
        ({"penalty_rate_percent": "401"}, "penalty_rate_percent: the whole yearly rate on what is overdue, "),
        ({"penalty_rate_percent": "0"}, "penalty_rate_percent: must be above 0; leave it out where "),
        ({"penalty_rate_percent": 18}, "penalty_rate_percent: 18 is not a percentage from 0 to 400; "),
        ({"penalty_base": "all"}, "penalty_base: 'all' is not known; principal, or total for "),
        (
            {"events": [{"type": "as-of", "date": "2026-04-10", "recalculate_on_overdue": True}]},
            "events[0].recalculate_on_overdue: with penalty_rate_percent overdue principal bears that rate ",
        ),
    ],
)
def test_a_penalty_at_fault_is_refused(capsys, tmp_path, change, line):
    status, out, errors = run_loan(capsys, tmp_path, LATE | change, "--json")
    assert (status, out, len(errors)) == (2, "", 1)
    assert errors[0].startswith(line)


@pytest.mark.parametrize(("loan", "table"), EXAMPLES)
def test_the_examples_of_the_page_are_run(capsys, tmp_path, loan: str, table: str):
    status, out, errors = run_loan(capsys, tmp_path, loan)
    assert (status, out.rstrip("\n"), errors) == (0, table, [])


def test_the_page_has_examples():
    assert len(EXAMPLES) == 5


def test_a_table_in_chinese(capsys, tmp_path):
    status, out, _ = run_loan(capsys, tmp_path, LOAN, "--language", "zh")
    assert (status, out.splitlines()[0].split()) == (0, ["到期日", "本金", "利息", "应还合计", "剩余本金"])


def test_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", argparse.Namespace(buffer=io.BytesIO(json.dumps(LOAN).encode())))
    assert run(capsys, "-", "--json")[0] == 0


@pytest.mark.parametrize(
    "same",
    [
        {"every": "1 MONTHS"},
        {"every": "month"},
        {"every": "every 1 month"},
        {"every": {"count": 1, "unit": "month"}},
        {"day_count": "30/360"},
        {"method": "annuity"},
        {"method": "EQUAL_INSTALMENTS"},
        {"method": "等额本息"},
        {"rounding": "cn"},
        {"rounding": "HALF_UP"},
        {"rounding": {"profile": "cn", "interest_rounding": "half-up"}},
        {"events": []},
    ],
)
def test_other_spellings_of_the_same(capsys, tmp_path, same: dict):
    assert rows(capsys, tmp_path, LOAN | same) == rows(capsys, tmp_path, LOAN)


def test_other_values_are_other_schedules(capsys, tmp_path):
    assert rows(capsys, tmp_path, LOAN | {"every": "2 weeks"})[0]["due_on"] == "2026-02-14"
    assert rows(capsys, tmp_path, LOAN | {"day_count": "ACTUAL/365"})[0]["interest"] == "110.47"
    assert rows(capsys, tmp_path, LOAN | {"method": "等额本金"})[0]["principal"] == "4000.00"
    whole = {"rounding": {"instalment_multiple_minor": 100, "instalment_rounding": "UP"}}
    assert rows(capsys, tmp_path, LOAN | whole)[0]["total"] == "4081.00"
    assert rows(capsys, tmp_path, LOAN, "--convention", "frappe")[0]["total"] == "4081.00"
    fixed = {"method": "fixed-amount", "instalment": "5000.00", "instalments": None}
    assert [row["total"] for row in rows(capsys, tmp_path, LOAN | fixed)] == ["5000.00", "5000.00", "2213.11"]
    balloon = rows(capsys, tmp_path, LOAN | {"method": "balloon", "balloon": "6000.00"})
    assert balloon[0]["total"] == "2100.13"
    assert rows(capsys, tmp_path, LOAN | {"annual_rate_percent": "0"})[0]["total"] == "4000.00"
    assert rows(capsys, tmp_path, LOAN | {"annual_rate_percent": "400"})[0]["interest"] == "4000.00"


def test_another_system_s_words_for_events(capsys, tmp_path):
    words = [
        {"type": "payment", "date": "2026-02-28", "amount": "4080.27", "strategy": "REDUCE_EMI_AMOUNT"},
        {"type": "rate_change", "first_day_at_new_rate": "2026-03-01", "new_rate": "6"},
        {
            "type": "re_age",
            "transaction_date": "2026-04-15",
            "start_date": "2026-05-01",
            "frequency": "1 MONTHS",
            "n": 2,
        },
    ]
    ours = [
        {"type": "payment", "date": "2026-02-28", "amount": "4080.27", "early": "reduce-instalment"},
        {"type": "rate-change", "from_date": "2026-03-01", "new_rate_percent": "6"},
        {"type": "re-age", "date": "2026-04-15", "first_due_date": "2026-05-01", "every": "month", "instalments": 2},
    ]
    found = rows(capsys, tmp_path, LOAN | {"events": words})
    assert found == rows(capsys, tmp_path, LOAN | {"events": ours})
    assert [row["due_on"] for row in found] == ["2026-02-28", "2026-03-31", "2026-05-01", "2026-06-01"]


EVENT = {"type": "payment", "date": "2026-02-28", "amount": "1.00"}


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"principal": "-5"}, ['principal: "-5" is not an amount; write it as a text such as "1866.20"']),
        ({"principal": 12000.5}, ['principal: 12000.5 is not an amount; write it as a text such as "1866.20"']),
        ({"principal": "1000000000000"}, [
            "principal: 1000000000000 is too large; an amount is below 1000000000000.00"]),
        ({"annual_rate_percent": "400.0001"}, ["annual_rate_percent: a yearly percentage from 0 to 400.00 is needed"]),
        ({"instalments": 0}, ["instalments: 0 is not a whole number from 1 to 600"]),
        ({"disbursed_on": "2026-02-30"}, ['disbursed_on: "2026-02-30" is not a date; write it as "2026-03-02"']),
        ({"first_due_on": "2026-01-30"}, ["first_due_on: a day after 2026-01-31 is needed"]),
        ({"rate": "5", "term": 3}, ["rate: this key is not known", "term: this key is not known"]),
        ({"balloon": "5.00"}, ['balloon: belongs to the method "balloon" only']),
        ({"rounding": {"early": "x"}}, [
            "rounding.early: 'x' is not known; one of next-instalment, reduce-instalment, reduce-number, skip-next"]),
        ({"every": 7}, ['every: 7 is not a frequency; write it as "1 month", "2 weeks", "15 days" or "month-end"']),
        ({"every": "sometimes"}, [
            'every: sometimes is not a frequency; write it as "1 month", "2 weeks", "15 days" or "month-end"']),
        ({"events": [EVENT | {"date": "2026-01-01"}]}, [
            "events[0].date: 2026-01-01 is before the money went out on 2026-01-31; give that day or a later one"]),
        ({"events": [EVENT, EVENT | {"amount": "0"}]}, ["events[1].amount: must be above 0.00"]),
        ({"events": [EVENT | {"kind": 1}]}, ["events[0].kind: this key is not known"]),
        ({"events": [{"type": "reschedule", "from_date": "2026-02-28"}]}, [
            "events[0]: changes nothing; give due_date, extra_terms, grace_principal or another change"]),
        ({"events": [{"type": "as-of"}]}, ["events[0].date: is missing"]),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_mend(capsys, tmp_path, changes: dict, lines: list[str]):
    assert run_loan(capsys, tmp_path, LOAN | changes, "--json") == (2, "", lines)


def test_every_fault_at_once(capsys, tmp_path):
    status, out, lines = run_loan(capsys, tmp_path, "{}")
    assert (status, out) == (2, "")
    assert sorted(line.split(":")[0] for line in lines) == [
        *("annual_rate_percent", "disbursed_on", "instalments", "principal"),
    ]


def test_words_that_are_unknown_are_told_what_there_is(capsys, tmp_path):
    status, _, lines = run_loan(capsys, tmp_path, LOAN, "--convention", "us")
    assert (status, lines) == (
        2,
        ["--convention: us is no convention; one of cn, fineract, fineract-cumulative, frappe, frappe-unrounded"],
    )
    status, _, lines = run_loan(capsys, tmp_path, LOAN | {"method": "m", "day_count": "d", "rounding": "r"})
    assert [line.split(" is not known; one of ")[0] for line in lines] == [
        "rounding: 'r'",
        "method: 'm'",
        "day_count: 'd'",
    ]
    assert status == 2


@pytest.mark.parametrize("content", ["[]", "{", '{"principal": "1", "principal": "2"}', ""])
def test_what_is_no_loan_file(capsys, tmp_path, content: str):
    status, out, lines = run_loan(capsys, tmp_path, content)
    assert (status, out, len(lines)) == (2, "", 1)


def test_a_file_that_is_not_there(capsys):
    assert run(capsys, "no-such.json") == (2, "", ["no-such.json: cannot be read: No such file or directory"])


def test_it_is_one_of_the_commands():
    assert cli.COMMANDS["schedule"] == "the contractual schedule of one loan, from a file"


@pytest.mark.parametrize(
    ("named", "counted"),
    [("Monthly", "1 month"), ("fortnightly", "2 weeks"), ("every quarter", "3 months"), ("yearly", "12 months"),
     ("2 years", "24 months"), ("daily", "1 day")],
)  # fmt: skip
def test_a_frequency_may_be_called_by_its_name(capsys, tmp_path, named: str, counted: str):
    assert rows(capsys, tmp_path, LOAN | {"every": named}) == rows(capsys, tmp_path, LOAN | {"every": counted})
