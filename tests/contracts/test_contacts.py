"""The contacts with a borrower, in memory and in the databases: counted once, over all cases, and never two at once."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from forbear.actions.contact_budget import may_contact
from forbear.actions.conversation import Written, write_message
from forbear.actions.ports import Conflict, Desk, Seen
from forbear.actions.record import By, Done, load
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Purpose, Reach, Role
from forbear.core.contact_budget import Attempt
from forbear.core.notices import Letter, NoticeKind
from forbear.core.refusal import Refusal
from tests.contracts.bench import PHONE, START, Bench, at_once, database_bytes, opened, write

AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
REACH = Reach(language="zh", phone=PHONE, night=True, unwanted=(Channel.EMAIL,), zone="Asia/Urumqi")


def began(bench: Bench, case_id: str, borrower_id: str = "p_1") -> None:
    fact = opened(case_id)
    assert isinstance(fact, e.CaseOpened) and fact.party is not None
    fact = replace(fact, party=replace(fact.party, borrower_id=borrower_id))
    bench.ledger.append(write(fact, expected=-1, key=f"open:{case_id}", case_id=case_id))


def added(bench: Bench, case_id: str, expected: int, *facts: e.Fact, **other: Any) -> Any:
    given: dict[str, Any] = {"actor": AGENT, "channel": Channel.HOTLINE, **other}
    return bench.ledger.append(write(*facts, expected=expected, key=f"{case_id}:{expected}", case_id=case_id, **given))


def rung(call: str, number: str = PHONE) -> e.CallBegun:
    return e.CallBegun(call=call, direction=e.Direction.OUT, number=number)


def tried(bench: Bench, borrower_id: str = "p_1") -> list[tuple[Channel, bool | None, Purpose, str]]:
    found = bench.ledger.contacts.tried(borrower_id, START - timedelta(days=1))
    return [(one.channel, one.connected, one.purpose, one.loan) for one in found]


def test_contacts_of_all_her_cases_are_one_list(bench: Bench):
    began(bench, "c_1")
    began(bench, "c_2")
    began(bench, "c_3", "p_other")
    added(bench, "c_1", 0, rung("1"), e.CallEnded(call="1", connected=False), at=START + timedelta(minutes=1))
    added(bench, "c_2", 0, e.ContactTried(channel=Channel.SMS, connected=True), at=START + timedelta(minutes=2))
    added(bench, "c_2", 1, rung("2"), at=START + timedelta(minutes=3))
    added(bench, "c_3", 0, rung("3"), at=START + timedelta(minutes=4))
    assert tried(bench) == [
        (Channel.HOTLINE, False, Purpose.CASE, "l_c_1"),
        (Channel.SMS, True, Purpose.COLLECTION, "l_c_2"),
        (Channel.HOTLINE, None, Purpose.CASE, "l_c_2"),
    ]
    assert bench.ledger.contacts.seen("p_1") == Seen("p_1", 3)
    assert len(tried(bench, "p_other")) == 1
    added(bench, "c_2", 2, e.CallEnded(call="2", connected=True), at=START + timedelta(minutes=5))
    assert tried(bench)[-1][1] is True


def test_what_she_says_and_what_calls_in_are_no_contact_of_ours(bench: Bench):
    began(bench, "c_1")
    hers = Actor(Role.BORROWER, "p_1", Auth.CODE)
    added(bench, "c_1", 0, e.MessageWritten(text="hello"), actor=hers)
    added(bench, "c_1", 1, e.CallBegun(call="1", direction=e.Direction.IN), e.CallEnded(call="1", connected=True))
    added(bench, "c_1", 3, e.MessageWritten(text="of that call", purpose=Purpose.CASE, call="1"))
    assert tried(bench) == []
    added(bench, "c_1", 4, e.MessageWritten(text="of a talk by hand", purpose=Purpose.CASE))
    assert tried(bench) == [(Channel.HOTLINE, True, Purpose.CASE, "l_c_1")]


def test_a_message_counts_when_it_really_went_out(bench: Bench):
    began(bench, "c_1")
    queued = e.NoticeQueued(
        notice="n_1", kind=NoticeKind.MESSAGE, channel=Channel.SMS, language="zh", purpose=Purpose.CASE,
        letter=Letter(to=PHONE, subject="", body="x"),
    )  # fmt: skip
    added(bench, "c_1", 0, queued)
    added(bench, "c_1", 1, e.NoticeSent(notice="n_1"), at=START + timedelta(hours=20))
    (sent,) = bench.ledger.contacts.tried("p_1", START)
    assert (sent.at, sent.ref) == (START + timedelta(hours=20), "c_1:notice:n_1")


def test_a_number_is_known_again_however_it_is_written_and_not_told(bench: Bench):
    contacts = bench.ledger.contacts
    assert contacts.number("+86 139-0000-1111") == contacts.number("013900001111") != contacts.number("13900001112")
    began(bench, "c_1")
    added(bench, "c_1", 0, rung("1", "+86 139 0000 1111"))
    (one,) = contacts.tried("p_1", START)
    assert one.number == contacts.number("13900001111")


def test_how_she_may_be_reached_and_that_collection_rests(bench: Bench):
    began(bench, "c_1")
    added(bench, "c_1", 0, e.ReachChosen(language="zh", reach=REACH))
    added(bench, "c_1", 1, e.EnforcementPaused())
    (said,) = bench.ledger.contacts.reaches("p_1")
    assert (said.loan_id, said.rests, said.rests_until_on, said.reach, said.chosen) == ("l_c_1", True, None, REACH, 1)
    added(bench, "c_1", 2, e.EnforcementStayed(until_on=date(2026, 3, 20)))
    assert bench.ledger.contacts.reaches("p_1")[0].rests_until_on == date(2026, 3, 20)
    bench.forget("c_1", "identity")
    (said,) = bench.ledger.contacts.reaches("p_1")
    assert (said.rests, said.reach) == (True, None)


def test_a_contact_about_a_loan_without_a_case_is_kept_once(bench: Bench):
    one = Attempt(at=START, channel=Channel.HOTLINE, connected=False, loan="l_9")
    assert [bench.ledger.contacts.outside("k", "p_9", one) for _ in range(2)] == [True, False]
    assert tried(bench, "p_9") == [(Channel.HOTLINE, False, Purpose.COLLECTION, "l_9")]


def test_whoever_decided_on_contacts_of_before_is_told_to_decide_anew(bench: Bench):
    began(bench, "c_1")
    began(bench, "c_2")
    seen = bench.ledger.contacts.seen("p_1")
    assert len(added(bench, "c_1", 0, rung("1"), seen=seen)) == 1
    assert added(bench, "c_2", 0, rung("2"), seen=seen) == Conflict(0)
    assert len(added(bench, "c_2", 0, rung("2"), seen=bench.ledger.contacts.seen("p_1"))) == 1


def test_the_tables_are_made_anew_from_the_record(stored: Bench):
    began(stored, "c_1")
    added(stored, "c_1", 0, rung("1"), e.CallEnded(call="1", connected=True))
    added(stored, "c_1", 2, e.ReachChosen(language="zh", reach=REACH), e.EnforcementPaused())
    stored.ledger.contacts.outside("k", "p_1", Attempt(at=START, channel=Channel.SMS, connected=True))
    before = (stored.ledger.contacts.tried("p_1", START), stored.ledger.contacts.reaches("p_1"))
    stored.ledger.rebuild()  # type: ignore[attr-defined]
    assert (stored.ledger.contacts.tried("p_1", START), stored.ledger.contacts.reaches("p_1")) == before
    kept = database_bytes(stored)
    assert b"Urumqi" not in kept and PHONE.encode() not in kept


def desk_of(bench: Bench) -> Desk:
    return memory_desk(at=START, ledger=bench.ledger, agenda=bench.agenda, cases=bench.cases)


def test_two_who_press_at_once_do_not_both_slip_under_the_limit(bench: Bench):
    """Two calls are on record and three are allowed: of six agents in two of her cases exactly one may tell of one."""
    began(bench, "c_1")
    began(bench, "c_2")
    for number, case_id in ((1, "c_1"), (2, "c_2")):
        added(bench, case_id, 0, rung(f"{number}"), e.CallEnded(call=f"{number}", connected=True))
    desk = desk_of(bench)
    desk.clock.move_to(START + timedelta(hours=3))  # type: ignore[attr-defined]

    def press(n: int) -> Done | Refusal:
        by = By(actor=replace(AGENT, id=f"agent-{n}"), channel=Channel.HOTLINE, key=f"press-{n}")
        return write_message(desk, by, f"c_{1 + n % 2}", Written(text="a talk", message=f"m_{n}"))

    for number, case_id in ((1, "c_1"), (2, "c_2")):
        told = e.MessageWritten(text="of that call", purpose=Purpose.CASE, call=f"{number}")
        added(bench, case_id, 2, told)
    answers = at_once([lambda n=n: press(n) for n in range(6)])  # type: ignore[misc]
    assert sorted(type(one).__name__ for one in answers) == ["Done", *["Refusal"] * 5]
    assert {one.rule for one in answers if isinstance(one, Refusal)} == {"contact.connected_max_per_day"}
    refused = [
        event
        for case_id in ("c_1", "c_2")
        for event in load(desk, case_id).events
        if isinstance(event.fact, e.ContactRefused)
    ]
    assert len(refused) == 5
    assert may_contact(desk, "c_1", Channel.HOTLINE, Purpose.CASE, desk.clock.now()) is not None


@pytest.mark.parametrize("times", [1, 3])
def test_a_refused_press_is_one_fact_however_often_it_comes(bench: Bench, times: int):
    began(bench, "c_1")
    desk = desk_of(bench)
    desk.clock.move_to(START + timedelta(hours=13))  # type: ignore[attr-defined]
    by = By(actor=AGENT, channel=Channel.WEB, key="press")
    for _ in range(times):
        refusal = write_message(desk, by, "c_1", "How are you?")
        assert isinstance(refusal, Refusal)
        assert (refusal.rule, refusal.facts["next_at"]) == ("contact.quiet_from", "2026-03-03T08:00")
    (refused,) = (one.fact for one in load(desk, "c_1").events if isinstance(one.fact, e.ContactRefused))
    assert isinstance(refused, e.ContactRefused)
    assert (refused.channel, refused.rule) == (Channel.SMS, "contact.quiet_from")
    assert refused.next_at == START + timedelta(hours=22)
    assert load(desk, "c_1").spoken == ()


def test_a_conversation_that_goes_on_is_free_and_an_old_one_is_not(bench: Bench):
    """In a chat the desk may write many lines in a row, also at night; an hour later it may not."""
    began(bench, "c_1")
    desk = desk_of(bench)
    desk.clock.move_to(START + timedelta(hours=13))  # type: ignore[attr-defined]
    hers = By(actor=Actor(Role.BORROWER, "p_1", Auth.CODE), channel=Channel.CHAT, key="hers")
    assert isinstance(write_message(desk, hers, "c_1", "Are you there?"), Done)
    for number in range(5):
        by = By(actor=AGENT, channel=Channel.CHAT, key=f"ours-{number}")
        assert isinstance(write_message(desk, by, "c_1", f"line {number}"), Done)
    desk.clock.advance(hours=1)  # type: ignore[attr-defined]
    late = write_message(desk, By(actor=AGENT, channel=Channel.CHAT, key="late"), "c_1", "Still there?")
    assert isinstance(late, Refusal) and late.rule == "contact.quiet_from"
