"""What is kept of a call, and what is not."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.sip.g711 import FRAME, SILENCE
from forbear.adapters.sip.recording import MARGIN, SECONDS_MOST, Recording


def frame(number: int) -> bytes:
    return bytes([1 + number % 200]) * FRAME


def both(recording: Recording, frames: int) -> tuple[bytes, bytes]:
    data = b"".join(recording.wav(frames * FRAME))
    assert data[:4] == b"RIFF" and struct.unpack("<I", data[4:8])[0] == len(data) - 8
    sound = data[data.index(b"data") + 8 :]
    return sound[0::2], sound[1::2]


def test_it_is_byte_for_byte_what_came():
    recording = Recording(8)
    recording.start(0)
    for number in range(5):
        recording.hear(frame(number), number * FRAME, number * FRAME)
    left, right = both(recording, 5)
    assert left == b"".join(map(frame, range(5)))
    assert right == SILENCE[8] * 5 * FRAME


def test_the_head_says_what_it_is():
    head = next(iter(Recording(0).wav(8000)))
    assert head[8:16] == b"WAVEfmt " and struct.unpack("<HHI", head[20:28]) == (7, 2, 8000)
    assert head[38:50] == b"fact" + struct.pack("<II", 4, 8000)
    assert struct.unpack("<H", next(iter(Recording(8).wav(0)))[20:22]) == (6,)


def test_nothing_is_kept_before_she_was_told():
    recording = Recording(8)
    assert not recording.hear(frame(1), 0, 0)
    recording.start(2 * FRAME)
    assert recording.hear(frame(2), 2 * FRAME, 2 * FRAME)
    assert both(recording, 3)[0] == SILENCE[8] * 2 * FRAME + frame(2)


def test_nothing_of_a_pause_is_kept_not_even_what_comes_late():
    recording = Recording(8)
    recording.start(0)
    recording.hear(frame(0), 0, 0)
    recording.pause()
    for number in range(1, 50):
        assert not recording.hear(frame(number), number * FRAME, number * FRAME)
    recording.go_on(50 * FRAME)
    assert not recording.hear(frame(49), 49 * FRAME, 51 * FRAME)
    after = 50 + MARGIN // FRAME
    assert not recording.hear(frame(after - 1), (after - 1) * FRAME, (after - 1) * FRAME)
    assert recording.hear(frame(after), after * FRAME, after * FRAME)
    assert both(recording, after + 1)[0] == frame(0) + SILENCE[8] * (after - 1) * FRAME + frame(after)


def test_what_is_lost_is_still_and_the_rest_stays_where_it_was():
    recording = Recording(8)
    recording.start(0)
    for number in (0, 3, 2):
        recording.hear(frame(number), number * FRAME, 3 * FRAME if number else 0)
    assert both(recording, 4)[0] == frame(0) + SILENCE[8] * FRAME + frame(2) + frame(3)


def test_a_clock_that_jumps_does_not_make_an_hour_of_stillness():
    recording = Recording(8)
    recording.start(0)
    recording.hear(frame(0), 0, 0)
    recording.hear(frame(1), 3600 * 8000, FRAME)
    assert both(recording, 2)[0] == frame(0) + frame(1)


def test_it_has_an_end():
    recording = Recording(8)
    recording.start(0)
    far = (SECONDS_MOST + 1) * 8000
    assert not recording.hear(frame(0), far, far)


def test_what_we_said_stands_beside_it_and_ends_where_it_was_cut_short():
    recording = Recording(8)
    recording.say(b"\x01" * 3 * FRAME, FRAME)
    recording.hush(3 * FRAME)
    recording.say(b"\x02" * FRAME, 4 * FRAME)
    quiet = SILENCE[8] * FRAME
    assert both(recording, 6)[1] == quiet + b"\x01" * 2 * FRAME + quiet + b"\x02" * FRAME + quiet


@given(st.permutations(range(30)))
def test_order_does_not_matter(order):
    recording = Recording(8)
    recording.start(0)
    recording.hear(frame(0), 0, 0)
    for number in order:
        recording.hear(frame(number), number * FRAME, 29 * FRAME)
    assert both(recording, 30)[0] == b"".join(map(frame, range(30)))
