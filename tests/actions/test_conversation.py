"""One conversation a case: what each side takes, which channel an answer goes by, drafts, replies, words over all."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from forbear.actions import message_search
from forbear.actions.canned_replies import keep_reply, reply_for
from forbear.actions.contact import open_case
from forbear.actions.conversation import Written, answer, delivered, write_message, write_note
from forbear.actions.drafts import draft_of, keep_draft
from forbear.actions.message_search import search_messages
from forbear.actions.ports import Desk, Draft
from forbear.actions.record import By, Done, carry_out, load
from forbear.adapters.memory import clock_of, memory_desk
from forbear.core import events as e
from forbear.core.canned_replies import CannedReply
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Reach, Role
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal
from forbear.town.book import made_up_book
from tests.contracts.bench import at_once

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LIN = Actor(Role.AGENT, "lin", Auth.STAFF)
CHEN = Actor(Role.AGENT, "chen", Auth.STAFF)
ZHAO = Actor(Role.REVIEWER, "zhao", Auth.STAFF)
AUDITOR = Actor(Role.AUDITOR, "he", Auth.STAFF)


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=AT, rows=made_up_book(7, 3, date(2026, 3, 1)))


@pytest.fixture
def case_id(desk: Desk) -> str:
    return opened(desk, 0)


def opened(desk: Desk, number: int) -> str:
    held = desk.loans.find(desk.loans.all_contracts()[number])
    assert held is not None
    by = By(actor=Actor(Role.BORROWER, held.borrower_id, Auth.CODE), channel=Channel.WEB, key=f"open-{number}")
    done = open_case(desk, by, loan_id=held.loan_id, language="zh")
    assert isinstance(done, Done)
    return done.case_id


def she(desk: Desk, case_id: str) -> Actor:
    party = load(desk, case_id).party
    assert party is not None
    return Actor(Role.BORROWER, party.borrower_id, Auth.CODE)


def by(desk: Desk, actor: Actor, channel: Channel = Channel.WEB, **other: Any) -> By:
    return By(actor=actor, channel=channel, key=desk.ids.new("q"), **other)


def says(desk: Desk, case_id: str, text: str, channel: Channel = Channel.WEB) -> Done:
    done = write_message(desk, by(desk, she(desk, case_id), channel), case_id, text)
    assert isinstance(done, Done)
    return done


def answers(desk: Desk, case_id: str, text: str = "好的。", actor: Actor = LIN, **other: Any) -> Done | Refusal:
    return answer(desk, by(desk, actor, **other), case_id, Written(text=text))


def reaches(desk: Desk, case_id: str, **other: Any) -> None:
    """She chose how to be reached, as the record has it."""
    reach = Reach(**{"language": "zh", "phone": "13900000000", "email": "she@example.com"} | other)
    carry_out(desk, by(desk, SYSTEM), case_id, {}, lambda _: [e.ReachChosen(language="zh", reach=reach)])


# ---- one conversation ------------------------------------------------------------------------------------------


def test_what_came_by_every_channel_stands_in_one_conversation_and_none_is_lost(desk: Desk, case_id: str):
    """Chatwoot #12457 (history lost), #4578 (ghost threads): one time line a case, whatever the channel."""
    channels = (Channel.WEB, Channel.CHAT, Channel.SMS, Channel.EMAIL, Channel.HOTLINE)
    for channel in channels:
        says(desk, case_id, f"从{channel.value}来", channel)
    told = [(one.channel, one.text) for one in load(desk, case_id).spoken if one.text]
    assert told == [(channel, f"从{channel.value}来") for channel in channels]


def test_two_people_with_the_same_words_and_subject_stay_apart(desk: Desk):
    """Chatwoot PR #13502: replies of different people were merged into one conversation."""
    for number in range(2):
        mine = opened(desk, number)
        written = Written(text="同样的话", subject="Re: 同一个主题", sender="same@example.com")
        write_message(desk, by(desk, she(desk, mine), Channel.EMAIL), mine, written)
        assert [one.text for one in load(desk, mine).spoken if one.text] == ["同样的话"]


