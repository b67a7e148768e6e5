"""A rulebook file at fault: every fault named with file, line, column, key and the mend."""

from pathlib import Path

import pytest

from forbear.adapters.rulebook import RulebookAtFault, load_layers
from forbear.core.rules import Fault
from tests.core.rulebook_files import KEYS, ON, cap, faults_of, of_key, written


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


WHOLE = """[[key]]
key = "x"
unit = "list"
tighter = "fewer"
basis = "decision-date"
scoped = "none"
one_of = ["a", "b"]
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
PLACED = KEYS.rstrip() + '\nscoped = "place"\n'
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
    layers = written(tmp_path, base=PLACED + "\n".join(lines))
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
    found = faults_or_none(tmp_path, written(tmp_path, base=PLACED + "\n".join(lines)))
    if lines[index].startswith("expect"):
        assert found == ()  # what an example expects is held against the value, not read
    else:
        assert PLACED.count("\n") + index + 1 in {fault.line for fault in found}
