"""Real calls: sipp and baresip speak and press keys, and what is kept is what they said, without the keys.

What was played is found again with a correlation of 0.99 or more; fifty calls at once are in tools/bench_answering.py.
"""

import socket

import pytest

from forbear.actions.record import load
from forbear.adapters.sip import answering as steps
from forbear.adapters.sip.answering import Ask, Listen
from forbear.adapters.sip.g711 import FRAME, SILENCE, linear
from tests.answering import KEYS, code_sent, desk_at
from tests.answering.line import (
    HOST,
    Telephone,
    answering,
    capture,
    channels,
    correlation,
    sipp_calls,
    sound_of,
    speech,
)
from tests.answering.test_conversation import her_case, tasks
from tests.servers import wait_until

QUIET = [0] * FRAME
CALLS = 20


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who presses nothing is not waited for long."""
    monkeypatch.setattr(steps, "CHOOSE_SECONDS", 1)
    monkeypatch.setattr(steps, "TYPE_SECONDS", 1)


def test_twenty_calls_at_once_amid_noise_lose_nothing(tmp_path, brisk):
    """Each goes on without a number (#), chooses a message (1), speaks, ends it (#)."""
    desk, said = desk_at(), speech(2)
    sound = sound_of(QUIET * 130, said, QUIET * 8)
    sent = capture(tmp_path / "caller.pcap", sound, {75: "#", 95: "1", 232: "#"})
    with (
        answering(desk) as endpoint,
        sipp_calls(tmp_path, endpoint, CALLS, tmp_path / "caller.pcap") as ended,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        stranger.bind((HOST, 0))
        wait_until(lambda: len(endpoint.calls) == CALLS, 20, "twenty calls")
        foreign = b"\x80\x08" + bytes(10) + b"\x2a" * FRAME
        for number in range(200):
            stranger.sendto(b"\x00SIP garbage \xff" * (number % 40 + 1), (HOST, endpoint.line.ours[1]))
            stranger.sendto(foreign, (HOST, endpoint.line.ports[0] + 2 * (number % CALLS)))
        ended()
    totals = endpoint.totals
    assert (totals["calls"], totals["filed"], totals["message"]) == (CALLS, CALLS, CALLS)
    assert (totals["packets taken"], totals["packets lost"], totals["packets noise"]) == (CALLS * sent, 0, 0)
    assert totals["packets elsewhere"] == 200 and endpoint.dialogs.counts["noise"] == 200
    kept = [channels(desk.vault.open(str(task["recording"])))[0] for task in tasks(desk)]
    assert len(kept) == CALLS and min(correlation(one, said) for one in kept) >= 0.99


def test_a_telephone_proves_who_it_is_hears_the_case_and_leaves_a_message(tmp_path, brisk):
    """baresip speaks all the while: what it says as it types is not kept, what it says afterwards is."""
    desk, said = desk_at(), speech(40, seed=2)
    case_id = her_case(desk)
    telephone = Telephone(tmp_path, said)
    try:
        with answering(desk) as endpoint:
            telephone.do(f"/dial sip:100@{HOST}:{endpoint.line.ours[1]}\n")
            wait_until(lambda: len(endpoint.calls) == 1, 20, "the call")
            (call,) = endpoint.calls.values()
            asked = Watched(call)
            asked.until("ask_id")
            telephone.press(KEYS + "#", lambda: asked.pressed)
            asked.until("code_sent")
            telephone.press(code_sent(desk) + "#", lambda: asked.pressed)
            asked.until("offer_again")
            telephone.press("1", lambda: asked.pressed)
            asked.until("listen")
            begun = call.frames
            wait_until(lambda: call.frames > begun + 100, 20, "two seconds of speech")
            telephone.press("#", lambda: asked.pressed)
            wait_until(lambda: not endpoint.calls, 20, "the end of the call")
    finally:
        telephone.close()
    file = load(desk, case_id)
    (talk,) = file.talk.calls
    assert (talk.recorded, talk.connected, file.case.person_by_on is not None) == (True, True, True)
    left, right = channels(desk.vault.open(talk.blobs[0]))
    still = left[(asked.at["ask_id"] + 5) * FRAME : asked.at["state.statement"] * FRAME]
    assert len(still) > 4 * 8000 and set(still) == set(SILENCE[8])
    assert correlation(sound_of(said), linear(left[begun * FRAME : (begun + 90) * FRAME])) >= 0.99
    assert set(right) != set(SILENCE[8])


class Watched:
    """A live call: which phrase it has come to, at which frame, and how many keys it has taken."""

    def __init__(self, call) -> None:
        self.at: dict[str, int] = {}
        self.pressed = 0
        perform, press = call.perform, call.press

        async def performed(step):
            names = [name for _, name in step.said] if isinstance(step, Ask) else []
            for name in [*names, *(["listen"] if isinstance(step, Listen) else [])]:
                self.at.setdefault(name, call.frames)
            return await perform(step)

        def counted(key):
            self.pressed += 1
            press(key)

        call.perform, call.press = performed, counted

    def until(self, phrase: str) -> None:
        """Wait until it is said."""
        wait_until(lambda: phrase in self.at, 20, phrase)


def test_a_caller_who_says_nothing_is_let_go(tmp_path, brisk):
    desk = desk_at()
    with answering(desk) as endpoint, sipp_calls(tmp_path, endpoint, 1) as ended:
        ended()
    assert (endpoint.totals["silent"], endpoint.totals["filed"]) == (1, 1)
    assert tasks(desk) == []


def test_stopping_ends_and_files_the_calls_that_go_on(tmp_path, brisk):
    desk, said = desk_at(), speech(3)
    capture(tmp_path / "caller.pcap", sound_of(QUIET * 60, said), {})
    with answering(desk) as endpoint, sipp_calls(tmp_path, endpoint, 1, tmp_path / "caller.pcap") as ended:
        wait_until(lambda: any(call.conversation.taken.recorded for call in endpoint.calls.values()), 20, "the notice")
        (call,) = endpoint.calls.values()
        begun = call.frames
        wait_until(lambda: call.frames > begun + 60, 20, "a second of speech")
        endpoint.stop()
        ended()
    assert (endpoint.totals["filed"], endpoint.totals["lost"]) == (1, 0)
