"""Every table and every folder of an installation, and by what each of them empties: the report of what is kept.

tests/contracts/test_kept_places.py walks the database and the data directory, and fails on a place that is not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from forbear.core.facts import Retention


class Goes(StrEnum):
    """By what a place empties. CASE: with the classes of a case; LOOSE: so long after it came, where it has no case;
    TIME: after hours or days of its own; BOOK: when a person leaves the loan book; STAYS: steps, times and counts under
    ids that say nothing; STAFF: with somebody's account at the desk; NOBODY: nobody is in it.
    """

    CASE = "case"
    LOOSE = "loose"
    TIME = "time"
    BOOK = "book"
    STAYS = "stays"
    STAFF = "staff"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Place:
    """`classes`: of a case, whose end empties it."""

    goes: Goes
    classes: tuple[Retention, ...] = ()


def _case(*classes: Retention, goes: Goes = Goes.CASE) -> Place:
    return Place(goes, classes or tuple(Retention))


_R = Retention
TABLES: Mapping[str, Place] = {
    **dict.fromkeys(("secret", "data_key", "blob", "agenda"), _case()),
    **dict.fromkeys(("case_line", "contact_case", "upload_link"), _case(_R.IDENTITY)),
    **dict.fromkeys(("message_mark", "draft", "chat_presence"), _case(_R.MESSAGE)),
    **dict.fromkeys(
        ("mail_in", "text_in", "text_piece", "text_out", "dev_message"), _case(_R.MESSAGE, goes=Goes.LOOSE)
    ),
    "telephone_call": _case(_R.MESSAGE, _R.RECORDING, goes=Goes.LOOSE),
    "contact": _case(_R.IDENTITY, _R.MESSAGE),
    "paper_mark": _case(_R.FINANCE, _R.HEALTH, _R.IDENTITY),
    "upload": _case(_R.FINANCE, _R.HEALTH),
    **dict.fromkeys(("challenge", "limit_count", "handover_taken", "telephone_request"), Place(Goes.TIME)),
    "django_session": Place(Goes.TIME),
    **dict.fromkeys(("borrower", "loan"), Place(Goes.BOOK)),
    **dict.fromkeys(("event", "command", "chat_room", "leaving_look"), Place(Goes.STAYS)),
    **dict.fromkeys(("auth_user", "auth_user_groups", "auth_user_user_permissions"), Place(Goes.STAFF)),
    **dict.fromkeys(("account_emailaddress", "account_emailconfirmation"), Place(Goes.STAFF)),
    **dict.fromkeys(("mfa_authenticator", "telephone_extension", "canned_reply"), Place(Goes.STAFF)),
    **dict.fromkeys(("auth_group", "auth_group_permissions", "auth_permission"), Place(Goes.NOBODY)),
    **dict.fromkeys(("django_content_type", "django_migrations", "head"), Place(Goes.NOBODY)),
    **dict.fromkeys(("tree_node", "checkpoint", "attestation", "telephone_count"), Place(Goes.NOBODY)),
    **dict.fromkeys(("webhook", "webhook_attempt"), Place(Goes.NOBODY)),
}
FOLDERS: Mapping[str, Place] = {
    "papers": _case(_R.FINANCE, _R.HEALTH, _R.MESSAGE, _R.RECORDING, _R.AGREEMENT, goes=Goes.LOOSE),
    "uploads": _case(_R.FINANCE, _R.HEALTH),
    "erasures.jsonl": Place(Goes.STAYS),
    **dict.fromkeys(("keys", "secret", "static", "compiled", "templates"), Place(Goes.NOBODY)),
}
"""In the data directory, beside the file of the database itself."""
PLACES: Mapping[str, Place] = {**TABLES, **{f"FORBEAR_HOME/{name}": place for name, place in FOLDERS.items()}}
"""All of them by the names that the report has: a table's own, and where in the data directory."""
