"""`forbear witness`: watch the log of a lender from outside. It needs no database, and anybody may run it.

`serve` signs for logs that come and ask (c2sp.org/tlog-witness); `look` goes and asks a log's site itself, and keeps
what it saw. Either refuses a history that does not go on from the one it saw before.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64decode
from http.client import HTTPException
from pathlib import Path
from typing import Any

from forbear.store.disk import make_once

TIMEOUT_SECONDS = 20
ANSWER_BYTES_MAX = 256 * 1024


def add(subparsers: Any) -> None:
    """Add `witness` to the command's subcommands."""
    parser = subparsers.add_parser(
        "witness", help="watch the log of a lender from outside, and sign that it only grows"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="key|serve|look")
    for verb, what in (
        ("key", "print this witness's public key; the key is made where there is none"),
        ("serve", "sign for the logs that ask, until told to stop"),
        ("look", "look at a log once: verify, keep, sign; print the note"),
    ):
        one = verbs.add_parser(verb, help=what)
        one.add_argument("--name", required=True, help="this witness's name, such as witness.example.org")
        one.add_argument("--folder", required=True, type=Path, help="where its key and what it saw are kept")
        if verb != "key":
            one.add_argument("--log", action="append", required=True, metavar="VKEY", help="the public key of a log")
        if verb == "serve":
            one.add_argument("--bind", default="127.0.0.1:8090", help="address and port to listen on")
        if verb == "look":
            one.add_argument("url", help="the log's site: https://hardship.lender.example")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 where all is well, 1 where a log does not go on from what was seen, 2 where an argument makes no sense."""
    from forbear.adapters.ed25519 import Ed25519Key
    from forbear.adapters.witness import MemoryLost, WitnessBook
    from forbear.core.checkpoint import BadNote, KeyKind

    try:
        key = Ed25519Key(arguments.name, _secret(arguments.folder), KeyKind.WITNESS)
        if arguments.verb == "key":
            print(key.vkey)
            return 0
        book = WitnessBook(arguments.folder, key, arguments.log)
        return _serve(book, arguments.bind) if arguments.verb == "serve" else _look(book, arguments.url)
    except (BadNote, ValueError, MemoryLost) as fault:
        print(f"forbear: {fault}", file=sys.stderr)
    except OSError as error:
        print(f"forbear: {error.filename or arguments.folder} cannot be used: {error.strerror}", file=sys.stderr)
    return 2


def _secret(folder: Path) -> bytes:
    """The key's 32 bytes; made whole and in one step, kept when there is one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "key"
    if not file.exists():
        make_once(file, os.urandom(32))
    key = file.read_bytes()
    if len(key) != 32:
        raise ValueError(f"{file} has {len(key)} bytes instead of 32; restore it from a copy of this witness's key")
    return key


def _serve(book: Any, bind: str) -> int:
    from forbear.adapters.witness import witness_server

    host, _, port = bind.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        print(f"forbear: --bind is {bind!r}; write address:port, such as 127.0.0.1:8090", file=sys.stderr)
        return 2
    try:
        server = witness_server(book, (host, int(port)), _now)
    except OSError as error:
        print(f"forbear: {bind} cannot be listened on: {error.strerror}", file=sys.stderr)
        return 2
    with server:
        print(f"listening on {server.server_address[0]!s}:{server.server_address[1]}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _now() -> int:
    return int(time.time())


def _look(book: Any, url: str, tries: int = 3) -> int:
    from forbear.core.checkpoint import BadNote, parse_note, read_checkpoint
    from forbear.core.witness import Asked, Refused

    site, seen = url.rstrip("/"), book.seen()  # before the site is asked: it has no less than what was seen by then
    try:
        note = _read(f"{site}/log/checkpoint")
        newest = read_checkpoint(parse_note(note).body, extended=True)
        if later := _followed(book, note, site):
            print(f"forbear: the log has another key since, as the key before says: --log '{later}'", file=sys.stderr)
        old = seen[newest.origin].size if newest.origin in seen else 0
        query = urllib.parse.urlencode({"old": min(old, newest.size), "size": newest.size})
        path = tuple(b64decode(step) for step in json.loads(_read(f"{site}/log/proof?{query}"))["hashes"])
    except (OSError, HTTPException, ValueError, BadNote, KeyError, TypeError, RecursionError) as error:
        print(f"forbear: {site} could not be asked: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if newest.size < old:
        known = book.known(newest.origin)
        print(f"wrong  the log has {newest.size} events, and {old} were seen: it went back. Keep {known!r}")
        return 1
    answer = book.cosign(Asked(old, path, note), _now)
    if isinstance(answer, Refused) and answer.status == 409 and answer.size != old and tries > 1:
        return _look(book, url, tries - 1)  # another look of this witness was quicker
    if isinstance(answer, Refused):
        print(f"wrong  {answer.problem}")
        return 1
    print(note + answer, end="")
    return 0


def _followed(book: Any, note: str, site: str) -> str:
    """The later key of the log, where the site leads to it from the one known; "" where it does not."""
    from forbear.core.checkpoint import BadNote

    try:
        return str(book.follow(note, lambda: read_steps(_read(f"{site}/log/keys"))))
    except (OSError, HTTPException, ValueError, BadNote, KeyError, TypeError, AttributeError, RecursionError):
        return ""  # then the key is another, and is named below


def read_steps(text: str) -> list[Any]:
    """What a site's `/log/keys` says, as steps of core/log_keys.py; raises whatever reading it raises."""
    from forbear.core.log_keys import Step

    return [
        Step(int(one["leaf"]), one["event"].encode(), one["checkpoint"], tuple(map(b64decode, one["hashes"])))
        for one in json.loads(text)["steps"]
    ]


def _read(url: str) -> str:
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"{url} is no address of a site")
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        return bytes(answer.read(ANSWER_BYTES_MAX)).decode("utf-8")