def test_each_side_takes_the_others_messages_once(desk: Desk, case_id: str):
    says(desk, case_id, "一")
    says(desk, case_id, "二")
    seq = load(desk, case_id).case.seq
    done = delivered(desk, by(desk, LIN), case_id, seq)
    assert isinstance(done, Done) and [event.fact.type for event in done.events] == ["message.delivered"] * 2
    size = desk.ledger.size()
    for actor in (LIN, CHEN, she(desk, case_id)):
        again = delivered(desk, by(desk, actor), case_id, seq)
        assert isinstance(again, Done) and again.events == ()
    assert desk.ledger.size() == size
    refused = delivered(desk, by(desk, AUDITOR), case_id, seq)
    assert isinstance(refused, Refusal) and refused.rule == "desk.role"


def test_only_what_was_on_the_screen_is_taken(desk: Desk, case_id: str):
    seq = says(desk, case_id, "看到的").events[0].seq
    says(desk, case_id, "后来的")
    delivered(desk, by(desk, LIN), case_id, seq)
    assert [one.delivered_at for one in load(desk, case_id).spoken if one.text] == [AT, None]


def test_two_pages_that_take_at_once_note_it_once(desk: Desk, case_id: str):
    says(desk, case_id, "一")
    seq = load(desk, case_id).case.seq
    at_once([lambda actor=actor: delivered(desk, by(desk, actor), case_id, seq) for actor in (LIN, CHEN) * 2])  # type: ignore[misc]
    facts = [event for event in load(desk, case_id).events if event.fact.type == "message.delivered"]
    assert len(facts) == 1


def test_of_two_agents_who_answer_from_the_same_screen_one_is_told(desk: Desk, case_id: str):
    says(desk, case_id, "什么时候有结果？")
    seen = load(desk, case_id).case.seq
    outcomes = at_once(
        [lambda actor=actor: answers(desk, case_id, actor.id, actor, seen=seen) for actor in (LIN, CHEN)]  # type: ignore[misc]
    )
    sent = [one for one in outcomes if isinstance(one, Done)]
    told = [one for one in outcomes if isinstance(one, Refusal)]
    assert (len(sent), [one.rule for one in told]) == (1, ["record.stale"])
    texts = [one.text for one in load(desk, case_id).spoken if one.by.kind is Role.AGENT]
    assert texts == [sent[0].events[0].actor.id]


# ---- the channel of an answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "notices"),
    [(Channel.WEB, ["sms", "email"]), (Channel.SMS, ["sms"]), (Channel.EMAIL, ["email"]), (Channel.CHAT, [])],
)
def test_an_answer_goes_by_the_channel_chosen(desk: Desk, case_id: str, channel: Channel, notices: list[str]):
    reaches(desk, case_id)
    assert isinstance(answers(desk, case_id, channel=channel), Done)
    file = load(desk, case_id)
    assert [one.channel.value for one in file.notices if one.kind.value == "message"] == notices
    assert (file.spoken[-1].channel, file.spoken[-1].text) == (channel, "好的。")


def test_an_e_mail_has_the_subject_of_its_message_and_ours_without_one(desk: Desk, case_id: str):
    reaches(desk, case_id)
    for subject in ("关于七月", ""):
        answer(desk, by(desk, LIN, Channel.EMAIL), case_id, Written(text="好的。", subject=subject))
    subjects = [one.letter.subject for one in load(desk, case_id).notices if one.letter and one.channel == "email"]
    assert subjects[-2:] == ["关于七月", "我们给您写了一条信息"]


