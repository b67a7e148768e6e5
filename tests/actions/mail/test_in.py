"""Mail comes in, on the desk in memory: what stands in the case, what is kept, what is answered."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.actions import mail as mail_room
from forbear.actions.conversation import write_message
from forbear.actions.mail import receive_mail
from forbear.actions.ports import Desk, MailState
from forbear.actions.record import By, carry_out
from forbear.adapters.memory import memory_desk, sent_by
from forbear.core import events as e
from forbear.core import mail_address as marks
from forbear.core.contact import Auth, Channel, ThirdParty
from forbear.core.mail_routing import Outcome
from forbear.town.borrower import AGENTS, Borrower
from tests.actions.mail.letters import AT, DOMAIN, HERS, JPEG, answers, letter, mails_sent, reply_to, said, worked


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
