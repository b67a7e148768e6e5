"""`forbear verify BUNDLE.zip`: whether a bundle holds, check by check, without database and network.

Exit status 0 only where every check holds; 1 where one does not, and is named; 2 for what is no bundle at all. The
single file verify.py in every bundle does the same with Python alone.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from forbear.adapters.bundle_reader import NoBundle, read_bundle
from forbear.adapters.ed25519 import check
from forbear.core.bundle_check import NAMES, Fault, Report, check_bundle
from forbear.core.checkpoint import BadNote, read_vkey


def add(subparsers: Any) -> None:
    """Add `verify` to the command's subcommands."""
    parser = subparsers.add_parser("verify", help="whether a bundle of a case holds")
    parser.add_argument("bundle", metavar="BUNDLE.zip")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--log-key", metavar="VKEY", help="the log's public key, from elsewhere than the bundle")
    parser.add_argument("--against", metavar="CHECKPOINT", help="a file with a checkpoint kept from earlier")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check and tell."""
    try:
        kept = Path(args.against).read_text("utf-8") if args.against else None
        if args.log_key:
            read_vkey(args.log_key)
    except (OSError, UnicodeDecodeError) as error:
        return _no(f"--against {args.against} cannot be read: {getattr(error, 'strerror', '') or 'it is no text'}")
    except BadNote as error:
        return _no(f"--log-key: {error}")
    try:
        report = looked_at(Path(args.bundle), args.log_key, kept)
    except NoBundle as error:
        return _no(f"{args.bundle} is no bundle that can be checked: {error}")
    told = document(report)
    print(json.dumps(told, ensure_ascii=False, indent=1) if args.json else "\n".join(sentences(report)))
    return 0 if report.ok else 1


def looked_at(bundle: Path, log_key: str | None = None, kept: str | None = None) -> Report:
    """Every check on a file; raises NoBundle. Where it cannot be unpacked, nothing else can be looked at."""
    try:
        bag = read_bundle(bundle)
    except Fault as fault:
        names = NAMES if kept is not None else NAMES[:-1]
        unseen = dict.fromkeys(names, "the file could not be unpacked")
        return Report({**unseen, "zip": str(fault)}, pinned=log_key is not None)
    return check_bundle(bag, check, log_key=log_key, kept=kept)


def _no(sentence: str) -> int:
    print(f"forbear: {sentence}", file=sys.stderr)
    return 2


def document(report: Report) -> dict[str, Any]:
    """The JSON document; docs/bundle.md has its shape."""
    return {
        "ok": report.ok,
        "case": report.case_id,
        "events": report.events,
        "complete_as_of": report.complete_as_of,
        "keys": "pinned" if report.pinned else "unpinned",
        "withheld": report.withheld,
        "erased": report.erased,
        "witnesses": list(report.witnesses),
        "timestamped": report.timestamped,
        "checks": dict(report.checks),
    }


def sentences(report: Report) -> list[str]:
    """The same for a person at a terminal."""
    lines = [f"{'FAILED' if problem else 'ok':8}{name:13}{problem}".rstrip() for name, problem in report.checks.items()]
    if report.case_id:
        parts = f"{report.withheld} parts withheld as another person's, {report.erased} erased"
        lines.append(f"case {report.case_id}: {report.events} events; {parts}")
    lines.append(f"complete as of {report.complete_as_of}" if report.complete_as_of else "not sealed")
    named = ", ".join(report.witnesses) or "no witness; whether the log was made again as a whole, only they can tell"
    lines.append(f"witnessed by {named}" if report.witnesses else named)
    if report.timestamped:
        lines.append("a timestamp lies in it: openssl ts -verify checks its signature (docs/bundle.md)")
    if not report.pinned:
        lines.append("the keys are UNPINNED: give --log-key, the log's public key from elsewhere than the bundle")
    return lines
