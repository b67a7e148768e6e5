"""The catalogue is complete and lean: every key asked for exists, every key there is asked for, both languages alike.

A key asked for is a text in the code or `{% say "…" %}` in a template; a text with a hole in it (f"plan.why.{name}",
"site."|add:name) stands for every key that fits.
"""

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from forbear.words import LANGUAGES, catalogue
from tests.house.tree import files, name, none

KEY = re.compile(r"[a-z][a-z_0-9]*(\.[A-Za-z0-9_-]+)+")
HOLE = "\0"
ASKING = {"say": 1, "known": 1, "words": 0}
"""Functions that ask for a sentence, and which argument is its key."""
NAMING = {"reason", "way_on"}
"""Keyword arguments that hold a key, and REFUSAL's places that do."""
REFUSAL = {"Refusal": (1, 2)}


def texts(source: str) -> Iterator[tuple[str, bool]]:
    """Every text in Python code that may be a key, holes marked, and whether it surely is one."""
    tree = ast.parse(source)
    sure = {id(node) for call in ast.walk(tree) if isinstance(call, ast.Call) for node in _keys_of(call)}
    for node in ast.walk(tree):
        text = _text(node)
        if text and KEY.fullmatch(text.replace(HOLE, "x")):
            yield text, id(node) in sure


def _keys_of(call: ast.Call) -> Iterator[ast.expr]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    places = REFUSAL.get(called, ()) if called in REFUSAL else (ASKING[called],) if called in ASKING else ()
    for place in places:
        if place < len(call.args):
            yield from _either(call.args[place])
    if called in REFUSAL:
        for keyword in call.keywords:
            if keyword.arg in NAMING:
                yield from _either(keyword.value)


def _either(node: ast.expr) -> Iterator[ast.expr]:
    """Both branches of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        yield from _either(node.body)
        yield from _either(node.orelse)
    else:
        yield node


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (p.value if isinstance(p, ast.Constant) else HOLE for p in node.values)
        text = "".join(str(part) for part in parts)
        return text if text != HOLE and not text.startswith(HOLE) else ""
    return ""


def asked_in_template(source: str) -> Iterator[str]:
    """Every key a template asks for, holes marked."""
    for key, more in re.findall(r'{%\s*say\s+"([^"]*)"(\|add:\S+)?', source):
        yield key + (HOLE if more else "")


def fits(asked: str, key: str) -> bool:
    """Whether a key is one that a text with holes stands for; without a hole it is the very key."""
    return (
        re.fullmatch(".+".join(map(re.escape, asked.split(HOLE))) if HOLE in asked else re.escape(asked), key)
        is not None
    )


def parameters(sentence: str) -> set[str]:
    """The names in braces."""
    return {field for _, field, _, _ in Formatter().parse(sentence) if field is not None}


def asked() -> Iterator[tuple[str, str, bool]]:
    """(file, text with holes, whether it surely is a key) over the whole product."""
    for path in files("forbear/*.py"):
        yield from ((name(path), text, sure) for text, sure in texts(path.read_text("utf-8")))
    for path in files("forbear/*.html", "forbear/*.txt"):
        yield from ((name(path), text, True) for text in asked_in_template(path.read_text("utf-8")))


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
