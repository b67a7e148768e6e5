"""A lender's predicates in CEL: typed, bounded, refused with file, line and column; what cannot be told is a fault."""

import sys
from datetime import date
from time import process_time

import pytest

from forbear.adapters.predicates import CelPredicates
from forbear.adapters.rulebook import RulebookAtFault, example_fault, examples, load_layers, load_rulebook
from forbear.core.predicates import VOCABULARY, refusals
from forbear.core.refusal import Refusal
from forbear.core.rules import PredicateFault, PredicateScope, Rulebook
from forbear.words import say

ON = date(2026, 3, 2)
CASE, PLAN = PredicateScope.CASE, PredicateScope.PLAN
PREDICATE = """[[predicate]]
name = "{name}"
scope = "{scope}"
expression = {expression}
reason = {{ zh = "还没有满三个月。", en = "Three months have not passed yet." }}
way_on = {{ zh = "三个月后再申请。", en = "Ask again after three months." }}
from = 2020-01-01
force = "house"
source = {{ title = "a policy" }}
status = "K"
checked_on = 2026-01-01
"""
EXAMPLE = '[[example]]\npredicate = "own-rule"\nfacts = {facts}\nexpect = {expect}\n'


def predicate(expression: str, name: str = "own-rule", scope: str = "case") -> str:
    quoted = expression if expression[0] in "'\"" else f"'{expression}'"
    return PREDICATE.format(name=name, scope=scope, expression=quoted)


def book(tmp_path, content: str, **lower: str) -> Rulebook:
    layers = ["base", *lower]
    for layer, held in {"base": content, **lower}.items():
        (tmp_path / layer).mkdir(exist_ok=True)
        (tmp_path / layer / "own.toml").write_text(held, "utf-8")
    return load_layers(tmp_path, layers, ON)


def faults_of(tmp_path, content: str, **lower: str) -> list[str]:
    with pytest.raises(RulebookAtFault) as found:
        book(tmp_path, content, **lower)
    return str(found.value).splitlines()


def holds(tmp_path, expression: str, scope: str = "case", **facts: object) -> object:
    [compiled] = book(tmp_path, predicate(expression, scope=scope)).predicates(PredicateScope(scope))
    return compiled.holds(facts)


@pytest.mark.parametrize(
    ("expression", "facts", "held"),
    [
        ("days_past_due >= 30", {"days_past_due": 30}, True),
        ("days_past_due >= 30", {"days_past_due": 29}, False),
        ('cause in ["illness", "disaster"]', {"cause": "illness"}, True),
        ('signed_on < "2025-10-01"', {"signed_on": "2025-09-30"}, True),
        ('request_kinds.exists(k, k == "pause")', {"request_kinds": ["settlement"]}, False),
        ("owed_minor * 1000000 <= 9223372036854775807", {"owed_minor": 9_223_372_036_854}, True),
        ("true || days_past_due / 0 > 1", {"days_past_due": 1}, True),
    ],
)
def test_a_predicate_holds_or_does_not(tmp_path, expression, facts, held):
    assert holds(tmp_path, expression, **facts) is held


