"""A mail as it is read: whatever its bytes, it has words, files and headers, and reading it does not fail."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.mail_parts import lettered
from forbear.adapters.mail_reader import MailReader, html_words
from forbear.core.mail import Mail, Report
from forbear.core.mail_text import is_forwarded, said_now
from tests.mail.nasty import NASTY, corpus, nested

READER = MailReader("lender.example")


def read(name: str) -> Mail:
    return READER.read(NASTY[name])


def test_there_are_many_nasty_mails():
    assert len(NASTY) >= 60


@pytest.mark.parametrize(("name", "raw"), list(corpus()))
def test_every_mail_is_read_in_words_that_can_be_stored(name: str, raw: bytes):
    mail = READER.read(raw)
    for text in (mail.text, mail.subject, *(one.name for one in mail.attachments), *mail.head.senders):
        assert text.encode("utf-8").decode("utf-8") == text
        assert "\0" not in text
    assert len(mail.subject) <= 300 and len(mail.attachments) <= 50
    assert READER.read(raw) == mail


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw: bytes):
    assert READER.read(raw).content == READER.read(b"Received: from x by y\n" + raw).content or raw[:1] in b"\r\n\t "


@given(st.lists(st.sampled_from([*NASTY.values()]).map(lambda raw: raw[:300]), max_size=4))
def test_any_mails_run_together_are_read(parts: list[bytes]):
    assert isinstance(READER.read(b"".join(parts)).text, str)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no head", "just words"),
        ("bare carriage returns", "words\nmore"),
        ("null bytes everywhere", "words"),
        ("HTML alone", "Only HTML"),
        ("HTML a hundred thousand deep", "bottom"),
        ("GB2312 with signs of GBK", "欧阳彧"),
        ("GB18030 said to be UTF-8", "工资单"),
        ("UTF-8 said to be GBK", "工资单在这里"),
        ("Big5", "還款計劃"),
        ("no charset, GB18030", "您好，我想申请展期"),
        ("a charset of nowhere", "您好"),
        ("a charset that runs code", "\\x41"),
        ("UTF-7", "您好"),
        ("base64 broken", "helloworld"),
        ("an encoding of nowhere", "uryyb"),
        ("a boundary that never comes", "words anyway"),
        ("a boundary of signs", "words"),
        ("no last boundary", "hello\n\nhello you"),
        ("after the last boundary", "hello"),
        ("winmail.dat", "from outlook"),
        ("turned directions", "atxt.exe"),
    ],
)
def test_its_words_are_readable(name: str, text: str):
    assert read(name).text.strip() == text


def test_what_lies_very_deep_is_still_there():
    assert "at the bottom" in READER.read(nested(1000)).text
    assert READER.read(nested(50)).text.strip() == "at the bottom"
    assert "innermost" in read("a thousand mails in each other").text


def test_the_letters_of_other_tongues_stay_theirs():
    assert lettered("für Größe".encode("latin-1"), "iso-8859-1") == "für Größe"
    assert lettered("für".encode(), "us-ascii") == "für"
    assert lettered("ответ".encode("koi8-r"), "koi8-r") == "ответ"


def test_html_is_words_alone():
    source = (
        '<style>p{}</style><p onclick="x()">one<br>two</p><img src="http://t.example/p.gif"><script>alert(1)</script>'
    )
    assert html_words(source) == "one\ntwo"


def test_a_winmail_dat_is_opened():
    (file,) = read("winmail.dat").attachments
    assert (file.name, file.data) == ("slip.jpg", b"\xff\xd8\xff\xe0picture")
    (closed,) = read("winmail.dat broken").attachments
    assert closed.data.startswith(b"\x78\x9f\x3e\x22")


def test_a_file_name_leads_nowhere():
    assert [one.name for one in read("a file name of the road").attachments] == [".._.._etc_passwd"]
    assert [one.name for one in read("a file name in pieces").attachments] == ["工资.pdf"]


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("关于还款".encode(), "关于还款"),
        ("关于还款".encode("gb18030"), "关于还款"),
        (b"=?gb2312?B?udjT2ru5v+4=?=", "关于还款"),
        ("答复 =?utf-8?b?5YWz5LqO?= =?utf-8?b?6L+Y5qy+?=".encode(), "答复 关于还款"),
        ("=?utf-8?b?5YWz5LqO?=还款".encode(), "关于 还款"),
    ],
)
def test_a_subject_is_readable_however_it_is_spelt(subject: bytes, read: str):
    assert READER.read(b"From: a@b.example\r\nSubject: " + subject + b"\r\n\r\nx").subject == read


def test_an_address_hidden_in_a_name_is_no_sender():
    assert read("an address in a name").head.senders == ("a@b.example",)
    assert read("two headers From").head.senders == ("a@b.example", "c@d.example")
    assert read("two senders").head.sender == ""


def test_plain_words_are_taken_before_html_and_files_are_not_words():
    one = EmailMessage()
    one["From"] = "a@b.example"
    one.set_content("plain")
    one.add_alternative("<p>html</p>", subtype="html")
    one.add_attachment("a note", filename="note.txt")
    mail = READER.read(one.as_bytes())
    assert mail.text.strip() == "plain"
    assert [(file.name, file.data.strip()) for file in mail.attachments] == [("note.txt", b"a note")]


def test_the_same_mail_is_the_same_however_it_travelled():
    raw = NASTY["no last boundary"]
    other = b"Received: by x;\r\n folded\r\nReturn-Path: <a@b.example>\r\nX-Spam-Score: 1\r\n" + raw
    assert READER.read(raw).content == READER.read(other).content == READER.read(raw.replace(b"\r\n", b"\n")).content
    assert READER.read(raw).content != READER.read(raw.replace(b"hello", b"hallo")).content


REPORT = (
    "Return-Path: <>\nFrom: mailer-daemon@x.example\nSubject: failed\n{type}\n\n"
    "--B\nContent-Type: text/plain\n\n{words}\n{machine}--B--\n"
)
TYPE = 'Content-Type: multipart/report; report-type=delivery-status; boundary="B"'
MACHINE = "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\nAction: {action}\nStatus: {status}\n"


@pytest.mark.parametrize(
    ("words", "machine", "report"),
    [
        ("sorry", MACHINE.format(action="failed", status="5.1.1"), Report(action="failed", status="5.1.1")),
        ("sorry", MACHINE.format(action="Delayed", status="4.4.1 (later)"), Report(action="delayed", status="4.4.1")),
        ("said: 550 5.2.1 mailbox disabled", "", Report(status="5.2.1")),
        ("said: 550 no such user", "", Report(status="5.0.0")),
        ("it did not work", "", Report()),
    ],
)
def test_a_report_says_what_failed(words: str, machine: str, report: Report):
    raw = REPORT.format(type=TYPE, words=words, machine=machine).encode()
    assert READER.read(raw).head.report == report
    assert READER.read(raw).head.envelope_from == ""


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("好的。\n\n在 2026年3月1日，示例公司写道：\n> 请看\n> [F:x]", "好的。"),
        ("Yes.\n\nOn Sun, 1 Mar 2026 at 20:00, Desk\n<desk@lender.example> wrote:\n> hello", "Yes."),
        ("行\r\n\r\n------------------ 原始邮件 ------------------\r\n发件人: desk", "行"),
        ("Fine\n\n________________________________\nFrom: Desk\nSent: Monday\nSubject: x\n\nold", "Fine"),
        ("Fine\n\nFrom: Desk\nDate: Monday\nTo: me\n\nold", "Fine"),
        ("From: 我三月才有工资\n所以请等等", "From: 我三月才有工资\n所以请等等"),
        ("> 您能还多少？\n五百\n> 什么时候？\n月底", "五百\n月底"),
        ("> only what was quoted", "only what was quoted"),
        ("见下\n\n---------- Forwarded message ---------\nFrom: boss\nDate: x\n\n工资单", None),
        ("words\n-- \nsignature", "words"),
        ("a\n\n\n\n\nb", "a\n\nb"),
    ],
)
def test_only_what_she_wrote_now_is_shown(text: str, now: str | None):
    assert said_now(text) == (text.strip() if now is None else now)


def test_a_mail_handed_on_is_shown_whole():
    assert is_forwarded("Fwd: 工资") and is_forwarded("转发：工资") and not is_forwarded("Re: forward")
    assert said_now("看\n\nFrom: boss\nSent: x\n\nwages", forwarded=True) == "看\n\nFrom: boss\nSent: x\n\nwages"