@pytest.mark.parametrize(
    ("reach", "channel", "reason"),
    [
        ({"email": None}, Channel.EMAIL, "no_email"),
        ({"unwanted": (Channel.SMS,)}, Channel.SMS, "unwanted"),
        ({}, Channel.HOTLINE, "no_channel"),
        ({}, Channel.SYSTEM, "no_channel"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_and_nothing_is_said(
    desk: Desk, case_id: str, reach: dict[str, Any], channel: Channel, reason: str
):
    reaches(desk, case_id, **reach)
    seq = load(desk, case_id).case.seq
    refused = answers(desk, case_id, channel=channel)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.where) == (f"conversation.refusal.{reason}", "channel")
    assert load(desk, case_id).case.seq == seq


def test_a_channel_that_takes_nothing_any_more_is_refused_until_she_chooses_anew(desk: Desk, case_id: str):
    reaches(desk, case_id)
    bounced = e.ChannelFailed(channel=Channel.EMAIL, why="5.1.1", address="she@example.com")
    carry_out(desk, by(desk, SYSTEM), case_id, {}, lambda _: [bounced])
    refused = answers(desk, case_id, channel=Channel.EMAIL)
    assert isinstance(refused, Refusal) and refused.reason == "conversation.refusal.failed"
    reaches(desk, case_id, email="new@example.com")
    assert isinstance(answers(desk, case_id, channel=Channel.EMAIL), Done)


# ---- drafts ----------------------------------------------------------------------------------------------------


def drafted(desk: Desk, case_id: str, text: str, key: str = "desk:lin:q_form1", actor: Actor = LIN) -> Any:
    at = By(actor=actor, channel=Channel.WEB, key=key)
    return keep_draft(desk, at, Draft(case_id=case_id, staff=actor.id, text=text, at=AT))


def test_a_draft_stays_until_it_is_sent_and_late_words_do_not_bring_it_back(desk: Desk, case_id: str):
    drafted(desk, case_id, "还没写完")
    found = draft_of(desk, LIN, case_id)
    assert found is not None and (found.text, found.at) == ("还没写完", AT)
    assert desk.drafts.writers(case_id) == (("lin", AT),)
    assert draft_of(desk, CHEN, case_id) is None
    sent = answer(desk, By(actor=LIN, channel=Channel.WEB, key="desk:lin:q_form1"), case_id, Written(text="写完了。"))
    assert isinstance(sent, Done)
    assert draft_of(desk, LIN, case_id) is None
    assert drafted(desk, case_id, "写完了") is None
    assert draft_of(desk, LIN, case_id) is None
    assert drafted(desk, case_id, "下一封", key="desk:lin:q_form2") is not None


def test_a_draft_that_outlived_its_sending_is_gone_when_it_is_looked_for(desk: Desk, case_id: str):
    drafted(desk, case_id, "写完了。")
    write_message(desk, By(actor=LIN, channel=Channel.WEB, key="desk:lin:q_form1"), case_id, "写完了。")
    assert desk.drafts.of(case_id, "lin") is not None
    assert draft_of(desk, LIN, case_id) is None
    assert desk.drafts.of(case_id, "lin") is None


def test_an_answer_that_is_refused_keeps_the_draft(desk: Desk, case_id: str):
    drafted(desk, case_id, "草稿")
    says(desk, case_id, "又来一句")
    assert isinstance(answers(desk, case_id, seen=0), Refusal)
    assert draft_of(desk, LIN, case_id) is not None


def test_an_empty_draft_is_none_and_one_too_long_or_nowhere_is_refused(desk: Desk, case_id: str):
    drafted(desk, case_id, "草稿")
    assert drafted(desk, case_id, "  ") is None
    assert draft_of(desk, LIN, case_id) is None
    assert drafted(desk, case_id, "长" * 4001).rule == "contact.too_long"
    assert drafted(desk, "c_none", "草稿").rule == "record.no_case"
    assert drafted(desk, case_id, "草稿", actor=AUDITOR).rule == "desk.role"
    assert desk.drafts.writers(case_id) == ()


# ---- kept replies ----------------------------------------------------------------------------------------------


def keeps(desk: Desk, text: str, actor: Actor = ZHAO, seen: int = 0, **other: str) -> Any:
    return keep_reply(desk, actor, **{"name": "收到", "language": "zh", "text": text, "seen": seen} | other)


def test_a_reply_is_kept_by_version_and_the_message_names_it(desk: Desk, case_id: str):
    first = keeps(desk, "{name}，收到了。")
    assert isinstance(first, CannedReply) and (first.reference, first.by, first.at) == ("收到@1", "zhao", AT)
    assert keeps(desk, "{name}，收到了。", seen=1) == first, "the same words are no new version"
    second = keeps(desk, "{name}，您写的我们收到了。", seen=1)
    assert second.reference == "收到@2"
    file = load(desk, case_id)
    assert file.party is not None
    assert reply_for(desk, file, "收到@1") == (first, f"{file.party.name}，收到了。")
    sent = answer(desk, by(desk, LIN), case_id, Written(text="收到了。", reply="收到@2"))
    assert isinstance(sent, Done) and sent.events[0].fact.reply == "收到@2"  # type: ignore[attr-defined]
    refused = answer(desk, by(desk, LIN), case_id, Written(text="收到了。", reply="收到@9"))
    assert isinstance(refused, Refusal) and refused.rule == "canned.unknown"


def test_two_writers_do_not_write_over_each_other(desk: Desk):
    keeps(desk, "第一版。")
    keeps(desk, "第二版。", seen=1)
    late = keeps(desk, "也是第二版。", seen=1)
    assert (late.rule, late.facts) == ("record.stale", {"version": 2})
    assert [one.text for one in desk.canned_replies.all()] == ["第一版。", "第二版。"]


def test_a_reply_is_taken_out_of_use_and_its_versions_stay(desk: Desk):
    keeps(desk, "第一版。")
    assert keeps(desk, "", seen=1).reference == "收到@2"
    assert keeps(desk, "", seen=2).rule == "canned.empty"
    assert [one.text for one in desk.canned_replies.all()] == ["第一版。", ""]


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({"text": "不还就起诉。"}, "canned.tone"),
        ({"text": "好。", "name": "a@b"}, "canned.name"),
        ({"text": "好。", "name": ""}, "canned.name"),
        ({"text": "好。", "language": "fr"}, "canned.language"),
        ({"text": "好。" * 1001}, "canned.long"),
    ],
)
def test_what_cannot_be_a_reply_is_refused_and_not_kept(desk: Desk, other: dict[str, str], rule: str):
    assert keeps(desk, **other).rule == rule
    assert keeps(desk, "好。", actor=LIN).rule == "canned.role"
    assert desk.canned_replies.all() == ()


