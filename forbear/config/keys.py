"""`forbear keys rotate | status | destroy | log`: change the keys of the installation while the desk works on.

`rotate` makes a new key and does over with it what the one before made; killed and run again it goes on. The key before
stays until `destroy`, which refuses while anything still needs it; docs/backup.md. `log` has the log announce another
key of its own; docs/record.md says who has to hear of it.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from forbear.config.cli import open_house

NAMES = ("kek", "book", "index", "code")


def add(subparsers: Any) -> None:
    """Add `keys` to the command's subcommands."""
    parser = subparsers.add_parser("keys", help="change the keys of this installation while it works")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="rotate|status|destroy|log")
    verbs.add_parser("status", help="which generations there are, and how many rows need an older one")
    for verb, sentence in (
        ("rotate", "a new key, and everything done over with it"),
        ("destroy", "the keys before go"),
    ):
        one = verbs.add_parser(verb, help=sentence)
        one.add_argument("key", nargs="?", choices=NAMES, help="one of the four; all without")
        if verb == "destroy":
            one.add_argument("--leaked", action="store_true", help="do not wait until what it made has run out")
    verbs.add_parser("log", help="another key signs the log: the log says so first, and the key before signs that")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it for each key; 1 where an old key has to stay."""
    open_house()
    if arguments.verb == "log":
        return _log()
    leaked = getattr(arguments, "leaked", False)
    do = {"rotate": _rotate, "status": _status, "destroy": lambda name: _destroy(name, leaked)}[arguments.verb]
    chosen = (arguments.key,) if getattr(arguments, "key", None) else NAMES
    return max([do(name) for name in chosen])


def _rotate(name: str) -> int:
    from forbear.store import rotation

    newest = rotation.begin(_folder(), name)
    done = sum(rotation.seal_anew(_ring(name), "default"))
    if name in ("kek", "book"):
        told = f"{done} rows sealed anew"
    elif name == "index":
        marks = sum(_marks(change=True).all(), Counter())
        told = f"{marks['anew']} rows marked anew, {marks['gone']} marks dropped whose words are erased"
    else:
        told = "codes and links are made with it; those that are out stay good until they run out"
    print(f"{newest.name}: {told}; back up the keys, then run `forbear keys destroy {name}`")
    return 0


def _status(name: str) -> int:
    from forbear.store import rotation
    from forbear.store.privacy import generations

    files = ", ".join(file.name for file in generations(_folder(), name))
    print(f"{name}: {files}; {rotation.older(_ring(name), 'default') + _left(name)} rows need an older one")
    return 0


def _destroy(name: str, leaked: bool) -> int:
    from forbear.store import rotation

    now = datetime.now(UTC)  # noqa: TID251 (the age of a file is the machine's)
    still = rotation.STILL_SECONDS if leaked else _still(name)
    try:
        gone = rotation.destroy_older(_ring(name), now, "default", still=still, left=lambda: _left(name))
    except rotation.NotYet as reason:
        print(f"forbear: {reason}", file=sys.stderr)
        return 1
    more = (
        "; answers to mails sent before the change wait for a person to file them" if gone and name == "index" else ""
    )
    print(f"{name}: {gone} old keys destroyed{more}")
    return 0


def _still(name: str) -> int:
    """Seconds for which what a key made may be out: counts of tries, and the links that are valid longest."""
    from forbear.config.wiring import desk
    from forbear.store import rotation, rotation_marks

    here = desk()
    links = here.rulebooks.on(here.clock.today()).integer("desk.upload_link_days") * 86_400
    return {"index": rotation_marks.STILL_SECONDS, "code": links + 600}.get(name, rotation.STILL_SECONDS)


def _left(name: str) -> int:
    """Marks that still need an older index key."""
    return sum(sum(_marks(change=False).all(), Counter()).values()) if name == "index" else 0


def _marks(*, change: bool) -> Any:
    from forbear.config.wiring import desk
    from forbear.store.ledger import DjangoLedger
    from forbear.store.loans import StoredLoanBook
    from forbear.store.rotation_marks import MarksAnew

    here = desk()
    assert isinstance(here.ledger, DjangoLedger) and isinstance(here.loans, StoredLoanBook), "as wired"
    return MarksAnew(here.ledger, here.loans, "default", change)


def _folder() -> Any:
    from django.conf import settings

    return settings.HOME / "keys"


def _ring(name: str) -> Any:
    from forbear.store.privacy import Ring

    return Ring(_folder(), name)


def _log() -> int:
    from django.conf import settings

    from forbear.actions.log import announce_key
    from forbear.actions.ports import LogBroken
    from forbear.adapters.ed25519 import Ed25519Key
    from forbear.config.wiring import desk
    from forbear.store.log_keys import change

    try:
        before, after = change(settings.HOME, settings.LOG_NAME, Ed25519Key, lambda vkey: announce_key(desk(), vkey))
    except LogBroken as broken:
        print(f"forbear: the key stays: {broken}", file=sys.stderr)
        return 1
    print(f"{after}\nsigns the log from here on; the log says so, signed by\n{before}")
    print("Back up the keys, and tell witnesses and whoever keeps checkpoints.")
    return 0
