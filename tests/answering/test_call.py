"""One live call on an event loop: keys at the wrong moment stop nothing, and a line of μ-law stays μ-law."""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from forbear.adapters.sip.answering import Ask, Heard, Listen, Settle
from forbear.adapters.sip.call import Call
from forbear.adapters.sip.g711 import ALAW_TO_ULAW, FRAME, SILENCE
from forbear.adapters.sip.rtp import Packet, read_packet, written
from forbear.adapters.sip.sdp import PCMA, PCMU, Media

PHRASE = (("zh", "welcome"),)
SOUND = bytes(range(1, 161)) * 10


@pytest.fixture
def line():
    """Two ends of a line of sound: ours and the telephone system's."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx,
    ):
        for end in (ours, pbx):
            end.bind(("127.0.0.1", 0))
            end.settimeout(5)
        yield ours, pbx


def call_on(line, codec: int = PCMA) -> Call:
    ours, pbx = line
    dialog = SimpleNamespace(media=Media(pbx.getsockname(), codec, 101), key=("c", "a", "s_0123456789abcdef"))
    return Call(dialog, ours, SimpleNamespace(), {PHRASE[0]: SOUND})


async def beating(call: Call, step, *, keys: dict[int, str] | None = None) -> Heard:
    """Do a step while the beat goes on; `keys` are pressed at frames."""
    work = asyncio.create_task(call.perform(step))
    while not work.done():
        if key := (keys or {}).get(call.frames):
            call.press(key)
        call.send()
        await asyncio.sleep(0.002)
    return work.result()


def test_keys_pressed_while_something_is_said_are_nothing(line):
    call = call_on(line)
    heard = asyncio.run(asyncio.wait_for(beating(call, Ask(PHRASE), keys={2: "5", 4: "#"}), 10))
    assert heard == Heard() and call.frames >= 10


def test_keys_pressed_in_a_message_do_not_end_it_but_the_hash_does(line):
    call = call_on(line)
    heard = asyncio.run(asyncio.wait_for(beating(call, Listen(60, 60), keys={5: "1", 60: "#"}), 10))
    assert (heard.ended, heard.spoke, heard.seconds) == (True, False, 2)


def test_a_number_ends_with_the_hash_and_cuts_the_prompt_short(line):
    call = call_on(line)
    step = Ask(PHRASE, 20, 10, secret=True)
    heard = asyncio.run(asyncio.wait_for(beating(call, step, keys={3: "1", 5: "*", 7: "#"}), 10))
    assert (heard.keys, heard.ended) == ("1*", True) and call.frames < 10


def test_only_the_keys_that_are_asked_for_count(line):
    call = call_on(line)
    step = Ask(PHRASE, 1, 10, only="2")
    assert asyncio.run(asyncio.wait_for(beating(call, step, keys={2: "1", 3: "#", 6: "2"}), 10)).keys == "2"


def test_a_line_of_mu_law_stays_mu_law(line):
    call = call_on(line, PCMU)
    pbx = line[1]
    asyncio.run(call.perform(Settle(True)))
    asyncio.run(asyncio.wait_for(beating(call, Ask(PHRASE)), 10))
    sent = [read_packet(pbx.recv(2048)) for _ in range(call.frames)]
    said = SOUND.translate(ALAW_TO_ULAW)
    assert {packet.payload_type for packet in sent} == {PCMU}
    assert said in b"".join(packet.payload for packet in sent)
    place = call.frames * FRAME
    call.take(written(Packet(PCMU, 1, 0, 7, b"\x10" * FRAME)), pbx.getsockname())
    call.send()
    kept = b"".join(call.recorded())
    sound = kept[kept.index(b"data") + 8 :]
    assert kept[20] == 7 and said in sound[1::2]
    assert sound[0::2] == SILENCE[0] * place + b"\x10" * FRAME
