"""Her chat over the real pages: a form without JavaScript, answers for a script, the frame, the hand-over."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from forbear.actions import chat
from forbear.actions.ports import Desk
from forbear.actions.record import By, load
from forbear.config import wiring
from forbear.core.contact import Auth, Channel
from forbear.core.handover import token_of
from forbear.web.talk import STREAM
from forbear.words import say
from tests.web.borrower.conftest import AGENT, Borrower

JSON = {"Accept": "application/json"}
SHOP, SECRET = "https://www.lender.example", "s" * 40


@pytest.fixture(autouse=True)
def without_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bot says is told below, and in tests/actions/bot."""
    monkeypatch.setattr(chat, "heard", lambda desk, case_id: None)
    for page in ("chat", "embed"):
        monkeypatch.setattr(f"forbear.web.borrower.{page}.greet", lambda desk, case_id, proved: None)


def says(key: str, **facts: object) -> str:
    return say("zh", key, **facts)


def writes(desk: Desk, case_id: str, text: str) -> None:
    chat.answer(desk, By(actor=AGENT, channel=Channel.CHAT, key=f"a:{text}"), case_id, text)


def test_without_javascript_a_form_sends_and_a_link_reads(she: Borrower):
    she.signs_in()
    sent = she.sends("chat", {"words": "工资少了一半"})
    assert sent.to == she.at("chat?done=sent")
    writes(she.desk, she.case_id, "可以先减少还款")
    page = she.opens("chat")
    assert "工资少了一半" in page.text and "可以先减少还款" in page.text
    assert f'href="{she.at("chat")}">{says("chat.page.refresh")}' in page.source
    assert page.text.index("工资少了一半") < page.text.index("可以先减少还款")
    (answer,) = [said for said in she.file.spoken if said.text == "可以先减少还款"]
    assert answer.delivered_at == she.desk.clock.now()


def test_an_empty_or_endless_message_is_shown_again_with_what_to_do(she: Borrower):
    she.signs_in()
    empty = she.sends("chat", {"words": "  "})
    assert (empty.status, empty.faults) == (422, [says("contact.refusal.empty")])
    long = she.sends("chat", {"words": "长" * 4001})
    assert (long.status, "长" * 4001 in long.source) == (422, True)
    assert not [said for said in she.file.spoken if said.text]


def test_a_flood_without_javascript_keeps_what_she_wrote(she: Borrower):
    she.signs_in()
    for n in range(chat.POSTS):
        assert she.sends("chat", {"words": f"第{n}句"}).status == 302
    slowed = she.sends("chat", {"words": "最后这句很重要"})
    assert slowed.status == 422
    assert says("chat.refusal.too_fast") in slowed.text and "最后这句很重要" in slowed.source
    loud = she.client.post(she.at("chat"), {"words": "最后这句很重要", "key": "one-of-many"}, headers=JSON)
    assert (loud.status_code, loud.headers["Retry-After"], loud.json()["again"]) == (429, "10", True)


def test_a_script_posts_and_gets_what_came_meanwhile(she: Borrower):
    she.signs_in()
    after = she.file.case.seq
    writes(she.desk, she.case_id, "您好")
    body = {"words": "你好", "key": "k-12345678", "after": str(after)}
    first = she.client.post(she.at("chat"), body, headers=JSON)
    again = she.client.post(she.at("chat"), body, headers=JSON)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["taken"] == again.json()["taken"]
    lines = [(line["kind"], line["text"]) for line in again.json()["lines"]]
    assert lines == [("event", says("chat.page.event.her.joined")), ("theirs", "您好"), ("mine", "你好")]
    pulled = she.client.get(she.at(f"chat/pull?after={first.json()['taken']}")).json()
    assert (pulled["lines"], pulled["seq"]) == ([], she.file.case.seq)


def test_rocket_chat_36023_a_post_whose_answer_never_came_is_known_when_it_comes_again(she: Borrower):
    """Her line carried the message and not the answer: sent again later, with another cursor, it is the same one."""
    she.signs_in()
    body = {"words": "收到了吗", "key": "k-one-way-1"}
    for after, ago in ((1, 0), (1, 12), (9, 40)):
        answer = she.client.post(she.at("chat"), {**body, "after": after, "ago": ago}, headers=JSON)
        assert answer.status_code in (200, 201)
    assert [said.text for said in she.file.spoken if said.text] == ["收到了吗"]


@pytest.mark.parametrize("after", ["", "x", "-2", "1e3", "99999999999", "١"])
def test_a_seq_that_is_none_is_told_so(she: Borrower, after: str):
    she.signs_in()
    answer = she.client.get(she.at("chat/pull"), {"after": after})
    assert (answer.status_code, answer.json()["error"]) == (422, says("chat.page.fault.after"))


def test_papercups_the_chat_of_another_is_not_there(she: Borrower, another: Borrower):
    she.signs_in()
    another.signs_in()
    for name in ("chat", "chat/pull?after=-1", "chat/wake"):
        assert another.client.get(she.at(name)).status_code == 404
    for name in ("chat", "chat/typing", "chat/seen"):
        assert another.client.post(she.at(name), {"words": "x", "after": "1"}).status_code == 404
        assert Client().post(she.at(name), {"words": "x", "after": "1"}).status_code == 302
    assert she.desk.presence.seen_at(she.case_id, another.row.loan.contract) is None
    assert not [said for said in she.file.spoken if said.text]


