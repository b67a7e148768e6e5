"""SIP messages read and written, and whatever else a socket may bring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.sip.message import (
    BYTES_MOST,
    BadRequest,
    Request,
    Response,
    answer_to,
    comma_list,
    host_in,
    parameter,
    read,
    response,
    user_in,
)

PBX = ("192.0.2.20", 5060)
OPTIONS = (
    b"OPTIONS sip:desk@192.0.2.10 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP pbx.example.org:5062;branch=z9hG4bK77;rport\r\n"
    b'From: "Lin, \\"A\\"" <sip:100@pbx.example.org;x=1>;tag=a1\r\n'
    b"To: <sip:desk@192.0.2.10>\r\n"
    b"Call-ID: c1@pbx\r\nCSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def changed(old: bytes, new: bytes):
    assert old in OPTIONS
    return read(OPTIONS.replace(old, new))


def test_a_request_is_read():
    request = read(OPTIONS)
    assert isinstance(request, Request)
    assert (request.method, request.uri, request.sequence) == ("OPTIONS", "sip:desk@192.0.2.10", 7)
    assert request.transaction == ("z9hG4bK77", "SIP/2.0/UDP pbx.example.org:5062", "c1@pbx 7")
    assert parameter(request.first("from"), "tag") == "a1"
    assert user_in(request.first("from")) == "100"


def test_compact_folded_and_listed_headers_are_read_alike():
    short = (
        b"OPTIONS sip:desk@192.0.2.10 SIP/2.0\nv: SIP/2.0/UDP a;branch=z9hG4bK1 , SIP/2.0/UDP b;branch=z9hG4bK2\n"
        b"f: <sip:1@a>;\n tag=x\nt: sip:desk@192.0.2.10\ni: 1\nCSeq: 1\tOPTIONS\n\nbody"
    )
    request = read(short)
    assert isinstance(request, Request)
    assert request.every("via") == ["SIP/2.0/UDP a;branch=z9hG4bK1", "SIP/2.0/UDP b;branch=z9hG4bK2"]
    assert parameter(request.first("from"), "tag") == "x"
    assert request.body == b"body"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CSeq: 7 OPTIONS", b"CSeq: 7 INVITE"),
        (b"CSeq: 7 OPTIONS", b"CSeq: -7 OPTIONS"),
        (b"CSeq: 7 OPTIONS", b"CSeq: 4294967296 OPTIONS"),
        (b"Content-Length: 0", b"Content-Length: 5"),
        (b"Content-Length: 0", b"Content-Length: many"),
        (b";tag=a1", b""),
        (b"Call-ID: c1@pbx", b"Call-ID: c1@pbx\r\nCall-ID: c2"),
        (b"sip:desk@192.0.2.10 SIP/2.0", b"http://192.0.2.10/ SIP/2.0"),
    ],
)
def test_what_can_be_answered_and_not_done_is_a_bad_request(old, new):
    found = changed(old, new)
    assert isinstance(found, BadRequest) and found.status == 400


def test_another_version_is_told_so():
    assert changed(b" SIP/2.0\r\nVia", b" SIP/3.0\r\nVia").status == 505


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Call-ID: c1@pbx\r\n", b""),
        (b"Via: SIP/2.0/UDP pbx.example.org:5062;branch=z9hG4bK77;rport", b"Via: nonsense"),
        (b"c1@pbx", b"c1\x00pbx"),
        (b"c1@pbx", b"\xff\xfe"),
        (b"\r\n\r\n", b"\r\n"),
        (b"OPTIONS sip", b"GET sip"[:0] + b"OP TIONS sip"),
        (b"Call-ID: c1@pbx", b"X: " + b"y" * 5000 + b"\r\nCall-ID: c1@pbx"),
        (b"Call-ID: c1@pbx", b"\r\n".join([b"X: y"] * 200) + b"\r\nCall-ID: c1@pbx"),
    ],
)
def test_what_is_no_message_is_noise(old, new):
    assert changed(old, new) is None


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"\x00\x00\x00\x00", b"x" * (BYTES_MOST + 1), b"GET / HTTP/1.1\r\n\r\n"]
)
def test_keepalives_and_other_things_are_noise(data):
    assert read(data) is None


def test_an_answer_repeats_what_it_must_and_goes_back_where_the_request_came_from():
    request = read(OPTIONS)
    assert answer_to(request, PBX) == PBX
    answered = response(request, 200, PBX, tag="ours", headers=(("allow", "INVITE"),)).decode()
    assert answered == (
        "SIP/2.0 200 OK\r\n"
        "Via: SIP/2.0/UDP pbx.example.org:5062;branch=z9hG4bK77;received=192.0.2.20;rport=5060\r\n"
        'From: "Lin, \\"A\\"" <sip:100@pbx.example.org;x=1>;tag=a1\r\n'
        "To: <sip:desk@192.0.2.10>;tag=ours\r\nCall-ID: c1@pbx\r\nCSeq: 7 OPTIONS\r\nAllow: INVITE\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    assert isinstance(read(answered.encode()), Response)


def test_without_rport_the_answer_goes_to_the_port_of_the_via():
    request = changed(b";rport", b"")
    assert answer_to(request, ("192.0.2.20", 40000)) == ("192.0.2.20", 5062)


def test_lists_keep_quotation_marks_and_angle_brackets_whole():
    assert comma_list('"a,b" <sip:x,y@z>, <sip:c>;q=1,d') == ['"a,b" <sip:x,y@z>', "<sip:c>;q=1", "d"]


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("sip:a@192.0.2.1:5070;lr", ("192.0.2.1", 5070)),
        ("sip:192.0.2.1", ("192.0.2.1", 5060)),
        ("sips:a@[2001:db8::1]:5061", ("2001:db8::1", 5061)),
        ("sip:a@b:99999", None),
        ("tel:+8610", None),
        ("", None),
    ],
)
def test_hosts_in_uris(uri, found):
    assert host_in(uri) == found


PIECES = st.sampled_from(
    [
        *OPTIONS.split(b"\r\n"),
        b"",
        b"Via: ",
        b"CSeq: 99999999999 X",
        b"\x00",
        b":",
        b" ",
        b'From: "',
        b"<",
        b"SIP/2.0 200 OK",
    ]
)


@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=12).map(b"\r\n".join)))
def test_nothing_that_comes_raises(data):
    for given_data in (data, data + b"\r\n\r\n"):
        found = read(given_data)
        if isinstance(found, Request | BadRequest):
            request = found.request if isinstance(found, BadRequest) else found
            answered = response(request, 400, PBX, tag="t")
            assert answered.count(b"\r\n\r\n") == 1 and isinstance(read(answered), Response)


@given(st.integers(0, len(OPTIONS) - 1), st.integers(0, 255))
def test_a_flipped_byte_never_raises(place, value):
    read(OPTIONS[:place] + bytes([value]) + OPTIONS[place + 1 :])
