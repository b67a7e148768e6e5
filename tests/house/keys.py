"""Finds the word keys that code and templates ask for, without running them.

A key is followed through local names, `a if … else b` and loops over written-out words: after `said = "plan.page"`,
f"{said}.title" is plan.page.title. What stays unknown is a hole, and the text stands for every key that fits.
"""

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache

KEY = re.compile(r"[a-z][a-z_0-9]*(\.[A-Za-z0-9_-]+)+")
HOLE = "\0"
ASKING = {"say": 1, "known": 1, "words": 0}
"""Functions that ask for a sentence, and which argument is its key."""
REFUSAL = (1, 2)
"""Refusal's arguments that are keys; by name they are `reason` and `way_on`."""
READINGS_MOST = 200

Bound = dict[str, set[str]]


def texts(source: str) -> Iterator[tuple[str, bool]]:
    """Every text in Python code that may be a key, holes marked, and whether it surely is one."""
    tree = ast.parse(source)
    constants = _bound(tree.body)
    for scope in _scopes(tree):
        names = constants | (_bound([scope]) if not isinstance(scope, ast.Module) else {})
        sure = {id(node) for call in _own(scope) if isinstance(call, ast.Call) for node in _keys_of(call)}
        for node in _own(scope):
            if isinstance(node, ast.Constant | ast.JoinedStr) or id(node) in sure:
                for text in _readings(node, names):
                    if not text.startswith(HOLE) and KEY.fullmatch(text.replace(HOLE, "x")):
                        yield text, id(node) in sure


def asked_in_template(source: str) -> Iterator[str]:
    """Every key a template asks for, holes marked."""
    for key, more in re.findall(r'{%\s*say\s+"([^"]*)"(\|add:\S+)?', source):
        yield key + (HOLE if more else "")


def fits(asked: str, key: str) -> bool:
    """Whether a key is one that a text with holes stands for; without a hole it is the very key."""
    return asked == key or (HOLE in asked and _pattern(asked).fullmatch(key) is not None)


@cache
def _pattern(asked: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, asked.split(HOLE))))


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """The module and every outermost function; what a function holds belongs to it."""
    yield tree
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef | ast.If | ast.Try):
            waiting.extend(node.body)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope; the module's are those outside of functions."""
    if not isinstance(scope, ast.Module):
        yield from ast.walk(scope)
        return
    functions = {id(node) for inner in _scopes(scope) if inner is not scope for node in ast.walk(inner)}
    yield from (node for node in ast.walk(scope) if id(node) not in functions)


def _bound(body: list[ast.stmt] | list[ast.AST]) -> Bound:
    """Names and the texts they can stand for, HOLE where something else is assigned."""
    bound: Bound = {}
    for statement in body:
        nodes = ast.walk(statement) if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else [statement]
        for node in nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    _bind(target, node.value, bound)
            elif isinstance(node, ast.For | ast.comprehension):
                for item in node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else [None]:
                    _bind(node.target, item, bound)
            elif isinstance(node, ast.arg):
                bound.setdefault(node.arg, set()).add(HOLE)
    return bound


def _bind(target: ast.expr, value: ast.expr | None, bound: Bound) -> None:
    if isinstance(target, ast.Name):
        found = _readings(value, bound) if value is not None else [HOLE]
        bound.setdefault(target.id, set()).update(found or [HOLE])
    elif isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) else [None] * len(target.elts)
        for inner, item in zip(target.elts, values, strict=False):
            _bind(inner, item, bound)


def _readings(node: ast.AST, names: Bound) -> list[str]:
    """Every text an expression can be, as far as it can be read; [] where it is no text."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name):
        return sorted(names.get(node.id, {HOLE}))
    if isinstance(node, ast.IfExp):
        return _readings(node.body, names) + _readings(node.orelse, names)
    if isinstance(node, ast.JoinedStr):
        parts = [_readings(part, names) or [HOLE] for part in node.values]
        return ["".join(reading) for reading in itertools.islice(itertools.product(*parts), READINGS_MOST)]
    if isinstance(node, ast.FormattedValue):
        return _readings(node.value, names)
    return [HOLE]


def _keys_of(call: ast.Call) -> Iterator[ast.expr]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    places = REFUSAL if called == "Refusal" else (ASKING[called],) if called in ASKING else ()
    for place in places:
        if place < len(call.args):
            yield from _either(call.args[place])
    if called == "Refusal":
        for keyword in call.keywords:
            if keyword.arg in ("reason", "way_on"):
                yield from _either(keyword.value)


def _either(node: ast.expr) -> Iterator[ast.expr]:
    """Both branches of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        yield from _either(node.body)
        yield from _either(node.orelse)
    else:
        yield node