# ---- words over all cases --------------------------------------------------------------------------------------


def hits(desk: Desk, typed: str, **other: Any) -> list[str]:
    found = search_messages(desk, LIN, typed, **other)
    assert not isinstance(found, Refusal)
    return [f"{hit.excerpt.before}[{hit.excerpt.hit}]{hit.excerpt.after}" for hit in found.hits]


def test_words_are_found_over_all_cases_newest_first_and_exactly(desk: Desk):
    one, two = opened(desk, 0), opened(desk, 1)
    says(desk, one, "医院说要手术")
    says(desk, two, "手疼，术前检查，手法")
    says(desk, two, "The surgery is on Monday")
    write_note(desk, by(desk, LIN), two, "手术在周一")
    assert hits(desk, "手术") == ["[手术]在周一", "医院说要[手术]"]
    assert hits(desk, "SURGERY monday") == ["The [surgery] is on Monday"]
    assert hits(desk, "surg") == hits(desk, "手法术") == []


def test_a_search_goes_on_page_by_page_and_opens_what_it_must(desk: Desk, case_id: str):
    for number in range(5):
        says(desk, case_id, f"第{number}次 手术")
    first = search_messages(desk, LIN, "手术", limit=2)
    assert not isinstance(first, Refusal)
    second = search_messages(desk, LIN, "手术", first.before, limit=2)
    assert not isinstance(second, Refusal)
    third = search_messages(desk, LIN, "手术", second.before, limit=2)
    assert not isinstance(third, Refusal)
    texts = [hit.event.fact.text for page in (first, second, third) for hit in page.hits]  # type: ignore[attr-defined]
    assert texts == [f"第{number}次 手术" for number in (4, 3, 2, 1, 0)]
    assert third.before is None


def test_what_only_has_the_words_is_passed_over_however_much_of_it_there_is(
    desk: Desk, case_id: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(message_search, "AT_ONCE", 3)
    says(desk, case_id, "I pay now")
    for _ in range(7):
        says(desk, case_id, "now I cannot pay")
    assert hits(desk, '"pay now"') == ["I [pay now]"]
    monkeypatch.setattr(message_search, "OPENED_MOST", 5)
    begun = search_messages(desk, LIN, '"pay now"')
    assert not isinstance(begun, Refusal) and (begun.hits, begun.before is None) == ((), False)
    assert hits(desk, '"pay now"', before=begun.before) == ["I [pay now]"]


def test_a_search_is_for_whoever_works_on_cases_and_asks_for_words(desk: Desk, case_id: str):
    says(desk, case_id, "手术")
    for actor in (AUDITOR, she(desk, case_id), Actor(Role.POLICY_OWNER, "sun", Auth.STAFF)):
        refused = search_messages(desk, actor, "手术")
        assert isinstance(refused, Refusal) and refused.rule == "desk.role"
    empty = search_messages(desk, LIN, "？")
    assert isinstance(empty, Refusal) and empty.rule == "search.empty"


def test_what_was_erased_is_found_nowhere(desk: Desk, case_id: str):
    says(desk, case_id, "手术")
    clock_of(desk).advance(days=1)
    erased = e.DataErased(retention_class=Retention.MESSAGE, why="asked", keys=1)
    carry_out(desk, by(desk, SYSTEM), case_id, {}, lambda _: [erased])
    assert hits(desk, "手术") == []
