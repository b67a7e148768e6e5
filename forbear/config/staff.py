"""`forbear staff`: who works at the desk. `add NAME --role agent`, `role NAME --role reviewer`, `leave NAME`, `list`;
in development also `code NAME`, the second factor's digits of this moment.

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
            one.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    verbs.add_parser("leave", help="close a person's account; what she did stays hers").add_argument("name")
    verbs.add_parser("code", help="the second factor's code of this moment, in development").add_argument("name")
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
        return _add(arguments)
    if user is None:
        return _fault(f"there is no {arguments.name!r}; `forbear staff list` shows who is there")
    if arguments.verb == "code":
        return _code(user)
    if arguments.verb == "role":
        give_role(user, arguments.role)
    else:
        user.is_active = False
        user.save(update_fields=["is_active"])
    return 0


def _add(arguments: argparse.Namespace) -> int:
    """Make the account; a password given on standard input is held to the rules of every password and not shown."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    given = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else ""
    if arguments.password_stdin:
        try:
            validate_password(given)
        except ValidationError as fault:
            return _fault("the password is refused: " + " ".join(fault.messages))
    password = new_person(arguments.name, arguments.role, mail=arguments.mail, password=given)
    said = "the password given" if given else f"this password, shown only now: {password}"
    print(f"{arguments.name} can sign in with {said}")
    return 0


def _code(user: Any) -> int:
    """Print the digits an authenticator app would show now; only where there are made-up people."""
    from django.conf import settings

    if not settings.DEV:
        return _fault("codes are shown in development only (FORBEAR_DEV=1); use the authenticator app")
    code = second_factor_code(user)
    if not code:
        return _fault(f"{user.get_username()!r} has set up no second factor yet")
    print(code)
    return 0


def second_factor_code(user: Any) -> str:
    """The six digits of this moment, "" where no authenticator is set up."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth
    from allauth.mfa.utils import decrypt

    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is None:
        return ""
    now = list(auth.yield_hotp_counters_from_time())
    return auth.format_hotp_value(auth.hotp_value(decrypt(found.data["secret"]), now[len(now) // 2]))


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