@pytest.mark.parametrize(
    ("expression", "line", "column", "problem"),
    [
        ("days_past_du > 3", 4, 15, "days_past_du is not known; did you mean days_past_due?"),
        ('days_past_due > "x"', 4, 29, "> does not go with a whole number and a text; use the same kind on both sides"),
        (
            "days_past_due + 1",
            4,
            15,
            "the expression gives a whole number, not true or false; compare it with something, such as "
            "days_past_due >= 30",
        ),
        ('request_kinds.exist(k, k == "pause")', 4, 29, "exist() is not known; did you mean exists?"),
        (
            "days_past_due > today()",
            4,
            31,
            "today() is not known; there are all, exists, exists_one, filter, map, size, contains, startsWith, "
            "endsWith, matches, int",
        ),
        ("days_past_due > 3 && (", 4, 37, "the expression ends too early; a bracket or an operand is missing"),
        (
            "true || 1 > 2",
            4,
            15,
            "the expression looks at no fact, so that it says the same of every case; name one, or take it out",
        ),
        ("days_past_due > > 3", 4, 31, "> is not expected here; look at the signs and brackets before it"),
        (
            "rate_ppm > 0.24",
            4,
            26,
            "0.24 has a decimal point; write minor units, or ppm for rates and shares",
        ),
        ('dyn(cause) == "x"', 4, 15, "dyn() is not allowed; facts are whole numbers and texts, compare them as such"),
        (
            "instalment_minor > 0",
            4,
            15,
            'instalment_minor is known only where a plan is looked at; write scope = "plan"',
        ),
        (
            "[1,2].all(a, [1,2].all(b, a + b < days_past_due))",
            4,
            34,
            "a loop inside a loop can run for too long; look at each list by itself",
        ),
        ("(" * 40 + "true" + ")" * 40, 4, 15, "the expression is nested deeper than 32 brackets; write it flatter"),
        ("   ", 4, 15, "the expression is empty; write one such as days_past_due >= 30"),
        ("days_past_due > 3" + " " * 2000, 4, 15, "the expression has 2017 characters; at most 2000"),
    ],
)  # fmt: skip
def test_an_expression_at_fault_is_refused_with_line_and_column(tmp_path, expression, line, column, problem):
    assert faults_of(tmp_path, predicate(expression)) == [f"base/own.toml:{line}:{column}: own-rule: {problem}"]


@pytest.mark.parametrize(
    ("quoted", "line", "column"),
    [
        ('"days_past_du > 3"', 4, 15),
        ("'''days_past_du > 3'''", 4, 17),
        ('"""\ndays_past_due > 3\n  && months_on_boo > 3"""', 6, 6),
        ("'''\n\n// a comment: months_on_boo\ndays_past_due > 3 && months_on_boo > 3'''", 7, 22),
        ('"cause == \\"病\\" && months_on_boo > 3"', 4, 33),
        ('"days_past_due > 3\\n && months_on_boo > 3"', 4, 38),
        ('"""days_past_due > 3 \\\n     && months_on_boo > 3"""', 5, 9),
    ],
)
def test_the_place_is_that_in_the_file_whatever_the_quotes(tmp_path, quoted, line, column):
    [found] = faults_of(tmp_path, predicate(quoted))
    assert found.startswith(f"base/own.toml:{line}:{column}: own-rule: ")


def test_the_place_is_right_after_other_predicates_and_windows_line_ends(tmp_path):
    content = (predicate("days_past_due > 3", "first") + predicate("days_past_du > 3", "second")).replace("\n", "\r\n")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "own.toml").write_bytes(content.encode())
    with pytest.raises(RulebookAtFault) as found:
        load_layers(tmp_path, ["base"], ON)
    assert str(found.value) == "base/own.toml:15:15: second: days_past_du is not known; did you mean days_past_due?"


