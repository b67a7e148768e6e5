"""The limits on contact at their edges: the second the night begins, the seventh day, the day clocks change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forbear.adapters.rulebooks import FiledRulebooks
from forbear.core.contact import Channel, Purpose, Reach
from forbear.core.contact_budget import Attempt, Reached, Rest, Wish, answer
from forbear.core.contact_limits import limits_of, zones_of

SHANGHAI, NEW_YORK, LOS_ANGELES = (ZoneInfo(n) for n in ("Asia/Shanghai", "America/New_York", "America/Los_Angeles"))
CN = limits_of(FiledRulebooks("cn", "consumer-finance", "example").on(date(2026, 3, 2)))
US = limits_of(FiledRulebooks("us", "consumer-credit", "example").on(date(2026, 3, 2)))
CALL = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION)
TEXT = Wish(channel=Channel.SMS, purpose=Purpose.NOTICE)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def called(text: str, connected: bool | None = True, zone: ZoneInfo = SHANGHAI, **other: Any) -> Attempt:
    return Attempt(at=local(text, zone), channel=Channel.HOTLINE, connected=connected, **other)


def asked(
    at: str, wish: Wish = CALL, *attempts: Attempt, limits: Any = CN, zone: ZoneInfo = SHANGHAI, **known: Any
) -> tuple[str, datetime | None]:
    """(the rule that refuses or "", when it is allowed) and that it is allowed then."""
    reached = Reached(zones=known.pop("zones", (zone,)), attempts=attempts, **known)
    found = answer(limits, reached, wish, local(at, zone))
    if found.next_at is not None:
        assert answer(limits, reached, wish, found.next_at).allowed
    return (found.refusal.rule if found.refusal else ""), found.next_at


def reach(**other: Any) -> Reach:
    return Reach(language="zh", phone="13800000000", **other)


# ---- the night -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-02T21:59:59", ""),
        ("2026-03-02T22:00:00", "2026-03-03T08:00:00"),
        ("2026-03-03T00:00:00", "2026-03-03T08:00:00"),
        ("2026-03-03T07:59:59", "2026-03-03T08:00:00"),
        ("2026-03-03T08:00:00", ""),
    ],
)
def test_the_night_of_china_begins_at_ten_and_ends_at_eight_to_the_second(at: str, until: str):
    expected = ("contact.quiet_from", local(until)) if until else ("", local(at))
    assert asked(at) == expected
    assert asked(at, TEXT) == expected


def test_nobodys_telephone_rings_at_night_not_even_in_answer():
    just_now = {"purpose": Purpose.ANSWER, "asked_at": local("2026-03-02T22:29")}
    call = Wish(channel=Channel.HOTLINE, **just_now)
    assert asked("2026-03-02T22:30", call) == ("contact.quiet_from", local("2026-03-03T08:00"))
    assert asked("2026-03-02T22:30", Wish(channel=Channel.SMS, **just_now)) == ("", local("2026-03-02T22:30"))


def test_the_night_is_the_one_of_her_place_not_of_the_lender():
    assert asked("2026-03-02T20:30", zone=NEW_YORK, limits=US)[0] == ""
    assert asked("2026-03-02T21:00", zone=NEW_YORK, limits=US) == (
        "contact.quiet_from",
        local("2026-03-03T08:00", NEW_YORK),
    )
    assert asked("2026-03-02T21:00", zones=(ZoneInfo("Asia/Urumqi"),))[0] == ""


def test_where_her_place_may_be_one_of_two_it_is_night_in_both():
    both = (NEW_YORK, LOS_ANGELES)
    assert asked("2026-03-02T08:00", zone=NEW_YORK, zones=both, limits=US) == (
        "contact.quiet_from",
        local("2026-03-02T08:00", LOS_ANGELES),
    )


def test_the_night_the_clocks_change_ends_at_eight_by_the_clock():
    for on, hours in (("2026-03-07", 10), ("2026-03-08", 11), ("2026-10-31", 12)):
        begins = local(f"{on}T21:00", NEW_YORK)
        ends = asked(f"{on}T21:00", zone=NEW_YORK, limits=US)[1]
        assert ends is not None and ends.astimezone(NEW_YORK).hour == 8
        assert ends - begins == timedelta(hours=hours)


def test_safe_hours_that_begin_in_the_hour_the_clocks_leave_out():
    safe = reach(safe_from="02:30", safe_until="20:00")
    wish = Wish(channel=Channel.SMS, purpose=Purpose.ANSWER)
    at, opens = asked("2026-03-08T01:59:59", wish, zone=NEW_YORK, limits=US, reach=safe)
    assert (at, opens) == ("contact.safe_hours", local("2026-03-08T03:00", NEW_YORK))


# ---- limits a day ----------------------------------------------------------------------------------------------


def test_the_fourth_call_that_was_answered_waits_for_tomorrow_morning():
    three = [called(f"2026-03-02T{hour}:00") for hour in ("08", "12", "18")]
    assert asked("2026-03-02T18:30", CALL, *three[:2])[0] == ""
    case = Wish(channel=Channel.HOTLINE, purpose=Purpose.CASE)
    assert asked("2026-03-02T18:30", case, *three) == ("contact.connected_max_per_day", local("2026-03-03T08:00"))


def test_calls_of_agencies_and_of_other_cases_count_together_and_hers_not():
    three = [called(f"2026-03-02T1{n}:00", loan=f"l_{n}") for n in range(3)]
    assert asked("2026-03-02T18:30", CALL, *three)[0] == "contact.connected_max_per_day"
    hers = [called(f"2026-03-02T1{n}:00", purpose=Purpose.ANSWER) for n in range(6)]
    assert asked("2026-03-02T18:30", CALL, *hers)[0] == ""


def test_the_seventh_unanswered_call_to_one_number():
    six = [called(f"2026-03-02T1{n}:00", connected=False, number="1") for n in range(6)]
    wish = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION, number="1")
    assert asked("2026-03-02T18:30", wish, *six[:5])[0] == ""
    assert asked("2026-03-02T18:30", wish, *six) == ("contact.unanswered_max_per_day", local("2026-03-03T08:00"))
    other = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION, number="2")
    assert asked("2026-03-02T18:30", other, *six)[0] == ""
    by_hand = [called(f"2026-03-02T1{n}:00", connected=False) for n in range(6)]
    assert asked("2026-03-02T18:30", other, *by_hand)[0] == "contact.unanswered_max_per_day"


def test_a_call_that_still_goes_on_holds_a_place_of_both_kinds():
    going = [called(f"2026-03-02T1{n}:00", connected=None) for n in range(3)]
    assert asked("2026-03-02T18:30", CALL, *going)[0] == "contact.connected_max_per_day"


def test_the_day_that_counts_is_the_day_at_her_place():
    three = [called(f"2026-03-01T{hour}", zone=NEW_YORK) for hour in ("18:00", "19:00", "20:00")]
    assert {one.at.date() for one in three} == {date(2026, 3, 1), date(2026, 3, 2)}
    wish = Wish(channel=Channel.HOTLINE, purpose=Purpose.CASE)
    assert asked("2026-03-01T20:30", wish, *three, zone=NEW_YORK)[0] == "contact.connected_max_per_day"
    assert asked("2026-03-02T08:00", wish, *three, zone=NEW_YORK)[0] == ""


def test_the_fourth_text_of_ours_in_a_day_and_never_a_notice():
    texts = [
        Attempt(at=local(f"2026-03-02T1{n}:00"), channel=Channel.SMS, connected=True, purpose=Purpose.CASE)
        for n in range(3)
    ]
    wish = Wish(channel=Channel.SMS, purpose=Purpose.CASE)
    assert asked("2026-03-02T18:30", wish, *texts) == ("contact.messages_max_per_day", local("2026-03-03T08:00"))
    assert asked("2026-03-02T18:30", TEXT, *texts)[0] == ""
    assert asked("2026-03-02T18:30", Wish(channel=Channel.EMAIL, purpose=Purpose.CASE), *texts)[0] == ""


# ---- gaps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "allowed"), [(2, True), (3, False), (8, False), (9, True)])
def test_rounds_of_collection_lie_seven_days_apart(on: int, allowed: bool):
    found = asked(f"2026-03-0{on}T10:00", CALL, called("2026-03-02T09:00"))
    expected = ("contact.round_gap_days", local("2026-03-09T08:00"))
    assert found == (("", local(f"2026-03-0{on}T10:00")) if allowed else expected)


def test_a_call_nobody_answered_and_another_loan_begin_no_round():
    wish = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION, loan="l_1")
    assert asked("2026-03-03T10:00", wish, called("2026-03-02T09:00", connected=False))[0] == ""
    assert asked("2026-03-03T10:00", wish, called("2026-03-02T09:00", loan="l_2"))[0] == ""
    assert asked("2026-03-03T10:00", wish, called("2026-03-02T09:00", loan="l_1"))[0] == "contact.round_gap_days"


@pytest.mark.parametrize(("on", "allowed"), [(2, False), (8, False), (9, True)])
def test_after_a_talk_the_day_of_the_talk_is_the_first_of_seven(on: int, allowed: bool):
    wish = Wish(channel=Channel.HOTLINE, purpose=Purpose.CASE)
    talk = called("2026-03-02T09:00", zone=NEW_YORK)
    found = asked(f"2026-03-0{on}T19:00", wish, talk, zone=NEW_YORK, limits=US)
    rule = ("contact.after_talk_days", local("2026-03-09T08:00", NEW_YORK))
    assert found == (("", local(f"2026-03-0{on}T19:00", NEW_YORK)) if allowed else rule)


def test_seven_calls_in_seven_days_about_one_debt():
    week = [called(f"2026-03-0{n}T10:00", connected=False, zone=NEW_YORK, loan="l_1") for n in range(1, 8)]
    wish = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION, loan="l_1")
    assert asked("2026-03-07T12:00", wish, *week[1:], zone=NEW_YORK, limits=US)[0] == ""
    found = asked("2026-03-07T12:00", wish, *week, zone=NEW_YORK, limits=US)
    assert found == ("contact.calls_max_per_week", local("2026-03-08T08:00", NEW_YORK))
    other = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION, loan="l_2")
    assert asked("2026-03-07T12:00", other, *week, zone=NEW_YORK, limits=US)[0] == ""


def test_regulation_f_is_a_house_standard_for_a_lender_in_its_own_name():
    budget = answer(US, Reached(zones=(NEW_YORK,)), CALL, local("2026-03-02T10:00", NEW_YORK))
    assert [(one.rule, one.used, one.most, one.house) for one in budget.counts] == [
        ("contact.calls_max_per_week", 0, 7, True)
    ]
    counts = answer(
        CN, Reached(zones=(SHANGHAI,), attempts=(called("2026-03-02T09:00"),)), CALL, local("2026-03-02T10:00")
    )
    assert [(one.rule, one.used, one.most, one.house) for one in counts.counts] == [
        ("contact.connected_max_per_day", 1, 3, False),
        ("contact.unanswered_max_per_day", 0, 6, False),
    ]


# ---- who and why -----------------------------------------------------------------------------------------------


def test_while_collection_rests_a_collection_contact_is_refused_for_that():
    assert asked("2026-03-02T23:00", CALL, rest=Rest()) == ("contact.collection_rests", None)
    stayed = Rest(until_on=date(2026, 3, 10))
    assert asked("2026-03-10T21:00", CALL, rest=stayed) == ("contact.collection_rests", local("2026-03-11T08:00"))
    assert asked("2026-03-11T08:00", CALL, rest=stayed)[0] == ""
    assert asked("2026-03-02T10:00", Wish(channel=Channel.HOTLINE, purpose=Purpose.CASE), rest=Rest())[0] == ""


def test_what_she_set_going_is_free_and_a_code_comes_at_any_hour():
    many = [called(f"2026-03-02T1{n}:00") for n in range(9)]
    for purpose in (Purpose.ANSWER, Purpose.CODE):
        wish = Wish(channel=Channel.SMS, purpose=purpose)
        assert asked("2026-03-02T23:30", wish, *many) == ("", local("2026-03-02T23:30"))


def test_a_later_answer_comes_at_night_only_where_she_said_so_and_never_by_telephone():
    asked_at = local("2026-03-02T21:00")
    for channel in (Channel.CHAT, Channel.EMAIL):
        wish = Wish(channel=channel, purpose=Purpose.ANSWER, asked_at=asked_at)
        assert asked("2026-03-02T22:30", wish) == ("contact.quiet_from", local("2026-03-03T08:00"))
        assert asked("2026-03-02T22:30", wish, reach=reach(night=True))[0] == ""
    call = Wish(channel=Channel.HOTLINE, purpose=Purpose.ANSWER, asked_at=asked_at)
    assert asked("2026-03-02T22:30", call, reach=reach(night=True))[0] == "contact.quiet_from"
    chatting = Wish(channel=Channel.CHAT, purpose=Purpose.ANSWER, asked_at=local("2026-03-02T22:25"))
    assert asked("2026-03-02T22:30", chatting)[0] == ""


def test_safe_hours_bind_all_that_others_could_see():
    safe = reach(safe_from="10:00", safe_until="16:00")
    assert asked("2026-03-02T09:59", TEXT, reach=safe) == ("contact.safe_hours", local("2026-03-02T10:00"))
    assert asked("2026-03-02T16:00", TEXT, reach=safe) == ("contact.safe_hours", local("2026-03-03T10:00"))
    assert asked("2026-03-02T17:00", Wish(channel=Channel.SMS, purpose=Purpose.ANSWER), reach=safe)[0] != ""
    assert asked("2026-03-02T17:00", Wish(channel=Channel.SMS, purpose=Purpose.CODE), reach=safe)[0] == ""
    assert asked("2026-03-02T17:00", Wish(channel=Channel.CHAT, purpose=Purpose.ANSWER), reach=safe)[0] == ""


def test_safe_hours_that_lie_in_the_night_alone_never_come():
    assert asked("2026-03-02T12:00", TEXT, reach=reach(safe_from="23:00", safe_until="05:00"))[1] is None


def test_a_channel_she_wants_left_alone():
    assert asked("2026-03-02T12:00", CALL, reach=reach(unwanted=(Channel.HOTLINE,))) == ("contact.unwanted", None)
    assert asked("2026-03-02T12:00", TEXT, reach=reach(unwanted=(Channel.HOTLINE,)))[0] == ""


def test_others_are_asked_how_to_reach_her_and_nothing_else():
    third = Wish(channel=Channel.HOTLINE, purpose=Purpose.COLLECTION, third=True)
    assert asked("2026-03-02T12:00", third) == ("contact.third_party", None)
    locate = Wish(channel=Channel.HOTLINE, purpose=Purpose.LOCATE, third=True)
    assert asked("2026-03-02T12:00", locate) == ("contact.unreached_days", None)
    missed = called("2026-03-01T12:00", connected=False)
    assert asked("2026-03-02T12:00", locate, missed)[0] == ""
    assert asked("2026-03-02T12:00", locate, missed, called("2026-03-01T13:00"))[0] == "contact.unreached_days"


# ---- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "sector", "place", "zones"),
    [
        ("cn", "consumer-finance", "cn/xinjiang/urumqi", ("Asia/Shanghai",)),
        ("us", "consumer-credit", "us/ca/oakland", ("America/Los_Angeles",)),
        ("us", "consumer-credit", "us/tx", ("America/Chicago", "America/Denver")),
        ("au", "consumer-credit", "au/wa/perth", ("Australia/Perth",)),
        ("uk", "consumer-credit", "", ("Europe/London",)),
    ],
)
def test_the_time_of_a_place(country: str, sector: str, place: str, zones: tuple[str, ...]):
    assert zones_of(FiledRulebooks(country, sector, "example").on(date(2026, 3, 2)), place) == zones


def test_without_a_state_it_must_be_day_everywhere_in_the_country():
    zones = zones_of(FiledRulebooks("us", "consumer-credit", "example").on(date(2026, 3, 2)), "")
    everywhere = tuple(ZoneInfo(name) for name in zones)
    assert asked("2026-03-02T12:00", zone=NEW_YORK, zones=everywhere, limits=US) == (
        "contact.quiet_from",
        local("2026-03-02T08:00", ZoneInfo("Pacific/Honolulu")),
    )
