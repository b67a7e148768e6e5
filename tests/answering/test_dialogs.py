"""The signalling of calls: what is answered with what, what is sent again, and what is left without an answer."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.sip.dialogs import Began, Changed, Dialogs, Ended, Pressed
from forbear.adapters.sip.message import Request, Response, parameter, read

PBX, OURS, STRANGER = ("192.0.2.20", 5060), ("192.0.2.10", 5060), ("203.0.113.9", 5060)
SDP = (
    b"v=0\r\no=p 1 1 IN IP4 192.0.2.20\r\ns=-\r\nc=IN IP4 192.0.2.20\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
SDP_TYPE = "Content-Type: application/sdp"


@dataclass
class Exchange:
    """The other side: a telephone system with a few calls."""

    calls_most: int = 2
    ports: list[int] = field(default_factory=lambda: [16384, 16386, 16388])
    now: float = 0

    def __post_init__(self) -> None:
        tags = iter(range(10_000))
        let_in = {"192.0.2.20"}.__contains__
        free = iter(self.ports)
        self.dialogs = Dialogs(OURS, let_in, lambda: next(free, 0), lambda: f"s{next(tags)}", self.calls_most)

    def send(self, data: bytes, source=PBX) -> list[Response | Request]:
        self.dialogs.datagram(data, source, self.now)
        return self.sent()

    def sent(self) -> list:
        out, self.dialogs.out = self.dialogs.out, []
        self.to = [to for _, to in out]
        return [read(data) for data, _ in out]

    def news(self) -> list:
        news, self.dialogs.news = self.dialogs.news, []
        return news

    def later(self, seconds: float) -> list:
        self.now += seconds
        self.dialogs.tick(self.now)
        return self.sent()

    def up(self, call: str = "c1", **more) -> str:
        """A call that is up; returns our tag."""
        (answered,) = self.send(asked("INVITE", call=call, body=SDP, more=(SDP_TYPE,)))
        tag = parameter(answered.first("to"), "tag")
        assert self.send(asked("ACK", call=call, tag=tag, branch="ack")) == []
        return tag


def asked(method, *, call="c1", tag="", number=1, branch="", more=(), body=b"", theirs="a1") -> bytes:
    lines = [
        f"{method} sip:100@192.0.2.10 SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK{branch or method}{call}{number};rport",
        f"From: <sip:13800138000@192.0.2.20>;tag={theirs}",
        f"To: <sip:100@192.0.2.10>{f';tag={tag}' if tag else ''}",
        f"Call-ID: {call}",
        f"CSeq: {number} {method}",
        "Contact: <sip:pbx@192.0.2.20:5070>",
        *more,
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(answers) -> list[int]:
    return [answered.status for answered in answers]


def test_a_call_is_answered_acknowledged_and_ended():
    exchange = Exchange()
    (answered,) = exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE, "Record-Route: <sip:192.0.2.20;lr>")))
    assert answered.status == 200 and exchange.to == [PBX]
    assert b"m=audio 16384 RTP/AVP 8 101" in answered.body and exchange.news() == []
    assert answered.first("record-route") == "<sip:192.0.2.20;lr>"
    assert answered.first("contact") == "<sip:192.0.2.10:5060>"
    tag = parameter(answered.first("to"), "tag")
    exchange.send(asked("ACK", tag=tag))
    (began,) = exchange.news()
    assert isinstance(began, Began) and began.number == "13800138000" and began.dialog.media.to == ("192.0.2.20", 4000)
    assert status(exchange.send(asked("BYE", tag=tag, number=2))) == [200]
    assert exchange.news() == [Ended(began.dialog, "theirs")] and exchange.dialogs.calls == {}
    assert status(exchange.send(asked("BYE", tag=tag, number=2))) == [200]
    assert status(exchange.send(asked("BYE", tag=tag, number=3))) == [481]


def test_a_repeated_invite_is_the_same_call_and_gets_the_same_answer():
    exchange = Exchange()
    first = exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE,)))
    assert exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE,))) == first
    assert len(exchange.dialogs.calls) == 1


def test_an_answer_is_sent_again_until_it_is_acknowledged():
    exchange = Exchange()
    (answered,) = exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE,)))
    assert [len(exchange.later(seconds)) for seconds in (0.4, 0.1, 0.9, 0.1, 2, 4)] == [0, 1, 0, 1, 1, 1]
    exchange.send(asked("ACK", tag=parameter(answered.first("to"), "tag")))
    assert exchange.later(4) == [] and isinstance(exchange.news()[0], Began)


def test_an_answer_that_is_never_acknowledged_ends_the_call():
    exchange = Exchange()
    exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE,)))
    sent = [one for _ in range(40) for one in exchange.later(1)]
    assert next(one.method for one in sent if isinstance(one, Request)) == "BYE"
    for _ in range(40):
        exchange.later(1)
    assert [type(one) for one in exchange.news()] == [Ended] and exchange.dialogs.calls == {}


def test_our_bye_takes_the_route_of_the_call_and_is_sent_until_answered():
    exchange = Exchange()
    route = "Record-Route: <sip:192.0.2.20:5064;lr>, <sip:198.51.100.1;lr>"
    (answered,) = exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE, route)))
    tag = parameter(answered.first("to"), "tag")
    exchange.send(asked("ACK", tag=tag))
    dialog = exchange.news()[0].dialog
    exchange.dialogs.hang_up(dialog, exchange.now)
    (bye,) = exchange.sent()
    assert exchange.to == [("192.0.2.20", 5064)]
    assert bye.uri == "sip:pbx@192.0.2.20:5070" and bye.every("route") == [
        "<sip:192.0.2.20:5064;lr>",
        "<sip:198.51.100.1;lr>",
    ]
    assert (parameter(bye.first("from"), "tag"), parameter(bye.first("to"), "tag")) == (tag, "a1")
    assert len(exchange.later(0.5)) == 1
    ok = f"SIP/2.0 200 OK\r\nVia: {bye.first('via')}\r\nFrom: {bye.first('from')}\r\nTo: {bye.first('to')}\r\n"
    exchange.send(f"{ok}Call-ID: c1\r\nCSeq: 1 BYE\r\n\r\n".encode())
    assert exchange.news() == [Ended(dialog, "ours")] and exchange.later(9) == []


def test_a_route_to_somebody_else_is_not_followed():
    exchange = Exchange()
    (answered,) = exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE, "Record-Route: <sip:203.0.113.9;lr>")))
    exchange.send(asked("ACK", tag=parameter(answered.first("to"), "tag")))
    exchange.dialogs.hang_up(exchange.news()[0].dialog, 0)
    exchange.sent()
    assert exchange.to == [PBX]


def test_a_call_without_an_offer_gets_ours_and_its_answer_counts():
    exchange = Exchange()
    (answered,) = exchange.send(asked("INVITE"))
    assert b"m=audio 16384 RTP/AVP 8 0 101" in answered.body
    exchange.send(asked("ACK", tag=parameter(answered.first("to"), "tag"), body=SDP, more=(SDP_TYPE,)))
    assert exchange.news()[0].dialog.media.to == ("192.0.2.20", 4000)


def test_a_hold_and_its_end_are_answered_and_told():
    exchange = Exchange()
    tag = exchange.up()
    began = exchange.news()[0]
    held = SDP + b"a=sendonly\r\n"
    (answered,) = exchange.send(asked("INVITE", tag=tag, number=2, body=held, more=(SDP_TYPE,)))
    assert answered.status == 200 and b"a=recvonly" in answered.body and b" 2 IN IP4" in answered.body
    assert exchange.news() == [Changed(began.dialog)] and not began.dialog.media.hears
    assert status(exchange.send(asked("INVITE", tag=tag, number=3, body=SDP, more=(SDP_TYPE,)))) == [491]
    exchange.send(asked("ACK", tag=tag, number=2))
    assert status(exchange.send(asked("INVITE", tag=tag, number=4, body=SDP, more=(SDP_TYPE,)))) == [200]
    assert began.dialog.media.hears


def test_keys_by_signalling():
    exchange = Exchange()
    tag = exchange.up()
    dialog = exchange.news()[0].dialog
    kind = "Content-Type: application/dtmf-relay"
    for number, key in enumerate("5#", 2):
        body = f"Signal={key}\r\nDuration=160\r\n".encode()
        assert status(exchange.send(asked("INFO", tag=tag, number=number, body=body, more=(kind,)))) == [200]
    assert exchange.news() == [Pressed(dialog, "5"), Pressed(dialog, "#")]
    odd = asked("INFO", tag=tag, number=4, body=b"Signal=flash\r\n", more=(kind,))
    assert status(exchange.send(odd)) == [200] and exchange.news() == []
    other = asked("INFO", tag=tag, number=5, body=b"x", more=("Content-Type: text/plain",))
    assert status(exchange.send(other)) == [415]


@pytest.mark.parametrize(
    ("request_data", "code"),
    [
        (asked("OPTIONS"), 200),
        (asked("REGISTER"), 405),
        (asked("BYE"), 481),
        (asked("BYE", tag="x"), 481),
        (asked("CANCEL"), 481),
        (asked("INVITE", body=SDP), 415),
        (asked("INVITE", body=SDP, more=("Content-Type: text/plain",)), 415),
        (asked("INVITE", body=SDP.replace(b"AVP 8", b"AVP 18"), more=(SDP_TYPE,)), 488),
        (asked("INVITE", body=SDP.replace(b"c=IN IP4 192.0.2.20", b"c=IN IP4 203.0.113.9"), more=(SDP_TYPE,)), 488),
        (asked("INVITE", body=SDP, more=(SDP_TYPE, "Require: 100rel")), 420),
        (asked("INVITE", body=SDP, more=(SDP_TYPE,)).replace(b"Contact: <sip:pbx", b"Contact: <tel:pbx"), 400),
        (asked("INVITE", body=SDP, more=(SDP_TYPE,)).replace(b"CSeq: 1 ", b"CSeq: x "), 400),
    ],
)  # fmt: skip
def test_what_cannot_be_is_answered_with_its_number(request_data, code):
    exchange = Exchange()
    assert status(exchange.send(request_data)) == [code]
    assert exchange.dialogs.calls == {} and exchange.later(40) == []


def test_one_call_too_many_is_busy():
    exchange = Exchange(calls_most=1)
    exchange.up()
    assert status(exchange.send(asked("INVITE", call="c2", body=SDP, more=(SDP_TYPE,)))) == [486]
    assert status(Exchange(ports=[]).send(asked("INVITE", body=SDP, more=(SDP_TYPE,)))) == [486]


def test_the_same_call_by_another_way_is_a_loop():
    exchange = Exchange()
    exchange.up()
    assert status(exchange.send(asked("INVITE", branch="other", body=SDP, more=(SDP_TYPE,)))) == [482]


def test_cancel_comes_too_late_and_ends_nothing():
    exchange = Exchange()
    invite = asked("INVITE", body=SDP, more=(SDP_TYPE,))
    exchange.send(invite)
    cancel = invite.replace(b"INVITE", b"CANCEL").replace(b"z9hG4bKCANCEL", b"z9hG4bKINVITE")
    assert status(exchange.send(cancel)) == [200] and len(exchange.dialogs.calls) == 1


def test_strangers_are_not_answered():
    exchange = Exchange()
    assert exchange.send(asked("INVITE", body=SDP, more=(SDP_TYPE,)), STRANGER) == []
    assert exchange.send(asked("OPTIONS"), STRANGER) == []
    assert exchange.dialogs.counts["strangers"] == 2


def test_an_old_number_inside_a_call_is_refused():
    exchange = Exchange()
    tag = exchange.up()
    assert status(exchange.send(asked("OPTIONS", tag=tag, number=5))) == [200]
    assert status(exchange.send(asked("BYE", tag=tag, number=4))) == [500]
    assert len(exchange.dialogs.calls) == 1


def test_answers_are_forgotten_when_nobody_can_ask_again():
    exchange = Exchange()
    for number in range(50):
        exchange.send(asked("OPTIONS", call=f"o{number}"))
    assert len(exchange.dialogs._answers) == 50
    exchange.later(33)
    assert len(exchange.dialogs._answers) == 0


INVITE = asked("INVITE", body=SDP, more=(SDP_TYPE,))


@given(st.lists(st.tuples(st.integers(0, len(INVITE) - 1), st.binary(max_size=3)), max_size=6))
def test_an_invite_with_holes_never_raises_and_never_leaves_a_call_unanswered(holes):
    exchange, data = Exchange(), INVITE
    for place, put in holes:
        data = data[:place] + put + data[place + len(put) :]
    answers = exchange.send(data)
    assert len(answers) <= 1
    for _ in range(80):
        exchange.later(1)
    assert exchange.dialogs.calls == {}
