"""What the desk sees of the limits on contact: what is left today, until when not, and sending when it is allowed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from forbear.actions.agenda import work
from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import load
from forbear.adapters.memory import sent_by
from forbear.core import events as e
from forbear.core.contact import Purpose
from forbear.core.conversation import Conversation
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import proposed
from tests.web.desk.conftest import Person, live

AGENT = AGENTS[1].id


@pytest.fixture
def case_id(desk: Desk, she: Borrower) -> str:
    live(desk, proposed(she))
    while work(desk):
        pass
    return she.case_id


@pytest.fixture
def her(person: Callable[..., Person]) -> Person:
    return person(AGENT)


def tomorrow(desk: Desk, clock: str) -> date:
    """The desk's clock at a time of the next day."""
    on = desk.clock.today() + timedelta(days=1)
    desk.clock.move_to(datetime.fromisoformat(f"{on}T{clock}").replace(tzinfo=ZONE))  # type: ignore[attr-defined]
    return on


def talk(desk: Desk, case_id: str) -> Conversation:
    return load(desk, case_id).talk


def refused(desk: Desk, case_id: str) -> list[str]:
    return [one.fact.rule for one in load(desk, case_id).events if isinstance(one.fact, e.ContactRefused)]


def test_a_case_shows_what_is_left_and_until_when_not(desk: Desk, her: Person, case_id: str):
    tomorrow(desk, "10:00")
    page = her.opens(f"/desk/cases/{case_id}").text
    assert "每天接通电话的上限: 0 / 3" in page and "每天未接通电话的上限: 0 / 6" in page
    assert "现在不可" not in page
    on = tomorrow(desk, "23:00") + timedelta(days=1)
    page = her.opens(f"/desk/cases/{case_id}").text
    assert f"从 {on.year}年{on.month}月{on.day}日 08:00 起可以。" in page


def test_a_message_at_night_is_refused_or_told_to_her_in_the_morning(desk: Desk, her: Person, case_id: str):
    on = tomorrow(desk, "23:00") + timedelta(days=1)
    before = len(talk(desk, case_id).spoken)
    page = her.does(case_id, "messages", "write", text="材料收到了。")
    assert page.status == 422 and f"从 {on.year}年{on.month}月{on.day}日 08:00 起可以。" in page.text
    assert "材料收到了。" in page.source
    assert (len(talk(desk, case_id).spoken), refused(desk, case_id)) == (before, ["contact.quiet_from"])
    assert her.does(case_id, "messages", "write", text="材料收到了。", when_allowed="yes").status == 302
    assert talk(desk, case_id).spoken[-1].text == "材料收到了。"
    gone = len(sent_by(desk))
    work(desk)
    assert len(sent_by(desk)) == gone
    tomorrow(desk, "07:59")
    work(desk)
    assert len(sent_by(desk)) == gone
    desk.clock.advance(minutes=1)  # type: ignore[attr-defined]
    work(desk)
    assert len(sent_by(desk)) > gone
    assert talk(desk, case_id).notices[-1].purpose is Purpose.CASE


def test_the_fourth_talk_of_a_day_is_refused_and_one_that_took_place_is_kept(desk: Desk, her: Person, case_id: str):
    tomorrow(desk, "10:00")
    for number in range(3):
        assert her.does(case_id, "messages", "note", text=f"第 {number} 次通话", called="yes").status == 302
    page = her.does(case_id, "messages", "note", text="还想再打", called="yes")
    assert page.status == 422 and "今天已与她通话 3 次，不能再多。" in page.text
    assert refused(desk, case_id) == ["contact.connected_max_per_day"]
    assert her.does(case_id, "messages", "note", text="她接了", called="yes", happened="yes").status == 302
    assert talk(desk, case_id).spoken[-1].text == "她接了"
    assert "每天接通电话的上限: 4 / 3" in her.opens(f"/desk/cases/{case_id}").text


def test_who_asked_for_a_person_is_called_back_however_often_we_rang(
    desk: Desk, she: Borrower, her: Person, case_id: str
):
    tomorrow(desk, "10:00")
    for number in range(3):
        her.does(case_id, "messages", "note", text=f"第 {number} 次通话", called="yes")
    she.writes("请给我打电话")
    assert her.does(case_id, "messages", "note", text="回了电话", called="yes").status == 302
    assert refused(desk, case_id) == []
