"""Text messages in the cases: receipts in any order, numbers that take nothing, what comes from whom, discretion."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from forbear.actions.agenda import work
from forbear.actions.contact import (
    CodeSent,
    ask_call_code,
    ask_code,
    ask_link_code,
    ask_signing_code,
    choose_reach,
    open_case,
)
from forbear.actions.conversation import write_message
from forbear.actions.letters import preview, write
from forbear.actions.ports import Desk, Message, Receipt, TextIn, Undelivered, Unreachable
from forbear.actions.record import By, Done, carry_out, load
from forbear.actions.record_audit import Fit, check_receipt
from forbear.actions.sms import IN_AN_HOUR, place_stray, take_loose, take_receipt, take_text
from forbear.adapters.memory import clock_of, memory_desk, sent_by
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Reach, Role
from forbear.core.notices import NoticeKind
from forbear.core.receipt import receipt_of, without_receipt
from forbear.core.refusal import Refusal
from forbear.core.sms import Fate, Gateway, sms_size
from forbear.town.book import made_up_book

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BOOK = [replace(row, language="zh", email=None) for row in made_up_book(3, 30, date(2026, 3, 2))]
HER, OTHER = BOOK[0], BOOK[1]
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
LATER = timedelta(minutes=1)


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=AT, rows=BOOK)


def case_of(desk: Desk, row=HER) -> str:
    held = desk.loans.find(row.loan.contract)
    by = By(actor=Actor(Role.BORROWER, held.borrower_id, Auth.CODE), channel=Channel.WEB, key=f"open:{held.loan_id}")
    return open_case(desk, by, loan_id=held.loan_id, language="zh").case_id


def told_her(desk: Desk, case_id: str, key: str = "m") -> e.NoticeQueued:
    """The agent writes; the notice of it as queued."""
    done = write_message(desk, By(actor=AGENT, channel=Channel.WEB, key=key), case_id, "请看第二页。")
    return next(event.fact for event in done.events if isinstance(event.fact, e.NoticeQueued))


def worked(desk: Desk) -> None:
    while work(desk):
        pass


def facts(desk: Desk, case_id: str, *kinds: type) -> list:
    return [event.fact for event in desk.ledger.events(case_id) if isinstance(event.fact, kinds)]


def receipt(carrier: str, fate: Fate, code: str = "DELIVRD") -> Receipt:
    return Receipt(carrier=carrier, fate=fate, code=code)


def state(desk: Desk, case_id: str, notice: str) -> str:
    return next(one.state for one in load(desk, case_id).notices if one.notice == notice)


def talk(desk: Desk, case_id: str) -> list:
    """What was said in a case; a wish for a person has no words."""
    return [one for one in load(desk, case_id).spoken if one.text]


# ---- receipts --------------------------------------------------------------------------------------------------


def test_a_receipt_tells_the_case_once(desk):
    case_id = case_of(desk)
    notice = told_her(desk, case_id).notice
    worked(desk)
    assert state(desk, case_id, notice) == "sent"
    for _ in range(3):
        take_receipt(desk, receipt("t1", Fate.DELIVERED))
    assert state(desk, case_id, notice) == "delivered"
    assert len(facts(desk, case_id, e.NoticeDelivered)) == 1


def test_a_receipt_before_our_own_commit_and_one_of_nothing(desk):
    case_id = case_of(desk)
    take_receipt(desk, receipt("t1", Fate.DELIVERED))
    take_receipt(desk, receipt("nobody's", Fate.LOST))
    notice = told_her(desk, case_id).notice
    worked(desk)
    assert state(desk, case_id, notice) == "delivered"
    assert [type(fact) for fact in facts(desk, case_id, e.NoticeSent, e.NoticeDelivered)] == [
        e.NoticeSent,
        e.NoticeDelivered,
    ]
    assert desk.texts.counts()["unmatched"] == 1


def test_a_number_that_takes_nothing_is_told_to_a_person_and_not_tried_again(desk):
    case_id = case_of(desk)
    notice = told_her(desk, case_id).notice
    worked(desk)
    take_receipt(desk, receipt("t1", Fate.REFUSED, "MOBILE_IN BLACK?"))
    take_receipt(desk, receipt("t1", Fate.REFUSED, "MOBILE_IN BLACK?"))
    assert state(desk, case_id, notice) == "failed"
    (failed,) = facts(desk, case_id, e.ChannelFailed)
    assert (failed.channel, failed.why, failed.address) == (Channel.SMS, "MOBILE_INBLACK", HER.phone)
    worked(desk)
    (task,) = desk.agenda.given_up()
    assert (task.kind, task.case_id) == ("deliver", case_id)
    again = told_her(desk, case_id, "m2").notice
    worked(desk)
    assert state(desk, case_id, again) == "failed"
    assert [m.reference for m in sent_by(desk)] == [notice]
    assert len(desk.agenda.given_up()) == 2
    assert preview(desk, load(desk, case_id), NoticeKind.MESSAGE) == ""


def test_it_was_delivered_after_all(desk):
    case_id = case_of(desk)
    notice = told_her(desk, case_id).notice
    worked(desk)
    take_receipt(desk, receipt("t1", Fate.REFUSED, "BLACK"))
    take_receipt(desk, receipt("t1", Fate.DELIVERED))
    assert state(desk, case_id, notice) == "delivered"
    assert load(desk, case_id).talk.failed == frozenset()
    worked(desk)
    assert desk.agenda.given_up() == ()


def test_where_mail_carries_the_same_news_nobody_is_troubled_and_the_next_goes_by_mail_alone(desk):
    row = replace(HER, email="she@example.com")
    desk.loans.put([row])
    case_id = case_of(desk, row)
    told_her(desk, case_id)
    worked(desk)
    sms = next(one for one in load(desk, case_id).notices if one.channel is Channel.SMS)
    take_receipt(desk, receipt("t1", Fate.REFUSED, "BLACK"))
    worked(desk)
    assert state(desk, case_id, sms.notice) == "failed"
    assert desk.agenda.given_up() == ()
    told_her(desk, case_id, "m2")
    assert [one.channel for one in load(desk, case_id).notices] == [Channel.SMS, Channel.EMAIL, Channel.EMAIL]


def test_what_the_gateway_refuses_for_good_is_not_tried_eight_times(desk):
    case_id = case_of(desk)
    desk.messenger.refusing = Unreachable("the gateway answered NO", code="NO", number=True)
    notice = told_her(desk, case_id).notice
    worked(desk)
    assert state(desk, case_id, notice) == "failed"
    assert [fact.why for fact in facts(desk, case_id, e.ChannelFailed)] == ["NO"]
    assert len(desk.agenda.given_up()) == 1


def test_a_text_nobody_approved_says_so_and_the_number_stays_good(desk):
    case_id = case_of(desk)
    desk.messenger.refusing = Unreachable("no approved text is this one", code="unapproved")
    told_her(desk, case_id)
    worked(desk)
    assert facts(desk, case_id, e.ChannelFailed) == []
    assert len(desk.agenda.given_up()) == 1


def test_codes_have_receipts_that_are_only_counted(desk):
    ask_code(desk, contract=HER.loan.contract, id_number=HER.id_number, address="x")
    worked(desk)
    take_receipt(desk, receipt("t1", Fate.LOST, "EXPIRED"))
    assert desk.texts.counts() == {"lost": 1, "unmatched": 0, "came": 0, "strays": 0}


# ---- what comes ------------------------------------------------------------------------------------------------


def text(words: str, number: str = HER.phone, id: str = "u1", **other) -> TextIn:
    return TextIn(id=id, number=number, text=words, **other)


def test_a_text_from_the_number_on_file_is_a_message_of_the_case(desk):
    case_id = case_of(desk)
    sent_at = AT - timedelta(minutes=3)
    for number in (HER.phone, f"+86 {HER.phone[:3]}-{HER.phone[3:]}"):
        take_text(desk, text("我想商量一下", number, sent_at=sent_at))
    (said,) = talk(desk, case_id)
    assert (said.text, said.channel, said.hers, said.sent_at) == ("我想商量一下", Channel.SMS, True, sent_at)
    assert (said.sender, said.by.auth) == (HER.phone, Auth.SENDER_NUMBER)
    assert len(facts(desk, case_id, e.PersonAsked)) == 1
    assert desk.texts.strays(9) == ()


def test_another_text_under_the_same_id_is_not_lost(desk):
    case_id = case_of(desk)
    for words in ("一", "二", "二"):
        take_text(desk, text(words))
    assert [one.text for one in talk(desk, case_id)] == ["一"]
    assert [(stray.text, stray.why) for stray in desk.texts.strays(9)] == [("二", "same-id")]


def test_a_clock_ahead_of_ours_makes_no_message_of_tomorrow(desk):
    case_id = case_of(desk)
    take_text(desk, text("好的", sent_at=AT + timedelta(days=1)))
    assert talk(desk, case_id)[0].sent_at == AT


def test_nothing_of_a_case_is_told_back_to_a_number(desk):
    case_id = case_of(desk)
    take_text(desk, text("欠多少？"))
    worked(desk)
    (answer,) = sent_by(desk)
    assert (answer.to, answer.reference) == (HER.phone, load(desk, case_id).notices[0].notice)
    assert not re.search(r"\d+[.,]\d\d|" + HER.loan.contract, answer.body)


@pytest.mark.parametrize("number", ["19900009999", "+442071838750", "10690000", "", "’ or 1=1"])
def test_a_number_of_nobody_waits_for_a_person(desk, number):
    case_of(desk)
    take_text(desk, text("你好", number))
    take_text(desk, text("你好", number))
    (stray,) = desk.texts.strays(9)
    assert (stray.why, stray.text) == ("unknown", "你好")
    worked(desk)
    (task,) = desk.agenda.given_up()
    assert (task.kind, task.case_id) == ("stray", "")
    assert sent_by(desk) == []


def test_a_number_of_two_borrowers_and_one_without_a_case(desk):
    take_text(desk, text("你好"))
    desk.loans.put([replace(OTHER, phone=HER.phone)])
    ids = [case_of(desk), case_of(desk, OTHER)]
    before = [len(desk.ledger.events(case_id)) for case_id in ids]
    take_text(desk, text("你好", id="u2"))
    assert [stray.why for stray in desk.texts.strays(9)] == ["closed", "several"]
    assert [len(desk.ledger.events(case_id)) for case_id in ids] == before


def test_a_number_of_two_of_whom_one_has_a_case_is_hers(desk):
    desk.loans.put([replace(OTHER, phone=HER.phone)])
    case_id = case_of(desk)
    take_text(desk, text("你好"))
    assert [said.text for said in talk(desk, case_id)] == ["你好"]


def test_ten_thousand_texts_of_one_number(desk):
    case_id = case_of(desk)
    for n in range(10_000):
        take_text(desk, text(f"第{n}条", id=f"u{n}"))
    assert len(talk(desk, case_id)) == IN_AN_HOUR
    assert desk.texts.counts()["came"] == 10_000
    assert {stray.why for stray in desk.texts.strays(9)} == {"many"}
    worked(desk)
    assert len(desk.agenda.given_up()) == 20
    assert len(sent_by(desk)) == 1


def test_odd_texts_are_kept_readable_and_whole(desk):
    case_id = case_of(desk)
    take_text(desk, text("a\x00b\ud83dc 😀", id="odd"))
    take_text(desk, text("长" * 9000, id="long"))
    take_text(desk, text(" \n ", id="empty"))
    said = [one.text for one in talk(desk, case_id)]
    assert said[0] == "a�b�c 😀"
    assert "".join(said[1:]) == "长" * 9000
    assert desk.texts.counts()["came"] == 3


def test_a_message_that_comes_in_parts(desk):
    case_id = case_of(desk)
    take_text(desk, text("后一半", id="p2", joint="j", part=2, parts=2))
    assert talk(desk, case_id) == []
    for id in ("p1", "p1b"):
        take_text(desk, text("前一半，", id=id, joint="j", part=1, parts=2))
    assert [one.text for one in talk(desk, case_id)] == ["前一半，后一半"]


def test_parts_whose_others_never_come_are_in_the_case_once(desk):
    case_id = case_of(desk)
    take_text(desk, text("前一半，", id="p1", joint="j", part=1, parts=2))
    for _ in range(3):
        clock_of(desk).advance(hours=2)
        take_loose(desk)
    assert [one.text for one in talk(desk, case_id)] == ["前一半， […]"]


def test_a_record_that_is_busy_asks_for_it_again(desk, monkeypatch):
    case_of(desk)
    busy = Refusal("record.busy", "record.refusal.busy", "record.way_on.again")
    monkeypatch.setattr("forbear.actions.sms.write_message", lambda *_: busy)
    with pytest.raises(Undelivered, match=r"record\.busy"):
        take_text(desk, text("你好"))
    assert desk.texts.counts()["came"] == 0


def test_a_person_says_whose_it_is(desk):
    case_id = case_of(desk)
    take_text(desk, text("你好", "19900009999"))
    take_text(desk, text("广告", "19900008888", id="u2"))
    by = By(actor=AGENT, channel=Channel.WEB, key="place")
    assert place_stray(desk, by, "u1", "HC-0000").rule == "sms.contract"
    assert place_stray(desk, replace(by, actor=Actor(Role.AUDITOR, "he", Auth.STAFF)), "u1", "").rule == "desk.role"
    assert len(desk.texts.strays(9)) == 2
    worked(desk)
    assert len(desk.agenda.given_up()) == 2
    assert isinstance(place_stray(desk, by, "u1", HER.loan.contract), Done)
    assert len(desk.agenda.given_up()) == 1
    assert isinstance(place_stray(desk, by, "u2", ""), Done)
    assert desk.agenda.given_up() == ()
    assert desk.texts.strays(9) == ()
    assert [(one.text, one.sender) for one in talk(desk, case_id)] == [("你好", "19900009999")]


# ---- no more of them -------------------------------------------------------------------------------------------


def test_stop_is_confirmed_once_and_start_opens_again(desk):
    case_id = case_of(desk)
    for id in ("s1", "s1", "s2"):
        take_text(desk, text(" ｔｄ。", id=id))
    worked(desk)
    assert load(desk, case_id).reach.unwanted == (Channel.SMS,)
    facts = [event for event in desk.ledger.events(case_id) if isinstance(event.fact, e.MessageWritten)]
    (said,) = [event for event in facts if event.fact.voice is e.Voice.AUTO]
    receipt_line = f"存证码 {receipt_of(said)}"
    body = f"好的，不再给您发短信。想恢复请回复「恢复」。\n{receipt_line}"
    assert [(m.to, m.body) for m in sent_by(desk)] == [(HER.phone, body)]
    assert sms_size(body, Gateway(gsm=None)).parts == 1, "the receipt costs nothing"
    assert load(desk, case_id).case.person_by_on is None
    take_receipt(desk, receipt("t1", Fate.DELIVERED))
    assert [one.delivered_at for one in talk(desk, case_id) if not one.hers] == [AT]
    notice = told_her(desk, case_id).notice
    worked(desk)
    assert (state(desk, case_id, notice), len(sent_by(desk))) == ("failed", 1)
    assert len(desk.agenda.given_up()) == 1
    take_text(desk, text("START", id="s3"))
    worked(desk)
    assert load(desk, case_id).reach.unwanted == ()
    assert without_receipt(sent_by(desk)[-1].body) == "好的，恢复给您发短信。不想收请回复「退订」。"
    again = told_her(desk, case_id, "m2").notice
    worked(desk)
    assert state(desk, case_id, again) == "sent"


def test_stop_of_a_number_of_nobody_troubles_nobody(desk):
    take_text(desk, text("退订", "19900009999"))
    worked(desk)
    assert (desk.texts.strays(9), sent_by(desk), desk.agenda.given_up()) == ((), [], ())


def test_a_code_she_asks_for_goes_all_the_same(desk):
    case_of(desk)
    take_text(desk, text("TD"))
    ask_code(desk, contract=HER.loan.contract, id_number=HER.id_number, address="x")
    worked(desk)
    assert re.search(r"\d{8}", sent_by(desk)[-1].body)


# ---- discretion and length -------------------------------------------------------------------------------------

SAYS_DEBT = re.compile(r"款|欠|债|协议|金融|agreement|pay|debt|loan|finance", re.IGNORECASE)
CHINA = Gateway(gsm=None, signature="示例消费", discreet_signature="服务通知")
PARTS_MOST = {"zh": 2, "en": 6}
"""Parts as China's carriers count them: two in Chinese; English letters count there like Chinese ones."""


