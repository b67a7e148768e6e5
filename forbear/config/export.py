"""`forbear export CASE -o BUNDLE.zip`: everything held of a case, sealed, as one file that anyone can check.

The file appears under its name whole or not at all. The export itself is an event of the case, by the operator.
"""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from forbear.config import cli
from forbear.core.checkpoint import parse_note, read_checkpoint

DRAFT = ".part"


def add(subparsers: Any) -> None:
    """Add `export` to the command's subcommands."""
    parser = subparsers.add_parser("export", help="everything held of a case as one sealed file")
    parser.add_argument("case", metavar="CASE", help="the case's id, such as c_7f3k…")
    parser.add_argument("-o", "--out", metavar="BUNDLE.zip", required=True, help="where the file goes")
    parser.add_argument("--reason", default="by the operator, at the command line", help="why; it stands in the record")
    parser.add_argument(
        "--since", metavar="CHECKPOINT", help="a file with a checkpoint kept from earlier, to prove from"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export and write; 2 where what was given is at fault, 1 where the file could not be written."""
    out = Path(args.out)
    if fault := _no_place(out):
        return _no(fault, 2)
    try:
        since = "" if args.since is None else Path(args.since).read_text("utf-8").strip() + "\n"
        if since:
            read_checkpoint(parse_note(since).body)
    except (OSError, ValueError) as error:
        return _no(f"--since {args.since} cannot be read as a checkpoint: {error}", 2)
    cli.open_house()
    return _exported(args, out, since)


def _exported(args: argparse.Namespace, out: Path, since: str) -> int:
    """Django is open: only now what needs it is imported."""
    from forbear.actions.bundle import export
    from forbear.actions.bundle_zip import Spoilt, zipped
    from forbear.actions.record import By
    from forbear.adapters.vault import DamagedFile
    from forbear.config.wiring import desk
    from forbear.core.contact import SYSTEM, Channel
    from forbear.core.refusal import Refusal
    from forbear.words import say

    here = desk()
    if not here.ledger.bodies(args.case):
        return _no(f"there is no case {args.case}; its id stands on its page at the desk, such as c_7f3k…", 2)
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key=here.ids.new("x"))
    try:
        made = export(here, by, args.case, reason=args.reason, since=since)
        if isinstance(made, Refusal):
            facts = {name: str(value) for name, value in made.facts.items()}
            said = [say("en", key, **facts) for key in (made.reason, made.way_on) if key]
            return _no(" ".join(said), 2 if made.where else 1)
        write_whole(out, zipped(made.bundle, here.vault))
    except (Spoilt, DamagedFile) as fault:
        return _no(f"the bundle was not written: {fault}", 1)
    except OSError as error:
        return _no(f"{out} was not written: {error.strerror}", 1)
    print(f"{out}: case {args.case}, sealed at event {made.seq}; check it with forbear verify {out}")
    return 0


def write_whole(out: Path, chunks: Any) -> None:
    """Under another name first, on the disk before it gets its own; a failure leaves what was there before."""
    _sweep(out)
    draft = _draft(out)
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, out)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sweep(out: Path) -> None:
    """Away with drafts of the same file whose process was killed: what is private lies around nowhere."""
    for draft in out.parent.glob(f".{out.name}.*{DRAFT}"):
        process = draft.name.removesuffix(DRAFT).rpartition(".")[2]
        if process.isdigit() and not Path(f"/proc/{process}").exists():
            with suppress(FileNotFoundError):
                draft.unlink()


def _no_place(out: Path) -> str:
    """Why no file can be written there, before anything is sealed for it; "" where one can."""
    try:
        return _no_file(out) or _tried(out)
    except OSError as error:
        return f"-o {out} cannot be written: {error.strerror}"


def _tried(out: Path) -> str:
    draft = _draft(out)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    draft.unlink()
    return ""


def _draft(out: Path) -> Path:
    return out.with_name(f".{out.name}.{os.getpid()}{DRAFT}")


def _no_file(out: Path) -> str:
    if out.is_dir():
        return f"-o {out} is a folder; name a file, such as {out / 'case.zip'}"
    if out.exists() and not out.is_file():
        return f"-o {out} is a device or something else that is no file; name a file, such as case.zip"
    if not out.parent.is_dir():
        return f"-o {out}: there is no folder {out.parent}"
    return ""


def _no(sentence: str, status: int) -> int:
    print(f"forbear: {sentence}", file=sys.stderr)
    return status
