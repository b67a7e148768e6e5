"""The catalogue is complete and lean: every key asked for exists, every key there is asked for, both languages alike.

tests/house/keys.py finds what is asked for, in the code and in `{% say "…" %}` of the templates.
"""

from datetime import date
from functools import cache
from string import Formatter

import pytest

from forbear.actions.sections import rule_named
from forbear.adapters.rulebook import load_layers, shipped, stacks
from forbear.words import LANGUAGES, catalogue
from tests.house.keys import HOLE, asked_in_template, fits, texts
from tests.house.tree import files, name, none


def parameters(sentence: str) -> set[str]:
    """The names in braces."""
    return {field for _, field, _, _ in Formatter().parse(sentence) if field is not None}


@cache
def asked() -> list[tuple[str, str, bool]]:
    """(file, text with holes, whether it surely is a key) over the whole product."""
    found = []
    for path in files("forbear/*.py"):
        found += [(name(path), text, sure) for text, sure in texts(path.read_text("utf-8"))]
    for path in files("forbear/*.html", "forbear/*.txt"):
        found += [(name(path), text, True) for text in asked_in_template(path.read_text("utf-8"))]
    return found


def test_both_languages_say_the_same_things():
    zh, en = (catalogue(language) for language in LANGUAGES)
    none(f"{key} is in one language only" for key in sorted(set(zh) ^ set(en)))
    none(f"{key} has other parameters in each" for key in zh if parameters(zh[key]) != parameters(en[key]))


def test_every_sentence_asked_for_is_there():
    keys = list(catalogue("zh"))
    missing = [(file, text) for file, text, sure in asked() if sure and not any(fits(text, key) for key in keys)]
    none(f"{file} asks for {text.replace(HOLE, '{…}')}" for file, text in missing)


def test_every_sentence_there_is_asked_for():
    keys = set(catalogue("zh"))
    whole = {text for _, text, _ in asked() if HOLE not in text}
    holed = {text for _, text, _ in asked() if HOLE in text}
    unused = {key for key in keys - whole if not any(fits(text, key) for text in holed)}
    none(f"nobody asks for {key}" for key in sorted(unused))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('say(language, "plan.why.lightest")', [("plan.why.lightest", True)]),
        ('say("zh", f"plan.why.{name}")', [(f"plan.why.{HOLE}", True)]),
        ('Refusal("payments.role", "decision.refusal.role", way_on=f"a.{b}")',
         [("payments.role", False), ("decision.refusal.role", True), (f"a.{HOLE}", True)]),
        ('say(language, "a.one" if one else "a.many")', [("a.one", True), ("a.many", True)]),
        ('print("No sentence, no key.")', []),
        ('def f():\n said = "a.page"\n return words(f"{said}.title")', [("a.page", False), ("a.page.title", True)]),
        ('def f(said):\n return words(f"{said}.title")', []),
        ('[words(f"a.{n}") for n in ("x", "y")]', [(f"a.{HOLE}", True)]),
        ('def f():\n return [words(f"a.{n}") for n in ("x", "y")]', [("a.x", True), ("a.y", True)]),
        ('def f():\n a, b = "p.a", "p.b"\n words(f"{b}.{\'x\' if a else \'y\'}")',
         [("p.a", False), ("p.b", False), ("p.b.x", True), ("p.b.y", True)]),
    ],
)  # fmt: skip
def test_keys_are_seen_in_code(source: str, found: list[tuple[str, bool]]):
    assert sorted(texts(source)) == sorted(found)


def test_keys_are_seen_in_templates():
    source = '{% say "site.page.name" %}{% say "a.b" x=y|money %}{%say "site."|add:kind %}{{ "no.key" }}'
    assert list(asked_in_template(source)) == ["site.page.name", "a.b", f"site.{HOLE}"]
    assert fits(f"site.{HOLE}", "site.call") and not fits(f"site.{HOLE}", "site.")
    assert fits("a.b", "a.b") and not fits("a.b", "aXb")
    assert parameters("{a} of {b}: {{}}") == {"a", "b"}


def test_every_rule_has_a_name_in_both_languages():
    """Every key a pack may hold, and every row of one that a finding tells apart."""
    root = shipped()
    keys = {key for stack in stacks(root) for key in load_layers(root, stack, date(2026, 3, 2)).keys}
    rows = {f"relief.ladder.{part}" for part in ("penalty", "fees", "interest", "principal", "rate_floor")}
    rows |= {"penalty.uplift_max.above", "cap.annual_cost.above", "cap.new_contract.above"}
    none(
        f"rules.{key} has no name in {to}" for key in sorted(keys | rows) for to in LANGUAGES if not rule_named(to, key)
    )