def discreet_case(desk: Desk, language: str, discreet: bool = True) -> str:
    case_id = case_of(desk)
    held = load(desk, case_id)
    by = By(actor=Actor(Role.BORROWER, held.party.borrower_id, Auth.CODE), channel=Channel.WEB, key="reach")
    reach = Reach(language=language, phone=HER.phone, discreet=discreet)
    assert isinstance(choose_reach(desk, by, case_id, reach), Done)
    return case_id


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", NoticeKind)
def test_no_notice_names_lender_or_debt_where_she_chose_so(desk, kind, language):
    desk = replace(desk, address="https://debt.lender.example", discreet_address="https://a.example")
    case_id = discreet_case(desk, language)
    by = By(actor=AGENT, channel=Channel.WEB, key="link")
    sent = e.UploadLinkSent(link="u_1", items=(1,), expires_at=AT + timedelta(days=3))
    carry_out(desk, by, case_id, {}, lambda _: [sent])
    ((queued, _),) = write(desk, load(desk, case_id), kind, AT)
    body = queued.letter.body
    assert not SAYS_DEBT.search(body), body
    assert desk.lender not in body and desk.lender_en not in body and desk.address not in body
    assert "https://a.example" in body
    assert sms_size(body, CHINA).parts <= PARTS_MOST[language]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_code_names_lender_or_debt_where_she_chose_so(desk, language):
    row = replace(HER, language=language)
    desk.loans.put([row])
    case_id, held = discreet_case(desk, language), desk.loans.find(row.loan.contract)
    asked = [
        ask_code(desk, contract=row.loan.contract, id_number=row.id_number, address="x"),
        ask_signing_code(desk, loan_id=held.loan_id, case_id=case_id, number=1),
        ask_link_code(desk, loan_id=held.loan_id, link="u_1"),
        ask_call_code(desk, id_number=row.id_number, call="l_1", number=row.phone),
    ]
    assert all(isinstance(one, CodeSent) for one in asked)
    worked(desk)
    codes = [message for message in sent_by(desk) if message.reference.startswith("k_")]
    assert len(codes) == 4
    for message in codes:
        assert re.search(r"(?<!\d)\d{8}(?!\d)", message.body)
        assert not SAYS_DEBT.search(message.body), message.body
        assert not message.body.startswith(("【", "["))
        assert sms_size(message.body, CHINA).parts <= PARTS_MOST[language]


