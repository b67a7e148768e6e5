"""The wake streams of a real server: they wake, they need who may look, they cost no thread, and they end with it."""

import socket
from collections.abc import Iterator

import pytest

from tests import servers

OPEN = """
from datetime import date
from django.contrib.sessions.backends.db import SessionStore
from forbear.actions.contact import open_case
from forbear.actions.record import By
from forbear.config.wiring import desk
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.town.book import made_up_book
here = desk()
here.loans.put(made_up_book(7, 1, date(2026, 3, 1)))
held = here.loans.find(here.loans.all_contracts()[0])
her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
case = open_case(here, By(actor=her, channel=Channel.CHAT, key="o"), loan_id=held.loan_id, language="zh").case_id
session = SessionStore()
session["borrower"] = {"id": held.borrower_id, "loan": held.loan_id, "at": here.clock.now().isoformat()}
session.create()
print(case, session.session_key)
"""
WRITE = """
from forbear.actions.chat import answer
from forbear.actions.record import By
from forbear.config.wiring import desk
from forbear.core.contact import Actor, Auth, Channel, Role
by = By(actor=Actor(Role.AGENT, "lin", Auth.STAFF), channel=Channel.CHAT, key="w")
print(answer(desk(), by, "{case}", "您好").seq)
"""


@pytest.fixture(scope="module")
def own_site() -> Iterator[servers.Site]:
    running = servers.Site()
    try:
        running.start()
        yield running
    finally:
        running.stop()


def opened(site: servers.Site, path: str, session: str = "") -> socket.socket:
    """A connection on which a page was asked for."""
    line = socket.create_connection(("127.0.0.1", site.port), timeout=20)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n\r\n".encode())
    return line


def until(line: socket.socket, words: str) -> str:
    """All that came until these words did."""
    said = b""
    while words.encode() not in said:
        part = line.recv(4096)
        assert part, f"it ended without {words}: {said!r}"
        said += part
    return said.decode()


def test_streams_wake_cost_no_thread_and_end_with_the_server(own_site: servers.Site):
    case, session = own_site.python(OPEN).split()
    stranger = until(opened(own_site, f"/c/{case}/chat/wake"), "\r\n\r\n")
    assert stranger.startswith("HTTP/1.1 302")
    lines = [opened(own_site, f"/c/{case}/chat/wake", session) for _ in range(40)]
    heads = [until(line, "event: beat\ndata: 1\n\n") for line in lines]
    assert all(head.startswith("HTTP/1.1 200") and "x-forbear-wake" not in head.lower() for head in heads)
    assert "200 OK" in until(opened(own_site, "/healthz"), "ok\n")  # forty streams, four threads
    seq = int(own_site.python(WRITE.format(case=case)))
    assert seq == 3
    for line in lines:
        until(line, f"event: wake\ndata: {seq}\n\n")
    server = own_site._server
    assert server is not None
    server.terminate()
    for line in lines:
        until(line, "0\r\n\r\n")
    assert server.wait(20) == 0
    assert "refused" not in own_site.log.read_text("utf-8")
