"""Mail goes out to a real SMTP server, and what that server says of an address is believed."""

from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from random import Random

import pytest

from forbear.actions.agenda import work
from forbear.actions.conversation import write_message
from forbear.actions.mail import receive_mail
from forbear.actions.ports import Bounced, Desk, Message, Undelivered
from forbear.actions.record import By
from forbear.adapters.memory import MemoryMessenger, clock_of
from forbear.adapters.messenger import ByChannel, Smtp
from forbear.core import mail_address as marks
from forbear.core.contact import Channel
from forbear.core.mail_routing import Outcome
from forbear.core.notices import NoticeKind
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import signed
from forbear.town.sample import somebody
from tests.mail.conftest import HERS
from tests.mail.servers import SmtpPeer


@pytest.fixture
def wired(desk: Desk, she: Borrower, peer: SmtpPeer) -> Desk:
    """The desk with her mail going to the peer."""
    routes = {Channel.EMAIL: Smtp(peer.url, desk.mail_from, desk.clock), Channel.SMS: MemoryMessenger()}
    return replace(desk, messenger=ByChannel(routes))


def parsed(raw: bytes) -> EmailMessage:
    one = message_from_bytes(raw, policy=default)
    assert isinstance(one, EmailMessage)
    return one


def says(desk: Desk, she: Borrower, words: str, key: str = "agent-1") -> None:
    write_message(desk, By(actor=AGENTS[0], channel=Channel.WEB, key=key), she.case_id, words)
    while work(desk):
        pass


def test_a_letter_carries_its_way_back_and_threads(wired: Desk, she: Borrower, peer: SmtpPeer):
    says(wired, she, "请看第一封。")
    says(wired, she, "再说一句。", "agent-2")
    (sender, recipients, raw), (_, _, second) = peer.mails
    one, two = parsed(raw), parsed(second)
    number = [n for n, notice in enumerate(she.file.notices, 1) if notice.channel is Channel.EMAIL][-2]
    sign, case = wired.mail_sign, she.case_id
    assert (sender, recipients) == (marks.bounce_address(sign, "lender.example", case, number), [HERS])
    assert one["Message-ID"] == marks.message_id(sign, "lender.example", case, number)
    assert one["Reply-To"] == marks.reply_address(sign, "lender.example", case, "b")
    root = marks.message_id(sign, "lender.example", case, 0)
    assert one["References"] == two["References"] == root
    assert one["X-Forbear-Loop"] == marks.loop_mark(sign, "lender.example")
    assert one["Auto-Submitted"] is None, "a person wrote it"
    assert one["List-Unsubscribe"] is None, "it has to go"
    assert marks.marker(sign, case, "b") in one.get_content()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_a_reminder_can_be_stopped_with_one_press_and_says_a_machine_sent_it(
    wired: Desk, she: Borrower, peer: SmtpPeer
):
    row, home = somebody(wired, Random("reminded"), 5, date(2026, 3, 2), planned=True)
    wired.loans.put([replace(row, email=HERS, language="zh")])
    she = Borrower(wired, replace(row, email=HERS, language="zh"), home, Random("reminded"), 5)
    for _ in signed(she):
        while work(wired):
            pass
    while not any(one.kind is NoticeKind.REMINDER and one.sent_at for one in she.file.notices):
        clock_of(wired).advance(days=1)
        while work(wired):
            pass
    raw = next(raw for _, _, raw in reversed(peer.mails) if b"List-Unsubscribe" in raw)
    one = parsed(raw)
    token = marks.stop_token(wired.mail_sign, she.case_id)
    assert one["List-Unsubscribe"] == f"<{wired.address}/mail/stop/{token}>"
    assert f"List-Unsubscribe: <{wired.address}/mail/stop/{token}>\r\n".encode() in raw
    assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert one["Auto-Submitted"] == "auto-generated"


def test_an_acknowledgement_goes_to_nobody_when_it_fails(wired: Desk, peer: SmtpPeer):
    receive_mail(
        wired, b"From: who@x.example\r\nMessage-ID: <q@x.example>\r\nSubject: hi\r\n\r\nhello", "who@x.example"
    )
    while work(wired):
        pass
    ((sender, recipients, raw),) = peer.mails
    one = parsed(raw)
    assert (sender, recipients) == ("", ["who@x.example"])
    assert (one["Auto-Submitted"], one["In-Reply-To"], one["Reply-To"]) == ("auto-replied", "<q@x.example>", None)
    again = receive_mail(wired, raw, "", ("desk@lender.example",))
    assert again.outcome is Outcome.LOOP, "it is known again when it comes back"


def test_an_unknown_address_is_a_hard_bounce_at_once(wired: Desk, she: Borrower, peer: SmtpPeer):
    peer.refusals[HERS] = "550 5.1.1 no such user"
    says(wired, she, "请看。")
    told = [event.fact.type for event in she.file.events[-4:]]
    assert told == ["notice.failed", "channel.failed", "notice.queued", "notice.sent"]
    assert (she.file.talk.failed, wired.agenda.given_up()) == (frozenset({Channel.EMAIL}), ())


@pytest.mark.parametrize(
    ("answer", "kind", "status"),
    [
        ("550 5.1.1 no such user", Bounced, "5.1.1"),
        ("551 not here", Bounced, "5.5.1"),
        ("553 5.1.3 bad address", Bounced, "5.1.3"),
        ("450 4.2.0 greylisted", Undelivered, ""),
        ("554 5.7.1 we do not like you", Undelivered, ""),
    ],
)
def test_only_what_is_said_of_the_address_is_for_good(
    desk: Desk, peer: SmtpPeer, answer: str, kind: type[Undelivered], status: str
):
    peer.refusals["a@b.example"] = answer
    smtp = Smtp(peer.url, "desk@lender.example", desk.clock)
    message = Message(channel=Channel.EMAIL, to="a@b.example", subject="x", body="y", reference="n_1")
    with pytest.raises(Undelivered) as failed:
        smtp.send(message)
    assert type(failed.value) is kind
    assert getattr(failed.value, "status", "") == status
    assert "a@b.example" not in str(failed.value)
