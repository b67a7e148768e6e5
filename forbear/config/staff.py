"""`forbear staff`: who works at the desk. `add NAME --role agent`, `role NAME --role reviewer`, `leave NAME`, `list`.

A new person gets a password that is shown once and changed at the first sign-in; the second factor is set up there.
"""

import argparse
import secrets
import sys
from typing import Any

from forbear.config.cli import open_house

ROLES = ("agent", "reviewer", "policy-owner", "auditor")


def add(subparsers: Any) -> None:
    """Add `staff` to the command's subcommands."""
    parser = subparsers.add_parser("staff", help="who works at the desk")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, sentence in (("add", "add a person"), ("role", "give a person another role")):
        one = verbs.add_parser(verb, help=sentence)
        one.add_argument("name")
        one.add_argument("--role", choices=ROLES, required=True)
        if verb == "add":
            one.add_argument("--mail", default="", help="the address for a forgotten password")
    verbs.add_parser("leave", help="close a person's account; what she did stays hers").add_argument("name")
    verbs.add_parser("list", help="everybody, with role")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 2 when there is no such person, or there is one already."""
    open_house()
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    if arguments.verb == "list":
        for user in users.order_by("username"):
            roles = ", ".join(user.groups.values_list("name", flat=True)) or "no role"
            print(f"{user.username}\t{roles}\t{'' if user.is_active else 'left'}".rstrip())
        return 0
    user = users.filter(username=arguments.name).first()
    if arguments.verb == "add":
        if user is not None:
            return _fault(f"there is a {arguments.name!r} already; `forbear staff role` changes the role")
        password = new_person(arguments.name, arguments.role, mail=arguments.mail)
        print(f"{arguments.name} can sign in with this password, shown only now: {password}")
        return 0
    if user is None:
        return _fault(f"there is no {arguments.name!r}; `forbear staff list` shows who is there")
    if arguments.verb == "role":
        give_role(user, arguments.role)
    else:
        user.is_active = False
        user.save(update_fields=["is_active"])
    return 0


def new_person(name: str, role: str, *, mail: str = "", password: str = "") -> str:
    """Make an account with one role; returns its password, a random one unless given."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth import get_user_model
    from django.db import transaction

    password = password or secrets.token_urlsafe(12)
    with transaction.atomic():
        user = get_user_model().objects.create_user(name, mail, password)
        if mail:
            EmailAddress.objects.create(user=user, email=mail, verified=True, primary=True)
        give_role(user, role)
    return password


def give_role(user: Any, role: str) -> None:
    """The person has this role and no other."""
    from django.contrib.auth.models import Group

    assert role in ROLES, "one of ROLES"
    group, _ = Group.objects.get_or_create(name=role)
    user.groups.set([group])


def _fault(sentence: str) -> int:
    print(f"forbear staff: {sentence}", file=sys.stderr)
    return 2
