"""`forbear agreement`: check a lender's own text of agreements, and verify a sealed agreement, without a database.

`check DIR` exits 2 and names each required item that is missing; `verify FILE` exits 1 and names the checks that fail.
"""

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forbear.words import LANGUAGES, say


def add(subparsers: Any) -> None:
    """Add `agreement` to the command's subcommands."""
    parser = subparsers.add_parser("agreement", help="check a text of agreements, or verify a sealed agreement")
    verbs = parser.add_subparsers(required=True)
    check = verbs.add_parser("check", help="does a lender's own text say all that has to be said")
    check.add_argument("directory", type=Path, nargs="?", help="without one, the text of this house")
    check.set_defaults(run=_check)
    verify = verbs.add_parser("verify", help="what holds of a sealed agreement, check by check")
    verify.add_argument("file", type=Path)
    verify.add_argument("--roots", type=Path, help="PEM: whom the signers' certificates have to come from")
    verify.add_argument("--tsa-roots", type=Path, help="PEM: whom the time stamps have to come from")
    verify.add_argument("--document-sha256", default="", help="SHA-256 of what was put before the borrower, if known")
    verify.add_argument("--sealed-sha256", default="", help="SHA-256 of the sealed file as the record has it, if known")
    verify.add_argument("--language", choices=LANGUAGES, default="en")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_verify)


def _check(arguments: argparse.Namespace) -> int:
    from forbear.adapters.template_check import ITEMS, printing_faults, template_faults
    from forbear.adapters.template_trial import trial
    from forbear.adapters.templates import HOUSE, BadTemplate, named_in_house, read_template

    try:
        template = read_template(arguments.directory) if arguments.directory else named_in_house(HOUSE)
    except BadTemplate as fault:
        print(f"forbear agreement check: {fault}", file=sys.stderr)
        return 2
    faults = list(template_faults(template))
    if not faults:
        faults = trial(arguments.directory) if arguments.directory else list(printing_faults(template))
    for fault in faults:
        print(f"forbear agreement check: {fault}", file=sys.stderr)
    if not faults:
        print(f"{template.name}: all {len(ITEMS)} required items are there, in Chinese and in English")
    return 2 if faults else 0


def _word(well: bool) -> str:
    return "well" if well else "wrong"


def _verify(arguments: argparse.Namespace) -> int:
    from forbear.adapters.seal_check import Trust, examine
    from forbear.adapters.timestamps import pem_certificates

    try:
        pdf = _read(arguments.file)
        roots, tsa_roots = _roots(arguments.roots), _roots(arguments.tsa_roots)
        digests = _digest("--document-sha256", arguments), _digest("--sealed-sha256", arguments)
    except ValueError as fault:
        print(f"forbear agreement verify: {fault}", file=sys.stderr)
        return 2
    trust = Trust(tuple(one.dump() for one in pem_certificates(roots)) if roots else (), tsa_roots)
    now = datetime.now(UTC)  # noqa: TID251 (a command without a desk: what it looks at is as of now)
    found, language = examine(pdf, trust, now, *digests), arguments.language
    told = [(one, say(language, one.key, **one.facts)) for one in found.checks]
    if arguments.json:
        checks = [{"check": one.name, "ok": one.well, "said": said} for one, said in told]
        print(json.dumps({"ok": found.well, "checks": checks, "statement": found.statement}, ensure_ascii=False))
    else:
        for one, said in told:
            name = say(language, f"seal_check.name.{one.name.replace(' ', '_')}")
            print(f"{say(language, f'seal_check.is_{_word(one.well)}')}  {name}: {said}")
        print(say(language, f"seal_check.all_{_word(found.well)}"))
    return 0 if found.well else 1


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None


def _roots(file: Path | None) -> bytes:
    """PEM; b"" where no file is named."""
    from forbear.adapters.signing_settings import holds_certificates

    if file is None:
        return b""
    pem = _read(file)
    if not holds_certificates(pem):
        raise ValueError(f"{file} holds no certificate in PEM")
    return pem


def _digest(option: str, arguments: argparse.Namespace) -> str:
    """A SHA-256 in small letters; "" where none is given."""
    given = str(getattr(arguments, option.removeprefix("--").replace("-", "_"))).strip().lower()
    if given and not re.fullmatch("[0-9a-f]{64}", given):
        raise ValueError(f"{option} is {given[:80]!r}; a SHA-256 is 64 of the signs 0-9 and a-f")
    return given
