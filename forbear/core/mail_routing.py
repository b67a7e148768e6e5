"""Room 1, contact: where a mail belongs, decided from its headers alone by one pure function.

A mail joins a case by a signed mark, and only from an address of that case: anybody else who holds a mark of it waits
for a person, and a mark that is not signed by us counts as none. Without a mark it is new, and goes to the open case
of the one borrower who has the address on file. What a machine wrote is kept and never answered. The faults of other
desks that these rules avoid are named in tests/core/test_mail_routing.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from forbear.core.mail import MailHead, Report
from forbear.core.mail_address import Mark, Way

HOPS_MOST = 50
"""A mail that passed more servers than this goes in a circle (RFC 5321 6.3 has servers count, to 100 at the least)."""

_DAEMONS = ("mailer-daemon@", "postmaster@")


class Outcome(StrEnum):
    """What becomes of a mail; every one of them is kept."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    QUARANTINE = "quarantine"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto-reply"
    DUPLICATE = "duplicate"
    LOOP = "loop"
    DROPPED = "dropped"


class Why(StrEnum):
    """What a person who looks at a mail that waits has to know. UNKNOWN: no borrower has the address on file; SEVERAL:
    more than one has; NO_CASE: she has no open case; STRANGER: the mark is of a case the sender is no party of;
    MANY: too many at once from one address; NO_SENDER: it does not name one sender; CLOSED: it is with its case, which
    is closed.
    """

    NONE = ""
    UNKNOWN = "unknown"
    SEVERAL = "several"
    NO_CASE = "no-case"
    STRANGER = "stranger"
    MANY = "many"
    NO_SENDER = "no-sender"
    CLOSED = "closed"


class Failure(StrEnum):
    """What a delivery report means. HARD: the address takes nothing any more; SOFT: it may be tried again; UNSAID: it
    came back and nobody said why; NONE: nothing failed, or it is only late.
    """

    HARD = "hard"
    SOFT = "soft"
    UNSAID = "unsaid"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Who may write to a case: `addresses` in small letters, the borrower's and those who may speak for her.
    `goes_on_in`: where the case is closed and she has one other that is open, that one.
    """

    case_id: str
    addresses: frozenset[str]
    closed: bool = False
    goes_on_in: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What routing may ask. `verified`: whether a mark is signed by us; `parties`: of a case, None for no such case;
    `borrowers`: who has an address on file; `open_case`: a borrower's open case, "" for none.
    """

    verified: Callable[[Mark], bool]
    parties: Callable[[str], Parties | None]
    borrowers: Callable[[str], tuple[str, ...]]
    open_case: Callable[[str], str]
    loop_marks: frozenset[str]
    own_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where it goes. `case_id`: "" for no case; `number`: of a bounce, which message of the case came back, from 1, -1
    where it is not known.
    """

    outcome: Outcome
    case_id: str = ""
    why: Why = Why.NONE
    number: int = -1


def route(mail: MailHead, known: Known, *, seen: bool = False, many: bool = False) -> Route:
    """Where a mail belongs. `seen`: it was kept before; `many`: more came from its sender than a person writes."""
    if seen:
        return Route(outcome=Outcome.DUPLICATE)
    marks = [mark for mark in mail.marks if known.verified(mark)]
    if _goes_in_circles(mail, known):
        return Route(outcome=Outcome.LOOP)
    if _came_back(mail, marks):
        return _bounce(marks, known)
    found = next((parties for parties in map(known.parties, (mark.case_id for mark in marks)) if parties), None)
    if found is not None:
        return _to_case(mail, found, many)
    if mail.answers_by_itself:
        return Route(outcome=Outcome.AUTO_REPLY)
    if mail.automatic or mail.listed or mail.envelope_from == "":
        return Route(outcome=Outcome.DROPPED)
    return Route(outcome=Outcome.QUARANTINE, why=Why.MANY) if many else _new(mail, known)


def _to_case(mail: MailHead, parties: Parties, many: bool) -> Route:
    """A stranger's words never join a case, and never take the borrower's place in it."""
    if mail.sender not in parties.addresses:
        return Route(outcome=Outcome.QUARANTINE, why=Why.STRANGER)
    case_id = parties.goes_on_in or parties.case_id
    if mail.answers_by_itself or mail.automatic or mail.envelope_from == "":
        return Route(outcome=Outcome.AUTO_REPLY, case_id=case_id)
    if many:
        return Route(outcome=Outcome.QUARANTINE, why=Why.MANY)
    why = Why.CLOSED if parties.closed and not parties.goes_on_in else Why.NONE
    return Route(outcome=Outcome.FOLLOW_UP, case_id=case_id, why=why)


def _new(mail: MailHead, known: Known) -> Route:
    if not mail.sender:
        return Route(outcome=Outcome.QUARANTINE, why=Why.NO_SENDER)
    borrowers = known.borrowers(mail.sender)
    if len(borrowers) > 1:
        return Route(outcome=Outcome.QUARANTINE, why=Why.SEVERAL)
    if not borrowers:
        return Route(outcome=Outcome.NEW, why=Why.UNKNOWN)
    case_id = known.open_case(borrowers[0])
    return Route(outcome=Outcome.NEW, case_id=case_id, why=Why.NONE if case_id else Why.NO_CASE)


def _goes_in_circles(mail: MailHead, known: Known) -> bool:
    """Our own mail that came back to us; a report about one is none, for it carries ours only inside."""
    if mail.report is not None:
        return False
    own = mail.own_id is not None and known.verified(mail.own_id)
    from_us = bool(mail.sender) and mail.sender in known.own_addresses
    return own or from_us or mail.own_mark in known.loop_marks or mail.hops > HOPS_MOST


def _came_back(mail: MailHead, marks: list[Mark]) -> bool:
    """A delivery report; or, from servers that write none, what comes from nobody to the address of one message."""
    if mail.report is not None:
        return True
    if mail.answers_by_itself:
        return False
    if any(mark.way is Way.BOUNCE for mark in marks) and mail.envelope_from in ("", None):
        return mail.envelope_from == "" or mail.sender.startswith(_DAEMONS)
    return mail.sender.startswith(_DAEMONS[0])


def _bounce(marks: list[Mark], known: Known) -> Route:
    """Which message came back: by the address it came back to, else by the id of the message in it."""
    for way in (Way.BOUNCE, Way.ID):
        for mark in marks:
            if mark.way is way and mark.number > 0 and known.parties(mark.case_id):
                return Route(outcome=Outcome.BOUNCE, case_id=mark.case_id, number=mark.number)
    return Route(outcome=Outcome.BOUNCE)


def failure_of(report: Report | None) -> Failure:
    """What a report means: its action first, then the class of its status (RFC 3463: 5 for good, 4 for now)."""
    if report is None or not (report.action or report.status):
        return Failure.UNSAID
    if report.action in ("delayed", "delivered", "relayed", "expanded") or report.status.startswith("2"):
        return Failure.NONE
    if report.status.startswith("5"):
        return Failure.HARD
    return Failure.SOFT if report.status.startswith("4") else Failure.UNSAID
