"""A file sent to the real server over a line that is cut after every kilobyte, and over a server killed on the way."""

import http.client
import json
import os
import re
import socket
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from tests.browser import people
from tests.browser.people import Inhabited

CUT_BYTES = 1024
LINES_MOST = 280
"""More than enough, and less than can be begun in a day."""


class Sender:
    """Somebody with an upload link and no browser: every request on a line of its own, which can be cut."""

    def __init__(self, site: Inhabited) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.case_id, link = site.insider.do(
            f"she = borrower({people.guest(1).contract!r}); she.arrives(); she.answers(); she.submits()\n"
            "from forbear.actions.upload_links import send_link\n"
            "send_link(she.desk, she.by(she.agent), she.case_id, (1,))\n"
            "answer = [she.case_id, '/u/' + she.desk.upload_links.token(she.file.upload_links[-1].link)]"
        )
        self.ask("POST", link, "act=ask", {"Content-Type": "application/x-www-form-urlencoded"})
        code = site.insider.do(
            "from forbear.store.models import ChallengeRow\n"
            "answer = she.desk.challenges.code(ChallengeRow.objects.get(purpose__startswith='upload:').id)"
        )
        self.ask("POST", link, f"act=open&code={code}", {"Content-Type": "application/x-www-form-urlencoded"})
        page = self.ask("GET", "/upload")[2].decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        self.token = found[1]

    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)
        line.request(method, path, body, self.headers() | (headers or {}))
        answer = line.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        line.close()
        return answer.status, answer.headers, content

    def begin(self, data: bytes) -> dict[str, Any]:
        told = f"name=a.jpg&size={len(data)}&sha256={sha256(data).hexdigest()}&paper=&csrfmiddlewaretoken={self.token}"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer: dict[str, Any] = json.loads(self.ask("POST", "/upload/1/uploads", told, kind)[2])
        return answer

    def sends_until_cut(self, url: str, offset: int, data: bytes, sent: int) -> None:
        """Promise everything that is left, send so many bytes of it, and hang up."""
        lines = [f"PATCH {url} HTTP/1.1", "Host: 127.0.0.1", f"Upload-Offset: {offset}", f"X-CSRFToken: {self.token}"]
        lines += ["Content-Type: application/offset+octet-stream", f"Content-Length: {len(data) - offset}"]
        lines += [f"{name}: {value}" for name, value in self.headers().items()]
        with socket.create_connection(("127.0.0.1", self.site.port), timeout=30) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + data[offset : offset + sent])


@pytest.fixture(scope="module")
def sender() -> Any:
    site = Inhabited()
    yield Sender(site)
    site.stop()


KEPT = (
    "import hashlib\n"
    "answer = [[page.size, hashlib.sha256(she.desk.vault.open(page.blob)).hexdigest()]"
    " for paper in she.file.papers_of(1) for page in paper.pages]"
)


@pytest.mark.parametrize("killed", [False, True], ids=["cut", "killed"])
def test_cut_after_every_kilobyte_the_file_arrives_once(sender: Sender, killed: bool):
    """Every line is cut after a kilobyte; with `killed`, the server too, in the middle."""
    data = b"\xff\xd8\xff\xe0" + os.urandom(24 * CUT_BYTES)
    before = sender.site.insider.do(KEPT)
    begun, offsets = sender.begin(data), [0]
    while "url" in begun:
        assert len(offsets) < LINES_MOST, "it gets on"
        sender.sends_until_cut(begun["url"], offsets[-1], data, CUT_BYTES)
        if killed and len(offsets) == 12:
            sender.site.kill()
            sender.site.serve()
        begun = sender.begin(data)
        offsets.append(begun.get("offset", len(data)))
    assert offsets == sorted(offsets), "what was acknowledged stays"
    assert all(later - earlier <= CUT_BYTES for earlier, later in pairwise(offsets))
    assert sender.site.insider.do("answer = [u.received for u in she.desk.uploads.of_case(she.case_id)]") == []
    assert sender.site.insider.do(KEPT) == [*before, [len(data), sha256(data).hexdigest()]]
