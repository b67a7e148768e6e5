"""Writes the generated pages of docs/ anew; with --check it only says which are stale. Each page has one function."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forbear.config import cli  # noqa: E402 (the project's root must be known first)
from tools.measures_page import measures  # noqa: E402


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


PAGES: dict[str, Callable[[], str]] = {"docs/commands.md": commands, "docs/measures.md": measures}


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
