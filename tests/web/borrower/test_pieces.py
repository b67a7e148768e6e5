"""A file in pieces: where it stands is what is acknowledged, and nothing is a paper before it is whole and right.

The pieces go through the real pages to the real store; a restart is a new store on the same directory and database.
"""

import os
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from forbear.actions.evidence import accept_paper
from forbear.actions.ports import Desk, Kept, VaultFull
from forbear.adapters.memory_uploads import MemoryUploads
from forbear.config import wiring
from forbear.store.privacy import load_keys
from forbear.store.uploads import DjangoUploads
from tests.web.borrower.conftest import AGENT, Borrower
from tests.web.borrower.test_evidence import JPEG, photo
from tests.web.borrower.test_upload_link import opened, sent_link

PIECE = "application/offset+octet-stream"


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def began(client: Client, address: str, data: bytes, **other: Any) -> Any:
    told = {"name": "工资条.jpg", "size": len(data), "sha256": sha256(data).hexdigest(), "paper": ""}
    return client.post(address, told | other)


def put(client: Client, url: str, offset: Any, data: bytes, kind: str = PIECE) -> Any:
    headers = {"Upload-Offset": str(offset), "Content-Type": kind}
    return client.generic("PATCH", url, data, kind, headers=headers)


def stands(client: Client, url: str) -> int:
    return int(client.head(url).headers["Upload-Offset"])


def kept(she: Borrower, item: int = 1) -> list[bytes]:
    """The bytes of every page of an item, as the vault has them."""
    pages = [page for paper in she.file.papers_of(item) for page in paper.pages]
    return [she.desk.vault.open(page.blob) for page in pages if page]


def test_a_file_goes_on_where_it_stopped_and_is_kept_once(handed_in: Borrower):
    data = JPEG * 20
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), data).json()
    assert begun["offset"] == 0
    answer = put(handed_in.client, begun["url"], 0, data[:700])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "700")
    head = handed_in.client.head(begun["url"])
    assert (head.status_code, head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (
        200,
        "700",
        str(len(data)),
    )
    assert kept(handed_in) == []
    assert "“工资条.jpg”只传到 6%" in handed_in.opens("papers").text
    assert began(handed_in.client, handed_in.at("papers/1/uploads"), data).json() == {**begun, "offset": 700}
    last = put(handed_in.client, begun["url"], 700, data[700:])
    (paper,) = handed_in.file.papers_of(1)
    assert (last.status_code, last.json()) == (200, {"paper": paper.paper})
    assert kept(handed_in) == [data]
    assert began(handed_in.client, handed_in.at("papers/1/uploads"), data).json() == {"paper": paper.paper}
    assert handed_in.client.head(begun["url"]).status_code == 404
    assert "只传到" not in handed_in.opens("papers").text


def test_the_same_file_goes_on_by_link_on_another_telephone(handed_in: Borrower):
    data = JPEG * 3
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), data).json()
    put(handed_in.client, begun["url"], 0, data[:1000])
    phone = opened(handed_in, sent_link(handed_in))
    again = began(phone, "/upload/1/uploads", data).json()
    assert (again["offset"], again["url"].split("/")[:4]) == (1000, ["", "upload", "1", "uploads"])
    assert put(phone, again["url"], 1000, data[1000:]).status_code == 200
    assert kept(handed_in) == [data]


def test_two_tabs_send_one_file(handed_in: Borrower):
    data = JPEG * 3
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), data).json()
    answers = [put(handed_in.client, begun["url"], 0, data[:500]) for _ in range(2)]
    assert [(a.status_code, a.headers["Upload-Offset"]) for a in answers] == [(204, "500"), (409, "500")]
    assert put(handed_in.client, begun["url"], 500, data[500:]).status_code == 200
    assert put(handed_in.client, begun["url"], 500, data[500:]).status_code == 404
    assert kept(handed_in) == [data]


def test_several_pages_become_one_paper_whichever_way_they_come(handed_in: Borrower):
    address, pages = handed_in.at("papers/1/uploads"), [JPEG + bytes([n]) for n in range(3)]
    begun = began(handed_in.client, address, pages[0]).json()
    paper = put(handed_in.client, begun["url"], 0, pages[0]).json()["paper"]
    begun = began(handed_in.client, address, pages[1], paper=paper).json()
    assert put(handed_in.client, begun["url"], 0, pages[1]).json() == {"paper": paper}
    assert began(handed_in.client, address, pages[2], paper="f_none").status_code == 422
    begun = began(handed_in.client, address, pages[2]).json()
    assert put(handed_in.client, begun["url"], 0, pages[2]).json()["paper"] != paper
    assert [len(paper.pages) for paper in handed_in.file.papers_of(1)] == [2, 1]
    assert [fact.page for fact in handed_in.facts("paper.received")] == [1, 2, 1]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"size": 0}, "“工资条.jpg”是空的。请重新选一个"),
        ({"size": "many"}, "“工资条.jpg”是空的。请重新选一个"),
        ({"size": -1}, "“工资条.jpg”是空的。请重新选一个"),
        ({"size": 20 * 1024 * 1024 + 1}, "“工资条.jpg”太大。请压缩到 20 MB 以内，或者重新拍一张"),
        ({"sha256": "A" * 64}, "浏览器发来的文件标记不完整，文件没有收到。请重新选择文件再发一次。"),
        ({"sha256": "../../etc/passwd"}, "浏览器发来的文件标记不完整，文件没有收到。请重新选择文件再发一次。"),
        ({"paper": "f_other"}, "要加页的那份材料不在这一项里。请回到材料清单再选。"),
    ],
)
def test_what_cannot_be_begun_is_said_and_leaves_nothing(handed_in: Borrower, told: dict[str, Any], said: str):
    answer = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG, **told)
    assert (answer.status_code, answer.json()) == (422, {"fault": said})
    assert handed_in.desk.uploads.of_case(handed_in.case_id) == ()


