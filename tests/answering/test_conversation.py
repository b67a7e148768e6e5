"""What is said and asked in a call, and what becomes of it; nothing of a case is told before the caller is proved."""

from datetime import timedelta

import pytest

from forbear.actions.contact import open_case
from forbear.actions.record import By, load
from forbear.adapters.memory import clock_of, sent_by
from forbear.adapters.sip.answering import Heard, HungUp, Settle
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Role
from tests.answering import BOOK, HER, KEYS, NIGHT, Talk, asks, code_sent, desk_at, her_number_and_code, keyed

STATES = "state."
SPOKE = Heard(spoke=True, seconds=35)


def her_case(desk) -> str:
    held = desk.loans.by_id_number(HER.id_number)
    by = By(actor=Actor(Role.BORROWER, held.borrower_id, Auth.CODE), channel=Channel.WEB, key="open")
    return open_case(desk, by, loan_id=held.loan_id, language="zh").case_id


def tasks(desk):
    code_sent(desk)  # the worker does what is due
    return [item.body for item in desk.agenda.given_up() if item.kind == "answered"]


def told(talk) -> list[str]:
    return [name for name in talk.said if name.startswith(STATES)]


def facts(desk, case_id, *kinds):
    return [event for event in desk.ledger.events(case_id) if isinstance(event.fact, kinds)]


# ---- who is told what --------------------------------------------------------------------------------------------


def test_number_and_code_of_the_telephone_on_file_hear_how_the_case_stands():
    desk = desk_at()
    case_id = her_case(desk)
    talk = Talk(desk, her_number_and_code(desk)).go()
    assert told(talk) == ["state.statement"]
    after = talk.said[talk.said.index("state.statement") + 1 :]
    assert after[:12] == ["by", "n2", "n0", "n2", "n6", "year", "n5", "month", "n3", "shi", "n1", "day"]
    begun, ended = facts(desk, case_id, e.CallBegun, e.CallEnded)
    assert begun.fact.recorded is True and begun.channel is Channel.HOTLINE
    assert (begun.actor.kind, begun.actor.auth) == (Role.BORROWER, Auth.CODE)
    assert ended.fact.connected is True
    recorded = facts(desk, case_id, e.CallRecorded)[0].fact
    assert desk.vault.open(recorded.blob) == talk.recording
    assert tasks(desk) == []


def test_the_code_goes_to_the_number_on_file_whatever_the_call_shows():
    desk = desk_at()
    her_case(desk)
    Talk(desk, her_number_and_code(desk)).go()
    assert [message.to for message in sent_by(desk) if message.reference.startswith("k_")] == [HER.phone]


@pytest.mark.parametrize("typed", ["", "00000000", "12345"])
def test_without_the_right_code_nothing_is_told(typed):
    desk = desk_at()
    case_id = her_case(desk)
    talk = Talk(desk, {"ask_id": keyed(KEYS), "code_sent": keyed(typed), "code_wrong": [keyed(typed)] * 2}).go()
    assert told(talk) == [] and "unproved" in talk.said
    assert facts(desk, case_id, e.CallBegun, e.CallRecorded) == []


def test_a_stranger_hears_the_same_words_as_she_does():
    said = []
    for row in (KEYS, "110101199003070038"):
        desk = desk_at()
        her_case(desk)
        wrong = {"ask_id": keyed(row), "code_sent": keyed("00000000"), "code_wrong": keyed("11111111")}
        said.append(Talk(desk, wrong).go().said)
    assert said[0] == said[1]


def test_a_code_of_another_call_or_of_the_site_opens_nothing():
    desk = desk_at()
    her_case(desk)
    talk = Talk(desk, {"ask_id": keyed(KEYS), "code_sent": HungUp(Heard())}).go()
    elsewhere = code_sent(desk)
    again = Talk(desk, {"ask_id": keyed(KEYS), "code_sent": keyed(elsewhere), "code_wrong": keyed(elsewhere)}).go()
    assert told(talk) == told(again) == []


def test_the_fourth_try_is_a_persons():
    desk = desk_at()
    her_case(desk)
    talk = Talk(desk, {"ask_id": keyed(KEYS), "code_sent": keyed("1"), "code_wrong": keyed("2")}).go()
    assert [talk.said.count(name) for name in ("code_sent", "code_wrong", "unproved")] == [1, 2, 1]
    held = desk.loans.by_id_number(HER.id_number)
    (task,) = tasks(desk)
    assert (task["wish"], task["loan"]) == ("tries", held.loan_id)


