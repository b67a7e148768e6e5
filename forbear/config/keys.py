"""`forbear keys rotate | status | destroy | log`: change the keys of this installation while the desk works on.

`rotate` makes a new key and seals everything with it; killed and run again it goes on. The key before stays until
`destroy`, which refuses while anything still needs it; `log` has the log announce another key of its own.
docs/backup.md says which keys cannot be changed, and why; docs/record.md who has to hear of the log's.
"""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from forbear.config.cli import open_house

NAMES = ("kek", "book")


def add(subparsers: Any) -> None:
    """Add `keys` to the command's subcommands."""
    parser = subparsers.add_parser("keys", help="change the keys of this installation while it works")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="rotate|status|destroy|log")
    verbs.add_parser("status", help="which generations there are, and how many rows need an older one")
    for verb, sentence in (("rotate", "a new key, and everything sealed with it"), ("destroy", "the keys before go")):
        one = verbs.add_parser(verb, help=sentence)
        one.add_argument("key", nargs="?", choices=NAMES, help="one of the two; both without")
    verbs.add_parser("log", help="another key signs the log: the log says so first, and the key before signs that")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it for each key; 1 where an old key has to stay."""
    open_house()
    from django.conf import settings

    from forbear.store import rotation
    from forbear.store.privacy import Ring, generations

    if arguments.verb == "log":
        return _log()
    folder, status = settings.HOME / "keys", 0
    for name in (arguments.key,) if getattr(arguments, "key", None) else NAMES:
        if arguments.verb == "rotate":
            newest = rotation.begin(folder, name)
            count = sum(rotation.seal_anew(Ring(folder, name), "default"))
            print(f"{newest.name}: {count} rows sealed anew; back up the keys, then run `forbear keys destroy {name}`")
            continue
        ring = Ring(folder, name)
        if arguments.verb == "status":
            files = ", ".join(file.name for file in generations(folder, name))
            print(f"{name}: {files}; {rotation.older(ring, 'default')} rows need an older one")
            continue
        try:
            now = datetime.now(UTC)  # noqa: TID251 (the age of a file is the machine's)
            print(f"{name}: {rotation.destroy_older(ring, now, 'default')} old keys destroyed")
        except rotation.NotYet as reason:
            print(f"forbear: {reason}", file=sys.stderr)
            status = 1
    return status


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
