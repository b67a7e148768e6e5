"""What carriers call, and the desk's page of texts that are nobody's for sure: the real site, the desk in memory."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from forbear.actions.agenda import work
from forbear.actions.conversation import write_message
from forbear.actions.ports import Desk, Undelivered
from forbear.actions.record import By, load
from forbear.adapters.ids import RandomIds
from forbear.adapters.memory import clock_of
from forbear.adapters.sms_aliyun import AliyunSms
from forbear.adapters.sms_settings import Settings
from forbear.config import wiring
from forbear.config.logs import blot
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import has_papers
from tests.adapters.test_sms_gateways import SECRET, settings
from tests.web.desk.conftest import Person, desk, live, person, she

__all__ = ["desk", "person", "she"]
RECEIPTS, MESSAGES = f"/texts/{SECRET}/receipts", f"/texts/{SECRET}/messages"
AGENT = AGENTS[1].id
Signed = Callable[..., Person]


@pytest.fixture
def carrier(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk with Alibaba Cloud's callbacks open."""
    own: Settings = settings("aliyun", "http://localhost:1")
    made = replace(desk, text_gateway=AliyunSms(own, desk.clock, RandomIds()), text_counting=own.counting)
    monkeypatch.setattr(wiring, "desk", lambda: made)
    return made


@pytest.fixture
def case_id(carrier: Desk, she: Borrower) -> str:
    live(carrier, has_papers(she))
    return she.case_id


def post(path: str, body: Any, **more: Any) -> tuple[int, Any]:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Client().post(path, text, content_type="application/json", **more)
    return answer.status_code, answer.json() if answer.status_code != 404 else None


def receipt(carrier: str, good: bool = True, code: str = "DELIVERED") -> dict[str, object]:
    return {"phone_number": "1", "success": good, "err_code": code, "biz_id": carrier, "out_id": "", "sms_size": "1"}


def wrote(desk: Desk, case_id: str) -> tuple[str, str]:
    """The agent writes; (notice, the carrier's id) of the text message."""
    before = {one.notice for one in load(desk, case_id).notices}
    by = By(actor=Actor(Role.AGENT, AGENT, Auth.STAFF), channel=Channel.WEB, key="w")
    write_message(desk, by, case_id, "请看第二页。")
    clock_of(desk).advance(hours=14)  # out of the quiet hours, whenever that was
    while work(desk):
        pass
    new = [one for one in load(desk, case_id).notices if one.notice not in before and one.channel is Channel.SMS]
    place = [message.reference for message in desk.messenger.sent].index(new[0].notice) + 1  # type: ignore[attr-defined]
    return new[0].notice, f"t{place}"


def test_receipts_come_twice_and_beside_others_that_are_nobodys(carrier: Desk, case_id: str):
    notice, id = wrote(carrier, case_id)
    told = [receipt("nobody's"), {"odd": 1}, receipt(id)]
    assert [post(RECEIPTS, told) for _ in range(2)] == [(200, {"code": 0, "msg": "接收成功"})] * 2
    assert next(one.state for one in load(carrier, case_id).notices if one.notice == notice) == "delivered"
    assert carrier.texts.counts()["unmatched"] == 1


def test_whoever_does_not_know_the_address_finds_no_page(carrier: Desk):
    for path in ("/texts/x/receipts", f"/texts/{SECRET}x/receipts", f"/texts/{SECRET}/others"):
        assert post(path, [receipt("a")])[0] == 404
    assert carrier.texts.counts()["unmatched"] == 0
    assert blot(f"POST {RECEIPTS} 200") == "POST /texts/[link]/receipts 200"


def test_without_a_gateway_there_is_no_page(desk: Desk):
    assert post(RECEIPTS, [])[0] == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\x00\xff", b"[" * 5000])
def test_what_cannot_be_read_is_said(carrier: Desk, body: bytes):
    for path in (RECEIPTS, MESSAGES):
        status, told = post(path, body)
        assert (status, told["error"]["code"]) == (400, "json")


def test_too_much_and_another_method(carrier: Desk):
    assert post(RECEIPTS, b"[" + b" " * 1024 * 1024 + b"]")[0] == 413
    assert Client().get(RECEIPTS).status_code == 405


def test_a_text_that_comes_is_in_her_case(carrier: Desk, case_id: str, she: Borrower):
    up = {
        "phone_number": she.row.phone,
        "send_time": "2026-03-02 08:00:00",
        "content": "我想商量一下",
        "sequence_id": 7,
    }
    assert [post(MESSAGES, [up])[0] for _ in range(3)] == [200] * 3
    said = [one.text for one in load(carrier, case_id).spoken if one.channel is Channel.SMS and one.text]
    assert said == ["我想商量一下"]


def test_a_busy_record_asks_for_it_again(carrier: Desk, monkeypatch: pytest.MonkeyPatch):
    def busy(desk: Desk, thing: object) -> None:
        raise Undelivered("busy")

    monkeypatch.setattr("forbear.web.sms.take_receipt", busy)
    assert post(RECEIPTS, [receipt("a")])[0] == 503


def test_a_person_puts_a_stray_where_it_belongs(carrier: Desk, case_id: str, she: Borrower, person: Signed):
    for n, words in enumerate(("<b>你好</b>", "广告", "再见")):
        post(MESSAGES, [{"phone_number": "19900009999", "content": words, "sequence_id": n}])
    while work(carrier):
        pass
    her = person(AGENT)
    assert "/desk/texts" in her.opens("/desk/tasks").source
    page = her.opens("/desk/texts")
    assert "&lt;b&gt;你好" in page.source and "没有登记这个号码" in page.text
    first = carrier.texts.strays(9)[0].id
    wrong = her.sends("/desk/texts/place", {"form": "text-1", "text": first, "contract": "HC-0"}, form=page)
    assert (wrong.status, wrong.refused != "", 'value="HC-0"' in wrong.source) == (422, True, True)
    empty = her.sends("/desk/texts/place", {"form": "text-1", "text": first, "contract": " "}, form=page)
    assert empty.status == 422
    sent = {"form": "text-1", "text": first, "contract": she.row.loan.contract}
    assert her.sends("/desk/texts/place", sent, form=page).to == "/desk/texts"
    second = {"form": "text-2", "text": carrier.texts.strays(9)[0].id, "nobody": "yes"}
    assert her.sends("/desk/texts/place", second, form=page).to == "/desk/texts"
    assert [stray.text for stray in carrier.texts.strays(9)] == ["再见"]
    assert "<b>你好</b>" in [one.text for one in load(carrier, case_id).spoken]


def test_the_desk_knows_before_sending_how_long_the_text_message_is(carrier: Desk, case_id: str, person: Signed):
    page = person(AGENT).opens(f"/desk/cases/{case_id}/messages")
    told = "【示例消费】我们给您写了一条信息。请登录查看，也可以直接回复：http://127.0.0.1:8000"
    assert f"{len(told)} 字，按 1 条计费" in page.text
    english = person(AGENT, language="en").opens(f"/desk/cases/{case_id}/messages")
    assert f"{len(told)} characters, billed as 1" in english.text