def test_a_number_that_is_none_is_asked_for_three_times():
    desk = desk_at()
    talk = Talk(desk, {"ask_id": keyed("123"), "ask_id_again": keyed("1" * 20)}).go()
    assert [talk.said.count(name) for name in ("ask_id", "ask_id_again", "code_sent")] == [1, 2, 0]
    assert tasks(desk)[0]["loan"] == ""


def test_too_many_asking_is_told_and_sends_nothing_more():
    desk = desk_at()
    for _ in range(6):
        Talk(desk, {"ask_id": keyed(KEYS)}).go()
    code_sent(desk)
    assert len([message for message in sent_by(desk) if message.reference.startswith("k_")]) == 5


def test_those_who_show_no_number_do_not_take_each_others_turns():
    desk = desk_at()
    for _ in range(30):
        talk = Talk(desk, {"ask_id": keyed("110101199003070038")}, number="").go()
    assert "code_sent" in talk.said and "too_many" not in talk.said


def test_one_call_handed_over_twice_is_two_messages():
    desk = desk_at()
    case_id = her_case(desk)
    for seconds in (5, 7):
        left = {"offer_again": Heard(keys="1"), "listen": Heard(spoke=True, seconds=seconds)}
        Talk(desk, {**her_number_and_code(desk), **left}, recording=b"RIFF....WAVE" + bytes(seconds)).go()
    texts = [one.text for one in load(desk, case_id).talk.spoken if one.hers and one.message]
    assert texts == [f"语音留言，{seconds} 秒。请听这次通话的录音。" for seconds in (5, 7)]
    assert len(facts(desk, case_id, e.CallRecorded)) == 2


def test_keys_of_identity_are_taken_while_nothing_is_recorded():
    desk = desk_at()
    her_case(desk)
    talk = Talk(desk, her_number_and_code(desk)).go()
    assert asks(talk, "ask_id").secret and asks(talk, "code_sent").secret
    assert not asks(talk, "offer_again").secret and not asks(talk, "state.statement").secret


def test_who_is_known_and_has_no_case_is_told_so_and_may_begin_one():
    desk = desk_at()
    talk = Talk(desk, {**her_number_and_code(desk), "offer_again": Heard(keys="2")}).go()
    assert "no_case" in talk.said
    case = load(desk, talk.taken.case_id).case
    assert case.person_by_on.isoformat() == "2026-03-03"
    assert len(facts(desk, talk.taken.case_id, e.CallBegun, e.CallEnded, e.CallRecorded)) == 3


def test_all_her_open_cases_are_told_that_of_the_loan_asked_for_first():
    desk = desk_at()
    first = her_case(desk)
    held = desk.loans.by_id_number(HER.id_number)
    other = next(one for one in desk.loans.loans_of(held.borrower_id) if one.loan_id != held.loan_id)
    by = By(actor=Actor(Role.BORROWER, held.borrower_id, Auth.CODE), channel=Channel.WEB, key="open two")
    open_case(desk, by, loan_id=other.loan_id, language="zh")
    talk = Talk(desk, her_number_and_code(desk)).go()
    assert told(talk) == ["state.statement"] * 2 and talk.said.count("another") == 1
    assert talk.taken.case_id == first


# ---- what she leaves ---------------------------------------------------------------------------------------------


def test_a_message_stands_in_the_case_and_a_person_answers():
    desk = desk_at()
    case_id = her_case(desk)
    talk = Talk(desk, {**her_number_and_code(desk), "offer_again": Heard(keys="1"), "listen": SPOKE}).go()
    assert talk.said[talk.said.index("message_kept") + 1 :][-7:-1] == ["n6", "year", "n3", "month", "n3", "day"]
    file = load(desk, case_id)
    assert next(one.text for one in file.talk.spoken if one.hers) == "语音留言，35 秒。请听这次通话的录音。"
    assert file.case.person_by_on.isoformat() == "2026-03-03"
    assert len(file.talk.calls[0].blobs) == 1


def test_hanging_up_in_the_middle_of_a_message_leaves_it():
    desk = desk_at()
    case_id = her_case(desk)
    Talk(desk, {**her_number_and_code(desk), "offer_again": Heard(keys="1"), "listen": HungUp(SPOKE)}).go()
    assert load(desk, case_id).case.person_by_on is not None
    assert len(facts(desk, case_id, e.CallRecorded)) == 1


def test_a_message_of_somebody_unknown_is_a_persons_task_with_its_recording_sealed():
    desk = desk_at()
    talk = Talk(desk, {"ask_id": keyed(""), "offer": Heard(keys="1"), "listen": SPOKE}).go()
    (task,) = tasks(desk)
    assert (task["wish"], task["loan"], task["call"]) == ("message", "", "pbx-1")
    assert desk.vault.open(str(task["recording"])) == talk.recording


