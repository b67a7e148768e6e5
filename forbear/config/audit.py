"""`forbear audit`: is the record still what was signed of it? Every event, chain, checkpoint, time, key and command.

Exit 1 with each flaw named, 2 where what was given cannot be read. `--against` holds the record to a checkpoint that
was kept elsewhere; `--receipt` holds the receipt of one message against it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from forbear.config.cli import open_house
from forbear.core.checkpoint import BadNote, parse_note, read_checkpoint

FLAWS_SHOWN = 50


def add(subparsers: Any) -> None:
    """Add `audit` to the command's subcommands."""
    parser = subparsers.add_parser("audit", help="is the record still what was signed of it?")
    parser.add_argument(
        "--against", action="append", default=[], metavar="FILE", help="a checkpoint kept elsewhere; may be repeated"
    )
    parser.add_argument(
        "--since-last", action="store_true", help="what was appended since the last audit that found nothing"
    )
    parser.add_argument("--receipt", metavar="TEXT", help="hold one receipt against the record, and nothing else")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit, print, and remember where it ended when nothing was found."""
    against = _given(arguments.against)
    if against is None:
        return 2
    open_house()
    if arguments.receipt is not None:
        return _receipt(arguments.receipt, arguments.json)
    from django.conf import settings

    for where, note in against:
        if (origin := read_checkpoint(parse_note(note).body).origin) != settings.LOG_NAME:
            said = f"{where} is of the log {origin}, and this one is {settings.LOG_NAME}; give one of this log."
            print(f"forbear: {said}", file=sys.stderr)
            return 2

    from forbear.actions.record_audit import audited, warnings
    from forbear.config.record_watch import MARK, damaged, read_mark, with_bent
    from forbear.config.wiring import desk

    here, mark = desk(), settings.HOME / MARK
    lost = damaged(mark)
    last = read_mark(mark)
    kept = last if arguments.since_last and not against else None
    if kept:
        found = audited(here, since=kept[0])
    else:
        found = with_bent(here, audited(here, against, before=last[0] if last else None))
    unkept = "" if found.flaws else _unkept(mark, found.end, kept[1] if kept else here.clock.today())
    told = (*filter(None, [lost, unkept]), *warnings(here))
    if arguments.json:
        print(json.dumps(_document(found, told, kept), ensure_ascii=False))
    else:
        _print(found, told, kept)
    return 1 if found.flaws else 0


def _given(files: Sequence[str]) -> list[tuple[str, str]] | None:
    """(where, note) of each file; None, and a sentence, where one is no checkpoint."""
    found = []
    for file in files:
        try:
            note = Path(file).read_text("utf-8-sig").strip() + "\n"  # as an editor or a mail may have kept it
            read_checkpoint(parse_note(note).body)
        except BadNote as bad:
            print(f"forbear: {file} is no checkpoint: {bad}; give it as /log/checkpoint said it.", file=sys.stderr)
            return None
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            print(f"forbear: {file} cannot be read: {why}; give the file of a checkpoint.", file=sys.stderr)
            return None
        found.append((f"the checkpoint in {file}", note))
    return found


def _unkept(mark: Path, end: Any, whole_on: date) -> str:
    """Keep where it ended; a sentence where that cannot be, else ""."""
    from forbear.config.record_watch import write_mark

    try:
        write_mark(mark, end, whole_on)
    except OSError as error:
        return f"{mark} cannot be written ({error.strerror}): the next audit begins where one before this ended"
    return ""


def _document(found: Any, told: tuple[str, ...], kept: Any) -> dict[str, Any]:
    return {
        "well": not found.flaws,
        "from": kept[0].frontier.size if kept else 0,
        "size": found.end.frontier.size,
        "root": found.end.frontier.root.hex(),
        "events": found.events,
        "cases": found.cases,
        "commands": found.commands,
        "disclosures": found.disclosures,
        "erased": found.erased,
        "checkpoints": found.checkpoints,
        "flaws": [{"leaf": flaw.leaf if flaw.leaf >= 0 else None, "problem": flaw.problem} for flaw in found.flaws],
        "warnings": list(told),
    }


def _print(found: Any, told: tuple[str, ...], kept: Any) -> None:
    for flaw in found.flaws[:FLAWS_SHOWN]:
        print(f"wrong  {f'leaf {flaw.leaf}: ' if flaw.leaf >= 0 else ''}{flaw.problem}")
    if len(found.flaws) > FLAWS_SHOWN:
        print(f"wrong  and {len(found.flaws) - FLAWS_SHOWN} more")
    for line in told:
        print(f"note   {line}")
    begun = f" since {kept[0].frontier.size:,}" if kept else ""
    looked = f"{found.events:,} events of {found.cases:,} cases{begun}, {found.checkpoints:,} checkpoints"
    print(
        f"{'wrong' if found.flaws else 'well '}  {looked}, {found.disclosures:,} disclosures, {found.erased:,} erased"
    )
    if found.flaws:
        print(
            "Keep this database as it is for whoever looks into it, and restore a backup from before (docs/record.md)."
        )


def _receipt(text: str, as_json: bool) -> int:
    from forbear.actions.record_audit import Fit, check_receipt
    from forbear.config.wiring import desk

    held = check_receipt(desk(), text)
    at = held.at.isoformat() if held.at else None
    said = {
        Fit.GENUINE: f"well   the receipt fits: its entry was written at {at} and the case is unchanged up to it",
        Fit.OTHER: "wrong  it does not fit: it is mistyped, or the record was changed there since the message was sent",
        Fit.UNKNOWN: "wrong  the record does not have so many entries: events are gone, or the receipt is mistyped",
        Fit.UNREADABLE: "that is no receipt; copy the whole last line: 7F3K-12-200345-R4XQKD7M2PLQABCDEFGH",
    }[held.fit]
    if as_json:
        print(json.dumps({"receipt": held.fit.value, "at": at}))
    elif held.fit is Fit.UNREADABLE:
        print(f"forbear: {said}", file=sys.stderr)
    else:
        print(said)
    return {Fit.GENUINE: 0, Fit.UNREADABLE: 2}.get(held.fit, 1)
