"""The one door to a case: a proof of identity, her own cases, and the same blank wall for everything else."""

import re

from django.test import Client

from forbear.web.borrower.urls import urlpatterns
from tests.web.borrower.conftest import Borrower, Page

WITH_CASE = [str(p.pattern) for p in urlpatterns if "case_id" in str(p.pattern)]


def addresses(case_id: str) -> list[str]:
    """Every address of a case."""
    made = [p.replace("<str:case_id>", case_id).replace("<str:name>", "cause") for p in WITH_CASE]
    return [f"/{a.replace('<int:number>', '1').replace('<str:upload>', 'ab' * 32)}" for a in made]


def without_key(page: Page) -> str:
    return re.sub(r'name="key" value="[^"]*"|\?lang=en|/c/[^"]*', "", page.source)


def test_every_page_of_a_case_asks_who_she_is_first(she: Borrower):
    case_id = she.signs_in().case_id
    stranger = Client()
    for address in addresses(case_id):
        for send in (stranger.get, stranger.post):
            answer = send(address)
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/start"), address
    assert len(she.file.events) == 2


def test_another_persons_case_looks_like_no_case_at_all(she: Borrower, another: Borrower):
    hers, theirs = she.signs_in().case_id, another.signs_in().case_id
    events = len(another.file.events)
    nothing = without_key(Page(she.client.get("/c/c_nothing/")))
    for address in addresses(theirs):
        for send in (she.client.get, she.client.post):
            answer = Page(send(address))
            assert (answer.status, without_key(answer)) == (404, nothing), address
    assert len(another.file.events) == events
    assert she.opens(f"/c/{hers}/").status == 200


def test_after_half_an_hour_she_proves_herself_again_and_comes_back_to_her_page(she: Borrower):
    she.signs_in()
    she.desk.clock.advance(minutes=29)
    assert she.opens("check").status == 200
    she.desk.clock.advance(minutes=31)
    away = she.opens("check")
    assert away.to == f"/start?next=%2Fc%2F{she.case_id}%2Fcheck&again=1"
    assert "半小时没有操作" in she.opens(away.to).text
    she.client.post(away.to, {"contract": she.row.loan.contract, "id_number": she.row.id_number})
    back = she.client.post(f"/code?next=/c/{she.case_id}/check", {"code": she.code()})
    assert back.headers["Location"] == f"/c/{she.case_id}/check"


def test_what_she_was_sending_when_the_time_was_over_is_still_there_afterwards(she: Borrower):
    form = she.signs_in().opens("statement/story")
    she.desk.clock.advance(minutes=31)
    away = she.sends("statement/story", {"words": "母亲住院", "act": "continue"}, form=form)
    assert away.to.startswith("/start")
    assert she.facts("answer.given") == []
    she.signs_in()
    assert "母亲住院" in she.opens("statement/story").text
    assert "母亲住院" not in she.opens("statement/story").text


def test_what_one_person_was_sending_is_not_shown_to_the_next(she: Borrower, another: Borrower):
    form = she.signs_in().opens("messages")
    she.desk.clock.advance(minutes=31)
    she.sends("messages", {"words": "只给自己看"}, form=form)
    another.client = she.client
    another.signs_in()
    assert "borrower-held" not in another.client.session
    assert "只给自己看" not in another.opens("messages").text


def test_the_session_key_changes_when_she_comes_in_and_when_she_leaves(she: Borrower):
    she.sends("/start", {"contract": she.row.loan.contract, "id_number": she.row.id_number})
    before = she.client.session.session_key
    she.sends("/code", {"code": she.code()})
    inside = she.client.session.session_key
    assert inside != before
    left = she.opens("/leave")
    assert "退出" in left.text
    assert she.client.session.session_key != inside
    assert she.opens("/mine").to.startswith("/start")


def test_the_way_back_never_leads_to_another_site(she: Borrower):
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        she.client.post(f"/start?next={elsewhere}", {"contract": she.row.loan.contract, "id_number": she.row.id_number})
        answer = she.client.post(f"/code?next={elsewhere}", {"code": she.code()})
        assert answer.headers["Location"].startswith("/c/c_")
        she.opens("/leave")


def test_a_wrong_address_says_so_and_leads_back(she: Borrower):
    page = she.opens("/nothing/here")
    assert page.status == 404
    assert "找不到这个页面" in page.text
    assert 'href="/"' in page.source
