"""The code's own rules, read from its syntax tree: money without fractions, functions and files of a readable size."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, name

FUNCTION_LINES_MOST = 60
FILE_LINES_MOST = 450
DOCSTRING_LINES_MOST = 8


def fractions(source: str) -> Iterator[str]:
    """Where a float, a Decimal or the `/` operator could get in, as `line: what`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"{node.lineno}: the operator /; divide() of core/money.py names its rounding"
        elif isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{node.lineno}: {node.value} is no whole number"
        elif isinstance(node, ast.Name) and node.id in ("float", "Decimal", "Fraction", "complex"):
            yield f"{node.lineno}: {node.id}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round":
            yield f"{node.lineno}: round(); divide() of core/money.py names its rounding"


def asserts_of_nothing(source: str) -> Iterator[str]:
    """Assertions that cannot fail: of a constant, a text or a tuple."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.JoinedStr | ast.Tuple):
            yield f"{node.lineno}: this assertion cannot fail"


def from_elsewhere(source: str) -> Iterator[str]:
    """What is imported and is neither ours nor of the standard library."""
    for node in ast.walk(ast.parse(source)):
        named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        named += [one.name for one in node.names] if isinstance(node, ast.Import) else []
        for whole in named:
            root = whole.partition(".")[0]
            if root != "forbear" and root not in sys.stdlib_module_names:
                yield f"{node.lineno}: {root}"


def too_long(source: str) -> Iterator[str]:
    """Functions of more lines than fit on a screen."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MOST:
                yield f"{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES_MOST} fit a screen"


def without_purpose(source: str) -> Iterator[str]:
    """A module that does something says in its first lines what."""
    tree = ast.parse(source)
    text = ast.get_docstring(tree)
    if text and len(tree.body) == 1:
        return  # nothing but an essay: the tour
    if tree.body and text is None:
        yield "1: the module does not say what it is for"
    elif text and len(text.splitlines()) > DOCSTRING_LINES_MOST:
        lines = len(text.splitlines())
        yield f"1: the module takes {lines} lines to say what it is for, at most {DOCSTRING_LINES_MOST}"


PRODUCT = files("forbear/*.py")
CORE = files("forbear/core/*.py")


def test_the_files_are_found():
    assert ROOT / "forbear/core/money.py" in CORE
    assert set(CORE) < set(PRODUCT)


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_core_knows_whole_numbers_only(path: Path):
    assert list(fractions(path.read_text("utf-8"))) == []


def test_the_core_needs_the_standard_library_and_numbering_plans():
    found = {(name(path), line.partition(": ")[2]) for path in CORE for line in from_elsewhere(path.read_text("utf-8"))}
    assert found == {("forbear/core/phone_numbers.py", "phonenumbers")}
    assert list(from_elsewhere("import os, numpy.linalg\nfrom django.db import models")) == ["1: numpy", "2: django"]


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_code_is_readable(path: Path):
    source = path.read_text("utf-8")
    generated = "migrations" in path.parts
    faults = list(asserts_of_nothing(source))
    if not generated:
        faults += [*too_long(source), *without_purpose(source)]
        lines = len(source.splitlines())
        assert lines <= FILE_LINES_MOST, f"{lines} lines; a file of more than {FILE_LINES_MOST} is two files"
    assert faults == []


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("half = amount / 2", ["1: the operator /; divide() of core/money.py names its rounding"]),
        ("amount /= 2", ["1: the operator /; divide() of core/money.py names its rounding"]),
        ("rate = 0.24", ["1: 0.24 is no whole number"]),
        ("def rate(of: float): ...", ["1: float"]),
        ("rate = round(amount)", ["1: round(); divide() of core/money.py names its rounding"]),
        ("half = amount // 2", []),
        ("name = 'a/b 0.24'", []),
    ],
)
def test_fractions_are_seen(source: str, faults: list[str]):
    assert list(fractions(source)) == faults


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("assert 'amount is positive'", ["1: this assertion cannot fail"]),
        ("assert (amount > 0, 'positive')", ["1: this assertion cannot fail"]),
        ("assert amount > 0, 'positive'", []),
    ],
)
def test_assertions_that_cannot_fail_are_seen(source: str, faults: list[str]):
    assert list(asserts_of_nothing(source)) == faults


def test_long_functions_are_seen():
    fits = "def f():\n" + "    x = 1\n" * (FUNCTION_LINES_MOST - 1)
    assert list(too_long(fits)) == []
    assert list(too_long(fits + "    x = 1\n")) == ["1: f has 61 lines, at most 60 fit a screen"]


def test_modules_without_a_purpose_are_seen():
    assert list(without_purpose("")) == []
    assert list(without_purpose('"""Money."""\nx = 1')) == []
    assert list(without_purpose("x = 1")) == ["1: the module does not say what it is for"]
    long = '"""' + "\n".join(["a"] * 9) + '"""\n'
    assert list(without_purpose(long)) == []
    assert list(without_purpose(long + "x = 1")) == ["1: the module takes 9 lines to say what it is for, at most 8"]
