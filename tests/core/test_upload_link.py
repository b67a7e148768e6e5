"""A link to send papers: open while everything it was sent for holds, and the same refusal for whatever ended it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forbear.core.contact import Actor, Auth, Role
from forbear.core.evidence import Item, PaperState
from forbear.core.upload_link import (
    LinkEnd,
    LinkState,
    UploadLink,
    dead_link,
    items_to_send,
    may_send,
    may_use,
    state_of,
)

SENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
END = SENT + timedelta(days=14)
AGENT = Actor(Role.AGENT, "s_agent", Auth.STAFF)
LINK = UploadLink(link="u_1", items=(1, 2), submission=1, sent_at=SENT, expires_at=END, by=AGENT)
ITEMS = tuple(Item(number=number, need="income", kinds=("payslip",)) for number in (1, 2, 3, 4))
PAPERS = {1: PaperState.WANTED, 2: PaperState.RECEIVED, 3: PaperState.ACCEPTED, 4: PaperState.WAIVED}


@pytest.mark.parametrize(
    ("link", "at", "submissions", "closed", "wrong", "state"),
    [
        (LINK, SENT, 1, False, 0, LinkState.OPEN),
        (LINK, END - timedelta(microseconds=1), 1, False, 4, LinkState.OPEN),
        (LINK, END, 1, False, 0, LinkState.EXPIRED),
        (LINK, SENT, 1, False, 5, LinkState.LOCKED),
        (LINK, SENT, 2, False, 0, LinkState.OVER),
        (LINK, END, 1, True, 0, LinkState.OVER),
        (replace(LINK, ended=LinkEnd.REVOKED), END, 2, True, 5, LinkState.REVOKED),
        (replace(LINK, ended=LinkEnd.REPLACED), SENT, 1, False, 0, LinkState.REPLACED),
        (replace(LINK, ended=LinkEnd.LOCKED), SENT, 1, False, 0, LinkState.LOCKED),
    ],
)
def test_how_a_link_stands(
    link: UploadLink, at: datetime, submissions: int, closed: bool, wrong: int, state: LinkState
):
    assert state_of(link, at, submissions, closed, wrong) is state
    expected = None if state is LinkState.OPEN else dead_link()
    assert may_use(link, at, submissions, closed, wrong) == expected


def test_a_link_is_sent_for_items_that_are_still_open():
    assert items_to_send(ITEMS, PAPERS) == (1, 2)
    assert may_send((2, 1), ITEMS, PAPERS, False) is None
    refused = {
        (): "upload_link.none",
        (3,): "upload_link.items",
        (1, 4): "upload_link.items",
        (9,): "upload_link.items",
    }
    for chosen, rule in refused.items():
        refusal = may_send(chosen, ITEMS, PAPERS, False)
        assert refusal is not None and (refusal.rule, refusal.where) == (rule, "items")
    for items, closed in ((ITEMS, True), ((), False)):
        refusal = may_send((1,), items, PAPERS, closed)
        assert refusal is not None and refusal.rule == "upload_link.closed"
