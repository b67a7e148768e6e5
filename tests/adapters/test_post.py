"""One POST over a real line: the answer's number, no redirect followed, and a sentence where nobody answers."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from forbear.actions.ports import Answer, Away
from forbear.adapters.post import HttpPost
from tests.servers import free_port

SEEN: list[tuple[str, str, bytes]] = []


class Peer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        SEEN.append((self.path, self.headers["webhook-id"], body))
        if self.path == "/garbage":
            self.wfile.write(b"\x00\x01 no http\r\n\r\n")
            return
        self.send_response(int(self.path[1:4]))
        if self.path == "/302":
            self.send_header("Location", "/200")
        if self.path == "/503":
            self.send_header("Retry-After", "120")
        if self.path == "/429":
            self.send_header("Retry-After", "Fri, 27 Nov 2026 12:00:00 GMT")
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    SEEN.clear()
    server = HTTPServer(("127.0.0.1", 0), Peer)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/204", Answer(204)),
        ("/302", Answer(302)),
        ("/410", Answer(410)),
        ("/503", Answer(503, 120)),
        ("/429", Answer(429)),
    ],
)
def test_the_answer_is_told_and_no_redirect_is_followed(address: str, path: str, answer: Answer):
    assert HttpPost()(address + path, {"webhook-id": "m1", "content-type": "application/json"}, b"{}") == answer
    assert [(path, "m1", b"{}")] == SEEN


def test_nobody_there_and_garbage_are_told_in_a_sentence(address: str):
    for url in (f"http://127.0.0.1:{free_port()}/", address + "/garbage"):
        with pytest.raises(Away, match="the receiver could not be reached"):
            HttpPost()(url, {"webhook-id": "m1"}, b"{}")
