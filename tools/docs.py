"""Writes the generated pages of docs/ anew; with --check it only says which are stale. Each page has one function."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forbear.actions.sections import rule_named  # noqa: E402
from forbear.adapters.rulebook import load_layers, shipped, stacks  # noqa: E402 (the root must be known first)
from forbear.config import cli  # noqa: E402
from forbear.config.rule_words import readable  # noqa: E402
from forbear.core.predicates import VOCABULARY  # noqa: E402
from forbear.core.rules import Param, Predicate, Rulebook, Status  # noqa: E402
from tools.checklist_page import checklist_page  # noqa: E402
from tools.measures_page import measures  # noqa: E402

RULES = """# Rules

Written by `make docs` from `forbear/rulebook`: every value of every layer, with its dates, its source and how far it
was checked. `forbear rules explain RULE --on DATE` says what holds for one policy on one day, and why; `forbear rules
check` looks for faults; [plan.md](plan.md) says how the files are written.

Status: **V** the text was read; **V2** taken from a secondary page; **K ⚠** not confirmed yet: a named person checks it
before it is relied on. Rates are a year, and shares are of the whole, where nothing else is said.
"""


def commands() -> str:
    """docs/commands.md: what every subcommand says of itself."""
    os.environ["COLUMNS"] = "100"
    parts = ["# Commands", "", "Written by `make docs` from what each command says of itself.", ""]
    for name, summary in cli.COMMANDS.items():
        parts += [f"## forbear {name}", "", f"{summary[0].upper()}{summary[1:]}.", "", "```"]
        parser = cli.parser_of(name)
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                parts += [action.choices[name].format_help().rstrip()]
        parts += ["```", ""]
    return "\n".join(parts)


def rules() -> str:
    """docs/rules.md: every value of every layer, and what a predicate may look at."""
    parts, seen = [RULES], set()
    for stack in sorted(stacks(shipped()), key=lambda layers: len(layers) > 3):
        if stack[-1] not in seen:
            seen.add(stack[-1])
            parts += [f"## {stack[-1]}", "", *_layer(load_layers(shipped(), stack, date.max), stack[-1]), ""]
    parts += ["## What a predicate may look at", "", "| fact | kind | in | what it is |", "|---|---|---|---|"]
    parts += [f"| `{f.name}` | {f.kind} | {f.scope} | {f.says} |" for f in VOCABULARY.values()]
    return "\n".join(parts) + "\n"


def _layer(book: Rulebook, layer: str) -> Iterator[str]:
    currency = next((str(p.value) for p in book.params if p.key == "currency" and layer != "base"), "")
    currency = "" if layer.startswith("lender/") else currency
    held = [param for param in book.params if param.layer == layer]
    if held:
        yield "| rule | value | from – to | who | source | status |"
        yield "|---|---|---|---|---|---|"
    yield from (_row(param, currency) for param in held)
    for one in (compiled.predicate for compiled in book.compiled):
        if one.layer == layer:
            yield from _predicate(one)


def _row(param: Param, currency: str) -> str:
    name, place = rule_named("en", param.key), f"<br>{param.scope}" if param.scope else ""
    value = readable(param.value, param.unit, currency, "en").replace("\n", "<br>")
    dates = f"{param.from_on} – {param.until_on or ''}".rstrip()
    source = f"{param.source}<br>{param.source.seen}" if param.source.seen else str(param.source)
    rule = f"`{param.key}`{f'<br>{name}' if name else ''}{place}"
    return f"| {rule} | {value} | {dates} | {param.force} | {source} | {_status(param)} |"


def _predicate(one: Predicate) -> Iterator[str]:
    yield from ("", f"**{one.name}** ({one.scope}; from {one.from_on}; {one.source}; {_status(one)})", "")
    yield from ("```", one.expression.strip(), "```", "", f"{one.reason['en']} {one.way_on['en']}")


def _status(rule: Param | Predicate) -> str:
    return "**K ⚠**" if rule.status is Status.K else rule.status.value


PAGES: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands,
    "docs/rules.md": rules,
    "docs/checklist.md": checklist_page,
    "docs/measures.md": measures,
}


def stale() -> list[str]:
    """Pages that do not say what they would say if written now."""
    return [page for page, write in PAGES.items() if _said(ROOT / page) != write()]


def main(arguments: list[str]) -> int:
    """Write what is stale; with --check change nothing and return 1 when something is."""
    found = stale()
    for page in found:
        if "--check" in arguments:
            print(f"{page} is stale; make docs writes it anew", file=sys.stderr)
        else:
            (ROOT / page).write_text(PAGES[page](), "utf-8")
            print(f"wrote {page}")
    return 1 if found and "--check" in arguments else 0


def _said(page: Path) -> str:
    return page.read_text("utf-8") if page.exists() else ""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
