"""The rulebook: by date, by layer, by place; every fault named with file, line and key; every shipped example holds."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from forbear.adapters.rulebook import (
    RulebookAtFault,
    UnknownLayer,
    example_fault,
    examples,
    load_layers,
    load_rulebook,
    shipped,
    stacks,
)
from forbear.core.rules import Fault, NoContractDate, NoRule, Rulebook, Status

SHIPPED = shipped()
ON = date(2026, 3, 2)
STACKS = stacks(SHIPPED)
EXAMPLES = [
    pytest.param(stack, example, id=f"{'+'.join(stack[2:])}:{example.entry.file.path}:{example.named}")
    for stack in STACKS
    for example in examples(SHIPPED, stack[-1])
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


@cache
def shipped_rules(*stack: str) -> Rulebook:
    return load_layers(SHIPPED, stack, ON)


def cap(value="240_000", start="2020-01-01", force="regulatory", title="a text", **more):
    content = CAP.format(value=value, start=start, force=force, title=title)
    return content + "".join(f'{name} = "{value}"\n' for name, value in more.items())


def written(tmp_path: Path, **files: str) -> list[str]:
    """One file a layer; `base__key` is not a layer but base again, in another file."""
    for layer, content in files.items():
        name, _, file = layer.partition("__")
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / f"{file or 'rules'}.toml").write_text(content, "utf-8")
    return list(dict.fromkeys(layer.partition("__")[0] for layer in files))


def faults_of(tmp_path: Path, **files: str) -> list[str]:
    layers = written(tmp_path, **files)
    with pytest.raises(RulebookAtFault) as found:
        load_layers(tmp_path, layers, ON)
    return str(found.value).splitlines()


def of_key(unit: str, tighter: str, value: str, force: str = "regulatory", **more: str) -> tuple[str, str]:
    """The keys and a param of a key named `x` of a unit."""
    keys = f'key = [ {{ key = "x", unit = "{unit}", tighter = "{tighter}" }} ]\n'
    return keys, cap(value, force=force, **more).replace("cap.annual_cost", "x").replace('"ppm"', f'"{unit}"')


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


# A lower layer may tighten but not loosen


def test_a_lower_layer_may_tighten_but_not_loosen(tmp_path):
    loose = faults_of(tmp_path, base=KEYS + cap(), lower=cap("250_000", force="house"))
    assert loose == [
        "lower/rules.toml:4:9: cap.annual_cost: 250000 loosens the regulatory value of base/rules.toml; at most 240000"
    ]
    (tmp_path / "lower" / "rules.toml").write_text(cap("230_000", force="house"))
    assert load_layers(tmp_path, ["base", "lower"], ON).integer("cap.annual_cost") == 230_000


def test_a_lower_layer_cannot_declare_a_binding_key_free(tmp_path):
    freed = KEYS.lstrip().replace("lower", "free") + cap("250_000", force="house")
    assert faults_of(tmp_path, base=KEYS + cap(), lower=freed) == [
        "lower/rules.toml:1:1: cap.annual_cost: only the base declares keys; give a value to one of base/keys.toml",
        "lower/rules.toml:8:9: cap.annual_cost: 250000 loosens the regulatory value of base/rules.toml; at most 240000",
    ]


def test_a_house_value_may_be_loosened_below(tmp_path):
    layers = written(tmp_path, base=KEYS + cap(force="house"), lower=cap("250_000", force="house"))
    assert load_layers(tmp_path, layers, ON).integer("cap.annual_cost") == 250_000


def test_the_third_layer_is_held_against_the_first_and_the_second(tmp_path):
    second = cap("200_000", force="statutory")
    assert faults_of(tmp_path, base=KEYS + cap(), middle=second, lower=cap("220_000", force="house")) == [
        "lower/rules.toml:4:9: cap.annual_cost: 220000 loosens the statutory value of middle/rules.toml; at most 200000"
    ]
    loose = faults_of(tmp_path, base=KEYS + cap(), middle=cap("200_000", force="house"), lower=cap("250_000"))
    assert loose == [
        "lower/rules.toml:4:9: cap.annual_cost: 250000 loosens the regulatory value of base/rules.toml; at most 240000"
    ]


def test_a_value_that_loosens_on_some_of_its_days_is_refused_from_the_first_of_them(tmp_path):
    base = KEYS + cap().replace("force", "to = 2025-09-30\nforce") + cap("200_000", start="2025-10-01")
    assert faults_of(tmp_path, base=base, lower=cap("240_000", force="house")) == [
        "lower/rules.toml:4:9: cap.annual_cost: 240000 loosens the regulatory value of base/rules.toml "
        "from 2025-10-01; at most 200000"
    ]
    (tmp_path / "lower" / "rules.toml").write_text(cap("240_000", force="house").replace("f", "to = 2025-09-30\nf", 1))
    assert load_layers(tmp_path, ["base", "lower"], ON).integer("cap.annual_cost") == 200_000


def test_a_place_is_held_against_the_nearest_place_above_it(tmp_path):
    base = KEYS.replace("lower", "higher") + cap("80", scope="cn") + cap("70", scope="cn/sichuan")
    layers = written(tmp_path, base=base, lower=cap("75", force="house", scope="cn/sichuan/chengdu"))
    rules = load_layers(tmp_path, layers, ON)
    assert rules.integer("cap.annual_cost", "cn/sichuan/chengdu") == 75
    assert rules.integer("cap.annual_cost", "cn/sichuan/mianyang") == 70
    (tmp_path / "lower" / "rules.toml").write_text(cap("75", force="house", scope="cn/hunan"))
    with pytest.raises(RulebookAtFault) as found:
        load_layers(tmp_path, layers, ON)
    assert str(found.value) == (
        "lower/rules.toml:4:9: cap.annual_cost[cn/hunan]: 75 loosens the regulatory value of base/rules.toml; "
        "at least 80"
    )


PEOPLE = '[ {{ person = "child", minor = {child} }}, {{ person = "first-adult", minor = {adult} }} ]'


@pytest.mark.parametrize(
    ("unit", "tighter", "upper", "lower", "mend"),
    [
        ("list", "fewer", '["a"]', '["a", "c"]', '["a", "c"] loosens {}; take out ["c"]; nothing but ["a"] may stand'),
        ("list", "more", '["a", "b"]', '["b", "c"]', '["b", "c"] loosens {}; add ["a"]; all of ["a", "b"] must stand'),
        ("list", "fixed", '["a", "b"]', '["b", "a"]', '["b", "a"] loosens {}; exactly ["a", "b"] is needed'),
        ("order(a,b)", "fixed", '["a", "b"]', '["b", "a"]', '["b", "a"] loosens {}; exactly ["a", "b"] is needed'),
        ("flag", "fixed", "true", "false", "false loosens {}; exactly true is needed"),
        ("text", "fixed", '"22:00"', '"23:00"', '"23:00" loosens {}; exactly "22:00" is needed'),
        (
            "table(person,minor)",
            "higher",
            PEOPLE.format(child=50, adult=90),
            PEOPLE.format(child=60, adult=80),
            '[{{person = "child", minor = 60}}, {{person = "first-adult", minor = 80}}] loosens {}; '
            'minor of person "first-adult": at least 90',
        ),
        (
            "table(person,minor)",
            "lower",
            PEOPLE.format(child=50, adult=90),
            '[ { person = "first-adult", minor = 80 } ]',
            '[{{person = "first-adult", minor = 80}}] loosens {}; the row of person "child" is missing',
        ),
    ],
)  # fmt: skip
def test_what_tighter_means_for_lists_orders_and_tables(tmp_path, unit, tighter, upper, lower, mend):
    keys, above = of_key(unit, tighter, upper)
    _, below = of_key(unit, tighter, lower, force="house")
    said = mend.format("the regulatory value of base/rules.toml")
    assert faults_of(tmp_path, base=keys + above, lower=below) == [f"lower/rules.toml:4:9: x: {said}"]


@pytest.mark.parametrize(
    ("unit", "tighter", "upper", "lower"),
    [
        ("list", "fewer", '["a", "b"]', '["b"]'),
        ("list", "more", '["a", "b"]', '["b", "c", "a"]'),
        ("table(person,minor)", "higher", PEOPLE.format(child=50, adult=90), PEOPLE.format(child=50, adult=91)),
        ("list", "free", '["a", "b"]', '["c"]'),
    ],
)
def test_tighter_lists_and_tables_stand(tmp_path, unit, tighter, upper, lower):
    keys, above = of_key(unit, tighter, upper)
    layers = written(tmp_path, base=keys + above, lower=of_key(unit, tighter, lower, force="house")[1])
    assert load_layers(tmp_path, layers, ON).param("x").layer == "lower"


# A file at fault: place and mend


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            cap() + cap(start="2021-01-01"),
            "20:8: cap.annual_cost: from 2021-01-01 overlaps the value from 2020-01-01; "
            "end that one with to = 2020-12-31",
        ),
        (
            cap() + cap(),
            "20:8: cap.annual_cost: from 2020-01-01 overlaps the value from 2020-01-01; keep one of the two",
        ),
        (cap(title=""), "12:10: cap.annual_cost: source has no title; name the text the value comes from"),
        (
            cap().replace('source = { title = "a text" }\n', ""),
            '6:1: cap.annual_cost: source is missing; name the text the value comes from: source = { title = "…", '
            'article = "…" }',
        ),
        (
            cap().replace("source", "origin"),
            "12:10: cap.annual_cost: origin is not known; a param has checked_on, force, from, key, scope, source, "
            "status, to, unit, value",
        ),
        (
            cap().replace('status = "V"\n', ""),
            "6:1: cap.annual_cost: status is missing; write V (text read), V2 (second hand) or K (to be confirmed)",
        ),
        (cap().replace('"V"', '"sure"'), "13:10: cap.annual_cost: status is one of V, V2, K"),
        (
            cap().replace("cap.annual_cost", "cap.anual_cost"),
            "7:7: cap.anual_cost: this key is not known; see base/keys.toml; did you mean cap.annual_cost?",
        ),
        (cap().replace('"ppm"', '"percent"'), "9:8: cap.annual_cost: unit is 'percent'; 'ppm' is needed"),
        (
            cap("24.0"),
            "8:9: cap.annual_cost: value has a decimal point; write whole numbers: minor units, "
            "or ppm for rates and shares",
        ),
        (cap("-1"), "8:9: cap.annual_cost: the value -1 is below zero; a whole number of ppm from 0 on is needed"),
        (cap("10" * 9), f"8:9: cap.annual_cost: the value {'10' * 9} is too large; at most 100000000000000 ppm"),
        (cap('"much"'), "8:9: cap.annual_cost: the value is a whole number of ppm"),
        (cap(start='"2020-13-01"'), "10:8: cap.annual_cost: from is a date, such as 2026-01-31"),
        (
            cap().replace("force", "to = 2019-01-01\nforce"),
            "11:6: cap.annual_cost: to = 2019-01-01 is before from = 2020-01-01; the last day is on or after the first",
        ),
        ("[[rule]]\nkey = 1\n", "5:1: rule: no such table; there are key, param, predicate, example"),
        ("[param]\nkey = 1\n", "5:1: param: param is a list of tables; write [[param]]"),
        ("\n[[param\n", "6:8: -: this is not TOML: Expected ']]' at the end of an array declaration"),
        ('\n[[param]]\nkey = "\n', '7:8: -: this is not TOML: Illegal character \'\\n\''),
        (
            cap() + '[[example]]\non = 2026-01-01\nkey = "cap.annual_cost"\nexpect = 240_000\n' * 2,
            "19:1: cap.annual_cost: this example is given twice; keep one of the two",
        ),
        ('[[example]]\nkey = "x"\nexpect = 1\n', "5:1: x: on is missing; the day of the example, such as 2026-01-31"),
        (
            "[[example]]\nexpect = 1\n",
            "5:1: example: an example has key and on, or predicate and facts, or papers and on",
        ),
        (
            KEYS.lstrip().replace("annual_cost", "other").replace('"lower"', '"more"'),
            "8:11: cap.other: tighter of a ppm is one of lower, higher, fixed, free",
        ),
        (
            KEYS.lstrip().replace("annual_cost", "other").replace('"ppm"', '"percent"'),
            "7:8: cap.other: unit is one of ppm, minor, days, weeks, months, years, payments, count, flag, text, list, "
            "order(a,b) or table(a,b)",
        ),
        (KEYS.lstrip(), "6:7: cap.annual_cost: the key is declared twice; keep one of the two"),
    ],
)  # fmt: skip
def test_a_file_at_fault_is_named_with_place_key_and_mend(tmp_path, content, fault):
    found = faults_of(tmp_path, base=KEYS.lstrip() + content)
    assert found[0] == f"base/rules.toml:{fault}"


def test_a_row_at_fault_is_named_with_its_place(tmp_path):
    keys, rows = of_key("table(person,minor)", "free", '[\n  { person = "a", minor = 1 },\n  { person = "b" },\n]')
    assert faults_of(tmp_path, base=keys + rows) == [
        "base/rules.toml:7:3: x: row 2 needs exactly the columns minor, person"
    ]
    _, rows = of_key(
        "table(person,minor)", "free", '[\n  { person = "a", minor = 1 },\n  { person = 2, minor = -2 },\n]'
    )
    assert faults_of(tmp_path, base=keys + rows) == [
        "base/rules.toml:7:3: x: row 2, column person: 2 is of another kind than 'a' above"
    ]


def test_every_fault_of_every_file_is_told_at_once(tmp_path):
    found = faults_of(tmp_path, base=KEYS + cap(title=""), lower=cap("24.0"), lower__more="[[param", missing__x="")
    assert [line.split(": ")[0] for line in found] == [
        "lower/more.toml:1",
        "lower/rules.toml:4:9",
        "base/rules.toml:13:10",
    ]


def test_a_layer_without_files_and_a_file_that_is_not_text_are_faults(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "rules.toml").write_bytes(b"# one\n# \xff\xfe\n")
    (tmp_path / "lower").mkdir()
    with pytest.raises(RulebookAtFault) as found:
        load_layers(tmp_path, ["base", "lower"], ON)
    assert str(found.value).splitlines() == [
        "base/rules.toml:2: -: this is not UTF-8 text; save the file as UTF-8",
        "lower/: -: the layer has no .toml file",
    ]


def test_a_lender_stands_under_the_sectors_it_names(tmp_path):
    for layer in ("base", "cn", "cn/card", "cn/loans", "lender/one"):
        (tmp_path / layer).mkdir(parents=True)
        (tmp_path / layer / "rules.toml").write_text(KEYS if layer == "base" else "", "utf-8")
    (tmp_path / "lender/one/rules.toml").write_text('under = ["cn/card"]\n', "utf-8")
    assert load_rulebook("cn", "card", "one", ON, tmp_path).layers == ("base", "cn", "cn/card", "lender/one")
    with pytest.raises(UnknownLayer, match=r"lender: 'one' has no rulebook; known: one under cn/card"):
        load_rulebook("cn", "loans", "one", ON, tmp_path)
    assert ["base", "cn", "cn/loans", "lender/one"] not in stacks(tmp_path)
    (tmp_path / "lender/one/rules.toml").write_text('\nunder = "cn/card"\n', "utf-8")
    with pytest.raises(RulebookAtFault) as found:
        load_rulebook("cn", "card", "one", ON, tmp_path)
    assert str(found.value) == 'lender/one/rules.toml:2:9: under: under is a list of sectors, such as ["cn/bank-card"]'


WHOLE = """[[key]]
key = "x"
unit = "list"
tighter = "fewer"
basis = "decision-date"
[[param]]
key = "cap.annual_cost"
scope = "cn"
value = 5
unit = "ppm"
from = 2020-01-01
to = 2021-01-01
force = "house"
source = { title = "t", article = "1", seen = "s" }
status = "V"
checked_on = 2026-01-01
[[predicate]]
name = "own"
scope = "case"
expression = "days_past_due > 3"
reason = { zh = "不", en = "No." }
way_on = { zh = "等", en = "Wait." }
from = 2020-01-01
to = 2021-01-01
force = "house"
source = { title = "t" }
status = "V"
checked_on = 2026-01-01
[[example]]
on = 2020-06-01
signed_on = 2020-01-01
key = "cap.annual_cost"
scope = "cn"
expect = 5
[[example]]
predicate = "own"
facts = { days_past_due = 4 }
expect = true
"""
FIELDS = [index for index, line in enumerate(WHOLE.splitlines()) if " = " in line]
STRANGE = [
    "[]",
    "{}",
    "-1",
    "1.5",
    "nan",
    "true",
    '""',
    '"?"',
    "[{}]",
    "[[1]]",
    "2020-02-30",
    "2020-01-01T00:00:00",
    "9" * 40,
]


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("index", FIELDS)
def test_whatever_stands_in_a_field_is_read_or_refused_with_its_line(tmp_path, index, strange):
    lines = WHOLE.splitlines()
    lines[index] = f"{lines[index].split(' = ')[0]} = {strange}"
    layers = written(tmp_path, base=KEYS + "\n".join(lines))
    assert all(fault.line and fault.problem and "\n" not in str(fault) for fault in faults_or_none(tmp_path, layers))


def faults_or_none(folder: Path, layers: list[str]) -> tuple[Fault, ...]:
    try:
        load_layers(folder, layers, ON)
    except RulebookAtFault as error:
        return error.faults
    return ()


@pytest.mark.parametrize("index", FIELDS)
def test_a_date_in_braces_is_refused_in_every_field(tmp_path, index):
    lines = WHOLE.splitlines()
    lines[index] = f"{lines[index].split(' = ')[0]} = [{{ on = 2020-01-01 }}]"
    found = faults_or_none(tmp_path, written(tmp_path, base=KEYS + "\n".join(lines)))
    if lines[index].startswith("expect"):
        assert found == ()  # what an example expects is held against the value, not read
    else:
        assert KEYS.count("\n") + index + 1 in {fault.line for fault in found}
