"""The promise at the desk: two reviewers, a pause, money sent back, dates for the books, a dispute answered."""

from datetime import date

import pytest

from forbear.actions import credit
from forbear.actions.ports import Desk
from forbear.config import wiring
from forbear.town.borrower import AGENTS, REVIEWERS
from tests.kept import BANK, Kept

AGENT, FIRST, SECOND = AGENTS[0].id, REVIEWERS[0].id, REVIEWERS[1].id


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, sqlite_database, kept: Kept) -> Desk:
    """The one that the people of these tests sign in to."""
    monkeypatch.setattr(wiring, "desk", lambda: kept.desk)
    return kept.desk


def test_income_she_left_out_is_asked_about_and_goes_through_two_pairs_of_eyes(kept: Kept, person):
    chen, zhao, lin = person(FIRST), person(SECOND), person(AGENT)
    address = f"/desk/cases/{kept.case_id}/payments"
    first = chen.does(kept.case_id, "payments", "broken", why="undisclosed-income", reason="另有收入")
    assert (first.status, "这件事还没有问过她。" in first.text) == (422, True)
    page = lin.does(kept.case_id, "payments", "breach/ask", why="unpaid", words="另有收入")
    assert page.status == 422
    page = lin.does(kept.case_id, "payments", "breach/ask", why="false-papers", words="单位说不是")
    assert (page.status, page.refused) == (422, "请选出哪些材料不真实。")
    assert lin.does(kept.case_id, "payments", "breach/ask", why="undisclosed-income", words="另有收入").status == 302
    page = lin.opens(address).text
    assert "lin 询问（收入没有告知）：另有收入" in page and "2026年3月12日前她可以说明。" in page
    assert lin.does(kept.case_id, "payments", "breach/answer", words="是她妈妈的钱").status == 302
    assert "是她妈妈的钱" in lin.opens(address).text
    kept.until(date(2026, 3, 13))
    sent = chen.does(kept.case_id, "payments", "broken", why="undisclosed-income", reason="另有收入")
    assert sent.status == 302
    page = chen.opens(address)
    assert "有人提出终止，等另一位审核人" in page.text and "提出的人不能自己决定。" in page.text
    again = chen.does(kept.case_id, "payments", "broken", why="undisclosed-income", reason="另有收入")
    assert again.status == 403
    back = zhao.does(kept.case_id, "payments", "breach/return", reason="先问问她")
    assert back.status == 302 and kept.file.promise.breach is None
    lin.does(kept.case_id, "payments", "breach/ask", why="undisclosed-income", words="另有收入")
    lin.does(kept.case_id, "payments", "breach/clear", reason="查清了")
    lin.does(kept.case_id, "payments", "breach/ask", why="undisclosed-income", words="又有一笔")
    kept.until(date(2026, 3, 24))
    chen.does(kept.case_id, "payments", "broken", why="undisclosed-income", reason="另有收入")
    zhao.does(kept.case_id, "payments", "broken", why="undisclosed-income", reason="我也看过")
    assert kept.file.case.closed == "broken"
    assert kept.file.agreements[0].state == "broken"
    page = zhao.opens(address).text
    assert "保留的减免 0.00 元 恢复的部分 30.00 元" in page


def test_a_pause_and_its_end(kept: Kept, person):
    lin = person(AGENT)
    page = lin.does(kept.case_id, "payments", "pause", until_on="2027-01-01", reason="住院")
    assert (page.status, page.faults) == (422, ["最后一天从今天算起，最多 92 天。"])
    assert lin.does(kept.case_id, "payments", "pause", until_on="明天", reason="住院").status == 422
    assert lin.does(kept.case_id, "payments", "pause", until_on="2026-04-30", reason="住院").status == 302
    assert "暂停到2026年4月30日：住院" in lin.opens(f"/desk/cases/{kept.case_id}/payments").text
    assert lin.does(kept.case_id, "payments", "pause/end").status == 302
    assert not kept.file.case.suspended_on(kept.today)


def test_too_much_is_sent_back_from_the_page_and_the_task_is_gone(kept: Kept, person):
    kept.pays(160_000)
    kept.work()
    lin = person(AGENT)
    assert "有人多付了钱，请退还" in lin.opens("/desk/tasks").text
    (over,) = kept.file.promise.overs
    sent = lin.does(kept.case_id, "payments", f"{over.payment}/refund", sent_on="2026-03-02", reference="RF-1")
    assert sent.status == 302
    assert "67.00 元 已在2026年3月2日退还（RF-1）" in lin.opens(f"/desk/cases/{kept.case_id}/payments").text
    assert "有人多付了钱，请退还" not in lin.opens("/desk/tasks").text
    assert lin.opens(f"/desk/cases/{kept.case_id}/payments/settled/1.pdf").response["Content-Type"] == "application/pdf"


def test_the_dates_for_the_books_are_shown_as_advice(kept: Kept, person):
    page = person(AGENT).opens(f"/desk/cases/{kept.case_id}/payments").text
    assert "重组起始 2026年3月2日 观察至少到 2027年4月18日" in page
    assert "供记账参考，不是决定。" in page


def test_a_dispute_is_answered_with_a_correction(kept: Kept, person):
    kept.until(date(2026, 5, 31))
    credit.feed(kept.desk, kept.by(BANK), date(2026, 5, 31))
    lin = person(AGENT)
    assert lin.does(kept.case_id, "credit", "dispute", on="2026-05-31", words=" ").status == 422
    assert lin.does(kept.case_id, "credit", "dispute", on="2026-05-30", words="还过").status == 422
    assert lin.does(kept.case_id, "credit", "dispute", on="2026-05-31", words="第一期还过了").status == 302
    kept.work()
    (disputed,) = kept.file.credit.open_disputes
    assert "第一期还过了" in lin.opens(f"/desk/cases/{kept.case_id}/credit").text
    unsaid = lin.does(kept.case_id, "credit", disputed.dispute, words="改了")
    assert (unsaid.status, unsaid.faults) == (422, ["请选查的结果。"])
    given = {"result": "upheld", "days_past_due": "13", "past_due": "376", "words": "您说得对。"}
    assert lin.does(kept.case_id, "credit", disputed.dispute, **{**given, "days_past_due": "-"}).status == 422
    assert lin.does(kept.case_id, "credit", disputed.dispute, **given).status == 302
    (found,) = kept.file.credit.disputes
    assert (found.upheld, found.correction.past_due_minor) == (True, 37_600)
    assert "有人对征信记录有异议" not in lin.opens("/desk/tasks").text
