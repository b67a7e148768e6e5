"""`forbear sample`: fill an empty desk with a made-up town and people who work there. `forbear run` does it once.

Who can be tried is kept in FORBEAR_HOME/first-run.json, so that every later start can say it again. The password is
this installation's own; the second factor is set up already, and the outbox page shows its codes.
"""

import argparse
import json
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from forbear.config.cli import open_house
from forbear.config.staff import new_person

FILE = "first-run.json"
BEGUN = "first-run.begun"
"""There while the town is being loaded, and after a loading that did not come to its end."""
LEADS = (("sun", "policy-owner"), ("he", "auditor"))


def add(subparsers: Any) -> None:
    """Add `sample` to the command's subcommands."""
    subparsers.add_parser("sample", help="fill an empty desk with a made-up town").set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fill the desk if it is empty; 1 when an earlier filling did not come to its end."""
    open_house()
    from django.conf import settings

    from forbear.config.wiring import desk

    begun = settings.HOME / BEGUN
    if begun.exists():
        sentence = f"forbear: loading the made-up book was interrupted; remove {settings.HOME} and start again"
        print(sentence, file=sys.stderr)
        return 1
    if desk().ledger.size() == 0:
        begun.touch()
        _fill(settings.HOME / FILE)
        begun.unlink()
    return 0


def _fill(file: Path) -> None:
    from forbear.actions.ports import Nobody
    from forbear.config.wiring import desk
    from forbear.town import sample
    from forbear.town.borrower import AGENTS, REVIEWERS

    print("Loading a made-up loan book and some seventy cases, so that there is something to see", flush=True)
    _in_a_hurry()
    # Made-up papers show nothing a machine could read, and loading should not take the time to find that out.
    guest = sample.load(replace(desk(), reader=Nobody()))
    password = secrets.token_urlsafe(9)
    people = [(actor.id, actor.kind.value) for actor in (*AGENTS, *REVIEWERS)] + list(LEADS)
    for name, role in people:
        new_person(name, role, password=password)
        _second_factor(name)
    kept = {"contract": guest.contract, "id_number": guest.id_number, "name": guest.name}
    written = {"borrower": kept, "staff": [[role, name] for name, role in people], "password": password}
    file.touch(mode=0o600)
    file.write_text(json.dumps(written, ensure_ascii=False), "utf-8")


def _in_a_hurry() -> None:
    """What is made up can be made up again: none of it has to outlive a power cut while it is being made."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("pragma synchronous = off" if connection.vendor == "sqlite" else "set synchronous_commit to off")


def guide(address: str) -> list[str]:
    """Who to be, for a person at the terminal; nothing where the desk was not filled by us."""
    kept = _kept()
    if not kept:
        return []
    borrower, staff = kept["borrower"], dict(reversed(kept["staff"]))
    return [
        f"A borrower to try ({address}/start)",
        f"  contract              {borrower['contract']}",
        f"  ID-card number        {borrower['id_number']}  ({borrower['name']})",
        f"  her one-time code     {address}/dev/outbox",
        "",
        f"People at the desk ({address}/desk/)",
        *(f"  {role.ljust(22)}{name}" for role, name in staff.items()),
        f"  password of each      {kept['password']}",
        f"  second factor         {address}/dev/outbox",
    ]


def _second_factor(name: str) -> None:
    from allauth.mfa.totp.internal import auth
    from django.contrib.auth import get_user_model

    auth.TOTP.activate(get_user_model().objects.get(username=name), auth.generate_totp_secret())


def _kept() -> dict[str, Any]:
    from django.conf import settings

    file = settings.HOME / FILE
    kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return kept
