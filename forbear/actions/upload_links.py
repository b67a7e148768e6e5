"""Room 3, evidence: a link to send papers goes out, is opened with a one-time code, is revoked, is asked for anew.

Whoever holds a link that opens nothing learns nothing: every such link is refused with the same words, and asking for
a new one looks the same whether one goes out, to the number on file, or none.
"""

from dataclasses import dataclass
from datetime import timedelta

from forbear.actions import contact
from forbear.actions.contact import CODE_TRIES, CodeSent
from forbear.actions.ports import Desk
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role, may_work_on_cases
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal
from forbear.core.upload_link import (
    WRONG_CODES_MAX,
    LinkEnd,
    LinkState,
    UploadLink,
    dead_link,
    items_to_send,
    may_send,
    may_use,
    state_of,
)

LINKS_A_DAY = 5
"""That she can have sent to herself, for one case."""
ASKS_AN_HOUR = 20
"""Asked for anew from one address."""


@dataclass(frozen=True)
class Opened:
    """A link that can be used, with its case."""

    link: UploadLink
    file: CaseFile


def send_link(desk: Desk, by: By, case_id: str, items: tuple[int, ...]) -> Done | Refusal:
    """Send her a link for these items, to the number on file and by e-mail if she has one; it ends the one before."""
    link = desk.ids.new("u")
    now, today = desk.clock.now(), desk.clock.today()
    expires_at = now + timedelta(days=desk.rulebooks.on(today).integer("desk.upload_link_days"))
    kept: set[str] = set()

    def decide(file: CaseFile) -> Decision:
        if by.actor.kind is not Role.BORROWER and (refusal := may_work_on_cases(by.actor)):
            return refusal
        if refusal := may_send(items, file.items, file.case.papers, bool(file.case.closed)):
            return refusal
        if by.actor.kind is Role.BORROWER and not desk.limits.take(f"links:{case_id}", now, LINKS_A_DAY, 86_400):
            return Refusal("upload_link.many", "evidence.refusal.many_links", "evidence.way_on.call")
        if not kept:
            desk.upload_links.put(link, case_id)
            kept.add(link)
        ended = [e.UploadLinkEnded(link=old.link, why=LinkEnd.REPLACED) for old in _open_links(desk, file)]
        return [*ended, e.UploadLinkSent(link=link, items=tuple(sorted(set(items))), expires_at=expires_at)]

    return carry_out(desk, by, case_id, {"link": items}, decide)


def revoke_link(desk: Desk, by: By, case_id: str, link: str) -> Done | Refusal:
    """End a link at once; whoever is sending by it is stopped at the next piece."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        if file.upload_link(link) is None:
            return Refusal("upload_link.unknown", "evidence.refusal.no_link", "evidence.way_on.list")
        standing = any(known.link == link for known in _open_links(desk, file))
        return [e.UploadLinkEnded(link=link, why=LinkEnd.REVOKED)] if standing else ()

    return carry_out(desk, by, case_id, {"revoke": link}, decide)


def look_at_link(desk: Desk, token: str) -> Opened | Refusal:
    """What a secret opens; nothing is changed by looking."""
    row = desk.upload_links.by_token(token)
    return dead_link() if row is None else standing_link(desk, row.link)


def standing_link(desk: Desk, link: str) -> Opened | Refusal:
    """A link by its id, if it can still be used."""
    row = desk.upload_links.get(link)
    file = load(desk, row.case_id) if row else CaseFile()
    known = file.upload_link(link)
    if row is None or known is None:
        return dead_link()
    refusal = may_use(known, desk.clock.now(), file.case.submissions, bool(file.case.closed), row.wrong)
    return refusal or Opened(known, file)


def ask_code(desk: Desk, token: str) -> CodeSent | Refusal:
    """Send the one-time code that opens a link to the number on file."""
    opened = look_at_link(desk, token)
    if isinstance(opened, Refusal):
        return opened
    assert opened.file.loan_id is not None, "a case has its loan"
    return contact.ask_link_code(desk, loan_id=opened.file.loan_id, link=opened.link.link)


def open_link(desk: Desk, token: str, *, challenge: str, code: str) -> Opened | Refusal:
    """Try a code on a link. Every try counts before it is looked at; after so many wrong ones the link is locked."""
    opened = look_at_link(desk, token)
    if isinstance(opened, Refusal):
        return opened
    link = opened.link.link
    if not desk.upload_links.count_try(link, WRONG_CODES_MAX):
        return dead_link()
    right = desk.challenges.try_code(challenge, code, desk.clock.now(), CODE_TRIES)
    if right is not None and right.purpose == f"upload:{link}":
        desk.upload_links.forgive(link)
        return opened
    row = desk.upload_links.get(link)
    if row is None or row.wrong < WRONG_CODES_MAX:
        return Refusal("contact.code", "contact.refusal.code", "contact.way_on.new_code", where="code")
    by = By(actor=SYSTEM, channel=Channel.WEB, key=f"lock:{link}")
    locked = [e.UploadLinkEnded(link=link, why=LinkEnd.LOCKED)]
    carry_out(desk, by, opened.file.case.case_id, {"lock": link}, lambda _: locked)
    return dead_link()


def renew_link(desk: Desk, token: str, *, address: str) -> None:
    """Somebody holds a link that opens nothing and asks for a new one: it goes to the number on file or not at all.

    Nobody is told which. One link brings a new one once an hour; `address`: where it is asked from.
    """
    now = desk.clock.now()
    within = desk.limits.take(f"renew:{address}", now, ASKS_AN_HOUR, 3600)
    row = desk.upload_links.by_token(token)
    if row is None or not within:
        return
    file = load(desk, row.case_id)
    old = file.upload_link(row.link)
    if old is None or file.party is None:
        return
    still = items_to_send(file.items, file.case.papers)
    same = tuple(item for item in old.items if item in still) if old.submission == file.case.submissions else ()
    by = By(
        actor=Actor(Role.BORROWER, file.party.borrower_id, Auth.NONE),
        channel=Channel.WEB,
        key=f"renew:{row.link}:{now:%Y-%m-%dT%H}",
        cause=row.link,
    )
    send_link(desk, by, row.case_id, same or still)


def state_now(desk: Desk, file: CaseFile, link: UploadLink) -> LinkState:
    """How a link of a case stands."""
    return state_of(link, desk.clock.now(), file.case.submissions, bool(file.case.closed))


def _open_links(desk: Desk, file: CaseFile) -> tuple[UploadLink, ...]:
    return tuple(link for link in file.upload_links if state_now(desk, file, link) is LinkState.OPEN)
