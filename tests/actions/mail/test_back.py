"""Mail that could not be delivered comes back, and mail that she wants no more of."""

from dataclasses import replace
from typing import Any

from forbear.actions.bundle import Exported, export
from forbear.actions.conversation import write_message
from forbear.actions.mail import receive_mail
from forbear.actions.mail_delivery import stop_reminders
from forbear.actions.ports import Bounced, Desk, Message
from forbear.actions.record import By, Done, carry_out
from forbear.adapters.memory import MemoryMessenger, sent_by
from forbear.core import events as e
from forbear.core import mail_address as marks
from forbear.core.contact import SYSTEM, Channel, Reach
from forbear.core.mail_routing import Outcome
from forbear.core.receipt import without_receipt
from forbear.core.refusal import Refusal
from forbear.town.borrower import AGENTS, Borrower
from tests.actions.mail.letters import HERS, answers, by_agent, mails_sent, worked
from tests.bundles import Bag, packed


def report(she: Borrower, ours: Message, status: str = "5.1.1", action: str = "failed", words: str = "") -> bytes:
    assert ours.mail is not None
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example.cn\r\nSubject: Undelivered\r\n"
        f"To: {ours.mail.envelope_from}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        f"--B\r\nContent-Type: text/plain\r\n\r\nSorry. {words}\r\n"
        f"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        f"Final-Recipient: rfc822; {HERS}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {ours.mail.message_id}\r\n"
        "Subject: x\r\n\r\nhi\r\n--B--\r\n"
    ).encode()


def facts_of(done: list[Any]) -> list[str]:
    return [event.fact.type for event in done]


def test_a_hard_bounce_closes_the_channel_and_opens_the_notice_on_another_once(desk: Desk, she: Borrower):
    ours = mails_sent(desk)[-1]
    before = she.file
    texts = [without_receipt(one.body) for one in sent_by(desk) if one.channel is Channel.SMS]
    got = receive_mail(desk, report(she, ours), "", (ours.mail.envelope_from if ours.mail else "",))
    assert (got.outcome, got.case_id) == (Outcome.BOUNCE, she.case_id)
    new = she.file.events[before.case.seq + 1 :]
    assert facts_of(new) == ["notice.failed", "channel.failed", "notice.queued"]
    failed, closed, queued = (event.fact for event in new)
    assert (failed.notice, closed.why, closed.address) == (ours.reference, "5.1.1", HERS)
    assert (queued.channel, queued.letter.body) == (Channel.SMS, texts[-1])
    worked(desk)
    sent = [one.body for one in sent_by(desk) if one.channel is Channel.SMS]
    assert [without_receipt(body) for body in sent] == [*texts, texts[-1]]
    assert len(set(sent)) == len(sent), "each has a receipt of its own"
    seq = she.file.case.seq
    receive_mail(desk, report(she, ours, words="once more"))
    worked(desk)
    assert she.file.case.seq == seq, "the same message failing twice is once"
    assert answers(desk) == []


def test_what_came_back_is_in_her_bundle_as_it_came(desk: Desk, she: Borrower):
    came = report(she, mails_sent(desk)[-1])
    receive_mail(desk, came)
    made = export(desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key="x"), she.case_id, reason="for a test")
    assert isinstance(made, Exported)
    held = [name for name, data in Bag.of(packed(desk, made)).files.items() if data == came]
    assert [name.partition("/messages/")[2][4:] for name in held] == ["-notice.eml"]


def test_after_a_hard_bounce_no_mail_goes_there_until_she_chooses_anew(desk: Desk, she: Borrower):
    receive_mail(desk, report(she, mails_sent(desk)[-1]))
    worked(desk)
    count = len(mails_sent(desk))
    write_message(desk, By(actor=AGENTS[0], channel=Channel.WEB, key="agent-1"), she.case_id, "请回电。")
    worked(desk)
    assert len(mails_sent(desk)) == count
    reach = Reach(language="zh", phone=she.row.phone, email="new@x.cn")
    chosen = By(actor=she.her, channel=Channel.WEB, key="reach")
    carry_out(desk, chosen, she.case_id, {}, lambda _: [e.ReachChosen(language="zh", reach=reach)])
    write_message(desk, By(actor=AGENTS[0], channel=Channel.WEB, key="agent-2"), she.case_id, "请看。")
    worked(desk)
    assert mails_sent(desk)[-1].to == "new@x.cn"


def test_where_no_channel_is_left_a_person_is_told(desk: Desk, she: Borrower):
    dead = e.ChannelFailed(channel=Channel.SMS, why="UNDELIV")
    carry_out(desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key="sms"), she.case_id, {}, lambda _: [dead])
    receive_mail(desk, report(she, mails_sent(desk)[-1]))
    worked(desk)
    assert [(item.kind, item.case_id) for item in desk.agenda.given_up()] == [("unreached", she.case_id)]


