"""The rulebook: by date, by layer, by place; every fault named with file and key; every shipped example holds."""

from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from forbear.adapters.rulebook import RulebookAtFault, UnknownLayer, examples, load_layers, load_rulebook
from forbear.core.rules import NoRule, Status

SHIPPED = resources.files("forbear").joinpath("rulebook")
ON = date(2026, 3, 2)
STACKS = [
    ["base"],
    ["base", "cn"],
    ["base", "cn", "cn/consumer-finance"],
    ["base", "cn", "cn/bank-card"],
    ["base", "cn", "cn/consumer-finance", "lender/example"],
    ["base", "us/mortgage"],
]
EXAMPLES = [
    pytest.param(stack, example, id=f"{file}:{example['key']}:{example['on']}:{example.get('scope', '')}")
    for stack in STACKS
    for file, example in examples(SHIPPED, stack[-1])
]
KEYS = """
[[key]]
key = "cap.annual_cost"
unit = "ppm"
tighter = "lower"
"""
CAP = """
[[param]]
key = "cap.annual_cost"
value = {value}
unit = "ppm"
from = {start}
force = "{force}"
source = {{ title = "{title}" }}
status = "V"
checked_on = 2026-01-01
"""


def cap(value="240_000", start="2020-01-01", force="regulatory", title="a text"):
    return CAP.format(value=value, start=start, force=force, title=title)


def faults_of(tmp_path: Path, **files: str) -> list[str]:
    layers = []
    for layer, content in files.items():
        (tmp_path / layer).mkdir()
        (tmp_path / layer / "rules.toml").write_text(content, "utf-8")
        layers.append(layer)
    with pytest.raises(RulebookAtFault) as found:
        load_layers(tmp_path, layers, ON)
    return str(found.value).splitlines()


@pytest.mark.parametrize(("stack", "example"), EXAMPLES)
def test_the_examples_in_the_files_hold(stack, example):
    rules = load_layers(SHIPPED, stack, example["on"])
    assert rules.param(example["key"], example.get("scope", "")).value == example["expect"]


def test_every_file_has_an_example():
    with_examples = {file for stack in STACKS for file, _ in examples(SHIPPED, stack[-1])}
    shipped = {str(p.relative_to(str(SHIPPED))) for p in Path(str(SHIPPED)).rglob("*.toml")}
    assert shipped - with_examples == {"base/keys.toml"}


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


def test_the_digest_changes_with_any_value_and_with_nothing_else(tmp_path):
    for name, value in (("one", "240_000"), ("same", "240_000"), ("other", "239_999")):
        (tmp_path / name / "base").mkdir(parents=True)
        (tmp_path / name / "base" / f"{name}.toml").write_text(KEYS + cap(value))
    digests = [load_layers(tmp_path / name, ["base"], ON).digest for name in ("one", "same", "other")]
    assert digests[0] == digests[1]
    assert digests[1] != digests[2]
    assert len(digests[0]) == 64


def test_unconfirmed_values_are_listed_for_the_desk():
    rules = load_rulebook("cn", "consumer-finance", "example", ON)
    marked = {(p.key, p.scope) for p in rules.unverified()}
    assert ("budget.floor", "cn/sichuan/chengdu") in marked
    assert ("limitation.years", "") not in marked
    assert {p.status for p in rules.unverified()} == {Status.K}


def test_a_lower_layer_may_tighten_but_not_loosen(tmp_path):
    loose = faults_of(tmp_path, base=KEYS + cap(), lower=cap("250_000", force="house"))
    assert loose == [
        "lower/rules.toml: cap.annual_cost: 250000 loosens the regulatory value of base/rules.toml; at most 240000"
    ]
    (tmp_path / "lower" / "rules.toml").write_text(cap("230_000", force="house"))
    assert load_layers(tmp_path, ["base", "lower"], ON).integer("cap.annual_cost") == 230_000


def test_a_house_value_may_be_loosened_below(tmp_path):
    for layer, content in (("base", KEYS + cap(force="house")), ("lower", cap("250_000", force="house"))):
        (tmp_path / layer).mkdir()
        (tmp_path / layer / "rules.toml").write_text(content)
    assert load_layers(tmp_path, ["base", "lower"], ON).integer("cap.annual_cost") == 250_000


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (cap() + cap(start="2021-01-01"), "cap.annual_cost: from 2021-01-01 overlaps the value from 2020-01-01; "),
        (cap(title=""), "cap.annual_cost: source has no title; "),
        (cap().replace("source", "origin"), "cap.annual_cost: origin is not known; "),
        (cap().replace('status = "V"\n', ""), "cap.annual_cost: status is missing"),
        (cap().replace('"V"', '"sure"'), "cap.annual_cost: status is one of V, V2, K"),
        (cap().replace("cap.annual_cost", "cap.anual_cost"), "cap.anual_cost: this key is not known; "),
        (cap().replace('"ppm"', '"percent"'), "cap.annual_cost: unit is 'percent'; 'ppm' is needed"),
        (cap("24.0"), "cap.annual_cost: value has a decimal point; "),
        (cap("-1"), "cap.annual_cost: the value is not negative"),
        (cap('"much"'), "cap.annual_cost: the value is a whole number of ppm"),
        (cap(start="2020-13-01").replace("2020-13-01", '"2020-13-01"'), "cap.annual_cost: from is a date, such as "),
        (cap().replace("force", "to = 2019-01-01\nforce"), "cap.annual_cost: to = 2019-01-01 is before from = "),
        ("[[rule]]\nkey = 1\n", "rule: no such table; "),
        ("[[param\n", "-: this is not TOML: "),
    ],
)
def test_a_file_at_fault_is_named_with_its_key(tmp_path, content, fault):
    found = faults_of(tmp_path, base=KEYS.replace("[[param", "") + content)
    assert len([line for line in found if line.startswith(f"base/rules.toml: {fault}")]) == 1, found


@pytest.mark.parametrize("name", ["..", "base", "lender", "", "nowhere", "consumer-finance/.."])
def test_a_layer_is_one_of_those_there_are(name):
    with pytest.raises(UnknownLayer):
        load_rulebook(name, "consumer-finance", None, ON)
