"""The page of mail that waits: read as words, put with a case or discarded by those who work on cases."""

from collections.abc import Callable
from typing import Any

import pytest

from forbear.actions.mail import receive_mail
from forbear.actions.ports import Desk, MailState
from forbear.town.borrower import Borrower
from forbear.town.lives import states
from tests.web.desk.conftest import Person, live

HOSTILE = (
    b"From: who@x.example\r\nSubject: =?utf-8?q?=3Cscript=3Ealert=281=29=3C/script=3E?=\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b'<img src="http://track.example/p.gif"><a href="http://bad.example">click</a><p>&lt;b&gt;not bold&lt;/b&gt;</p>'
)


@pytest.fixture
def mail(desk: Desk, she: Borrower) -> str:
    live(desk, states(she))
    return receive_mail(desk, HOSTILE).mail


def test_a_mail_is_shown_as_words_alone(person: Callable[..., Person], mail: str):
    page = person("lin").opens(f"/desk/mail/{mail}")
    assert page.status == 200
    assert "click" in page.text and "<b>not bold</b>" in page.text
    for never in ("<script>alert", "track.example", "bad.example"):
        assert never not in page.source


@pytest.mark.parametrize(("language", "why"), [("zh", "没有借款人登记过这个邮箱"), ("en", "Nobody has this address")])
def test_the_list_says_why_each_waits(person: Callable[..., Person], mail: str, language: str, why: str):
    page = person("lin", language=language).opens("/desk/mail")
    assert why in page.text and "who@x.example" in page.text
    assert person("lin").opens("/desk/mail?state=aside&page=9").status == 200


def test_it_is_put_with_a_case(desk: Desk, person: Callable[..., Person], she: Borrower, mail: str):
    her = person("lin")
    done = her.sends(
        f"/desk/mail/{mail}/assign",
        {"case": she.case_id, "reason": "她在电话里说过"},
        form=her.opens(f"/desk/mail/{mail}"),
    )
    assert (done.status, done.to) == (302, f"/desk/cases/{she.case_id}/messages")
    said = her.opens(done.to)
    assert "not bold" in said.text and "上一封邮件由人工归入本案件。理由：她在电话里说过" in said.text
    assert her.opens(f"/desk/mail/{mail}").text.count("由 lin 处理：她在电话里说过") == 1


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"case": "c_nowhere", "reason": "x"}, "没有这个编号的案件。请打开案件，从网址里复制编号，例如 c_7f3k…"),
        ({"case": "", "reason": ""}, "请简单写一下理由。"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    desk: Desk, person: Callable[..., Person], mail: str, sent: dict[str, Any], fault: str
):
    her = person("lin")
    page = her.sends(f"/desk/mail/{mail}/assign", sent, form=her.opens(f"/desk/mail/{mail}"))
    assert (page.status, page.faults) == (422, [fault])
    assert f'value="{sent["reason"]}"' in page.source
    row = desk.mails.get(mail)
    assert row is not None and row.state is MailState.WAITING


def test_it_is_discarded(desk: Desk, person: Callable[..., Person], mail: str):
    her = person("chen")
    done = her.sends(f"/desk/mail/{mail}/discard", {"reason": "广告"}, form=her.opens(f"/desk/mail/{mail}"))
    assert (done.status, done.to) == (302, "/desk/mail")
    assert "没有等待处理的邮件" in her.opens("/desk/mail").text
    assert "由 chen 处理：广告" in her.opens(f"/desk/mail/{mail}").text


def test_who_only_reads_changes_nothing(desk: Desk, person: Callable[..., Person], she: Borrower, mail: str):
    he = person("he")
    page = he.opens(f"/desk/mail/{mail}")
    assert page.status == 200 and 'action="/desk/mail' not in page.source
    for act in ("assign", "discard"):
        sent = he.sends(f"/desk/mail/{mail}/{act}", {"case": she.case_id, "reason": "x"}, form=page)
        assert sent.status == 403
    row = desk.mails.get(mail)
    assert row is not None and row.state is MailState.WAITING


@pytest.mark.parametrize("path", ["/desk/mail/m_nothing", "/desk/mail/../x", "/desk/mail/c_1"])
def test_there_is_no_other_mail(person: Callable[..., Person], mail: str, path: str):
    assert person("lin").opens(path).status == 404


def test_files_of_a_mail_with_its_case_are_saved_and_not_opened(
    desk: Desk, person: Callable[..., Person], she: Borrower, mail: str
):
    files = HOSTILE.replace(
        b"Content-Type: text/html; charset=utf-8\r\n\r\n",
        b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\n'
        b'Content-Disposition: attachment; filename="a.html"\r\n\r\n<script>alert(1)</script>\r\n--B\r\n\r\n',
    ).replace(b"who@", b"she@")
    name = receive_mail(desk, files).mail
    her = person("lin")
    assert her.opens(f"/desk/mail/{name}/files/1").status == 404, "nothing is handed out before it belongs to a case"
    form = her.opens(f"/desk/mail/{name}")
    assert "a.html" in form.text
    her.sends(f"/desk/mail/{name}/assign", {"case": she.case_id, "reason": "x"}, form=form)
    assert f"/desk/mail/{name}/files/1" in her.opens(f"/desk/mail/{name}").source
    assert f"/desk/mail/{name}" in her.opens(f"/desk/cases/{she.case_id}/messages").source
    got = her.client.get(f"/desk/mail/{name}/files/1")
    assert got.content == b"<script>alert(1)</script>"
    assert got["Content-Type"] == "application/octet-stream" and got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert her.opens(f"/desk/mail/{name}/files/2").status == 404
    assert person("he").opens(f"/desk/mail/{name}/files/1").status == 403