def test_a_failure_that_may_pass_is_tried_again_and_then_told_otherwise(desk: Desk, she: Borrower):
    for _ in range(2):
        ours = mails_sent(desk)[-1]
        receive_mail(desk, report(she, ours, "4.4.7"))
        assert facts_of(she.file.events[-2:]) == ["notice.failed", "notice.queued"]
        assert she.file.notices[-1].channel is Channel.EMAIL
        desk.clock.advance(hours=4)  # type: ignore[attr-defined]
        worked(desk)
        assert mails_sent(desk)[-1].reference != ours.reference
        again, before = mails_sent(desk)[-1].body.splitlines(), ours.body.splitlines()
        assert (again[:-3], again[-2:]) == (before[:-3], before[-2:]), "all but its receipt"
    receive_mail(desk, report(she, mails_sent(desk)[-1], "4.4.7"))
    assert she.file.notices[-1].channel is Channel.SMS
    assert Channel.EMAIL not in she.file.talk.failed


def test_a_mail_that_is_only_late_is_no_failure(desk: Desk, she: Borrower):
    seq = she.file.case.seq
    assert receive_mail(desk, report(she, mails_sent(desk)[-1], "4.4.1", "delayed")).outcome is Outcome.BOUNCE
    assert she.file.case.seq == seq


def test_a_forged_bounce_fails_nothing(desk: Desk, she: Borrower):
    ours = mails_sent(desk)[-1]
    assert ours.mail is not None
    seq = she.file.case.seq
    forged = report(she, ours).replace(ours.mail.envelope_from[-35:-16].encode(), b"a" * 19)
    forged = forged.replace(ours.mail.message_id[-36:-17].encode(), b"a" * 19)
    got = receive_mail(desk, forged)
    assert (got.outcome, got.case_id) == (Outcome.BOUNCE, "")
    assert she.file.case.seq == seq


def test_thirty_bounces_of_bounces_make_one_chain_of_facts(desk: Desk, she: Borrower):
    ours = mails_sent(desk)[-1]
    raw, seq = report(she, ours), she.file.case.seq
    count = len(sent_by(desk))
    for _ in range(30):
        assert receive_mail(desk, raw).outcome is Outcome.BOUNCE
        worked(desk)
        head = raw.partition(b"\r\n\r\n")[0].replace(b'boundary="B"', b'boundary="C"')
        raw = head + b"\r\n\r\n--C\r\nContent-Type: message/rfc822\r\n\r\n" + raw + b"\r\n--C--\r\n"
    told = facts_of(she.file.events[seq + 1 :])
    assert told == ["notice.failed", "channel.failed", "notice.queued", "notice.sent"]
    assert len(sent_by(desk)) == count + 1


class Refusing(MemoryMessenger):
    """A messenger whose mail server knows no such address."""

    def send(self, message: Message) -> str:
        if message.channel is Channel.EMAIL:
            raise Bounced("the mail server refused the address with 550", "5.1.1")
        return super().send(message)


def test_an_address_refused_at_once_is_a_hard_bounce(desk: Desk, she: Borrower):
    refusing = replace(desk, messenger=Refusing())
    write_message(refusing, By(actor=AGENTS[0], channel=Channel.WEB, key="agent-1"), she.case_id, "请看。")
    worked(refusing)
    assert Channel.EMAIL in she.file.talk.failed
    last = she.file.notices[-1]
    assert (last.channel, last.state, len(sent_by(refusing))) == (Channel.SMS, "sent", 2)
    assert refusing.agenda.given_up() == ()


def test_her_press_ends_mail_and_what_she_has_to_know_comes_by_text(desk: Desk, she: Borrower):
    token = marks.stop_token(desk.mail_sign, she.case_id)
    assert isinstance(stop_reminders(desk, token), Done)
    assert isinstance(stop_reminders(desk, token), Done), "pressed twice"
    assert she.file.reach is not None and she.file.reach.unwanted == (Channel.EMAIL,)
    assert [event.fact.type for event in she.file.events].count("reach.chosen") == 1
    mails, all_sent = len(mails_sent(desk)), len(sent_by(desk))
    write_message(desk, by_agent(), she.case_id, "决定已经出来了。")
    worked(desk)
    assert (len(mails_sent(desk)), len(sent_by(desk))) == (mails, all_sent + 1), "by text, and not by mail"
    refused = stop_reminders(desk, token[:-1] + ("a" if token[-1] != "a" else "b"))
    assert isinstance(refused, Refusal) and refused.rule == "mail.stop"
