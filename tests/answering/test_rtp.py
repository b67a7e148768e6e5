"""Packets of sound and keys: whose count, in which order, and what is lost."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.sip.g711 import (
    ALAW_TO_ULAW,
    FROM_ALAW,
    FROM_ULAW,
    SILENCE,
    alaw_of,
    is_loud,
    to_alaw,
    to_ulaw,
)
from forbear.adapters.sip.rtp import Hearing, Packet, Speaking, ahead, read_packet, written
from forbear.adapters.sip.sdp import PCMA, Media

PBX = ("192.0.2.20", 4000)
MEDIA = Media(PBX, PCMA, 101)
SOUND = bytes(range(160))


def packet(number: int, source: int = 7, payload: bytes = SOUND, kind: int = PCMA, start: int = 65_530) -> bytes:
    place = (2**32 - 320 + 160 * number) % 2**32
    return written(Packet(kind, (start + number) % 65_536, place, source, payload))


def key(event: int, at: int, number: int, *, ends: bool = False, source: int = 7) -> bytes:
    payload = struct.pack("!BBH", event, 0x80 if ends else 0, 160)
    return written(Packet(101, number % 65_536, at, source, payload))


def test_packets_over_the_end_of_both_counters_keep_their_places():
    hearing = Hearing(MEDIA)
    assert [hearing.take(packet(n), PBX).place for n in range(10)] == [160 * n for n in range(10)]
    assert (hearing.counts.taken, hearing.counts.lost) == (10, 0)


def test_out_of_order_is_put_in_order_and_twice_is_once():
    hearing = Hearing(MEDIA)
    heard = [hearing.take(packet(n), PBX) for n in (0, 2, 1, 1, 2, 3)]
    assert [one.place if one else None for one in heard] == [0, 320, 160, None, None, 480]
    assert (hearing.counts.taken, hearing.counts.lost, hearing.counts.twice) == (4, 0, 2)


def test_what_never_comes_is_lost():
    hearing = Hearing(MEDIA)
    for number in (0, 1, 5, 6):
        hearing.take(packet(number), PBX)
    assert (hearing.counts.taken, hearing.counts.lost) == (4, 3)


def test_sound_from_elsewhere_is_counted_and_never_heard():
    hearing = Hearing(MEDIA)
    assert hearing.take(packet(0), ("203.0.113.9", 4000)) is None
    assert hearing.take(packet(0), PBX) is not None
    assert hearing.take(packet(1), ("192.0.2.20", 4002)) is None
    assert hearing.take(packet(1), ("203.0.113.9", 4000)) is None
    assert (hearing.counts.elsewhere, hearing.counts.taken) == (3, 1)


def test_another_port_of_the_address_is_taken_once():
    hearing = Hearing(MEDIA)
    assert hearing.take(packet(0), ("192.0.2.20", 40_000)) is not None
    assert hearing.latched == ("192.0.2.20", 40_000)
    assert hearing.take(packet(1), PBX) is None


def test_media_agreed_anew_are_found_anew():
    hearing = Hearing(MEDIA)
    hearing.take(packet(0), PBX)
    hearing.moved(Media(("192.0.2.20", 4444), PCMA, 101))
    assert hearing.take(packet(1), ("192.0.2.20", 4444)) is not None


def test_a_new_source_of_the_same_address_needs_two_in_a_row():
    hearing = Hearing(MEDIA)
    hearing.take(packet(0), PBX)
    assert hearing.take(packet(50, source=9), PBX) is None
    assert hearing.take(packet(90, source=9), PBX) is None
    assert hearing.take(packet(91, source=9), PBX).place == 160 + 0 + 0
    assert hearing.take(packet(92, source=9), PBX).place == 320


def test_a_key_counts_once_however_many_packets_bear_it():
    hearing = Hearing(MEDIA)
    hearing.take(packet(0), PBX)
    given_keys = [key(1, 500, 65_531), key(1, 500, 65_532), *[key(1, 500, 65_533, ends=True)] * 3, key(11, 900, 65_534)]
    heard = [hearing.take(one, PBX) for one in given_keys]
    assert [one.key for one in heard if one] == ["1", "#"]
    assert hearing.counts.lost == 0


def test_the_same_key_twice_is_two_keys_and_a_late_packet_none():
    hearing = Hearing(MEDIA)
    heard = [hearing.take(key(5, at, n), PBX) for n, at in enumerate((100, 900, 100, 900))]
    assert [one.key for one in heard if one] == ["5", "5"]


def test_keys_in_a_stream_of_their_own_count():
    hearing = Hearing(MEDIA)
    hearing.take(packet(0), PBX)
    assert hearing.take(key(0, 1, 1, source=99), PBX).key == "0"


@pytest.mark.parametrize("event", [12, 15, 16, 255])
def test_other_events_are_no_keys(event):
    assert Hearing(MEDIA).take(key(event, 1, 1), PBX) is None


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x80", b"\x40" + bytes(11), bytes(2000),
        b"\xa0\x08" + bytes(10),  # padding of nothing
        b"\x8f\x08" + bytes(10),  # contributing sources that are not there
        b"\x90\x08" + bytes(10) + b"\0\0\xff\xff",  # an extension longer than the packet
    ],
)  # fmt: skip
def test_what_is_no_packet_is_noise(data):
    hearing = Hearing(MEDIA)
    assert read_packet(data) is None
    assert hearing.take(data, PBX) is None and hearing.counts.noise == 1


def test_sources_extension_and_padding_are_not_sound():
    data = bytes([0xB1, 8]) + bytes(10) + bytes(4) + b"\0\0\0\1" + bytes(4) + b"abc" + b"\0\0\3"
    assert read_packet(data).payload == b"abc"


@given(st.lists(st.binary(max_size=60), max_size=5), st.integers(0, 255))
def test_nothing_that_comes_raises(datagrams, kind):
    hearing = Hearing(MEDIA)
    for data in datagrams:
        hearing.take(data, PBX)
        hearing.take(b"\x80" + bytes([kind]) + data, PBX)
    assert hearing.counts.elsewhere == 0


@given(st.permutations(range(12)))
def test_any_order_loses_nothing_that_came(order):
    hearing = Hearing(MEDIA)
    first = order.index(0)
    heard = [hearing.take(packet(n, start=100), PBX) for n in order[first:]]
    assert all(heard) and hearing.counts.lost == 12 - len(order[first:]) - sum(
        1 for n in order[:first] if n > max(order[first:])
    )


def test_what_we_say_is_numbered_and_marked_once():
    speaking = Speaking(9, 65_535, 2**32 - 160)
    first, second = (read_packet(speaking.packet(SOUND, PCMA)) for _ in range(2))
    assert (first.sequence, first.timestamp, first.marker) == (65_535, 2**32 - 160, True)
    assert (second.sequence, second.timestamp, second.marker) == (0, 0, False)


def test_counters_that_begin_again():
    assert (ahead(2, 65_535, 1 << 16), ahead(65_535, 2, 1 << 16)) == (3, -3)


def test_g711_both_ways():
    assert [to_alaw(FROM_ALAW[sign]) for sign in range(256)] == list(range(256))
    assert [sign for sign in range(256) if to_ulaw(FROM_ULAW[sign]) != sign] == [127]  # the second zero
    assert (FROM_ALAW[0xD5], FROM_ALAW[0xAA], FROM_ALAW[0x2A], FROM_ULAW[0xFF], FROM_ULAW[0x80]) == (
        8, 32_256, -32_256, 0, 32_124,
    )  # fmt: skip
    assert max(abs(FROM_ULAW[ALAW_TO_ULAW[sign]] - FROM_ALAW[sign]) for sign in range(256)) <= 512
    assert alaw_of([0, -1, 32_767, -32_768]) == bytes([0xD5, 0x55, 0xAA, 0x2A])


def test_a_voice_is_louder_than_a_line():
    assert not is_loud(SILENCE[8] * 160, 8) and not is_loud(b"", 8)
    assert is_loud(alaw_of([8000, -8000] * 80), 8)
    assert is_loud(alaw_of([8000, -8000] * 80).translate(ALAW_TO_ULAW), 0)