def test_a_stream_names_its_case_for_the_server_and_is_a_poll_without_one(she: Borrower):
    she.signs_in()
    answer = she.client.get(she.at("chat/wake"))
    assert answer.headers[STREAM] == f"{she.case_id} {she.file.case.seq}"
    assert answer.content.decode() == f"retry: 4000\nevent: beat\ndata: {she.file.case.seq}\n\n"


def test_typing_is_in_no_record(she: Borrower):
    she.signs_in()
    before = she.desk.ledger.size()
    assert she.client.post(she.at("chat/typing")).status_code == 204
    assert she.desk.presence.typing(she.case_id, she.desk.clock.now()) == ("",)
    assert she.desk.ledger.size() == before


# ---- in a frame, and handed over ---------------------------------------------------------------------------------


@pytest.fixture
def open_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk with a site that may frame it and a secret shared with the lender's app."""
    made = replace(desk, embed_origins=(SHOP,), handover_secrets=(SECRET,), address="http://testserver")
    monkeypatch.setattr(wiring, "desk", lambda: made)
    return made


def test_only_the_frame_is_framed_and_only_by_the_lenders_sites(she: Borrower, desk: Desk, open_desk: Desk):
    page = Client().get("/embed/zh")
    assert f"frame-ancestors {SHOP}" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers and "Set-Cookie" not in str(page.cookies)
    assert not page.cookies
    for path in ("/", "/start", "/handover"):
        other = Client().get(path)
        assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
        assert other.headers["X-Frame-Options"] == "DENY"
    assert Client().get("/embed/fr").status_code == 404


def test_without_sites_there_is_no_frame(she: Borrower):
    assert Client().get("/embed/zh").status_code == 404
    assert Client().post("/embed/ask", {}).status_code == 404
    assert Client().get("/handover").status_code == 404


def test_the_script_for_the_lenders_page_is_open_to_all_and_sets_nothing(she: Borrower):
    answer = Client().get("/chat.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    assert b"document.cookie" not in answer.content


def test_in_the_frame_she_proves_herself_and_talks_without_any_cookie(she: Borrower, open_desk: Desk):
    frame = Client(enforce_csrf_checks=True)
    asked = {"contract": she.row.loan.contract.lower(), "id_number": she.row.id_number}
    bad = frame.post("/embed/ask", {**asked, "id_number": "1"}, headers={"X-Chat-Language": "en"})
    assert (bad.status_code, bad.json()["field"]) == (422, "id_number")
    challenge = frame.post("/embed/ask", asked).json()["challenge"]
    nobody = frame.post("/embed/ask", {**asked, "contract": "HC-0000-1"}).json()
    assert set(nobody) == {"challenge"}
    wrong = frame.post("/embed/prove", {"challenge": challenge, "code": "00000000"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    assert frame.get("/embed/pull?after=-1").status_code == 401
    held = frame.post("/embed/prove", {"challenge": challenge, "code": open_desk.challenges.code(challenge)}).json()
    headers = {"X-Chat-Token": held["token"]}
    sent = frame.post("/embed/post", {"words": "在吗", "key": "k-12345678", "after": "-1"}, headers=headers)
    assert sent.status_code == 201 and [line["text"] for line in sent.json()["lines"]] == ["在吗"]
    assert frame.get("/embed/pull?after=-1", headers={"X-Chat-Token": sent.headers["X-Chat-Token"]}).status_code == 200
    assert frame.get("/embed/pull?after=-1", headers={"X-Chat-Token": held["token"][:-1] + "x"}).status_code == 401
    assert not frame.cookies
    (said,) = [one for one in load(open_desk, held["case"]).spoken if one.text]
    assert (said.channel, said.by.auth) == (Channel.CHAT, Auth.CODE)


def claims(desk: Desk, she: Borrower, **other: Any) -> dict[str, Any]:
    now = int(desk.clock.now().timestamp())
    made = {"aud": desk.address, "iat": now, "exp": now + 60, "jti": "j" * 16, "contract": she.row.loan.contract}
    return {**made, **other}


def test_a_customer_of_the_app_is_not_asked_again_who_she_is(she: Borrower, open_desk: Desk):
    token = token_of(SECRET, claims(open_desk, she))
    app = Client(enforce_csrf_checks=True)
    entered = app.post("/handover", {"token": token, "to": "case"})
    case_id = entered.headers["Location"].split("/")[2]
    assert app.get(entered.headers["Location"]).status_code == 200
    (opened, proved) = load(open_desk, case_id).events[:2]
    assert (opened.actor.auth, proved.fact.type) == (Auth.APP, "identity.proved")
    again = Client().post("/handover", {"token": token})
    assert (again.status_code, again.cookies.get("sessionid")) == (403, None)
    assert says("chat.refusal.handover") in again.content.decode()


def test_a_token_in_an_address_is_not_looked_at(she: Borrower, open_desk: Desk):
    token = token_of(SECRET, claims(open_desk, she))
    shown = Client().get("/handover", {"token": token})
    assert shown.status_code == 200 and token not in shown.content.decode()
    assert '<meta name="referrer" content="no-referrer">' in shown.content.decode()
    assert Client().post(f"/handover?token={token}").status_code == 403
    assert Client().post("/handover", {"token": token}).status_code == 302


def test_a_signed_in_customer_of_the_lenders_site_is_in_the_frame_at_once(she: Borrower, open_desk: Desk):
    token = token_of(SECRET, claims(open_desk, she))
    held = Client().post("/embed/handover", {"token": token}).json()
    answer = Client().get("/embed/pull?after=-1", headers={"X-Chat-Token": held["token"]})
    assert answer.status_code == 200
    assert Client().post("/embed/handover", {"token": token}).status_code == 403