@pytest.mark.parametrize(
    ("expression", "facts", "code", "problem"),
    [
        (
            "owed_minor * 9223372036854775807 > 0",
            {"owed_minor": 2},
            "overflow",
            "a number grew past 9223372036854775807; use smaller numbers",
        ),
        (
            "owed_minor > 0",
            {"owed_minor": 2**63},
            "overflow",
            "a number grew past 9223372036854775807; use smaller numbers",
        ),
        ("1 / days_past_due > 0", {"days_past_due": 0}, "zero", "it divides by zero; test for zero first"),
        ("1 % days_past_due > 0", {"days_past_due": 0}, "zero", "it divides by zero; test for zero first"),
        ("days_past_due > 0", {}, "missing", "the facts have no days_past_due; give it"),
        ("days_past_due > 0", {"days_past_due": "3"}, "other", "days_past_due is of another kind here (str)"),
        (
            'request_kinds[3] == "x"',
            {"request_kinds": []},
            "other",
            "it cannot be worked out: Index error: index=3 size=0",
        ),
        (
            'request_kinds.all(k, k == "x")',
            {"request_kinds": ["x"] * 20_000},
            "budget",
            "it takes more steps than a predicate may; look at fewer items",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_a_fault_never_a_value(tmp_path, expression, facts, code, problem):
    assert holds(tmp_path, expression, **facts) == PredicateFault(problem=problem, code=code)


def test_a_bomb_of_loops_is_refused_at_once_when_the_file_is_read(tmp_path):
    list_of = "[" + ",".join("1" for _ in range(50)) + "]"
    bomb = "true" + "".join(f" && {list_of}.all(x{n}, true" for n in range(12)) + ")" * 12
    began = process_time()
    [found] = faults_of(tmp_path, predicate(bomb))
    assert found.startswith("base/own.toml:4:")
    assert found.endswith(": own-rule: a loop inside a loop can run for too long; look at each list by itself")
    assert process_time() - began < 1


def test_the_budget_of_the_engine_itself_ends_a_bomb(monkeypatch, tmp_path):
    """Were the check of loops ever to miss one, the engine stops it."""
    monkeypatch.setattr("forbear.adapters.predicates._unwelcome", lambda text: iter(()))
    list_of = "[" + ",".join("1" for _ in range(60)) + "]"
    bomb = "".join(f"{list_of}.all(x{n}, " for n in range(6)) + "days_past_due >= 0" + ")" * 6
    began = process_time()
    held = holds(tmp_path, bomb, days_past_due=1)
    assert (held.code, process_time() - began < 1) == ("budget", True)


def test_predicates_only_add_refusals_and_say_the_lender_s_own_words(tmp_path):
    rules = book(tmp_path, predicate("months_on_book >= 3"), lender=predicate("days_past_due >= 30", "other"))
    assert refusals(rules, CASE, {"months_on_book": 3, "days_past_due": 30}) == ()
    [refused] = refusals(rules, CASE, {"months_on_book": 2, "days_past_due": 30})
    assert refused.rule == "base.predicate.own-rule"
    assert say("en", refused.reason, **refused.facts) == "Three months have not passed yet."
    assert say("zh", refused.reason, **refused.facts) == "还没有满三个月。"
    assert say("en", refused.way_on, **refused.facts) == "Ask again after three months."
    assert say("zh", refused.way_on, **refused.facts) == "三个月后再申请。"
    assert [r.rule for r in refusals(rules, CASE, {"months_on_book": 2, "days_past_due": 0})] == [
        "base.predicate.own-rule",
        "lender.predicate.other",
    ]
    assert refusals(rules, PLAN, {}) == ()


def test_a_predicate_that_cannot_be_worked_out_refuses_and_says_so(tmp_path):
    rules = book(tmp_path, predicate("100 / days_past_due > 2"))
    [refused] = refusals(rules, CASE, {"days_past_due": 0})
    assert refused == Refusal(
        "base.predicate.own-rule",
        "rules.predicate.fault.zero",
        "rules.predicate.ask",
        {"rule": "own-rule", "problem": "it divides by zero; test for zero first"},
    )
    assert say("en", refused.reason, **refused.facts) == (
        "The lender's own rule own-rule would divide by zero for this case."
    )


def test_the_day_chooses_which_predicates_hold(tmp_path):
    content = predicate("days_past_due >= 30").replace("force", "to = 2025-12-31\nforce")
    content += predicate("days_past_due >= 60").replace("2020-01-01", "2026-01-01")
    rules = book(tmp_path, content)
    assert [len(refusals(rules.on(date(year, 6, 1)), CASE, {"days_past_due": 45})) for year in (2019, 2025, 2026)] == [
        0,
        0,
        1,
    ]


def test_the_digest_covers_predicates(tmp_path):
    one = book(tmp_path, predicate("days_past_due >= 30")).digest
    assert book(tmp_path, predicate("days_past_due >= 30") + "# said elsewhere\n").digest == one
    assert book(tmp_path, predicate("days_past_due >= 31")).digest != one
    assert book(tmp_path, predicate("days_past_due >= 30").replace("a policy", "another")).digest != one


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('"case"', '"loan"'), '3:9: own-rule: scope is one of case, plan'),
        (('"own-rule"', '"Own Rule"'), "2:8: Own Rule: name is words joined by -, such as no-second-pause"),
        (
            (', en = "Three months have not passed yet."', ""),
            '5:10: own-rule: reason has a sentence in each language: reason = { zh = "…", en = "…" }',
        ),
        (("还没有满三个月。", " "), "5:10: own-rule: reason.zh is one line of text, at most 300 characters"),
        (
            ('source = { title = "a policy" }\n', ""),
            '1:1: own-rule: source is missing; name the text the value comes from: source = ',
        ),
        (("a policy", " "), "9:10: own-rule: source has no title; name the policy the rule comes from"),
        (
            ("force =", "to = 2019-12-31\nforce ="),
            "8:6: own-rule: to = 2019-12-31 is before from = 2020-01-01; the last day is on or after the first",
        ),
        (("status =", "allow = true\nstatus ="), "10:9: own-rule: allow is not known; a predicate has checked_on, "),
    ],
)  # fmt: skip
def test_a_predicate_at_fault_is_named_with_place_and_mend(tmp_path, change, fault):
    [found] = faults_of(tmp_path, predicate("days_past_due > 3").replace(*change))
    assert found.startswith(f"base/own.toml:{fault}")


