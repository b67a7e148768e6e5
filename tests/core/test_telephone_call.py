"""A call is the same whatever the order in which its events come, and what was not to be recorded never is."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from forbear.core.contact_facts import Direction
from forbear.core.telephone_call import CallEvent, Step, TelephoneCall, after

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def event(step: Step, seconds: int, **other: object) -> CallEvent:
    return CallEvent(**{"step": step, "call": "x", "at": AT + timedelta(seconds=seconds), "number": "1", **other})  # type: ignore[arg-type]


def told(*events: CallEvent) -> TelephoneCall:
    call = TelephoneCall(call="t_1", first_at=AT)
    for one in events:
        call = after(call, one, "+8613800138000" if one.number else "")
    return call


WHOLE = (
    event(Step.BEGUN, 0, extensions=("101", "102"), queue="hardship", recorded=True),
    event(Step.ANSWERED, 9, extensions=("102",), number=""),
    event(Step.ENDED, 69, cause="normal", number=""),
)


def test_a_whole_call():
    call = told(*WHOLE)
    assert (call.extensions, call.queue, call.cause, call.recorded) == (("102",), "hardship", "normal", True)
    assert (call.seconds, call.missed, call.began_at, call.e164) == (60, False, AT, "+8613800138000")


def test_the_order_of_events_is_no_matter():
    assert {told(*order) for order in permutations(WHOLE)} == {told(*WHOLE)}


def test_an_event_that_comes_twice_changes_nothing():
    assert told(*WHOLE, *WHOLE) == told(*WHOLE)


def test_a_hang_up_before_the_ringing_is_a_missed_call_that_began_then():
    call = told(event(Step.ENDED, 20))
    assert (call.missed, call.began_at) == (True, AT + timedelta(seconds=20))
    whole = told(event(Step.ENDED, 20), event(Step.BEGUN, 0))
    assert (whole.missed, whole.began_at, whole.seconds) == (True, AT, 0)


def test_clocks_that_disagree_make_no_time_below_nothing():
    assert told(event(Step.BEGUN, 0), event(Step.ANSWERED, 60), event(Step.ENDED, 30)).seconds == 0


@pytest.mark.parametrize(
    ("begun", "answered", "recorded"),
    [(True, None, True), (True, False, False), (True, True, True),
     (False, True, False), (None, True, False), (None, None, False)],
)  # fmt: skip
def test_chatwoot_15598_recording_is_settled_as_the_call_begins(
    begun: bool | None, answered: bool | None, recorded: bool
):
    """What the caller said no to stays no; nothing that comes later turns a recording on."""
    one, two = event(Step.BEGUN, 0, recorded=begun), event(Step.ANSWERED, 5, recorded=answered)
    late = event(Step.BEGUN, 0, recorded=True)
    assert [told(one, two).recorded, told(two, one).recorded, told(one, two, late).recorded] == [recorded] * 3


def test_a_missed_call_is_an_inbound_one():
    assert not told(event(Step.BEGUN, 0, direction=Direction.OUT), event(Step.ENDED, 5)).missed
