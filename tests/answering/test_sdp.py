"""What media are agreed on, and what is declined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.sip.sdp import PCMA, PCMU, Media, agreed, answer, offer

OURS = ("192.0.2.10", 16384)


def described(*media: str, address: str = "192.0.2.20", session: str = "") -> bytes:
    lines = ["v=0", "o=pbx 1 1 IN IP4 192.0.2.20", "s=-", f"c=IN IP4 {address}", "t=0 0", *session.split(), *media]
    return ("\r\n".join(lines) + "\r\n").encode()


def everybody(host: str) -> bool:
    return True


ALAW = ("m=audio 4000 RTP/AVP 8 0 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000")


def test_the_first_codec_of_ours_is_taken_and_keys_with_it():
    assert agreed(described(*ALAW), everybody) == Media(("192.0.2.20", 4000), PCMA, 101)
    assert agreed(described("m=audio 4000 RTP/AVP 18 0 8"), everybody) == Media(("192.0.2.20", 4000), PCMU, None)


@pytest.mark.parametrize(
    "media",
    [
        ("m=audio 4000 RTP/AVP 18 3", "a=rtpmap:18 G729/8000"),
        ("m=audio 4000 RTP/SAVP 8",),
        ("m=audio 0 RTP/AVP 8",),
        ("m=video 4000 RTP/AVP 8",),
        ("m=audio 4000 RTP/AVP 8", "a=rtpmap:8 OPUS/48000"),
        ("m=audio 99999 RTP/AVP 8",),
        ("m=audio RTP/AVP 8",),
        (),
    ],
)
def test_without_plain_g711_there_is_no_agreement(media):
    assert agreed(described(*media), everybody) is None


def test_sound_goes_to_the_telephone_system_alone():
    assert agreed(described(*ALAW, address="203.0.113.9"), lambda host: host == "192.0.2.20") is None


def test_other_streams_are_declined_at_their_place():
    media = agreed(described("m=video 5000 RTP/AVP 96", *ALAW, "m=image 6000 udptl t38"), everybody)
    assert answer(media, OURS, 3, 1).decode().split("\r\n") == [
        "v=0", "o=- 3 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0",
        "m=video 0 RTP/AVP 96",
        "m=audio 16384 RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
        "a=ptime:20", "a=sendrecv",
        "m=image 0 udptl t38", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("session", "line", "address", "direction", "hears"),
    [
        ("", "a=sendrecv", "192.0.2.20", "sendrecv", True),
        ("", "a=sendonly", "192.0.2.20", "recvonly", False),
        ("", "a=recvonly", "192.0.2.20", "sendonly", True),
        ("a=inactive", "", "192.0.2.20", "inactive", False),
        ("", "", "0.0.0.0", "inactive", False),
    ],
)
def test_a_hold_is_answered(session, line, address, direction, hears):
    media = agreed(described(*ALAW, *([line] if line else []), address=address, session=session), everybody)
    assert (media.direction, media.hears) == (direction, hears)
    assert f"a={direction}" in answer(media, OURS, 1, 1).decode()


def test_our_own_offer_can_be_agreed_on():
    assert agreed(offer(OURS, 1, 1), everybody) == Media(OURS, PCMA, 101)


def test_version_six_of_the_internet():
    body = described(*ALAW).replace(b"c=IN IP4 192.0.2.20", b"c=IN IP6 2001:db8::20")
    media = agreed(body, everybody)
    assert media.to == ("2001:db8::20", 4000)
    assert b"c=IN IP6 2001:db8::10" in answer(media, ("2001:db8::10", 16384), 1, 1)


LINES = st.sampled_from(
    ["m=audio 4000 RTP/AVP 8", "m=", "c=IN IP4 x", "c=", "a=rtpmap:8", "a=sendonly", "=", "a=rtpmap:999 x/1"]
)


@given(st.one_of(st.binary(max_size=300), st.lists(LINES, max_size=20).map(lambda lines: "\r\n".join(lines).encode())))
def test_nothing_that_comes_raises(body):
    media = agreed(body, everybody)
    if media is not None:
        assert agreed(answer(media, OURS, 1, 1), everybody) is not None