def test_the_code_that_signs_carries_the_receipt_of_what_she_signs(desk):
    case_id, held = case_of(desk), desk.loans.find(HER.loan.contract)
    ask_signing_code(desk, loan_id=held.loan_id, case_id=case_id, number=1)
    worked(desk)
    last = desk.ledger.events(case_id)[-1]
    body = sent_by(desk)[-1].body
    assert body.endswith(f"\n存证码 {receipt_of(last)}")
    assert check_receipt(desk, body).fit is Fit.GENUINE
    ask_code(desk, contract=HER.loan.contract, id_number=HER.id_number, address="x")
    worked(desk)
    assert "存证码" not in sent_by(desk)[-1].body


def test_where_she_did_not_the_code_names_the_lender(desk):
    discreet_case(desk, "zh", discreet=False)
    ask_code(desk, contract=HER.loan.contract, id_number=HER.id_number, address="x")
    worked(desk)
    assert sent_by(desk)[-1].body.startswith(f"【{desk.lender}】")


def test_a_message_handed_over_twice_is_settled_once(desk):
    case_id = case_of(desk)
    notice = told_her(desk, case_id).notice
    worked(desk)
    clock_of(desk).move_to(AT + LATER)
    assert desk.messenger.send(Message(channel=Channel.SMS, to="", subject="", body="", reference=notice)) == "t1"
    take_receipt(desk, receipt("t1", Fate.DELIVERED))
    assert load(desk, case_id).notices[0].delivered_at == AT + LATER
