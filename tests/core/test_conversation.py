"""The one time line of a case and its cursor: what came or changed since a place in the record, and who had what."""

from datetime import UTC, date, datetime, timedelta

from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.conversation import Call, Notice, Spoken, Turn, since, undelivered
from forbear.core.events import Recorded
from forbear.core.file import CaseFile, open_file
from forbear.core.notices import Letter, NoticeKind

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SHE = Actor(Role.BORROWER, "p_1", Auth.CODE)
LETTER = Letter(to="a@b", subject="", body="")
LIN = Actor(Role.AGENT, "lin", Auth.STAFF)


def case(*steps: tuple[Actor, Channel, e.Fact]) -> CaseFile:
    opened = (SHE, Channel.WEB, e.CaseOpened(language="zh", keep_until_on=date(2026, 4, 1)))
    return open_file(
        Recorded(
            leaf=seq,
            case_id="c_1",
            seq=seq,
            at=AT + timedelta(minutes=seq),
            occurred_at=None,
            actor=actor,
            channel=channel,
            command=f"k{seq}",
            cause="",
            leaf_hash=b"",
            fact=fact,
        )
        for seq, (actor, channel, fact) in enumerate([opened, *steps])
    )


def said(message: str, text: str = "话") -> e.MessageWritten:
    return e.MessageWritten(message=message, text=text)


EVERYTHING = (
    (SHE, Channel.EMAIL, said("m_1")),
    (LIN, Channel.WEB, said("m_2")),
    (
        LIN,
        Channel.WEB,
        e.NoticeQueued(
            notice="n_1",
            kind=NoticeKind.MESSAGE,
            channel=Channel.EMAIL,
            language="zh",
            letter=LETTER,
        ),
    ),
    (SHE, Channel.HOTLINE, e.CallBegun(call="k_1", direction=e.Direction.IN)),
    (LIN, Channel.WEB, e.NoteWritten(text="备注")),
    (SHE, Channel.CHAT, said("m_3")),
    (LIN, Channel.CHAT, e.PersonJoined()),
)


def test_everything_stands_in_one_line_in_the_order_it_began():
    line = since(case(*EVERYTHING))
    assert [(type(one), one.seq) for one in line] == [
        (Spoken, 1), (Spoken, 2), (Notice, 3), (Call, 4), (Spoken, 5), (Spoken, 6), (Turn, 7),
    ]  # fmt: skip


def test_what_was_missed_is_in_the_answer_and_nothing_twice():
    whole = case(*EVERYTHING)
    for cursor in range(-1, 9):
        assert [one.seq for one in since(whole, cursor)] == [seq for seq in range(1, 8) if seq > cursor]


def test_what_changed_comes_again_under_its_own_place():
    steps = (*EVERYTHING, (SYSTEM, Channel.SYSTEM, e.NoticeDelivered(notice="n_1")))
    (message, notice) = since(case(*steps), 7)
    assert isinstance(message, Spoken) and isinstance(notice, Notice)
    assert (message.message, message.seq, message.touched) == ("m_2", 2, 8)
    assert message.delivered_at == AT + timedelta(minutes=8), "an e-mail brings the words themselves"
    assert (notice.carries, notice.seq, notice.state) == ("m_2", 3, "delivered")
    ended = (*EVERYTHING, (SHE, Channel.HOTLINE, e.CallEnded(call="k_1", connected=True, seconds=65)))
    (call,) = since(case(*ended), 7)
    assert isinstance(call, Call) and (call.seq, call.seconds, call.connected) == (4, 65, True)


def test_a_text_message_that_points_to_her_page_brings_no_words():
    by_sms = e.NoticeQueued(
        notice="n_1",
        kind=NoticeKind.MESSAGE,
        channel=Channel.SMS,
        language="zh",
        letter=LETTER,
    )
    steps = [EVERYTHING[1], (LIN, Channel.WEB, by_sms), (SYSTEM, Channel.SYSTEM, e.NoticeDelivered(notice="n_1"))]
    file = case(*steps)
    assert file.notices[0].state == "delivered"
    assert file.spoken[0].delivered_at is None


def test_each_side_has_the_other_sides_messages_once():
    file = case(*EVERYTHING)
    assert undelivered(file, Role.BORROWER, 99) == ("m_2",)
    assert undelivered(file, Role.AGENT, 99) == ("m_1", "m_3")
    assert undelivered(file, Role.AGENT, 5) == ("m_1",)
    file = case(*EVERYTHING, (LIN, Channel.WEB, e.MessageDelivered(message="m_1")))
    assert undelivered(file, Role.AGENT, 99) == ("m_3",)
    again = case(*EVERYTHING, *[(LIN, Channel.WEB, e.MessageDelivered(message="m_1"))] * 2)
    assert again.spoken[0].delivered_at == AT + timedelta(minutes=8), "the first time counts"


def test_what_was_said_by_telephone_or_before_messages_had_ids_waits_for_nobody():
    file = case((LIN, Channel.HOTLINE, said("m_1")), (LIN, Channel.WEB, said("")))
    assert undelivered(file, Role.BORROWER, 99) == ()
    marked = case((LIN, Channel.WEB, said("")), (SHE, Channel.WEB, e.MessageDelivered(message="")))
    assert marked.spoken[0].delivered_at is None


def test_a_subject_belongs_to_its_message_and_a_new_topic_keeps_none():
    """Chatwoot #15869: a new topic by reply kept the old subject for ever."""
    first = e.MessageWritten(message="m_1", text="一", subject="延期")
    second = e.MessageWritten(message="m_2", text="二", subject="还款日")
    third = e.MessageWritten(message="m_3", text="三")
    file = case(*[(SHE, Channel.EMAIL, fact) for fact in (first, second, third)])
    assert [one.subject for one in file.spoken] == ["延期", "还款日", ""]
