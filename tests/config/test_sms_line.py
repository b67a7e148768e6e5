"""What comes over the SMPP line beside the worker goes into the cases: receipts and texts, from a thread of its own."""

from datetime import UTC, date, datetime

import pytest

from forbear.actions.agenda import work
from forbear.adapters.memory import memory_desk
from forbear.adapters.messenger import ByChannel
from forbear.adapters.smpp import Smpp
from forbear.config.sms import attend
from forbear.core.contact import Channel
from forbear.town.book import made_up_book
from tests.actions.test_sms import case_of, state, talk, told_her
from tests.adapters.smpp_peer import Center
from tests.adapters.test_smpp import WAIT, account, stat

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def center():
    made = Center()
    yield made
    made.close()


def test_a_receipt_and_a_text_over_the_line(center, db):
    (her,) = made_up_book(3, 1, date(2026, 3, 2))
    line: Smpp = account(center)
    desk = memory_desk(at=AT, rows=[her], messenger=ByChannel({Channel.SMS: line}))
    attended = attend(desk)
    center.bound.get(timeout=WAIT)
    case_id = case_of(desk, her)
    notice = told_her(desk, case_id).notice
    while work(desk):
        pass
    assert (state(desk, case_id, notice), center.submitted[0]["to"][2]) == ("sent", f"86{her.phone}")
    parts = [f"AB{n}" for n in range(1, len(center.submitted) + 1)]  # a text in several parts has a receipt for each
    answers = [center.deliver(stat("DELIVRD", id=part), esm=0x04) for part in parts]
    answers.append(center.deliver("好的".encode("utf-16-be"), source=f"86{her.phone}", coding=8))
    assert [center.answers.get(timeout=WAIT) for _ in answers] == [(asked, 0) for asked in answers]
    assert state(desk, case_id, notice) == "delivered"
    assert [one.text for one in talk(desk, case_id) if one.hers] == ["好的"]
    attended.close()


def test_where_no_gateway_has_a_line_nobody_listens():
    attend(memory_desk(at=AT)).close()
    attend(memory_desk(at=AT, messenger=ByChannel({}))).close()
