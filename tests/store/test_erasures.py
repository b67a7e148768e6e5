"""The erasure list: whole or refused. A restore takes none that is cut, gapped, damaged or another installation's."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forbear.store.erasures import DamagedList, Erased, ErasureList, own_mark
from forbear.store.privacy import load_later_key
from tests.contracts.bench import at_once


def erased(n: int) -> Erased:
    return Erased(at=f"2026-03-{n:02d}T00:00:00Z", owner=f"c_{n}", retention="message", keys=(f"k_{n}",))


@pytest.fixture
def listed(tmp_path: Path) -> ErasureList:
    found = ErasureList(tmp_path / "erasures.jsonl", "ours")
    for n in (1, 2, 3):
        found.add(erased(n))
    return found


def test_what_was_added_is_there_in_its_order_and_numbered(listed: ErasureList):
    assert listed.whole("ours") == tuple(listed) == (erased(1), erased(2), erased(3))
    told = [json.loads(line) for line in listed.file.read_text().splitlines()]
    assert [(one["n"], one["of"]) for one in told] == [(1, "ours"), (2, "ours"), (3, "ours")]


def changed(what: Callable[[list[bytes]], list[bytes]], listed: ErasureList) -> None:
    listed.file.write_bytes(b"".join(what(listed.file.read_bytes().splitlines(keepends=True))))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda lines: [lines[0], lines[2]], "line 2: lines before it are missing"),
        (lambda lines: lines[1:], "line 1: lines before it are missing"),
        (lambda lines: [lines[0], lines[2], lines[1]], "line 2: lines before it are missing"),
        (lambda lines: [*lines, lines[2]], "line 4: lines before it are missing"),
        (lambda lines: [*lines[:2], lines[2][:-1]], "the last line has no end"),
        (lambda lines: [*lines[:2], lines[2][:30]], "the last line has no end"),
        (lambda lines: [lines[0], b"\xff\x00garbage\n", lines[2]], "line 2: this is no line of an erasure list"),
        (lambda lines: [lines[0], b"[1]\n", lines[2]], "line 2: this is no line of an erasure list"),
        (lambda lines: [lines[0].replace(b"message", b"everything"), *lines[1:]], "lines before it are missing"),
        (lambda lines: [*lines[:2], lines[2].replace(b'"k_3"', b"7")], "line 3: this is no line of an erasure list"),
    ],
)
def test_a_list_that_was_changed_is_refused_with_its_line(
    listed: ErasureList, what: Callable[[list[bytes]], list[bytes]], said: str
):
    changed(what, listed)
    with pytest.raises(DamagedList, match=said):
        listed.whole("ours")


def test_another_installations_list_is_refused_and_one_of_before_marks_is_not(listed: ErasureList, tmp_path: Path):
    with pytest.raises(DamagedList, match="line 1: this is the erasure list of another installation"):
        listed.whole("theirs")
    assert listed.whole("") == tuple(listed)
    old = ErasureList(tmp_path / "old")
    old.file.write_text('{"at":"2026","owner":"c_1","retention":"loan","keys":[]}\n')
    old.add(erased(2))
    assert old.whole("ours") == (Erased(at="2026", owner="c_1", retention="loan"), erased(2))


def test_a_line_that_a_crash_cut_short_is_written_again_after_it(listed: ErasureList):
    with listed.file.open("ab") as file:
        file.write(b'{"n":4,"of":"ours","at"')
    assert list(listed) == [erased(1), erased(2), erased(3)]
    listed.add(erased(4))
    assert listed.whole("ours") == (erased(1), erased(2), erased(3), erased(4))


def test_many_who_add_at_once_get_a_number_each(tmp_path: Path):
    file = tmp_path / "erasures.jsonl"
    at_once([lambda n=n: ErasureList(file, "ours").add(erased(n)) for n in range(1, 9)])  # type: ignore[misc]
    assert set(ErasureList(file).whole("ours")) == {erased(n) for n in range(1, 9)}


def test_the_mark_is_of_the_installation_and_stays(tmp_path: Path):
    assert own_mark(tmp_path / "keys") == ""
    load_later_key(tmp_path, "erasures")
    load_later_key(tmp_path / "other", "erasures")
    assert len(own_mark(tmp_path / "keys")) == 16
    assert own_mark(tmp_path / "keys") == own_mark(tmp_path / "keys") != own_mark(tmp_path / "other/keys")
