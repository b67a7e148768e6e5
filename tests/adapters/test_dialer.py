"""A wish to make a call, signed and posted once, to an exchange on loopback that checks the signature itself."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from forbear.actions.ports import DialerAway
from forbear.adapters.dialer import HttpDialer, dialer
from forbear.adapters.memory import MovedClock

SECRET = "a secret of the exchange and the desk"
CLOCK = MovedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


class Exchange(BaseHTTPRequestHandler):
    status = 200
    taken: list[dict[str, Any]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        if self.headers["webhook-signature"] == f"v1,{right}":
            self.taken.append(json.loads(body))
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def exchange() -> Iterator[tuple[str, type[Exchange]]]:
    made = type("Made", (Exchange,), {"taken": [], "status": 200})
    server = HTTPServer(("127.0.0.1", 0), made)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/originate", made
    server.shutdown()
    server.server_close()


def test_the_exchange_is_asked_once_signed(exchange: tuple[str, type[Exchange]]):
    url, made = exchange
    HttpDialer(url, SECRET, CLOCK).originate(extension="101", number="+8613800138000", reference="t_1")
    assert made.taken == [
        {"event": "originate", "user": "101", "to": "+8613800138000", "reference": "t_1",
         "at": "2026-03-02T01:00:00+00:00"}
    ]  # fmt: skip


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_said(exchange: tuple[str, type[Exchange]], status: int):
    url, made = exchange
    made.status = status
    with pytest.raises(DialerAway):
        HttpDialer(url, SECRET, CLOCK).originate(extension="101", number="+8613800138000", reference="t_1")
    assert len(made.taken) == 1


def test_an_exchange_that_is_not_there_is_said():
    with pytest.raises(DialerAway):
        HttpDialer("http://127.0.0.1:9/", SECRET, CLOCK).originate(extension="1", number="+86138", reference="t_1")


def test_without_an_address_a_person_dials():
    assert not dialer("", [], CLOCK).there
