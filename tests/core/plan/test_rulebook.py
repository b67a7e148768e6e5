"""The rulebook: the day and the contract choose, every shipped example holds."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from forbear.adapters.rulebook import (
    UnknownLayer,
    example_fault,
    examples,
    load_layers,
    load_rulebook,
    shipped,
    stacks,
)
from forbear.core.rules import NoContractDate, NoRule, Rulebook, Status
from tests.core.rulebook_files import KEYS, ON, cap, faults_of, written

SHIPPED = shipped()
STACKS = stacks(SHIPPED)
EXAMPLES = [
    pytest.param(stack, example, id=f"{'+'.join(stack[2:])}:{example.entry.file.path}:{example.named}")
    for stack in STACKS
    for example in examples(SHIPPED, stack[-1])
]


@cache
def shipped_rules(*stack: str) -> Rulebook:
    return load_layers(SHIPPED, stack, ON)


@pytest.mark.parametrize(("stack", "example"), EXAMPLES)
def test_the_examples_in_the_files_hold(stack, example):
    assert str(example_fault(example, shipped_rules(*stack)) or "well") == "well"


def test_every_file_has_an_example():
    with_examples = {example.entry.file.path for stack in STACKS for example in examples(SHIPPED, stack[-1])}
    there = {str(p.relative_to(str(SHIPPED))) for p in Path(str(SHIPPED)).rglob("*.toml")}
    assert there - with_examples == {"base/keys.toml"}


def test_the_day_chooses_the_value_and_the_lowest_layer_wins():
    rules = load_rulebook("cn", "consumer-finance", "example", ON)
    assert rules.integer("cap.annual_cost") == 200_000
    assert rules.on(date(2025, 9, 30)).integer("cap.annual_cost") == 240_000
    assert [p.layer for p in rules.stack("cap.annual_cost")] == ["cn", "cn/consumer-finance"]
    assert rules.param("cap.annual_cost").rule == "cn.consumer-finance.cap.annual_cost"
    assert rules.on(date(2025, 9, 30)).digest == rules.digest


def test_a_day_before_the_first_value_has_none_and_says_so():
    rules = load_rulebook("cn", "consumer-finance", "example", date(2019, 12, 31))
    with pytest.raises(NoRule, match=r"no value of plan\.term_max_months on 2019-12-31"):
        rules.integer("plan.term_max_months")


def test_unconfirmed_values_are_listed_for_the_desk():
    rules = load_rulebook("cn", "consumer-finance", "example", ON)
    marked = {(p.key, p.scope) for p in rules.unverified()}
    assert ("budget.floor", "cn/sichuan/chengdu") in marked
    assert ("limitation.years", "") not in marked
    assert {p.status for p in rules.unverified()} == {Status.K}


@pytest.mark.parametrize("name", ["..", "base", "lender", "", "nowhere", "consumer-finance/.."])
def test_a_layer_is_one_of_those_there_are(name):
    with pytest.raises(UnknownLayer):
        load_rulebook(name, "consumer-finance", None, ON)


# Chosen by the day of the contract


def test_four_times_the_lpr_of_the_day_the_contract_was_signed():
    rules = load_rulebook("cn", "consumer-finance", None, ON)
    told = rules.on(ON, signed_on=date(2024, 8, 1))
    assert told.integer("lpr.1y") == 33_500
    assert told.integer("cap.private") == 134_000
    param = told.param("cap.private")
    assert str(param.multiple) == "4 × lpr.1y (33500 ppm)"
    assert (param.multiple.found.rule, param.multiple.found.from_on) == ("cn.lpr.1y", date(2024, 7, 22))
    assert told.on(date(2026, 9, 1)).integer("cap.private") == 134_000
    assert rules.on(ON, signed_on=date(2021, 6, 1)).integer("cap.private") == 154_000
    assert told.digest == rules.digest


def test_the_day_of_the_decision_never_stands_in_for_the_contract_s():
    rules = load_rulebook("cn", "consumer-finance", None, ON)
    with pytest.raises(NoContractDate) as found:
        rules.integer("cap.private")
    assert str(found.value) == "cap.private is chosen by the contract's date; ask rulebook.on(day, signed_on=…)"


def test_a_multiple_of_what_has_no_value_then_has_none_either():
    rules = load_rulebook("cn", "consumer-finance", None, ON).on(ON, signed_on=date(2019, 8, 19))
    with pytest.raises(NoRule, match=r"no value of (cap\.private|lpr\.1y)"):
        rules.integer("cap.private")


LPR = """
key = [
  { key = "lpr", unit = "ppm", tighter = "fixed", basis = "contract-date" },
  { key = "cap", unit = "ppm", tighter = "lower", basis = "contract-date" },
  { key = "now", unit = "ppm", tighter = "lower" },
  { key = "days", unit = "days", tighter = "lower" },
]
"""


def of(key: str, value: str, unit: str = "ppm", **more: str) -> str:
    return cap(value, **more).replace("cap.annual_cost", key).replace('"ppm"', f'"{unit}"')


def test_a_fixed_value_is_held_against_a_multiple_on_every_day_the_base_changes(tmp_path):
    base = (
        LPR
        + of("lpr", "40_000").replace("force", "to = 2022-06-30\nforce")
        + of("lpr", "30_000", start="2022-07-01")
        + of("cap", '{ of = "lpr", times = 4 }')
    )
    assert faults_of(tmp_path, base=base, lower=of("cap", "150_000", force="house")) == [
        "lower/rules.toml:4:9: cap: 150000 loosens the regulatory value of base/rules.toml from 2022-07-01; "
        "at most 120000"
    ]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ('{ of = "lpr" }', 'a value worked out from another key is { of = "lpr.1y", times = 4 }'),
        ('{ of = "lpr", times = 0 }', 'a value worked out from another key is { of = "lpr.1y", times = 4 }'),
        ('{ of = "lrp", times = 4 }', "of = 'lrp' is not a known key; see base/keys.toml"),
        ('{ of = "cap", times = 4 }', "a value cannot be worked out from its own key"),
        ('{ of = "days", times = 4 }', "days is in 'days'; a multiple needs whole numbers of one unit"),
        ('{ of = "now", times = 4 }', "now is chosen by decision-date, cap by contract-date; one is needed"),
    ],
)
def test_a_multiple_at_fault_is_refused(tmp_path, value, fault):
    assert faults_of(tmp_path, base=LPR + of("cap", value)) == [f"base/rules.toml:11:9: cap: {fault}"]


# The digest


def digest_of(folder: Path, **files: str) -> str:
    folder.mkdir()
    return load_layers(folder, written(folder, **files), ON).digest


def test_the_digest_changes_with_any_value_and_with_nothing_else(tmp_path):
    one = digest_of(tmp_path / "one", base=KEYS + cap())
    assert digest_of(tmp_path / "same", base__other="# said elsewhere\n\n" + KEYS + cap()) == one
    assert digest_of(tmp_path / "other", base=KEYS + cap("239_999")) != one
    assert len(one) == 64


def test_the_digest_covers_the_day_that_chooses(tmp_path):
    by_contract = KEYS + 'basis = "contract-date"\n' + cap()
    assert digest_of(tmp_path / "one", base=KEYS + cap()) != digest_of(tmp_path / "other", base=by_contract)