@pytest.mark.parametrize(
    ("offset", "kind", "status"),
    [
        ("", PIECE, 400),
        ("-1", PIECE, 400),
        ("1e3", PIECE, 400),
        ("٣", PIECE, 400),
        ("9" * 40, PIECE, 400),
        ("0", "multipart/form-data; boundary=x", 415),
        ("0", "application/json", 415),
        ("1", PIECE, 409),
        ("999999999999", PIECE, 409),
    ],
)
def test_garbage_in_the_headers_changes_nothing(handed_in: Borrower, offset: str, kind: str, status: int):
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()
    answer = put(handed_in.client, begun["url"], offset, JPEG[:10], kind)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (status, "0")
    assert stands(handed_in.client, begun["url"]) == 0


def test_a_piece_needs_the_pages_token_against_forged_requests(handed_in: Borrower):
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = handed_in.client.cookies
    assert put(forged, begun["url"], 0, JPEG).status_code == 403
    assert began(forged, handed_in.at("papers/1/uploads"), JPEG + b"2").status_code == 403
    assert stands(handed_in.client, begun["url"]) == 0


def test_more_bytes_than_were_told_are_not_taken(handed_in: Borrower):
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()
    assert put(handed_in.client, begun["url"], 0, JPEG + b"more").status_code == 409
    assert put(handed_in.client, begun["url"], 0, JPEG).status_code == 200
    assert kept(handed_in) == [JPEG]


def test_a_file_that_changed_on_the_way_is_not_kept(handed_in: Borrower):
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()
    put(handed_in.client, begun["url"], 0, JPEG[:100])
    answer = put(handed_in.client, begun["url"], 100, b"\0" * (len(JPEG) - 100))
    assert answer.status_code == 422
    assert answer.json()["fault"].startswith("文件在发送途中变了，没有收到。")
    assert kept(handed_in) == []
    assert began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()["offset"] == 0
    longer = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG, size=len(JPEG) + 1)
    assert longer.json()["fault"].startswith("文件在发送途中变了，没有收到。")


def test_what_can_be_no_paper_is_refused_when_it_is_here(handed_in: Borrower):
    data = b"MZ this is a program"
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), data).json()
    answer = put(handed_in.client, begun["url"], 0, data)
    assert (answer.status_code, answer.json()["fault"]) == (422, "“工资条.jpg”打不开。请用照片（JPG、PNG、HEIC）或 PDF")
    assert handed_in.desk.uploads.of_case(handed_in.case_id) == ()


def test_nobody_reaches_another_persons_file_or_another_item(handed_in: Borrower, another: Borrower):
    another.signs_in().answers().submits()
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()
    id = begun["url"].rpartition("/")[2]
    link = opened(handed_in, sent_link(handed_in, (2,)))
    tried = [
        (another.client, another.at(f"papers/1/uploads/{id}")),
        (another.client, begun["url"]),
        (handed_in.client, handed_in.at(f"papers/2/uploads/{id}")),
        (handed_in.client, handed_in.at("papers/1/uploads/" + "0" * 64)),
        (handed_in.client, handed_in.at("papers/1/uploads/..%2F" + id)),
        (link, f"/upload/1/uploads/{id}"),
        (link, f"/upload/2/uploads/{id}"),
    ]
    for client, url in tried:
        assert client.head(url).status_code == 404, url
        assert put(client, url, 0, JPEG).status_code == 404, url
    assert began(link, "/upload/1/uploads", JPEG).status_code == 422
    assert stands(handed_in.client, begun["url"]) == 0


def test_an_item_that_is_done_with_takes_no_more(handed_in: Borrower):
    data = JPEG * 2
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), data).json()
    first = began(handed_in.client, handed_in.at("papers/1/uploads"), JPEG).json()
    put(handed_in.client, first["url"], 0, JPEG)
    handed_in.desk_does(accept_paper, AGENT, 1)
    assert put(handed_in.client, begun["url"], 0, data).status_code == 404
    assert kept(handed_in) == [JPEG]


