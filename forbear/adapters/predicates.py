"""The Predicates port in CEL (cel-expr-python): typed names, one loop at most inside another expression, a bounded run.

What the engine says is turned into sentences for the person who wrote the rule; line and column count from 1 inside the
expression. Nothing here raises or hangs: whatever cannot be read or worked out is a PredicateFault.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cel_expr_python import cel

from forbear.core.predicates import VOCABULARY, FactKind, known_in
from forbear.core.rules import CompiledPredicate, Predicate, PredicateFault, PredicateScope

LENGTH_MOST = 2000
TYPES = {
    FactKind.TEXT: cel.Type.STRING,
    FactKind.WHOLE: cel.Type.INT,
    FactKind.FLAG: cel.Type.BOOL,
    FactKind.TEXTS: cel.Type.List(cel.Type.STRING),
}
TOKEN = re.compile(
    r"//[^\n]*"
    r"|[rbRB]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<decimal>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|\.[0-9]+|[0-9]+[eE][+-]?[0-9]+)"
    r"|(?P<loop>\.\s*(?:all|exists|exists_one|existsOne|map|filter)\s*\()"
    r"|(?P<call>[A-Za-z_][A-Za-z0-9_]*)|[0-9]+|(?P<open>[(\[{])|(?P<shut>[)\]}])|.",
    re.DOTALL,
)
COMPILE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?:\n \||\nERROR| \[[A-Z_]+\]$|$)", re.DOTALL)
FUNCTIONS = (
    "all",
    "exists",
    "exists_one",
    "filter",
    "map",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
)
NAMES = {
    "int": "a whole number",
    "uint": "an unsigned number",
    "string": "a text",
    "bool": "true or false",
    "double": "a number with a decimal point",
    "list(string)": "a list of texts",
    "list(int)": "a list of whole numbers",
    "null_type": "nothing",
}
TOO_LARGE = "a number grew past 9223372036854775807; use smaller numbers"
BY_ZERO = "it divides by zero; test for zero first"
RAN = {
    "Iteration budget exceeded": ("budget", "it takes more steps than a predicate may; look at fewer items"),
    "integer overflow": ("overflow", TOO_LARGE),
    "too big to convert": ("overflow", TOO_LARGE),
    "divide by zero": ("zero", BY_ZERO),
    "modulus by zero": ("zero", BY_ZERO),
}


class CelPredicates:
    """The engine. One environment a scope, made once."""

    def __init__(self) -> None:
        self._environments = {
            scope: cel.NewEnv(variables={fact.name: TYPES[fact.kind] for fact in known_in(scope)})
            for scope in PredicateScope
        }

    def compile(self, predicate: Predicate) -> CompiledPredicate | PredicateFault:
        """The predicate made ready, or what keeps it from being."""
        text = predicate.expression
        if not text.strip():
            return PredicateFault(problem="the expression is empty; write one such as days_past_due >= 30")
        if len(text) > LENGTH_MOST:
            return PredicateFault(problem=f"the expression has {len(text)} characters; at most {LENGTH_MOST}")
        for fault in _unwelcome(text):
            return fault
        try:
            expression = self._environments[predicate.scope].compile(text)
        except RuntimeError as error:
            return _compile_fault(str(error), predicate)
        if expression.return_type() != cel.Type.BOOL:
            given = _named(str(expression.return_type().name()).lower())
            mend = "compare it with something, such as days_past_due >= 30"
            return PredicateFault(problem=f"the expression gives {given}, not true or false; {mend}", line=1, column=1)
        if not any(token.group() in VOCABULARY for token in TOKEN.finditer(text) if token.lastgroup == "call"):
            problem = (
                "the expression looks at no fact, so that it says the same of every case; name one, or take it out"
            )
            return PredicateFault(problem=problem, line=1, column=1)
        return CelPredicate(predicate, expression)


@dataclass(frozen=True)
class CelPredicate:
    """One predicate made ready."""

    predicate: Predicate
    expression: Any

    def holds(self, facts: Mapping[str, Any]) -> bool | PredicateFault:
        """Whether the facts keep the rule. Overflow, division by zero and too many steps are faults, never values."""
        try:
            found = self.expression.eval(data=dict(facts))
        except (RuntimeError, TypeError, ValueError) as error:
            return _run_fault(str(error))
        if found.type() != cel.Type.BOOL:
            return _run_fault(str(found.value()))
        return bool(found.value())


def _unwelcome(text: str) -> Iterator[PredicateFault]:
    """Numbers with a decimal point, types that escape the check, and a loop inside a loop, which has no good bound."""
    open_loops: list[bool] = []
    for token in TOKEN.finditer(text):
        kind, said = token.lastgroup, token.group()
        if kind == "decimal":
            yield _at(
                text, token.start(), f"{said} has a decimal point; write minor units, or ppm for rates and shares"
            )
        elif kind == "call" and said in ("double", "dyn") and text[token.end() :].lstrip().startswith("("):
            yield _at(
                text, token.start(), f"{said}() is not allowed; facts are whole numbers and texts, compare them as such"
            )
        elif kind == "loop":
            if any(open_loops):
                start = token.start() + len(said) - len(said.lstrip(". \n\t"))
                problem = "a loop inside a loop can run for too long; look at each list by itself"
                yield _at(text, start, problem)
            open_loops.append(True)
        elif kind == "open":
            open_loops.append(False)
        elif kind == "shut" and open_loops:
            open_loops.pop()


def _compile_fault(said: str, predicate: Predicate) -> PredicateFault:
    if "recursion limit" in said:
        return PredicateFault(
            problem="the expression is nested deeper than 32 brackets; write it flatter", line=1, column=1
        )
    found = [(int(one[1]), int(one[2]), one[3].strip()) for one in COMPILE.finditer(said)]
    if not found:
        first = said.splitlines()[0]
        return PredicateFault(problem=f"the expression cannot be read: {first}", line=1, column=1)
    line, column, problem = min(found)
    name = re.match(r"undeclared reference to '([^']*)'", problem)
    if name and predicate.expression.split("\n")[line - 1][column - 1 : column] == "(":
        near = get_close_matches(name[1], FUNCTIONS, 1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(FUNCTIONS)}"
        return PredicateFault(problem=f"{name[1]}() is not known; {meant}", line=line, column=column - len(name[1]))
    return PredicateFault(problem=_plain(problem, predicate.scope), line=line, column=column)


def _plain(problem: str, scope: PredicateScope) -> str:
    """What the engine's checker found, for the person who wrote the rule."""
    if name := re.match(r"undeclared reference to '([^']*)'", problem):
        if name[1] in VOCABULARY:
            return f'{name[1]} is known only where a plan is looked at; write scope = "plan"'
        names = [fact.name for fact in known_in(scope)]
        near = get_close_matches(name[1], names, 1)
        meant = f"did you mean {near[0]}?" if near else f"a {scope} predicate knows {', '.join(names)}"
        return f"{name[1]} is not known; {meant}"
    if applied := re.match(r"found no matching overload for '([^']*)' applied to '\(?(.*?)\)?'$", problem):
        sign = applied[1].strip("_").replace("_", "")
        kinds = " and ".join(_named(kind.strip()) for kind in re.split(r", (?![^(]*\))", applied[2]))
        return f"{sign} does not go with {kinds}; use the same kind on both sides"
    if "mismatched input '<EOF>'" in problem:
        return "the expression ends too early; a bracket or an operand is missing"
    if problem.startswith("Syntax error"):
        sign = re.search(r"'([^']*)'", problem)
        return f"{sign[1] if sign else 'this'} is not expected here; look at the signs and brackets before it"
    return problem


def _run_fault(said: str) -> PredicateFault:
    for sign, (code, problem) in RAN.items():
        if sign in said:
            return PredicateFault(code=code, problem=problem)
    if name := re.search(r'No value with name "([^"]*)" found', said):
        return PredicateFault(code="missing", problem=f"the facts have no {name[1]}; give it")
    if name := re.search(r"Unexpected value type for '([^']*)': (\w+)", said):
        return PredicateFault(problem=f"{name[1]} is of another kind here ({name[2]})")
    plain = re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", said.strip().splitlines()[0] if said.strip() else "no reason given")
    return PredicateFault(problem=f"it cannot be worked out: {plain}")


def _named(kind: str) -> str:
    return NAMES.get(kind, kind)


def _at(text: str, offset: int, problem: str) -> PredicateFault:
    return PredicateFault(
        problem=problem, line=text.count("\n", 0, offset) + 1, column=offset - text.rfind("\n", 0, offset)
    )