def test_a_lower_layer_cannot_replace_a_predicate(tmp_path):
    content = predicate("days_past_due > 3")
    assert faults_of(tmp_path, content, lender=content) == [
        "lender/own.toml:2:8: own-rule: the name is taken in base/own.toml from 2020-01-01; choose another, "
        "or end that one"
    ]


@pytest.mark.parametrize(
    ("facts", "expect", "fault"),
    [
        ("{ days_past_due = 4 }", "true", None),
        ("{ days_past_due = 4 }", "false", "15:10: own-rule: comes to true, not false"),
        ("{ cause = 'illness' }", "true", "14:9: own-rule: the facts have no days_past_due; give it"),
    ],
)
def test_examples_of_predicates_are_held(tmp_path, facts, expect, fault):
    rules = book(tmp_path, predicate("days_past_due > 3") + EXAMPLE.format(facts=facts, expect=expect))
    [example] = examples(tmp_path, "base")
    found = example_fault(example, rules)
    assert (str(found) if found else None) == (fault and f"base/own.toml:{fault}")


def test_without_the_package_a_rulebook_with_predicates_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "forbear.adapters.predicates", None)
    assert faults_of(tmp_path, predicate("days_past_due > 3")) == [
        "base/own.toml:1:1: own-rule: predicates need the package cel-expr-python, which is not installed; install it, "
        "or take the predicates out"
    ]
    assert load_rulebook("cn", "consumer-finance", None, ON).predicates(CASE) == ()


def test_every_name_of_the_vocabulary_is_known_to_the_engine():
    rules = load_rulebook("cn", "consumer-finance", "example", ON)
    assert [c.predicate.name for c in rules.predicates(PLAN)] == [
        "first-payment-within-a-year",
        "principal-forgiven-from-91-days",
    ]
    engine = CelPredicates()
    for fact in VOCABULARY.values():
        tested = {
            "text": f'{fact.name} == "x"',
            "whole number": f"{fact.name} > 0",
            "list of texts": f'"x" in {fact.name}',
        }[fact.kind]
        one = rules.predicates(PLAN)[0].predicate
        ready = engine.compile(type(one)(**{**one.__dict__, "scope": fact.scope, "expression": tested}))
        value = {"text": "x", "whole number": 1, "list of texts": ["x"]}[fact.kind]
        assert ready.holds({fact.name: value}) is True
