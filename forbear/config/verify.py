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
from forbear.config.witness import read_steps
from forbear.core import bundle as b
from forbear.core.bundle_check import NAMES, Fault, Problem, Report, check_bundle
from forbear.core.checkpoint import BadNote, parse_note, read_checkpoint, read_vkey
from forbear.core.log_keys import followed
from forbear.words import LANGUAGES, say

STATE_PLACES = 8


def add(subparsers: Any) -> None:
    """Add `verify` to the command's subcommands."""
    parser = subparsers.add_parser("verify", help="whether a bundle of a case holds")
    parser.add_argument("bundle", metavar="BUNDLE.zip")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--log-key", metavar="VKEY", help="the log's public key, from elsewhere than the bundle")
    parser.add_argument(
        "--log-keys", metavar="FILE", help="what the site's /log/keys says: --log-key is followed to later keys"
    )
    parser.add_argument("--against", metavar="CHECKPOINT", help="a file with a checkpoint kept from earlier")
    parser.add_argument(
        "--proof", metavar="EVENT", type=int, help="print the proof of one event (c2sp.org/tlog-proof) where all holds"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="the language of the sentences")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check and tell."""
    try:
        kept = _kept(args.against)
        key = _followed(args.log_key, args.log_keys)
    except BadNote as error:
        return _no(str(error))
    try:
        report = looked_at(Path(args.bundle), key, kept)
    except NoBundle as error:
        return _no(f"{args.bundle} is no bundle that can be checked: {error}")
    if args.proof is not None and report.ok:
        return _proof(Path(args.bundle), args.proof)
    if args.json:
        print(json.dumps(document(report, args.language), ensure_ascii=False, indent=1))
    else:
        print("\n".join(sentences(report, args.language)))
    return 0 if report.ok else 1


def _kept(file: str | None) -> str | None:
    """The checkpoint kept from earlier, as it stands in its file. Raises BadNote."""
    if file is None:
        return None
    try:
        note = Path(file).read_text("utf-8").strip() + "\n"
        read_checkpoint(parse_note(note).body)
    except BadNote as error:
        raise BadNote(f"--against {file} is no checkpoint: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", "") or "it is no text"
        raise BadNote(f"--against {file} cannot be read: {told}") from error
    return note


def _followed(vkey: str | None, file: str | None) -> str | None:
    """The key to hold the bundle to: the one known, or where the log itself leads from it. Raises BadNote."""
    if vkey is not None:
        try:
            read_vkey(vkey)
        except BadNote as error:
            raise BadNote(f"--log-key: {error}") from error
    if file is None:
        return vkey
    if vkey is None:
        raise BadNote("--log-key: --log-keys leads on from a key that you know: name it")
    try:
        steps = read_steps(Path(file).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadNote(f"--log-keys {file} is not what a site's /log/keys says ({type(error).__name__})") from error
    try:
        return followed(vkey, steps, check)
    except BadNote as error:
        raise BadNote(f"--log-keys {file}: {error}") from error


def looked_at(bundle: Path, log_key: str | None = None, kept: str | None = None) -> Report:
    """Every check on a file; raises NoBundle. Where it cannot be unpacked, nothing else can be looked at."""
    try:
        bag = read_bundle(bundle)
    except Fault as fault:
        names = NAMES if kept is not None else NAMES[:-1]
        unseen = dict.fromkeys(names, Problem("not_unpacked", {}))
        return Report({**unseen, "zip": fault.problem}, pinned=log_key is not None)
    return check_bundle(bag, check, log_key=log_key, kept=kept)


def _proof(bundle: Path, seq: int) -> int:
    texts = read_bundle(bundle).texts
    lines = texts[b.INCLUSION].splitlines()
    if not 0 <= seq < len(lines):
        return _no(f"--proof {seq}: the case has the events 0 to {len(lines) - 1}")
    print(b.tlog_proof(lines[seq], (texts[b.CHECKPOINT] + texts.get(b.COSIGNATURES, b"")).decode()), end="")
    return 0


def _no(sentence: str) -> int:
    print(f"forbear: {sentence}", file=sys.stderr)
    return 2


def said(problem: Problem | None, language: str = "en") -> str:
    """What is wrong, in words; "" where nothing is."""
    return say(language, f"bundle_faults.{problem.key}", **problem.facts) if problem else ""


def document(report: Report, language: str = "en") -> dict[str, Any]:
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
        "checks": {name: said(problem, language) for name, problem in report.checks.items()},
    }


def sentences(report: Report, language: str = "en") -> list[str]:
    """The same for a person at a terminal."""
    lines = []
    for name, problem in report.checks.items():
        state = say(language, f"bundle_faults.told.{'failed' if problem else 'ok'}")
        state = state.upper() if problem else state
        wide = len(state) if language == "zh" else 0  # a Chinese sign takes two places
        lines.append(f"{state:{STATE_PLACES - wide}}{name:13}{said(problem, language)}".rstrip())
    facts = {"case": report.case_id, "events": report.events, "withheld": report.withheld, "erased": report.erased}
    named = ", ".join(report.witnesses)
    told = [
        ("case" if report.case_id else "", facts),
        ("complete" if report.complete_as_of else "open", {"at": report.complete_as_of}),
        ("witnessed" if named else "unwitnessed", {"names": named}),
        ("timestamped" if report.timestamped else "", {"command": "openssl ts -verify"}),
        ("" if report.pinned else "unpinned", {}),
    ]
    return lines + [say(language, f"bundle_faults.told.{key}", **more) for key, more in told if key]
