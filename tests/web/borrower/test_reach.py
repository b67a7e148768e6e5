"""How she wants to be reached: what she chooses is kept to by every message, and one way in writing always stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from forbear.actions.agenda import work
from forbear.actions.conversation import Written, write_message
from forbear.actions.ports import ZONE
from forbear.actions.record import By
from forbear.adapters.memory import sent_by
from forbear.core.contact import Channel
from forbear.core.refusal import Refusal
from tests.web.borrower.conftest import AGENT, Borrower

ONE_STAYS = "请保留短信，或者填写邮箱并保留邮件，决定和日期要让您知道。"
NOTHING = {"safe_from": "", "safe_until": "", "zone": "", "email": ""}


def chosen(she: Borrower, **change: Any) -> Any:
    return she.sends("reach", {**NOTHING, **change})


def test_what_she_chooses_is_kept_and_shown_again(she: Borrower):
    she.signs_in()
    page = she.opens("reach")
    assert "22:00 到 08:00 我们不打电话、不发消息。" in page.text
    answer = chosen(
        she, unwanted=["hotline"], safe_from="10:00", safe_until="16:00", private=["yes"], night=["yes"],
        zone="Asia/Urumqi", email="lu@mail.example",
    )  # fmt: skip
    assert answer.status == 302
    reach = she.file.reach
    assert reach is not None
    assert (reach.unwanted, reach.safe_from, reach.safe_until) == ((Channel.HOTLINE,), "10:00", "16:00")
    assert (reach.discreet, reach.night, reach.zone, reach.email) == (True, True, "Asia/Urumqi", "lu@mail.example")
    shown = she.opens("reach").source
    assert shown.count(" checked") == 3 and shown.count(" selected") == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unwanted": ["sms"]}, ONE_STAYS),
        ({"unwanted": ["sms", "email"], "email": "lu@mail.example"}, ONE_STAYS),
        ({"safe_from": "10:00"}, "请把两个时间都选上，或者都不选。"),
        ({"safe_from": "22:00", "safe_until": "08:00"}, "请让这段时间里至少有一小时不在 22:00 到 08:00 之间。"),
        ({"zone": "Mars/North"}, "请从列表里选一个时间。"),
        ({"email": "not one"}, "请检查邮箱地址，例如 name@example.com。"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_to_says_so_beside_its_field(she: Borrower, change: dict[str, Any], said: str):
    she.signs_in()
    answer = chosen(she, **change)
    assert (answer.status, answer.faults) == (422, [said])
    assert she.file.reach is None


def test_her_safe_hours_hold_for_notices_and_for_people_of_the_desk(she: Borrower):
    she.signs_in()
    chosen(she, safe_from="14:00", safe_until="16:00")
    case_id = she.file.case.case_id
    noon = datetime.combine(she.desk.clock.today() + timedelta(days=1), datetime.min.time(), ZONE) + timedelta(hours=12)
    she.desk.clock.move_to(noon)
    by = By(actor=AGENT, channel=Channel.WEB, key="k-1")
    refused = write_message(she.desk, by, case_id, "How are you?")
    assert isinstance(refused, Refusal)
    assert (refused.rule, refused.facts["next_at"]) == ("contact.safe_hours", f"{noon.date()}T14:00")
    write_message(
        she.desk, By(actor=AGENT, channel=Channel.WEB, key="k-2"), case_id, Written(text="Hello", when_allowed=True)
    )
    sent = len(sent_by(she.desk))
    she.desk.clock.advance(hours=1, minutes=59)
    work(she.desk)
    assert len(sent_by(she.desk)) == sent
    she.desk.clock.advance(minutes=1)
    work(she.desk)
    assert len(sent_by(she.desk)) == sent + 1


def test_a_channel_she_wants_left_alone_takes_no_notice(she: Borrower):
    she.signs_in()
    chosen(she, unwanted=["sms"], email="lu@mail.example")
    she.answers().submits()
    assert {notice.channel for notice in she.file.notices} == {Channel.EMAIL}
