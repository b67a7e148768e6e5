"""Layers of the rulebook: what a lower one may change, where a place is looked for, under which sectors a lender is."""

import pytest

from forbear.adapters.rulebook import RulebookAtFault, UnknownLayer, all_faults, load_layers, load_rulebook, stacks
from forbear.core.plan import Cause
from forbear.core.several import _RANKS
from forbear.core.situation import SHAPE_KINDS
from forbear.core.spending import PERSONS
from forbear.core.waterfall import Step
from tests.core.rulebook_files import KEYS, ON, cap, faults_of, of_key, written


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
    base = KEYS.replace('"lower"', '"higher"\nscoped = "place"') + cap("80", scope="cn") + cap("70", scope="cn/sichuan")
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


# Values that would change nothing

PLACED = KEYS.rstrip() + '\nscoped = "place"\n'
FLOOR = "has no effect: cn/rules.toml has a value for cn, which is nearer; name the places it is for, such as "


def test_a_lender_s_value_without_a_place_is_refused_where_its_country_names_one(tmp_path):
    law = cap("100", force="statutory", scope="cn")
    (tmp_path / "cn").mkdir()
    found = faults_of(tmp_path, base=PLACED, cn=law, lender=cap("80", force="house"))
    assert found == [f'lender/rules.toml:2:1: cap.annual_cost: {FLOOR}scope = "cn"']
    early = cap("80", force="house", start="2019-01-01")
    assert load_layers(tmp_path, written(tmp_path, base=PLACED, cn=law, lender=early), ON)
    ended = cap("100", force="statutory", scope="cn", to="2025-12-31")
    assert load_layers(tmp_path, written(tmp_path, base=PLACED, cn=ended, lender=cap("80", force="house")), ON)
    shared = faults_of(tmp_path, base=PLACED, cn=law, lender=cap("80", force="house") + cap("70", scope="cn"))
    assert len(shared) == 1


@pytest.mark.parametrize(
    ("scoped", "scope", "fault"),
    [
        ("none", "cn", "cap.annual_cost is the same at every place; take the scope out"),
        ("place", "uk/london", "scope 'uk/london' is not in cn, the country of this file; begin it with cn"),
        ("place", "A", "scope 'A' is no place; write it as cn/sichuan/chengdu"),
        ("place", "cn//x", "scope 'cn//x' is no place; write it as cn/sichuan/chengdu"),
        ("grade", "E", "scope 'E' is no grade of evidence; one of A, B, C, D, C/observed"),
        (
            "class",
            "helth",
            "scope 'helth' is no class of data; one of identity, statement, finance, message, recording, agreement",
        ),
    ],
)
def test_a_scope_nobody_asks_for_is_refused(tmp_path, scoped, scope, fault):
    keys = KEYS.rstrip() + f'\nscoped = "{scoped}"\n'
    assert faults_of(tmp_path, base=keys, cn=cap(scope=scope)) == [
        f"cn/rules.toml:11:9: cap.annual_cost[{scope}]: {fault}"
    ]


@pytest.mark.parametrize(
    ("unit", "one_of", "value", "fault"),
    [
        ("text", '["a", "b"]', '"c"', "'c' is not known; one of a, b"),
        ("list", '["a", "b"]', '["a", "c"]', "'c' is not known; one of a, b"),
        ("table(who,minor)", '{ who = ["a"] }', '[{ who = "c", minor = 1 }]', "who 'c' is not known; one of a"),
        ("table(who,minor)", '{ who = ["a"] }', '[{ who = ["a", "c"], minor = 1 }]', "who 'c' is not known; one of a"),
    ],
)
def test_a_word_that_nothing_reads_is_refused(tmp_path, unit, one_of, value, fault):
    keys, value = of_key(unit, "free", value, force="house")
    keys = keys.replace(" } ]", f", one_of = {one_of} }} ]")
    assert faults_of(tmp_path, base=keys, lender=value) == [f"lender/rules.toml:4:9: x: {fault}"]


def test_words_of_a_column_there_is_none_of_are_refused(tmp_path):
    keys, value = of_key("list", "free", "[]")
    keys = keys.replace(" } ]", ', one_of = { who = ["a"] } } ]')
    found = faults_of(tmp_path, base=keys + value)[0]
    assert found.endswith("x: one_of names columns of list; of a text or a list it is a list")


def test_a_table_by_days_past_due_begins_on_the_first_day(tmp_path):
    keys, value = of_key("table(dpd_from,share)", "free", "[{ dpd_from = 1, share = 5 }]")
    found = faults_of(tmp_path, base=keys.replace('"x"', '"value.nothing"') + value.replace('"x"', '"value.nothing"'))
    assert found == [
        "base/rules.toml:5:9: value.nothing: no row holds from the first day on; add one with dpd_from = 0"
    ]


def test_a_lender_s_sector_and_place_that_do_not_exist_are_refused_by_the_check(tmp_path):
    for layer in ("base", "cn", "cn/card", "uk", "uk/card", "lender/one"):
        (tmp_path / layer).mkdir(parents=True)
        (tmp_path / layer / "rules.toml").write_text(PLACED if layer == "base" else "", "utf-8")
    rules = tmp_path / "lender/one/rules.toml"
    rules.write_text('under = ["cn/card"]\n' + cap(scope="uk/london"), "utf-8")
    place = "has no effect: this lender stands under cn; name a place there"
    assert [str(one) for one in all_faults(tmp_path)] == [
        f"lender/one/rules.toml:12:9: cap.annual_cost[uk/london]: {place}"
    ]
    rules.write_text('under = ["cn/card", "uk/card"]\n' + cap(scope="uk/london"), "utf-8")
    assert all_faults(tmp_path) == ()
    rules.write_text('\nunder = ["cn/crad"]\n', "utf-8")
    assert [str(one) for one in all_faults(tmp_path)] == [
        "lender/one/rules.toml:2:9: under: there is no sector 'cn/crad'; one of cn/card, uk/card"
    ]


def test_the_words_of_the_base_are_those_that_code_reads():
    keys = load_rulebook("cn", "bank-card", None, ON).keys
    causes = {*(cause.value for cause in Cause), "*"}
    assert set(keys["relief.ladder"].one_of["causes"]) == causes
    assert keys["budget.guideline"].one_of == {"person": PERSONS}
    steps = tuple(step.value for step in Step)
    assert {keys[f"waterfall.{name}.steps"].one_of[""] for name in ("hamp", "flex", "fha", "house")} == {steps}
    assert set(keys["plan.shapes"].one_of[""]) == {"income-following", *SHAPE_KINDS.values()}
    assert set(keys["several.policies"].one_of[""]) == {"any-order", *_RANKS}
