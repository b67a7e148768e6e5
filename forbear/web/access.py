"""The only doors to a case. A borrower reaches her own cases with a proven identity, and nobody else's.

A case that is another person's, a case that is not there and an address that is wrong all look the same from outside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest

from forbear.actions.contact import Proved
from forbear.actions.ports import CaseLine, Desk
from forbear.actions.record import load
from forbear.core.contact import Actor, Auth, Role
from forbear.core.file import CaseFile

IDLE = timedelta(minutes=30)
"""After this long without a page the borrower proves herself again; what she saved is there."""

BY_LINK = timedelta(hours=1)
"""So long an upload link that was opened with a code stays open in a browser."""

_MARK = "borrower"
_LINK = "upload-link"
_HELD = "borrower-held"


@dataclass(frozen=True)
class Person:
    """A borrower who proved who she is in this session, how, and the loan she named to do so."""

    borrower_id: str
    loan_id: str
    auth: Auth = Auth.CODE

    @property
    def actor(self) -> Actor:
        return Actor(Role.BORROWER, self.borrower_id, self.auth)


class ProofNeeded(Exception):
    """Nobody has proved who she is in this session, or she was away too long; `expired` tells which."""

    def __init__(self, expired: bool) -> None:
        super().__init__("a proof of identity is needed")
        self.expired = expired


def desk_of(request: HttpRequest) -> Desk:
    """The desk that the request carries (forbear/config/middleware.py)."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    return desk


def let_in(request: HttpRequest, proved: Proved, auth: Auth = Auth.CODE) -> Person:
    """Begin a borrower's session under a new session key, so that a key known before the proof opens nothing."""
    held = request.session.get(_HELD)
    request.session.cycle_key()
    now = desk_of(request).clock.now()
    mark = {"id": proved.borrower_id, "loan": proved.loan_id, "auth": auth.value, "at": now.isoformat()}
    request.session[_MARK] = mark
    if held and held.get("id") != proved.borrower_id:
        request.session.pop(_HELD, None)
    return Person(proved.borrower_id, proved.loan_id, auth)


def let_out(request: HttpRequest) -> None:
    """End the borrower's session, with all it kept for her."""
    request.session.pop(_MARK, None)
    request.session.pop(_HELD, None)
    request.session.pop(_LINK, None)
    request.session.cycle_key()


def let_in_by_link(request: HttpRequest, link: str) -> None:
    """A link was opened with its code: from here on its secret is in no address, and the session is a new one."""
    request.session.cycle_key()
    request.session[_LINK] = {"link": link, "at": desk_of(request).clock.now().isoformat()}


def link_of(request: HttpRequest) -> str:
    """The id of the upload link opened in this session within the hour; "" for none."""
    mark = request.session.get(_LINK)
    if not mark or desk_of(request).clock.now() - datetime.fromisoformat(mark["at"]) > BY_LINK:
        return ""
    return str(mark["link"])


def person_of(request: HttpRequest) -> Person:
    """Who proved herself in this session; raises ProofNeeded."""
    mark = request.session.get(_MARK)
    if not mark:
        raise ProofNeeded(expired=False)
    now, active_at = desk_of(request).clock.now(), datetime.fromisoformat(mark["at"])
    if now - active_at > IDLE:
        request.session.pop(_MARK)
        _hold(request, mark["id"])
        raise ProofNeeded(expired=True)
    if now - active_at > timedelta(minutes=1):
        request.session[_MARK] = {**mark, "at": now.isoformat()}
    return Person(mark["id"], mark["loan"], Auth(mark.get("auth", Auth.CODE)))


def looked_ahead(request: HttpRequest) -> bool:
    """Whether a browser only fetches the page in advance: nobody has seen what is on it."""
    told = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in purpose.lower() for purpose in told for word in ("prefetch", "prerender", "preview"))


def is_in(request: HttpRequest) -> bool:
    """Whether somebody proved herself in this session, for the words at the top of a page."""
    return _MARK in request.session


def case_for_borrower(request: HttpRequest, case_id: str) -> CaseFile:
    """The one way to a borrower's case: hers, or Http404 whatever the reason."""
    line_for_borrower(request, case_id)
    return load(desk_of(request), case_id)


def line_for_borrower(request: HttpRequest, case_id: str) -> CaseLine:
    """The same door, for pages that need no more of the case than the queue's line of it."""
    person, line = person_of(request), desk_of(request).cases.line(case_id)
    if line is None:
        raise Http404
    if line.borrower_id != person.borrower_id:
        raise Http404
    return line


def _hold(request: HttpRequest, borrower_id: str) -> None:
    """Keep what she was just sending until she has proved herself again, for her alone."""
    if request.method == "POST" and not request.FILES:
        sent = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
        request.session[_HELD] = {"id": borrower_id, "path": request.path, "sent": sent}


def held_for(request: HttpRequest) -> dict[str, list[str]] | None:
    """What she was sending to this very page when she had been away too long; given back once."""
    held = request.session.get(_HELD)
    if not held or held["path"] != request.path:
        return None
    del request.session[_HELD]
    sent: dict[str, list[str]] = held["sent"]
    return sent
