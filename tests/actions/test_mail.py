"""Mail comes in and comes back, on the desk in memory: what stands in the case, what is kept, what is answered."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.actions import mail as mail_room
from forbear.actions.agenda import work
from forbear.actions.conversation import write_message
from forbear.actions.mail import assign_mail, discard_mail, receive_mail
from forbear.actions.mail_delivery import stop_reminders
from forbear.actions.ports import Bounced, Desk, MailState, Message
from forbear.actions.record import By, Done, carry_out
from forbear.adapters.memory import MemoryMessenger, memory_desk, sent_by
from forbear.core import events as e
from forbear.core import mail_address as marks
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Reach, Role, ThirdParty
from forbear.core.mail_routing import Outcome
from forbear.core.receipt import without_receipt
from forbear.core.refusal import Refusal
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import states
from forbear.town.sample import somebody

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HERS = "Xiao.Yan@mail.example.cn"
DOMAIN = "lender.example"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"payslip" * 40


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=AT)


@pytest.fixture
def she(desk: Desk) -> Borrower:
    """A borrower with an address on file, whose statement is in and whose papers are asked for."""
    row, home = somebody(desk, Random("mail"), 3, date(2026, 3, 2), planned=True)
    row = replace(row, email=HERS, language="zh")
    desk.loans.put([row])
    one = Borrower(desk, row, home, Random("mail"), 3)
    for _ in states(one):
        pass
    worked(desk)
    return one


def worked(desk: Desk) -> None:
    while work(desk):
        pass


def letter(
    sender: str = HERS, text: str = "我下周可以还五百。", to: str = "desk@lender.example", **headers: str
) -> EmailMessage:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = sender, to, headers.pop("Subject", "关于还款")
    one["Message-ID"] = headers.pop(
        "Message_ID", f"<{sha256((sender + text + to).encode()).hexdigest()[:20]}@mail.example.cn>"
    )
    for name, value in headers.items():
        one[name.replace("_", "-")] = value
    one.set_content(text)
    return one


def reply_to(she: Borrower) -> str:
    return marks.reply_address(she.desk.mail_sign, DOMAIN, she.case_id, "b")


def said(she: Borrower) -> list[Any]:
    return [one for one in she.file.spoken if one.message and one.channel is Channel.EMAIL]


def mails_sent(desk: Desk) -> list[Message]:
    return [one for one in sent_by(desk) if one.channel is Channel.EMAIL]


def answers(desk: Desk) -> list[Message]:
    return [one for one in mails_sent(desk) if one.mail and one.mail.answers]


# ---- in --------------------------------------------------------------------------------------------------------


def test_an_answer_is_a_message_of_the_case_with_its_raw_form(desk: Desk, she: Borrower):
    raw = letter(to=reply_to(she), Date="Sun, 01 Mar 2026 20:00:00 +0800").as_bytes()
    got = receive_mail(desk, raw, HERS, (reply_to(she),))
    assert (got.outcome, got.case_id) == (Outcome.FOLLOW_UP, she.case_id)
    (one,) = said(she)
    assert (one.text, one.subject, one.sender, one.message) == (
        "我下周可以还五百。",
        "关于还款",
        HERS.lower(),
        got.mail,
    )
    assert (one.by.auth, one.hers, one.sent_at) == (Auth.MAIL_ADDRESS, True, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    assert desk.vault.open(one.raw) == raw
    assert she.file.case.person_by_on is not None
    row = desk.mails.get(got.mail)
    assert row is not None and (row.state, row.owner) == (MailState.FILED, she.case_id)


def test_her_answer_is_named_by_our_next_mail_and_found_by_it(desk: Desk, she: Borrower):
    receive_mail(desk, letter(to=reply_to(she), Message_ID="<hers-1@mail.example.cn>").as_bytes())
    write_message(desk, By(actor=AGENTS[0], channel=Channel.WEB, key="agent-1"), she.case_id, "好的，收到。")
    worked(desk)
    ours = mails_sent(desk)[-1]
    assert ours.mail is not None and not ours.mail.automatic
    assert ours.mail.in_reply_to == "<hers-1@mail.example.cn>"
    assert ours.mail.references[0] == marks.message_id(desk.mail_sign, DOMAIN, she.case_id, 0)
    back = letter(text="谢谢", In_Reply_To=ours.mail.message_id)
    assert receive_mail(desk, back.as_bytes()).outcome is Outcome.FOLLOW_UP
    assert [one.text for one in said(she)] == ["我下周可以还五百。", "谢谢"]


def test_killed_right_after_it_was_filed_the_raw_form_that_the_record_names_stays(desk: Desk, she: Borrower):
    """It is delivered again by another way, with other headers; the first filing stands."""
    first = letter(to=reply_to(she))
    got = receive_mail(desk, first.as_bytes(), HERS, (reply_to(she),))
    row = desk.mails.get(got.mail)
    assert row is not None
    desk.mails.change(replace(row, state=MailState.COMING))
    first["Received"] = "from another.example.cn"
    again = receive_mail(desk, first.as_bytes(), HERS, (reply_to(she),))
    assert again.mail == got.mail
    (one,) = said(she)
    assert desk.vault.missing([one.raw]) == frozenset()


def test_the_same_mail_again_changes_nothing_however_it_travelled(desk: Desk, she: Borrower):
    raw = letter(to=reply_to(she)).as_bytes()
    first = receive_mail(desk, raw)
    seq = she.file.case.seq
    again = receive_mail(desk, b"Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0800\r\nDelivered-To: x@y\r\n" + raw)
    assert (again.outcome, again.mail, again.case_id) == (Outcome.DUPLICATE, first.mail, she.case_id)
    assert receive_mail(desk, raw).outcome is Outcome.DUPLICATE
    assert she.file.case.seq == seq
    assert desk.mails.counts()["duplicate"] == 1, "the bytes that differ are kept, the same bytes are here already"


def test_a_mail_that_died_half_way_is_taken_up_where_it_stopped(
    desk: Desk, she: Borrower, monkeypatch: pytest.MonkeyPatch
):
    raw = letter(to=reply_to(she)).as_bytes()

    def cut(*_: object, **__: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(mail_room, "write_message", cut)
        with pytest.raises(OSError, match="power"):
            receive_mail(desk, raw)
    assert said(she) == []
    got = receive_mail(desk, raw)
    assert got.outcome is Outcome.FOLLOW_UP and len(said(she)) == 1
    assert receive_mail(desk, raw).outcome is Outcome.DUPLICATE and len(said(she)) == 1


def test_a_new_mail_from_her_address_is_heard_in_her_open_case(desk: Desk, she: Borrower):
    got = receive_mail(desk, letter(sender=f"小燕 <{HERS.upper()}>").as_bytes())
    assert (got.outcome, got.case_id) == (Outcome.NEW, she.case_id)
    assert [one.text for one in said(she)] == ["我下周可以还五百。"]


def test_another_customers_mail_with_her_number_waits_for_a_person_and_touches_no_case(desk: Desk, she: Borrower):
    seq = she.file.case.seq
    got = receive_mail(desk, letter(sender="other@x.cn", to=reply_to(she)).as_bytes())
    assert (got.outcome, got.case_id) == (Outcome.QUARANTINE, "")
    assert she.file.case.seq == seq
    (row,) = desk.mails.list("waiting")
    assert row.shown is not None and (row.why, row.shown.sender) == ("stranger", "other@x.cn")
    assert row.owner == row.mail, "sealed under a key of its own"


def test_somebody_with_her_authority_is_heard_as_long_as_it_stands(desk: Desk, she: Borrower):
    party = ThirdParty(name="陈律师", relation="lawyer", email="Chen@law.example")
    by = By(actor=AGENTS[0], channel=Channel.WEB, key="authority")
    carry_out(desk, by, she.case_id, {}, lambda _: [e.AuthorityFiled(authority="a_1", party=party)])
    assert receive_mail(desk, letter("chen@law.example", to=reply_to(she)).as_bytes()).outcome is Outcome.FOLLOW_UP
    carry_out(desk, replace(by, key="end"), she.case_id, {}, lambda _: [e.AuthorityEnded(authority="a_1")])
    later = letter("chen@law.example", "还有一件事", to=reply_to(she))
    assert receive_mail(desk, later.as_bytes()).outcome is Outcome.QUARANTINE
    assert [one.sender for one in said(she)] == ["chen@law.example"]


def test_a_long_mail_is_cut_for_reading_and_kept_whole(desk: Desk, she: Borrower):
    raw = letter(text="长" * 9000, to=reply_to(she)).as_bytes()
    receive_mail(desk, raw)
    (one,) = said(she)
    assert len(one.text) <= 4000 and one.text.endswith("（邮件后面还有内容，原件已完整保存。）")
    assert desk.vault.open(one.raw) == raw


def test_a_date_that_makes_no_sense_is_not_believed(desk: Desk, she: Borrower):
    for number, written in enumerate(("Tue, 01 Jan 2030 00:00:00 +0000", "Mon, 01 Jan 1996 00:00:00 +0000", "bald")):
        receive_mail(desk, letter(text=f"第{number}封", to=reply_to(she), Date=written).as_bytes())
    assert [one.sent_at for one in said(she)] == [None, None, None]


@given(st.binary(max_size=600))
@settings(max_examples=60)
def test_any_bytes_are_kept_as_they_came(raw: bytes):
    desk = memory_desk(at=AT)
    got = receive_mail(desk, raw)
    row = desk.mails.get(got.mail)
    assert row is not None and desk.vault.open(row.blob) == raw
    assert receive_mail(desk, raw) == replace(got, outcome=Outcome.DUPLICATE)


# ---- papers ----------------------------------------------------------------------------------------------------


def test_what_hangs_on_it_goes_to_the_papers_and_what_cannot_is_named(desk: Desk, she: Borrower):
    one = letter(to=reply_to(she))
    one.add_attachment(JPEG, maintype="application", subtype="octet-stream", filename="IMG_001.jpg")
    one.add_attachment(b"MZ" + bytes(60), maintype="application", subtype="x-msdownload", filename="run.exe")
    raw = one.as_bytes()
    before = len(she.file.papers)
    receive_mail(desk, raw)
    (paper,) = she.file.papers[before:]
    (message,) = said(she)
    assert message.papers == (paper.paper,)
    assert paper.facts is not None and desk.vault.open(paper.facts.blob) == JPEG
    assert "附件：IMG_001.jpg，已作为" in message.text and "附件：run.exe，没有作为材料收下。" in message.text
    assert desk.vault.open(message.raw) == raw


def test_a_file_goes_to_the_item_whose_paper_its_name_speaks_of(desk: Desk, she: Borrower):
    wanted = next(item for item in she.file.items if "bank-statement" in item.kinds and not item.health)
    one = letter(to=reply_to(she))
    one.add_attachment(JPEG, maintype="image", subtype="jpeg", filename="bank-statement-march.jpg")
    receive_mail(desk, one.as_bytes())
    assert she.file.papers[-1].item == wanted.number


def test_files_without_a_checklist_stay_with_the_mail(desk: Desk, she: Borrower):
    row, home = she.row, she.home
    other = replace(row, email="two@x.cn", id_number="110105199003078215", loan=replace(row.loan, contract="HC-2025-8"))
    desk.loans.put([other])
    two = Borrower(desk, other, home, Random("two"), 4)
    two.arrives()
    one = letter(sender="two@x.cn")
    one.add_attachment(JPEG, maintype="image", subtype="jpeg", filename="a.jpg")
    assert receive_mail(desk, one.as_bytes()).case_id == two.case_id
    (message,) = said(two)
    assert (message.papers, two.file.papers) == ((), ())
    assert message.text.endswith("附件：a.jpg，随邮件保存。")


# ---- answers ---------------------------------------------------------------------------------------------------


def test_an_unknown_sender_gets_one_line_a_day_that_tells_nothing(desk: Desk, she: Borrower):
    for number in range(3):
        got = receive_mail(desk, letter("who@x.cn", f"在吗 {number}").as_bytes(), "who@x.cn")
        assert (got.outcome, got.case_id) == (Outcome.NEW, "")
    worked(desk)
    (answer,) = answers(desk)
    assert (answer.to, answer.subject) == ("who@x.cn", "您的邮件已收到")
    assert answer.mail is not None and answer.mail.envelope_from == "" and answer.mail.reply_to == ""
    for told in (she.row.name, she.row.loan.contract, she.case_id, she.row.phone):
        assert told not in answer.body
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    receive_mail(desk, letter("who@x.cn", "Is anybody there?", Subject="hello").as_bytes(), "who@x.cn")
    worked(desk)
    assert [one.subject for one in answers(desk)] == ["您的邮件已收到", "Your mail has arrived"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.x.cn>"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
    ],
)
def test_a_machine_is_never_answered(desk: Desk, she: Borrower, headers: dict[str, str]):
    receive_mail(desk, letter("who@x.cn", **headers).as_bytes())
    receive_mail(desk, letter(to=reply_to(she), **headers).as_bytes())
    receive_mail(desk, letter("who@x.cn", to=reply_to(she), **headers).as_bytes())
    worked(desk)
    assert answers(desk) == []


def test_a_made_up_sender_is_not_troubled(desk: Desk):
    receive_mail(desk, letter("victim@bank.cn").as_bytes(), "spam@botnet.example")
    worked(desk)
    assert answers(desk) == []


def test_an_automatic_reply_to_an_automatic_reply_ends_there(desk: Desk, she: Borrower):
    worked(desk)
    ours = mails_sent(desk)[-1]
    assert ours.mail is not None
    count = len(sent_by(desk))
    for number in range(5):
        away = letter(
            text=f"我在休假 {number}", In_Reply_To=ours.mail.message_id, Auto_Submitted="auto-replied (vacation)"
        )
        assert receive_mail(desk, away.as_bytes(), "", (ours.mail.envelope_from,)).outcome is Outcome.AUTO_REPLY
        worked(desk)
    assert len(sent_by(desk)) == count
    assert {one.voice for one in said(she)} == {e.Voice.AUTO}
    assert she.file.case.person_by_on is None, "nobody has to answer a machine"


def test_our_own_mail_come_back_is_dropped_and_kept(desk: Desk, she: Borrower):
    loop = letter(to=reply_to(she), X_Forbear_Loop=marks.loop_mark(desk.mail_sign, DOMAIN))
    got = receive_mail(desk, loop.as_bytes())
    assert (got.outcome, said(she)) == (Outcome.LOOP, [])
    row = desk.mails.get(got.mail)
    assert row is not None and row.state is MailState.ASIDE and desk.vault.open(row.blob) == loop.as_bytes()


def test_a_flood_from_one_sender_is_slowed_and_none_is_lost(desk: Desk, she: Borrower):
    for number in range(1_000):
        receive_mail(desk, letter(text=f"第{number}封", to=reply_to(she)).as_bytes())
    counts = desk.mails.counts()
    assert (counts["follow-up"], counts["quarantine"]) == (60, 940)
    assert len(said(she)) == 60
    assert {row.why for row in desk.mails.list("waiting", 0, 1_000)} == {"many"}
    worked(desk)
    assert len(answers(desk)) <= 1
    desk.clock.advance(minutes=1)  # type: ignore[attr-defined]
    assert receive_mail(desk, letter(text="后来", to=reply_to(she)).as_bytes()).outcome is Outcome.FOLLOW_UP


# ---- coming back -----------------------------------------------------------------------------------------------


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


# ---- a person decides ------------------------------------------------------------------------------------------


@pytest.fixture
def stranger(desk: Desk, she: Borrower) -> str:
    one = letter("sister@x.cn", "我是她姐姐，附上工资条。", to=reply_to(she), Message_ID="<s-1@x.cn>")
    one.add_attachment(JPEG, maintype="image", subtype="jpeg", filename="payslip.jpg")
    return receive_mail(desk, one.as_bytes()).mail


def by_agent(key: str = "assign-1") -> By:
    return By(actor=AGENTS[0], channel=Channel.WEB, key=key)


def test_a_person_puts_a_mail_with_a_case(desk: Desk, she: Borrower, stranger: str):
    row = desk.mails.get(stranger)
    assert row is not None
    raw = desk.vault.open(row.blob)
    assert isinstance(assign_mail(desk, by_agent(), stranger, she.case_id, "她姐姐，电话里核实过"), Done)
    (one,) = said(she)
    assert (one.sender, one.assigned_by, one.by.auth) == ("sister@x.cn", "lin", Auth.NONE)
    assert one.text.startswith("我是她姐姐") and len(one.papers) == 1
    assert desk.vault.open(one.raw) == raw
    notes = [note for note in she.file.spoken if note.note]
    assert notes[-1].text == "来自 sister@x.cn 的邮件已归入本案件。理由：她姐姐，电话里核实过"
    assert notes[-1].by.id == "lin"
    moved = desk.mails.get(stranger)
    assert moved is not None and (moved.state, moved.owner) == (MailState.ASSIGNED, she.case_id)
    with pytest.raises(KeyError):
        desk.vault.open(row.blob)
    again = assign_mail(desk, by_agent("assign-2"), stranger, she.case_id, "又一次")
    assert isinstance(again, Refusal) and again.rule == "mail.settled"


def test_a_person_discards_a_mail_and_it_is_kept(desk: Desk, she: Borrower, stranger: str):
    assert discard_mail(desk, by_agent(), stranger, "广告") is None
    row = desk.mails.get(stranger)
    assert row is not None and row.shown is not None
    assert (row.state, row.settled_by, row.shown.reason) == (MailState.DISCARDED, "lin", "广告")
    assert b"sister@x.cn" in desk.vault.open(row.blob)
    assert said(she) == []


@pytest.mark.parametrize(
    ("actor", "case", "reason", "rule"),
    [
        (Actor(Role.AUDITOR, "he", Auth.STAFF), "", "因为", "desk.role"),
        (AGENTS[0], "", "  ", "mail.reason"),
        (AGENTS[0], "c_nowhere", "因为", "mail.case"),
    ],
)
def test_who_may_not_or_says_no_reason_changes_nothing(
    desk: Desk, she: Borrower, stranger: str, actor: Actor, case: str, reason: str, rule: str
):
    seq = she.file.case.seq
    by = By(actor=actor, channel=Channel.WEB, key="no")
    refused = assign_mail(desk, by, stranger, case or she.case_id, reason)
    assert isinstance(refused, Refusal) and refused.rule == rule
    assert she.file.case.seq == seq
    assert [row.mail for row in desk.mails.list("waiting")] == [stranger]


def test_what_is_erased_with_its_case_can_no_longer_be_read(desk: Desk, she: Borrower):
    got = receive_mail(desk, letter(to=reply_to(she)).as_bytes())
    desk.ledger.forget(she.case_id, "message")  # type: ignore[attr-defined]
    row = desk.mails.get(got.mail)
    assert row is not None and row.shown is None
    with pytest.raises(KeyError):
        desk.vault.open(row.blob)


# ---- no more reminders -----------------------------------------------------------------------------------------


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
