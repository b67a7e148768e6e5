"""Import a loan book, or write a made-up one.

`forbear loans import FILE` checks every row first and lists every fault with line and column; nothing is written unless
all is well, or `--skip-bad` asks for the rows that are. `forbear loans sample OUT` writes a book for trying things out.
docs/loan-book.md describes the file.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from forbear.actions.loans import Imported, NotImported, import_loans
from forbear.actions.ports import Desk
from forbear.adapters import loanbook as files
from forbear.core import amounts
from forbear.core.loanbook import Fault, check_book
from forbear.words import LANGUAGES, say

ACCOUNTS_MOST = 1_000_000


def add(subparsers: Any) -> None:
    """Add `loans` to the command's subcommands."""
    parser = subparsers.add_parser("loans", help="take a loan book in, or write a made-up one")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="import|sample")
    take = verbs.add_parser("import", help="check a CSV or Parquet file and take its loans in")
    take.add_argument("file", type=Path, metavar="FILE", help="the loan book; docs/loan-book.md describes it")
    take.add_argument("--skip-bad", action="store_true", help="write the rows without a fault and list the others")
    take.add_argument("--json", action="store_true", help="print one JSON document")
    make = verbs.add_parser("sample", help="write a made-up loan book")
    make.add_argument("out", type=Path, metavar="OUT.csv|OUT.parquet")
    make.add_argument("--accounts", type=int, default=240, metavar="N", help="how many loans (240)")
    make.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another book (1)")
    make.add_argument("--as-of", required=True, metavar="DATE", help="the day whose balances it shows, as 2026-03-02")
    for verb in (take, make):
        verb.add_argument("--language", choices=LANGUAGES, default="en", help="the language of the sentences")


def run(args: argparse.Namespace) -> int:
    """0 when what was asked for is done; 2 when the input is at fault, and then nothing was written."""
    if args.verb == "sample":
        return write_sample(args.out, args.accounts, args.seed, args.as_of, args.language)
    from forbear.config.cli import open_house

    open_house()
    from forbear.config.wiring import desk

    return take_in(desk(), args.file, skip_bad=args.skip_bad, as_json=args.json, language=args.language)


def take_in(desk: Desk, file: Path, *, skip_bad: bool, as_json: bool, language: str) -> int:
    """Read, check, import, and say what came of it: faults on stderr, the outcome on stdout."""
    try:
        table = files.read(file)
    except OSError:
        print(say(language, "loanbook.file.not_there", path=file), file=sys.stderr)
        return 2
    checked = check_book(table.columns, table.rows) if table.columns else None
    rows, faults = (checked.rows, (*table.faults, *checked.faults)) if checked else ((), table.faults)
    outcome = import_loans(desk, rows=rows, faults=faults, skip_bad=skip_bad)
    for fault in outcome.faults:
        print(sentence(fault, language), file=sys.stderr)
    if as_json:
        print(json.dumps(document(outcome, language), ensure_ascii=False, indent=1))
    else:
        _print_outcome(outcome, language)
    return 0 if isinstance(outcome, Imported) else 2


def write_sample(out: Path, accounts: int, seed: int, as_of: str, language: str) -> int:
    """A made-up loan book as a CSV file; 2 where the day, the number of accounts or the file will not do."""
    on = amounts.iso_day(as_of)
    if not isinstance(on, date):
        print(
            f"--as-of: {say(language, on.reason, **on.facts)} {say(language, on.way_on, **on.facts)}", file=sys.stderr
        )
        return 2
    if not 1 <= accounts <= ACCOUNTS_MOST:
        print(say(language, "loanbook.sample.accounts"), file=sys.stderr)
        return 2
    from forbear.town.book import made_up_book

    try:
        files.write(out, made_up_book(seed, accounts, on))
    except OSError:
        print(say(language, "loanbook.file.not_written", path=out), file=sys.stderr)
        return 2
    print(say(language, "loanbook.sample.done", accounts=accounts, path=out))
    return 0


def sentence(fault: Fault, language: str) -> str:
    """One line: where, what, and what would be right."""
    key = "loanbook.import.fault" if fault.field else "loanbook.import.fault_of_line"
    problem, way_on = _said(fault, language)
    return say(language, key, line=fault.line, field=fault.field, problem=problem, way_on=way_on).rstrip()


def document(outcome: Imported | NotImported, language: str) -> dict[str, Any]:
    """The outcome for other systems."""
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    if isinstance(outcome, Imported):
        counts = {name: getattr(outcome.counts, name) for name in counts}
    faults = []
    for fault in outcome.faults:
        problem, way_on = _said(fault, language)
        faults.append({"line": fault.line, "field": fault.field, "problem": problem, "what_would_be_right": way_on})
    return {"imported": isinstance(outcome, Imported), **counts, "faults": faults}


def _said(fault: Fault, language: str) -> tuple[str, str]:
    way_on = say(language, fault.way_on, **fault.facts) if fault.way_on else ""
    return say(language, fault.problem, **fault.facts), way_on


def _print_outcome(outcome: Imported | NotImported, language: str) -> None:
    if isinstance(outcome, NotImported):
        print(say(language, "loanbook.import.nothing", faults=len(outcome.faults)), file=sys.stderr)
        return
    counts = outcome.counts
    print(say(language, "loanbook.import.done", new=counts.new, changed=counts.changed, unchanged=counts.unchanged))
    skipped = len({fault.line for fault in outcome.faults})
    if skipped:
        print(say(language, "loanbook.import.skipped", rows=skipped))
