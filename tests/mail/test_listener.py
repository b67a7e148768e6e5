"""Mail from a mail server by SMTP and LMTP: an answer for each recipient, and nothing is answered that is not kept."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from forbear.actions.mail import receive_mail
from forbear.actions.ports import Desk
from forbear.adapters.mail_listener import SIZE_MOST, Listener
from forbear.core import mail_address as marks
from forbear.town.borrower import Borrower
from tests.mail.conftest import HERS
from tests.servers import free_port

RAW = f"From: {HERS}\r\nSubject: x\r\n\r\nhello\r\n".encode()
Keep = Callable[[bytes, str, object], None]


@contextmanager
def listening(keep: Keep, scheme: str = "smtp", most: int = 1000) -> Iterator[tuple[Listener, int]]:
    port = free_port()
    listener = Listener(scheme, "127.0.0.1", port, "lender.example", ("desk",), keep, most)
    listener.start()
    try:
        yield listener, port
    finally:
        listener.stop()


def answers(port: int, *lines: bytes) -> list[bytes]:
    """What a server says to a conversation of lines, after its greeting."""
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(b"".join((*lines, b"QUIT\r\n")))
        return b"".join(iter(lambda: line.recv(65536), b"")).split(b"\r\n")


def test_a_mail_is_kept_as_it_came_before_it_is_answered(desk: Desk, she: Borrower):
    address = marks.reply_address(desk.mail_sign, "lender.example", she.case_id, "b").upper()
    with (
        listening(lambda raw, sender, to: receive_mail(desk, raw, sender, to) and None) as (_, port),  # type: ignore[arg-type]
        smtplib.SMTP("127.0.0.1", port, timeout=30) as server,
    ):
        assert server.sendmail(HERS, [address], RAW) == {}
    (said,) = [one for one in she.file.spoken if one.sender]
    assert (said.text, desk.vault.open(said.raw)) == ("hello", RAW)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("desk@lender.example", True),
        ("Postmaster@LENDER.example", True),
        ("case+x.b.y@lender.example", True),
        ("b+x.3.y@lender.example", True),
        ("nobody@lender.example", False),
        ("desk@other.example", False),
        ("desk", False),
    ],
)
def test_each_recipient_has_an_answer_of_its_own(address: str, taken: bool):
    with listening(lambda *_: None) as (_, port), smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        server.ehlo()
        server.mail(HERS)
        code, said = server.rcpt(address)
    assert (code, said.startswith(b"2.1.5" if taken else b"5.1.1")) == (250 if taken else 550, True)


def test_lmtp_answers_once_for_each_recipient():
    kept: list[tuple[str, object]] = []
    with listening(lambda raw, sender, to: kept.append((sender, to)), "lmtp") as (_, port):
        said = answers(
            port,
            b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<desk@lender.example>\r\nRCPT TO:<no@lender.example>\r\n",
            b"RCPT TO:<postmaster@lender.example>\r\nDATA\r\n",
            RAW + b".\r\n",
        )
    codes = [line[:3] for line in said if line[3:4] == b" "]
    assert codes == [b"220", b"250", b"250", b"250", b"550", b"250", b"354", b"250", b"250", b"221"]
    assert kept == [("", ("desk@lender.example", "postmaster@lender.example"))]


def test_more_than_25_megabytes_is_told_so_and_nothing_is_kept():
    kept: list[bytes] = []
    with (
        listening(lambda raw, *_: kept.append(raw)) as (_, port),
        smtplib.SMTP("127.0.0.1", port, timeout=60) as server,
    ):
        server.ehlo()
        assert server.esmtp_features["size"] == str(SIZE_MOST) == "26214400"
        assert server.mail(HERS, [f"SIZE={SIZE_MOST + 1}"])[0] == 552
        server.rset()
        server.mail(HERS)
        server.rcpt("desk@lender.example")
        code, _ = server.data(RAW + (b"x" * 76 + b"\r\n") * (SIZE_MOST // 78 + 1))
        assert code == 552
    assert kept == []


def test_a_mail_of_25_megabytes_is_kept_whole(desk: Desk):
    raw = RAW + (b"x" * 76 + b"\r\n") * ((SIZE_MOST - 2000) // 78)
    with (
        listening(lambda raw, sender, to: receive_mail(desk, raw, sender, to) and None) as (_, port),  # type: ignore[arg-type]
        smtplib.SMTP("127.0.0.1", port, timeout=60) as server,
    ):
        server.sendmail(HERS, ["desk@lender.example"], raw)
    (row,) = desk.mails.list("waiting")
    assert desk.vault.open(row.blob) == raw


def test_a_line_longer_than_the_rule_has_it_is_kept():
    kept: list[bytes] = []
    raw = RAW + b"x" * 900_000 + b"\r\n"
    with (
        listening(lambda raw, *_: kept.append(raw)) as (_, port),
        smtplib.SMTP("127.0.0.1", port, timeout=60) as server,
    ):
        server.sendmail(HERS, ["desk@lender.example"], raw)
    assert kept == [raw]


def test_what_cannot_be_kept_comes_again():
    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with (
        listening(broken) as (_, port),
        smtplib.SMTP("127.0.0.1", port, timeout=30) as server,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        server.sendmail(HERS, ["desk@lender.example"], RAW)
    assert refused.value.smtp_code == 451


def test_a_flood_from_one_sender_is_put_off_and_others_get_through():
    """Ten thousand mails a minute: so many are taken, the rest stays with the server that sent them."""
    kept: list[str] = []
    with (
        listening(lambda raw, sender, to: kept.append(sender), most=20) as (listener, port),
        smtplib.SMTP("127.0.0.1", port, timeout=60) as server,
    ):
        server.ehlo()
        put_off = 0
        for _ in range(10_000):
            try:
                server.sendmail("flood@x.example", ["desk@lender.example"], RAW)
            except smtplib.SMTPDataError as refused:
                put_off += refused.smtp_code == 451
        server.sendmail(HERS, ["desk@lender.example"], RAW)
    assert (kept.count("flood@x.example"), put_off, listener.handler.put_off) == (20, 9_980, 9_980)
    assert kept[-1] == HERS


@pytest.mark.parametrize(
    "garbage", [b"\0\0\0\r\n", b"\xff\xfeEHLO\r\n", b"GET / HTTP/1.1\r\n\r\n", b"A" * 5000 + b"\r\n"]
)
def test_garbage_is_refused_and_the_next_is_served(garbage: bytes):
    kept: list[bytes] = []
    with listening(lambda raw, *_: kept.append(raw)) as (_, port):
        assert all(not line.startswith(b"2") or line.startswith((b"220", b"221")) for line in answers(port, garbage))
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
            server.sendmail(HERS, ["desk@lender.example"], RAW)
    assert kept == [RAW]