def test_a_full_disk_says_so_and_what_came_stays(handed_in: Borrower, monkeypatch: pytest.MonkeyPatch):
    data, uploads = JPEG * 2, handed_in.desk.uploads
    assert isinstance(uploads, MemoryUploads)
    begun = began(handed_in.client, handed_in.at("papers/1/uploads"), data).json()
    put(handed_in.client, begun["url"], 0, data[:500])
    uploads.full = lambda: True
    answer = put(handed_in.client, begun["url"], 500, data[500:])
    assert (answer.status_code, answer.json()["fault"].split("。")[0]) == (
        507,
        "现在存储空间已满，这个文件没有保存",
    )
    assert stands(handed_in.client, begun["url"]) == 500
    uploads.full = lambda: False

    def full(*_: object) -> Kept:
        raise VaultFull

    with monkeypatch.context() as broken:
        broken.setattr(handed_in.desk.vault, "keep_stream", full)
        assert put(handed_in.client, begun["url"], 500, data[500:]).status_code == 507
    assert kept(handed_in) == []
    assert stands(handed_in.client, begun["url"]) == len(data)
    assert put(handed_in.client, begun["url"], len(data), b"").status_code == 200
    assert kept(handed_in) == [data]


def test_without_javascript_a_full_disk_says_so_too(handed_in: Borrower, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> Kept:
        raise VaultFull

    monkeypatch.setattr(handed_in.desk.vault, "keep_stream", full)
    answer = handed_in.sends("papers", {"files": photo()}, to="papers/1")
    assert (answer.status, answer.faults[0].split("。")[0]) == (422, "现在存储空间已满，这个文件没有保存")


# ---- any order of anything ----------------------------------------------------------------------------------------

WHOLE = JPEG + os.urandom(1500)
"""Small enough to be cut anywhere, larger than one record."""


class AnyOrder(RuleBasedStateMachine):
    """Asks, pieces at any offset, cuts and restarts in any order: the server's account is the only truth, bytes stay in
    place, and at most one paper comes of it, which is the file.
    """

    she: Borrower
    store: Any

    @initialize()
    def a_new_file(self) -> None:
        self.data = JPEG + os.urandom(len(WHOLE) - len(JPEG))
        self.before = len(kept(self.she))
        self.received = 0
        self.url = self.begin()

    def begin(self) -> str:
        answer = began(self.she.client, self.she.at("papers/1/uploads"), self.data).json()
        if "paper" in answer:
            assert self.received == len(self.data)
            return self.url
        assert answer["offset"] == self.received
        return str(answer["url"])

    @property
    def done(self) -> bool:
        return len(kept(self.she)) > self.before

    @rule()
    def begin_again(self) -> None:
        self.url = self.begin()

    @rule(size=st.integers(0, 900))
    def a_piece_in_place(self, size: int) -> None:
        was_done = self.done
        answer = put(self.she.client, self.url, self.received, self.data[self.received :][:size])
        if was_done:
            assert answer.status_code == 404
            return
        self.received = min(self.received + size, len(self.data))
        assert answer.status_code == (200 if self.received == len(self.data) else 204)

    @rule(offset=st.integers(0, 2500), size=st.integers(0, 900))
    def a_piece_anywhere(self, offset: int, size: int) -> None:
        if offset == self.received or self.done:
            return
        answer = put(self.she.client, self.url, offset, self.data[offset:][:size])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, str(self.received))

    @rule(header=st.text(max_size=12), junk=st.binary(max_size=20))
    def garbage(self, header: str, junk: bytes) -> None:
        plain = header.encode("ascii", "ignore").decode().translate({10: None, 13: None, 0: None})
        if plain.isdigit():
            return
        assert put(self.she.client, self.url, plain, junk).status_code in (400, 404)

    @rule(tail=st.binary(min_size=1, max_size=40))
    def a_crash_in_the_middle_of_a_record(self, tail: bytes) -> None:
        file = self.store.folder / self.url.rpartition("/")[2]
        if file.exists():
            with open(file, "ab") as half:
                half.write(tail)
        self.store.restart()

    @invariant()
    def nothing_is_lost_and_nothing_is_invented(self) -> None:
        if not hasattr(self, "url"):
            return
        if self.done:
            assert kept(self.she)[self.before :] == [self.data]
            assert self.she.client.head(self.url).status_code == 404
        else:
            assert stands(self.she.client, self.url) == self.received


class Store:
    """The real store behind the desk in memory, started anew at will."""

    def __init__(self, desk: Desk, folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.home, self.folder, self.monkeypatch = desk, folder, folder / "uploads", monkeypatch
        self.restart()

    def restart(self) -> None:
        desk = replace(self.desk, uploads=DjangoUploads(self.folder, load_keys(self.home)))
        self.monkeypatch.setattr(wiring, "desk", lambda: desk)


def test_any_order_of_asking_sending_cutting_and_restarting(
    handed_in: Borrower, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    AnyOrder.she, AnyOrder.store = handed_in, Store(handed_in.desk, tmp_path, monkeypatch)
    monkeypatch.setattr("forbear.actions.uploads.BEGUN_A_DAY", 10**6)
    monkeypatch.setattr("forbear.actions.evidence.FILES_PER_ITEM_MAX", 10**6)
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