def test_nothing_said_after_the_tone_is_no_message():
    desk = desk_at()
    talk = Talk(desk, {"ask_id": keyed(""), "offer": Heard(keys="1")}).go()
    assert talk.said.count("listen") == 2 and "message_kept" not in talk.said
    assert talk.taken.wish.value == ""


def test_the_star_tells_it_again():
    desk = desk_at()
    her_case(desk)
    talk = Talk(desk, {**her_number_and_code(desk), "offer_again": [Heard(keys="*"), keyed("")]}).go()
    assert told(talk) == ["state.statement"] * 2


# ---- recorded or not ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pressed", ["notice", "choose"])
def test_nine_at_the_beginning_keeps_nothing_of_the_sound(pressed):
    desk = desk_at()
    case_id = her_case(desk)
    answers = {**her_number_and_code(desk), pressed: Heard(keys="9"), "offer_call_back": Heard(keys="2")}
    talk = Talk(desk, answers).go()
    assert [step for step in talk.steps if isinstance(step, Settle)] == [Settle(False)]
    assert "1" not in asks(talk, "offer_call_back").only
    assert facts(desk, case_id, e.CallBegun)[0].fact.recorded is False
    assert facts(desk, case_id, e.CallRecorded) == []
    assert load(desk, case_id).case.person_by_on is not None


def test_what_holds_at_the_beginning_holds_for_the_whole_call():
    desk = desk_at()
    talk = Talk(desk, {"ask_id": keyed(""), "offer": Heard(keys="9")}).go()
    assert [step for step in talk.steps if isinstance(step, Settle)] == [Settle(True)]


def test_that_it_is_recorded_is_cut_short_only_by_who_does_not_want_it_or_does_not_understand():
    talk = Talk(desk_at()).go()
    assert (asks(talk, "notice").only, asks(talk, "choose").only) == ("92", "912")
    assert asks(Talk(desk_at(), languages=("en",)).go(), "notice").only == "9"


def test_english_greets_anew_in_english():
    desk = desk_at()
    talk = Talk(desk, {"choose": Heard(keys="2")}).go()
    assert talk.said[:5] == ["welcome", "notice", "choose", "welcome", "notice"]
    assert {language for step in talk.steps[2:] if hasattr(step, "said") for language, _ in step.said} == {"en"}


def test_one_language_offers_no_other():
    talk = Talk(desk_at(), languages=("en",)).go()
    assert "choose" not in talk.said


# ---- hours, silence ----------------------------------------------------------------------------------------------


def test_out_of_hours_it_says_when_a_person_answers():
    talk = Talk(desk_at(NIGHT)).go()
    after = talk.said[talk.said.index("closed") + 1 :]
    assert after[:11] == ["n2", "n0", "n2", "n6", "year", "n3", "month", "n3", "day", "weekday2", "n9"]
    assert "closed" not in Talk(desk_at()).go().said


def test_a_caller_who_says_nothing_is_asked_twice_and_thanked():
    desk = desk_at()
    talk = Talk(desk).go()
    assert talk.said[-3:] == ["ask_id", "ask_id_again", "goodbye"]
    assert talk.taken.silent and tasks(desk) == []


def test_a_caller_who_speaks_and_presses_nothing_may_leave_a_message():
    talk = Talk(desk_at(), {"ask_id": Heard(spoke=True)}).go()
    assert "offer" in talk.said and not talk.taken.silent


@pytest.mark.parametrize("phrase", ["welcome", "ask_id", "code_sent", "state.statement", "offer_again", "goodbye"])
def test_whoever_hangs_up_anywhere_leaves_what_there_is(phrase):
    desk = desk_at()
    case_id = her_case(desk)
    talk = Talk(desk, {**her_number_and_code(desk), phrase: HungUp(Heard(spoke=True))}).go()
    proved = phrase in ("state.statement", "offer_again", "goodbye")
    assert len(facts(desk, case_id, e.CallBegun, e.CallEnded)) == (2 if proved else 0)
    kept = [task for task in tasks(desk) if task["recording"]]
    assert len(kept) == (1 if phrase in ("ask_id", "code_sent") else 0)
    assert phrase in [name for _, name in talk.steps[-1].said]


def test_filing_again_after_a_fault_files_once():
    desk = desk_at()
    case_id = her_case(desk)
    talk = Talk(desk, {**her_number_and_code(desk), "offer_again": Heard(keys="1"), "listen": SPOKE}).go()
    clock_of(desk).move_to(desk.clock.now() + timedelta(seconds=5))
    before = len(desk.ledger.events(case_id))
    talk.conversation.close(talk.taken.ring.at, [talk.recording])
    assert len(desk.ledger.events(case_id)) == before


def test_there_are_people_to_call():
    assert HER.id_number == BOOK[9].id_number
