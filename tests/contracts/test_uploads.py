"""Links to send papers and files on their way, in memory and in the databases: one order of pieces, whoever sends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forbear.actions.ports import LinkRow, Upload
from forbear.adapters.memory_uploads import MemoryUploadLinks, MemoryUploads
from forbear.store.models import DataKey, UploadLinkRow
from forbear.store.uploads import DjangoUploadLinks, DjangoUploads
from tests.contracts.bench import CANARIES, NAME, START, at_once, database_bytes

FILE = Upload(
    id="a" * 64,
    case_id="c_1",
    item=2,
    name=f"{NAME}.jpg",
    size=10,
    sha256="b" * 64,
    retention="health",
    paper="",
    touched_at=START,
)


@pytest.fixture
def links(bench):
    return MemoryUploadLinks("1") if bench.kind == "memory" else DjangoUploadLinks(bench.keys)


@pytest.fixture
def uploads(bench):
    return MemoryUploads() if bench.kind == "memory" else DjangoUploads(bench.home / "uploads", bench.keys)


def test_a_link_is_found_by_its_secret_and_by_nothing_else(links):
    links.put("u_1", "c_1")
    links.put("u_2", "c_2")
    secret = links.token("u_1")
    assert links.by_token(secret) == links.get("u_1") == LinkRow("u_1", "c_1", 0)
    assert len(secret) == 43
    assert secret != links.token("u_2")
    for other in ("", "u_1", secret[:-1], secret + "A", secret.swapcase(), "\udc80", "密" * 50):
        assert links.by_token(other) is None


def test_a_try_counts_before_it_is_looked_at_and_is_forgiven_when_right(links):
    links.put("u_1", "c_1")
    assert [links.count_try("u_1", 2) for _ in range(3)] == [True, True, False]
    links.forgive("u_1")
    assert links.get("u_1") == LinkRow("u_1", "c_1", 1)
    assert not links.count_try("u_9", 2)


def test_many_tries_at_once_are_no_more_than_one_after_another(links):
    links.put("u_1", "c_1")
    answers = at_once([lambda: links.count_try("u_1", 5) for _ in range(8)])
    assert sorted(answers) == [False] * 3 + [True] * 5


def test_the_secret_stands_nowhere_in_the_database(stored):
    links = DjangoUploadLinks(stored.keys)
    links.put("u_1", "c_1")
    assert links.token("u_1").encode() not in database_bytes(stored)
    assert UploadLinkRow.objects.get().case_id == "c_1"


def test_a_file_comes_in_order_and_is_whole_at_its_end(uploads):
    assert uploads.begin(FILE) == FILE
    assert uploads.add(FILE.id, 0, b"0123", START)
    assert not uploads.add(FILE.id, 0, b"0123", START)
    assert not uploads.add(FILE.id, 5, b"5", START)
    assert not uploads.add(FILE.id, 4, b"4567890", START)
    assert uploads.get(FILE.id) == replace(FILE, received=4)
    later = START + timedelta(hours=1)
    assert uploads.add(FILE.id, 4, b"", later)
    assert uploads.add(FILE.id, 4, b"456789", later)
    assert uploads.whole(FILE.id) == b"0123456789"
    assert uploads.get(FILE.id) == replace(FILE, received=10, touched_at=later)


def test_begun_again_it_stands_where_it_was_with_the_page_now_wanted(uploads):
    uploads.begin(FILE)
    uploads.add(FILE.id, 0, b"01234", START)
    again = replace(FILE, name="again.jpg", paper="f_1", touched_at=START + timedelta(days=1))
    assert uploads.begin(replace(again, size=99)) == uploads.get(FILE.id) == replace(again, received=5)


def test_of_two_that_send_the_same_bytes_one_is_in_place(uploads):
    uploads.begin(FILE)
    answers = at_once([lambda: uploads.add(FILE.id, 0, b"01234", START) for _ in range(6)])
    assert sorted(answers) == [False] * 5 + [True]
    assert uploads.whole(FILE.id) == b"01234"


def test_what_is_dropped_or_was_never_there_takes_nothing(uploads):
    uploads.begin(FILE)
    uploads.add(FILE.id, 0, b"01234", START)
    uploads.drop(FILE.id)
    uploads.drop(FILE.id)
    assert uploads.get(FILE.id) is None
    assert not uploads.add(FILE.id, 5, b"5", START)
    with pytest.raises(KeyError):
        uploads.whole(FILE.id)
    assert uploads.begin(FILE).received == 0


def test_the_files_of_a_case_come_newest_first_and_old_ones_are_swept(uploads):
    for number, case_id in enumerate(("c_1", "c_1", "c_2"), start=1):
        uploads.begin(replace(FILE, id=str(number) * 64, case_id=case_id, touched_at=START + timedelta(days=number)))
    assert [found.id[0] for found in uploads.of_case("c_1")] == ["2", "1"]
    assert uploads.sweep(START + timedelta(days=2)) == 1
    assert [found.id[0] for found in uploads.of_case("c_1")] == ["2"]
    assert uploads.of_case("c_9") == ()


def test_files_lie_encrypted_and_are_gone_with_the_key_of_their_case(stored):
    uploads = DjangoUploads(stored.home / "uploads", stored.keys)
    uploads.begin(replace(FILE, size=100))
    uploads.add(FILE.id, 0, CANARIES[-1].encode(), START)
    lying_there = database_bytes(stored) + (stored.home / "uploads" / FILE.id).read_bytes()
    assert CANARIES[-1].encode() not in lying_there
    assert NAME.encode() not in lying_there
    assert FILE.sha256.encode() not in lying_there
    DataKey.objects.update(wrapped=None, destroyed_leaf=0)
    assert uploads.get(FILE.id) is None
    assert uploads.of_case("c_1") == ()
    assert not uploads.add(FILE.id, len(CANARIES[-1].encode()), b"more", START)
    with pytest.raises(KeyError):
        uploads.whole(FILE.id)
    assert uploads.begin(FILE).received == 0


def test_what_a_crash_left_behind_the_last_acknowledged_byte_is_written_over(stored):
    uploads = DjangoUploads(stored.home / "uploads", stored.keys)
    uploads.begin(FILE)
    uploads.add(FILE.id, 0, b"01234", START)
    with open(stored.home / "uploads" / FILE.id, "ab") as file:
        file.write(b"half a record of a piece that was never acknowledged")
    again = DjangoUploads(stored.home / "uploads", stored.keys)
    assert again.get(FILE.id).received == 5
    assert again.whole(FILE.id) == b"01234"
    assert again.add(FILE.id, 5, b"56789", START)
    assert again.whole(FILE.id) == b"0123456789"


def test_a_full_disk_takes_nothing_and_loses_nothing(stored, monkeypatch):
    uploads = DjangoUploads(stored.home / "uploads", stored.keys)
    uploads.begin(FILE)
    uploads.add(FILE.id, 0, b"01234", START)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("forbear.store.uploads.os.pwrite", full)
        with pytest.raises(OSError, match="No space left"):
            uploads.add(FILE.id, 5, b"56789", START)
    assert uploads.get(FILE.id).received == 5
    assert uploads.add(FILE.id, 5, b"56789", START)
    assert uploads.whole(FILE.id) == b"0123456789"
