"""E-mail against a real, small mail server in a thread, that takes, refuses or is away."""

import socketserver
import threading
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from forbear.actions.ports import Message, Undelivered
from forbear.adapters.memory import MemoryMessenger, MovedClock
from forbear.adapters.messenger import ByChannel, Smtp
from forbear.core.contact import Channel
from tests.contracts.bench import START
from tests.servers import free_port

LETTER = Message(
    channel=Channel.EMAIL, to="wang@example.com", subject="您的方案", body="您好，\n请看。\n", reference="n_7f3k"
)
SENDER = "Desk <desk@lender.example>"


class Conversation(socketserver.StreamRequestHandler):
    """Just enough SMTP; `server.refusals` answers a verb with something else."""

    def handle(self):
        self.say("220 here")
        for line in self.rfile:
            verb = line.decode().split(":")[0].strip().upper().split(" ")[0]
            if verb in self.server.refusals:
                self.say(self.server.refusals[verb])
            elif verb == "DATA":
                self.say("354 go on")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.refusals, server.mails = {}, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def smtp(mail_server):
    return Smtp(f"smtp://127.0.0.1:{mail_server.server_address[1]}", SENDER, MovedClock(START))


def test_a_letter_arrives_whole(smtp, mail_server):
    smtp.send(LETTER)
    (raw,) = mail_server.mails
    mail = message_from_bytes(raw, policy=default)
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, "wang@example.com", "您的方案")
    assert mail["Message-ID"] == "<n_7f3k@lender.example>"
    assert mail["Date"].datetime == START
    assert mail.get_content().splitlines() == ["您好，", "请看。"]


@pytest.mark.parametrize(
    ("refusals", "said"),
    [
        ({"RCPT": "550 no wang@example.com here"}, "the mail server refused the address with 550"),
        ({"MAIL": "451 later, desk@lender.example"}, "the mail server answered 451"),
        ({"DATA": "552 wang@example.com is full"}, "the mail server answered 552"),
        ({"EHLO": "500 no", "HELO": "421 going down"}, "the mail server answered 421"),
    ],
)
def test_a_refusal_is_undelivered_and_names_nobody(smtp, mail_server, refusals, said):
    mail_server.refusals = refusals
    with pytest.raises(Undelivered) as refused:
        smtp.send(LETTER)
    assert str(refused.value) == said
    assert mail_server.mails == []


def test_a_server_that_is_away_is_undelivered():
    away = Smtp(f"smtp://127.0.0.1:{free_port()}", SENDER, MovedClock(START))
    with pytest.raises(Undelivered, match="the mail server could not be reached: ConnectionRefusedError"):
        away.send(LETTER)


def test_an_address_with_a_line_break_is_undelivered_and_smuggles_nothing(smtp, mail_server):
    with pytest.raises(Undelivered, match="the message cannot be written as a mail"):
        smtp.send(replace(LETTER, to="wang@example.com\r\nBcc: other@example.com"))
    assert mail_server.mails == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_of_no_mail_server_is_told(url):
    with pytest.raises(ValueError, match="SMTP_URL names no mail server"):
        Smtp(url, SENDER, MovedClock(START))


def test_each_channel_has_its_messenger():
    sms, mail = MemoryMessenger(), MemoryMessenger()
    both = ByChannel({Channel.SMS: sms, Channel.EMAIL: mail})
    both.send(LETTER)
    assert (mail.sent, sms.sent) == ([LETTER], [])
    with pytest.raises(Undelivered, match="no messenger is set up for email"):
        ByChannel({Channel.SMS: sms}).send(LETTER)
