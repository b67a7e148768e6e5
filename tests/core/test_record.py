"""The one writer keeps a borrower to her own case."""

from datetime import UTC, date, datetime

from forbear.actions.contact import open_case
from forbear.actions.conversation import write_message
from forbear.actions.record import By, Done
from forbear.adapters.memory import memory_desk
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.refusal import Refusal
from forbear.town.book import made_up_book


def test_another_borrower_changes_nothing_in_a_case_and_learns_nothing():
    row, other = made_up_book(7, 2, date(2026, 3, 2))
    desk = memory_desk(at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC), rows=(row, other))
    hers, others = (desk.loans.find(one.loan.contract) for one in (row, other))
    her, foreign = (Actor(Role.BORROWER, held.borrower_id, Auth.CODE) for held in (hers, others))
    opened = open_case(desk, By(actor=her, channel=Channel.WEB, key="1"), loan_id=hers.loan_id, language="zh")
    size = desk.ledger.size()
    outcome = write_message(desk, By(actor=foreign, channel=Channel.WEB, key="2"), opened.case_id, "hello")
    unknown = write_message(desk, By(actor=foreign, channel=Channel.WEB, key="3"), "c_nobody", "hello")
    assert isinstance(outcome, Refusal)
    assert outcome == unknown
    assert outcome.rule == "record.no_case"
    assert desk.ledger.size() == size
    mine = write_message(desk, By(actor=her, channel=Channel.WEB, key="4"), opened.case_id, "hello")
    assert isinstance(mine, Done)
