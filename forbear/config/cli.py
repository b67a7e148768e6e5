"""The command `forbear`: each subcommand is a module of forbear/config, imported only when it is asked for.

Such a module has `add(subparsers)`, which sets `run` as the default, and `run(arguments)`, which returns the exit
status. One that needs the database calls `open_house()` first; `forbear plan` does not, and so starts in a blink.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

COMMANDS = {
    "run": "prepare the data directory, then run the site and its worker together",
    "serve": "run the site alone, for production",
    "worker": "do what is due: messages, reminders, deadlines, the nightly run",
    "answer": "take telephone calls behind the lender's telephone system",
    "migrate": "bring the database's tables to this version",
    "agreement": "check a lender's own text of agreements; verify a sealed agreement",
    "check": "say whether this installation is well, and how to mend what is not",
    "staff": "add people who work at the desk, change their roles, list them",
    "sample": "fill an empty desk with a made-up town, to try it out",
    "export": "everything held of a case as one sealed file that anyone can check",
    "verify": "whether such a file holds, without database and network",
    "loans": "take a loan book in from a file, or write a made-up one",
    "mail": "mail comes in: from a mail server's pipe, from a mail server, from a mailbox",
    "payments": "book a file of payments",
    "credit-feed": "what a credit bureau is told of a day, as CSV or JSON",
    "papers": "what a machine reads of a paper, from a file",
    "sms": "text messages: the texts to have approved by a carrier",
    "audit": "is the record still what was signed of it?",
    "witness": "watch the log of a lender from outside, and sign that it only grows",
    "kept": "what is kept of whom, why and until when; what is overdue",
    "keys": "change the keys of this installation, one after the other, while it works",
    "backup": "database and files into one place, the keys into another",
    "restore": "bring back a backup without what was erased since",
    "rebuild": "make the tables that pages read anew from the record",
    "plan": "every plan for one case, from a file",
    "rules": "the rulebook: is it sound, why is a rule what it is on a day, what changed",
    "waterfall": "what a named waterfall makes of one loan, from a file",
    "schedule": "the contractual schedule of one loan, from a file",
    "story": "tell a whole case from a file and see it go as written",
}


BROKEN_PIPE, INTERRUPTED = 141, 130
"""The exit status of a command whose reader went away, and of one stopped by Ctrl-C, as the shell gives them."""
NOT_SET_UP = ("42P01", "42703")
"""What PostgreSQL says of a table and of a column that is not there."""
NO_SUCH = ("no such table", "no such column")
"""The same of SQLite."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; 2 when it does not exist or its arguments make no sense."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help", "help"):
        print(overview())
        return 0 if given else 2
    if given[0] not in COMMANDS:
        print(f"forbear: there is no command {given[0]!r}; there are: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    assert __debug__, "Forbear checks itself with assertions; do not start Python with -O"
    try:
        parsed = parser_of(given[0]).parse_args(given)
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads the output has seen enough, as `| head` has: the rest goes nowhere, and nobody is told of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        print(f"forbear: {given[0]} was stopped", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _told(error)
    return status


def _told(error: Exception) -> int:
    """A database that does not answer, is damaged or not set up, or a key that is missing, is told in a sentence;
    anything else is a fault of ours and shows itself.
    """
    module, name = type(error).__module__, type(error).__name__
    said, where = str(error).partition("\n")[0], "DATABASE_URL, or at FORBEAR_HOME."
    missing = getattr(error.__cause__, "sqlstate", "") in NOT_SET_UP or said.startswith(NO_SUCH)
    if (module, name) == ("forbear.store.privacy", "KeysMissing"):
        problem = str(error)
    elif module == "django.db.utils" and missing:
        problem = f"the database is not set up for this version ({said}); run `forbear migrate`, or look at {where}"
    elif module == "django.db.utils" and name in ("OperationalError", "DatabaseError"):
        problem = f"the database does not answer ({said}); look at {where}"
    else:
        raise error
    print(f"forbear: {problem}", file=sys.stderr)
    return 1


def parser_of(command: str) -> argparse.ArgumentParser:
    """The command line's parser with one subcommand in it."""
    parser = argparse.ArgumentParser(prog="forbear")
    importlib.import_module(f"forbear.config.{command.replace('-', '_')}").add(parser.add_subparsers())
    return parser


def overview() -> str:
    """What `forbear --help` prints."""
    width = max(map(len, COMMANDS))
    return "\n".join(["forbear COMMAND [--help]", "", *(f"  {n.ljust(width)}  {s}" for n, s in COMMANDS.items())])


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


if __name__ == "__main__":
    raise SystemExit(main())
