"""The command `forbear`: one module of forbear/config/commands a subcommand, imported only when it is asked for.

Such a module has a docstring whose first line is its help, `add(parser)` and `run(arguments) -> exit status`. A command
that needs the database calls `open_house()` first; `forbear plan` does not, and so starts in a blink.
"""

import argparse
import ast
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

COMMANDS = Path(__file__).parent / "commands"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; 2 when it does not exist or its arguments make no sense."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    known = summaries()
    if not given or given[0] in ("-h", "--help", "help"):
        print(_overview(known))
        return 0 if given else 2
    name = given[0]
    if name not in known:
        print(f"forbear: there is no command {name!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    assert __debug__, "Forbear checks itself with assertions; do not start Python with -O"
    module = importlib.import_module(f"forbear.config.commands.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"forbear {name}", description=module.__doc__)
    module.add(parser)
    status: int = module.run(parser.parse_args(given[1:]))
    return status


def open_house() -> None:
    """Start Django: settings from the environment, apps, logging. A wrong setting ends the command with a sentence."""
    import django

    from forbear.config.environment import Misconfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear.config.settings")
    try:
        django.setup()
    except Misconfigured as fault:
        print(f"forbear: {fault}", file=sys.stderr)
        raise SystemExit(2) from fault


def summaries() -> dict[str, str]:
    """Command → its one-line help, read without importing anything."""
    found = {}
    for file in sorted(COMMANDS.glob("[a-z]*.py")):
        text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        found[file.stem.replace("_", "-")] = text.split("\n")[0]
    return found


def _overview(known: dict[str, str]) -> str:
    width = max(map(len, known))
    lines = [f"  {name.ljust(width)}  {summary}" for name, summary in known.items()]
    return "\n".join(["forbear COMMAND [--help]", "", *lines])


if __name__ == "__main__":
    raise SystemExit(main())
