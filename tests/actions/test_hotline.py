"""Calls and whose they are: on the real actions over the desk in memory, from the exchange's events to the record."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from forbear.actions import agenda, click_to_call, hotline
from forbear.actions.contact import choose_reach
from forbear.actions.ports import ZONE, Desk
from forbear.actions.record import By, load
from forbear.adapters.memory import clock_of, memory_desk
from forbear.adapters.memory_telephone import MemoryDialer
from forbear.core.contact import Actor, Auth, Channel, Reach, Role
from forbear.core.contact_facts import CallBegun, CallEnded, CallHeard, CallRecorded, Direction
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Step, TelephoneCall
from forbear.town.borrower import Borrower
from forbear.town.sample import somebody

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SOUND = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
LIN = Actor(Role.AGENT, "lin", Auth.STAFF)


@pytest.fixture
def desk() -> Desk:
    return memory_desk(at=MONDAY)


@pytest.fixture
def she(desk: Desk) -> Borrower:
    row, home = somebody(desk, Random("somebody"), 1, date(2026, 3, 2), planned=True)
    desk.loans.put([row])
    her = Borrower(desk, row, home, Random("she"), 1)
    her.arrives()
    return her


def by(desk: Desk, actor: Actor = LIN) -> By:
    return By(actor=actor, channel=Channel.HOTLINE, key=desk.ids.new("q"))


def rings(desk: Desk, call: str, number: str, **other: object) -> TelephoneCall:
    given = {"step": Step.BEGUN, "call": call, "at": desk.clock.now(), "number": number, "recorded": True}
    return hotline.call_begun(desk, CallEvent(**{**given, **other}))  # type: ignore[arg-type]


def answered(desk: Desk, call: str) -> TelephoneCall:
    return hotline.call_answered(desk, CallEvent(step=Step.ANSWERED, call=call, at=desk.clock.now()))


def ends(desk: Desk, call: str) -> TelephoneCall:
    return hotline.call_ended(desk, CallEvent(step=Step.ENDED, call=call, at=desk.clock.now()))


def calls_in(desk: Desk, case_id: str) -> list[object]:
    return [event.fact for event in load(desk, case_id).events if event.fact.type.startswith("call.")]


def test_a_call_becomes_part_of_the_case_with_its_true_times(desk: Desk, she: Borrower):
    call = rings(desk, "c1", she.row.phone)
    clock_of(desk).advance(seconds=10)
    answered(desk, "c1")
    clock_of(desk).advance(minutes=5)
    assert calls_in(desk, she.case_id) == []
    assert not isinstance(hotline.call_identified(desk, by(desk), call.call, she.case_id), Refusal)
    clock_of(desk).advance(minutes=5)
    ends(desk, "c1")
    clock_of(desk).advance(hours=1)
    hotline.recording(desk, "c1", [SOUND])
    begun, ended, recorded = calls_in(desk, she.case_id)
    assert begun == CallBegun(call=call.call, direction=Direction.IN, recorded=True, number=f"+86{she.row.phone}")
    assert ended == CallEnded(call=call.call, connected=True, seconds=600)
    assert isinstance(recorded, CallRecorded) and recorded.seconds == 600
    events = [event for event in load(desk, she.case_id).events if event.fact.type.startswith("call.")]
    assert [event.occurred_at for event in events] == [
        MONDAY, MONDAY + timedelta(seconds=610), MONDAY + timedelta(seconds=610)
    ]  # fmt: skip
    assert events[0].actor == LIN
    assert desk.vault.open(recorded.blob) == SOUND
    assert desk.vault._files[recorded.blob][:2] == (she.case_id, "recording")  # type: ignore[attr-defined]


def test_what_is_told_again_is_filed_once(desk: Desk, she: Borrower):
    call = rings(desk, "c1", she.row.phone)
    answered(desk, "c1")
    hotline.recording(desk, "c1", [SOUND])
    ends(desk, "c1")
    for _ in range(3):
        hotline.call_identified(desk, by(desk), call.call, she.case_id)
        rings(desk, "c1", she.row.phone)
        ends(desk, "c1")
        hotline.recording(desk, "c1", [SOUND])
    assert [type(fact) for fact in calls_in(desk, she.case_id)] == [CallBegun, CallEnded, CallRecorded]
    assert len(desk.vault._files) == 1  # type: ignore[attr-defined]


def test_a_call_belongs_to_one_case_for_good(desk: Desk, she: Borrower):
    row, home = somebody(desk, Random("other"), 2, date(2026, 3, 2), planned=True)
    desk.loans.put([row])
    other = Borrower(desk, row, home, Random("other"), 2)
    other.arrives()
    call = rings(desk, "c1", she.row.phone)
    hotline.call_identified(desk, by(desk), call.call, she.case_id)
    refused = hotline.call_identified(desk, by(desk), call.call, other.case_id)
    assert isinstance(refused, Refusal) and refused.rule == "telephone.other_case"
    assert calls_in(desk, other.case_id) == []


def test_nobody_files_a_call_who_may_not(desk: Desk, she: Borrower):
    call = rings(desk, "c1", she.row.phone)
    for actor in (Actor(Role.AUDITOR, "he", Auth.STAFF), Actor(Role.BORROWER, "p_other", Auth.CODE)):
        assert isinstance(hotline.call_identified(desk, by(desk, actor), call.call, she.case_id), Refusal)
    assert isinstance(hotline.call_identified(desk, by(desk), "t_none", she.case_id), Refusal)
    assert isinstance(hotline.call_identified(desk, by(desk), call.call, "c_none"), Refusal)
    assert calls_in(desk, she.case_id) == []


def test_several_on_one_number_are_a_choice_and_never_a_guess(desk: Desk, she: Borrower):
    from dataclasses import replace

    row, _ = somebody(desk, Random("other"), 2, date(2026, 3, 2), planned=True)
    desk.loans.put([replace(row, phone=she.row.phone)])
    call = rings(desk, "c1", she.row.phone)
    found = hotline.matches(desk, call)
    assert len(found) == 2
    ends(desk, "c1")
    assert work(desk, hours=1) == []
    hotline.not_this_one(desk, by(desk), call.call, found[0].borrower_id)
    left = desk.calls.get(call.call)
    assert left is not None and hotline.matches(desk, left) == found[1:]


def work(desk: Desk, **later: int) -> list[str]:
    """What waits for a person after some time."""
    clock_of(desk).advance(**later)
    agenda.work(desk)
    return [item.kind for item in desk.agenda.given_up()]


def test_a_missed_call_of_a_known_number_is_called_back_the_same_day(desk: Desk, she: Borrower):
    rings(desk, "c1", she.row.phone)
    ends(desk, "c1")
    ends(desk, "c1")
    assert work(desk, seconds=30) == []
    assert work(desk, seconds=31) == ["call-back"]
    (task,) = desk.agenda.given_up()
    assert (task.case_id, task.due_at) == (she.case_id, MONDAY + timedelta(seconds=60))
    assert calls_in(desk, she.case_id) == []


def test_somebody_of_the_book_without_a_case_is_called_back_too(desk: Desk):
    row, _ = somebody(desk, Random("somebody"), 1, date(2026, 3, 2), planned=True)
    desk.loans.put([row])
    rings(desk, "c1", row.phone)
    ends(desk, "c1")
    assert work(desk, seconds=61) == ["call-back"]
    assert desk.ledger.size() == 0


def test_nobody_is_called_back_who_was_spoken_to(desk: Desk, she: Borrower):
    rings(desk, "c1", she.row.phone)
    ends(desk, "c1")
    call = rings(desk, "c2", she.row.phone)
    answered(desk, "c2")
    hotline.call_identified(desk, by(desk), call.call, she.case_id)
    ends(desk, "c2")
    assert work(desk, minutes=5) == []


def test_an_answer_told_after_the_hang_up_is_no_missed_call(desk: Desk, she: Borrower):
    rings(desk, "c1", she.row.phone)
    ends(desk, "c1")
    answered(desk, "c1")
    assert work(desk, minutes=5) == []


@pytest.mark.parametrize(
    ("hour", "reach", "due"),
    [
        (23, {}, datetime(2026, 3, 4, 1, 0, tzinfo=UTC)),
        (6, {}, datetime(2026, 3, 3, 1, 0, tzinfo=UTC)),
        (10, {"safe_from": "18:00", "safe_until": "20:00"}, datetime(2026, 3, 3, 10, 0, tzinfo=UTC)),
        (20, {"safe_from": "10:00", "safe_until": "18:00"}, datetime(2026, 3, 4, 2, 0, tzinfo=UTC)),
        (9, {"zone": "Europe/Berlin"}, datetime(2026, 3, 3, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_call_back_waits_for_opening_hours_and_hers(
    desk: Desk, she: Borrower, hour: int, reach: dict[str, str], due: datetime
):
    chosen = Reach(language="zh", phone=she.row.phone, **reach)  # type: ignore[arg-type]
    choose_reach(desk, By(actor=she.her, channel=Channel.WEB, key="reach"), she.case_id, chosen)
    clock_of(desk).move_to(datetime(2026, 3, 3, hour, tzinfo=ZONE))
    rings(desk, "c1", she.row.phone)
    call = ends(desk, "c1")
    assert call.missed
    (item,) = [one for one in desk.agenda.lease(due + timedelta(days=3), 50, 60) if one.kind == "call-back"]
    assert item.due_at == due


def test_what_nobody_claims_is_forgotten_after_thirty_days(desk: Desk, she: Borrower):
    waits, filed = rings(desk, "c1", "13900000000"), rings(desk, "c2", she.row.phone)
    for call in ("c1", "c2"):
        hotline.recording(desk, call, [SOUND])
    hotline.call_identified(desk, by(desk), filed.call, she.case_id)
    work(desk, days=31)
    assert (desk.calls.get(waits.call), desk.calls.get(filed.call)) == (None, None)
    (recorded,) = [fact for fact in calls_in(desk, she.case_id) if isinstance(fact, CallRecorded)]
    assert list(desk.vault._files) == [recorded.blob]  # type: ignore[attr-defined]


def test_listening_is_noted_once_and_only_for_who_may(desk: Desk, she: Borrower):
    call = rings(desk, "c1", she.row.phone)
    hotline.recording(desk, "c1", [SOUND])
    hotline.call_identified(desk, by(desk), call.call, she.case_id)
    blob = load(desk, she.case_id).talk.calls[0].blobs[0]
    once = by(desk)
    assert [hotline.hear(desk, once, she.case_id, call.call, blob) for _ in range(3)] == ["audio/wav"] * 3
    auditor = by(desk, Actor(Role.AUDITOR, "he", Auth.STAFF))
    assert isinstance(hotline.hear(desk, auditor, she.case_id, call.call, blob), Refusal)
    assert isinstance(hotline.hear(desk, by(desk), she.case_id, call.call, "b_none"), Refusal)
    assert [fact for fact in calls_in(desk, she.case_id) if isinstance(fact, CallHeard)] == [
        CallHeard(call=call.call, blob=blob)
    ]


# ---- calls to her ----------------------------------------------------------------------------------------------


@pytest.fixture
def dialing() -> Desk:
    made = memory_desk(at=MONDAY, dialer=MemoryDialer())
    made.calls.set_extension("lin", "101")
    return made


def known(desk: Desk) -> Borrower:
    row, home = somebody(desk, Random("somebody"), 1, date(2026, 3, 2), planned=True)
    desk.loans.put([row])
    her = Borrower(desk, row, home, Random("she"), 1)
    her.arrives()
    return her


def test_a_click_rings_the_agent_and_what_the_exchange_tells_is_that_call(dialing: Desk):
    her = known(dialing)
    call = click_to_call.dial(dialing, by(dialing), her.case_id)
    assert isinstance(call, TelephoneCall)
    assert click_to_call.dial(dialing, by(dialing), her.case_id).call == call.call  # type: ignore[union-attr]
    number = f"+86{her.row.phone}"
    assert dialing.dialer.asked == [("101", number, call.call)]  # type: ignore[attr-defined]
    rings(dialing, "pbx-7", her.row.phone, direction=Direction.OUT, reference=call.call, extensions=("101",))
    assert calls_in(dialing, her.case_id) == [
        CallBegun(call=call.call, direction=Direction.OUT, recorded=True, number=number)
    ]
    work(dialing, minutes=2)
    ends(dialing, "pbx-7")
    assert calls_in(dialing, her.case_id)[1:] == [CallEnded(call=call.call, connected=False, seconds=0)]


def test_a_call_is_that_call_where_the_exchange_hands_nothing_back(dialing: Desk):
    her = known(dialing)
    call = click_to_call.dial(dialing, by(dialing), her.case_id)
    assert isinstance(call, TelephoneCall)
    told = rings(dialing, "pbx-7", her.row.phone, direction=Direction.OUT, extensions=("101",))
    assert told.call == call.call
    assert work(dialing, minutes=2) == [] and len(calls_in(dialing, her.case_id)) == 1


def test_a_call_told_of_late_is_not_counted_twice(dialing: Desk):
    her = known(dialing)
    call = click_to_call.dial(dialing, by(dialing), her.case_id)
    work(dialing, seconds=61)
    assert isinstance(call, TelephoneCall)
    rings(dialing, "pbx-7", her.row.phone, direction=Direction.OUT, reference=call.call)
    ends(dialing, "pbx-7")
    assert [type(fact) for fact in calls_in(dialing, her.case_id)] == [CallBegun, CallEnded]


def test_a_call_dialled_without_a_click_counts_too(desk: Desk, she: Borrower):
    rings(desk, "c1", she.row.phone, direction=Direction.OUT)
    ends(desk, "c1")
    rings(desk, "c2", "13900000000", direction=Direction.OUT)
    begun, ended = calls_in(desk, she.case_id)
    assert isinstance(begun, CallBegun) and begun.direction is Direction.OUT
    assert isinstance(ended, CallEnded) and not ended.connected


def test_how_the_caller_was_identified_stands_in_the_case(desk: Desk, she: Borrower):
    call = rings(desk, "c1", she.row.phone)
    for _ in range(2):
        hotline.call_identified(desk, by(desk), call.call, she.case_id, Auth.CALLER_TWO_FACTS)
    proofs = [event for event in load(desk, she.case_id).events if event.cause == call.call]
    assert [(event.fact.type, event.actor.auth.value) for event in proofs] == [("identity.proved", "caller-2facts")]


def test_a_call_nobody_told_of_counts_after_a_minute(dialing: Desk):
    her = known(dialing)
    click_to_call.dial(dialing, by(dialing), her.case_id)
    assert work(dialing, seconds=61) == []
    (begun,) = calls_in(dialing, her.case_id)
    assert isinstance(begun, CallBegun) and not begun.recorded
    assert load(dialing, her.case_id).talk.calls[0].begun_at == MONDAY


def test_a_call_the_exchange_did_not_take_was_none(dialing: Desk):
    her = known(dialing)
    dialing.dialer.away = True  # type: ignore[attr-defined]
    refused = click_to_call.dial(dialing, by(dialing), her.case_id)
    assert isinstance(refused, Refusal) and refused.rule == "telephone.away"
    assert work(dialing, minutes=5) == [] and calls_in(dialing, her.case_id) == []
    assert dialing.calls.counts() == {"originate": 1}


@pytest.mark.parametrize(("connected", "seconds"), [(True, 40), (False, 0)])
def test_a_call_dialled_by_hand_ends_as_the_agent_says(desk: Desk, she: Borrower, connected: bool, seconds: int):
    call = click_to_call.dial(desk, by(desk), she.case_id)
    assert isinstance(call, TelephoneCall)
    clock_of(desk).advance(seconds=40)
    for _ in range(2):
        click_to_call.say_how_it_ended(desk, by(desk), call.call, connected=connected)
    assert [type(fact) for fact in calls_in(desk, she.case_id)] == [CallBegun, CallEnded]
    assert load(desk, she.case_id).talk.calls[0].connected is connected


@pytest.mark.parametrize(
    ("at", "reach", "rule"),
    [
        (datetime(2026, 3, 2, 15, 0, tzinfo=UTC), {}, "contact.quiet_from"),
        (datetime(2026, 3, 2, 2, 0, tzinfo=UTC), {"unwanted": (Channel.HOTLINE,)}, "contact.unwanted"),
        (datetime(2026, 3, 2, 2, 0, tzinfo=UTC), {"safe_from": "18:00", "safe_until": "20:00"}, "contact.safe_hours"),
    ],
)
def test_nobody_is_called_against_the_rules_of_contact(
    desk: Desk, she: Borrower, at: datetime, reach: dict[str, object], rule: str
):
    chosen = Reach(language="zh", phone=she.row.phone, **reach)  # type: ignore[arg-type]
    choose_reach(desk, By(actor=she.her, channel=Channel.WEB, key="reach"), she.case_id, chosen)
    clock_of(desk).move_to(at)
    refused = click_to_call.dial(desk, by(desk), she.case_id)
    assert isinstance(refused, Refusal) and refused.rule == rule
    assert calls_in(desk, she.case_id) == [] and desk.calls.of_case(she.case_id) == ()
