"""An upload link: looking changes nothing, a code opens it, and one page stands for every link that opens nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from forbear.actions import agenda, contact
from forbear.actions.evidence import waive_paper
from forbear.actions.ports import Leased
from forbear.actions.record import By, carry_out
from forbear.actions.upload_links import revoke_link, send_link
from forbear.actions.uploads import KEPT_DAYS
from forbear.adapters.memory import sent_by
from forbear.core import events as e
from forbear.core.contact import Channel, Reach
from forbear.core.evidence import PaperState
from forbear.core.upload_link import LinkEnd
from tests.web.borrower.conftest import AGENT, Borrower, Page
from tests.web.borrower.test_evidence import JPEG, photo

SECRET = re.compile(r"/u/([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def work(she: Borrower) -> None:
    while agenda.work(she.desk):
        pass


def sent_link(she: Borrower, items: tuple[int, ...] = (1, 2)) -> str:
    """The address in the text message of a link that the desk sends."""
    she.desk_does(send_link, AGENT, items)
    work(she)
    return newest(she)


def newest(she: Borrower) -> str:
    found = SECRET.search(sent_by(she.desk)[-1].body)
    assert found, sent_by(she.desk)[-1].body
    return found[0]


def code_of(she: Borrower, client: Client) -> str:
    return she.desk.challenges.code(client.session["upload-challenge"]["challenge"])


def opened(she: Borrower, address: str, client: Client | None = None) -> Client:
    """A browser in which the link was opened with its code."""
    client = client or Client()
    client.cookies["lang"] = "zh"
    assert client.post(address, {"act": "ask"}).headers["Location"] == address
    answer = client.post(address, {"act": "open", "code": code_of(she, client)})
    assert answer.headers["Location"] == "/upload"
    return client


def tries_wrong(she: Borrower, address: str, client: Client, times: int) -> list[int]:
    wrong = f"{(int(code_of(she, client)) + 1) % 10**8:08d}"
    return [client.post(address, {"act": "open", "code": wrong}).status_code for _ in range(times)]


def test_the_message_has_the_link_and_the_record_has_no_secret(handed_in: Borrower):
    address = sent_link(handed_in)
    (message,) = [m for m in sent_by(handed_in.desk) if SECRET.search(m.body)]
    assert (message.channel, message.to) == (Channel.SMS, handed_in.row.phone)
    assert f"{handed_in.desk.address}{address} " in message.body
    assert "2026年3月16日前有效" in message.body
    (notice,) = [n for n in handed_in.file.notices if n.kind == "upload-link"]
    assert notice.letter is not None and f"{handed_in.desk.address}/u/… " in notice.letter.body
    secret = address.removeprefix("/u/")
    assert secret not in repr(handed_in.file.events)
    assert handed_in.facts("upload_link.sent")[0].items == (1, 2)


def test_a_discreet_message_brings_the_link_too(handed_in: Borrower):
    reach = Reach(language="zh", phone=handed_in.row.phone, email="jieqian@example.com", discreet=True)
    handed_in.desk_does(contact.choose_reach, AGENT, reach)
    handed_in.desk_does(send_link, AGENT, (1,))
    work(handed_in)
    mail, text = sorted(sent_by(handed_in.desk)[-2:], key=lambda message: message.channel)
    assert [SECRET.search(message.body) is not None for message in (mail, text)] == [True, True]
    assert "公司" not in text.body


def test_looking_changes_nothing_however_often_a_scanner_looks(handed_in: Borrower):
    address = sent_link(handed_in)
    before = (handed_in.file.case.seq, len(sent_by(handed_in.desk)))
    for _ in range(3):
        for look in (Client().get, Client().head):
            answer = look(address)
            assert answer.status_code == 200
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.cookies == {}
    page = Page(Client().get(address))
    assert 'name="referrer" content="no-referrer"' in page.source
    assert handed_in.row.name not in page.text and "材料" in page.text and "诊断" not in page.text
    work(handed_in)
    assert (handed_in.file.case.seq, len(sent_by(handed_in.desk))) == before
    opened(handed_in, address)


def test_with_the_code_the_secret_leaves_the_address(handed_in: Borrower):
    address = sent_link(handed_in)
    client = opened(handed_in, address)
    page = Page(client.get("/upload"))
    assert page.status == 200
    assert address not in page.source
    assert 'id="item-1"' in page.source and 'id="item-2"' in page.source and 'id="item-3"' not in page.source
    assert handed_in.case_id not in page.source and handed_in.row.name not in page.text
    assert client.get(address).headers["Location"] == "/upload"
    assert Page(Client().get("/upload")).status == 410


def test_the_code_goes_to_the_number_on_file_and_opens_nothing_else(handed_in: Borrower):
    address = sent_link(handed_in)
    client = Client()
    client.post(address, {"act": "ask"})
    work(handed_in)
    code = sent_by(handed_in.desk)[-1]
    assert code.to == handed_in.row.phone
    assert code.body.startswith("【示例消费金融有限公司】上传材料的验证码 ")
    handed_in.client.post("/start", {"contract": handed_in.row.loan.contract, "id_number": handed_in.row.id_number})
    sign_in = handed_in.code()
    assert client.post(address, {"act": "open", "code": sign_in}).status_code == 422
    other = Client()
    assert other.post(address, {"act": "open", "code": code_of(handed_in, client)}).headers["Location"] == address
    assert Page(other.get("/upload")).status == 410


def test_an_hour_later_the_link_asks_for_a_code_again(handed_in: Borrower):
    address = sent_link(handed_in)
    client = opened(handed_in, address)
    handed_in.desk.clock.advance(minutes=60)
    assert client.get("/upload").status_code == 200
    handed_in.desk.clock.advance(minutes=1)
    assert client.get("/upload").status_code == 410
    assert client.get(address).status_code == 200
    opened(handed_in, address, client)


def dead_links(she: Borrower) -> dict[str, str]:
    """An address of every kind that opens nothing; the clock ends a fortnight later."""
    found = {"unknown": "/u/" + "A" * 43, "short": "/u/x", "strange": "/u/%F0%9F%8D%B5"}
    found["expired"] = sent_link(she)
    she.desk.clock.advance(days=14)
    found["replaced"] = sent_link(she)
    found["locked"] = sent_link(she)
    client = Client()
    client.post(found["locked"], {"act": "ask"})
    assert tries_wrong(she, found["locked"], client, 5) == [422] * 4 + [410]
    found["revoked"] = sent_link(she)
    she.desk_does(revoke_link, AGENT, she.file.upload_links[-1].link)
    return found


def test_one_page_for_every_link_that_opens_nothing(handed_in: Borrower):
    links = dead_links(handed_in)
    assert [link.ended for link in handed_in.file.upload_links] == [
        "",
        LinkEnd.REPLACED,
        LinkEnd.LOCKED,
        LinkEnd.REVOKED,
    ]
    for look in (Client.get, Client.post):
        seen = [look(Client(), address) for address in links.values()]
        assert {answer.status_code for answer in seen} == {410}
        assert len({answer.content for answer in seen}) == 1
        assert len({str(sorted(answer.headers.items())) for answer in seen}) == 1
    assert "这个链接用不了了" in Page(Client().get(links["unknown"])).text


def test_asking_for_a_new_link_looks_the_same_and_sends_it_to_the_number_on_file(handed_in: Borrower):
    links = dead_links(handed_in)
    answers, brought = {}, {}
    for kind, address in links.items():
        answers[kind] = Client().post(address, {"act": "renew"})
        work(handed_in)
        brought[kind] = len(sent_by(handed_in.desk))
        handed_in.desk.clock.advance(hours=1)
    assert len({answer.content for answer in answers.values()}) == 1
    before = brought["strange"]
    assert [brought[kind] - before for kind in links] == [0, 0, 0, 1, 2, 3, 4]
    assert sent_by(handed_in.desk)[-1].to == handed_in.row.phone
    assert handed_in.file.upload_links[-1].items == (1, 2)
    opened(handed_in, newest(handed_in))


def test_a_new_link_is_brought_once_an_hour_and_for_a_closed_list_not_at_all(handed_in: Borrower):
    address = sent_link(handed_in)
    handed_in.desk.clock.advance(days=15)
    for _ in range(3):
        Client().post(address, {"act": "renew"})
    assert len(handed_in.facts("upload_link.sent")) == 2
    handed_in.desk.clock.advance(hours=1)
    for item in handed_in.file.items:
        handed_in.desk_does(waive_paper, AGENT, item.number, "单位已经说明。")
    assert Client().post(address, {"act": "renew"}).status_code == 410
    assert len(handed_in.facts("upload_link.sent")) == 2


def test_after_five_wrong_codes_over_several_the_right_one_no_longer_opens(handed_in: Borrower):
    address = sent_link(handed_in)
    client = Client()
    client.post(address, {"act": "ask"})
    assert tries_wrong(handed_in, address, client, 3) == [422] * 3
    opened(handed_in, address, client)
    client = Client()
    client.post(address, {"act": "ask"})
    assert tries_wrong(handed_in, address, client, 2) == [422, 410]
    assert client.post(address, {"act": "open", "code": code_of(handed_in, client)}).status_code == 410
    assert [fact.why for fact in handed_in.facts("upload_link.ended")] == ["locked"]


@pytest.mark.parametrize("typed", ["", "1234567", "1234567a", "１２３", "x" * 500])
def test_what_can_be_no_code_costs_no_try(handed_in: Borrower, typed: str):
    address = sent_link(handed_in)
    client = Client()
    client.cookies["lang"] = "zh"
    client.post(address, {"act": "ask"})
    for _ in range(6):
        answer = Page(client.post(address, {"act": "open", "code": typed}))
        assert (answer.status, answer.faults) == (422, ["请输入短信里的 8 位数字"])
    opened(handed_in, address, client)


def test_revoking_stops_whoever_is_sending(handed_in: Borrower):
    client = opened(handed_in, sent_link(handed_in))
    handed_in.desk_does(revoke_link, AGENT, handed_in.file.upload_links[-1].link)
    assert client.post("/upload/1", {"files": photo()}).status_code == 410
    assert client.post("/upload/1/uploads", {"name": "a", "size": 1, "sha256": "0" * 64}).status_code == 410
    assert handed_in.facts("paper.received") == []


def test_papers_by_link_say_that_they_came_by_it_and_the_page_shows_no_others(handed_in: Borrower):
    handed_in.sends("papers", {"files": photo("在网站上传的.jpg")}, to="papers/1")
    client = opened(handed_in, sent_link(handed_in))
    sent = client.post("/upload/1", {"files": photo("用链接传的.jpg", JPEG + b"2")})
    assert sent.headers["Location"] == "/upload?done=got-1"
    shown = Page(client.get(sent.headers["Location"])).text
    assert "收到了：用链接传的.jpg" in shown and "在网站上传的.jpg" not in shown
    by_site, by_link = handed_in.file.papers_of(1)
    assert (by_site.came_by, by_link.came_by) == ("", handed_in.file.upload_links[0].link)
    assert by_link.by == by_site.by
    assert handed_in.opens("papers").text.count("用链接传的.jpg") == 2  # once as a paper, once to add pages to
    assert client.post("/upload/3", {"files": photo("别的.jpg", JPEG + b"3")}).status_code == 422
    assert handed_in.file.case.papers[3] is PaperState.WANTED


def test_a_new_statement_or_a_closed_case_ends_what_a_link_was_for(handed_in: Borrower):
    address = sent_link(handed_in)
    client = opened(handed_in, address)
    handed_in.desk.clock.advance(minutes=1)
    assert client.get("/upload").status_code == 200
    by = By(actor=AGENT, channel=Channel.SYSTEM, key="closed")
    carry_out(handed_in.desk, by, handed_in.case_id, {}, lambda _: [e.CaseClosed(why="withdrawn")])
    assert client.get("/upload").status_code == client.get(address).status_code == 410
    assert Client().post(address, {"act": "renew"}).status_code == 410
    assert len(handed_in.facts("upload_link.sent")) == 1


def test_she_can_have_a_link_sent_to_her_own_telephone(handed_in: Borrower):
    answer = handed_in.sends("papers", {}, to="papers/link")
    assert "链接正在发到登记的手机号" in handed_in.opens(answer.to).text
    work(handed_in)
    opened(handed_in, newest(handed_in))
    for _ in range(5):
        answer = handed_in.sends("papers", {}, to="papers/link")
    assert answer.status == 422
    assert "今天已经发过几次链接了" in answer.text
    assert len(handed_in.facts("upload_link.sent")) == 5


def test_a_link_that_ended_before_its_message_went_out_is_not_sent(handed_in: Borrower):
    handed_in.desk.clock.move_to(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))  # eleven at night in Shanghai
    handed_in.desk_does(send_link, AGENT, (1,))
    handed_in.desk_does(revoke_link, AGENT, handed_in.file.upload_links[-1].link)
    handed_in.desk.clock.advance(hours=10)
    work(handed_in)
    assert not [message for message in sent_by(handed_in.desk) if "/u/" in message.body]
    assert [notice.state for notice in handed_in.file.notices if notice.kind == "upload-link"] == ["failed"]


def test_what_stopped_on_its_way_is_forgotten_after_a_week(handed_in: Borrower):
    handed_in.client.post(
        handed_in.at("papers/1/uploads"), {"name": "a.jpg", "size": 100, "sha256": "0" * 64, "paper": ""}
    )
    agenda.nightly(handed_in.desk, _leased())
    assert len(handed_in.desk.uploads.of_case(handed_in.case_id)) == 1
    handed_in.desk.clock.move_to(handed_in.desk.clock.now() + timedelta(days=KEPT_DAYS, seconds=1))
    agenda.nightly(handed_in.desk, _leased())
    assert handed_in.desk.uploads.of_case(handed_in.case_id) == ()


def _leased() -> Leased:
    return Leased(1, "nightly", "nightly:x", "", {}, datetime(2026, 3, 2, tzinfo=UTC), 1)
